#include <cmocka.h>

#include "tool/report/quantity.h"

static void check_time(int64_t ns, const char *expected)
{
    char text[ICS_QUANTITY_TEXT_SIZE];
    assert_string_equal(ics_quantity_time(ns, text), expected);
}

static void check_percent(uint64_t n, uint64_t of, const char *expected)
{
    char text[ICS_QUANTITY_TEXT_SIZE];
    assert_string_equal(ics_quantity_percent((IcsRatio){n, of}, text), expected);
}

static void times_have_three_digits_and_the_unit_that_fits(void **state)
{
    (void)state;
    check_time(0, "0 s");
    check_time(1, "1 ns");
    check_time(999, "999 ns");
    check_time(1000, "1 us");
    check_time(20418432, "20.4 ms");
    check_time(20000000, "20 ms");
    check_time(1234567890, "1.23 s");
    check_time(512000, "512 us");
    check_time(INT64_C(3600000000000), "3600 s");
}

static void rounding_is_half_up_and_may_reach_the_next_unit(void **state)
{
    (void)state;
    check_time(1235, "1.24 us");
    check_time(1234, "1.23 us");
    check_time(99950, "100 us");
    check_time(99949, "99.9 us");
    check_time(999499, "999 us");
    check_time(999500, "1 ms");
    check_time(999999999, "1 s");
}

static void the_longest_time_fits(void **state)
{
    (void)state;
    check_time(INT64_MAX, "9223372037 s");
}

static void rates_and_sizes_go_by_thousands(void **state)
{
    (void)state;
    char text[ICS_QUANTITY_TEXT_SIZE];
    assert_string_equal(ics_quantity_rate(0, text), "0 bit/s");
    assert_string_equal(ics_quantity_rate(358400, text), "358 kbit/s");
    assert_string_equal(ics_quantity_rate(10000000, text), "10 Mbit/s");
    assert_string_equal(ics_quantity_rate(INT64_MAX, text), "9223372037 Gbit/s");
    assert_string_equal(ics_quantity_bytes(512, text), "512 B");
    assert_string_equal(ics_quantity_bytes(1050000, text), "1.05 MB");
}

static void percentages_of_any_size_have_three_digits(void **state)
{
    (void)state;
    check_percent(104, 1000, "10.4 %");
    check_percent(0, 1000, "0 %");
    check_percent(1000, 1000, "100 %");
    check_percent(1, 3, "33.3 %");
    check_percent(2, 3, "66.7 %");
    check_percent(123, 1000000, "0.0123 %");
    check_percent(9999, 10000, "100 %");
    check_percent(3, 1, "300 %");
    check_percent(UINT64_MAX, UINT64_MAX, "100 %");
}

static void a_ratio_of_nothing_is_a_dash(void **state)
{
    (void)state;
    char text[ICS_QUANTITY_TEXT_SIZE];
    check_percent(0, 0, "-");
    assert_string_equal(ics_quantity_mean((IcsRatio){0, 0}, text), "-");
}

static void means_have_no_unit(void **state)
{
    (void)state;
    char text[ICS_QUANTITY_TEXT_SIZE];
    assert_string_equal(ics_quantity_mean((IcsRatio){1, 2}, text), "0.5");
    assert_string_equal(ics_quantity_mean((IcsRatio){18700, 10}, text), "1870");
}

/* The units of bounds in traces (traces/expectation.h). */
static void ratios_become_bounds(void **state)
{
    (void)state;
    assert_true(ics_ratio_bound((IcsRatio){1, 2}) == INT64_C(1) << 62);
    assert_true(ics_ratio_bound((IcsRatio){5, 5}) == INT64_MAX);
    assert_true(ics_ratio_bound((IcsRatio){7, 5}) == INT64_MAX);
    assert_true(ics_ratio_bound((IcsRatio){0, 5}) == 0);
}

static void a_probability_is_written_in_parts_that_every_program_can_hold(void **state)
{
    (void)state;
    IcsProbability tenth;
    assert_true(ics_probability_parse("10%", &tenth, NULL));
    assert_int_equal(ics_ratio_of_probability(tenth).n, 100000000000000);
    assert_int_equal(ics_ratio_of_probability(tenth).of, 1000000000000000);
    assert_int_equal(ics_ratio_of_probability(ICS_PROBABILITY_ONE).n, 1000000000000000);
    assert_int_equal(ics_ratio_of_probability(0).n, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(times_have_three_digits_and_the_unit_that_fits),
        cmocka_unit_test(rounding_is_half_up_and_may_reach_the_next_unit),
        cmocka_unit_test(the_longest_time_fits),
        cmocka_unit_test(rates_and_sizes_go_by_thousands),
        cmocka_unit_test(percentages_of_any_size_have_three_digits),
        cmocka_unit_test(a_ratio_of_nothing_is_a_dash),
        cmocka_unit_test(means_have_no_unit),
        cmocka_unit_test(ratios_become_bounds),
        cmocka_unit_test(a_probability_is_written_in_parts_that_every_program_can_hold),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
