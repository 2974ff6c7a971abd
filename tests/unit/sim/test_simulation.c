#include <cmocka.h>
#include <glib.h>

#include "sim/process.h"
#include "tests/support/child.h"

#define FOREVER (ICS_TIME_NEVER - 1)
#define N       8

static const char *const names[] = {"a", "b", "c"};

typedef struct Fixture Fixture;

/* An event that writes its number into the log, and may do something more. */
typedef struct {
    IcsEvent event;
    Fixture *fixture;
    void (*act)(Fixture *fixture);
} Step;

struct Fixture {
    IcsSimulation *simulation;
    GString *log;
    Step steps[N];
    IcsProcess *process;
};

static void fire_step(IcsEvent *event)
{
    Step *step = ICS_CONTAINER_OF(event, Step, event);
    Fixture *fixture = step->fixture;
    g_string_append_printf(fixture->log, "%td@%" G_GINT64_FORMAT " ", step - fixture->steps,
                           ics_simulation_now(fixture->simulation));
    if (step->act != NULL) {
        step->act(fixture);
    }
}

static int set_up(void **state)
{
    Fixture *fixture = g_new0(Fixture, 1);
    fixture->simulation = ics_simulation_new(5, names, G_N_ELEMENTS(names));
    fixture->log = g_string_new(NULL);
    for (int i = 0; i < N; i++) {
        fixture->steps[i].fixture = fixture;
        ics_event_init(&fixture->steps[i].event, fire_step);
    }
    *state = fixture;
    return 0;
}

static int tear_down(void **state)
{
    Fixture *fixture = *state;
    ics_simulation_drop_events(fixture->simulation);
    ics_process_free(fixture->process);
    ics_simulation_free(fixture->simulation);
    g_string_free(fixture->log, TRUE);
    g_free(fixture);
    return 0;
}

/* Queues step i for a node; the cause is the node that is executing. */
static void schedule(Fixture *fixture, int i, int64_t at_ns, uint32_t receiver)
{
    ics_simulation_schedule(fixture->simulation, &fixture->steps[i].event, at_ns, receiver);
}

static void schedule_from(Fixture *fixture, int i, int64_t at_ns, uint32_t receiver,
                          uint32_t causing_node)
{
    uint32_t before = ics_simulation_enter(fixture->simulation, causing_node);
    schedule(fixture, i, at_ns, receiver);
    ics_simulation_enter(fixture->simulation, before);
}

static IcsStopReason run_until(Fixture *fixture, int64_t until_ns)
{
    return ics_simulation_run(fixture->simulation, until_ns, UINT64_MAX);
}

static void assert_log(const Fixture *fixture, const char *expected)
{
    assert_string_equal(fixture->log->str, expected);
}

static void nodes_are_numbered_by_name_behind_the_world(void **state)
{
    const IcsSimulation *simulation = ((Fixture *)*state)->simulation;
    assert_int_equal(simulation->n_nodes, 4);
    assert_string_equal(simulation->nodes[ICS_NODE_WORLD].name, "");
    assert_string_equal(simulation->nodes[1].name, "a");
    assert_string_equal(simulation->nodes[3].name, "c");
    assert_int_equal(simulation->seed, 5);
    assert_int_equal(ics_simulation_now(simulation), 0);
}

static void name_nodes_out_of_order(G_GNUC_UNUSED gpointer data)
{
    ics_simulation_new(1, (const char *const[]){"b", "a"}, 2);
}

static void name_two_nodes_alike(G_GNUC_UNUSED gpointer data)
{
    ics_simulation_new(1, (const char *const[]){"a", "a"}, 2);
}

static void names_must_be_sorted_and_distinct(G_GNUC_UNUSED void **state)
{
    assert_true(ics_test_child_aborts(name_nodes_out_of_order, NULL));
    assert_true(ics_test_child_aborts(name_two_nodes_alike, NULL));
}

