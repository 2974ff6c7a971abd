/* Against the table of critical values in the NIST/SEMATECH e-Handbook of Statistical Methods,
 * section 1.3.6.7.2 (one-sided there: 0.95, 0.975 and 0.995). */
#include <cmocka.h>
#include <math.h>

#include "tool/experiments/student.h"

typedef struct Row {
    uint32_t degrees;
    double at_90, at_95, at_99; /* percent, two-sided */
} Row;

static const Row published[] = {
    {1, 6.314, 12.706, 63.657}, {2, 2.920, 4.303, 9.925},  {3, 2.353, 3.182, 5.841},
    {4, 2.132, 2.776, 4.604},   {5, 2.015, 2.571, 4.032},  {6, 1.943, 2.447, 3.707},
    {7, 1.895, 2.365, 3.499},   {8, 1.860, 2.306, 3.355},  {9, 1.833, 2.262, 3.250},
    {10, 1.812, 2.228, 3.169},  {11, 1.796, 2.201, 3.106}, {12, 1.782, 2.179, 3.055},
    {15, 1.753, 2.131, 2.947},  {19, 1.729, 2.093, 2.861}, {20, 1.725, 2.086, 2.845},
    {24, 1.711, 2.064, 2.797},  {29, 1.699, 2.045, 2.756}, {30, 1.697, 2.042, 2.750},
    {40, 1.684, 2.021, 2.704},  {60, 1.671, 2.000, 2.660}, {100, 1.660, 1.984, 2.626},
};

static void assert_rounds_to(double value, double printed)
{
    if (fabs(value - printed) > 0.00051) {
        fail_msg("%.6f is not the published %.3f", value, printed);
    }
}

static void quantiles_are_those_of_published_tables(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof published / sizeof *published; i++) {
        const Row *row = &published[i];
        assert_rounds_to(ics_student_quantile(0.90, row->degrees), row->at_90);
        assert_rounds_to(ics_student_quantile(0.95, row->degrees), row->at_95);
        assert_rounds_to(ics_student_quantile(0.99, row->degrees), row->at_99);
    }
}

static void one_degree_of_freedom_is_the_cauchy_distribution(void **state)
{
    (void)state;
    assert_float_equal(ics_student_within(1, 1), 0.5, 1e-14);
    assert_float_equal(ics_student_quantile(0.95, 1), tan(0.475 * 3.14159265358979323846), 1e-10);
}

/* P(|T| <= t) = t / sqrt(2 + t^2). */
static void two_degrees_of_freedom_have_a_closed_form(void **state)
{
    (void)state;
    for (double t = 0; t < 10; t += 0.5) {
        assert_float_equal(ics_student_within(t, 2), t / sqrt(2 + t * t), 1e-14);
    }
}

static void many_degrees_of_freedom_come_near_to_the_normal_distribution(void **state)
{
    (void)state;
    assert_float_equal(ics_student_quantile(0.95, 1000000), 1.959964, 5e-6);
    assert_float_equal(ics_student_quantile(0.95, 999999), 1.959964, 5e-6);
}

static void a_quantile_and_its_probability_are_inverse(void **state)
{
    (void)state;
    for (uint32_t degrees = 1; degrees <= 200; degrees++) {
        double t = ics_student_quantile(0.95, degrees);
        assert_float_equal(ics_student_within(t, degrees), 0.95, 1e-12);
    }
}

static void nothing_is_within_nothing(void **state)
{
    (void)state;
    assert_true(ics_student_within(0, 1) == 0);
    assert_true(ics_student_within(0, 2) == 0);
    assert_float_equal(ics_student_quantile(0, 7), 0, 1e-12);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(quantiles_are_those_of_published_tables),
        cmocka_unit_test(one_degree_of_freedom_is_the_cauchy_distribution),
        cmocka_unit_test(two_degrees_of_freedom_have_a_closed_form),
        cmocka_unit_test(many_degrees_of_freedom_come_near_to_the_normal_distribution),
        cmocka_unit_test(a_quantile_and_its_probability_are_inverse),
        cmocka_unit_test(nothing_is_within_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
