#include "traces/trace_schema_parts.h"

#include <string.h>

void ics_schema_reference(IcsJsonWriter *writer, const char *key, const char *definition)
{
    ics_json_writer_member_object(writer, key);
    ics_json_writer_key(writer, "$ref");
    ics_json_writer_string_format(writer, "#/$defs/%s", definition);
    ics_json_writer_end_object(writer);
}

void ics_schema_array(IcsJsonWriter *writer, const char *key, const char *definition, int64_t max)
{
    ics_json_writer_member_object(writer, key);
    ics_json_writer_member_string(writer, "type", "array");
    if (max > 0) {
        ics_json_writer_member_int64(writer, "maxItems", max);
    }
    ics_schema_reference(writer, "items", definition);
    ics_json_writer_end_object(writer);
}

void ics_schema_pattern(IcsJsonWriter *writer, const char *key, const char *pattern)
{
    ics_json_writer_member_object(writer, key);
    ics_json_writer_member_string(writer, "type", "string");
    ics_json_writer_member_string(writer, "pattern", pattern);
    ics_json_writer_end_object(writer);
}

static const char *schema_definition_of(const char *row, const IcsSchemaOverride *overrides)
{
    while (overrides != NULL && overrides->row != NULL && strcmp(overrides->row, row) != 0) {
        overrides++;
    }
    return overrides != NULL ? overrides->definition : NULL;
}

void ics_schema_properties(IcsJsonWriter *writer, const IcsParameter *table,
                           const IcsSchemaOverride *overrides)
{
    for (const IcsParameter *row = table; row->name != NULL; row++) {
        const char *definition = schema_definition_of(row->name, overrides);
        ics_json_writer_key(writer, row->name);
        if (definition == NULL) {
            ics_parameter_write_schema(row, writer);
            continue;
        }
        ics_json_writer_begin_object(writer);
        ics_json_writer_member_string(writer, "description", row->doc);
        ics_json_writer_key(writer, "$ref");
        ics_json_writer_string_format(writer, "#/$defs/%s", definition);
        ics_json_writer_end_object(writer);
    }
}

void ics_schema_known_rows(IcsJsonWriter *writer, const IcsParameter *table)
{
    for (const IcsParameter *row = table; row->name != NULL; row++) {
        ics_json_writer_member_bool(writer, row->name, true);
    }
}

void ics_schema_known_names(IcsJsonWriter *writer, const char *const *names)
{
    for (; *names != NULL; names++) {
        ics_json_writer_member_bool(writer, *names, true);
    }
}

static void schema_append_names(IcsJsonWriter *writer, const char *const *names)
{
    for (; names != NULL && *names != NULL; names++) {
        ics_json_writer_string(writer, *names);
    }
}

void ics_schema_names(IcsJsonWriter *writer, const char *key, const char *const *names)
{
    ics_json_writer_member_array(writer, key);
    schema_append_names(writer, names);
    ics_json_writer_end_array(writer);
}

void ics_schema_required(IcsJsonWriter *writer, const IcsParameter *table, const char *const *names)
{
    bool any = names != NULL && *names != NULL;
    for (const IcsParameter *row = table; row->name != NULL; row++) {
        any |= row->required;
    }
    if (any) {
        ics_json_writer_member_array(writer, "required");
        ics_parameters_write_required(table, writer);
        schema_append_names(writer, names);
        ics_json_writer_end_array(writer);
    }
}

void ics_schema_has(IcsJsonWriter *writer, const char *const *names)
{
    ics_json_writer_begin_object(writer);
    ics_schema_names(writer, "required", names);
    ics_json_writer_end_object(writer);
}

void ics_schema_any_of_keys(IcsJsonWriter *writer, const char *key, const char *const *names)
{
    ics_json_writer_member_array(writer, key);
    for (; *names != NULL; names++) {
        ics_schema_has(writer, (const char *const[]){*names, NULL});
    }
    ics_json_writer_end_array(writer);
}

void ics_schema_begin_case(IcsJsonWriter *writer, const char *key, const char *value,
                           const char *and)
{
    ics_json_writer_begin_object(writer);
    ics_json_writer_member_object(writer, "if");
    ics_json_writer_member_object(writer, "properties");
    ics_json_writer_member_object(writer, key);
    ics_json_writer_member_string(writer, "const", value);
    ics_json_writer_end_object(writer);
    ics_json_writer_end_object(writer);
    ics_schema_names(writer, "required", (const char *const[]){key, and, NULL});
    ics_json_writer_end_object(writer);
    ics_json_writer_member_object(writer, "then");
}

void ics_schema_end_case(IcsJsonWriter *writer)
{
    ics_json_writer_end_object(writer);
    ics_json_writer_end_object(writer);
}
