#include <cmocka.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "base/hash.h"
#include "sim/distribution.h"
#include "tests/support/quantile.h"
#include "tests/support/splitmix.h"

/* With this spread and location 0 a sample is the quantile itself with 40 fraction bits. */
#define Q40             (INT64_C(1) << 40)
#define ACCURACY_DRAWS  64000
#define MONOTONE_DRAWS  200000
#define LARGEST_ERROR   0x1p-27
#define HALF_PROBABLE   (ICS_PROBABILITY_ONE / 2)
#define QUARTER_OF_DRAW (UINT64_C(1) << 62)

static const IcsDistributionKind smooth_kinds[] = {
    ICS_DISTRIBUTION_UNIFORM, ICS_DISTRIBUTION_NORMAL,       ICS_DISTRIBUTION_EXPONENTIAL,
    ICS_DISTRIBUTION_PARETO,  ICS_DISTRIBUTION_PARETONORMAL,
};

/* Draws of every magnitude, from either end. */
static uint64_t draw_of_any_size(uint64_t *random, int i)
{
    uint64_t u64 = ics_splitmix_next(random) >> i % 64;
    return i & 64 ? ~u64 : u64;
}

static double quantile_error(IcsDistributionKind kind, double q, uint64_t u)
{
    double expected = ics_quantile_reference(kind, (double)u * 0x1p-64, (double)-u * 0x1p-64);
    return fabs(q - expected) / (1 + fabs(expected));
}

static double worst_quantile_error(IcsDistributionKind kind)
{
    g_autoptr(IcsDistribution) distribution = ics_distribution_new(kind);
    uint64_t random = 1;
    double worst = 0;
    for (int i = 0; i < ACCURACY_DRAWS; i++) {
        uint64_t u = draw_of_any_size(&random, i) | 1;
        double q = (double)ics_distribution_sample(distribution, 0, Q40, u) * 0x1p-40;
        worst = fmax(worst, quantile_error(kind, q, u));
    }
    return worst;
}

static void quantiles_are_those_of_the_closed_formulas(void **state)
{
    (void)state;
    for (size_t i = 0; i < G_N_ELEMENTS(smooth_kinds); i++) {
        assert_true(worst_quantile_error(smooth_kinds[i]) <= LARGEST_ERROR);
    }
}

static void published_quantiles_of_the_normal_distribution_are_met(void **state)
{
    (void)state;
    g_autoptr(IcsDistribution) normal = ics_distribution_new(ICS_DISTRIBUTION_NORMAL);
    const int64_t billion = 1000000000;
    /* 0.975 and 0.75 of 2^64: z = 1.959963985 and 0.674489750. */
    uint64_t u975 = UINT64_C(17985575471866833715), u75 = 3 * QUARTER_OF_DRAW;
    assert_in_range(ics_distribution_sample(normal, 0, billion, u975), 1959963980, 1959963989);
    assert_in_range(ics_distribution_sample(normal, 0, billion, u75), 674489745, 674489755);
}

static void a_larger_draw_never_gives_a_smaller_sample(void **state)
{
    (void)state;
    for (size_t i = 0; i < G_N_ELEMENTS(smooth_kinds); i++) {
        g_autoptr(IcsDistribution) distribution = ics_distribution_new(smooth_kinds[i]);
        uint64_t random = 2;
        for (int draw = 0; draw < MONOTONE_DRAWS; draw++) {
            uint64_t u64 = draw_of_any_size(&random, draw);
            uint64_t step = ics_splitmix_next(&random) >> (random % 64);
            uint64_t larger = u64 + MIN(step, UINT64_MAX - u64);
            assert_true(ics_distribution_sample(distribution, 0, Q40, u64) <=
                        ics_distribution_sample(distribution, 0, Q40, larger));
        }
    }
}

static void assert_no_step_down(const IcsDistribution *distribution, uint64_t edge)
{
    for (int shift = 0; shift < 52; shift += 3) {
        uint64_t u64 = edge << shift;
        assert_true(ics_distribution_sample(distribution, 0, Q40, u64 - 1) <=
                    ics_distribution_sample(distribution, 0, Q40, u64));
        assert_true(ics_distribution_sample(distribution, 0, Q40, -u64 - 1) <=
                    ics_distribution_sample(distribution, 0, Q40, -u64));
    }
}

/* The cubics meet where their intervals do. */
static void samples_do_not_step_down_between_intervals(void **state)
{
    (void)state;
    for (size_t i = 0; i < G_N_ELEMENTS(smooth_kinds); i++) {
        g_autoptr(IcsDistribution) distribution = ics_distribution_new(smooth_kinds[i]);
        for (uint64_t edge = 1; edge < 4096; edge++) {
            assert_no_step_down(distribution, edge);
        }
    }
}

static void normal_is_exactly_symmetric(void **state)
{
    (void)state;
    g_autoptr(IcsDistribution) normal = ics_distribution_new(ICS_DISTRIBUTION_NORMAL);
    uint64_t random = 3;
    for (int i = 0; i < 10000; i++) {
        uint64_t u64 = draw_of_any_size(&random, i);
        assert_true(ics_distribution_sample(normal, 0, 12345678901, u64) ==
                    -ics_distribution_sample(normal, 0, 12345678901, ~u64));
    }
}

