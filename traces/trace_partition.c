/* The two sides of a partition: "between": [["a", "b"], "c"]. */
#include "base/error.h"
#include "traces/trace_actions.h"

static gint trace_partition_compare(gconstpointer a, gconstpointer b)
{
    uint32_t x = *(const uint32_t *)a;
    uint32_t y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

/* `taken`: the hosts that stand on a side already. */
static bool trace_partition_add(const IcsTraceReader *self, const IcsJsonNode *node,
                                GHashTable *taken, GArray *side, GError **error)
{
    const char *name;
    uint32_t index;
    if (!ics_json_get_string(node, &name, error) ||
        !ics_name_index_find(&self->hosts, node, name, &index, error)) {
        return false;
    }
    if (!g_hash_table_add(taken, GUINT_TO_POINTER(index))) {
        ics_json_error(node, error, "the host \"%s\" stands here twice", name);
        return false;
    }
    g_array_append_val(side, index);
    return true;
}

/* One host, or an array of them. */
static bool trace_partition_read_side(const IcsTraceReader *self, const IcsJsonNode *node,
                                      GHashTable *taken, GArray *side, GError **error)
{
    IcsJsonIterator iterator;
    IcsJsonNode child;
    if (ics_json_type(node) == ICS_JSON_STRING) {
        return trace_partition_add(self, node, taken, side, error);
    }
    if (ics_json_type(node) != ICS_JSON_ARRAY || ics_json_length(node) == 0) {
        ics_json_error_expected(node, "a host or an array of at least one host", error);
        return false;
    }
    ics_json_iterator_init(&iterator, node);
    while (ics_json_iterator_next(&iterator, &child)) {
        if (!trace_partition_add(self, &child, taken, side, error)) {
            return false;
        }
    }
    g_array_sort(side, trace_partition_compare);
    return true;
}

static bool trace_partition_has(GArray *side, uint32_t host)
{
    return g_array_binary_search(side, &host, trace_partition_compare, NULL);
}

static uint64_t trace_partition_degree(const IcsTraceReader *self, const GArray *side)
{
    uint64_t links = 0;
    for (guint i = 0; i < side->len; i++) {
        uint32_t host = g_array_index(side, uint32_t, i);
        links += self->neighbour_start[host + 1] - self->neighbour_start[host];
    }
    return links;
}

static bool trace_partition_touches(const IcsTraceReader *self, const GArray *side, GArray *other)
{
    for (guint i = 0; i < side->len; i++) {
        uint32_t host = g_array_index(side, uint32_t, i);
        for (uint32_t k = self->neighbour_start[host]; k < self->neighbour_start[host + 1]; k++) {
            if (trace_partition_has(other, self->neighbours[k])) {
                return true;
            }
        }
    }
    return false;
}

/* A partition that cuts no link is a mistake. */
static bool trace_partition_check_cut(IcsTraceReader *self, const IcsJsonNode *node,
                                      const IcsTraceAction *action, GError **error)
{
    ics_trace_links_find_neighbours(self);
    uint64_t first = trace_partition_degree(self, action->sides[0]);
    int smaller = first <= trace_partition_degree(self, action->sides[1]) ? 0 : 1;
    if (trace_partition_touches(self, action->sides[smaller], action->sides[1 - smaller])) {
        return true;
    }
    ics_json_error(node, error, "no link joins the two sides");
    return false;
}

bool ics_trace_partition_read(IcsTraceReader *self, const IcsJsonNode *node, IcsTraceAction *action,
                              GError **error)
{
    IcsJsonNode hosts;
    for (int i = 0; i < 2; i++) {
        action->sides[i] = g_array_new(FALSE, FALSE, sizeof(uint32_t));
    }
    if (!ics_json_member(node, "between", &hosts)) {
        if (action->kind == ICS_ACTION_REPAIR) {
            return true;
        }
        return ics_json_require_member(node, "between", &hosts, error);
    }
    if (!ics_json_expect_array(&hosts, error)) {
        return false;
    }
    if (ics_json_length(&hosts) != 2) {
        ics_json_error(&hosts, error,
                       "expected two sides, such as [[\"a\", \"b\"], [\"c\"]], got %zu",
                       ics_json_length(&hosts));
        return false;
    }
    g_autoptr(GHashTable) taken = g_hash_table_new(NULL, NULL);
    for (int i = 0; i < 2; i++) {
        IcsJsonNode side;
        ics_json_element(&hosts, (size_t)i, &side);
        if (!trace_partition_read_side(self, &side, taken, action->sides[i], error)) {
            return false;
        }
    }
    return trace_partition_check_cut(self, &hosts, action, error);
}
