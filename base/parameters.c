#include "base/parameters.h"

#include <string.h>

#include "base/error.h"
#include "base/nearest.h"
#include "base/parameters_private.h"
#include "base/quote.h"

static void *parameters_member(const IcsParameter *row, void *config)
{
    return (char *)config + row->offset;
}

static void parameters_set_int64(const IcsParameter *row, void *config, int64_t value)
{
    *(int64_t *)parameters_member(row, config) = value;
}

static void parameters_set_present(const IcsParameter *row, void *config, bool present)
{
    if (row->present_offset) {
        *(bool *)((char *)config + row->present_offset) = present;
    }
}

/* Sets a member to zero, without freeing what it held. */
static void parameters_zero(const IcsParameter *row, void *config)
{
    void *member = parameters_member(row, config);

    switch (row->type) {
    case ICS_PARAMETER_BOOLEAN:
        *(bool *)member = false;
        break;
    case ICS_PARAMETER_INTEGER:
    case ICS_PARAMETER_TIME:
    case ICS_PARAMETER_RATE:
    case ICS_PARAMETER_SIZE:
        *(int64_t *)member = 0;
        break;
    case ICS_PARAMETER_PROBABILITY:
        *(IcsProbability *)member = 0;
        break;
    case ICS_PARAMETER_STRING:
        *(char **)member = NULL;
        break;
    case ICS_PARAMETER_NAME:
        *(int *)member = 0;
        break;
    case ICS_PARAMETER_INTEGER_LIST:
        *(GArray **)member = NULL;
        break;
    }
    parameters_set_present(row, config, false);
}

/* The index of a name among the choices; a fallback that is none of them is our mistake. */
static int parameters_choice(const IcsParameter *row, const char *name)
{
    int i = 0;

    while (row->choices[i] && strcmp(row->choices[i], name) != 0) {
        i++;
    }
    g_assert(row->choices[i]);
    return i;
}

/* Text of a table as an integer in the member's unit. */
static int64_t parameters_fallback_int64(const IcsParameter *row)
{
    int64_t value = 0;
    gint64 integer = 0;
    bool ok = true;

    switch (row->type) {
    case ICS_PARAMETER_INTEGER:
        ok = g_ascii_string_to_signed(row->fallback, 10, INT64_MIN, INT64_MAX, &integer, NULL);
        value = integer;
        break;
    case ICS_PARAMETER_TIME:
        ok = ics_signed_time_parse(row->fallback, &value, NULL);
        break;
    case ICS_PARAMETER_RATE:
        ok = ics_rate_parse(row->fallback, &value, NULL);
        break;
    case ICS_PARAMETER_SIZE:
        ok = ics_size_parse(row->fallback, &value, NULL);
        break;
    case ICS_PARAMETER_BOOLEAN:
    case ICS_PARAMETER_PROBABILITY:
    case ICS_PARAMETER_STRING:
    case ICS_PARAMETER_NAME:
    case ICS_PARAMETER_INTEGER_LIST:
        g_assert_not_reached();
    }
    g_assert(ok && value >= row->min && value <= row->max);
    return value;
}

static void parameters_set_fallback(const IcsParameter *row, void *config)
{
    void *member = parameters_member(row, config);
    bool ok = true;

    switch (row->type) {
    case ICS_PARAMETER_BOOLEAN:
        *(bool *)member = strcmp(row->fallback, "true") == 0;
        ok = *(bool *)member || strcmp(row->fallback, "false") == 0;
        break;
    case ICS_PARAMETER_INTEGER:
    case ICS_PARAMETER_TIME:
    case ICS_PARAMETER_RATE:
    case ICS_PARAMETER_SIZE:
        parameters_set_int64(row, config, parameters_fallback_int64(row));
        break;
    case ICS_PARAMETER_PROBABILITY:
        ok = ics_probability_parse(row->fallback, member, NULL);
        break;
    case ICS_PARAMETER_STRING:
        *(char **)member = g_strdup(row->fallback);
        break;
    case ICS_PARAMETER_NAME:
        *(int *)member = parameters_choice(row, row->fallback);
        break;
    case ICS_PARAMETER_INTEGER_LIST:
        ok = false;
        break;
    }
    g_assert(ok);
}

