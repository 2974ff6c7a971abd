/* What an acknowledgement does to the sender. */
#include <glib.h>

#include "protocols/stream/recovery.h"
#include "protocols/stream/recovery_internal.h"
#include "protocols/wire/tcp.h"

/* RFC 7323, appendix G: a sample for every second segment of a flight. */
static uint32_t recovery_expected_samples(const IcsRecovery *self, uint64_t flight_bytes)
{
    uint64_t pair_bytes = UINT64_C(2) * self->congestion.smss_bytes;
    uint64_t samples = (flight_bytes + pair_bytes - 1) / pair_bytes;
    return (uint32_t)CLAMP(samples, 1, UINT32_MAX / 8);
}

typedef struct RecoveryFinder {
    IcsRecovery *recovery;
    IcsRecoveryArrival *arrival;
} RecoveryFinder;

/* Told of each segment that is known to have arrived for the first time. */
static void recovery_found(void *context, const IcsSentSegment *segment)
{
    RecoveryFinder *finder = context;
    IcsRecovery *self = finder->recovery;
    IcsRecoveryArrival *arrival = finder->arrival;
    if (ics_recovery_uses_rack(self)) {
        /* What came out of order does not change TS.Recent (RFC 7323, section 4.3): the echo says
         * nothing of it. */
        int64_t echo_ns = arrival->is_cumulative ? arrival->ack->echo_ns : -1;
        int64_t last_echo_ns = echo_ns < 0 ? -1 : echo_ns + ICS_RECOVERY_TIMESTAMP_TICK_NS - 1;
        ics_rack_found(&self->rack, arrival->now_ns, segment, last_echo_ns);
    }
    if (!arrival->is_cumulative) {
        return;
    }
    if (segment->transmissions > 1) {
        arrival->has_repeated = true;
    } else if (arrival->oldest_sent_ns < 0) {
        arrival->oldest_sent_ns = segment->sent_ns;
    }
}

/* RFC 2883, section 4: the first block, if it lies below the ACK or within the second. */
static IcsSequenceRange recovery_dsack(const IcsRecoveryAck *ack)
{
    if (ack->n_sack > 0 && ack->sack[0].end <= ack->ack) {
        return ack->sack[0];
    }
    if (ack->n_sack > 1 && ack->sack[0].first >= ack->sack[1].first &&
        ack->sack[0].end <= ack->sack[1].end) {
        return ack->sack[0];
    }
    return (IcsSequenceRange){0, 0};
}

/* The peer may name blocks in any order; RACK wants to hear of lower numbers first, or it would
 * take two holes in one ACK for reordering (RFC 8985, section 6.2, step 3). */
static void recovery_sack_ascending(IcsRecovery *self, IcsRecoveryArrival *arrival)
{
    IcsSequenceRange blocks[ICS_TCP_SACK_BLOCKS_MAX];
    uint32_t n = 0;
    g_assert(arrival->ack->n_sack <= ICS_TCP_SACK_BLOCKS_MAX);
    for (uint32_t i = 0; i < arrival->ack->n_sack; i++) {
        uint32_t at = n++;
        for (; at > 0 && blocks[at - 1].first > arrival->ack->sack[i].first; at--) {
            blocks[at] = blocks[at - 1];
        }
        blocks[at] = arrival->ack->sack[i];
    }
    for (uint32_t i = 0; i < n; i++) {
        ics_sent_segments_sack(&self->segments, blocks[i], &arrival->findings);
    }
}

