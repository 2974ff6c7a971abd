#include "tool/report/statistics.h"

#include "netmodel/outside.h"

/* Flows lie in pages, so that a million of them are never moved and few cost little. */
#define STATISTICS_PAGE_BITS  6
#define STATISTICS_PAGE_FLOWS (1u << STATISTICS_PAGE_BITS)

/* What all processes together may keep. */
#define STATISTICS_LINES     10000
#define STATISTICS_INTERVALS 65536

struct IcsStatistics {
    const IcsWorld *world;
    GPtrArray *pages; /* of IcsFlowStatistics[STATISTICS_PAGE_FLOWS] */
    uint32_t n_flows;
    bool follows_control;
    IcsConversations conversations; /* if it does */
    GPtrArray *processes;           /* of IcsProcessStatistics, by id; some NULL */
    IcsConnectionTable connections;
    IcsProcessAllowance allowance;
};

/* ---- flows ---- */

static inline IcsFlowStatistics *statistics_flow(const IcsStatistics *self, uint32_t flow)
{
    IcsFlowStatistics *page = g_ptr_array_index(self->pages, flow >> STATISTICS_PAGE_BITS);
    return &page[flow & (STATISTICS_PAGE_FLOWS - 1)];
}

static void statistics_add_flow(IcsStatistics *self, uint32_t flow)
{
    self->n_flows = MAX(self->n_flows, flow + 1);
    while (self->pages->len <= flow >> STATISTICS_PAGE_BITS) {
        g_ptr_array_add(self->pages, g_new0(IcsFlowStatistics, STATISTICS_PAGE_FLOWS));
    }
}

/* The flow that a message belongs to; NULL for a packet that carries no message. */
static inline IcsFlowStatistics *statistics_flow_of(IcsStatistics *self,
                                                    const IcsObservation *observation)
{
    uint32_t flow = observation->message->flow;
    if (G_LIKELY(flow < self->n_flows)) {
        return statistics_flow(self, flow);
    }
    if (flow == ICS_FLOW_NONE) {
        return NULL;
    }
    statistics_add_flow(self, flow);
    return statistics_flow(self, flow);
}

static void statistics_message_sent(gpointer self, const IcsObservation *observation)
{
    ics_flow_statistics_sent(statistics_flow_of(self, observation), observation);
}

static void statistics_message_repeated(gpointer self, const IcsObservation *observation)
{
    ics_flow_statistics_repeated(statistics_flow_of(self, observation), observation);
}

/* A datagram from outside of the simulation is nobody's message. */
static void statistics_message_delivered(gpointer self, const IcsObservation *observation)
{
    IcsFlowStatistics *flow = statistics_flow_of(self, observation);
    if (G_LIKELY(flow != NULL)) {
        ics_flow_statistics_delivered(flow, observation);
    }
}

/* `flow` is NULL for a packet without a message. */
static void statistics_follow(IcsStatistics *self, IcsFlowStatistics *flow,
                              const IcsObservation *observation)
{
    IcsConversationKey key;
    if (!ics_conversation_key(observation->packet, &key)) {
        return;
    }
    IcsConversation *conversation = ics_conversations_get(&self->conversations, &key);
    bool has_flow = conversation->flow != ICS_FLOW_NONE;
    if (flow == NULL && has_flow) {
        ics_flow_statistics_control(statistics_flow(self, conversation->flow), observation);
    } else if (flow == NULL) {
        ics_control_counts_add(&conversation->before, observation->packet);
    } else if (!has_flow) {
        ics_flow_statistics_opened(flow, observation, &conversation->before);
        conversation->flow = observation->message->flow;
    }
}

static void statistics_packet_offered(gpointer data, const IcsObservation *observation)
{
    IcsStatistics *self = data;
    IcsFlowStatistics *flow = statistics_flow_of(self, observation);
    if (G_UNLIKELY(self->follows_control)) {
        statistics_follow(self, flow, observation);
    }
    if (flow != NULL) {
        ics_flow_statistics_offered(flow, observation);
    }
}

