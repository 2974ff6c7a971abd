#include "tool/report/event_log.h"

#include "base/file_writer.h"
#include "base/json_writer.h"
#include "sim/process.h"

struct IcsEventLog {
    IcsWorld *world;
    IcsFileWriter *file;
    GString *line;
    GPtrArray *flow_names; /* by index, NULL: not asked for yet */
    GError *error;         /* the first failure */
};

static const char *event_log_flow(IcsEventLog *self, uint32_t flow)
{
    if (flow >= self->flow_names->len) {
        g_ptr_array_set_size(self->flow_names, (gint)flow + 1);
    }
    if (self->flow_names->pdata[flow] == NULL) {
        self->flow_names->pdata[flow] = ics_world_flow_name(self->world, flow);
    }
    return self->flow_names->pdata[flow];
}

/* A port has another receiver now: flows to it may have another name. */
static void event_log_forget_names(IcsEventLog *self)
{
    g_ptr_array_set_size(self->flow_names, 0);
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
    ics_json_writer_member_uint64(writer, "message", tag->ordinal + 1);
    ics_json_writer_member_int64(writer, "sent_ns", tag->sent_ns);
}

/* The kind's number, under a name that says what it is; NULL where it says nothing new. */
static const char *event_log_value_name(IcsObservationKind kind)
{
    switch (kind) {
    case ICS_OBSERVE_PACKET_DAMAGED:
        return "extent";
    case ICS_OBSERVE_PACKET_REORDERED:
        return "overtaken_by";
    case ICS_OBSERVE_MESSAGE_SENT:
    case ICS_OBSERVE_MESSAGE_REPEATED:
    case ICS_OBSERVE_MESSAGE_DELIVERED:
        return "payload_bytes";
    case ICS_OBSERVE_SOCKET_BOUND:
    case ICS_OBSERVE_SOCKET_CLOSED:
        return "port";
    case ICS_OBSERVE_PACKET_OFFERED:
    case ICS_OBSERVE_PACKET_QUEUED:
    case ICS_OBSERVE_PACKET_DEPARTED:
    case ICS_OBSERVE_PACKET_COPIED:
    case ICS_OBSERVE_PACKET_DROPPED:
    case ICS_OBSERVE_PACKET_ARRIVED:
    case ICS_OBSERVE_PACKET_LOOPED:
    case ICS_OBSERVE_PROCESS_STARTED:
    case ICS_OBSERVE_PROCESS_BLOCKED:
    case ICS_OBSERVE_PROCESS_RESUMED:
    case ICS_OBSERVE_PROCESS_ENDED:
    case ICS_OBSERVE_PROCESS_LOGGED:
    case ICS_OBSERVE_OPERATION_FAILED:
    case ICS_OBSERVE_HOST_CHANGED:
    case ICS_OBSERVE_LINK_CHANGED:
    case ICS_OBSERVE_SCHEDULE_ACTED:
    case ICS_OBSERVATION_N_KINDS:
        return NULL;
    }
    g_assert_not_reached();
}

static void event_log_places(const IcsEventLog *self, IcsJsonWriter *writer,
                             const IcsObservation *observation)
{
    if (observation->node != ICS_NODE_WORLD) {
        const IcsSimulation *simulation = self->world->simulation;
        ics_json_writer_member_string(writer, "host", simulation->nodes[observation->node].name);
    } else if (observation->host != NULL) {
        ics_json_writer_member_string(writer, "host", observation->host->name);
    }
    if (observation->direction != NULL) {
        ics_json_writer_member_string(writer, "link", observation->direction->name);
    }
    if (observation->process != NULL) {
        ics_json_writer_member_string(writer, "process", observation->process->name);
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
    if (observation->cause != ICS_CAUSE_NONE) {
        ics_json_writer_member_string(writer, "cause",
                                      ics_cause_name((IcsCause)observation->cause));
    }
    if (observation->damaged) {
        ics_json_writer_member_bool(writer, "damaged", true);
    }
    const char *value_name = event_log_value_name(observation->kind);
    if (value_name != NULL) {
        ics_json_writer_member_int64(writer, value_name, observation->value);
    }
    if (observation->text != NULL) {
        ics_json_writer_member_string(writer, "text", observation->text);
    }
}

static void event_log_observe(gpointer data, const IcsObservation *observation)
{
    IcsEventLog *self = data;
    if (self->error != NULL) {
        return;
    }
    if (observation->kind == ICS_OBSERVE_SOCKET_BOUND) {
        event_log_forget_names(self);
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
