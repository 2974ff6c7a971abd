#include <cmocka.h>
#include <glib.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/error.h"
#include "base/json_document.h"

static const char trace[] = "{\"seed\": 7, \"hosts\": {\"a/b\": {\"address\": \"10.0.0.1\"}},\n"
                            " \"links\": [{\"rate\": \"1Mbit\"}, {\"rate\": \"2Mbit\"}]}";

static IcsJsonDocument *parse(const char *text)
{
    IcsJsonDocument *document = ics_json_document_parse("test", text, strlen(text), NULL);

    assert_non_null(document);
    return document;
}

typedef struct {
    const char *name;
    const char *pointer;
    const char *value;
    const char *result; /* canonical text; or the message */
} SetRow;

#define HOSTS  "\"hosts\":{\"a/b\":{\"address\":\"10.0.0.1\"}}"
#define LINK_0 "{\"rate\":\"1Mbit\"}"
#define LINK_1 "{\"rate\":\"2Mbit\"}"

static const SetRow good_rows[] = {
    {"a member gets a new value", "/seed", "8",
     "{\"seed\":8," HOSTS ",\"links\":[" LINK_0 "," LINK_1 "]}"},
    {"a member is added at the end", "/stop", "\"30s\"",
     "{\"seed\":7," HOSTS ",\"links\":[" LINK_0 "," LINK_1 "],\"stop\":\"30s\"}"},
    {"what is no JSON is a string", "/stop", "30s",
     "{\"seed\":7," HOSTS ",\"links\":[" LINK_0 "," LINK_1 "],\"stop\":\"30s\"}"},
    {"an empty value is the empty string", "/seed", "",
     "{\"seed\":\"\"," HOSTS ",\"links\":[" LINK_0 "," LINK_1 "]}"},
    {"null, true and numbers are JSON", "/seed", "null",
     "{\"seed\":null," HOSTS ",\"links\":[" LINK_0 "," LINK_1 "]}"},
    {"a number keeps its text", "/seed", " 1.50e0 ",
     "{\"seed\":1.50e0," HOSTS ",\"links\":[" LINK_0 "," LINK_1 "]}"},
    {"an object is set whole", "/links", "{\"a\": [1, 2]}",
     "{\"seed\":7," HOSTS ",\"links\":{\"a\":[1,2]}}"},
    {"an element gets a new value", "/links/1", "[]",
     "{\"seed\":7," HOSTS ",\"links\":[" LINK_0 ",[]]}"},
    {"a member of an element", "/links/1/rate", "3Mbit",
     "{\"seed\":7," HOSTS ",\"links\":[" LINK_0 ",{\"rate\":\"3Mbit\"}]}"},
    {"minus appends", "/links/-", "0",
     "{\"seed\":7," HOSTS ",\"links\":[" LINK_0 "," LINK_1 ",0]}"},
    {"a key with a slash is written ~1", "/hosts/a~1b/address", "10.0.0.2",
     "{\"seed\":7,\"hosts\":{\"a/b\":{\"address\":\"10.0.0.2\"}},\"links\":[" LINK_0 "," LINK_1
     "]}"},
    {"a key with a tilde is written ~0", "/~01", "1",
     "{\"seed\":7," HOSTS ",\"links\":[" LINK_0 "," LINK_1 "],\"~1\":1}"},
    {"the empty key", "/", "1", "{\"seed\":7," HOSTS ",\"links\":[" LINK_0 "," LINK_1 "],\"\":1}"},
};

static void the_value_is_set(void **state)
{
    const SetRow *row = *state;
    g_autoptr(IcsJsonDocument) document = parse(trace);
    GError *error = NULL;

    if (!ics_json_document_set(document, row->pointer, row->value, &error)) {
        fail_msg("%s", error->message);
    }
    g_autofree char *text = ics_json_document_text(document);
    assert_string_equal(text, row->result);
}

