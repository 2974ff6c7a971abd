#include <cmocka.h>
#include <glib.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/json_document.h"
#include "base/json_writer.h"
#include "tests/support/child.h"

static void write_sample(IcsJsonWriter *writer)
{
    ics_json_writer_begin_object(writer);
    ics_json_writer_member_int64(writer, "i", -1);
    ics_json_writer_member_array(writer, "list");
    ics_json_writer_bool(writer, true);
    ics_json_writer_null(writer);
    ics_json_writer_begin_array(writer);
    ics_json_writer_end_array(writer);
    ics_json_writer_begin_object(writer);
    ics_json_writer_end_object(writer);
    ics_json_writer_end_array(writer);
    ics_json_writer_member_object(writer, "o");
    ics_json_writer_member_string(writer, "s", "x");
    ics_json_writer_member_string(writer, "none", NULL);
    ics_json_writer_end_object(writer);
    ics_json_writer_key(writer, "raw");
    ics_json_writer_raw(writer, "{\"a\":1}");
    ics_json_writer_member_bool(writer, "b", false);
    ics_json_writer_member_null(writer, "n");
    ics_json_writer_member_uint64(writer, "u", UINT64_MAX);
    ics_json_writer_key(writer, "f");
    ics_json_writer_string_format(writer, "%d-%s", 5, "y");
    ics_json_writer_end_object(writer);
}

static void compact_output_has_no_white_space(void **state)
{
    (void)state;
    g_autoptr(GString) out = g_string_new(NULL);
    IcsJsonWriter writer;

    ics_json_writer_init(&writer, out, ICS_JSON_WRITER_COMPACT);
    write_sample(&writer);
    ics_json_writer_finish(&writer);
    assert_string_equal(out->str,
                        "{\"i\":-1,\"list\":[true,null,[],{}],\"o\":{\"s\":\"x\",\"none\":"
                        "null},\"raw\":{\"a\":1},\"b\":false,\"n\":null,\"u\":"
                        "18446744073709551615,\"f\":\"5-y\"}");
}

static void pretty_output_indents_by_two_spaces(void **state)
{
    (void)state;
    g_autoptr(GString) out = g_string_new(NULL);
    IcsJsonWriter writer;

    ics_json_writer_init(&writer, out, ICS_JSON_WRITER_PRETTY);
    write_sample(&writer);
    ics_json_writer_finish(&writer);
    assert_string_equal(out->str, "{\n"
                                  "  \"i\": -1,\n"
                                  "  \"list\": [\n"
                                  "    true,\n"
                                  "    null,\n"
                                  "    [],\n"
                                  "    {}\n"
                                  "  ],\n"
                                  "  \"o\": {\n"
                                  "    \"s\": \"x\",\n"
                                  "    \"none\": null\n"
                                  "  },\n"
                                  "  \"raw\": {\"a\":1},\n"
                                  "  \"b\": false,\n"
                                  "  \"n\": null,\n"
                                  "  \"u\": 18446744073709551615,\n"
                                  "  \"f\": \"5-y\"\n"
                                  "}");
}

static void a_writer_appends_to_what_is_there(void **state)
{
    (void)state;
    g_autoptr(GString) out = g_string_new("x");
    IcsJsonWriter writer;

    for (int i = 0; i < 2; i++) {
        ics_json_writer_init(&writer, out, ICS_JSON_WRITER_COMPACT);
        ics_json_writer_int64(&writer, i);
        ics_json_writer_finish(&writer);
        g_string_append_c(out, '\n');
    }
    assert_string_equal(out->str, "x0\n1\n");
}

static void integers_reach_their_limits(void **state)
{
    (void)state;
    const int64_t values[] = {0, 9, 10, -10, INT64_MAX, INT64_MIN};
    const char *const texts[] = {
        "0", "9", "10", "-10", "9223372036854775807", "-9223372036854775808"};

    for (size_t i = 0; i < G_N_ELEMENTS(values); i++) {
        g_autoptr(GString) out = g_string_new(NULL);
        IcsJsonWriter writer;
        ics_json_writer_init(&writer, out, ICS_JSON_WRITER_COMPACT);
        ics_json_writer_int64(&writer, values[i]);
        ics_json_writer_finish(&writer);
        assert_string_equal(out->str, texts[i]);
    }
}

typedef struct {
    const char *name;
    const char *bytes;
    size_t length;
    const char *json;
} StringRow;

#define TEXT(literal) literal, sizeof(literal) - 1
#define BAD           "\xEF\xBF\xBD"

