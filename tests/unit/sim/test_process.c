#include <cmocka.h>
#include <glib.h>

#include "tests/support/child.h"
#include "tests/support/process_fixture.h"

static IcsWaitQueue *queue_of(gconstpointer config)
{
    return &((IcsProcessFixture *)config)->queue;
}

static void a_process_runs_once_it_is_started(void **state)
{
    IcsProcessFixture *fixture = *state;
    IcsProcess *process = ics_process_fixture_create(fixture, "p", ics_process_fixture_run_once);
    assert_int_equal(process->state, ICS_PROCESS_CREATED);
    ics_process_fixture_expect(fixture, "");
    ics_process_start(process);
    assert_int_equal(process->state, ICS_PROCESS_READY);
    ics_process_fixture_expect(fixture, "p runs@0; ");
    assert_int_equal(process->state, ICS_PROCESS_ENDED);
    assert_int_equal(process->outcome, ICS_OUTCOME_RETURNED);
}

static void the_name_of_a_process_is_its_own(void **state)
{
    IcsProcessFixture *fixture = *state;
    char name[] = "p";
    ics_process_fixture_start(fixture, name, ics_process_fixture_run_once);
    name[0] = 'x';
    ics_process_fixture_expect(fixture, "p runs@0; ");
}

static void start_twice(gpointer data)
{
    ics_process_start(ics_process_fixture_start(data, "p", ics_process_fixture_run_once));
}

static void a_process_is_started_once(void **state)
{
    assert_true(ics_test_child_aborts(start_twice, *state));
}

static void a_process_sleeps_until_its_time(void **state)
{
    IcsProcessFixture *fixture = *state;
    ics_process_fixture_start(fixture, "p", ics_process_fixture_sleep_thrice);
    ics_process_fixture_expect(fixture, "p wakes@10; p wakes@20; p wakes@30; ");
    assert_int_equal(fixture->simulation->events, 3);
}

static void sleep_into_the_past(IcsProcess *self, gconstpointer config)
{
    ics_process_sleep_until(self, 10);
    ics_process_sleep_until(self, 10);
    ics_process_fixture_say(self, config, "at once");
    ics_process_sleep_until(self, -5);
    ics_process_fixture_say(self, config, "at once");
}

static void a_sleep_that_is_over_does_not_block(void **state)
{
    IcsProcessFixture *fixture = *state;
    ics_process_fixture_start(fixture, "p", sleep_into_the_past);
    ics_process_fixture_expect(fixture, "p at once@10; p at once@10; ");
    assert_int_equal(fixture->simulation->events, 1);
}

static void a_waiting_process_costs_no_event(void **state)
{
    IcsProcessFixture *fixture = *state;
    IcsProcess *process = ics_process_fixture_start(fixture, "p", ics_process_fixture_wait);
    ics_process_fixture_expect(fixture, "");
    assert_int_equal(fixture->simulation->events, 0);
    assert_int_equal(process->state, ICS_PROCESS_WAITING);
    assert_int_equal(process->waiting_for, ICS_WAIT_RECEIVE);
}

static void a_wake_ends_a_wait_in_the_same_instant(void **state)
{
    IcsProcessFixture *fixture = *state;
    ics_process_fixture_start(fixture, "p", ics_process_fixture_wait_until_50);
    ics_process_fixture_at(fixture, 20, ics_process_fixture_wake_one);
    ics_process_fixture_expect(fixture, "p woken@20; ");
    assert_int_equal(fixture->simulation->last_event_ns, 20);
}

static void a_deadline_ends_a_wait(void **state)
{
    IcsProcessFixture *fixture = *state;
    ics_process_fixture_start(fixture, "p", ics_process_fixture_wait_until_50);
    ics_process_fixture_expect(fixture, "p timed out@50; ");
    assert_null(fixture->queue.first);
}

/* The world's events of an instant come before those of node "a". */
static void a_wake_at_the_deadline_comes_first(void **state)
{
    IcsProcessFixture *fixture = *state;
    ics_process_fixture_start(fixture, "p", ics_process_fixture_wait_until_50);
    ics_process_fixture_at(fixture, 50, ics_process_fixture_wake_one);
    ics_process_fixture_expect(fixture, "p woken@50; ");
}

static void a_wake_after_the_deadline_finds_nobody(void **state)
{
    IcsProcessFixture *fixture = *state;
    ics_process_fixture_start(fixture, "p", ics_process_fixture_wait_until_50);
    ics_process_fixture_at(fixture, 51, ics_process_fixture_wake_all);
    ics_process_fixture_expect(fixture, "p timed out@50; ");
}