static const SetRow bad_rows[] = {
    {"a pointer begins with a slash", "seed", "8",
     "--set seed=8: a JSON pointer begins with '/', as in /seed or /links/0/rate"},
    {"the whole document cannot be set", "", "8", "--set =8: a JSON pointer begins with '/'"},
    {"a tilde needs 0 or 1", "/a~2", "8", "--set /a~2=8: in a JSON pointer '~' is followed by"},
    {"a tilde at the end", "/a~", "8", "'~' is followed by 0 or 1"},
    {"the parent must exist", "/host/a/address", "x",
     "--set /host/a/address=x: the document has no member \"host\"; did you mean \"hosts\"?"},
    {"the parent must exist further in", "/hosts/zebra/address", "x",
     "/hosts has no member \"zebra\""},
    {"a number has no members", "/seed/x", "1", "/seed is neither an object nor an array"},
    {"a string has no members", "/hosts/a~1b/address/x/y", "1",
     "/hosts/a~1b/address is neither an object nor an array"},
    {"a name is no index", "/links/first", "1",
     "/links is an array: expected an index, or - to append, got \"first\""},
    {"minus is no parent", "/links/-/rate", "1", "expected an index, got \"-\""},
    {"a negative index", "/links/-1", "1", "got \"-1\""},
    {"an index with a superfluous zero", "/links/00", "1", "got \"00\""},
    {"an index with a plus sign", "/links/+1", "1", "got \"+1\""},
    {"an index behind the end", "/links/2", "1", "/links has 2 elements, counted from 0"},
    {"an index that does not fit 64 bits", "/links/99999999999999999999", "1", "expected an index"},
    {"what begins as JSON must be JSON", "/seed", "{\"a\":1",
     "--set /seed={\"a\":1:1:7: the object that begins at line 1, column 1 has no end"},
    {"a broken array is no string", "/seed", "[1,]", "a ',' too many"},
    {"a broken string is no string", "/seed", "\"a", "has no end"},
    {"duplicate keys in a value", "/seed", "{\"a\":1,\"a\":2}", "/a: the key appears twice"},
    {"a value that is not UTF-8", "/seed", "\xFF", "the value is not UTF-8"},
    {"a pointer that is not UTF-8", "/\xFF", "1", "the JSON pointer is not UTF-8"},
};

static void the_request_is_refused_and_nothing_changes(void **state)
{
    const SetRow *row = *state;
    g_autoptr(IcsJsonDocument) document = parse(trace);
    g_autofree char *before = ics_json_document_text(document);
    GError *error = NULL;

    assert_false(ics_json_document_set(document, row->pointer, row->value, &error));
    assert_true(g_error_matches(error, ICS_ERROR, ICS_ERROR_INPUT));
    if (!strstr(error->message, row->result)) {
        fail_msg("\"%s\" lacks \"%s\"", error->message, row->result);
    }
    g_error_free(error);
    g_autofree char *after = ics_json_document_text(document);
    assert_string_equal(after, before);
}

static void assert_where(const IcsJsonNode *node, const char *expected)
{
    g_autofree char *where = ics_json_where(node);

    assert_string_equal(where, expected);
}

static void messages_name_the_option_that_set_a_value(void **state)
{
    (void)state;
    g_autoptr(IcsJsonDocument) document = parse(trace);
    IcsJsonNode root;
    IcsJsonNode node;
    IcsJsonNode child;
    size_t line;
    size_t column;

    assert_true(ics_json_document_set(document, "/seed", "5", NULL));
    assert_true(ics_json_document_set(document, "/links/-", "{\"rate\": 1}", NULL));
    root = ics_json_root(document);
    assert_where(&root, "test:1:1");
    assert_true(ics_json_member(&root, "seed", &node));
    assert_where(&node, "--set /seed=5: /seed");
    assert_false(ics_json_position(&node, false, &line, &column));
    assert_true(ics_json_member(&root, "links", &node));
    assert_where(&node, "test:2:11: /links");
    assert_true(ics_json_element(&node, 1, &child));
    assert_where(&child, "test:2:31: /links/1");
    assert_true(ics_json_element(&node, 2, &child));
    assert_where(&child, "--set /links/-={\"rate\": 1}: /links/2");
    IcsJsonNode rate;
    assert_true(ics_json_member(&child, "rate", &rate));
    GError *error = NULL;
    ics_json_error(&rate, &error, "wrong");
    assert_string_equal(error->message, "--set /links/-={\"rate\": 1}: /links/2/rate: wrong");
    g_error_free(error);
}

static void a_name_that_only_begins_alike_is_not_meant(void **state)
{
    (void)state;
    g_autoptr(IcsJsonDocument) document = parse("{\"a\": 1, \"ab\": 2}");
    IcsJsonNode root;
    IcsJsonNode node;

    assert_true(ics_json_document_set(document, "/a", "5", NULL));
    root = ics_json_root(document);
    assert_true(ics_json_member(&root, "ab", &node));
    assert_where(&node, "test:1:16: /ab");
}

