#include <cmocka.h>
#include <glib.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/splitmix.h"
#include "tool/report/histogram.h"

static void record_all(IcsHistogram *histogram, const int64_t *values, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        ics_histogram_record(histogram, values[i]);
    }
}

static int compare(const void *a, const void *b)
{
    int64_t left = *(const int64_t *)a;
    int64_t right = *(const int64_t *)b;
    return (left > right) - (left < right);
}

/* Nearest rank by its definition: the smallest value with at least part/of of all at or below it.
 */
static int64_t nearest_rank(const int64_t *values, size_t n, uint64_t part, uint64_t of)
{
    g_autofree int64_t *sorted = g_memdup2(values, n * sizeof *values);
    qsort(sorted, n, sizeof *sorted, compare);
    for (size_t i = 0; i < n; i++) {
        if ((unsigned __int128)(i + 1) * of >= (unsigned __int128)n * part) {
            return sorted[i];
        }
    }
    return sorted[n - 1];
}

static void nearest_rank_of_five_values_is_the_textbooks(void **state)
{
    (void)state;
    const int64_t values[] = {35, 20, 15, 50, 40};
    IcsHistogram histogram = {0};
    record_all(&histogram, values, 5);
    assert_int_equal(ics_histogram_percentile(&histogram, 5, 100), 15);
    assert_int_equal(ics_histogram_percentile(&histogram, 30, 100), 20);
    assert_int_equal(ics_histogram_percentile(&histogram, 40, 100), 20);
    assert_int_equal(ics_histogram_percentile(&histogram, 50, 100), 35);
    assert_int_equal(ics_histogram_percentile(&histogram, 100, 100), 50);
    ics_histogram_clear(&histogram);
}

static void one_value_is_every_percentile(void **state)
{
    (void)state;
    IcsHistogram histogram = {0};
    ics_histogram_record(&histogram, 12345678901);
    assert_int_equal(ics_histogram_percentile(&histogram, 0, 1), 12345678901);
    assert_int_equal(ics_histogram_percentile(&histogram, 1, 2), 12345678901);
    assert_int_equal(ics_histogram_percentile(&histogram, 1, 1), 12345678901);
    assert_int_equal(ics_histogram_mean(&histogram), 12345678901);
    ics_histogram_clear(&histogram);
}

static void percentiles_below_ten_thousand_samples_are_exact(void **state)
{
    (void)state;
    enum { N = ICS_HISTOGRAM_SAMPLES - 1 };
    g_autofree int64_t *values = g_new(int64_t, N);
    uint64_t seed = 1;
    IcsHistogram histogram = {0};
    for (size_t i = 0; i < N; i++) {
        values[i] = (int64_t)(ics_splitmix_next(&seed) % 100000000000);
        ics_histogram_record(&histogram, values[i]);
        if (i % 1000 == 0) {
            assert_int_equal(ics_histogram_percentile(&histogram, 9, 10),
                             nearest_rank(values, i + 1, 9, 10));
        }
    }
    for (uint64_t part = 0; part <= 1000; part += 25) {
        assert_int_equal(ics_histogram_percentile(&histogram, part, 1000),
                         nearest_rank(values, N, part, 1000));
    }
    ics_histogram_clear(&histogram);
}

static void percentiles_of_many_samples_have_three_significant_digits(void **state)
{
    (void)state;
    enum { N = 50000 };
    g_autofree int64_t *values = g_new(int64_t, N);
    uint64_t seed = 2;
    IcsHistogram histogram = {0};
    for (size_t i = 0; i < N; i++) {
        uint64_t draw = ics_splitmix_next(&seed);
        values[i] = (int64_t)(draw >> (1 + draw % 63));
        ics_histogram_record(&histogram, values[i]);
    }
    for (uint64_t part = 0; part <= 1000; part += 10) {
        int64_t exact = nearest_rank(values, N, part, 1000);
        int64_t got = ics_histogram_percentile(&histogram, part, 1000);
        assert_in_range(got - exact, 0, exact / 1024);
    }
    ics_histogram_clear(&histogram);
}

static void small_values_stay_exact_in_buckets(void **state)
{
    (void)state;
    IcsHistogram histogram = {0};
    for (int64_t i = 0; i < 20480; i++) {
        ics_histogram_record(&histogram, i % 2048);
    }
    assert_int_equal(ics_histogram_percentile(&histogram, 1, 2048), 0);
    assert_int_equal(ics_histogram_percentile(&histogram, 1024, 2048), 1023);
    assert_int_equal(ics_histogram_percentile(&histogram, 1, 1), 2047);
    ics_histogram_clear(&histogram);
}