static void uniform_takes_each_integer_of_its_range_equally_often(void **state)
{
    (void)state;
    g_autoptr(IcsDistribution) uniform = ics_distribution_new(ICS_DISTRIBUTION_UNIFORM);
    for (uint64_t i = 0; i < 8; i++) {
        uint64_t first = i << 61, last = first + (UINT64_C(1) << 61) - 1;
        int64_t expected = 100 - 4 + (int64_t)i;
        assert_true(ics_distribution_sample(uniform, 100, 4, first) == expected);
        assert_true(ics_distribution_sample(uniform, 100, 4, last) == expected);
    }
}

static void smallest_and_largest_draws_have_finite_samples(void **state)
{
    (void)state;
    g_autoptr(IcsDistribution) normal = ics_distribution_new(ICS_DISTRIBUTION_NORMAL);
    g_autoptr(IcsDistribution) exponential = ics_distribution_new(ICS_DISTRIBUTION_EXPONENTIAL);
    g_autoptr(IcsDistribution) pareto = ics_distribution_new(ICS_DISTRIBUTION_PARETO);
    /* P(Z > 9.0804) = 2^-64, 64 ln 2 = 44.361, 4/3 2^(64/3) - 2 = 3522988. */
    assert_in_range(ics_distribution_sample(normal, 0, 10000, UINT64_MAX), 90600, 91000);
    assert_in_range(-ics_distribution_sample(normal, 0, 10000, 0), 90600, 91000);
    assert_int_equal(ics_distribution_sample(exponential, 0, 1000, UINT64_MAX), 44361);
    assert_int_equal(ics_distribution_sample(exponential, 0, 1000, 0), 0);
    assert_in_range(ics_distribution_sample(pareto, 0, 1, UINT64_MAX), 3522000, 3524000);
    assert_int_equal(ics_distribution_sample(pareto, 0, 300, 0), -200);
}

static void a_spread_of_zero_gives_the_location(void **state)
{
    (void)state;
    const uint64_t draws[] = {0, 1, UINT64_C(1) << 63, UINT64_MAX};
    for (size_t i = 0; i < G_N_ELEMENTS(smooth_kinds); i++) {
        g_autoptr(IcsDistribution) distribution = ics_distribution_new(smooth_kinds[i]);
        for (size_t d = 0; d < G_N_ELEMENTS(draws); d++) {
            assert_true(ics_distribution_sample(distribution, -7, 0, draws[d]) == -7);
        }
    }
}

static void samples_outside_int64_are_held_at_its_ends(void **state)
{
    (void)state;
    const IcsDistributionKind kinds[] = {ICS_DISTRIBUTION_UNIFORM, ICS_DISTRIBUTION_NORMAL,
                                         ICS_DISTRIBUTION_PARETONORMAL};
    for (size_t i = 0; i < G_N_ELEMENTS(kinds); i++) {
        g_autoptr(IcsDistribution) distribution = ics_distribution_new(kinds[i]);
        assert_true(ics_distribution_sample(distribution, INT64_MAX, INT64_MAX, UINT64_MAX) ==
                    INT64_MAX);
        assert_true(ics_distribution_sample(distribution, INT64_MIN, INT64_MAX, 0) == INT64_MIN);
    }
}

/* Pareto's quantile is -2/3 at the least draw and 4/3 (2 - 3/2) = 2/3 where 1/8 is left. */
static void samples_are_rounded_to_the_nearest_integer(void **state)
{
    (void)state;
    g_autoptr(IcsDistribution) pareto = ics_distribution_new(ICS_DISTRIBUTION_PARETO);
    uint64_t eighth_left = -(UINT64_C(1) << 61);
    assert_int_equal(ics_distribution_sample(pareto, 0, 3000, eighth_left), 2000);
    assert_int_equal(ics_distribution_sample(pareto, 0, 2, eighth_left), 1);
    assert_int_equal(ics_distribution_sample(pareto, 0, 1, eighth_left), 1);
    assert_int_equal(ics_distribution_sample(pareto, 0, 2, 0), -1);
    assert_int_equal(ics_distribution_sample(pareto, 5, 1, 0), 4);
}

/* P(X >= k) = 2^-k: sample k begins where 2^-k of the draws are left. */
static void geometric_with_a_half_counts_leading_ones(void **state)
{
    (void)state;
    g_autoptr(IcsDistribution) geometric = ics_distribution_new_geometric(HALF_PROBABLE);
    for (int k = 1; k < 63; k++) {
        uint64_t first = -(UINT64_C(1) << (64 - k));
        assert_int_equal(ics_distribution_sample(geometric, 0, 1, first), k);
        assert_int_equal(ics_distribution_sample(geometric, 0, 1, first - 1), k - 1);
    }
    assert_int_equal(ics_distribution_sample(geometric, 10, 5, -(UINT64_C(1) << 62)), 20);
}

