/* The metrics of a link direction. */
#include "tool/report/metric_internal.h"

static IcsMetricValue metric_offered(const IcsMetricSubject *subject)
{
    return ics_metric_count(subject->link->counters.offered);
}

static IcsMetricValue metric_copies(const IcsMetricSubject *subject)
{
    return ics_metric_count(subject->link->counters.copies);
}

static IcsMetricValue metric_arrived(const IcsMetricSubject *subject)
{
    return ics_metric_count(subject->link->counters.delivered);
}

static IcsMetricValue metric_dropped(const IcsMetricSubject *subject)
{
    return ics_metric_causes(&subject->link->dropped, subject->cause);
}

static IcsMetricValue metric_corrupted(const IcsMetricSubject *subject)
{
    return ics_metric_count(subject->link->counters.damaged);
}

static IcsMetricValue metric_overtaken(const IcsMetricSubject *subject)
{
    return ics_metric_count(subject->link->counters.reordered);
}

static IcsMetricValue metric_queue_maximum(const IcsMetricSubject *subject)
{
    return ics_metric_count(subject->link->counters.queue_maximum);
}

static IcsMetricValue metric_utilisation(const IcsMetricSubject *subject)
{
    return ics_metric_ratio(subject->link->counters.busy_ns, (uint64_t)subject->run->virtual_ns);
}

const IcsMetricFunc ics_metric_link_funcs[ICS_N_METRICS] = {
    [ICS_METRIC_OFFERED] = metric_offered,
    [ICS_METRIC_COPIES] = metric_copies,
    [ICS_METRIC_ARRIVED] = metric_arrived,
    [ICS_METRIC_DROPPED] = metric_dropped,
    [ICS_METRIC_CORRUPTED] = metric_corrupted,
    [ICS_METRIC_OVERTAKEN] = metric_overtaken,
    [ICS_METRIC_QUEUE_MAXIMUM] = metric_queue_maximum,
    [ICS_METRIC_UTILISATION] = metric_utilisation,
};
