#include "tool/experiments/measure.h"

#include <string.h>

#include "base/error.h"
#include "base/nearest.h"
#include "base/quote.h"
#include "tool/report/metric.h"

const IcsMeasureInfo *ics_measure_info(IcsMeasure measure)
{
    static const IcsMeasureInfo infos[] = {
#define MEASURE_INFO(name, spelling, head, title, unit, meaning)                                   \
    {spelling, head, title, ICS_MEASURE_UNIT_##unit, meaning},
        ICS_MEASURES(MEASURE_INFO)
#undef MEASURE_INFO
    };
    return &infos[measure];
}

const char *ics_measure_unit_name(IcsMeasureUnit unit)
{
    switch (unit) {
    case ICS_MEASURE_UNIT_COUNT:
        return "count";
    case ICS_MEASURE_UNIT_TIME:
        return "ns";
    case ICS_MEASURE_UNIT_RATE:
        return "bit/s";
    case ICS_MEASURE_UNIT_RATIO:
        return "ratio";
    }
    g_assert_not_reached();
}

static bool measures_add(const char *name, uint32_t *set, GError **error)
{
    const char *names[ICS_N_MEASURES + 1] = {NULL};
    for (int i = 0; i < ICS_N_MEASURES; i++) {
        names[i] = ics_measure_info((IcsMeasure)i)->name;
        if (strcmp(names[i], name) == 0) {
            *set |= UINT32_C(1) << i;
            return true;
        }
    }
    g_autofree char *quoted = ics_quote(name);
    const char *near = ics_nearest(name, names);
    g_autofree char *known = ics_join_names(names);
    if (near != NULL) {
        g_set_error(error, ICS_ERROR, ICS_ERROR_INPUT, "unknown measure %s; did you mean \"%s\"?",
                    quoted, near);
    } else {
        g_set_error(error, ICS_ERROR, ICS_ERROR_INPUT, "unknown measure %s; there are: %s", quoted,
                    known);
    }
    return false;
}

bool ics_measures_parse(const char *list, uint32_t *set, GError **error)
{
    g_auto(GStrv) names = g_strsplit(list, ",", -1);
    uint32_t found = 0;
    for (char **at = names; *at != NULL; at++) {
        if (!measures_add(g_strstrip(*at), &found, error)) {
            return false;
        }
    }
    if (found == 0) {
        return measures_add("", &found, error);
    }
    *set = found;
    return true;
}

static IcsRatio measure_count(uint64_t n)
{
    return (IcsRatio){n, 1};
}

static IcsRatio measure_if(bool is_defined, int64_t value)
{
    return is_defined ? (IcsRatio){(uint64_t)value, 1} : (IcsRatio){0, 0};
}

void ics_measures_take(const IcsFlowResult *flow, IcsRatio values[ICS_N_MEASURES])
{
    bool has_latency = flow->latency.n > 0;
    bool is_complete = flow->sent > 0 && flow->delivered == flow->sent;
    int64_t goodput_bps = ics_flow_result_goodput_bps(flow);
    values[ICS_MEASURE_SENT] = measure_count(flow->sent);
    values[ICS_MEASURE_DELIVERED] = measure_count(flow->delivered);
    values[ICS_MEASURE_LOST] = measure_count(ics_cause_counts_total(&flow->lost));
    values[ICS_MEASURE_UNDECIDED] = measure_count(flow->undecided);
    values[ICS_MEASURE_DUPLICATES] = measure_count(flow->duplicates);
    values[ICS_MEASURE_REORDERED] = measure_count(flow->order.reordered);
    values[ICS_MEASURE_LATENCY_P50] = measure_if(has_latency, flow->latency.p50_ns);
    values[ICS_MEASURE_LATENCY_P99] = measure_if(has_latency, flow->latency.p99_ns);
    values[ICS_MEASURE_COMPLETION] = measure_if(is_complete, flow->last_delivered_ns);
    values[ICS_MEASURE_GOODPUT] = measure_if(goodput_bps >= 0, goodput_bps);
    values[ICS_MEASURE_WIRE_PER_BYTE] =
        (IcsRatio){flow->wire_bytes + flow->control.bytes, flow->payload_bytes};
    values[ICS_MEASURE_RETRANSMISSIONS] = measure_count(flow->retransmissions);
    values[ICS_MEASURE_SETUP_TIME] = measure_if(flow->wire_packets > 0, flow->setup_ns);
    values[ICS_MEASURE_SETUP_PACKETS] = measure_count(flow->setup_packets);
}
