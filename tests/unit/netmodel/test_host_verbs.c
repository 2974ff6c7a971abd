/* What the schedule does to a host: crash and restart, pause and resume. */
#include <cmocka.h>

#include "tests/support/link_fixture.h"

#define MBIT INT64_C(1000000)
#define US   INT64_C(1000)

/* 100 bytes take 100 us, the way takes 50 us more. */
static IcsLinkDirection *usual_wire(IcsLinkFixture *fixture)
{
    ics_link_fixture_observe(fixture);
    return ics_link_fixture_wire(fixture, 8 * MBIT, 50 * US, 2000, true);
}

static void expect_drops(const IcsLinkFixture *fixture, const char *drops)
{
    ics_link_fixture_expect_seen(fixture, ICS_OBSERVE_PACKET_DROPPED, drops);
}

/* ---- timers ---- */

/* A timer of a host whose expiry stands among the inputs. */
typedef struct Alarm {
    IcsTimer timer;
    IcsLinkFixture *fixture;
    const char *name;
} Alarm;

static void alarm_expire(IcsTimer *timer)
{
    const Alarm *self = ICS_CONTAINER_OF(timer, Alarm, timer);
    IcsSighting sighting = {.at_ns = self->fixture->simulation->now_ns, .text = self->name};
    assert_int_equal(self->fixture->simulation->current, timer->node);
    g_array_append_val(self->fixture->inputs, sighting);
}

static void alarm_set(Alarm *self, IcsLinkFixture *fixture, const char *host, const char *name,
                      int64_t at_ns)
{
    self->fixture = fixture;
    self->name = name;
    uint32_t node = ics_link_fixture_host(fixture, host)->node;
    ics_timer_init(&self->timer, fixture->simulation, node, alarm_expire);
    ics_timer_arm(&self->timer, at_ns);
}

static void clear_alarm(IcsRecordingStack *stack)
{
    ics_timer_clear(&((Alarm *)stack->data)->timer);
}

/* ---- crash and restart ---- */

static void a_crash_loses_the_queue_but_not_what_was_sent(void **state)
{
    IcsLinkFixture *fixture = *state;
    IcsLinkDirection *wire = usual_wire(fixture);
    ics_link_fixture_burst(fixture, 0, wire, 4, 100);
    ics_link_fixture_host_verb(fixture, 120 * US, "a", ics_host_crash);
    ics_link_fixture_run(fixture);
    ics_link_fixture_expect(fixture, "0@150000");
    expect_drops(fixture, "1@120000 host-down, 2@120000 host-down, 3@120000 host-down");
    assert_int_equal(wire->counters.dropped[ICS_CAUSE_HOST_DOWN], 3);
    assert_int_equal(ics_link_fixture_stack(fixture, "a")->crashes, 1);
    assert_int_equal(ics_link_fixture_stack(fixture, "b")->crashes, 0);
}

static void a_crash_empties_the_queues_of_all_interfaces(void **state)
{
    IcsLinkFixture *fixture = *state;
    IcsLinkDirection *to_b = usual_wire(fixture);
    IcsLinkConfig config = {.name = "other", .rate_bps = 8 * MBIT, .scheduled = true};
    IcsLinkDirection *to_c = ics_link_fixture_link(fixture, "a", "c", &config);
    ics_link_fixture_interface(fixture, "a"); /* without a link */
    ics_link_fixture_burst(fixture, 0, to_b, 2, 100);
    ics_link_fixture_burst(fixture, 0, to_c, 2, 100);
    ics_link_fixture_burst(fixture, 0, ics_link_fixture_back(to_b), 2, 100);
    ics_link_fixture_host_verb(fixture, 50 * US, "a", ics_host_crash);
    ics_link_fixture_run(fixture);
    ics_link_fixture_expect(fixture, "");
    assert_int_equal(to_b->counters.dropped[ICS_CAUSE_HOST_DOWN], 2);
    assert_int_equal(to_c->counters.dropped[ICS_CAUSE_HOST_DOWN], 2);
    /* What b sent has left b and finds nobody. */
    const IcsHost *a = ics_link_fixture_host(fixture, "a");
    assert_int_equal(a->dropped[ICS_CAUSE_HOST_DOWN], 2);
    assert_int_equal(ics_link_fixture_back(to_b)->counters.delivered, 2);
}

static void a_crashed_host_takes_nothing_until_it_restarts(void **state)
{
    IcsLinkFixture *fixture = *state;
    IcsLinkDirection *wire = usual_wire(fixture);
    ics_link_fixture_burst(fixture, 0, wire, 3, 100); /* arrive at 150, 250 and 350 us */
    ics_link_fixture_host_verb(fixture, 200 * US, "b", ics_host_crash);
    ics_link_fixture_host_verb(fixture, 300 * US, "b", ics_host_restart);
    ics_link_fixture_run(fixture);
    ics_link_fixture_expect(fixture, "0@150000 2@350000");
    expect_drops(fixture, "1@250000 host-down");
    const IcsHost *b = ics_link_fixture_host(fixture, "b");
    assert_int_equal(b->incarnation, 1);
    assert_int_equal(b->state, ICS_HOST_UP);
}

