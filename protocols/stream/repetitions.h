/* The repetitions of segments in the order in which they were sent, for RACK: a queue of notes,
 * which says nothing about what became of them. An empty one owns no memory. */
#ifndef ICS_PROTOCOLS_STREAM_REPETITIONS_H
#define ICS_PROTOCOLS_STREAM_REPETITIONS_H

#include <stdint.h>

#include "protocols/stream/sequence.h"

typedef struct IcsRepetition {
    IcsSequenceRange range;
    int64_t sent_ns;
} IcsRepetition;

typedef struct IcsRepetitions {
    IcsRepetition *ring; /* `capacity` is a power of two; NULL when empty */
    uint32_t capacity;
    uint32_t head;
    uint32_t count;
} IcsRepetitions;

/* Gives the memory back. Zero-initialised is cleared. */
void ics_repetitions_clear(IcsRepetitions *self);

void ics_repetitions_push(IcsRepetitions *self, const IcsRepetition *repetition);

/* Removes the oldest of at least one. */
void ics_repetitions_pop(IcsRepetitions *self);

/* Number 0 is the oldest; `index` is below count. Valid until the queue changes. */
static inline const IcsRepetition *ics_repetitions_at(const IcsRepetitions *self, uint32_t index)
{
    return &self->ring[(self->head + index) & (self->capacity - 1)];
}

#endif
