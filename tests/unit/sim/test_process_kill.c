#include <cmocka.h>
#include <glib.h>

#include "tests/support/child.h"
#include "tests/support/process_fixture.h"

static void assert_killed(IcsProcessFixture *fixture, const IcsProcess *process)
{
    assert_int_equal(process->state, ICS_PROCESS_ENDED);
    assert_int_equal(process->outcome, ICS_OUTCOME_KILLED);
    assert_null(fixture->queue.first);
    assert_int_equal(ics_stack_pool_in_use(fixture->simulation->stacks), 0);
}

static void a_process_that_was_never_started_can_be_killed(void **state)
{
    IcsProcessFixture *fixture = *state;
    IcsProcess *process = ics_process_fixture_create(fixture, "p", ics_process_fixture_run_once);
    process->on_end = ics_process_fixture_say_ended;
    ics_process_kill(process, ICS_OUTCOME_KILLED);
    assert_killed(fixture, process);
    ics_process_fixture_expect(fixture, "p ends@0; ");
}

static void a_ready_process_can_be_killed_wherever_it_stands_in_the_line(void **state)
{
    for (guint victim = 0; victim < 3; victim++) {
        IcsProcessFixture *fixture = *state;
        IcsProcess *ready[3];
        g_string_truncate(fixture->log, 0);
        for (guint i = 0; i < 3; i++) {
            ready[i] = ics_process_fixture_start(fixture, (const char *[]){"0", "1", "2"}[i],
                                                 ics_process_fixture_run_once);
        }
        ics_process_kill(ready[victim], ICS_OUTCOME_KILLED);
        assert_killed(fixture, ready[victim]);
        ics_process_fixture_start(fixture, "3", ics_process_fixture_run_once);
        static const char *const expected[] = {"1 runs@0; 2 runs@0; 3 runs@0; ",
                                               "0 runs@0; 2 runs@0; 3 runs@0; ",
                                               "0 runs@0; 1 runs@0; 3 runs@0; "};
        ics_process_fixture_expect(fixture, expected[victim]);
    }
}

static void a_woken_process_that_is_killed_does_not_run_again(void **state)
{
    IcsProcessFixture *fixture = *state;
    fixture->other = ics_process_fixture_start(fixture, "p", ics_process_fixture_wait);
    ics_process_fixture_run(fixture);
    ics_process_fixture_wake_one(fixture);
    assert_int_equal(fixture->other->state, ICS_PROCESS_READY);
    ics_process_fixture_kill_other(fixture);
    assert_killed(fixture, fixture->other);
    ics_process_fixture_expect(fixture, "");
}

static void a_sleeping_process_can_be_killed(void **state)
{
    IcsProcessFixture *fixture = *state;
    fixture->other = ics_process_fixture_start(fixture, "p", ics_process_fixture_sleep_thrice);
    ics_process_fixture_at(fixture, 15, ics_process_fixture_kill_other);
    ics_process_fixture_expect(fixture, "p wakes@10; ");
    assert_killed(fixture, fixture->other);
    assert_int_equal(fixture->simulation->last_event_ns, 15);
}

static void a_waiting_process_can_be_killed_in_the_middle_of_a_queue(void **state)
{
    IcsProcessFixture *fixture = *state;
    ics_process_fixture_start(fixture, "p", ics_process_fixture_wait);
    fixture->other = ics_process_fixture_start(fixture, "q", ics_process_fixture_wait_until_50);
    ics_process_fixture_start(fixture, "r", ics_process_fixture_wait);
    ics_process_fixture_run(fixture);
    g_string_truncate(fixture->log, 0);
    fixture->other = ics_process_fixture_start(fixture, "s", ics_process_fixture_wait);
    ics_process_fixture_start(fixture, "t", ics_process_fixture_wait);
    ics_process_fixture_run(fixture);
    ics_process_fixture_kill_other(fixture);
    ics_process_fixture_at(fixture, 60, ics_process_fixture_wake_all);
    ics_process_fixture_expect(fixture, "p woken@60; r woken@60; t woken@60; ");
    assert_killed(fixture, fixture->other);
}

static void killing_an_ended_process_does_nothing(void **state)
{
    IcsProcessFixture *fixture = *state;
    fixture->other = ics_process_fixture_start(fixture, "p", ics_process_fixture_run_once);
    fixture->other->on_end = ics_process_fixture_say_ended;
    ics_process_fixture_run(fixture);
    ics_process_fixture_kill_other(fixture);
    ics_process_fixture_expect(fixture, "p runs@0; p ends@0; ");
    assert_int_equal(fixture->other->outcome, ICS_OUTCOME_RETURNED);
}

