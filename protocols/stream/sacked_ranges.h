/* What a receiver has said by SACK that it holds: a set of sequence numbers, kept as ranges that
 * are ascending, disjoint and do not touch. An empty one owns no memory. */
#ifndef ICS_PROTOCOLS_STREAM_SACKED_RANGES_H
#define ICS_PROTOCOLS_STREAM_SACKED_RANGES_H

#include <stdbool.h>
#include <stdint.h>

#include "protocols/stream/sequence.h"

typedef struct IcsSackedRanges {
    IcsSequenceRange *ranges; /* the first is at `head`; NULL when empty */
    uint32_t capacity;
    uint32_t head;
    uint32_t count;
} IcsSackedRanges;

/* Gives the memory back. Zero-initialised is cleared. */
void ics_sacked_ranges_clear(IcsSackedRanges *self);

/* Adds a range, which is not empty. */
void ics_sacked_ranges_add(IcsSackedRanges *self, IcsSequenceRange range);

/* Removes everything before `until`. */
void ics_sacked_ranges_drop(IcsSackedRanges *self, IcsSequence until);

/* The index of the first range that ends after `sequence`; count if there is none. */
uint32_t ics_sacked_ranges_find(const IcsSackedRanges *self, IcsSequence sequence);

/* The first part of `range` that is not in the set; false if there is none. */
bool ics_sacked_ranges_first_gap(const IcsSackedRanges *self, IcsSequenceRange range,
                                 IcsSequenceRange *gap);

/* IsLost() of RFC 6675, section 4: of the numbers that are not in the set, those below the result
 * have at least `duplicate_threshold` ranges, or more than `bytes` bytes of ranges, above them. 0
 * when there are none. */
IcsSequence ics_sacked_ranges_lost_below(const IcsSackedRanges *self, uint32_t duplicate_threshold,
                                         uint64_t bytes);

/* Range 0 is the lowest; `index` is below count. */
static inline IcsSequenceRange ics_sacked_ranges_at(const IcsSackedRanges *self, uint32_t index)
{
    return self->ranges[self->head + index];
}

/* One past the highest number; 0 when empty. */
static inline IcsSequence ics_sacked_ranges_end(const IcsSackedRanges *self)
{
    return self->count == 0 ? 0 : ics_sacked_ranges_at(self, self->count - 1).end;
}

#endif
