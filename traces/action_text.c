#include "traces/action_text.h"

#include "base/units.h"

/* Hosts of one side of a partition that are named. */
#define ACTION_TEXT_HOSTS_MAX 3

static const char *action_text_host(const IcsTrace *trace, uint32_t index)
{
    return g_array_index(trace->hosts, IcsTraceHost, index).name;
}

/* "wire", or "wire client->server" when it acts on one direction. */
static void action_text_link(const IcsTrace *trace, const IcsTraceAction *action, GString *text)
{
    const IcsTraceLink *link = &g_array_index(trace->links, IcsTraceLink, action->link);
    g_string_append_printf(text, " %s", link->name);
    if (action->directions[0] != action->directions[1]) {
        int from = action->directions[0] ? 0 : 1;
        g_string_append_printf(text, " %s->%s", action_text_host(trace, link->ends[from]),
                               action_text_host(trace, link->ends[1 - from]));
    }
}

static void action_text_fault(const IcsTrace *trace, const IcsTraceAction *action, GString *text)
{
    const GArray *faults = action->link >= 0
                               ? g_array_index(trace->links, IcsTraceLink, action->link).faults
                               : g_array_index(trace->hosts, IcsTraceHost, action->host).faults;
    const IcsTraceFault *fault = &g_array_index(faults, IcsTraceFault, action->fault);
    g_string_append_printf(text, " %s of", fault->name != NULL ? fault->name : fault->klass->name);
    if (action->link >= 0) {
        action_text_link(trace, action, text);
    } else {
        g_string_append_printf(text, " %s", action_text_host(trace, (uint32_t)action->host));
    }
}

static void action_text_side(const IcsTrace *trace, const GArray *side, GString *text)
{
    guint shown = side->len > ACTION_TEXT_HOSTS_MAX + 1 ? ACTION_TEXT_HOSTS_MAX : side->len;
    for (guint i = 0; i < shown; i++) {
        g_string_append_printf(text, "%s %s", i > 0 ? "," : "",
                               action_text_host(trace, g_array_index(side, uint32_t, i)));
    }
    if (shown < side->len) {
        g_string_append_printf(text, " and %u more", side->len - shown);
    }
}

static void action_text_sides(const IcsTrace *trace, const IcsTraceAction *action, GString *text)
{
    if (action->sides[0]->len == 0) {
        g_string_append(text, " everything");
        return;
    }
    action_text_side(trace, action->sides[0], text);
    g_string_append(text, action->kind == ICS_ACTION_PARTITION_ONEWAY ? " ->" : " |");
    action_text_side(trace, action->sides[1], text);
}

static void action_text_object(const IcsTrace *trace, const IcsTraceAction *action, GString *text)
{
    char value[ICS_UNITS_TEXT_SIZE];
    switch (action->kind) {
    case ICS_ACTION_LINK_RATE:
        action_text_link(trace, action, text);
        g_string_append_printf(text, ": %s", ics_rate_format(action->value, value));
        return;
    case ICS_ACTION_LINK_DELAY:
        action_text_link(trace, action, text);
        g_string_append_printf(text, ": %s", ics_time_format(action->value, value));
        return;
    case ICS_ACTION_LINK_DOWN:
    case ICS_ACTION_LINK_UP:
    case ICS_ACTION_LINK_HOLD:
    case ICS_ACTION_LINK_RELEASE:
        action_text_link(trace, action, text);
        return;
    case ICS_ACTION_FAULT_ON:
    case ICS_ACTION_FAULT_OFF:
    case ICS_ACTION_FAULT_CHANGE:
        action_text_fault(trace, action, text);
        return;
    case ICS_ACTION_PARTITION:
    case ICS_ACTION_PARTITION_ONEWAY:
    case ICS_ACTION_REPAIR:
        action_text_sides(trace, action, text);
        return;
    case ICS_ACTION_HOST_CRASH:
    case ICS_ACTION_HOST_RESTART:
    case ICS_ACTION_HOST_PAUSE:
    case ICS_ACTION_HOST_RESUME:
        g_string_append_printf(text, " %s", action_text_host(trace, (uint32_t)action->host));
        return;
    case ICS_ACTION_PROCESS_KILL:
    case ICS_ACTION_PROCESS_RESTART:
        g_string_append_printf(
            text, " %s", g_array_index(trace->processes, IcsTraceProcess, action->process).name);
        return;
    }
}

char *ics_action_text(const IcsTrace *trace, const IcsTraceAction *action)
{
    GString *text = g_string_new(ics_action_kind_name(action->kind));
    action_text_object(trace, action, text);
    return g_string_free(text, FALSE);
}