static void the_last_option_wins(void **state)
{
    (void)state;
    g_autoptr(IcsJsonDocument) document = parse("{\"a\": {\"b\": 1}}");
    IcsJsonNode root;
    IcsJsonNode a;
    IcsJsonNode b;

    assert_true(ics_json_document_set(document, "/a", "{\"b\": 2, \"c\": 3}", NULL));
    assert_true(ics_json_document_set(document, "/a/b", "4", NULL));
    root = ics_json_root(document);
    assert_true(ics_json_member(&root, "a", &a));
    assert_true(ics_json_member(&a, "b", &b));
    assert_where(&b, "--set /a/b=4: /a/b");
    assert_true(ics_json_member(&a, "c", &b));
    assert_where(&b, "--set /a={\"b\": 2, \"c\": 3}: /a/c");
    assert_true(ics_json_document_set(document, "/a", "{\"b\": 5}", NULL));
    root = ics_json_root(document);
    assert_true(ics_json_member(&root, "a", &a));
    assert_true(ics_json_member(&a, "b", &b));
    assert_where(&b, "--set /a={\"b\": 5}: /a/b");
}

static void a_long_or_multiline_option_is_cut_to_a_line(void **state)
{
    (void)state;
    g_autoptr(IcsJsonDocument) document = parse("{}");
    IcsJsonNode root;
    IcsJsonNode node;
    g_autofree char *value = g_strnfill(1000, 'x');

    assert_true(ics_json_document_set(document, "/a", value, NULL));
    assert_true(ics_json_document_set(document, "/b", "x\ny", NULL));
    root = ics_json_root(document);
    assert_true(ics_json_member(&root, "a", &node));
    g_autofree char *where = ics_json_where(&node);
    assert_true(strlen(where) < 90);
    assert_true(g_str_has_suffix(where, "xxx...: /a"));
    assert_true(ics_json_member(&root, "b", &node));
    assert_where(&node, "--set /b=x y: /b");
}

static void a_value_must_not_nest_the_document_deeper_than_64(void **state)
{
    (void)state;
    GString *value = g_string_new(NULL);

    for (int i = 0; i < 62; i++) {
        g_string_append_c(value, '[');
    }
    for (int i = 0; i < 62; i++) {
        g_string_append_c(value, ']');
    }
    g_autoptr(IcsJsonDocument) document = parse("{\"a\": {\"b\": {}}}");
    GError *error = NULL;
    assert_true(ics_json_document_set(document, "/a/b", value->str, NULL));
    assert_true(ics_json_document_set(document, "/a/b", "{}", NULL));
    assert_false(ics_json_document_set(document, "/a/b/c", value->str, &error));
    assert_non_null(strstr(error->message, "nested deeper than 64 levels"));
    g_error_free(error);
    g_string_free(value, TRUE);
}

static void a_document_that_is_a_scalar_has_nothing_to_set(void **state)
{
    (void)state;
    g_autoptr(IcsJsonDocument) document = parse("5");
    GError *error = NULL;

    assert_false(ics_json_document_set(document, "/a", "1", &error));
    assert_string_equal(error->message,
                        "--set /a=1: the document is neither an object nor an array");
    g_error_free(error);
}

int main(void)
{
    GArray *tests = g_array_new(FALSE, TRUE, sizeof(struct CMUnitTest));
    const struct CMUnitTest others[] = {
        cmocka_unit_test(messages_name_the_option_that_set_a_value),
        cmocka_unit_test(a_name_that_only_begins_alike_is_not_meant),
        cmocka_unit_test(the_last_option_wins),
        cmocka_unit_test(a_long_or_multiline_option_is_cut_to_a_line),
        cmocka_unit_test(a_value_must_not_nest_the_document_deeper_than_64),
        cmocka_unit_test(a_document_that_is_a_scalar_has_nothing_to_set),
    };

    for (size_t i = 0; i < G_N_ELEMENTS(good_rows); i++) {
        struct CMUnitTest test = {.name = good_rows[i].name,
                                  .test_func = the_value_is_set,
                                  .initial_state = (void *)&good_rows[i]};
        g_array_append_val(tests, test);
    }
    for (size_t i = 0; i < G_N_ELEMENTS(bad_rows); i++) {
        struct CMUnitTest test = {.name = bad_rows[i].name,
                                  .test_func = the_request_is_refused_and_nothing_changes,
                                  .initial_state = (void *)&bad_rows[i]};
        g_array_append_val(tests, test);
    }
    g_array_append_vals(tests, others, G_N_ELEMENTS(others));
    int failed =
        _cmocka_run_group_tests("--set", (struct CMUnitTest *)tests->data, tests->len, NULL, NULL);
    g_array_free(tests, TRUE);
    return failed;
}
