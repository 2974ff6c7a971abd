/* Links: their ends, and what their two directions have in common and apart. */
#include <string.h>

#include "base/error.h"
#include "base/quote.h"
#include "traces/trace_direction.h"
#include "traces/trace_reader.h"

typedef struct IcsTraceLinkSettings {
    char *name;
    int departures; /* 0: computed where that is possible, 1: scheduled */
    char *comment;
} IcsTraceLinkSettings;

static const char *const trace_links_departures[] = {"computed", "scheduled", NULL};

const IcsParameter ics_trace_link_parameters[] = {
    ICS_PARAMETER_STRING_ROW(IcsTraceLinkSettings, name, "name", NULL, "its name",
                             ICS_PARAMETER_REQUIRED),
    ICS_PARAMETER_NAME_ROW(IcsTraceLinkSettings, departures, "departures", "computed",
                           trace_links_departures,
                           "how the simulator works: computed in advance where possible, or an "
                           "event each; the results are the same"),
    ICS_TRACE_COMMENT_ROW(IcsTraceLinkSettings),
    ICS_PARAMETER_END,
};

static const char *const trace_links_others[] = {"ends", "queue", "faults", "from", NULL};

/* ---- ends ---- */

/* The index of an interface that is named "eth0", in a host. */
static bool trace_links_find_interface(const IcsTraceReader *self, const IcsJsonNode *node,
                                       const IcsTraceHost *host, const char *name, uint32_t *index,
                                       GError **error)
{
    g_autofree char *full = g_strdup_printf("%s/%s", host->name, name);
    gpointer value;
    if (g_hash_table_lookup_extended(self->interfaces, full, NULL, &value)) {
        *index = GPOINTER_TO_UINT(value);
        return true;
    }
    const IcsTraceInterface *first = &g_array_index(host->interfaces, IcsTraceInterface, 0);
    if (strcmp(first->name, name) == 0) {
        *index = 0;
        return true;
    }
    g_autoptr(GPtrArray) names = g_ptr_array_new();
    for (guint i = 0; i < host->interfaces->len; i++) {
        g_ptr_array_add(names,
                        (gpointer)g_array_index(host->interfaces, IcsTraceInterface, i).name);
    }
    g_ptr_array_add(names, NULL);
    g_autofree char *what = g_strdup_printf("interface of %s", host->name);
    ics_json_error_unknown(node, what, name, (const char *const *)names->pdata, error);
    return false;
}

static bool trace_links_claim_interface(const IcsTraceReader *self, const IcsJsonNode *node,
                                        IcsTraceHost *host, const char *name, uint32_t *index,
                                        GError **error)
{
    if (!trace_links_find_interface(self, node, host, name, index, error)) {
        return false;
    }
    IcsTraceInterface *interface = &g_array_index(host->interfaces, IcsTraceInterface, *index);
    if (interface->linked) {
        ics_json_error(node, error, "another link ends at %s/%s already", host->name, name);
        return false;
    }
    interface->linked = true;
    return true;
}

/* "client" or "client/eth0". Without an interface, one is chosen when all links are known. */
static bool trace_links_read_end(IcsTraceReader *self, const IcsJsonNode *node, IcsTraceLink *link,
                                 int end, GError **error)
{
    const char *text;
    if (!ics_json_get_string(node, &text, error)) {
        return false;
    }
    const char *slash = strchr(text, '/');
    g_autofree char *name = g_strndup(text, strcspn(text, "/"));
    if (!ics_name_index_find(&self->hosts, node, name, &link->ends[end], error)) {
        return false;
    }
    link->interfaces[end] = ICS_TRACE_NO_INTERFACE;
    IcsTraceHost *host = &g_array_index(self->trace->hosts, IcsTraceHost, link->ends[end]);
    return slash == NULL ||
           trace_links_claim_interface(self, node, host, slash + 1, &link->interfaces[end], error);
}

static bool trace_links_read_ends(IcsTraceReader *self, const IcsJsonNode *node, IcsTraceLink *link,
                                  GError **error)
{
    IcsJsonNode ends;
    if (!ics_json_require_member(node, "ends", &ends, error)) {
        return false;
    }
    if (!ics_json_expect_array(&ends, error)) {
        return false;
    }
    if (ics_json_length(&ends) != 2) {
        ics_json_error(&ends, error,
                       "expected two hosts, such as [\"client\", \"server\"], got %zu",
                       ics_json_length(&ends));
        return false;
    }
    for (int end = 0; end < 2; end++) {
        IcsJsonNode child;
        ics_json_element(&ends, (size_t)end, &child);
        if (!trace_links_read_end(self, &child, link, end, error)) {
            return false;
        }
    }
    if (link->ends[0] == link->ends[1]) {
        ics_json_error(&ends, error,
                       "a link joins two hosts: a host reaches itself by its loopback interface");
        return false;
    }
    return true;
}

/* How far the interfaces of a host have been given to links. */
typedef struct IcsInterfaceCursor {
    uint32_t next;   /* those before it have links */
    uint32_t number; /* those made are eth0 .. up to the one before it, as far as they were free */
} IcsInterfaceCursor;

/* A further interface with the first one's address. */
static void trace_links_make_interface(IcsTraceReader *self, IcsTraceHost *host,
                                       IcsInterfaceCursor *cursor)
{
    IcsTraceInterface made = g_array_index(host->interfaces, IcsTraceInterface, 0);
    g_autofree char *name = NULL;
    cursor->number = MAX(cursor->number, cursor->next);
    do {
        g_free(name);
        name = g_strdup_printf("%s/eth%u", host->name, cursor->number++);
    } while (g_hash_table_contains(self->interfaces, name));
    made.name = ics_trace_reader_string(self, strchr(name, '/') + 1);
    g_array_append_val(host->interfaces, made);
}

