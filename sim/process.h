/* Processes, in two forms: a coroutine that is written in blocking style, and a handler without a
 * stack for masses of sources and sinks. The same program in both forms has the same digest.
 *
 *            start            wait                 wake, timeout
 *   CREATED ------> READY <------------- WAITING <--------------+
 *                     |  run                ^                    |
 *                     +--------> RUNNING ---+--------------------+
 *                                   | return, exit          kill (any state)
 *                                   +-----------> ENDED <-----------
 *
 * A blocked process costs no event. A process that an event makes ready runs when that event is
 * done, at the same instant, before any other event. */
#ifndef ICS_SIM_PROCESS_H
#define ICS_SIM_PROCESS_H

#include <stdbool.h>

#include "base/arena.h"
#include "sim/coroutine.h"
#include "sim/simulation.h"
#include "sim/timer.h"

typedef struct IcsProcess IcsProcess;
typedef struct IcsWaiter IcsWaiter;

#define ICS_PROCESS_STATES(X)                                                                      \
    X(CREATED, "created")                                                                          \
    X(READY, "ready")                                                                              \
    X(RUNNING, "running")                                                                          \
    X(WAITING, "waiting")                                                                          \
    X(ENDED, "ended")

typedef enum {
#define ICS_PROCESS_STATE(name, spelling) ICS_PROCESS_##name,
    ICS_PROCESS_STATES(ICS_PROCESS_STATE)
#undef ICS_PROCESS_STATE
} IcsProcessState;

#define ICS_PROCESS_OUTCOMES(X)                                                                    \
    X(NONE, "running")                                                                             \
    X(RETURNED, "returned")                                                                        \
    X(EXITED, "exited")                                                                            \
    X(KILLED, "killed")                                                                            \
    X(CRASHED, "crashed")                                                                          \
    X(REFUSED, "refused")

/* How it ended: its program returned; it called exit; it was killed; its host crashed; the machine
 * had no stack for it. */
typedef enum {
#define ICS_PROCESS_OUTCOME(name, spelling) ICS_OUTCOME_##name,
    ICS_PROCESS_OUTCOMES(ICS_PROCESS_OUTCOME)
#undef ICS_PROCESS_OUTCOME
} IcsProcessOutcome;

#define ICS_WAIT_REASONS(X)                                                                        \
    X(NOTHING, "nothing")                                                                          \
    X(SLEEP, "sleep")                                                                              \
    X(COMPUTE, "compute")                                                                          \
    X(RECEIVE, "receive")                                                                          \
    X(SEND, "send")                                                                                \
    X(ACCEPT, "accept")                                                                            \
    X(CONNECT, "connect")                                                                          \
    X(POLL, "poll")                                                                                \
    X(CHILD, "child")

/* What a process waits for, for reports. */
typedef enum {
#define ICS_WAIT_REASON(name, spelling) ICS_WAIT_##name,
    ICS_WAIT_REASONS(ICS_WAIT_REASON)
#undef ICS_WAIT_REASON
} IcsWaitReason;

/* A queue of processes that wait for one thing. Zero-initialised is empty. */
typedef struct IcsWaitQueue {
    IcsWaiter *first;
    IcsWaiter *last;
} IcsWaitQueue;

/* A place in a wait queue: on the stack of a coroutine for one wait, or for good in a handler. */
struct IcsWaiter {
    IcsProcess *process;
    IcsWaitQueue *queue; /* NULL when it is in none */
    IcsWaiter *previous;
    IcsWaiter *next;
    IcsWaiter *sibling; /* next waiter of the same process */
    bool stays;         /* a handler's: woken again and again */
};

/* The program of a coroutine. `config` is borrowed from whoever started the process. */
typedef void (*IcsProcessMain)(IcsProcess *self, gconstpointer config);

/* The program of a handler; each is called with nothing of the process on the stack. */
typedef struct IcsProcessHandler {
    void (*on_start)(IcsProcess *self, gconstpointer config);
    void (*on_ready)(IcsProcess *self); /* a watched queue woke it */
    void (*on_timer)(IcsProcess *self); /* the time set by ics_process_set_timer() has come */
} IcsProcessHandler;

/* What a process is made from; everything is borrowed and outlives the process. */
typedef struct IcsProcessProgram {
    IcsProcessMain main;              /* coroutine form; nullable if handler is given */
    const IcsProcessHandler *handler; /* handler form, nullable */
    gconstpointer config;
} IcsProcessProgram;

