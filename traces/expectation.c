#include "traces/expectation.h"

const IcsMetricInfo *ics_metric_info(IcsMetric metric)
{
    static const IcsMetricInfo infos[] = {
#define EXPECTATION_INFO(symbol, spelling, of, in, means)                                          \
    {.name = spelling, .target = ICS_METRIC_OF_##of, .unit = ICS_METRIC_##in, .meaning = means},
        ICS_METRICS(EXPECTATION_INFO)
#undef EXPECTATION_INFO
    };
    g_assert((unsigned)metric < G_N_ELEMENTS(infos));
    return &infos[metric];
}

const char *ics_metric_target_name(IcsMetricTarget target)
{
    static const char *const names[] = {
#define EXPECTATION_TARGET(name, spelling) spelling,
        ICS_METRIC_TARGETS(EXPECTATION_TARGET)
#undef EXPECTATION_TARGET
    };
    g_assert((unsigned)target < G_N_ELEMENTS(names));
    return names[target];
}

bool ics_metric_takes_cause(IcsMetric metric)
{
    return metric == ICS_METRIC_LOST || metric == ICS_METRIC_DROPPED ||
           metric == ICS_METRIC_HOST_DROPPED;
}
