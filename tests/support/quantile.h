/* The quantile functions of sim/distribution.h in floating point, for comparison. */
#ifndef ICS_TESTS_SUPPORT_QUANTILE_H
#define ICS_TESTS_SUPPORT_QUANTILE_H

#include "sim/distribution.h"

/* q(p) for 0 < p < 1; `tail` is 1 - p, given apart so that neither end loses digits. Uniform,
 * normal, exponential, pareto and paretonormal only. */
double ics_quantile_reference(IcsDistributionKind kind, double p, double tail);

#endif
