/* Displacement: a packet is overtaken by exactly k later packets of its flow that are delivered, or
 * waits until its flush. */
#include <cmocka.h>

#include "tests/support/link_fixture.h"
#include "tests/support/splitmix.h"

#define MS INT64_C(1000000)

/* Displaces the packets with these numbers, counted from 1 and copies included, on the direction.
 */
static void displace(IcsLinkFixture *fixture, IcsLinkDirection *wire, int64_t by, int64_t flush_ns,
                     const char *numbers)
{
    g_auto(GStrv) words = g_strsplit(numbers, " ", -1);
    g_autoptr(GArray) nth = g_array_new(FALSE, FALSE, sizeof(int64_t));
    for (char **word = words; *word != NULL; word++) {
        int64_t number = g_ascii_strtoll(*word, NULL, 10);
        g_array_append_val(nth, number);
    }
    IcsReorderConfig config = {.displacement = by, .flush_ns = flush_ns};
    IcsFaultScopeConfig scope = {.nth = nth};
    IcsFixtureFault rule = {.klass = &ics_reorder_class, .config = &config, .scope = &scope};
    ics_link_fixture_add_fault(fixture, &wire->faults, wire->name, &rule);
}

static void affect_nth(IcsLinkFixture *fixture, IcsLinkDirection *wire, const IcsFaultClass *klass,
                       gconstpointer config, int64_t number)
{
    g_autoptr(GArray) nth = g_array_new(FALSE, FALSE, sizeof(int64_t));
    g_array_append_val(nth, number);
    IcsFaultScopeConfig scope = {.nth = nth};
    IcsFixtureFault rule = {.klass = klass, .config = config, .scope = &scope};
    ics_link_fixture_add_fault(fixture, &wire->faults, wire->name, &rule);
}

/* No transmission time, 5 ns of way. */
static IcsLinkDirection *usual_wire(IcsLinkFixture *fixture)
{
    ics_link_fixture_observe(fixture);
    return ics_link_fixture_wire(fixture, 0, 5, 100, true);
}

/* One packet of the flow every 10 ns. */
static void send_every_10ns(IcsLinkFixture *fixture, IcsLinkDirection *wire, int n, uint64_t flow)
{
    for (int i = 0; i < n; i++) {
        ics_link_fixture_send(fixture, 10 * i, wire, flow, 100);
    }
}

static void expect_extents(const IcsLinkFixture *fixture, const char *extents)
{
    ics_link_fixture_expect_seen(fixture, ICS_OBSERVE_PACKET_REORDERED, extents);
}

static void a_displaced_packet_is_overtaken_by_exactly_so_many(void **state)
{
    IcsLinkFixture *fixture = *state;
    IcsLinkDirection *wire = usual_wire(fixture);
    displace(fixture, wire, 3, 0, "1");
    send_every_10ns(fixture, wire, 6, 0);
    ics_link_fixture_run(fixture);
    ics_link_fixture_expect(fixture, "1@15 2@25 3@35 0@35 4@45 5@55");
    expect_extents(fixture, "0@35=3");
    assert_int_equal(wire->counters.reordered, 1);
}

static void other_flows_do_not_count(void **state)
{
    IcsLinkFixture *fixture = *state;
    IcsLinkDirection *wire = usual_wire(fixture);
    displace(fixture, wire, 2, 0, "1");
    ics_link_fixture_send(fixture, 0, wire, 0, 100);
    send_every_10ns(fixture, wire, 3, 1);
    ics_link_fixture_send(fixture, 100, wire, 0, 100);
    send_every_10ns(fixture, wire, 12, 2);
    ics_link_fixture_send(fixture, 120, wire, 0, 100);
    ics_link_fixture_run(fixture);
    expect_extents(fixture, "0@125=2");
}

static void lost_packets_do_not_count(void **state)
{
    IcsLinkFixture *fixture = *state;
    IcsLinkDirection *wire = usual_wire(fixture);
    IcsLossConfig loss = {0};
    affect_nth(fixture, wire, &ics_loss_class, &loss, 2);
    affect_nth(fixture, wire, &ics_loss_class, &loss, 2); /* the third of all */
    displace(fixture, wire, 2, 0, "1");
    send_every_10ns(fixture, wire, 6, 0);
    ics_link_fixture_run(fixture);
    ics_link_fixture_expect(fixture, "3@35 4@45 0@45 5@55");
    expect_extents(fixture, "0@45=2");
}

