/* What the schedule does to a direction: down and up, rate, delay, hold and release, partition and
 * repair, and the loss of what a crashed host had queued. */
#include <cmocka.h>

#include "tests/support/link_fixture.h"

#define SECOND INT64_C(1000000000)
#define MBIT   INT64_C(1000000)
#define US     INT64_C(1000)

/* 100 bytes take 100 us, the way takes 250 us more. */
static IcsLinkDirection *usual_wire(IcsLinkFixture *fixture)
{
    ics_link_fixture_observe(fixture);
    return ics_link_fixture_wire(fixture, 8 * MBIT, 250 * US, 10, true);
}

static void expect_drops(const IcsLinkFixture *fixture, const char *drops)
{
    ics_link_fixture_expect_seen(fixture, ICS_OBSERVE_PACKET_DROPPED, drops);
}

/* ---- down and up ---- */

static void down_loses_what_is_sent_and_keeps_the_queue(void **state)
{
    IcsLinkFixture *fixture = *state;
    IcsLinkDirection *wire = usual_wire(fixture);
    ics_link_fixture_burst(fixture, 0, wire, 6, 100);
    /* 0 has arrived, 1 and 2 are on the wire, 3 is in service, 4 and 5 wait. */
    ics_link_fixture_verb(fixture, 380 * US, wire, ics_link_direction_down);
    ics_link_fixture_send(fixture, 380 * US, wire, 0, 100);
    ics_link_fixture_send(fixture, 390 * US, wire, 0, 100);
    ics_link_fixture_verb(fixture, 1000 * US, wire, ics_link_direction_up);
    ics_link_fixture_run(fixture);
    ics_link_fixture_expect(fixture, "0@350000 4@1350000 5@1450000");
    expect_drops(fixture, "3@380000 link-down, 1@380000 link-down, 2@380000 link-down, "
                          "6@380000 link-down, 7@390000 link-down");
    assert_int_equal(wire->counters.busy_ns, (380 + 200) * US);
    /* 1, 2 and 3 as ever; 4 waited until it was up, 5 until 4 had left. */
    assert_int_equal(wire->counters.waited_ns, (100 + 200 + 300 + 1000 + 1100) * US);
}

static void down_reaches_strays_and_what_is_held_back(void **state)
{
    IcsLinkFixture *fixture = *state;
    IcsLinkDirection *wire = usual_wire(fixture);
    ics_link_fixture_burst(fixture, 0, wire, 3, 100);
    ics_link_fixture_verb(fixture, 0, wire, ics_link_direction_hold);
    ics_link_fixture_verb(fixture, 400 * US, wire, ics_link_direction_down);
    ics_link_fixture_verb(fixture, 500 * US, wire, ics_link_direction_release);
    ics_link_fixture_verb(fixture, 600 * US, wire, ics_link_direction_up);
    ics_link_fixture_run(fixture);
    ics_link_fixture_expect(fixture, "");
    assert_int_equal(wire->counters.dropped[ICS_CAUSE_LINK_DOWN], 3);
}

static void down_twice_is_down_once(void **state)
{
    IcsLinkFixture *fixture = *state;
    IcsLinkDirection *wire = usual_wire(fixture);
    ics_link_fixture_burst(fixture, 0, wire, 2, 100);
    ics_link_fixture_verb(fixture, 10 * US, wire, ics_link_direction_down);
    ics_link_fixture_verb(fixture, 20 * US, wire, ics_link_direction_down);
    ics_link_fixture_verb(fixture, 30 * US, wire, ics_link_direction_up);
    ics_link_fixture_run(fixture);
    ics_link_fixture_expect(fixture, "1@380000");
    expect_drops(fixture, "0@10000 link-down");
}

static void up_when_it_is_up_changes_nothing(void **state)
{
    IcsLinkFixture *fixture = *state;
    IcsLinkDirection *wire = usual_wire(fixture);
    ics_link_fixture_burst(fixture, 0, wire, 2, 100);
    ics_link_fixture_verb(fixture, 50 * US, wire, ics_link_direction_up);
    ics_link_fixture_verb(fixture, 100 * US, wire, ics_link_direction_up);
    ics_link_fixture_run(fixture);
    ics_link_fixture_expect(fixture, "0@350000 1@450000");
    assert_int_equal(wire->counters.busy_ns, 200 * US);
}

