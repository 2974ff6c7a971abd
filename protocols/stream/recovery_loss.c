/* How losses are found without the retransmission timer, and what begins when one is. */
#include <glib.h>

#include "protocols/stream/recovery.h"
#include "protocols/stream/recovery_internal.h"

void ics_recovery_reduce(IcsRecovery *self, int64_t now_ns, uint64_t flight_bytes)
{
    self->congestion.klass->on_loss(&self->congestion, now_ns, flight_bytes);
    self->ecn.end = self->nxt;
}

void ics_recovery_begin_loss(IcsRecovery *self, int64_t now_ns, IcsStreamRepeat why)
{
    self->congestion.klass->on_timeout(&self->congestion, now_ns);
    ics_sent_segments_mark_all_lost(&self->segments);
    self->phase = ICS_RECOVERY_LOSS;
    self->recovery_end = self->nxt;
    self->episode = (IcsRecoveryEpisode){.why = why, .forced = true};
    self->duplicates = 0;
    self->use.limited_bytes = 0;
    self->tlp = (IcsTlp){0};
    self->timers.pto_ns = ICS_TIME_NEVER;
    self->timers.reorder_ns = ICS_TIME_NEVER;
}

static void recovery_begin_fast(IcsRecovery *self, IcsStreamRepeat why)
{
    IcsCongestion *congestion = &self->congestion;
    self->phase = ICS_RECOVERY_FAST;
    self->recovery_end = self->nxt;
    self->episode = (IcsRecoveryEpisode){.why = why, .forced = true, .high_rxt = self->una};
    self->timers.pto_ns = ICS_TIME_NEVER;
    uint32_t first = ics_sent_segments_next_unsacked(&self->segments, 0);
    if (self->segments.counters.n_waiting == 0 && first < self->segments.count) {
        ics_sent_segments_mark_lost(&self->segments, first);
    }
    ics_prr_begin(&self->prr, ics_recovery_flight_bytes(self));
    if (!congestion->klass->is_fixed) {
        uint32_t inflation = self->sack ? 0 : self->duplicates;
        congestion->cwnd_bytes =
            congestion->ssthresh_bytes + (uint64_t)inflation * congestion->smss_bytes;
    }
}

uint32_t ics_recovery_enter(IcsRecovery *self, int64_t now_ns, IcsStreamRepeat why)
{
    /* What limited transmit has let out is no part of FlightSize (RFC 5681, section 3.2). */
    uint64_t limited_bytes =
        MIN(self->use.limited_bytes,
            (uint64_t)self->config->duplicate_threshold * self->congestion.smss_bytes);
    ics_recovery_reduce(self, now_ns, ics_recovery_flight_bytes(self) - limited_bytes);
    self->n_fast_retransmits++;
    if (self->config->fast_recovery) {
        recovery_begin_fast(self, why);
    } else {
        ics_recovery_begin_loss(self, now_ns, why);
    }
    return ICS_RECOVERY_ENTERED | ICS_RECOVERY_REDUCED | ICS_RECOVERY_CHANGED_SCOREBOARD |
           ICS_RECOVERY_CHANGED_WINDOW;
}

void ics_recovery_apply_prr(IcsRecovery *self, uint64_t delivered_bytes)
{
    if (self->phase != ICS_RECOVERY_FAST || !ics_recovery_uses_prr(self)) {
        return;
    }
    IcsCongestion *congestion = &self->congestion;
    uint64_t pipe_bytes = ics_recovery_pipe_bytes(self);
    congestion->cwnd_bytes =
        pipe_bytes + ics_prr_ack(&self->prr, delivered_bytes, pipe_bytes,
                                 congestion->ssthresh_bytes, congestion->smss_bytes);
}

uint32_t ics_recovery_detect_by_rack(IcsRecovery *self, int64_t now_ns)
{
    int64_t timeout_ns = 0;
    uint64_t lost_bytes = ics_rack_detect_loss(&self->rack, now_ns, &self->segments, &timeout_ns);
    self->timers.reorder_ns = timeout_ns > 0 ? now_ns + timeout_ns : ICS_TIME_NEVER;
    if (lost_bytes == 0) {
        return 0;
    }
    if (self->phase == ICS_RECOVERY_OPEN) {
        return ics_recovery_enter(self, now_ns, ICS_STREAM_REPEAT_RACK);
    }
    return ICS_RECOVERY_CHANGED_SCOREBOARD;
}

static void recovery_update_rack(IcsRecovery *self, const IcsRecoveryArrival *arrival)
{
    IcsRackSituation situation = {
        .una = self->una,
        .nxt = self->nxt,
        .srtt_ns = self->rto.srtt_ns,
        .n_sacked = self->segments.counters.n_sacked,
        .dup_thresh = (uint32_t)self->config->duplicate_threshold,
        .has_dsack = !ics_sequence_range_is_empty(arrival->dsack),
        .in_recovery = self->phase != ICS_RECOVERY_OPEN,
        .leaves_recovery = arrival->leaves,
    };
    ics_rack_update_reordering_window(&self->rack, &situation);
}

/* RFC 6675, section 5. */
static uint32_t recovery_find_by_sack(IcsRecovery *self, const IcsRecoveryArrival *arrival)
{
    if (self->phase == ICS_RECOVERY_LOSS) {
        return 0;
    }
    uint32_t threshold = (uint32_t)self->config->duplicate_threshold;
    uint64_t lost_bytes = ics_sent_segments_mark_lost_by_sack(&self->segments, threshold,
                                                              self->congestion.smss_bytes);
    uint32_t changed = lost_bytes > 0 ? ICS_RECOVERY_CHANGED_SCOREBOARD : 0;
    bool is_loss = self->segments.counters.n_waiting > 0 || self->duplicates >= threshold;
    if (self->phase == ICS_RECOVERY_OPEN && is_loss) {
        changed |= ics_recovery_enter(self, arrival->now_ns, ICS_STREAM_REPEAT_FAST);
    }
    return changed;
}

/* RFC 6582, section 3.2, step 2: not for duplicates that an earlier episode has caused. */
static uint32_t recovery_find_by_duplicates(IcsRecovery *self, const IcsRecoveryArrival *arrival)
{
    bool is_loss = self->phase == ICS_RECOVERY_OPEN && self->una > self->recovery_end &&
                   self->duplicates >= (uint32_t)self->config->duplicate_threshold;
    return is_loss ? ics_recovery_enter(self, arrival->now_ns, ICS_STREAM_REPEAT_FAST) : 0;
}

uint32_t ics_recovery_find_losses(IcsRecovery *self, const IcsRecoveryArrival *arrival)
{
    bool uses_rack = ics_recovery_uses_rack(self);
    if (uses_rack) { /* also when nothing is outstanding: a D-SACK may have come */
        recovery_update_rack(self, arrival);
    }
    if (!self->config->fast_retransmit || ics_recovery_is_idle(self)) {
        return 0;
    }
    if (uses_rack) {
        return ics_recovery_detect_by_rack(self, arrival->now_ns);
    }
    return self->sack ? recovery_find_by_sack(self, arrival)
                      : recovery_find_by_duplicates(self, arrival);
}
