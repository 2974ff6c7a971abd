/* The tables behind sim/distribution.c. scripts/make-distribution-tables computes them and defines
 * their layout: cubics c0 + c1 x + c2 x^2 + c3 x^3 over intervals, x in [0, 1) within an interval,
 * coefficients in fixed point with the number of fraction bits that stands beside each table. */
#ifndef ICS_SIM_DISTRIBUTION_TABLES_H
#define ICS_SIM_DISTRIBUTION_TABLES_H

#include <stdint.h>

#define ICS_DISTRIBUTION_MANTISSA_INTERVALS 64 /* equal parts of [1, 2) */
#define ICS_DISTRIBUTION_NORMAL_OCTAVES     6  /* [1, 2), [2, 4) ... [32, 64) */
#define ICS_DISTRIBUTION_NORMAL_INTERVALS   32 /* equal parts of an octave */

/* The natural logarithm of 2; 63 fraction bits. */
extern const uint64_t ics_distribution_ln_2;

/* 4/3 * 2^(b/3) for b = 0, 1, 2; 61 fraction bits. */
extern const uint64_t ics_distribution_root_scale[3];

/* log2(m) for m in [1, 2); 56 fraction bits. */
extern const int64_t ics_distribution_log2[ICS_DISTRIBUTION_MANTISSA_INTERVALS][4];

/* m^(-1/3) for m in [1, 2); 62 fraction bits. */
extern const int64_t ics_distribution_root[ICS_DISTRIBUTION_MANTISSA_INTERVALS][4];

/* The z with P(Z > z) = 2^-y for y in [1, 64), Z standard normal; 56 fraction bits. */
extern const int64_t
    ics_distribution_normal[ICS_DISTRIBUTION_NORMAL_OCTAVES * ICS_DISTRIBUTION_NORMAL_INTERVALS][4];

#endif