static void the_other_direction_does_not_count(void **state)
{
    IcsLinkFixture *fixture = *state;
    IcsLinkDirection *wire = usual_wire(fixture);
    displace(fixture, wire, 1, 0, "1");
    ics_link_fixture_send(fixture, 0, wire, 0, 100);
    ics_link_fixture_send(fixture, 10, ics_link_fixture_back(wire), 0, 100);
    ics_link_fixture_send(fixture, 20, wire, 0, 100);
    ics_link_fixture_run(fixture);
    ics_link_fixture_expect(fixture, "1@15 2@25 0@25");
}

static void the_flush_ends_the_wait_after_200_ms(void **state)
{
    IcsLinkFixture *fixture = *state;
    IcsLinkDirection *wire = usual_wire(fixture);
    displace(fixture, wire, 3, 0, "1");
    send_every_10ns(fixture, wire, 3, 0);
    ics_link_fixture_run(fixture);
    ics_link_fixture_expect(fixture, "1@15 2@25 0@200000005");
    expect_extents(fixture, "0@200000005=2");
    assert_int_equal(wire->counters.reordered, 1);
}

static void a_packet_that_nothing_follows_is_flushed_and_not_reordered(void **state)
{
    IcsLinkFixture *fixture = *state;
    IcsLinkDirection *wire = usual_wire(fixture);
    displace(fixture, wire, INT32_MAX, 70, "1");
    ics_link_fixture_send(fixture, 0, wire, 0, 100);
    assert_int_equal(ics_link_fixture_run_until(fixture, 50), ICS_STOP_TIME);
    assert_int_equal(ics_link_direction_in_flight(wire), 1);
    ics_link_fixture_run(fixture);
    ics_link_fixture_expect(fixture, "0@75");
    expect_extents(fixture, "0@75=0");
    assert_int_equal(wire->counters.reordered, 0);
}

static void the_overtaker_at_the_instant_of_the_flush_comes_too_late(void **state)
{
    IcsLinkFixture *fixture = *state;
    IcsLinkDirection *wire = usual_wire(fixture);
    displace(fixture, wire, 2, 20, "1");
    send_every_10ns(fixture, wire, 3, 0);
    ics_link_fixture_run(fixture);
    ics_link_fixture_expect(fixture, "1@15 0@25 2@25");
    expect_extents(fixture, "0@25=1");
}

static void packets_displaced_in_a_row_keep_their_order(void **state)
{
    IcsLinkFixture *fixture = *state;
    IcsLinkDirection *wire = usual_wire(fixture);
    displace(fixture, wire, 2, 0, "1 2 3");
    send_every_10ns(fixture, wire, 6, 0);
    ics_link_fixture_run(fixture);
    /* 4 is the second that passes all three; 0 goes first, so that it is overtaken by two. */
    ics_link_fixture_expect(fixture, "3@35 4@45 0@45 1@45 2@45 5@55");
    expect_extents(fixture, "0@45=2, 1@45=2, 2@45=2");
}

static void displaced_packets_of_two_distances_count_each_other(void **state)
{
    IcsLinkFixture *fixture = *state;
    IcsLinkDirection *wire = usual_wire(fixture);
    displace(fixture, wire, 3, 0, "1");
    displace(fixture, wire, 1, 0, "2");
    send_every_10ns(fixture, wire, 5, 0);
    ics_link_fixture_run(fixture);
    /* 2 passes both and lets 1 go, which is the second to pass 0. */
    ics_link_fixture_expect(fixture, "2@25 1@25 3@35 0@35 4@45");
    expect_extents(fixture, "1@25=1, 0@35=3");
}

static void a_flushed_packet_overtakes_others(void **state)
{
    IcsLinkFixture *fixture = *state;
    IcsLinkDirection *wire = usual_wire(fixture);
    displace(fixture, wire, 2, 0, "1");
    displace(fixture, wire, 9, 30, "2");
    send_every_10ns(fixture, wire, 3, 0);
    ics_link_fixture_run(fixture);
    ics_link_fixture_expect(fixture, "2@25 1@45 0@45");
    expect_extents(fixture, "1@45=1, 0@45=2");
}

