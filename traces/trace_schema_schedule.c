/* The schedule in the schema. */
#include <string.h>

#include "traces/trace_actions.h"
#include "traces/trace_schema_parts.h"
#include "traces/trace_trigger.h"

/* ---- "when" ---- */

/* What an event cannot be narrowed to must not be there. */
static void trace_schema_write_narrowing(IcsJsonWriter *writer, unsigned narrowing)
{
    ics_json_writer_begin_object(writer);
    ics_json_writer_member_object(writer, "if");
    ics_json_writer_member_object(writer, "properties");
    ics_json_writer_member_object(writer, "event");
    ics_json_writer_member_array(writer, "enum");
    for (int event = 0; event < ICS_OBSERVATION_N_KINDS; event++) {
        if ((ics_trace_trigger_narrowings((IcsObservationKind)event) >> narrowing & 1) == 0) {
            ics_json_writer_string(writer, ics_observation_kind_name((IcsObservationKind)event));
        }
    }
    ics_json_writer_end_array(writer);
    ics_json_writer_end_object(writer);
    ics_json_writer_end_object(writer);
    ics_json_writer_end_object(writer);
    ics_json_writer_member_object(writer, "then");
    ics_json_writer_member_object(writer, "properties");
    ics_json_writer_member_bool(writer, ics_trace_trigger_keys[narrowing], false);
    ics_json_writer_end_object(writer);
    ics_json_writer_end_object(writer);
    ics_json_writer_end_object(writer);
}

static void trace_schema_write_when(IcsJsonWriter *writer)
{
    ics_json_writer_member_object(writer, "when");
    ics_json_writer_member_string(writer, "type", "object");
    ics_parameters_write_schema(ics_trace_trigger_parameters, writer);
    ics_json_writer_member_bool(writer, "additionalProperties", false);
    ics_json_writer_member_array(writer, "allOf");
    for (unsigned narrowing = 0; narrowing < ICS_TRACE_N_NARROWINGS; narrowing++) {
        trace_schema_write_narrowing(writer, narrowing);
    }
    ics_json_writer_end_array(writer);
    ics_json_writer_end_object(writer);
}

/* ---- the kinds of actions ---- */

static void trace_schema_write_sides(IcsJsonWriter *writer)
{
    ics_json_writer_member_object(writer, "sides");
    ics_json_writer_member_string(writer, "description",
                                  "two sides, each a host or an array of hosts");
    ics_json_writer_member_string(writer, "type", "array");
    ics_json_writer_member_int64(writer, "minItems", 2);
    ics_json_writer_member_int64(writer, "maxItems", 2);
    ics_json_writer_member_object(writer, "items");
    ics_json_writer_member_array(writer, "anyOf");
    ics_json_writer_raw(writer, "{\"$ref\":\"#/$defs/name\"}");
    ics_json_writer_raw(writer, "{\"type\":\"array\",\"minItems\":1,\"uniqueItems\":true,"
                                "\"items\":{\"$ref\":\"#/$defs/name\"}}");
    ics_json_writer_end_array(writer);
    ics_json_writer_end_object(writer);
    ics_json_writer_end_object(writer);
}

/* Keys that no table has: "between" of partitions, "parameters" of changes. */
static const char *const *trace_schema_required_of(IcsActionKind kind)
{
    static const char *const hosts[] = {"between", NULL};
    static const char *const parameters[] = {"parameters", NULL};
    if (kind == ICS_ACTION_PARTITION || kind == ICS_ACTION_PARTITION_ONEWAY) {
        return hosts;
    }
    return kind == ICS_ACTION_FAULT_CHANGE ? parameters : NULL;
}

static void trace_schema_write_kind_members(IcsJsonWriter *writer, IcsActionKind kind)
{
    static const IcsSchemaOverride overrides[] = {{"link", "name"},
                                                  {"host", "name"},
                                                  {"process", "name"},
                                                  {"fault", "name"},
                                                  {"direction", "direction-name"},
                                                  {NULL, NULL}};
    static const char *const places[] = {"link", "host", NULL};
    const IcsParameter *table = ics_trace_action_kind_parameters(kind);
    ics_json_writer_member_object(writer, "properties");
    ics_schema_known_rows(writer, ics_trace_action_parameters);
    ics_schema_known_names(writer, ics_trace_action_kind_others(kind));
    ics_schema_properties(writer, table, overrides);
    ics_json_writer_end_object(writer);
    ics_schema_required(writer, table, trace_schema_required_of(kind));
    ics_json_writer_member_bool(writer, "additionalProperties", false);
    if (strcmp(ics_action_kind_target(kind), "fault") == 0) {
        ics_schema_any_of_keys(writer, "oneOf", places);
        ics_json_writer_key(writer, "not");
        ics_schema_has(writer, (const char *const[]){"host", "direction", NULL});
    }
}

/* Several kinds may share a spelling: then exactly one of them fits. */
static void trace_schema_write_spelling(IcsJsonWriter *writer, const char *spelling)
{
    ics_schema_begin_case(writer, "action", spelling, NULL);
    ics_json_writer_member_array(writer, "oneOf");
    for (int kind = 0; kind < ICS_N_ACTION_KINDS; kind++) {
        if (strcmp(ics_action_kind_name((IcsActionKind)kind), spelling) == 0) {
            ics_json_writer_begin_object(writer);
            trace_schema_write_kind_members(writer, (IcsActionKind)kind);
            ics_json_writer_end_object(writer);
        }
    }
    ics_json_writer_end_array(writer);
    ics_schema_end_case(writer);
}

void ics_trace_schema_schedule(IcsJsonWriter *writer)
{
    static const char *const times[] = {"at", "when", NULL};
    trace_schema_write_when(writer);
    trace_schema_write_sides(writer);
    ics_json_writer_member_object(writer, "action");
    ics_json_writer_member_string(writer, "type", "object");
    ics_json_writer_member_object(writer, "properties");
    ics_schema_properties(writer, ics_trace_action_parameters, NULL);
    ics_schema_reference(writer, "when", "when");
    ics_schema_reference(writer, "between", "sides");
    ics_json_writer_member_object(writer, "parameters");
    ics_json_writer_member_string(
        writer, "description", "all parameters of the fault's kind, in the place of the old ones");
    ics_json_writer_member_string(writer, "type", "object");
    ics_json_writer_end_object(writer);
    ics_json_writer_end_object(writer);
    ics_schema_required(writer, ics_trace_action_parameters, NULL);
    ics_schema_any_of_keys(writer, "oneOf", times);
    ics_json_writer_member_array(writer, "allOf");
    for (const char *const *spelling = ics_trace_action_spellings(); *spelling != NULL;
         spelling++) {
        trace_schema_write_spelling(writer, *spelling);
    }
    ics_json_writer_end_array(writer);
    ics_json_writer_end_object(writer);
}
