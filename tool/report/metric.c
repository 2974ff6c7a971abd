#include "tool/report/metric_internal.h"

static const IcsMetricFunc *metric_funcs_of(IcsMetricTarget target)
{
    switch (target) {
    case ICS_METRIC_OF_FLOW:
        return ics_metric_flow_funcs;
    case ICS_METRIC_OF_LINK:
        return ics_metric_link_funcs;
    case ICS_METRIC_OF_HOST:
    case ICS_METRIC_OF_PROCESS:
    case ICS_METRIC_OF_RUN:
        return ics_metric_run_funcs;
    }
    g_assert_not_reached();
}

IcsMetricValue ics_metric_value(IcsMetric metric, const IcsMetricSubject *subject)
{
    IcsMetricFunc value = metric_funcs_of(ics_metric_info(metric)->target)[metric];
    g_assert(value != NULL);
    return value(subject);
}

bool ics_metric_is_within(const IcsMetricValue *value, int64_t min, int64_t max)
{
    return value->is_defined && value->value >= min && value->value <= max;
}