static void wait_without_time(IcsProcess *self, gconstpointer config)
{
    bool woken = ics_process_wait(self, queue_of(config), 0, ICS_WAIT_RECEIVE);
    ics_process_fixture_say(self, config, woken ? "woken" : "timed out");
    assert_null(queue_of(config)->first);
}

static void a_deadline_that_has_come_does_not_block(void **state)
{
    IcsProcessFixture *fixture = *state;
    ics_process_fixture_start(fixture, "p", wait_without_time);
    ics_process_fixture_expect(fixture, "p timed out@0; ");
}

static void wait_twice(IcsProcess *self, gconstpointer config)
{
    ics_process_fixture_wait_until_50(self, config);
    ics_process_sleep_until(self, 50);
    ics_process_fixture_say(self, config, "slept");
    ics_process_fixture_wait(self, config);
}

static void the_deadline_of_a_wait_does_not_end_the_next(void **state)
{
    IcsProcessFixture *fixture = *state;
    IcsProcess *process = ics_process_fixture_start(fixture, "p", wait_twice);
    ics_process_fixture_at(fixture, 20, ics_process_fixture_wake_one);
    ics_process_fixture_expect(fixture, "p woken@20; p slept@50; ");
    assert_int_equal(process->state, ICS_PROCESS_WAITING);
}

static void exit_at_depth(IcsProcess *self, int depth)
{
    if (depth > 0) {
        exit_at_depth(self, depth - 1);
    }
    ics_process_exit(self, 7);
}

static void exit_from_deep_inside(IcsProcess *self, gconstpointer config)
{
    ics_process_sleep_until(self, 3);
    exit_at_depth(self, 20);
    ics_process_fixture_say(self, config, "goes on");
}

static void exit_does_not_return(void **state)
{
    IcsProcessFixture *fixture = *state;
    IcsProcess *process = ics_process_fixture_start(fixture, "p", exit_from_deep_inside);
    process->on_end = ics_process_fixture_say_ended;
    ics_process_fixture_expect(fixture, "p ends@3; ");
    assert_int_equal(process->state, ICS_PROCESS_ENDED);
    assert_int_equal(process->outcome, ICS_OUTCOME_EXITED);
    assert_int_equal(process->exit_code, 7);
    assert_int_equal(ics_stack_pool_in_use(fixture->simulation->stacks), 0);
}

static void join_the_other(IcsProcess *self, gconstpointer config)
{
    IcsProcess *other = ((IcsProcessFixture *)config)->other;
    while (other->state != ICS_PROCESS_ENDED) {
        ics_process_wait(self, &other->joiners, ICS_TIME_NEVER, ICS_WAIT_CHILD);
    }
    ics_process_fixture_say(self, config, "joined");
}

static void the_end_of_a_process_wakes_its_joiners(void **state)
{
    IcsProcessFixture *fixture = *state;
    fixture->other = ics_process_fixture_start(fixture, "p", ics_process_fixture_sleep_thrice);
    ics_process_fixture_start(fixture, "q", join_the_other);
    ics_process_fixture_start(fixture, "r", join_the_other);
    ics_process_fixture_at(fixture, 15, ics_process_fixture_kill_other);
    ics_process_fixture_expect(fixture, "p wakes@10; q joined@15; r joined@15; ");
}

static void a_process_may_be_freed_before_its_joiners(void **state)
{
    IcsProcessFixture *fixture = *state;
    fixture->other = ics_process_fixture_start(fixture, "p", ics_process_fixture_wait);
    ics_process_fixture_start(fixture, "q", join_the_other);
    ics_process_fixture_run(fixture);
}

static void spawn_and_return(IcsProcess *self, gconstpointer config)
{
    ics_process_fixture_start((IcsProcessFixture *)config, "child", ics_process_fixture_run_once);
    ics_process_fixture_say(self, config, "spawned");
}

static void a_spawned_process_runs_after_its_parent_in_the_same_instant(void **state)
{
    IcsProcessFixture *fixture = *state;
    ics_process_fixture_start(fixture, "p", spawn_and_return);
    ics_process_fixture_start(fixture, "q", ics_process_fixture_run_once);
    ics_process_fixture_expect(fixture, "p spawned@0; q runs@0; child runs@0; ");
}

static uint64_t digest_of_outcome(const char *name, IcsProcessMain main)
{
    void *state;
    ics_process_fixture_setup(&state);
    IcsProcessFixture *fixture = state;
    ics_process_fixture_start(fixture, name, main);
    ics_process_fixture_run(fixture);
    uint64_t digest = fixture->simulation->nodes[1].digest.state;
    assert_int_equal(fixture->simulation->nodes[1].digest.records, 1);
    ics_process_fixture_teardown(&state);
    return digest;
}

