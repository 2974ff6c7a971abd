#include "tool/report/reordering.h"

#include <glib.h>

void ics_reordering_clear(IcsReordering *self)
{
    g_free(self->runs);
    *self = (IcsReordering){0};
}

static IcsReorderingRun *reordering_run(const IcsReordering *self, uint32_t index)
{
    return &self->runs[(self->head + index) & (self->room - 1)];
}

static uint64_t reordering_run_end(const IcsReorderingRun *run)
{
    return run->sequence + run->length;
}

static void reordering_grow(IcsReordering *self)
{
    uint32_t room = MAX(2 * self->room, 4U);
    IcsReorderingRun *runs = g_new(IcsReorderingRun, room);
    for (uint32_t i = 0; i < self->n_runs; i++) {
        runs[i] = *reordering_run(self, i);
    }
    g_free(self->runs);
    self->runs = runs;
    self->room = room;
    self->head = 0;
}

/* Forgets what lies a whole window below NextExp. */
static void reordering_forget(IcsReordering *self)
{
    while (self->n_runs > 0) {
        uint64_t end = reordering_run_end(reordering_run(self, 0));
        if (end + ICS_REORDERING_WINDOW > self->next_expected) {
            return;
        }
        self->forgotten = end;
        self->head = (self->head + 1) & (self->room - 1);
        self->n_runs--;
    }
}

static void reordering_start_run(IcsReordering *self, uint64_t sequence)
{
    if (self->latest.length > 0) {
        if (self->n_runs == self->room) {
            reordering_grow(self);
        }
        self->n_runs++;
        *reordering_run(self, self->n_runs - 1) = self->latest;
    }
    self->latest = (IcsReorderingRun){sequence, self->received, 1};
}

static void reordering_in_order(IcsReordering *self, uint64_t sequence)
{
    IcsReorderingRun *latest = &self->latest;
    if (sequence == reordering_run_end(latest) &&
        self->received == latest->place + latest->length) {
        latest->length++;
    } else {
        reordering_start_run(self, sequence);
    }
    self->next_expected = sequence + 1;
    reordering_forget(self);
}

/* The first run that holds a larger sequence number. The numbers of later runs are larger and were
 * received later. */
static const IcsReorderingRun *reordering_find(const IcsReordering *self, uint64_t sequence)
{
    uint32_t low = 0;
    uint32_t high = self->n_runs;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (reordering_run_end(reordering_run(self, middle)) > sequence + 1) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    return low < self->n_runs ? reordering_run(self, low) : &self->latest;
}

static void reordering_late(IcsReordering *self, uint64_t sequence)
{
    self->reordered++;
    if (sequence < self->forgotten) {
        self->beyond++;
        return;
    }
    const IcsReorderingRun *run = reordering_find(self, sequence);
    uint64_t overtaker = MAX(run->sequence, sequence + 1);
    uint64_t extent = self->received - (run->place + overtaker - run->sequence);
    self->extent_max = MAX(self->extent_max, extent);
    self->extent_sum += extent;
}

void ics_reordering_receive(IcsReordering *self, uint64_t sequence)
{
    self->received++;
    if (G_LIKELY(sequence >= self->next_expected)) {
        reordering_in_order(self, sequence);
    } else {
        reordering_late(self, sequence);
    }
}

void ics_reordering_merge(IcsReordering *self, const IcsReordering *other)
{
    self->received += other->received;
    self->reordered += other->reordered;
    self->extent_max = MAX(self->extent_max, other->extent_max);
    self->extent_sum += other->extent_sum;
    self->beyond += other->beyond;
}
