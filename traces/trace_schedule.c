/* The schedule: what happens to links, faults, hosts and processes, and when. */
#include <string.h>

#include "base/error.h"
#include "traces/trace_actions.h"
#include "traces/trace_trigger.h"

/* ---- which kind ---- */

/* One spelling may act on several things: the one that is named decides. */
static bool trace_schedule_read_kind(const IcsJsonNode *node, IcsActionKind *kind, GError **error)
{
    IcsJsonNode action;
    int spelling;
    if (!ics_json_require_member(node, "action", &action, error) ||
        !ics_json_get_name(&action, "action", ics_trace_action_spellings(), &spelling, error)) {
        return false;
    }
    const char *name = ics_trace_action_spellings()[spelling];
    int found = -1;
    for (int i = 0; i < ICS_N_ACTION_KINDS; i++) {
        IcsJsonNode target;
        if (strcmp(ics_action_kind_name((IcsActionKind)i), name) == 0 &&
            (found < 0 ||
             ics_json_member(node, ics_action_kind_target((IcsActionKind)i), &target))) {
            found = i;
        }
    }
    *kind = (IcsActionKind)found;
    return true;
}

/* ---- links and their faults ---- */

static IcsTraceLink *trace_schedule_find_link(const IcsTraceReader *self, const IcsJsonNode *node,
                                              const char *name, IcsTraceAction *action,
                                              GError **error)
{
    IcsJsonNode at = ics_trace_reader_member(node, "link");
    uint32_t index;
    if (!ics_name_index_find(&self->links, &at, name, &index, error)) {
        return NULL;
    }
    action->link = (int32_t)index;
    return &g_array_index(self->trace->links, IcsTraceLink, index);
}

/* Whatever changes a direction needs to have its departures scheduled: link.h. */
static void trace_schedule_mark(IcsTraceLink *link, const bool directions[2])
{
    for (int i = 0; i < 2; i++) {
        link->config[i].scheduled |= directions[i];
    }
}

static bool trace_schedule_check_rate(const IcsJsonNode *node, const IcsTraceLink *link,
                                      const IcsTraceAction *action, GError **error)
{
    for (int i = 0; action->kind == ICS_ACTION_LINK_RATE && i < 2; i++) {
        if (action->directions[i] && link->config[i].capacity != NULL) {
            IcsJsonNode rate = ics_trace_reader_member(node, "rate");
            ics_json_error_at_key(&rate, error, "%s has a capacity, not a rate: see %s", link->name,
                                  link->pointer);
            return false;
        }
    }
    return true;
}

static bool trace_schedule_read_link(IcsTraceReader *self, const IcsJsonNode *node,
                                     const IcsTraceActionSettings *settings, IcsTraceAction *action,
                                     GError **error)
{
    IcsJsonNode direction;
    IcsTraceLink *link = trace_schedule_find_link(self, node, settings->link, action, error);
    if (link == NULL) {
        return false;
    }
    action->directions[0] = true;
    action->directions[1] = true;
    action->value = action->kind == ICS_ACTION_LINK_RATE ? settings->rate_bps : settings->delay_ns;
    if ((ics_json_member(node, "direction", &direction) &&
         !ics_trace_reader_direction(self, &direction, link, action->directions, error)) ||
        !trace_schedule_check_rate(node, link, action, error)) {
        return false;
    }
    if (action->kind != ICS_ACTION_LINK_HOLD && action->kind != ICS_ACTION_LINK_RELEASE) {
        trace_schedule_mark(link, action->directions);
    }
    return true;
}

/* The fault of that name; or of that kind, if there is one only and it has no name. */
static int32_t trace_schedule_match_fault(const GArray *faults, const char *name)
{
    int32_t found = -1;
    guint of_kind = 0;
    for (guint i = 0; i < faults->len; i++) {
        const IcsTraceFault *fault = &g_array_index(faults, IcsTraceFault, i);
        if (g_strcmp0(fault->name, name) == 0) {
            return (int32_t)i;
        }
        if (fault->name == NULL && strcmp(fault->klass->name, name) == 0) {
            found = (int32_t)i;
            of_kind++;
        }
    }
    return of_kind == 1 ? found : -1;
}

