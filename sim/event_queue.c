#include "sim/event_queue.h"

#include <glib.h>
#include <string.h>

#define EVENT_QUEUE_SLOT_FRONT (ICS_EVENT_IDLE - 1)
#define EVENT_QUEUE_SHORT      4u /* as many entries are moved without a look where from */

void ics_event_queue_init(IcsEventQueue *self)
{
    *self = (IcsEventQueue){.horizon_ns = INT64_MAX, .head = 1, .tail = 1};
    self->front[0].at_ns = INT64_MIN;
}

void ics_event_queue_clear(IcsEventQueue *self)
{
    for (uint32_t i = self->head; i < self->tail; i++) {
        self->front[i].event->slot = ICS_EVENT_IDLE;
    }
    ics_event_heap_clear(&self->heap);
    ics_event_buckets_clear(&self->buckets);
    ics_event_queue_init(self);
}

/* Makes room for `event` among those of its own time, which end before front[i]. */
static uint32_t __attribute__((noinline))
event_queue_sift_equals(IcsEventQueue *self, uint32_t i, const IcsEvent *event)
{
    while (i > self->head && ics_event_is_before(event, self->front[i - 1].event)) {
        self->front[i] = self->front[i - 1];
        i--;
    }
    return i;
}

/* Into a front that has room at its end, by moving later events. The search stops at
 * front[head - 1] at the latest, which was popped before or is the sentinel. */
static inline void event_queue_insert_from_tail(IcsEventQueue *self, IcsEventEntry entry)
{
    uint32_t i = self->tail++;
    while (self->front[i - 1].at_ns > entry.at_ns) {
        self->front[i] = self->front[i - 1];
        i--;
    }
    if (self->front[i - 1].at_ns == entry.at_ns) {
        i = event_queue_sift_equals(self, i, entry.event);
    }
    self->front[i] = entry;
    entry.event->slot = EVENT_QUEUE_SLOT_FRONT;
}

/* Into a front that has room before its head and a later event, by moving earlier ones. */
static inline void event_queue_insert_from_head(IcsEventQueue *self, IcsEventEntry entry)
{
    uint32_t i = --self->head;
    while (self->front[i + 1].at_ns < entry.at_ns) {
        self->front[i] = self->front[i + 1];
        i++;
    }
    while (ics_event_entry_is_before(&self->front[i + 1], &entry)) {
        self->front[i] = self->front[i + 1];
        i++;
    }
    self->front[i] = entry;
    entry.event->slot = EVENT_QUEUE_SLOT_FRONT;
}

/* From the side with less to move, where there is much to move. */
static inline void event_queue_insert_front(IcsEventQueue *self, IcsEventEntry entry)
{
    if (self->tail - self->head > EVENT_QUEUE_SHORT && self->head > 1 &&
        self->front[(self->head + self->tail) / 2].at_ns > entry.at_ns) {
        event_queue_insert_from_head(self, entry);
    } else {
        event_queue_insert_from_tail(self, entry);
    }
}

/*
 * Moves the later half of the front to the buckets by taking the horizon back; events of one time
 * stay together. Not while the heap has events, which the horizon must cover, nor where the
 * buckets have a later base, because they were looked into and then earlier events were pushed.
 */
static void event_queue_spill(IcsEventQueue *self)
{
    if (self->buckets.size == 0) {
        self->buckets.base_ns = self->popped_ns;
    }
    int64_t middle_ns = self->front[(self->head + self->tail) / 2].at_ns;
    int64_t horizon_ns = middle_ns - (middle_ns > self->front[self->head].at_ns ? 1 : 0);
    if (self->heap.size > 0 || horizon_ns < self->buckets.base_ns) {
        return;
    }
    self->horizon_ns = horizon_ns;
    while (self->front[self->tail - 1].at_ns > horizon_ns) {
        ics_event_buckets_insert(&self->buckets, self->front[--self->tail]);
    }
}

static void event_queue_close_up(IcsEventQueue *self)
{
    uint32_t count = self->tail - self->head;
    memmove(&self->front[1], &self->front[self->head], count * sizeof self->front[0]);
    self->head = 1;
    self->tail = 1 + count;
}

static void __attribute__((noinline))
event_queue_push_to_full_front(IcsEventQueue *self, IcsEventEntry entry)
{
    if (self->head < ICS_EVENT_QUEUE_FRONT / 4) {
        event_queue_spill(self);
    }
    event_queue_close_up(self);
    if (entry.at_ns > self->horizon_ns) {
        ics_event_buckets_insert(&self->buckets, entry);
    } else if (self->tail < ICS_EVENT_QUEUE_FRONT) {
        event_queue_insert_front(self, entry);
    } else {
        ics_event_heap_push(&self->heap, entry);
    }
}