/* The next interface that no link has claimed by name, made if need be. */
static uint32_t trace_links_give_interface(IcsTraceReader *self, IcsTraceHost *host,
                                           IcsInterfaceCursor *cursor)
{
    while (cursor->next < host->interfaces->len &&
           g_array_index(host->interfaces, IcsTraceInterface, cursor->next).linked) {
        cursor->next++;
    }
    if (cursor->next == host->interfaces->len) {
        trace_links_make_interface(self, host, cursor);
    }
    g_array_index(host->interfaces, IcsTraceInterface, cursor->next).linked = true;
    return cursor->next;
}

static void trace_links_give_interfaces(IcsTraceReader *self)
{
    const IcsTrace *trace = self->trace;
    g_autofree IcsInterfaceCursor *cursors = g_new0(IcsInterfaceCursor, trace->hosts->len);
    for (guint i = 0; i < trace->links->len; i++) {
        IcsTraceLink *link = &g_array_index(trace->links, IcsTraceLink, i);
        for (int end = 0; end < 2; end++) {
            uint32_t host = link->ends[end];
            if (link->interfaces[end] == ICS_TRACE_NO_INTERFACE) {
                link->interfaces[end] = trace_links_give_interface(
                    self, &g_array_index(trace->hosts, IcsTraceHost, host), &cursors[host]);
            }
        }
    }
}

/* ---- one link ---- */

static bool trace_links_read_settings(IcsTraceReader *self, const IcsJsonNode *node,
                                      const char *const *keys, IcsTraceLink *link, GError **error)
{
    const IcsTraceLinkSettings *settings = ics_trace_reader_config(
        self, node, ics_trace_link_parameters, sizeof(*settings), keys, error);
    if (settings == NULL) {
        return false;
    }
    IcsJsonNode name = ics_trace_reader_member(node, "name");
    uint32_t index = self->trace->links->len;
    if (!ics_trace_reader_check_name(&name, false, "link", settings->name, error)) {
        return false;
    }
    if (!ics_name_index_add(&self->links, settings->name, index)) {
        ics_name_index_has(&self->links, settings->name, &index);
        ics_json_error(&name, error, "two links are called \"%s\": see %s", settings->name,
                       g_array_index(self->trace->links, IcsTraceLink, index).pointer);
        return false;
    }
    link->name = settings->name;
    for (int i = 0; i < 2; i++) {
        link->config[i].name = link->name;
        link->config[i].pointer = link->pointer;
        link->config[i].scheduled = settings->departures == 1;
    }
    return true;
}

static bool trace_links_read_one(IcsTraceReader *self, const IcsJsonNode *node, GError **error)
{
    const IcsParameter *const tables[] = {ics_trace_link_parameters, ics_trace_direction_parameters,
                                          NULL};
    g_autoptr(GPtrArray) keys = ics_trace_reader_keys(tables, trace_links_others);
    const char *const *list = (const char *const *)keys->pdata;
    IcsTraceLink link = {.pointer = ics_trace_reader_pointer(self, node)};
    if (!trace_links_read_settings(self, node, list, &link, error) ||
        !trace_links_read_ends(self, node, &link, error)) {
        return false;
    }
    link.faults = g_array_new(FALSE, FALSE, sizeof(IcsTraceFault));
    g_array_append_val(self->trace->links, link);
    IcsTraceLink *kept =
        &g_array_index(self->trace->links, IcsTraceLink, self->trace->links->len - 1);
    return ics_trace_direction_read(self, node, kept, list, error) &&
           ics_trace_faults_read(self, node, kept, kept->faults, error) &&
           ics_trace_faults_check_chains(self, node, kept, error);
}

void ics_trace_links_find_neighbours(IcsTraceReader *self)
{
    const IcsTrace *trace = self->trace;
    if (self->neighbours != NULL) {
        return;
    }
    uint32_t n = trace->hosts->len;
    self->neighbour_start = g_new0(uint32_t, (gsize)n + 2);
    self->neighbours = g_new(uint32_t, (gsize)trace->links->len * 2 + 1);
    uint32_t *next = self->neighbour_start + 1;
    for (guint i = 0; i < 2 * trace->links->len; i++) {
        next[g_array_index(trace->links, IcsTraceLink, i / 2).ends[i % 2] + 1]++;
    }
    for (uint32_t host = 0; host < n; host++) {
        next[host + 1] += next[host];
    }
    for (guint i = 0; i < 2 * trace->links->len; i++) {
        const IcsTraceLink *link = &g_array_index(trace->links, IcsTraceLink, i / 2);
        self->neighbours[next[link->ends[i % 2]]++] = link->ends[1 - i % 2];
    }
}

bool ics_trace_links_read(IcsTraceReader *self, const IcsJsonNode *root, GError **error)
{
    IcsJsonNode links;
    IcsJsonIterator iterator;
    IcsJsonNode child;
    if (!ics_json_member(root, "links", &links)) {
        return true;
    }
    if (!ics_json_expect_array(&links, error)) {
        return false;
    }
    ics_json_iterator_init(&iterator, &links);
    while (ics_json_iterator_next(&iterator, &child)) {
        if (!trace_links_read_one(self, &child, error)) {
            return false;
        }
    }
    trace_links_give_interfaces(self);
    return true;
}
