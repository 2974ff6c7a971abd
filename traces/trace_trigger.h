/* When an entry of the schedule is carried out: "at" a time, or "when" something has happened. */
#ifndef ICS_TRACES_TRACE_TRIGGER_H
#define ICS_TRACES_TRACE_TRIGGER_H

#include "traces/trace_reader.h"

/* What an event may be narrowed to: name, key. */
#define ICS_TRACE_NARROWINGS(X)                                                                    \
    X(PROCESS, "process")                                                                          \
    X(LINK, "link")                                                                                \
    X(HOST, "host")                                                                                \
    X(FLOW, "flow")

enum {
#define ICS_TRACE_NARROWING(name, key) ICS_TRACE_NARROWED_BY_##name,
    ICS_TRACE_NARROWINGS(ICS_TRACE_NARROWING)
#undef ICS_TRACE_NARROWING
        ICS_TRACE_N_NARROWINGS
};

extern const char *const ics_trace_trigger_keys[ICS_TRACE_N_NARROWINGS];

/* A bit, 1 << ICS_TRACE_NARROWED_BY_..., for each of them that makes sense with an event. */
unsigned ics_trace_trigger_narrowings(IcsObservationKind event);

/* "event", "nth", "after" and what narrows it. */
extern const IcsParameter ics_trace_trigger_parameters[];

/* Reads "at" (whose value is `at_ns`) or "when" of an entry. */
bool ics_trace_trigger_read(IcsTraceReader *self, const IcsJsonNode *action, int64_t at_ns,
                            IcsActionTrigger *when, GError **error);

#endif
