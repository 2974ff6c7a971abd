#include "base/json_node.h"

#include <json-c/json.h>
#include <json-c/linkhash.h>
#include <string.h>

#include "base/json_document_private.h"
#include "base/json_scanner.h"
#include "base/json_writer.h"
#include "base/quote.h"

/* Nodes from the root to the deepest value: every container, and a scalar in the last one. */
#define JSON_NODE_PATH_MAX (ICS_JSON_DEPTH_MAX + 1)

IcsJsonType ics_json_type(const IcsJsonNode *node)
{
    switch (json_object_get_type(node->value)) {
    case json_type_null:
        return ICS_JSON_NULL;
    case json_type_boolean:
        return ICS_JSON_BOOLEAN;
    case json_type_double:
        return ICS_JSON_NUMBER;
    case json_type_int:
        return ICS_JSON_INTEGER;
    case json_type_object:
        return ICS_JSON_OBJECT;
    case json_type_array:
        return ICS_JSON_ARRAY;
    case json_type_string:
        return ICS_JSON_STRING;
    }
    g_assert_not_reached();
}

IcsJsonNode ics_json_root(const IcsJsonDocument *document)
{
    return (IcsJsonNode){.document = document, .value = document->root};
}

/* The entry of a member, NULL when there is none. */
static struct lh_entry *json_node_find(const IcsJsonNode *object, const char *key)
{
    if (ics_json_type(object) != ICS_JSON_OBJECT) {
        return NULL;
    }
    return lh_table_lookup_entry(json_object_get_object(object->value), key);
}

static void json_node_set_member(const IcsJsonNode *object, struct lh_entry *entry, size_t index,
                                 IcsJsonNode *child)
{
    *child = (IcsJsonNode){.document = object->document,
                           .parent = object,
                           .key = lh_entry_k(entry),
                           .index = index,
                           .value = (struct json_object *)lh_entry_v(entry)};
}

bool ics_json_member(const IcsJsonNode *object, const char *key, IcsJsonNode *child)
{
    struct lh_entry *entry = json_node_find(object, key);

    if (!entry) {
        return false;
    }
    json_node_set_member(object, entry, 0, child);
    return true;
}

bool ics_json_element(const IcsJsonNode *array, size_t index, IcsJsonNode *child)
{
    if (ics_json_type(array) != ICS_JSON_ARRAY || index >= ics_json_length(array)) {
        return false;
    }
    *child = (IcsJsonNode){.document = array->document,
                           .parent = array,
                           .index = index,
                           .value = json_object_array_get_idx(array->value, index)};
    return true;
}

size_t ics_json_length(const IcsJsonNode *node)
{
    switch (ics_json_type(node)) {
    case ICS_JSON_ARRAY:
        return json_object_array_length(node->value);
    case ICS_JSON_OBJECT:
        return (size_t)json_object_object_length(node->value);
    case ICS_JSON_NULL:
    case ICS_JSON_BOOLEAN:
    case ICS_JSON_INTEGER:
    case ICS_JSON_NUMBER:
    case ICS_JSON_STRING:
        break;
    }
    return 0;
}

void ics_json_iterator_init(IcsJsonIterator *iterator, const IcsJsonNode *container)
{
    *iterator = (IcsJsonIterator){.container = container};
    if (ics_json_type(container) == ICS_JSON_OBJECT) {
        iterator->entry = json_object_get_object(container->value)->head;
    }
}

bool ics_json_iterator_next(IcsJsonIterator *iterator, IcsJsonNode *child)
{
    struct lh_entry *entry = iterator->entry;

    if (ics_json_type(iterator->container) != ICS_JSON_OBJECT) {
        return ics_json_element(iterator->container, iterator->index++, child);
    }
    if (!entry) {
        return false;
    }
    json_node_set_member(iterator->container, entry, iterator->index++, child);
    iterator->entry = entry->next;
    return true;
}

const char *ics_json_decimal_text(const IcsJsonNode *node)
{
    IcsJsonType type = ics_json_type(node);

    if (type != ICS_JSON_INTEGER && type != ICS_JSON_NUMBER) {
        return NULL;
    }
    return json_object_get_string(node->value);
}

/* The steps from the root to a node, which are at most JSON_NODE_PATH_MAX. */
static size_t json_node_path(const IcsJsonNode *node, IcsJsonStep steps[JSON_NODE_PATH_MAX])
{
    size_t n = 0;

    for (const IcsJsonNode *at = node; at->parent; at = at->parent) {
        n++;
    }
    g_assert(n <= JSON_NODE_PATH_MAX);
    for (size_t i = n; i > 0; i--) {
        steps[i - 1] = (IcsJsonStep){.key = node->key, .index = node->index};
        node = node->parent;
    }
    return n;
}

