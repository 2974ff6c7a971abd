/* Threads that sleep in a call, and the clock that waits for them. */
#include "tool/packetdrill/packetdrill.h"

/* How long the clock waits for a thread that was woken: it may not be one of packetdrill's and
 * never read the clock. */
#define PACKETDRILL_SLEEP_PATIENCE_US 200000

/* How long nobody must have called before a sleeper turns the clock itself; packetdrill waits for a
 * second. */
#define PACKETDRILL_SLEEP_ALONE_US 300000

typedef enum { PACKETDRILL_SLEEP_IDLE, PACKETDRILL_SLEEP_ASLEEP, PACKETDRILL_SLEEP_AWAKE } State;

/* A thread that has slept once. */
typedef struct IcsPacketdrillSleeper {
    struct IcsPacketdrillSleeper *next;
    pthread_t thread;
    State state; /* AWAKE until it sleeps again or reads the clock */
    int64_t deadline_ns;
} Sleeper;

static Sleeper *packetdrill_sleep_find(const IcsPacketdrill *self)
{
    Sleeper *at = self->sleepers;
    while (at != NULL && !pthread_equal(at->thread, pthread_self())) {
        at = at->next;
    }
    return at;
}

static Sleeper *packetdrill_sleep_self(IcsPacketdrill *self)
{
    Sleeper *found = packetdrill_sleep_find(self);
    if (found == NULL) {
        found = g_new0(Sleeper, 1);
        found->thread = pthread_self();
        found->next = self->sleepers;
        self->sleepers = found;
    }
    return found;
}

static Sleeper *packetdrill_sleep_in_state(const IcsPacketdrill *self, State state)
{
    Sleeper *at = self->sleepers;
    while (at != NULL && at->state != state) {
        at = at->next;
    }
    return at;
}

void ics_packetdrill_free_sleepers(IcsPacketdrill *self)
{
    while (self->sleepers != NULL) {
        Sleeper *next = self->sleepers->next;
        g_free(self->sleepers);
        self->sleepers = next;
    }
}

static bool packetdrill_sleep_turn(IcsPacketdrill *self, int64_t deadline_ns)
{
    int64_t next_ns = MIN(ics_packetdrill_next(self), deadline_ns);
    if (next_ns == ICS_FOREVER) {
        return false;
    }
    ics_packetdrill_advance(self, next_ns);
    return true;
}

/* Where the thread that turns the clock waits outside for this call to end, the sleeper turns it.
 */
static void packetdrill_sleep_until_woken(IcsPacketdrill *self, int64_t deadline_ns)
{
    Sleeper *sleeper = packetdrill_sleep_self(self);
    sleeper->deadline_ns = deadline_ns;
    sleeper->state = PACKETDRILL_SLEEP_ASLEEP;
    g_cond_broadcast(&self->settled);
    while (sleeper->state == PACKETDRILL_SLEEP_ASLEEP) {
        uint64_t calls = self->calls;
        int64_t until_us = g_get_monotonic_time() + PACKETDRILL_SLEEP_ALONE_US;
        if (!g_cond_wait_until(&self->changed, &self->lock, until_us) && calls == self->calls &&
            !packetdrill_sleep_turn(self, deadline_ns)) {
            g_cond_wait(&self->changed, &self->lock);
        }
    }
}

bool ics_packetdrill_wait(IcsPacketdrill *self, int64_t deadline_ns)
{
    if (ics_host_stack_now(self->stack) >= deadline_ns) {
        return false;
    }
    if (pthread_equal(self->owner, pthread_self())) {
        return packetdrill_sleep_turn(self, deadline_ns);
    }
    packetdrill_sleep_until_woken(self, deadline_ns);
    return true;
}

int ics_packetdrill_block(IcsPacketdrill *self, int64_t deadline_ns)
{
    if (ics_packetdrill_wait(self, deadline_ns)) {
        return 0;
    }
    return deadline_ns == ICS_FOREVER ? -EDEADLK : -EAGAIN;
}

void ics_packetdrill_wake(IcsPacketdrill *self)
{
    for (Sleeper *at = self->sleepers; at != NULL; at = at->next) {
        if (at->state == PACKETDRILL_SLEEP_ASLEEP) {
            at->state = PACKETDRILL_SLEEP_AWAKE;
        }
    }
    g_cond_broadcast(&self->changed);
}

static void packetdrill_sleep_give_up(IcsPacketdrill *self)
{
    for (Sleeper *at = self->sleepers; at != NULL; at = at->next) {
        if (at->state == PACKETDRILL_SLEEP_AWAKE) {
            at->state = PACKETDRILL_SLEEP_IDLE;
        }
    }
}

void ics_packetdrill_settle(IcsPacketdrill *self)
{
    int64_t until_us = g_get_monotonic_time() + PACKETDRILL_SLEEP_PATIENCE_US;
    const Sleeper *myself = packetdrill_sleep_find(self);
    if (myself != NULL && myself->state != PACKETDRILL_SLEEP_IDLE) {
        return;
    }
    while (packetdrill_sleep_in_state(self, PACKETDRILL_SLEEP_AWAKE) != NULL) {
        if (!g_cond_wait_until(&self->settled, &self->lock, until_us)) {
            packetdrill_sleep_give_up(self);
        }
    }
}

bool ics_packetdrill_is_done(IcsPacketdrill *self)
{
    Sleeper *sleeper = packetdrill_sleep_find(self);
    if (sleeper == NULL || sleeper->state != PACKETDRILL_SLEEP_AWAKE) {
        return false;
    }
    sleeper->state = PACKETDRILL_SLEEP_IDLE;
    g_cond_broadcast(&self->settled);
    return true;
}

/* ---- the clock ---- */

int64_t ics_packetdrill_next(IcsPacketdrill *self)
{
    int64_t next_ns = ics_host_stack_next(self->stack);
    for (const Sleeper *at = self->sleepers; at != NULL; at = at->next) {
        if (at->state == PACKETDRILL_SLEEP_ASLEEP) {
            next_ns = MIN(next_ns, at->deadline_ns);
        }
    }
    return next_ns;
}

/* From event to event: a sleeper comes out of its call at the instant of the one that woke it. */
void ics_packetdrill_advance(IcsPacketdrill *self, int64_t until_ns)
{
    int64_t next_ns;
    ics_packetdrill_settle(self);
    while ((next_ns = ics_packetdrill_next(self)) <= until_ns && next_ns != ICS_FOREVER) {
        ics_host_stack_advance(self->stack, MAX(next_ns, ics_host_stack_now(self->stack)));
        ics_packetdrill_wake(self);
        ics_packetdrill_settle(self);
    }
    ics_host_stack_advance(self->stack, until_ns);
}

int64_t ics_packetdrill_deadline(const IcsPacketdrill *self, int64_t timeout_ns)
{
    return timeout_ns > 0 ? ics_host_stack_now(self->stack) + timeout_ns : ICS_FOREVER;
}

int64_t ics_packetdrill_poll_deadline(const IcsPacketdrill *self, int timeout_ms)
{
    return timeout_ms < 0 ? ICS_FOREVER
                          : ics_host_stack_now(self->stack) + timeout_ms * ICS_PACKETDRILL_NS_A_MS;
}
