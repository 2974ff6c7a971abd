#include "protocols/stream/stream_internal.h"

/* The override timeout of the sender's silly window avoidance: between 0.1 and 1.0 s (RFC 9293,
 * section 3.8.6.2.1); corked data waits no longer either (tcp(7)). */
#define STREAM_TIMERS_OVERRIDE_NS INT64_C(200000000)

void ics_stream_arm_handshake(IcsStream *self, int64_t now_ns)
{
    IcsStreamTimers *timers = &self->timers;
    timers->handshake_ns = now_ns + ics_recovery_rto_ns(&self->recovery);
    if (timers->user_timeout_ns > 0 && timers->user_ns == ICS_TIME_NEVER) {
        timers->user_ns = now_ns + timers->user_timeout_ns;
    }
}

void ics_stream_arm_time_wait(IcsStream *self, int64_t now_ns)
{
    self->timers.linger_ns = now_ns + 2 * self->config->times.msl_ns;
}

static inline bool stream_timers_has_unsent(const IcsStream *self)
{
    return self->recovery.nxt < self->send.end + self->send.fin_asked;
}

static inline bool stream_timers_is_window_closed(const IcsStream *self)
{
    return self->recovery.nxt >= self->send.wl2 + self->send.window;
}

/* RFC 9293, section 3.8.6.1: the first probe after an RTO, then at growing intervals. */
static int64_t stream_timers_probe_interval_ns(const IcsStream *self)
{
    int64_t rto_ns = ics_recovery_rto_ns(&self->recovery);
    int64_t max_ns = MAX(self->config->recovery.max_rto_ns, rto_ns);
    uint8_t backoff = self->timers.persist_backoff;
    return rto_ns > max_ns >> backoff ? max_ns : rto_ns << backoff;
}

/* Nothing is under way, so that no ACK will come, and something is left that could not be sent:
 * only a timer goes on from there. */
static void stream_timers_review_persist(IcsStream *self, int64_t now_ns, bool is_idle)
{
    IcsStreamTimers *timers = &self->timers;
    if (!is_idle || !stream_timers_has_unsent(self)) {
        timers->persist_ns = ICS_TIME_NEVER;
        timers->persist_backoff = 0;
    } else if (timers->persist_ns == ICS_TIME_NEVER) {
        bool is_closed = stream_timers_is_window_closed(self);
        timers->persist_ns = now_ns + (is_closed ? stream_timers_probe_interval_ns(self)
                                                 : STREAM_TIMERS_OVERRIDE_NS);
    }
}

static void stream_timers_review_user(IcsStream *self, int64_t now_ns, bool is_idle)
{
    IcsStreamTimers *timers = &self->timers;
    bool waits = !is_idle || stream_timers_has_unsent(self);
    if (timers->user_timeout_ns == 0 || !waits) {
        timers->user_ns = ICS_TIME_NEVER;
        return;
    }
    if (timers->user_ns == ICS_TIME_NEVER) {
        timers->unacked_since_ns = now_ns;
    }
    timers->user_ns = timers->unacked_since_ns + timers->user_timeout_ns;
}

/* It is not moved with every segment that comes: when it runs out it looks how long the peer has
 * been silent. */
static void stream_timers_review_keep_alive(IcsStream *self)
{
    IcsStreamTimers *timers = &self->timers;
    if (timers->keep_alive && timers->keep_alive_ns == ICS_TIME_NEVER) {
        timers->keep_alive_ns = timers->heard_ns + timers->keep_alive_idle_ns;
    }
}

void ics_stream_review_timers(IcsStream *self, int64_t now_ns)
{
    if (!ics_stream_is_synchronized(self) || self->state == ICS_STREAM_TIME_WAIT) {
        return;
    }
    bool is_idle = ics_recovery_is_idle(&self->recovery);
    stream_timers_review_persist(self, now_ns, is_idle);
    stream_timers_review_user(self, now_ns, is_idle);
    stream_timers_review_keep_alive(self);
}

int64_t ics_stream_deadline_ns(const IcsStream *self)
{
    const IcsStreamTimers *timers = &self->timers;
    int64_t first_ns = ics_recovery_deadline_ns(&self->recovery);
    first_ns = MIN(first_ns, timers->delayed_ack_ns);
    first_ns = MIN(first_ns, timers->persist_ns);
    first_ns = MIN(first_ns, timers->keep_alive_ns);
    first_ns = MIN(first_ns, timers->handshake_ns);
    first_ns = MIN(first_ns, timers->linger_ns);
    return MIN(first_ns, timers->user_ns);
}

