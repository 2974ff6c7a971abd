#include "protocols/stream/sent_segments.h"

#include <glib.h>

#include "protocols/stream/sent_segments_internal.h"

#define SENT_SEGMENTS_FIRST_CAPACITY 8

void ics_sent_segments_init(IcsSentSegments *self)
{
    *self = (IcsSentSegments){.waiting_from = UINT64_MAX};
}

void ics_sent_segments_clear(IcsSentSegments *self)
{
    /* RACK compares with what was sent before the queue was empty. */
    uint32_t n_transmissions = self->n_transmissions;
    g_free(self->records);
    ics_sacked_ranges_clear(&self->sacked);
    ics_repetitions_clear(&self->repetitions);
    ics_sent_segments_init(self);
    self->n_transmissions = n_transmissions;
}

void ics_sent_segments_discount(IcsSentSegments *self, const IcsSentSegment *record)
{
    uint64_t bytes = ics_sent_segment_bytes(record);
    IcsSentCounters *counters = &self->counters;
    counters->sacked_bytes -= record->sacked ? bytes : 0;
    counters->lost_bytes -= record->lost ? bytes : 0;
    counters->retransmitted_bytes -= record->retransmitted ? bytes : 0;
    counters->n_sacked -= record->sacked;
    counters->n_waiting -= ics_sent_segment_is_waiting(record);
}

void ics_sent_segments_count_in(IcsSentSegments *self, const IcsSentSegment *record)
{
    uint64_t bytes = ics_sent_segment_bytes(record);
    IcsSentCounters *counters = &self->counters;
    counters->sacked_bytes += record->sacked ? bytes : 0;
    counters->lost_bytes += record->lost ? bytes : 0;
    counters->retransmitted_bytes += record->retransmitted ? bytes : 0;
    counters->n_sacked += record->sacked;
    counters->n_waiting += ics_sent_segment_is_waiting(record);
}

static void sent_segments_reserve(IcsSentSegments *self)
{
    if (self->count < self->capacity) {
        return;
    }
    uint32_t capacity = MAX(2 * self->capacity, SENT_SEGMENTS_FIRST_CAPACITY);
    IcsSentSegment *records = g_new(IcsSentSegment, capacity);
    for (uint32_t i = 0; i < self->count; i++) {
        records[i] = *ics_sent_segments_at(self, i);
    }
    g_free(self->records);
    self->records = records;
    self->capacity = capacity;
    self->head = 0;
}

void ics_sent_segments_append(IcsSentSegments *self, int64_t now_ns, IcsSequenceRange range)
{
    g_assert(!ics_sequence_range_is_empty(range));
    g_assert(self->count == 0 || range.first == ics_sent_segments_end(self));
    sent_segments_reserve(self);
    self->count++;
    *ics_sent_segments_record(self, self->count - 1) = (IcsSentSegment){
        .first = range.first,
        .end = range.end,
        .sent_ns = now_ns,
        .order = self->n_transmissions++,
        .transmissions = 1,
    };
}

uint32_t ics_sent_segments_find(const IcsSentSegments *self, IcsSequence sequence)
{
    /* Most questions are about the beginning. */
    if (self->count == 0 || ics_sent_segments_at(self, 0)->end > sequence) {
        return 0;
    }
    uint32_t low = 1;
    uint32_t high = self->count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (ics_sent_segments_at(self, middle)->end > sequence) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    return low;
}

uint32_t ics_sent_segments_next_unsacked(const IcsSentSegments *self, uint32_t index)
{
    if (index >= self->count || !ics_sent_segments_at(self, index)->sacked) {
        return MIN(index, self->count);
    }
    uint32_t range =
        ics_sacked_ranges_find(&self->sacked, ics_sent_segments_at(self, index)->first);
    return ics_sent_segments_find(self, ics_sacked_ranges_at(&self->sacked, range).end);
}

/* Makes room for two records in the place of the one at `index`, which is not kept, by moving those
 * on the side that has fewer. */
static void sent_segments_open_gap(IcsSentSegments *self, uint32_t index)
{
    sent_segments_reserve(self);
    self->count++;
    if (index < self->count / 2) {
        self->head = (self->head - 1) & (self->capacity - 1);
        for (uint32_t i = 0; i < index; i++) {
            *ics_sent_segments_record(self, i) = *ics_sent_segments_at(self, i + 1);
        }
        return;
    }
    for (uint32_t i = self->count - 1; i > index + 1; i--) {
        *ics_sent_segments_record(self, i) = *ics_sent_segments_at(self, i - 1);
    }
}

