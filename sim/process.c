#include "sim/process.h"

#include "base/hash.h"
#include "sim/process_internal.h"

const char *ics_process_outcome_name(IcsProcessOutcome outcome)
{
    static const char *const names[] = {
#define ICS_PROCESS_OUTCOME(name, spelling) spelling,
        ICS_PROCESS_OUTCOMES(ICS_PROCESS_OUTCOME)
#undef ICS_PROCESS_OUTCOME
    };
    g_assert((unsigned)outcome < G_N_ELEMENTS(names));
    return names[outcome];
}

const char *ics_wait_reason_name(IcsWaitReason reason)
{
    static const char *const names[] = {
#define ICS_WAIT_REASON(name, spelling) spelling,
        ICS_WAIT_REASONS(ICS_WAIT_REASON)
#undef ICS_WAIT_REASON
    };
    g_assert((unsigned)reason < G_N_ELEMENTS(names));
    return names[reason];
}

static void process_publish(IcsProcess *self, IcsObservationKind kind, int64_t value,
                            const char *text)
{
    IcsSimulation *simulation = self->simulation;
    if (ics_bus_wants(&simulation->bus, kind)) {
        IcsObservation observation = {
            .kind = kind,
            .node = self->node,
            .at_ns = simulation->now_ns,
            .process = self,
            .value = value,
            .text = text,
        };
        ics_bus_publish(&simulation->bus, &observation);
    }
}

void ics_process_log(IcsProcess *self, const char *text)
{
    process_publish(self, ICS_OBSERVE_PROCESS_LOGGED, 0, text);
}

void ics_process_fail_operation(IcsProcess *self, const char *text)
{
    process_publish(self, ICS_OBSERVE_OPERATION_FAILED, 0, text);
}

void *ics_process_alloc(IcsProcess *self, size_t bytes)
{
    return ics_arena_alloc(&self->arena, bytes);
}

/* ---- ready, waiting ---- */

void ics_process_make_ready(IcsProcess *self)
{
    if (self->state != ICS_PROCESS_WAITING && self->state != ICS_PROCESS_CREATED) {
        return;
    }
    IcsSimulation *simulation = self->simulation;
    self->state = ICS_PROCESS_READY;
    self->ready_next = NULL;
    if (simulation->ready_last != NULL) {
        simulation->ready_last->ready_next = self;
    } else {
        simulation->ready_first = self;
    }
    simulation->ready_last = self;
}

/* Only for a process that ends while it is ready. */
static void process_leave_ready_list(IcsProcess *self)
{
    IcsSimulation *simulation = self->simulation;
    IcsProcess *before = NULL;
    for (IcsProcess *at = simulation->ready_first; at != NULL; before = at, at = at->ready_next) {
        if (at != self) {
            continue;
        }
        if (before != NULL) {
            before->ready_next = self->ready_next;
        } else {
            simulation->ready_first = self->ready_next;
        }
        if (simulation->ready_last == self) {
            simulation->ready_last = before;
        }
        return;
    }
}

static void process_forget_waiters(IcsProcess *self)
{
    IcsWaiter *next;
    for (IcsWaiter *waiter = self->waiters; waiter != NULL; waiter = next) {
        next = waiter->sibling;
        ics_waiter_unlink(waiter);
    }
    self->waiters = NULL;
}

static void process_timer_expired(IcsTimer *timer)
{
    IcsProcess *self = ICS_CONTAINER_OF(timer, IcsProcess, timer);
    self->expired = 1;
    if (!ics_process_is_handler(self)) {
        process_forget_waiters(self);
    }
    ics_process_make_ready(self);
}

/* Gives the processor back until something makes the process ready again. */
static void process_block(IcsProcess *self, IcsWaitReason reason)
{
    self->state = ICS_PROCESS_WAITING;
    self->waiting_for = reason;
    self->waiting_since_ns = self->simulation->now_ns;
    process_publish(self, ICS_OBSERVE_PROCESS_BLOCKED, (int64_t)reason,
                    ics_wait_reason_name(reason));
    ics_coroutine_suspend(self->coroutine);
    process_publish(self, ICS_OBSERVE_PROCESS_RESUMED, (int64_t)reason,
                    ics_wait_reason_name(reason));
    self->waiting_for = ICS_WAIT_NOTHING;
}