static uint32_t recovery_update_scoreboard(IcsRecovery *self, IcsRecoveryArrival *arrival)
{
    const IcsRecoveryAck *ack = arrival->ack;
    RecoveryFinder finder = {self, arrival};
    uint64_t lost_bytes = ics_recovery_lost_bytes(self);
    uint64_t sacked_bytes = ics_recovery_sacked_bytes(self);
    arrival->findings.found = recovery_found;
    arrival->findings.context = &finder;
    if (arrival->advances) {
        arrival->is_cumulative = true;
        ics_sent_segments_acknowledge(&self->segments, ack->ack, &arrival->findings);
        arrival->is_cumulative = false;
        self->una = ack->ack;
    }
    if (self->sack) {
        recovery_sack_ascending(self, arrival);
    }
    arrival->findings.context = NULL;
    bool is_moved = lost_bytes != ics_recovery_lost_bytes(self) ||
                    sacked_bytes != ics_recovery_sacked_bytes(self);
    return is_moved ? ICS_RECOVERY_CHANGED_SCOREBOARD : 0;
}

/* RFC 6298, section 3: Karn's rule; a timestamp says which transmission it was (RFC 7323, section
 * 4.1). */
static uint32_t recovery_measure(IcsRecovery *self, const IcsRecoveryArrival *arrival)
{
    int64_t sent_ns = -1;
    if (arrival->oldest_sent_ns >= 0 && !arrival->has_repeated) {
        sent_ns = arrival->oldest_sent_ns;
    } else if (arrival->findings.delivered_bytes > 0) {
        sent_ns = arrival->ack->echo_ns;
    }
    if (!arrival->advances || sent_ns < 0 || sent_ns > arrival->now_ns) {
        return 0;
    }
    ics_rto_sample(&self->rto, arrival->now_ns - sent_ns,
                   recovery_expected_samples(self, arrival->flight_bytes));
    return ICS_RECOVERY_CHANGED_ROUND_TRIP;
}

/* RFC 9438, section 5.8, and RFC 7661: a window that was not filled says nothing about what the
 * network can bear. Slow start may use half of it, since it doubles. */
static bool recovery_window_was_used(const IcsRecovery *self)
{
    const IcsCongestion *congestion = &self->congestion;
    if (self->phase == ICS_RECOVERY_LOSS) {
        return true;
    }
    if (ics_congestion_is_slow_start(congestion)) {
        return congestion->cwnd_bytes < 2 * self->use.most_bytes;
    }
    return self->use.most_bytes + congestion->smss_bytes > congestion->cwnd_bytes;
}

static void recovery_grow(IcsRecovery *self, const IcsRecoveryArrival *arrival)
{
    bool may_grow = arrival->findings.acked_bytes > 0 && !(self->ecn.on && arrival->ack->ece);
    if (!may_grow) { /* RFC 3168, section 6.1.2 */
        return;
    }
    /* Bytes that SACK had told of before have let new data out already. */
    uint64_t acked_bytes = self->config->byte_counting ? MIN(arrival->findings.acked_bytes,
                                                             arrival->findings.delivered_bytes)
                                                       : arrival->findings.acked_bytes;
    IcsCongestionAck ack = {
        .now_ns = arrival->now_ns,
        .srtt_ns = self->rto.srtt_ns,
        .acked_bytes = acked_bytes,
        .window_was_used = recovery_window_was_used(self),
    };
    self->congestion.klass->on_ack(&self->congestion, &ack);
}

static uint32_t recovery_leave(IcsRecovery *self, IcsRecoveryArrival *arrival)
{
    arrival->leaves = true;
    self->phase = ICS_RECOVERY_OPEN;
    self->episode = (IcsRecoveryEpisode){0};
    return ICS_RECOVERY_LEFT;
}

/* RFC 6582, section 3.2, step 3, full acknowledgement, the first of its two ways; with SACK cwnd is
 * ssthresh. */
static void recovery_set_window_after_fast(IcsRecovery *self)
{
    IcsCongestion *congestion = &self->congestion;
    if (congestion->klass->is_fixed) {
        return;
    }
    congestion->cwnd_bytes = congestion->ssthresh_bytes;
    if (!self->sack) {
        uint64_t flight_bytes = MAX(ics_recovery_flight_bytes(self), congestion->smss_bytes);
        uint64_t smooth_bytes = flight_bytes + congestion->smss_bytes;
        congestion->cwnd_bytes = MIN(congestion->ssthresh_bytes, smooth_bytes);
    }
}

