/* The scalars at the top of a trace. */
#include "base/quote.h"
#include "traces/epoch.h"
#include "traces/trace_reader.h"

typedef struct IcsTraceHeader {
    int64_t version;
    char *title;
    char *look_at;
    int64_t seed;
    int64_t stop_ns;
    bool has_stop;
    char *epoch;
    char *transport;
    char *schema;
    char *comment;
} IcsTraceHeader;

const IcsParameter ics_trace_header_parameters[] = {
    ICS_PARAMETER_INTEGER_ROW(IcsTraceHeader, version, "ipcsim", NULL, ICS_TRACE_VERSION,
                              ICS_TRACE_VERSION, "version of the format", ICS_PARAMETER_REQUIRED),
    ICS_PARAMETER_STRING_ROW(IcsTraceHeader, title, "title", "untitled",
                             "what the trace shows, in one line", .min = 1),
    ICS_PARAMETER_STRING_ROW(IcsTraceHeader, look_at, "look-at", NULL,
                             "what to look at in the results, a paragraph", .min = 1),
    ICS_PARAMETER_INTEGER_ROW(IcsTraceHeader, seed, "seed", "1", 0, INT64_MAX,
                              "of all random decisions"),
    ICS_PARAMETER_TIME_ROW(IcsTraceHeader, stop_ns, "stop", "1h", 1, ICS_TRACE_TIME_MAX_NS,
                           "virtual time at which the run ends, if it has not ended before",
                           ICS_PARAMETER_PRESENCE(IcsTraceHeader, has_stop)),
    ICS_PARAMETER_STRING_ROW(IcsTraceHeader, epoch, "epoch", ICS_EPOCH_DEFAULT,
                             "calendar time of virtual time 0: UTC, ISO 8601, up to 2105"),
    ICS_PARAMETER_STRING_ROW(IcsTraceHeader, transport, "transport", NULL,
                             "what carries the messages of datagram sockets, with its settings: "
                             "\"udp\", \"rdt.gbn(window=8)\"",
                             .min = 1),
    ICS_PARAMETER_STRING_ROW(IcsTraceHeader, schema, "$schema", NULL,
                             "where the schema of traces is, for editors"),
    ICS_TRACE_COMMENT_ROW(IcsTraceHeader),
    ICS_PARAMETER_END,
};

static const char *const trace_header_others[] = {"hosts",  "links",   "processes", "schedule",
                                                  "expect", "compare", "stream",    NULL};

/* Before anything else: the rest may mean something else there. */
static bool trace_header_check_version(const IcsJsonNode *root, GError **error)
{
    IcsJsonNode node;
    int64_t version;
    if (!ics_json_expect_object(root, error)) {
        return false;
    }
    if (!ics_json_member(root, "ipcsim", &node)) {
        ics_json_error(root, error,
                       "the key \"ipcsim\" is missing: a trace says %d there, the version of its "
                       "format",
                       ICS_TRACE_VERSION);
        return false;
    }
    if (!ics_json_get_int64(&node, &version, error)) {
        return false;
    }
    if (version != ICS_TRACE_VERSION) {
        ics_json_error(&node, error,
                       "expected %d, the version of the format, got %" G_GINT64_FORMAT,
                       ICS_TRACE_VERSION, version);
        return false;
    }
    return true;
}

static bool trace_header_read_epoch(IcsTrace *trace, const IcsJsonNode *root, const char *text,
                                    GError **error)
{
    if (ics_epoch_parse(text, &trace->epoch_unix_ns)) {
        return true;
    }
    IcsJsonNode node = ics_trace_reader_member(root, "epoch");
    g_autofree char *quoted = ics_quote(text);
    ics_json_error(&node, error,
                   "expected a time in UTC such as \"" ICS_EPOCH_DEFAULT
                   "\", years 1970 to 2105, got %s",
                   quoted);
    return false;
}

static bool trace_header_read_transport(IcsTrace *trace, const IcsJsonNode *root, const char *text,
                                        GError **error)
{
    GError *failure = NULL;
    if (text == NULL) {
        return true;
    }
    trace->transport = ics_transport_choice_parse(text, &failure);
    if (trace->transport != NULL) {
        return true;
    }
    IcsJsonNode node = ics_trace_reader_member(root, "transport");
    return ics_trace_reader_fail(&node, failure, error);
}

bool ics_trace_header_read(IcsTraceReader *self, const IcsJsonNode *root, GError **error)
{
    if (!trace_header_check_version(root, error)) {
        return false;
    }
    const IcsParameter *const tables[] = {ics_trace_header_parameters, NULL};
    g_autoptr(GPtrArray) keys = ics_trace_reader_keys(tables, trace_header_others);
    const IcsTraceHeader *header =
        ics_trace_reader_config(self, root, ics_trace_header_parameters, sizeof(*header),
                                (const char *const *)keys->pdata, error);
    if (header == NULL) {
        return false;
    }
    IcsTrace *trace = self->trace;
    trace->title = header->title;
    trace->look_at = header->look_at;
    trace->seed = (uint64_t)header->seed;
    trace->stop_ns = header->stop_ns;
    trace->has_stop = header->has_stop;
    ics_stream_config_default(&trace->stream);
    return trace_header_read_epoch(trace, root, header->epoch, error) &&
           trace_header_read_transport(trace, root, header->transport, error) &&
           ics_trace_stream_read(root, &trace->stream, &trace->has_stream, error);
}
