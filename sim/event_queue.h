/* The pending events of a simulation, earliest first. */
#ifndef ICS_SIM_EVENT_QUEUE_H
#define ICS_SIM_EVENT_QUEUE_H

#include "sim/event_buckets.h"
#include "sim/event_heap.h"

#define ICS_EVENT_QUEUE_FRONT 64

/*
 * Events leave in the order of their keys (ics_event_is_before()). Time does not run backwards:
 * after an event was popped at t, only events at t or later may be pushed. An event at t whose key
 * is smaller than that of the last popped one simply comes next.
 *
 * The queue borrows the events: whoever owns one removes it before its memory goes.
 *
 * It is a hot queue (B. V. Cherkassky, A. V. Goldberg, C. Silverstein: Buckets, heaps, lists, and
 * monotone priority queues, SIAM J. Comput. 28(4), 1999): the next events stand in a short sorted
 * list, those further ahead in buckets that are sorted out when their time comes. Events up to the
 * horizon that find no room in the list stand in a heap. Chosen by measuring, see
 * docs/adr/0001-event-queue.md.
 */
typedef struct {
    int64_t popped_ns;  /* the time of the last popped event, the lower bound of pushes */
    int64_t horizon_ns; /* events up to here are in the front or the heap, later ones in buckets */
    uint32_t head;      /* front[head] to front[tail - 1] are in the front, in order */
    uint32_t tail;
    IcsEventEntry front[ICS_EVENT_QUEUE_FRONT]; /* the first is a sentinel */
    IcsEventHeap heap;
    IcsEventBuckets buckets;
} IcsEventQueue;

/* An empty queue at time 0. */
void ics_event_queue_init(IcsEventQueue *self);

/* Makes all the events idle and frees what the queue holds; it is then as after init. */
void ics_event_queue_clear(IcsEventQueue *self);

/* Queues `event` (borrowed, idle, key filled in). Allocates only where more events are pending than
 * ever before. */
void ics_event_queue_push(IcsEventQueue *self, IcsEvent *event);

/* Takes the first event out; it is idle then. NULL when the queue is empty. */
IcsEvent *ics_event_queue_pop(IcsEventQueue *self);

/* As pop, but NULL also when the first event is later than `limit_ns`: it stays queued, and the
 * lower bound of pushes does not move. */
IcsEvent *ics_event_queue_pop_until(IcsEventQueue *self, int64_t limit_ns);

/* The first event, which stays queued; NULL when the queue is empty. */
IcsEvent *ics_event_queue_peek(IcsEventQueue *self);

/* Takes `event`, which must be queued here, out before its time. */
void ics_event_queue_remove(IcsEventQueue *self, IcsEvent *event);

/* Gives `event`, which must be queued here, a new key (any that a push would accept). */
void ics_event_queue_reschedule(IcsEventQueue *self, IcsEvent *event, int64_t at_ns, uint64_t route,
                                uint64_t ordinal);

static inline size_t ics_event_queue_size(const IcsEventQueue *self)
{
    return self->tail - self->head + self->heap.size + self->buckets.size;
}

#endif