static void crash_and_restart_work_once_at_a_time(void **state)
{
    IcsLinkFixture *fixture = *state;
    usual_wire(fixture);
    const IcsHost *b = ics_link_fixture_host(fixture, "b");
    ics_link_fixture_host_verb(fixture, 1, "b", ics_host_restart);
    ics_link_fixture_host_verb(fixture, 2, "b", ics_host_crash);
    ics_link_fixture_host_verb(fixture, 3, "b", ics_host_crash);
    ics_link_fixture_host_verb(fixture, 4, "b", ics_host_restart);
    ics_link_fixture_host_verb(fixture, 5, "b", ics_host_restart);
    ics_link_fixture_host_verb(fixture, 6, "b", ics_host_crash);
    ics_link_fixture_run(fixture);
    assert_int_equal(ics_link_fixture_stack(fixture, "b")->crashes, 2);
    assert_int_equal(b->incarnation, 1);
    assert_int_equal(b->state, ICS_HOST_CRASHED);
    ics_link_fixture_expect_seen(fixture, ICS_OBSERVE_HOST_CHANGED, "crash@2, restart@4, crash@6");
}

static void a_crash_loses_what_the_host_was_saying_to_itself(void **state)
{
    IcsLinkFixture *fixture = *state;
    ics_link_fixture_observe(fixture);
    IcsHost *a = ics_link_fixture_host(fixture, "a");
    ics_link_fixture_send_to_itself(fixture, 3, "a", 0);
    assert_int_equal(ics_simulation_run(fixture->simulation, 10, 1), ICS_STOP_BUDGET);
    ics_host_crash(a);
    ics_link_fixture_run(fixture);
    ics_link_fixture_expect(fixture, "");
    expect_drops(fixture, "0@3 host-down");
    ics_host_restart(a);
    ics_link_fixture_send_to_itself(fixture, 20, "a", 0);
    ics_link_fixture_run(fixture);
    ics_link_fixture_expect(fixture, "1@20");
}

/* ---- pause and resume ---- */

static void a_paused_host_takes_its_input_when_it_resumes_in_order_of_arrival(void **state)
{
    IcsLinkFixture *fixture = *state;
    IcsLinkDirection *wire = usual_wire(fixture);
    IcsLinkConfig config = {.name = "other", .rate_bps = 8 * MBIT, .delay_ns = 60 * US};
    IcsLinkDirection *from_c = ics_link_fixture_link(fixture, "c", "b", &config);
    ics_link_fixture_burst(fixture, 0, wire, 3, 100); /* at 150, 250 and 350 us */
    for (int i = 0; i < 3; i++) {                     /* at 160, 260 and 360 us */
        ics_link_fixture_send(fixture, 0, from_c, 1, 100);
    }
    ics_link_fixture_send_to_itself(fixture, 255 * US, "b", 2);
    ics_link_fixture_host_verb(fixture, 155 * US, "b", ics_host_pause);
    ics_link_fixture_host_verb(fixture, 355 * US, "b", ics_host_resume);
    ics_link_fixture_run(fixture);
    ics_link_fixture_expect(fixture, "0@150000 A0@355000 1@355000 B0@355000 A1@355000 "
                                     "2@355000 A2@360000");
    const IcsSighting *input = &g_array_index(fixture->inputs, IcsSighting, 1);
    assert_ptr_equal(input->interface, from_c->to);
    assert_int_equal(wire->counters.delivered, 3);
}

