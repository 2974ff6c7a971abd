/* A sorted array, latest first: what a very small queue may like best. */
#include <string.h>

#include "bench/queues/queue.h"

#define SORTED_MOST 1024u

typedef struct {
    size_t size;
    IcsEvent *events[SORTED_MOST];
} Queue;

static Queue *queue_create(void)
{
    return g_new0(Queue, 1);
}

static void queue_destroy(Queue *queue)
{
    g_free(queue);
}

static inline void queue_push(Queue *queue, IcsEvent *event)
{
    size_t i = queue->size++;

    while (i > 0 && ics_event_is_before(queue->events[i - 1], event)) {
        queue->events[i] = queue->events[i - 1];
        i--;
    }
    queue->events[i] = event;
    event->slot = 0;
}

static inline IcsEvent *queue_pop(Queue *queue)
{
    if (queue->size == 0) {
        return NULL;
    }
    IcsEvent *event = queue->events[--queue->size];

    event->slot = ICS_EVENT_IDLE;
    return event;
}

static inline void queue_remove(Queue *queue, IcsEvent *event)
{
    size_t i = 0;

    while (queue->events[i] != event) {
        i++;
    }
    queue->size--;
    memmove(&queue->events[i], &queue->events[i + 1], (queue->size - i) * sizeof(IcsEvent *));
    event->slot = ICS_EVENT_IDLE;
}

#include "bench/queues/hold_loop.h"

BENCH_QUEUE_DEFINE(sorted, 100);
