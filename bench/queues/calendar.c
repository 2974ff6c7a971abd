/*
 * A calendar queue (Brown: Calendar queues, CACM 31(10), 1988): a year of days, each a sorted list.
 * The number of days follows the number of events; the width of a day is a power of two near
 * three times the mean gap between the next events. It is measured again when lists or empty days
 * have cost more than a few steps an event, which Brown's queue does not do.
 */
#include "bench/queues/queue.h"

#define CALENDAR_SAMPLE 25u
#define CALENDAR_STEPS  6u /* an event, in lists and over empty days */

typedef struct {
    BenchEvent **heads;
    BenchEvent **tails;
    size_t days; /* a power of two */
    size_t size;
    uint64_t today; /* not masked */
    unsigned shift;
    uint64_t steps;
    uint64_t pops;
} Queue;

static void calendar_set_days(Queue *queue, size_t days)
{
    queue->days = days;
    queue->heads = g_new0(BenchEvent *, days);
    queue->tails = g_new0(BenchEvent *, days);
}

static Queue *queue_create(void)
{
    Queue *queue = g_new0(Queue, 1);

    calendar_set_days(queue, 2);
    queue->shift = 10;
    return queue;
}

static void queue_destroy(Queue *queue)
{
    g_free(queue->heads);
    g_free(queue->tails);
    g_free(queue);
}

static inline uint64_t calendar_day(const Queue *queue, const BenchEvent *node)
{
    return (uint64_t)node->event.at_ns >> queue->shift;
}

static inline void calendar_insert(Queue *queue, BenchEvent *node)
{
    uint64_t number = calendar_day(queue, node);
    size_t day = number & (queue->days - 1);
    BenchEvent *after = queue->tails[day];

    while (after != NULL && ics_event_is_before(&node->event, &after->event)) {
        after = after->previous;
        queue->steps++;
    }
    node->previous = after;
    node->next = after != NULL ? after->next : queue->heads[day];
    *(after != NULL ? &after->next : &queue->heads[day]) = node;
    *(node->next != NULL ? &node->next->previous : &queue->tails[day]) = node;
    if (number < queue->today) {
        queue->today = number;
    }
}

static inline void calendar_unlink(Queue *queue, BenchEvent *node)
{
    size_t day = calendar_day(queue, node) & (queue->days - 1);

    *(node->previous != NULL ? &node->previous->next : &queue->heads[day]) = node->next;
    *(node->next != NULL ? &node->next->previous : &queue->tails[day]) = node->previous;
    queue->size--;
    node->event.slot = ICS_EVENT_IDLE;
}

/* The year has no event: the earliest of the heads says which year has one. */
static BenchEvent *calendar_search(Queue *queue)
{
    BenchEvent *first = NULL;

    for (size_t day = 0; day < queue->days; day++) {
        BenchEvent *head = queue->heads[day];

        if (head != NULL && (first == NULL || ics_event_is_before(&head->event, &first->event))) {
            first = head;
        }
    }
    return first;
}

static inline BenchEvent *calendar_first(Queue *queue)
{
    for (size_t i = 0; i < queue->days; i++, queue->today++) {
        BenchEvent *head = queue->heads[queue->today & (queue->days - 1)];

        if (head != NULL && calendar_day(queue, head) == queue->today) {
            queue->steps += i;
            return head;
        }
    }
    queue->steps += 2 * queue->days;
    BenchEvent *first = calendar_search(queue);
    queue->today = calendar_day(queue, first);
    return first;
}

/* Three times the mean gap of the first events, without the gaps over twice the mean of all. */
static unsigned calendar_shift(Queue *queue)
{
    BenchEvent *sample[CALENDAR_SAMPLE];
    size_t count = MIN(queue->size, CALENDAR_SAMPLE);
    uint64_t sum = 0;
    uint64_t kept = 0;

    for (size_t i = 0; i < count; i++) {
        sample[i] = calendar_first(queue);
        calendar_unlink(queue, sample[i]);
    }
    uint64_t mean =
        (uint64_t)(sample[count - 1]->event.at_ns - sample[0]->event.at_ns) / (count - 1);
    for (size_t i = 0; i + 1 < count; i++) {
        uint64_t gap = (uint64_t)(sample[i + 1]->event.at_ns - sample[i]->event.at_ns);

        if (gap <= 2 * mean) {
            sum += gap;
            kept++;
        }
    }
    for (size_t i = 0; i < count; i++) {
        calendar_insert(queue, sample[i]);
        queue->size++;
    }
    uint64_t width = kept != 0 ? 3 * sum / kept : 1;
    return width > 1 ? (unsigned)g_bit_storage(width) - 1 : 0;
}

static void __attribute__((noinline)) calendar_resize(Queue *queue, size_t days)
{
    unsigned shift = queue->size > 1 ? calendar_shift(queue) : queue->shift;
    Queue old = *queue;

    queue->today = UINT64_MAX;
    queue->shift = shift;
    calendar_set_days(queue, days);
    for (size_t day = 0; day < old.days; day++) {
        for (BenchEvent *node = old.heads[day]; node != NULL;) {
            BenchEvent *next = node->next;

            calendar_insert(queue, node);
            node = next;
        }
    }
    g_free(old.heads);
    g_free(old.tails);
}

static inline void queue_push(Queue *queue, IcsEvent *event)
{
    calendar_insert(queue, (BenchEvent *)event);
    event->slot = 0;
    if (G_UNLIKELY(++queue->size > 2 * queue->days)) {
        calendar_resize(queue, 2 * queue->days);
    }
}

static inline void queue_remove(Queue *queue, IcsEvent *event)
{
    calendar_unlink(queue, (BenchEvent *)event);
    if (G_UNLIKELY(queue->days > 2 && queue->size < queue->days / 2)) {
        calendar_resize(queue, queue->days / 2);
    }
}

static inline IcsEvent *queue_pop(Queue *queue)
{
    if (queue->size == 0) {
        return NULL;
    }
    if (G_UNLIKELY(++queue->pops == 2 * queue->days)) {
        if (queue->steps > CALENDAR_STEPS * queue->pops) {
            calendar_resize(queue, queue->days);
        }
        queue->steps = 0;
        queue->pops = 0;
    }
    IcsEvent *event = &calendar_first(queue)->event;

    queue_remove(queue, event);
    return event;
}

#include "bench/queues/hold_loop.h"

BENCH_QUEUE_DEFINE(calendar, SIZE_MAX);
