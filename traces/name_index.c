#include "traces/name_index.h"

#include <stdlib.h>
#include <string.h>

void ics_name_index_init(IcsNameIndex *self, const char *what)
{
    self->what = what;
    self->by_name = g_hash_table_new(g_str_hash, g_str_equal);
}

void ics_name_index_clear(IcsNameIndex *self)
{
    g_clear_pointer(&self->by_name, g_hash_table_unref);
}

bool ics_name_index_add(IcsNameIndex *self, const char *name, uint32_t index)
{
    if (g_hash_table_contains(self->by_name, name)) {
        return false;
    }
    g_hash_table_insert(self->by_name, (gpointer)name, GUINT_TO_POINTER(index));
    return true;
}

bool ics_name_index_has(const IcsNameIndex *self, const char *name, uint32_t *index)
{
    gpointer value;
    if (!g_hash_table_lookup_extended(self->by_name, name, NULL, &value)) {
        return false;
    }
    if (index != NULL) {
        *index = GPOINTER_TO_UINT(value);
    }
    return true;
}

static int name_index_compare(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

bool ics_name_index_find(const IcsNameIndex *self, const IcsJsonNode *node, const char *name,
                         uint32_t *index, GError **error)
{
    if (ics_name_index_has(self, name, index)) {
        return true;
    }
    guint n;
    g_autofree const char **names =
        (const char **)g_hash_table_get_keys_as_array(self->by_name, &n);
    qsort(names, n, sizeof(*names), name_index_compare);
    ics_json_error_unknown(node, self->what, name, names, error);
    return false;
}
