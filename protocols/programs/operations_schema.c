/* The JSON Schema of lists of operations, from the same tables as the reader. */
#include "protocols/programs/operations_internal.h"

static void operations_schema_member(IcsJsonWriter *writer, const char *key, const char *name,
                                     const char *value)
{
    ics_json_writer_key(writer, key);
    ics_json_writer_begin_object(writer);
    ics_json_writer_member_string(writer, name, value);
    ics_json_writer_end_object(writer);
}

static void operations_schema_expect(IcsJsonWriter *writer)
{
    ics_json_writer_key(writer, "expect");
    ics_json_writer_begin_object(writer);
    ics_json_writer_member_string(writer, "description",
                                  "its value, \"end\" (0), \"ok\", or the name of an error");
    ics_json_writer_key(writer, "type");
    ics_json_writer_begin_array(writer);
    ics_json_writer_string(writer, "integer");
    ics_json_writer_string(writer, "string");
    ics_json_writer_end_array(writer);
    ics_json_writer_member_int64(writer, "minimum", 0);
    ics_json_writer_end_object(writer);
}

static void operations_schema_body(IcsJsonWriter *writer, IcsOperationKind kind,
                                   const char *reference)
{
    ics_json_writer_member_object(writer, "operations");
    ics_json_writer_member_string(writer, "$ref", reference);
    if (kind == ICS_OPERATION_REPEAT) {
        ics_json_writer_member_int64(writer, "minItems", 1);
    }
    ics_json_writer_end_object(writer);
}

static bool operations_schema_has_body(IcsOperationKind kind)
{
    return kind == ICS_OPERATION_REPEAT || kind == ICS_OPERATION_SPAWN;
}

static void operations_schema_one(IcsJsonWriter *writer, IcsOperationKind kind,
                                  const char *reference)
{
    const IcsParameter *parameters = ics_operation_parameters(kind);
    ics_json_writer_begin_object(writer);
    ics_json_writer_member_string(writer, "type", "object");
    ics_json_writer_member_string(writer, "description", ics_operation_kind_doc(kind));
    ics_json_writer_key(writer, "properties");
    ics_json_writer_begin_object(writer);
    operations_schema_member(writer, "do", "const", ics_operation_kind_name(kind));
    operations_schema_member(writer, "comment", "type", "string");
    if (kind != ICS_OPERATION_EXIT) {
        operations_schema_expect(writer);
    }
    if (operations_schema_has_body(kind)) {
        operations_schema_body(writer, kind, reference);
    }
    ics_parameters_write_properties(parameters, writer);
    ics_json_writer_end_object(writer);
    ics_json_writer_key(writer, "required");
    ics_json_writer_begin_array(writer);
    ics_json_writer_string(writer, "do");
    if (operations_schema_has_body(kind)) {
        ics_json_writer_string(writer, "operations");
    }
    ics_parameters_write_required(parameters, writer);
    ics_json_writer_end_array(writer);
    ics_json_writer_member_bool(writer, "additionalProperties", false);
    ics_json_writer_end_object(writer);
}

void ics_operations_write_schema(IcsJsonWriter *writer, const char *reference)
{
    ics_json_writer_begin_object(writer);
    ics_json_writer_member_string(writer, "type", "array");
    ics_json_writer_key(writer, "items");
    ics_json_writer_begin_object(writer);
    ics_json_writer_key(writer, "oneOf");
    ics_json_writer_begin_array(writer);
    for (int kind = 0; kind < ICS_N_OPERATION_KINDS; kind++) {
        operations_schema_one(writer, (IcsOperationKind)kind, reference);
    }
    ics_json_writer_end_array(writer);
    ics_json_writer_end_object(writer);
    ics_json_writer_end_object(writer);
}
