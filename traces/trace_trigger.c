#include "traces/trace_trigger.h"

#include "base/error.h"

typedef struct IcsTraceTriggerSettings {
    int event; /* IcsObservationKind */
    int64_t nth;
    int64_t after_ns;
    char *process;
    char *link;
    char *host;
    char *flow;
} IcsTraceTriggerSettings;

static const char *const trace_trigger_events[] = {
#define TRACE_TRIGGER_EVENT(name, spelling, meaning) spelling,
    ICS_OBSERVATION_KINDS(TRACE_TRIGGER_EVENT)
#undef TRACE_TRIGGER_EVENT
        NULL,
};

const IcsParameter ics_trace_trigger_parameters[] = {
    ICS_PARAMETER_NAME_ROW(IcsTraceTriggerSettings, event, "event", NULL, trace_trigger_events,
                           "what has to happen", ICS_PARAMETER_REQUIRED),
    ICS_PARAMETER_INTEGER_ROW(IcsTraceTriggerSettings, nth, "nth", "1", 1, INT64_MAX,
                              "how often, counted from 1"),
    ICS_PARAMETER_TIME_ROW(IcsTraceTriggerSettings, after_ns, "after", "0 ns", 0,
                           ICS_TRACE_TIME_MAX_NS, "how long after it"),
    ICS_PARAMETER_STRING_ROW(IcsTraceTriggerSettings, process, "process", NULL,
                             "only what this process does"),
    ICS_PARAMETER_STRING_ROW(IcsTraceTriggerSettings, link, "link", NULL,
                             "only on this link, \"wire\", or direction, \"wire client->server\""),
    ICS_PARAMETER_STRING_ROW(IcsTraceTriggerSettings, host, "host", NULL, "only at this host"),
    ICS_PARAMETER_STRING_ROW(IcsTraceTriggerSettings, flow, "flow", NULL,
                             "only of this flow, \"asker -> echo\" or \"asker -> server:6789\""),
    ICS_PARAMETER_END,
};

/* ---- which events know what ---- */

const char *const ics_trace_trigger_keys[ICS_TRACE_N_NARROWINGS] = {
#define TRACE_TRIGGER_KEY(name, key) key,
    ICS_TRACE_NARROWINGS(TRACE_TRIGGER_KEY)
#undef TRACE_TRIGGER_KEY
};

#define TRIGGER_PROCESS (1u << ICS_TRACE_NARROWED_BY_PROCESS)
#define TRIGGER_LINK    (1u << ICS_TRACE_NARROWED_BY_LINK)
#define TRIGGER_HOST    (1u << ICS_TRACE_NARROWED_BY_HOST)
#define TRIGGER_FLOW    (1u << ICS_TRACE_NARROWED_BY_FLOW)

unsigned ics_trace_trigger_narrowings(IcsObservationKind event)
{
    switch (event) {
    case ICS_OBSERVE_PACKET_OFFERED:
    case ICS_OBSERVE_PACKET_QUEUED:
    case ICS_OBSERVE_PACKET_DEPARTED:
    case ICS_OBSERVE_PACKET_COPIED:
    case ICS_OBSERVE_PACKET_DAMAGED:
    case ICS_OBSERVE_PACKET_REORDERED:
    case ICS_OBSERVE_PACKET_DROPPED:
    case ICS_OBSERVE_PACKET_ARRIVED:
    case ICS_OBSERVE_PACKET_MARKED:
        return TRIGGER_LINK | TRIGGER_HOST | TRIGGER_FLOW;
    case ICS_OBSERVE_PACKET_LOOPED:
    case ICS_OBSERVE_MESSAGE_ABANDONED:
    case ICS_OBSERVE_SEGMENT_REPEATED:
        return TRIGGER_HOST | TRIGGER_FLOW;
    case ICS_OBSERVE_MESSAGE_SENT:
    case ICS_OBSERVE_MESSAGE_REPEATED:
    case ICS_OBSERVE_MESSAGE_DELIVERED:
        return TRIGGER_PROCESS | TRIGGER_HOST | TRIGGER_FLOW;
    case ICS_OBSERVE_SOCKET_BOUND:
    case ICS_OBSERVE_SOCKET_CLOSED:
    case ICS_OBSERVE_PROCESS_STARTED:
    case ICS_OBSERVE_PROCESS_BLOCKED:
    case ICS_OBSERVE_PROCESS_RESUMED:
    case ICS_OBSERVE_PROCESS_ENDED:
    case ICS_OBSERVE_PROCESS_LOGGED:
    case ICS_OBSERVE_OPERATION_FAILED:
        return TRIGGER_PROCESS | TRIGGER_HOST;
    case ICS_OBSERVE_HOST_CHANGED:
    case ICS_OBSERVE_SCHEDULE_ACTED:
    case ICS_OBSERVE_CONNECTION_STATE:
    case ICS_OBSERVE_CONGESTION_WINDOW:
    case ICS_OBSERVE_ROUND_TRIP:
    case ICS_OBSERVE_RECOVERY:
    case ICS_OBSERVE_SCOREBOARD:
    case ICS_OBSERVE_PEER_WINDOW:
        return TRIGGER_HOST;
    case ICS_OBSERVE_LINK_CHANGED:
        return TRIGGER_LINK | TRIGGER_HOST;
    case ICS_OBSERVATION_N_KINDS:
        break;
    }
    g_assert_not_reached();
}

