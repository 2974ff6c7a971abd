#include <json-c/json.h>
#include <string.h>

#include "base/error.h"
#include "base/json_node.h"
#include "base/nearest.h"
#include "base/quote.h"

/* Up to so many names are all listed when none of them is near. */
#define JSON_VALUE_LIST_MAX 16

void ics_json_error(const IcsJsonNode *node, GError **error, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    g_autofree char *message = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    g_autofree char *where = ics_json_where(node);
    g_set_error(error, ICS_ERROR, ICS_ERROR_INPUT, "%s: %s", where, message);
}

void ics_json_error_at_key(const IcsJsonNode *node, GError **error, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    g_autofree char *message = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    g_autofree char *where = ics_json_where_key(node);
    g_set_error(error, ICS_ERROR, ICS_ERROR_INPUT, "%s: %s", where, message);
}

/* What a value is, in words. Returns: (transfer full). */
static char *json_value_describe(const IcsJsonNode *node)
{
    g_autofree char *quoted = NULL;

    switch (ics_json_type(node)) {
    case ICS_JSON_NULL:
        return g_strdup("null");
    case ICS_JSON_BOOLEAN:
        return g_strdup(json_object_get_boolean(node->value) ? "true" : "false");
    case ICS_JSON_INTEGER:
    case ICS_JSON_NUMBER:
        return g_strdup_printf("the number %.60s", ics_json_decimal_text(node));
    case ICS_JSON_STRING:
        quoted = ics_quote(json_object_get_string(node->value));
        return g_strdup_printf("the string %s", quoted);
    case ICS_JSON_ARRAY:
        return g_strdup("an array");
    case ICS_JSON_OBJECT:
        return g_strdup("an object");
    }
    g_assert_not_reached();
}

void ics_json_error_expected(const IcsJsonNode *node, const char *expected, GError **error)
{
    g_autofree char *got = json_value_describe(node);

    ics_json_error(node, error, "expected %s, got %s", expected, got);
}

static bool json_value_expect(const IcsJsonNode *node, IcsJsonType type, GError **error)
{
#define JSON_VALUE_TYPE_TEXT(symbol, text) [ICS_JSON_##symbol] = text,
    static const char *const texts[] = {ICS_JSON_TYPE_LIST(JSON_VALUE_TYPE_TEXT)};

    if (ics_json_type(node) != type) {
        ics_json_error_expected(node, texts[type], error);
        return false;
    }
    return true;
}

bool ics_json_expect_object(const IcsJsonNode *node, GError **error)
{
    return json_value_expect(node, ICS_JSON_OBJECT, error);
}

bool ics_json_expect_array(const IcsJsonNode *node, GError **error)
{
    return json_value_expect(node, ICS_JSON_ARRAY, error);
}

bool ics_json_get_string(const IcsJsonNode *node, const char **text, GError **error)
{
    if (!json_value_expect(node, ICS_JSON_STRING, error)) {
        return false;
    }
    *text = json_object_get_string(node->value);
    return true;
}

bool ics_json_get_int64(const IcsJsonNode *node, int64_t *value, GError **error)
{
    if (!json_value_expect(node, ICS_JSON_INTEGER, error)) {
        return false;
    }
    *value = json_object_get_int64(node->value);
    return true;
}

bool ics_json_get_bool(const IcsJsonNode *node, bool *value, GError **error)
{
    if (!json_value_expect(node, ICS_JSON_BOOLEAN, error)) {
        return false;
    }
    *value = json_object_get_boolean(node->value);
    return true;
}

/* Raises the failure of a parser of units with the node's place before it. */
static bool json_value_fail_with(const IcsJsonNode *node, GError *failure, GError **error)
{
    ics_json_error(node, error, "%s", failure->message);
    g_error_free(failure);
    return false;
}

typedef bool (*JsonValueParse)(const char *text, int64_t *value, GError **error);

