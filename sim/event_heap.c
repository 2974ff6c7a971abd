#include "sim/event_heap.h"

#include <glib.h>

#define EVENT_HEAP_ARITY      4u
#define EVENT_HEAP_FIRST_SIZE 64u

static inline size_t event_heap_parent(size_t i)
{
    return (i - 1) / EVENT_HEAP_ARITY;
}

static inline void event_heap_place(IcsEventHeap *self, size_t i, IcsEventEntry entry)
{
    self->entries[i] = entry;
    entry.event->slot = (uint32_t)i;
}

static void event_heap_sift_up(IcsEventHeap *self, size_t i, IcsEventEntry entry)
{
    while (i > 0 && ics_event_entry_is_before(&entry, &self->entries[event_heap_parent(i)])) {
        event_heap_place(self, i, self->entries[event_heap_parent(i)]);
        i = event_heap_parent(i);
    }
    event_heap_place(self, i, entry);
}

static size_t event_heap_least_child(const IcsEventHeap *self, size_t first)
{
    size_t end = MIN(first + EVENT_HEAP_ARITY, self->size);
    size_t least = first;
    for (size_t i = first + 1; i < end; i++) {
        if (ics_event_entry_is_before(&self->entries[i], &self->entries[least])) {
            least = i;
        }
    }
    return least;
}

static void event_heap_sift_down(IcsEventHeap *self, size_t i, IcsEventEntry entry)
{
    for (;;) {
        size_t child = i * EVENT_HEAP_ARITY + 1;
        if (child >= self->size) {
            break;
        }
        child = event_heap_least_child(self, child);
        if (!ics_event_entry_is_before(&self->entries[child], &entry)) {
            break;
        }
        event_heap_place(self, i, self->entries[child]);
        i = child;
    }
    event_heap_place(self, i, entry);
}

void ics_event_heap_clear(IcsEventHeap *self)
{
    for (size_t i = 0; i < self->size; i++) {
        self->entries[i].event->slot = ICS_EVENT_IDLE;
    }
    g_free(self->entries);
    *self = (IcsEventHeap){0};
}

void ics_event_heap_push(IcsEventHeap *self, IcsEventEntry entry)
{
    if (self->size == self->capacity) {
        self->capacity = MAX(EVENT_HEAP_FIRST_SIZE, 2 * self->capacity);
        self->entries = g_renew(IcsEventEntry, self->entries, self->capacity);
    }
    event_heap_sift_up(self, self->size++, entry);
}

void ics_event_heap_remove(IcsEventHeap *self, IcsEvent *event)
{
    size_t i = event->slot;
    g_assert(i < self->size && self->entries[i].event == event);
    IcsEventEntry last = self->entries[--self->size];
    event->slot = ICS_EVENT_IDLE;
    if (last.event == event) {
        return;
    }
    if (i > 0 && ics_event_entry_is_before(&last, &self->entries[event_heap_parent(i)])) {
        event_heap_sift_up(self, i, last);
    } else {
        event_heap_sift_down(self, i, last);
    }
}