static void each_interface_of_a_paused_host_keeps_a_thousand_packets(void **state)
{
    enum { MOST = ICS_HOST_PAUSED_PACKETS };
    IcsLinkFixture *fixture = *state;
    IcsLinkDirection *wire = ics_link_fixture_wire(fixture, 0, 0, 1, false);
    IcsLinkDirection *from_c =
        ics_link_fixture_link(fixture, "c", "b", &(IcsLinkConfig){.name = "other"});
    ics_link_fixture_host_verb(fixture, 5, "b", ics_host_pause);
    ics_link_fixture_burst(fixture, 10, wire, MOST + 7, 20);
    ics_link_fixture_burst(fixture, 20, from_c, MOST, 20);
    for (int i = 0; i < MOST + 1; i++) {
        ics_link_fixture_send_to_itself(fixture, 30, "b", 1);
    }
    ics_link_fixture_host_verb(fixture, 40, "b", ics_host_resume);
    ics_link_fixture_run_until(fixture, 35);
    const IcsHost *b = ics_link_fixture_host(fixture, "b");
    assert_int_equal(b->dropped[ICS_CAUSE_HOST_PAUSED], 8);
    assert_int_equal(fixture->inputs->len, 0);
    ics_link_fixture_run(fixture);
    assert_int_equal(fixture->inputs->len, 3 * MOST);
    /* The room is there again. */
    ics_link_fixture_host_verb(fixture, 50, "b", ics_host_pause);
    ics_link_fixture_burst(fixture, 60, wire, MOST, 20);
    for (int i = 0; i < MOST; i++) {
        ics_link_fixture_send_to_itself(fixture, 60, "b", 1);
    }
    ics_link_fixture_host_verb(fixture, 70, "b", ics_host_resume);
    ics_link_fixture_run(fixture);
    assert_int_equal(fixture->inputs->len, 5 * MOST);
    assert_int_equal(b->dropped[ICS_CAUSE_HOST_PAUSED], 8);
}

static void what_a_paused_host_had_queued_is_sent_all_the_same(void **state)
{
    IcsLinkFixture *fixture = *state;
    IcsLinkDirection *wire = usual_wire(fixture);
    ics_link_fixture_burst(fixture, 0, wire, 2, 100);
    ics_link_fixture_host_verb(fixture, 20 * US, "a", ics_host_pause);
    ics_link_fixture_run(fixture);
    ics_link_fixture_expect(fixture, "0@150000 1@250000");
}

static void timers_fall_due_at_the_resume_in_their_order_and_before_the_input(void **state)
{
    IcsLinkFixture *fixture = *state;
    IcsLinkDirection *wire = usual_wire(fixture);
    Alarm first = {0}, second = {0}, third = {0}, later = {0}, other = {0};
    alarm_set(&second, fixture, "b", "second", 40);
    alarm_set(&third, fixture, "b", "third", 60 * US);
    alarm_set(&first, fixture, "b", "first", 30);
    alarm_set(&later, fixture, "b", "later", 300 * US);
    alarm_set(&other, fixture, "a", "other", 35);
    ics_link_fixture_send(fixture, 0, wire, 0, 20); /* there at 70 us */
    ics_link_fixture_host_verb(fixture, 20, "b", ics_host_pause);
    ics_link_fixture_host_verb(fixture, 200 * US, "b", ics_host_resume);
    ics_link_fixture_run(fixture);
    ics_link_fixture_expect(fixture, "other@35 first@200000 second@200000 third@200000 0@200000 "
                                     "later@300000");
}

static void pause_and_resume_work_once_at_a_time(void **state)
{
    IcsLinkFixture *fixture = *state;
    IcsLinkDirection *wire = usual_wire(fixture);
    ics_link_fixture_host_verb(fixture, 1, "b", ics_host_resume);
    ics_link_fixture_host_verb(fixture, 2, "b", ics_host_pause);
    ics_link_fixture_host_verb(fixture, 3, "b", ics_host_pause);
    ics_link_fixture_send(fixture, 0, wire, 0, 100);
    ics_link_fixture_host_verb(fixture, 200 * US, "b", ics_host_resume);
    ics_link_fixture_host_verb(fixture, 200 * US, "b", ics_host_resume);
    ics_link_fixture_run(fixture);
    ics_link_fixture_expect(fixture, "0@200000");
    ics_link_fixture_expect_seen(fixture, ICS_OBSERVE_HOST_CHANGED, "pause@2, resume@200000");
}

static void a_restart_does_not_resume_a_paused_host(void **state)
{
    IcsLinkFixture *fixture = *state;
    usual_wire(fixture);
    const IcsHost *b = ics_link_fixture_host(fixture, "b");
    ics_link_fixture_host_verb(fixture, 1, "b", ics_host_pause);
    ics_link_fixture_host_verb(fixture, 2, "b", ics_host_restart);
    ics_link_fixture_run(fixture);
    assert_int_equal(b->state, ICS_HOST_PAUSED);
    assert_int_equal(b->incarnation, 0);
}

static void a_crashed_host_neither_pauses_nor_resumes(void **state)
{
    IcsLinkFixture *fixture = *state;
    usual_wire(fixture);
    const IcsHost *b = ics_link_fixture_host(fixture, "b");
    ics_link_fixture_host_verb(fixture, 1, "b", ics_host_crash);
    ics_link_fixture_host_verb(fixture, 2, "b", ics_host_pause);
    ics_link_fixture_host_verb(fixture, 3, "b", ics_host_resume);
    ics_link_fixture_run(fixture);
    assert_int_equal(b->state, ICS_HOST_CRASHED);
}

