/*
 * A monotone radix heap (Ahuja, Mehlhorn, Orlin, Tarjan: Faster algorithms for the shortest path
 * problem, JACM 37(2), 1990) on the time. Bucket b > 0 holds the events whose time differs from
 * the last popped one's in bit b - 1 and in no higher bit; which bucket that is follows from the
 * event's time alone, as popping only changes lower bits. Bucket 0, the events of the present, is
 * a binary heap on the rest of the key.
 */
#include "bench/queues/queue.h"

#define RADIX_BUCKETS 64u

typedef struct {
    int64_t at_ns;
    IcsEvent *event;
} Entry;

typedef struct {
    Entry *entries;
    size_t size;
    size_t capacity;
} Bucket;

typedef struct {
    uint64_t filled; /* bit b: bucket b has events */
    int64_t last_ns;
    Bucket buckets[RADIX_BUCKETS];
} Queue;

static Queue *queue_create(void)
{
    return g_new0(Queue, 1);
}

static void queue_destroy(Queue *queue)
{
    for (size_t i = 0; i < RADIX_BUCKETS; i++) {
        g_free(queue->buckets[i].entries);
    }
    g_free(queue);
}

static inline size_t radix_bucket(const Queue *queue, int64_t at_ns)
{
    uint64_t difference = (uint64_t)(at_ns ^ queue->last_ns);

    return difference == 0 ? 0 : 64u - (size_t)__builtin_clzll(difference);
}

static void __attribute__((noinline)) radix_grow(Bucket *bucket)
{
    bucket->capacity = MAX(16, 2 * bucket->capacity);
    bucket->entries = g_renew(Entry, bucket->entries, bucket->capacity);
}

static inline void radix_append(Bucket *bucket, Entry entry)
{
    if (G_UNLIKELY(bucket->size == bucket->capacity)) {
        radix_grow(bucket);
    }
    entry.event->slot = (uint32_t)bucket->size;
    bucket->entries[bucket->size++] = entry;
}

static inline void present_place(Bucket *present, size_t i, Entry entry)
{
    present->entries[i] = entry;
    entry.event->slot = (uint32_t)i;
}

static inline void present_up(Bucket *present, size_t i, Entry entry)
{
    while (i > 0 && ics_event_is_before(entry.event, present->entries[(i - 1) / 2].event)) {
        present_place(present, i, present->entries[(i - 1) / 2]);
        i = (i - 1) / 2;
    }
    present_place(present, i, entry);
}

static inline void present_down(Bucket *present, size_t i, Entry entry)
{
    for (;;) {
        size_t child = 2 * i + 1;

        if (child >= present->size) {
            break;
        }
        if (child + 1 < present->size &&
            ics_event_is_before(present->entries[child + 1].event, present->entries[child].event)) {
            child++;
        }
        if (!ics_event_is_before(present->entries[child].event, entry.event)) {
            break;
        }
        present_place(present, i, present->entries[child]);
        i = child;
    }
    present_place(present, i, entry);
}

static inline void radix_insert(Queue *queue, Entry entry)
{
    size_t b = radix_bucket(queue, entry.at_ns);
    Bucket *bucket = &queue->buckets[b];

    queue->filled |= (uint64_t)1 << b;
    radix_append(bucket, entry);
    if (b == 0 && bucket->size > 1) {
        present_up(bucket, bucket->size - 1, entry);
    }
}

static inline void queue_push(Queue *queue, IcsEvent *event)
{
    radix_insert(queue, (Entry){event->at_ns, event});
}

static inline void queue_remove(Queue *queue, IcsEvent *event)
{
    size_t b = radix_bucket(queue, event->at_ns);
    Bucket *bucket = &queue->buckets[b];
    size_t i = event->slot;
    Entry last = bucket->entries[--bucket->size];

    if (bucket->size == 0) {
        queue->filled &= ~((uint64_t)1 << b);
    }
    if (last.event != event) {
        if (b != 0) {
            present_place(bucket, i, last);
        } else if (i > 0 && ics_event_is_before(last.event, bucket->entries[(i - 1) / 2].event)) {
            present_up(bucket, i, last);
        } else {
            present_down(bucket, i, last);
        }
    }
    event->slot = ICS_EVENT_IDLE;
}

/* Makes the earliest time of bucket b the present and deals its events to the lower buckets. */
static inline void radix_deal(Queue *queue, size_t b)
{
    Bucket *bucket = &queue->buckets[b];
    size_t size = bucket->size;
    int64_t least = bucket->entries[0].at_ns;

    for (size_t i = 1; i < size; i++) {
        least = MIN(least, bucket->entries[i].at_ns);
    }
    queue->last_ns = least;
    bucket->size = 0;
    queue->filled &= ~((uint64_t)1 << b);
    for (size_t i = 0; i < size; i++) {
        radix_insert(queue, bucket->entries[i]);
    }
}

static inline IcsEvent *queue_pop(Queue *queue)
{
    if (queue->filled == 0) {
        return NULL;
    }
    size_t b = (size_t)__builtin_ctzll(queue->filled);
    if (b != 0) {
        Bucket *bucket = &queue->buckets[b];

        if (bucket->size == 1) {
            IcsEvent *event = bucket->entries[0].event;

            bucket->size = 0;
            queue->last_ns = event->at_ns;
            queue->filled &= ~((uint64_t)1 << b);
            event->slot = ICS_EVENT_IDLE;
            return event;
        }
        radix_deal(queue, b);
    }
    IcsEvent *event = queue->buckets[0].entries[0].event;
    queue_remove(queue, event);
    return event;
}

#include "bench/queues/hold_loop.h"

BENCH_QUEUE_DEFINE(radix, SIZE_MAX);