static void the_larger_of_two_displacements_counts(void **state)
{
    IcsLinkFixture *fixture = *state;
    IcsLinkDirection *wire = usual_wire(fixture);
    displace(fixture, wire, 1, 5, "1");
    displace(fixture, wire, 2, 500, "1");
    send_every_10ns(fixture, wire, 4, 0);
    ics_link_fixture_run(fixture);
    ics_link_fixture_expect(fixture, "1@15 2@25 0@25 3@35");
}

/* ---- copies ---- */

static void a_copy_of_the_packet_itself_does_not_overtake_it(void **state)
{
    IcsLinkFixture *fixture = *state;
    IcsLinkDirection *wire = usual_wire(fixture);
    IcsDuplicateConfig duplicate = {.copies = 2};
    affect_nth(fixture, wire, &ics_duplicate_class, &duplicate, 1);
    displace(fixture, wire, 1, 0, "1");
    send_every_10ns(fixture, wire, 3, 0);
    ics_link_fixture_run(fixture);
    ics_link_fixture_expect(fixture, "0.1@5 0.2@5 1@15 0@15 2@25");
}

static void copies_of_later_packets_overtake(void **state)
{
    IcsLinkFixture *fixture = *state;
    IcsLinkDirection *wire = usual_wire(fixture);
    IcsDuplicateConfig duplicate = {.copies = 1};
    affect_nth(fixture, wire, &ics_duplicate_class, &duplicate, 2);
    displace(fixture, wire, 2, 0, "1");
    send_every_10ns(fixture, wire, 3, 0);
    ics_link_fixture_run(fixture);
    ics_link_fixture_expect(fixture, "1@15 1.1@15 0@15 2@25");
}

static void a_copy_is_displaced_by_its_own_fate(void **state)
{
    IcsLinkFixture *fixture = *state;
    IcsLinkDirection *wire = usual_wire(fixture);
    IcsDuplicateConfig duplicate = {.copies = 1};
    affect_nth(fixture, wire, &ics_duplicate_class, &duplicate, 1);
    displace(fixture, wire, 1, 0, "2");
    send_every_10ns(fixture, wire, 3, 0);
    ics_link_fixture_run(fixture);
    ics_link_fixture_expect(fixture, "0@5 1@15 0.1@15 2@25");
}

/* ---- jitter ---- */

/* The first two packets take 100 ns more. */
static IcsLinkDirection *slow_start(IcsLinkFixture *fixture)
{
    IcsLinkDirection *wire = usual_wire(fixture);
    IcsDelayConfig delay = {.time_ns = 100};
    affect_nth(fixture, wire, &ics_delay_class, &delay, 1);
    return wire;
}

static void packets_that_pass_it_on_its_way_count(void **state)
{
    IcsLinkFixture *fixture = *state;
    IcsLinkDirection *wire = slow_start(fixture);
    displace(fixture, wire, 4, 0, "1");
    send_every_10ns(fixture, wire, 3, 0); /* 1 and 2 pass before 0 is there */
    ics_link_fixture_send(fixture, 200, wire, 0, 100);
    ics_link_fixture_send(fixture, 210, wire, 0, 100);
    ics_link_fixture_send(fixture, 220, wire, 0, 100);
    ics_link_fixture_run(fixture);
    ics_link_fixture_expect(fixture, "1@15 2@25 3@205 4@215 0@215 5@225");
    expect_extents(fixture, "0@215=4");
}

static void one_that_was_overtaken_often_enough_on_its_way_does_not_wait(void **state)
{
    IcsLinkFixture *fixture = *state;
    IcsLinkDirection *wire = slow_start(fixture);
    displace(fixture, wire, 2, 0, "1");
    send_every_10ns(fixture, wire, 4, 0);
    ics_link_fixture_run(fixture);
    ics_link_fixture_expect(fixture, "1@15 2@25 3@35 0@105");
    expect_extents(fixture, "0@105=3");
}

/* 1 is overtaken by 2 on its way, and then passes 0, which waits for two. */
static void one_that_does_not_wait_lets_others_go(void **state)
{
    IcsLinkFixture *fixture = *state;
    IcsLinkDirection *wire = usual_wire(fixture);
    IcsDelayConfig delay = {.time_ns = 100};
    affect_nth(fixture, wire, &ics_delay_class, &delay, 2);
    displace(fixture, wire, 2, 0, "1");
    displace(fixture, wire, 1, 0, "2");
    send_every_10ns(fixture, wire, 3, 0);
    ics_link_fixture_run(fixture);
    ics_link_fixture_expect(fixture, "2@25 1@115 0@115");
}

