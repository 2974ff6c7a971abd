/* Estimates for people: mean and half width in one unit, with no more digits than the interval
 * leaves standing. */
#ifndef ICS_TOOL_EXPERIMENTS_ESTIMATE_TEXT_H
#define ICS_TOOL_EXPERIMENTS_ESTIMATE_TEXT_H

#include "tool/experiments/estimate.h"
#include "tool/experiments/measure.h"

#define ICS_ESTIMATE_TEXT_SIZE 40

typedef struct IcsEstimateText {
    char mean[ICS_ESTIMATE_TEXT_SIZE]; /* "20.41 ms"; "-" when there is none */
    char half[ICS_ESTIMATE_TEXT_SIZE]; /* "±0.12", in the mean's unit; "" when there is none */
} IcsEstimateText;

/* `is_difference`: the mean has a sign. */
IcsEstimateText ics_estimate_text(const IcsEstimate *estimate, IcsMeasureUnit unit,
                                  bool is_difference);

/* Room for ics_decimal_text(). */
#define ICS_DECIMAL_TEXT_SIZE 64

/* A number for programs: at most 6 decimals, no more zeros than it needs, never "-0". Returns
 * `text`. */
char *ics_decimal_text(double value, char text[ICS_DECIMAL_TEXT_SIZE]);

#endif
