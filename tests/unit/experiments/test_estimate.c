#include <cmocka.h>
#include <math.h>

#include "tool/experiments/estimate.h"

static const IcsRatio undefined = {0, 0};

static IcsRatio count(uint64_t n)
{
    return (IcsRatio){n, 1};
}

/* 10, 12, 14, 16, 18: mean 14, variance 40 / 4 = 10, t for 4 degrees of freedom 2.776. */
static void an_interval_is_that_of_the_worked_example(void **state)
{
    (void)state;
    const IcsRatio values[] = {count(10), count(12), count(14), count(16), count(18)};
    IcsEstimate estimate = ics_estimate_mean(values, 5);
    assert_int_equal(estimate.n, 5);
    assert_true(estimate.mean == 14);
    assert_true(estimate.has_interval);
    assert_float_equal(estimate.half_width, 2.7764451 * sqrt(10) / sqrt(5), 1e-6);
}

/* "Student" 1908, The probable error of a mean, section IX: the additional hours of sleep gained by
 * ten patients with each of two drugs. The mean of the differences is 1.58 and their standard
 * deviation (by n - 1) 1.23; t for 9 degrees of freedom is 2.262, so that the half width is 0.88.
 * Here the hours are shifted by 10 and in tenths. */
static void differences_are_taken_pair_by_pair(void **state)
{
    (void)state;
    const int first[] = {7, -16, -2, -12, -1, 34, 37, 8, 0, 20};
    const int second[] = {19, 8, 11, 1, -1, 44, 55, 16, 46, 34};
    IcsRatio a[10];
    IcsRatio b[10];
    for (int i = 0; i < 10; i++) {
        a[i] = (IcsRatio){(uint64_t)(100 + first[i]), 10};
        b[i] = (IcsRatio){(uint64_t)(100 + second[i]), 10};
    }
    IcsEstimate estimate = ics_estimate_difference(b, a, 10);
    assert_int_equal(estimate.n, 10);
    assert_float_equal(estimate.mean, 1.58, 1e-9);
    assert_float_equal(estimate.half_width, 0.8798, 1e-4);
    IcsEstimate unpaired = ics_estimate_mean(b, 10);
    assert_true(unpaired.half_width > estimate.half_width);
}

static void one_value_has_no_interval(void **state)
{
    (void)state;
    const IcsRatio value = {7, 2};
    IcsEstimate estimate = ics_estimate_mean(&value, 1);
    assert_int_equal(estimate.n, 1);
    assert_true(estimate.mean == 3.5);
    assert_false(estimate.has_interval);
}

static void no_value_has_no_mean(void **state)
{
    (void)state;
    assert_int_equal(ics_estimate_mean(NULL, 0).n, 0);
    assert_int_equal(ics_estimate_mean(&undefined, 1).n, 0);
    assert_false(ics_estimate_mean(&undefined, 1).has_interval);
}

static void undefined_values_do_not_count(void **state)
{
    (void)state;
    const IcsRatio values[] = {count(1), undefined, count(3)};
    IcsEstimate estimate = ics_estimate_mean(values, 3);
    assert_int_equal(estimate.n, 2);
    assert_true(estimate.mean == 2);
}

static void a_pair_with_an_undefined_value_does_not_count(void **state)
{
    (void)state;
    const IcsRatio values[] = {count(5), undefined, count(7), count(9)};
    const IcsRatio first[] = {count(4), count(1), undefined, count(6)};
    IcsEstimate estimate = ics_estimate_difference(values, first, 4);
    assert_int_equal(estimate.n, 2);
    assert_true(estimate.mean == 2);
    /* 1 and 3: deviation sqrt(2), t for one degree of freedom. */
    assert_float_equal(estimate.half_width, 12.7062047, 1e-6);
}

static void equal_values_are_certain(void **state)
{
    (void)state;
    IcsRatio thirds[30];
    for (int i = 0; i < 30; i++) {
        thirds[i] = (IcsRatio){1, 3};
    }
    IcsEstimate estimate = ics_estimate_mean(thirds, 30);
    assert_true(estimate.mean == 1.0 / 3);
    assert_true(estimate.half_width == 0);
    assert_true(ics_estimate_difference(thirds, thirds, 30).half_width == 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_interval_is_that_of_the_worked_example),
        cmocka_unit_test(differences_are_taken_pair_by_pair),
        cmocka_unit_test(one_value_has_no_interval),
        cmocka_unit_test(no_value_has_no_mean),
        cmocka_unit_test(undefined_values_do_not_count),
        cmocka_unit_test(a_pair_with_an_undefined_value_does_not_count),
        cmocka_unit_test(equal_values_are_certain),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
