/* What the files that take a result share. Each fills one array of it. */
#ifndef ICS_TOOL_REPORT_RESULT_INTERNAL_H
#define ICS_TOOL_REPORT_RESULT_INTERNAL_H

#include "tool/report/result.h"

/* result_flows.c */
void ics_result_take_flows(IcsResult *self, const IcsStatistics *statistics);
/* All flows to one port, by the name "asker -> server:6789", whoever received there. What it owns
 * is cleared by ics_flow_result_clear(). */
IcsFlowResult ics_result_flows_by_port(const IcsStatistics *statistics, const char *name);

/* result_links.c */
void ics_result_take_links(IcsResult *self, const IcsWorld *world);

/* result_connections.c */
void ics_result_take_connections(IcsResult *self, const IcsStatistics *statistics);

/* result_hosts.c */
void ics_result_take_hosts(IcsResult *self, const IcsWorld *world);

/* result_faults.c: the elements of a chain; `n` (out) is how many. They lie in the arena. */
IcsFaultResult *ics_result_take_faults(IcsResult *self, const IcsFault *first,
                                       const IcsFault *second, uint32_t *n);

/* result_processes.c */
void ics_result_take_processes(IcsResult *self, const IcsStatistics *statistics);

/* result_live.c: what the caller says of a run by the wall clock. */
void ics_result_take_live(IcsResult *self, const IcsWorld *world, const IcsLiveResult *live);
/* Whether an expectation is about a process, or a flow from or to one, that the outside was in the
 * place of. */
bool ics_result_is_outside(const IcsWorld *world, const IcsTraceExpectation *expected);

/* result_expectations.c: evaluates what the trace expects of what has been taken. */
void ics_result_take_expectations(IcsResult *self, const IcsStatistics *statistics);

/* NULL stays NULL. */
const char *ics_result_strdup(IcsResult *self, const char *text);

#endif