void ics_parameters_defaults(const IcsParameter *table, void *config)
{
    for (const IcsParameter *row = table; row->name; row++) {
        parameters_zero(row, config);
        if (row->fallback) {
            g_assert(!row->required);
            parameters_set_fallback(row, config);
        }
    }
}

static bool parameters_check_range(const IcsParameter *row, const IcsJsonNode *node, int64_t value,
                                   GError **error)
{
    if (value >= row->min && value <= row->max) {
        return true;
    }
    char got[ICS_UNITS_TEXT_SIZE];
    g_autofree char *range = ics_parameter_range_text(row);
    ics_parameter_format(row, value, got);
    const char *noun =
        row->type == ICS_PARAMETER_INTEGER_LIST ? "an integer" : ics_parameter_noun(row);
    ics_json_error(node, error, "expected %s %s, got %s", noun, range, got);
    return false;
}

/* A size without a unit. */
static bool parameters_get_bytes(const IcsJsonNode *node, int64_t *bytes, GError **error)
{
    if (!ics_json_get_int64(node, bytes, error)) {
        return false;
    }
    if (*bytes < 0) {
        ics_json_error_expected(node, "a number of bytes", error);
        return false;
    }
    return true;
}

static bool parameters_get_int64(const IcsParameter *row, const IcsJsonNode *node, int64_t *value,
                                 GError **error)
{
    bool ok = true;

    switch (row->type) {
    case ICS_PARAMETER_INTEGER:
    case ICS_PARAMETER_INTEGER_LIST:
        ok = ics_json_get_int64(node, value, error);
        break;
    case ICS_PARAMETER_TIME:
        ok = row->min < 0 ? ics_json_get_signed_time(node, value, error)
                          : ics_json_get_time(node, value, error);
        break;
    case ICS_PARAMETER_RATE:
        ok = ics_json_get_rate(node, value, error);
        break;
    case ICS_PARAMETER_SIZE:
        ok = row->plain && ics_json_type(node) == ICS_JSON_INTEGER
                 ? parameters_get_bytes(node, value, error)
                 : ics_json_get_size(node, value, error);
        break;
    case ICS_PARAMETER_BOOLEAN:
    case ICS_PARAMETER_PROBABILITY:
    case ICS_PARAMETER_STRING:
    case ICS_PARAMETER_NAME:
        g_assert_not_reached();
    }
    return ok && parameters_check_range(row, node, *value, error);
}

static bool parameters_read_string(const IcsParameter *row, const IcsJsonNode *node, char **member,
                                   GError **error)
{
    const char *text;

    if (!ics_json_get_string(node, &text, error)) {
        return false;
    }
    int64_t length = (int64_t)strlen(text);
    if (length == 0 && row->min > 0) {
        ics_json_error(node, error, "the text must not be empty");
        return false;
    }
    if (length < row->min || length > ics_parameter_max(row)) {
        g_autofree char *range = ics_parameter_range_text(row);
        ics_json_error(node, error, "expected text %s, got %" G_GINT64_FORMAT, range, length);
        return false;
    }
    g_free(*member);
    *member = g_strdup(text);
    return true;
}

static bool parameters_append_integer(const IcsParameter *row, const IcsJsonNode *node,
                                      GArray *list, GError **error)
{
    int64_t value;

    if (!parameters_get_int64(row, node, &value, error)) {
        return false;
    }
    g_array_append_val(list, value);
    return true;
}

