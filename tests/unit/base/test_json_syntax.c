/*
 * Which texts are documents: RFC 8259 clause by clause, in the manner of JSONTestSuite (y_ must be
 * accepted, n_ refused), and what we refuse beyond it.
 */
#include <cmocka.h>
#include <glib.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/error.h"
#include "base/json_document.h"

/* A text that may hold NUL. */
#define TEXT(literal) literal, sizeof(literal) - 1

typedef struct {
    const char *name;
    const char *text;
    size_t length;
    const char *result; /* accepted: canonical text; refused: a part of the message */
} SyntaxRow;

static const SyntaxRow good_rows[] = {
    {"y: null", TEXT("null"), "null"},
    {"y: true", TEXT("true"), "true"},
    {"y: false", TEXT("false"), "false"},
    {"y: a number alone", TEXT("42"), "42"},
    {"y: a number and white space", TEXT(" 42 \n"), "42"},
    {"y: a string alone", TEXT("\"a\""), "\"a\""},
    {"y: the empty string", TEXT("\"\""), "\"\""},
    {"y: the empty array", TEXT("[]"), "[]"},
    {"y: the empty object", TEXT("{}"), "{}"},
    {"y: white space of every kind", TEXT(" \t\r\n[ \t\r\n1 \t\r\n, \t\r\n2 \t\r\n] \t\r\n"),
     "[1,2]"},
    {"y: white space in an object", TEXT("{ \"a\" : 1 , \"b\" : 2 }"), "{\"a\":1,\"b\":2}"},
    {"y: zero", TEXT("[0]"), "[0]"},
    {"y: minus zero", TEXT("[-0]"), "[0]"},
    {"y: minus zero with a fraction", TEXT("[-0.0]"), "[-0.0]"},
    {"y: a negative number", TEXT("[-1]"), "[-1]"},
    {"y: a fraction keeps its text", TEXT("[1.50]"), "[1.50]"},
    {"y: a long fraction keeps its text", TEXT("[0.1000000000000000055511151231257827]"),
     "[0.1000000000000000055511151231257827]"},
    {"y: an exponent", TEXT("[1e5,1E5,1e+5,1E-5,0e1,0e+1,123.456e78]"),
     "[1e5,1E5,1e+5,1E-5,0e1,0e+1,123.456e78]"},
    {"y: an exponent that no double holds", TEXT("[1e400,-1e400,1e-400]"), "[1e400,-1e400,1e-400]"},
    {"y: the largest integer", TEXT("[9223372036854775807]"), "[9223372036854775807]"},
    {"y: the smallest integer", TEXT("[-9223372036854775808]"), "[-9223372036854775808]"},
    {"y: a large number with a fraction", TEXT("[9223372036854775808.0]"),
     "[9223372036854775808.0]"},
    {"y: nested", TEXT("[[],[[]],{\"a\":{}}]"), "[[],[[]],{\"a\":{}}]"},
    {"y: an empty key", TEXT("{\"\":0}"), "{\"\":0}"},
    {"y: members keep their order", TEXT("{\"z\":1,\"a\":2,\"m\":3}"), "{\"z\":1,\"a\":2,\"m\":3}"},
    {"y: one key in two objects", TEXT("{\"a\":{\"a\":1},\"b\":{\"a\":1}}"),
     "{\"a\":{\"a\":1},\"b\":{\"a\":1}}"},
    {"y: keys that differ in case", TEXT("{\"a\":1,\"A\":2}"), "{\"a\":1,\"A\":2}"},
    {"y: the short escapes", TEXT("\"\\\"\\\\\\/\\b\\f\\n\\r\\t\""),
     "\"\\\"\\\\/\\b\\f\\n\\r\\t\""},
    {"y: an escaped letter", TEXT("\"\\u0041\\u00e9\\u20AC\""), "\"A\xC3\xA9\xE2\x82\xAC\""},
    {"y: an escaped control character", TEXT("\"\\u0001\\u001F\""), "\"\\u0001\\u001f\""},
    {"y: a surrogate pair", TEXT("\"\\uD83D\\uDE00\""), "\"\xF0\x9F\x98\x80\""},
    {"y: the highest surrogate pair", TEXT("\"\\uDBFF\\uDFFF\""), "\"\xF4\x8F\xBF\xBF\""},
    {"y: two pairs", TEXT("\"\\ud800\\udc00\\ud800\\udc00\""),
     "\"\xF0\x90\x80\x80\xF0\x90\x80\x80\""},
    {"y: DEL needs no escape", TEXT("\"\x7F\""), "\"\x7F\""},
    {"y: UTF-8 of two, three and four bytes",
     TEXT("\"\xC2\x80\xDF\xBF\xE0\xA0\x80\xF0\x90\x80\x80\""),
     "\"\xC2\x80\xDF\xBF\xE0\xA0\x80\xF0\x90\x80\x80\""},
    {"y: noncharacters are characters", TEXT("\"\xEF\xBF\xBF\""), "\"\xEF\xBF\xBF\""},
    {"y: on both sides of the surrogates", TEXT("\"\xED\x9F\xBF\xEE\x80\x80\""),
     "\"\xED\x9F\xBF\xEE\x80\x80\""},
    {"y: a byte order mark inside a string", TEXT("\"\xEF\xBB\xBF\""), "\"\xEF\xBB\xBF\""},
    {"y: an escaped key", TEXT("{\"\\u0061\":1}"), "{\"a\":1}"},
    {"y: a comment's signs inside a string", TEXT("\"// /* # '\""), "\"// /* # '\""},
};

