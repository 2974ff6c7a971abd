#include <string.h>

#include "base/error.h"
#include "base/nearest.h"
#include "base/parameters_private.h"
#include "base/quote.h"

/* More names are not listed. */
#define PARAMETERS_ASSIGN_LIST_MAX 24

static bool parameters_assign_fail(const IcsParameter *row, const char *value, GError **error)
{
    g_autofree char *range = ics_parameter_range_text(row);
    g_autofree char *quoted = ics_quote(value);
    g_set_error(error, ICS_ERROR, ICS_ERROR_INPUT, "%s: expected %s%s%s, got %s", row->name,
                ics_parameter_noun(row), *range ? " " : "", range, quoted);
    return false;
}

/* "; did you mean ...?", or all of the names when they are few. Returns: (transfer full). */
static char *parameters_assign_suggest(const char *word, const char *const *names)
{
    const char *nearest = ics_nearest(word, names);

    if (nearest) {
        return g_strdup_printf("; did you mean \"%s\"?", nearest);
    }
    if (!names[0] || g_strv_length((char **)names) > PARAMETERS_ASSIGN_LIST_MAX) {
        return g_strdup("");
    }
    g_autofree char *list = ics_join_names(names);
    return g_strdup_printf("; known: %s", list);
}

static bool parameters_assign_parse_size(const IcsParameter *row, const char *value, int64_t *bytes)
{
    gint64 plain;

    if (row->plain && g_ascii_string_to_signed(value, 10, 0, INT64_MAX, &plain, NULL)) {
        *bytes = plain;
        return true;
    }
    return ics_size_parse(value, bytes, NULL);
}

static bool parameters_assign_parse(const IcsParameter *row, const char *value, int64_t *parsed)
{
    gint64 integer = 0;
    bool ok = false;

    switch (row->type) {
    case ICS_PARAMETER_INTEGER:
    case ICS_PARAMETER_INTEGER_LIST:
        ok = g_ascii_string_to_signed(value, 10, INT64_MIN, INT64_MAX, &integer, NULL);
        *parsed = integer;
        break;
    case ICS_PARAMETER_TIME:
        ok = ics_signed_time_parse(value, parsed, NULL);
        break;
    case ICS_PARAMETER_RATE:
        ok = ics_rate_parse(value, parsed, NULL);
        break;
    case ICS_PARAMETER_SIZE:
        ok = parameters_assign_parse_size(row, value, parsed);
        break;
    case ICS_PARAMETER_BOOLEAN:
    case ICS_PARAMETER_PROBABILITY:
    case ICS_PARAMETER_STRING:
    case ICS_PARAMETER_NAME:
        g_assert_not_reached();
    }
    return ok && *parsed >= row->min && *parsed <= row->max;
}

static bool parameters_assign_number(const IcsParameter *row, const char *value, void *member,
                                     GError **error)
{
    int64_t parsed = 0;

    if (!parameters_assign_parse(row, value, &parsed)) {
        return parameters_assign_fail(row, value, error);
    }
    if (row->type == ICS_PARAMETER_INTEGER_LIST) {
        g_clear_pointer((GArray **)member, g_array_unref);
        *(GArray **)member = g_array_new(FALSE, FALSE, sizeof(int64_t));
        g_array_append_val(*(GArray **)member, parsed);
    } else {
        *(int64_t *)member = parsed;
    }
    return true;
}

static bool parameters_assign_boolean(const IcsParameter *row, const char *value, bool *member,
                                      GError **error)
{
    static const char *const names[] = {"false", "off", "true", "on", NULL};

    for (int i = 0; names[i]; i++) {
        if (strcmp(names[i], value) == 0) {
            *member = i >= 2;
            return true;
        }
    }
    g_autofree char *quoted = ics_quote(value);
    g_set_error(error, ICS_ERROR, ICS_ERROR_INPUT, "%s: expected on, off, true or false, got %s",
                row->name, quoted);
    return false;
}