/* Two records instead of the one at `index`, whose middle `at` is. */
static void sent_segments_split(IcsSentSegments *self, uint32_t index, IcsSequence at)
{
    IcsSentSegment whole = *ics_sent_segments_at(self, index);
    ics_sent_segments_discount(self, &whole);
    sent_segments_open_gap(self, index);
    IcsSentSegment *left = ics_sent_segments_record(self, index);
    IcsSentSegment *right = ics_sent_segments_record(self, index + 1);
    *left = whole;
    *right = whole;
    left->end = at;
    right->first = at;
    ics_sent_segments_count_in(self, left);
    ics_sent_segments_count_in(self, right);
}

/* The index of the record that begins at `at`, which is in the queue or its end. */
static uint32_t sent_segments_cut(IcsSentSegments *self, IcsSequence at)
{
    uint32_t index = ics_sent_segments_find(self, at);
    if (index < self->count && ics_sent_segments_at(self, index)->first < at) {
        sent_segments_split(self, index, at);
        index++;
    }
    return index;
}

void ics_sent_segments_retransmit(IcsSentSegments *self, int64_t now_ns, IcsSequenceRange range)
{
    g_assert(self->count > 0 && range.first >= ics_sent_segments_first(self) &&
             range.end <= ics_sent_segments_end(self));
    uint32_t begin = sent_segments_cut(self, range.first);
    uint32_t end = sent_segments_cut(self, range.end);
    for (uint32_t i = begin; i < end; i++) {
        IcsSentSegment *record = ics_sent_segments_record(self, i);
        if (record->sacked) {
            continue;
        }
        ics_sent_segments_discount(self, record);
        record->sent_ns = now_ns;
        record->order = self->n_transmissions++;
        record->transmissions += record->transmissions < UINT8_MAX;
        record->retransmitted = true;
        ics_sent_segments_count_in(self, record);
    }
    ics_repetitions_push(&self->repetitions, &(IcsRepetition){range, now_ns});
}

static void sent_segments_tell(const IcsSentFindings *findings, const IcsSentSegment *record)
{
    if (findings->found != NULL && !record->sacked) {
        findings->found(findings->context, record);
    }
}

static void sent_segments_acknowledge_first(IcsSentSegments *self, IcsSequence ack,
                                            IcsSentFindings *findings)
{
    IcsSentSegment *record = ics_sent_segments_record(self, 0);
    IcsSequence end = MIN(record->end, ack);
    uint64_t bytes = end - record->first;
    findings->acked_bytes += bytes;
    findings->delivered_bytes += record->sacked ? 0 : bytes;
    ics_sent_segments_discount(self, record);
    if (end < record->end) {
        record->first = end;
        ics_sent_segments_count_in(self, record);
        return;
    }
    sent_segments_tell(findings, record);
    self->head = (self->head + 1) & (self->capacity - 1);
    self->count--;
}

void ics_sent_segments_acknowledge(IcsSentSegments *self, IcsSequence ack,
                                   IcsSentFindings *findings)
{
    while (self->count > 0 && ics_sent_segments_first(self) < ack) {
        sent_segments_acknowledge_first(self, ack, findings);
    }
    if (self->count == 0) {
        ics_sent_segments_clear(self);
        return;
    }
    if (self->sacked.count > 0) {
        ics_sacked_ranges_drop(&self->sacked, ack);
    }
    while (self->repetitions.count > 0 &&
           ics_repetitions_at(&self->repetitions, 0)->range.end <= ack) {
        ics_repetitions_pop(&self->repetitions);
    }
}

/* `gap` is in the queue and nothing in it was SACKed before. */
static void sent_segments_sack_gap(IcsSentSegments *self, IcsSequenceRange gap,
                                   IcsSentFindings *findings)
{
    uint32_t begin = sent_segments_cut(self, gap.first);
    uint32_t end = sent_segments_cut(self, gap.end);
    for (uint32_t i = begin; i < end; i++) {
        IcsSentSegment *record = ics_sent_segments_record(self, i);
        sent_segments_tell(findings, record);
        ics_sent_segments_discount(self, record);
        record->sacked = true;
        record->lost = false;
        record->retransmitted = false;
        ics_sent_segments_count_in(self, record);
    }
    findings->sacked_bytes += ics_sequence_range_bytes(gap);
    findings->delivered_bytes += ics_sequence_range_bytes(gap);
}

void ics_sent_segments_sack(IcsSentSegments *self, IcsSequenceRange block,
                            IcsSentFindings *findings)
{
    if (self->count == 0) {
        return;
    }
    block.first = MAX(block.first, ics_sent_segments_first(self));
    block.end = MIN(block.end, ics_sent_segments_end(self));
    if (ics_sequence_range_is_empty(block)) {
        return;
    }
    IcsSequenceRange rest = block;
    IcsSequenceRange gap;
    bool is_new = false;
    while (ics_sacked_ranges_first_gap(&self->sacked, rest, &gap)) {
        sent_segments_sack_gap(self, gap, findings);
        rest.first = gap.end;
        is_new = true;
    }
    if (is_new) {
        ics_sacked_ranges_add(&self->sacked, block);
    }
}
