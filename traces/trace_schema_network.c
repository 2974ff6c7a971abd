/* Hosts, links and queues in the schema. */
#include "netmodel/queue.h"
#include "traces/trace_reader.h"
#include "traces/trace_schema_parts.h"

#define SCHEMA_OCTET "(25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])"
#define SCHEMA_ADDRESS_PATTERN                                                                     \
    "^" SCHEMA_OCTET "(\\." SCHEMA_OCTET "){3}(/(3[0-2]|[12][0-9]|[0-9]))?$"
#define SCHEMA_INTERFACE         "[A-Za-z0-9][A-Za-z0-9._-]{0,14}"
#define SCHEMA_INTERFACE_PATTERN "^(?!lo$)" SCHEMA_INTERFACE "$"
#define SCHEMA_END_PATTERN       "^[A-Za-z0-9][A-Za-z0-9._-]{0,62}(/" SCHEMA_INTERFACE ")?$"

static void trace_schema_write_host(IcsJsonWriter *writer)
{
    static const IcsSchemaOverride overrides[] = {{"address", "address"}, {NULL, NULL}};
    ics_json_writer_member_object(writer, "host");
    ics_json_writer_member_string(writer, "type", "object");
    ics_json_writer_member_object(writer, "properties");
    ics_schema_properties(writer, ics_trace_host_parameters, overrides);
    ics_json_writer_member_object(writer, "interfaces");
    ics_json_writer_member_string(writer, "description", "addresses by the names of interfaces");
    ics_json_writer_member_string(writer, "type", "object");
    ics_json_writer_member_int64(writer, "minProperties", 1);
    ics_schema_pattern(writer, "propertyNames", SCHEMA_INTERFACE_PATTERN);
    ics_schema_reference(writer, "additionalProperties", "address");
    ics_json_writer_end_object(writer);
    ics_schema_array(writer, "faults", "host-fault", ICS_TRACE_FAULTS_MAX);
    ics_schema_reference(writer, "stream", "stream");
    ics_json_writer_end_object(writer);
    ics_json_writer_member_bool(writer, "additionalProperties", false);
    ics_json_writer_key(writer, "not");
    ics_schema_has(writer, (const char *const[]){"address", "interfaces", NULL});
    ics_json_writer_end_object(writer);
}

static void trace_schema_write_queue(IcsJsonWriter *writer)
{
    g_autoptr(GPtrArray) names = g_ptr_array_new();
    for (const IcsQueueClass *const *klass = ics_queue_classes; *klass != NULL; klass++) {
        g_ptr_array_add(names, (gpointer)(*klass)->name);
    }
    g_ptr_array_add(names, NULL);
    ics_json_writer_member_object(writer, "queue");
    ics_json_writer_member_string(writer, "type", "object");
    ics_json_writer_member_object(writer, "properties");
    ics_json_writer_member_object(writer, "discipline");
    ics_schema_names(writer, "enum", (const char *const *)names->pdata);
    ics_json_writer_end_object(writer);
    ics_json_writer_end_object(writer);
    ics_schema_names(writer, "required", (const char *const[]){"discipline", NULL});
    ics_json_writer_member_array(writer, "allOf");
    for (const IcsQueueClass *const *klass = ics_queue_classes; *klass != NULL; klass++) {
        ics_schema_begin_case(writer, "discipline", (*klass)->name, NULL);
        ics_json_writer_member_string(writer, "description", (*klass)->doc);
        ics_json_writer_member_object(writer, "properties");
        ics_json_writer_member_bool(writer, "discipline", true);
        ics_schema_properties(writer, (*klass)->parameters, NULL);
        ics_json_writer_end_object(writer);
        ics_schema_required(writer, (*klass)->parameters, NULL);
        ics_json_writer_member_bool(writer, "additionalProperties", false);
        ics_schema_end_case(writer);
    }
    ics_json_writer_end_array(writer);
    ics_json_writer_end_object(writer);
}

/* What a link and one direction of it have in common: rows, queue. */
static void trace_schema_write_direction_members(IcsJsonWriter *writer)
{
    ics_schema_properties(writer, ics_trace_direction_parameters, NULL);
    ics_schema_reference(writer, "queue", "queue");
}

static void trace_schema_write_rate_or_capacity(IcsJsonWriter *writer)
{
    ics_json_writer_key(writer, "not");
    ics_schema_has(writer, (const char *const[]){"rate", "capacity", NULL});
}

static void trace_schema_write_direction(IcsJsonWriter *writer)
{
    ics_json_writer_member_object(writer, "direction");
    ics_json_writer_member_string(writer, "type", "object");
    ics_json_writer_member_object(writer, "properties");
    trace_schema_write_direction_members(writer);
    ics_json_writer_end_object(writer);
    ics_json_writer_member_bool(writer, "additionalProperties", false);
    trace_schema_write_rate_or_capacity(writer);
    ics_json_writer_end_object(writer);
}

static void trace_schema_write_ends(IcsJsonWriter *writer)
{
    ics_json_writer_member_object(writer, "ends");
    ics_json_writer_member_string(writer, "description",
                                  "the two hosts that it joins, \"host\" or \"host/interface\"");
    ics_json_writer_member_string(writer, "type", "array");
    ics_json_writer_member_int64(writer, "minItems", 2);
    ics_json_writer_member_int64(writer, "maxItems", 2);
    ics_json_writer_member_bool(writer, "uniqueItems", true);
    ics_schema_pattern(writer, "items", SCHEMA_END_PATTERN);
    ics_json_writer_end_object(writer);
}

static void trace_schema_write_from(IcsJsonWriter *writer)
{
    ics_json_writer_member_object(writer, "from");
    ics_json_writer_member_string(writer, "description",
                                  "what holds for the direction from one of its ends alone");
    ics_json_writer_member_string(writer, "type", "object");
    ics_json_writer_member_int64(writer, "maxProperties", 2);
    ics_schema_reference(writer, "additionalProperties", "direction");
    ics_json_writer_end_object(writer);
}

static void trace_schema_write_link(IcsJsonWriter *writer)
{
    static const IcsSchemaOverride overrides[] = {{"name", "name"}, {NULL, NULL}};
    static const char *const ends[] = {"ends", NULL};
    ics_json_writer_member_object(writer, "link");
    ics_json_writer_member_string(writer, "type", "object");
    ics_json_writer_member_object(writer, "properties");
    ics_schema_properties(writer, ics_trace_link_parameters, overrides);
    trace_schema_write_ends(writer);
    trace_schema_write_direction_members(writer);
    trace_schema_write_from(writer);
    ics_schema_array(writer, "faults", "link-fault", ICS_TRACE_FAULTS_MAX);
    ics_json_writer_end_object(writer);
    ics_schema_required(writer, ics_trace_link_parameters, ends);
    ics_json_writer_member_bool(writer, "additionalProperties", false);
    trace_schema_write_rate_or_capacity(writer);
    ics_json_writer_end_object(writer);
}

void ics_trace_schema_network(IcsJsonWriter *writer)
{
    ics_schema_pattern(writer, "address", SCHEMA_ADDRESS_PATTERN);
    trace_schema_write_host(writer);
    trace_schema_write_link(writer);
    trace_schema_write_direction(writer);
    trace_schema_write_queue(writer);
}
