/* Student's t distribution, for intervals of means over few runs. */
#ifndef ICS_TOOL_EXPERIMENTS_STUDENT_H
#define ICS_TOOL_EXPERIMENTS_STUDENT_H

#include <stdint.h>

/* P(|T| <= t) for T with `degrees` (at least 1) degrees of freedom, t >= 0: the finite series of
 * Abramowitz and Stegun, Handbook of Mathematical Functions, 26.7.3 and 26.7.4. */
double ics_student_within(double t, uint32_t degrees);

/* The t with P(|T| <= t) = level, 0 <= level < 1. */
double ics_student_quantile(double level, uint32_t degrees);

#endif
