#include "sim/distribution.h"

#include <string.h>

#include "base/error.h"
#include "base/quote.h"
#include "sim/distribution_tables.h"
#include "sim/draw.h"

/* Quantiles have 40 fraction bits: pareto's largest, 3.5 million, still fits 63 bits. */
#define DISTRIBUTION_FRACTION_BITS 40
#define DISTRIBUTION_ONE           (INT64_C(1) << DISTRIBUTION_FRACTION_BITS)
#define DISTRIBUTION_LOG_BITS      56
#define DISTRIBUTION_POWERS        63

typedef __int128 DistributionInt128;
typedef unsigned __int128 DistributionUint128;

struct IcsDistribution {
    IcsDistributionKind kind;
    uint32_t size;               /* entries of `values` or of `powers` */
    int16_t *values;             /* owned; table */
    DistributionUint128 *powers; /* owned; geometric: (1 - success)^(2^i), 128 fraction bits */
};

static const char *const distribution_names[] = {
#define DISTRIBUTION_NAME(name, text) text,
    ICS_DISTRIBUTION_KINDS(DISTRIBUTION_NAME)
#undef DISTRIBUTION_NAME
};

const char *ics_distribution_kind_name(IcsDistributionKind kind)
{
    g_assert((size_t)kind < G_N_ELEMENTS(distribution_names));
    return distribution_names[kind];
}

bool ics_distribution_kind_from_name(const char *name, IcsDistributionKind *kind)
{
    for (size_t i = 0; i < G_N_ELEMENTS(distribution_names); i++) {
        if (strcmp(name, distribution_names[i]) == 0) {
            *kind = (IcsDistributionKind)i;
            return true;
        }
    }
    return false;
}

static int64_t distribution_saturate(DistributionInt128 value)
{
    if (value > INT64_MAX) {
        return INT64_MAX;
    }
    return value < INT64_MIN ? INT64_MIN : (int64_t)value;
}

/* The high 128 of 256 bits of a product. */
static DistributionUint128 distribution_multiply_high(DistributionUint128 a, DistributionUint128 b)
{
    uint64_t a0 = (uint64_t)a, a1 = (uint64_t)(a >> 64);
    uint64_t b0 = (uint64_t)b, b1 = (uint64_t)(b >> 64);
    DistributionUint128 low = (DistributionUint128)a0 * b0;
    DistributionUint128 middle = (DistributionUint128)a1 * b0 + (uint64_t)(low >> 64);
    DistributionUint128 carry = (DistributionUint128)a0 * b1 + (uint64_t)middle;
    return (DistributionUint128)a1 * b1 + (uint64_t)(middle >> 64) + (uint64_t)(carry >> 64);
}

IcsDistribution *ics_distribution_new(IcsDistributionKind kind)
{
    g_assert(kind != ICS_DISTRIBUTION_GEOMETRIC && kind != ICS_DISTRIBUTION_TABLE);
    IcsDistribution *self = g_new0(IcsDistribution, 1);
    self->kind = kind;
    return self;
}

/* Powers below 2^-64, the least value that is ever compared with them, are left out. */
IcsDistribution *ics_distribution_new_geometric(IcsProbability success)
{
    g_assert(success > 0 && success <= ICS_PROBABILITY_ONE);
    IcsDistribution *self = g_new0(IcsDistribution, 1);
    self->kind = ICS_DISTRIBUTION_GEOMETRIC;
    self->powers = g_new(DistributionUint128, DISTRIBUTION_POWERS);
    DistributionUint128 power = (DistributionUint128)(ICS_PROBABILITY_ONE - success) << 65;
    while (self->size < DISTRIBUTION_POWERS && power >> 64 != 0) {
        self->powers[self->size++] = power;
        power = distribution_multiply_high(power, power);
    }
    return self;
}

IcsDistribution *ics_distribution_new_table(const int16_t *values, size_t n)
{
    g_assert(n > 0 && n <= ICS_DISTRIBUTION_TABLE_MAX);
    IcsDistribution *self = g_new0(IcsDistribution, 1);
    self->kind = ICS_DISTRIBUTION_TABLE;
    self->size = (uint32_t)n;
    self->values = g_memdup2(values, n * sizeof(*values));
    return self;
}

/* One word of a table: strtol's bases, 16 bits. */
static bool distribution_parse_value(const char *word, int16_t *value)
{
    char *end;
    gint64 number = g_ascii_strtoll(word, &end, 0);
    if (*word == '\0' || *end != '\0' || number < INT16_MIN || number > INT16_MAX) {
        return false;
    }
    *value = (int16_t)number;
    return true;
}

