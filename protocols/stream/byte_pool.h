/* Blocks of memory for the byte rings of a host: a ring that runs empty and fills again a
 * microsecond later, as a connection's does whose reader keeps up, gets its block back without
 * calling the allocator, still warm in the cache. */
#ifndef ICS_PROTOCOLS_STREAM_BYTE_POOL_H
#define ICS_PROTOCOLS_STREAM_BYTE_POOL_H

#include <stddef.h>
#include <stdint.h>

/* Blocks have 2^n bytes, n from 10 to 31. */
#define ICS_BYTE_POOL_MIN_SHIFT 10
#define ICS_BYTE_POOL_MAX_SHIFT 31
#define ICS_BYTE_POOL_CLASSES   (ICS_BYTE_POOL_MAX_SHIFT - ICS_BYTE_POOL_MIN_SHIFT + 1)

/**
 * IcsBytePool:
 * @free_blocks: (owned): by size, the blocks that nobody uses; each begins with the next one's
 *     address
 * @kept_bytes: in those blocks
 * @keep_max_bytes: how many may be kept; more go back to the allocator
 *
 * Zero-initialised it is empty and keeps nothing.
 */
typedef struct IcsBytePool {
    void *free_blocks[ICS_BYTE_POOL_CLASSES];
    size_t kept_bytes;
    size_t keep_max_bytes;
} IcsBytePool;

void ics_byte_pool_init(IcsBytePool *self, size_t keep_max_bytes);

/* Gives all kept blocks back to the allocator. */
void ics_byte_pool_clear(IcsBytePool *self);

/* A block of 2^shift bytes, not zeroed (transfer full). `self` may be NULL: from the allocator. */
uint8_t *ics_byte_pool_take(IcsBytePool *self, unsigned shift);

/* Takes a block of 2^shift bytes back (transfer full); NULL is nothing. */
void ics_byte_pool_give(IcsBytePool *self, uint8_t *block, unsigned shift);

#endif