static void receive_omissions_act_when_the_input_is_taken(void **state)
{
    IcsLinkFixture *fixture = *state;
    IcsLinkDirection *wire = usual_wire(fixture);
    IcsHost *b = ics_link_fixture_host(fixture, "b");
    IcsOmissionConfig config = {0};
    IcsFaultScopeConfig window = {.from_ns = 190 * US, .until_ns = 210 * US};
    IcsFixtureFault rule = {
        .klass = &ics_receive_omission_class, .config = &config, .scope = &window};
    ics_link_fixture_add_fault(fixture, &b->receive_omissions, "host b", &rule);
    ics_link_fixture_burst(fixture, 0, wire, 2, 100); /* at 150 and 250 us */
    ics_link_fixture_host_verb(fixture, 100 * US, "b", ics_host_pause);
    ics_link_fixture_host_verb(fixture, 200 * US, "b", ics_host_resume);
    ics_link_fixture_run(fixture);
    ics_link_fixture_expect(fixture, "1@250000");
    expect_drops(fixture, "0@200000 receive-omission");
}

/* ---- a crash during a pause ---- */

static void a_crash_during_a_pause_loses_the_waiting_input_and_the_timers(void **state)
{
    IcsLinkFixture *fixture = *state;
    IcsLinkDirection *wire = usual_wire(fixture);
    Alarm alarm = {0};
    alarm_set(&alarm, fixture, "b", "alarm", 120 * US);
    IcsRecordingStack *stack = ics_link_fixture_stack(fixture, "b");
    stack->on_crash = clear_alarm;
    stack->data = &alarm;
    ics_link_fixture_burst(fixture, 0, wire, 2, 100); /* at 150 and 250 us */
    ics_link_fixture_host_verb(fixture, 100 * US, "b", ics_host_pause);
    ics_link_fixture_host_verb(fixture, 200 * US, "b", ics_host_crash);
    ics_link_fixture_host_verb(fixture, 230 * US, "b", ics_host_resume);
    ics_link_fixture_host_verb(fixture, 240 * US, "b", ics_host_restart);
    ics_link_fixture_run(fixture);
    ics_link_fixture_expect(fixture, "1@250000");
    expect_drops(fixture, "0@200000 host-down");
    assert_false(ics_timer_is_armed(&alarm.timer));
}

static void a_host_that_crashed_during_a_pause_runs_its_timers_again(void **state)
{
    IcsLinkFixture *fixture = *state;
    Alarm alarm = {0};
    usual_wire(fixture);
    ics_link_fixture_host_verb(fixture, 10, "b", ics_host_pause);
    ics_link_fixture_host_verb(fixture, 20, "b", ics_host_crash);
    ics_link_fixture_host_verb(fixture, 30, "b", ics_host_restart);
    ics_link_fixture_run(fixture);
    alarm_set(&alarm, fixture, "b", "alarm", 50);
    ics_link_fixture_run(fixture);
    ics_link_fixture_expect(fixture, "alarm@50");
}

static void a_world_with_a_paused_host_may_be_freed(void **state)
{
    IcsLinkFixture *fixture = *state;
    IcsLinkDirection *wire = usual_wire(fixture);
    ics_link_fixture_burst(fixture, 0, wire, 3, 100);
    ics_link_fixture_host_verb(fixture, 0, "b", ics_host_pause);
    ics_link_fixture_run(fixture);
    assert_int_equal(ics_packet_pool_in_use(fixture->network->packets), 3);
}

#define TEST(name)                                                                                 \
    cmocka_unit_test_setup_teardown(name, ics_link_fixture_setup, ics_link_fixture_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_crash_loses_the_queue_but_not_what_was_sent),
        TEST(a_crash_empties_the_queues_of_all_interfaces),
        TEST(a_crashed_host_takes_nothing_until_it_restarts),
        TEST(crash_and_restart_work_once_at_a_time),
        TEST(a_crash_loses_what_the_host_was_saying_to_itself),
        TEST(a_paused_host_takes_its_input_when_it_resumes_in_order_of_arrival),
        TEST(each_interface_of_a_paused_host_keeps_a_thousand_packets),
        TEST(what_a_paused_host_had_queued_is_sent_all_the_same),
        TEST(timers_fall_due_at_the_resume_in_their_order_and_before_the_input),
        TEST(pause_and_resume_work_once_at_a_time),
        TEST(a_restart_does_not_resume_a_paused_host),
        TEST(a_crashed_host_neither_pauses_nor_resumes),
        TEST(receive_omissions_act_when_the_input_is_taken),
        TEST(a_crash_during_a_pause_loses_the_waiting_input_and_the_timers),
        TEST(a_host_that_crashed_during_a_pause_runs_its_timers_again),
        TEST(a_world_with_a_paused_host_may_be_freed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
