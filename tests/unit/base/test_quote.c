#include <cmocka.h>
#include <glib.h>
#include <string.h>

#include "base/quote.h"

static void assert_quoted(const char *text, const char *expected)
{
    g_autofree char *quoted = ics_quote(text);

    assert_string_equal(quoted, expected);
}

static void foreign_text_is_made_fit_for_a_line(void **state)
{
    (void)state;
    assert_quoted("", "\"\"");
    assert_quoted("abc", "\"abc\"");
    assert_quoted("a\"b\\c", "\"a\\\"b\\\\c\"");
    assert_quoted("\x1B[31m\n", "\"\\u001b[31m\\n\"");
    assert_quoted("\xC3\xA9", "\"\xC3\xA9\"");
    assert_quoted("\xC3", "\"\xEF\xBF\xBD\"");
}

static void long_text_is_cut_after_sixty_characters(void **state)
{
    (void)state;
    g_autofree char *fits = g_strnfill(60, 'x');
    g_autofree char *long_text = g_strnfill(61, 'x');
    g_autofree char *fits_quoted = g_strdup_printf("\"%s\"", fits);
    g_autofree char *long_quoted = g_strdup_printf("\"%s...\"", fits);

    assert_quoted(fits, fits_quoted);
    assert_quoted(long_text, long_quoted);
}

static void a_cut_never_splits_a_character(void **state)
{
    (void)state;
    GString *text = g_string_new(NULL);

    for (int i = 0; i < 100; i++) {
        g_string_append(text, i % 2 ? "\xE2\x82\xAC" : "\xFF");
    }
    g_autofree char *quoted = ics_quote(text->str);
    assert_true(g_utf8_validate(quoted, -1, NULL));
    assert_int_equal(g_utf8_strlen(quoted, -1), 60 + 5);
    g_string_free(text, TRUE);
}

static void a_line_has_no_quotes_and_the_callers_limit(void **state)
{
    (void)state;
    g_autofree char *whole = ics_one_line("a\nb", 3);
    g_autofree char *cut = ics_one_line("abcd", 3);
    g_autofree char *nothing = ics_one_line("", 3);

    assert_string_equal(whole, "a\\nb");
    assert_string_equal(cut, "abc...");
    assert_string_equal(nothing, "");
}

static void lists_read_like_a_sentence(void **state)
{
    (void)state;
    const char *const names[] = {"a", "b", "c", NULL};
    g_autofree char *three = ics_join_names(names);
    g_autofree char *two = ics_join_names(names + 1);
    g_autofree char *one = ics_join_names(names + 2);
    g_autofree char *none = ics_join_names(names + 3);

    assert_string_equal(three, "a, b or c");
    assert_string_equal(two, "b or c");
    assert_string_equal(one, "c");
    assert_string_equal(none, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(foreign_text_is_made_fit_for_a_line),
        cmocka_unit_test(long_text_is_cut_after_sixty_characters),
        cmocka_unit_test(a_cut_never_splits_a_character),
        cmocka_unit_test(a_line_has_no_quotes_and_the_callers_limit),
        cmocka_unit_test(lists_read_like_a_sentence),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
