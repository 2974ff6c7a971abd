/* A mean over runs and how far it can be trusted. */
#ifndef ICS_TOOL_EXPERIMENTS_ESTIMATE_H
#define ICS_TOOL_EXPERIMENTS_ESTIMATE_H

#include <stdbool.h>
#include <stdint.h>

#include "tool/report/ratio.h"

/* The confidence level of every interval, in percent. */
#define ICS_ESTIMATE_LEVEL_PERCENT 95

/* The mean of n values, and the half width of its confidence interval by Student's t with n - 1
 * degrees of freedom: t s / sqrt(n), s the deviation of the sample. */
typedef struct IcsEstimate {
    uint32_t n; /* values that are defined; the mean is of no use while it is 0 */
    double mean;
    bool has_interval; /* n >= 2 */
    double half_width;
} IcsEstimate;

/* Of those values that are defined (`of` is not 0). */
IcsEstimate ics_estimate_mean(const IcsRatio *values, uint32_t n);

/* Of the differences values[i] - first[i], where both are defined. */
IcsEstimate ics_estimate_difference(const IcsRatio *values, const IcsRatio *first, uint32_t n);

#endif