/* Whether the message is part of a byte stream, so that packets are no copies of it. */
static bool statistics_is_stream(const IcsStatistics *self, const IcsObservation *observation)
{
    const IcsFlowTable *flows = &self->world->network->flows;
    return ics_flow_table_get(flows, observation->message->flow)->is_stream;
}

static void statistics_packet_copied(gpointer self, const IcsObservation *observation)
{
    IcsFlowStatistics *flow = statistics_flow_of(self, observation);
    if (flow != NULL && !statistics_is_stream(self, observation)) {
        ics_flow_statistics_copied(flow, observation);
    }
}

static void statistics_packet_dropped(gpointer self, const IcsObservation *observation)
{
    IcsFlowStatistics *flow = statistics_flow_of(self, observation);
    if (flow == NULL) {
        return;
    }
    if (statistics_is_stream(self, observation)) {
        ics_flow_statistics_met(flow, observation);
    } else {
        ics_flow_statistics_dropped(flow, observation);
    }
}

/* Nobody tells what a program outside of the simulation has taken. */
static bool statistics_goes_outside(const IcsStatistics *self, uint32_t flow)
{
    const IcsNetwork *network = self->world->network;
    const IcsFlow *of = ics_flow_table_get(&network->flows, flow);
    const IcsHost *peer = ics_network_host_by_name(network, of->peer_host);
    return peer == NULL || ics_outside_of(peer) != NULL;
}

static void statistics_message_abandoned(gpointer self, const IcsObservation *observation)
{
    if (!statistics_goes_outside(self, observation->message->flow)) {
        ics_flow_statistics_abandoned(statistics_flow_of(self, observation), observation);
    }
}

/* ---- processes ---- */

/* Its row, made when it is first heard of. */
static IcsProcessStatistics *statistics_of_process(IcsStatistics *self, const IcsProcess *process)
{
    if (process->id >= self->processes->len) {
        g_ptr_array_set_size(self->processes, (gint)(process->id + 1));
    }
    if (g_ptr_array_index(self->processes, process->id) == NULL) {
        IcsProcessStatistics *made = g_new(IcsProcessStatistics, 1);
        ics_process_statistics_init(made, process);
        g_ptr_array_index(self->processes, process->id) = made;
    }
    return g_ptr_array_index(self->processes, process->id);
}

static void statistics_process_resumed(gpointer data, const IcsObservation *observation)
{
    IcsStatistics *self = data;
    /* It has its row since it started. */
    IcsProcessStatistics *process = g_ptr_array_index(self->processes, observation->process->id);
    ics_process_statistics_resumed(process, observation->at_ns, &self->allowance);
}

static void statistics_process_started(gpointer self, const IcsObservation *observation)
{
    ics_process_statistics_started(statistics_of_process(self, observation->process),
                                   observation->at_ns);
}

static void statistics_process_ended(gpointer data, const IcsObservation *observation)
{
    IcsStatistics *self = data;
    ics_process_statistics_ended(statistics_of_process(self, observation->process),
                                 observation->at_ns, &self->allowance);
}

static void statistics_process_logged(gpointer data, const IcsObservation *observation)
{
    IcsStatistics *self = data;
    IcsProcessStatistics *process = statistics_of_process(self, observation->process);
    ics_process_lines_add(&process->log, observation->text, &self->allowance);
}

static void statistics_operation_failed(gpointer data, const IcsObservation *observation)
{
    IcsStatistics *self = data;
    IcsProcessStatistics *process = statistics_of_process(self, observation->process);
    ics_process_lines_add(&process->failed, observation->text, &self->allowance);
}

/* ---- connections ---- */

static void statistics_connection_state(gpointer data, const IcsObservation *observation)
{
    IcsStatistics *self = data;
    ics_connection_table_state(&self->connections, observation);
}

