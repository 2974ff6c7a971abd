#include <cmocka.h>
#include <glib.h>

#include "tests/support/child.h"
#include "tests/support/process_fixture.h"

static void say(IcsProcess *self, const char *what)
{
    ics_process_fixture_say(self, self->program.config, what);
}

static IcsProcessFixture *fixture_of(const IcsProcess *self)
{
    return (IcsProcessFixture *)self->program.config;
}

static void say_ready(IcsProcess *self)
{
    say(self, "ready");
}

static void say_timer(IcsProcess *self)
{
    say(self, "timer");
}

static void start_quietly(G_GNUC_UNUSED IcsProcess *self, G_GNUC_UNUSED gconstpointer config)
{
}

/* Watches the fixture's queue; its waiter is the program's data. */
static void start_watching(IcsProcess *self, gconstpointer config)
{
    IcsProcessFixture *fixture = (IcsProcessFixture *)config;
    IcsWaiter *waiter = ics_process_alloc(self, sizeof *waiter);
    self->program_data = waiter;
    ics_process_watch(self, waiter, &fixture->queue);
}

static const IcsProcessHandler watcher = {
    .on_start = start_watching, .on_ready = say_ready, .on_timer = say_timer};

static void start_and_say(IcsProcess *self, gconstpointer config)
{
    ics_process_fixture_say(self, config, "starts");
}

static void a_handler_starts_once_and_waits(void **state)
{
    static const IcsProcessHandler handler = {.on_start = start_and_say};
    IcsProcessFixture *fixture = *state;
    IcsProcess *process = ics_process_fixture_start_handler(fixture, "h", &handler);
    assert_true(ics_process_is_handler(process));
    ics_process_fixture_expect(fixture, "h starts@0; ");
    assert_int_equal(process->state, ICS_PROCESS_WAITING);
    assert_int_equal(ics_stack_pool_peak(fixture->simulation->stacks), 0);
}

static void start_with_timer(IcsProcess *self, G_GNUC_UNUSED gconstpointer config)
{
    ics_process_set_timer(self, 10);
}

static void say_timer_and_set_it_again(IcsProcess *self)
{
    int64_t now_ns = ics_simulation_now(self->simulation);
    say(self, "timer");
    if (now_ns < 30) {
        ics_process_set_timer(self, now_ns + 10);
    }
}

static void a_timer_calls_the_handler_at_its_time(void **state)
{
    static const IcsProcessHandler handler = {.on_start = start_with_timer,
                                              .on_timer = say_timer_and_set_it_again};
    IcsProcessFixture *fixture = *state;
    ics_process_fixture_start_handler(fixture, "h", &handler);
    ics_process_fixture_expect(fixture, "h timer@10; h timer@20; h timer@30; ");
    assert_int_equal(fixture->simulation->events, 3);
}

static void start_with_a_timer_in_the_past(IcsProcess *self, G_GNUC_UNUSED gconstpointer config)
{
    ics_process_set_timer(self, -1);
}

static void a_timer_in_the_past_is_one_for_now(void **state)
{
    static const IcsProcessHandler handler = {.on_start = start_with_a_timer_in_the_past,
                                              .on_timer = say_timer};
    IcsProcessFixture *fixture = *state;
    ics_process_fixture_start_handler(fixture, "h", &handler);
    ics_process_fixture_expect(fixture, "h timer@0; ");
}

static void start_with_a_moved_timer(IcsProcess *self, G_GNUC_UNUSED gconstpointer config)
{
    ics_process_set_timer(self, 10);
    ics_process_set_timer(self, 30);
    ics_process_set_timer(self, 20);
}

static void a_handler_has_one_timer(void **state)
{
    static const IcsProcessHandler handler = {.on_start = start_with_a_moved_timer,
                                              .on_timer = say_timer};
    IcsProcessFixture *fixture = *state;
    ics_process_fixture_start_handler(fixture, "h", &handler);
    ics_process_fixture_expect(fixture, "h timer@20; ");
}

