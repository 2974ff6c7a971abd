#include "tool/report/timeline.h"

#include "sim/process.h"
#include "tool/report/packet_label.h"
#include "tool/report/timeline_row.h"
#include "traces/action_text.h"

static void timeline_clear_row(gpointer data)
{
    IcsTimelineRow *row = data;
    g_free(row->label);
    g_free(row->detail);
}

static bool timeline_has_column(IcsTimeline *self, uint32_t node)
{
    for (guint i = 0; i < self->n_columns; i++) {
        if (self->columns[i] == node) {
            return true;
        }
    }
    if (self->n_columns == ICS_TIMELINE_MAX_HOSTS) {
        return false;
    }
    self->columns[self->n_columns++] = node;
    return true;
}

static void timeline_add(IcsTimeline *self, IcsTimelineRow row)
{
    bool full = self->rows->len >= self->max_rows;
    bool shown = row.kind == ICS_TIMELINE_RULE ||
                 (!full && timeline_has_column(self, row.from) &&
                  (row.kind == ICS_TIMELINE_NOTE || timeline_has_column(self, row.to)));
    if (shown && !full) {
        g_array_append_val(self->rows, row);
        return;
    }
    self->more += full;
    self->others += !full;
    timeline_clear_row(&row);
}

/* ---- packets ---- */

static void timeline_add_arrow(IcsTimeline *self, IcsTimelineRowKind kind,
                               const IcsObservation *observation)
{
    const IcsLinkDirection *direction = observation->direction;
    bool died = kind == ICS_TIMELINE_DIED || kind == ICS_TIMELINE_REFUSED;
    timeline_add(self,
                 (IcsTimelineRow){
                     .kind = kind,
                     .at_ns = observation->at_ns,
                     .from = direction->from->host->node,
                     .to = direction->to->host->node,
                     .flow = observation->packet->message.flow,
                     .label = ics_packet_label(observation->packet, self->tcp_labels),
                     .detail = died ? g_strdup(ics_cause_name((IcsCause)observation->cause)) : NULL,
                 });
}

/* A note without consequences. Takes the label. */
static void timeline_add_note(IcsTimeline *self, const IcsObservation *observation, char *label)
{
    timeline_add(self, (IcsTimelineRow){
                           .kind = ICS_TIMELINE_NOTE,
                           .at_ns = observation->at_ns,
                           .from = observation->node,
                           .label = label,
                       });
}

static void timeline_packet_died(IcsTimeline *self, const IcsObservation *observation)
{
    if (observation->direction != NULL) {
        bool refused = self->offered == observation->packet->id;
        timeline_add_arrow(self, refused ? ICS_TIMELINE_REFUSED : ICS_TIMELINE_DIED, observation);
        return;
    }
    g_autofree char *label = ics_packet_label(observation->packet, self->tcp_labels);
    timeline_add_note(
        self, observation,
        g_strdup_printf("X %s: %s", label, ics_cause_name((IcsCause)observation->cause)));
}

static void timeline_packet_looped(IcsTimeline *self, const IcsObservation *observation)
{
    g_autofree char *label = ics_packet_label(observation->packet, self->tcp_labels);
    timeline_add_note(self, observation, g_strdup_printf("%s to itself", label));
}

/* ---- processes ---- */

static bool timeline_waits_for_others(const IcsObservation *observation)
{
    IcsWaitReason reason = (IcsWaitReason)observation->value;
    return reason != ICS_WAIT_SLEEP && reason != ICS_WAIT_COMPUTE;
}

/* When the row before says that the same process has just gone on, one row says both. */
static bool timeline_joins(IcsTimeline *self, const IcsObservation *observation)
{
    IcsTimelineRow *last = self->rows->len > 0
                               ? &g_array_index(self->rows, IcsTimelineRow, self->rows->len - 1)
                               : NULL;
    if (last == NULL || self->more > 0 || last->waits != observation->process->id + 1 ||
        last->at_ns != observation->at_ns) {
        return false;
    }
    char *label = g_strdup_printf("%s, blocks in %s", last->label, observation->text);
    g_free(last->label);
    last->label = label;
    last->blocked++;
    last->waits = 0;
    return true;
}

