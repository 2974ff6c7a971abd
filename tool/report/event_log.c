#include "tool/report/event_log.h"

#include <string.h>

#include "base/file_writer.h"
#include "base/json_writer.h"
#include "sim/process.h"
#include "tool/report/event_log_connection.h"
#include "traces/action_text.h"

struct IcsEventLog {
    const IcsWorld *world;
    IcsFileWriter *file;
    GString *line;
    GPtrArray *flow_names; /* by index, NULL: not asked for yet */
    GError *error;         /* the first failure */
};

/* A name that never changes during a run, whoever receives from the port: what was written before
 * cannot be changed. */
static const char *event_log_flow(IcsEventLog *self, uint32_t flow)
{
    if (flow >= self->flow_names->len) {
        g_ptr_array_set_size(self->flow_names, (gint)flow + 1);
    }
    if (self->flow_names->pdata[flow] == NULL) {
        self->flow_names->pdata[flow] = ics_flow_names_text_by_port(self->world->flow_names, flow);
    }
    return self->flow_names->pdata[flow];
}

static void event_log_packet(IcsJsonWriter *writer, const IcsPacket *packet)
{
    ics_json_writer_member_uint64(writer, "packet", packet->id);
    if (packet->parent_id != 0) {
        ics_json_writer_member_uint64(writer, "copy_of", packet->parent_id);
    }
    ics_json_writer_member_uint64(writer, "bytes", packet->length);
    ics_json_writer_member_string(writer, "class",
                                  ics_fate_class_name((IcsFateClass)packet->fate.klass));
}

static void event_log_message(IcsEventLog *self, IcsJsonWriter *writer, const IcsMessageTag *tag)
{
    if (tag->flow == ICS_FLOW_NONE) {
        return;
    }
    ics_json_writer_member_string(writer, "flow", event_log_flow(self, tag->flow));
    ics_json_writer_member_uint64(writer, "flow_id", tag->flow);
    ics_json_writer_member_uint64(writer, "message", tag->ordinal + 1);
    ics_json_writer_member_int64(writer, "sent_ns", tag->sent_ns);
}

static void event_log_places(const IcsEventLog *self, IcsJsonWriter *writer,
                             const IcsObservation *observation)
{
    if (observation->node != ICS_NODE_WORLD) {
        const IcsSimulation *simulation = self->world->simulation;
        ics_json_writer_member_string(writer, "host", simulation->nodes[observation->node].name);
    }
    if (observation->direction != NULL) {
        ics_json_writer_member_string(writer, "link", observation->direction->name);
    }
    if (observation->process != NULL) {
        ics_json_writer_member_string(writer, "process", observation->process->name);
    }
}

static void event_log_damage(IcsJsonWriter *writer, const IcsObservation *observation)
{
    bool truncated = strcmp(observation->text, "truncate") == 0;
    ics_json_writer_member_string(writer, "by", observation->text);
    ics_json_writer_member_int64(writer, truncated ? "bytes_cut" : "bits_flipped",
                                 observation->value);
}

static void event_log_link_change(IcsJsonWriter *writer, const IcsObservation *observation)
{
    ics_json_writer_member_string(writer, "action", observation->text);
    if (strcmp(observation->text, ics_action_kind_name(ICS_ACTION_LINK_RATE)) == 0) {
        ics_json_writer_member_int64(writer, "rate_bps", observation->value);
    } else if (strcmp(observation->text, ics_action_kind_name(ICS_ACTION_LINK_DELAY)) == 0) {
        ics_json_writer_member_int64(writer, "delay_ns", observation->value);
    }
}

static void event_log_action(const IcsEventLog *self, IcsJsonWriter *writer,
                             const IcsObservation *observation)
{
    const IcsTrace *trace = self->world->trace;
    const IcsTraceAction *action =
        &g_array_index(trace->schedule, IcsTraceAction, observation->value);
    g_autofree char *text = ics_action_text(trace, action);
    ics_json_writer_member_string(writer, "action", text);
    ics_json_writer_member_string(writer, "entry", action->pointer);
}