static void a_world_without_events_is_quiescent_at_once(void **state)
{
    Fixture *fixture = *state;
    assert_true(ics_simulation_is_quiescent(fixture->simulation));
    assert_int_equal(run_until(fixture, 1000), ICS_STOP_QUIESCENT);
    assert_int_equal(ics_simulation_now(fixture->simulation), 0);
    assert_int_equal(fixture->simulation->events, 0);
}

static void a_world_may_have_no_nodes(G_GNUC_UNUSED void **state)
{
    IcsSimulation *simulation = ics_simulation_new(1, NULL, 0);
    assert_int_equal(ics_simulation_run(simulation, FOREVER, UINT64_MAX), ICS_STOP_QUIESCENT);
    ics_simulation_free(simulation);
}

/* SEMANTICS "Time, order, digest": (time, receiving node, causing node, its own counter). */
static void events_fire_by_time_receiver_cause_and_ordinal(void **state)
{
    Fixture *fixture = *state;
    schedule_from(fixture, 7, 20, 1, 1);
    schedule_from(fixture, 6, 10, 3, 1);
    schedule_from(fixture, 4, 10, 2, 3);
    schedule_from(fixture, 5, 10, 2, 3);
    schedule_from(fixture, 3, 10, 2, 1);
    schedule_from(fixture, 2, 10, 1, 3);
    schedule_from(fixture, 1, 10, ICS_NODE_WORLD, 3);
    schedule_from(fixture, 0, 9, 3, 3);
    assert_int_equal(run_until(fixture, FOREVER), ICS_STOP_QUIESCENT);
    assert_log(fixture, "0@9 1@10 2@10 3@10 4@10 5@10 6@10 7@20 ");
}

static void every_node_counts_its_own_causes(void **state)
{
    Fixture *fixture = *state;
    schedule_from(fixture, 0, 1, 2, 1);
    schedule_from(fixture, 1, 1, 2, 3);
    schedule_from(fixture, 2, 1, 3, 1);
    assert_int_equal(fixture->steps[0].event.ordinal, 0);
    assert_int_equal(fixture->steps[1].event.ordinal, 0);
    assert_int_equal(fixture->steps[2].event.ordinal, 1);
    assert_int_equal(ics_event_causing_node(&fixture->steps[1].event), 3);
    assert_int_equal(ics_event_receiving_node(&fixture->steps[1].event), 2);
    run_until(fixture, FOREVER);
}

static void schedule_step_1_for_node_2(Fixture *fixture)
{
    schedule(fixture, 1, 10, 2);
}

static void the_receiver_of_an_event_causes_what_it_schedules(void **state)
{
    Fixture *fixture = *state;
    fixture->steps[0].act = schedule_step_1_for_node_2;
    schedule(fixture, 0, 5, 3);
    run_until(fixture, 5);
    assert_int_equal(ics_event_causing_node(&fixture->steps[1].event), 3);
    run_until(fixture, FOREVER);
    assert_log(fixture, "0@5 1@10 ");
}

static void schedule_step_1_for_now(Fixture *fixture)
{
    schedule(fixture, 1, ics_simulation_now(fixture->simulation), 1);
}

static void an_event_for_the_present_fires_in_the_present(void **state)
{
    Fixture *fixture = *state;
    fixture->steps[0].act = schedule_step_1_for_now;
    schedule(fixture, 0, 7, 2);
    schedule(fixture, 2, 7, 3);
    run_until(fixture, 7);
    assert_log(fixture, "0@7 1@7 2@7 ");
}

static void schedule_into_the_past(gpointer data)
{
    Fixture *fixture = data;
    run_until(fixture, 100);
    schedule(fixture, 1, 99, 1);
}

static void schedule_for_nobody(gpointer data)
{
    schedule(data, 1, 1, 4);
}

static void an_event_in_the_past_or_for_nobody_is_an_assertion(void **state)
{
    Fixture *fixture = *state;
    schedule(fixture, 0, 1000, 1);
    assert_true(ics_test_child_aborts(schedule_into_the_past, fixture));
    assert_true(ics_test_child_aborts(schedule_for_nobody, fixture));
}