static void timeline_process_blocked(IcsTimeline *self, const IcsObservation *observation)
{
    const IcsProcess *process = observation->process;
    if (!timeline_waits_for_others(observation)) {
        return;
    }
    g_hash_table_add(self->waiting, GUINT_TO_POINTER(process->id));
    if (!timeline_joins(self, observation)) {
        timeline_add(
            self, (IcsTimelineRow){
                      .kind = ICS_TIMELINE_NOTE,
                      .at_ns = observation->at_ns,
                      .from = observation->node,
                      .label = g_strdup_printf("%s blocks in %s", process->name, observation->text),
                      .blocked = 1,
                  });
    }
}

static void timeline_process_resumed(IcsTimeline *self, const IcsObservation *observation)
{
    const IcsProcess *process = observation->process;
    if (!g_hash_table_remove(self->waiting, GUINT_TO_POINTER(process->id))) {
        return;
    }
    timeline_add(self,
                 (IcsTimelineRow){
                     .kind = ICS_TIMELINE_NOTE,
                     .at_ns = observation->at_ns,
                     .from = observation->node,
                     .label = g_strdup_printf("%s: %s returns", process->name, observation->text),
                     .blocked = -1,
                     .waits = process->id + 1,
                 });
}

/* That a program came to its end is no news. */
static void timeline_process_ended(IcsTimeline *self, const IcsObservation *observation)
{
    const IcsProcess *process = observation->process;
    bool waited = g_hash_table_remove(self->waiting, GUINT_TO_POINTER(process->id));
    if (process->outcome == ICS_OUTCOME_RETURNED) {
        return;
    }
    timeline_add(self, (IcsTimelineRow){
                           .kind = ICS_TIMELINE_NOTE,
                           .at_ns = observation->at_ns,
                           .from = observation->node,
                           .label = g_strdup_printf("%s: %s", process->name, observation->text),
                           .blocked = waited ? -1 : 0,
                       });
}

static void timeline_process_said(IcsTimeline *self, const IcsObservation *observation)
{
    timeline_add_note(self, observation,
                      g_strdup_printf("%s: %s", observation->process->name, observation->text));
}

/* ---- the schedule ---- */

/* How the lifeline of a host looks behind an action on it; NUL where that does not change. */
static char timeline_lifeline_behind(IcsActionKind kind)
{
    switch (kind) {
    case ICS_ACTION_HOST_CRASH:
        return ' ';
    case ICS_ACTION_HOST_PAUSE:
        return '.';
    case ICS_ACTION_HOST_RESTART:
    case ICS_ACTION_HOST_RESUME:
        return '|';
    case ICS_ACTION_LINK_DOWN:
    case ICS_ACTION_LINK_UP:
    case ICS_ACTION_LINK_RATE:
    case ICS_ACTION_LINK_DELAY:
    case ICS_ACTION_LINK_HOLD:
    case ICS_ACTION_LINK_RELEASE:
    case ICS_ACTION_FAULT_ON:
    case ICS_ACTION_FAULT_OFF:
    case ICS_ACTION_FAULT_CHANGE:
    case ICS_ACTION_PARTITION:
    case ICS_ACTION_PARTITION_ONEWAY:
    case ICS_ACTION_REPAIR:
    case ICS_ACTION_PROCESS_KILL:
    case ICS_ACTION_PROCESS_RESTART:
        return '\0';
    }
    g_assert_not_reached();
}

static void timeline_schedule_acted(IcsTimeline *self, const IcsObservation *observation)
{
    const IcsTrace *trace = self->world->trace;
    const IcsTraceAction *action =
        &g_array_index(trace->schedule, IcsTraceAction, observation->value);
    timeline_add(self, (IcsTimelineRow){
                           .kind = ICS_TIMELINE_RULE,
                           .at_ns = observation->at_ns,
                           .from = observation->node,
                           .label = ics_action_text(trace, action),
                           .lifeline = timeline_lifeline_behind(action->kind),
                       });
}

/* ---- watching ---- */

