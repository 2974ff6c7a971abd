#include "traces/trace.h"

#include <string.h>

#include "base/error.h"
#include "base/hash.h"
#include "base/memory.h"
#include "protocols/programs/operations.h"
#include "traces/trace_reader.h"

static void trace_free_capacity(gpointer data)
{
    ics_capacity_free(data);
}

static void trace_free_operations(gpointer data)
{
    ics_operations_free(data);
}

static IcsTrace *trace_new(IcsJsonDocument *document)
{
    IcsTrace *self = g_new0(IcsTrace, 1);
    self->document = document;
    self->name = g_strdup(ics_json_document_name(document));
    self->hosts = g_array_new(FALSE, FALSE, sizeof(IcsTraceHost));
    self->links = g_array_new(FALSE, FALSE, sizeof(IcsTraceLink));
    self->processes = g_array_new(FALSE, FALSE, sizeof(IcsTraceProcess));
    self->schedule = g_array_new(FALSE, FALSE, sizeof(IcsTraceAction));
    self->expectations = g_array_new(FALSE, FALSE, sizeof(IcsTraceExpectation));
    self->warnings = g_ptr_array_new_with_free_func(g_free);
    self->configs = g_array_new(FALSE, FALSE, sizeof(IcsTraceConfig));
    self->operations = g_ptr_array_new_with_free_func(trace_free_operations);
    self->capacities = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, trace_free_capacity);
    ics_arena_init(&self->arena);
    return self;
}

static void trace_free_hosts(IcsTrace *self)
{
    for (guint i = 0; i < self->hosts->len; i++) {
        const IcsTraceHost *host = &g_array_index(self->hosts, IcsTraceHost, i);
        g_array_unref(host->interfaces);
        g_array_unref(host->faults);
    }
    g_array_unref(self->hosts);
}

static void trace_free_links(IcsTrace *self)
{
    for (guint i = 0; i < self->links->len; i++) {
        g_array_unref(g_array_index(self->links, IcsTraceLink, i).faults);
    }
    g_array_unref(self->links);
}

static void trace_free_schedule(IcsTrace *self)
{
    for (guint i = 0; i < self->schedule->len; i++) {
        IcsTraceAction *action = &g_array_index(self->schedule, IcsTraceAction, i);
        g_clear_pointer(&action->sides[0], g_array_unref);
        g_clear_pointer(&action->sides[1], g_array_unref);
    }
    g_array_unref(self->schedule);
}

static void trace_free_configs(IcsTrace *self)
{
    for (guint i = 0; i < self->configs->len; i++) {
        const IcsTraceConfig *owned = &g_array_index(self->configs, IcsTraceConfig, i);
        ics_parameters_clear(owned->parameters, owned->config);
        g_free(owned->config);
    }
    g_array_unref(self->configs);
}

void ics_trace_free(IcsTrace *self)
{
    if (self == NULL) {
        return;
    }
    ics_transport_choice_free(self->transport);
    g_clear_pointer(&self->compare_transports, g_ptr_array_unref);
    trace_free_hosts(self);
    trace_free_links(self);
    g_array_unref(self->processes);
    trace_free_schedule(self);
    g_array_unref(self->expectations);
    g_ptr_array_unref(self->warnings);
    g_ptr_array_unref(self->operations);
    g_hash_table_unref(self->capacities);
    trace_free_configs(self);
    ics_arena_clear(&self->arena);
    ics_json_document_free(self->document);
    g_free(self->name);
    g_free(self->sha256);
    g_free(self);
}

/* ---- reading ---- */

static bool trace_apply_sets(IcsJsonDocument *document, const char *const *sets, GError **error)
{
    for (; sets != NULL && *sets != NULL; sets++) {
        const char *equals = strchr(*sets, '=');
        if (equals == NULL) {
            g_set_error(error, ICS_ERROR, ICS_ERROR_INPUT,
                        "--set %s: expected POINTER=VALUE, such as /seed=7", *sets);
            return false;
        }
        g_autofree char *pointer = g_strndup(*sets, (gsize)(equals - *sets));
        if (!ics_json_document_set(document, pointer, equals + 1, error)) {
            return false;
        }
    }
    return true;
}

