#include <cmocka.h>
#include <glib.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/simulation.h"
#include "sim/timer.h"
#include "tests/support/child.h"

#define FOREVER (ICS_TIME_NEVER - 1)

static const char *const names[] = {"a", "b", "c"};

typedef struct {
    IcsSimulation *simulation;
    IcsTimer timer;
    IcsTimer other;
    IcsEvent event;
    GString *log; /* who expired, and when */
} Fixture;

static Fixture *fixture_of_event(IcsEvent *event)
{
    return ICS_CONTAINER_OF(event, Fixture, event);
}

static void log_line(Fixture *fixture, const char *what)
{
    g_string_append_printf(fixture->log, "%s@%" G_GINT64_FORMAT " ", what,
                           ics_simulation_now(fixture->simulation));
}

static void expire_timer(IcsTimer *timer)
{
    assert_false(ics_timer_is_armed(timer));
    log_line(ICS_CONTAINER_OF(timer, Fixture, timer), "timer");
}

static void expire_other(IcsTimer *timer)
{
    log_line(ICS_CONTAINER_OF(timer, Fixture, other), "other");
}

static void log_event(IcsEvent *event)
{
    log_line(fixture_of_event(event), "event");
}

static int set_up(void **state)
{
    Fixture *fixture = g_new0(Fixture, 1);
    fixture->simulation = ics_simulation_new(1, names, G_N_ELEMENTS(names));
    fixture->log = g_string_new(NULL);
    ics_timer_init(&fixture->timer, fixture->simulation, 1, expire_timer);
    ics_timer_init(&fixture->other, fixture->simulation, 1, expire_other);
    ics_event_init(&fixture->event, log_event);
    *state = fixture;
    return 0;
}

static int tear_down(void **state)
{
    Fixture *fixture = *state;
    ics_timer_clear(&fixture->timer);
    ics_timer_clear(&fixture->other);
    ics_simulation_free(fixture->simulation);
    g_string_free(fixture->log, TRUE);
    g_free(fixture);
    return 0;
}

/* Runs to the end and compares what expired. */
static void assert_log(Fixture *fixture, const char *expected)
{
    assert_int_equal(ics_simulation_run(fixture->simulation, FOREVER, UINT64_MAX),
                     ICS_STOP_QUIESCENT);
    assert_string_equal(fixture->log->str, expected);
}

/* Calls `act` at `at_ns` on behalf of the world. */
static void at(Fixture *fixture, int64_t at_ns, IcsEventFunc act)
{
    fixture->event.fire = act;
    ics_simulation_schedule(fixture->simulation, &fixture->event, at_ns, ICS_NODE_WORLD);
}

static void a_timer_expires_once_at_its_deadline(void **state)
{
    Fixture *fixture = *state;
    assert_false(ics_timer_is_armed(&fixture->timer));
    assert_int_equal(ics_timer_deadline_ns(&fixture->timer), INT64_MAX);
    ics_timer_arm(&fixture->timer, 10);
    assert_true(ics_timer_is_armed(&fixture->timer));
    assert_int_equal(ics_timer_deadline_ns(&fixture->timer), 10);
    assert_log(fixture, "timer@10 ");
    assert_int_equal(fixture->simulation->events, 1);
}

static void a_timer_may_be_armed_for_the_present(void **state)
{
    Fixture *fixture = *state;
    ics_timer_arm(&fixture->timer, 0);
    assert_log(fixture, "timer@0 ");
}

static void arm_for_the_past(gpointer data)
{
    Fixture *fixture = data;
    fixture->simulation->now_ns = 20;
    ics_timer_arm(&fixture->timer, 19);
}

static void a_deadline_in_the_past_is_caught(void **state)
{
    assert_true(ics_test_child_aborts(arm_for_the_past, *state));
}

