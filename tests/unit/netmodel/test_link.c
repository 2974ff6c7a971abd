/* One direction without faults: when packets arrive, which ones find room, what is counted, and
 * what the digest is made of. */
#include <cmocka.h>

#include "netmodel/drop_tail.h"
#include "tests/support/child.h"
#include "tests/support/link_fixture.h"

#define SECOND INT64_C(1000000000)
#define KBIT   INT64_C(1000)
#define MBIT   INT64_C(1000000)

/* ---- timing ---- */

static void a_packet_takes_its_bits_over_the_rate_and_the_propagation_delay(void **state)
{
    IcsLinkFixture *fixture = *state;
    IcsLinkDirection *wire = ics_link_fixture_wire(fixture, 8 * MBIT, 3000, 10, false);
    ics_link_fixture_send(fixture, 500, wire, 0, 100);
    ics_link_fixture_run(fixture);
    ics_link_fixture_expect(fixture, "0@103500");
    assert_int_equal(wire->counters.busy_ns, 100000);
    assert_int_equal(wire->counters.waited_ns, 0);
    assert_int_equal(wire->counters.queue_maximum, 0);
}

static void back_to_back_packets_leave_no_gap(void **state)
{
    IcsLinkFixture *fixture = *state;
    IcsLinkDirection *wire = ics_link_fixture_wire(fixture, 8 * MBIT, 1000, 10, false);
    ics_link_fixture_send(fixture, 0, wire, 0, 100);
    ics_link_fixture_send(fixture, 0, wire, 0, 50);
    ics_link_fixture_send(fixture, 120000, wire, 0, 100);
    ics_link_fixture_run(fixture);
    ics_link_fixture_expect(fixture, "0@101000 1@151000 2@251000");
    assert_int_equal(wire->counters.busy_ns, 250000);
    assert_int_equal(wire->counters.waited_ns, 100000 + 30000);
}

static void a_transmission_that_takes_a_fraction_of_a_nanosecond_more_is_rounded_up(void **state)
{
    IcsLinkFixture *fixture = *state;
    IcsLinkDirection *wire = ics_link_fixture_wire(fixture, 3, 0, 10, false);
    ics_link_fixture_burst(fixture, 0, wire, 3, 1); /* 8/3 s each */
    ics_link_fixture_run(fixture);
    ics_link_fixture_expect(fixture, "0@2666666667 1@5333333334 2@8000000001");
}

static void the_fastest_transmitter_still_takes_a_nanosecond(void **state)
{
    IcsLinkFixture *fixture = *state;
    IcsLinkDirection *wire =
        ics_link_fixture_wire(fixture, 1000000 * (int64_t)SECOND, 0, 10, false);
    ics_link_fixture_burst(fixture, 0, wire, 2, 20);
    ics_link_fixture_run(fixture);
    ics_link_fixture_expect(fixture, "0@1 1@2");
}

static void without_a_rate_only_the_delay_counts(void **state)
{
    IcsLinkFixture *fixture = *state;
    IcsLinkDirection *wire = ics_link_fixture_wire(fixture, 0, 700, 1, false);
    ics_link_fixture_burst(fixture, 10, wire, 3, 65535);
    ics_link_fixture_run(fixture);
    ics_link_fixture_expect(fixture, "0@710 1@710 2@710");
    assert_int_equal(wire->counters.busy_ns, 0);
    assert_int_equal(wire->counters.queue_maximum, 0);
}

static void without_rate_and_delay_a_packet_arrives_at_once(void **state)
{
    IcsLinkFixture *fixture = *state;
    IcsLinkDirection *wire = ics_link_fixture_wire(fixture, 0, 0, 1, false);
    ics_link_fixture_send(fixture, 42, ics_link_fixture_back(wire), 0, 20);
    ics_link_fixture_send(fixture, 42, wire, 1, 20);
    ics_link_fixture_run(fixture);
    ics_link_fixture_expect(fixture, "0@42 A0@42"); /* node a before node b */
}

static void the_largest_packet_at_one_bit_a_second_takes_six_days(void **state)
{
    IcsLinkFixture *fixture = *state;
    IcsLinkDirection *wire = ics_link_fixture_wire(fixture, 1, 0, 100, false);
    ics_link_fixture_burst(fixture, 0, wire, 2, 65535);
    ics_link_fixture_run(fixture);
    ics_link_fixture_expect(fixture, "0@524280000000000 1@1048560000000000");
}

