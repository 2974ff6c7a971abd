#ifndef ICS_SIM_TIMER_H
#define ICS_SIM_TIMER_H

#include "sim/event.h"

struct IcsSimulation;

typedef struct IcsTimer IcsTimer;

/** Called at the deadline. The timer is disarmed by then and may be armed again. */
typedef void (*IcsTimerFunc)(IcsTimer *timer);

/**
 * A deadline of one node that may be moved as often as one likes. It is embedded in the object
 * that it wakes; `expire` finds that object with ICS_CONTAINER_OF.
 *
 * Re-arming is lazy: moving the deadline later, or disarming, leaves the event queued where it
 * is; when it fires, it is queued again for the deadline or dropped. The order of expiries is
 * exactly that of a timer whose every arming queued an event of its own at once, because an
 * ordinal is drawn at each arming. An event that only moves on is no event of the model.
 */
struct IcsTimer {
    IcsEvent event; /* queued no later than the deadline while armed */
    int64_t deadline_ns;
    uint64_t ordinal; /* drawn when the deadline was set */
    IcsTimerFunc expire;
    struct IcsSimulation *simulation;
    uint32_t node;
    uint32_t causing_node; /* the node that set the deadline */
    bool armed;
    bool deferred; /* fell due while its node was frozen */
};

/** A disarmed timer of `node`. `simulation` is borrowed and outlives the timer. */
void ics_timer_init(IcsTimer *self, struct IcsSimulation *simulation, uint32_t node,
                    IcsTimerFunc expire);

/** Sets the deadline, whether the timer is armed or not; not earlier than the present. */
void ics_timer_arm(IcsTimer *self, int64_t deadline_ns);

/** Forgets the deadline; nothing happens when the timer is not armed. */
void ics_timer_disarm(IcsTimer *self);

/** Disarms the timer and takes its event out of the queue, so that its memory may go. */
void ics_timer_clear(IcsTimer *self);

/** Called by the kernel only: the node has thawed. Does nothing if the timer was disarmed or armed
 * anew meanwhile. */
void ics_timer_expire_deferred(IcsTimer *self);

static inline bool ics_timer_is_armed(const IcsTimer *self)
{
    return self->armed;
}

/** The deadline in ns of virtual time, INT64_MAX while the timer is not armed. */
static inline int64_t ics_timer_deadline_ns(const IcsTimer *self)
{
    return self->armed ? self->deadline_ns : INT64_MAX;
}

#endif
