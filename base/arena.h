/*
 * A bump allocator for what lives and dies together, such as all that one process owns. Nothing is
 * freed alone. An arena that was never used has no memory.
 */
#ifndef ICS_BASE_ARENA_H
#define ICS_BASE_ARENA_H

#include <stddef.h>
#include <stdint.h>

typedef struct IcsArenaChunk IcsArenaChunk;

typedef struct {
    IcsArenaChunk *chunks; /* the newest first; allocation happens in the first */
    uint8_t *next;
    uint8_t *end;
    size_t chunk_bytes; /* of the next chunk */
} IcsArena;

#define ICS_ARENA_ALIGNMENT 16

void ics_arena_init(IcsArena *self);

/**
 * `size` bytes, zeroed, aligned to 16; for a size of 0 a valid address that must not be read.
 * Aborts like GLib when memory is out.
 *
 * Returns: (transfer none): valid until the arena is cleared.
 */
void *ics_arena_alloc(IcsArena *self, size_t size);

/* `count` elements of `size` bytes; asserts that the product does not overflow. */
void *ics_arena_alloc_array(IcsArena *self, size_t count, size_t size);

/* Copies of a string, and of bytes. */
char *ics_arena_strdup(IcsArena *self, const char *text);
void *ics_arena_memdup(IcsArena *self, const void *bytes, size_t length);

#define ics_arena_new(arena, type) ((type *)ics_arena_alloc((arena), sizeof(type)))
#define ics_arena_new_array(arena, type, n)                                                        \
    ((type *)ics_arena_alloc_array((arena), (n), sizeof(type)))

/* Frees everything at once; the arena is then as after init. */
void ics_arena_clear(IcsArena *self);

#endif
