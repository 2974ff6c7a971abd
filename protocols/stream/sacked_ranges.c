#include "protocols/stream/sacked_ranges.h"

#include <glib.h>
#include <string.h>

#define SACKED_RANGES_FIRST_CAPACITY 8

void ics_sacked_ranges_clear(IcsSackedRanges *self)
{
    g_free(self->ranges);
    *self = (IcsSackedRanges){0};
}

uint32_t ics_sacked_ranges_find(const IcsSackedRanges *self, IcsSequence sequence)
{
    uint32_t low = 0;
    uint32_t high = self->count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (ics_sacked_ranges_at(self, middle).end > sequence) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    return low;
}

bool ics_sacked_ranges_first_gap(const IcsSackedRanges *self, IcsSequenceRange range,
                                 IcsSequenceRange *gap)
{
    uint32_t index = ics_sacked_ranges_find(self, range.first);
    if (index < self->count && ics_sacked_ranges_at(self, index).first <= range.first) {
        range.first = ics_sacked_ranges_at(self, index).end;
        index++; /* ranges do not touch: a gap follows each */
    }
    if (index < self->count) {
        range.end = MIN(range.end, ics_sacked_ranges_at(self, index).first);
    }
    if (ics_sequence_range_is_empty(range)) {
        return false;
    }
    *gap = range;
    return true;
}

/* Room for one more after the last. */
static void sacked_ranges_reserve(IcsSackedRanges *self)
{
    if (self->head + self->count < self->capacity) {
        return;
    }
    if (self->head >= self->capacity / 2 && self->head > 0) {
        memmove(self->ranges, self->ranges + self->head, self->count * sizeof *self->ranges);
        self->head = 0;
        return;
    }
    self->capacity = MAX(2 * self->capacity, SACKED_RANGES_FIRST_CAPACITY);
    self->ranges = g_renew(IcsSequenceRange, self->ranges, self->capacity);
}

/* Replaces `n_old` ranges from `index` on by one. */
static void sacked_ranges_replace(IcsSackedRanges *self, uint32_t index, uint32_t n_old,
                                  IcsSequenceRange range)
{
    if (n_old == 0) {
        sacked_ranges_reserve(self);
    }
    IcsSequenceRange *place = self->ranges + self->head + index;
    if (n_old != 1) {
        memmove(place + 1, place + n_old, (self->count - index - n_old) * sizeof *place);
        self->count = self->count + 1 - n_old;
    }
    *place = range;
}

void ics_sacked_ranges_add(IcsSackedRanges *self, IcsSequenceRange range)
{
    g_assert(!ics_sequence_range_is_empty(range));
    /* Those that overlap or touch it: from the first that ends at or after its first number. */
    uint32_t index = range.first == 0 ? 0 : ics_sacked_ranges_find(self, range.first - 1);
    uint32_t n_old = 0;
    while (index + n_old < self->count) {
        IcsSequenceRange old = ics_sacked_ranges_at(self, index + n_old);
        if (old.first > range.end) {
            break;
        }
        range.first = MIN(range.first, old.first);
        range.end = MAX(range.end, old.end);
        n_old++;
    }
    sacked_ranges_replace(self, index, n_old, range);
}

void ics_sacked_ranges_drop(IcsSackedRanges *self, IcsSequence until)
{
    uint32_t n_gone = 0;
    while (n_gone < self->count && ics_sacked_ranges_at(self, n_gone).end <= until) {
        n_gone++;
    }
    self->head += n_gone;
    self->count -= n_gone;
    if (self->count == 0) {
        ics_sacked_ranges_clear(self);
        return;
    }
    IcsSequenceRange *first = &self->ranges[self->head];
    first->first = MAX(first->first, until);
}

IcsSequence ics_sacked_ranges_lost_below(const IcsSackedRanges *self, uint32_t duplicate_threshold,
                                         uint64_t bytes)
{
    uint64_t above_bytes = 0;
    for (uint32_t n = 1; n <= self->count; n++) {
        IcsSequenceRange range = ics_sacked_ranges_at(self, self->count - n);
        above_bytes += ics_sequence_range_bytes(range);
        if (n >= duplicate_threshold || above_bytes > bytes) {
            return range.first;
        }
    }
    return 0;
}