static void the_other_direction_is_left_alone(void **state)
{
    IcsLinkFixture *fixture = *state;
    IcsLinkDirection *wire = usual_wire(fixture);
    ics_link_fixture_send(fixture, 0, wire, 0, 100);
    ics_link_fixture_send(fixture, 0, ics_link_fixture_back(wire), 1, 100);
    ics_link_fixture_verb(fixture, 10 * US, wire, ics_link_direction_down);
    ics_link_fixture_run(fixture);
    ics_link_fixture_expect(fixture, "A0@350000");
}

/* The last bit leaves and the first arrives at the very instant: both have happened, for the world
 * acts before hosts do, but a packet that leaves has left. */
static void what_leaves_at_the_instant_of_down_has_left_and_is_lost_on_the_wire(void **state)
{
    IcsLinkFixture *fixture = *state;
    IcsLinkDirection *wire = usual_wire(fixture);
    ics_link_fixture_burst(fixture, 0, wire, 2, 100);
    ics_link_fixture_verb(fixture, 100 * US, wire, ics_link_direction_down);
    ics_link_fixture_run(fixture);
    assert_int_equal(wire->counters.departed, 1);
    expect_drops(fixture, "1@100000 link-down, 0@100000 link-down");
    assert_int_equal(wire->counters.busy_ns, 100 * US);
}

static void a_queue_that_is_full_while_down_stays_full(void **state)
{
    IcsLinkFixture *fixture = *state;
    ics_link_fixture_observe(fixture);
    IcsLinkDirection *wire = ics_link_fixture_wire(fixture, 8 * MBIT, 0, 2, true);
    ics_link_fixture_burst(fixture, 0, wire, 3, 100);
    ics_link_fixture_verb(fixture, 50 * US, wire, ics_link_direction_down);
    ics_link_fixture_send(fixture, 60 * US, wire, 0, 100);
    ics_link_fixture_verb(fixture, 70 * US, wire, ics_link_direction_up);
    ics_link_fixture_send(fixture, 70 * US, wire, 0, 100);
    ics_link_fixture_send(fixture, 70 * US, wire, 0, 100);
    ics_link_fixture_run(fixture);
    ics_link_fixture_expect(fixture, "1@170000 2@270000 4@370000");
    expect_drops(fixture, "0@50000 link-down, 3@60000 link-down, 5@70000 queue-full");
}

static void down_forgets_what_later_packets_had_to_stay_behind(void **state)
{
    IcsLinkFixture *fixture = *state;
    IcsLinkDirection *wire = usual_wire(fixture);
    IcsDelayConfig once = {.time_ns = SECOND, .reordering = 1};
    IcsFault *delay = ics_link_fixture_fault(fixture, wire, &ics_delay_class, &once);
    ics_link_fixture_send(fixture, 0, wire, 0, 100);
    ics_link_fixture_verb(fixture, 200 * US, wire, ics_link_direction_down);
    ics_link_fixture_verb(fixture, 300 * US, wire, ics_link_direction_up);
    ics_link_fixture_run_until(fixture, 300 * US);
    IcsDelayConfig shorter = {.time_ns = 1, .reordering = 1};
    assert_true(ics_fault_change(delay, &shorter, NULL));
    ics_link_fixture_send(fixture, 300 * US, wire, 0, 100);
    ics_link_fixture_run(fixture);
    ics_link_fixture_expect(fixture, "1@650001");
}

static void up_finds_the_opportunities_that_a_lost_packet_had_reserved(void **state)
{
    IcsLinkFixture *fixture = *state;
    IcsCapacity *capacity = ics_capacity_parse("trace", "1\n9\n", 4, NULL);
    IcsLinkDirection *wire = ics_link_fixture_link(
        fixture, "a", "b", &(IcsLinkConfig){.capacity = capacity, .scheduled = true});
    ics_link_fixture_send(fixture, 0, wire, 0, 6000); /* 1, 9, 10 and 18 ms */
    ics_link_fixture_send(fixture, 0, wire, 0, 1500);
    ics_link_fixture_verb(fixture, 2000 * US, wire, ics_link_direction_down);
    ics_link_fixture_verb(fixture, 3000 * US, wire, ics_link_direction_up);
    ics_link_fixture_run(fixture);
    ics_link_fixture_expect(fixture, "1@9000000");
    assert_int_equal(wire->counters.busy_ns, (2000 + 6000) * US);
    ics_capacity_free(capacity);
}

/* ---- rate ---- */