static void an_earlier_packet_that_comes_late_does_not_count(void **state)
{
    IcsLinkFixture *fixture = *state;
    IcsLinkDirection *wire = slow_start(fixture);
    displace(fixture, wire, 1, 300, "2");
    send_every_10ns(fixture, wire, 2, 0);
    ics_link_fixture_run(fixture);
    ics_link_fixture_expect(fixture, "0@105 1@315");
}

/* ---- hold, partition, down ---- */

static void a_flush_during_a_hold_waits_for_the_release(void **state)
{
    IcsLinkFixture *fixture = *state;
    IcsLinkDirection *wire = usual_wire(fixture);
    displace(fixture, wire, 9, 30, "1");
    send_every_10ns(fixture, wire, 6, 0);
    ics_link_fixture_verb(fixture, 20, wire, ics_link_direction_hold);
    ics_link_fixture_verb(fixture, 100, wire, ics_link_direction_release);
    ics_link_fixture_run(fixture);
    /* Without the hold it would have arrived at 35, before 3. */
    ics_link_fixture_expect(fixture, "1@15 2@100 0@100 3@100 4@100 5@100");
    expect_extents(fixture, "0@100=2");
}

static void what_was_held_overtakes_at_the_release(void **state)
{
    IcsLinkFixture *fixture = *state;
    IcsLinkDirection *wire = usual_wire(fixture);
    displace(fixture, wire, 2, 0, "1");
    send_every_10ns(fixture, wire, 4, 0);
    ics_link_fixture_verb(fixture, 0, wire, ics_link_direction_hold);
    ics_link_fixture_verb(fixture, 100, wire, ics_link_direction_release);
    ics_link_fixture_run(fixture);
    ics_link_fixture_expect(fixture, "1@100 2@100 0@100 3@100");
}

static void a_packet_that_gets_to_the_far_end_during_a_hold_waits_from_the_release_on(void **state)
{
    IcsLinkFixture *fixture = *state;
    IcsLinkDirection *wire = usual_wire(fixture);
    displace(fixture, wire, 2, 30, "2");
    send_every_10ns(fixture, wire, 3, 0);
    ics_link_fixture_verb(fixture, 0, wire, ics_link_direction_hold);
    ics_link_fixture_verb(fixture, 100, wire, ics_link_direction_release);
    ics_link_fixture_run(fixture);
    ics_link_fixture_expect(fixture, "0@100 2@100 1@130");
    expect_extents(fixture, "1@130=1");
}

static void a_flush_that_is_due_after_all_that_is_held_comes_last(void **state)
{
    IcsLinkFixture *fixture = *state;
    IcsLinkDirection *wire = usual_wire(fixture);
    displace(fixture, wire, 9, 60, "1");
    displace(fixture, wire, 9, 40, "2");
    send_every_10ns(fixture, wire, 3, 0);
    ics_link_fixture_verb(fixture, 20, wire, ics_link_direction_hold);
    ics_link_fixture_verb(fixture, 100, wire, ics_link_direction_release);
    ics_link_fixture_run(fixture);
    ics_link_fixture_expect(fixture, "2@100 1@100 0@100");
}

static void a_flush_into_a_partition_is_lost(void **state)
{
    IcsLinkFixture *fixture = *state;
    IcsLinkDirection *wire = usual_wire(fixture);
    displace(fixture, wire, 9, 30, "1 2");
    send_every_10ns(fixture, wire, 2, 0); /* flushed at 35 and 45 */
    ics_link_fixture_verb(fixture, 40, wire, ics_link_direction_partition);
    ics_link_fixture_run(fixture);
    ics_link_fixture_expect(fixture, "0@35");
    ics_link_fixture_expect_seen(fixture, ICS_OBSERVE_PACKET_DROPPED, "1@45 partition");
    assert_int_equal(wire->counters.reordered, 0);
}

