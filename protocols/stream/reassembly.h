/* What a receiver has beyond the next byte that it expects: which ranges, and how to tell the
 * sender (SACK, RFC 2018; D-SACK, RFC 2883). The bytes themselves lie in the receive buffer.
 *
 * For data that has come, cut to the window:
 *
 *     duplicate, all of it before rcv_nxt:   note_duplicate(segment)
 *     begins before rcv_nxt:                 note_duplicate(the part before), then as below
 *     begins at rcv_nxt:                     rcv_nxt = advance(end of the segment)
 *     begins after rcv_nxt:                  add(segment), and drop it when that says so
 *
 * Duplicates of what is kept beyond rcv_nxt are found here. */
#ifndef ICS_PROTOCOLS_STREAM_REASSEMBLY_H
#define ICS_PROTOCOLS_STREAM_REASSEMBLY_H

#include <stdbool.h>
#include <stdint.h>

#include "protocols/stream/sequence.h"

typedef struct IcsReassemblyRange IcsReassemblyRange;

/**
 * IcsReassembly:
 * @ranges: (owned) (nullable): by their numbers, none touching another; NULL when there are none
 * @n_ranges: how many there are
 * @n_allocated: how many there is memory for
 * @max_ranges: how many there may be
 * @arrivals: counts what was added, so that the newest ranges are known
 * @duplicate: what the next D-SACK block will say; empty: nothing
 * @reports_duplicates: whether there are D-SACK blocks at all
 *
 * Zero-initialised it is empty, owns nothing and refuses every range.
 */
typedef struct IcsReassembly {
    IcsReassemblyRange *ranges;
    uint32_t n_ranges;
    uint32_t n_allocated;
    uint32_t max_ranges;
    bool reports_duplicates;
    uint64_t arrivals;
    IcsSequenceRange duplicate;
} IcsReassembly;

void ics_reassembly_init(IcsReassembly *self, uint32_t max_ranges, bool reports_duplicates);

/* Forgets everything and frees the memory; the limits stay. */
void ics_reassembly_clear(IcsReassembly *self);

/**
 * ics_reassembly_add:
 * @range: not empty, beyond the next byte expected
 *
 * Adds a segment's bytes; merges them with ranges that they overlap or touch. That range is now the
 * newest. Notes the first contiguous part of them that was there before.
 *
 * Returns: whether it was added; false when there is no room for another range.
 */
bool ics_reassembly_add(IcsReassembly *self, IcsSequenceRange range);

/**
 * ics_reassembly_advance:
 * @next: one past the in-order bytes that have come
 *
 * Removes the ranges that begin at or before @next, and notes what of them was before @next as a
 * duplicate. Frees the memory when none is left.
 *
 * Returns: the next byte expected: @next, or the end of the range that it has reached.
 */
IcsSequence ics_reassembly_advance(IcsReassembly *self, IcsSequence next);

/**
 * ics_reassembly_note_duplicate:
 * @range: contiguous bytes that came again, before or beyond the next byte expected
 *
 * For the D-SACK block of the next acknowledgement. Until that is sent the first note stays: a
 * D-SACK block reports one duplicate (RFC 2883, section 4), the first of its segment (4.2.2).
 */
void ics_reassembly_note_duplicate(IcsReassembly *self, IcsSequenceRange range);

/**
 * ics_reassembly_sack_blocks:
 * @blocks: (out): room for @max
 * @max: as many as fit into the header: ics_tcp_sack_blocks_max()
 *
 * What the acknowledgement that is sent now shall say: the noted duplicate, which is then
 * forgotten; the range that holds the newest segment; then others, the most recently changed first
 * (RFC 2018, section 4; RFC 2883, section 4). A duplicate that lies in a range is followed by that
 * range.
 *
 * Returns: the number of blocks.
 */
uint32_t ics_reassembly_sack_blocks(IcsReassembly *self, IcsSequenceRange blocks[], uint32_t max);

/* The ranges by their numbers, `index` below n_ranges. */
IcsSequenceRange ics_reassembly_range(const IcsReassembly *self, uint32_t index);

static inline bool ics_reassembly_is_empty(const IcsReassembly *self)
{
    return self->n_ranges == 0;
}

/* Whether the next acknowledgement has a SACK option. */
static inline bool ics_reassembly_has_sack_blocks(const IcsReassembly *self)
{
    return self->n_ranges > 0 || !ics_sequence_range_is_empty(self->duplicate);
}

#endif