static bool json_value_get_quantity(const IcsJsonNode *node, JsonValueParse parse, int64_t *value,
                                    GError **error)
{
    const char *text = ics_json_decimal_text(node);
    GError *failure = NULL;

    /* A number without quotes is told which unit it lacks. */
    if (!text && ics_json_type(node) == ICS_JSON_STRING) {
        text = json_object_get_string(node->value);
    }
    if (parse(text ? text : "", value, &failure)) {
        return true;
    }
    if (!text) {
        ics_json_error_expected(node, "a string with a number and a unit", error);
        g_error_free(failure);
        return false;
    }
    return json_value_fail_with(node, failure, error);
}

bool ics_json_get_time(const IcsJsonNode *node, int64_t *ns, GError **error)
{
    return json_value_get_quantity(node, ics_time_parse, ns, error);
}

bool ics_json_get_signed_time(const IcsJsonNode *node, int64_t *ns, GError **error)
{
    return json_value_get_quantity(node, ics_signed_time_parse, ns, error);
}

bool ics_json_get_rate(const IcsJsonNode *node, int64_t *bps, GError **error)
{
    return json_value_get_quantity(node, ics_rate_parse, bps, error);
}

bool ics_json_get_size(const IcsJsonNode *node, int64_t *bytes, GError **error)
{
    return json_value_get_quantity(node, ics_size_parse, bytes, error);
}

bool ics_json_get_probability(const IcsJsonNode *node, IcsProbability *probability, GError **error)
{
    const char *text = ics_json_decimal_text(node);
    GError *failure = NULL;

    if (ics_json_type(node) == ICS_JSON_STRING) {
        text = json_object_get_string(node->value);
        text = g_str_has_suffix(text, "%") ? text : NULL;
    }
    if (!text) {
        ics_json_error_expected(node, "a number from 0 to 1 or a string such as \"10%\"", error);
        return false;
    }
    return ics_probability_parse(text, probability, &failure) ||
           json_value_fail_with(node, failure, error);
}

bool ics_json_require_member(const IcsJsonNode *object, const char *key, IcsJsonNode *child,
                             GError **error)
{
    if (!ics_json_expect_object(object, error)) {
        return false;
    }
    if (!ics_json_member(object, key, child)) {
        g_autofree char *quoted = ics_quote(key);
        ics_json_error(object, error, "the key %s is missing", quoted);
        return false;
    }
    return true;
}

/* " did you mean ...", or all of the names when they are few. Returns: (transfer full). */
static char *json_value_suggest(const char *word, const char *const *names)
{
    const char *nearest = ics_nearest(word, names);

    if (nearest) {
        return g_strdup_printf("; did you mean \"%s\"?", nearest);
    }
    if (!names[0] || g_strv_length((char **)names) > JSON_VALUE_LIST_MAX) {
        return g_strdup("");
    }
    g_autofree char *list = ics_join_names(names);
    return g_strdup_printf("; known: %s", list);
}

void ics_json_error_unknown(const IcsJsonNode *node, const char *what, const char *word,
                            const char *const *names, GError **error)
{
    g_autofree char *quoted = ics_quote(word);
    g_autofree char *suggestion = json_value_suggest(word, names);

    ics_json_error(node, error, "unknown %s %s%s", what, quoted, suggestion);
}

bool ics_json_refuse_unknown_keys(const IcsJsonNode *object, const char *const *allowed,
                                  GError **error)
{
    IcsJsonIterator iterator;
    IcsJsonNode child;

    if (ics_json_type(object) != ICS_JSON_OBJECT) {
        return true;
    }
    ics_json_iterator_init(&iterator, object);
    while (ics_json_iterator_next(&iterator, &child)) {
        if (g_strv_contains(allowed, child.key)) {
            continue;
        }
        g_autofree char *quoted = ics_quote(child.key);
        g_autofree char *suggestion = json_value_suggest(child.key, allowed);
        ics_json_error_at_key(&child, error, "unknown key %s%s", quoted, suggestion);
        return false;
    }
    return true;
}

bool ics_json_get_name(const IcsJsonNode *node, const char *what, const char *const *names,
                       int *index, GError **error)
{
    const char *word;

    if (!ics_json_get_string(node, &word, error)) {
        return false;
    }
    for (int i = 0; names[i]; i++) {
        if (strcmp(names[i], word) == 0) {
            *index = i;
            return true;
        }
    }
    ics_json_error_unknown(node, what, word, names, error);
    return false;
}
