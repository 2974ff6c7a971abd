#include <cmocka.h>
#include <glib.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/event_queue.h"
#include "tests/support/child.h"
#include "tests/support/splitmix.h"

#define MANY 20000u

typedef struct {
    IcsEventQueue queue;
    IcsEvent *events;
} Fixture;

static int set_up(void **state)
{
    Fixture *fixture = g_new0(Fixture, 1);
    fixture->events = g_new(IcsEvent, MANY);
    ics_event_queue_init(&fixture->queue);
    for (size_t i = 0; i < MANY; i++) {
        ics_event_init(&fixture->events[i], NULL);
    }
    *state = fixture;
    return 0;
}

static int tear_down(void **state)
{
    Fixture *fixture = *state;
    ics_event_queue_clear(&fixture->queue);
    g_free(fixture->events);
    g_free(fixture);
    return 0;
}

static IcsEvent *push(Fixture *fixture, size_t i, int64_t at_ns, uint64_t route, uint64_t ordinal)
{
    IcsEvent *event = &fixture->events[i];
    event->at_ns = at_ns;
    event->route = route;
    event->ordinal = ordinal;
    ics_event_queue_push(&fixture->queue, event);
    return event;
}

static void push_times(Fixture *fixture, size_t first, size_t count, int64_t at_ns, int64_t step_ns)
{
    for (size_t i = 0; i < count; i++) {
        push(fixture, first + i, at_ns + (int64_t)i * step_ns, 0, first + i);
    }
}

/* Pops everything; the keys must come in order, each event idle, `count` in all. */
static void assert_drains_in_order(Fixture *fixture, size_t count)
{
    IcsEvent before = {.at_ns = -1};
    assert_int_equal(ics_event_queue_size(&fixture->queue), count);
    for (size_t i = 0; i < count; i++) {
        IcsEvent *event = ics_event_queue_pop(&fixture->queue);
        assert_non_null(event);
        assert_false(ics_event_is_queued(event));
        assert_true(ics_event_is_before(&before, event));
        before = *event;
    }
    assert_null(ics_event_queue_pop(&fixture->queue));
    assert_int_equal(ics_event_queue_size(&fixture->queue), 0);
}

static void an_empty_queue_gives_nothing(void **state)
{
    Fixture *fixture = *state;
    assert_null(ics_event_queue_pop(&fixture->queue));
    assert_null(ics_event_queue_peek(&fixture->queue));
    assert_null(ics_event_queue_pop_until(&fixture->queue, INT64_MAX));
    assert_int_equal(ics_event_queue_size(&fixture->queue), 0);
}

static void events_leave_by_time(void **state)
{
    Fixture *fixture = *state;
    IcsEvent *late = push(fixture, 0, 30, 0, 0);
    IcsEvent *early = push(fixture, 1, 10, 0, 1);
    IcsEvent *middle = push(fixture, 2, 20, 0, 2);
    assert_ptr_equal(ics_event_queue_pop(&fixture->queue), early);
    assert_ptr_equal(ics_event_queue_pop(&fixture->queue), middle);
    assert_ptr_equal(ics_event_queue_pop(&fixture->queue), late);
}

static void events_of_one_time_leave_by_receiver_then_cause_then_ordinal(void **state)
{
    Fixture *fixture = *state;
    IcsEvent *fourth = push(fixture, 0, 5, ics_event_route(2, 1), 0);
    IcsEvent *third = push(fixture, 1, 5, ics_event_route(1, 3), 0);
    IcsEvent *second = push(fixture, 2, 5, ics_event_route(1, 2), 9);
    IcsEvent *first = push(fixture, 3, 5, ics_event_route(1, 2), 8);
    assert_ptr_equal(ics_event_queue_pop(&fixture->queue), first);
    assert_ptr_equal(ics_event_queue_pop(&fixture->queue), second);
    assert_ptr_equal(ics_event_queue_pop(&fixture->queue), third);
    assert_ptr_equal(ics_event_queue_pop(&fixture->queue), fourth);
}

