/* The scoreboard's other half: which segments are lost, and which to send again. */
#include <glib.h>

#include "protocols/stream/sent_segments.h"
#include "protocols/stream/sent_segments_internal.h"

/* Returns the bytes that were not marked before. */
static uint64_t sent_segments_set_lost(IcsSentSegments *self, IcsSentSegment *record,
                                       bool with_repetition)
{
    bool was_lost = record->lost;
    bool was_waiting = ics_sent_segment_is_waiting(record);
    ics_sent_segments_discount(self, record);
    record->lost = true;
    record->retransmitted = record->retransmitted && !with_repetition;
    ics_sent_segments_count_in(self, record);
    bool is_waiting = ics_sent_segment_is_waiting(record);
    if (is_waiting) {
        self->waiting_from = MIN(self->waiting_from, record->first);
    }
    bool is_new = !was_lost || (is_waiting && !was_waiting);
    return is_new ? ics_sent_segment_bytes(record) : 0;
}

uint64_t ics_sent_segments_mark_lost(IcsSentSegments *self, uint32_t index)
{
    IcsSentSegment *record = ics_sent_segments_record(self, index);
    g_assert(!record->sacked);
    return sent_segments_set_lost(self, record, true);
}

uint64_t ics_sent_segments_mark_lost_by_sack(IcsSentSegments *self, uint32_t duplicate_threshold,
                                             uint32_t smss_bytes)
{
    uint64_t enough_bytes = (uint64_t)(duplicate_threshold - 1) * smss_bytes;
    IcsSequence until =
        ics_sacked_ranges_lost_below(&self->sacked, duplicate_threshold, enough_bytes);
    if (until <= self->lost_until) {
        return 0;
    }
    uint64_t marked_bytes = 0;
    uint32_t index = ics_sent_segments_find(self, self->lost_until);
    while ((index = ics_sent_segments_next_unsacked(self, index)) < self->count) {
        IcsSentSegment *record = ics_sent_segments_record(self, index);
        if (record->first >= until) {
            break;
        }
        marked_bytes += record->lost ? 0 : sent_segments_set_lost(self, record, false);
        index++;
    }
    self->lost_until = until;
    return marked_bytes;
}

/* RFC 2018, section 8: nothing that was SACKed counts any more. */
static void sent_segments_forget_sacks(IcsSentSegments *self)
{
    for (uint32_t i = 0; i < self->count; i++) {
        IcsSentSegment *record = ics_sent_segments_record(self, i);
        ics_sent_segments_discount(self, record);
        record->sacked = false;
        ics_sent_segments_count_in(self, record);
    }
    ics_sacked_ranges_clear(&self->sacked);
}

bool ics_sent_segments_mark_all_lost(IcsSentSegments *self)
{
    if (self->count == 0) {
        return false;
    }
    bool has_reneged = ics_sent_segments_at(self, 0)->sacked;
    if (has_reneged) {
        sent_segments_forget_sacks(self);
    }
    for (uint32_t i = 0; i < self->count; i++) {
        IcsSentSegment *record = ics_sent_segments_record(self, i);
        if (!record->sacked) {
            sent_segments_set_lost(self, record, true);
        }
    }
    ics_repetitions_clear(&self->repetitions);
    self->lost_until = ics_sent_segments_end(self);
    self->originals_from = self->lost_until;
    return has_reneged;
}

const IcsSentSegment *ics_sent_segments_next_waiting(IcsSentSegments *self)
{
    if (self->counters.n_waiting == 0) {
        self->waiting_from = UINT64_MAX;
        return NULL;
    }
    uint32_t index = ics_sent_segments_find(self, self->waiting_from);
    while ((index = ics_sent_segments_next_unsacked(self, index)) < self->count) {
        const IcsSentSegment *record = ics_sent_segments_at(self, index);
        if (ics_sent_segment_is_waiting(record)) {
            self->waiting_from = record->first;
            return record;
        }
        index++;
    }
    g_assert_not_reached();
}

const IcsSentSegment *ics_sent_segments_next_hole(const IcsSentSegments *self, IcsSequence from)
{
    IcsSequence until = ics_sacked_ranges_end(&self->sacked);
    uint32_t index = ics_sent_segments_find(self, from);
    while ((index = ics_sent_segments_next_unsacked(self, index)) < self->count) {
        const IcsSentSegment *record = ics_sent_segments_at(self, index);
        if (record->first >= until) {
            return NULL;
        }
        if (!record->retransmitted) {
            return record;
        }
        index++;
    }
    return NULL;
}

const IcsSentSegment *ics_sent_segments_last_unsacked(const IcsSentSegments *self)
{
    if (self->count == 0 || !ics_sent_segments_at(self, self->count - 1)->sacked) {
        return self->count == 0 ? NULL : ics_sent_segments_at(self, self->count - 1);
    }
    IcsSequenceRange top = ics_sacked_ranges_at(&self->sacked, self->sacked.count - 1);
    uint32_t index = ics_sent_segments_find(self, top.first);
    return index == 0 ? NULL : ics_sent_segments_at(self, index - 1);
}

uint32_t ics_sent_segments_next_original(const IcsSentSegments *self, uint32_t index)
{
    while ((index = ics_sent_segments_next_unsacked(self, index)) < self->count) {
        const IcsSentSegment *record = ics_sent_segments_at(self, index);
        if (!record->lost && record->transmissions == 1) {
            return index;
        }
        index++;
    }
    return self->count;
}

uint32_t ics_sent_segments_first_original(IcsSentSegments *self)
{
    uint32_t index = ics_sent_segments_find(self, self->originals_from);
    index = ics_sent_segments_next_original(self, index);
    if (self->count > 0) {
        self->originals_from = index < self->count ? ics_sent_segments_at(self, index)->first
                                                   : ics_sent_segments_end(self);
    }
    return index;
}

/* The index of a record of that repetition which is still under way; count if none is. */
static uint32_t sent_segments_under_way(const IcsSentSegments *self,
                                        const IcsRepetition *repetition)
{
    uint32_t index = ics_sent_segments_find(self, repetition->range.first);
    for (; index < self->count; index++) {
        const IcsSentSegment *record = ics_sent_segments_at(self, index);
        if (record->first >= repetition->range.end) {
            break;
        }
        if (record->retransmitted && record->sent_ns == repetition->sent_ns) {
            return index;
        }
    }
    return self->count;
}

uint32_t ics_sent_segments_oldest_repetition(IcsSentSegments *self)
{
    while (self->repetitions.count > 0) {
        uint32_t index = sent_segments_under_way(self, ics_repetitions_at(&self->repetitions, 0));
        if (index < self->count) {
            return index;
        }
        ics_repetitions_pop(&self->repetitions);
    }
    return self->count;
}