#define TIMELINE_KINDS                                                                             \
    (ICS_OBSERVE_MASK(PACKET_OFFERED) | ICS_OBSERVE_MASK(PACKET_QUEUED) |                          \
     ICS_OBSERVE_MASK(PACKET_ARRIVED) | ICS_OBSERVE_MASK(PACKET_LOOPED) |                          \
     ICS_OBSERVE_MASK(PACKET_DROPPED) | ICS_OBSERVE_MASK(PROCESS_BLOCKED) |                        \
     ICS_OBSERVE_MASK(PROCESS_RESUMED) | ICS_OBSERVE_MASK(PROCESS_ENDED) |                         \
     ICS_OBSERVE_MASK(PROCESS_LOGGED) | ICS_OBSERVE_MASK(OPERATION_FAILED) |                       \
     ICS_OBSERVE_MASK(SCHEDULE_ACTED))

static void timeline_observe(gpointer data, const IcsObservation *observation)
{
    IcsTimeline *self = data;
    switch (observation->kind) {
    case ICS_OBSERVE_PACKET_OFFERED:
        self->offered = observation->packet->id;
        return;
    case ICS_OBSERVE_PACKET_QUEUED:
        self->offered = 0;
        timeline_add_arrow(self, ICS_TIMELINE_SENT, observation);
        return;
    case ICS_OBSERVE_PACKET_ARRIVED:
        timeline_add_arrow(self, ICS_TIMELINE_ARRIVED, observation);
        return;
    case ICS_OBSERVE_PACKET_LOOPED:
        timeline_packet_looped(self, observation);
        return;
    case ICS_OBSERVE_PACKET_DROPPED:
        timeline_packet_died(self, observation);
        return;
    case ICS_OBSERVE_PROCESS_BLOCKED:
        timeline_process_blocked(self, observation);
        return;
    case ICS_OBSERVE_PROCESS_RESUMED:
        timeline_process_resumed(self, observation);
        return;
    case ICS_OBSERVE_PROCESS_ENDED:
        timeline_process_ended(self, observation);
        return;
    case ICS_OBSERVE_PROCESS_LOGGED:
    case ICS_OBSERVE_OPERATION_FAILED:
        timeline_process_said(self, observation);
        return;
    case ICS_OBSERVE_SCHEDULE_ACTED:
        timeline_schedule_acted(self, observation);
        return;
    case ICS_OBSERVE_PACKET_DEPARTED:
    case ICS_OBSERVE_PACKET_COPIED:
    case ICS_OBSERVE_PACKET_DAMAGED:
    case ICS_OBSERVE_PACKET_REORDERED:
    case ICS_OBSERVE_MESSAGE_SENT:
    case ICS_OBSERVE_MESSAGE_REPEATED:
    case ICS_OBSERVE_MESSAGE_DELIVERED:
    case ICS_OBSERVE_SOCKET_BOUND:
    case ICS_OBSERVE_SOCKET_CLOSED:
    case ICS_OBSERVE_PROCESS_STARTED:
    case ICS_OBSERVE_HOST_CHANGED:
    case ICS_OBSERVE_LINK_CHANGED:
    case ICS_OBSERVE_PACKET_MARKED:
    case ICS_OBSERVE_MESSAGE_ABANDONED:
    case ICS_OBSERVE_CONNECTION_STATE:
    case ICS_OBSERVE_SEGMENT_REPEATED:
    case ICS_OBSERVE_CONGESTION_WINDOW:
    case ICS_OBSERVE_ROUND_TRIP:
    case ICS_OBSERVE_RECOVERY:
    case ICS_OBSERVE_SCOREBOARD:
    case ICS_OBSERVE_PEER_WINDOW:
    case ICS_OBSERVATION_N_KINDS:
        return;
    }
}

IcsTimeline *ics_timeline_new(IcsWorld *world, guint max_rows)
{
    IcsTimeline *self = g_new0(IcsTimeline, 1);
    self->world = world;
    self->max_rows = max_rows;
    self->rows = g_array_new(FALSE, FALSE, sizeof(IcsTimelineRow));
    g_array_set_clear_func(self->rows, timeline_clear_row);
    self->waiting = g_hash_table_new(NULL, NULL);
    self->tcp_labels = ics_tcp_labels_new();
    ics_network_schedule_departures(world->network);
    ics_bus_subscribe(&world->simulation->bus, TIMELINE_KINDS, timeline_observe, self);
    return self;
}

void ics_timeline_free(IcsTimeline *self)
{
    if (self != NULL) {
        g_array_unref(self->rows);
        g_hash_table_unref(self->waiting);
        ics_tcp_labels_free(self->tcp_labels);
        g_free(self);
    }
}