static void a_run_includes_the_time_at_which_it_ends(void **state)
{
    Fixture *fixture = *state;
    schedule(fixture, 0, 10, 1);
    schedule(fixture, 1, 11, 1);
    assert_int_equal(run_until(fixture, 10), ICS_STOP_TIME);
    assert_log(fixture, "0@10 ");
    assert_int_equal(run_until(fixture, 11), ICS_STOP_QUIESCENT);
    assert_log(fixture, "0@10 1@11 ");
}

static void the_clock_stands_where_a_run_stopped(void **state)
{
    Fixture *fixture = *state;
    schedule(fixture, 0, 10, 1);
    schedule(fixture, 1, 100, 1);
    assert_int_equal(run_until(fixture, 60), ICS_STOP_TIME);
    assert_int_equal(ics_simulation_now(fixture->simulation), 60);
    assert_int_equal(fixture->simulation->last_event_ns, 10);
    assert_int_equal(run_until(fixture, 50), ICS_STOP_TIME);
    assert_int_equal(ics_simulation_now(fixture->simulation), 60);
    schedule(fixture, 2, 60, 1);
    assert_int_equal(run_until(fixture, 1000), ICS_STOP_QUIESCENT);
    assert_log(fixture, "0@10 2@60 1@100 ");
}

static void the_clock_may_be_advanced_where_nothing_happens(void **state)
{
    Fixture *fixture = *state;
    ics_simulation_advance(fixture->simulation, 40);
    assert_int_equal(ics_simulation_now(fixture->simulation), 40);
    schedule(fixture, 0, 50, 1);
    ics_simulation_advance(fixture->simulation, 50);
    schedule(fixture, 1, 50, 2);
    run_until(fixture, 49);
    assert_log(fixture, "");
    run_until(fixture, 50);
    assert_log(fixture, "0@50 1@50 ");
}

static void advance_back(gpointer data)
{
    Fixture *fixture = data;
    ics_simulation_advance(fixture->simulation, 39);
}

static void advance_over_an_event(gpointer data)
{
    Fixture *fixture = data;
    ics_simulation_advance(fixture->simulation, 51);
}

static void advancing_back_or_over_an_event_is_an_assertion(void **state)
{
    Fixture *fixture = *state;
    ics_simulation_advance(fixture->simulation, 40);
    schedule(fixture, 0, 50, 1);
    assert_true(ics_test_child_aborts(advance_back, fixture));
    assert_true(ics_test_child_aborts(advance_over_an_event, fixture));
}

static void a_quiescent_world_ended_with_its_last_event(void **state)
{
    Fixture *fixture = *state;
    schedule(fixture, 0, 10, 1);
    schedule(fixture, 1, 25, 1);
    assert_int_equal(run_until(fixture, 1000), ICS_STOP_QUIESCENT);
    assert_int_equal(fixture->simulation->last_event_ns, 25);
    assert_int_equal(ics_simulation_now(fixture->simulation), 25);
    assert_int_equal(fixture->simulation->events, 2);
}

static void a_budget_is_spent_and_may_be_renewed(void **state)
{
    Fixture *fixture = *state;
    for (int i = 0; i < 5; i++) {
        schedule(fixture, i, i, 1);
    }
    assert_int_equal(ics_simulation_run(fixture->simulation, FOREVER, 0), ICS_STOP_BUDGET);
    assert_log(fixture, "");
    assert_int_equal(ics_simulation_run(fixture->simulation, FOREVER, 3), ICS_STOP_BUDGET);
    assert_log(fixture, "0@0 1@1 2@2 ");
    assert_int_equal(ics_simulation_now(fixture->simulation), 2);
    assert_int_equal(ics_simulation_run(fixture->simulation, FOREVER, 3), ICS_STOP_QUIESCENT);
    assert_log(fixture, "0@0 1@1 2@2 3@3 4@4 ");
}

static void the_time_is_over_before_the_budget(void **state)
{
    Fixture *fixture = *state;
    schedule(fixture, 0, 1, 1);
    schedule(fixture, 1, 9, 1);
    assert_int_equal(ics_simulation_run(fixture->simulation, 5, 2), ICS_STOP_TIME);
    assert_int_equal(ics_simulation_now(fixture->simulation), 5);
}

