/* The settings of an experiment: a trace as it is, or one for each value of something that is
 * swept. */
#ifndef ICS_TOOL_EXPERIMENTS_SETTINGS_H
#define ICS_TOOL_EXPERIMENTS_SETTINGS_H

#include "tool/experiments/vary.h"
#include "traces/trace.h"

typedef struct IcsSettings {
    const IcsTrace *base; /* borrowed */
    const IcsVary *vary;  /* borrowed; NULL: the trace as it is */
    char *label;          /* what is swept, for people: "loss probability"; NULL as well */
    GPtrArray *traces;    /* of IcsTrace, by the values of `vary`; owned but for `base` itself */
} IcsSettings;

/* `vary` is nullable; `base_directory` (nullable: the current one) is where files that the trace
 * names are looked for. Transfer full; NULL and ICS_ERROR_INPUT: the trace has nothing there, or
 * refuses a value. */
IcsSettings *ics_settings_new(IcsTrace *base, const IcsVary *vary, const char *base_directory,
                              GError **error);
void ics_settings_free(IcsSettings *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(IcsSettings, ics_settings_free)

#endif
