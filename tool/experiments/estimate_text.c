#include "tool/experiments/estimate_text.h"

#include <glib.h>
#include <math.h>
#include <string.h>

#include "base/units.h"

#define ESTIMATE_TEXT_PLUS_MINUS "\302\261"
#define ESTIMATE_TEXT_DECIMALS   3 /* at most */

/* One unit of a scale. */
typedef struct EstimateUnit {
    const char *name;
    double factor;
} EstimateUnit;

static const EstimateUnit *estimate_text_scale(IcsMeasureUnit unit)
{
    static const EstimateUnit plain[] = {{"", 1}, {NULL, 0}};
    static const EstimateUnit times[] = {{" ns", 1},
                                         {" us", ICS_NS_PER_US},
                                         {" ms", ICS_NS_PER_MS},
                                         {" s", ICS_NS_PER_S},
                                         {NULL, 0}};
    static const EstimateUnit rates[] = {
        {" bit/s", 1}, {" kbit/s", 1e3}, {" Mbit/s", 1e6}, {" Gbit/s", 1e9}, {NULL, 0}};
    switch (unit) {
    case ICS_MEASURE_UNIT_COUNT:
    case ICS_MEASURE_UNIT_RATIO:
        return plain;
    case ICS_MEASURE_UNIT_TIME:
        return times;
    case ICS_MEASURE_UNIT_RATE:
        return rates;
    }
    g_assert_not_reached();
}

/* The largest unit in which the number has a digit before the point. */
static const EstimateUnit *estimate_text_unit(IcsMeasureUnit unit, double size)
{
    const EstimateUnit *best = estimate_text_scale(unit);
    while (best[1].name != NULL && size >= best[1].factor) {
        best++;
    }
    return best;
}

static int estimate_text_magnitude(double value)
{
    return value > 0 ? (int)floor(log10(value)) : 0;
}

/* Two digits of the half width, and at most four of the larger of both. */
static int estimate_text_decimals(double mean, double half)
{
    int most = 3 - estimate_text_magnitude(MAX(fabs(mean), half));
    int wanted = half > 0 ? 1 - estimate_text_magnitude(half) : most;
    return CLAMP(MIN(wanted, most), 0, ESTIMATE_TEXT_DECIMALS);
}

static void estimate_text_number(char *text, double value, int decimals, bool trim)
{
    char format[8];
    g_snprintf(format, sizeof format, "%%.%df", decimals);
    g_ascii_formatd(text, ICS_ESTIMATE_TEXT_SIZE, format, value);
    size_t n = strlen(text);
    while (trim && decimals > 0 && (text[n - 1] == '0' || text[n - 1] == '.')) {
        decimals = text[n - 1] == '.' ? 0 : decimals;
        text[--n] = '\0';
    }
}

/* A half width that is not 0 does not become one. */
static void estimate_text_half(char *text, double half, int decimals)
{
    char number[ICS_ESTIMATE_TEXT_SIZE];
    double smallest = pow(10, -decimals);
    bool is_small = half > 0 && half <= smallest / 2;
    estimate_text_number(number, is_small ? smallest : half, decimals, half == 0);
    g_snprintf(text, ICS_ESTIMATE_TEXT_SIZE, ESTIMATE_TEXT_PLUS_MINUS "%s%s", is_small ? "<" : "",
               number);
}

IcsEstimateText ics_estimate_text(const IcsEstimate *estimate, IcsMeasureUnit unit,
                                  bool is_difference)
{
    IcsEstimateText self = {.mean = "-"};
    if (estimate->n == 0) {
        return self;
    }
    double half = estimate->has_interval ? estimate->half_width : 0;
    double size = fabs(estimate->mean);
    const EstimateUnit *in = estimate_text_unit(unit, size > 0 ? size : half);
    double mean = size / in->factor;
    int decimals = estimate_text_decimals(mean, half / in->factor);
    char number[ICS_ESTIMATE_TEXT_SIZE];
    estimate_text_number(number, mean, decimals, half == 0);
    bool is_zero = strspn(number, "0.") == strlen(number);
    const char *sign = is_zero ? "" : estimate->mean < 0 ? "-" : is_difference ? "+" : "";
    const char *name = is_zero && half == 0 ? "" : in->name;
    g_snprintf(self.mean, sizeof self.mean, "%s%s%s", sign, number, name);
    if (estimate->has_interval) {
        estimate_text_half(self.half, half / in->factor, decimals);
    }
    return self;
}

char *ics_decimal_text(double value, char text[ICS_DECIMAL_TEXT_SIZE])
{
    g_ascii_formatd(text, ICS_DECIMAL_TEXT_SIZE, "%.6f", value);
    size_t n = strlen(text);
    while (text[n - 1] == '0') {
        text[--n] = '\0';
    }
    if (text[n - 1] == '.') {
        text[--n] = '\0';
    }
    if (strcmp(text, "-0") == 0) {
        g_strlcpy(text, "0", ICS_DECIMAL_TEXT_SIZE);
    }
    return text;
}
