/* Processes in the schema. */
#include "protocols/programs/operations.h"
#include "traces/trace_reader.h"
#include "traces/trace_schema_parts.h"

#define SCHEMA_PORT                                                                                \
    "([1-9][0-9]{0,3}|[1-5][0-9]{4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}|655[0-2][0-9]|6553[0-5])"
#define SCHEMA_ENDPOINT_PATTERN "^[A-Za-z0-9][A-Za-z0-9._-]{0,62}:" SCHEMA_PORT "$"

static void trace_schema_write_programs(IcsJsonWriter *writer)
{
    ics_json_writer_member_object(writer, "program");
    ics_json_writer_member_array(writer, "enum");
    for (const IcsProgramClass *const *klass = ics_program_classes; *klass != NULL; klass++) {
        ics_json_writer_string(writer, (*klass)->name);
    }
    ics_json_writer_end_array(writer);
    ics_json_writer_end_object(writer);
}

static void trace_schema_write_form(IcsJsonWriter *writer, const IcsProgramClass *program)
{
    if (program->handler != NULL) {
        ics_json_writer_member_bool(writer, "form", true);
        return;
    }
    ics_json_writer_member_object(writer, "form");
    ics_json_writer_member_string(writer, "const", "coroutine");
    ics_json_writer_end_object(writer);
}

/* The rows that every process has; the form only where the program has both. */
static void trace_schema_write_common(IcsJsonWriter *writer, const IcsProgramClass *program)
{
    for (const IcsParameter *row = ics_trace_process_parameters; row->name != NULL; row++) {
        if (g_strcmp0(row->name, "form") != 0) {
            ics_json_writer_member_bool(writer, row->name, true);
        }
    }
    trace_schema_write_form(writer, program);
}

static void trace_schema_write_program(IcsJsonWriter *writer, const IcsProgramClass *program)
{
    static const IcsSchemaOverride overrides[] = {{"to", "endpoint"}, {NULL, NULL}};
    ics_schema_begin_case(writer, "program", program->name, NULL);
    ics_json_writer_member_string(writer, "description", program->doc);
    ics_json_writer_member_object(writer, "properties");
    ics_json_writer_member_bool(writer, "program", true);
    trace_schema_write_common(writer, program);
    ics_schema_properties(writer, program->parameters, overrides);
    ics_json_writer_end_object(writer);
    ics_schema_required(writer, program->parameters, NULL);
    ics_json_writer_member_bool(writer, "additionalProperties", false);
    ics_schema_end_case(writer);
}

static void trace_schema_write_operations(IcsJsonWriter *writer)
{
    ics_json_writer_begin_object(writer);
    ics_json_writer_key(writer, "if");
    ics_schema_has(writer, (const char *const[]){"operations", NULL});
    ics_json_writer_member_object(writer, "then");
    ics_json_writer_member_object(writer, "properties");
    ics_json_writer_member_bool(writer, "operations", true);
    trace_schema_write_common(writer, &ics_operations_program);
    ics_json_writer_end_object(writer);
    ics_json_writer_member_bool(writer, "additionalProperties", false);
    ics_json_writer_end_object(writer);
    ics_json_writer_end_object(writer);
}

void ics_trace_schema_processes(IcsJsonWriter *writer)
{
    static const IcsSchemaOverride overrides[] = {{"name", "name"}, {"host", "name"}, {NULL, NULL}};
    static const char *const programs[] = {"program", "operations", NULL};
    ics_json_writer_member_object(writer, "process");
    ics_json_writer_member_string(writer, "type", "object");
    ics_json_writer_member_object(writer, "properties");
    ics_schema_properties(writer, ics_trace_process_parameters, overrides);
    trace_schema_write_programs(writer);
    ics_schema_reference(writer, "operations", "operations");
    ics_json_writer_end_object(writer);
    ics_schema_required(writer, ics_trace_process_parameters, NULL);
    ics_schema_any_of_keys(writer, "oneOf", programs);
    ics_json_writer_member_array(writer, "allOf");
    for (const IcsProgramClass *const *klass = ics_program_classes; *klass != NULL; klass++) {
        trace_schema_write_program(writer, *klass);
    }
    trace_schema_write_operations(writer);
    ics_json_writer_end_array(writer);
    ics_json_writer_end_object(writer);
    ics_schema_pattern(writer, "endpoint", SCHEMA_ENDPOINT_PATTERN);
    ics_json_writer_key(writer, "operations");
    ics_operations_write_schema(writer, "#/$defs/operations");
}
