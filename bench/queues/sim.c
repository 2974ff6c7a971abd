/* The event queue of sim/ as it is, through its functions. */
#include "bench/queues/queue.h"
#include "sim/event_queue.h"

typedef IcsEventQueue Queue;

static Queue *queue_create(void)
{
    Queue *queue = g_new(Queue, 1);

    ics_event_queue_init(queue);
    return queue;
}

static void queue_destroy(Queue *queue)
{
    ics_event_queue_clear(queue);
    g_free(queue);
}

static inline void queue_push(Queue *queue, IcsEvent *event)
{
    ics_event_queue_push(queue, event);
}

static inline IcsEvent *queue_pop(Queue *queue)
{
    return ics_event_queue_pop(queue);
}

static inline void queue_remove(Queue *queue, IcsEvent *event)
{
    ics_event_queue_remove(queue, event);
}

#include "bench/queues/hold_loop.h"

BENCH_QUEUE_DEFINE(sim, SIZE_MAX);
