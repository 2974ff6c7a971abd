/* Distributions of delays, sizes and intervals. The 64 bits of a draw become a value through the
 * inverse of the distribution's CDF, in integers only: every machine gets the same bits.
 *
 * A sample is  location + spread * q(U)  where U = (u64 | 1) / 2^64 lies strictly between 0 and 1
 * and q is the standard quantile function of the kind:
 *
 *   kind          q(U)                              location      spread
 *   uniform       2U - 1                            middle        half of the width
 *   normal        inverse of the normal CDF         mean          standard deviation
 *   exponential   -ln(1 - U)                        minimum       mean above the minimum
 *   pareto        4/3 ((1 - U)^(-1/3) - 3/2)        mean          netem's jitter, see below
 *   paretonormal  (normal(U) + 3 pareto(U)) / 4     mean          netem's jitter, see below
 *   geometric     failures before a success         minimum       step
 *   table         value[floor(U * size)] / 8192     of value 0    of value 8192
 *
 * It is rounded to the nearest integer, half away from zero, and held within int64. A larger u64
 * never gives a smaller sample (of a table that is not sorted: a smaller index).
 *
 * Uniform is netem's: each of the 2 * spread integers from location - spread is equally likely.
 * Normal, pareto and paretonormal are those of iproute2's netem/normal.c, pareto.c (shape 3) and
 * paretonormal.c (a quarter of the one quantile and three quarters of the other), but smooth and
 * with their tails: netem's tables have 4096 steps and 16 bits and end at 4 spreads, a limit that
 * 1.1 % of all pareto samples hit. netem scales pareto by 4/3, which is one over its variance and
 * not over its standard deviation; we keep that scale, so that a jitter means the same here. Pareto
 * therefore has mean 0, minimum -2/3 and standard deviation 2/sqrt(3) = 1.155; paretonormal has
 * mean 0 and standard deviation 1.052. Whoever wants netem's steps loads netem's file as a table.
 *
 * The error of q is below 2^-27 (1 + |q|) over all 2^64 draws. */
#ifndef ICS_SIM_DISTRIBUTION_H
#define ICS_SIM_DISTRIBUTION_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/units.h"

/* The names are those of the traces. */
#define ICS_DISTRIBUTION_KINDS(X)                                                                  \
    X(UNIFORM, "uniform")                                                                          \
    X(NORMAL, "normal")                                                                            \
    X(EXPONENTIAL, "exponential")                                                                  \
    X(PARETO, "pareto")                                                                            \
    X(PARETONORMAL, "paretonormal")                                                                \
    X(GEOMETRIC, "geometric")                                                                      \
    X(TABLE, "table")

typedef enum {
#define ICS_DISTRIBUTION_KIND_ENUM(name, text) ICS_DISTRIBUTION_##name,
    ICS_DISTRIBUTION_KINDS(ICS_DISTRIBUTION_KIND_ENUM)
#undef ICS_DISTRIBUTION_KIND_ENUM
} IcsDistributionKind;

typedef struct IcsDistribution IcsDistribution;

/* NETEM_DIST_MAX and NETEM_DIST_SCALE of linux/pkt_sched.h. */
#define ICS_DISTRIBUTION_TABLE_MAX   16384
#define ICS_DISTRIBUTION_TABLE_SCALE 8192

const char *ics_distribution_kind_name(IcsDistributionKind kind);

/* Returns whether `name` is a kind; if so, stores it in `kind`. */
bool ics_distribution_kind_from_name(const char *name, IcsDistributionKind *kind);

/* Every kind except geometric and table, which have parameters. (transfer full) */
IcsDistribution *ics_distribution_new(IcsDistributionKind kind);

/* The number of failures before the first success when each trial succeeds with probability
 * `success` (0 < success <= 1): P(q >= k) = (1 - success)^k. (transfer full) */
IcsDistribution *ics_distribution_new_geometric(IcsProbability success);

/* `n` values (1..ICS_DISTRIBUTION_TABLE_MAX) in units of 1/8192, copied. (transfer full) */
IcsDistribution *ics_distribution_new_table(const int16_t *values, size_t n);

/* Reads netem's format: lines of decimal, octal or hexadecimal 16-bit integers between blanks,
 * lines that begin with '#' are comments. `name` stands before the line number in messages.
 * Returns NULL with an error of the world when a word is no number, a number does not fit 16 bits,
 * there are more than ICS_DISTRIBUTION_TABLE_MAX of them, or none. (transfer full) */
IcsDistribution *ics_distribution_parse_table(const char *name, const char *text, size_t length,
                                              GError **error);

/* ics_distribution_parse_table() on the contents of a file. (transfer full) */
IcsDistribution *ics_distribution_load_table(const char *path, GError **error);

void ics_distribution_free(IcsDistribution *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(IcsDistribution, ics_distribution_free)

IcsDistributionKind ics_distribution_kind(const IcsDistribution *self);

/* The values of a table, and how many there are. (transfer none) */
const int16_t *ics_distribution_table_values(const IcsDistribution *self, size_t *n);

/* The sample of the draw `u64`; `spread` is not negative. Its cost is a few nanoseconds, without
 * allocation. A table follows the arithmetic of netem's tabledist(). */
int64_t ics_distribution_sample(const IcsDistribution *self, int64_t location, int64_t spread,
                                uint64_t u64);

#endif
