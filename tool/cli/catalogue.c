#include "tool/cli/catalogue.h"

#include <string.h>

#include "base/errno_name.h"
#include "netmodel/cause.h"
#include "netmodel/fault.h"
#include "netmodel/queue.h"
#include "protocols/programs/operations.h"
#include "protocols/programs/program.h"
#include "protocols/socket/transport.h"
#include "sim/distribution.h"
#include "sim/observation.h"
#include "tool/cli/command.h"
#include "traces/expectation.h"
#include "traces/trace_actions.h"

static void catalogue_add(GArray *entries, const char *name, const char *doc,
                          const IcsParameter *parameters)
{
    IcsCatalogueEntry entry = {.name = name, .doc = doc, .parameters = parameters};
    g_array_append_val(entries, entry);
}

static void catalogue_commands(GArray *entries)
{
    for (const IcsCommand *command = ics_commands; command->name != NULL; command++) {
        catalogue_add(entries, command->name, command->doc, NULL);
    }
}

static void catalogue_programs(GArray *entries)
{
    for (const IcsProgramClass *const *at = ics_program_classes; *at != NULL; at++) {
        catalogue_add(entries, (*at)->name, (*at)->doc, (*at)->parameters);
    }
}

static void catalogue_operations(GArray *entries)
{
    for (int i = 0; i < ICS_N_OPERATION_KINDS; i++) {
        IcsOperationKind kind = (IcsOperationKind)i;
        catalogue_add(entries, ics_operation_kind_name(kind), ics_operation_kind_doc(kind),
                      ics_operation_parameters(kind));
    }
}

static void catalogue_faults(GArray *entries)
{
    for (const IcsFaultClass *const *at = ics_fault_classes; *at != NULL; at++) {
        IcsCatalogueEntry entry = {
            .name = (*at)->name,
            .doc = (*at)->doc,
            .parameters = (*at)->parameters,
            .more = {ics_trace_fault_parameters, ics_fault_scope_parameters},
        };
        g_array_append_val(entries, entry);
    }
}

static void catalogue_transports(GArray *entries)
{
    for (const IcsTransportClass *const *at = ics_transport_classes; *at != NULL; at++) {
        catalogue_add(entries, (*at)->name, (*at)->doc, (*at)->parameters);
    }
}

static void catalogue_queues(GArray *entries)
{
    for (const IcsQueueClass *const *at = ics_queue_classes; *at != NULL; at++) {
        catalogue_add(entries, (*at)->name, (*at)->doc, (*at)->parameters);
    }
}

/* What "time" and "jitter" are: sim/distribution.h. */
static const char *catalogue_distribution_doc(IcsDistributionKind kind)
{
    switch (kind) {
    case ICS_DISTRIBUTION_UNIFORM:
        return "time is the middle, jitter half of the width";
    case ICS_DISTRIBUTION_NORMAL:
        return "time is the mean, jitter the standard deviation";
    case ICS_DISTRIBUTION_EXPONENTIAL:
        return "time is the minimum, jitter the mean above it";
    case ICS_DISTRIBUTION_PARETO:
        return "time is the mean, jitter as netem scales it: the standard deviation is 1.155 of it";
    case ICS_DISTRIBUTION_PARETONORMAL:
        return "time is the mean, jitter as netem scales it: the standard deviation is 1.052 of it";
    case ICS_DISTRIBUTION_GEOMETRIC:
        return "time is the minimum; jitter is added until a trial succeeds";
    case ICS_DISTRIBUTION_TABLE:
        return "from a file of netem's format: time is at its 0, jitter from there to its 8192";
    }
    g_assert_not_reached();
}

static void catalogue_distributions(GArray *entries)
{
#define CATALOGUE_DISTRIBUTION(name, text)                                                         \
    catalogue_add(entries, text, catalogue_distribution_doc(ICS_DISTRIBUTION_##name), NULL);
    ICS_DISTRIBUTION_KINDS(CATALOGUE_DISTRIBUTION)
#undef CATALOGUE_DISTRIBUTION
}

static void catalogue_actions(GArray *entries)
{
#define CATALOGUE_ACTION(name, spelling, target)                                                   \
    catalogue_add(entries, spelling, "acts on: " target,                                           \
                  ics_trace_action_kind_parameters(ICS_ACTION_##name));
    ICS_ACTION_KINDS(CATALOGUE_ACTION)
#undef CATALOGUE_ACTION
}

static const char *catalogue_unit(IcsMetricUnit unit)
{
    switch (unit) {
    case ICS_METRIC_COUNT:
        return "count";
    case ICS_METRIC_TIME:
        return "time";
    case ICS_METRIC_BYTES:
        return "size";
    case ICS_METRIC_RATE:
        return "rate";
    case ICS_METRIC_RATIO:
        return "ratio";
    }
    g_assert_not_reached();
}

static void catalogue_metrics(GArray *entries)
{
    for (int i = 0; i < ICS_N_METRICS; i++) {
        const IcsMetricInfo *info = ics_metric_info((IcsMetric)i);
        g_autofree char *doc = g_strdup_printf("%s, %s: %s", ics_metric_target_name(info->target),
                                               catalogue_unit(info->unit), info->meaning);
        catalogue_add(entries, info->name, g_intern_string(doc), NULL);
    }
}

static void catalogue_causes(GArray *entries)
{
    for (int cause = ICS_CAUSE_NONE + 1; cause < ICS_N_CAUSES; cause++) {
        catalogue_add(entries, ics_cause_name(cause), ics_cause_meaning(cause), NULL);
    }
}

static void catalogue_events(GArray *entries)
{
#define CATALOGUE_EVENT(name, spelling, meaning) catalogue_add(entries, spelling, meaning, NULL);
    ICS_OBSERVATION_KINDS(CATALOGUE_EVENT)
#undef CATALOGUE_EVENT
}

static void catalogue_errors(GArray *entries)
{
#define CATALOGUE_ERROR(number, name, text) catalogue_add(entries, name, text, NULL);
    ICS_ERRNO_LIST(CATALOGUE_ERROR)
#undef CATALOGUE_ERROR
}

const IcsCatalogueKind ics_catalogue[] = {
    {"commands", "command", catalogue_commands},
    {"programs", "program", catalogue_programs},
    {"operations", "operation", catalogue_operations},
    {"faults", "fault", catalogue_faults},
    {"queues", "queue", catalogue_queues},
    {"transports", "transport", catalogue_transports},
    {"distributions", "distribution", catalogue_distributions},
    {"actions", "action", catalogue_actions},
    {"metrics", "metric", catalogue_metrics},
    {"causes", "cause", catalogue_causes},
    {"events", "event", catalogue_events},
    {"errors", "error", catalogue_errors},
    {NULL, NULL, NULL},
};

const IcsCatalogueKind *ics_catalogue_kind(const char *name)
{
    for (const IcsCatalogueKind *kind = ics_catalogue; kind->name != NULL; kind++) {
        if (strcmp(kind->name, name) == 0 || strcmp(kind->one, name) == 0) {
            return kind;
        }
    }
    return NULL;
}

GArray *ics_catalogue_entries(const IcsCatalogueKind *kind)
{
    GArray *entries = g_array_new(FALSE, FALSE, sizeof(IcsCatalogueEntry));
    kind->collect(entries);
    return entries;
}