/* 768,000 packets of 1500 bytes fill three centuries: as if they were there already. */
static void a_queue_that_would_take_longer_than_time_lasts_is_no_overflow(void **state)
{
    enum { PACKETS = 5 };
    IcsLinkFixture *fixture = *state;
    IcsLinkDirection *wire = ics_link_fixture_wire(fixture, 1, 0, 100, false);
    wire->transmitter.busy_until_ns = INT64_MAX / 2 - 524280 * SECOND;
    for (int i = 0; i < PACKETS; i++) {
        ics_link_fixture_send(fixture, i, wire, 0, 65535);
    }
    assert_int_equal(ics_link_fixture_run_until(fixture, SECOND), ICS_STOP_TIME);
    assert_int_equal(ics_link_direction_in_flight(wire), PACKETS);
    assert_int_equal(wire->transmitter.busy_until_ns, INT64_MAX / 2);
    assert_int_equal(ics_link_direction_waited_ns(wire), PACKETS * SECOND - (0 + 1 + 2 + 3 + 4));
}

static void the_two_directions_do_not_share_the_transmitter(void **state)
{
    IcsLinkFixture *fixture = *state;
    IcsLinkDirection *wire = ics_link_fixture_wire(fixture, 8 * MBIT, 0, 10, false);
    ics_link_fixture_send(fixture, 0, wire, 0, 100);
    ics_link_fixture_send(fixture, 0, ics_link_fixture_back(wire), 1, 100);
    ics_link_fixture_run(fixture);
    ics_link_fixture_expect(fixture, "A0@100000 0@100000"); /* node a's event, then node b's */
}

static void packets_leave_at_the_opportunities_of_a_capacity_trace(void **state)
{
    IcsLinkFixture *fixture = *state;
    g_autofree char *text = g_strdup("2\n2\n5\n10\n");
    IcsCapacity *capacity = ics_capacity_parse("trace", text, strlen(text), NULL);
    IcsLinkDirection *wire = ics_link_fixture_link(
        fixture, "a", "b", &(IcsLinkConfig){.capacity = capacity, .delay_ns = 7});
    /* 1500 bytes: one opportunity each; the sixth is the first of the next round. */
    ics_link_fixture_burst(fixture, 1, wire, 6, 1500);
    ics_link_fixture_run(fixture);
    ics_link_fixture_expect(fixture,
                            "0@2000007 1@2000007 2@5000007 3@10000007 4@12000007 5@12000007");
    ics_capacity_free(capacity);
}

static void small_packets_share_an_opportunity_of_a_capacity_trace(void **state)
{
    IcsLinkFixture *fixture = *state;
    IcsCapacity *capacity = ics_capacity_parse("trace", "1\n4\n", 4, NULL);
    IcsLinkDirection *wire =
        ics_link_fixture_link(fixture, "a", "b", &(IcsLinkConfig){.capacity = capacity});
    ics_link_fixture_burst(fixture, 0, wire, 4, 500);
    ics_link_fixture_send(fixture, 0, wire, 0, 2500); /* 1000 more at 4 ms, the rest at 5 ms */
    ics_link_fixture_run(fixture);
    ics_link_fixture_expect(fixture, "0@1000000 1@1000000 2@1000000 3@4000000 4@5000000");
    ics_capacity_free(capacity);
}

/* ---- what has room ---- */

static void the_mtu_is_the_longest_packet_that_passes(void **state)
{
    IcsLinkFixture *fixture = *state;
    ics_link_fixture_observe(fixture);
    IcsLinkDirection *wire =
        ics_link_fixture_link(fixture, "a", "b", &(IcsLinkConfig){.mtu_bytes = 1500});
    ics_link_fixture_send(fixture, 0, wire, 0, 1500);
    ics_link_fixture_send(fixture, 0, wire, 0, 1501);
    ics_link_fixture_run(fixture);
    ics_link_fixture_expect(fixture, "0@0");
    ics_link_fixture_expect_seen(fixture, ICS_OBSERVE_PACKET_DROPPED, "1@0 too-big");
    ics_link_fixture_expect_seen(fixture, ICS_OBSERVE_PACKET_QUEUED, "0@0");
    assert_int_equal(wire->counters.offered_bytes, 3001);
    assert_int_equal(wire->counters.delivered_bytes, 1500);
}

