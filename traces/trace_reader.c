#include "traces/trace_reader.h"

#include <string.h>

#include "base/error.h"
#include "base/quote.h"
#include "protocols/wire/ipv4_address.h"

#define TRACE_READER_NAME_MAX 63

const char *ics_trace_reader_string(IcsTraceReader *self, const char *text)
{
    return ics_arena_strdup(&self->trace->arena, text);
}

const char *ics_trace_reader_pointer(IcsTraceReader *self, const IcsJsonNode *node)
{
    g_autofree char *pointer = ics_json_pointer(node);
    return ics_trace_reader_string(self, pointer);
}

void ics_trace_reader_warn(IcsTraceReader *self, const IcsJsonNode *node, const char *format, ...)
{
    if (++self->warnings > ICS_TRACE_WARNINGS_MAX) {
        return;
    }
    va_list arguments;
    va_start(arguments, format);
    g_autofree char *message = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    g_autofree char *where = ics_json_where(node);
    g_ptr_array_add(self->trace->warnings, g_strdup_printf("%s: %s", where, message));
}

gpointer ics_trace_reader_config(IcsTraceReader *self, const IcsJsonNode *object,
                                 const IcsParameter *table, size_t bytes, const char *const *keys,
                                 GError **error)
{
    if (keys != NULL && !ics_json_refuse_unknown_keys(object, keys, error)) {
        return NULL;
    }
    IcsTraceConfig owned = {.parameters = table, .config = g_malloc0(MAX(bytes, 1))};
    g_array_append_val(self->trace->configs, owned);
    return ics_parameters_read(table, object, keys, owned.config, error) ? owned.config : NULL;
}

GPtrArray *ics_trace_reader_keys(const IcsParameter *const *tables, const char *const *others)
{
    GPtrArray *keys = g_ptr_array_new();
    for (; *tables != NULL; tables++) {
        for (const IcsParameter *row = *tables; row->name != NULL; row++) {
            g_ptr_array_add(keys, (gpointer)row->name);
        }
    }
    for (; others != NULL && *others != NULL; others++) {
        g_ptr_array_add(keys, (gpointer)*others);
    }
    g_ptr_array_add(keys, NULL);
    return keys;
}

bool ics_trace_reader_check_name(const IcsJsonNode *node, bool at_key, const char *what,
                                 const char *name, GError **error)
{
    size_t n = strspn(name, G_CSET_A_2_Z G_CSET_a_2_z G_CSET_DIGITS "._-");
    if (name[n] == '\0' && n >= 1 && n <= TRACE_READER_NAME_MAX && g_ascii_isalnum(name[0])) {
        return true;
    }
    g_autofree char *quoted = ics_quote(name);
    void (*fail)(const IcsJsonNode *, GError **, const char *, ...) =
        at_key ? ics_json_error_at_key : ics_json_error;
    fail(node, error,
         "%s cannot be the name of a %s: expected 1 to %d letters, digits, '.', '_' and '-', the "
         "first of them a letter or digit",
         quoted, what, TRACE_READER_NAME_MAX);
    return false;
}

IcsJsonNode ics_trace_reader_member(const IcsJsonNode *object, const char *key)
{
    IcsJsonNode node;
    bool found = ics_json_member(object, key, &node);
    g_assert(found);
    return node;
}

bool ics_trace_reader_fail(const IcsJsonNode *node, GError *failure, GError **error)
{
    ics_json_error(node, error, "%s", failure->message);
    g_error_free(failure);
    return false;
}

/* ---- references ---- */

char *ics_trace_reader_direction_name(const IcsTraceReader *self, const IcsTraceLink *link,
                                      int direction)
{
    GArray *hosts = self->trace->hosts;
    return g_strdup_printf("%s %s->%s", link->name,
                           g_array_index(hosts, IcsTraceHost, link->ends[direction]).name,
                           g_array_index(hosts, IcsTraceHost, link->ends[1 - direction]).name);
}