static void statistics_segment_repeated(gpointer data, const IcsObservation *observation)
{
    IcsStatistics *self = data;
    ics_connection_table_repeated(&self->connections, observation);
    IcsFlowStatistics *flow = statistics_flow_of(self, observation);
    if (flow != NULL) {
        flow->repeated++;
    }
}

/* ---- life ---- */

static void statistics_free_process(gpointer data)
{
    if (data != NULL) {
        ics_process_statistics_clear(data);
        g_free(data);
    }
}

/* What is told of each kind, and to whom. */
static const struct {
    IcsObservationKind kind;
    IcsObserverFunc observe;
} statistics_kinds[] = {
    {ICS_OBSERVE_PACKET_OFFERED, statistics_packet_offered},
    {ICS_OBSERVE_PACKET_COPIED, statistics_packet_copied},
    {ICS_OBSERVE_PACKET_DROPPED, statistics_packet_dropped},
    {ICS_OBSERVE_MESSAGE_SENT, statistics_message_sent},
    {ICS_OBSERVE_MESSAGE_REPEATED, statistics_message_repeated},
    {ICS_OBSERVE_MESSAGE_DELIVERED, statistics_message_delivered},
    {ICS_OBSERVE_MESSAGE_ABANDONED, statistics_message_abandoned},
    {ICS_OBSERVE_PROCESS_STARTED, statistics_process_started},
    {ICS_OBSERVE_PROCESS_RESUMED, statistics_process_resumed},
    {ICS_OBSERVE_PROCESS_ENDED, statistics_process_ended},
    {ICS_OBSERVE_PROCESS_LOGGED, statistics_process_logged},
    {ICS_OBSERVE_OPERATION_FAILED, statistics_operation_failed},
    {ICS_OBSERVE_CONNECTION_STATE, statistics_connection_state},
    {ICS_OBSERVE_SEGMENT_REPEATED, statistics_segment_repeated},
};

IcsStatistics *ics_statistics_new(const IcsWorld *world)
{
    IcsStatistics *self = g_new0(IcsStatistics, 1);
    self->world = world;
    self->pages = g_ptr_array_new_with_free_func(g_free);
    self->processes = g_ptr_array_new_with_free_func(statistics_free_process);
    self->allowance = (IcsProcessAllowance){STATISTICS_LINES, STATISTICS_INTERVALS};
    for (size_t i = 0; i < G_N_ELEMENTS(statistics_kinds); i++) {
        ics_bus_subscribe(&world->simulation->bus, UINT64_C(1) << statistics_kinds[i].kind,
                          statistics_kinds[i].observe, self);
    }
    return self;
}

void ics_statistics_follow_control(IcsStatistics *self)
{
    self->follows_control = true;
}

void ics_statistics_free(IcsStatistics *self)
{
    if (self == NULL) {
        return;
    }
    for (uint32_t flow = 0; flow < self->n_flows; flow++) {
        ics_flow_statistics_clear(statistics_flow(self, flow));
    }
    ics_conversations_clear(&self->conversations);
    ics_connection_table_clear(&self->connections);
    g_ptr_array_unref(self->pages);
    g_ptr_array_unref(self->processes);
    g_free(self);
}

uint32_t ics_statistics_flows(const IcsStatistics *self)
{
    return self->n_flows;
}

IcsFlowStatistics *ics_statistics_flow(const IcsStatistics *self, uint32_t flow)
{
    g_assert(flow < self->n_flows);
    return statistics_flow(self, flow);
}

uint32_t ics_statistics_processes(const IcsStatistics *self)
{
    return self->processes->len;
}

const IcsProcessStatistics *ics_statistics_process(const IcsStatistics *self, uint32_t id)
{
    return g_ptr_array_index(self->processes, id);
}

const IcsConnectionTable *ics_statistics_connections(const IcsStatistics *self)
{
    return &self->connections;
}

const IcsWorld *ics_statistics_world(const IcsStatistics *self)
{
    return self->world;
}
