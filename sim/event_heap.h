/* A 4-ary heap of events: the part of the event queue that holds what no bucket can separate. */
#ifndef ICS_SIM_EVENT_HEAP_H
#define ICS_SIM_EVENT_HEAP_H

#include "sim/event.h"

/* An event and, so that most comparisons touch no event, its time. */
typedef struct {
    int64_t at_ns;
    IcsEvent *event; /* borrowed */
} IcsEventEntry;

static inline bool ics_event_entry_is_before(const IcsEventEntry *entry, const IcsEventEntry *other)
{
    if (entry->at_ns != other->at_ns) {
        return entry->at_ns < other->at_ns;
    }
    return ics_event_is_before(entry->event, other->event);
}

/* An event's slot is its index here. All zero is an empty heap. */
typedef struct {
    IcsEventEntry *entries; /* the earliest is the first; NULL until something was pushed */
    size_t size;
    size_t capacity;
} IcsEventHeap;

/* Makes all the events idle and frees the memory. */
void ics_event_heap_clear(IcsEventHeap *self);

void ics_event_heap_push(IcsEventHeap *self, IcsEventEntry entry);

/* Takes `event`, which must be in this heap, out; it is idle then. */
void ics_event_heap_remove(IcsEventHeap *self, IcsEvent *event);

#endif
