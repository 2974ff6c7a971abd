#include "tests/support/quantile.h"

#include <assert.h>
#include <math.h>

#include "tests/support/statistics.h"

static double quantile_normal(double p, double tail)
{
    return p < tail ? -ics_stat_normal_quantile(p) : ics_stat_normal_quantile(tail);
}

static double quantile_pareto(double tail)
{
    return 4.0 / 3.0 * (1 / cbrt(tail) - 1.5);
}

double ics_quantile_reference(IcsDistributionKind kind, double p, double tail)
{
    switch (kind) {
    case ICS_DISTRIBUTION_UNIFORM:
        return p - tail;
    case ICS_DISTRIBUTION_NORMAL:
        return quantile_normal(p, tail);
    case ICS_DISTRIBUTION_EXPONENTIAL:
        return p < tail ? -log1p(-p) : -log(tail);
    case ICS_DISTRIBUTION_PARETO:
        return quantile_pareto(tail);
    case ICS_DISTRIBUTION_PARETONORMAL:
        return (quantile_normal(p, tail) + 3 * quantile_pareto(tail)) / 4;
    case ICS_DISTRIBUTION_GEOMETRIC:
    case ICS_DISTRIBUTION_TABLE:
        break;
    }
    assert(!"a distribution without a reference");
    return NAN;
}
