/* Tables in netem's format. The expected samples are worked out by tabledist() of Linux's
 * net/sched/sch_netem.c: (sigma % 8192 * t +- 4096) / 8192 + sigma / 8192 * t + mu. */
#include <cmocka.h>
#include <glib/gstdio.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/error.h"
#include "sim/distribution.h"

static int64_t sample_of_value(int16_t value, int64_t location, int64_t spread)
{
    g_autoptr(IcsDistribution) table = ics_distribution_new_table(&value, 1);
    return ics_distribution_sample(table, location, spread, 0);
}

static IcsDistribution *parse(const char *text)
{
    g_autoptr(GError) error = NULL;
    IcsDistribution *table =
        ics_distribution_parse_table("jitter.dist", text, strlen(text), &error);
    assert_null(error);
    return table;
}

static void assert_refused(const char *text, size_t length, const char *message)
{
    g_autoptr(GError) error = NULL;
    assert_null(ics_distribution_parse_table("jitter.dist", text, length, &error));
    assert_true(g_error_matches(error, ICS_ERROR, ICS_ERROR_INPUT));
    assert_string_equal(error->message, message);
}

static void a_value_of_8192_is_one_spread(void **state)
{
    (void)state;
    assert_int_equal(sample_of_value(8192, 20, 1000), 1020);
    assert_int_equal(sample_of_value(-8192, 20, 1000), -980);
    assert_int_equal(sample_of_value(0, 20, 1000), 20);
    assert_int_equal(sample_of_value(8192, 0, 100000), 100000);
}

static void halves_are_rounded_away_from_zero_as_in_netem(void **state)
{
    (void)state;
    assert_int_equal(sample_of_value(1, 0, 4096), 1);
    assert_int_equal(sample_of_value(-1, 0, 4096), -1);
    assert_int_equal(sample_of_value(1, 0, 4095), 0);
    assert_int_equal(sample_of_value(-1, 0, 4095), 0);
    assert_int_equal(sample_of_value(1, 0, 8192 + 4096), 2);
    assert_int_equal(sample_of_value(32767, 5000000, 2500000), 5000000 + 9999695);
}

static void samples_of_a_table_are_held_within_int64(void **state)
{
    (void)state;
    assert_true(sample_of_value(32767, INT64_MAX, INT64_MAX) == INT64_MAX);
    assert_true(sample_of_value(-32768, INT64_MIN, INT64_MAX) == INT64_MIN);
    assert_true(sample_of_value(-32768, 3, 0) == 3);
}

static void every_entry_has_an_equal_share_of_the_draws(void **state)
{
    (void)state;
    const int16_t values[] = {-3, 5, 1, 9};
    g_autoptr(IcsDistribution) table = ics_distribution_new_table(values, 4);
    for (uint64_t i = 0; i < 4; i++) {
        uint64_t first = i << 62, last = first + (UINT64_C(1) << 62) - 1;
        assert_int_equal(ics_distribution_sample(table, 0, 8192, first), values[i]);
        assert_int_equal(ics_distribution_sample(table, 0, 8192, last), values[i]);
    }
}

static void a_table_keeps_its_own_copy_of_the_values(void **state)
{
    (void)state;
    int16_t value = 8192;
    g_autoptr(IcsDistribution) table = ics_distribution_new_table(&value, 1);
    value = 0;
    assert_int_equal(ics_distribution_sample(table, 0, 7, 0), 7);
    assert_int_equal(ics_distribution_kind(table), ICS_DISTRIBUTION_TABLE);
}

static void comments_blanks_and_every_base_of_strtol_are_read(void **state)
{
    (void)state;
    g_autoptr(IcsDistribution) table =
        parse("# normal distribution, 1 x\n\n \t-32768 010\r\n  0x7fff\n#1 2 3\n+7");
    const int64_t expected[] = {-32768, 8, 32767, 7};
    for (uint64_t i = 0; i < 4; i++) {
        assert_int_equal(ics_distribution_sample(table, 0, 8192, i << 62), expected[i]);
    }
}

