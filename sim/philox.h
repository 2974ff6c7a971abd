/* Philox4x32-10: a counter-based random function. 128 bits are a function of a 64-bit key and a
 * 128-bit counter, so a draw needs no state and none depends on the order in which they are made.
 *
 * Source: Salmon, Moraes, Dror, Shaw, "Parallel Random Numbers: As Easy as 1, 2, 3", SC'11,
 * sections 3.2 and 4; words and known answers as in Random123 1.x (philox4x32, 10 rounds).
 *
 * There is no form for many counters at once: independent calls overlap in the processor, and
 * eight counters in SSE2 vectors take as long as eight calls (bench/draw.c measures the calls). */
#ifndef ICS_SIM_PHILOX_H
#define ICS_SIM_PHILOX_H

#include <stdint.h>

#define ICS_PHILOX_ROUNDS 10

#define ICS_PHILOX_MULTIPLIER_0 UINT32_C(0xD2511F53)
#define ICS_PHILOX_MULTIPLIER_1 UINT32_C(0xCD9E8D57)
#define ICS_PHILOX_WEYL_0       UINT32_C(0x9E3779B9)
#define ICS_PHILOX_WEYL_1       UINT32_C(0xBB67AE85)

/* One result: four 32-bit words in Random123's order. */
typedef struct IcsPhiloxBlock {
    uint32_t word[4];
} IcsPhiloxBlock;

/* `key`: Random123's key word 0 in the low half, word 1 in the high half.
 * `counter`: Random123's four counter words in order. */
static inline IcsPhiloxBlock ics_philox(uint64_t key, const uint32_t counter[4])
{
    uint32_t c0 = counter[0], c1 = counter[1], c2 = counter[2], c3 = counter[3];
    uint32_t k0 = (uint32_t)key, k1 = (uint32_t)(key >> 32);
    for (int round = 0; round < ICS_PHILOX_ROUNDS; round++) {
        uint64_t product0 = (uint64_t)ICS_PHILOX_MULTIPLIER_0 * c0;
        uint64_t product1 = (uint64_t)ICS_PHILOX_MULTIPLIER_1 * c2;
        c0 = (uint32_t)(product1 >> 32) ^ c1 ^ k0;
        c1 = (uint32_t)product1;
        c2 = (uint32_t)(product0 >> 32) ^ c3 ^ k1;
        c3 = (uint32_t)product0;
        k0 += ICS_PHILOX_WEYL_0;
        k1 += ICS_PHILOX_WEYL_1;
    }
    return (IcsPhiloxBlock){{c0, c1, c2, c3}};
}

#endif