struct IcsProcess {
    IcsSimulation *simulation;
    const char *name;
    uint32_t node;
    uint32_t id; /* among all processes of its simulation, from 0: an index for observers */
    IcsProcessState state;
    IcsProcessOutcome outcome;
    IcsWaitReason waiting_for; /* a coroutine that waits, or was ended while it did */
    int64_t waiting_since_ns;  /* of use unless waiting_for is ICS_WAIT_NOTHING */
    int exit_code;
    uint32_t woken : 1;   /* by a wait queue */
    uint32_t expired : 1; /* by its timer */
    uint64_t times_run;   /* 0 before it ran its first line */
    IcsProcess *ready_next;
    IcsProcessProgram program;
    IcsCoroutine *coroutine;
    IcsTimer timer;
    IcsWaiter *waiters;
    IcsArena arena;
    /* For the layer that gives processes their sockets: its data, and what it does at the end. */
    gpointer owner;
    gpointer program_data; /* a handler's own, from its arena */
    void (*on_end)(IcsProcess *self);
    IcsWaitQueue joiners; /* woken when it ends */
};

/* A process on a node, not yet started. `name` is copied. Transfer full. */
IcsProcess *ics_process_new(IcsSimulation *simulation, uint32_t node, const char *name,
                            const IcsProcessProgram *program);
/* Ends it silently (no observation, no on_end) if it has not ended. */
void ics_process_free(IcsProcess *self);

/* Makes it ready; it runs its first line within the present instant. */
void ics_process_start(IcsProcess *self);

/* Ends a process from outside. Its stack and arena go at once; on_end is called before. A process
 * that runs must use ics_process_exit(). Killing an ended one does nothing. */
void ics_process_kill(IcsProcess *self, IcsProcessOutcome outcome);

/* Called by the kernel only: runs a ready process until it waits or ends. */
void ics_process_run(IcsProcess *self);

/* Called by the process itself (coroutine form): */

/* Sleeps until the given virtual time (does nothing if that is past). */
void ics_process_sleep_until(IcsProcess *self, int64_t at_ns);
/* The same, but it is busy meanwhile: it waits for nothing. */
void ics_process_compute_until(IcsProcess *self, int64_t at_ns);

/* Blocks until `queue` (nullable: nothing) wakes it or the deadline (ICS_TIME_NEVER: none) has
 * come. Returns true if it was woken, false on the deadline. A deadline that is not in the future
 * returns false without blocking. */
bool ics_process_wait(IcsProcess *self, IcsWaitQueue *queue, int64_t deadline_ns,
                      IcsWaitReason reason);

/* Puts `waiter` (in no queue; borrowed until the wait is over) into a queue beside that of the next
 * ics_process_wait(), which is over when any of them wakes the process. */
void ics_process_wait_also(IcsProcess *self, IcsWaiter *waiter, IcsWaitQueue *queue);

/* Lets everything else that is due at this instant happen first. */
void ics_process_yield(IcsProcess *self);

/* Ends the calling process; does not return in a coroutine. In a handler it returns, and no
 * function of the handler is called again. */
void ics_process_exit(IcsProcess *self, int exit_code);

/* Called by a handler: */

/* Ends it as a coroutine ends whose program returns. */
void ics_process_finish(IcsProcess *self);
/* It has one timer: the last time that was set counts; ICS_TIME_NEVER withdraws it. */
void ics_process_set_timer(IcsProcess *self, int64_t at_ns);
void ics_process_watch(IcsProcess *self, IcsWaiter *waiter, IcsWaitQueue *queue);
void ics_process_unwatch(IcsWaiter *waiter);

/* Both forms: zeroed memory that lives as long as the process. Never NULL. */
void *ics_process_alloc(IcsProcess *self, size_t bytes);

/* Tells observers. `text` is borrowed. */
void ics_process_log(IcsProcess *self, const char *text);
/* Tells observers that an operation did not do what its trace expects of it. */
void ics_process_fail_operation(IcsProcess *self, const char *text);

static inline bool ics_process_is_handler(const IcsProcess *self)
{
    return self->program.handler != NULL;
}

/* Wakes the first waiter, or all of them. */
void ics_wait_queue_wake_one(IcsWaitQueue *self);
void ics_wait_queue_wake_all(IcsWaitQueue *self);

/* Takes all waiters out without waking them, before the queue's memory goes. */
void ics_wait_queue_clear(IcsWaitQueue *self);

const char *ics_process_outcome_name(IcsProcessOutcome outcome);
const char *ics_wait_reason_name(IcsWaitReason reason);

#endif
