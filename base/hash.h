/* Hashes whose values are the same on every machine. */
#ifndef ICS_BASE_HASH_H
#define ICS_BASE_HASH_H

#include <stddef.h>
#include <stdint.h>

/* XXH3 (64 bits) of `length` bytes, as published with xxHash 0.8. `bytes` may be NULL if empty. */
uint64_t ics_hash_bytes(const void *bytes, size_t length, uint64_t seed);

/* XXH3 (64 bits) of a string without its NUL. */
uint64_t ics_hash_string(const char *text, uint64_t seed);

/* The finaliser of splitmix64 (Stafford's mix 13): a bijection that spreads every bit. */
static inline uint64_t ics_hash_mix(uint64_t x)
{
    x = (x ^ (x >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    x = (x ^ (x >> 27)) * UINT64_C(0x94D049BB133111EB);
    return x ^ (x >> 31);
}

/**
 * One hash of two, in their order: mix(mix(a + golden) ^ b). For a fixed `a` it is a bijection in
 * `b` and the other way round, so that combining never loses a difference.
 */
static inline uint64_t ics_hash_combine(uint64_t a, uint64_t b)
{
    return ics_hash_mix(ics_hash_mix(a + UINT64_C(0x9E3779B97F4A7C15)) ^ b);
}

/**
 * SHA-256 (FIPS 180-4) as 64 lower-case hexadecimal digits.
 *
 * Returns: (transfer full).
 */
char *ics_sha256_hex(const void *bytes, size_t length);

#endif
