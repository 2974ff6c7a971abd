/* The content of bulk transfers: bytes that depend on a key and on their place in the stream, so
 * that a receiver can check every one of them without having been told. A block of pseudo-random
 * bytes repeats, each time under another mask: bytes that are lost, doubled, swapped or moved by
 * any distance do not match (but with probability 2^-8 a byte). Filling and checking run at the
 * speed of memory. */
#ifndef ICS_PROTOCOLS_PROGRAMS_PATTERN_H
#define ICS_PROTOCOLS_PROGRAMS_PATTERN_H

#include <stddef.h>
#include <stdint.h>

#define ICS_PATTERN_BLOCK_BYTES 4096

typedef struct IcsPattern {
    uint64_t key;
    uint8_t block[ICS_PATTERN_BLOCK_BYTES];
} IcsPattern;

void ics_pattern_init(IcsPattern *self, uint64_t key);

/* Writes the n bytes at `offset` of the stream. */
void ics_pattern_fill(const IcsPattern *self, uint64_t offset, uint8_t *bytes, size_t n);

/* How many of the n bytes, from the first on, are those at `offset` of the stream. */
size_t ics_pattern_check(const IcsPattern *self, uint64_t offset, const uint8_t *bytes, size_t n);

#endif
