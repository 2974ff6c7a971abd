/* Faults in the schema. */
#include "traces/trace_reader.h"
#include "traces/trace_schema_parts.h"

/* The kinds that act on a link, or in a host, as the values of "kind". */
static void trace_schema_write_kinds(IcsJsonWriter *writer, bool of_host)
{
    ics_json_writer_member_object(writer, "kind");
    ics_json_writer_member_array(writer, "enum");
    for (const IcsFaultClass *const *klass = ics_fault_classes; *klass != NULL; klass++) {
        if (ics_fault_stage_is_host((*klass)->stage) == of_host) {
            ics_json_writer_string(writer, (*klass)->name);
        }
    }
    ics_json_writer_end_array(writer);
    ics_json_writer_end_object(writer);
}

static void trace_schema_write_kind(IcsJsonWriter *writer, const IcsFaultClass *klass, bool of_host)
{
    ics_schema_begin_case(writer, "kind", klass->name, NULL);
    ics_json_writer_member_string(writer, "description", klass->doc);
    ics_json_writer_member_object(writer, "properties");
    ics_json_writer_member_bool(writer, "kind", true);
    for (const IcsParameter *row = ics_trace_fault_parameters; row->name != NULL; row++) {
        if (klass->clocked || g_strcmp0(row->name, "clock") != 0) {
            ics_json_writer_member_bool(writer, row->name, true);
        }
    }
    ics_schema_known_rows(writer, ics_fault_scope_parameters);
    if (!of_host) {
        ics_json_writer_member_bool(writer, "direction", true);
    }
    ics_schema_properties(writer, klass->parameters, NULL);
    ics_json_writer_end_object(writer);
    ics_schema_required(writer, klass->parameters, NULL);
    ics_json_writer_member_bool(writer, "additionalProperties", false);
    ics_schema_end_case(writer);
}

static void trace_schema_write_fault(IcsJsonWriter *writer, const char *definition, bool of_host)
{
    static const IcsSchemaOverride overrides[] = {{"name", "name"}, {NULL, NULL}};
    ics_json_writer_member_object(writer, definition);
    ics_json_writer_member_string(writer, "type", "object");
    ics_json_writer_member_object(writer, "properties");
    trace_schema_write_kinds(writer, of_host);
    ics_schema_properties(writer, ics_trace_fault_parameters, overrides);
    ics_schema_properties(writer, ics_fault_scope_parameters, NULL);
    if (!of_host) {
        ics_schema_reference(writer, "direction", "direction-name");
    }
    ics_json_writer_end_object(writer);
    ics_schema_names(writer, "required", (const char *const[]){"kind", NULL});
    ics_json_writer_key(writer, "not");
    ics_schema_has(writer, (const char *const[]){"nth", "every", NULL});
    ics_json_writer_member_array(writer, "allOf");
    for (const IcsFaultClass *const *klass = ics_fault_classes; *klass != NULL; klass++) {
        if (ics_fault_stage_is_host((*klass)->stage) == of_host) {
            trace_schema_write_kind(writer, *klass, of_host);
        }
    }
    ics_json_writer_end_array(writer);
    ics_json_writer_end_object(writer);
}

void ics_trace_schema_faults(IcsJsonWriter *writer)
{
    ics_schema_pattern(writer, "direction-name", "^(both|[A-Za-z0-9._-]+->[A-Za-z0-9._-]+)$");
    trace_schema_write_fault(writer, "link-fault", false);
    trace_schema_write_fault(writer, "host-fault", true);
}
