#include <cmocka.h>
#include <glib.h>

#include "tests/support/process_fixture.h"

/* Three processes that wait in the order of their names. */
static void start_three(IcsProcessFixture *fixture)
{
    ics_process_fixture_start(fixture, "p", ics_process_fixture_wait);
    ics_process_fixture_start(fixture, "q", ics_process_fixture_wait);
    ics_process_fixture_start(fixture, "r", ics_process_fixture_wait);
    ics_process_fixture_run(fixture);
}

static void waking_an_empty_queue_does_nothing(G_GNUC_UNUSED void **state)
{
    IcsWaitQueue queue = {0};
    ics_wait_queue_wake_one(&queue);
    ics_wait_queue_wake_all(&queue);
    ics_wait_queue_clear(&queue);
    assert_null(queue.first);
    assert_null(queue.last);
}

static void one_at_a_time_is_woken_first_come_first_served(void **state)
{
    IcsProcessFixture *fixture = *state;
    start_three(fixture);
    for (int64_t at_ns = 10; at_ns <= 40; at_ns += 10) {
        ics_process_fixture_at(fixture, at_ns, ics_process_fixture_wake_one);
        ics_process_fixture_run(fixture);
    }
    assert_string_equal(fixture->log->str, "p woken@10; q woken@20; r woken@30; ");
}

static void wake_two(IcsProcessFixture *fixture)
{
    ics_wait_queue_wake_one(&fixture->queue);
    ics_wait_queue_wake_one(&fixture->queue);
}

static void two_wakes_of_an_instant_wake_two(void **state)
{
    IcsProcessFixture *fixture = *state;
    start_three(fixture);
    ics_process_fixture_at(fixture, 10, wake_two);
    ics_process_fixture_expect(fixture, "p woken@10; q woken@10; ");
}

static void all_are_woken_in_the_order_in_which_they_came(void **state)
{
    IcsProcessFixture *fixture = *state;
    start_three(fixture);
    ics_process_fixture_at(fixture, 10, ics_process_fixture_wake_all);
    ics_process_fixture_expect(fixture, "p woken@10; q woken@10; r woken@10; ");
}

static void wait_again_and_again(IcsProcess *self, gconstpointer config)
{
    for (;;) {
        ics_process_fixture_wait(self, config);
    }
}

static void who_waits_again_stands_at_the_end(void **state)
{
    IcsProcessFixture *fixture = *state;
    ics_process_fixture_start(fixture, "p", wait_again_and_again);
    ics_process_fixture_start(fixture, "q", wait_again_and_again);
    ics_process_fixture_run(fixture);
    for (int64_t at_ns = 1; at_ns <= 3; at_ns++) {
        ics_process_fixture_at(fixture, at_ns, ics_process_fixture_wake_one);
        ics_process_fixture_run(fixture);
    }
    assert_string_equal(fixture->log->str, "p woken@1; q woken@2; p woken@3; ");
}

/* What they do when woken is no part of the same waking. */
static void waking_all_wakes_only_those_who_waited(void **state)
{
    IcsProcessFixture *fixture = *state;
    ics_process_fixture_start(fixture, "p", wait_again_and_again);
    ics_process_fixture_start(fixture, "q", wait_again_and_again);
    ics_process_fixture_run(fixture);
    ics_process_fixture_at(fixture, 1, ics_process_fixture_wake_all);
    ics_process_fixture_expect(fixture, "p woken@1; q woken@1; ");
}

static void a_waiter_that_timed_out_is_passed_over(void **state)
{
    IcsProcessFixture *fixture = *state;
    ics_process_fixture_start(fixture, "p", ics_process_fixture_wait_until_50);
    ics_process_fixture_start(fixture, "q", ics_process_fixture_wait);
    ics_process_fixture_at(fixture, 60, ics_process_fixture_wake_one);
    ics_process_fixture_expect(fixture, "p timed out@50; q woken@60; ");
}

static void a_waiter_that_was_killed_is_passed_over(void **state)
{
    IcsProcessFixture *fixture = *state;
    fixture->other = ics_process_fixture_start(fixture, "p", ics_process_fixture_wait);
    ics_process_fixture_start(fixture, "q", ics_process_fixture_wait);
    ics_process_fixture_run(fixture);
    ics_process_fixture_kill_other(fixture);
    ics_process_fixture_at(fixture, 60, ics_process_fixture_wake_one);
    ics_process_fixture_expect(fixture, "q woken@60; ");
}

static void wake_then_kill(IcsProcessFixture *fixture)
{
    ics_process_fixture_wake_one(fixture);
    ics_process_fixture_kill_other(fixture);
}