static void a_flush_into_hold_and_partition_is_lost_at_once(void **state)
{
    IcsLinkFixture *fixture = *state;
    IcsLinkDirection *wire = usual_wire(fixture);
    displace(fixture, wire, 9, 30, "1");
    ics_link_fixture_send(fixture, 0, wire, 0, 100);
    ics_link_fixture_verb(fixture, 10, wire, ics_link_direction_hold);
    ics_link_fixture_verb(fixture, 10, wire, ics_link_direction_partition);
    ics_link_fixture_verb(fixture, 50, wire, ics_link_direction_repair);
    ics_link_fixture_verb(fixture, 60, wire, ics_link_direction_release);
    ics_link_fixture_run(fixture);
    ics_link_fixture_expect_seen(fixture, ICS_OBSERVE_PACKET_DROPPED, "0@35 partition");
}

static void one_that_gets_to_the_far_end_in_a_partition_is_lost_there(void **state)
{
    IcsLinkFixture *fixture = *state;
    IcsLinkDirection *wire = usual_wire(fixture);
    displace(fixture, wire, 9, 30, "1");
    ics_link_fixture_send(fixture, 0, wire, 0, 100);
    ics_link_fixture_verb(fixture, 0, wire, ics_link_direction_partition);
    ics_link_fixture_verb(fixture, 10, wire, ics_link_direction_repair);
    ics_link_fixture_run(fixture);
    ics_link_fixture_expect_seen(fixture, ICS_OBSERVE_PACKET_DROPPED, "0@5 partition");
}

static void what_a_partition_takes_does_not_overtake(void **state)
{
    IcsLinkFixture *fixture = *state;
    IcsLinkDirection *wire = usual_wire(fixture);
    displace(fixture, wire, 2, 0, "1");
    send_every_10ns(fixture, wire, 5, 0);
    ics_link_fixture_verb(fixture, 20, wire, ics_link_direction_partition);
    ics_link_fixture_verb(fixture, 40, wire, ics_link_direction_repair);
    ics_link_fixture_run(fixture);
    ics_link_fixture_expect(fixture, "1@15 4@45 0@45");
}

static void down_loses_those_that_wait_or_travel(void **state)
{
    IcsLinkFixture *fixture = *state;
    IcsLinkDirection *wire = usual_wire(fixture);
    displace(fixture, wire, 9, 0, "1 3");
    send_every_10ns(fixture, wire, 3, 0);
    ics_link_fixture_verb(fixture, 22, wire, ics_link_direction_down);
    ics_link_fixture_run(fixture);
    ics_link_fixture_expect(fixture, "1@15");
    assert_int_equal(wire->counters.dropped[ICS_CAUSE_LINK_DOWN], 2);
    assert_int_equal(fixture->simulation->now_ns, 22);
}

/* ---- the law ---- */

#define LAW_PACKETS      4000
#define LAW_DISPLACEMENT 4
#define LAW_FLUSH_NS     (2 * MS)

static const IcsSighting *input_at(const IcsLinkFixture *fixture, guint i)
{
    return &g_array_index(fixture->inputs, IcsSighting, i);
}

/* Packets of its flow, later than it, that were delivered before it. */
static int64_t extent_of(const IcsLinkFixture *fixture, guint index)
{
    const IcsSighting *late = input_at(fixture, index);
    int64_t extent = 0;
    for (guint i = 0; i < index; i++) {
        const IcsSighting *input = input_at(fixture, i);
        extent += input->flow == late->flow && input->ordinal > late->ordinal;
    }
    return extent;
}

static guint find_input(const IcsLinkFixture *fixture, const IcsSighting *sighting)
{
    for (guint i = 0; i < fixture->inputs->len; i++) {
        const IcsSighting *input = input_at(fixture, i);
        if (input->flow == sighting->flow && input->ordinal == sighting->ordinal &&
            input->lineage == sighting->lineage) {
            return i;
        }
    }
    fail_msg("a displaced packet did not arrive");
    return 0;
}

static int64_t sent_ns(const IcsLinkFixture *fixture, const IcsSighting *sighting)
{
    for (guint i = 0; i < fixture->observations->len; i++) {
        const IcsSighting *offered = &g_array_index(fixture->observations, IcsSighting, i);
        if (offered->kind == ICS_OBSERVE_PACKET_OFFERED && offered->flow == sighting->flow &&
            offered->ordinal == sighting->ordinal) {
            return offered->at_ns;
        }
    }
    fail_msg("a displaced packet was never offered");
    return 0;
}

