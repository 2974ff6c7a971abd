/* What the entries of the schedule do. */
#include "traces/action.h"

#include "protocols/socket/host_processes.h"
#include "traces/world_internal.h"

const char *ics_action_kind_name(IcsActionKind kind)
{
    static const char *const names[] = {
#define ACTION_KIND_NAME(name, spelling, target) spelling,
        ICS_ACTION_KINDS(ACTION_KIND_NAME)
#undef ACTION_KIND_NAME
    };
    g_assert((unsigned)kind < G_N_ELEMENTS(names));
    return names[kind];
}

const char *ics_action_kind_target(IcsActionKind kind)
{
    static const char *const targets[] = {
#define ACTION_KIND_TARGET(name, spelling, target) target,
        ICS_ACTION_KINDS(ACTION_KIND_TARGET)
#undef ACTION_KIND_TARGET
    };
    g_assert((unsigned)kind < G_N_ELEMENTS(targets));
    return targets[kind];
}

/* ---- links ---- */

static void action_publish_link(const IcsWorld *world, const IcsTraceAction *action,
                                const IcsLinkDirection *direction)
{
    const IcsSimulation *simulation = world->simulation;
    if (ics_bus_wants(&simulation->bus, ICS_OBSERVE_LINK_CHANGED)) {
        IcsObservation observation = {
            .kind = ICS_OBSERVE_LINK_CHANGED,
            .node = direction->from->host->node,
            .at_ns = simulation->now_ns,
            .direction = direction,
            .text = ics_action_kind_name(action->kind),
            .value = action->value,
        };
        ics_bus_publish(&simulation->bus, &observation);
    }
}

static void action_change_direction(const IcsTraceAction *action, IcsLinkDirection *direction)
{
    if (action->kind == ICS_ACTION_LINK_DOWN) {
        ics_link_direction_down(direction);
    } else if (action->kind == ICS_ACTION_LINK_UP) {
        ics_link_direction_up(direction);
    } else if (action->kind == ICS_ACTION_LINK_RATE) {
        ics_link_direction_set_rate(direction, action->value);
    } else if (action->kind == ICS_ACTION_LINK_DELAY) {
        ics_link_direction_set_delay(direction, action->value);
    } else if (action->kind == ICS_ACTION_LINK_HOLD) {
        ics_link_direction_hold(direction);
    } else {
        g_assert(action->kind == ICS_ACTION_LINK_RELEASE);
        ics_link_direction_release(direction);
    }
}

static void action_on_link(const IcsWorld *world, const IcsTraceAction *action)
{
    for (int i = 0; i < 2; i++) {
        if (action->directions[i]) {
            IcsLinkDirection *direction = ics_world_direction(world, (uint32_t)action->link, i);
            action_publish_link(world, action, direction);
            action_change_direction(action, direction);
        }
    }
}

/* ---- faults ---- */

static void action_on_one_fault(IcsFault *fault, const IcsTraceAction *action)
{
    if (action->kind == ICS_ACTION_FAULT_CHANGE) {
        g_autoptr(GError) error = NULL;
        if (!ics_fault_change(fault, action->config, &error)) {
            g_error("%s was not checked: %s", action->pointer, error->message);
        }
        return;
    }
    fault->on = action->kind == ICS_ACTION_FAULT_ON;
}

static void action_on_fault(const IcsWorld *world, const IcsTraceAction *action)
{
    uint32_t index = (uint32_t)action->fault;
    if (action->link < 0) {
        action_on_one_fault(ics_world_host_fault(world, (uint32_t)action->host, index), action);
        return;
    }
    for (int i = 0; i < 2; i++) {
        if (action->directions[i]) {
            action_on_one_fault(ics_world_link_fault(world, (uint32_t)action->link, i, index),
                                action);
        }
    }
}

/* ---- partitions ---- */

typedef void (*IcsDirectionVerb)(IcsLinkDirection *direction);

static void action_cut(const IcsWorld *world, const IcsTraceAction *action,
                       IcsLinkDirection *direction)
{
    IcsDirectionVerb verb = action->kind == ICS_ACTION_REPAIR ? ics_link_direction_repair
                                                              : ics_link_direction_partition;
    action_publish_link(world, action, direction);
    verb(direction);
}