static bool trace_schedule_find_fault(const IcsJsonNode *node, const GArray *faults,
                                      const char *name, IcsTraceAction *action, GError **error)
{
    action->fault = trace_schedule_match_fault(faults, name);
    if (action->fault >= 0) {
        return true;
    }
    IcsJsonNode at = ics_trace_reader_member(node, "fault");
    g_autoptr(GPtrArray) names = g_ptr_array_new();
    guint of_kind = 0;
    for (guint i = 0; i < faults->len; i++) {
        const IcsTraceFault *fault = &g_array_index(faults, IcsTraceFault, i);
        of_kind += fault->name == NULL && strcmp(fault->klass->name, name) == 0;
        g_ptr_array_add(names, (gpointer)(fault->name != NULL ? fault->name : fault->klass->name));
    }
    g_ptr_array_add(names, NULL);
    if (of_kind > 1) {
        ics_json_error(&at, error, "there are %u faults of the kind \"%s\": give them names",
                       of_kind, name);
    } else {
        ics_json_error_unknown(&at, "fault", name, (const char *const *)names->pdata, error);
    }
    return false;
}

/* Which directions the action means; the fault must act in them. */
static bool trace_schedule_read_fault_directions(const IcsTraceReader *self,
                                                 const IcsJsonNode *node, const IcsTraceLink *link,
                                                 IcsTraceAction *action, GError **error)
{
    const IcsTraceFault *fault = &g_array_index(link->faults, IcsTraceFault, action->fault);
    IcsJsonNode direction;
    memcpy(action->directions, fault->directions, sizeof(action->directions));
    if (!ics_json_member(node, "direction", &direction)) {
        return true;
    }
    if (!ics_trace_reader_direction(self, &direction, link, action->directions, error)) {
        return false;
    }
    for (int i = 0; i < 2; i++) {
        if (action->directions[i] && !fault->directions[i]) {
            g_autofree char *name = ics_trace_reader_direction_name(self, link, i);
            ics_json_error(&direction, error, "the fault does not act on %s: see %s", name,
                           fault->pointer);
            return false;
        }
    }
    return true;
}

static bool trace_schedule_read_change(IcsTraceReader *self, const IcsJsonNode *node,
                                       const GArray *faults, IcsTraceAction *action, GError **error)
{
    IcsJsonNode parameters;
    if (action->kind != ICS_ACTION_FAULT_CHANGE) {
        return true;
    }
    if (!ics_json_require_member(node, "parameters", &parameters, error)) {
        return false;
    }
    action->config = ics_trace_faults_read_change(
        self, &parameters, faults, &g_array_index(faults, IcsTraceFault, action->fault),
        action->directions, error);
    return action->config != NULL;
}

static bool trace_schedule_read_link_fault(IcsTraceReader *self, const IcsJsonNode *node,
                                           const IcsTraceActionSettings *settings,
                                           IcsTraceAction *action, GError **error)
{
    IcsTraceLink *link = trace_schedule_find_link(self, node, settings->link, action, error);
    if (link == NULL ||
        !trace_schedule_find_fault(node, link->faults, settings->fault, action, error) ||
        !trace_schedule_read_fault_directions(self, node, link, action, error)) {
        return false;
    }
    trace_schedule_mark(link, action->directions);
    return trace_schedule_read_change(self, node, link->faults, action, error);
}

static IcsTraceHost *trace_schedule_find_host(const IcsTraceReader *self, const IcsJsonNode *node,
                                              const char *name, IcsTraceAction *action,
                                              GError **error)
{
    IcsJsonNode at = ics_trace_reader_member(node, "host");
    uint32_t index;
    if (!ics_name_index_find(&self->hosts, &at, name, &index, error)) {
        return NULL;
    }
    action->host = (int32_t)index;
    return &g_array_index(self->trace->hosts, IcsTraceHost, index);
}

static bool trace_schedule_read_host_fault(IcsTraceReader *self, const IcsJsonNode *node,
                                           const IcsTraceActionSettings *settings,
                                           IcsTraceAction *action, GError **error)
{
    IcsJsonNode direction;
    const IcsTraceHost *host = trace_schedule_find_host(self, node, settings->host, action, error);
    if (host == NULL) {
        return false;
    }
    if (ics_json_member(node, "direction", &direction)) {
        ics_json_error_at_key(&direction, error, "a fault of a host has no direction");
        return false;
    }
    return trace_schedule_find_fault(node, host->faults, settings->fault, action, error) &&
           trace_schedule_read_change(self, node, host->faults, action, error);
}

static bool trace_schedule_read_fault(IcsTraceReader *self, const IcsJsonNode *node,
                                      const IcsTraceActionSettings *settings,
                                      IcsTraceAction *action, GError **error)
{
    if ((settings->link != NULL) == (settings->host != NULL)) {
        ics_json_error(node, error,
                       "expected either \"link\" or \"host\", to say where the fault is");
        return false;
    }
    return settings->link != NULL
               ? trace_schedule_read_link_fault(self, node, settings, action, error)
               : trace_schedule_read_host_fault(self, node, settings, action, error);
}