/* Appends the values of one line. Returns NULL or what is wrong with it. (transfer full) */
static char *distribution_parse_line(const char *start, size_t length, GArray *values)
{
    if (length > 0 && start[0] == '#') {
        return NULL;
    }
    if (memchr(start, '\0', length) != NULL) {
        return g_strdup("a NUL byte in a table of integers");
    }
    g_autofree char *line = g_strndup(start, length);
    g_auto(GStrv) words = g_strsplit_set(line, " \t\r", -1);
    for (char **word = words; *word != NULL; word++) {
        int16_t value;
        if (**word == '\0') {
            continue;
        }
        if (!distribution_parse_value(*word, &value)) {
            g_autofree char *quoted = ics_quote(*word);
            return g_strdup_printf("%s is not an integer from -32768 to 32767", quoted);
        }
        if (values->len == ICS_DISTRIBUTION_TABLE_MAX) {
            return g_strdup_printf("more than %d values", ICS_DISTRIBUTION_TABLE_MAX);
        }
        g_array_append_val(values, value);
    }
    return NULL;
}

IcsDistribution *ics_distribution_parse_table(const char *name, const char *text, size_t length,
                                              GError **error)
{
    g_autoptr(GArray) values = g_array_new(FALSE, FALSE, sizeof(int16_t));
    const char *end = text + length;
    for (unsigned line = 1; text < end; line++) {
        const char *newline = memchr(text, '\n', (size_t)(end - text));
        const char *stop = newline != NULL ? newline : end;
        g_autofree char *problem = distribution_parse_line(text, (size_t)(stop - text), values);
        if (problem != NULL) {
            g_set_error(error, ICS_ERROR, ICS_ERROR_INPUT, "%s:%u: %s", name, line, problem);
            return NULL;
        }
        text = newline != NULL ? newline + 1 : end;
    }
    if (values->len == 0) {
        g_set_error(error, ICS_ERROR, ICS_ERROR_INPUT, "%s: a distribution table without values",
                    name);
        return NULL;
    }
    return ics_distribution_new_table((const int16_t *)values->data, values->len);
}

IcsDistribution *ics_distribution_load_table(const char *path, GError **error)
{
    g_autofree char *text = NULL;
    gsize length = 0;
    g_autoptr(GError) failure = NULL;
    if (!g_file_get_contents(path, &text, &length, &failure)) {
        g_set_error(error, ICS_ERROR, ICS_ERROR_INPUT, "%s", failure->message);
        return NULL;
    }
    return ics_distribution_parse_table(path, text, length, error);
}

void ics_distribution_free(IcsDistribution *self)
{
    if (self == NULL) {
        return;
    }
    g_free(self->values);
    g_free(self->powers);
    g_free(self);
}

IcsDistributionKind ics_distribution_kind(const IcsDistribution *self)
{
    return self->kind;
}

const int16_t *ics_distribution_table_values(const IcsDistribution *self, size_t *n)
{
    g_assert(self->kind == ICS_DISTRIBUTION_TABLE);
    *n = self->size;
    return self->values;
}

/* c0 + c1 x + c2 x^2 + c3 x^3, the top 63 bits of `x` as a fraction. */
static inline int64_t distribution_cubic(const int64_t c[4], uint64_t x)
{
    int64_t t = (int64_t)(x >> 1);
    int64_t sum = c[2] + (int64_t)((DistributionInt128)c[3] * t >> 63);
    sum = c[1] + (int64_t)((DistributionInt128)sum * t >> 63);
    return c[0] + (int64_t)((DistributionInt128)sum * t >> 63);
}

/* The part of an interval of [1, 2) and the place in it: `fraction` is the mantissa without its
 * leading one, at the top of 64 bits. */
static inline int64_t distribution_mantissa(const int64_t table[][4], uint64_t fraction)
{
    return distribution_cubic(table[fraction >> 58], fraction << 6);
}

/* -log2(v / 2^64) for v > 0, DISTRIBUTION_LOG_BITS fraction bits: from 0 to 64. */
static inline int64_t distribution_minus_log2(uint64_t v)
{
    int zeros = __builtin_clzll(v);
    uint64_t fraction = v << zeros << 1;
    int64_t whole = (int64_t)(zeros + 1) << DISTRIBUTION_LOG_BITS;
    int64_t minus_log2 = whole - distribution_mantissa(ics_distribution_log2, fraction);
    return MAX(minus_log2, 0);
}

/* z with P(Z > z) = v / 2^64 for 0 < v < 2^63. */
static inline int64_t distribution_normal_tail(uint64_t v)
{
    const int64_t lowest = INT64_C(1) << DISTRIBUTION_LOG_BITS;
    const int64_t highest = (INT64_C(64) << DISTRIBUTION_LOG_BITS) - 1;
    uint64_t y = (uint64_t)CLAMP(distribution_minus_log2(v), lowest, highest);
    int zeros = __builtin_clzll(y);
    uint64_t fraction = y << zeros << 1;
    size_t octave = (size_t)(63 - DISTRIBUTION_LOG_BITS - zeros);
    size_t interval = octave * ICS_DISTRIBUTION_NORMAL_INTERVALS + (fraction >> 59);
    return distribution_cubic(ics_distribution_normal[interval], fraction << 5) >>
           (DISTRIBUTION_LOG_BITS - DISTRIBUTION_FRACTION_BITS);
}