static void the_document_is_accepted(void **state)
{
    const SyntaxRow *row = *state;
    GError *error = NULL;
    IcsJsonDocument *document = ics_json_document_parse("test", row->text, row->length, &error);

    if (!document) {
        fail_msg("%s", error->message);
    }
    g_autofree char *text = ics_json_document_text(document);
    assert_string_equal(text, row->result);
    ics_json_document_free(document);
}

static const SyntaxRow bad_rows[] = {
    {"n: nothing", TEXT(""), "test:1:1: the document is empty"},
    {"n: white space alone", TEXT(" \n "), "test:2:2: the document is empty"},
    {"n: two values", TEXT("1 2"), "test:1:3: only white space may follow"},
    {"n: a comma behind", TEXT("[1],"), "test:1:4: only white space may follow"},
    {"n: a bracket behind", TEXT("[1]]"), "test:1:4: only white space may follow"},
    {"n: a word behind", TEXT("{}x"), "test:1:3: only white space may follow"},
    {"n: NUL behind", TEXT("[]\0"), "test:1:3: only white space may follow"},
    {"n: NUL in front", TEXT("\0[]"), "test:1:1: NUL is not allowed"},
    {"n: NUL between tokens", TEXT("[\0]"), "test:1:2: NUL is not allowed"},
    {"n: NUL in a string", TEXT("\"a\0b\""), "test:1:3: a string must not contain NUL"},
    {"n: NUL in a key", TEXT("{\"a\0b\":1}"), "test:1:4: a string must not contain NUL"},
    {"n: escaped NUL", TEXT("\"a\\u0000b\""), "test:1:3: a string must not contain NUL"},
    {"n: a byte order mark", TEXT("\xEF\xBB\xBF[]"), "test:1:1: the document must not begin with"},
    {"n: UTF-16", TEXT("\xFF\xFE[\0]\0"), "test:1:1: invalid UTF-8"},
    {"n: an unclosed array", TEXT("[1"), "the array that begins at line 1, column 1 has no end"},
    {"n: an unclosed object", TEXT("[\n {\"a\":1"), "the object that begins at line 2, column 2"},
    {"n: an unclosed string", TEXT("[\"abc"), "test:1:2: the string that begins here has no end"},
    {"n: a backslash at the end", TEXT("\"\\"), "test:1:2: unknown escape"},
    {"n: a string that ends in an escaped quote", TEXT("\"\\\""), "has no end"},
    {"n: a comma at the end of an array", TEXT("[1,]"), "a ',' too many"},
    {"n: a comma at the end of an object", TEXT("{\"a\":1,}"), "a ',' too many"},
    {"n: a comma at the start", TEXT("[,1]"), "expected a value or ']', got ','"},
    {"n: two commas", TEXT("[1,,2]"), "expected a value, got ','"},
    {"n: a comma alone in an object", TEXT("{,}"), "expected a key between double quotes or '}'"},
    {"n: no comma in an array", TEXT("[1 2]"), "test:1:4: expected ',' or ']', got 2"},
    {"n: no comma in an object", TEXT("{\"a\":1 \"b\":2}"), "expected ',' or '}', got \"b\""},
    {"n: no colon", TEXT("{\"a\" 1}"), "expected ':' after the key, got 1"},
    {"n: a comma for a colon", TEXT("{\"a\",1}"), "expected ':' after the key, got ','"},
    {"n: two colons", TEXT("{\"a\"::1}"), "expected a value, got ':'"},
    {"n: a colon in an array", TEXT("[\"a\":1]"), "expected ',' or ']', got ':'"},
    {"n: no value", TEXT("{\"a\":}"), "expected a value, got '}'"},
    {"n: the wrong bracket", TEXT("[1}"), "expected ',' or ']', got '}'"},
    {"n: the wrong brace", TEXT("{\"a\":1]"), "expected ',' or '}', got ']'"},
    {"n: a bracket alone", TEXT("]"), "expected a value, got ']'"},
    {"n: a number as key", TEXT("{1:1}"), "expected a key between double quotes or '}', got 1"},
    {"n: an array as key", TEXT("{[]:1}"), "expected a key between double quotes or '}', got '['"},
    {"n: a key without quotes", TEXT("{a:1}"), "strings and keys stand between double quotes"},
    {"n: single quotes", TEXT("['a']"), "test:1:2: strings stand between double quotes"},
    {"n: a comment of C++", TEXT("[1] // one"), "only white space may follow"},
    {"n: a comment inside", TEXT("[1, // one\n2]"), "test:1:5: JSON has no comments"},
    {"n: a comment of C", TEXT("/* */ 1"), "JSON has no comments"},
    {"n: a comment of a shell", TEXT("# a\n1"), "JSON has no comments"},
    {"n: NaN", TEXT("[NaN]"), "test:1:2: NaN and Infinity are not JSON numbers"},
    {"n: nan", TEXT("nan"), "NaN and Infinity are not JSON numbers"},
    {"n: Infinity", TEXT("[Infinity]"), "NaN and Infinity are not JSON numbers"},
    {"n: minus Infinity", TEXT("[-Infinity]"), "NaN and Infinity are not JSON numbers"},
    {"n: minus NaN", TEXT("[-NaN]"), "NaN and Infinity are not JSON numbers"},
    {"n: True", TEXT("[True]"), "unexpected \"True\"; did you mean true?"},
    {"n: FALSE", TEXT("[FALSE]"), "unexpected \"FALSE\""},
    {"n: tru", TEXT("[tru]"), "did you mean true?"},
    {"n: truth", TEXT("[trues]"), "unexpected \"trues\"; did you mean true?"},
    {"n: None", TEXT("[None]"), "unexpected \"None\""},
    {"n: a leading zero", TEXT("[01]"), "test:1:2: a number must not begin with a superfluous 0"},
    {"n: a negative leading zero", TEXT("[-012]"), "a number must not begin with a superfluous 0"},
    {"n: two zeros", TEXT("[00]"), "superfluous 0"},
    {"n: a plus sign", TEXT("[+1]"), "a number begins with a digit or '-'"},
    {"n: a minus sign alone", TEXT("[-]"), "a digit must follow '-'"},
    {"n: two minus signs", TEXT("[--1]"), "a digit must follow '-'"},
    {"n: minus and a space", TEXT("[- 1]"), "a digit must follow '-'"},
    {"n: a point in front", TEXT("[.5]"), "a number begins with a digit or '-'"},
    {"n: minus and a point", TEXT("[-.5]"), "a digit must follow '-'"},
    {"n: a point at the end", TEXT("[1.]"), "a digit must follow the decimal point"},
    {"n: a point before an exponent", TEXT("[1.e5]"), "a digit must follow the decimal point"},
    {"n: two points", TEXT("[1.2.3]"), "test:1:2: this is not a JSON number"},
    {"n: an empty exponent", TEXT("[1e]"), "an exponent needs a digit"},
    {"n: an exponent with a sign alone", TEXT("[1e+]"), "an exponent needs a digit"},
    {"n: two exponents", TEXT("[1e5e5]"), "not a JSON number"},
    {"n: a fractional exponent", TEXT("[1e5.5]"), "not a JSON number"},
    {"n: hexadecimal", TEXT("[0x1F]"), "not a JSON number"},
    {"n: a number that runs into a word", TEXT("[1a]"), "not a JSON number"},
    {"n: an underscore in a number", TEXT("[1_000]"), "not a JSON number"},
    {"n: a full-width digit", TEXT("[\xEF\xBC\x91]"), "unexpected \"\xEF\xBC\x91\""},
    {"n: 2^63", TEXT("[9223372036854775808]"), "test:1:2: /0: the integer is outside the range"},
    {"n: below -2^63", TEXT("[-9223372036854775809]"), "outside the range of 64 bits"},
    {"n: 2^64", TEXT("[18446744073709551616]"), "outside the range of 64 bits"},
    {"n: a hundred digits", TEXT("[1000000000000000000000000000000000000000000000000000000000000]"),
     "outside the range of 64 bits"},
    {"n: a new-line in a string", TEXT("\"a\nb\""),
     "test:1:3: the string does not end on its line"},
    {"n: a tab in a string", TEXT("\"a\tb\""), "a control character in a string"},
    {"n: U+001F in a string", TEXT("\"\x1F\""), "a control character in a string"},
    {"n: an unknown escape", TEXT("\"\\x41\""), "test:1:2: unknown escape"},
    {"n: an escaped single quote", TEXT("\"\\'\""), "unknown escape"},
    {"n: an escaped zero", TEXT("\"\\0\""), "unknown escape"},
    {"n: an escaped NUL byte", TEXT("\"\\\0\""), "unknown escape"},
    {"n: a capital U escape", TEXT("\"\\U0041\""), "unknown escape"},
    {"n: three hexadecimal digits", TEXT("\"\\u004\""), "four hexadecimal digits"},
    {"n: a letter that is no digit", TEXT("\"\\u00G0\""), "four hexadecimal digits"},
    {"n: a high surrogate alone", TEXT("\"\\uD800\""), "a high surrogate stands without"},
    {"n: a high surrogate and a letter", TEXT("\"\\uD800a\""), "a high surrogate stands without"},
    {"n: a high surrogate and another", TEXT("\"\\uD800\\uD800\""),
     "a high surrogate stands without"},
    {"n: a high surrogate and another escape", TEXT("\"\\uD800\\n\""), "a high surrogate stands"},
    {"n: a high surrogate at the end", TEXT("\"\\uD800\\u"), "a high surrogate stands without"},
    {"n: a low surrogate alone", TEXT("\"\\uDC00\""), "a low surrogate stands without"},
    {"n: surrogates in the wrong order", TEXT("\"\\uDC00\\uD800\""), "a low surrogate stands"},
    {"n: a continuation byte alone", TEXT("\"\x80\""), "test:1:2: invalid UTF-8"},
    {"n: a truncated character", TEXT("\"\xE2\x82\""), "invalid UTF-8"},
    {"n: a character cut by the end", TEXT("\"\xF0\x9F\x98"), "invalid UTF-8"},
    {"n: an overlong slash", TEXT("\"\xC0\xAF\""), "invalid UTF-8"},
    {"n: an overlong slash of three bytes", TEXT("\"\xE0\x80\xAF\""), "invalid UTF-8"},
    {"n: an overlong character of four bytes", TEXT("\"\xF0\x8F\xBF\xBF\""), "invalid UTF-8"},
    {"n: overlong NUL", TEXT("\"\xC0\x80\""), "invalid UTF-8"},
    {"n: a surrogate in UTF-8", TEXT("\"\xED\xA0\x80\""), "invalid UTF-8"},
    {"n: over U+10FFFF", TEXT("\"\xF4\x90\x80\x80\""), "invalid UTF-8"},
    {"n: 0xFF", TEXT("\"\xFF\""), "invalid UTF-8"},
    {"n: Latin-1", TEXT("[\"\xE9t\xE9\"]"), "test:1:3: invalid UTF-8"},
    {"n: invalid UTF-8 outside strings", TEXT("[\xE9]"), "test:1:2: invalid UTF-8"},
    {"n: a no-break space", TEXT("[\xC2\xA0]"), "unexpected"},
    {"n: a form feed", TEXT("[\f]"), "unexpected \"\\f\""},
    {"n: two equal keys", TEXT("{\"a\":1,\n \"a\":2}"),
     "test:2:2: /a: the key appears twice; first at line 1, column 2"},
    {"n: equal keys, one escaped", TEXT("{\"a\":1,\"\\u0061\":1}"), "the key appears twice"},
    {"n: equal keys, one with a short escape", TEXT("{\"a\\n\\/\":1,\"a\\u000a/\":1}"),
     "test:1:12: /a\\n~1: the key appears twice"},
    {"n: equal keys beyond the basic plane", TEXT("{\"\xF0\x9F\x98\x80\":1,\"\\ud83d\\ude00\":1}"),
     "test:1:8: /\xF0\x9F\x98\x80: the key appears twice"},
    {"n: equal keys far apart", TEXT("{\"a\":1,\"b\":2,\"c\":3,\"a\":4}"), "test:1:20: /a"},
    {"n: equal keys further in", TEXT("{\"x\":[0,{\"a/b\":1,\"a/b\":2}]}"),
     "/x/1/a~1b: the key appears twice"},
    {"n: equal empty keys", TEXT("{\"\":1,\"\":1}"), "test:1:7: /: the key appears twice"},
    {"n: three equal keys name the second", TEXT("{\"a\":1,\"a\":2,\"a\":3}"),
     "test:1:8: /a: the key appears twice; first at line 1, column 2"},
};

