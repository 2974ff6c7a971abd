#include <inttypes.h>

#include "sim/digest.h"
#include "tool/report/result_json_internal.h"

/* ---- values that occur in several places ---- */

void ics_result_json_ratio(IcsJsonWriter *writer, const char *key, IcsRatio ratio)
{
    if (ratio.of == 0) {
        ics_json_writer_member_null(writer, key);
        return;
    }
    ics_json_writer_member_object(writer, key);
    ics_json_writer_member_uint64(writer, "n", ratio.n);
    ics_json_writer_member_uint64(writer, "of", ratio.of);
    ics_json_writer_end_object(writer);
}

void ics_result_json_causes(IcsJsonWriter *writer, const char *key, const uint64_t *by_cause)
{
    ics_json_writer_member_object(writer, key);
    for (int cause = 0; by_cause != NULL && cause < ICS_N_CAUSES; cause++) {
        if (by_cause[cause] > 0) {
            ics_json_writer_member_uint64(writer, ics_cause_name((IcsCause)cause), by_cause[cause]);
        }
    }
    ics_json_writer_end_object(writer);
}

void ics_result_json_optional(IcsJsonWriter *writer, const char *key, bool is_defined,
                              int64_t value)
{
    if (is_defined) {
        ics_json_writer_member_int64(writer, key, value);
    } else {
        ics_json_writer_member_null(writer, key);
    }
}

void ics_result_json_lines(IcsJsonWriter *writer, const char *key, const GPtrArray *lines)
{
    ics_json_writer_member_array(writer, key);
    for (guint i = 0; lines != NULL && i < lines->len; i++) {
        ics_json_writer_string(writer, g_ptr_array_index(lines, i));
    }
    ics_json_writer_end_array(writer);
}

/* ---- the object ---- */

static void result_json_write_run(const IcsResult *result, IcsJsonWriter *writer)
{
    ics_json_writer_member_int64(writer, "ipcsim_result", ICS_RESULT_VERSION);
    ics_json_writer_member_string(writer, "command", result->command);
    ics_json_writer_member_string(writer, "version", ICS_VERSION);
    ics_json_writer_member_object(writer, "trace");
    ics_json_writer_member_string(writer, "title", result->title);
    ics_json_writer_member_string(writer, "sha256", result->sha256);
    ics_json_writer_end_object(writer);
    ics_json_writer_member_uint64(writer, "seed", result->seed);
    ics_json_writer_member_string(writer, "stopped", result->stopped);
    ics_json_writer_member_int64(writer, "virtual_ns", result->virtual_ns);
    ics_json_writer_member_uint64(writer, "events", result->events);
    ics_json_writer_key(writer, "digest");
    ics_json_writer_string_format(writer, "%016" PRIx64, result->digest);
    ics_json_writer_member_int64(writer, "digest_version", ICS_DIGEST_VERSION);
    ics_json_writer_member_string(writer, "broken_invariant", result->broken);
    if (result->live != NULL) {
        ics_result_json_write_live(result->live, writer);
    }
}

static void result_json_write_traffic(const IcsResult *result, IcsJsonWriter *writer)
{
    ics_json_writer_member_array(writer, "flows");
    for (guint i = 0; i < result->flows->len; i++) {
        ics_result_json_write_flow(&g_array_index(result->flows, IcsFlowResult, i), writer);
    }
    ics_json_writer_end_array(writer);
    ics_json_writer_member_array(writer, "links");
    for (guint i = 0; i < result->links->len; i++) {
        ics_result_json_write_link(&g_array_index(result->links, IcsLinkResult, i),
                                   result->virtual_ns, writer);
    }
    ics_json_writer_end_array(writer);
}

/* Only of runs that have some. */
static void result_json_write_connections(const IcsResult *result, IcsJsonWriter *writer)
{
    if (result->connections->len == 0) {
        return;
    }
    ics_json_writer_member_array(writer, "connections");
    for (guint i = 0; i < result->connections->len; i++) {
        ics_result_json_write_connection(
            &g_array_index(result->connections, IcsConnectionResult, i), writer);
    }
    ics_json_writer_end_array(writer);
    ics_json_writer_member_uint64(writer, "more_connections", result->more_connections);
}

static void result_json_write_actors(const IcsResult *result, IcsJsonWriter *writer)
{
    ics_json_writer_member_array(writer, "hosts");
    for (guint i = 0; i < result->hosts->len; i++) {
        ics_result_json_write_host(&g_array_index(result->hosts, IcsHostResult, i), writer);
    }
    ics_json_writer_end_array(writer);
    ics_json_writer_member_array(writer, "processes");
    for (guint i = 0; i < result->processes->len; i++) {
        ics_result_json_write_process(&g_array_index(result->processes, IcsProcessResult, i),
                                      writer);
    }
    ics_json_writer_end_array(writer);
}

static void result_json_write_verdict(const IcsResult *result, IcsJsonWriter *writer)
{
    ics_json_writer_member_array(writer, "expectations");
    for (guint i = 0; i < result->expectations->len; i++) {
        ics_result_json_write_expectation(
            &g_array_index(result->expectations, IcsExpectationResult, i), writer);
    }
    ics_json_writer_end_array(writer);
    ics_json_writer_member_bool(writer, "ok", result->ok);
    ics_result_json_lines(writer, "warnings", result->warnings);
}

void ics_result_json_write(const IcsResult *result, IcsJsonWriter *writer)
{
    ics_json_writer_begin_object(writer);
    result_json_write_run(result, writer);
    result_json_write_traffic(result, writer);
    result_json_write_connections(result, writer);
    result_json_write_actors(result, writer);
    result_json_write_verdict(result, writer);
    ics_json_writer_end_object(writer);
}

char *ics_result_json_text(const IcsResult *result)
{
    GString *text = g_string_new(NULL);
    IcsJsonWriter writer;
    ics_json_writer_init(&writer, text, ICS_JSON_WRITER_PRETTY);
    ics_result_json_write(result, &writer);
    ics_json_writer_finish(&writer);
    g_string_append_c(text, '\n');
    return g_string_free(text, FALSE);
}
