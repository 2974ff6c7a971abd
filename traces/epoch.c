#include "traces/epoch.h"

#include <glib.h>

#include "base/units.h"

#define EPOCH_YEAR_MIN 1970
#define EPOCH_YEAR_MAX 2105

typedef struct {
    int32_t year, month, day, hour, minute, second;
} EpochTime;

/* Reads exactly `digits` digits and the character that must follow. */
static bool epoch_read(const char **at, int digits, char follows, int32_t *value)
{
    *value = 0;
    for (int i = 0; i < digits; i++, (*at)++) {
        if (!g_ascii_isdigit(**at)) {
            return false;
        }
        *value = *value * 10 + (**at - '0');
    }
    if (follows != '\0' && *(*at)++ != follows) {
        return false;
    }
    return true;
}

static bool epoch_read_time(const char **at, EpochTime *time)
{
    return epoch_read(at, 4, '-', &time->year) && epoch_read(at, 2, '-', &time->month) &&
           epoch_read(at, 2, 'T', &time->day) && epoch_read(at, 2, ':', &time->hour) &&
           epoch_read(at, 2, ':', &time->minute) && epoch_read(at, 2, '\0', &time->second);
}

static bool epoch_read_fraction(const char **at, int64_t *ns)
{
    *ns = 0;
    if (**at != '.') {
        return true;
    }
    int64_t unit_ns = ICS_NS_PER_S;
    const char *first = ++*at;
    for (; g_ascii_isdigit(**at) && unit_ns > 1; (*at)++) {
        unit_ns /= 10;
        *ns += unit_ns * (**at - '0');
    }
    return *at > first;
}

static bool epoch_is_valid(const EpochTime *time)
{
    return time->year >= EPOCH_YEAR_MIN && time->year <= EPOCH_YEAR_MAX && time->month >= 1 &&
           time->month <= 12 && time->day >= 1 &&
           time->day <= g_date_get_days_in_month((GDateMonth)time->month, (GDateYear)time->year) &&
           time->hour <= 23 && time->minute <= 59 && time->second <= 59;
}

static int64_t epoch_days(const EpochTime *time)
{
    int64_t days = time->day - 1;
    for (int32_t year = EPOCH_YEAR_MIN; year < time->year; year++) {
        days += g_date_is_leap_year((GDateYear)year) ? 366 : 365;
    }
    for (int32_t month = 1; month < time->month; month++) {
        days += g_date_get_days_in_month((GDateMonth)month, (GDateYear)time->year);
    }
    return days;
}

bool ics_epoch_parse(const char *text, int64_t *unix_ns)
{
    EpochTime time;
    int64_t fraction_ns;
    if (!epoch_read_time(&text, &time) || !epoch_read_fraction(&text, &fraction_ns) ||
        text[0] != 'Z' || text[1] != '\0' || !epoch_is_valid(&time)) {
        return false;
    }
    int64_t seconds = ((epoch_days(&time) * 24 + time.hour) * 60 + time.minute) * 60 + time.second;
    *unix_ns = seconds * ICS_NS_PER_S + fraction_ns;
    return true;
}