static bool trace_read_parts(IcsTraceReader *reader, const IcsJsonNode *root, GError **error)
{
    return ics_trace_header_read(reader, root, error) &&
           ics_trace_hosts_read(reader, root, error) && ics_trace_links_read(reader, root, error) &&
           ics_trace_processes_read(reader, root, error) &&
           ics_trace_schedule_read(reader, root, error) &&
           ics_trace_compare_read(reader, root, error) &&
           ics_trace_expectations_read(reader, root, error) && ics_trace_check(reader, root, error);
}

static void trace_count_warnings(const IcsTraceReader *reader)
{
    if (reader->warnings > ICS_TRACE_WARNINGS_MAX) {
        g_ptr_array_add(reader->trace->warnings,
                        g_strdup_printf("%s: %u further warnings", reader->trace->name,
                                        reader->warnings - ICS_TRACE_WARNINGS_MAX));
    }
}

static bool trace_read(IcsTrace *self, const char *base_directory, GError **error)
{
    IcsTraceReader reader = {.trace = self, .base_directory = base_directory};
    IcsJsonNode root = ics_json_root(self->document);
    ics_name_index_init(&reader.hosts, "host");
    ics_name_index_init(&reader.links, "link");
    ics_name_index_init(&reader.processes, "process");
    reader.interfaces = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    reader.addresses = g_hash_table_new(NULL, NULL);
    reader.changes = g_hash_table_new(NULL, NULL);
    bool ok = trace_read_parts(&reader, &root, error);
    trace_count_warnings(&reader);
    ics_name_index_clear(&reader.hosts);
    ics_name_index_clear(&reader.links);
    ics_name_index_clear(&reader.processes);
    g_hash_table_unref(reader.interfaces);
    g_hash_table_unref(reader.addresses);
    g_hash_table_unref(reader.changes);
    g_free(reader.neighbour_start);
    g_free(reader.neighbours);
    return ok;
}

/* Consumes the document. */
static IcsTrace *trace_take(IcsJsonDocument *document, const char *base_directory,
                            const char *const *sets, uint64_t memory_limit_bytes, GError **error)
{
    g_autoptr(IcsTrace) self = trace_new(document);
    if (!trace_apply_sets(document, sets, error) ||
        !ics_trace_fits_memory(document, memory_limit_bytes, error) ||
        !trace_read(self, base_directory, error)) {
        return NULL;
    }
    g_autofree char *text = ics_json_document_text(document);
    self->sha256 = ics_sha256_hex(text, strlen(text));
    return g_steal_pointer(&self);
}

IcsTrace *ics_trace_load_within(const char *path, const char *const *sets,
                                uint64_t memory_limit_bytes, GError **error)
{
    int64_t limit = (int64_t)MIN(memory_limit_bytes, (uint64_t)INT64_MAX);
    IcsJsonDocument *document = ics_json_document_load_within(path, limit, error);
    if (document == NULL) {
        return NULL;
    }
    g_autofree char *directory = strcmp(path, "-") == 0 ? NULL : g_path_get_dirname(path);
    return trace_take(document, directory, sets, memory_limit_bytes, error);
}

IcsTrace *ics_trace_load(const char *path, const char *const *sets, GError **error)
{
    return ics_trace_load_within(path, sets, (uint64_t)ics_memory_default_limit_bytes(), error);
}

IcsTrace *ics_trace_parse(const char *name, const char *text, size_t n, const char *base_directory,
                          const char *const *sets, GError **error)
{
    IcsJsonDocument *document = ics_json_document_parse(name, text, n, error);
    if (document == NULL) {
        return NULL;
    }
    return trace_take(document, base_directory, sets, (uint64_t)ics_memory_default_limit_bytes(),
                      error);
}
