#include "base/parameters_private.h"

const char *ics_parameter_noun(const IcsParameter *row)
{
    switch (row->type) {
    case ICS_PARAMETER_BOOLEAN:
        return "a boolean";
    case ICS_PARAMETER_INTEGER:
        return "an integer";
    case ICS_PARAMETER_TIME:
        return "a time";
    case ICS_PARAMETER_RATE:
        return "a rate";
    case ICS_PARAMETER_SIZE:
        return "a size";
    case ICS_PARAMETER_PROBABILITY:
        return "a probability";
    case ICS_PARAMETER_STRING:
        return "text";
    case ICS_PARAMETER_NAME:
        return "a name";
    case ICS_PARAMETER_INTEGER_LIST:
        return "integers";
    }
    g_assert_not_reached();
}

int64_t ics_parameter_max(const IcsParameter *row)
{
    return row->type == ICS_PARAMETER_STRING && row->max == 0 ? INT64_MAX : row->max;
}

/* Whether the limits are counted in what has a sign of its own. */
static bool parameters_text_is_signed(const IcsParameter *row)
{
    return row->type == ICS_PARAMETER_INTEGER || row->type == ICS_PARAMETER_INTEGER_LIST;
}

static bool parameters_text_has_range(const IcsParameter *row)
{
    switch (row->type) {
    case ICS_PARAMETER_INTEGER:
    case ICS_PARAMETER_INTEGER_LIST:
    case ICS_PARAMETER_TIME:
    case ICS_PARAMETER_RATE:
    case ICS_PARAMETER_SIZE:
    case ICS_PARAMETER_STRING:
        return true;
    case ICS_PARAMETER_BOOLEAN:
    case ICS_PARAMETER_PROBABILITY:
    case ICS_PARAMETER_NAME:
        break;
    }
    return false;
}

char *ics_parameter_format(const IcsParameter *row, int64_t value, char text[ICS_UNITS_TEXT_SIZE])
{
    switch (row->type) {
    case ICS_PARAMETER_TIME:
        return ics_time_format(value, text);
    case ICS_PARAMETER_RATE:
        return ics_rate_format(value, text);
    case ICS_PARAMETER_SIZE:
        return ics_size_format(value, text);
    case ICS_PARAMETER_INTEGER:
    case ICS_PARAMETER_INTEGER_LIST:
    case ICS_PARAMETER_BOOLEAN:
    case ICS_PARAMETER_PROBABILITY:
    case ICS_PARAMETER_STRING:
    case ICS_PARAMETER_NAME:
        break;
    }
    g_snprintf(text, ICS_UNITS_TEXT_SIZE, "%" G_GINT64_FORMAT, value);
    return text;
}

char *ics_parameter_range_text(const IcsParameter *row)
{
    char min[ICS_UNITS_TEXT_SIZE];
    char max[ICS_UNITS_TEXT_SIZE];
    bool has_min = row->min != INT64_MIN && (row->min != 0 || parameters_text_is_signed(row));
    bool has_max = ics_parameter_max(row) != INT64_MAX;

    if (!parameters_text_has_range(row) || (!has_min && !has_max)) {
        return g_strdup("");
    }
    if (has_min) {
        ics_parameter_format(row, row->min, min);
    }
    if (has_max) {
        ics_parameter_format(row, row->max, max);
    }
    const char *unit = row->type == ICS_PARAMETER_STRING ? " bytes" : "";
    if (row->type == ICS_PARAMETER_STRING && row->min == 1 && !has_max) {
        return g_strdup("that is not empty");
    }
    if (has_min && has_max) {
        return g_strdup_printf("from %s to %s%s", min, max, unit);
    }
    return g_strdup_printf("of %s %s%s", has_min ? "at least" : "at most", has_min ? min : max,
                           unit);
}

static void parameters_text_write_limits(IcsJsonWriter *writer, const IcsParameter *row,
                                         const char *min_key, const char *max_key)
{
    bool has_min = row->min != 0 || parameters_text_is_signed(row) || row->plain;

    if (row->min != INT64_MIN && has_min) {
        ics_json_writer_member_int64(writer, min_key, row->min);
    }
    if (ics_parameter_max(row) != INT64_MAX) {
        ics_json_writer_member_int64(writer, max_key, row->max);
    }
}

/* The pattern of a number with one of the units. */
static void parameters_text_write_pattern(IcsJsonWriter *writer, const IcsParameter *row,
                                          const char *const *units, const char *suffix)
{
    GString *alternatives = g_string_new(NULL);

    for (size_t i = 0; units[i]; i++) {
        g_string_append_printf(alternatives, "%s%s", i ? "|" : "", units[i]);
    }
    if (row->plain) {
        ics_json_writer_key(writer, "type");
        ics_json_writer_raw(writer, "[\"string\",\"integer\"]");
        parameters_text_write_limits(writer, row, "minimum", "maximum");
    } else {
        ics_json_writer_member_string(writer, "type", "string");
    }
    ics_json_writer_key(writer, "pattern");
    ics_json_writer_string_format(writer, "^%s[0-9]+(\\.[0-9]+)? ?(%s)%s$",
                                  row->min < 0 ? "-?" : "", alternatives->str, suffix);
    g_string_free(alternatives, TRUE);
}

