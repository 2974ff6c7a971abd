#include "protocols/programs/pattern.h"

#include <glib.h>
#include <string.h>

#include "base/hash.h"

/* Bytes that one mask covers; the block is a whole number of them. */
#define PATTERN_MASK_BYTES 8

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

/* How many bytes match within one block. */
static size_t pattern_match(const uint8_t *bytes, const uint8_t *from, uint64_t mask, size_t n)
{
    size_t at = 0;
    for (; at + PATTERN_MASK_BYTES <= n; at += PATTERN_MASK_BYTES) {
        uint64_t word;
        uint64_t got;
        memcpy(&word, from + at, sizeof word);
        memcpy(&got, bytes + at, sizeof got);
        if ((word ^ GUINT64_TO_LE(mask)) != got) {
            break;
        }
    }
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
