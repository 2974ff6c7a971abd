/* The tables of metrics, one for each target. */
#ifndef ICS_TOOL_REPORT_METRIC_INTERNAL_H
#define ICS_TOOL_REPORT_METRIC_INTERNAL_H

#include "tool/report/metric.h"

typedef IcsMetricValue (*IcsMetricFunc)(const IcsMetricSubject *subject);

/* By IcsMetric; NULL for the metrics of other targets. */
extern const IcsMetricFunc ics_metric_flow_funcs[ICS_N_METRICS];
extern const IcsMetricFunc ics_metric_link_funcs[ICS_N_METRICS];
extern const IcsMetricFunc ics_metric_run_funcs[ICS_N_METRICS];

static inline IcsMetricValue ics_metric_count(uint64_t n)
{
    return (IcsMetricValue){.is_defined = true, .value = (int64_t)n};
}

/* ICS_CAUSE_NONE: of every cause. */
static inline IcsMetricValue ics_metric_causes(const IcsCauseCounts *counts, IcsCause cause)
{
    return ics_metric_count(cause == ICS_CAUSE_NONE ? ics_cause_counts_total(counts)
                                                    : ics_cause_counts_get(counts, cause));
}

static inline IcsMetricValue ics_metric_undefined(void)
{
    return (IcsMetricValue){.is_defined = false};
}

/* Undefined when nothing is counted. */
static inline IcsMetricValue ics_metric_ratio(uint64_t n, uint64_t of)
{
    if (of == 0) {
        return ics_metric_undefined();
    }
    IcsRatio ratio = {n, of};
    return (IcsMetricValue){.is_defined = true, .value = ics_ratio_bound(ratio), .ratio = ratio};
}

#endif
