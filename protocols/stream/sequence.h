/* Sequence numbers (RFC 9293, section 3.4) that do not wrap around.
 *
 * On the wire they have 32 bits; here they have 64, of which the low 32 are the wire's. A
 * connection's begin at 2^32 + ISS, so that numbers a little before it exist too, and are compared
 * with < like any others. Wraparound is dealt with where numbers come from the wire, and only
 * there. */
#ifndef ICS_PROTOCOLS_STREAM_SEQUENCE_H
#define ICS_PROTOCOLS_STREAM_SEQUENCE_H

#include <stdbool.h>
#include <stdint.h>

typedef uint64_t IcsSequence;

/* From `first` up to but not including `end`. */
typedef struct IcsSequenceRange {
    IcsSequence first;
    IcsSequence end;
} IcsSequenceRange;

/* The number of a SYN whose wire number is `iss`. */
static inline IcsSequence ics_sequence_first(uint32_t iss)
{
    return (UINT64_C(1) << 32) + iss;
}

/* The number nearest to `reference` (from 2^31 before it to 2^31 - 1 after it) whose low 32 bits
 * are `wire`. */
static inline IcsSequence ics_sequence_extend(IcsSequence reference, uint32_t wire)
{
    uint32_t distance = wire - (uint32_t)reference;
    return reference + distance - ((uint64_t)(distance >> 31) << 32);
}

static inline uint32_t ics_sequence_wire(IcsSequence sequence)
{
    return (uint32_t)sequence;
}

static inline uint64_t ics_sequence_range_bytes(IcsSequenceRange range)
{
    return range.end - range.first;
}

static inline bool ics_sequence_range_is_empty(IcsSequenceRange range)
{
    return range.first >= range.end;
}

static inline bool ics_sequence_range_contains(IcsSequenceRange range, IcsSequence sequence)
{
    return range.first <= sequence && sequence < range.end;
}

/* What both have; empty (with its end not after its first) when they have nothing in common. */
static inline IcsSequenceRange ics_sequence_range_intersection(IcsSequenceRange a,
                                                               IcsSequenceRange b)
{
    return (IcsSequenceRange){a.first > b.first ? a.first : b.first, a.end < b.end ? a.end : b.end};
}

#endif