static void a_smaller_key_at_the_present_comes_next(void **state)
{
    Fixture *fixture = *state;
    push(fixture, 0, 5, ics_event_route(7, 7), 0);
    IcsEvent *later = push(fixture, 1, 5, ics_event_route(8, 8), 0);
    ics_event_queue_pop(&fixture->queue);
    IcsEvent *smaller = push(fixture, 0, 5, ics_event_route(1, 7), 1);
    assert_ptr_equal(ics_event_queue_pop(&fixture->queue), smaller);
    assert_ptr_equal(ics_event_queue_pop(&fixture->queue), later);
}

static void the_first_and_the_last_time_are_times(void **state)
{
    Fixture *fixture = *state;
    IcsEvent *last = push(fixture, 0, INT64_MAX, 0, 0);
    IcsEvent *first = push(fixture, 1, 0, 0, 1);
    push_times(fixture, 2, 500, 1, INT64_MAX / 600);
    assert_ptr_equal(ics_event_queue_peek(&fixture->queue), first);
    assert_true(ics_event_is_queued(last));
    assert_drains_in_order(fixture, 502);
}

static void push_into_the_past(gpointer data)
{
    Fixture *fixture = data;
    push(fixture, 0, 10, 0, 0);
    ics_event_queue_pop(&fixture->queue);
    push(fixture, 1, 9, 0, 1);
}

static void push_into_the_past_of_a_crowd(gpointer data)
{
    Fixture *fixture = data;
    push_times(fixture, 0, 100, 10, 0);
    ics_event_queue_pop(&fixture->queue);
    push(fixture, 100, 9, 0, 100);
}

static void push_twice(gpointer data)
{
    Fixture *fixture = data;
    push(fixture, 0, 10, 0, 0);
    push(fixture, 0, 10, 0, 0);
}

static void remove_idle(gpointer data)
{
    Fixture *fixture = data;
    push(fixture, 0, 10, 0, 0);
    ics_event_queue_remove(&fixture->queue, &fixture->events[1]);
}

static void misuse_is_caught(void **state)
{
    assert_true(ics_test_child_aborts(push_into_the_past, *state));
    assert_true(ics_test_child_aborts(push_into_the_past_of_a_crowd, *state));
    assert_true(ics_test_child_aborts(push_twice, *state));
    assert_true(ics_test_child_aborts(remove_idle, *state));
}

static void a_limit_leaves_later_events_and_the_present_alone(void **state)
{
    Fixture *fixture = *state;
    IcsEvent *event = push(fixture, 0, 100, 0, 0);
    assert_null(ics_event_queue_pop_until(&fixture->queue, 99));
    assert_true(ics_event_is_queued(event));
    IcsEvent *earlier = push(fixture, 1, 50, 0, 1);
    assert_ptr_equal(ics_event_queue_pop_until(&fixture->queue, 50), earlier);
    assert_ptr_equal(ics_event_queue_pop_until(&fixture->queue, 100), event);
}

/* A look ahead must not take away the right to push at times between. */
static void many_earlier_events_may_follow_a_look_far_ahead(void **state)
{
    Fixture *fixture = *state;
    push_times(fixture, 0, 2000, 1000000, 3);
    for (size_t i = 0; i < 10; i++) {
        ics_event_queue_pop(&fixture->queue);
    }
    while (ics_event_queue_pop_until(&fixture->queue, 1000500) != NULL) {
    }
    size_t left = ics_event_queue_size(&fixture->queue);
    assert_int_equal(ics_event_queue_peek(&fixture->queue)->at_ns, 1000501);
    push_times(fixture, 2000, 1000, 1000500, 0);
    push_times(fixture, 3000, 1000, 1000501, 0);
    push_times(fixture, 4000, 1000, 1000500, 7);
    assert_drains_in_order(fixture, left + 3000);
}

static void a_gap_to_the_next_event_leaves_room_for_many(void **state)
{
    Fixture *fixture = *state;
    push_times(fixture, 0, 200, 7, 0);
    push_times(fixture, 200, 100, INT64_C(1) << 40, 1000);
    for (size_t i = 0; i < 200; i++) {
        ics_event_queue_pop(&fixture->queue);
    }
    assert_null(ics_event_queue_pop_until(&fixture->queue, 1000));
    assert_int_equal(ics_event_queue_peek(&fixture->queue)->at_ns, INT64_C(1) << 40);
    push_times(fixture, 300, 500, 7, 0);
    push_times(fixture, 800, 500, 1000, 11);
    assert_drains_in_order(fixture, 1100);
}