static void a_later_deadline_leaves_the_event_where_it_is(void **state)
{
    Fixture *fixture = *state;
    ics_timer_arm(&fixture->timer, 10);
    ics_timer_arm(&fixture->timer, 1000);
    assert_int_equal(fixture->timer.event.at_ns, 10);
    assert_int_equal(ics_event_queue_size(&fixture->simulation->queue), 1);
    assert_log(fixture, "timer@1000 ");
}

static void an_event_that_only_moves_on_is_not_counted(void **state)
{
    Fixture *fixture = *state;
    ics_timer_arm(&fixture->timer, 10);
    ics_timer_arm(&fixture->timer, 1000);
    ics_timer_arm(&fixture->other, 500);
    ics_timer_arm(&fixture->other, 600);
    ics_simulation_run(fixture->simulation, 550, UINT64_MAX);
    assert_int_equal(fixture->simulation->events, 0);
    assert_int_equal(fixture->simulation->last_event_ns, 0);
    assert_log(fixture, "other@600 timer@1000 ");
    assert_int_equal(fixture->simulation->events, 2);
    assert_int_equal(fixture->simulation->last_event_ns, 1000);
}

static void an_earlier_deadline_moves_the_event(void **state)
{
    Fixture *fixture = *state;
    ics_timer_arm(&fixture->timer, 1000);
    ics_timer_arm(&fixture->timer, 10);
    assert_log(fixture, "timer@10 ");
    assert_int_equal(fixture->simulation->last_event_ns, 10);
}

static void a_disarmed_timer_does_not_expire(void **state)
{
    Fixture *fixture = *state;
    ics_timer_arm(&fixture->timer, 10);
    ics_timer_disarm(&fixture->timer);
    ics_timer_disarm(&fixture->timer);
    assert_false(ics_timer_is_armed(&fixture->timer));
    assert_log(fixture, "");
    assert_int_equal(fixture->simulation->events, 0);
    assert_int_equal(fixture->simulation->last_event_ns, 0);
}

static void a_disarmed_timer_can_be_armed_again(void **state)
{
    Fixture *fixture = *state;
    ics_timer_arm(&fixture->timer, 10);
    ics_timer_disarm(&fixture->timer);
    ics_timer_arm(&fixture->timer, 5);
    ics_timer_disarm(&fixture->timer);
    ics_timer_arm(&fixture->timer, 20);
    assert_log(fixture, "timer@20 ");
}

static void a_world_with_nothing_but_disarmed_timers_is_quiescent(void **state)
{
    Fixture *fixture = *state;
    ics_timer_arm(&fixture->timer, 1000);
    ics_timer_arm(&fixture->other, 100);
    assert_int_equal(ics_simulation_run(fixture->simulation, 500, UINT64_MAX), ICS_STOP_TIME);
    ics_timer_disarm(&fixture->timer);
    assert_true(ics_simulation_is_quiescent(fixture->simulation));
    assert_int_equal(ics_simulation_run(fixture->simulation, 600, UINT64_MAX), ICS_STOP_QUIESCENT);
    ics_timer_arm(&fixture->timer, 2000);
    assert_int_equal(ics_simulation_run(fixture->simulation, 700, UINT64_MAX), ICS_STOP_TIME);
    ics_timer_clear(&fixture->timer);
    assert_int_equal(ics_simulation_run(fixture->simulation, 800, UINT64_MAX), ICS_STOP_QUIESCENT);
    assert_string_equal(fixture->log->str, "other@100 ");
}

static void a_cleared_timer_is_out_of_the_queue(void **state)
{
    Fixture *fixture = *state;
    ics_timer_arm(&fixture->timer, 10);
    ics_timer_arm(&fixture->other, 10);
    ics_timer_disarm(&fixture->other);
    ics_timer_clear(&fixture->timer);
    ics_timer_clear(&fixture->other);
    assert_int_equal(ics_event_queue_size(&fixture->simulation->queue), 0);
    assert_false(ics_timer_is_armed(&fixture->timer));
    ics_timer_clear(&fixture->timer);
    assert_log(fixture, "");
    ics_timer_arm(&fixture->timer, 30);
    assert_log(fixture, "timer@30 ");
}