static void the_document_is_refused(void **state)
{
    const SyntaxRow *row = *state;
    GError *error = NULL;

    assert_null(ics_json_document_parse("test", row->text, row->length, &error));
    assert_true(g_error_matches(error, ICS_ERROR, ICS_ERROR_INPUT));
    if (!strstr(error->message, row->result)) {
        fail_msg("\"%s\" lacks \"%s\"", error->message, row->result);
    }
    assert_true(g_str_has_prefix(error->message, "test:"));
    assert_true(g_utf8_validate(error->message, -1, NULL));
    g_error_free(error);
}

/* Every beginning of a document that is one object is no document. */
static void every_truncated_document_is_refused(void **state)
{
    (void)state;
    const char text[] =
        "{\"a\":[1,-2.5e+3,true,null],\"\\u00e9\xC3\xA9\":{\"b\":\"\\ud83d\\ude00\"}}";

    for (size_t length = 0; length < sizeof text - 1; length++) {
        GError *error = NULL;
        assert_null(ics_json_document_parse("test", text, length, &error));
        assert_true(g_error_matches(error, ICS_ERROR, ICS_ERROR_INPUT));
        g_error_free(error);
    }
    g_autoptr(IcsJsonDocument) whole = ics_json_document_parse("test", text, sizeof text - 1, NULL);
    assert_non_null(whole);
}

