/* The integer arithmetic of Linux's net/sched/sch_netem.c and of tc, for the element netem-compat:
 * 32-bit probabilities, correlated random numbers, table distributions. */
#ifndef ICS_NETMODEL_NETEM_ARITHMETIC_H
#define ICS_NETMODEL_NETEM_ARITHMETIC_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/units.h"

/* NETEM_DIST_SCALE of linux/pkt_sched.h. */
#define ICS_NETEM_DIST_SCALE 8192

/* struct crndstate. */
typedef struct IcsNetemCrandom {
    uint32_t last;
    uint32_t rho; /* 0: no correlation */
} IcsNetemCrandom;

/* struct disttable; 0 values stand for none (uniform). */
typedef struct IcsNetemTable {
    uint32_t n;
    int16_t *values; /* owned */
} IcsNetemTable;

#define ICS_NETEM_DISTRIBUTIONS(X)                                                                 \
    X(UNIFORM, "uniform")                                                                          \
    X(NORMAL, "normal")                                                                            \
    X(PARETO, "pareto")                                                                            \
    X(PARETONORMAL, "paretonormal")                                                                \
    X(TABLE, "table")

typedef enum {
#define ICS_NETEM_DISTRIBUTION(name, text) ICS_NETEM_##name,
    ICS_NETEM_DISTRIBUTIONS(ICS_NETEM_DISTRIBUTION)
#undef ICS_NETEM_DISTRIBUTION
} IcsNetemDistribution;

/* What tc loads for a distribution other than "table": the 4096 values that iproute2's
 * netem/normal.c, pareto.c and paretonormal.c print, made of the quantiles of sim/distribution.h;
 * they differ from tc's by 1 at most. Empty for "uniform". */
void ics_netem_table_init(IcsNetemTable *self, IcsNetemDistribution distribution);

/* A table from text in netem's format; false and ICS_ERROR_INPUT when it is none. */
bool ics_netem_table_parse(IcsNetemTable *self, const char *text, GError **error);

void ics_netem_table_clear(IcsNetemTable *self);

/* tc's rint(p * 0xffffffff), ties to even. */
static inline uint32_t ics_netem_percent(IcsProbability p)
{
    unsigned __int128 product = (unsigned __int128)p * UINT32_MAX;
    uint32_t whole = (uint32_t)(product >> 63);
    uint64_t rest = (uint64_t)product & (ICS_PROBABILITY_ONE - 1);
    uint64_t half = ICS_PROBABILITY_ONE / 2;
    return whole + (rest > half || (rest == half && whole % 2 == 1));
}

/* get_crandom(), for the random 32 bits `value`. */
static inline uint32_t ics_netem_crandom(IcsNetemCrandom *self, uint32_t value)
{
    if (self->rho == 0) {
        return value;
    }
    uint64_t rho = (uint64_t)self->rho + 1;
    uint64_t sum = value * ((UINT64_C(1) << 32) - rho) + self->last * rho;
    self->last = (uint32_t)(sum >> 32);
    return self->last;
}

/* tabledist(), for the correlated random number `random`; sigma_ns is not negative. */
static inline int64_t ics_netem_tabledist(int64_t mu_ns, int32_t sigma_ns, uint32_t random,
                                          const IcsNetemTable *table)
{
    if (sigma_ns == 0) {
        return mu_ns;
    }
    if (table->n == 0) {
        return (int64_t)(random % (2 * (uint32_t)sigma_ns)) + mu_ns - sigma_ns;
    }
    int64_t t = table->values[random % table->n];
    int64_t x = sigma_ns % ICS_NETEM_DIST_SCALE * t;
    x += x >= 0 ? ICS_NETEM_DIST_SCALE / 2 : -ICS_NETEM_DIST_SCALE / 2;
    return x / ICS_NETEM_DIST_SCALE + sigma_ns / ICS_NETEM_DIST_SCALE * t + mu_ns;
}

#endif
