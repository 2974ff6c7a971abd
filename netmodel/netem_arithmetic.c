#include "netmodel/netem_arithmetic.h"

#include <string.h>

#include "sim/distribution.h"

#define NETEM_TABLE_VALUES 4096

/* Value `index` of 4096; the quantile is taken `offset` / 2^15 above the lower end of its step.
 *
 * normal.c walks along x and keeps, for each i of 16384, the last x with rint(16384 cdf(x)) = i, of
 * which every fourth is printed: the quantile half a step above. pareto.c takes the lower end. */
static int64_t netem_table_value(const IcsDistribution *quantiles, uint32_t index, uint32_t offset)
{
    uint64_t u64 = (uint64_t)(8 * index + offset) << 49;
    return ics_distribution_sample(quantiles, 0, ICS_NETEM_DIST_SCALE, u64);
}

void ics_netem_table_init(IcsNetemTable *self, IcsNetemDistribution distribution)
{
    g_assert(distribution != ICS_NETEM_TABLE);
    *self = (IcsNetemTable){0};
    if (distribution == ICS_NETEM_UNIFORM) {
        return;
    }
    g_autoptr(IcsDistribution) normal = ics_distribution_new(ICS_DISTRIBUTION_NORMAL);
    g_autoptr(IcsDistribution) pareto = ics_distribution_new(ICS_DISTRIBUTION_PARETO);
    self->n = NETEM_TABLE_VALUES;
    self->values = g_new(int16_t, NETEM_TABLE_VALUES);
    for (uint32_t i = 0; i < NETEM_TABLE_VALUES; i++) {
        int64_t normal_value = netem_table_value(normal, i, 1);
        int64_t pareto_value = MIN(netem_table_value(pareto, i, 0), INT16_MAX);
        int64_t value = distribution == ICS_NETEM_NORMAL   ? normal_value
                        : distribution == ICS_NETEM_PARETO ? pareto_value
                                                           : (normal_value + 3 * pareto_value) / 4;
        self->values[i] = (int16_t)CLAMP(value, INT16_MIN, INT16_MAX);
    }
}

bool ics_netem_table_parse(IcsNetemTable *self, const char *text, GError **error)
{
    *self = (IcsNetemTable){0};
    g_autoptr(IcsDistribution) table =
        ics_distribution_parse_table("table", text, strlen(text), error);
    if (table == NULL) {
        return false;
    }
    size_t n;
    const int16_t *values = ics_distribution_table_values(table, &n);
    self->n = (uint32_t)n;
    self->values = g_memdup2(values, n * sizeof(*values));
    return true;
}

void ics_netem_table_clear(IcsNetemTable *self)
{
    g_clear_pointer(&self->values, g_free);
    self->n = 0;
}
