#include <cmocka.h>

#include "tool/experiments/estimate_text.h"

#define PM "\302\261"

static void assert_reads(IcsMeasureUnit unit, double mean, double half_width, const char *mean_text,
                         const char *half_text)
{
    IcsEstimate estimate = {.n = 30, .mean = mean, .has_interval = true, .half_width = half_width};
    IcsEstimateText text = ics_estimate_text(&estimate, unit, false);
    assert_string_equal(text.mean, mean_text);
    assert_string_equal(text.half, half_text);
}

static void counts_show_two_digits_of_their_interval(void **state)
{
    (void)state;
    assert_reads(ICS_MEASURE_UNIT_COUNT, 862.93, 3.14, "862.9", PM "3.1");
    assert_reads(ICS_MEASURE_UNIT_COUNT, 137.07, 31.4, "137", PM "31");
    assert_reads(ICS_MEASURE_UNIT_COUNT, 123456, 0.5, "123456", PM "<1");
    assert_reads(ICS_MEASURE_UNIT_RATIO, 1.10372, 0.00312, "1.104", PM "0.003");
}

static void both_have_the_unit_of_the_mean(void **state)
{
    (void)state;
    assert_reads(ICS_MEASURE_UNIT_TIME, 20412345, 123456, "20.41 ms", PM "0.12");
    assert_reads(ICS_MEASURE_UNIT_TIME, 999, 10, "999 ns", PM "10");
    assert_reads(ICS_MEASURE_UNIT_TIME, 1e9, 2e9, "1.0 s", PM "2.0");
    assert_reads(ICS_MEASURE_UNIT_RATE, 358216.5, 1234, "358.2 kbit/s", PM "1.2");
    assert_reads(ICS_MEASURE_UNIT_RATE, 12e9, 1e9, "12.0 Gbit/s", PM "1.0");
}

static void certain_values_have_no_more_digits_than_they_need(void **state)
{
    (void)state;
    assert_reads(ICS_MEASURE_UNIT_COUNT, 1000, 0, "1000", PM "0");
    assert_reads(ICS_MEASURE_UNIT_TIME, 20400000, 0, "20.4 ms", PM "0");
    assert_reads(ICS_MEASURE_UNIT_COUNT, 0, 0, "0", PM "0");
    assert_reads(ICS_MEASURE_UNIT_TIME, 0, 0, "0", PM "0");
}

static void an_interval_around_nothing_keeps_its_unit(void **state)
{
    (void)state;
    assert_reads(ICS_MEASURE_UNIT_TIME, 0, 2500000, "0.0 ms", PM "2.5");
}

static void a_small_interval_is_not_called_none(void **state)
{
    (void)state;
    assert_reads(ICS_MEASURE_UNIT_TIME, 20412345, 12, "20.41 ms", PM "<0.01");
}

static void differences_have_a_sign(void **state)
{
    (void)state;
    IcsEstimate estimate = {.n = 2, .mean = 137.1, .has_interval = true, .half_width = 3.1};
    assert_string_equal(ics_estimate_text(&estimate, ICS_MEASURE_UNIT_COUNT, true).mean, "+137.1");
    estimate.mean = -137.1;
    assert_string_equal(ics_estimate_text(&estimate, ICS_MEASURE_UNIT_COUNT, true).mean, "-137.1");
    estimate.mean = -0.001;
    assert_string_equal(ics_estimate_text(&estimate, ICS_MEASURE_UNIT_COUNT, true).mean, "0.0");
}

static void one_run_has_no_interval(void **state)
{
    (void)state;
    IcsEstimate estimate = {.n = 1, .mean = 20416000};
    IcsEstimateText text = ics_estimate_text(&estimate, ICS_MEASURE_UNIT_TIME, false);
    assert_string_equal(text.mean, "20.42 ms");
    assert_string_equal(text.half, "");
}

static void no_run_has_no_value(void **state)
{
    (void)state;
    IcsEstimate estimate = {0};
    IcsEstimateText text = ics_estimate_text(&estimate, ICS_MEASURE_UNIT_RATE, true);
    assert_string_equal(text.mean, "-");
    assert_string_equal(text.half, "");
}

static void decimals_for_programs_are_short_and_never_minus_nothing(void **state)
{
    (void)state;
    char text[ICS_DECIMAL_TEXT_SIZE];
    assert_string_equal(ics_decimal_text(0, text), "0");
    assert_string_equal(ics_decimal_text(-0.0000001, text), "0");
    assert_string_equal(ics_decimal_text(1.5, text), "1.5");
    assert_string_equal(ics_decimal_text(100, text), "100");
    assert_string_equal(ics_decimal_text(-20412345.25, text), "-20412345.25");
    assert_string_equal(ics_decimal_text(1.0 / 3, text), "0.333333");
    assert_string_equal(ics_decimal_text(9223372036854775807.0, text), "9223372036854775808");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(counts_show_two_digits_of_their_interval),
        cmocka_unit_test(both_have_the_unit_of_the_mean),
        cmocka_unit_test(certain_values_have_no_more_digits_than_they_need),
        cmocka_unit_test(an_interval_around_nothing_keeps_its_unit),
        cmocka_unit_test(a_small_interval_is_not_called_none),
        cmocka_unit_test(differences_have_a_sign),
        cmocka_unit_test(one_run_has_no_interval),
        cmocka_unit_test(no_run_has_no_value),
        cmocka_unit_test(decimals_for_programs_are_short_and_never_minus_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