char *ics_json_pointer(const IcsJsonNode *node)
{
    IcsJsonStep steps[JSON_NODE_PATH_MAX];
    size_t n = json_node_path(node, steps);
    GString *out = g_string_new(NULL);

    for (size_t i = 0; i < n; i++) {
        if (steps[i].key) {
            ics_json_append_pointer_token(out, steps[i].key, strlen(steps[i].key));
        } else {
            g_string_append_printf(out, "/%zu", steps[i].index);
        }
    }
    return g_string_free(out, FALSE);
}

/* The last `--set` at or above a pointer, NULL when there is none. */
static const IcsJsonSet *json_node_find_set(const IcsJsonDocument *document, const char *pointer)
{
    for (size_t i = document->sets->len; i > 0; i--) {
        const IcsJsonSet *set = document->sets->pdata[i - 1];
        size_t length = strlen(set->pointer);
        if (g_str_has_prefix(pointer, set->pointer) &&
            (pointer[length] == '\0' || pointer[length] == '/')) {
            return set;
        }
    }
    return NULL;
}

/* Line and column of what stands in the text. */
static bool json_node_position_in_text(const IcsJsonNode *node, bool of_key, size_t *line,
                                       size_t *column)
{
    const IcsJsonDocument *document = node->document;
    IcsJsonStep steps[JSON_NODE_PATH_MAX];
    size_t n = json_node_path(node, steps);
    size_t offset;

    if (!ics_json_locate(document->text, document->length, steps, n, of_key, &offset)) {
        return false;
    }
    ics_json_text_position(document->text, offset, line, column);
    return true;
}

bool ics_json_position(const IcsJsonNode *node, bool of_key, size_t *line, size_t *column)
{
    g_autofree char *pointer = ics_json_pointer(node);

    return !json_node_find_set(node->document, pointer) &&
           json_node_position_in_text(node, of_key, line, column);
}

static char *json_node_where(const IcsJsonNode *node, bool of_key)
{
    g_autofree char *pointer = ics_json_pointer(node);
    g_autofree char *shown = ics_one_line(pointer, ICS_JSON_POINTER_SHOWN_MAX);
    const char *separator = *pointer ? ": " : "";
    const IcsJsonSet *set = json_node_find_set(node->document, pointer);
    const char *name = node->document->name;
    size_t line;
    size_t column;

    if (set) {
        return g_strdup_printf("%s%s%s", set->label, separator, shown);
    }
    bool found = json_node_position_in_text(node, of_key, &line, &column);
    g_assert(found);
    return g_strdup_printf("%s:%zu:%zu%s%s", name, line, column, separator, shown);
}

char *ics_json_where(const IcsJsonNode *node)
{
    return json_node_where(node, false);
}

char *ics_json_where_key(const IcsJsonNode *node)
{
    return json_node_where(node, true);
}

static void json_node_write(const IcsJsonNode *node, IcsJsonWriter *writer);

static void json_node_write_children(const IcsJsonNode *node, IcsJsonWriter *writer)
{
    IcsJsonIterator iterator;
    IcsJsonNode child;

    ics_json_iterator_init(&iterator, node);
    while (ics_json_iterator_next(&iterator, &child)) {
        if (child.key) {
            ics_json_writer_key(writer, child.key);
        }
        json_node_write(&child, writer);
    }
}

/* Recursive; documents are at most ICS_JSON_DEPTH_MAX deep. */
static void json_node_write(const IcsJsonNode *node, IcsJsonWriter *writer)
{
    switch (ics_json_type(node)) {
    case ICS_JSON_NULL:
        ics_json_writer_null(writer);
        break;
    case ICS_JSON_BOOLEAN:
        ics_json_writer_bool(writer, json_object_get_boolean(node->value));
        break;
    case ICS_JSON_INTEGER:
    case ICS_JSON_NUMBER:
        ics_json_writer_raw(writer, ics_json_decimal_text(node));
        break;
    case ICS_JSON_STRING:
        ics_json_writer_string(writer, json_object_get_string(node->value));
        break;
    case ICS_JSON_ARRAY:
        ics_json_writer_begin_array(writer);
        json_node_write_children(node, writer);
        ics_json_writer_end_array(writer);
        break;
    case ICS_JSON_OBJECT:
        ics_json_writer_begin_object(writer);
        json_node_write_children(node, writer);
        ics_json_writer_end_object(writer);
        break;
    }
}

char *ics_json_node_text(const IcsJsonNode *node)
{
    GString *out = g_string_new(NULL);
    IcsJsonWriter writer;

    ics_json_writer_init(&writer, out, ICS_JSON_WRITER_COMPACT);
    json_node_write(node, &writer);
    ics_json_writer_finish(&writer);
    return g_string_free(out, FALSE);
}
