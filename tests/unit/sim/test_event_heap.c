#include <cmocka.h>
#include <glib.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/event_heap.h"
#include "tests/support/child.h"
#include "tests/support/splitmix.h"

#define EVENTS 1000u

static void push_shuffled(IcsEventHeap *heap, IcsEvent *events, uint64_t times, uint64_t seed)
{
    for (size_t i = 0; i < EVENTS; i++) {
        ics_event_init(&events[i], NULL);
        events[i].at_ns = (int64_t)(ics_splitmix_next(&seed) % times);
        events[i].ordinal = i;
        ics_event_heap_push(heap, (IcsEventEntry){events[i].at_ns, &events[i]});
    }
}

static void assert_drains_in_order(IcsEventHeap *heap, size_t count)
{
    IcsEvent before = {.at_ns = -1};
    assert_int_equal(heap->size, count);
    for (size_t i = 0; i < count; i++) {
        IcsEvent *first = heap->entries[0].event;
        assert_true(ics_event_is_before(&before, first));
        before = *first;
        ics_event_heap_remove(heap, first);
        assert_false(ics_event_is_queued(first));
    }
    assert_int_equal(heap->size, 0);
}

static void the_root_is_the_first_event(void **state)
{
    (void)state;
    const uint64_t times[] = {1, 2, 50, UINT64_C(1) << 62};
    IcsEvent events[EVENTS];
    for (size_t i = 0; i < G_N_ELEMENTS(times); i++) {
        IcsEventHeap heap = {0};
        push_shuffled(&heap, events, times[i], i);
        assert_drains_in_order(&heap, EVENTS);
        ics_event_heap_clear(&heap);
    }
}

/* Among them are places whose last event has to move up, as it comes from another branch. */
static void removing_from_the_middle_keeps_the_order(void **state)
{
    (void)state;
    IcsEvent events[EVENTS];
    for (uint64_t seed = 1; seed <= 20; seed++) {
        IcsEventHeap heap = {0};
        push_shuffled(&heap, events, UINT64_C(1) << 40, seed);
        for (size_t i = 0; i < EVENTS; i += 2) {
            ics_event_heap_remove(&heap, &events[i]);
        }
        assert_drains_in_order(&heap, EVENTS / 2);
        ics_event_heap_clear(&heap);
    }
}

static void a_cleared_heap_lets_go_of_its_events(void **state)
{
    (void)state;
    IcsEventHeap heap = {0};
    IcsEvent events[EVENTS];
    push_shuffled(&heap, events, 10, 1);
    ics_event_heap_clear(&heap);
    for (size_t i = 0; i < EVENTS; i++) {
        assert_false(ics_event_is_queued(&events[i]));
    }
    assert_int_equal(heap.size, 0);
    assert_null(heap.entries);
}

static void remove_absent(gpointer data)
{
    IcsEventHeap *heap = data;
    IcsEvent event;
    ics_event_init(&event, NULL);
    event.slot = 0;
    ics_event_heap_remove(heap, &event);
}

static void removing_what_is_not_there_is_caught(void **state)
{
    (void)state;
    IcsEventHeap heap = {0};
    IcsEvent events[EVENTS];
    push_shuffled(&heap, events, 10, 1);
    assert_true(ics_test_child_aborts(remove_absent, &heap));
    ics_event_heap_clear(&heap);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_root_is_the_first_event),
        cmocka_unit_test(removing_from_the_middle_keeps_the_order),
        cmocka_unit_test(a_cleared_heap_lets_go_of_its_events),
        cmocka_unit_test(removing_what_is_not_there_is_caught),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