/* What only this kind of event has. */
static void event_log_details(const IcsEventLog *self, IcsJsonWriter *writer,
                              const IcsObservation *observation)
{
    switch (observation->kind) {
    case ICS_OBSERVE_PACKET_DAMAGED:
        event_log_damage(writer, observation);
        return;
    case ICS_OBSERVE_PACKET_REORDERED:
        ics_json_writer_member_int64(writer, "overtaken_by", observation->value);
        return;
    case ICS_OBSERVE_MESSAGE_ABANDONED:
    case ICS_OBSERVE_PACKET_DROPPED:
        ics_json_writer_member_string(writer, "cause",
                                      ics_cause_name((IcsCause)observation->cause));
        return;
    case ICS_OBSERVE_MESSAGE_SENT:
    case ICS_OBSERVE_MESSAGE_REPEATED:
        ics_json_writer_member_int64(writer, "payload_bytes", observation->value);
        return;
    case ICS_OBSERVE_MESSAGE_DELIVERED:
        ics_json_writer_member_int64(writer, "payload_bytes", observation->value);
        ics_json_writer_member_bool(writer, "damaged", observation->damaged);
        return;
    case ICS_OBSERVE_SOCKET_BOUND:
    case ICS_OBSERVE_SOCKET_CLOSED:
        ics_json_writer_member_int64(writer, "port", observation->value);
        ics_json_writer_member_string(writer, "transport", observation->text);
        return;
    case ICS_OBSERVE_PROCESS_BLOCKED:
    case ICS_OBSERVE_PROCESS_RESUMED:
        ics_json_writer_member_string(writer, "in", observation->text);
        return;
    case ICS_OBSERVE_PROCESS_ENDED:
        ics_json_writer_member_string(writer, "outcome", observation->text);
        ics_json_writer_member_int64(writer, "exit_code", observation->process->exit_code);
        return;
    case ICS_OBSERVE_PROCESS_LOGGED:
    case ICS_OBSERVE_OPERATION_FAILED:
        ics_json_writer_member_string(writer, "text", observation->text);
        return;
    case ICS_OBSERVE_HOST_CHANGED:
        ics_json_writer_member_string(writer, "action", observation->text);
        return;
    case ICS_OBSERVE_LINK_CHANGED:
        event_log_link_change(writer, observation);
        return;
    case ICS_OBSERVE_SCHEDULE_ACTED:
        event_log_action(self, writer, observation);
        return;
    case ICS_OBSERVE_CONNECTION_STATE:
    case ICS_OBSERVE_SEGMENT_REPEATED:
    case ICS_OBSERVE_CONGESTION_WINDOW:
    case ICS_OBSERVE_ROUND_TRIP:
    case ICS_OBSERVE_RECOVERY:
    case ICS_OBSERVE_SCOREBOARD:
    case ICS_OBSERVE_PEER_WINDOW:
        ics_event_log_connection(writer, observation);
        return;
    case ICS_OBSERVE_PACKET_MARKED:
    case ICS_OBSERVE_PACKET_OFFERED:
    case ICS_OBSERVE_PACKET_QUEUED:
    case ICS_OBSERVE_PACKET_DEPARTED:
    case ICS_OBSERVE_PACKET_COPIED:
    case ICS_OBSERVE_PACKET_ARRIVED:
    case ICS_OBSERVE_PACKET_LOOPED:
    case ICS_OBSERVE_PROCESS_STARTED:
    case ICS_OBSERVATION_N_KINDS:
        return;
    }
}

static void event_log_write(IcsEventLog *self, IcsJsonWriter *writer,
                            const IcsObservation *observation)
{
    ics_json_writer_member_int64(writer, "at_ns", observation->at_ns);
    ics_json_writer_member_string(writer, "event", ics_observation_kind_name(observation->kind));
    event_log_places(self, writer, observation);
    if (observation->packet != NULL) {
        event_log_packet(writer, observation->packet);
    }
    if (observation->message != NULL) {
        event_log_message(self, writer, observation->message);
    }
    event_log_details(self, writer, observation);
}

static void event_log_observe(gpointer data, const IcsObservation *observation)
{
    IcsEventLog *self = data;
    if (self->error != NULL) {
        return;
    }
    IcsJsonWriter writer;
    g_string_truncate(self->line, 0);
    ics_json_writer_init(&writer, self->line, ICS_JSON_WRITER_COMPACT);
    ics_json_writer_begin_object(&writer);
    event_log_write(self, &writer, observation);
    ics_json_writer_end_object(&writer);
    ics_json_writer_finish(&writer);
    g_string_append_c(self->line, '\n');
    ics_file_writer_write(self->file, self->line->str, self->line->len, &self->error);
}

IcsEventLog *ics_event_log_open(IcsWorld *world, const char *path, GError **error)
{
    IcsFileWriter *file = ics_file_writer_open(path, error);
    if (file == NULL) {
        return NULL;
    }
    IcsEventLog *self = g_new0(IcsEventLog, 1);
    self->world = world;
    self->file = file;
    self->line = g_string_new(NULL);
    self->flow_names = g_ptr_array_new_with_free_func(g_free);
    ics_network_schedule_departures(world->network);
    ics_bus_subscribe(&world->simulation->bus, ICS_OBSERVE_EVERYTHING, event_log_observe, self);
    return self;
}

bool ics_event_log_is_well(const IcsEventLog *self)
{
    return self->error == NULL;
}

void ics_event_log_discard(IcsEventLog *self)
{
    ics_file_writer_discard(self->file);
    g_clear_error(&self->error);
    g_string_free(self->line, TRUE);
    g_ptr_array_unref(self->flow_names);
    g_free(self);
}

bool ics_event_log_close(IcsEventLog *self, GError **error)
{
    bool written = self->error == NULL;
    if (written) {
        written = ics_file_writer_commit(g_steal_pointer(&self->file), error);
    } else {
        g_propagate_error(error, g_steal_pointer(&self->error));
    }
    ics_event_log_discard(self);
    return written;
}