/* Exactly symmetric: the quantiles of a draw and of its complement differ in sign alone. */
static inline int64_t distribution_normal(uint64_t u64)
{
    uint64_t u = u64 | 1;
    return u >> 63 != 0 ? distribution_normal_tail(-u) : -distribution_normal_tail(u);
}

static inline int64_t distribution_exponential(uint64_t u64)
{
    DistributionUint128 y = (uint64_t)distribution_minus_log2(-(u64 | 1));
    return (int64_t)((y * ics_distribution_ln_2) >>
                     (DISTRIBUTION_LOG_BITS + 63 - DISTRIBUTION_FRACTION_BITS));
}

/* v^(-1/3) for v = m 2^-(3a + b), m in [1, 2), is m^(-1/3) 2^(b/3) 2^a. */
static inline int64_t distribution_pareto(uint64_t u64)
{
    uint64_t v = -(u64 | 1);
    int zeros = __builtin_clzll(v);
    uint64_t fraction = v << zeros << 1;
    int third = (zeros + 1) / 3;
    DistributionUint128 root = (uint64_t)distribution_mantissa(ics_distribution_root, fraction);
    root *= ics_distribution_root_scale[zeros + 1 - 3 * third];
    return (int64_t)(root >> (62 + 61 - DISTRIBUTION_FRACTION_BITS - third)) - 2 * DISTRIBUTION_ONE;
}

/* (normal + 3 pareto) / 4, but three times the largest pareto would not fit. */
static int64_t distribution_paretonormal(uint64_t u64)
{
    int64_t pareto = distribution_pareto(u64);
    return pareto + ((distribution_normal(u64) - pareto) >> 2);
}

/* The largest k with (1 - success)^k >= v, bit by bit from the powers of two. */
static uint64_t distribution_geometric(const IcsDistribution *self, uint64_t u64)
{
    DistributionUint128 least = (DistributionUint128)(-(u64 | 1)) << 63;
    DistributionUint128 reached = (DistributionUint128)1 << 127;
    uint64_t failures = 0;
    for (uint32_t i = self->size; i-- > 0;) {
        DistributionUint128 next = distribution_multiply_high(reached, self->powers[i]);
        if (next >= least) {
            reached = next;
            failures |= UINT64_C(1) << i;
        }
    }
    return failures;
}

static int64_t distribution_scaled(int64_t location, int64_t spread, int64_t quantile)
{
    DistributionInt128 product = (DistributionInt128)spread * quantile;
    DistributionInt128 half = (DistributionInt128)1 << (DISTRIBUTION_FRACTION_BITS - 1);
    DistributionInt128 rounded = product < 0 ? -((half - product) >> DISTRIBUTION_FRACTION_BITS)
                                             : (product + half) >> DISTRIBUTION_FRACTION_BITS;
    return distribution_saturate(rounded + location);
}

static int64_t distribution_uniform(int64_t location, int64_t spread, uint64_t u64)
{
    uint64_t offset = ics_draw_below(u64, 2 * (uint64_t)spread);
    return distribution_saturate((DistributionInt128)location - spread + offset);
}

/* tabledist() of Linux's net/sched/sch_netem.c, for an index that grows with the draw. */
static int64_t distribution_table(const IcsDistribution *self, int64_t location, int64_t spread,
                                  uint64_t u64)
{
    const int64_t scale = ICS_DISTRIBUTION_TABLE_SCALE;
    int64_t value = self->values[ics_draw_below(u64, self->size)];
    int64_t part = spread % scale * value;
    part += part >= 0 ? scale / 2 : -scale / 2;
    return distribution_saturate((DistributionInt128)(spread / scale) * value + part / scale +
                                 location);
}

int64_t ics_distribution_sample(const IcsDistribution *self, int64_t location, int64_t spread,
                                uint64_t u64)
{
    g_assert(spread >= 0);
    switch (self->kind) {
    case ICS_DISTRIBUTION_UNIFORM:
        return distribution_uniform(location, spread, u64);
    case ICS_DISTRIBUTION_NORMAL:
        return distribution_scaled(location, spread, distribution_normal(u64));
    case ICS_DISTRIBUTION_EXPONENTIAL:
        return distribution_scaled(location, spread, distribution_exponential(u64));
    case ICS_DISTRIBUTION_PARETO:
        return distribution_scaled(location, spread, distribution_pareto(u64));
    case ICS_DISTRIBUTION_PARETONORMAL:
        return distribution_scaled(location, spread, distribution_paretonormal(u64));
    case ICS_DISTRIBUTION_GEOMETRIC:
        return distribution_saturate(
            (DistributionInt128)distribution_geometric(self, u64) * spread + location);
    case ICS_DISTRIBUTION_TABLE:
        return distribution_table(self, location, spread, u64);
    }
    g_assert_not_reached();
}
