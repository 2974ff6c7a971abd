#include "tool/report/timeline.h"

#include <inttypes.h>
#include <string.h>

#include "sim/process.h"
#include "tool/report/packet_label.h"
#include "tool/report/timeline_row.h"

#define TIMELINE_TIME_COLUMNS 14
#define TIMELINE_MARGIN       4

struct IcsTimeline {
    IcsWorld *world;
    GArray *rows; /* of IcsTimelineRow, in order of time */
    guint max_rows;
    uint64_t more;                            /* rows that were not kept */
    uint32_t columns[ICS_TIMELINE_MAX_HOSTS]; /* nodes, in order of their first row */
    guint n_columns;
};

static void timeline_clear_row(gpointer data)
{
    IcsTimelineRow *row = data;
    g_free(row->label);
    g_free(row->detail);
}

/* ---- watching ---- */

static int timeline_column_of(const IcsTimeline *self, uint32_t node)
{
    for (guint i = 0; i < self->n_columns; i++) {
        if (self->columns[i] == node) {
            return (int)i;
        }
    }
    return -1;
}

static bool timeline_has_column(IcsTimeline *self, uint32_t node)
{
    if (timeline_column_of(self, node) >= 0) {
        return true;
    }
    if (self->n_columns == ICS_TIMELINE_MAX_HOSTS) {
        return false;
    }
    self->columns[self->n_columns++] = node;
    return true;
}

static void timeline_add(IcsTimeline *self, IcsTimelineRow row)
{
    bool shown = row.kind == ICS_TIMELINE_RULE ||
                 (timeline_has_column(self, row.from) && timeline_has_column(self, row.to));
    if (!shown || self->rows->len >= self->max_rows) {
        self->more += shown;
        timeline_clear_row(&row);
        return;
    }
    g_array_append_val(self->rows, row);
}

static void timeline_add_packet(IcsTimeline *self, IcsTimelineRowKind kind,
                                const IcsObservation *observation)
{
    const IcsLinkDirection *direction = observation->direction;
    bool died = kind == ICS_TIMELINE_DIED;
    timeline_add(self,
                 (IcsTimelineRow){
                     .kind = kind,
                     .at_ns = observation->at_ns,
                     .from = direction->from->host->node,
                     .to = direction->to->host->node,
                     .label = ics_packet_label(observation->packet),
                     .detail = died ? g_strdup(ics_cause_name((IcsCause)observation->cause)) : NULL,
                 });
}

static void timeline_add_note(IcsTimeline *self, const IcsObservation *observation, char *label,
                              int blocked)
{
    timeline_add(self, (IcsTimelineRow){
                           .kind = ICS_TIMELINE_NOTE,
                           .at_ns = observation->at_ns,
                           .from = observation->node,
                           .to = observation->node,
                           .label = label,
                           .blocked = blocked,
                       });
}

static void timeline_died(IcsTimeline *self, const IcsObservation *observation)
{
    if (observation->direction != NULL) {
        timeline_add_packet(self, ICS_TIMELINE_DIED, observation);
        return;
    }
    g_autofree char *label = ics_packet_label(observation->packet);
    timeline_add_note(
        self, observation,
        g_strdup_printf("X %s: %s", label, ics_cause_name((IcsCause)observation->cause)), 0);
}

static void timeline_blocked(IcsTimeline *self, const IcsObservation *observation, bool blocked)
{
    IcsWaitReason reason = (IcsWaitReason)observation->value;
    if (reason == ICS_WAIT_SLEEP || reason == ICS_WAIT_COMPUTE) {
        return;
    }
    timeline_add_note(self, observation,
                      g_strdup_printf(blocked ? "%s blocks in %s" : "%s: %s returns",
                                      observation->process->name, observation->text),
                      blocked ? 1 : -1);
}

static void timeline_rule(IcsTimeline *self, const IcsObservation *observation, char *label)
{
    timeline_add(self, (IcsTimelineRow){
                           .kind = ICS_TIMELINE_RULE,
                           .at_ns = observation->at_ns,
                           .label = label,
                       });
}

