/* The kernel: clock, nodes, event queue, ready processes, observation bus and digest of one world.
 *
 * Events fire by (time, receiving node, causing node, the causing node's own counter). Node 0 is
 * the world itself (the schedule); the others are numbered by sorted name from 1. */
#ifndef ICS_SIM_SIMULATION_H
#define ICS_SIM_SIMULATION_H

#include <glib.h>
#include <stdint.h>

#include "sim/bus.h"
#include "sim/choice.h"
#include "sim/digest.h"
#include "sim/event.h"
#include "sim/event_queue.h"

/* Later than any event can be. */
#define ICS_TIME_NEVER INT64_MAX

#define ICS_NODE_WORLD 0

struct IcsProcess;
struct IcsStackPool;

typedef struct IcsNode {
    uint64_t next_ordinal; /* the causing node's own counter */
    IcsDigest digest;
    const char *name; /* owned by the simulation */
    bool frozen;
    GPtrArray *deferred; /* of IcsTimer that fell due while it was frozen; NULL: never frozen */
} IcsNode;

#define ICS_STOP_REASONS(X)                                                                        \
    X(QUIESCENT, "quiescent")                                                                      \
    X(TIME, "time")                                                                                \
    X(BUDGET, "budget")

/* Why ics_simulation_run() returned: no event is left; the next one lies behind the given time;
 * the given number of events has been spent (call again to go on). */
typedef enum {
#define ICS_STOP_REASON(name, spelling) ICS_STOP_##name,
    ICS_STOP_REASONS(ICS_STOP_REASON)
#undef ICS_STOP_REASON
} IcsStopReason;

const char *ics_stop_reason_name(IcsStopReason reason);

typedef struct IcsSimulation {
    int64_t now_ns;
    IcsEventQueue queue;
    uint32_t current; /* the node that is executing */
    uint32_t n_nodes; /* the world included */
    IcsNode *nodes;
    struct IcsProcess *ready_first; /* made runnable by the event that is executing */
    struct IcsProcess *ready_last;
    uint32_t n_processes; /* that were ever made */
    IcsBus bus;
    IcsChooser chooser;
    uint64_t seed;
    uint64_t events;           /* of the model, fired so far */
    int64_t last_event_ns;     /* time of the last of them */
    int64_t previous_event_ns; /* and of the one before */
    size_t dormant;            /* queued events that will do nothing: of disarmed timers */
    struct IcsStackPool *stacks;
} IcsSimulation;

/* A world of n named nodes. `names` must be sorted by strcmp() and distinct; they are copied. Node
 * i + 1 is names[i]. Transfer full; free with ics_simulation_free(). */
IcsSimulation *ics_simulation_new(uint64_t seed, const char *const *names, uint32_t n);
void ics_simulation_free(IcsSimulation *self);

static inline int64_t ics_simulation_now(const IcsSimulation *self)
{
    return self->now_ns;
}

/* Draws from the counter of the node that is executing. */
static inline uint64_t ics_simulation_next_ordinal(IcsSimulation *self)
{
    return self->nodes[self->current].next_ordinal++;
}

/* Lets `node` be the one that executes, for what the world does on its behalf. Returns the one
 * before, to be entered again afterwards. */
static inline uint32_t ics_simulation_enter(IcsSimulation *self, uint32_t node)
{
    uint32_t before = self->current;
    self->current = node;
    return before;
}

/* Queues an event whose key is already filled in. */
static inline void ics_simulation_push(IcsSimulation *self, IcsEvent *event)
{
    ics_event_queue_push(&self->queue, event);
}

/* Queues `event` at `at_ns` (not before now) for node `receiver`; the node that is executing is its
 * cause. The event must be idle and stays the caller's. */
void ics_simulation_schedule(IcsSimulation *self, IcsEvent *event, int64_t at_ns,
                             uint32_t receiver);

/* Called by an event that turned out to be none of the model (a timer that was moved meanwhile): it
 * is not counted, and a run that ends with it ended earlier. */
static inline void ics_simulation_discount_event(IcsSimulation *self)
{
    self->events--;
    self->last_event_ns = self->previous_event_ns;
}

/* Takes a queued event out; does nothing to an idle one. */
void ics_simulation_cancel(IcsSimulation *self, IcsEvent *event);

/* Whether nothing will happen any more. */
bool ics_simulation_is_quiescent(const IcsSimulation *self);

/* A frozen node's timers fall due when it thaws, in the order of their deadlines. Freezing a frozen
 * node and thawing another one do nothing. Thawing runs them at once, on behalf of the node. */
void ics_simulation_freeze(IcsSimulation *self, uint32_t node);
void ics_simulation_thaw(IcsSimulation *self, uint32_t node);

/* Forgets all events without firing them: the first step of taking a world apart. */
void ics_simulation_drop_events(IcsSimulation *self);

/* Fires events up to and including `until_ns`, at most `max_events` of them. After ICS_STOP_TIME
 * the clock stands at `until_ns`. */
IcsStopReason ics_simulation_run(IcsSimulation *self, int64_t until_ns, uint64_t max_events);

/* Sets the clock to `at_ns` (not before now) without firing anything, for those who act on the
 * world from outside at a time of their own. Everything before then has been fired (asserted). */
void ics_simulation_advance(IcsSimulation *self, int64_t at_ns);

/* Folds the streams of all nodes in name order. */
void ics_simulation_fold_digest(const IcsSimulation *self, IcsDigest *into);

#endif