static void a_cancelled_event_does_not_fire(void **state)
{
    Fixture *fixture = *state;
    schedule(fixture, 0, 1, 1);
    schedule(fixture, 1, 2, 1);
    ics_simulation_cancel(fixture->simulation, &fixture->steps[0].event);
    ics_simulation_cancel(fixture->simulation, &fixture->steps[0].event);
    run_until(fixture, FOREVER);
    assert_log(fixture, "1@2 ");
    schedule(fixture, 0, 3, 1);
    run_until(fixture, FOREVER);
    assert_log(fixture, "1@2 0@3 ");
}

static void cancel_step_2(Fixture *fixture)
{
    ics_simulation_cancel(fixture->simulation, &fixture->steps[2].event);
}

static void an_event_may_cancel_another_of_its_instant(void **state)
{
    Fixture *fixture = *state;
    fixture->steps[1].act = cancel_step_2;
    for (int i = 0; i < 4; i++) {
        schedule(fixture, i, 1, 1);
    }
    run_until(fixture, FOREVER);
    assert_log(fixture, "0@1 1@1 3@1 ");
}

static void dropped_events_are_idle_and_never_fire(void **state)
{
    Fixture *fixture = *state;
    for (int i = 0; i < N; i++) {
        schedule(fixture, i, i, 1);
    }
    ics_simulation_drop_events(fixture->simulation);
    assert_true(ics_simulation_is_quiescent(fixture->simulation));
    assert_false(ics_event_is_queued(&fixture->steps[3].event));
    assert_int_equal(run_until(fixture, FOREVER), ICS_STOP_QUIESCENT);
    assert_log(fixture, "");
}

static void discount(Fixture *fixture)
{
    ics_simulation_discount_event(fixture->simulation);
}

static void a_discounted_event_is_none_of_the_model(void **state)
{
    Fixture *fixture = *state;
    fixture->steps[1].act = discount;
    fixture->steps[2].act = discount;
    for (int i = 0; i < 3; i++) {
        schedule(fixture, i, INT64_C(10) * (i + 1), 1);
    }
    run_until(fixture, FOREVER);
    assert_log(fixture, "0@10 1@20 2@30 ");
    assert_int_equal(fixture->simulation->events, 1);
    assert_int_equal(fixture->simulation->last_event_ns, 10);
    schedule(fixture, 3, 40, 1);
    run_until(fixture, FOREVER);
    assert_int_equal(fixture->simulation->events, 2);
    assert_int_equal(fixture->simulation->last_event_ns, 40);
}

static void entering_a_node_gives_back_the_one_before(void **state)
{
    IcsSimulation *simulation = ((Fixture *)*state)->simulation;
    assert_int_equal(ics_simulation_enter(simulation, 2), ICS_NODE_WORLD);
    assert_int_equal(ics_simulation_enter(simulation, ICS_NODE_WORLD), 2);
}

static void log_and_return(IcsProcess *self, gconstpointer config)
{
    Fixture *fixture = (Fixture *)config;
    assert_int_equal(fixture->simulation->current, self->node);
    g_string_append_printf(fixture->log, "process@%" G_GINT64_FORMAT " ",
                           ics_simulation_now(fixture->simulation));
}

static void make_process(Fixture *fixture)
{
    IcsProcessProgram program = {.main = log_and_return, .config = fixture};
    fixture->process = ics_process_new(fixture->simulation, 2, "p", &program);
}

static void start_process(Fixture *fixture)
{
    ics_process_start(fixture->process);
}

static void a_ready_process_runs_in_the_instant_before_any_other_event(void **state)
{
    Fixture *fixture = *state;
    make_process(fixture);
    fixture->steps[0].act = start_process;
    schedule(fixture, 0, 5, 1);
    schedule(fixture, 1, 5, 1);
    run_until(fixture, FOREVER);
    assert_log(fixture, "0@5 process@5 1@5 ");
}

