#include "tool/report/metric.h"
#include "tool/report/result_json_internal.h"

static void result_json_latency(const IcsFlowResult *flow, IcsJsonWriter *writer)
{
    const IcsLatencyResult *latency = &flow->latency;
    bool is_defined = latency->n > 0;
    ics_json_writer_member_object(writer, "latency_ns");
    ics_json_writer_member_uint64(writer, "n", latency->n);
    ics_json_writer_member_uint64(writer, "of", flow->sent);
    ics_result_json_optional(writer, "min", is_defined, latency->min_ns);
    ics_result_json_optional(writer, "p50", is_defined, latency->p50_ns);
    ics_result_json_optional(writer, "p90", is_defined, latency->p90_ns);
    ics_result_json_optional(writer, "p99", is_defined, latency->p99_ns);
    ics_result_json_optional(writer, "max", is_defined, latency->max_ns);
    ics_result_json_optional(writer, "mean", is_defined, latency->mean_ns);
    ics_json_writer_end_object(writer);
}

static void result_json_order(const IcsReorderingResult *order, IcsJsonWriter *writer)
{
    ics_json_writer_member_uint64(writer, "reordered", order->reordered);
    ics_json_writer_member_object(writer, "reordering");
    ics_result_json_ratio(writer, "ratio", (IcsRatio){order->reordered, order->received});
    ics_result_json_optional(writer, "extent_max", order->extents > 0, (int64_t)order->extent_max);
    ics_result_json_ratio(writer, "extent_mean", (IcsRatio){order->extent_sum, order->extents});
    ics_json_writer_end_object(writer);
}

void ics_result_json_write_flow(const IcsFlowResult *flow, IcsJsonWriter *writer)
{
    int64_t goodput_bps = ics_flow_result_goodput_bps(flow);
    ics_json_writer_begin_object(writer);
    ics_json_writer_member_string(writer, "name", flow->name);
    ics_json_writer_member_string(writer, "transport", flow->transport);
    ics_json_writer_member_uint64(writer, "flows", flow->flows);
    ics_json_writer_member_uint64(writer, "sent", flow->sent);
    ics_json_writer_member_uint64(writer, "delivered", flow->delivered);
    ics_json_writer_member_uint64(writer, "undecided", flow->undecided);
    ics_result_json_causes(writer, "lost", flow->lost.by_cause);
    ics_json_writer_member_uint64(writer, "duplicates", flow->duplicates);
    result_json_order(&flow->order, writer);
    ics_json_writer_member_uint64(writer, "damaged", flow->damaged);
    ics_json_writer_member_uint64(writer, "repeated", flow->repeated);
    ics_json_writer_member_uint64(writer, "beyond_window", flow->beyond_window);
    result_json_latency(flow, writer);
    ics_result_json_optional(writer, "jitter_ns", flow->jitter_ns >= 0, flow->jitter_ns);
    ics_json_writer_member_uint64(writer, "payload_bytes", flow->payload_bytes);
    ics_result_json_optional(writer, "goodput_bps", goodput_bps >= 0, goodput_bps);
    ics_json_writer_member_uint64(writer, "wire_packets", flow->wire_packets);
    ics_json_writer_member_uint64(writer, "wire_bytes", flow->wire_bytes);
    ics_result_json_ratio(writer, "overhead", ics_flow_result_overhead(flow));
    ics_json_writer_end_object(writer);
}