/* One packet of 1000 bits, at 1000 bit/s. */
static IcsLinkDirection *slow_wire(IcsLinkFixture *fixture)
{
    IcsLinkDirection *wire = ics_link_fixture_wire(fixture, 1000, 0, 10, true);
    ics_link_fixture_send(fixture, 0, wire, 0, 125);
    return wire;
}

static void the_rest_of_the_bits_goes_at_the_new_rate(void **state)
{
    IcsLinkFixture *fixture = *state;
    IcsLinkDirection *wire = slow_wire(fixture);
    ics_link_fixture_send(fixture, 0, wire, 0, 125);
    ics_link_fixture_rate(fixture, 400000 * US, wire, 2000); /* 600 bits are left */
    ics_link_fixture_run(fixture);
    ics_link_fixture_expect(fixture, "0@700000000 1@1200000000");
    assert_int_equal(wire->counters.busy_ns, 1200000 * US);
    assert_int_equal(wire->counters.waited_ns, 700000 * US);
}

static void several_changes_within_a_packet_add_up(void **state)
{
    IcsLinkFixture *fixture = *state;
    IcsLinkDirection *wire = slow_wire(fixture);
    ics_link_fixture_rate(fixture, 100000 * US, wire, 2000);  /* 100 bits so far */
    ics_link_fixture_rate(fixture, 200000 * US, wire, 500);   /* 300 */
    ics_link_fixture_rate(fixture, 1200000 * US, wire, 4000); /* 800 */
    ics_link_fixture_rate(fixture, 1225000 * US, wire, 1000); /* 900 */
    ics_link_fixture_run(fixture);
    ics_link_fixture_expect(fixture, "0@1325000000");
    assert_int_equal(ics_link_direction_busy_ns(wire), 1325000 * US);
}

static void a_bit_that_has_begun_goes_at_the_old_rate(void **state)
{
    IcsLinkFixture *fixture = *state;
    IcsLinkDirection *wire = ics_link_fixture_wire(fixture, 1, 0, 10, true);
    ics_link_fixture_send(fixture, 0, wire, 0, 1);
    ics_link_fixture_rate(fixture, 2 * SECOND + SECOND / 2, wire, 10); /* in the third bit */
    ics_link_fixture_rate(fixture, 2 * SECOND + SECOND * 3 / 4, wire, 5);
    ics_link_fixture_run(fixture);
    ics_link_fixture_expect(fixture, "0@4000000000"); /* 3 s, and five bits at 5 bit/s */
}

/* Fractions of a bit of a fast rate must not become bits of a slow one. */
static void a_change_to_a_far_slower_rate_is_exact_to_the_bit(void **state)
{
    IcsLinkFixture *fixture = *state;
    IcsLinkDirection *wire = ics_link_fixture_wire(fixture, 10 * SECOND, 0, 10, true);
    ics_link_fixture_send(fixture, 0, wire, 0, 1000); /* 800 ns at 10 bits a ns */
    ics_link_fixture_rate(fixture, 799, wire, 1);
    ics_link_fixture_run(fixture);
    ics_link_fixture_expect(fixture, "0@10000000799"); /* the last ten bits */
}

static void at_an_infinite_rate_the_rest_leaves_at_once(void **state)
{
    IcsLinkFixture *fixture = *state;
    IcsLinkDirection *wire = slow_wire(fixture);
    ics_link_fixture_send(fixture, 0, wire, 0, 125);
    ics_link_fixture_rate(fixture, 400000 * US, wire, 0);
    ics_link_fixture_run(fixture);
    ics_link_fixture_expect(fixture, "0@400000000 1@400000000");
}

static void a_bit_is_finished_before_an_infinite_rate(void **state)
{
    IcsLinkFixture *fixture = *state;
    IcsLinkDirection *wire = slow_wire(fixture);
    ics_link_fixture_rate(fixture, 400000 * US + 1, wire, 0);
    ics_link_fixture_rate(fixture, 400000 * US + 2, wire, 1000); /* within the same bit */
    ics_link_fixture_rate(fixture, 400000 * US + 3, wire, 0);
    ics_link_fixture_run(fixture);
    ics_link_fixture_expect(fixture, "0@401000000");
}

static void from_an_infinite_rate_the_next_packet_takes_time(void **state)
{
    IcsLinkFixture *fixture = *state;
    IcsLinkDirection *wire = ics_link_fixture_wire(fixture, 0, 0, 10, true);
    ics_link_fixture_send(fixture, 5, wire, 0, 125);
    ics_link_fixture_rate(fixture, 10, wire, 1000);
    ics_link_fixture_send(fixture, 10, wire, 0, 125);
    ics_link_fixture_run(fixture);
    ics_link_fixture_expect(fixture, "0@5 1@1000000010");
}

