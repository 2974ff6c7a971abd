#include "tool/report/statistics.h"

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
    GPtrArray *processes; /* of IcsProcessStatistics, by id; some NULL */
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

typedef void (*StatisticsFlowFunc)(IcsFlowStatistics *flow, const IcsObservation *observation);

static const StatisticsFlowFunc statistics_flow_funcs[ICS_OBSERVATION_N_KINDS] = {
    [ICS_OBSERVE_PACKET_OFFERED] = ics_flow_statistics_offered,
    [ICS_OBSERVE_PACKET_COPIED] = ics_flow_statistics_copied,
    [ICS_OBSERVE_PACKET_DROPPED] = ics_flow_statistics_dropped,
    [ICS_OBSERVE_MESSAGE_SENT] = ics_flow_statistics_sent,
    [ICS_OBSERVE_MESSAGE_REPEATED] = ics_flow_statistics_repeated,
    [ICS_OBSERVE_MESSAGE_DELIVERED] = ics_flow_statistics_delivered,
};

static void statistics_message_observed(gpointer data, const IcsObservation *observation)
{
    IcsStatistics *self = data;
    uint32_t flow = observation->message->flow;
    if (flow == ICS_FLOW_NONE) {
        return;
    }
    if (G_UNLIKELY(flow >= self->n_flows)) {
        statistics_add_flow(self, flow);
    }
    statistics_flow_funcs[observation->kind](statistics_flow(self, flow), observation);
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

static void statistics_process_waits(gpointer data, const IcsObservation *observation)
{
    IcsStatistics *self = data;
    IcsProcessStatistics *process = g_ptr_array_index(self->processes, observation->process->id);
    if (observation->kind == ICS_OBSERVE_PROCESS_BLOCKED) {
        ics_process_statistics_blocked(process, (IcsWaitReason)observation->value,
                                       observation->at_ns);
    } else {
        ics_process_statistics_resumed(process, observation->at_ns, &self->allowance);
    }
}

static void statistics_process_lives(gpointer data, const IcsObservation *observation)
{
    IcsStatistics *self = data;
    IcsProcessStatistics *process = statistics_of_process(self, observation->process);
    if (observation->kind == ICS_OBSERVE_PROCESS_STARTED) {
        ics_process_statistics_started(process, observation->at_ns);
    } else {
        ics_process_statistics_ended(process, observation->at_ns, &self->allowance);
    }
}

static void statistics_process_speaks(gpointer data, const IcsObservation *observation)
{
    IcsStatistics *self = data;
    IcsProcessStatistics *process = statistics_of_process(self, observation->process);
    bool failed = observation->kind == ICS_OBSERVE_OPERATION_FAILED;
    ics_process_lines_add(failed ? &process->failed : &process->log, observation->text,
                          &self->allowance);
}

/* ---- life ---- */

static void statistics_free_process(gpointer data)
{
    if (data != NULL) {
        ics_process_statistics_clear(data);
        g_free(data);
    }
}

static void statistics_subscribe(IcsStatistics *self, IcsBus *bus)
{
    ics_bus_subscribe(bus,
                      ICS_OBSERVE_MASK(PACKET_OFFERED) | ICS_OBSERVE_MASK(PACKET_COPIED) |
                          ICS_OBSERVE_MASK(PACKET_DROPPED) | ICS_OBSERVE_MASK(MESSAGE_SENT) |
                          ICS_OBSERVE_MASK(MESSAGE_REPEATED) | ICS_OBSERVE_MASK(MESSAGE_DELIVERED),
                      statistics_message_observed, self);
    ics_bus_subscribe(bus, ICS_OBSERVE_MASK(PROCESS_BLOCKED) | ICS_OBSERVE_MASK(PROCESS_RESUMED),
                      statistics_process_waits, self);
    ics_bus_subscribe(bus, ICS_OBSERVE_MASK(PROCESS_STARTED) | ICS_OBSERVE_MASK(PROCESS_ENDED),
                      statistics_process_lives, self);
    ics_bus_subscribe(bus, ICS_OBSERVE_MASK(PROCESS_LOGGED) | ICS_OBSERVE_MASK(OPERATION_FAILED),
                      statistics_process_speaks, self);
}

IcsStatistics *ics_statistics_new(const IcsWorld *world)
{
    IcsStatistics *self = g_new0(IcsStatistics, 1);
    self->world = world;
    self->pages = g_ptr_array_new_with_free_func(g_free);
    self->processes = g_ptr_array_new_with_free_func(statistics_free_process);
    self->allowance = (IcsProcessAllowance){STATISTICS_LINES, STATISTICS_INTERVALS};
    statistics_subscribe(self, &world->simulation->bus);
    return self;
}

void ics_statistics_free(IcsStatistics *self)
{
    if (self == NULL) {
        return;
    }
    for (uint32_t flow = 0; flow < self->n_flows; flow++) {
        ics_flow_statistics_clear(statistics_flow(self, flow));
    }
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

const IcsWorld *ics_statistics_world(const IcsStatistics *self)
{
    return self->world;
}
