/* The keys of the entries of a schedule, by kind. */
#ifndef ICS_TRACES_TRACE_ACTIONS_H
#define ICS_TRACES_TRACE_ACTIONS_H

#include "traces/trace_reader.h"

/* What the tables of all kinds fill in; what a kind has not stays zero. */
typedef struct IcsTraceActionSettings {
    int action; /* index among the spellings */
    int64_t at_ns;
    char *link;
    char *host;
    char *process;
    char *fault;
    char *direction;
    int64_t rate_bps;
    int64_t delay_ns;
    char *comment;
} IcsTraceActionSettings;

/* Every spelling once; NULL-terminated. */
const char *const *ics_trace_action_spellings(void);

/* What every entry has: "action", "at"; beside it "when". */
extern const IcsParameter ics_trace_action_parameters[];

/* What entries of a kind have besides, and the keys that no table reads (nullable). */
const IcsParameter *ics_trace_action_kind_parameters(IcsActionKind kind);
const char *const *ics_trace_action_kind_others(IcsActionKind kind);

/* Reads the tables of an entry. Transfer none; NULL on errors. */
const IcsTraceActionSettings *ics_trace_action_read(IcsTraceReader *self, const IcsJsonNode *node,
                                                    IcsActionKind kind, GError **error);

/* trace_partition.c: the two sides of a partition or repair. */
bool ics_trace_partition_read(IcsTraceReader *self, const IcsJsonNode *node, IcsTraceAction *action,
                              GError **error);

#endif
