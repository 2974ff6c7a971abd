/* The keys of an expectation, by target and unit. */
#ifndef ICS_TRACES_TRACE_EXPECTATIONS_H
#define ICS_TRACES_TRACE_EXPECTATIONS_H

#include "traces/trace_reader.h"

#define ICS_N_METRIC_TARGETS (ICS_METRIC_OF_RUN + 1)

/* "min", "max", "equals" in the metric's unit. */
const IcsParameter *ics_trace_expectation_bounds(IcsMetric metric);

#endif
