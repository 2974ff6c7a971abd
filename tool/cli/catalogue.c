#include "tool/cli/catalogue.h"

#include <string.h>

#include "base/errno_name.h"
#include "netmodel/cause.h"
#include "netmodel/fault.h"
#include "netmodel/queue.h"
#include "protocols/programs/program.h"
#include "sim/distribution.h"
#include "sim/observation.h"
#include "tool/cli/command.h"
#include "traces/action.h"
#include "traces/expectation.h"

static void catalogue_add(GArray *entries, const char *name, const char *doc,
                          const IcsParameter *parameters, const IcsParameter *more)
{
    IcsCatalogueEntry entry = {name, doc, parameters, more};
    g_array_append_val(entries, entry);
}

static void catalogue_commands(GArray *entries)
{
    for (const IcsCommand *command = ics_commands; command->name != NULL; command++) {
        catalogue_add(entries, command->name, command->doc, NULL, NULL);
    }
}

static void catalogue_programs(GArray *entries)
{
    for (const IcsProgramClass *const *at = ics_program_classes; *at != NULL; at++) {
        catalogue_add(entries, (*at)->name, (*at)->doc, (*at)->parameters, NULL);
    }
}

static void catalogue_faults(GArray *entries)
{
    for (const IcsFaultClass *const *at = ics_fault_classes; *at != NULL; at++) {
        catalogue_add(entries, (*at)->name, (*at)->doc, (*at)->parameters,
                      ics_fault_scope_parameters);
    }
}

static void catalogue_queues(GArray *entries)
{
    for (const IcsQueueClass *const *at = ics_queue_classes; *at != NULL; at++) {
        catalogue_add(entries, (*at)->name, (*at)->doc, (*at)->parameters, NULL);
    }
}

static void catalogue_distributions(GArray *entries)
{
#define CATALOGUE_DISTRIBUTION(name, text)                                                         \
    catalogue_add(entries, text, "distribution of a jitter", NULL, NULL);
    ICS_DISTRIBUTION_KINDS(CATALOGUE_DISTRIBUTION)
#undef CATALOGUE_DISTRIBUTION
}

static void catalogue_actions(GArray *entries)
{
#define CATALOGUE_ACTION(name, spelling, target)                                                   \
    catalogue_add(entries, spelling, "acts on: " target, NULL, NULL);
    ICS_ACTION_KINDS(CATALOGUE_ACTION)
#undef CATALOGUE_ACTION
}

static void catalogue_metrics(GArray *entries)
{
#define CATALOGUE_METRIC(name, spelling, target, unit, meaning)                                    \
    catalogue_add(entries, spelling, #target ": " meaning, NULL, NULL);
    ICS_METRICS(CATALOGUE_METRIC)
#undef CATALOGUE_METRIC
}

static void catalogue_causes(GArray *entries)
{
    for (int cause = ICS_CAUSE_NONE + 1; cause < ICS_N_CAUSES; cause++) {
        catalogue_add(entries, ics_cause_name(cause), ics_cause_meaning(cause), NULL, NULL);
    }
}

static void catalogue_events(GArray *entries)
{
#define CATALOGUE_EVENT(name, spelling, meaning)                                                   \
    catalogue_add(entries, spelling, meaning, NULL, NULL);
    ICS_OBSERVATION_KINDS(CATALOGUE_EVENT)
#undef CATALOGUE_EVENT
}

static void catalogue_errors(GArray *entries)
{
#define CATALOGUE_ERROR(number, name, text) catalogue_add(entries, name, text, NULL, NULL);
    ICS_ERRNO_LIST(CATALOGUE_ERROR)
#undef CATALOGUE_ERROR
}

const IcsCatalogueKind ics_catalogue[] = {
    {"commands", "command", catalogue_commands},
    {"programs", "program", catalogue_programs},
    {"faults", "fault", catalogue_faults},
    {"queues", "queue", catalogue_queues},
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