static gint action_compare_hosts(gconstpointer a, gconstpointer b)
{
    uint32_t x = *(const uint32_t *)a;
    uint32_t y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

static bool action_side_has(GArray *side, uint32_t host)
{
    return g_array_binary_search(side, &host, action_compare_hosts, NULL);
}

/* The directions that lead from a host on one side to the other side, and back if wanted. */
static void action_cut_host(const IcsWorld *world, const IcsTraceAction *action, uint32_t host,
                            GArray *others)
{
    const IcsHost *near = ics_world_host(world, host);
    for (guint i = 0; i < near->interfaces->len; i++) {
        const IcsInterface *interface = g_ptr_array_index(near->interfaces, i);
        if (interface->out == NULL || !action_side_has(others, interface->peer->host->node - 1)) {
            continue;
        }
        action_cut(world, action, interface->out);
        if (action->kind != ICS_ACTION_PARTITION_ONEWAY) {
            action_cut(world, action, interface->peer->out);
        }
    }
}

static void action_repair_everything(const IcsWorld *world, const IcsTraceAction *action)
{
    const GPtrArray *directions = world->network->directions;
    for (guint i = 0; i < directions->len; i++) {
        IcsLinkDirection *direction = g_ptr_array_index(directions, i);
        if (direction->partitions > 0) {
            action_cut(world, action, direction);
        }
    }
}

static void action_on_partition(const IcsWorld *world, const IcsTraceAction *action)
{
    const GArray *side = action->sides[0];
    if (side->len == 0) {
        action_repair_everything(world, action);
    }
    for (guint i = 0; i < side->len; i++) {
        action_cut_host(world, action, g_array_index(side, uint32_t, i), action->sides[1]);
    }
}

/* ---- hosts and processes ---- */

static void action_restart_host(IcsWorld *world, uint32_t index)
{
    IcsHost *host = ics_world_host(world, index);
    if (host->state == ICS_HOST_CRASHED) {
        ics_host_restart(host);
        ics_world_restart_processes(world, index);
    }
}

static void action_kill(const IcsWorld *world, uint32_t process)
{
    const IcsTraceProcess *from = &g_array_index(world->trace->processes, IcsTraceProcess, process);
    if (!ics_world_replaces(world, from)) {
        ics_host_processes_kill(ics_stack_of(ics_world_host(world, from->host)), from->name);
    }
}

static void action_dispatch(IcsWorld *self, const IcsTraceAction *action)
{
    switch (action->kind) {
    case ICS_ACTION_LINK_DOWN:
    case ICS_ACTION_LINK_UP:
    case ICS_ACTION_LINK_RATE:
    case ICS_ACTION_LINK_DELAY:
    case ICS_ACTION_LINK_HOLD:
    case ICS_ACTION_LINK_RELEASE:
        action_on_link(self, action);
        return;
    case ICS_ACTION_FAULT_ON:
    case ICS_ACTION_FAULT_OFF:
    case ICS_ACTION_FAULT_CHANGE:
        action_on_fault(self, action);
        return;
    case ICS_ACTION_PARTITION:
    case ICS_ACTION_PARTITION_ONEWAY:
    case ICS_ACTION_REPAIR:
        action_on_partition(self, action);
        return;
    case ICS_ACTION_HOST_CRASH:
        ics_host_crash(ics_world_host(self, (uint32_t)action->host));
        return;
    case ICS_ACTION_HOST_RESTART:
        action_restart_host(self, (uint32_t)action->host);
        return;
    case ICS_ACTION_HOST_PAUSE:
        ics_host_pause(ics_world_host(self, (uint32_t)action->host));
        return;
    case ICS_ACTION_HOST_RESUME:
        ics_host_resume(ics_world_host(self, (uint32_t)action->host));
        return;
    case ICS_ACTION_PROCESS_KILL:
        action_kill(self, (uint32_t)action->process);
        return;
    case ICS_ACTION_PROCESS_RESTART:
        action_kill(self, (uint32_t)action->process);
        ics_world_restart_process(self, (uint32_t)action->process);
        return;
    }
}

/* The node of the host that it is about, if it is about one. */
static uint32_t action_node(const IcsWorld *self, const IcsTraceAction *action)
{
    if (action->process >= 0) {
        return g_array_index(self->trace->processes, IcsTraceProcess, action->process).host + 1;
    }
    return action->host >= 0 ? (uint32_t)action->host + 1 : ICS_NODE_WORLD;
}

static void action_publish(const IcsWorld *self, const IcsTraceAction *action)
{
    const IcsSimulation *simulation = self->simulation;
    if (ics_bus_wants(&simulation->bus, ICS_OBSERVE_SCHEDULE_ACTED)) {
        uint32_t node = action_node(self, action);
        IcsObservation observation = {
            .kind = ICS_OBSERVE_SCHEDULE_ACTED,
            .node = node,
            .at_ns = simulation->now_ns,
            .host = node != ICS_NODE_WORLD ? ics_world_host(self, node - 1) : NULL,
            .text = ics_action_kind_name(action->kind),
            .value = action - &g_array_index(self->trace->schedule, IcsTraceAction, 0),
        };
        ics_bus_publish(&simulation->bus, &observation);
    }
}

void ics_world_act(IcsWorld *self, const IcsTraceAction *action)
{
    action_publish(self, action);
    action_dispatch(self, action);
}
