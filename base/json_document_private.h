/* What the files of the JSON document share. Private to base/. */
#ifndef ICS_BASE_JSON_DOCUMENT_PRIVATE_H
#define ICS_BASE_JSON_DOCUMENT_PRIVATE_H

#include <glib.h>
#include <json-c/json.h>
#include <stddef.h>

#include "base/json_document.h"

/* One `--set`: everything at or under `pointer` came from it. */
typedef struct {
    char *pointer; /* RFC 6901, with the index in the place of "-" */
    char *label;   /* "--set POINTER=VALUE", as given */
} IcsJsonSet;

struct IcsJsonDocument {
    char *name;
    char *text; /* as read, and a NUL behind it */
    size_t length;
    struct json_object *root;
    size_t depth;    /* of the deepest container */
    GPtrArray *sets; /* of IcsJsonSet, in the order given */
};

#endif