static bool parameters_read_list(const IcsParameter *row, const IcsJsonNode *node, GArray **member,
                                 GError **error)
{
    GArray *list = g_array_new(FALSE, FALSE, sizeof(int64_t));
    IcsJsonIterator iterator;
    IcsJsonNode child;

    *member = list;
    if (ics_json_type(node) == ICS_JSON_INTEGER) {
        return parameters_append_integer(row, node, list, error);
    }
    if (ics_json_length(node) == 0 || ics_json_type(node) != ICS_JSON_ARRAY) {
        ics_json_error_expected(node, "an integer or an array of at least one integer", error);
        return false;
    }
    ics_json_iterator_init(&iterator, node);
    while (ics_json_iterator_next(&iterator, &child)) {
        if (!parameters_append_integer(row, &child, list, error)) {
            return false;
        }
    }
    return true;
}

static bool parameters_read_row(const IcsParameter *row, const IcsJsonNode *node, void *config,
                                GError **error)
{
    void *member = parameters_member(row, config);

    switch (row->type) {
    case ICS_PARAMETER_BOOLEAN:
        return ics_json_get_bool(node, member, error);
    case ICS_PARAMETER_INTEGER:
    case ICS_PARAMETER_TIME:
    case ICS_PARAMETER_RATE:
    case ICS_PARAMETER_SIZE:
        return parameters_get_int64(row, node, member, error);
    case ICS_PARAMETER_PROBABILITY:
        return ics_json_get_probability(node, member, error);
    case ICS_PARAMETER_STRING:
        return parameters_read_string(row, node, member, error);
    case ICS_PARAMETER_NAME:
        return ics_json_get_name(node, row->name, row->choices, member, error);
    case ICS_PARAMETER_INTEGER_LIST:
        return parameters_read_list(row, node, member, error);
    }
    g_assert_not_reached();
}

static bool parameters_refuse_unknown(const IcsParameter *table, const IcsJsonNode *object,
                                      const char *const *also_allowed, GError **error)
{
    g_autoptr(GPtrArray) allowed = g_ptr_array_new();

    for (const IcsParameter *row = table; row->name; row++) {
        g_ptr_array_add(allowed, (char *)row->name);
    }
    for (; also_allowed && *also_allowed; also_allowed++) {
        g_ptr_array_add(allowed, (char *)*also_allowed);
    }
    g_ptr_array_add(allowed, NULL);
    return ics_json_refuse_unknown_keys(object, (const char *const *)allowed->pdata, error);
}

static bool parameters_fail_missing(const IcsParameter *row, const IcsJsonNode *object,
                                    GError **error)
{
    g_autofree char *range = ics_parameter_range_text(row);

    ics_json_error(object, error, "the key \"%s\" is missing: %s%s%s, %s", row->name,
                   ics_parameter_noun(row), *range ? " " : "", range, row->doc);
    return false;
}

static bool parameters_read_object(const IcsParameter *table, const IcsJsonNode *object,
                                   void *config, GError **error)
{
    for (const IcsParameter *row = table; row->name; row++) {
        IcsJsonNode node;
        if (!ics_json_member(object, row->name, &node)) {
            if (row->required) {
                return parameters_fail_missing(row, object, error);
            }
            continue;
        }
        if (!parameters_read_row(row, &node, config, error)) {
            return false;
        }
        parameters_set_present(row, config, true);
    }
    return true;
}

bool ics_parameters_read(const IcsParameter *table, const IcsJsonNode *object,
                         const char *const *also_allowed, void *config, GError **error)
{
    ics_parameters_defaults(table, config);
    if (ics_json_expect_object(object, error) &&
        parameters_refuse_unknown(table, object, also_allowed, error) &&
        parameters_read_object(table, object, config, error)) {
        return true;
    }
    ics_parameters_clear(table, config);
    return false;
}

void ics_parameters_clear(const IcsParameter *table, void *config)
{
    for (const IcsParameter *row = table; row->name; row++) {
        void *member = parameters_member(row, config);
        if (row->type == ICS_PARAMETER_STRING) {
            g_clear_pointer((char **)member, g_free);
        } else if (row->type == ICS_PARAMETER_INTEGER_LIST) {
            g_clear_pointer((GArray **)member, g_array_unref);
        }
    }
}
