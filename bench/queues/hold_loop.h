/*
 * Included at the end of a queue's file, which has defined the type Queue and the static functions
 * queue_create, queue_destroy, queue_push, queue_pop and queue_remove: compiles the hold loop
 * with these inlined, as a kernel would.
 */
#include "bench/queues/queue.h"

static void queue_reschedule_one(Queue *queue, BenchHold *hold)
{
    uint64_t draw = (hold->position * 0x9e3779b97f4a7c15u) >> 32;
    IcsEvent *event = &hold->events[draw % hold->event_count].event;

    queue_remove(queue, event);
    event->at_ns += hold->increments_ns[draw % BENCH_INCREMENTS];
    event->ordinal++;
    queue_push(queue, event);
}

static void queue_hold(void *opaque, BenchHold *hold, size_t rounds)
{
    Queue *queue = opaque;
    uint64_t order = hold->order;
    size_t until_reschedule = hold->reschedule_every;

    for (size_t i = 0; i < rounds; i++) {
        IcsEvent *event = queue_pop(queue);

        order = (order ^ (uint64_t)event->at_ns ^ event->route << 20) * 0x100000001b3u;
        event->at_ns += hold->increments_ns[hold->position++ % BENCH_INCREMENTS];
        event->ordinal++;
        queue_push(queue, event);
        if (until_reschedule != 0 && --until_reschedule == 0) {
            until_reschedule = hold->reschedule_every;
            queue_reschedule_one(queue, hold);
        }
    }
    hold->order = order;
}

static void *queue_create_opaque(void)
{
    return queue_create();
}

static void queue_destroy_opaque(void *queue)
{
    queue_destroy(queue);
}

static void queue_push_opaque(void *queue, IcsEvent *event)
{
    queue_push(queue, event);
}

static IcsEvent *queue_pop_opaque(void *queue)
{
    return queue_pop(queue);
}

static void queue_remove_opaque(void *queue, IcsEvent *event)
{
    queue_remove(queue, event);
}

#define BENCH_QUEUE_DEFINE(stem, most)                                                             \
    const BenchQueue bench_queue_##stem = {                                                        \
        .name = #stem,                                                                             \
        .most_pending = (most),                                                                    \
        .create = queue_create_opaque,                                                             \
        .destroy = queue_destroy_opaque,                                                           \
        .push = queue_push_opaque,                                                                 \
        .pop = queue_pop_opaque,                                                                   \
        .remove = queue_remove_opaque,                                                             \
        .hold = queue_hold,                                                                        \
    }
