/* "compare": what `ipcsim compare` does with the trace unless the command line says otherwise. */
#include "protocols/socket/transport.h"
#include "traces/trace_reader.h"

typedef struct IcsTraceCompareConfig {
    int64_t runs;
    char *comment;
} IcsTraceCompareConfig;

const IcsParameter ics_trace_compare_parameters[] = {
    ICS_PARAMETER_INTEGER_ROW(IcsTraceCompareConfig, runs, "runs", G_STRINGIFY(ICS_TRACE_RUNS), 1,
                              ICS_TRACE_RUNS_MAX,
                              "of each transport, with one seed after the other"),
    ICS_TRACE_COMMENT_ROW(IcsTraceCompareConfig),
    ICS_PARAMETER_END,
};

static const char *const trace_compare_others[] = {"transports", NULL};

static void trace_compare_free_choice(gpointer choice)
{
    ics_transport_choice_free(choice);
}

static bool trace_compare_read_transport(GPtrArray *transports, const IcsJsonNode *node,
                                         GError **error)
{
    const char *text;
    GError *failure = NULL;
    if (!ics_json_get_string(node, &text, error)) {
        return false;
    }
    IcsTransportChoice *choice = ics_transport_choice_parse(text, &failure);
    if (choice == NULL) {
        return ics_trace_reader_fail(node, failure, error);
    }
    g_ptr_array_add(transports, choice);
    return true;
}

static bool trace_compare_read_transports(IcsTrace *trace, const IcsJsonNode *list, GError **error)
{
    IcsJsonIterator iterator;
    IcsJsonNode node;
    if (!ics_json_expect_array(list, error)) {
        return false;
    }
    size_t n = ics_json_length(list);
    if (n == 0 || n > ICS_TRACE_TRANSPORTS_MAX) {
        ics_json_error(list, error, "expected 1 to %d transports, got %zu",
                       ICS_TRACE_TRANSPORTS_MAX, n);
        return false;
    }
    trace->compare_transports = g_ptr_array_new_with_free_func(trace_compare_free_choice);
    ics_json_iterator_init(&iterator, list);
    while (ics_json_iterator_next(&iterator, &node)) {
        if (!trace_compare_read_transport(trace->compare_transports, &node, error)) {
            return false;
        }
    }
    return true;
}

bool ics_trace_compare_read(IcsTraceReader *self, const IcsJsonNode *root, GError **error)
{
    IcsJsonNode node;
    IcsJsonNode list;
    self->trace->compare_runs = ICS_TRACE_RUNS;
    if (!ics_json_member(root, "compare", &node)) {
        return true;
    }
    const IcsParameter *const tables[] = {ics_trace_compare_parameters, NULL};
    g_autoptr(GPtrArray) keys = ics_trace_reader_keys(tables, trace_compare_others);
    const IcsTraceCompareConfig *config =
        ics_trace_reader_config(self, &node, ics_trace_compare_parameters, sizeof(*config),
                                (const char *const *)keys->pdata, error);
    if (config == NULL) {
        return false;
    }
    self->trace->compare_runs = (uint32_t)config->runs;
    return !ics_json_member(&node, "transports", &list) ||
           trace_compare_read_transports(self->trace, &list, error);
}
