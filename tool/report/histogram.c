#include "tool/report/histogram.h"

#include <glib.h>
#include <stdlib.h>
#include <string.h>

/* A row other than the first has so many buckets; the first, which needs no factor, twice as many.
 */
#define HISTOGRAM_ROW_BITS  10
#define HISTOGRAM_ROW       (UINT32_C(1) << HISTOGRAM_ROW_BITS)
#define HISTOGRAM_FIRST_ROW (UINT32_C(2) << HISTOGRAM_ROW_BITS)

typedef unsigned __int128 HistogramSum;

void ics_histogram_clear(IcsHistogram *self)
{
    for (int row = 0; self->rows != NULL && row < ICS_HISTOGRAM_ROWS; row++) {
        g_free(self->rows[row]);
    }
    g_free(self->rows);
    g_free(self->samples);
    *self = (IcsHistogram){0};
}

/* ---- buckets ---- */

static uint64_t *histogram_bucket(IcsHistogram *self, int64_t value)
{
    int row = 0;
    uint64_t bucket = (uint64_t)value;
    if (bucket >= HISTOGRAM_FIRST_ROW) {
        row = 63 - HISTOGRAM_ROW_BITS - __builtin_clzll(bucket);
        bucket = (bucket >> row) - HISTOGRAM_ROW;
    }
    if (G_UNLIKELY(self->rows[row] == NULL)) {
        self->rows[row] = g_new0(uint64_t, row == 0 ? HISTOGRAM_FIRST_ROW : HISTOGRAM_ROW);
    }
    return &self->rows[row][bucket];
}

/* The largest value that falls into a bucket. */
static int64_t histogram_bucket_end(int row, uint32_t bucket)
{
    if (row == 0) {
        return bucket;
    }
    return (int64_t)(((uint64_t)(bucket + HISTOGRAM_ROW + 1) << row) - 1);
}

static void histogram_leave_samples(IcsHistogram *self)
{
    if (self->rows != NULL) {
        return;
    }
    self->rows = g_new0(uint64_t *, ICS_HISTOGRAM_ROWS);
    for (uint64_t i = 0; i < self->n; i++) {
        ++*histogram_bucket(self, self->samples[i]);
    }
    g_clear_pointer(&self->samples, g_free);
    self->room = 0;
}

static int64_t histogram_bucketed_rank(const IcsHistogram *self, uint64_t rank)
{
    uint64_t seen = 0;
    for (int row = 0; row < ICS_HISTOGRAM_ROWS; row++) {
        const uint64_t *buckets = self->rows[row];
        uint32_t n = row == 0 ? HISTOGRAM_FIRST_ROW : HISTOGRAM_ROW;
        for (uint32_t i = 0; buckets != NULL && i < n; i++) {
            seen += buckets[i];
            if (seen >= rank) {
                return MIN(histogram_bucket_end(row, i), self->max);
            }
        }
    }
    g_assert_not_reached();
}

/* ---- samples ---- */

static void histogram_keep(IcsHistogram *self, int64_t value)
{
    if (G_UNLIKELY(self->samples == NULL || self->n == self->room)) {
        self->room = MAX(2 * self->room, 4U);
        self->samples = g_renew(int64_t, self->samples, self->room);
    }
    self->samples[self->n] = value;
    self->sorted = false;
}

static int histogram_compare(const void *left, const void *right)
{
    int64_t a;
    int64_t b;
    memcpy(&a, left, sizeof a);
    memcpy(&b, right, sizeof b);
    return (a > b) - (a < b);
}

static int64_t histogram_sampled_rank(IcsHistogram *self, uint64_t rank)
{
    if (!self->sorted) {
        qsort(self->samples, self->n, sizeof *self->samples, histogram_compare);
        self->sorted = true;
    }
    return self->samples[rank - 1];
}

/* ---- both ---- */

static void histogram_add_sum(IcsHistogram *self, uint64_t high, uint64_t low)
{
    self->sum_low += low;
    self->sum_high += high + (self->sum_low < low);
}

static void histogram_widen(IcsHistogram *self, int64_t min, int64_t max)
{
    self->min = self->n == 0 ? min : MIN(self->min, min);
    self->max = self->n == 0 ? max : MAX(self->max, max);
}

void ics_histogram_record(IcsHistogram *self, int64_t value)
{
    g_assert(value >= 0);
    histogram_widen(self, value, value);
    histogram_add_sum(self, 0, (uint64_t)value);
    if (G_UNLIKELY(self->n + 1 == ICS_HISTOGRAM_SAMPLES)) {
        histogram_leave_samples(self);
    }
    if (self->rows != NULL) {
        ++*histogram_bucket(self, value);
    } else {
        histogram_keep(self, value);
    }
    self->n++;
}

static void histogram_merge_samples(IcsHistogram *self, const IcsHistogram *other)
{
    for (uint64_t i = 0; i < other->n; i++) {
        ics_histogram_record(self, other->samples[i]);
    }
}

void ics_histogram_merge(IcsHistogram *self, const IcsHistogram *other)
{
    if (other->rows == NULL) {
        histogram_merge_samples(self, other);
        return;
    }
    histogram_leave_samples(self);
    histogram_widen(self, other->min, other->max);
    histogram_add_sum(self, other->sum_high, other->sum_low);
    self->n += other->n;
    for (int row = 0; row < ICS_HISTOGRAM_ROWS; row++) {
        const uint64_t *buckets = other->rows[row];
        uint32_t n = row == 0 ? HISTOGRAM_FIRST_ROW : HISTOGRAM_ROW;
        for (uint32_t i = 0; buckets != NULL && i < n; i++) {
            if (buckets[i] > 0) {
                *histogram_bucket(self, histogram_bucket_end(row, i)) += buckets[i];
            }
        }
    }
}

int64_t ics_histogram_percentile(IcsHistogram *self, uint64_t part, uint64_t of)
{
    g_assert(self->n > 0 && of > 0 && part <= of);
    uint64_t rank = (uint64_t)(((HistogramSum)self->n * part + of - 1) / of);
    rank = MAX(rank, 1U);
    return self->rows != NULL ? histogram_bucketed_rank(self, rank)
                              : histogram_sampled_rank(self, rank);
}

int64_t ics_histogram_mean(const IcsHistogram *self)
{
    g_assert(self->n > 0);
    HistogramSum sum = (HistogramSum)self->sum_high << 64 | self->sum_low;
    return (int64_t)((sum + self->n / 2) / self->n);
}