/* Pushes behind a look ahead fill front and heap; then the front fills up again. */
static void a_front_that_fills_beside_a_heap_keeps_the_order(void **state)
{
    Fixture *fixture = *state;
    const int64_t far_ns = INT64_C(1) << 40;
    const int64_t step_ns = 1 << 20;
    push_times(fixture, 0, 200, 7, 0);
    push_times(fixture, 200, 20, far_ns, step_ns);
    push_times(fixture, 220, 30, far_ns + (INT64_C(1) << 34), 1);
    for (size_t i = 0; i < 200; i++) {
        ics_event_queue_pop(&fixture->queue);
    }
    assert_int_equal(ics_event_queue_peek(&fixture->queue)->at_ns, far_ns);
    push_times(fixture, 250, 43, 8, 1);
    push_times(fixture, 300, 10, far_ns + 19 * step_ns + 1, 1);
    assert_int_not_equal(fixture->queue.heap.size, 0);
    for (size_t i = 0; i < 45; i++) {
        ics_event_queue_pop(&fixture->queue);
    }
    push_times(fixture, 400, 100, far_ns + 2 * step_ns, 1);
    assert_drains_in_order(fixture, 18 + 30 + 10 + 100);
}

/* What the heap of an instant is for must not draw all later events into it. */
static void later_events_stay_out_of_a_crowded_instant(void **state)
{
    Fixture *fixture = *state;
    push_times(fixture, 0, 1000, 0, 0);
    push_times(fixture, 1000, 1000, 1, 1);
    assert_int_equal(fixture->queue.buckets.size, 1000);
    assert_drains_in_order(fixture, 2000);
}

static void a_handful_of_events_stays_in_the_front(void **state)
{
    Fixture *fixture = *state;
    push_times(fixture, 0, 1000, 0, 77);
    assert_drains_in_order(fixture, 1000);
    for (int64_t i = 0; i < 1000; i++) {
        push_times(fixture, 0, 10, 100000 + (i << 32), INT64_C(1) << 28);
        assert_int_equal(fixture->queue.buckets.size, 0);
        assert_drains_in_order(fixture, 10);
    }
}

static void shuffled_events_of_one_instant_leave_in_order(void **state)
{
    Fixture *fixture = *state;
    uint64_t random = 1;
    for (size_t i = 0; i < MANY; i++) {
        push(fixture, i, 42, ics_splitmix_next(&random) % 1000, i);
    }
    assert_drains_in_order(fixture, MANY);
}

/* Every host of a world wakes at the same instants: ties that no bucket can separate. */
static void hosts_in_lockstep_wake_in_order(void **state)
{
    Fixture *fixture = *state;
    const size_t hosts = 700;
    for (size_t i = 0; i < hosts; i++) {
        push(fixture, i, 0, ics_event_route((uint32_t)(i * 331 % hosts), 0), 0);
    }
    for (size_t i = 0; i < 20 * hosts; i++) {
        IcsEvent *event = ics_event_queue_pop(&fixture->queue);
        assert_int_equal(event->at_ns, i / hosts * 1000000000);
        assert_int_equal(ics_event_receiving_node(event), i % hosts);
        event->at_ns += 1000000000;
        ics_event_queue_push(&fixture->queue, event);
    }
}

static void an_event_can_be_removed_wherever_it_stands(void **state)
{
    Fixture *fixture = *state;
    push_times(fixture, 0, 300, 0, 0);
    push_times(fixture, 300, 300, 1, 1);
    push_times(fixture, 600, 300, 1000000, 1000);
    for (size_t i = 0; i < 900; i += 3) {
        ics_event_queue_remove(&fixture->queue, &fixture->events[i]);
        assert_false(ics_event_is_queued(&fixture->events[i]));
    }
    assert_drains_in_order(fixture, 600);
}

