#include "traces/trace_actions.h"

#include <string.h>

typedef IcsTraceActionSettings Settings;

/* "restart" acts on hosts and on processes. */
static const char *const trace_actions_spellings[] = {
    "down",
    "up",
    "rate",
    "delay",
    "hold",
    "release",
    "fault-on",
    "fault-off",
    "fault-change",
    "partition",
    "partition-oneway",
    "repair",
    "crash",
    "restart",
    "pause",
    "resume",
    "kill",
    NULL,
};

const IcsParameter ics_trace_action_parameters[] = {
    ICS_PARAMETER_NAME_ROW(Settings, action, "action", NULL, trace_actions_spellings,
                           "what is done", ICS_PARAMETER_REQUIRED),
    ICS_PARAMETER_TIME_ROW(Settings, at_ns, "at", NULL, 0, ICS_TRACE_TIME_MAX_NS,
                           "when; or \"when\": after an event"),
    ICS_TRACE_COMMENT_ROW(Settings),
    ICS_PARAMETER_END,
};

#define TRACE_ACTIONS_LINK_ROW                                                                     \
    ICS_PARAMETER_STRING_ROW(Settings, link, "link", NULL, "which link", ICS_PARAMETER_REQUIRED)
#define TRACE_ACTIONS_DIRECTION_ROW                                                                \
    ICS_PARAMETER_STRING_ROW(Settings, direction, "direction", NULL,                               \
                             "\"client->server\", or \"both\", as if not given")

static const IcsParameter trace_actions_link[] = {TRACE_ACTIONS_LINK_ROW,
                                                  TRACE_ACTIONS_DIRECTION_ROW, ICS_PARAMETER_END};

static const IcsParameter trace_actions_rate[] = {
    TRACE_ACTIONS_LINK_ROW,
    TRACE_ACTIONS_DIRECTION_ROW,
    ICS_PARAMETER_RATE_ROW(Settings, rate_bps, "rate", NULL, 1, ICS_TRACE_RATE_MAX,
                           "of the transmitter from the next bit on", ICS_PARAMETER_REQUIRED),
    ICS_PARAMETER_END,
};

static const IcsParameter trace_actions_delay[] = {
    TRACE_ACTIONS_LINK_ROW,
    TRACE_ACTIONS_DIRECTION_ROW,
    ICS_PARAMETER_TIME_ROW(Settings, delay_ns, "delay", NULL, 0, ICS_TRACE_TIME_MAX_NS,
                           "of packets that leave from now on", ICS_PARAMETER_REQUIRED),
    ICS_PARAMETER_END,
};

static const IcsParameter trace_actions_fault[] = {
    ICS_PARAMETER_STRING_ROW(Settings, fault, "fault", NULL,
                             "its name; or its kind, where there is one without a name",
                             ICS_PARAMETER_REQUIRED),
    ICS_PARAMETER_STRING_ROW(Settings, link, "link", NULL, "the link it is on"),
    ICS_PARAMETER_STRING_ROW(Settings, host, "host", NULL, "or the host it is in"),
    TRACE_ACTIONS_DIRECTION_ROW,
    ICS_PARAMETER_END,
};

static const IcsParameter trace_actions_host[] = {
    ICS_PARAMETER_STRING_ROW(Settings, host, "host", NULL, "which host", ICS_PARAMETER_REQUIRED),
    ICS_PARAMETER_END,
};

static const IcsParameter trace_actions_process[] = {
    ICS_PARAMETER_STRING_ROW(Settings, process, "process", NULL, "which process",
                             ICS_PARAMETER_REQUIRED),
    ICS_PARAMETER_END,
};

static const IcsParameter trace_actions_hosts[] = {ICS_PARAMETER_END};

const char *const *ics_trace_action_spellings(void)
{
    return trace_actions_spellings;
}

const IcsParameter *ics_trace_action_kind_parameters(IcsActionKind kind)
{
    switch (kind) {
    case ICS_ACTION_LINK_DOWN:
    case ICS_ACTION_LINK_UP:
    case ICS_ACTION_LINK_HOLD:
    case ICS_ACTION_LINK_RELEASE:
        return trace_actions_link;
    case ICS_ACTION_LINK_RATE:
        return trace_actions_rate;
    case ICS_ACTION_LINK_DELAY:
        return trace_actions_delay;
    case ICS_ACTION_FAULT_ON:
    case ICS_ACTION_FAULT_OFF:
    case ICS_ACTION_FAULT_CHANGE:
        return trace_actions_fault;
    case ICS_ACTION_PARTITION:
    case ICS_ACTION_PARTITION_ONEWAY:
    case ICS_ACTION_REPAIR:
        return trace_actions_hosts;
    case ICS_ACTION_HOST_CRASH:
    case ICS_ACTION_HOST_RESTART:
    case ICS_ACTION_HOST_PAUSE:
    case ICS_ACTION_HOST_RESUME:
        return trace_actions_host;
    case ICS_ACTION_PROCESS_KILL:
    case ICS_ACTION_PROCESS_RESTART:
        return trace_actions_process;
    }
    g_assert_not_reached();
}

const char *const *ics_trace_action_kind_others(IcsActionKind kind)
{
    static const char *const when[] = {"when", NULL};
    static const char *const parameters[] = {"when", "parameters", NULL};
    static const char *const hosts[] = {"when", "between", NULL};
    if (kind == ICS_ACTION_FAULT_CHANGE) {
        return parameters;
    }
    return ics_trace_action_kind_parameters(kind) == trace_actions_hosts ? hosts : when;
}

const IcsTraceActionSettings *ics_trace_action_read(IcsTraceReader *self, const IcsJsonNode *node,
                                                    IcsActionKind kind, GError **error)
{
    const IcsParameter *own = ics_trace_action_kind_parameters(kind);
    const IcsParameter *const tables[] = {ics_trace_action_parameters, own, NULL};
    g_autoptr(GPtrArray) keys = ics_trace_reader_keys(tables, ics_trace_action_kind_others(kind));
    const char *const *list = (const char *const *)keys->pdata;
    Settings *common = ics_trace_reader_config(self, node, ics_trace_action_parameters,
                                               sizeof(*common), list, error);
    Settings *settings =
        common != NULL ? ics_trace_reader_config(self, node, own, sizeof(*settings), list, error)
                       : NULL;
    if (settings != NULL) {
        settings->at_ns = common->at_ns;
    }
    return settings;
}