static void timeline_observe(gpointer data, const IcsObservation *observation)
{
    IcsTimeline *self = data;
    switch (observation->kind) {
    case ICS_OBSERVE_PACKET_QUEUED:
        timeline_add_packet(self, ICS_TIMELINE_SENT, observation);
        return;
    case ICS_OBSERVE_PACKET_ARRIVED:
        timeline_add_packet(self, ICS_TIMELINE_ARRIVED, observation);
        return;
    case ICS_OBSERVE_PACKET_DROPPED:
        timeline_died(self, observation);
        return;
    case ICS_OBSERVE_PROCESS_BLOCKED:
        timeline_blocked(self, observation, true);
        return;
    case ICS_OBSERVE_PROCESS_RESUMED:
        timeline_blocked(self, observation, false);
        return;
    case ICS_OBSERVE_PROCESS_LOGGED:
    case ICS_OBSERVE_OPERATION_FAILED:
        timeline_add_note(self, observation,
                          g_strdup_printf("%s: %s", observation->process->name, observation->text),
                          0);
        return;
    case ICS_OBSERVE_SCHEDULE_ACTED:
        timeline_rule(self, observation,
                      observation->host != NULL
                          ? g_strdup_printf("%s %s", observation->text, observation->host->name)
                          : g_strdup(observation->text));
        return;
    case ICS_OBSERVE_PACKET_OFFERED:
    case ICS_OBSERVE_PACKET_DEPARTED:
    case ICS_OBSERVE_PACKET_COPIED:
    case ICS_OBSERVE_PACKET_DAMAGED:
    case ICS_OBSERVE_PACKET_REORDERED:
    case ICS_OBSERVE_PACKET_LOOPED:
    case ICS_OBSERVE_MESSAGE_SENT:
    case ICS_OBSERVE_MESSAGE_REPEATED:
    case ICS_OBSERVE_MESSAGE_DELIVERED:
    case ICS_OBSERVE_SOCKET_BOUND:
    case ICS_OBSERVE_SOCKET_CLOSED:
    case ICS_OBSERVE_PROCESS_STARTED:
    case ICS_OBSERVE_PROCESS_ENDED:
    case ICS_OBSERVE_HOST_CHANGED:
    case ICS_OBSERVE_LINK_CHANGED:
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
    ics_network_schedule_departures(world->network);
    ics_bus_subscribe(&world->simulation->bus,
                      ICS_OBSERVE_MASK(PACKET_QUEUED) | ICS_OBSERVE_MASK(PACKET_ARRIVED) |
                          ICS_OBSERVE_MASK(PACKET_DROPPED) | ICS_OBSERVE_MASK(PROCESS_BLOCKED) |
                          ICS_OBSERVE_MASK(PROCESS_RESUMED) | ICS_OBSERVE_MASK(PROCESS_LOGGED) |
                          ICS_OBSERVE_MASK(OPERATION_FAILED) | ICS_OBSERVE_MASK(SCHEDULE_ACTED),
                      timeline_observe, self);
    return self;
}

void ics_timeline_free(IcsTimeline *self)
{
    if (self != NULL) {
        g_array_unref(self->rows);
        g_free(self);
    }
}

/* ---- drawing ---- */

static guint timeline_x(const IcsTimeline *self, int column, guint width)
{
    guint first = TIMELINE_TIME_COLUMNS + TIMELINE_MARGIN;
    guint last = width - TIMELINE_MARGIN - 1;
    if (self->n_columns < 2) {
        return first;
    }
    return first + (last - first) * (guint)column / (self->n_columns - 1);
}

static void timeline_draw_time(IcsTimelineLine *line, int64_t at_ns)
{
    g_autofree char *text =
        g_strdup_printf("%7" PRId64 ".%03" PRId64 " ms", at_ns / 1000000, at_ns / 1000 % 1000);
    ics_timeline_line_text(line, 0, text);
}

static void timeline_draw_note(const IcsTimeline *self, IcsTimelineLine *line,
                               const IcsTimelineRow *row, guint width)
{
    int column = timeline_column_of(self, row->from);
    guint x = timeline_x(self, column, width);
    guint length = (guint)strlen(row->label);
    bool last = (guint)column + 1 == self->n_columns && column > 0;
    if (!last) {
        ics_timeline_line_text(line, x + 2, row->label);
        return;
    }
    guint room = x - TIMELINE_TIME_COLUMNS - 2;
    guint start = length < room ? x - 1 - length : TIMELINE_TIME_COLUMNS + 1;
    g_autofree char *shown = g_strndup(row->label, x - 1 - start);
    ics_timeline_line_text(line, start, shown);
    ics_timeline_line_set(line, x - 1, ' ');
}

static void timeline_draw_row(const IcsTimeline *self, const IcsTimelineRow *row, guint width,
                              const int *blocked, GString *out)
{
    IcsTimelineLine line;
    ics_timeline_line_init(&line, width);
    timeline_draw_time(&line, row->at_ns);
    if (row->kind == ICS_TIMELINE_RULE) {
        g_autofree char *text = g_strdup_printf("== %s ==", row->label);
        ics_timeline_line_text(&line, TIMELINE_TIME_COLUMNS + TIMELINE_MARGIN, text);
        ics_timeline_line_finish(&line, out);
        return;
    }
    for (guint i = 0; i < self->n_columns; i++) {
        ics_timeline_line_set(&line, timeline_x(self, (int)i, width), blocked[i] > 0 ? ':' : '|');
    }
    if (row->kind == ICS_TIMELINE_NOTE) {
        timeline_draw_note(self, &line, row, width);
    } else {
        guint from = timeline_x(self, timeline_column_of(self, row->from), width);
        guint to = timeline_x(self, timeline_column_of(self, row->to), width);
        ics_timeline_line_arrow(&line, row, from, to);
        ics_timeline_line_set(&line, row->kind == ICS_TIMELINE_ARRIVED ? to : from, 'o');
    }
    ics_timeline_line_finish(&line, out);
}

static void timeline_draw_heads(const IcsTimeline *self, guint width, GString *out)
{
    IcsTimelineLine line;
    ics_timeline_line_init(&line, width);
    ics_timeline_line_text(&line, 7, "time");
    for (guint i = 0; i < self->n_columns; i++) {
        const char *name = self->world->simulation->nodes[self->columns[i]].name;
        guint length = (guint)strlen(name);
        guint x = timeline_x(self, (int)i, width);
        guint half = MIN(length / 2, x - TIMELINE_TIME_COLUMNS);
        guint start = MIN(x - half, width - MIN(length, width));
        ics_timeline_line_text(&line, start, name);
    }
    ics_timeline_line_finish(&line, out);
}

void ics_timeline_render(const IcsTimeline *self, guint width, GString *out)
{
    width = MAX(width, 60U);
    int blocked[ICS_TIMELINE_MAX_HOSTS] = {0};
    timeline_draw_heads(self, width, out);
    for (guint i = 0; i < self->rows->len; i++) {
        const IcsTimelineRow *row = &g_array_index(self->rows, IcsTimelineRow, i);
        timeline_draw_row(self, row, width, blocked, out);
        if (row->blocked != 0) {
            blocked[timeline_column_of(self, row->from)] += row->blocked;
        }
    }
    if (self->more > 0) {
        g_string_append_printf(out, "... and %" PRIu64 " more rows (--timeline-rows)\n",
                               self->more);
    }
}