static void the_rate_it_has_changes_nothing(void **state)
{
    IcsLinkFixture *fixture = *state;
    IcsLinkDirection *wire = ics_link_fixture_wire(fixture, 3, 0, 10, true);
    ics_link_fixture_send(fixture, 0, wire, 0, 1);
    for (int i = 1; i < 20; i++) {
        ics_link_fixture_rate(fixture, i * SECOND / 10, wire, 3);
    }
    ics_link_fixture_run(fixture);
    ics_link_fixture_expect(fixture, "0@2666666667");
}

static void a_packet_that_leaves_at_the_instant_of_a_change_has_left(void **state)
{
    IcsLinkFixture *fixture = *state;
    IcsLinkDirection *wire = slow_wire(fixture);
    ics_link_fixture_send(fixture, 0, wire, 0, 125);
    ics_link_fixture_rate(fixture, SECOND, wire, 2000);
    ics_link_fixture_run(fixture);
    ics_link_fixture_expect(fixture, "0@1000000000 1@1500000000");
}

static void a_new_rate_holds_for_packets_of_any_length(void **state)
{
    IcsLinkFixture *fixture = *state;
    IcsLinkDirection *wire = ics_link_fixture_wire(fixture, 1000, 0, 10, true);
    ics_link_fixture_send(fixture, 0, wire, 0, 125);
    ics_link_fixture_rate(fixture, 2 * SECOND, wire, 2000);
    ics_link_fixture_send(fixture, 2 * SECOND, wire, 0, 0);
    ics_link_fixture_send(fixture, 2 * SECOND, wire, 0, 125);
    ics_link_fixture_send(fixture, 3 * SECOND, wire, 0, 0);
    ics_link_fixture_run(fixture);
    ics_link_fixture_expect(fixture, "0@1000000000 1@2000000000 2@2500000000 3@3000000000");
}

/* ---- delay ---- */

static void make_short(IcsLinkDirection *direction)
{
    ics_link_direction_set_delay(direction, 10 * US);
}

static void another_delay_does_not_touch_packets_on_the_wire(void **state)
{
    IcsLinkFixture *fixture = *state;
    IcsLinkDirection *wire = usual_wire(fixture);
    ics_link_fixture_burst(fixture, 0, wire, 3, 100);
    ics_link_fixture_verb(fixture, 150 * US, wire, make_short);
    ics_link_fixture_run(fixture);
    ics_link_fixture_expect(fixture, "1@210000 2@310000 0@350000");
}

/* ---- hold and release ---- */

static void release_lets_everything_arrive_at_that_instant_in_order(void **state)
{
    IcsLinkFixture *fixture = *state;
    IcsLinkDirection *wire = usual_wire(fixture);
    ics_link_fixture_burst(fixture, 0, wire, 4, 100);
    ics_link_fixture_verb(fixture, 400 * US, wire, ics_link_direction_hold);
    ics_link_fixture_verb(fixture, 600 * US, wire, ics_link_direction_release);
    ics_link_fixture_run(fixture);
    /* 1 and 2 were held; 3 arrives by itself. */
    ics_link_fixture_expect(fixture, "0@350000 1@600000 2@600000 3@650000");
    ics_link_fixture_expect_seen(fixture, ICS_OBSERVE_PACKET_ARRIVED,
                                 "0@350000, 1@600000, 2@600000, 3@650000");
}

static void what_arrives_at_the_instant_of_release_comes_after_what_was_held(void **state)
{
    IcsLinkFixture *fixture = *state;
    IcsLinkDirection *wire = usual_wire(fixture);
    ics_link_fixture_burst(fixture, 0, wire, 2, 100);
    ics_link_fixture_verb(fixture, 0, wire, ics_link_direction_hold);
    ics_link_fixture_verb(fixture, 450 * US, wire, ics_link_direction_release);
    ics_link_fixture_run(fixture);
    ics_link_fixture_expect(fixture, "0@450000 1@450000");
}

