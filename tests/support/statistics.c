#include "tests/support/statistics.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define STATISTICS_Z_LIMIT 40.0

double ics_stat_normal_cdf(double z)
{
    return 0.5 * erfc(-z / M_SQRT2);
}

double ics_stat_normal_tail(double z)
{
    return 0.5 * erfc(z / M_SQRT2);
}

double ics_stat_normal_quantile(double tail)
{
    assert(tail > 0 && tail < 1);
    double low = -STATISTICS_Z_LIMIT, high = STATISTICS_Z_LIMIT;
    for (int i = 0; i < 100; i++) {
        double middle = (low + high) / 2;
        if (ics_stat_normal_tail(middle) > tail) {
            low = middle;
        } else {
            high = middle;
        }
    }
    return (low + high) / 2;
}

double ics_stat_z(double observed, double expected, double variance)
{
    assert(variance > 0);
    return (observed - expected) / sqrt(variance);
}

double ics_stat_z_binomial(uint64_t k, uint64_t n, double p)
{
    double trials = (double)n;
    return ics_stat_z((double)k, trials * p, trials * p * (1 - p));
}

double ics_stat_z_mean(double observed_mean, uint64_t n, double mean, double deviation)
{
    return ics_stat_z(observed_mean, mean, deviation * deviation / (double)n);
}

double ics_stat_chi_square(const uint64_t *counts, const double *probabilities, size_t cells)
{
    double total = 0, statistic = 0;
    for (size_t i = 0; i < cells; i++) {
        total += (double)counts[i];
    }
    for (size_t i = 0; i < cells; i++) {
        double expected = total * probabilities[i];
        double difference = (double)counts[i] - expected;
        statistic += difference * difference / expected;
    }
    return statistic;
}

/* Lower regularised incomplete gamma function by its series; for x < a + 1. */
static double statistics_gamma_series(double a, double x)
{
    double term = 1 / a, sum = term;
    for (double k = a + 1; fabs(term) > fabs(sum) * 1e-16; k++) {
        term *= x / k;
        sum += term;
    }
    return sum * exp(a * log(x) - x - lgamma(a));
}

/* Upper regularised incomplete gamma function by Lentz's continued fraction; for x >= a + 1. */
static double statistics_gamma_fraction(double a, double x)
{
    double b = x + 1 - a, c = 1e300, d = 1 / b, value = d;
    for (int i = 1; i < 100000; i++) {
        double numerator = -i * (i - a);
        b += 2;
        d = 1 / (numerator * d + b);
        c = b + numerator / c;
        value *= c * d;
        if (fabs(c * d - 1) < 1e-15) {
            break;
        }
    }
    return value * exp(a * log(x) - x - lgamma(a));
}

double ics_stat_chi_square_tail(double x, double degrees)
{
    assert(degrees > 0);
    double a = degrees / 2, half = x / 2;
    if (half <= 0) {
        return 1;
    }
    return half < a + 1 ? 1 - statistics_gamma_series(a, half) : statistics_gamma_fraction(a, half);
}

double ics_stat_chi_square_quantile(double tail, double degrees)
{
    assert(tail > 0 && tail < 1);
    double low = 0, high = degrees + 1;
    while (ics_stat_chi_square_tail(high, degrees) > tail) {
        high *= 2;
    }
    for (int i = 0; i < 200; i++) {
        double middle = (low + high) / 2;
        if (ics_stat_chi_square_tail(middle, degrees) > tail) {
            low = middle;
        } else {
            high = middle;
        }
    }
    return (low + high) / 2;
}

double ics_stat_chi_square_z(double x, double degrees)
{
    double tail = ics_stat_chi_square_tail(x, degrees);
    if (tail <= 0) {
        return STATISTICS_Z_LIMIT;
    }
    return tail >= 1 ? -STATISTICS_Z_LIMIT : ics_stat_normal_quantile(tail);
}

static int statistics_compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

double ics_stat_ks_distance(double *values, size_t n, IcsStatCdf cdf, const void *context)
{
    qsort(values, n, sizeof(*values), statistics_compare);
    double distance = 0;
    for (size_t i = 0; i < n; i++) {
        double expected = cdf(values[i], context);
        distance = fmax(distance, expected - (double)i / (double)n);
        distance = fmax(distance, (double)(i + 1) / (double)n - expected);
    }
    return distance;
}

double ics_stat_ks_tail(double distance, size_t n)
{
    double root = sqrt((double)n);
    double lambda = (root + 0.12 + 0.11 / root) * distance;
    if (lambda < 0.2) {
        return 1;
    }
    double sum = 0, sign = 1;
    for (int j = 1; j <= 100; j++) {
        double term = exp(-2.0 * j * j * lambda * lambda);
        sum += sign * term;
        sign = -sign;
        if (term < 1e-18) {
            break;
        }
    }
    return fmin(1, 2 * sum);
}

static double statistics_standard_normal(double x, const void *context)
{
    (void)context;
    return ics_stat_normal_cdf(x);
}

double ics_stat_pooled_ks(const double *z, size_t n)
{
    double *sorted = malloc(n * sizeof(*sorted));
    assert(sorted != NULL);
    memcpy(sorted, z, n * sizeof(*sorted));
    double distance = ics_stat_ks_distance(sorted, n, statistics_standard_normal, NULL);
    free(sorted);
    return ics_stat_ks_tail(distance, n);
}

bool ics_stat_pass(const double *z, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (!(fabs(z[i]) <= ICS_STAT_MAX_SIGMA)) {
            return false;
        }
    }
    return ics_stat_pooled_ks(z, n) >= ICS_STAT_LEVEL;
}

bool ics_stat_pass_or_explain(const char *what, const double *z, size_t n)
{
    if (ics_stat_pass(z, n)) {
        return true;
    }
    fprintf(stderr, "%s: pooled KS has probability %.3g; z-scores", what, ics_stat_pooled_ks(z, n));
    for (size_t i = 0; i < n; i++) {
        fprintf(stderr, " %.2f", z[i]);
    }
    fputc('\n', stderr);
    return false;
}
