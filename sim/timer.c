#include "sim/timer.h"

#include "sim/simulation.h"

/* Whether the event was queued for the deadline that holds now: every arming has an ordinal of the
 * node that did it. */
static inline bool timer_is_due(const IcsTimer *self)
{
    return self->event.ordinal == self->ordinal &&
           ics_event_causing_node(&self->event) == self->causing_node;
}

static inline uint64_t timer_route(const IcsTimer *self)
{
    return ics_event_route(self->node, self->causing_node);
}

static void timer_push(IcsTimer *self)
{
    self->event.at_ns = self->deadline_ns;
    self->event.route = timer_route(self);
    self->event.ordinal = self->ordinal;
    ics_simulation_push(self->simulation, &self->event);
}

static void timer_forget_deferral(IcsTimer *self)
{
    GPtrArray *deferred = self->simulation->nodes[self->node].deferred;
    if (G_UNLIKELY(deferred != NULL)) {
        g_ptr_array_remove(deferred, self);
    }
    self->deferred = false;
}

static void timer_expire(IcsTimer *self)
{
    const IcsNode *node = &self->simulation->nodes[self->node];
    if (G_UNLIKELY(node->frozen)) {
        timer_forget_deferral(self);
        self->deferred = true;
        g_ptr_array_add(node->deferred, self);
        return;
    }
    self->armed = false;
    self->expire(self);
}

void ics_timer_expire_deferred(IcsTimer *self)
{
    if (self->deferred) {
        self->deferred = false;
        self->armed = false;
        self->expire(self);
    }
}

static void timer_fire(IcsEvent *event)
{
    IcsTimer *self = ICS_CONTAINER_OF(event, IcsTimer, event);

    if (self->armed && timer_is_due(self)) {
        timer_expire(self);
        return;
    }
    ics_simulation_discount_event(self->simulation);
    if (self->armed) {
        timer_push(self);
    } else {
        self->simulation->dormant--;
    }
}

void ics_timer_init(IcsTimer *self, IcsSimulation *simulation, uint32_t node, IcsTimerFunc expire)
{
    *self = (IcsTimer){.simulation = simulation, .node = node, .expire = expire};
    ics_event_init(&self->event, timer_fire);
}

/* Says whether the timer is armed and keeps the simulation's count of events that will do nothing.
 */
static inline void timer_set_armed(IcsTimer *self, bool armed)
{
    if (ics_event_is_queued(&self->event)) {
        self->simulation->dormant += (size_t)self->armed - (size_t)armed;
    }
    self->armed = armed;
    self->deferred = false;
}

/* Whether the queued event comes too late for the deadline. */
static inline bool timer_is_late(const IcsTimer *self)
{
    IcsEvent wanted = {
        .at_ns = self->deadline_ns, .route = timer_route(self), .ordinal = self->ordinal};

    return ics_event_is_before(&wanted, &self->event);
}

void ics_timer_arm(IcsTimer *self, int64_t deadline_ns)
{
    g_assert(deadline_ns >= ics_simulation_now(self->simulation));
    self->deadline_ns = deadline_ns;
    self->ordinal = ics_simulation_next_ordinal(self->simulation);
    self->causing_node = self->simulation->current;
    timer_set_armed(self, true);
    if (!ics_event_is_queued(&self->event)) {
        timer_push(self);
    } else if (timer_is_late(self)) {
        ics_event_queue_reschedule(&self->simulation->queue, &self->event, deadline_ns,
                                   timer_route(self), self->ordinal);
    }
}

void ics_timer_disarm(IcsTimer *self)
{
    timer_set_armed(self, false);
}

void ics_timer_clear(IcsTimer *self)
{
    timer_forget_deferral(self);
    timer_set_armed(self, true);
    ics_simulation_cancel(self->simulation, &self->event);
    self->armed = false;
}
