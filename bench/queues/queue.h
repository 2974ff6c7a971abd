#ifndef ICS_BENCH_QUEUES_QUEUE_H
#define ICS_BENCH_QUEUES_QUEUE_H

#include <glib.h>

#include "sim/event.h"

/** An event with the links that the list and tree structures need inside it; a cache line. */
typedef struct BenchEvent BenchEvent;
struct BenchEvent {
    IcsEvent event;
    BenchEvent *child;
    BenchEvent *next;
    BenchEvent *previous;
};

#define BENCH_INCREMENTS 65536u /* a power of two */

/** What the holds draw from, and where they stand. */
typedef struct {
    const int64_t *increments_ns; /* BENCH_INCREMENTS of them */
    BenchEvent *events;
    size_t event_count;
    size_t reschedule_every; /* 0: never; else one random event moves every so many holds */
    uint64_t position;
    uint64_t order; /* a hash over the keys in the order in which they were popped */
} BenchHold;

/** One way to build the event queue. `hold` runs pop-and-push rounds on a filled queue. */
typedef struct {
    const char *name;
    size_t most_pending; /* it is not asked to hold more */
    void *(*create)(void);
    void (*destroy)(void *queue);
    void (*push)(void *queue, IcsEvent *event);
    IcsEvent *(*pop)(void *queue);
    void (*remove)(void *queue, IcsEvent *event);
    void (*hold)(void *queue, BenchHold *hold, size_t rounds);
} BenchQueue;

extern const BenchQueue bench_queue_sim;
extern const BenchQueue bench_queue_heap4_pointer;
extern const BenchQueue bench_queue_heap4_entry16;
extern const BenchQueue bench_queue_heap4_entry16_prefetch;
extern const BenchQueue bench_queue_heap4_entry32;
extern const BenchQueue bench_queue_heap4_entry16_hole;
extern const BenchQueue bench_queue_heap4_entry32_hole;
extern const BenchQueue bench_queue_sorted;
extern const BenchQueue bench_queue_pairing;
extern const BenchQueue bench_queue_radix;
extern const BenchQueue bench_queue_calendar;

#endif