static void the_packet_in_service_takes_no_room_in_the_queue(void **state)
{
    for (int scheduled = 0; scheduled < 2; scheduled++) {
        IcsLinkFixture *fixture = *state;
        ics_link_fixture_observe(fixture);
        IcsLinkDirection *wire = ics_link_fixture_wire(fixture, 8 * MBIT, 0, 2, scheduled);
        ics_link_fixture_burst(fixture, 0, wire, 5, 100);
        ics_link_fixture_run(fixture);
        ics_link_fixture_expect(fixture, "0@100000 1@200000 2@300000");
        ics_link_fixture_expect_seen(fixture, ICS_OBSERVE_PACKET_DROPPED,
                                     "3@0 queue-full, 4@0 queue-full");
        assert_int_equal(wire->counters.queue_maximum, 2);
        assert_int_equal(wire->counters.waited_ns, 300000);
        ics_link_fixture_teardown(state);
        ics_link_fixture_setup(state);
    }
}

static void a_slot_is_free_at_the_very_instant_at_which_its_transmission_starts(void **state)
{
    for (int scheduled = 0; scheduled < 2; scheduled++) {
        IcsLinkFixture *fixture = *state;
        ics_link_fixture_observe(fixture);
        IcsLinkDirection *wire = ics_link_fixture_wire(fixture, 8 * MBIT, 0, 1, scheduled);
        ics_link_fixture_burst(fixture, 0, wire, 2, 100);
        ics_link_fixture_send(fixture, 99999, wire, 0, 100);
        ics_link_fixture_burst(fixture, 100000, wire, 2, 100);
        ics_link_fixture_run(fixture);
        ics_link_fixture_expect(fixture, "0@100000 1@200000 3@300000");
        ics_link_fixture_expect_seen(fixture, ICS_OBSERVE_PACKET_DROPPED,
                                     "2@99999 queue-full, 4@100000 queue-full");
        ics_link_fixture_teardown(state);
        ics_link_fixture_setup(state);
    }
}

/* The world acts before any host does at that instant, yet the packet has left. */
static void offer_one(IcsLinkFixture *fixture, gpointer data)
{
    IcsLinkDirection *direction = data;
    IcsHost *host = direction->from->host;
    uint32_t actor = ics_simulation_enter(fixture->simulation, host->node);
    ics_interface_send(direction->from, ics_link_fixture_packet(fixture, 0, 100));
    ics_simulation_enter(fixture->simulation, actor);
}

static void a_slot_is_free_then_even_for_what_the_world_makes_a_host_send(void **state)
{
    for (int scheduled = 0; scheduled < 2; scheduled++) {
        IcsLinkFixture *fixture = *state;
        IcsLinkDirection *wire = ics_link_fixture_wire(fixture, 8 * MBIT, 5, 1, scheduled);
        ics_link_fixture_burst(fixture, 0, wire, 2, 100);
        ics_link_fixture_at(fixture, 100000, offer_one, wire);
        ics_link_fixture_run(fixture);
        ics_link_fixture_expect(fixture, "0@100005 1@200005 2@300005");
        ics_link_fixture_teardown(state);
        ics_link_fixture_setup(state);
    }
}

static IcsLinkDirection *limited(IcsLinkFixture *fixture, int64_t packets, int64_t bytes)
{
    IcsDropTailConfig queue = {.packets = packets, .bytes = bytes};
    return ics_link_fixture_link(fixture, "a", "b",
                                 &(IcsLinkConfig){.rate_bps = 8 * MBIT, .queue_config = &queue});
}

static void a_limit_in_bytes_counts_the_bytes_that_wait(void **state)
{
    IcsLinkFixture *fixture = *state;
    ics_link_fixture_observe(fixture);
    IcsLinkDirection *wire = limited(fixture, 0, 250);
    ics_link_fixture_burst(fixture, 0, wire, 3, 100); /* one in service, 200 bytes wait */
    ics_link_fixture_send(fixture, 0, wire, 0, 51);
    ics_link_fixture_send(fixture, 0, wire, 0, 50);
    ics_link_fixture_send(fixture, 0, wire, 0, 1);
    ics_link_fixture_run(fixture);
    ics_link_fixture_expect(fixture, "0@100000 1@200000 2@300000 4@350000");
    ics_link_fixture_expect_seen(fixture, ICS_OBSERVE_PACKET_DROPPED,
                                 "3@0 queue-full, 5@0 queue-full");
}

