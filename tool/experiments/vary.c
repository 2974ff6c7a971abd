#include "tool/experiments/vary.h"

#include <inttypes.h>
#include <string.h>

#include "base/error.h"
#include "base/quote.h"
#include "base/units.h"

#define VARY_DECIMALS 9
#define VARY_ONE      INT64_C(1000000000) /* of a plain decimal or percentage */

/* FROM, TO and STEP in the kind's own whole numbers. */
typedef struct VaryRange {
    int64_t from, to, step;
} VaryRange;

/* A kind of quantity. */
typedef struct VaryKind {
    bool (*parse)(const char *text, int64_t *value);
    void (*format)(int64_t value, char text[ICS_UNITS_TEXT_SIZE]);
    /* Units for an axis, largest first; the last one has the factor 1 or is the only one. */
    const struct VaryUnit {
        const char *name;
        int64_t factor;
    } units[5];
} VaryKind;

/* ---- decimals ---- */

/* Digits with at most VARY_DECIMALS decimals, then `suffix`. */
static bool vary_parse_decimal(const char *text, const char *suffix, int64_t *value)
{
    char *rest;
    if (!g_ascii_isdigit(text[0])) {
        return false;
    }
    guint64 whole = g_ascii_strtoull(text, &rest, 10);
    int64_t fraction = 0;
    int64_t place = VARY_ONE;
    if (*rest == '.') {
        for (rest++; g_ascii_isdigit(*rest) && place > 1; rest++) {
            place /= 10;
            fraction += (*rest - '0') * place;
        }
    }
    if (strcmp(rest, suffix) != 0 || whole > (guint64)(INT64_MAX / VARY_ONE / 4)) {
        return false;
    }
    *value = (int64_t)whole * VARY_ONE + fraction;
    return true;
}

static void vary_format_decimal(int64_t value, const char *suffix, char *text)
{
    char decimals[VARY_DECIMALS + 1];
    g_snprintf(decimals, sizeof decimals, "%09" PRId64, value % VARY_ONE);
    size_t n = VARY_DECIMALS;
    while (n > 0 && decimals[n - 1] == '0') {
        n--;
    }
    g_snprintf(text, ICS_UNITS_TEXT_SIZE, "%" PRId64 "%s%.*s%s", value / VARY_ONE, n > 0 ? "." : "",
               (int)n, decimals, suffix);
}

static bool vary_parse_plain(const char *text, int64_t *value)
{
    return vary_parse_decimal(text, "", value);
}

static void vary_format_plain(int64_t value, char text[ICS_UNITS_TEXT_SIZE])
{
    vary_format_decimal(value, "", text);
}

static bool vary_parse_percent(const char *text, int64_t *value)
{
    return vary_parse_decimal(text, "%", value) || vary_parse_decimal(text, " %", value);
}

static void vary_format_percent(int64_t value, char text[ICS_UNITS_TEXT_SIZE])
{
    vary_format_decimal(value, "%", text);
}

/* ---- quantities of base/units.h ---- */

static bool vary_parse_time(const char *text, int64_t *value)
{
    return ics_time_parse(text, value, NULL);
}

static void vary_format_time(int64_t value, char text[ICS_UNITS_TEXT_SIZE])
{
    ics_time_format(value, text);
}

static bool vary_parse_size(const char *text, int64_t *value)
{
    return ics_size_parse(text, value, NULL);
}

static void vary_format_size(int64_t value, char text[ICS_UNITS_TEXT_SIZE])
{
    ics_size_format(value, text);
}

static bool vary_parse_rate(const char *text, int64_t *value)
{
    return ics_rate_parse(text, value, NULL);
}

static void vary_format_rate(int64_t value, char text[ICS_UNITS_TEXT_SIZE])
{
    ics_rate_format(value, text);
}

static const VaryKind vary_kinds[] = {
    {vary_parse_plain, vary_format_plain, {{"", VARY_ONE}}},
    {vary_parse_percent, vary_format_percent, {{"%", VARY_ONE}}},
    {vary_parse_time,
     vary_format_time,
     {{"s", ICS_NS_PER_S}, {"ms", ICS_NS_PER_MS}, {"us", ICS_NS_PER_US}, {"ns", 1}}},
    {vary_parse_size, vary_format_size, {{"MB", 1000000}, {"kB", 1000}, {"B", 1}}},
    {vary_parse_rate,
     vary_format_rate,
     {{"Gbit/s", 1000000000}, {"Mbit/s", 1000000}, {"kbit/s", 1000}, {"bit/s", 1}}},
};