/* ---- hosts and processes ---- */

static bool trace_schedule_read_process(const IcsTraceReader *self, const IcsJsonNode *node,
                                        const IcsTraceActionSettings *settings,
                                        IcsTraceAction *action, GError **error)
{
    IcsJsonNode at = ics_trace_reader_member(node, "process");
    uint32_t index;
    if (!ics_name_index_find(&self->processes, &at, settings->process, &index, error)) {
        return false;
    }
    action->process = (int32_t)index;
    return true;
}

static bool trace_schedule_read_target(IcsTraceReader *self, const IcsJsonNode *node,
                                       const IcsTraceActionSettings *settings,
                                       IcsTraceAction *action, GError **error)
{
    switch (action->kind) {
    case ICS_ACTION_LINK_DOWN:
    case ICS_ACTION_LINK_UP:
    case ICS_ACTION_LINK_RATE:
    case ICS_ACTION_LINK_DELAY:
    case ICS_ACTION_LINK_HOLD:
    case ICS_ACTION_LINK_RELEASE:
        return trace_schedule_read_link(self, node, settings, action, error);
    case ICS_ACTION_FAULT_ON:
    case ICS_ACTION_FAULT_OFF:
    case ICS_ACTION_FAULT_CHANGE:
        return trace_schedule_read_fault(self, node, settings, action, error);
    case ICS_ACTION_PARTITION:
    case ICS_ACTION_PARTITION_ONEWAY:
    case ICS_ACTION_REPAIR:
        return ics_trace_partition_read(self, node, action, error);
    case ICS_ACTION_HOST_CRASH:
    case ICS_ACTION_HOST_RESTART:
    case ICS_ACTION_HOST_PAUSE:
    case ICS_ACTION_HOST_RESUME:
        return trace_schedule_find_host(self, node, settings->host, action, error) != NULL;
    case ICS_ACTION_PROCESS_KILL:
    case ICS_ACTION_PROCESS_RESTART:
        return trace_schedule_read_process(self, node, settings, action, error);
    }
    g_assert_not_reached();
}

/* ---- one entry ---- */

static bool trace_schedule_read_one(IcsTraceReader *self, const IcsJsonNode *node, GError **error)
{
    IcsTraceAction made = {.link = -1, .host = -1, .process = -1, .fault = -1};
    if (!trace_schedule_read_kind(node, &made.kind, error)) {
        return false;
    }
    made.pointer = ics_trace_reader_pointer(self, node);
    g_array_append_val(self->trace->schedule, made);
    IcsTraceAction *action =
        &g_array_index(self->trace->schedule, IcsTraceAction, self->trace->schedule->len - 1);
    const IcsTraceActionSettings *settings = ics_trace_action_read(self, node, action->kind, error);
    return settings != NULL &&
           ics_trace_trigger_read(self, node, settings->at_ns, &action->when, error) &&
           trace_schedule_read_target(self, node, settings, action, error);
}

/* A crash loses the queues of the directions that leave the host. */
static void trace_schedule_mark_crashes(const IcsTraceReader *self)
{
    const IcsTrace *trace = self->trace;
    g_autofree bool *crashes = g_new0(bool, trace->hosts->len);
    for (guint i = 0; i < trace->schedule->len; i++) {
        const IcsTraceAction *action = &g_array_index(trace->schedule, IcsTraceAction, i);
        if (action->kind == ICS_ACTION_HOST_CRASH) {
            crashes[action->host] = true;
        }
    }
    for (guint i = 0; i < trace->links->len; i++) {
        IcsTraceLink *link = &g_array_index(trace->links, IcsTraceLink, i);
        trace_schedule_mark(link, (bool[2]){crashes[link->ends[0]], crashes[link->ends[1]]});
    }
}

bool ics_trace_schedule_read(IcsTraceReader *self, const IcsJsonNode *root, GError **error)
{
    IcsJsonNode schedule;
    IcsJsonIterator iterator;
    IcsJsonNode child;
    if (!ics_json_member(root, "schedule", &schedule)) {
        return true;
    }
    if (!ics_json_expect_array(&schedule, error)) {
        return false;
    }
    ics_json_iterator_init(&iterator, &schedule);
    while (ics_json_iterator_next(&iterator, &child)) {
        if (!trace_schedule_read_one(self, &child, error)) {
            return false;
        }
    }
    trace_schedule_mark_crashes(self);
    return true;
}
