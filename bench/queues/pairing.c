/*
 * A pairing heap (Fredman, Sedgewick, Sleator, Tarjan: The pairing heap, Algorithmica 1986), two
 * passes, with a link back so that any event can be taken out.
 */
#include "bench/queues/queue.h"

typedef struct {
    BenchEvent *root;
} Queue;

static Queue *queue_create(void)
{
    return g_new0(Queue, 1);
}

static void queue_destroy(Queue *queue)
{
    g_free(queue);
}

/* Both are roots without siblings; the later one becomes the first child of the other. */
static inline BenchEvent *pairing_meld(BenchEvent *a, BenchEvent *b)
{
    if (a == NULL || b == NULL) {
        return a != NULL ? a : b;
    }
    if (ics_event_is_before(&b->event, &a->event)) {
        BenchEvent *swap = a;
        a = b;
        b = swap;
    }
    b->next = a->child;
    b->previous = a;
    if (a->child != NULL) {
        a->child->previous = b;
    }
    a->child = b;
    return a;
}

static inline BenchEvent *pairing_meld_siblings(BenchEvent *list)
{
    BenchEvent *pairs = NULL;
    BenchEvent *root = NULL;

    while (list != NULL) {
        BenchEvent *a = list;
        BenchEvent *b = a->next;

        list = b != NULL ? b->next : NULL;
        a->next = NULL;
        if (b != NULL) {
            b->next = NULL;
        }
        a = pairing_meld(a, b);
        a->next = pairs;
        pairs = a;
    }
    while (pairs != NULL) {
        BenchEvent *rest = pairs->next;

        pairs->next = NULL;
        root = pairing_meld(root, pairs);
        pairs = rest;
    }
    return root;
}

static inline void queue_push(Queue *queue, IcsEvent *event)
{
    BenchEvent *node = (BenchEvent *)event;

    node->child = NULL;
    node->next = NULL;
    node->previous = NULL;
    event->slot = 0;
    queue->root = pairing_meld(queue->root, node);
}

static inline IcsEvent *queue_pop(Queue *queue)
{
    BenchEvent *root = queue->root;

    if (root == NULL) {
        return NULL;
    }
    queue->root = pairing_meld_siblings(root->child);
    root->event.slot = ICS_EVENT_IDLE;
    return &root->event;
}

static inline void queue_remove(Queue *queue, IcsEvent *event)
{
    BenchEvent *node = (BenchEvent *)event;

    if (node == queue->root) {
        queue_pop(queue);
        return;
    }
    if (node->previous->child == node) {
        node->previous->child = node->next;
    } else {
        node->previous->next = node->next;
    }
    if (node->next != NULL) {
        node->next->previous = node->previous;
    }
    queue->root = pairing_meld(queue->root, pairing_meld_siblings(node->child));
    event->slot = ICS_EVENT_IDLE;
}

#include "bench/queues/hold_loop.h"

BENCH_QUEUE_DEFINE(pairing, SIZE_MAX);