static void of_two_limits_both_hold(void **state)
{
    IcsLinkFixture *fixture = *state;
    ics_link_fixture_observe(fixture);
    IcsLinkDirection *wire = limited(fixture, 2, 250);
    ics_link_fixture_send(fixture, 0, wire, 0, 100);
    ics_link_fixture_send(fixture, 0, wire, 0, 240);
    ics_link_fixture_send(fixture, 0, wire, 0, 20); /* too many bytes */
    ics_link_fixture_send(fixture, 0, wire, 0, 5);
    ics_link_fixture_send(fixture, 0, wire, 0, 5); /* too many packets */
    ics_link_fixture_run(fixture);
    ics_link_fixture_expect(fixture, "0@100000 1@340000 3@345000");
    ics_link_fixture_expect_seen(fixture, ICS_OBSERVE_PACKET_DROPPED,
                                 "2@0 queue-full, 4@0 queue-full");
}

static void the_default_queue_holds_a_hundred_packets(void **state)
{
    IcsLinkFixture *fixture = *state;
    IcsLinkDirection *wire =
        ics_link_fixture_link(fixture, "a", "b", &(IcsLinkConfig){.rate_bps = KBIT});
    ics_link_fixture_burst(fixture, 0, wire, 200, 20);
    ics_link_fixture_run(fixture);
    assert_int_equal(wire->counters.delivered, 101);
    assert_int_equal(wire->counters.dropped[ICS_CAUSE_QUEUE_FULL], 99);
    assert_int_equal(wire->counters.queue_maximum, 100);
}

/* ---- in the middle of a run ---- */

static void what_is_inside_when_a_run_stops_is_in_flight(void **state)
{
    for (int scheduled = 0; scheduled < 2; scheduled++) {
        IcsLinkFixture *fixture = *state;
        IcsLinkDirection *wire = ics_link_fixture_wire(fixture, 8 * MBIT, 150000, 9, scheduled);
        ics_link_fixture_burst(fixture, 0, wire, 4, 100);
        assert_int_equal(ics_link_fixture_run_until(fixture, 250000), ICS_STOP_TIME);
        ics_link_fixture_expect(fixture, "0@250000");
        assert_int_equal(ics_link_direction_in_flight(wire), 3);
        assert_int_equal(ics_link_direction_busy_ns(wire), 250000);
        /* 100 and 200 us that are over, and 250 us so far. */
        assert_int_equal(ics_link_direction_waited_ns(wire), 550000);
        ics_link_fixture_run(fixture);
        assert_int_equal(ics_link_direction_in_flight(wire), 0);
        assert_int_equal(ics_link_direction_busy_ns(wire), 400000);
        assert_int_equal(ics_link_direction_waited_ns(wire), 600000);
        ics_link_fixture_teardown(state);
        ics_link_fixture_setup(state);
    }
}

static IcsLinkFixture *new_until(int64_t horizon_ns)
{
    static const char *const names[] = {"a", "b", NULL};
    return ics_link_fixture_new(names, 1, horizon_ns);
}

static void nothing_is_decided_about_what_leaves_behind_the_horizon(void **state)
{
    (void)state;
    g_autoptr(IcsLinkFixture) fixture = new_until(250000);
    IcsLinkDirection *wire = ics_link_fixture_wire(fixture, 8 * MBIT, 0, 9, false);
    ics_link_fixture_burst(fixture, 0, wire, 4, 100);
    assert_int_equal(ics_link_fixture_run_until(fixture, 250000), ICS_STOP_TIME);
    assert_int_equal(fixture->simulation->now_ns, 250000);
    assert_int_equal(wire->counters.departed, 2);
    assert_int_equal(ics_link_direction_in_flight(wire), 2);
}

static void a_run_behind_the_horizon_goes_on_as_without_it(void **state)
{
    (void)state;
    g_autoptr(IcsLinkFixture) fixture = new_until(150000);
    IcsLinkDirection *wire = ics_link_fixture_wire(fixture, 8 * MBIT, 7, 9, false);
    ics_link_fixture_burst(fixture, 0, wire, 4, 100);
    ics_link_fixture_send(fixture, 500000, wire, 0, 100);
    ics_link_fixture_run_until(fixture, 150000);
    ics_link_fixture_run(fixture);
    ics_link_fixture_expect(fixture, "0@100007 1@200007 2@300007 3@400007 4@600007");
}

