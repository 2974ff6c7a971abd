/* The metrics of a flow. */
#include "tool/report/metric_internal.h"

#define METRIC_BITS_PER_BYTE 8

static IcsMetricValue metric_sent(const IcsMetricSubject *subject)
{
    return ics_metric_count(subject->flow->sent);
}

static IcsMetricValue metric_delivered(const IcsMetricSubject *subject)
{
    return ics_metric_count(subject->flow->delivered);
}

static IcsMetricValue metric_lost(const IcsMetricSubject *subject)
{
    return ics_metric_causes(&subject->flow->lost, subject->cause);
}

static IcsMetricValue metric_undecided(const IcsMetricSubject *subject)
{
    return ics_metric_count(subject->flow->undecided);
}

static IcsMetricValue metric_duplicates(const IcsMetricSubject *subject)
{
    return ics_metric_count(subject->flow->duplicates);
}

static IcsMetricValue metric_reordered(const IcsMetricSubject *subject)
{
    return ics_metric_count(subject->flow->order.reordered);
}

static IcsMetricValue metric_damaged(const IcsMetricSubject *subject)
{
    return ics_metric_count(subject->flow->damaged);
}

static IcsMetricValue metric_repeated(const IcsMetricSubject *subject)
{
    return ics_metric_count(subject->flow->repeated);
}

static IcsMetricValue metric_delivery_ratio(const IcsMetricSubject *subject)
{
    return ics_metric_ratio(subject->flow->delivered, subject->flow->sent);
}

static IcsMetricValue metric_reordered_ratio(const IcsMetricSubject *subject)
{
    const IcsReorderingResult *order = &subject->flow->order;
    return ics_metric_ratio(order->reordered, order->received);
}

static IcsMetricValue metric_reordered_extent(const IcsMetricSubject *subject)
{
    return ics_metric_count(subject->flow->order.extent_max);
}

static IcsMetricValue metric_latency(const IcsMetricSubject *subject, int64_t value_ns)
{
    return subject->flow->latency.n > 0 ? ics_metric_count((uint64_t)value_ns)
                                        : ics_metric_undefined();
}

static IcsMetricValue metric_latency_min(const IcsMetricSubject *subject)
{
    return metric_latency(subject, subject->flow->latency.min_ns);
}

static IcsMetricValue metric_latency_p50(const IcsMetricSubject *subject)
{
    return metric_latency(subject, subject->flow->latency.p50_ns);
}

static IcsMetricValue metric_latency_p90(const IcsMetricSubject *subject)
{
    return metric_latency(subject, subject->flow->latency.p90_ns);
}

static IcsMetricValue metric_latency_p99(const IcsMetricSubject *subject)
{
    return metric_latency(subject, subject->flow->latency.p99_ns);
}

static IcsMetricValue metric_latency_max(const IcsMetricSubject *subject)
{
    return metric_latency(subject, subject->flow->latency.max_ns);
}

static IcsMetricValue metric_jitter(const IcsMetricSubject *subject)
{
    int64_t jitter_ns = subject->flow->jitter_ns;
    return jitter_ns >= 0 ? ics_metric_count((uint64_t)jitter_ns) : ics_metric_undefined();
}

int64_t ics_flow_result_goodput_bps(const IcsFlowResult *self)
{
    if (self->delivered == 0 || self->payload_ns == 0) {
        return -1;
    }
    unsigned __int128 bits_ns =
        (unsigned __int128)self->payload_bytes * METRIC_BITS_PER_BYTE * (uint64_t)ICS_NS_PER_S;
    return (int64_t)MIN(bits_ns / (uint64_t)self->payload_ns, (unsigned __int128)INT64_MAX);
}

static IcsMetricValue metric_goodput(const IcsMetricSubject *subject)
{
    int64_t goodput_bps = ics_flow_result_goodput_bps(subject->flow);
    return goodput_bps >= 0 ? ics_metric_count((uint64_t)goodput_bps) : ics_metric_undefined();
}

static IcsMetricValue metric_wire_bytes(const IcsMetricSubject *subject)
{
    return ics_metric_count(subject->flow->wire_bytes);
}

IcsRatio ics_flow_result_overhead(const IcsFlowResult *self)
{
    /* What a host sends to itself is delivered without a link. */
    uint64_t payload_bytes = MIN(self->payload_bytes, self->wire_bytes);
    return (IcsRatio){self->wire_bytes - payload_bytes, self->wire_bytes};
}

static IcsMetricValue metric_overhead(const IcsMetricSubject *subject)
{
    IcsRatio overhead = ics_flow_result_overhead(subject->flow);
    return ics_metric_ratio(overhead.n, overhead.of);
}

const IcsMetricFunc ics_metric_flow_funcs[ICS_N_METRICS] = {
    [ICS_METRIC_SENT] = metric_sent,
    [ICS_METRIC_DELIVERED] = metric_delivered,
    [ICS_METRIC_LOST] = metric_lost,
    [ICS_METRIC_UNDECIDED] = metric_undecided,
    [ICS_METRIC_DUPLICATES] = metric_duplicates,
    [ICS_METRIC_REORDERED] = metric_reordered,
    [ICS_METRIC_DAMAGED] = metric_damaged,
    [ICS_METRIC_REPEATED] = metric_repeated,
    [ICS_METRIC_DELIVERY_RATIO] = metric_delivery_ratio,
    [ICS_METRIC_REORDERED_RATIO] = metric_reordered_ratio,
    [ICS_METRIC_REORDERED_EXTENT] = metric_reordered_extent,
    [ICS_METRIC_LATENCY_MIN] = metric_latency_min,
    [ICS_METRIC_LATENCY_P50] = metric_latency_p50,
    [ICS_METRIC_LATENCY_P90] = metric_latency_p90,
    [ICS_METRIC_LATENCY_P99] = metric_latency_p99,
    [ICS_METRIC_LATENCY_MAX] = metric_latency_max,
    [ICS_METRIC_JITTER] = metric_jitter,
    [ICS_METRIC_GOODPUT] = metric_goodput,
    [ICS_METRIC_WIRE_BYTES] = metric_wire_bytes,
    [ICS_METRIC_OVERHEAD] = metric_overhead,
};