static bool trace_trigger_check_narrowings(const IcsJsonNode *node, IcsObservationKind event,
                                           GError **error)
{
    for (unsigned i = 0; i < ICS_TRACE_N_NARROWINGS; i++) {
        IcsJsonNode given;
        if (ics_json_member(node, ics_trace_trigger_keys[i], &given) &&
            (ics_trace_trigger_narrowings(event) >> i & 1) == 0) {
            ics_json_error_at_key(&given, error, "the event \"%s\" belongs to no %s",
                                  ics_observation_kind_name(event), given.key);
            return false;
        }
    }
    return true;
}

/* ---- what it is narrowed to ---- */

static bool trace_trigger_read_link(const IcsTraceReader *self, const IcsJsonNode *node,
                                    const char *text, IcsActionTrigger *when, GError **error)
{
    uint32_t index;
    int direction;
    if (!ics_trace_reader_link(self, node, text, &index, &direction, error)) {
        return false;
    }
    when->link = (int32_t)index;
    when->directions[0] = direction != 1;
    when->directions[1] = direction != 0;
    return true;
}

static bool trace_trigger_read_host(const IcsTraceReader *self, const IcsJsonNode *node,
                                    const char *text, IcsActionTrigger *when, GError **error)
{
    uint32_t index;
    if (!ics_name_index_find(&self->hosts, node, text, &index, error)) {
        return false;
    }
    when->host = (int32_t)index;
    return true;
}

static bool trace_trigger_read_narrowings(const IcsTraceReader *self, const IcsJsonNode *node,
                                          const IcsTraceTriggerSettings *settings,
                                          IcsActionTrigger *when, GError **error)
{
    IcsJsonNode at;
    when->process = settings->process;
    when->flow = settings->flow;
    return trace_trigger_check_narrowings(node, when->event, error) &&
           (!ics_json_member(node, "process", &at) ||
            ics_trace_reader_process(self, &at, settings->process, error)) &&
           (!ics_json_member(node, "link", &at) ||
            trace_trigger_read_link(self, &at, settings->link, when, error)) &&
           (!ics_json_member(node, "host", &at) ||
            trace_trigger_read_host(self, &at, settings->host, when, error)) &&
           (!ics_json_member(node, "flow", &at) ||
            ics_trace_reader_flow(self, &at, settings->flow, &when->flow_by_port, error));
}

static bool trace_trigger_read_when(IcsTraceReader *self, const IcsJsonNode *node,
                                    IcsActionTrigger *when, GError **error)
{
    const IcsTraceTriggerSettings *settings = ics_trace_reader_config(
        self, node, ics_trace_trigger_parameters, sizeof(*settings), NULL, error);
    if (settings == NULL) {
        return false;
    }
    when->is_event = true;
    when->event = (IcsObservationKind)settings->event;
    when->nth = (uint64_t)settings->nth;
    when->at_ns = settings->after_ns;
    return trace_trigger_read_narrowings(self, node, settings, when, error);
}

bool ics_trace_trigger_read(IcsTraceReader *self, const IcsJsonNode *action, int64_t at_ns,
                            IcsActionTrigger *when, GError **error)
{
    IcsJsonNode at;
    IcsJsonNode event;
    bool has_at = ics_json_member(action, "at", &at);
    bool has_event = ics_json_member(action, "when", &event);
    *when = (IcsActionTrigger){.at_ns = at_ns, .link = -1, .host = -1};
    if (has_at == has_event) {
        ics_json_error(action, error,
                       has_at ? "at and when exclude each other"
                              : "the key \"at\" is missing (a time), or \"when\" (an event)");
        return false;
    }
    if (has_event) {
        return trace_trigger_read_when(self, &event, when, error);
    }
    if (at_ns > self->trace->stop_ns) {
        ics_trace_reader_warn(self, &at, "the run stops before: nothing will happen");
    }
    return true;
}
