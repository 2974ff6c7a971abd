#include <cmocka.h>

#include "tool/report/text_width.h"

static void check_cut(const char *text, int width, const char *expected)
{
    g_autofree char *cut = ics_text_cut(text, width);
    assert_string_equal(cut, expected);
    assert_true(ics_text_width(cut) <= width);
}

/* `expected` holds the lines with '|' between them. */
static void check_wrap(const char *text, int width, const char *expected)
{
    g_autoptr(GPtrArray) lines = ics_text_wrap(text, width);
    g_autoptr(GString) joined = g_string_new(NULL);
    for (guint i = 0; i < lines->len; i++) {
        g_string_append_printf(joined, "%s%s", i > 0 ? "|" : "",
                               (const char *)g_ptr_array_index(lines, i));
    }
    assert_string_equal(joined->str, expected);
}

static void ascii_takes_a_column_a_character(void **state)
{
    (void)state;
    assert_int_equal(ics_text_width(""), 0);
    assert_int_equal(ics_text_width("asker -> echo"), 13);
}

static void bytes_are_not_columns(void **state)
{
    (void)state;
    assert_int_equal(ics_text_width("Zürich"), 6);
    assert_int_equal(ics_text_width("北京"), 4);
    assert_int_equal(ics_text_width("e\314\201te\314\201"), 3);
}

static void a_text_that_fits_is_not_cut(void **state)
{
    (void)state;
    check_cut("server", 6, "server");
    check_cut("", 1, "");
}

static void a_cut_text_ends_in_an_ellipsis(void **state)
{
    (void)state;
    check_cut("servers", 6, "serve…");
    check_cut("servers", 1, "…");
}

static void a_wide_character_is_not_cut_in_half(void **state)
{
    (void)state;
    check_cut("北京市", 5, "北京…");
    check_cut("北京市", 4, "北…");
}

static void control_characters_cannot_reach_the_terminal(void **state)
{
    (void)state;
    g_autofree char *plain = ics_text_plain("a\033[31mb\nc\302\205d\177");
    assert_string_equal(plain, "a\357\277\275[31mb\357\277\275c\357\277\275d\357\277\275");
}

static void invalid_bytes_are_replaced(void **state)
{
    (void)state;
    g_autofree char *plain = ics_text_plain("a\377b\303");
    assert_true(g_utf8_validate(plain, -1, NULL));
    assert_int_equal(ics_text_width(plain), 4);
}

static void lines_are_broken_between_words(void **state)
{
    (void)state;
    check_wrap("one two three four", 9, "one two|three|four");
    check_wrap("one two three four", 7, "one two|three|four");
    check_wrap("one two", 80, "one two");
    check_wrap("", 80, "");
    check_wrap("  one   two  ", 5, "one|two");
}

static void a_word_that_is_too_long_is_broken_inside(void **state)
{
    (void)state;
    check_wrap("abcdefghij kl", 4, "abcd|efgh|ij|kl");
    check_wrap("北京市", 3, "北|京|市");
    check_wrap("北", 1, "北");
}

static void a_percent_sign_stays_with_its_number(void **state)
{
    (void)state;
    check_wrap("loses 10 % of them", 8, "loses|10 % of|them");
}

static void a_no_break_space_holds_words_together(void **state)
{
    (void)state;
    check_wrap("aa bb\302\240cc dd", 6, "aa|bb\302\240cc|dd");
    g_autofree char *plain = ics_text_with_plain_spaces("bb\302\240cc");
    assert_string_equal(plain, "bb cc");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ascii_takes_a_column_a_character),
        cmocka_unit_test(bytes_are_not_columns),
        cmocka_unit_test(a_text_that_fits_is_not_cut),
        cmocka_unit_test(a_cut_text_ends_in_an_ellipsis),
        cmocka_unit_test(a_wide_character_is_not_cut_in_half),
        cmocka_unit_test(control_characters_cannot_reach_the_terminal),
        cmocka_unit_test(invalid_bytes_are_replaced),
        cmocka_unit_test(lines_are_broken_between_words),
        cmocka_unit_test(a_word_that_is_too_long_is_broken_inside),
        cmocka_unit_test(a_percent_sign_stays_with_its_number),
        cmocka_unit_test(a_no_break_space_holds_words_together),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