static const StringRow string_rows[] = {
    {"an empty string", TEXT(""), "\"\""},
    {"plain text", TEXT("abc / def"), "\"abc / def\""},
    {"quote and backslash", TEXT("a\"b\\c"), "\"a\\\"b\\\\c\""},
    {"the short escapes", TEXT("\b\f\n\r\t"), "\"\\b\\f\\n\\r\\t\""},
    {"other control characters", TEXT("\x01\x1F\x7F"), "\"\\u0001\\u001f\x7F\""},
    {"NUL", TEXT("a\0b"), "\"a\\u0000b\""},
    {"valid UTF-8 of every length", TEXT("\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80"),
     "\"\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80\""},
    {"a byte that begins nothing",
     TEXT("a\xFF"
          "b"),
     "\"a" BAD "b\""},
    {"a continuation byte alone",
     TEXT("\x80"
          "a"),
     "\"" BAD "a\""},
    {"a truncated character at the end", TEXT("\xE2\x82"), "\"" BAD BAD "\""},
    {"a truncated character before text", TEXT("\xE2\x82z"), "\"" BAD BAD "z\""},
    {"an overlong form", TEXT("\xC0\xAF"), "\"" BAD BAD "\""},
    {"a surrogate", TEXT("\xED\xA0\x80"), "\"" BAD BAD BAD "\""},
    {"over U+10FFFF", TEXT("\xF4\x90\x80\x80"), "\"" BAD BAD BAD BAD "\""},
    {"a form of five bytes", TEXT("\xF8\x88\x80\x80\x80"), "\"" BAD BAD BAD BAD BAD "\""},
    {"a character cut by the length", "\xC3\xA9", 1, "\"" BAD "\""},
};

static void the_string_is_escaped(void **state)
{
    const StringRow *row = *state;
    g_autoptr(GString) out = g_string_new(NULL);
    IcsJsonWriter writer;

    ics_json_writer_init(&writer, out, ICS_JSON_WRITER_COMPACT);
    ics_json_writer_string_bytes(&writer, row->bytes, row->length);
    ics_json_writer_finish(&writer);
    assert_string_equal(out->str, row->json);
    assert_true(g_utf8_validate(out->str, -1, NULL));
}

static void keys_are_escaped_too(void **state)
{
    (void)state;
    g_autoptr(GString) out = g_string_new(NULL);
    IcsJsonWriter writer;

    ics_json_writer_init(&writer, out, ICS_JSON_WRITER_COMPACT);
    ics_json_writer_begin_object(&writer);
    ics_json_writer_member_int64(&writer, "a\"\n\xFF", 1);
    ics_json_writer_end_object(&writer);
    ics_json_writer_finish(&writer);
    assert_string_equal(out->str, "{\"a\\\"\\n" BAD "\":1}");
}

/* Every byte but NUL, which documents refuse, comes back from our own reader. */
static void what_is_written_is_read_back(void **state)
{
    (void)state;
    g_autoptr(GString) text = g_string_new(NULL);
    g_autoptr(GString) out = g_string_new(NULL);
    IcsJsonWriter writer;

    for (gunichar c = 1; c < 0x3000; c++) {
        g_string_append_unichar(text, c);
    }
    g_string_append(text, "\xF0\x9F\x98\x80\xF4\x8F\xBF\xBF");
    ics_json_writer_init(&writer, out, ICS_JSON_WRITER_COMPACT);
    ics_json_writer_string(&writer, text->str);
    ics_json_writer_finish(&writer);
    g_autoptr(IcsJsonDocument) document = ics_json_document_parse("test", out->str, out->len, NULL);
    assert_non_null(document);
    IcsJsonNode root = ics_json_root(document);
    const char *back = NULL;
    assert_true(ics_json_get_string(&root, &back, NULL));
    assert_string_equal(back, text->str);
}

typedef enum {
    MISUSE_VALUE_WITHOUT_KEY,
    MISUSE_KEY_IN_ARRAY,
    MISUSE_KEY_AT_TOP,
    MISUSE_TWO_KEYS,
    MISUSE_KEY_WITHOUT_VALUE,
    MISUSE_WRONG_END,
    MISUSE_END_WITHOUT_BEGIN,
    MISUSE_TWO_VALUES,
    MISUSE_UNFINISHED,
    MISUSE_NOTHING_WRITTEN,
    MISUSE_TOO_DEEP,
} Misuse;

typedef struct {
    const char *name;
    Misuse misuse;
} MisuseRow;

