#include "base/arena.h"

#include <glib.h>
#include <stdalign.h>
#include <stdbool.h>
#include <string.h>

#define ARENA_FIRST_CHUNK_BYTES 1024
#define ARENA_CHUNK_BYTES_MAX   65536

struct IcsArenaChunk {
    alignas(ICS_ARENA_ALIGNMENT) IcsArenaChunk *older;
    alignas(ICS_ARENA_ALIGNMENT) uint8_t bytes[];
};

void ics_arena_init(IcsArena *self)
{
    *self = (IcsArena){.chunk_bytes = ARENA_FIRST_CHUNK_BYTES};
}

static IcsArenaChunk *arena_new_chunk(size_t bytes)
{
    g_assert(bytes <= G_MAXSIZE - sizeof(IcsArenaChunk));
    /* malloc aligns to 16 on every 64-bit ABI, which is asserted where the memory is given out. */
    return g_malloc0(sizeof(IcsArenaChunk) + bytes);
}

/* Makes room for `size` bytes at the front of the arena. */
static void arena_grow(IcsArena *self, size_t size)
{
    size_t bytes = MAX(self->chunk_bytes, size);
    IcsArenaChunk *chunk = arena_new_chunk(bytes);

    chunk->older = self->chunks;
    self->chunks = chunk;
    self->next = chunk->bytes;
    self->end = chunk->bytes + bytes;
    self->chunk_bytes = MIN(2 * self->chunk_bytes, ARENA_CHUNK_BYTES_MAX);
}

/* A chunk of its own behind the first one, so that the room left in the first stays in use. */
static void *arena_alloc_large(IcsArena *self, size_t size)
{
    IcsArenaChunk *chunk = arena_new_chunk(size);

    chunk->older = self->chunks->older;
    self->chunks->older = chunk;
    return chunk->bytes;
}

void *ics_arena_alloc(IcsArena *self, size_t size)
{
    g_assert(size <= G_MAXSIZE - ICS_ARENA_ALIGNMENT);
    size = (MAX(size, 1) + ICS_ARENA_ALIGNMENT - 1) & ~(size_t)(ICS_ARENA_ALIGNMENT - 1);
    if ((size_t)(self->end - self->next) < size) {
        if (self->chunks && size > ARENA_CHUNK_BYTES_MAX / 4) {
            return arena_alloc_large(self, size);
        }
        arena_grow(self, size);
    }
    void *memory = self->next;
    self->next += size;
    g_assert((uintptr_t)memory % ICS_ARENA_ALIGNMENT == 0);
    return memory;
}

void *ics_arena_alloc_array(IcsArena *self, size_t count, size_t size)
{
    size_t total;
    bool overflow = __builtin_mul_overflow(count, size, &total);

    g_assert(!overflow);
    return ics_arena_alloc(self, total);
}

char *ics_arena_strdup(IcsArena *self, const char *text)
{
    return ics_arena_memdup(self, text, strlen(text) + 1);
}

void *ics_arena_memdup(IcsArena *self, const void *bytes, size_t length)
{
    void *copy = ics_arena_alloc(self, length);

    if (length > 0) {
        memcpy(copy, bytes, length);
    }
    return copy;
}

void ics_arena_clear(IcsArena *self)
{
    IcsArenaChunk *chunk = self->chunks;

    while (chunk) {
        IcsArenaChunk *older = chunk->older;
        g_free(chunk);
        chunk = older;
    }
    ics_arena_init(self);
}
