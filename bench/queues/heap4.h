/*
 * A 4-ary implicit heap, compiled in several ways. Before including it a file says
 *   HEAP_ENTRY     0: an array of pointers; 16: entries {time, pointer}; 32: entries {key, pointer}
 *   HEAP_HOLE      1: a pop leaves the root open and the next push fills it from the top
 *   HEAP_PREFETCH  1: the grandchildren are fetched ahead on the way down
 */
#include <string.h>

#include "bench/queues/queue.h"

#define HEAP_ROOT 3u /* so that four siblings of 16 bytes share a cache line */

#if HEAP_ENTRY == 0
typedef IcsEvent *Entry;

static inline Entry entry_of(IcsEvent *event)
{
    return event;
}

static inline IcsEvent *entry_event(Entry entry)
{
    return entry;
}

static inline bool entry_before(const Entry *a, const Entry *b)
{
    return ics_event_is_before(*a, *b);
}
#elif HEAP_ENTRY == 16
typedef struct {
    int64_t at_ns;
    IcsEvent *event;
} Entry;

static inline Entry entry_of(IcsEvent *event)
{
    return (Entry){event->at_ns, event};
}

static inline IcsEvent *entry_event(Entry entry)
{
    return entry.event;
}

static inline bool entry_before(const Entry *a, const Entry *b)
{
    if (a->at_ns != b->at_ns) {
        return a->at_ns < b->at_ns;
    }
    return ics_event_is_before(a->event, b->event);
}
#else
typedef struct {
    int64_t at_ns;
    uint64_t route;
    uint64_t ordinal;
    IcsEvent *event;
} Entry;

static inline Entry entry_of(IcsEvent *event)
{
    return (Entry){event->at_ns, event->route, event->ordinal, event};
}

static inline IcsEvent *entry_event(Entry entry)
{
    return entry.event;
}

static inline bool entry_before(const Entry *a, const Entry *b)
{
    unsigned __int128 x = (unsigned __int128)(uint64_t)a->at_ns << 64 | a->route;
    unsigned __int128 y = (unsigned __int128)(uint64_t)b->at_ns << 64 | b->route;

    return x < y || (x == y && a->ordinal < b->ordinal);
}
#endif

typedef struct {
    Entry *entries; /* the root stands at HEAP_ROOT */
    size_t end;     /* one past the last */
    size_t capacity;
    bool hole; /* the root was popped and not yet filled */
} Queue;

static inline size_t heap_parent(size_t i)
{
    return i / 4 + 2;
}

static inline size_t heap_child(size_t i)
{
    return 4 * i - 8;
}

static inline void heap_place(Queue *queue, size_t i, Entry entry)
{
    queue->entries[i] = entry;
    entry_event(entry)->slot = (uint32_t)i;
}

static inline void heap_up(Queue *queue, size_t i, Entry entry)
{
    while (i > HEAP_ROOT) {
        size_t parent = heap_parent(i);

        if (!entry_before(&entry, &queue->entries[parent])) {
            break;
        }
        heap_place(queue, i, queue->entries[parent]);
        i = parent;
    }
    heap_place(queue, i, entry);
}

static inline size_t heap_least(const Queue *queue, size_t child)
{
    const Entry *entries = queue->entries;

    if (G_LIKELY(child + 4 <= queue->end)) {
        size_t left = entry_before(&entries[child + 1], &entries[child]) ? child + 1 : child;
        size_t right =
            entry_before(&entries[child + 3], &entries[child + 2]) ? child + 3 : child + 2;

        return entry_before(&entries[right], &entries[left]) ? right : left;
    }
    size_t least = child;
    for (size_t i = child + 1; i < queue->end; i++) {
        if (entry_before(&entries[i], &entries[least])) {
            least = i;
        }
    }
    return least;
}

static inline void heap_down(Queue *queue, size_t i, Entry entry)
{
    for (;;) {
        size_t child = heap_child(i);

        if (child >= queue->end) {
            break;
        }
#if HEAP_PREFETCH
        for (size_t k = 0; k < 4; k++) {
            __builtin_prefetch(&queue->entries[heap_child(child + k)]);
        }
#endif
        size_t least = heap_least(queue, child);
        if (!entry_before(&queue->entries[least], &entry)) {
            break;
        }
        heap_place(queue, i, queue->entries[least]);
        i = least;
    }
    heap_place(queue, i, entry);
}

static Queue *queue_create(void)
{
    Queue *queue = g_new0(Queue, 1);

    queue->end = HEAP_ROOT;
    queue->capacity = 64;
    queue->entries = g_aligned_alloc(queue->capacity, sizeof(Entry), 64);
    return queue;
}

static void queue_destroy(Queue *queue)
{
    g_aligned_free(queue->entries);
    g_free(queue);
}

static void __attribute__((noinline)) heap_grow(Queue *queue)
{
    Entry *grown = g_aligned_alloc(2 * queue->capacity, sizeof(Entry), 64);

    memcpy(grown, queue->entries, queue->capacity * sizeof(Entry));
    g_aligned_free(queue->entries);
    queue->entries = grown;
    queue->capacity *= 2;
}

static inline void heap_fill_hole(Queue *queue)
{
    if (queue->hole) {
        queue->hole = false;
        if (--queue->end > HEAP_ROOT) {
            heap_down(queue, HEAP_ROOT, queue->entries[queue->end]);
        }
    }
}

static inline void queue_push(Queue *queue, IcsEvent *event)
{
    if (HEAP_HOLE && queue->hole) {
        queue->hole = false;
        heap_down(queue, HEAP_ROOT, entry_of(event));
        return;
    }
    if (G_UNLIKELY(queue->end == queue->capacity)) {
        heap_grow(queue);
    }
    heap_up(queue, queue->end++, entry_of(event));
}

static inline IcsEvent *queue_pop(Queue *queue)
{
    if (HEAP_HOLE) {
        heap_fill_hole(queue);
    }
    if (queue->end == HEAP_ROOT) {
        return NULL;
    }
    IcsEvent *event = entry_event(queue->entries[HEAP_ROOT]);
    queue->hole = true;
    if (!HEAP_HOLE) {
        heap_fill_hole(queue);
    }
    event->slot = ICS_EVENT_IDLE;
    return event;
}

static inline void queue_remove(Queue *queue, IcsEvent *event)
{
    heap_fill_hole(queue);
    size_t i = event->slot;
    Entry last = queue->entries[--queue->end];

    if (entry_event(last) != event) {
        if (i > HEAP_ROOT && entry_before(&last, &queue->entries[heap_parent(i)])) {
            heap_up(queue, i, last);
        } else {
            heap_down(queue, i, last);
        }
    }
    event->slot = ICS_EVENT_IDLE;
}