bool ics_trace_reader_link(const IcsTraceReader *self, const IcsJsonNode *node, const char *text,
                           uint32_t *link, int *direction, GError **error)
{
    g_autofree char *name = g_strndup(text, strcspn(text, " "));
    if (!ics_name_index_find(&self->links, node, name, link, error)) {
        return false;
    }
    const IcsTraceLink *found = &g_array_index(self->trace->links, IcsTraceLink, *link);
    g_autofree char *forth = ics_trace_reader_direction_name(self, found, 0);
    g_autofree char *back = ics_trace_reader_direction_name(self, found, 1);
    const char *const names[] = {forth, back, found->name, NULL};
    for (*direction = 0; names[*direction] != NULL; (*direction)++) {
        if (strcmp(names[*direction], text) == 0) {
            return true;
        }
    }
    ics_json_error_unknown(node, "link or direction", text, names, error);
    return false;
}

bool ics_trace_reader_direction(const IcsTraceReader *self, const IcsJsonNode *node,
                                const IcsTraceLink *link, bool directions[2], GError **error)
{
    const char *text;
    if (!ics_json_get_string(node, &text, error)) {
        return false;
    }
    GArray *hosts = self->trace->hosts;
    const char *a = g_array_index(hosts, IcsTraceHost, link->ends[0]).name;
    const char *b = g_array_index(hosts, IcsTraceHost, link->ends[1]).name;
    g_autofree char *forth = g_strdup_printf("%s->%s", a, b);
    g_autofree char *back = g_strdup_printf("%s->%s", b, a);
    const char *const names[] = {forth, back, "both", NULL};
    int index;
    if (!ics_json_get_name(node, "direction", names, &index, error)) {
        return false;
    }
    directions[0] = index != 1;
    directions[1] = index != 0;
    return true;
}

bool ics_trace_reader_process(const IcsTraceReader *self, const IcsJsonNode *node, const char *name,
                              GError **error)
{
    g_autofree char *parent = g_strndup(name, strcspn(name, "/"));
    uint32_t index;
    return ics_name_index_find(&self->processes, node, parent, &index, error);
}

static bool trace_reader_port(const IcsJsonNode *node, const char *text, GError **error)
{
    guint64 port;
    if (g_ascii_string_to_unsigned(text, 10, 1, UINT16_MAX, &port, NULL)) {
        return true;
    }
    g_autofree char *quoted = ics_quote(text);
    ics_json_error(node, error, "expected a port from 1 to 65535, got %s", quoted);
    return false;
}

bool ics_trace_reader_endpoint(const IcsTraceReader *self, const IcsJsonNode *node,
                               const char *text, GError **error)
{
    const char *colon = strrchr(text, ':');
    if (colon == NULL) {
        g_autofree char *quoted = ics_quote(text);
        ics_json_error(node, error, "expected \"host:port\", got %s", quoted);
        return false;
    }
    g_autofree char *host = g_strndup(text, (gsize)(colon - text));
    uint32_t index;
    uint32_t address;
    return (ics_ipv4_address_parse(host, &address) || strcmp(host, "localhost") == 0 ||
            ics_name_index_find(&self->hosts, node, host, &index, error)) &&
           trace_reader_port(node, colon + 1, error);
}

bool ics_trace_reader_flow(const IcsTraceReader *self, const IcsJsonNode *node, const char *text,
                           bool *by_port, GError **error)
{
    const char *arrow = strstr(text, " -> ");
    if (arrow == NULL) {
        g_autofree char *quoted = ics_quote(text);
        ics_json_error(node, error, "expected \"sender -> receiver\", got %s", quoted);
        return false;
    }
    const char *receiver = arrow + strlen(" -> ");
    g_autofree char *sender = g_strndup(text, (gsize)(arrow - text));
    bool is_port = strchr(receiver, ':') != NULL;
    if (by_port != NULL) {
        *by_port = is_port;
    }
    return ics_trace_reader_process(self, node, sender, error) &&
           (is_port ? ics_trace_reader_endpoint(self, node, receiver, error)
                    : ics_trace_reader_process(self, node, receiver, error));
}