void ics_process_sleep_until(IcsProcess *self, int64_t at_ns)
{
    ics_process_wait(self, NULL, at_ns, ICS_WAIT_SLEEP);
}

void ics_process_compute_until(IcsProcess *self, int64_t at_ns)
{
    ics_process_wait(self, NULL, at_ns, ICS_WAIT_COMPUTE);
}

void ics_process_wait_also(IcsProcess *self, IcsWaiter *waiter, IcsWaitQueue *queue)
{
    g_assert(!ics_process_is_handler(self) && waiter->queue == NULL);
    *waiter = (IcsWaiter){.process = self, .sibling = self->waiters};
    self->waiters = waiter;
    ics_waiter_link(waiter, queue);
}

bool ics_process_wait(IcsProcess *self, IcsWaitQueue *queue, int64_t deadline_ns,
                      IcsWaitReason reason)
{
    g_assert(self->state == ICS_PROCESS_RUNNING && !ics_process_is_handler(self));
    if (deadline_ns <= self->simulation->now_ns) {
        process_forget_waiters(self);
        return false;
    }
    IcsWaiter waiter = {0};
    if (queue != NULL) {
        ics_process_wait_also(self, &waiter, queue);
    }
    if (deadline_ns != ICS_TIME_NEVER) {
        ics_timer_arm(&self->timer, deadline_ns);
    }
    self->woken = 0;
    self->expired = 0;
    process_block(self, reason);
    ics_timer_disarm(&self->timer);
    process_forget_waiters(self);
    return self->woken;
}

void ics_process_yield(IcsProcess *self)
{
    g_assert(self->state == ICS_PROCESS_RUNNING && !ics_process_is_handler(self));
    ics_timer_arm(&self->timer, self->simulation->now_ns);
    process_block(self, ICS_WAIT_COMPUTE);
}

void ics_process_set_timer(IcsProcess *self, int64_t at_ns)
{
    g_assert(ics_process_is_handler(self));
    if (at_ns == ICS_TIME_NEVER) {
        ics_timer_disarm(&self->timer);
    } else {
        ics_timer_arm(&self->timer, MAX(at_ns, self->simulation->now_ns));
    }
}

void ics_process_watch(IcsProcess *self, IcsWaiter *waiter, IcsWaitQueue *queue)
{
    g_assert(ics_process_is_handler(self) && waiter->queue == NULL);
    *waiter = (IcsWaiter){.process = self, .sibling = self->waiters, .stays = true};
    self->waiters = waiter;
    ics_waiter_link(waiter, queue);
}

void ics_process_unwatch(IcsWaiter *waiter)
{
    IcsWaiter **at = &waiter->process->waiters;
    while (*at != NULL && *at != waiter) {
        at = &(*at)->sibling;
    }
    if (*at != NULL) {
        *at = waiter->sibling;
    }
    ics_waiter_unlink(waiter);
}

/* ---- birth and death ---- */

IcsProcess *ics_process_new(IcsSimulation *simulation, uint32_t node, const char *name,
                            const IcsProcessProgram *program)
{
    g_assert(program->main != NULL || program->handler != NULL);
    IcsProcess *self = g_new0(IcsProcess, 1);
    self->simulation = simulation;
    self->name = g_strdup(name);
    self->node = node;
    self->id = simulation->n_processes++;
    self->program = *program;
    ics_arena_init(&self->arena);
    ics_timer_init(&self->timer, simulation, node, process_timer_expired);
    return self;
}

static void process_release(IcsProcess *self)
{
    if (self->state == ICS_PROCESS_READY) {
        process_leave_ready_list(self);
    }
    process_forget_waiters(self);
    ics_timer_clear(&self->timer);
    g_clear_pointer(&self->coroutine, ics_coroutine_free);
    ics_arena_clear(&self->arena);
}