/* The killed process had taken the wake; it is not handed on, as in a real kernel. */
static void a_wake_dies_with_the_one_who_was_woken(void **state)
{
    IcsProcessFixture *fixture = *state;
    fixture->other = ics_process_fixture_start(fixture, "p", ics_process_fixture_wait);
    ics_process_fixture_start(fixture, "q", ics_process_fixture_wait);
    ics_process_fixture_run(fixture);
    ics_process_fixture_at(fixture, 10, wake_then_kill);
    ics_process_fixture_expect(fixture, "");
    assert_ptr_equal(fixture->queue.first, fixture->queue.last);
}

static void wake_the_queue(IcsProcess *self, gconstpointer config)
{
    ics_process_fixture_wake_all((IcsProcessFixture *)config);
    ics_process_fixture_say(self, config, "wakes the others");
}

static void a_process_may_wake_others(void **state)
{
    IcsProcessFixture *fixture = *state;
    start_three(fixture);
    ics_process_fixture_start(fixture, "s", wake_the_queue);
    ics_process_fixture_expect(fixture, "s wakes the others@0; p woken@0; q woken@0; r woken@0; ");
}

static void a_cleared_queue_wakes_nobody(void **state)
{
    IcsProcessFixture *fixture = *state;
    start_three(fixture);
    ics_wait_queue_clear(&fixture->queue);
    assert_null(fixture->queue.first);
    assert_null(fixture->queue.last);
    ics_process_fixture_at(fixture, 10, ics_process_fixture_wake_all);
    ics_process_fixture_expect(fixture, "");
}

/* ---- several queues at once ---- */

static IcsWaitQueue second_queue;

static void wait_in_both(IcsProcess *self, gconstpointer config)
{
    IcsProcessFixture *fixture = (IcsProcessFixture *)config;
    IcsWaiter waiters[2] = {0};
    ics_process_wait_also(self, &waiters[0], &fixture->queue);
    ics_process_wait_also(self, &waiters[1], &second_queue);
    bool woken = ics_process_wait(self, NULL, 50, ICS_WAIT_POLL);
    ics_process_fixture_say(self, fixture, woken ? "woken" : "timed out");
    g_assert_null(fixture->queue.first);
    g_assert_null(second_queue.first);
}

static void wake_second(G_GNUC_UNUSED IcsProcessFixture *fixture)
{
    ics_wait_queue_wake_all(&second_queue);
}

static void any_of_several_queues_ends_the_wait(void **state)
{
    IcsProcessFixture *fixture = *state;
    second_queue = (IcsWaitQueue){0};
    ics_process_fixture_start(fixture, "p", wait_in_both);
    ics_process_fixture_at(fixture, 10, wake_second);
    ics_process_fixture_expect(fixture, "p woken@10; ");
}

static void several_queues_have_one_deadline(void **state)
{
    IcsProcessFixture *fixture = *state;
    second_queue = (IcsWaitQueue){0};
    ics_process_fixture_start(fixture, "p", wait_in_both);
    ics_process_fixture_expect(fixture, "p timed out@50; ");
}

static void a_kill_leaves_all_queues(void **state)
{
    IcsProcessFixture *fixture = *state;
    second_queue = (IcsWaitQueue){0};
    fixture->other = ics_process_fixture_start(fixture, "p", wait_in_both);
    ics_process_fixture_at(fixture, 10, ics_process_fixture_kill_other);
    ics_process_fixture_expect(fixture, "");
    assert_null(fixture->queue.first);
    assert_null(second_queue.first);
}

#define PROCESS_TEST(name)                                                                         \
    cmocka_unit_test_setup_teardown(name, ics_process_fixture_setup, ics_process_fixture_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(waking_an_empty_queue_does_nothing),
        PROCESS_TEST(one_at_a_time_is_woken_first_come_first_served),
        PROCESS_TEST(two_wakes_of_an_instant_wake_two),
        PROCESS_TEST(all_are_woken_in_the_order_in_which_they_came),
        PROCESS_TEST(who_waits_again_stands_at_the_end),
        PROCESS_TEST(waking_all_wakes_only_those_who_waited),
        PROCESS_TEST(a_waiter_that_timed_out_is_passed_over),
        PROCESS_TEST(a_waiter_that_was_killed_is_passed_over),
        PROCESS_TEST(a_wake_dies_with_the_one_who_was_woken),
        PROCESS_TEST(a_process_may_wake_others),
        PROCESS_TEST(a_cleared_queue_wakes_nobody),
        PROCESS_TEST(any_of_several_queues_ends_the_wait),
        PROCESS_TEST(several_queues_have_one_deadline),
        PROCESS_TEST(a_kill_leaves_all_queues),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
