/* Traces for tests. */
#ifndef ICS_SUPPORT_TRACE_FIXTURE_H
#define ICS_SUPPORT_TRACE_FIXTURE_H

#include <glib.h>

#include "traces/world.h"

struct CMUnitTest;

/* The text with " for every '. Transfer full. */
char *ics_trace_fixture_text(const char *text);

/* Loads a trace that is right, ' for "; its files are in tests/unit/traces/files. Transfer full. */
IcsTrace *ics_trace_fixture_parse(const char *text);

/* The message with which a trace is refused, whose file is called "test". Transfer full. */
char *ics_trace_fixture_refusal(const char *text);

/* What is wrong with a trace, and what its writer is told. */
typedef struct IcsTraceErrorRow {
    const char *name;
    const char *text; /* ' for " */
    const char *message;
} IcsTraceErrorRow;

/* Runs the tests, and each row as a test of its own. */
int ics_trace_fixture_run(const char *group, const struct CMUnitTest *tests, size_t n,
                          const IcsTraceErrorRow *rows, size_t n_rows);

#endif
