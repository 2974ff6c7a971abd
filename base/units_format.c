#include <string.h>

#include "base/units.h"

typedef struct {
    const char *name;
    uint64_t scale;
} UnitsFormatRow;

static const UnitsFormatRow units_format_times[] = {
    {"s", ICS_NS_PER_S}, {"ms", ICS_NS_PER_MS}, {"us", ICS_NS_PER_US}, {"ns", 1}};

static const UnitsFormatRow units_format_rates[] = {{"Tbit/s", 1000000000000},
                                                    {"Gbit/s", 1000000000},
                                                    {"Mbit/s", 1000000},
                                                    {"kbit/s", 1000},
                                                    {"bit/s", 1}};

static const UnitsFormatRow units_format_sizes[] = {
    {"GiB", 1073741824}, {"GB", 1000000000}, {"MiB", 1048576}, {"MB", 1000000},
    {"KiB", 1024},       {"kB", 1000},       {"B", 1}};

/* magnitude / scale, a power of ten, exactly, without zeros at the end, and the unit. */
static char *units_format_write(char *text, bool negative, uint64_t magnitude,
                                const UnitsFormatRow *row)
{
    char fraction[ICS_UNITS_TEXT_SIZE] = "";
    int length = 0;
    uint64_t rest = magnitude % row->scale;

    for (uint64_t step = row->scale / 10; rest > 0; step /= 10) {
        fraction[length++] = (char)('0' + rest / step);
        rest %= step;
    }
    g_snprintf(text, ICS_UNITS_TEXT_SIZE, "%s%" G_GUINT64_FORMAT "%s%.*s %s", negative ? "-" : "",
               magnitude / row->scale, length ? "." : "", length, fraction, row->name);
    return text;
}

/* The first unit that is not larger than the magnitude. */
static const UnitsFormatRow *units_format_choose(const UnitsFormatRow *rows, uint64_t magnitude)
{
    while (rows->scale > magnitude && rows->scale > 1) {
        rows++;
    }
    return rows;
}

/* The first unit of which the magnitude is a whole multiple. */
static const UnitsFormatRow *units_format_choose_whole(const UnitsFormatRow *rows,
                                                       uint64_t magnitude)
{
    while (magnitude % rows->scale != 0) {
        rows++;
    }
    return rows;
}

char *ics_time_format(int64_t ns, char text[ICS_UNITS_TEXT_SIZE])
{
    static const UnitsFormatRow hour = {"h", 3600 * ICS_NS_PER_S};
    static const UnitsFormatRow minute = {"min", 60 * ICS_NS_PER_S};
    uint64_t magnitude = ns < 0 ? -(uint64_t)ns : (uint64_t)ns;
    const UnitsFormatRow *row = units_format_choose(units_format_times, magnitude);

    if (magnitude == 0) {
        row = &units_format_times[0];
    } else if (magnitude % hour.scale == 0) {
        row = &hour;
    } else if (magnitude % minute.scale == 0) {
        row = &minute;
    }
    return units_format_write(text, ns < 0, magnitude, row);
}

char *ics_rate_format(int64_t bps, char text[ICS_UNITS_TEXT_SIZE])
{
    g_assert(bps >= 0);
    return units_format_write(text, false, bps, units_format_choose(units_format_rates, bps));
}

char *ics_size_format(int64_t bytes, char text[ICS_UNITS_TEXT_SIZE])
{
    const UnitsFormatRow *smallest = &units_format_sizes[G_N_ELEMENTS(units_format_sizes) - 1];

    g_assert(bytes >= 0);
    return units_format_write(text, false, bytes,
                              bytes == 0 ? smallest
                                         : units_format_choose_whole(units_format_sizes, bytes));
}

/*
 * The shortest decimal within half a threshold of p: for k = 0, 1, ... digits behind the point the
 * nearest one is tried. 19 digits always suffice, because 10^-19 < 2^-63; and 2^63 * 10^19 < 2^127.
 */
static uint64_t units_format_shortest(IcsProbability p, uint64_t *power)
{
    uint64_t n = 0;

    g_assert(p <= ICS_PROBABILITY_ONE);
    for (*power = 1;; *power *= 10) {
        unsigned __int128 product = (unsigned __int128)p * *power + ICS_PROBABILITY_ONE / 2;
        n = product >> 63;
        if (ics_probability_from_ratio(n, *power) == p) {
            return n;
        }
    }
}

char *ics_probability_format(IcsProbability probability, char text[ICS_UNITS_TEXT_SIZE])
{
    uint64_t power;
    uint64_t n = units_format_shortest(probability, &power);

    /* In percent the point stands two digits further right. */
    for (int i = 0; i < 2; i++) {
        if (power > 1) {
            power /= 10;
        } else {
            n *= 10;
        }
    }
    const UnitsFormatRow row = {"%", power};
    return units_format_write(text, false, n, &row);
}
