/* When the entries of a schedule are carried out: at a time, or after the n-th event of a kind. */
#include "sim/process.h"
#include "traces/world_internal.h"

/* What is known of a flow that a trigger may be narrowed to. */
enum { SCHEDULE_FLOW_UNKNOWN, SCHEDULE_FLOW_MEANT, SCHEDULE_FLOW_OTHER };

typedef struct IcsScheduledAction {
    IcsEvent event;
    IcsWorld *world;
    const IcsTraceAction *action;
    uint64_t seen;             /* events of its trigger's kind that match */
    GByteArray *flows;         /* SCHEDULE_FLOW_ by flow; NULL: not narrowed to one */
    uint64_t flows_known_when; /* ics_flow_names' changes by then */
} IcsScheduledAction;

struct IcsScheduleRun {
    IcsScheduledAction *actions;
    guint n;
};

static void schedule_due(IcsEvent *event)
{
    const IcsScheduledAction *self = ICS_CONTAINER_OF(event, IcsScheduledAction, event);
    ics_world_act(self->world, self->action);
}

/* ---- events that count ---- */

/* Forgets what was known of flows when some may have other names by now. */
static void schedule_refresh_flows(IcsScheduledAction *self, uint32_t flow)
{
    uint64_t changes = self->world->flow_names->changes;
    if (self->flows_known_when != changes) {
        self->flows_known_when = changes;
        g_byte_array_set_size(self->flows, 0);
    }
    guint known = self->flows->len;
    if (flow >= known) {
        g_byte_array_set_size(self->flows, ics_flow_table_size(&self->world->network->flows));
        memset(self->flows->data + known, SCHEDULE_FLOW_UNKNOWN, self->flows->len - known);
    }
}

static bool schedule_flow_matches(IcsScheduledAction *self, uint32_t flow)
{
    schedule_refresh_flows(self, flow);
    uint8_t *known = &self->flows->data[flow];
    if (*known == SCHEDULE_FLOW_UNKNOWN) {
        const IcsActionTrigger *when = &self->action->when;
        const IcsFlowNames *names = self->world->flow_names;
        g_autofree char *name = when->flow_by_port ? ics_flow_names_text_by_port(names, flow)
                                                   : ics_flow_names_text(names, flow);
        *known = strcmp(name, when->flow) == 0 ? SCHEDULE_FLOW_MEANT : SCHEDULE_FLOW_OTHER;
    }
    return *known == SCHEDULE_FLOW_MEANT;
}

static bool schedule_link_matches(const IcsScheduledAction *self, const IcsLinkDirection *direction)
{
    const IcsActionTrigger *when = &self->action->when;
    for (int i = 0; i < 2; i++) {
        if (when->directions[i] &&
            ics_world_direction(self->world, (uint32_t)when->link, i) == direction) {
            return true;
        }
    }
    return false;
}

static bool schedule_host_matches(const IcsActionTrigger *when, const IcsObservation *observation)
{
    uint32_t node = observation->process != NULL ? observation->process->node : observation->node;
    return node == (uint32_t)when->host + 1;
}

/* Whether the observation is one that the trigger counts. */
static bool schedule_matches(IcsScheduledAction *self, const IcsObservation *observation)
{
    const IcsActionTrigger *when = &self->action->when;
    const IcsMessageTag *message = observation->message;
    return observation->kind == when->event &&
           (when->link < 0 || schedule_link_matches(self, observation->direction)) &&
           (when->host < 0 || schedule_host_matches(when, observation)) &&
           (when->process == NULL || (observation->process != NULL &&
                                      strcmp(observation->process->name, when->process) == 0)) &&
           (when->flow == NULL || (message != NULL && message->flow != ICS_FLOW_NONE &&
                                   schedule_flow_matches(self, message->flow)));
}

static void schedule_observe(gpointer data, const IcsObservation *observation)
{
    IcsScheduledAction *self = data;
    const IcsActionTrigger *when = &self->action->when;
    if (self->seen >= when->nth || !schedule_matches(self, observation)) {
        return;
    }
    if (++self->seen == when->nth) {
        ics_simulation_schedule(self->world->simulation, &self->event,
                                observation->at_ns + when->at_ns, ICS_NODE_WORLD);
    }
}

/* ---- setting up ---- */

/* Kinds that a direction with computed departures tells of before their time. */
static bool schedule_needs_departures(IcsObservationKind kind)
{
    static const uint64_t kinds =
        ICS_OBSERVE_MASK(PACKET_DEPARTED) | ICS_OBSERVE_MASK(PACKET_COPIED) |
        ICS_OBSERVE_MASK(PACKET_DAMAGED) | ICS_OBSERVE_MASK(PACKET_DROPPED);
    return (kinds >> kind & 1) != 0;
}

/* Returns whether departures must be scheduled for it. */
static bool schedule_add(IcsWorld *self, IcsScheduledAction *scheduled)
{
    const IcsActionTrigger *when = &scheduled->action->when;
    ics_event_init(&scheduled->event, schedule_due);
    if (!when->is_event) {
        ics_simulation_schedule(self->simulation, &scheduled->event, when->at_ns, ICS_NODE_WORLD);
        return false;
    }
    if (when->flow != NULL) {
        scheduled->flows = g_byte_array_new();
    }
    ics_bus_subscribe(&self->simulation->bus, UINT64_C(1) << when->event, schedule_observe,
                      scheduled);
    return schedule_needs_departures(when->event);
}

void ics_world_schedule_actions(IcsWorld *self)
{
    GArray *from = self->trace->schedule;
    struct IcsScheduleRun *run = g_new0(struct IcsScheduleRun, 1);
    self->schedule = run;
    run->n = from->len;
    run->actions = g_new0(IcsScheduledAction, run->n);
    bool needs_departures = false;
    for (guint i = 0; i < run->n; i++) {
        run->actions[i].world = self;
        run->actions[i].action = &g_array_index(from, IcsTraceAction, i);
        needs_departures |= schedule_add(self, &run->actions[i]);
    }
    if (needs_departures) {
        ics_network_schedule_departures(self->network);
    }
}

void ics_world_schedule_free(IcsWorld *self)
{
    struct IcsScheduleRun *run = self->schedule;
    for (guint i = 0; run != NULL && i < run->n; i++) {
        g_clear_pointer(&run->actions[i].flows, g_byte_array_unref);
    }
    if (run != NULL) {
        g_free(run->actions);
    }
    g_clear_pointer(&self->schedule, g_free);
}
