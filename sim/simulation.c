#include "sim/simulation.h"

#include <string.h>

#include "sim/process.h"
#include "sim/stack_pool.h"
#include "sim/timer.h"

/* Enough for a program with some kilobytes of buffers on its stack. */
#define SIMULATION_STACK_BYTES ((size_t)64 * 1024)

const char *ics_stop_reason_name(IcsStopReason reason)
{
    static const char *const names[] = {
#define ICS_STOP_REASON(name, spelling) spelling,
        ICS_STOP_REASONS(ICS_STOP_REASON)
#undef ICS_STOP_REASON
    };
    g_assert((unsigned)reason < G_N_ELEMENTS(names));
    return names[reason];
}

IcsSimulation *ics_simulation_new(uint64_t seed, const char *const *names, uint32_t n)
{
    IcsSimulation *self = g_new0(IcsSimulation, 1);
    self->seed = seed;
    self->n_nodes = n + 1;
    self->nodes = g_new0(IcsNode, self->n_nodes);
    self->nodes[ICS_NODE_WORLD].name = g_strdup("");
    for (uint32_t i = 0; i < n; i++) {
        g_assert(i == 0 || strcmp(names[i - 1], names[i]) < 0);
        self->nodes[i + 1].name = g_strdup(names[i]);
    }
    ics_event_queue_init(&self->queue);
    ics_bus_init(&self->bus);
    self->stacks = ics_stack_pool_new(SIMULATION_STACK_BYTES);
    return self;
}

void ics_simulation_free(IcsSimulation *self)
{
    if (self == NULL) {
        return;
    }
    ics_event_queue_clear(&self->queue);
    ics_bus_clear(&self->bus);
    ics_stack_pool_free(self->stacks);
    for (uint32_t i = 0; i < self->n_nodes; i++) {
        g_clear_pointer(&self->nodes[i].deferred, g_ptr_array_unref);
        g_free((char *)self->nodes[i].name);
    }
    g_free(self->nodes);
    g_free(self);
}

void ics_simulation_schedule(IcsSimulation *self, IcsEvent *event, int64_t at_ns, uint32_t receiver)
{
    g_assert(at_ns >= self->now_ns && receiver < self->n_nodes);
    event->at_ns = at_ns;
    event->route = ics_event_route(receiver, self->current);
    event->ordinal = ics_simulation_next_ordinal(self);
    ics_event_queue_push(&self->queue, event);
}

void ics_simulation_cancel(IcsSimulation *self, IcsEvent *event)
{
    if (ics_event_is_queued(event)) {
        ics_event_queue_remove(&self->queue, event);
    }
}

void ics_simulation_freeze(IcsSimulation *self, uint32_t node)
{
    self->nodes[node].frozen = true;
    if (self->nodes[node].deferred == NULL) {
        self->nodes[node].deferred = g_ptr_array_new();
    }
}

void ics_simulation_thaw(IcsSimulation *self, uint32_t node)
{
    GPtrArray *deferred = self->nodes[node].deferred;
    if (!self->nodes[node].frozen) {
        return;
    }
    self->nodes[node].frozen = false;
    uint32_t actor = ics_simulation_enter(self, node);
    while (deferred->len > 0) {
        ics_timer_expire_deferred(g_ptr_array_steal_index(deferred, 0));
    }
    ics_simulation_enter(self, actor);
}

void ics_simulation_drop_events(IcsSimulation *self)
{
    ics_event_queue_clear(&self->queue);
    self->dormant = 0;
}

/* Runs what the last event made runnable, first come first served; what they make runnable in turn
 * queues up behind. */
static void simulation_run_ready(IcsSimulation *self)
{
    while (self->ready_first != NULL) {
        IcsProcess *process = self->ready_first;
        self->ready_first = process->ready_next;
        if (self->ready_first == NULL) {
            self->ready_last = NULL;
        }
        process->ready_next = NULL;
        self->current = process->node;
        ics_process_run(process);
    }
}

static inline void simulation_fire(IcsSimulation *self, IcsEvent *event)
{
    self->now_ns = event->at_ns;
    self->current = ics_event_receiving_node(event);
    self->events++;
    self->previous_event_ns = self->last_event_ns;
    self->last_event_ns = event->at_ns;
    event->fire(event);
    if (self->ready_first != NULL) {
        simulation_run_ready(self);
    }
}

bool ics_simulation_is_quiescent(const IcsSimulation *self)
{
    return self->ready_first == NULL && ics_event_queue_size(&self->queue) == self->dormant;
}

static IcsStopReason simulation_stop(IcsSimulation *self, int64_t until_ns)
{
    if (ics_simulation_is_quiescent(self)) {
        return ICS_STOP_QUIESCENT;
    }
    self->now_ns = MAX(self->now_ns, until_ns);
    return ICS_STOP_TIME;
}

IcsStopReason ics_simulation_run(IcsSimulation *self, int64_t until_ns, uint64_t max_events)
{
    simulation_run_ready(self);
    for (uint64_t fired = 0; fired < max_events; fired++) {
        IcsEvent *event = ics_event_queue_pop_until(&self->queue, until_ns);
        if (event == NULL) {
            return simulation_stop(self, until_ns);
        }
        simulation_fire(self, event);
    }
    return ICS_STOP_BUDGET;
}

void ics_simulation_advance(IcsSimulation *self, int64_t at_ns)
{
    const IcsEvent *next = ics_event_queue_peek(&self->queue);
    g_assert(at_ns >= self->now_ns && (next == NULL || next->at_ns >= at_ns));
    self->now_ns = at_ns;
}

void ics_simulation_fold_digest(const IcsSimulation *self, IcsDigest *into)
{
    for (uint32_t i = 1; i < self->n_nodes; i++) {
        ics_digest_fold(into, self->nodes[i].name, &self->nodes[i].digest);
    }
}
