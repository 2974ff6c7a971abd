/* The values of the metrics that a trace can put bounds on (traces/expectation.h). */
#ifndef ICS_TOOL_REPORT_METRIC_H
#define ICS_TOOL_REPORT_METRIC_H

#include "tool/report/result.h"

/* What a metric is the value of; only the one that it belongs to is looked at. */
typedef struct IcsMetricSubject {
    const IcsFlowResult *flow;
    const IcsLinkResult *link;
    const IcsHostResult *host;
    const char *process; /* a name: all lives of it together */
    const IcsResult *run;
    IcsCause cause; /* ICS_CAUSE_NONE: of every cause */
} IcsMetricSubject;

/* The value; undefined where there is none, such as the latency of a flow that delivered nothing.
 */
IcsMetricValue ics_metric_value(IcsMetric metric, const IcsMetricSubject *subject);

/* Whether the value is defined and within the bounds. */
bool ics_metric_is_within(const IcsMetricValue *value, int64_t min, int64_t max);

/* Goodput in bit/s, rounded down; -1: undefined, since nothing or all at one instant was received.
 */
int64_t ics_flow_result_goodput_bps(const IcsFlowResult *self);
/* Wire bytes that are no delivered payload, of all. */
IcsRatio ics_flow_result_overhead(const IcsFlowResult *self);

#endif