static void __attribute__((noinline)) event_queue_push_far(IcsEventQueue *self, IcsEventEntry entry)
{
    ics_event_buckets_insert(&self->buckets, entry);
}

void ics_event_queue_push(IcsEventQueue *self, IcsEvent *event)
{
    g_assert(!ics_event_is_queued(event) && event->at_ns >= self->popped_ns);
    IcsEventEntry entry = {event->at_ns, event};
    if (entry.at_ns > self->horizon_ns) {
        event_queue_push_far(self, entry);
    } else if (self->tail < ICS_EVENT_QUEUE_FRONT) {
        event_queue_insert_front(self, entry);
    } else {
        event_queue_push_to_full_front(self, entry);
    }
}

static void event_queue_take_to_front(IcsEventQueue *self)
{
    const IcsEventEntry *entries;
    size_t count = ics_event_buckets_take(&self->buckets, &entries);
    for (size_t i = 0; i < count; i++) {
        event_queue_insert_from_tail(self, entries[i]);
    }
}

static void event_queue_take_to_heap(IcsEventQueue *self, size_t size)
{
    while (size > 0) {
        const IcsEventEntry *entries;
        size_t count = ics_event_buckets_take(&self->buckets, &entries);
        for (size_t i = 0; i < count; i++) {
            ics_event_heap_push(&self->heap, entries[i]);
        }
        size -= count;
    }
}

/* Brings the first buckets forward once front and heap are empty: as many as fit into a chunk, or
 * the many events of one instant. */
static void __attribute__((noinline)) event_queue_refill(IcsEventQueue *self)
{
    IcsEventRange range;
    self->head = 1;
    self->tail = 1;
    while (ics_event_buckets_first(&self->buckets, &range)) {
        if (self->tail - 1 + range.size <= ICS_EVENT_BUCKETS_CHUNK) {
            event_queue_take_to_front(self);
            self->horizon_ns = range.last_ns;
        } else if (self->tail > 1) {
            return;
        } else if (range.first_ns == range.last_ns) {
            event_queue_take_to_heap(self, range.size);
            self->horizon_ns = range.last_ns;
            return;
        } else {
            ics_event_buckets_split(&self->buckets);
        }
    }
    self->horizon_ns = INT64_MAX;
}

IcsEvent *ics_event_queue_peek(IcsEventQueue *self)
{
    if (self->head == self->tail && self->heap.size == 0) {
        event_queue_refill(self);
    }
    const IcsEventEntry *front = self->head < self->tail ? &self->front[self->head] : NULL;
    const IcsEventEntry *heap = self->heap.size > 0 ? self->heap.entries : NULL;
    if (front == NULL || (heap != NULL && ics_event_entry_is_before(heap, front))) {
        front = heap;
    }
    return front != NULL ? front->event : NULL;
}

static IcsEvent *__attribute__((noinline))
event_queue_pop_slowly(IcsEventQueue *self, int64_t limit_ns)
{
    IcsEvent *event = ics_event_queue_peek(self);
    if (event == NULL || event->at_ns > limit_ns) {
        return NULL;
    }
    self->popped_ns = event->at_ns;
    if (event->slot == EVENT_QUEUE_SLOT_FRONT) {
        self->head++;
        event->slot = ICS_EVENT_IDLE;
    } else {
        ics_event_heap_remove(&self->heap, event);
    }
    return event;
}

IcsEvent *ics_event_queue_pop_until(IcsEventQueue *self, int64_t limit_ns)
{
    if (G_UNLIKELY(self->head == self->tail || self->heap.size > 0)) {
        return event_queue_pop_slowly(self, limit_ns);
    }
    IcsEventEntry first = self->front[self->head];
    if (first.at_ns > limit_ns) {
        return NULL;
    }
    self->head++;
    self->popped_ns = first.at_ns;
    first.event->slot = ICS_EVENT_IDLE;
    return first.event;
}

IcsEvent *ics_event_queue_pop(IcsEventQueue *self)
{
    return ics_event_queue_pop_until(self, INT64_MAX);
}

static void event_queue_remove_from_front(IcsEventQueue *self, IcsEvent *event)
{
    uint32_t i = self->head;
    while (i < self->tail && self->front[i].event != event) {
        i++;
    }
    g_assert(i < self->tail);
    self->tail--;
    memmove(&self->front[i], &self->front[i + 1], (self->tail - i) * sizeof self->front[0]);
    event->slot = ICS_EVENT_IDLE;
}

void ics_event_queue_remove(IcsEventQueue *self, IcsEvent *event)
{
    g_assert(ics_event_is_queued(event));
    if (event->slot == EVENT_QUEUE_SLOT_FRONT) {
        event_queue_remove_from_front(self, event);
    } else if (event->at_ns <= self->horizon_ns) {
        ics_event_heap_remove(&self->heap, event);
    } else {
        ics_event_buckets_remove(&self->buckets, event);
    }
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