static void timers_of_one_deadline_expire_in_the_order_of_arming(void **state)
{
    Fixture *fixture = *state;
    ics_timer_arm(&fixture->timer, 50);
    ics_timer_arm(&fixture->other, 50);
    ics_timer_arm(&fixture->timer, 50);
    assert_log(fixture, "other@50 timer@50 ");
}

static void a_timer_that_another_node_armed_expires_behind_its_own(void **state)
{
    Fixture *fixture = *state;
    ics_simulation_enter(fixture->simulation, 2);
    ics_timer_arm(&fixture->timer, 50);
    ics_simulation_enter(fixture->simulation, 1);
    ics_timer_arm(&fixture->other, 50);
    assert_log(fixture, "other@50 timer@50 ");
}

static void rearm_in_10(IcsTimer *timer)
{
    Fixture *fixture = ICS_CONTAINER_OF(timer, Fixture, timer);
    log_line(fixture, "timer");
    if (ics_simulation_now(fixture->simulation) < 30) {
        ics_timer_arm(timer, ics_simulation_now(fixture->simulation) + 10);
    }
}

static void a_timer_may_be_armed_while_it_expires(void **state)
{
    Fixture *fixture = *state;
    ics_timer_init(&fixture->timer, fixture->simulation, 1, rearm_in_10);
    ics_timer_arm(&fixture->timer, 10);
    assert_log(fixture, "timer@10 timer@20 timer@30 ");
}

static void thaw(IcsEvent *event)
{
    ics_simulation_thaw(fixture_of_event(event)->simulation, 1);
}

static void disarm_and_thaw(IcsEvent *event)
{
    Fixture *fixture = fixture_of_event(event);
    ics_timer_disarm(&fixture->timer);
    ics_timer_arm(&fixture->other, 200);
    thaw(event);
}

static void timers_of_a_frozen_node_fall_due_when_it_thaws_by_deadline(void **state)
{
    Fixture *fixture = *state;
    ics_simulation_freeze(fixture->simulation, 1);
    ics_timer_arm(&fixture->timer, 20);
    ics_timer_arm(&fixture->other, 10);
    at(fixture, 100, thaw);
    assert_log(fixture, "other@100 timer@100 ");
}

static void a_frozen_timer_that_is_moved_or_disarmed_does_not_fall_due(void **state)
{
    Fixture *fixture = *state;
    ics_simulation_freeze(fixture->simulation, 1);
    ics_timer_arm(&fixture->timer, 20);
    ics_timer_arm(&fixture->other, 10);
    at(fixture, 100, disarm_and_thaw);
    assert_log(fixture, "other@200 ");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_timer_expires_once_at_its_deadline),
        TEST(a_timer_may_be_armed_for_the_present),
        TEST(a_deadline_in_the_past_is_caught),
        TEST(a_later_deadline_leaves_the_event_where_it_is),
        TEST(an_event_that_only_moves_on_is_not_counted),
        TEST(an_earlier_deadline_moves_the_event),
        TEST(a_disarmed_timer_does_not_expire),
        TEST(a_disarmed_timer_can_be_armed_again),
        TEST(a_world_with_nothing_but_disarmed_timers_is_quiescent),
        TEST(a_cleared_timer_is_out_of_the_queue),
        TEST(timers_of_one_deadline_expire_in_the_order_of_arming),
        TEST(a_timer_that_another_node_armed_expires_behind_its_own),
        TEST(a_timer_may_be_armed_while_it_expires),
        TEST(timers_of_a_frozen_node_fall_due_when_it_thaws_by_deadline),
        TEST(a_frozen_timer_that_is_moved_or_disarmed_does_not_fall_due),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
