/* Results for tests: a trace is run to its end, and its result taken. */
#ifndef ICS_SUPPORT_RESULT_FIXTURE_H
#define ICS_SUPPORT_RESULT_FIXTURE_H

#include "tool/report/result.h"

/* The result of a run of the trace (' for "). The world is gone when it returns. Transfer full. */
IcsResult *ics_result_fixture_run(const char *text);

/* The same, stopped after so many events as if it had been interrupted. */
IcsResult *ics_result_fixture_interrupt(const char *text, uint64_t events);

/* The flow, link direction, host or (first life of a) process of that name; fails without one. */
const IcsFlowResult *ics_result_fixture_flow(const IcsResult *result, const char *name);
const IcsLinkResult *ics_result_fixture_link(const IcsResult *result, const char *name);
const IcsHostResult *ics_result_fixture_host(const IcsResult *result, const char *name);
const IcsProcessResult *ics_result_fixture_process(const IcsResult *result, const char *name);

#endif
