#include "base/units.h"

#include <string.h>

#include "base/decimal.h"
#include "base/error.h"
#include "base/nearest.h"
#include "base/quote.h"

/* X(name, how many of the smallest unit), ascending. */
#define UNITS_TIME_LIST(X)                                                                         \
    X("ns", 1)                                                                                     \
    X("us", ICS_NS_PER_US)                                                                         \
    X("ms", ICS_NS_PER_MS)                                                                         \
    X("s", ICS_NS_PER_S)                                                                           \
    X("min", 60 * ICS_NS_PER_S)                                                                    \
    X("h", 3600 * ICS_NS_PER_S)

#define UNITS_RATE_LIST(X)                                                                         \
    X("bit", 1)                                                                                    \
    X("kbit", 1000)                                                                                \
    X("Kibit", 1024)                                                                               \
    X("Mbit", 1000000)                                                                             \
    X("Mibit", 1048576)                                                                            \
    X("Gbit", 1000000000)                                                                          \
    X("Gibit", 1073741824)                                                                         \
    X("Tbit", 1000000000000)

#define UNITS_SIZE_LIST(X)                                                                         \
    X("B", 1)                                                                                      \
    X("kB", 1000)                                                                                  \
    X("KiB", 1024)                                                                                 \
    X("MB", 1000000)                                                                               \
    X("MiB", 1048576)                                                                              \
    X("GB", 1000000000)                                                                            \
    X("GiB", 1073741824)

#define UNITS_NAME(name, scale)  name,
#define UNITS_SCALE(name, scale) scale,

static const char *const units_time_names[] = {UNITS_TIME_LIST(UNITS_NAME) NULL};
static const char *const units_rate_names[] = {UNITS_RATE_LIST(UNITS_NAME) NULL};
static const char *const units_size_names[] = {UNITS_SIZE_LIST(UNITS_NAME) NULL};
static const uint64_t units_time_scales[] = {UNITS_TIME_LIST(UNITS_SCALE)};
static const uint64_t units_rate_scales[] = {UNITS_RATE_LIST(UNITS_SCALE)};
static const uint64_t units_size_scales[] = {UNITS_SIZE_LIST(UNITS_SCALE)};

/* One kind of quantity: how it is read and how it is spoken of. */
typedef struct {
    const char *noun;
    const char *example;
    const char *smallest; /* what the integers count */
    const char *largest;  /* INT64_MAX as text */
    const char *suffix;   /* (nullable) may follow the unit */
    const char *const *names;
    const uint64_t *scales;
    bool allow_negative;
} UnitsKind;

static const UnitsKind units_time = {
    .noun = "time",
    .example = "20ms",
    .smallest = "nanoseconds",
    .largest = "9223372036.854775807s",
    .names = units_time_names,
    .scales = units_time_scales,
};

static const UnitsKind units_signed_time = {
    .noun = "time",
    .example = "-20ms",
    .smallest = "nanoseconds",
    .largest = "9223372036.854775807s",
    .names = units_time_names,
    .scales = units_time_scales,
    .allow_negative = true,
};

static const UnitsKind units_rate = {
    .noun = "rate",
    .example = "10Mbit",
    .smallest = "bits per second",
    .largest = "9223372.036854775807Tbit",
    .suffix = "/s",
    .names = units_rate_names,
    .scales = units_rate_scales,
};

static const UnitsKind units_size = {
    .noun = "size",
    .example = "64KiB",
    .smallest = "bytes",
    .largest = "9223372036.854775807GB",
    .names = units_size_names,
    .scales = units_size_scales,
};

const char *const *ics_time_units(void)
{
    return units_time_names;
}

const char *const *ics_rate_units(void)
{
    return units_rate_names;
}

const char *const *ics_size_units(void)
{
    return units_size_names;
}

static bool G_GNUC_PRINTF(4, 5)
    units_fail(const UnitsKind *kind, const char *text, GError **error, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    g_autofree char *reason = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    g_autofree char *got = ics_quote(text);
    g_autofree char *names = ics_join_names(kind->names);
    g_set_error(error, ICS_ERROR, ICS_ERROR_INPUT,
                "expected a %s such as \"%s\" (in %s), got %s: %s", kind->noun, kind->example,
                names, got, reason);
    return false;
}

static bool units_fail_unit(const UnitsKind *kind, const char *text, const char *unit,
                            GError **error)
{
    const char *nearest = ics_nearest(unit, kind->names);
    g_autofree char *quoted = ics_quote(unit);

    if (*unit == '\0') {
        return units_fail(kind, text, error, "the unit is missing");
    }
    if (nearest) {
        return units_fail(kind, text, error, "%s is not a unit of %s; did you mean \"%s\"?", quoted,
                          kind->noun, nearest);
    }
    return units_fail(kind, text, error, "%s is not a unit of %s", quoted, kind->noun);
}

