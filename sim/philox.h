/* Philox4x32-10: a counter-based random function. 128 bits are a function of a 64-bit key and a
 * 128-bit counter, so a draw needs no state and none depends on the order in which they are made.
 *
 * Source: Salmon, Moraes, Dror, Shaw, "Parallel Random Numbers: As Easy as 1, 2, 3", SC'11,
 * sections 3.2 and 4; words and known answers as in Random123 1.x (philox4x32, 10 rounds). */
#ifndef ICS_SIM_PHILOX_H
#define ICS_SIM_PHILOX_H

#include <stddef.h>
#include <stdint.h>

#define ICS_PHILOX_ROUNDS 10
#define ICS_PHILOX_LANES  8

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

/* ICS_PHILOX_LANES counters at once, laid out by word so that the compiler forms vectors of them.
 * `words[w][lane]` is word w of a lane's counter on entry and of its result on return. */
static inline void ics_philox_lanes(uint64_t key, uint32_t words[4][ICS_PHILOX_LANES])
{
    uint32_t k0 = (uint32_t)key, k1 = (uint32_t)(key >> 32);
    for (int round = 0; round < ICS_PHILOX_ROUNDS; round++) {
        for (int lane = 0; lane < ICS_PHILOX_LANES; lane++) {
            uint64_t product0 = (uint64_t)ICS_PHILOX_MULTIPLIER_0 * words[0][lane];
            uint64_t product1 = (uint64_t)ICS_PHILOX_MULTIPLIER_1 * words[2][lane];
            words[0][lane] = (uint32_t)(product1 >> 32) ^ words[1][lane] ^ k0;
            words[1][lane] = (uint32_t)product1;
            words[2][lane] = (uint32_t)(product0 >> 32) ^ words[3][lane] ^ k1;
            words[3][lane] = (uint32_t)product0;
        }
        k0 += ICS_PHILOX_WEYL_0;
        k1 += ICS_PHILOX_WEYL_1;
    }
}

/* `blocks[i] = ics_philox(key, counters[i])` for every i below `n`, bit for bit. */
static inline void ics_philox_many(uint64_t key, const uint32_t (*counters)[4],
                                   IcsPhiloxBlock *blocks, size_t n)
{
    size_t done = 0;
    for (; n - done >= ICS_PHILOX_LANES; done += ICS_PHILOX_LANES) {
        uint32_t words[4][ICS_PHILOX_LANES];
        for (int lane = 0; lane < ICS_PHILOX_LANES; lane++) {
            for (int word = 0; word < 4; word++) {
                words[word][lane] = counters[done + (size_t)lane][word];
            }
        }
        ics_philox_lanes(key, words);
        for (int lane = 0; lane < ICS_PHILOX_LANES; lane++) {
            for (int word = 0; word < 4; word++) {
                blocks[done + (size_t)lane].word[word] = words[word][lane];
            }
        }
    }
    for (; done < n; done++) {
        blocks[done] = ics_philox(key, counters[done]);
    }
}

#endif