static void start_and_withdraw_the_timer(IcsProcess *self, G_GNUC_UNUSED gconstpointer config)
{
    ics_process_set_timer(self, 10);
    ics_process_set_timer(self, ICS_TIME_NEVER);
}

static void a_timer_for_never_is_none(void **state)
{
    static const IcsProcessHandler handler = {.on_start = start_and_withdraw_the_timer,
                                              .on_timer = say_timer};
    IcsProcessFixture *fixture = *state;
    ics_process_fixture_start_handler(fixture, "h", &handler);
    ics_process_fixture_expect(fixture, "");
}

static void a_watched_queue_wakes_again_and_again(void **state)
{
    IcsProcessFixture *fixture = *state;
    ics_process_fixture_start_handler(fixture, "h", &watcher);
    for (int64_t at_ns = 1; at_ns <= 3; at_ns++) {
        ics_process_fixture_at(fixture, at_ns, ics_process_fixture_wake_all);
        ics_process_fixture_run(fixture);
    }
    assert_string_equal(fixture->log->str, "h ready@1; h ready@2; h ready@3; ");
}

static void wake_three_times(IcsProcessFixture *fixture)
{
    for (int i = 0; i < 3; i++) {
        ics_process_fixture_wake_all(fixture);
    }
}

static void wakes_of_an_instant_are_one_call(void **state)
{
    IcsProcessFixture *fixture = *state;
    ics_process_fixture_start_handler(fixture, "h", &watcher);
    ics_process_fixture_at(fixture, 5, wake_three_times);
    ics_process_fixture_expect(fixture, "h ready@5; ");
}

static void unwatch_own_waiter(IcsProcess *self)
{
    say(self, "ready");
    ics_process_unwatch(self->program_data);
}

static void who_no_longer_watches_is_not_woken(void **state)
{
    static const IcsProcessHandler handler = {.on_start = start_watching,
                                              .on_ready = unwatch_own_waiter};
    IcsProcessFixture *fixture = *state;
    ics_process_fixture_start_handler(fixture, "h", &handler);
    ics_process_fixture_run(fixture);
    ics_process_fixture_at(fixture, 1, ics_process_fixture_wake_all);
    ics_process_fixture_run(fixture);
    assert_null(fixture->queue.first);
    ics_process_fixture_at(fixture, 2, ics_process_fixture_wake_all);
    ics_process_fixture_expect(fixture, "h ready@1; ");
}

static void start_watching_two(IcsProcess *self, gconstpointer config)
{
    IcsWaitQueue *own = ics_process_alloc(self, sizeof *own);
    IcsWaiter *waiter = ics_process_alloc(self, sizeof *waiter);
    ics_process_watch(self, waiter, own);
    start_watching(self, config);
    self->owner = own;
}

static void wake_own_queue(IcsProcessFixture *fixture)
{
    ics_wait_queue_wake_all(fixture->other->owner);
}

static void a_handler_may_watch_several_queues(void **state)
{
    static const IcsProcessHandler handler = {.on_start = start_watching_two,
                                              .on_ready = unwatch_own_waiter};
    IcsProcessFixture *fixture = *state;
    fixture->other = ics_process_fixture_start_handler(fixture, "h", &handler);
    ics_process_fixture_run(fixture);
    ics_process_fixture_at(fixture, 1, ics_process_fixture_wake_all);
    ics_process_fixture_run(fixture);
    ics_process_fixture_at(fixture, 2, wake_own_queue);
    ics_process_fixture_run(fixture);
    ics_process_fixture_at(fixture, 3, ics_process_fixture_wake_all);
    ics_process_fixture_expect(fixture, "h ready@1; h ready@2; ");
}

static void start_with_timer_and_watch(IcsProcess *self, gconstpointer config)
{
    start_watching(self, config);
    ics_process_set_timer(self, 10);
}

/* The world's event of an instant comes first; the handler runs between the two. */
static void a_wake_and_the_timer_are_two_calls(void **state)
{
    static const IcsProcessHandler handler = {
        .on_start = start_with_timer_and_watch, .on_ready = say_ready, .on_timer = say_timer};
    IcsProcessFixture *fixture = *state;
    ics_process_fixture_start_handler(fixture, "h", &handler);
    ics_process_fixture_at(fixture, 10, ics_process_fixture_wake_all);
    ics_process_fixture_expect(fixture, "h ready@10; h timer@10; ");
}

