#include "sim/event_queue.h"

#include <glib.h>

/* A 4-ary heap. The time stands beside the pointer, so that most comparisons touch no event. */
typedef struct IcsEventEntry {
    int64_t at_ns;
    IcsEvent *event;
} IcsEventEntry;

#define EVENT_QUEUE_ARITY 4u

static inline bool event_queue_is_before(const IcsEventEntry *a, const IcsEventEntry *b)
{
    return a->at_ns != b->at_ns ? a->at_ns < b->at_ns : ics_event_is_before(a->event, b->event);
}

static inline void event_queue_place(IcsEventQueue *self, size_t i, IcsEventEntry entry)
{
    self->entries[i] = entry;
    entry.event->slot = (uint32_t)i;
}

static void event_queue_sift_up(IcsEventQueue *self, size_t i, IcsEventEntry entry)
{
    while (i > 0) {
        size_t parent = (i - 1) / EVENT_QUEUE_ARITY;
        if (!event_queue_is_before(&entry, &self->entries[parent])) {
            break;
        }
        event_queue_place(self, i, self->entries[parent]);
        i = parent;
    }
    event_queue_place(self, i, entry);
}

static size_t event_queue_least_child(const IcsEventQueue *self, size_t child)
{
    size_t end = MIN(child + EVENT_QUEUE_ARITY, self->size);
    size_t least = child;
    for (size_t i = child + 1; i < end; i++) {
        if (event_queue_is_before(&self->entries[i], &self->entries[least])) {
            least = i;
        }
    }
    return least;
}

static void event_queue_sift_down(IcsEventQueue *self, size_t i, IcsEventEntry entry)
{
    for (size_t child = i * EVENT_QUEUE_ARITY + 1; child < self->size;
         child = i * EVENT_QUEUE_ARITY + 1) {
        size_t least = event_queue_least_child(self, child);
        if (!event_queue_is_before(&self->entries[least], &entry)) {
            break;
        }
        event_queue_place(self, i, self->entries[least]);
        i = least;
    }
    event_queue_place(self, i, entry);
}

static void event_queue_take(IcsEventQueue *self, IcsEvent *event)
{
    size_t i = event->slot;
    IcsEventEntry last = self->entries[--self->size];
    event->slot = ICS_EVENT_IDLE;
    if (last.event == event) {
        return;
    }
    if (i > 0 && event_queue_is_before(&last, &self->entries[(i - 1) / EVENT_QUEUE_ARITY])) {
        event_queue_sift_up(self, i, last);
    } else {
        event_queue_sift_down(self, i, last);
    }
}

void ics_event_queue_init(IcsEventQueue *self)
{
    *self = (IcsEventQueue){0};
}

void ics_event_queue_clear(IcsEventQueue *self)
{
    for (size_t i = 0; i < self->size; i++) {
        self->entries[i].event->slot = ICS_EVENT_IDLE;
    }
    g_free(self->entries);
    ics_event_queue_init(self);
}

void ics_event_queue_push(IcsEventQueue *self, IcsEvent *event)
{
    g_assert(!ics_event_is_queued(event) && event->at_ns >= self->popped_ns);
    if (self->size == self->capacity) {
        self->capacity = MAX(64, 2 * self->capacity);
        self->entries = g_renew(IcsEventEntry, self->entries, self->capacity);
    }
    event_queue_sift_up(self, self->size++, (IcsEventEntry){event->at_ns, event});
}

IcsEvent *ics_event_queue_peek(IcsEventQueue *self)
{
    return self->size > 0 ? self->entries[0].event : NULL;
}

IcsEvent *ics_event_queue_pop_until(IcsEventQueue *self, int64_t limit_ns)
{
    if (self->size == 0 || self->entries[0].at_ns > limit_ns) {
        return NULL;
    }
    IcsEvent *event = self->entries[0].event;
    self->popped_ns = event->at_ns;
    event_queue_take(self, event);
    return event;
}

IcsEvent *ics_event_queue_pop(IcsEventQueue *self)
{
    return ics_event_queue_pop_until(self, INT64_MAX);
}

void ics_event_queue_remove(IcsEventQueue *self, IcsEvent *event)
{
    g_assert(event->slot < self->size && self->entries[event->slot].event == event);
    event_queue_take(self, event);
}

void ics_event_queue_reschedule(IcsEventQueue *self, IcsEvent *event, int64_t at_ns, uint64_t route,
                                uint64_t ordinal)
{
    ics_event_queue_remove(self, event);
    event->at_ns = at_ns;
    event->route = route;
    event->ordinal = ordinal;
    ics_event_queue_push(self, event);
}