void ics_process_free(IcsProcess *self)
{
    if (self == NULL) {
        return;
    }
    process_release(self);
    ics_wait_queue_clear(&self->joiners);
    g_free((char *)self->name);
    g_free(self);
}

static void process_end(IcsProcess *self, IcsProcessOutcome outcome)
{
    self->outcome = outcome;
    if (self->on_end != NULL) {
        self->on_end(self);
    }
    process_release(self);
    self->state = ICS_PROCESS_ENDED;
    IcsNode *node = &self->simulation->nodes[self->node];
    ics_digest_record(&node->digest, ICS_DIGEST_PROCESS_OUTCOME, self->simulation->now_ns,
                      ics_hash_string(self->name, 0), (uint64_t)outcome,
                      (uint64_t)(int64_t)self->exit_code);
    process_publish(self, ICS_OBSERVE_PROCESS_ENDED, (int64_t)outcome,
                    ics_process_outcome_name(outcome));
    ics_wait_queue_wake_all(&self->joiners);
}

void ics_process_start(IcsProcess *self)
{
    g_assert(self->state == ICS_PROCESS_CREATED);
    ics_process_make_ready(self);
}

void ics_process_kill(IcsProcess *self, IcsProcessOutcome outcome)
{
    g_assert(self->state != ICS_PROCESS_RUNNING);
    if (self->state != ICS_PROCESS_ENDED) {
        process_end(self, outcome);
    }
}

void ics_process_exit(IcsProcess *self, int exit_code)
{
    g_assert(self->state == ICS_PROCESS_RUNNING);
    self->exit_code = exit_code;
    self->outcome = ICS_OUTCOME_EXITED;
    if (!ics_process_is_handler(self)) {
        ics_coroutine_suspend(self->coroutine);
        g_assert_not_reached();
    }
}

void ics_process_finish(IcsProcess *self)
{
    g_assert(self->state == ICS_PROCESS_RUNNING && ics_process_is_handler(self));
    self->outcome = ICS_OUTCOME_RETURNED;
}

/* ---- running ---- */

static void process_enter(gpointer data)
{
    IcsProcess *self = data;
    self->program.main(self, self->program.config);
    self->outcome = ICS_OUTCOME_RETURNED;
}

static void process_run_coroutine(IcsProcess *self)
{
    if (self->coroutine == NULL) {
        self->coroutine = ics_coroutine_new(self->simulation->stacks, process_enter, self);
        if (self->coroutine == NULL) {
            self->outcome = ICS_OUTCOME_REFUSED;
            return;
        }
    }
    ics_coroutine_resume(self->coroutine);
}

static void process_run_handler(IcsProcess *self)
{
    const IcsProcessHandler *handler = self->program.handler;
    bool woken = self->woken;
    bool expired = self->expired;
    self->woken = 0;
    self->expired = 0;
    if (self->times_run == 0) {
        handler->on_start(self, self->program.config);
    }
    if (woken && self->outcome == ICS_OUTCOME_NONE) {
        handler->on_ready(self);
    }
    if (expired && self->outcome == ICS_OUTCOME_NONE) {
        handler->on_timer(self);
    }
}

void ics_process_run(IcsProcess *self)
{
    self->state = ICS_PROCESS_RUNNING;
    if (self->times_run == 0) {
        process_publish(self, ICS_OBSERVE_PROCESS_STARTED, 0, NULL);
    }
    if (ics_process_is_handler(self)) {
        process_run_handler(self);
        self->state = ICS_PROCESS_WAITING;
    } else {
        process_run_coroutine(self);
    }
    self->times_run++;
    if (self->outcome != ICS_OUTCOME_NONE) {
        process_end(self, self->outcome);
    } else if (ics_process_is_handler(self) && self->woken) {
        ics_process_make_ready(self); /* something that it watches came while it ran */
    }
}