static const MisuseRow misuse_rows[] = {
    {"a value without a key is misuse", MISUSE_VALUE_WITHOUT_KEY},
    {"a key in an array is misuse", MISUSE_KEY_IN_ARRAY},
    {"a key at the top is misuse", MISUSE_KEY_AT_TOP},
    {"two keys in a row are misuse", MISUSE_TWO_KEYS},
    {"a key without a value is misuse", MISUSE_KEY_WITHOUT_VALUE},
    {"the wrong end is misuse", MISUSE_WRONG_END},
    {"an end without a beginning is misuse", MISUSE_END_WITHOUT_BEGIN},
    {"two values at the top are misuse", MISUSE_TWO_VALUES},
    {"an unfinished value is misuse", MISUSE_UNFINISHED},
    {"nothing at all is misuse", MISUSE_NOTHING_WRITTEN},
    {"nesting over the limit is misuse", MISUSE_TOO_DEEP},
};

static void misuse_in_object(IcsJsonWriter *writer, Misuse misuse)
{
    ics_json_writer_begin_object(writer);
    if (misuse == MISUSE_VALUE_WITHOUT_KEY) {
        ics_json_writer_null(writer);
        return;
    }
    ics_json_writer_key(writer, "a");
    if (misuse == MISUSE_TWO_KEYS) {
        ics_json_writer_key(writer, "b");
    } else if (misuse == MISUSE_KEY_WITHOUT_VALUE) {
        ics_json_writer_end_object(writer);
    }
}

static void misuse_in_array(IcsJsonWriter *writer, Misuse misuse)
{
    ics_json_writer_begin_array(writer);
    if (misuse == MISUSE_KEY_IN_ARRAY) {
        ics_json_writer_key(writer, "a");
    } else if (misuse == MISUSE_WRONG_END) {
        ics_json_writer_end_object(writer);
    } else if (misuse == MISUSE_UNFINISHED) {
        ics_json_writer_finish(writer);
    }
    for (int i = 0; misuse == MISUSE_TOO_DEEP && i < ICS_JSON_WRITER_DEPTH_MAX; i++) {
        ics_json_writer_begin_array(writer);
    }
}

static void commit_misuse(gpointer data)
{
    const Misuse *misuse = data;
    IcsJsonWriter writer;

    ics_json_writer_init(&writer, g_string_new(NULL), ICS_JSON_WRITER_COMPACT);
    switch (*misuse) {
    case MISUSE_VALUE_WITHOUT_KEY:
    case MISUSE_TWO_KEYS:
    case MISUSE_KEY_WITHOUT_VALUE:
        misuse_in_object(&writer, *misuse);
        break;
    case MISUSE_KEY_IN_ARRAY:
    case MISUSE_WRONG_END:
    case MISUSE_UNFINISHED:
    case MISUSE_TOO_DEEP:
        misuse_in_array(&writer, *misuse);
        break;
    case MISUSE_KEY_AT_TOP:
        ics_json_writer_key(&writer, "a");
        break;
    case MISUSE_END_WITHOUT_BEGIN:
        ics_json_writer_end_array(&writer);
        break;
    case MISUSE_TWO_VALUES:
        ics_json_writer_null(&writer);
        ics_json_writer_null(&writer);
        break;
    case MISUSE_NOTHING_WRITTEN:
        ics_json_writer_finish(&writer);
        break;
    }
}

static void misuse_aborts(void **state)
{
    const MisuseRow *row = *state;
    Misuse misuse = row->misuse;

    assert_true(ics_test_child_aborts(commit_misuse, &misuse));
}

int main(void)
{
    GArray *tests = g_array_new(FALSE, TRUE, sizeof(struct CMUnitTest));
    const struct CMUnitTest others[] = {
        cmocka_unit_test(compact_output_has_no_white_space),
        cmocka_unit_test(pretty_output_indents_by_two_spaces),
        cmocka_unit_test(a_writer_appends_to_what_is_there),
        cmocka_unit_test(integers_reach_their_limits),
        cmocka_unit_test(keys_are_escaped_too),
        cmocka_unit_test(what_is_written_is_read_back),
    };

    for (size_t i = 0; i < G_N_ELEMENTS(string_rows); i++) {
        struct CMUnitTest test = {.name = string_rows[i].name,
                                  .test_func = the_string_is_escaped,
                                  .initial_state = (void *)&string_rows[i]};
        g_array_append_val(tests, test);
    }
    for (size_t i = 0; i < G_N_ELEMENTS(misuse_rows); i++) {
        struct CMUnitTest test = {.name = misuse_rows[i].name,
                                  .test_func = misuse_aborts,
                                  .initial_state = (void *)&misuse_rows[i]};
        g_array_append_val(tests, test);
    }
    g_array_append_vals(tests, others, G_N_ELEMENTS(others));
    int failed = _cmocka_run_group_tests("JSON writer", (struct CMUnitTest *)tests->data,
                                         tests->len, NULL, NULL);
    g_array_free(tests, TRUE);
    return failed;
}
