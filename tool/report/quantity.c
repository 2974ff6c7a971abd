#include "tool/report/quantity.h"

#include <glib.h>
#include <inttypes.h>

#define QUANTITY_DIGITS_MAX 1000 /* what has three digits is less */
#define QUANTITY_DECIMALS   9    /* at most */

typedef unsigned __int128 QuantityWide;

/* One unit of a scale; the last one of a scale has no name. */
typedef struct QuantityUnit {
    const char *name;
    uint64_t factor;
} QuantityUnit;

/* n/of in thousandths, millionths ... : as a whole number and its decimals, so that it has three
 * digits. Numbers of more than three digits before the point have no decimals. */
static uint64_t quantity_round(QuantityWide n, QuantityWide of, int *decimals)
{
    QuantityWide scale = 1;
    *decimals = 0;
    while (*decimals < QUANTITY_DECIMALS &&
           (n * scale * 10 + of / 2) / of < (QuantityWide)QUANTITY_DIGITS_MAX) {
        scale *= 10;
        ++*decimals;
    }
    return (uint64_t)((n * scale + of / 2) / of);
}

static void quantity_print(uint64_t digits, int decimals, const char *unit, char *text)
{
    while (decimals > 0 && digits % 10 == 0) {
        digits /= 10;
        decimals--;
    }
    uint64_t one = 1;
    for (int i = 0; i < decimals; i++) {
        one *= 10;
    }
    int at = g_snprintf(text, ICS_QUANTITY_TEXT_SIZE, "%" PRIu64, digits / one);
    if (decimals > 0) {
        at += g_snprintf(text + at, (gulong)(ICS_QUANTITY_TEXT_SIZE - at), ".%0*" PRIu64, decimals,
                         digits % one);
    }
    if (unit[0] != '\0') {
        g_snprintf(text + at, (gulong)(ICS_QUANTITY_TEXT_SIZE - at), " %s", unit);
    }
}

/* `units` ascend. The next larger one is taken as soon as rounding reaches it. */
static char *quantity_scaled(uint64_t value, const QuantityUnit *units, char *text)
{
    int decimals;
    uint64_t digits = quantity_round(value, units->factor, &decimals);
    while (units[1].name != NULL && decimals == 0 && digits >= units[1].factor / units[0].factor) {
        units++;
        digits = quantity_round(value, units->factor, &decimals);
    }
    quantity_print(digits, decimals, units->name, text);
    return text;
}

char *ics_quantity_time(int64_t ns, char text[ICS_QUANTITY_TEXT_SIZE])
{
    static const QuantityUnit units[] = {
        {"ns", 1}, {"us", ICS_NS_PER_US}, {"ms", ICS_NS_PER_MS}, {"s", ICS_NS_PER_S}, {NULL, 0}};
    static const QuantityUnit seconds[] = {{"s", ICS_NS_PER_S}, {NULL, 0}};
    g_assert(ns >= 0);
    return quantity_scaled((uint64_t)ns, ns == 0 ? seconds : units, text);
}

char *ics_quantity_rate(int64_t bps, char text[ICS_QUANTITY_TEXT_SIZE])
{
    static const QuantityUnit units[] = {{"bit/s", 1},
                                         {"kbit/s", UINT64_C(1000)},
                                         {"Mbit/s", UINT64_C(1000000)},
                                         {"Gbit/s", UINT64_C(1000000000)},
                                         {NULL, 0}};
    g_assert(bps >= 0);
    return quantity_scaled((uint64_t)bps, units, text);
}

char *ics_quantity_bytes(uint64_t bytes, char text[ICS_QUANTITY_TEXT_SIZE])
{
    static const QuantityUnit units[] = {{"B", 1},
                                         {"kB", UINT64_C(1000)},
                                         {"MB", UINT64_C(1000000)},
                                         {"GB", UINT64_C(1000000000)},
                                         {NULL, 0}};
    return quantity_scaled(bytes, units, text);
}

static char *quantity_quotient(QuantityWide n, QuantityWide of, const char *unit, char *text)
{
    if (of == 0) {
        g_strlcpy(text, "-", ICS_QUANTITY_TEXT_SIZE);
        return text;
    }
    int decimals;
    uint64_t digits = quantity_round(n, of, &decimals);
    quantity_print(digits, decimals, unit, text);
    return text;
}

char *ics_quantity_percent(IcsRatio ratio, char text[ICS_QUANTITY_TEXT_SIZE])
{
    return quantity_quotient((QuantityWide)ratio.n * 100, ratio.of, "%", text);
}

char *ics_quantity_mean(IcsRatio ratio, char text[ICS_QUANTITY_TEXT_SIZE])
{
    return quantity_quotient(ratio.n, ratio.of, "", text);
}