static void wake_own_queue_twice(IcsProcess *self)
{
    say(self, "ready");
    if (fixture_of(self)->count++ < 2) {
        ics_process_fixture_wake_all(fixture_of(self));
    }
}

/* As a handler that sends to a socket of its own. A coroutine would look again before it blocks. */
static void a_wake_while_the_handler_runs_is_not_lost(void **state)
{
    static const IcsProcessHandler handler = {.on_start = start_watching,
                                              .on_ready = wake_own_queue_twice};
    IcsProcessFixture *fixture = *state;
    ics_process_fixture_start_handler(fixture, "h", &handler);
    ics_process_fixture_at(fixture, 10, ics_process_fixture_wake_all);
    ics_process_fixture_expect(fixture, "h ready@10; h ready@10; h ready@10; ");
}

static void start_and_wake_own_queue(IcsProcess *self, gconstpointer config)
{
    start_watching(self, config);
    ics_process_fixture_wake_all((IcsProcessFixture *)config);
    say(self, "starts");
}

static void a_wake_during_the_start_is_not_lost(void **state)
{
    static const IcsProcessHandler handler = {.on_start = start_and_wake_own_queue,
                                              .on_ready = say_ready};
    IcsProcessFixture *fixture = *state;
    ics_process_fixture_start_handler(fixture, "h", &handler);
    ics_process_fixture_expect(fixture, "h starts@0; h ready@0; ");
}

static void exit_when_ready(IcsProcess *self)
{
    ics_process_exit(self, 3);
    say(self, "still here");
    ics_process_fixture_wake_all(fixture_of(self));
}

static void a_handler_that_exits_is_called_no_more(void **state)
{
    static const IcsProcessHandler handler = {
        .on_start = start_with_timer_and_watch, .on_ready = exit_when_ready, .on_timer = say_timer};
    IcsProcessFixture *fixture = *state;
    IcsProcess *process = ics_process_fixture_start_handler(fixture, "h", &handler);
    process->on_end = ics_process_fixture_say_ended;
    ics_process_fixture_at(fixture, 5, ics_process_fixture_wake_all);
    ics_process_fixture_expect(fixture, "h still here@5; h ends@5; ");
    assert_int_equal(process->state, ICS_PROCESS_ENDED);
    assert_int_equal(process->outcome, ICS_OUTCOME_EXITED);
    assert_int_equal(process->exit_code, 3);
    assert_null(fixture->queue.first);
}

static void finish_at_once(IcsProcess *self, G_GNUC_UNUSED gconstpointer config)
{
    ics_process_finish(self);
}

static void return_at_once(G_GNUC_UNUSED IcsProcess *self, G_GNUC_UNUSED gconstpointer config)
{
}

static uint64_t digest_of(IcsProcessMain main, const IcsProcessHandler *handler)
{
    void *state;
    ics_process_fixture_setup(&state);
    IcsProcessFixture *fixture = state;
    if (handler != NULL) {
        ics_process_fixture_start_handler(fixture, "p", handler);
    } else {
        ics_process_fixture_start(fixture, "p", main);
    }
    ics_process_fixture_run(fixture);
    uint64_t digest = fixture->simulation->nodes[1].digest.state;
    ics_process_fixture_teardown(&state);
    return digest;
}

/* SEMANTICS "Processes": the same program in both forms has the same digest. */
static void to_finish_is_to_return(G_GNUC_UNUSED void **state)
{
    static const IcsProcessHandler handler = {.on_start = finish_at_once};
    assert_int_equal(digest_of(NULL, &handler), digest_of(return_at_once, NULL));
    assert_true(digest_of(NULL, &handler) != 0);
}