static void hold_and_release_may_come_twice_or_without_each_other(void **state)
{
    IcsLinkFixture *fixture = *state;
    IcsLinkDirection *wire = usual_wire(fixture);
    ics_link_fixture_burst(fixture, 0, wire, 2, 100);
    ics_link_fixture_verb(fixture, 0, wire, ics_link_direction_release);
    ics_link_fixture_verb(fixture, 300 * US, wire, ics_link_direction_hold);
    ics_link_fixture_verb(fixture, 400 * US, wire, ics_link_direction_hold);
    ics_link_fixture_verb(fixture, 500 * US, wire, ics_link_direction_release);
    ics_link_fixture_verb(fixture, 600 * US, wire, ics_link_direction_release);
    ics_link_fixture_run(fixture);
    ics_link_fixture_expect(fixture, "0@500000 1@500000");
}

static void held_packets_are_in_flight(void **state)
{
    IcsLinkFixture *fixture = *state;
    IcsLinkDirection *wire = ics_link_fixture_wire(fixture, 0, 10, 10, false);
    ics_link_direction_hold(wire);
    ics_link_fixture_burst(fixture, 0, wire, 3, 100);
    ics_link_fixture_run(fixture);
    ics_link_fixture_expect(fixture, "");
    assert_int_equal(ics_link_direction_in_flight(wire), 3);
    assert_int_equal(wire->counters.delivered, 0);
}

/* ---- partition and repair ---- */

static void a_partition_loses_at_arrival(void **state)
{
    IcsLinkFixture *fixture = *state;
    IcsLinkDirection *wire = usual_wire(fixture);
    ics_link_fixture_burst(fixture, 0, wire, 5, 100);
    ics_link_fixture_verb(fixture, 450 * US, wire, ics_link_direction_partition);
    ics_link_fixture_verb(fixture, 650 * US, wire, ics_link_direction_repair);
    ics_link_fixture_run(fixture);
    ics_link_fixture_expect(fixture, "0@350000 3@650000 4@750000");
    expect_drops(fixture, "1@450000 partition, 2@550000 partition");
}

static void repair_ends_all_partitions_on_the_direction(void **state)
{
    IcsLinkFixture *fixture = *state;
    IcsLinkDirection *wire = usual_wire(fixture);
    ics_link_fixture_burst(fixture, 0, wire, 3, 100);
    ics_link_fixture_verb(fixture, 1, wire, ics_link_direction_partition);
    ics_link_fixture_verb(fixture, 2, wire, ics_link_direction_partition);
    ics_link_fixture_verb(fixture, 400 * US, wire, ics_link_direction_repair);
    ics_link_fixture_verb(fixture, 460 * US, wire, ics_link_direction_repair);
    ics_link_fixture_run(fixture);
    ics_link_fixture_expect(fixture, "1@450000 2@550000");
}

static void what_is_released_into_a_partition_is_lost(void **state)
{
    IcsLinkFixture *fixture = *state;
    IcsLinkDirection *wire = usual_wire(fixture);
    ics_link_fixture_burst(fixture, 0, wire, 2, 100);
    ics_link_fixture_verb(fixture, 0, wire, ics_link_direction_hold);
    ics_link_fixture_verb(fixture, 400 * US, wire, ics_link_direction_partition);
    ics_link_fixture_verb(fixture, 500 * US, wire, ics_link_direction_release);
    ics_link_fixture_run(fixture);
    ics_link_fixture_expect(fixture, "");
    expect_drops(fixture, "1@450000 partition, 0@500000 partition");
}

/* ---- flush ---- */

static void lose_everything(IcsLinkDirection *direction)
{
    ics_link_direction_flush(direction, ICS_CAUSE_HOST_DOWN);
}

static void a_flush_loses_queue_and_packet_in_service_but_not_the_wire(void **state)
{
    IcsLinkFixture *fixture = *state;
    IcsLinkDirection *wire = usual_wire(fixture);
    ics_link_fixture_burst(fixture, 0, wire, 4, 100);
    ics_link_fixture_verb(fixture, 150 * US, wire, lose_everything);
    ics_link_fixture_send(fixture, 160 * US, wire, 0, 100);
    ics_link_fixture_run(fixture);
    ics_link_fixture_expect(fixture, "0@350000 4@510000");
    expect_drops(fixture, "1@150000 host-down, 2@150000 host-down, 3@150000 host-down");
    assert_int_equal(wire->counters.busy_ns, (150 + 100) * US);
    assert_int_equal(wire->counters.waited_ns, (100 + 150 + 150) * US);
}

