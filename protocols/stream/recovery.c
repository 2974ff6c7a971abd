#include "protocols/stream/recovery.h"

#include <glib.h>

#include "protocols/stream/recovery_internal.h"

/* A handshake that took more repetitions of its SYN means congestion (RFC 6928, section 2). */
#define RECOVERY_SYN_REPEATS_MAX 1
/* Before the handshake has said more (RFC 9293, section 3.7.1). */
#define RECOVERY_DEFAULT_SMSS_BYTES 536

static const IcsRecoveryTimers recovery_no_timers = {
    .rto_ns = ICS_TIME_NEVER,
    .pto_ns = ICS_TIME_NEVER,
    .reorder_ns = ICS_TIME_NEVER,
    .ecn_ns = ICS_TIME_NEVER,
};

void ics_recovery_init(IcsRecovery *self, const IcsRecoveryConfig *config, IcsSequence iss)
{
    *self = (IcsRecovery){
        .config = config,
        .una = iss + 1,
        .nxt = iss + 1,
        .recovery_end = iss,
        .use.last_sent_ns = -1,
        .timers = recovery_no_timers,
    };
    ics_rto_init(&self->rto, config);
    ics_congestion_init(&self->congestion, config, RECOVERY_DEFAULT_SMSS_BYTES);
    ics_sent_segments_init(&self->segments);
    ics_rack_init(&self->rack);
}

void ics_recovery_clear(IcsRecovery *self)
{
    ics_sent_segments_clear(&self->segments);
    self->timers = recovery_no_timers;
    self->tlp = (IcsTlp){0};
}

void ics_recovery_handshake_timed_out(IcsRecovery *self)
{
    ics_rto_back_off_syn(&self->rto);
}

uint32_t ics_recovery_established(IcsRecovery *self, int64_t now_ns, const IcsRecoveryPeer *peer)
{
    self->sack = peer->sack;
    self->ecn.on = peer->ecn;
    ics_congestion_init(&self->congestion, self->config, peer->smss_bytes);
    if (peer->syn_repeats > RECOVERY_SYN_REPEATS_MAX && !self->congestion.klass->is_fixed) {
        self->congestion.cwnd_bytes = peer->smss_bytes;
    }
    uint32_t changed = ICS_RECOVERY_CHANGED_WINDOW;
    if (peer->rtt_ns >= 0) {
        ics_rto_sample(&self->rto, peer->rtt_ns, 1);
        changed |= ICS_RECOVERY_CHANGED_ROUND_TRIP;
    }
    ics_rto_established(&self->rto);
    self->use.last_sent_ns = now_ns;
    return changed;
}

void ics_recovery_set_smss(IcsRecovery *self, uint32_t smss_bytes)
{
    g_assert(smss_bytes > 0);
    self->congestion.smss_bytes = smss_bytes;
    self->congestion.cwnd_bytes = MAX(self->congestion.cwnd_bytes, smss_bytes);
    if (self->phase == ICS_RECOVERY_OPEN) {
        self->episode.why = ICS_STREAM_REPEAT_MTU;
    }
    for (uint32_t i = 0; i < self->segments.count; i++) {
        const IcsSentSegment *segment = ics_sent_segments_at(&self->segments, i);
        if (!segment->sacked && ics_sent_segment_bytes(segment) > smss_bytes) {
            ics_sent_segments_mark_lost(&self->segments, i);
        }
    }
}

void ics_recovery_skip(IcsRecovery *self, IcsSequence nxt)
{
    g_assert(nxt >= self->nxt);
    if (nxt == self->nxt) {
        return;
    }
    IcsSequenceRange range = {self->nxt, nxt};
    self->nxt = nxt;
    if (ics_recovery_is_idle(self)) {
        self->una = nxt;
        return;
    }
    /* When it was sent is not known: no round trip is to be measured by it. */
    int64_t sent_ns = ics_sent_segments_at(&self->segments, self->segments.count - 1)->sent_ns;
    ics_sent_segments_append(&self->segments, sent_ns, range);
    ics_sent_segments_retransmit(&self->segments, sent_ns, range);
}

uint32_t ics_recovery_about_to_send(IcsRecovery *self, int64_t now_ns)
{
    if (!ics_recovery_is_idle(self) || self->use.last_sent_ns < 0 ||
        now_ns - self->use.last_sent_ns <= ics_rto_ns(&self->rto)) {
        return 0;
    }
    uint64_t before_bytes = self->congestion.cwnd_bytes;
    self->congestion.klass->on_idle(&self->congestion, now_ns);
    return before_bytes != self->congestion.cwnd_bytes ? ICS_RECOVERY_CHANGED_WINDOW : 0;
}

void ics_recovery_schedule_probe(IcsRecovery *self, int64_t now_ns)
{
    bool may_probe = ics_recovery_uses_rack(self) && self->config->tlp &&
                     self->phase == ICS_RECOVERY_OPEN && self->tlp.end == 0 && !self->tlp.is_due &&
                     self->segments.count > 0 && self->segments.counters.n_sacked == 0;
    if (!may_probe) {
        self->timers.pto_ns = ICS_TIME_NEVER;
        return;
    }
    int64_t rto_left_ns = MAX(self->timers.rto_ns - now_ns, 0);
    bool is_single = self->segments.count == 1;
    self->timers.pto_ns = now_ns + ics_tlp_pto_ns(self->rto.srtt_ns, is_single, rto_left_ns);
}

/* A transmission of any kind went out; the window that it used up is accounted for. */
static void recovery_note_sending(IcsRecovery *self, int64_t now_ns, IcsSequenceRange range)
{
    self->use.last_sent_ns = now_ns;
    if (self->timers.rto_ns == ICS_TIME_NEVER) { /* RFC 6298, section 5.1 */
        ics_recovery_restart_rto(self, now_ns);
    }
    if (self->phase == ICS_RECOVERY_FAST) {
        ics_prr_sent(&self->prr, ics_sequence_range_bytes(range));
    }
}

