/* A histogram of non-negative integers: latencies in ns, sizes in bytes.
 *
 * The first ICS_HISTOGRAM_SAMPLES - 1 values are kept, and percentiles among them are exact
 * (nearest rank). From then on values are counted in the buckets of Gil Tene's HdrHistogram with 3
 * significant digits: below 2048 one bucket for each value, above it 1024 buckets for each power of
 * two, so that a percentile is at most 1/1024 too large. Count, sum, smallest and largest are
 * always exact. */
#ifndef ICS_TOOL_REPORT_HISTOGRAM_H
#define ICS_TOOL_REPORT_HISTOGRAM_H

#include <stdbool.h>
#include <stdint.h>

/* From so many values on, percentiles come from buckets. */
#define ICS_HISTOGRAM_SAMPLES 10000

/* Rows of buckets: one for each power of two. */
#define ICS_HISTOGRAM_ROWS 53

/* Zero-initialised is empty, and has no memory. */
typedef struct IcsHistogram {
    uint64_t n;
    int64_t min; /* of no use while n is 0, like max */
    int64_t max;
    uint64_t sum_low; /* of all values, 128 bits */
    uint64_t sum_high;
    int64_t *samples; /* the n values while there are few; owned */
    uint64_t **rows;  /* ICS_HISTOGRAM_ROWS, each made when it is needed; NULL: few; owned */
    uint32_t room;    /* in samples */
    bool sorted;      /* samples are in order */
} IcsHistogram;

void ics_histogram_clear(IcsHistogram *self);

/* A negative value is a programmer's error. */
void ics_histogram_record(IcsHistogram *self, int64_t value);

/* Adds what `other` counted. */
void ics_histogram_merge(IcsHistogram *self, const IcsHistogram *other);

/* The value at the nearest rank ceil(n * part / of), at least the first: the smallest recorded
 * value such that `part` of `of` of all are not larger. Beyond the samples it is the upper end of
 * the value's bucket, but never more than max. Requires n > 0, 0 <= part <= of, of > 0. */
int64_t ics_histogram_percentile(IcsHistogram *self, uint64_t part, uint64_t of);

/* Arithmetic mean, rounded to nearest (half up). Requires n > 0. */
int64_t ics_histogram_mean(const IcsHistogram *self);

#endif