/* RFC 9293, section 3.8.3; what ICMP has said meanwhile is the better reason (section 3.9.2.2). */
static void stream_timers_give_up(IcsStream *self, int64_t now_ns)
{
    ics_stream_break(self, now_ns, self->soft_error != 0 ? self->soft_error : ETIMEDOUT);
}

static void stream_timers_handshake(IcsStream *self, int64_t now_ns)
{
    IcsStreamTimers *timers = &self->timers;
    if (timers->handshake_tries >= self->config->syn_retries) {
        stream_timers_give_up(self, now_ns);
        return;
    }
    timers->handshake_tries++;
    self->wanted.syn = true;
    ics_recovery_handshake_timed_out(&self->recovery);
    ics_stream_arm_handshake(self, now_ns);
}

/* With a user timeout that decides alone (RFC 5482). */
static bool stream_timers_has_retried_enough(const IcsStream *self, uint32_t tries)
{
    return self->timers.user_timeout_ns == 0 && tries > self->config->data_retries;
}

/* Where the peer has shrunk its window to nothing, the repetitions are probes of it. */
static void stream_timers_retransmission(IcsStream *self, int64_t now_ns)
{
    uint32_t changed = ics_recovery_expire(&self->recovery, now_ns);
    if (changed == 0) {
        return;
    }
    ics_stream_note_recovery(self, changed);
    if (changed & ICS_RECOVERY_TIMED_OUT) {
        self->timers.unanswered++;
        bool is_shrunk = self->send.una >= self->send.wl2 + self->send.window;
        uint32_t tries = is_shrunk ? self->timers.unanswered : self->recovery.timeouts_in_row;
        if (stream_timers_has_retried_enough(self, tries)) {
            stream_timers_give_up(self, now_ns);
        }
    }
}

/* A peer that answers is probed for ever (RFC 9293, MUST-37). */
static void stream_timers_persist(IcsStream *self, int64_t now_ns)
{
    IcsStreamTimers *timers = &self->timers;
    timers->persist_ns = ICS_TIME_NEVER;
    if (!stream_timers_is_window_closed(self)) {
        self->wanted.override = true;
        return;
    }
    timers->unanswered++;
    if (stream_timers_has_retried_enough(self, timers->unanswered)) {
        stream_timers_give_up(self, now_ns);
        return;
    }
    timers->persist_backoff += timers->persist_backoff < 62;
    self->wanted.probe = true;
}

static void stream_timers_keep_alive(IcsStream *self, int64_t now_ns)
{
    IcsStreamTimers *timers = &self->timers;
    timers->keep_alive_ns = ICS_TIME_NEVER;
    if (!ics_recovery_is_idle(&self->recovery) || stream_timers_has_unsent(self)) {
        timers->keep_alive_ns = now_ns + timers->keep_alive_idle_ns;
        return;
    }
    if (now_ns < timers->heard_ns + timers->keep_alive_idle_ns) {
        return;
    }
    if (timers->keep_alive_unanswered >= timers->keep_alive_probes) {
        ics_stream_reset(self, now_ns, self->soft_error != 0 ? self->soft_error : ETIMEDOUT);
        return;
    }
    timers->keep_alive_unanswered++;
    timers->keep_alive_ns = now_ns + timers->keep_alive_interval_ns;
    self->wanted.keep_alive_probe = true;
}

void ics_stream_expire(IcsStream *self, int64_t now_ns)
{
    IcsStreamTimers *timers = &self->timers;
    if (timers->handshake_ns <= now_ns) {
        stream_timers_handshake(self, now_ns);
    }
    if (timers->user_ns <= now_ns) {
        stream_timers_give_up(self, now_ns);
    }
    if (timers->linger_ns <= now_ns) {
        ics_stream_break(self, now_ns, 0);
    }
    if (ics_recovery_deadline_ns(&self->recovery) <= now_ns) {
        stream_timers_retransmission(self, now_ns);
    }
    if (timers->persist_ns <= now_ns) {
        stream_timers_persist(self, now_ns);
    }
    if (timers->keep_alive_ns <= now_ns) {
        stream_timers_keep_alive(self, now_ns);
    }
    if (timers->delayed_ack_ns <= now_ns) {
        self->wanted.ack = true;
    }
}
