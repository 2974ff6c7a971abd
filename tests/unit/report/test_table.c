#include <cmocka.h>

#include "tool/report/table.h"

static const IcsTableColumn columns[] = {
    {"Name", ICS_TABLE_LEFT, ICS_TABLE_KEEP, true},
    {"sent", ICS_TABLE_RIGHT, ICS_TABLE_KEEP, true},
    {"dup", ICS_TABLE_RIGHT, 90, false},
    {"latency", ICS_TABLE_RIGHT, 50, false},
    {"note", ICS_TABLE_LEFT, 20, false},
};

static void add_row(IcsTable *table, const char *name, uint64_t sent, uint64_t dup,
                    const char *latency, const char *note)
{
    ics_table_cell(table, ICS_INK_PLAIN, name);
    ics_table_count(table, sent);
    ics_table_count(table, dup);
    ics_table_cell(table, ICS_INK_PLAIN, latency);
    if (note != NULL) {
        ics_table_cell(table, ICS_INK_PLAIN, note);
    } else {
        ics_table_nothing(table, "-");
    }
}

static IcsTable *two_rows(uint64_t dup, const char *note)
{
    IcsTable *table = ics_table_new(columns, G_N_ELEMENTS(columns));
    add_row(table, "asker -> echo", 1000, dup, "20.4 ms", note);
    add_row(table, "b", 7, 0, "5 ms", NULL);
    return table;
}

static void check(const IcsTable *table, int width, bool colour, const char *expected)
{
    g_autoptr(GString) out = g_string_new(NULL);
    IcsPage page = {out, width, colour};
    ics_table_write(table, &page);
    assert_string_equal(out->str, expected);
}

static void numbers_stand_right_and_names_left(void **state)
{
    (void)state;
    g_autoptr(IcsTable) table = two_rows(9, "x");
    check(table, 80, false,
          "Name           sent  dup  latency  note\n"
          "asker -> echo  1000    9  20.4 ms  x\n"
          "b                 7    0     5 ms  -\n");
}

static void a_column_that_says_nothing_is_left_out(void **state)
{
    (void)state;
    g_autoptr(IcsTable) table = two_rows(0, NULL);
    check(table, 80, false,
          "Name           sent  latency\n"
          "asker -> echo  1000  20.4 ms\n"
          "b                 7     5 ms\n");
}

static void what_finds_no_room_is_told(void **state)
{
    (void)state;
    g_autoptr(IcsTable) table = two_rows(9, "x");
    g_autoptr(GPtrArray) none = ics_table_left_out(table, 80);
    g_autoptr(GPtrArray) two = ics_table_left_out(table, 25);
    assert_int_equal(none->len, 0);
    assert_int_equal(two->len, 2);
    assert_string_equal(g_ptr_array_index(two, 0), "latency");
    assert_string_equal(g_ptr_array_index(two, 1), "note");
    g_autoptr(IcsTable) silent = two_rows(9, NULL);
    g_autoptr(GPtrArray) one = ics_table_left_out(silent, 25);
    assert_int_equal(one->len, 1);
}

static void on_a_narrow_page_the_least_important_column_goes_first(void **state)
{
    (void)state;
    g_autoptr(IcsTable) table = two_rows(9, "x");
    check(table, 38, false,
          "Name           sent  dup  latency\n"
          "asker -> echo  1000    9  20.4 ms\n"
          "b                 7    0     5 ms\n");
    check(table, 32, false,
          "Name           sent  dup\n"
          "asker -> echo  1000    9\n"
          "b                 7    0\n");
}

static void at_last_the_first_column_is_cut(void **state)
{
    (void)state;
    g_autoptr(IcsTable) table = two_rows(9, "x");
    check(table, 16, false,
          "Name        sent\n"
          "asker -> …  1000\n"
          "b              7\n");
    check(table, 4, false,
          "Name      sent\n"
          "asker -…  1000\n"
          "b            7\n");
}

static void wide_characters_keep_the_columns_straight(void **state)
{
    (void)state;
    g_autoptr(IcsTable) table = ics_table_new(columns, 2);
    ics_table_cell(table, ICS_INK_PLAIN, "北京");
    ics_table_count(table, 1);
    ics_table_cell(table, ICS_INK_PLAIN, "Zürich");
    ics_table_count(table, 22);
    check(table, 80, false, "Name    sent\n北京       1\nZürich    22\n");
}

static void colour_surrounds_the_text_and_not_the_padding(void **state)
{
    (void)state;
    g_autoptr(IcsTable) table = ics_table_new(columns, 2);
    ics_table_cell(table, ICS_INK_PLAIN, "a");
    ics_table_cell(table, ICS_INK_BAD, "7");
    check(table, 80, true,
          "\033[1mName\033[0m  \033[1msent\033[0m\n"
          "a        \033[1;31m7\033[0m\n");
}

static void a_remark_stands_under_its_row_and_is_wrapped(void **state)
{
    (void)state;
    g_autoptr(IcsTable) table = ics_table_new(columns, 2);
    ics_table_cell(table, ICS_INK_PLAIN, "a");
    ics_table_count(table, 1);
    ics_table_remark(table, ICS_INK_PLAIN, "loss asked 10 % got 10.4 %; duplicate asked 1 %");
    ics_table_cell(table, ICS_INK_PLAIN, "b");
    ics_table_count(table, 2);
    check(table, 40, false,
          "Name  sent\n"
          "a        1\n"
          "  loss asked 10 % got 10.4 %; duplicate\n"
          "  asked 1 %\n"
          "b        2\n");
}

static void a_table_without_rows_is_nothing(void **state)
{
    (void)state;
    g_autoptr(IcsTable) table = ics_table_new(columns, G_N_ELEMENTS(columns));
    check(table, 80, false, "");
}

static void a_name_cannot_break_a_line(void **state)
{
    (void)state;
    g_autoptr(IcsTable) table = ics_table_new(columns, 1);
    ics_table_cell(table, ICS_INK_PLAIN, "a\nb\033");
    check(table, 80, false, "Name\na\357\277\275b\357\277\275\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_stand_right_and_names_left),
        cmocka_unit_test(a_column_that_says_nothing_is_left_out),
        cmocka_unit_test(what_finds_no_room_is_told),
        cmocka_unit_test(on_a_narrow_page_the_least_important_column_goes_first),
        cmocka_unit_test(at_last_the_first_column_is_cut),
        cmocka_unit_test(wide_characters_keep_the_columns_straight),
        cmocka_unit_test(colour_surrounds_the_text_and_not_the_padding),
        cmocka_unit_test(a_remark_stands_under_its_row_and_is_wrapped),
        cmocka_unit_test(a_table_without_rows_is_nothing),
        cmocka_unit_test(a_name_cannot_break_a_line),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