static void kill_the_other_then_itself(IcsProcess *self, gconstpointer config)
{
    ics_process_fixture_kill_other((IcsProcessFixture *)config);
    ics_process_fixture_say(self, config, "killed");
    ics_process_kill(self, ICS_OUTCOME_KILLED);
}

static void run_a_suicide(gpointer data)
{
    ics_process_fixture_start(data, "p", kill_the_other_then_itself);
    ics_process_fixture_run(data);
}

static void kill_the_other(IcsProcess *self, gconstpointer config)
{
    ics_process_fixture_kill_other((IcsProcessFixture *)config);
    ics_process_fixture_say(self, config, "killed");
}

static void a_process_may_kill_another_but_not_itself(void **state)
{
    IcsProcessFixture *fixture = *state;
    fixture->other = ics_process_fixture_start(fixture, "p", ics_process_fixture_wait);
    assert_true(ics_test_child_aborts(run_a_suicide, fixture));
    ics_process_fixture_start(fixture, "q", kill_the_other);
    ics_process_fixture_expect(fixture, "q killed@0; ");
    assert_killed(fixture, fixture->other);
}

static void wake_the_queue(IcsProcess *self)
{
    ics_process_fixture_wake_all((IcsProcessFixture *)self->program.config);
}

/* As the end of a process that closes the socket for which it waits itself. */
static void an_end_that_wakes_the_ending_process_leaves_it_ended(void **state)
{
    IcsProcessFixture *fixture = *state;
    fixture->other = ics_process_fixture_start(fixture, "p", ics_process_fixture_wait);
    fixture->other->on_end = wake_the_queue;
    ics_process_fixture_at(fixture, 5, ics_process_fixture_kill_other);
    ics_process_fixture_expect(fixture, "");
    assert_killed(fixture, fixture->other);
}

static void use_memory(IcsProcess *self, gconstpointer config)
{
    for (int i = 1; i <= 100; i++) {
        char *bytes = ics_process_alloc(self, (size_t)i * 10);
        for (int j = 0; j < i * 10; j++) {
            assert_int_equal(bytes[j], 0);
            bytes[j] = 'x';
        }
    }
    ics_process_fixture_wait(self, config);
}

/* Under a sanitizer, what were not given back would be a leak. */
static void the_memory_of_a_process_goes_with_it(void **state)
{
    IcsProcessFixture *fixture = *state;
    fixture->other = ics_process_fixture_start(fixture, "p", use_memory);
    ics_process_fixture_start(fixture, "q", use_memory);
    ics_process_fixture_at(fixture, 5, ics_process_fixture_kill_other);
    ics_process_fixture_expect(fixture, "");
}

static void a_fresh_process_starts_from_its_first_line(void **state)
{
    IcsProcessFixture *fixture = *state;
    fixture->other = ics_process_fixture_start(fixture, "p", ics_process_fixture_sleep_thrice);
    ics_process_fixture_at(fixture, 15, ics_process_fixture_kill_other);
    ics_process_fixture_run(fixture);
    ics_process_fixture_start(fixture, "p", ics_process_fixture_sleep_thrice);
    ics_process_fixture_expect(fixture, "p wakes@10; p wakes@15; p wakes@20; p wakes@30; ");
}

#define PROCESS_TEST(name)                                                                         \
    cmocka_unit_test_setup_teardown(name, ics_process_fixture_setup, ics_process_fixture_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        PROCESS_TEST(a_process_that_was_never_started_can_be_killed),
        PROCESS_TEST(a_ready_process_can_be_killed_wherever_it_stands_in_the_line),
        PROCESS_TEST(a_woken_process_that_is_killed_does_not_run_again),
        PROCESS_TEST(a_sleeping_process_can_be_killed),
        PROCESS_TEST(a_waiting_process_can_be_killed_in_the_middle_of_a_queue),
        PROCESS_TEST(killing_an_ended_process_does_nothing),
        PROCESS_TEST(a_process_may_kill_another_but_not_itself),
        PROCESS_TEST(an_end_that_wakes_the_ending_process_leaves_it_ended),
        PROCESS_TEST(the_memory_of_a_process_goes_with_it),
        PROCESS_TEST(a_fresh_process_starts_from_its_first_line),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
