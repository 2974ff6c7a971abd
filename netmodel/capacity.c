#include "netmodel/capacity.h"

#include <stdbool.h>

#include "base/error.h"
#include "base/units.h"

typedef struct {
    const char *name;
    const char *at;
    const char *end;
    uint64_t line; /* of what `at` points to, from 1 */
} CapacityReader;

static bool capacity_refuse(const CapacityReader *reader, GError **error, const char *what)
{
    g_set_error(error, ICS_ERROR, ICS_ERROR_INPUT, "%s:%" G_GUINT64_FORMAT ": %s", reader->name,
                reader->line, what);
    return false;
}

/* One line: decimal digits and the end of the line or of the text. */
static bool capacity_read_line(CapacityReader *reader, uint32_t *ms, GError **error)
{
    const char *first = reader->at;
    uint64_t value = 0;
    while (reader->at < reader->end && g_ascii_isdigit(*reader->at)) {
        value = value * 10 + (uint64_t)(*reader->at++ - '0');
        if (value > UINT32_MAX) {
            return capacity_refuse(reader, error, "expected at most 4294967295 ms");
        }
    }
    if (reader->at == first || (reader->at < reader->end && *reader->at != '\n')) {
        return capacity_refuse(reader, error, "expected a time in ms: decimal digits only");
    }
    reader->at += reader->at < reader->end;
    *ms = (uint32_t)value;
    return true;
}

static bool capacity_read(CapacityReader *reader, GArray *times, GError **error)
{
    uint32_t previous_ms = 0;
    for (; reader->at < reader->end; reader->line++) {
        uint32_t ms;
        if (!capacity_read_line(reader, &ms, error)) {
            return false;
        }
        if (ms < previous_ms) {
            return capacity_refuse(reader, error,
                                   "expected a time not before that of the line "
                                   "above");
        }
        g_array_append_val(times, ms);
        previous_ms = ms;
    }
    if (times->len == 0) {
        return capacity_refuse(reader, error, "expected a time in ms, got an empty trace");
    }
    reader->line--;
    return previous_ms > 0 ||
           capacity_refuse(reader, error, "expected a last time above 0: the trace repeats");
}

IcsCapacity *ics_capacity_parse(const char *name, const char *text, size_t n, GError **error)
{
    CapacityReader reader = {.name = name, .at = text, .end = text + n, .line = 1};
    GArray *times = g_array_new(FALSE, FALSE, sizeof(uint32_t));
    if (!capacity_read(&reader, times, error)) {
        g_array_unref(times);
        return NULL;
    }
    IcsCapacity *self = g_new0(IcsCapacity, 1);
    self->n = times->len;
    self->opportunity_ms = (uint32_t *)(void *)g_array_free(times, FALSE);
    self->period_ms = self->opportunity_ms[self->n - 1];
    return self;
}

void ics_capacity_free(IcsCapacity *self)
{
    if (self != NULL) {
        g_free(self->opportunity_ms);
        g_free(self);
    }
}

int64_t ics_capacity_mean_bps(const IcsCapacity *self)
{
    uint64_t bits = (uint64_t)self->n * ICS_CAPACITY_OPPORTUNITY_BYTES * 8;
    return (int64_t)((unsigned __int128)bits * 1000 / self->period_ms);
}

static int64_t capacity_time_ns(const IcsCapacity *self, uint64_t opportunity)
{
    uint64_t ms =
        opportunity / self->n * self->period_ms + self->opportunity_ms[opportunity % self->n];
    return (int64_t)MIN(ms, (uint64_t)(INT64_MAX / ICS_NS_PER_MS)) * ICS_NS_PER_MS;
}

/* The first opportunity after a time. */
static uint64_t capacity_first_after(const IcsCapacity *self, int64_t at_ns)
{
    uint64_t at_ms = (uint64_t)(at_ns / ICS_NS_PER_MS);
    uint64_t repetition = at_ms / self->period_ms;
    uint32_t within_ms = (uint32_t)(at_ms % self->period_ms);
    size_t low = 0;
    size_t high = self->n - 1; /* the last one is at the period: always after */
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (self->opportunity_ms[middle] > within_ms) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    return repetition * self->n + low;
}

/* Whether the packet before left at the time of the cursor's opportunity, so that one that follows
 * it without a pause may share it. */
static bool capacity_is_in_use(const IcsCapacity *self, const IcsCapacityCursor *cursor,
                               int64_t at_ns)
{
    if (cursor->used_bytes == 0 &&
        (cursor->opportunity == 0 || capacity_time_ns(self, cursor->opportunity - 1) != at_ns)) {
        return false;
    }
    return capacity_time_ns(self, cursor->opportunity) == at_ns;
}

int64_t ics_capacity_depart(const IcsCapacity *self, IcsCapacityCursor *cursor, int64_t from_ns,
                            uint32_t bytes)
{
    uint64_t first = capacity_first_after(self, from_ns);
    if (cursor->opportunity < first && !capacity_is_in_use(self, cursor, from_ns)) {
        *cursor = (IcsCapacityCursor){.opportunity = first};
    }
    uint64_t used_bytes = (uint64_t)cursor->used_bytes + bytes;
    /* The opportunity of the last byte; it is used up when that byte is its last, too. */
    uint64_t last = cursor->opportunity + (MAX(used_bytes, 1) - 1) / ICS_CAPACITY_OPPORTUNITY_BYTES;
    cursor->opportunity += used_bytes / ICS_CAPACITY_OPPORTUNITY_BYTES;
    cursor->used_bytes = (uint32_t)(used_bytes % ICS_CAPACITY_OPPORTUNITY_BYTES);
    return capacity_time_ns(self, last);
}