static void make_law_faults(IcsLinkFixture *fixture, IcsLinkDirection *wire)
{
    IcsProbability tenth = ics_probability_from_ratio(1, 10);
    IcsDuplicateConfig duplicate = {.probability = tenth, .has_probability = true, .copies = 1};
    IcsLossConfig loss = {.probability = tenth, .has_probability = true};
    IcsReorderConfig reorder = {.probability = tenth,
                                .has_probability = true,
                                .displacement = LAW_DISPLACEMENT,
                                .flush_ns = LAW_FLUSH_NS};
    ics_link_fixture_fault(fixture, wire, &ics_duplicate_class, &duplicate);
    ics_link_fixture_fault(fixture, wire, &ics_loss_class, &loss);
    ics_link_fixture_fault(fixture, wire, &ics_reorder_class, &reorder);
}

static void every_displaced_packet_has_its_extent_or_has_waited_for_its_flush(void **state)
{
    IcsLinkFixture *fixture = *state;
    IcsLinkDirection *wire = usual_wire(fixture);
    make_law_faults(fixture, wire);
    uint64_t random = 1;
    for (int i = 0; i < LAW_PACKETS; i++) { /* the last flow is slow: its packets are flushed */
        uint64_t flow = ics_splitmix_next(&random) % 16;
        ics_link_fixture_send(fixture, i * MS / 10, wire, flow == 15 ? 3 : flow % 3, 100);
    }
    ics_link_fixture_run(fixture);
    int64_t seen = 0, flushed = 0;
    for (guint i = 0; i < fixture->observations->len; i++) {
        const IcsSighting *sighting = &g_array_index(fixture->observations, IcsSighting, i);
        if (sighting->kind != ICS_OBSERVE_PACKET_REORDERED) {
            continue;
        }
        assert_int_equal(extent_of(fixture, find_input(fixture, sighting)), sighting->value);
        assert_true(sighting->value <= LAW_DISPLACEMENT);
        seen++;
        flushed += sighting->value < LAW_DISPLACEMENT;
        assert_true(sighting->value == LAW_DISPLACEMENT ||
                    sighting->at_ns == sent_ns(fixture, sighting) + 5 + LAW_FLUSH_NS);
    }
    assert_true(seen > LAW_PACKETS / 20 && flushed > 20 && seen - flushed > LAW_PACKETS / 40);
    assert_int_equal(wire->n_displaced, 0);
}

#define TEST(name)                                                                                 \
    cmocka_unit_test_setup_teardown(name, ics_link_fixture_setup, ics_link_fixture_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_displaced_packet_is_overtaken_by_exactly_so_many),
        TEST(other_flows_do_not_count),
        TEST(lost_packets_do_not_count),
        TEST(the_other_direction_does_not_count),
        TEST(the_flush_ends_the_wait_after_200_ms),
        TEST(a_packet_that_nothing_follows_is_flushed_and_not_reordered),
        TEST(the_overtaker_at_the_instant_of_the_flush_comes_too_late),
        TEST(packets_displaced_in_a_row_keep_their_order),
        TEST(displaced_packets_of_two_distances_count_each_other),
        TEST(a_flushed_packet_overtakes_others),
        TEST(the_larger_of_two_displacements_counts),
        TEST(a_copy_of_the_packet_itself_does_not_overtake_it),
        TEST(copies_of_later_packets_overtake),
        TEST(a_copy_is_displaced_by_its_own_fate),
        TEST(packets_that_pass_it_on_its_way_count),
        TEST(one_that_was_overtaken_often_enough_on_its_way_does_not_wait),
        TEST(one_that_does_not_wait_lets_others_go),
        TEST(an_earlier_packet_that_comes_late_does_not_count),
        TEST(a_flush_during_a_hold_waits_for_the_release),
        TEST(what_was_held_overtakes_at_the_release),
        TEST(a_packet_that_gets_to_the_far_end_during_a_hold_waits_from_the_release_on),
        TEST(a_flush_that_is_due_after_all_that_is_held_comes_last),
        TEST(a_flush_into_a_partition_is_lost),
        TEST(a_flush_into_hold_and_partition_is_lost_at_once),
        TEST(one_that_gets_to_the_far_end_in_a_partition_is_lost_there),
        TEST(what_a_partition_takes_does_not_overtake),
        TEST(down_loses_those_that_wait_or_travel),
        TEST(every_displaced_packet_has_its_extent_or_has_waited_for_its_flush),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