static void exit_at_once(IcsProcess *self, G_GNUC_UNUSED gconstpointer config)
{
    ics_process_exit(self, 0);
}

static void the_digest_covers_the_outcome(G_GNUC_UNUSED void **state)
{
    uint64_t returned = digest_of_outcome("p", ics_process_fixture_run_once);
    assert_int_equal(digest_of_outcome("p", ics_process_fixture_run_once), returned);
    assert_true(digest_of_outcome("q", ics_process_fixture_run_once) != returned);
    assert_true(digest_of_outcome("p", ics_process_fixture_sleep_thrice) != returned);
    assert_true(digest_of_outcome("p", exit_at_once) != returned);
}

static void observe(gpointer self, const IcsObservation *observation)
{
    IcsProcessFixture *fixture = self;
    assert_int_equal(observation->node, 1);
    assert_int_equal(observation->at_ns, ics_simulation_now(fixture->simulation));
    g_string_append_printf(fixture->log, "%s %s %s; ", observation->process->name,
                           ics_observation_kind_name(observation->kind),
                           observation->text != NULL ? observation->text : "-");
}

static void wait_log_and_return(IcsProcess *self, gconstpointer config)
{
    ics_process_wait(self, queue_of(config), 5, ICS_WAIT_RECEIVE);
    ics_process_log(self, "hello");
}

static void observers_see_the_life_of_a_process(void **state)
{
    IcsProcessFixture *fixture = *state;
    ics_bus_subscribe(&fixture->simulation->bus, ICS_OBSERVE_EVERYTHING, observe, fixture);
    ics_process_fixture_start(fixture, "p", wait_log_and_return);
    ics_process_fixture_expect(fixture, "p process-started -; p process-blocked receive; "
                                        "p process-resumed receive; p process-logged hello; "
                                        "p process-ended returned; ");
}

static void a_process_that_is_freed_alive_ends_silently(void **state)
{
    IcsProcessFixture *fixture = *state;
    IcsProcess *process = ics_process_fixture_start(fixture, "p", ics_process_fixture_wait);
    process->on_end = ics_process_fixture_say_ended;
    ics_process_fixture_run(fixture);
    g_ptr_array_remove(fixture->processes, process);
    ics_process_fixture_expect(fixture, "");
    assert_int_equal(fixture->simulation->nodes[1].digest.records, 0);
    assert_null(fixture->queue.first);
}

static void outcomes_and_reasons_have_names(G_GNUC_UNUSED void **state)
{
    assert_string_equal(ics_process_outcome_name(ICS_OUTCOME_NONE), "running");
    assert_string_equal(ics_process_outcome_name(ICS_OUTCOME_REFUSED), "refused");
    assert_string_equal(ics_wait_reason_name(ICS_WAIT_NOTHING), "nothing");
    assert_string_equal(ics_wait_reason_name(ICS_WAIT_CHILD), "child");
}

#define PROCESS_TEST(name)                                                                         \
    cmocka_unit_test_setup_teardown(name, ics_process_fixture_setup, ics_process_fixture_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        PROCESS_TEST(a_process_runs_once_it_is_started),
        PROCESS_TEST(the_name_of_a_process_is_its_own),
        PROCESS_TEST(a_process_is_started_once),
        PROCESS_TEST(a_process_sleeps_until_its_time),
        PROCESS_TEST(a_sleep_that_is_over_does_not_block),
        PROCESS_TEST(a_waiting_process_costs_no_event),
        PROCESS_TEST(a_wake_ends_a_wait_in_the_same_instant),
        PROCESS_TEST(a_deadline_ends_a_wait),
        PROCESS_TEST(a_wake_at_the_deadline_comes_first),
        PROCESS_TEST(a_wake_after_the_deadline_finds_nobody),
        PROCESS_TEST(a_deadline_that_has_come_does_not_block),
        PROCESS_TEST(the_deadline_of_a_wait_does_not_end_the_next),
        PROCESS_TEST(exit_does_not_return),
        PROCESS_TEST(the_end_of_a_process_wakes_its_joiners),
        PROCESS_TEST(a_process_may_be_freed_before_its_joiners),
        PROCESS_TEST(a_spawned_process_runs_after_its_parent_in_the_same_instant),
        cmocka_unit_test(the_digest_covers_the_outcome),
        PROCESS_TEST(observers_see_the_life_of_a_process),
        PROCESS_TEST(a_process_that_is_freed_alive_ends_silently),
        cmocka_unit_test(outcomes_and_reasons_have_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