static void extremes_and_mean_are_exact_in_buckets(void **state)
{
    (void)state;
    IcsHistogram histogram = {0};
    for (int64_t i = 0; i < 20000; i++) {
        ics_histogram_record(&histogram, 1000000007);
    }
    ics_histogram_record(&histogram, 3);
    ics_histogram_record(&histogram, INT64_MAX);
    assert_int_equal(histogram.min, 3);
    assert_int_equal(histogram.max, INT64_MAX);
    assert_int_equal(ics_histogram_percentile(&histogram, 1, 1), INT64_MAX);
    assert_int_equal(ics_histogram_percentile(&histogram, 0, 1), 3);
    unsigned __int128 sum =
        (unsigned __int128)INT64_MAX + 3 + (unsigned __int128)20000 * 1000000007;
    assert_int_equal(ics_histogram_mean(&histogram), (int64_t)((sum + 10001) / 20002));
    ics_histogram_clear(&histogram);
}

static void the_sum_does_not_overflow(void **state)
{
    (void)state;
    IcsHistogram histogram = {0};
    for (int i = 0; i < 9; i++) {
        ics_histogram_record(&histogram, INT64_MAX);
    }
    assert_int_equal(ics_histogram_mean(&histogram), INT64_MAX);
    ics_histogram_clear(&histogram);
}

static void the_mean_is_rounded_to_nearest(void **state)
{
    (void)state;
    IcsHistogram histogram = {0};
    record_all(&histogram, (const int64_t[]){1, 2}, 2);
    assert_int_equal(ics_histogram_mean(&histogram), 2);
    ics_histogram_record(&histogram, 1);
    assert_int_equal(ics_histogram_mean(&histogram), 1);
    ics_histogram_clear(&histogram);
}

/* Merging must be the same as recording everything in one place. */
static void check_merge(size_t n_left, size_t n_right)
{
    IcsHistogram left = {0};
    IcsHistogram right = {0};
    IcsHistogram both = {0};
    uint64_t seed = 3;
    for (size_t i = 0; i < n_left + n_right; i++) {
        int64_t value = (int64_t)(ics_splitmix_next(&seed) % 1000000);
        ics_histogram_record(i < n_left ? &left : &right, value);
        ics_histogram_record(&both, value);
    }
    ics_histogram_merge(&left, &right);
    assert_int_equal(left.n, both.n);
    assert_int_equal(left.min, both.min);
    assert_int_equal(left.max, both.max);
    assert_int_equal(ics_histogram_mean(&left), ics_histogram_mean(&both));
    for (uint64_t part = 0; part <= 100; part++) {
        assert_int_equal(ics_histogram_percentile(&left, part, 100),
                         ics_histogram_percentile(&both, part, 100));
    }
    ics_histogram_clear(&left);
    ics_histogram_clear(&right);
    ics_histogram_clear(&both);
}

static void two_small_histograms_merge_exactly(void **state)
{
    (void)state;
    check_merge(10, 20);
    check_merge(0, 20);
    check_merge(20, 0);
}

static void two_small_histograms_may_merge_into_a_large_one(void **state)
{
    (void)state;
    check_merge(6000, 6000);
    check_merge(ICS_HISTOGRAM_SAMPLES - 1, 1);
}

static void a_small_and_a_large_histogram_merge_either_way(void **state)
{
    (void)state;
    check_merge(10, 30000);
    check_merge(30000, 10);
    check_merge(0, 30000);
}

static void two_large_histograms_merge(void **state)
{
    (void)state;
    check_merge(20000, 30000);
}

static void the_ten_thousandth_sample_ends_the_keeping(void **state)
{
    (void)state;
    IcsHistogram histogram = {0};
    for (int64_t i = 0; i < ICS_HISTOGRAM_SAMPLES - 1; i++) {
        ics_histogram_record(&histogram, 4097);
    }
    assert_non_null(histogram.samples);
    assert_int_equal(ics_histogram_percentile(&histogram, 1, 2), 4097);
    ics_histogram_record(&histogram, 1000000);
    assert_null(histogram.samples);
    assert_int_equal(ics_histogram_percentile(&histogram, 1, 2), 4099);
    ics_histogram_clear(&histogram);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nearest_rank_of_five_values_is_the_textbooks),
        cmocka_unit_test(one_value_is_every_percentile),
        cmocka_unit_test(percentiles_below_ten_thousand_samples_are_exact),
        cmocka_unit_test(percentiles_of_many_samples_have_three_significant_digits),
        cmocka_unit_test(small_values_stay_exact_in_buckets),
        cmocka_unit_test(extremes_and_mean_are_exact_in_buckets),
        cmocka_unit_test(the_sum_does_not_overflow),
        cmocka_unit_test(the_mean_is_rounded_to_nearest),
        cmocka_unit_test(two_small_histograms_merge_exactly),
        cmocka_unit_test(two_small_histograms_may_merge_into_a_large_one),
        cmocka_unit_test(a_small_and_a_large_histogram_merge_either_way),
        cmocka_unit_test(two_large_histograms_merge),
        cmocka_unit_test(the_ten_thousandth_sample_ends_the_keeping),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