static bool parameters_assign_name(const IcsParameter *row, const char *value, int *member,
                                   GError **error)
{
    for (int i = 0; row->choices[i]; i++) {
        if (strcmp(row->choices[i], value) == 0) {
            *member = i;
            return true;
        }
    }
    g_autofree char *quoted = ics_quote(value);
    g_autofree char *suggestion = parameters_assign_suggest(value, row->choices);
    g_set_error(error, ICS_ERROR, ICS_ERROR_INPUT, "unknown %s %s%s", row->name, quoted,
                suggestion);
    return false;
}

static bool parameters_assign_string(const IcsParameter *row, const char *value, char **member,
                                     GError **error)
{
    int64_t length = (int64_t)strlen(value);

    if (length < row->min || length > ics_parameter_max(row)) {
        return parameters_assign_fail(row, value, error);
    }
    g_free(*member);
    *member = g_strdup(value);
    return true;
}

static bool parameters_assign_probability(const IcsParameter *row, const char *value,
                                          IcsProbability *member, GError **error)
{
    return ics_probability_parse(value, member, NULL) || parameters_assign_fail(row, value, error);
}

static bool parameters_assign_row(const IcsParameter *row, const char *value, void *config,
                                  GError **error)
{
    void *member = (char *)config + row->offset;

    switch (row->type) {
    case ICS_PARAMETER_BOOLEAN:
        return parameters_assign_boolean(row, value, member, error);
    case ICS_PARAMETER_INTEGER:
    case ICS_PARAMETER_TIME:
    case ICS_PARAMETER_RATE:
    case ICS_PARAMETER_SIZE:
    case ICS_PARAMETER_INTEGER_LIST:
        return parameters_assign_number(row, value, member, error);
    case ICS_PARAMETER_PROBABILITY:
        return parameters_assign_probability(row, value, member, error);
    case ICS_PARAMETER_STRING:
        return parameters_assign_string(row, value, member, error);
    case ICS_PARAMETER_NAME:
        return parameters_assign_name(row, value, member, error);
    }
    g_assert_not_reached();
}

static void parameters_assign_unknown(const IcsParameter *table, const char *name, GError **error)
{
    g_autoptr(GPtrArray) names = g_ptr_array_new();

    for (const IcsParameter *row = table; row->name; row++) {
        g_ptr_array_add(names, (char *)row->name);
    }
    g_ptr_array_add(names, NULL);
    g_autofree char *quoted = ics_quote(name);
    g_autofree char *suggestion =
        parameters_assign_suggest(name, (const char *const *)names->pdata);
    g_set_error(error, ICS_ERROR, ICS_ERROR_INPUT, "unknown setting %s%s", quoted, suggestion);
}

bool ics_parameters_assign(const IcsParameter *table, const char *name, const char *value,
                           void *config, GError **error)
{
    for (const IcsParameter *row = table; row->name; row++) {
        if (strcmp(row->name, name) != 0) {
            continue;
        }
        if (!parameters_assign_row(row, value, config, error)) {
            return false;
        }
        if (row->present_offset) {
            *(bool *)((char *)config + row->present_offset) = true;
        }
        return true;
    }
    parameters_assign_unknown(table, name, error);
    return false;
}

/* One "name=value". */
static bool parameters_assign_setting(const IcsParameter *table, const char *setting, void *config,
                                      GError **error)
{
    const char *equals = strchr(setting, '=');

    if (!equals) {
        g_autofree char *quoted = ics_quote(setting);
        g_set_error(error, ICS_ERROR, ICS_ERROR_INPUT, "expected a setting NAME=VALUE, got %s",
                    quoted);
        return false;
    }
    g_autofree char *name = g_strndup(setting, (gsize)(equals - setting));
    g_autofree char *value = g_strdup(equals + 1);
    return ics_parameters_assign(table, g_strstrip(name), g_strstrip(value), config, error);
}

bool ics_parameters_assign_all(const IcsParameter *table, const char *settings, void *config,
                               GError **error)
{
    g_auto(GStrv) list = g_strsplit(settings, ",", -1);

    for (char **setting = list; *setting; setting++) {
        if (!parameters_assign_setting(table, g_strstrip(*setting), config, error)) {
            return false;
        }
    }
    return true;
}