static void a_killed_handler_is_called_no_more(void **state)
{
    static const IcsProcessHandler handler = {
        .on_start = start_with_timer_and_watch, .on_ready = say_ready, .on_timer = say_timer};
    IcsProcessFixture *fixture = *state;
    fixture->other = ics_process_fixture_start_handler(fixture, "h", &handler);
    ics_process_fixture_run(fixture);
    assert_string_equal(fixture->log->str, "h timer@10; ");
    ics_process_fixture_kill_other(fixture);
    assert_null(fixture->queue.first);
    ics_process_fixture_at(fixture, 20, ics_process_fixture_wake_all);
    ics_process_fixture_expect(fixture, "h timer@10; ");
}

static void wake_then_kill(IcsProcessFixture *fixture)
{
    ics_process_fixture_wake_all(fixture);
    ics_process_fixture_kill_other(fixture);
}

static void a_handler_that_is_killed_while_ready_is_not_called(void **state)
{
    IcsProcessFixture *fixture = *state;
    fixture->other = ics_process_fixture_start_handler(fixture, "h", &watcher);
    ics_process_fixture_at(fixture, 5, wake_then_kill);
    ics_process_fixture_expect(fixture, "");
    assert_null(fixture->queue.first);
}

static void wait_as_a_handler(IcsProcess *self, G_GNUC_UNUSED gconstpointer config)
{
    ics_process_sleep_until(self, 10);
}

static void run_a_blocking_handler(gpointer data)
{
    static const IcsProcessHandler handler = {.on_start = wait_as_a_handler};
    ics_process_fixture_start_handler(data, "h", &handler);
    ics_process_fixture_run(data);
}

static void set_a_timer_as_a_coroutine(IcsProcess *self, G_GNUC_UNUSED gconstpointer config)
{
    ics_process_set_timer(self, 10);
}

static void run_a_coroutine_with_a_timer(gpointer data)
{
    ics_process_fixture_start(data, "p", set_a_timer_as_a_coroutine);
    ics_process_fixture_run(data);
}

static void neither_form_does_what_the_other_does(void **state)
{
    assert_true(ics_test_child_aborts(run_a_blocking_handler, *state));
    assert_true(ics_test_child_aborts(run_a_coroutine_with_a_timer, *state));
}

#define MANY 10000

static void many_handlers_need_no_stack(void **state)
{
    static const IcsProcessHandler handler = {.on_start = start_with_timer, .on_timer = say_timer};
    static const IcsProcessHandler quiet = {.on_start = start_quietly};
    IcsProcessFixture *fixture = *state;
    for (int i = 0; i < MANY; i++) {
        ics_process_fixture_start_handler(fixture, "h", i > 0 ? &quiet : &handler);
    }
    ics_process_fixture_expect(fixture, "h timer@10; ");
    assert_int_equal(ics_stack_pool_peak(fixture->simulation->stacks), 0);
}

#define PROCESS_TEST(name)                                                                         \
    cmocka_unit_test_setup_teardown(name, ics_process_fixture_setup, ics_process_fixture_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        PROCESS_TEST(a_handler_starts_once_and_waits),
        PROCESS_TEST(a_timer_calls_the_handler_at_its_time),
        PROCESS_TEST(a_timer_in_the_past_is_one_for_now),
        PROCESS_TEST(a_handler_has_one_timer),
        PROCESS_TEST(a_timer_for_never_is_none),
        PROCESS_TEST(a_watched_queue_wakes_again_and_again),
        PROCESS_TEST(wakes_of_an_instant_are_one_call),
        PROCESS_TEST(who_no_longer_watches_is_not_woken),
        PROCESS_TEST(a_handler_may_watch_several_queues),
        PROCESS_TEST(a_wake_and_the_timer_are_two_calls),
        PROCESS_TEST(a_wake_while_the_handler_runs_is_not_lost),
        PROCESS_TEST(a_wake_during_the_start_is_not_lost),
        PROCESS_TEST(a_handler_that_exits_is_called_no_more),
        cmocka_unit_test(to_finish_is_to_return),
        PROCESS_TEST(a_killed_handler_is_called_no_more),
        PROCESS_TEST(a_handler_that_is_killed_while_ready_is_not_called),
        PROCESS_TEST(neither_form_does_what_the_other_does),
        PROCESS_TEST(many_handlers_need_no_stack),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
