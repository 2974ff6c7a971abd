/* Statistics for tests whose subject is random: z-scores, chi-square, Kolmogorov-Smirnov.
 *
 * The rule (SEMANTICS.md "Statistics in tests"): a test measures one z-score for each of the seeds
 * 1 to ICS_STAT_SEEDS and passes when ics_stat_pass() holds; and the same measurement on a subject
 * that is 2 % wrong must not pass. Floating point is for tests only. */
#ifndef ICS_TESTS_SUPPORT_STATISTICS_H
#define ICS_TESTS_SUPPORT_STATISTICS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ICS_STAT_SEEDS     20
#define ICS_STAT_MAX_SIGMA 4.5
#define ICS_STAT_LEVEL     0.001

/* A continuous cumulative distribution function. */
typedef double (*IcsStatCdf)(double x, const void *context);

/* P(Z <= z) and P(Z > z) of the standard normal distribution; both accurate in their far tail. */
double ics_stat_normal_cdf(double z);
double ics_stat_normal_tail(double z);

/* The z with P(Z > z) = `tail`, 0 < tail < 1. */
double ics_stat_normal_quantile(double tail);

/* How many standard deviations `observed` lies above `expected`. `variance` is that of `observed`;
 * for dependent samples it is the chain's, whose formula stands in the test. */
double ics_stat_z(double observed, double expected, double variance);

/* The z-score of `k` successes in `n` independent trials of probability `p`, 0 < p < 1. */
double ics_stat_z_binomial(uint64_t k, uint64_t n, double p);

/* The z-score of the mean of `n` independent values whose distribution has this mean and this
 * standard deviation. */
double ics_stat_z_mean(double observed_mean, uint64_t n, double mean, double deviation);

/* Pearson's statistic of `cells` counts against their probabilities, which sum to 1. Cells should
 * expect five or more. */
double ics_stat_chi_square(const uint64_t *counts, const double *probabilities, size_t cells);

/* P(X > x) for X with a chi-square distribution of `degrees` degrees of freedom. */
double ics_stat_chi_square_tail(double x, double degrees);

/* The x with P(X > x) = `tail`, 0 < tail < 1. */
double ics_stat_chi_square_quantile(double tail, double degrees);

/* A chi-square statistic as the z-score with the same tail: standard normal when the counts come
 * from the probabilities, large when they do not. Held within +-40. */
double ics_stat_chi_square_z(double x, double degrees);

/* The Kolmogorov-Smirnov distance of `n` values from a distribution; `values` is sorted. */
double ics_stat_ks_distance(double *values, size_t n, IcsStatCdf cdf, const void *context);

/* P(D > distance) for `n` values of the right distribution (Kolmogorov's limit with Stephens'
 * correction for small n, Journal of the Royal Statistical Society B 32, 1970). */
double ics_stat_ks_tail(double distance, size_t n);

/* P(D > d) for the distance d of pooled z-scores from the standard normal distribution. */
double ics_stat_pooled_ks(const double *z, size_t n);

/* The rule: no z-score is over ICS_STAT_MAX_SIGMA and the pool passes Kolmogorov-Smirnov at
 * ICS_STAT_LEVEL. Quiet either way, so that a mutation test can ask too. */
bool ics_stat_pass(const double *z, size_t n);

/* The same for a test that must pass: says on standard error what failed, with every z-score. */
bool ics_stat_pass_or_explain(const char *what, const double *z, size_t n);

#endif
