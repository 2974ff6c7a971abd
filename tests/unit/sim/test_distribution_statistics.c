/* Samples against the closed CDFs: chi-square over equal cells of 1 % with both tails cut finer,
 * by the rule of twenty seeds. Each measurement is repeated on a subject that is 2 % wrong. */
#include <cmocka.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/distribution.h"
#include "sim/draw.h"
#include "tests/support/quantile.h"
#include "tests/support/statistics.h"

#define DRAWS_A_SEED 200000
#define SPREAD       INT64_C(1000000000)
#define LOCATION     INT64_C(20000000)
/* 0.0001, 0.001, 0.01, 0.02 ... 0.99, 0.999, 0.9999 cut the line into this many cells. */
#define CELLS 104

typedef struct {
    double edges[CELLS - 1]; /* samples below edges[i] belong to cells 0..i */
    double probabilities[CELLS];
    size_t cells;
} Histogram;

static double probability_of_edge(size_t i)
{
    static const double low[] = {1e-4, 1e-3}, high[] = {0.999, 0.9999};
    if (i < 2) {
        return low[i];
    }
    return i < 101 ? (double)(i - 1) / 100 : high[i - 101];
}

static void histogram_of_kind(Histogram *self, IcsDistributionKind kind)
{
    double below = 0;
    self->cells = CELLS;
    for (size_t i = 0; i < CELLS - 1; i++) {
        double p = probability_of_edge(i);
        double quantile = ics_quantile_reference(kind, p, 1 - p);
        self->edges[i] = (double)LOCATION + (double)SPREAD * quantile;
        self->probabilities[i] = p - below;
        below = p;
    }
    self->probabilities[CELLS - 1] = 1 - below;
}

/* Cells of `width` values each from 0, the last one open. */
static void histogram_of_geometric(Histogram *self, double success, double width, size_t cells)
{
    double left = 1, factor = pow(1 - success, width);
    self->cells = cells;
    for (size_t i = 0; i + 1 < cells; i++) {
        self->edges[i] = width * (double)(i + 1) - 0.5;
        self->probabilities[i] = left * (1 - factor);
        left *= factor;
    }
    self->probabilities[cells - 1] = left;
}

static size_t histogram_cell(const Histogram *self, double sample)
{
    size_t low = 0, high = self->cells - 1;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (sample < self->edges[middle]) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    return low;
}

/* The chi-square of each seed's samples, as z-scores. */
static void measure(const Histogram *histogram, const IcsDistribution *distribution,
                    int64_t location, int64_t spread, double z[ICS_STAT_SEEDS])
{
    for (uint64_t seed = 1; seed <= ICS_STAT_SEEDS; seed++) {
        const IcsDrawSite site = ics_draw_site(seed, "wire client->server", "delay");
        uint64_t counts[CELLS] = {0};
        for (IcsFate fate = {.flow = 1}; fate.ordinal < DRAWS_A_SEED; fate.ordinal++) {
            uint64_t u64 = ics_draw_u64(&site, &fate, 0);
            int64_t sample = ics_distribution_sample(distribution, location, spread, u64);
            counts[histogram_cell(histogram, (double)sample)]++;
        }
        double statistic = ics_stat_chi_square(counts, histogram->probabilities, histogram->cells);
        z[seed - 1] = ics_stat_chi_square_z(statistic, (double)histogram->cells - 1);
    }
}

static void assert_kind_is_right_and_errors_are_noticed(IcsDistributionKind kind)
{
    double z[ICS_STAT_SEEDS];
    Histogram histogram;
    histogram_of_kind(&histogram, kind);
    g_autoptr(IcsDistribution) distribution = ics_distribution_new(kind);
    measure(&histogram, distribution, LOCATION, SPREAD, z);
    assert_true(ics_stat_pass_or_explain(ics_distribution_kind_name(kind), z, ICS_STAT_SEEDS));
    measure(&histogram, distribution, LOCATION, SPREAD / 100 * 102, z);
    assert_false(ics_stat_pass(z, ICS_STAT_SEEDS));
    measure(&histogram, distribution, LOCATION + SPREAD / 50, SPREAD, z);
    assert_false(ics_stat_pass(z, ICS_STAT_SEEDS));
}

static void uniform_samples_follow_their_cdf(void **state)
{
    (void)state;
    assert_kind_is_right_and_errors_are_noticed(ICS_DISTRIBUTION_UNIFORM);
}

static void normal_samples_follow_their_cdf(void **state)
{
    (void)state;
    assert_kind_is_right_and_errors_are_noticed(ICS_DISTRIBUTION_NORMAL);
}

static void exponential_samples_follow_their_cdf(void **state)
{
    (void)state;
    assert_kind_is_right_and_errors_are_noticed(ICS_DISTRIBUTION_EXPONENTIAL);
}

static void pareto_samples_follow_their_cdf(void **state)
{
    (void)state;
    assert_kind_is_right_and_errors_are_noticed(ICS_DISTRIBUTION_PARETO);
}

static void paretonormal_samples_follow_their_cdf(void **state)
{
    (void)state;
    assert_kind_is_right_and_errors_are_noticed(ICS_DISTRIBUTION_PARETONORMAL);
}

static void assert_geometric(uint64_t per_mille, double width, size_t cells)
{
    double z[ICS_STAT_SEEDS], success = (double)per_mille / 1000;
    Histogram histogram;
    histogram_of_geometric(&histogram, success, width, cells);
    g_autoptr(IcsDistribution) right =
        ics_distribution_new_geometric(ics_probability_from_ratio(per_mille, 1000));
    measure(&histogram, right, 0, 1, z);
    assert_true(ics_stat_pass_or_explain("geometric", z, ICS_STAT_SEEDS));
    g_autoptr(IcsDistribution) wrong =
        ics_distribution_new_geometric(ics_probability_from_ratio(per_mille * 102, 100000));
    measure(&histogram, wrong, 0, 1, z);
    assert_false(ics_stat_pass(z, ICS_STAT_SEEDS));
}

static void geometric_samples_follow_their_cdf(void **state)
{
    (void)state;
    assert_geometric(500, 1, 14);
    assert_geometric(100, 1, 60);
    assert_geometric(1, 100, 60);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(uniform_samples_follow_their_cdf),
        cmocka_unit_test(normal_samples_follow_their_cdf),
        cmocka_unit_test(exponential_samples_follow_their_cdf),
        cmocka_unit_test(pareto_samples_follow_their_cdf),
        cmocka_unit_test(paretonormal_samples_follow_their_cdf),
        cmocka_unit_test(geometric_samples_follow_their_cdf),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
