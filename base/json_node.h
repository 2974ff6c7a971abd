/*
 * A cursor over a JSON document: where a value stands, what it is, and errors that say so.
 *
 * Nodes are small values on the caller's stack, chained to their parents; nothing is allocated and
 * nothing is freed. A node is valid while its document and its parent node are, and until the
 * document is changed by ics_json_document_set. Reading may fill caches inside json-c: a document
 * belongs to one thread at a time.
 */
#ifndef ICS_BASE_JSON_NODE_H
#define ICS_BASE_JSON_NODE_H

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/units.h"

struct json_object;

typedef struct IcsJsonDocument IcsJsonDocument;

typedef struct IcsJsonNode {
    const IcsJsonDocument *document;
    const struct IcsJsonNode *parent; /* NULL at the root */
    const char *key;                  /* in an object, else NULL; lives as long as the document */
    size_t index;                     /* in an array, else the position among the members */
    struct json_object *value;        /* NULL is JSON's null */
} IcsJsonNode;

/* X(SYMBOL, "as it is called in messages"). INTEGER is a number without fraction and exponent. */
#define ICS_JSON_TYPE_LIST(X)                                                                      \
    X(NULL, "null")                                                                                \
    X(BOOLEAN, "a boolean")                                                                        \
    X(INTEGER, "an integer")                                                                       \
    X(NUMBER, "a number")                                                                          \
    X(STRING, "a string")                                                                          \
    X(ARRAY, "an array")                                                                           \
    X(OBJECT, "an object")

typedef enum {
#define ICS_JSON_TYPE_ENUM(symbol, text) ICS_JSON_##symbol,
    ICS_JSON_TYPE_LIST(ICS_JSON_TYPE_ENUM)
#undef ICS_JSON_TYPE_ENUM
} IcsJsonType;

IcsJsonType ics_json_type(const IcsJsonNode *node);

/* The root node. */
IcsJsonNode ics_json_root(const IcsJsonDocument *document);

/**
 * The member `key` of an object.
 *
 * `child`: (out): written only when there is one.
 * Returns: false when it is absent, or when `object` is not an object.
 */
bool ics_json_member(const IcsJsonNode *object, const char *key, IcsJsonNode *child);

/* Element `index` of an array; false when there is none, or `array` is not an array. */
bool ics_json_element(const IcsJsonNode *array, size_t index, IcsJsonNode *child);

/* The number of elements or members; 0 for anything but arrays and objects. */
size_t ics_json_length(const IcsJsonNode *node);

/* Iteration over the members of an object or the elements of an array, in the file's order. */
typedef struct {
    const IcsJsonNode *container;
    void *entry;
    size_t index;
} IcsJsonIterator;

/**
 *     IcsJsonIterator iterator;
 *     IcsJsonNode child;
 *     ics_json_iterator_init(&iterator, node);
 *     while (ics_json_iterator_next(&iterator, &child)) ...
 *
 * Anything but an array or an object has no children.
 */
void ics_json_iterator_init(IcsJsonIterator *iterator, const IcsJsonNode *container);
bool ics_json_iterator_next(IcsJsonIterator *iterator, IcsJsonNode *child);

/*
 * Values. Each fails with ICS_ERROR_INPUT and a text such as `traces/a.json:3:12: /seed: expected
 * an integer, got the string "x"`; the out-parameter is then untouched. Strings are UTF-8 without
 * NUL, borrowed from the document.
 */
bool ics_json_get_string(const IcsJsonNode *node, const char **text, GError **error);
bool ics_json_get_int64(const IcsJsonNode *node, int64_t *value, GError **error);
bool ics_json_get_bool(const IcsJsonNode *node, bool *value, GError **error);
/* Strings with a unit, by base/units.h. */
bool ics_json_get_time(const IcsJsonNode *node, int64_t *ns, GError **error);
/* A time that may be negative. */
bool ics_json_get_signed_time(const IcsJsonNode *node, int64_t *ns, GError **error);
bool ics_json_get_rate(const IcsJsonNode *node, int64_t *bps, GError **error);
bool ics_json_get_size(const IcsJsonNode *node, int64_t *bytes, GError **error);
/* A number from 0 to 1, or a string with '%'. */
bool ics_json_get_probability(const IcsJsonNode *node, IcsProbability *probability, GError **error);
/* Fail unless the node is an object or an array, respectively. */
bool ics_json_expect_object(const IcsJsonNode *node, GError **error);
bool ics_json_expect_array(const IcsJsonNode *node, GError **error);

/**
 * The member `key` of an object that must have it.
 *
 * Errors: ICS_ERROR_INPUT when `object` is not an object or lacks the member.
 */
bool ics_json_require_member(const IcsJsonNode *object, const char *key, IcsJsonNode *child,
                             GError **error);

/**
 * The exact text of a number, as in the file.
 *
 * Returns: (nullable): borrowed from the document; NULL when the node is not a number.
 */
const char *ics_json_decimal_text(const IcsJsonNode *node);

/**
 * The canonical text of a value: no white space, members in the file's order, numbers as in the
 * file, the escapes that RFC 8259 demands and no others.
 *
 * Returns: (transfer full).
 */
char *ics_json_node_text(const IcsJsonNode *node);

/* The JSON pointer of a node (RFC 6901); "" at the root. Returns: (transfer full). */
char *ics_json_pointer(const IcsJsonNode *node);

/**
 * Line and column (both from 1, columns in characters) of the value, or of the key before it. The
 * text is read again from its start: for messages only.
 *
 * Returns: false when the value came from `--set` and stands in no line.
 */
bool ics_json_position(const IcsJsonNode *node, bool of_key, size_t *line, size_t *column);

/**
 * Where a node stands, for messages and warnings: "FILE:LINE:COL: /pointer", "FILE:LINE:COL" at the
 * root, "--set /seed=5: /seed" for a value that the command line gave. One line: control characters
 * in the pointer are escaped, and a very long one is cut.
 *
 * Returns: (transfer full).
 */
char *ics_json_where(const IcsJsonNode *node);
/* As ics_json_where, with the line and column of the node's key. */
char *ics_json_where_key(const IcsJsonNode *node);

/* Raises ICS_ERROR_INPUT: ics_json_where, ": ", the message. */
void ics_json_error(const IcsJsonNode *node, GError **error, const char *format, ...)
    G_GNUC_PRINTF(3, 4);

/* As ics_json_error, at the place of the node's key. */
void ics_json_error_at_key(const IcsJsonNode *node, GError **error, const char *format, ...)
    G_GNUC_PRINTF(3, 4);

/* "expected EXPECTED, got the string "x"": the error for a value of a wrong type. */
void ics_json_error_expected(const IcsJsonNode *node, const char *expected, GError **error);

/* "unknown WHAT "word"" at the node, with the nearest of `names` (NULL-terminated), or all of them
 * when they are few and none is near. */
void ics_json_error_unknown(const IcsJsonNode *node, const char *what, const char *word,
                            const char *const *names, GError **error);

/**
 * Fails when an object has a key that is not in `allowed` (NULL-terminated), with the nearest
 * allowed name, or all of them when they are few and none is near. True for anything but objects.
 */
bool ics_json_refuse_unknown_keys(const IcsJsonNode *object, const char *const *allowed,
                                  GError **error);

/**
 * The index in `names` (NULL-terminated) of a node's string.
 *
 * Errors: ICS_ERROR_INPUT, with the nearest name, or all of them; `what` is what they name, such as
 * "kind of fault".
 */
bool ics_json_get_name(const IcsJsonNode *node, const char *what, const char *const *names,
                       int *index, GError **error);

#endif
