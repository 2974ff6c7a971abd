/* Names of one kind of thing in a trace, to be looked up by those that refer to them. */
#ifndef ICS_TRACES_NAME_INDEX_H
#define ICS_TRACES_NAME_INDEX_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/json_node.h"

typedef struct IcsNameIndex {
    const char *what;    /* "host" */
    GHashTable *by_name; /* -> index */
} IcsNameIndex;

/* `what` is borrowed, and so are all names. */
void ics_name_index_init(IcsNameIndex *self, const char *what);
void ics_name_index_clear(IcsNameIndex *self);

/* False when the name is taken; nothing changes then. */
bool ics_name_index_add(IcsNameIndex *self, const char *name, uint32_t index);

/* Whether there is such a name; `index` (out, nullable) is then its index. */
bool ics_name_index_has(const IcsNameIndex *self, const char *name, uint32_t *index);

/* The index of a name that stands at (or in) `node`. False and ICS_ERROR_INPUT, with the nearest
 * name, when there is none. */
bool ics_name_index_find(const IcsNameIndex *self, const IcsJsonNode *node, const char *name,
                         uint32_t *index, GError **error);

#endif