static void recovery_note_use(IcsRecovery *self)
{
    uint64_t flight_bytes = ics_recovery_flight_bytes(self);
    if (self->una >= self->use.round_end) {
        self->use.round_end = self->nxt;
        self->use.most_bytes = flight_bytes;
    }
    self->use.most_bytes = MAX(self->use.most_bytes, flight_bytes);
}

/* The probe that was due went out: the RTO is measured from here (RFC 8985, section 7.3). */
static void recovery_probe_sent(IcsRecovery *self, int64_t now_ns, bool is_retransmission)
{
    ics_tlp_sent(&self->tlp, self->nxt, is_retransmission);
    ics_recovery_restart_rto(self, now_ns);
    self->timers.pto_ns = ICS_TIME_NEVER;
}

uint32_t ics_recovery_sent(IcsRecovery *self, int64_t now_ns, IcsSequenceRange range)
{
    g_assert(range.first == self->nxt);
    ics_sent_segments_append(&self->segments, now_ns, range);
    self->nxt = range.end;
    recovery_note_sending(self, now_ns, range);
    recovery_note_use(self);
    if (self->phase == ICS_RECOVERY_OPEN &&
        ics_recovery_flight_bytes(self) > self->congestion.cwnd_bytes) { /* RFC 3042 */
        self->use.limited_bytes += ics_sequence_range_bytes(range);
    }
    if (self->tlp.is_due) {
        recovery_probe_sent(self, now_ns, false);
    } else {
        ics_recovery_schedule_probe(self, now_ns);
    }
    return 0;
}

/* RFC 6675, section 5: a rescue retransmission (rule 4), which lies above all SACKed numbers, does
 * not move HighRxt. */
static void recovery_note_high_rxt(IcsRecovery *self, IcsSequenceRange range)
{
    bool is_rescue = self->segments.counters.n_sacked > 0 &&
                     range.first >= ics_sacked_ranges_end(&self->segments.sacked);
    if (is_rescue) {
        self->episode.rescued = true;
    } else {
        self->episode.high_rxt = MAX(self->episode.high_rxt, range.end);
    }
}

uint32_t ics_recovery_repeated(IcsRecovery *self, int64_t now_ns, IcsSequenceRange range)
{
    bool is_first = range.first == self->una;
    ics_sent_segments_retransmit(&self->segments, now_ns, range);
    recovery_note_sending(self, now_ns, range);
    self->episode.forced = false;
    recovery_note_high_rxt(self, range);
    if (self->tlp.is_due) {
        recovery_probe_sent(self, now_ns, true);
    } else if (is_first && !self->episode.was_partial) {
        /* The Impatient variant of NewReno lets it run after the first partial ACK (RFC 6582,
         * section 4). */
        ics_recovery_restart_rto(self, now_ns);
    }
    return ICS_RECOVERY_CHANGED_SCOREBOARD;
}

/* RFC 6298, section 5.4 to 5.6; RFC 5681, section 3.1. */
static uint32_t recovery_time_out(IcsRecovery *self, int64_t now_ns)
{
    if (self->timeouts_in_row == 0) { /* else ssthresh is held: sent again by the timer before */
        if (self->phase == ICS_RECOVERY_FAST && !self->congestion.klass->is_fixed) {
            uint64_t ssthresh_bytes = self->congestion.ssthresh_bytes;
            self->congestion.cwnd_bytes = MIN(self->congestion.cwnd_bytes, ssthresh_bytes);
        }
        ics_recovery_reduce(self, now_ns, ics_recovery_flight_bytes(self));
    }
    self->timeouts_in_row++;
    self->n_timeouts++;
    ics_rto_back_off(&self->rto);
    ics_recovery_begin_loss(self, now_ns, ICS_STREAM_REPEAT_RTO);
    ics_recovery_restart_rto(self, now_ns);
    return ICS_RECOVERY_CHANGED_WINDOW | ICS_RECOVERY_CHANGED_ROUND_TRIP |
           ICS_RECOVERY_CHANGED_SCOREBOARD | ICS_RECOVERY_ENTERED | ICS_RECOVERY_TIMED_OUT |
           ICS_RECOVERY_REDUCED;
}

uint32_t ics_recovery_expire(IcsRecovery *self, int64_t now_ns)
{
    if (self->timers.ecn_ns <= now_ns) {
        self->timers.ecn_ns = ICS_TIME_NEVER;
    }
    if (ics_recovery_is_idle(self)) {
        ics_recovery_stop_repeating(self);
        return 0;
    }
    uint32_t changed = 0;
    if (self->timers.reorder_ns <= now_ns) {
        self->timers.reorder_ns = ICS_TIME_NEVER;
        changed |= ics_recovery_detect_by_rack(self, now_ns);
        ics_recovery_apply_prr(self, 0);
    }
    if (self->timers.pto_ns <= now_ns) {
        self->timers.pto_ns = ICS_TIME_NEVER;
        self->tlp.is_due = true;
        /* The timeout does not come before the probe has had its round trip. */
        ics_recovery_restart_rto(self, now_ns);
    }
    if (self->timers.rto_ns <= now_ns) {
        changed |= recovery_time_out(self, now_ns);
    }
    return changed;
}

int64_t ics_recovery_deadline_ns(const IcsRecovery *self)
{
    const IcsRecoveryTimers *timers = &self->timers;
    int64_t repeat_ns = MIN(timers->rto_ns, MIN(timers->pto_ns, timers->reorder_ns));
    return MIN(repeat_ns, timers->ecn_ns);
}
