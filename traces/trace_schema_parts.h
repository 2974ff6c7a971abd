/* What the files that write the schema share. */
#ifndef ICS_TRACES_TRACE_SCHEMA_PARTS_H
#define ICS_TRACES_TRACE_SCHEMA_PARTS_H

#include "base/json_writer.h"
#include "base/parameters.h"

/* A row whose schema is said elsewhere: by the reference "#/$defs/..." */
typedef struct IcsSchemaOverride {
    const char *row;
    const char *definition;
} IcsSchemaOverride;

/* ---- trace_schema_parts.c: helpers; all write into the object that is open ---- */

/* "KEY": {"$ref": "#/$defs/DEFINITION"} */
void ics_schema_reference(IcsJsonWriter *writer, const char *key, const char *definition);
/* "KEY": {"type": "array", "items": {"$ref": ...}}; `max` 0: any number. */
void ics_schema_array(IcsJsonWriter *writer, const char *key, const char *definition, int64_t max);
/* "KEY": {"type": "string", "pattern": PATTERN} */
void ics_schema_pattern(IcsJsonWriter *writer, const char *key, const char *pattern);
/* The members of "properties" for a table; `overrides` (nullable) ends with a NULL row. */
void ics_schema_properties(IcsJsonWriter *writer, const IcsParameter *table,
                           const IcsSchemaOverride *overrides);
/* "KEY": true, for each row, or name of the NULL-terminated list: another part says what it is. */
void ics_schema_known_rows(IcsJsonWriter *writer, const IcsParameter *table);
void ics_schema_known_names(IcsJsonWriter *writer, const char *const *names);
/* "KEY": [names], NULL-terminated. */
void ics_schema_names(IcsJsonWriter *writer, const char *key, const char *const *names);
/* "required": [those of the table and the names (nullable)]. */
void ics_schema_required(IcsJsonWriter *writer, const IcsParameter *table,
                         const char *const *names);
/* {"required": [names]} as an element of the open array. */
void ics_schema_has(IcsJsonWriter *writer, const char *const *names);
/* "KEY": [{"required": [name]}, ...] for each name. */
void ics_schema_any_of_keys(IcsJsonWriter *writer, const char *key, const char *const *names);

/* Opens and closes an element {"if": KEY is VALUE, "then": {...}} of an open "allOf"; between them
 * the members of "then" are written. `and` (nullable): a key that must be there, too. */
void ics_schema_begin_case(IcsJsonWriter *writer, const char *key, const char *value,
                           const char *and);
void ics_schema_end_case(IcsJsonWriter *writer);

/* ---- the parts, each as members of "$defs" ---- */

void ics_trace_schema_network(IcsJsonWriter *writer);   /* trace_schema_network.c */
void ics_trace_schema_faults(IcsJsonWriter *writer);    /* trace_schema_faults.c */
void ics_trace_schema_processes(IcsJsonWriter *writer); /* trace_schema_processes.c */
void ics_trace_schema_schedule(IcsJsonWriter *writer);  /* trace_schema_schedule.c */
void ics_trace_schema_expect(IcsJsonWriter *writer);    /* trace_schema_expect.c */

#endif