static void what_leaves_at_the_instant_of_a_flush_has_left(void **state)
{
    IcsLinkFixture *fixture = *state;
    IcsLinkDirection *wire = usual_wire(fixture);
    ics_link_fixture_burst(fixture, 0, wire, 2, 100);
    ics_link_fixture_verb(fixture, 100 * US, wire, lose_everything);
    ics_link_fixture_run(fixture);
    ics_link_fixture_expect(fixture, "0@350000");
}

static void a_flush_of_nothing_does_nothing(void **state)
{
    IcsLinkFixture *fixture = *state;
    IcsLinkDirection *wire = usual_wire(fixture);
    ics_link_fixture_verb(fixture, 5, wire, lose_everything);
    ics_link_fixture_send(fixture, 10, wire, 0, 100);
    ics_link_fixture_run(fixture);
    ics_link_fixture_expect(fixture, "0@350010");
}

/* CoDel would drop some of them for having waited too long. */
static void a_flush_asks_no_discipline(void **state)
{
    IcsLinkFixture *fixture = *state;
    const IcsQueueClass *codel = ics_queue_class_by_name("codel");
    IcsLinkDirection *wire = ics_link_fixture_link(
        fixture, "a", "b", &(IcsLinkConfig){.rate_bps = 80000, .mtu_bytes = 1500, .queue = codel});
    for (int i = 0; i < 50; i++) {
        ics_link_fixture_send(fixture, i * SECOND / 100, wire, 0, 1000);
    }
    ics_link_fixture_run_until(fixture, SECOND / 2);
    uint64_t early = wire->counters.dropped[ICS_CAUSE_EARLY_DROP];
    uint64_t inside = ics_link_direction_in_flight(wire);
    assert_true(early > 0 && inside > 3);
    ics_link_direction_down(wire); /* so that they wait for too long by any measure */
    ics_link_fixture_verb(fixture, 60 * SECOND, wire, lose_everything);
    ics_link_fixture_run(fixture);
    assert_int_equal(wire->counters.dropped[ICS_CAUSE_EARLY_DROP], early);
    assert_int_equal(wire->counters.dropped[ICS_CAUSE_LINK_DOWN], 1); /* it was in service */
    assert_int_equal(wire->counters.dropped[ICS_CAUSE_HOST_DOWN], inside - 1);
}

#define TEST(name)                                                                                 \
    cmocka_unit_test_setup_teardown(name, ics_link_fixture_setup, ics_link_fixture_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(down_loses_what_is_sent_and_keeps_the_queue),
        TEST(down_reaches_strays_and_what_is_held_back),
        TEST(down_twice_is_down_once),
        TEST(up_when_it_is_up_changes_nothing),
        TEST(the_other_direction_is_left_alone),
        TEST(what_leaves_at_the_instant_of_down_has_left_and_is_lost_on_the_wire),
        TEST(a_queue_that_is_full_while_down_stays_full),
        TEST(down_forgets_what_later_packets_had_to_stay_behind),
        TEST(up_finds_the_opportunities_that_a_lost_packet_had_reserved),
        TEST(the_rest_of_the_bits_goes_at_the_new_rate),
        TEST(several_changes_within_a_packet_add_up),
        TEST(a_bit_that_has_begun_goes_at_the_old_rate),
        TEST(a_change_to_a_far_slower_rate_is_exact_to_the_bit),
        TEST(at_an_infinite_rate_the_rest_leaves_at_once),
        TEST(a_bit_is_finished_before_an_infinite_rate),
        TEST(from_an_infinite_rate_the_next_packet_takes_time),
        TEST(the_rate_it_has_changes_nothing),
        TEST(a_packet_that_leaves_at_the_instant_of_a_change_has_left),
        TEST(a_new_rate_holds_for_packets_of_any_length),
        TEST(another_delay_does_not_touch_packets_on_the_wire),
        TEST(release_lets_everything_arrive_at_that_instant_in_order),
        TEST(what_arrives_at_the_instant_of_release_comes_after_what_was_held),
        TEST(hold_and_release_may_come_twice_or_without_each_other),
        TEST(held_packets_are_in_flight),
        TEST(a_partition_loses_at_arrival),
        TEST(repair_ends_all_partitions_on_the_direction),
        TEST(what_is_released_into_a_partition_is_lost),
        TEST(a_flush_loses_queue_and_packet_in_service_but_not_the_wire),
        TEST(what_leaves_at_the_instant_of_a_flush_has_left),
        TEST(a_flush_of_nothing_does_nothing),
        TEST(a_flush_asks_no_discipline),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