static void a_process_started_before_the_run_runs_first(void **state)
{
    Fixture *fixture = *state;
    make_process(fixture);
    start_process(fixture);
    assert_false(ics_simulation_is_quiescent(fixture->simulation));
    schedule(fixture, 0, 0, 1);
    run_until(fixture, 0);
    assert_log(fixture, "process@0 0@0 ");
    assert_true(ics_simulation_is_quiescent(fixture->simulation));
}

static uint64_t digest_of(uint64_t first, uint64_t second, uint64_t world)
{
    IcsSimulation *simulation = ics_simulation_new(1, names, G_N_ELEMENTS(names));
    IcsDigest run = {0};
    ics_digest_record(&simulation->nodes[1].digest, ICS_DIGEST_MESSAGE_SENT, 0, first, 0, 0);
    ics_digest_record(&simulation->nodes[2].digest, ICS_DIGEST_MESSAGE_SENT, 0, second, 0, 0);
    ics_digest_record(&simulation->nodes[0].digest, ICS_DIGEST_MESSAGE_SENT, 0, world, 0, 0);
    ics_simulation_fold_digest(simulation, &run);
    ics_simulation_free(simulation);
    return run.state;
}

static void the_digest_folds_the_nodes_and_not_the_world(G_GNUC_UNUSED void **state)
{
    assert_int_equal(digest_of(1, 2, 3), digest_of(1, 2, 3));
    assert_int_equal(digest_of(1, 2, 3), digest_of(1, 2, 4));
    assert_true(digest_of(1, 2, 3) != digest_of(2, 1, 3));
    assert_true(digest_of(1, 2, 3) != digest_of(1, 1, 3));
}

static void stop_reasons_have_names(G_GNUC_UNUSED void **state)
{
    assert_string_equal(ics_stop_reason_name(ICS_STOP_QUIESCENT), "quiescent");
    assert_string_equal(ics_stop_reason_name(ICS_STOP_TIME), "time");
    assert_string_equal(ics_stop_reason_name(ICS_STOP_BUDGET), "budget");
}

#define SIMULATION_TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        SIMULATION_TEST(nodes_are_numbered_by_name_behind_the_world),
        cmocka_unit_test(names_must_be_sorted_and_distinct),
        SIMULATION_TEST(a_world_without_events_is_quiescent_at_once),
        cmocka_unit_test(a_world_may_have_no_nodes),
        SIMULATION_TEST(events_fire_by_time_receiver_cause_and_ordinal),
        SIMULATION_TEST(every_node_counts_its_own_causes),
        SIMULATION_TEST(the_receiver_of_an_event_causes_what_it_schedules),
        SIMULATION_TEST(an_event_for_the_present_fires_in_the_present),
        SIMULATION_TEST(an_event_in_the_past_or_for_nobody_is_an_assertion),
        SIMULATION_TEST(a_run_includes_the_time_at_which_it_ends),
        SIMULATION_TEST(the_clock_stands_where_a_run_stopped),
        SIMULATION_TEST(the_clock_may_be_advanced_where_nothing_happens),
        SIMULATION_TEST(advancing_back_or_over_an_event_is_an_assertion),
        SIMULATION_TEST(a_quiescent_world_ended_with_its_last_event),
        SIMULATION_TEST(a_budget_is_spent_and_may_be_renewed),
        SIMULATION_TEST(the_time_is_over_before_the_budget),
        SIMULATION_TEST(a_cancelled_event_does_not_fire),
        SIMULATION_TEST(an_event_may_cancel_another_of_its_instant),
        SIMULATION_TEST(dropped_events_are_idle_and_never_fire),
        SIMULATION_TEST(a_discounted_event_is_none_of_the_model),
        SIMULATION_TEST(entering_a_node_gives_back_the_one_before),
        SIMULATION_TEST(a_ready_process_runs_in_the_instant_before_any_other_event),
        SIMULATION_TEST(a_process_started_before_the_run_runs_first),
        cmocka_unit_test(the_digest_folds_the_nodes_and_not_the_world),
        cmocka_unit_test(stop_reasons_have_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