/* ---- the range ---- */

static bool vary_read(const VaryKind *kind, char **parts, VaryRange *range)
{
    return kind->parse(parts[0], &range->from) && kind->parse(parts[1], &range->to) &&
           kind->parse(parts[2], &range->step);
}

/* Nullable. */
static const VaryKind *vary_kind_of(char **parts, VaryRange *range)
{
    for (size_t i = 0; i < G_N_ELEMENTS(vary_kinds); i++) {
        if (vary_read(&vary_kinds[i], parts, range)) {
            return &vary_kinds[i];
        }
    }
    return NULL;
}

static bool vary_refuse(GError **error, const char *text, const char *why)
{
    g_autofree char *quoted = ics_quote(text);
    g_set_error(error, ICS_ERROR, ICS_ERROR_INPUT, "--vary %s: %s", quoted, why);
    return false;
}

static bool vary_check(const char *text, const VaryRange *range, GError **error)
{
    if (range->to < range->from) {
        return vary_refuse(error, text, "TO is less than FROM");
    }
    if (range->step == 0) {
        return vary_refuse(error, text, "expected a STEP over 0");
    }
    if ((range->to - range->from) / range->step >= ICS_VARY_STEPS_MAX) {
        return vary_refuse(error, text,
                           "these are more than " G_STRINGIFY(ICS_VARY_STEPS_MAX) " values");
    }
    return true;
}

/* The largest unit in which the last value is at least 1. */
static const struct VaryUnit *vary_unit(const VaryKind *kind, int64_t largest)
{
    const struct VaryUnit *unit = kind->units;
    while (unit->factor > largest && unit[1].name != NULL) {
        unit++;
    }
    return unit;
}

static void vary_fill(IcsVary *self, const VaryKind *kind, const VaryRange *range)
{
    const struct VaryUnit *unit = vary_unit(kind, range->to);
    self->unit = unit->name;
    for (int64_t i = 0; i <= (range->to - range->from) / range->step; i++) {
        int64_t value = range->from + i * range->step;
        double position = (double)value / (double)unit->factor;
        char text[ICS_UNITS_TEXT_SIZE];
        kind->format(value, text);
        g_ptr_array_add(self->values, g_strdup(text));
        g_array_append_val(self->positions, position);
    }
}

static bool vary_parse_range(IcsVary *self, const char *text, const char *range_text,
                             GError **error)
{
    g_auto(GStrv) parts = g_strsplit(range_text, ":", -1);
    VaryRange range;
    if (g_strv_length(parts) != 3) {
        return vary_refuse(error, text, "expected POINTER=FROM:TO:STEP");
    }
    const VaryKind *kind = vary_kind_of(parts, &range);
    if (kind == NULL) {
        return vary_refuse(error, text,
                           "expected three numbers from 0 on, or three times, rates, sizes or "
                           "percentages, such as 0%:30%:5%");
    }
    if (!vary_check(text, &range, error)) {
        return false;
    }
    vary_fill(self, kind, &range);
    return true;
}

IcsVary *ics_vary_parse(const char *text, GError **error)
{
    const char *equals = strrchr(text, '=');
    if (equals == NULL || text[0] != '/') {
        vary_refuse(error, text,
                    "expected POINTER=FROM:TO:STEP, such as /links/0/delay=0ms:50ms:10ms");
        return NULL;
    }
    g_autoptr(IcsVary) self = g_new0(IcsVary, 1);
    self->pointer = g_strndup(text, (gsize)(equals - text));
    self->values = g_ptr_array_new_with_free_func(g_free);
    self->positions = g_array_new(FALSE, FALSE, sizeof(double));
    return vary_parse_range(self, text, equals + 1, error) ? g_steal_pointer(&self) : NULL;
}

void ics_vary_free(IcsVary *self)
{
    if (self == NULL) {
        return;
    }
    g_free(self->pointer);
    g_ptr_array_unref(self->values);
    g_array_unref(self->positions);
    g_free(self);
}
