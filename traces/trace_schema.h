/* The JSON Schema of traces (draft 2020-12), written from the tables that the loader reads by, so
 * that editors complete and check traces. traces/schema/trace.schema.json is this, committed.
 *
 * A schema cannot say everything: names that refer to nothing, parameters that contradict each
 * other and quantities out of range are found by the loader alone. */
#ifndef ICS_TRACES_TRACE_SCHEMA_H
#define ICS_TRACES_TRACE_SCHEMA_H

#include "base/json_writer.h"

/* Writes one value. */
void ics_trace_write_schema(IcsJsonWriter *writer);

#endif
