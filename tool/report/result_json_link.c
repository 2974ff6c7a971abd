#include "tool/report/result_json_internal.h"

static void result_json_faults(const IcsFaultResult *faults, uint32_t n, IcsJsonWriter *writer)
{
    ics_json_writer_member_array(writer, "faults");
    for (uint32_t i = 0; i < n; i++) {
        const IcsFaultResult *fault = &faults[i];
        IcsRatio requested = {0};
        if (fault->requested != ICS_FAULT_RATE_UNKNOWN) {
            requested = ics_ratio_of_probability(fault->requested);
        }
        ics_json_writer_begin_object(writer);
        ics_json_writer_member_string(writer, "kind", fault->kind);
        ics_json_writer_member_string(writer, "name", fault->name);
        ics_json_writer_member_string(writer, "pointer", fault->pointer);
        ics_result_json_ratio(writer, "requested", requested);
        ics_result_json_ratio(writer, "realised", fault->realised);
        ics_json_writer_end_object(writer);
    }
    ics_json_writer_end_array(writer);
}

static void result_json_counters(const IcsLinkResult *link, IcsJsonWriter *writer)
{
    const IcsLinkTotals *counters = &link->counters;
    ics_json_writer_member_uint64(writer, "offered", counters->offered);
    ics_json_writer_member_uint64(writer, "offered_bytes", counters->offered_bytes);
    ics_json_writer_member_uint64(writer, "copies", counters->copies);
    ics_json_writer_member_uint64(writer, "departed", counters->departed);
    ics_json_writer_member_uint64(writer, "departed_bytes", counters->departed_bytes);
    ics_json_writer_member_uint64(writer, "delivered", counters->delivered);
    ics_json_writer_member_uint64(writer, "delivered_bytes", counters->delivered_bytes);
    ics_result_json_causes(writer, "dropped", link->dropped.by_cause);
    ics_json_writer_member_uint64(writer, "damaged", counters->damaged);
    ics_json_writer_member_uint64(writer, "overtaken", counters->reordered);
    if (counters->marked > 0) {
        ics_json_writer_member_uint64(writer, "marked", counters->marked);
    }
}

void ics_result_json_write_link(const IcsLinkResult *link, int64_t virtual_ns,
                                IcsJsonWriter *writer)
{
    ics_json_writer_begin_object(writer);
    ics_json_writer_member_string(writer, "name", link->name);
    ics_json_writer_member_string(writer, "link", link->link);
    ics_json_writer_member_string(writer, "pointer", link->pointer);
    ics_result_json_optional(writer, "rate_bps", link->rate_bps > 0, link->rate_bps);
    ics_json_writer_member_bool(writer, "has_capacity_trace", link->has_capacity);
    ics_json_writer_member_int64(writer, "delay_ns", link->delay_ns);
    result_json_counters(link, writer);
    ics_json_writer_member_uint64(writer, "in_flight", link->in_flight);
    ics_json_writer_member_object(writer, "queue");
    ics_json_writer_member_uint64(writer, "max", link->counters.queue_maximum);
    ics_result_json_ratio(writer, "mean",
                          (IcsRatio){link->counters.waited_ns, (uint64_t)virtual_ns});
    ics_json_writer_end_object(writer);
    ics_result_json_ratio(writer, "utilisation",
                          (IcsRatio){link->counters.busy_ns, (uint64_t)virtual_ns});
    ics_json_writer_member_bool(writer, "conserved", link->conserved);
    result_json_faults(link->faults, link->n_faults, writer);
    ics_json_writer_end_object(writer);
}

void ics_result_json_write_host(const IcsHostResult *host, IcsJsonWriter *writer)
{
    ics_json_writer_begin_object(writer);
    ics_json_writer_member_string(writer, "name", host->name);
    ics_json_writer_member_string(writer, "state", host->state);
    ics_json_writer_member_uint64(writer, "restarts", host->restarts);
    ics_result_json_causes(writer, "dropped", host->dropped.by_cause);
    result_json_faults(host->faults, host->n_faults, writer);
    ics_json_writer_end_object(writer);
}
