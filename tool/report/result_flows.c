/* Flows with the same name are one flow of the report. */
#include <string.h>

#include "tool/report/result_internal.h"

/* The flows of one name while they are gathered. */
typedef struct ResultFlowGroup {
    IcsFlowStatistics *only; /* the first one; borrowed */
    IcsFlowStatistics sum;   /* of all, from the second one on */
    const char *transport;
    bool is_datagram;
    uint32_t flows;
} ResultFlowGroup;

static void result_flow_group_add(ResultFlowGroup *self, IcsFlowStatistics *flow)
{
    self->flows++;
    if (self->flows == 1) {
        self->only = flow;
        return;
    }
    if (self->flows == 2) {
        ics_flow_statistics_merge(&self->sum, self->only);
    }
    ics_flow_statistics_merge(&self->sum, flow);
}

static IcsLatencyResult result_flow_latency(IcsHistogram *latency)
{
    if (latency->n == 0) {
        return (IcsLatencyResult){0};
    }
    return (IcsLatencyResult){
        .n = latency->n,
        .min_ns = latency->min,
        .p50_ns = ics_histogram_percentile(latency, 50, 100),
        .p90_ns = ics_histogram_percentile(latency, 90, 100),
        .p99_ns = ics_histogram_percentile(latency, 99, 100),
        .max_ns = latency->max,
        .mean_ns = ics_histogram_mean(latency),
    };
}

static IcsReorderingResult result_flow_order(const IcsReordering *order)
{
    return (IcsReorderingResult){
        .reordered = order->reordered,
        .received = order->received,
        .extent_max = order->extent_max,
        .extent_sum = order->extent_sum,
        .extents = order->reordered - order->beyond,
    };
}

static IcsFlowResult result_flow_summarise(ResultFlowGroup *group)
{
    static IcsFlowStatistics nothing;
    IcsFlowStatistics *flow = group->flows > 1 ? &group->sum : group->only;
    flow = flow != NULL ? flow : &nothing;
    const IcsMessageWindow *messages = &flow->messages;
    IcsFlowResult result = {
        .transport = group->transport,
        .is_datagram = group->is_datagram,
        .flows = group->flows,
        .sent = messages->sent,
        .delivered = messages->delivered,
        .undecided = ics_message_window_undecided(messages),
        .duplicates = messages->duplicates,
        .damaged = messages->damaged,
        .repeated = flow->repeated,
        .beyond_window = messages->beyond,
        .order = result_flow_order(&flow->order),
        .latency = result_flow_latency(&flow->latency),
        .jitter_ns = ics_jitter_is_defined(&flow->jitter) ? ics_jitter_ns(&flow->jitter) : -1,
        .payload_bytes = flow->payload_bytes,
        .payload_ns = messages->delivered > 0 ? flow->last_delivered_ns - flow->first_sent_ns : 0,
        .last_delivered_ns = messages->delivered > 0 ? flow->last_delivered_ns : -1,
        .wire_packets = flow->wire_packets,
        .wire_bytes = flow->wire_bytes,
        .retransmissions = flow->wire_repeats + flow->control.repeats,
        .control = flow->control,
        .setup_packets = flow->setup_packets,
        .setup_ns = flow->setup_ns,
    };
    ics_cause_counts_merge(&result.lost, &messages->lost);
    return result;
}

void ics_flow_result_clear(gpointer flow_result)
{
    IcsFlowResult *self = flow_result;
    ics_cause_counts_clear(&self->lost);
}

/* ---- by the names of the two processes ---- */

static ResultFlowGroup *result_flow_group_of(GHashTable *by_name, GPtrArray *groups,
                                             GPtrArray *names, char *name)
{
    ResultFlowGroup *group = g_hash_table_lookup(by_name, name);
    if (group != NULL) {
        g_free(name);
        return group;
    }
    group = g_new0(ResultFlowGroup, 1);
    g_ptr_array_add(groups, group);
    g_ptr_array_add(names, name);
    g_hash_table_insert(by_name, name, group);
    return group;
}

static void result_flow_group_free(gpointer data)
{
    ResultFlowGroup *self = data;
    ics_flow_statistics_clear(&self->sum);
    g_free(self);
}

void ics_result_take_flows(IcsResult *self, const IcsStatistics *statistics)
{
    const IcsWorld *world = ics_statistics_world(statistics);
    g_autoptr(GHashTable) by_name = g_hash_table_new(g_str_hash, g_str_equal);
    g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(GPtrArray) groups = g_ptr_array_new_with_free_func(result_flow_group_free);
    for (uint32_t i = 0; i < ics_statistics_flows(statistics); i++) {
        IcsFlowStatistics *flow = ics_statistics_flow(statistics, i);
        if (flow->messages.sent == 0) {
            continue;
        }
        ResultFlowGroup *group =
            result_flow_group_of(by_name, groups, names, ics_world_flow_name(world, i));
        group->transport = ics_flow_table_get(&world->network->flows, i)->transport;
        group->is_datagram = ics_flow_table_get(&world->network->flows, i)->is_datagram;
        result_flow_group_add(group, flow);
    }
    for (guint i = 0; i < groups->len; i++) {
        IcsFlowResult result = result_flow_summarise(g_ptr_array_index(groups, i));
        result.name = ics_result_strdup(self, g_ptr_array_index(names, i));
        g_array_append_val(self->flows, result);
    }
    g_array_set_clear_func(self->flows, ics_flow_result_clear);
}

/* ---- by port ---- */

static bool result_flow_has_port_name(const IcsFlow *flow, const char *name)
{
    size_t n = strlen(flow->process);
    if (strncmp(flow->process, name, n) != 0 || strncmp(name + n, " -> ", 4) != 0) {
        return false;
    }
    g_autofree char *receiver = g_strdup_printf("%s:%u", flow->peer_host, flow->peer_port);
    return strcmp(name + n + 4, receiver) == 0;
}

IcsFlowResult ics_result_flows_by_port(const IcsStatistics *statistics, const char *name)
{
    const IcsWorld *world = ics_statistics_world(statistics);
    ResultFlowGroup group = {0};
    for (uint32_t i = 0; i < ics_statistics_flows(statistics); i++) {
        if (result_flow_has_port_name(ics_flow_table_get(&world->network->flows, i), name)) {
            result_flow_group_add(&group, ics_statistics_flow(statistics, i));
        }
    }
    IcsFlowResult result = result_flow_summarise(&group);
    ics_flow_statistics_clear(&group.sum);
    return result;
}

/* ---- all of datagram sockets ---- */

IcsFlowResult ics_result_datagram_flows(const IcsStatistics *statistics)
{
    const IcsWorld *world = ics_statistics_world(statistics);
    ResultFlowGroup group = {.is_datagram = true};
    for (uint32_t i = 0; i < ics_statistics_flows(statistics); i++) {
        IcsFlowStatistics *flow = ics_statistics_flow(statistics, i);
        bool is_datagram = ics_flow_table_get(&world->network->flows, i)->is_datagram;
        if (is_datagram && flow->messages.sent > 0) {
            result_flow_group_add(&group, flow);
        }
    }
    IcsFlowResult result = result_flow_summarise(&group);
    ics_flow_statistics_clear(&group.sum);
    return result;
}