/* RFC 6582, section 3.2, step 3, partial acknowledgement: the next hole, and a deflated window. */
static void recovery_take_partial_ack(IcsRecovery *self, const IcsRecoveryArrival *arrival)
{
    IcsCongestion *congestion = &self->congestion;
    uint64_t acked_bytes = arrival->findings.acked_bytes;
    self->episode.was_partial = true;
    self->episode.forced = true;
    ics_sent_segments_mark_lost(&self->segments, 0);
    if (congestion->klass->is_fixed) {
        return;
    }
    congestion->cwnd_bytes -= MIN(congestion->cwnd_bytes, acked_bytes);
    if (acked_bytes >= congestion->smss_bytes) {
        congestion->cwnd_bytes += congestion->smss_bytes;
    }
    congestion->cwnd_bytes = MAX(congestion->cwnd_bytes, congestion->smss_bytes);
}

/* SND.UNA has advanced. */
static uint32_t recovery_advance(IcsRecovery *self, IcsRecoveryArrival *arrival)
{
    bool is_done = self->una >= self->recovery_end;
    self->duplicates = 0;
    self->use.limited_bytes = 0;
    switch (self->phase) {
    case ICS_RECOVERY_OPEN:
        recovery_grow(self, arrival);
        return 0;
    case ICS_RECOVERY_LOSS:
        recovery_grow(self, arrival);
        return is_done ? recovery_leave(self, arrival) : 0;
    case ICS_RECOVERY_FAST:
        if (is_done) {
            recovery_set_window_after_fast(self);
            return recovery_leave(self, arrival);
        }
        if (self->sack) {
            return 0;
        }
        recovery_take_partial_ack(self, arrival);
        return ICS_RECOVERY_CHANGED_SCOREBOARD;
    }
    g_assert_not_reached();
}

static void recovery_take_duplicate(IcsRecovery *self)
{
    self->duplicates++;
    bool inflates = self->phase == ICS_RECOVERY_FAST && !self->sack;
    if (inflates && !self->congestion.klass->is_fixed) { /* RFC 5681, section 3.2, step 4 */
        self->congestion.cwnd_bytes += self->congestion.smss_bytes;
    }
}

/* Not a loss that is still to be repaired: ssthresh, and cwnd at once. */
static uint32_t recovery_reduce_at_once(IcsRecovery *self, const IcsRecoveryArrival *arrival)
{
    IcsCongestion *congestion = &self->congestion;
    ics_recovery_reduce(self, arrival->now_ns, arrival->flight_bytes);
    if (!congestion->klass->is_fixed) {
        congestion->cwnd_bytes = MIN(congestion->cwnd_bytes, congestion->ssthresh_bytes);
    }
    return ICS_RECOVERY_REDUCED;
}

/* RFC 3168, section 6.1.2: below the two segments that RFC 5681 leaves to ssthresh there is a
 * window of one, and below that one segment for each retransmission timeout. */
static void recovery_reduce_small_window(IcsRecovery *self, int64_t now_ns)
{
    IcsCongestion *congestion = &self->congestion;
    if (congestion->cwnd_bytes > congestion->smss_bytes) {
        congestion->cwnd_bytes = MAX(congestion->cwnd_bytes / 2, congestion->smss_bytes);
    } else {
        self->timers.ecn_ns = now_ns + ics_rto_ns(&self->rto);
    }
}

/* RFC 3168, section 6.1.2: once in a window. */
static uint32_t recovery_take_ece(IcsRecovery *self, const IcsRecoveryArrival *arrival)
{
    bool reacts = self->ecn.on && arrival->ack->ece && self->phase == ICS_RECOVERY_OPEN &&
                  self->una > self->ecn.end;
    if (!reacts) {
        return 0;
    }
    uint64_t before_bytes = self->congestion.cwnd_bytes;
    uint32_t changed = recovery_reduce_at_once(self, arrival);
    if (self->congestion.cwnd_bytes == before_bytes && !self->congestion.klass->is_fixed) {
        recovery_reduce_small_window(self, arrival->now_ns);
    }
    return changed;
}

