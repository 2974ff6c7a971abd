#include "protocols/stream/byte_ring.h"

#include <glib.h>
#include <string.h>

void ics_byte_ring_init(IcsByteRing *self, IcsSequence start)
{
    *self = (IcsByteRing){.head = start, .tail = start, .pool = self->pool};
}

void ics_byte_ring_set_pool(IcsByteRing *self, IcsBytePool *pool)
{
    g_assert(!self->bytes);
    self->pool = pool;
}

/* `n` bytes from `at`, at most the capacity, in one or two pieces. */
static inline IcsByteRoom byte_ring_pieces(const IcsByteRing *self, IcsSequence at, size_t n)
{
    size_t capacity = (size_t)1 << self->shift;
    size_t offset = (size_t)(at & (capacity - 1));
    size_t first_bytes = MIN(n, capacity - offset);
    return (IcsByteRoom){self->bytes + offset, first_bytes, self->bytes, n - first_bytes};
}

static inline void byte_ring_fill(const IcsByteRoom *room, const uint8_t *bytes)
{
    memcpy(room->first, bytes, room->first_bytes);
    if (room->second_bytes > 0)
        memcpy(room->second, bytes + room->first_bytes, room->second_bytes);
}

static void byte_ring_copy(IcsByteRing *to, const IcsByteRing *from)
{
    IcsByteSpans all = ics_byte_ring_view(from, from->head, (size_t)ics_byte_ring_bytes(from));
    IcsByteRoom room = byte_ring_pieces(to, from->head, all.first_bytes);
    byte_ring_fill(&room, all.first);
    if (all.second_bytes == 0)
        return;
    room = byte_ring_pieces(to, from->head + all.first_bytes, all.second_bytes);
    byte_ring_fill(&room, all.second);
}

/* Holes are copied with the rest: what stands in them is as undefined as it was. */
static void byte_ring_grow(IcsByteRing *self, size_t need_bytes)
{
    IcsByteRing old = *self;
    g_assert(need_bytes <= ICS_BYTE_RING_MAX_BYTES);
    self->shift = (uint8_t)MAX(g_bit_storage(need_bytes - 1), ICS_BYTE_POOL_MIN_SHIFT);
    self->bytes = ics_byte_pool_take(self->pool, self->shift);
    if (!ics_byte_ring_is_empty(&old))
        byte_ring_copy(self, &old);
    ics_byte_pool_give(self->pool, old.bytes, old.shift);
}

static void byte_ring_free(IcsByteRing *self)
{
    ics_byte_pool_give(self->pool, self->bytes, self->shift);
    self->bytes = NULL;
    self->shift = 0;
}

IcsByteRoom ics_byte_ring_reserve(IcsByteRing *self, IcsSequence at, size_t n)
{
    if (n == 0)
        return (IcsByteRoom){NULL, 0, NULL, 0};
    IcsSequence end = at + n;
    g_assert(at >= self->head && end - self->head <= ICS_BYTE_RING_MAX_BYTES);
    if (!self->bytes || end - self->head > (UINT64_C(1) << self->shift))
        byte_ring_grow(self, (size_t)(end - self->head));
    self->tail = MAX(self->tail, end);
    return byte_ring_pieces(self, at, n);
}

void ics_byte_ring_write(IcsByteRing *self, IcsSequence at, const void *bytes, size_t n)
{
    if (n == 0)
        return;
    IcsByteRoom room = ics_byte_ring_reserve(self, at, n);
    byte_ring_fill(&room, bytes);
}

IcsByteSpans ics_byte_ring_view(const IcsByteRing *self, IcsSequence at, size_t n)
{
    g_assert(at >= self->head && at <= self->tail && n <= self->tail - at);
    if (n == 0)
        return (IcsByteSpans){NULL, 0, NULL, 0};
    IcsByteRoom room = byte_ring_pieces(self, at, n);
    return (IcsByteSpans){room.first, room.first_bytes, room.second, room.second_bytes};
}

void ics_byte_ring_read(const IcsByteRing *self, IcsSequence at, void *buffer, size_t n)
{
    IcsByteSpans spans = ics_byte_ring_view(self, at, n);
    uint8_t *to = buffer;
    if (spans.first_bytes > 0)
        memcpy(to, spans.first, spans.first_bytes);
    if (spans.second_bytes > 0)
        memcpy(to + spans.first_bytes, spans.second, spans.second_bytes);
}

void ics_byte_ring_drop(IcsByteRing *self, IcsSequence until)
{
    if (until <= self->head)
        return;
    self->head = until;
    if (until < self->tail)
        return;
    self->tail = until;
    byte_ring_free(self);
}

void ics_byte_ring_clear(IcsByteRing *self)
{
    self->head = self->tail;
    byte_ring_free(self);
}
