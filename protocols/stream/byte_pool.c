#include "protocols/stream/byte_pool.h"

#include <glib.h>
#include <string.h>

void ics_byte_pool_init(IcsBytePool *self, size_t keep_max_bytes)
{
    *self = (IcsBytePool){.keep_max_bytes = keep_max_bytes};
}

static void **byte_pool_class(IcsBytePool *self, unsigned shift)
{
    g_assert(shift >= ICS_BYTE_POOL_MIN_SHIFT && shift <= ICS_BYTE_POOL_MAX_SHIFT);
    return &self->free_blocks[shift - ICS_BYTE_POOL_MIN_SHIFT];
}

static uint8_t *byte_pool_pop(IcsBytePool *self, unsigned shift)
{
    void **list = byte_pool_class(self, shift);
    uint8_t *block = *list;
    if (block) {
        memcpy(list, block, sizeof *list);
        self->kept_bytes -= (size_t)1 << shift;
    }
    return block;
}

void ics_byte_pool_clear(IcsBytePool *self)
{
    for (unsigned shift = ICS_BYTE_POOL_MIN_SHIFT; shift <= ICS_BYTE_POOL_MAX_SHIFT; shift++) {
        for (uint8_t *block = byte_pool_pop(self, shift); block; block = byte_pool_pop(self, shift))
            g_free(block);
    }
}

uint8_t *ics_byte_pool_take(IcsBytePool *self, unsigned shift)
{
    uint8_t *block = self ? byte_pool_pop(self, shift) : NULL;
    return block ? block : g_malloc((size_t)1 << shift);
}

void ics_byte_pool_give(IcsBytePool *self, uint8_t *block, unsigned shift)
{
    size_t bytes = (size_t)1 << shift;
    if (!block || !self || bytes > self->keep_max_bytes - self->kept_bytes) {
        g_free(block);
        return;
    }
    void **list = byte_pool_class(self, shift);
    memcpy(block, list, sizeof *list);
    *list = block;
    self->kept_bytes += bytes;
}