static void a_run_lasts_until_the_last_packet_has_left_even_if_it_is_lost(void **state)
{
    for (int scheduled = 0; scheduled < 2; scheduled++) {
        IcsLinkFixture *fixture = *state;
        IcsLossConfig config = {.probability = ICS_PROBABILITY_ONE, .has_probability = true};
        IcsLinkDirection *wire = ics_link_fixture_wire(fixture, 8 * MBIT, 0, 9, scheduled);
        ics_link_fixture_fault(fixture, wire, &ics_loss_class, &config);
        ics_link_fixture_burst(fixture, 0, wire, 3, 100);
        assert_int_equal(ics_link_fixture_run_until(fixture, 250000), ICS_STOP_TIME);
        ics_link_fixture_run(fixture);
        assert_int_equal(fixture->simulation->last_event_ns, 300000);
        ics_link_fixture_teardown(state);
        ics_link_fixture_setup(state);
    }
}

static void a_world_may_be_freed_in_the_middle_of_a_run(void **state)
{
    IcsLinkFixture *fixture = *state;
    IcsDelayConfig jitter = {.jitter_ns = 2000000};
    IcsReorderConfig displace = {.probability = ics_probability_from_ratio(1, 2),
                                 .has_probability = true,
                                 .displacement = 9};
    for (int scheduled = 0; scheduled < 2; scheduled++) {
        IcsLinkDirection *wire = ics_link_fixture_wire(fixture, 8 * MBIT, 100000, 99, scheduled);
        ics_link_fixture_fault(fixture, wire, &ics_delay_class, &jitter);
        ics_link_fixture_fault(fixture, wire, &ics_reorder_class, &displace);
        ics_link_fixture_verb(fixture, 600000, wire, ics_link_direction_hold);
        ics_link_fixture_burst(fixture, 0, wire, 30, 100);
    }
    assert_int_equal(ics_link_fixture_run_until(fixture, 1500000), ICS_STOP_TIME);
    for (guint i = 0; i < 4; i += 2) {
        const IcsLinkDirection *wire = g_ptr_array_index(fixture->network->directions, i);
        assert_true(wire->held_back.packets > 0 && wire->n_strays > 0 && wire->n_displaced > 0);
    }
}

/* ---- order ---- */

static void packets_of_equal_arrival_keep_the_order_of_offering_over_several_links(void **state)
{
    IcsLinkFixture *fixture = *state;
    IcsLinkDirection *slow = ics_link_fixture_wire(fixture, 8 * MBIT, 0, 9, false);
    IcsLinkDirection *fast = ics_link_fixture_link(
        fixture, "a", "b", &(IcsLinkConfig){.name = "fast", .delay_ns = 60000});
    IcsLinkDirection *third = ics_link_fixture_link(
        fixture, "a", "b", &(IcsLinkConfig){.name = "third", .delay_ns = 50000, .scheduled = true});
    ics_link_fixture_send(fixture, 0, slow, 0, 100);
    ics_link_fixture_send(fixture, 40000, fast, 1, 100);
    ics_link_fixture_send(fixture, 40000, fast, 1, 100);
    ics_link_fixture_send(fixture, 50000, third, 2, 100);
    ics_link_fixture_send(fixture, 40000, fast, 1, 100);
    ics_link_fixture_run(fixture);
    ics_link_fixture_expect(fixture, "0@100000 A0@100000 A1@100000 A2@100000 B0@100000");
}

static void packets_of_several_hosts_arrive_in_the_order_of_their_names(void **state)
{
    IcsLinkFixture *fixture = *state;
    IcsLinkConfig config = {.delay_ns = 10};
    IcsLinkDirection *from_c = ics_link_fixture_link(fixture, "c", "b", &config);
    IcsLinkDirection *from_a = ics_link_fixture_link(fixture, "a", "b", &config);
    ics_link_fixture_send(fixture, 0, from_c, 0, 100);
    ics_link_fixture_send(fixture, 0, from_a, 1, 100);
    ics_link_fixture_run(fixture);
    ics_link_fixture_expect(fixture, "A0@10 0@10");
}

/* ---- what observers are told ---- */