static char *nested(size_t depth, const char *open, const char *inner, const char *close)
{
    GString *text = g_string_new(NULL);

    for (size_t i = 0; i < depth; i++) {
        g_string_append(text, open);
    }
    g_string_append(text, inner);
    for (size_t i = 0; i < depth; i++) {
        g_string_append(text, close);
    }
    return g_string_free(text, FALSE);
}

static void sixty_four_levels_are_accepted_and_one_more_is_not(void **state)
{
    (void)state;
    const struct {
        const char *open;
        const char *inner;
        const char *close;
    } kinds[] = {{"[", "", "]"}, {"[", "1", "]"}, {"{\"a\":", "null", "}"}};

    for (size_t i = 0; i < G_N_ELEMENTS(kinds); i++) {
        g_autofree char *good = nested(64, kinds[i].open, kinds[i].inner, kinds[i].close);
        g_autofree char *bad = nested(65, kinds[i].open, kinds[i].inner, kinds[i].close);
        g_autoptr(IcsJsonDocument) document =
            ics_json_document_parse("test", good, strlen(good), NULL);
        g_autofree char *text = ics_json_document_text(document);
        GError *error = NULL;
        assert_string_equal(text, good);
        assert_null(ics_json_document_parse("test", bad, strlen(bad), &error));
        assert_non_null(strstr(error->message, "nested deeper than 64 levels"));
        g_error_free(error);
    }
}