static void parameters_text_write_integer(IcsJsonWriter *writer, const IcsParameter *row)
{
    ics_json_writer_member_string(writer, "type", "integer");
    parameters_text_write_limits(writer, row, "minimum", "maximum");
}

static void parameters_text_write_integers(IcsJsonWriter *writer, const IcsParameter *row)
{
    ics_json_writer_member_array(writer, "anyOf");
    ics_json_writer_begin_object(writer);
    parameters_text_write_integer(writer, row);
    ics_json_writer_end_object(writer);
    ics_json_writer_begin_object(writer);
    ics_json_writer_member_string(writer, "type", "array");
    ics_json_writer_member_int64(writer, "minItems", 1);
    ics_json_writer_member_object(writer, "items");
    parameters_text_write_integer(writer, row);
    ics_json_writer_end_object(writer);
    ics_json_writer_end_object(writer);
    ics_json_writer_end_array(writer);
}

static void parameters_text_write_probability(IcsJsonWriter *writer)
{
    ics_json_writer_member_array(writer, "anyOf");
    ics_json_writer_raw(writer, "{\"type\":\"number\",\"minimum\":0,\"maximum\":1}");
    ics_json_writer_raw(writer, "{\"type\":\"string\",\"pattern\":"
                                "\"^0*(100(\\\\.0+)?|[0-9]{1,2}(\\\\.[0-9]+)?) ?%$\"}");
    ics_json_writer_end_array(writer);
}

static void parameters_text_write_choices(IcsJsonWriter *writer, const IcsParameter *row)
{
    ics_json_writer_member_array(writer, "enum");
    for (size_t i = 0; row->choices[i]; i++) {
        ics_json_writer_string(writer, row->choices[i]);
    }
    ics_json_writer_end_array(writer);
}

static void parameters_text_write_type(IcsJsonWriter *writer, const IcsParameter *row)
{
    switch (row->type) {
    case ICS_PARAMETER_BOOLEAN:
        ics_json_writer_member_string(writer, "type", "boolean");
        break;
    case ICS_PARAMETER_INTEGER:
        parameters_text_write_integer(writer, row);
        break;
    case ICS_PARAMETER_TIME:
        parameters_text_write_pattern(writer, row, ics_time_units(), "");
        break;
    case ICS_PARAMETER_RATE:
        parameters_text_write_pattern(writer, row, ics_rate_units(), "(/s)?");
        break;
    case ICS_PARAMETER_SIZE:
        parameters_text_write_pattern(writer, row, ics_size_units(), "");
        break;
    case ICS_PARAMETER_PROBABILITY:
        parameters_text_write_probability(writer);
        break;
    case ICS_PARAMETER_STRING:
        ics_json_writer_member_string(writer, "type", "string");
        parameters_text_write_limits(writer, row, "minLength", "maxLength");
        break;
    case ICS_PARAMETER_NAME:
        parameters_text_write_choices(writer, row);
        break;
    case ICS_PARAMETER_INTEGER_LIST:
        parameters_text_write_integers(writer, row);
        break;
    }
}

/* What the type alone does not say: the limits of quantities. */
static void parameters_text_write_description(IcsJsonWriter *writer, const IcsParameter *row)
{
    g_autofree char *range = ics_parameter_range_text(row);

    ics_json_writer_key(writer, "description");
    if (*range) {
        ics_json_writer_string_format(writer, "%s (%s %s)", row->doc, ics_parameter_noun(row),
                                      range);
    } else {
        ics_json_writer_string(writer, row->doc);
    }
}

void ics_parameter_write_schema(const IcsParameter *parameter, IcsJsonWriter *writer)
{
    bool is_raw =
        parameter->type == ICS_PARAMETER_BOOLEAN || parameter->type == ICS_PARAMETER_INTEGER;

    ics_json_writer_begin_object(writer);
    parameters_text_write_description(writer, parameter);
    parameters_text_write_type(writer, parameter);
    if (parameter->fallback) {
        ics_json_writer_key(writer, "default");
        if (is_raw) {
            ics_json_writer_raw(writer, parameter->fallback);
        } else {
            ics_json_writer_string(writer, parameter->fallback);
        }
    }
    ics_json_writer_end_object(writer);
}

void ics_parameters_write_properties(const IcsParameter *table, IcsJsonWriter *writer)
{
    for (const IcsParameter *row = table; row->name; row++) {
        ics_json_writer_key(writer, row->name);
        ics_parameter_write_schema(row, writer);
    }
}

void ics_parameters_write_required(const IcsParameter *table, IcsJsonWriter *writer)
{
    for (const IcsParameter *row = table; row->name; row++) {
        if (row->required) {
            ics_json_writer_string(writer, row->name);
        }
    }
}

void ics_parameters_write_schema(const IcsParameter *table, IcsJsonWriter *writer)
{
    bool any_required = false;

    for (const IcsParameter *row = table; row->name; row++) {
        any_required |= row->required;
    }
    ics_json_writer_member_object(writer, "properties");
    ics_parameters_write_properties(table, writer);
    ics_json_writer_end_object(writer);
    if (any_required) {
        ics_json_writer_member_array(writer, "required");
        ics_parameters_write_required(table, writer);
        ics_json_writer_end_array(writer);
    }
}
