#include "protocols/stream/reassembly.h"

#include <glib.h>
#include <string.h>

#include "protocols/wire/tcp.h"

enum { REASSEMBLY_FIRST_RANGES = 4 };

struct IcsReassemblyRange {
    IcsSequenceRange bytes;
    uint64_t arrival; /* the value of `arrivals` when it was last added to */
};

void ics_reassembly_init(IcsReassembly *self, uint32_t max_ranges, bool reports_duplicates)
{
    *self = (IcsReassembly){.max_ranges = max_ranges, .reports_duplicates = reports_duplicates};
}

static void reassembly_free_ranges(IcsReassembly *self)
{
    g_clear_pointer(&self->ranges, g_free);
    self->n_ranges = 0;
    self->n_allocated = 0;
}

void ics_reassembly_clear(IcsReassembly *self)
{
    reassembly_free_ranges(self);
    self->duplicate = (IcsSequenceRange){0, 0};
}

IcsSequenceRange ics_reassembly_range(const IcsReassembly *self, uint32_t index)
{
    g_assert(index < self->n_ranges);
    return self->ranges[index].bytes;
}

/* The first range that ends at or after `sequence`; n_ranges if none does. Data mostly arrives at
 * the far end. */
static uint32_t reassembly_find(const IcsReassembly *self, IcsSequence sequence)
{
    uint32_t low = 0, high = self->n_ranges;
    if (high == 0 || self->ranges[high - 1].bytes.end < sequence)
        return high;
    high--;
    if (high == 0 || self->ranges[high - 1].bytes.end < sequence)
        return high;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (self->ranges[middle].bytes.end < sequence)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static void reassembly_note(IcsReassembly *self, IcsSequenceRange range)
{
    bool is_news = self->reports_duplicates && !ics_sequence_range_is_empty(range) &&
                   ics_sequence_range_is_empty(self->duplicate);
    if (is_news)
        self->duplicate = range;
}

static void reassembly_make_room(IcsReassembly *self)
{
    if (self->n_ranges < self->n_allocated)
        return;
    uint32_t wanted = MAX(2 * self->n_allocated, REASSEMBLY_FIRST_RANGES);
    self->n_allocated = MIN(wanted, self->max_ranges);
    self->ranges = g_renew(IcsReassemblyRange, self->ranges, self->n_allocated);
}

static bool reassembly_insert(IcsReassembly *self, uint32_t index, IcsSequenceRange range)
{
    if (self->n_ranges >= self->max_ranges)
        return false;
    reassembly_make_room(self);
    IcsReassemblyRange *place = self->ranges + index;
    memmove(place + 1, place, (self->n_ranges - index) * sizeof *place);
    *place = (IcsReassemblyRange){range, ++self->arrivals};
    self->n_ranges++;
    return true;
}

static void reassembly_remove(IcsReassembly *self, uint32_t first, uint32_t end)
{
    if (first == end)
        return;
    IcsReassemblyRange *place = self->ranges + first;
    memmove(place, self->ranges + end, (self->n_ranges - end) * sizeof *place);
    self->n_ranges -= end - first;
}

/* Those from `first` up to `end`, of which there is one at least, become one with `range`. */
static void reassembly_merge(IcsReassembly *self, uint32_t first, uint32_t end,
                             IcsSequenceRange range)
{
    for (uint32_t i = first; i < end; i++)
        reassembly_note(self, ics_sequence_range_intersection(self->ranges[i].bytes, range));
    IcsSequenceRange left = self->ranges[first].bytes, right = self->ranges[end - 1].bytes;
    IcsSequenceRange merged = {MIN(left.first, range.first), MAX(right.end, range.end)};
    self->ranges[first] = (IcsReassemblyRange){merged, ++self->arrivals};
    reassembly_remove(self, first + 1, end);
}

bool ics_reassembly_add(IcsReassembly *self, IcsSequenceRange range)
{
    g_assert(!ics_sequence_range_is_empty(range));
    uint32_t first = reassembly_find(self, range.first);
    uint32_t end = first;
    while (end < self->n_ranges && self->ranges[end].bytes.first <= range.end)
        end++;
    if (first == end)
        return reassembly_insert(self, first, range);
    reassembly_merge(self, first, end, range);
    return true;
}

IcsSequence ics_reassembly_advance(IcsReassembly *self, IcsSequence next)
{
    IcsSequenceRange arrived = {0, next};
    uint32_t n = 0;
    while (n < self->n_ranges && self->ranges[n].bytes.first <= next) {
        reassembly_note(self, ics_sequence_range_intersection(self->ranges[n].bytes, arrived));
        next = MAX(next, self->ranges[n].bytes.end);
        n++;
    }
    reassembly_remove(self, 0, n);
    if (self->n_ranges == 0)
        reassembly_free_ranges(self);
    return next;
}

void ics_reassembly_note_duplicate(IcsReassembly *self, IcsSequenceRange range)
{
    uint32_t index = reassembly_find(self, range.end);
    if (index < self->n_ranges && self->ranges[index].bytes.first <= range.first)
        self->ranges[index].arrival = ++self->arrivals;
    reassembly_note(self, range);
}

/* Puts a range among the `n` newest ones known so far, of which `max` are of interest. */
static uint32_t reassembly_rank(const IcsReassemblyRange *newest[], uint32_t n, uint32_t max,
                                const IcsReassemblyRange *range)
{
    uint32_t place = n < max ? n : max - 1;
    for (; place > 0 && newest[place - 1]->arrival < range->arrival; place--)
        newest[place] = newest[place - 1];
    newest[place] = range;
    return MIN(n + 1, max);
}

/* The newest ranges, newest first, at most `max`. From the far end on, where data mostly arrives:
 * there most ranges are older than those seen before. */
static uint32_t reassembly_newest(const IcsReassembly *self, const IcsReassemblyRange *newest[],
                                  uint32_t max)
{
    uint32_t n = 0;
    for (uint32_t i = self->n_ranges; max > 0 && i-- > 0;) {
        const IcsReassemblyRange *range = self->ranges + i;
        if (n < max || range->arrival > newest[max - 1]->arrival)
            n = reassembly_rank(newest, n, max, range);
    }
    return n;
}

uint32_t ics_reassembly_sack_blocks(IcsReassembly *self, IcsSequenceRange blocks[], uint32_t max)
{
    const IcsReassemblyRange *newest[ICS_TCP_SACK_BLOCKS_MAX];
    uint32_t n = 0;
    if (max == 0)
        return 0;
    if (!ics_sequence_range_is_empty(self->duplicate))
        blocks[n++] = self->duplicate;
    self->duplicate = (IcsSequenceRange){0, 0};
    uint32_t n_newest = reassembly_newest(self, newest, MIN(max - n, ICS_TCP_SACK_BLOCKS_MAX));
    for (uint32_t i = 0; i < n_newest; i++)
        blocks[n++] = newest[i]->bytes;
    return n;
}