static void observers_follow_a_packet_from_end_to_end(void **state)
{
    IcsLinkFixture *fixture = *state;
    ics_link_fixture_observe(fixture);
    IcsLinkDirection *wire = ics_link_fixture_wire(fixture, 8 * MBIT, 5, 9, true);
    ics_link_fixture_send(fixture, 3, wire, 0, 100);
    ics_link_fixture_run(fixture);
    ics_link_fixture_expect_seen(fixture, ICS_OBSERVE_PACKET_OFFERED, "0@3");
    ics_link_fixture_expect_seen(fixture, ICS_OBSERVE_PACKET_QUEUED, "0@3");
    ics_link_fixture_expect_seen(fixture, ICS_OBSERVE_PACKET_DEPARTED, "0@100003");
    ics_link_fixture_expect_seen(fixture, ICS_OBSERVE_PACKET_ARRIVED, "0@100008");
    uint32_t a = ics_link_fixture_host(fixture, "a")->node;
    for (guint i = 0; i < fixture->observations->len; i++) {
        const IcsSighting *seen = &g_array_index(fixture->observations, IcsSighting, i);
        assert_ptr_equal(seen->direction, wire);
        assert_int_equal(seen->node, a + (seen->kind == ICS_OBSERVE_PACKET_ARRIVED));
    }
    assert_string_equal(wire->name, "wire a->b");
    assert_string_equal(ics_link_fixture_back(wire)->name, "wire b->a");
}

static void check_actor(gpointer data, const IcsObservation *observation)
{
    const IcsLinkFixture *fixture = data;
    assert_int_equal(fixture->simulation->current, observation->node);
}

/* So that what an observer sets off is caused by the host. */
static void hosts_execute_their_departures_and_arrivals(void **state)
{
    IcsLinkFixture *fixture = *state;
    ics_bus_subscribe(&fixture->simulation->bus, ICS_OBSERVE_EVERYTHING, check_actor, fixture);
    IcsLinkDirection *wire = ics_link_fixture_wire(fixture, 8 * MBIT, 5, 9, true);
    ics_link_fixture_burst(fixture, 3, wire, 3, 100);
    ics_link_fixture_burst(fixture, 7, ics_link_fixture_back(wire), 3, 100);
    ics_link_fixture_verb(fixture, 150000, wire, ics_link_direction_hold);
    ics_link_fixture_verb(fixture, 250000, wire, ics_link_direction_release);
    ics_link_fixture_run(fixture);
    assert_int_equal(fixture->inputs->len, 6);
}

/* ---- queues that need a dequeue event ---- */

static void another_discipline_schedules_its_departures(void **state)
{
    IcsLinkFixture *fixture = *state;
    const IcsQueueClass *codel = ics_queue_class_by_name("codel");
    IcsLinkDirection *wire = ics_link_fixture_link(
        fixture, "a", "b", &(IcsLinkConfig){.rate_bps = 8 * MBIT, .queue = codel});
    assert_true(wire->scheduled);
    ics_link_fixture_burst(fixture, 0, wire, 3, 100);
    ics_link_fixture_run(fixture);
    ics_link_fixture_expect(fixture, "0@100000 1@200000 2@300000");
}

static void a_discipline_may_drop_what_it_has_accepted(void **state)
{
    IcsLinkFixture *fixture = *state;
    ics_link_fixture_observe(fixture);
    const IcsQueueClass *codel = ics_queue_class_by_name("codel");
    IcsLinkDirection *wire = ics_link_fixture_link(
        fixture, "a", "b",
        &(IcsLinkConfig){.rate_bps = 80 * KBIT, .mtu_bytes = 1500, .queue = codel});
    for (int i = 0; i < 400; i++) { /* twice the capacity, for 20 s */
        ics_link_fixture_send(fixture, i * SECOND / 20, wire, 0, 1000);
    }
    ics_link_fixture_run(fixture);
    assert_true(wire->counters.dropped[ICS_CAUSE_EARLY_DROP] > 0);
    assert_int_equal(wire->counters.dropped[ICS_CAUSE_EARLY_DROP] + wire->counters.delivered, 400);
}

