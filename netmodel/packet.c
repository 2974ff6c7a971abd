#include "netmodel/packet.h"

#include <glib.h>
#include <string.h>

/* Capacities behind the headroom: acknowledgements and small requests, half a frame, an Ethernet
 * frame, a jumbo frame, the largest packet. */
static const uint32_t packet_class_bytes[] = {128, 640, 1664, 9216, 65536};
#define PACKET_N_CLASSES  G_N_ELEMENTS(packet_class_bytes)
#define PACKET_SLAB_BYTES ((size_t)64 * 1024)

struct IcsBuffer {
    IcsBuffer *next;
    uint32_t references;
    uint32_t klass;
    uint8_t bytes[];
};

struct IcsPacketPool {
    IcsPacket *free_packets;
    IcsBuffer *free_buffers[PACKET_N_CLASSES];
    GPtrArray *slabs;
    uint64_t in_use;
    uint64_t next_id;
};

IcsPacketPool *ics_packet_pool_new(void)
{
    IcsPacketPool *self = g_new0(IcsPacketPool, 1);
    self->slabs = g_ptr_array_new_with_free_func(g_free);
    self->next_id = 1;
    return self;
}

void ics_packet_pool_free(IcsPacketPool *self)
{
    if (self != NULL) {
        g_assert(self->in_use == 0);
        g_ptr_array_unref(self->slabs);
        g_free(self);
    }
}

uint64_t ics_packet_pool_in_use(const IcsPacketPool *self)
{
    return self->in_use;
}

uint64_t ics_packet_pool_allocations(const IcsPacketPool *self)
{
    return self->slabs->len;
}

static uint8_t *packet_pool_slab(IcsPacketPool *self, size_t item_bytes, size_t *n_items)
{
    *n_items = MAX(PACKET_SLAB_BYTES / item_bytes, (size_t)1);
    uint8_t *slab = g_malloc(*n_items * item_bytes);
    g_ptr_array_add(self->slabs, slab);
    return slab;
}

static G_GNUC_NO_INLINE void packet_pool_more_buffers(IcsPacketPool *self, uint32_t klass)
{
    size_t item = sizeof(IcsBuffer) + ICS_PACKET_HEADROOM + packet_class_bytes[klass];
    item = (item + 63) & ~(size_t)63;
    size_t n;
    uint8_t *slab = packet_pool_slab(self, item, &n);
    for (size_t i = n; i-- > 0;) {
        IcsBuffer *buffer = (IcsBuffer *)(void *)(slab + i * item);
        buffer->klass = klass;
        buffer->next = self->free_buffers[klass];
        self->free_buffers[klass] = buffer;
    }
}

static G_GNUC_NO_INLINE void packet_pool_more_packets(IcsPacketPool *self)
{
    size_t n;
    IcsPacket *slab = (IcsPacket *)(void *)packet_pool_slab(self, sizeof(IcsPacket), &n);
    for (size_t i = n; i-- > 0;) {
        slab[i].next = self->free_packets;
        self->free_packets = &slab[i];
    }
}

static inline uint32_t packet_class_of(uint32_t bytes)
{
    uint32_t klass = 0;
    while (packet_class_bytes[klass] < bytes) {
        klass++;
    }
    return klass;
}

static inline IcsBuffer *packet_pool_take_buffer(IcsPacketPool *self, uint32_t bytes)
{
    uint32_t klass = packet_class_of(bytes);
    if (G_UNLIKELY(self->free_buffers[klass] == NULL)) {
        packet_pool_more_buffers(self, klass);
    }
    IcsBuffer *buffer = self->free_buffers[klass];
    self->free_buffers[klass] = buffer->next;
    buffer->references = 1;
    return buffer;
}

static inline IcsPacket *packet_pool_take_packet(IcsPacketPool *self)
{
    if (G_UNLIKELY(self->free_packets == NULL)) {
        packet_pool_more_packets(self);
    }
    IcsPacket *packet = self->free_packets;
    self->free_packets = packet->next;
    self->in_use++;
    return packet;
}

static inline void packet_pool_return_buffer(IcsPacketPool *self, IcsBuffer *buffer)
{
    if (--buffer->references == 0) {
        buffer->next = self->free_buffers[buffer->klass];
        self->free_buffers[buffer->klass] = buffer;
    }
}

IcsPacket *ics_packet_new(IcsPacketPool *pool, uint32_t length)
{
    g_assert(length <= ICS_PACKET_MAX_BYTES);
    IcsPacket *self = packet_pool_take_packet(pool);
    memset(self, 0, sizeof *self);
    self->pool = pool;
    self->buffer = packet_pool_take_buffer(pool, length);
    self->bytes = self->buffer->bytes + ICS_PACKET_HEADROOM;
    self->length = length;
    self->id = pool->next_id++;
    self->event.slot = ICS_EVENT_IDLE;
    self->message.flow = ICS_FLOW_NONE;
    return self;
}

IcsPacket *ics_packet_copy(IcsPacket *self, uint64_t element_key, uint32_t index)
{
    IcsPacket *copy = packet_pool_take_packet(self->pool);
    *copy = *self;
    copy->buffer->references++;
    copy->next = NULL;
    copy->id = self->pool->next_id++;
    copy->parent_id = self->id;
    copy->fate = ics_fate_for_copy(&self->fate, element_key, index);
    copy->event.slot = ICS_EVENT_IDLE;
    return copy;
}

void ics_packet_free(IcsPacket *self)
{
    IcsPacketPool *pool = self->pool;
    g_assert(self->event.slot == ICS_EVENT_IDLE);
    packet_pool_return_buffer(pool, self->buffer);
    self->next = pool->free_packets;
    pool->free_packets = self;
    pool->in_use--;
}

void ics_packet_make_writable(IcsPacket *self)
{
    IcsBuffer *shared = self->buffer;
    if (shared->references == 1) {
        return;
    }
    ptrdiff_t offset = self->bytes - shared->bytes;
    uint32_t extent = (uint32_t)MAX(offset - ICS_PACKET_HEADROOM, 0) + self->length;
    self->buffer = packet_pool_take_buffer(self->pool, extent);
    self->bytes = self->buffer->bytes + offset;
    memcpy(self->bytes, shared->bytes + offset, self->length);
    packet_pool_return_buffer(self->pool, shared);
}

void ics_packet_push(IcsPacket *self, uint32_t n)
{
    g_assert(self->buffer->references == 1);
    g_assert((ptrdiff_t)n <= self->bytes - self->buffer->bytes);
    g_assert(n <= ICS_PACKET_MAX_BYTES - self->length);
    self->bytes -= n;
    self->length += n;
}

void ics_packet_pull(IcsPacket *self, uint32_t n)
{
    g_assert(n <= self->length);
    self->bytes += n;
    self->length -= n;
}