/* 3^k 4^-k is a whole number of 2^-64 up to k = 32, so the first draw of each k is known. */
static void geometric_with_a_quarter_is_exact(void **state)
{
    (void)state;
    g_autoptr(IcsDistribution) geometric = ics_distribution_new_geometric(ICS_PROBABILITY_ONE / 4);
    uint64_t power_of_3 = 1;
    for (int k = 1; k <= 31; k++) {
        power_of_3 *= 3;
        uint64_t first = -(power_of_3 << (64 - 2 * k));
        assert_int_equal(ics_distribution_sample(geometric, 0, 1, first), k);
        assert_int_equal(ics_distribution_sample(geometric, 0, 1, first - 1), k - 1);
    }
}

static void geometric_with_certain_success_is_always_zero(void **state)
{
    (void)state;
    g_autoptr(IcsDistribution) geometric = ics_distribution_new_geometric(ICS_PROBABILITY_ONE);
    assert_int_equal(ics_distribution_sample(geometric, 3, 9, 0), 3);
    assert_int_equal(ics_distribution_sample(geometric, 3, 9, UINT64_MAX), 3);
}

/* With p = 2^-63 the median is ln 2 / p and the largest draws exceed int64. */
static void geometric_with_the_least_success_is_right_and_saturates(void **state)
{
    (void)state;
    g_autoptr(IcsDistribution) geometric = ics_distribution_new_geometric(1);
    double median = (double)ics_distribution_sample(geometric, 0, 1, UINT64_C(1) << 63);
    assert_true(fabs(median / (M_LN2 * 0x1p63) - 1) < 1e-12);
    assert_true(ics_distribution_sample(geometric, 0, 1, UINT64_MAX) == INT64_MAX);
    assert_true(ics_distribution_sample(geometric, 0, INT64_MAX, UINT64_MAX) == INT64_MAX);
}

static uint64_t samples_hash(const IcsDistribution *distribution)
{
    uint64_t random = 4, hash = 0;
    for (int i = 0; i < 10000; i++) {
        uint64_t u64 = draw_of_any_size(&random, i);
        int64_t sample = ics_distribution_sample(distribution, 20000000, 5000000000, u64);
        hash = ics_hash_combine(hash, (uint64_t)sample);
    }
    return hash;
}

/* Every compiler and optimisation level must find these; a change breaks every recorded run. */
static void samples_are_the_same_bits_everywhere(void **state)
{
    (void)state;
    const uint64_t expected[G_N_ELEMENTS(smooth_kinds)] = {
        UINT64_C(0x610213d12589e7d5), UINT64_C(0x0947134632cef3d9), UINT64_C(0xebce15ccbc13f03d),
        UINT64_C(0x576924576c3ac0a8), UINT64_C(0x1cbd79a7e5068de7),
    };
    for (size_t i = 0; i < G_N_ELEMENTS(smooth_kinds); i++) {
        g_autoptr(IcsDistribution) distribution = ics_distribution_new(smooth_kinds[i]);
        assert_true(samples_hash(distribution) == expected[i]);
    }
    g_autoptr(IcsDistribution) geometric = ics_distribution_new_geometric(ICS_PROBABILITY_ONE / 10);
    assert_true(samples_hash(geometric) == UINT64_C(0xddeff934c28b60e2));
}

static void kinds_have_the_names_of_the_traces(void **state)
{
    (void)state;
    IcsDistributionKind kind;
    for (IcsDistributionKind i = ICS_DISTRIBUTION_UNIFORM; i <= ICS_DISTRIBUTION_TABLE; i++) {
        assert_true(ics_distribution_kind_from_name(ics_distribution_kind_name(i), &kind));
        assert_int_equal(kind, i);
    }
    assert_string_equal(ics_distribution_kind_name(ICS_DISTRIBUTION_PARETONORMAL), "paretonormal");
    assert_false(ics_distribution_kind_from_name("gauss", &kind));
    assert_false(ics_distribution_kind_from_name("", &kind));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(quantiles_are_those_of_the_closed_formulas),
        cmocka_unit_test(published_quantiles_of_the_normal_distribution_are_met),
        cmocka_unit_test(a_larger_draw_never_gives_a_smaller_sample),
        cmocka_unit_test(samples_do_not_step_down_between_intervals),
        cmocka_unit_test(normal_is_exactly_symmetric),
        cmocka_unit_test(uniform_takes_each_integer_of_its_range_equally_often),
        cmocka_unit_test(smallest_and_largest_draws_have_finite_samples),
        cmocka_unit_test(a_spread_of_zero_gives_the_location),
        cmocka_unit_test(samples_outside_int64_are_held_at_its_ends),
        cmocka_unit_test(samples_are_rounded_to_the_nearest_integer),
        cmocka_unit_test(geometric_with_a_half_counts_leading_ones),
        cmocka_unit_test(geometric_with_a_quarter_is_exact),
        cmocka_unit_test(geometric_with_certain_success_is_always_zero),
        cmocka_unit_test(geometric_with_the_least_success_is_right_and_saturates),
        cmocka_unit_test(samples_are_the_same_bits_everywhere),
        cmocka_unit_test(kinds_have_the_names_of_the_traces),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
