/* Delay: a constant part, and jitter by a distribution (sim/distribution.h says what `time` and
 * `jitter` are to each: location and spread). Never negative. Packets may overtake each other
 * unless reordering is forbidden. */
#include <string.h>

#include "netmodel/fault_internal.h"
#include "netmodel/fault_kinds.h"
#include "sim/distribution.h"

typedef struct IcsDelay {
    IcsFault fault;
    int64_t time_ns;
    int64_t jitter_ns;
    IcsDistribution *distribution;
    bool keeps_order;
} IcsDelay;

static const char *const delay_distributions[] = {
#define DELAY_DISTRIBUTION(name, text) text,
    ICS_DISTRIBUTION_KINDS(DELAY_DISTRIBUTION)
#undef DELAY_DISTRIBUTION
        NULL,
};

static const char *const delay_reorderings[] = {"allow", "forbid", NULL};

static const IcsParameter delay_parameters[] = {
    ICS_PARAMETER_TIME_ROW(IcsDelayConfig, time_ns, "time", "0 ns", 0, ICS_DELAY_MAX_NS,
                           "the constant part, before the jitter"),
    ICS_PARAMETER_TIME_ROW(IcsDelayConfig, jitter_ns, "jitter", "0 ns", 0, ICS_DELAY_MAX_NS,
                           "how far the delays spread"),
    ICS_PARAMETER_NAME_ROW(IcsDelayConfig, distribution, "distribution", "uniform",
                           delay_distributions, "how the jitter is distributed",
                           ICS_PARAMETER_PRESENCE(IcsDelayConfig, has_distribution)),
    ICS_PARAMETER_PROBABILITY_ROW(IcsDelayConfig, success, "success", NULL,
                                  "geometric: jitter is added until a trial succeeds",
                                  ICS_PARAMETER_PRESENCE(IcsDelayConfig, has_success)),
    ICS_PARAMETER_BOUNDED_STRING_ROW(IcsDelayConfig, table, "table", NULL, 1, INT64_MAX,
                                     "table: a file of netem's format, beside the trace"),
    ICS_PARAMETER_NAME_ROW(IcsDelayConfig, reordering, "reordering", "allow", delay_reorderings,
                           "whether packets may overtake each other"),
    ICS_PARAMETER_END,
};

static IcsDistribution *delay_new_geometric(const IcsDelayConfig *config, GError **error)
{
    if (!config->has_success || config->success == 0) {
        ics_fault_refuse(error, "the geometric distribution needs a success probability over 0");
        return NULL;
    }
    return ics_distribution_new_geometric(config->success);
}

static IcsDistribution *delay_new_table(const IcsDelayConfig *config, GError **error)
{
    if (config->table == NULL) {
        ics_fault_refuse(error, "the distribution \"table\" needs a table");
        return NULL;
    }
    return ics_distribution_parse_table("table", config->table, strlen(config->table), error);
}

static IcsDistribution *delay_new_distribution(const IcsDelayConfig *config, GError **error)
{
    IcsDistributionKind kind = (IcsDistributionKind)config->distribution;
    switch (kind) {
    case ICS_DISTRIBUTION_GEOMETRIC:
        return delay_new_geometric(config, error);
    case ICS_DISTRIBUTION_TABLE:
        return delay_new_table(config, error);
    case ICS_DISTRIBUTION_UNIFORM:
    case ICS_DISTRIBUTION_NORMAL:
    case ICS_DISTRIBUTION_EXPONENTIAL:
    case ICS_DISTRIBUTION_PARETO:
    case ICS_DISTRIBUTION_PARETONORMAL:
        return ics_distribution_new(kind);
    }
    g_assert_not_reached();
}

/* Settings that would change nothing are mistakes. */
static bool delay_check(const IcsDelayConfig *config, GError **error)
{
    if (config->time_ns == 0 && config->jitter_ns == 0) {
        return ics_fault_refuse(error, "delay needs a time or a jitter over 0");
    }
    if (config->jitter_ns == 0 && config->has_distribution) {
        return ics_fault_refuse(error, "a distribution without jitter does nothing");
    }
    if (config->has_success && config->distribution != ICS_DISTRIBUTION_GEOMETRIC) {
        return ics_fault_refuse(error, "success belongs to the distribution \"geometric\"");
    }
    if (config->table != NULL && config->distribution != ICS_DISTRIBUTION_TABLE) {
        return ics_fault_refuse(error, "table belongs to the distribution \"table\"");
    }
    return true;
}

static bool delay_init(IcsFault *fault, gconstpointer parameters, GError **error)
{
    IcsDelay *self = (IcsDelay *)fault;
    const IcsDelayConfig *config = parameters;
    if (!delay_check(config, error)) {
        return false;
    }
    self->time_ns = config->time_ns;
    self->jitter_ns = config->jitter_ns;
    self->keeps_order = config->reordering != 0;
    self->distribution = delay_new_distribution(config, error);
    return self->distribution != NULL;
}

static void delay_clear(IcsFault *fault)
{
    ics_distribution_free(((IcsDelay *)fault)->distribution);
}

/* The outcome is the delay in ns. */
static int64_t delay_draw(const IcsChoice *choice, gconstpointer element)
{
    const IcsDelay *self = element;
    uint64_t u64 = ics_draw_u64(&choice->point->site, choice->fate, choice->draw);
    int64_t delay_ns =
        ics_distribution_sample(self->distribution, self->time_ns, self->jitter_ns, u64);
    return CLAMP(delay_ns, 0, ICS_DELAY_MAX_NS);
}

/* A constant delay is no choice. */
static int64_t delay_choose_ns(const IcsDelay *self, const IcsPassage *passage)
{
    if (self->jitter_ns == 0) {
        return self->time_ns;
    }
    IcsChoice choice = ics_fault_choice(&self->fault, passage, 0);
    int64_t delay_ns = ics_choose(passage->chooser, &choice, delay_draw, self);
    return CLAMP(delay_ns, 0, ICS_DELAY_MAX_NS);
}

static bool delay_decide(IcsFault *fault, IcsPassage *passage)
{
    const IcsDelay *self = (const IcsDelay *)fault;
    int64_t delay_ns = delay_choose_ns(self, passage);
    passage->delay_ns = MIN(passage->delay_ns + delay_ns, ICS_DELAY_MAX_NS);
    passage->keeps_order |= self->keeps_order;
    return delay_ns > 0;
}

const IcsFaultClass ics_delay_class = {
    .name = "delay",
    .doc = "packets take longer: a constant time, and jitter by a distribution",
    .stage = ICS_FAULT_STAGE_DELAY,
    .config_bytes = sizeof(IcsDelayConfig),
    .parameters = delay_parameters,
    .file_parameter = "table",
    .fault_bytes = sizeof(IcsDelay),
    .init = delay_init,
    .clear = delay_clear,
    .decide = delay_decide,
};
