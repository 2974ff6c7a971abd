/* The instrument before the measurement: published quantiles, and that the rule of twenty seeds
 * accepts what is right and refuses what is not. */
#include <cmocka.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "tests/support/statistics.h"

static void assert_close(double value, double expected, double tolerance)
{
    if (!(fabs(value - expected) <= tolerance)) {
        fail_msg("%.17g, expected %.17g", value, expected);
    }
}

static void the_normal_distribution_has_its_published_quantiles(void **state)
{
    (void)state;
    assert_close(ics_stat_normal_cdf(0), 0.5, 1e-15);
    assert_close(ics_stat_normal_cdf(1.959963984540054), 0.975, 1e-12);
    assert_close(ics_stat_normal_tail(4.5), 3.397673124730053e-06, 1e-17);
    assert_close(ics_stat_normal_quantile(0.025), 1.959963984540054, 1e-9);
    assert_close(ics_stat_normal_quantile(0.5), 0, 1e-9);
}

static void chi_square_has_its_published_quantiles(void **state)
{
    (void)state;
    assert_close(ics_stat_chi_square_quantile(0.05, 1), 3.841459, 1e-5);
    assert_close(ics_stat_chi_square_quantile(0.001, 10), 29.588298, 1e-5);
    assert_close(ics_stat_chi_square_quantile(0.001, 99), 148.230, 1e-2);
    /* With two degrees of freedom the tail is exp(-x/2). */
    assert_close(ics_stat_chi_square_tail(3, 2), exp(-1.5), 1e-12);
    assert_close(ics_stat_chi_square_tail(30, 2), exp(-15), 1e-15);
    assert_close(ics_stat_chi_square_tail(0, 5), 1, 1e-15);
}

static void a_chi_square_as_a_z_score_keeps_its_tail(void **state)
{
    (void)state;
    double x = ics_stat_chi_square_quantile(0.025, 20);
    assert_close(ics_stat_chi_square_z(x, 20), 1.959963984540054, 1e-6);
    assert_close(ics_stat_chi_square_z(1e6, 3), 40, 1e-9);
}

static void counts_that_match_have_a_chi_square_of_zero(void **state)
{
    (void)state;
    const double probabilities[] = {0.25, 0.25, 0.5};
    const uint64_t exact[] = {25, 25, 50}, wrong[] = {35, 15, 50};
    assert_close(ics_stat_chi_square(exact, probabilities, 3), 0, 1e-12);
    assert_close(ics_stat_chi_square(wrong, probabilities, 3), 8, 1e-12);
}

static void kolmogorov_has_its_published_quantiles(void **state)
{
    (void)state;
    /* K(1.3581) = 0.95 and K(1.9495) = 0.999 in the limit; n = 20 at 5 %: 0.294 (Massey 1951). */
    assert_close(ics_stat_ks_tail(1.3581 / 1000, 1000000), 0.05, 1e-3);
    assert_close(ics_stat_ks_tail(1.9495 / 1000, 1000000), 0.001, 1e-4);
    assert_close(ics_stat_ks_tail(0.294, 20), 0.05, 3e-3);
    assert_close(ics_stat_ks_tail(0, 20), 1, 1e-12);
}

static double unit_cdf(double x, const void *context)
{
    (void)context;
    return x;
}

static void the_ks_distance_of_a_sorted_grid_is_half_a_step(void **state)
{
    (void)state;
    double grid[] = {0.9, 0.1, 0.7, 0.3, 0.5};
    assert_close(ics_stat_ks_distance(grid, 5, unit_cdf, NULL), 0.1, 1e-12);
    double low[] = {0.0, 0.0};
    assert_close(ics_stat_ks_distance(low, 2, unit_cdf, NULL), 1, 1e-12);
}

static void z_scores_count_standard_deviations(void **state)
{
    (void)state;
    assert_close(ics_stat_z_binomial(550, 1000, 0.5), 50 / sqrt(250), 1e-12);
    assert_close(ics_stat_z_mean(10.3, 100, 10, 1), 3, 1e-9);
    assert_close(ics_stat_z(7, 10, 9), -1, 1e-12);
}

/* Twenty values at the midpoints of twenty equal parts of the normal distribution. */
static void ideal_z(double z[ICS_STAT_SEEDS], double shift)
{
    for (int i = 0; i < ICS_STAT_SEEDS; i++) {
        z[i] = shift - ics_stat_normal_quantile((i + 0.5) / ICS_STAT_SEEDS);
    }
}

static void ideal_scores_pass_the_rule(void **state)
{
    (void)state;
    double z[ICS_STAT_SEEDS];
    ideal_z(z, 0);
    assert_true(ics_stat_pass(z, ICS_STAT_SEEDS));
}

static void one_score_over_four_and_a_half_sigma_fails_the_rule(void **state)
{
    (void)state;
    double z[ICS_STAT_SEEDS];
    ideal_z(z, 0);
    z[0] = -4.51;
    assert_false(ics_stat_pass(z, ICS_STAT_SEEDS));
    z[0] = NAN;
    assert_false(ics_stat_pass(z, ICS_STAT_SEEDS));
}

static void scores_that_are_all_a_little_high_fail_the_rule(void **state)
{
    (void)state;
    double z[ICS_STAT_SEEDS];
    ideal_z(z, 1.3);
    assert_false(ics_stat_pass(z, ICS_STAT_SEEDS));
}

static void scores_that_are_too_good_fail_the_rule(void **state)
{
    (void)state;
    double z[ICS_STAT_SEEDS] = {0};
    assert_false(ics_stat_pass(z, ICS_STAT_SEEDS));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_normal_distribution_has_its_published_quantiles),
        cmocka_unit_test(chi_square_has_its_published_quantiles),
        cmocka_unit_test(a_chi_square_as_a_z_score_keeps_its_tail),
        cmocka_unit_test(counts_that_match_have_a_chi_square_of_zero),
        cmocka_unit_test(kolmogorov_has_its_published_quantiles),
        cmocka_unit_test(the_ks_distance_of_a_sorted_grid_is_half_a_step),
        cmocka_unit_test(z_scores_count_standard_deviations),
        cmocka_unit_test(ideal_scores_pass_the_rule),
        cmocka_unit_test(one_score_over_four_and_a_half_sigma_fails_the_rule),
        cmocka_unit_test(scores_that_are_all_a_little_high_fail_the_rule),
        cmocka_unit_test(scores_that_are_too_good_fail_the_rule),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