static void a_hundred_thousand_open_brackets_do_not_overflow_the_stack(void **state)
{
    (void)state;
    g_autofree char *text = nested(100000, "[", "", "");
    GError *error = NULL;

    assert_null(ics_json_document_parse("test", text, strlen(text), &error));
    assert_non_null(strstr(error->message, "test:1:65: nested deeper"));
    g_error_free(error);
}

static void add_rows(GArray *tests, const SyntaxRow *rows, size_t n, CMUnitTestFunction function)
{
    for (size_t i = 0; i < n; i++) {
        struct CMUnitTest test = {
            .name = rows[i].name, .test_func = function, .initial_state = (void *)&rows[i]};
        g_array_append_val(tests, test);
    }
}

int main(void)
{
    GArray *tests = g_array_new(FALSE, TRUE, sizeof(struct CMUnitTest));
    const struct CMUnitTest others[] = {
        cmocka_unit_test(every_truncated_document_is_refused),
        cmocka_unit_test(sixty_four_levels_are_accepted_and_one_more_is_not),
        cmocka_unit_test(a_hundred_thousand_open_brackets_do_not_overflow_the_stack),
    };

    add_rows(tests, good_rows, G_N_ELEMENTS(good_rows), the_document_is_accepted);
    add_rows(tests, bad_rows, G_N_ELEMENTS(bad_rows), the_document_is_refused);
    g_array_append_vals(tests, others, G_N_ELEMENTS(others));
    int failed = _cmocka_run_group_tests("JSON syntax", (struct CMUnitTest *)tests->data,
                                         tests->len, NULL, NULL);
    g_array_free(tests, TRUE);
    return failed;
}
