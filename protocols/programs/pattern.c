#include "protocols/programs/pattern.h"

#include <glib.h>
#include <stdbool.h>
#include <string.h>

#include "base/hash.h"

/* Bytes that one mask covers; the block is a whole number of them. */
#define PATTERN_MASK_BYTES 8

/* As in wire/internet_checksum.c: a version of the loops for AVX2 where the loader can choose. */
#if defined(__x86_64__) && defined(__linux__) && defined(__GLIBC__) && !defined(__clang__) &&      \
    !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
#define PATTERN_LOOP __attribute__((noinline, target_clones("avx2", "default")))
#else
#define PATTERN_LOOP
#endif

void ics_pattern_init(IcsPattern *self, uint64_t key)
{
    self->key = key;
    for (size_t at = 0; at < ICS_PATTERN_BLOCK_BYTES; at += sizeof(uint64_t)) {
        uint64_t word = GUINT64_TO_LE(ics_hash_mix(key + (at + 1) * UINT64_C(0x9E3779B97F4A7C15)));
        memcpy(self->block + at, &word, sizeof word);
    }
}

/* The mask of the block at `offset`, turned so that its first byte is that of the offset. */
static uint64_t pattern_mask(const IcsPattern *self, uint64_t offset)
{
    uint64_t mask = ics_hash_mix(self->key ^ ~(offset / ICS_PATTERN_BLOCK_BYTES));
    unsigned turn = (unsigned)(offset % PATTERN_MASK_BYTES) * 8;
    return turn == 0 ? mask : mask >> turn | mask << (64 - turn);
}

/* Bytes from `offset` to the end of its block, at most n. */
static size_t pattern_part(uint64_t offset, size_t n)
{
    size_t left = ICS_PATTERN_BLOCK_BYTES - (size_t)(offset % ICS_PATTERN_BLOCK_BYTES);
    return MIN(left, n);
}

PATTERN_LOOP
static void pattern_write(uint8_t *restrict to, const uint8_t *restrict from, uint64_t mask,
                          size_t n)
{
    size_t at = 0;
    for (; at + PATTERN_MASK_BYTES <= n; at += PATTERN_MASK_BYTES) {
        uint64_t word;
        memcpy(&word, from + at, sizeof word);
        word ^= GUINT64_TO_LE(mask);
        memcpy(to + at, &word, sizeof word);
    }
    for (; at < n; at++) {
        to[at] = (uint8_t)(from[at] ^ mask >> (at % PATTERN_MASK_BYTES * 8));
    }
}

void ics_pattern_fill(const IcsPattern *self, uint64_t offset, uint8_t *bytes, size_t n)
{
    while (n > 0) {
        size_t part = pattern_part(offset, n);
        pattern_write(bytes, self->block + offset % ICS_PATTERN_BLOCK_BYTES,
                      pattern_mask(self, offset), part);
        bytes += part;
        offset += part;
        n -= part;
    }
}

/* What differs among n whole words: 0 when nothing does. */
PATTERN_LOOP
static uint64_t pattern_difference(const uint8_t *restrict bytes, const uint8_t *restrict from,
                                   uint64_t mask, size_t n)
{
    uint64_t difference = 0;
    for (size_t i = 0; i < n; i++) {
        uint64_t word;
        uint64_t got;
        memcpy(&word, from + i * PATTERN_MASK_BYTES, sizeof word);
        memcpy(&got, bytes + i * PATTERN_MASK_BYTES, sizeof got);
        difference |= word ^ mask ^ got;
    }
    return difference;
}

/* How many bytes match within one block. */
static size_t pattern_match(const uint8_t *bytes, const uint8_t *from, uint64_t mask, size_t n)
{
    size_t words = n / PATTERN_MASK_BYTES;
    bool same = pattern_difference(bytes, from, GUINT64_TO_LE(mask), words) == 0;
    size_t at = same ? words * PATTERN_MASK_BYTES : 0;
    while (at < n && bytes[at] == (uint8_t)(from[at] ^ mask >> (at % PATTERN_MASK_BYTES * 8))) {
        at++;
    }
    return at;
}

size_t ics_pattern_check(const IcsPattern *self, uint64_t offset, const uint8_t *bytes, size_t n)
{
    size_t good = 0;
    while (good < n) {
        size_t part = pattern_part(offset + good, n - good);
        size_t same =
            pattern_match(bytes + good, self->block + (offset + good) % ICS_PATTERN_BLOCK_BYTES,
                          pattern_mask(self, offset + good), part);
        good += same;
        if (same < part) {
            break;
        }
    }
    return good;
}
