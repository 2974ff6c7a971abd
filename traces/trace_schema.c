#include "traces/trace_schema.h"

#include "traces/epoch.h"
#include "traces/trace_reader.h"
#include "traces/trace_schema_parts.h"

static void trace_schema_write_hosts(IcsJsonWriter *writer)
{
    ics_json_writer_member_object(writer, "hosts");
    ics_json_writer_member_string(writer, "description", "hosts by name");
    ics_json_writer_member_string(writer, "type", "object");
    ics_json_writer_member_int64(writer, "minProperties", 1);
    ics_schema_reference(writer, "propertyNames", "name");
    ics_schema_reference(writer, "additionalProperties", "host");
    ics_json_writer_end_object(writer);
}

/* A class, and in parentheses its settings, which only the loader reads. */
static void trace_schema_write_transport(IcsJsonWriter *writer)
{
    g_autoptr(GString) pattern = g_string_new("^\\s*(");
    for (const IcsTransportClass *const *at = ics_transport_classes; *at != NULL; at++) {
        g_autofree char *name = g_regex_escape_string((*at)->name, -1);
        g_string_append_printf(pattern, "%s%s", at > ics_transport_classes ? "|" : "", name);
    }
    g_string_append(pattern, ")\\s*(\\([^()]*\\))?\\s*$");
    ics_schema_pattern(writer, "transport", pattern->str);
}

static void trace_schema_write_compare(IcsJsonWriter *writer)
{
    ics_json_writer_member_object(writer, "compare");
    ics_json_writer_member_string(writer, "description", "what `ipcsim compare` does");
    ics_json_writer_member_string(writer, "type", "object");
    ics_json_writer_member_object(writer, "properties");
    ics_json_writer_member_object(writer, "transports");
    ics_json_writer_member_string(
        writer, "description", "the rows of the table, such as \"udp\" or \"rdt.gbn(window=8)\"");
    ics_json_writer_member_string(writer, "type", "array");
    ics_json_writer_member_int64(writer, "minItems", 1);
    ics_json_writer_member_int64(writer, "maxItems", ICS_TRACE_TRANSPORTS_MAX);
    ics_schema_reference(writer, "items", "transport");
    ics_json_writer_end_object(writer);
    ics_schema_properties(writer, ics_trace_compare_parameters, NULL);
    ics_json_writer_end_object(writer);
    ics_json_writer_member_bool(writer, "additionalProperties", false);
    ics_json_writer_end_object(writer);
}

static void trace_schema_write_stream(IcsJsonWriter *writer)
{
    ics_json_writer_member_object(writer, "stream");
    ics_json_writer_member_string(writer, "description", "how the reliable stream is set");
    ics_json_writer_member_string(writer, "type", "object");
    ics_json_writer_member_object(writer, "properties");
    ics_schema_properties(writer, ics_stream_parameters, NULL);
    ics_json_writer_end_object(writer);
    ics_json_writer_member_bool(writer, "additionalProperties", false);
    ics_json_writer_end_object(writer);
}

static void trace_schema_write_definitions(IcsJsonWriter *writer)
{
    ics_json_writer_member_object(writer, "$defs");
    ics_schema_pattern(writer, "name", ICS_TRACE_NAME_PATTERN);
    ics_schema_pattern(writer, "epoch", ICS_EPOCH_PATTERN);
    trace_schema_write_transport(writer);
    trace_schema_write_compare(writer);
    trace_schema_write_stream(writer);
    ics_trace_schema_network(writer);
    ics_trace_schema_faults(writer);
    ics_trace_schema_processes(writer);
    ics_trace_schema_schedule(writer);
    ics_trace_schema_expect(writer);
    ics_json_writer_end_object(writer);
}

void ics_trace_write_schema(IcsJsonWriter *writer)
{
    static const IcsSchemaOverride overrides[] = {
        {"epoch", "epoch"}, {"transport", "transport"}, {NULL, NULL}};
    static const char *const hosts[] = {"hosts", NULL};
    ics_json_writer_begin_object(writer);
    ics_json_writer_member_string(writer, "$schema",
                                  "https://json-schema.org/draft/2020-12/schema");
    ics_json_writer_member_string(writer, "title", "ipcsim trace");
    ics_json_writer_member_string(writer, "type", "object");
    ics_json_writer_member_object(writer, "properties");
    ics_schema_properties(writer, ics_trace_header_parameters, overrides);
    trace_schema_write_hosts(writer);
    ics_schema_array(writer, "links", "link", 0);
    ics_schema_array(writer, "processes", "process", 0);
    ics_schema_array(writer, "schedule", "action", 0);
    ics_schema_array(writer, "expect", "expectation", 0);
    ics_schema_reference(writer, "compare", "compare");
    ics_schema_reference(writer, "stream", "stream");
    ics_json_writer_end_object(writer);
    ics_schema_required(writer, ics_trace_header_parameters, hosts);
    ics_json_writer_member_bool(writer, "additionalProperties", false);
    trace_schema_write_definitions(writer);
    ics_json_writer_end_object(writer);
}