/* The index of the unit that begins at `text` and fills it, G_MAXSIZE if there is none. */
static size_t units_find(const UnitsKind *kind, const char *text)
{
    size_t length = strlen(text);

    if (kind->suffix && g_str_has_suffix(text, kind->suffix)) {
        length -= strlen(kind->suffix);
    }
    for (size_t i = 0; kind->names[i]; i++) {
        if (strlen(kind->names[i]) == length && memcmp(kind->names[i], text, length) == 0) {
            return i;
        }
    }
    return G_MAXSIZE;
}

static bool units_convert(const UnitsKind *kind, const char *text, const IcsDecimal *decimal,
                          uint64_t scale, int64_t *value, GError **error)
{
    uint64_t magnitude;
    IcsDecimalRest rest;

    if (!ics_decimal_scale(decimal, scale, &magnitude, &rest) ||
        magnitude > (uint64_t)INT64_MAX + decimal->negative) {
        return units_fail(kind, text, error, "the largest is %s%s", decimal->negative ? "-" : "",
                          kind->largest);
    }
    if (rest != ICS_DECIMAL_REST_ZERO) {
        return units_fail(kind, text, error, "it is not a whole number of %s", kind->smallest);
    }
    *value = decimal->negative ? (int64_t)-magnitude : (int64_t)magnitude;
    return true;
}

static bool units_parse(const UnitsKind *kind, const char *text, int64_t *value, GError **error)
{
    IcsDecimal decimal;

    if (!ics_decimal_split(text, false, &decimal)) {
        return units_fail(kind, text, error, "it does not begin with a decimal number");
    }
    if (decimal.negative && !kind->allow_negative) {
        return units_fail(kind, text, error, "it must not be negative");
    }
    const char *unit = decimal.rest + (*decimal.rest == ' ');
    size_t index = units_find(kind, unit);
    if (index == G_MAXSIZE) {
        return units_fail_unit(kind, text, unit, error);
    }
    return units_convert(kind, text, &decimal, kind->scales[index], value, error);
}

bool ics_time_parse(const char *text, int64_t *ns, GError **error)
{
    return units_parse(&units_time, text, ns, error);
}

bool ics_signed_time_parse(const char *text, int64_t *ns, GError **error)
{
    return units_parse(&units_signed_time, text, ns, error);
}

bool ics_rate_parse(const char *text, int64_t *bps, GError **error)
{
    return units_parse(&units_rate, text, bps, error);
}

bool ics_size_parse(const char *text, int64_t *bytes, GError **error)
{
    return units_parse(&units_size, text, bytes, error);
}

static bool units_fail_probability(const char *text, const char *reason, GError **error)
{
    g_autofree char *got = ics_quote(text);

    g_set_error(error, ICS_ERROR, ICS_ERROR_INPUT,
                "expected a probability from 0 to 1 or from \"0%%\" to \"100%%\", got %s: %s", got,
                reason);
    return false;
}

/* The threshold nearest to a whole number of 2^-63 and a rest, ties to even. */
static IcsProbability units_round(uint64_t whole, IcsDecimalRest rest)
{
    bool up = rest == ICS_DECIMAL_REST_ABOVE_HALF || (rest == ICS_DECIMAL_REST_HALF && whole % 2);

    return whole + up;
}

bool ics_probability_parse(const char *text, IcsProbability *probability, GError **error)
{
    IcsDecimal decimal;
    uint64_t whole;
    IcsDecimalRest rest;

    bool percent = g_str_has_suffix(text, "%");

    if (!ics_decimal_split(text, !percent, &decimal)) {
        return units_fail_probability(text, "it does not begin with a decimal number", error);
    }
    if (strcmp(decimal.rest, "") != 0 && strcmp(decimal.rest, "%") != 0 &&
        strcmp(decimal.rest, " %") != 0) {
        return units_fail_probability(text, "only '%' may follow the number", error);
    }
    if (decimal.negative && !ics_decimal_is_zero(&decimal)) {
        return units_fail_probability(text, "it is below 0", error);
    }
    decimal.exponent -= percent ? 2 : 0;
    if (!ics_decimal_scale(&decimal, ICS_PROBABILITY_ONE, &whole, &rest) ||
        whole > ICS_PROBABILITY_ONE ||
        (whole == ICS_PROBABILITY_ONE && rest != ICS_DECIMAL_REST_ZERO)) {
        const char *reason = percent ? "it is above 100%" : "it is above 1; is '%' missing?";
        return units_fail_probability(text, reason, error);
    }
    *probability = units_round(whole, rest);
    return true;
}

IcsProbability ics_probability_from_ratio(uint64_t n, uint64_t d)
{
    g_assert(d > 0 && n <= d);
    unsigned __int128 product = (unsigned __int128)n << 63;
    uint64_t whole = product / d;
    uint64_t rest = product % d;

    /* rest / d against one half, without overflow. */
    if (rest > d - rest) {
        return units_round(whole, ICS_DECIMAL_REST_ABOVE_HALF);
    }
    return units_round(whole, rest == d - rest ? ICS_DECIMAL_REST_HALF : ICS_DECIMAL_REST_ZERO);
}
