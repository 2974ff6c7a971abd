/* What recovery lets out: how much new data, and what is to be sent again. */
#include <glib.h>

#include "protocols/stream/recovery.h"
#include "protocols/stream/recovery_internal.h"

/* Segments that RFC 3042 lets out before the third duplicate. */
#define RECOVERY_LIMITED_SEGMENTS 2

static uint64_t recovery_room(uint64_t window_bytes, uint64_t used_bytes)
{
    return window_bytes > used_bytes ? window_bytes - used_bytes : 0;
}

/* Whether SACKed bytes make room for others: RFC 6675, section 5, which begins with the first
 * duplicate as a form of limited transmit. Where nothing is ever repaired before the timeout it
 * would let out a window for each window. */
static bool recovery_counts_sacks(const IcsRecovery *self)
{
    bool transmits_early = self->config->limited_transmit && self->config->fast_retransmit;
    return self->sack && (self->phase == ICS_RECOVERY_FAST || transmits_early);
}

/* What counts against cwnd. Without SACK a duplicate ACK says that something has left the network,
 * but not what; there cwnd is inflated instead (RFC 5681). */
static uint64_t recovery_outstanding_bytes(const IcsRecovery *self)
{
    if (self->phase == ICS_RECOVERY_LOSS || recovery_counts_sacks(self)) {
        return ics_recovery_pipe_bytes(self);
    }
    return ics_recovery_flight_bytes(self);
}

/* RFC 3042. */
static uint64_t recovery_limited_bytes(const IcsRecovery *self)
{
    if (self->phase != ICS_RECOVERY_OPEN || !self->config->limited_transmit ||
        recovery_counts_sacks(self)) {
        return 0;
    }
    return (uint64_t)MIN(self->duplicates, RECOVERY_LIMITED_SEGMENTS) * self->congestion.smss_bytes;
}

uint64_t ics_recovery_allowance_bytes(const IcsRecovery *self)
{
    uint64_t allowance_bytes = 0;
    if (self->segments.counters.n_waiting == 0 && self->timers.ecn_ns == ICS_TIME_NEVER) {
        uint64_t window_bytes = self->congestion.cwnd_bytes + recovery_limited_bytes(self);
        allowance_bytes = recovery_room(window_bytes, recovery_outstanding_bytes(self));
    }
    return self->tlp.is_due ? MAX(allowance_bytes, self->congestion.smss_bytes) : allowance_bytes;
}

static IcsStreamRepeat recovery_reason(const IcsRecovery *self)
{
    bool is_too_large =
        self->phase == ICS_RECOVERY_OPEN && self->episode.why == ICS_STREAM_REPEAT_MTU;
    if (self->phase == ICS_RECOVERY_LOSS || is_too_large) {
        return self->episode.why;
    }
    if (ics_recovery_uses_rack(self)) {
        return ICS_STREAM_REPEAT_RACK;
    }
    bool is_first = self->episode.forced && !self->episode.was_partial;
    if (is_first) {
        return self->episode.why;
    }
    return self->sack ? ICS_STREAM_REPEAT_SACK : ICS_STREAM_REPEAT_PARTIAL;
}

/* Rules 3 and 4 of NextSeg(), RFC 6675, section 4: when there is no new data to keep the ACKs
 * coming. */
static const IcsSentSegment *recovery_next_doubtful(IcsRecovery *self)
{
    bool applies = self->phase == ICS_RECOVERY_FAST && self->sack && !ics_recovery_uses_rack(self);
    if (!applies) {
        return NULL;
    }
    const IcsSentSegment *segment =
        ics_sent_segments_next_hole(&self->segments, self->episode.high_rxt);
    if (segment != NULL || self->episode.rescued) {
        return segment;
    }
    segment = ics_sent_segments_last_unsacked(&self->segments);
    bool was_repeated = segment == NULL || segment->retransmitted;
    return was_repeated ? NULL : segment;
}

/* The numbers that one segment can carry: its payload, and a FIN after it. */
static uint64_t recovery_segment_numbers(const IcsRecovery *self)
{
    return (uint64_t)self->congestion.smss_bytes + 1;
}

static IcsSequenceRange recovery_beginning(const IcsRecovery *self, const IcsSentSegment *segment)
{
    uint64_t numbers = recovery_segment_numbers(self);
    if (ics_sent_segment_bytes(segment) > numbers) {
        numbers = self->congestion.smss_bytes;
    }
    return (IcsSequenceRange){segment->first, MIN(segment->end, segment->first + numbers)};
}

/* For the probe: the highest numbers sent. */
static IcsSequenceRange recovery_ending(const IcsRecovery *self, const IcsSentSegment *segment)
{
    uint64_t numbers = MIN(ics_sent_segment_bytes(segment), recovery_segment_numbers(self));
    return (IcsSequenceRange){segment->end - numbers, segment->end};
}

/* RFC 8985, section 7.3: new data, which is the caller's, or the last segment again. */
static IcsStreamRepeat recovery_next_probe(const IcsRecovery *self, bool new_data,
                                           IcsSequenceRange *range)
{
    const IcsSentSegment *last = ics_sent_segments_last_unsacked(&self->segments);
    if (new_data || last == NULL) {
        return ICS_STREAM_REPEAT_NONE;
    }
    *range = recovery_ending(self, last);
    return ICS_STREAM_REPEAT_TLP;
}

IcsStreamRepeat ics_recovery_next_repeat(IcsRecovery *self, bool new_data, IcsSequenceRange *range)
{
    if (self->segments.count == 0) {
        return ICS_STREAM_REPEAT_NONE;
    }
    if (self->tlp.is_due) {
        return recovery_next_probe(self, new_data, range);
    }
    uint64_t room_bytes = recovery_room(self->congestion.cwnd_bytes, ics_recovery_pipe_bytes(self));
    const IcsSentSegment *segment = ics_sent_segments_next_waiting(&self->segments);
    if (segment != NULL) {
        IcsSequenceRange next = recovery_beginning(self, segment);
        if (!self->episode.forced && room_bytes < ics_sequence_range_bytes(next)) {
            return ICS_STREAM_REPEAT_NONE;
        }
        *range = next;
        return recovery_reason(self);
    }
    if (new_data || room_bytes < self->congestion.smss_bytes) {
        return ICS_STREAM_REPEAT_NONE;
    }
    segment = recovery_next_doubtful(self);
    if (segment == NULL) {
        return ICS_STREAM_REPEAT_NONE;
    }
    *range = recovery_beginning(self, segment);
    return ICS_STREAM_REPEAT_SACK;
}