static void what_is_no_number_is_refused_with_its_line(void **state)
{
    (void)state;
    const char text[] = "# one\n1 2\n3 four 5\n";
    assert_refused(text, strlen(text),
                   "jitter.dist:3: \"four\" is not an integer from -32768 to 32767");
    assert_refused("1 2x", 4, "jitter.dist:1: \"2x\" is not an integer from -32768 to 32767");
    assert_refused("-", 1, "jitter.dist:1: \"-\" is not an integer from -32768 to 32767");
    assert_refused("1 # 2", 5, "jitter.dist:1: \"#\" is not an integer from -32768 to 32767");
    assert_refused("1.5", 3, "jitter.dist:1: \"1.5\" is not an integer from -32768 to 32767");
}

static void numbers_beyond_16_bits_are_refused(void **state)
{
    (void)state;
    assert_refused("32768", 5, "jitter.dist:1: \"32768\" is not an integer from -32768 to 32767");
    assert_refused("\n-32769", 7,
                   "jitter.dist:2: \"-32769\" is not an integer from -32768 to 32767");
    const char huge[] = "99999999999999999999";
    assert_refused(
        huge, strlen(huge),
        "jitter.dist:1: \"99999999999999999999\" is not an integer from -32768 to 32767");
}

static void a_nul_byte_is_refused(void **state)
{
    (void)state;
    assert_refused("1\n2\0 3\n", 7, "jitter.dist:2: a NUL byte in a table of integers");
}

static void a_table_without_values_is_refused(void **state)
{
    (void)state;
    assert_refused("", 0, "jitter.dist: a distribution table without values");
    assert_refused("# nothing\n \n", 12, "jitter.dist: a distribution table without values");
}

static void netems_16384_values_are_taken_and_one_more_is_refused(void **state)
{
    (void)state;
    g_autoptr(GString) text = g_string_new(NULL);
    for (int i = 0; i < ICS_DISTRIBUTION_TABLE_MAX; i++) {
        g_string_append_printf(text, "%d\n", i - 8192);
    }
    g_autoptr(IcsDistribution) table = parse(text->str);
    assert_int_equal(ics_distribution_sample(table, 0, 8192, UINT64_MAX), 8191);
    g_string_append(text, "1");
    assert_refused(text->str, text->len, "jitter.dist:16385: more than 16384 values");
}

static void a_file_is_read(void **state)
{
    (void)state;
    g_autofree char *directory = g_dir_make_tmp("ipcsim-XXXXXX", NULL);
    g_autofree char *path = g_build_filename(directory, "a.dist", NULL);
    assert_true(g_file_set_contents(path, "8192\n", -1, NULL));
    g_autoptr(GError) error = NULL;
    g_autoptr(IcsDistribution) table = ics_distribution_load_table(path, &error);
    assert_null(error);
    assert_int_equal(ics_distribution_sample(table, 1, 2, 0), 3);
    assert_int_equal(g_remove(path), 0);
    assert_int_equal(g_rmdir(directory), 0);
}

static void a_file_that_is_not_there_is_refused(void **state)
{
    (void)state;
    g_autoptr(GError) error = NULL;
    assert_null(ics_distribution_load_table("/nonexistent/a.dist", &error));
    assert_true(g_error_matches(error, ICS_ERROR, ICS_ERROR_INPUT));
    assert_non_null(strstr(error->message, "/nonexistent/a.dist"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_value_of_8192_is_one_spread),
        cmocka_unit_test(halves_are_rounded_away_from_zero_as_in_netem),
        cmocka_unit_test(samples_of_a_table_are_held_within_int64),
        cmocka_unit_test(every_entry_has_an_equal_share_of_the_draws),
        cmocka_unit_test(a_table_keeps_its_own_copy_of_the_values),
        cmocka_unit_test(comments_blanks_and_every_base_of_strtol_are_read),
        cmocka_unit_test(what_is_no_number_is_refused_with_its_line),
        cmocka_unit_test(numbers_beyond_16_bits_are_refused),
        cmocka_unit_test(a_nul_byte_is_refused),
        cmocka_unit_test(a_table_without_values_is_refused),
        cmocka_unit_test(netems_16384_values_are_taken_and_one_more_is_refused),
        cmocka_unit_test(a_file_is_read),
        cmocka_unit_test(a_file_that_is_not_there_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