static uint32_t recovery_judge_probe(IcsRecovery *self, const IcsRecoveryArrival *arrival)
{
    IcsTlpAck ack = {
        .ack = arrival->ack->ack,
        .dsack = arrival->dsack,
        .is_bare_duplicate = arrival->ack->is_duplicate && arrival->ack->n_sack == 0,
    };
    bool is_repaired = ics_tlp_ack(&self->tlp, &ack) == ICS_TLP_REPAIRED;
    bool reacts = is_repaired && self->phase == ICS_RECOVERY_OPEN;
    return reacts ? recovery_reduce_at_once(self, arrival) : 0;
}

/* RFC 6298, section 5.2 and 5.3; `was_partial`: a partial ACK had come before in a recovery without
 * SACK, where the Impatient variant lets the timer run on (RFC 6582, section 4). */
static void recovery_renew_timers(IcsRecovery *self, const IcsRecoveryArrival *arrival,
                                  bool was_partial)
{
    if (ics_recovery_is_idle(self)) {
        ics_recovery_stop_repeating(self);
        self->tlp.is_due = false;
        return;
    }
    bool is_impatient = was_partial && !self->sack && self->phase == ICS_RECOVERY_FAST;
    if (arrival->advances && !is_impatient) {
        ics_recovery_restart_rto(self, arrival->now_ns);
    }
    bool has_clue = self->segments.counters.n_sacked > 0 || self->phase != ICS_RECOVERY_OPEN;
    self->tlp.is_due = self->tlp.is_due && !has_clue;
    if (arrival->advances || has_clue) {
        ics_recovery_schedule_probe(self, arrival->now_ns);
    }
}

static void recovery_look_at(IcsRecovery *self, IcsRecoveryArrival *arrival)
{
    const IcsRecoveryAck *ack = arrival->ack;
    arrival->flight_bytes = ics_recovery_flight_bytes(self);
    arrival->oldest_sent_ns = -1;
    arrival->advances = ack->ack > self->una;
    if (self->sack) {
        arrival->dsack = recovery_dsack(ack);
    }
}

/* Whether the ACK is a duplicate: with SACK, one that SACKs something new. */
static bool recovery_is_duplicate(const IcsRecovery *self, const IcsRecoveryArrival *arrival)
{
    if (arrival->advances || ics_recovery_is_idle(self)) {
        return false;
    }
    return self->sack ? arrival->findings.sacked_bytes > 0 : arrival->ack->is_duplicate;
}

uint32_t ics_recovery_acknowledged(IcsRecovery *self, int64_t now_ns, const IcsRecoveryAck *ack)
{
    g_assert(ack->ack <= self->nxt);
    IcsRecoveryArrival arrival = {.ack = ack, .now_ns = now_ns};
    uint64_t cwnd_bytes = self->congestion.cwnd_bytes;
    uint64_t ssthresh_bytes = self->congestion.ssthresh_bytes;
    bool was_partial = self->episode.was_partial;
    recovery_look_at(self, &arrival);
    uint32_t changed = recovery_update_scoreboard(self, &arrival);
    changed |= recovery_measure(self, &arrival);
    if (arrival.advances) {
        self->timeouts_in_row = 0;
        changed |= recovery_advance(self, &arrival);
    } else if (recovery_is_duplicate(self, &arrival)) {
        recovery_take_duplicate(self);
    }
    changed |= recovery_judge_probe(self, &arrival);
    changed |= recovery_take_ece(self, &arrival);
    changed |= ics_recovery_find_losses(self, &arrival);
    ics_recovery_apply_prr(self, arrival.findings.delivered_bytes);
    recovery_renew_timers(self, &arrival, was_partial);
    bool window_moved = cwnd_bytes != self->congestion.cwnd_bytes ||
                        ssthresh_bytes != self->congestion.ssthresh_bytes;
    return changed | (window_moved ? ICS_RECOVERY_CHANGED_WINDOW : 0);
}
