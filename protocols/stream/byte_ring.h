/* The bytes of a stream between two sequence numbers: a send or a receive buffer.
 *
 * A byte has its place by its sequence number, so that bytes can be written ahead of others that
 * have not come yet. The memory is a power of two that holds what was written, grows by doubling
 * (whoever writes keeps to the buffer's size), and goes back when the ring is empty. */
#ifndef ICS_PROTOCOLS_STREAM_BYTE_RING_H
#define ICS_PROTOCOLS_STREAM_BYTE_RING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "protocols/stream/byte_pool.h"
#include "protocols/stream/sequence.h"
#include "protocols/wire/byte_spans.h"

/* From the oldest byte kept to the end of the furthest. */
#define ICS_BYTE_RING_MAX_BYTES ((size_t)1 << ICS_BYTE_POOL_MAX_SHIFT)

/**
 * IcsByteRing:
 * @head: the oldest byte that is kept
 * @tail: one past the furthest byte that was written; `head` when it is empty
 * @bytes: (owned) (nullable): 2^shift bytes; NULL when it is empty
 * @pool: (nullable): where the memory comes from; NULL: the allocator
 *
 * Zero-initialised it is empty and owns nothing.
 */
typedef struct IcsByteRing {
    IcsSequence head;
    IcsSequence tail;
    uint8_t *bytes;
    IcsBytePool *pool;
    uint8_t shift;
} IcsByteRing;

/* Two pieces of a ring that may be written. */
typedef struct IcsByteRoom {
    uint8_t *first;
    size_t first_bytes;
    uint8_t *second;
    size_t second_bytes;
} IcsByteRoom;

/* An empty ring whose next byte is `start`; one that has memory must be cleared before. */
void ics_byte_ring_init(IcsByteRing *self, IcsSequence start);

/* Where its memory comes from (nullable); `pool` outlives it. For a ring without memory. */
void ics_byte_ring_set_pool(IcsByteRing *self, IcsBytePool *pool);

/**
 * ics_byte_ring_write:
 * @at: not before the head; bytes between the tail and @at are a hole
 * @bytes: (nullable when @n is 0): not in this ring
 *
 * Writes @n bytes, over what may be there already.
 */
void ics_byte_ring_write(IcsByteRing *self, IcsSequence at, const void *bytes, size_t n);

/**
 * ics_byte_ring_reserve:
 *
 * Returns: (transfer none): the room for ics_byte_ring_write() of @n bytes at @at, for the caller
 * to fill; the tail moves at once. Valid until the next call that changes the ring.
 */
IcsByteRoom ics_byte_ring_reserve(IcsByteRing *self, IcsSequence at, size_t n);

/**
 * ics_byte_ring_view:
 *
 * Returns: (transfer none): @n bytes from @at, all between head and tail; what stands in a hole is
 * undefined. Valid until the next call that changes the ring.
 */
IcsByteSpans ics_byte_ring_view(const IcsByteRing *self, IcsSequence at, size_t n);

/* Copies `n` bytes from `at`, all between head and tail, to `buffer`. */
void ics_byte_ring_read(const IcsByteRing *self, IcsSequence at, void *buffer, size_t n);

/* Forgets all bytes before `until` (before the head: nothing happens; beyond the tail: all are
 * forgotten and the next byte is `until`). Frees the memory when nothing is left. */
void ics_byte_ring_drop(IcsByteRing *self, IcsSequence until);

/* Forgets everything and frees the memory; the next byte is where the tail was. */
void ics_byte_ring_clear(IcsByteRing *self);

static inline bool ics_byte_ring_is_empty(const IcsByteRing *self)
{
    return self->head == self->tail;
}

/* From head to tail, holes included. */
static inline uint64_t ics_byte_ring_bytes(const IcsByteRing *self)
{
    return self->tail - self->head;
}

/* Of memory. */
static inline size_t ics_byte_ring_capacity_bytes(const IcsByteRing *self)
{
    return self->bytes ? (size_t)1 << self->shift : 0;
}

#endif
