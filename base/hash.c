#include "base/hash.h"

#define XXH_INLINE_ALL
#include <glib.h>
#include <string.h>
#include <xxhash.h>

uint64_t ics_hash_bytes(const void *bytes, size_t length, uint64_t seed)
{
    return XXH3_64bits_withSeed(length ? bytes : "", length, seed);
}

uint64_t ics_hash_string(const char *text, uint64_t seed)
{
    return ics_hash_bytes(text, strlen(text), seed);
}

char *ics_sha256_hex(const void *bytes, size_t length)
{
    return g_compute_checksum_for_data(G_CHECKSUM_SHA256, bytes, length);
}
