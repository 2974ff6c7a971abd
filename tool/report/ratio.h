/* A quotient of two counts, kept as such: results hold no fractions. */
#ifndef ICS_TOOL_REPORT_RATIO_H
#define ICS_TOOL_REPORT_RATIO_H

#include <stdbool.h>
#include <stdint.h>

#include "base/units.h"

/* n / of; undefined when `of` is 0. */
typedef struct IcsRatio {
    uint64_t n;
    uint64_t of;
} IcsRatio;

/* A ratio of at most 1 in units of 2^-63, as bounds in traces are written: INT64_MAX for 1.
 * Requires 0 < of; more than 1 counts as 1. */
int64_t ics_ratio_bound(IcsRatio ratio);

/* A probability as a ratio with the denominator ICS_RATIO_PARTS, rounded to nearest: for programs,
 * whose numbers may hold no more than 53 bits. */
#define ICS_RATIO_PARTS UINT64_C(1000000000000000)
IcsRatio ics_ratio_of_probability(IcsProbability probability);

#endif