static void the_queue_knows_rate_and_mtu_of_its_direction(void **state)
{
    IcsLinkFixture *fixture = *state;
    IcsLinkDirection *wire = ics_link_fixture_link(
        fixture, "a", "b",
        &(IcsLinkConfig){.rate_bps = 64 * KBIT, .mtu_bytes = 9000, .scheduled = true});
    assert_int_equal(wire->queue->settings.mtu_bytes, 9000);
    assert_int_equal(wire->queue->settings.rate_bps, 64 * KBIT);
    ics_link_direction_set_rate(wire, 128 * KBIT);
    assert_int_equal(wire->queue->settings.rate_bps, 128 * KBIT);
    IcsCapacity *capacity = ics_capacity_parse("trace", "1\n4\n", 4, NULL);
    wire = ics_link_fixture_link(fixture, "a", "c", &(IcsLinkConfig){.capacity = capacity});
    assert_int_equal(wire->queue->settings.rate_bps, 6 * MBIT);
    ics_capacity_free(capacity);
}

/* ---- misuse ---- */

static void take_down(gpointer data)
{
    ics_link_direction_down(data);
}

static void bring_up(gpointer data)
{
    ics_link_direction_up(data);
}

static void change_rate(gpointer data)
{
    ics_link_direction_set_rate(data, 1);
}

static void change_delay(gpointer data)
{
    ics_link_direction_set_delay(data, 1);
}

static void flush(gpointer data)
{
    ics_link_direction_flush(data, ICS_CAUSE_HOST_DOWN);
}

static void a_computed_direction_refuses_verbs_that_would_falsify_its_departures(void **state)
{
    IcsLinkFixture *fixture = *state;
    IcsLinkDirection *wire = ics_link_fixture_wire(fixture, MBIT, 0, 9, false);
    void (*const verbs[])(gpointer) = {take_down, bring_up, change_rate, change_delay, flush};
    for (size_t i = 0; i < G_N_ELEMENTS(verbs); i++) {
        assert_true(ics_test_child_aborts(verbs[i], wire));
    }
}

#define TEST(name)                                                                                 \
    cmocka_unit_test_setup_teardown(name, ics_link_fixture_setup, ics_link_fixture_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_packet_takes_its_bits_over_the_rate_and_the_propagation_delay),
        TEST(back_to_back_packets_leave_no_gap),
        TEST(a_transmission_that_takes_a_fraction_of_a_nanosecond_more_is_rounded_up),
        TEST(the_fastest_transmitter_still_takes_a_nanosecond),
        TEST(without_a_rate_only_the_delay_counts),
        TEST(without_rate_and_delay_a_packet_arrives_at_once),
        TEST(the_largest_packet_at_one_bit_a_second_takes_six_days),
        TEST(a_queue_that_would_take_longer_than_time_lasts_is_no_overflow),
        TEST(the_two_directions_do_not_share_the_transmitter),
        TEST(packets_leave_at_the_opportunities_of_a_capacity_trace),
        TEST(small_packets_share_an_opportunity_of_a_capacity_trace),
        TEST(the_mtu_is_the_longest_packet_that_passes),
        TEST(the_packet_in_service_takes_no_room_in_the_queue),
        TEST(a_slot_is_free_at_the_very_instant_at_which_its_transmission_starts),
        TEST(a_slot_is_free_then_even_for_what_the_world_makes_a_host_send),
        TEST(a_limit_in_bytes_counts_the_bytes_that_wait),
        TEST(of_two_limits_both_hold),
        TEST(the_default_queue_holds_a_hundred_packets),
        TEST(what_is_inside_when_a_run_stops_is_in_flight),
        TEST(nothing_is_decided_about_what_leaves_behind_the_horizon),
        TEST(a_run_behind_the_horizon_goes_on_as_without_it),
        TEST(a_run_lasts_until_the_last_packet_has_left_even_if_it_is_lost),
        TEST(a_world_may_be_freed_in_the_middle_of_a_run),
        TEST(packets_of_equal_arrival_keep_the_order_of_offering_over_several_links),
        TEST(packets_of_several_hosts_arrive_in_the_order_of_their_names),
        TEST(observers_follow_a_packet_from_end_to_end),
        TEST(hosts_execute_their_departures_and_arrivals),
        TEST(another_discipline_schedules_its_departures),
        TEST(a_discipline_may_drop_what_it_has_accepted),
        TEST(the_queue_knows_rate_and_mtu_of_its_direction),
        TEST(a_computed_direction_refuses_verbs_that_would_falsify_its_departures),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