static void all_events_can_be_removed_and_pushed_again(void **state)
{
    Fixture *fixture = *state;
    push_times(fixture, 0, 500, 0, 100);
    for (size_t i = 0; i < 500; i++) {
        ics_event_queue_remove(&fixture->queue, &fixture->events[i * 7 % 500]);
    }
    assert_null(ics_event_queue_peek(&fixture->queue));
    push_times(fixture, 0, 500, 0, 0);
    assert_drains_in_order(fixture, 500);
}

static void a_rescheduled_event_leaves_at_its_new_place(void **state)
{
    Fixture *fixture = *state;
    IcsEvent *moved = push(fixture, 0, 50, 0, 0);
    push_times(fixture, 1, 200, 10, 1);
    ics_event_queue_reschedule(&fixture->queue, moved, 5, 3, 500);
    assert_ptr_equal(ics_event_queue_peek(&fixture->queue), moved);
    ics_event_queue_reschedule(&fixture->queue, moved, INT64_MAX, 3, 501);
    assert_int_equal(ics_event_queue_peek(&fixture->queue)->at_ns, 10);
    ics_event_queue_reschedule(&fixture->queue, moved, 10, 0, 0);
    assert_ptr_equal(ics_event_queue_pop(&fixture->queue), moved);
    assert_drains_in_order(fixture, 200);
}

static void a_cleared_queue_has_let_go_of_its_events_and_starts_anew(void **state)
{
    Fixture *fixture = *state;
    push_times(fixture, 0, 1, 0, 0);
    push_times(fixture, 1, 1000, 77, 0);
    push_times(fixture, 1001, 1000, 77, 100000);
    ics_event_queue_pop(&fixture->queue);
    ics_event_queue_peek(&fixture->queue);
    ics_event_queue_clear(&fixture->queue);
    assert_int_equal(ics_event_queue_size(&fixture->queue), 0);
    for (size_t i = 0; i < 2001; i++) {
        assert_false(ics_event_is_queued(&fixture->events[i]));
    }
    push_times(fixture, 0, 100, 0, 1);
    assert_drains_in_order(fixture, 100);
}

/* The hold model at constant size, over 10 s in steps of up to 2 ms. */
static void a_steady_queue_does_not_allocate(void **state)
{
    Fixture *fixture = *state;
    uint64_t random = 3;
    uint32_t chunks = 0;
    push_times(fixture, 0, 3000, 0, 500);
    for (size_t i = 0; i < 400000; i++) {
        IcsEvent *event = ics_event_queue_pop(&fixture->queue);
        event->at_ns += (int64_t)(ics_splitmix_next(&random) % 2000000);
        ics_event_queue_push(&fixture->queue, event);
        if (i == 100000) {
            chunks = fixture->queue.buckets.chunk_count;
        }
    }
    assert_int_not_equal(chunks, 0);
    assert_int_equal(fixture->queue.buckets.chunk_count, chunks);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(an_empty_queue_gives_nothing),
        TEST(events_leave_by_time),
        TEST(events_of_one_time_leave_by_receiver_then_cause_then_ordinal),
        TEST(a_smaller_key_at_the_present_comes_next),
        TEST(the_first_and_the_last_time_are_times),
        TEST(misuse_is_caught),
        TEST(a_limit_leaves_later_events_and_the_present_alone),
        TEST(many_earlier_events_may_follow_a_look_far_ahead),
        TEST(a_gap_to_the_next_event_leaves_room_for_many),
        TEST(a_front_that_fills_beside_a_heap_keeps_the_order),
        TEST(later_events_stay_out_of_a_crowded_instant),
        TEST(a_handful_of_events_stays_in_the_front),
        TEST(shuffled_events_of_one_instant_leave_in_order),
        TEST(hosts_in_lockstep_wake_in_order),
        TEST(an_event_can_be_removed_wherever_it_stands),
        TEST(all_events_can_be_removed_and_pushed_again),
        TEST(a_rescheduled_event_leaves_at_its_new_place),
        TEST(a_cleared_queue_has_let_go_of_its_events_and_starts_anew),
        TEST(a_steady_queue_does_not_allocate),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
