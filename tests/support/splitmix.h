/* Repeatable numbers for tests: SplitMix64 (Steele, Lea and Flood, OOPSLA 2014). */
#ifndef ICS_TESTS_SUPPORT_SPLITMIX_H
#define ICS_TESTS_SUPPORT_SPLITMIX_H

#include <stddef.h>
#include <stdint.h>

static inline uint64_t ics_splitmix_next(uint64_t *state)
{
    uint64_t z = *state += 0x9e3779b97f4a7c15u;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return z ^ z >> 31;
}

static inline void ics_splitmix_fill(uint64_t *state, uint8_t *bytes, size_t n)
{
    for (size_t i = 0; i < n; i++)
        bytes[i] = (uint8_t)ics_splitmix_next(state);
}

#endif
