#include "protocols/stream/repetitions.h"

#include <glib.h>

#define REPETITIONS_FIRST_CAPACITY 8

void ics_repetitions_clear(IcsRepetitions *self)
{
    g_free(self->ring);
    *self = (IcsRepetitions){0};
}

static void repetitions_grow(IcsRepetitions *self)
{
    uint32_t capacity = MAX(2 * self->capacity, REPETITIONS_FIRST_CAPACITY);
    IcsRepetition *ring = g_new(IcsRepetition, capacity);
    for (uint32_t i = 0; i < self->count; i++) {
        ring[i] = *ics_repetitions_at(self, i);
    }
    g_free(self->ring);
    self->ring = ring;
    self->capacity = capacity;
    self->head = 0;
}

void ics_repetitions_push(IcsRepetitions *self, const IcsRepetition *repetition)
{
    if (self->count == self->capacity) {
        repetitions_grow(self);
    }
    self->ring[(self->head + self->count) & (self->capacity - 1)] = *repetition;
    self->count++;
}

void ics_repetitions_pop(IcsRepetitions *self)
{
    g_assert(self->count > 0);
    self->head = (self->head + 1) & (self->capacity - 1);
    self->count--;
    if (self->count == 0) {
        ics_repetitions_clear(self);
    }
}
