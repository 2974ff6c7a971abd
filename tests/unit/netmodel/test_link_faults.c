/* A chain of fault elements on the wire: which acts when, what a copy meets, what costs link time.
 */
#include <cmocka.h>

#include "tests/support/link_fixture.h"

#define MBIT INT64_C(1000000)
#define US   INT64_C(1000)

#define ALWAYS .probability = ICS_PROBABILITY_ONE, .has_probability = true

/* Writes down which element was asked about which packet, and lets the random source choose. */
typedef struct Witness {
    IcsChoiceDriver driver;
    GString *asked;
} Witness;

static int64_t witness_choose(IcsChoiceDriver *driver, const IcsChoice *choice, IcsChoiceDraw draw,
                              gconstpointer element)
{
    const Witness *self = (const Witness *)driver;
    g_string_append_printf(self->asked, "%s%s %u", self->asked->len > 0 ? ", " : "",
                           choice->point->element, choice->fate->copy);
    return draw(choice, element);
}

static void watch_choices(IcsLinkFixture *fixture, Witness *witness)
{
    witness->driver.choose = witness_choose;
    witness->asked = g_string_new(NULL);
    fixture->simulation->chooser.driver = &witness->driver;
}

static void expect_asked(Witness *witness, const char *asked)
{
    assert_string_equal(witness->asked->str, asked);
    g_string_free(witness->asked, TRUE);
}

static IcsLinkDirection *usual_wire(IcsLinkFixture *fixture)
{
    ics_link_fixture_observe(fixture);
    return ics_link_fixture_wire(fixture, 8 * MBIT, 1 * US, 100, true);
}

/* ---- order ---- */

static void elements_act_stage_by_stage_whatever_the_order_of_the_file(void **state)
{
    IcsLinkFixture *fixture = *state;
    IcsLinkDirection *wire = usual_wire(fixture);
    Witness witness;
    watch_choices(fixture, &witness);
    IcsDelayConfig delay = {.jitter_ns = 1};
    IcsReorderConfig reorder = {.displacement = 1, .flush_ns = 1, ALWAYS};
    IcsTruncateConfig truncate = {ALWAYS, .to_bytes = 100}; /* no packet is longer */
    IcsCorruptConfig corrupt = {.has_probability = true};
    IcsLossConfig loss = {.has_probability = true};
    IcsDuplicateConfig duplicate = {.has_probability = true, .copies = 1};
    ics_link_fixture_fault(fixture, wire, &ics_delay_class, &delay);
    ics_link_fixture_fault(fixture, wire, &ics_reorder_class, &reorder);
    ics_link_fixture_fault(fixture, wire, &ics_truncate_class, &truncate);
    ics_link_fixture_fault(fixture, wire, &ics_corrupt_class, &corrupt);
    ics_link_fixture_fault(fixture, wire, &ics_loss_class, &loss);
    ics_link_fixture_fault(fixture, wire, &ics_duplicate_class, &duplicate);
    ics_link_fixture_send(fixture, 0, wire, 0, 100);
    ics_link_fixture_run(fixture);
    expect_asked(&witness,
                 "duplicate#0 0, loss#0 0, corrupt#0 0, truncate#0 0, reorder#0 0, delay#0 0");
}

static void equal_kinds_act_in_the_order_of_the_file(void **state)
{
    IcsLinkFixture *fixture = *state;
    IcsLinkDirection *wire = usual_wire(fixture);
    Witness witness;
    watch_choices(fixture, &witness);
    IcsLossConfig loss = {.has_probability = true};
    IcsFixtureFault second = {.klass = &ics_loss_class, .config = &loss, .name = "a"};
    ics_link_fixture_fault(fixture, wire, &ics_loss_class, &loss);
    ics_link_fixture_add_fault(fixture, &wire->faults, wire->name, &second);
    ics_link_fixture_fault(fixture, wire, &ics_loss_class, &loss);
    ics_link_fixture_send(fixture, 0, wire, 0, 100);
    ics_link_fixture_run(fixture);
    expect_asked(&witness, "loss#0 0, a 0, loss#1 0");
}

static void nothing_is_decided_about_a_packet_that_is_lost_already(void **state)
{
    IcsLinkFixture *fixture = *state;
    IcsLinkDirection *wire = usual_wire(fixture);
    Witness witness;
    watch_choices(fixture, &witness);
    IcsLossConfig loss = {ALWAYS};
    IcsCorruptConfig corrupt = {ALWAYS};
    ics_link_fixture_fault(fixture, wire, &ics_corrupt_class, &corrupt);
    ics_link_fixture_fault(fixture, wire, &ics_loss_class, &loss);
    ics_link_fixture_fault(fixture, wire, &ics_loss_class, &loss);
    ics_link_fixture_send(fixture, 0, wire, 0, 100);
    ics_link_fixture_run(fixture);
    expect_asked(&witness, "loss#0 0");
    ics_link_fixture_expect_seen(fixture, ICS_OBSERVE_PACKET_DROPPED, "0@100000 loss");
    ics_link_fixture_expect_seen(fixture, ICS_OBSERVE_PACKET_DAMAGED, "");
}

/* ---- loss ---- */

static void a_lost_packet_has_used_the_links_time(void **state)
{
    IcsLinkFixture *fixture = *state;
    IcsLinkDirection *wire = usual_wire(fixture);
    IcsLossConfig loss = {0};
    IcsFaultScopeConfig odd = {.every = 2};
    IcsFixtureFault rule = {.klass = &ics_loss_class, .config = &loss, .scope = &odd};
    ics_link_fixture_add_fault(fixture, &wire->faults, wire->name, &rule);
    ics_link_fixture_burst(fixture, 0, wire, 3, 100);
    ics_link_fixture_run(fixture);
    ics_link_fixture_expect(fixture, "0@101000 2@301000");
    ics_link_fixture_expect_seen(fixture, ICS_OBSERVE_PACKET_DEPARTED,
                                 "0@100000, 1@200000, 2@300000");
    assert_int_equal(wire->counters.departed, 3);
    assert_int_equal(wire->counters.departed_bytes, 300);
    assert_int_equal(wire->counters.busy_ns, 300 * US);
}

static void a_refused_packet_meets_no_fault(void **state)
{
    IcsLinkFixture *fixture = *state;
    ics_link_fixture_observe(fixture);
    IcsLinkDirection *wire = ics_link_fixture_wire(fixture, 8 * MBIT, 0, 1, false);
    IcsLossConfig loss = {ALWAYS};
    const IcsFault *fault = ics_link_fixture_fault(fixture, wire, &ics_loss_class, &loss);
    ics_link_fixture_burst(fixture, 0, wire, 5, 100);
    ics_link_fixture_run(fixture);
    assert_int_equal(fault->asked, 2);
    assert_int_equal(wire->counters.dropped[ICS_CAUSE_QUEUE_FULL], 3);
}

/* ---- duplicates ---- */

static void a_duplicate_costs_no_link_time_and_no_room(void **state)
{
    IcsLinkFixture *fixture = *state;
    IcsLinkDirection *wire = usual_wire(fixture);
    IcsDuplicateConfig duplicate = {ALWAYS, .copies = 3};
    ics_link_fixture_fault(fixture, wire, &ics_duplicate_class, &duplicate);
    ics_link_fixture_burst(fixture, 0, wire, 2, 100);
    ics_link_fixture_run(fixture);
    ics_link_fixture_expect(fixture, "0@101000 0.1@101000 0.2@101000 0.3@101000 "
                                     "1@201000 1.1@201000 1.2@201000 1.3@201000");
    ics_link_fixture_expect_seen(fixture, ICS_OBSERVE_PACKET_COPIED,
                                 "0.1@100000, 0.2@100000, 0.3@100000, 1.1@200000, 1.2@200000, "
                                 "1.3@200000");
    assert_int_equal(wire->counters.busy_ns, 200 * US);
    assert_int_equal(wire->counters.offered, 2);
    assert_int_equal(wire->counters.departed, 2);
    assert_int_equal(wire->counters.copies, 6);
    assert_int_equal(wire->counters.delivered, 8);
    assert_int_equal(wire->counters.queue_maximum, 1);
}

static void copies_of_copies_are_all_different_packets(void **state)
{
    IcsLinkFixture *fixture = *state;
    IcsLinkDirection *wire = usual_wire(fixture);
    IcsDuplicateConfig one = {ALWAYS, .copies = 1};
    IcsDuplicateConfig two = {ALWAYS, .copies = 2};
    ics_link_fixture_fault(fixture, wire, &ics_duplicate_class, &one);
    ics_link_fixture_fault(fixture, wire, &ics_duplicate_class, &two);
    ics_link_fixture_send(fixture, 0, wire, 0, 100);
    ics_link_fixture_run(fixture);
    assert_int_equal(wire->counters.copies, 5);
    assert_int_equal(fixture->inputs->len, 6);
    for (guint i = 0; i < 6; i++) {
        const IcsSighting *one_of_them = &g_array_index(fixture->inputs, IcsSighting, i);
        for (guint k = 0; k < i; k++) {
            const IcsSighting *other = &g_array_index(fixture->inputs, IcsSighting, k);
            assert_int_not_equal(one_of_them->lineage, other->lineage);
        }
    }
}

static void two_hundred_and_fifty_five_copies_are_possible(void **state)
{
    IcsLinkFixture *fixture = *state;
    IcsLinkDirection *wire = usual_wire(fixture);
    IcsDuplicateConfig most = {ALWAYS, .copies = ICS_FAULT_COPIES_MAX};
    ics_link_fixture_fault(fixture, wire, &ics_duplicate_class, &most);
    ics_link_fixture_send(fixture, 0, wire, 0, 100);
    ics_link_fixture_send(fixture, 0, wire, 1, 100);
    ics_link_fixture_run(fixture);
    assert_int_equal(wire->counters.delivered, 512);
    for (guint i = 0; i < 512; i++) {
        assert_int_equal(g_array_index(fixture->inputs, IcsSighting, i).flow, i / 256);
    }
}

/* Independent draws with probability 1/2: of 400 packets, each of the four cases has its share. */
static void a_duplicate_meets_loss_by_its_own_draw(void **state)
{
    enum { PACKETS = 400 };
    IcsLinkFixture *fixture = *state;
    IcsLinkDirection *wire = usual_wire(fixture);
    IcsDuplicateConfig duplicate = {ALWAYS, .copies = 1};
    IcsLossConfig loss = {.probability = ics_probability_from_ratio(1, 2), .has_probability = true};
    ics_link_fixture_fault(fixture, wire, &ics_duplicate_class, &duplicate);
    ics_link_fixture_fault(fixture, wire, &ics_loss_class, &loss);
    for (int i = 0; i < PACKETS; i++) {
        ics_link_fixture_send(fixture, i * 100 * US, wire, 0, 100);
    }
    ics_link_fixture_run(fixture);
    uint8_t arrived[PACKETS] = {0};
    int cases[4] = {0};
    for (guint i = 0; i < fixture->inputs->len; i++) {
        const IcsSighting *input = &g_array_index(fixture->inputs, IcsSighting, i);
        arrived[input->ordinal] |= input->copy > 0 ? 2 : 1;
    }
    for (int i = 0; i < PACKETS; i++) {
        cases[arrived[i]]++;
    }
    for (int i = 0; i < 4; i++) {
        assert_in_range(cases[i], 60, 140); /* 100 +- 4.6 sigma */
    }
}

static void a_duplicate_is_damaged_alone(void **state)
{
    IcsLinkFixture *fixture = *state;
    IcsLinkDirection *wire = usual_wire(fixture);
    IcsDuplicateConfig duplicate = {ALWAYS, .copies = 1};
    IcsCorruptConfig corrupt = {0};
    IcsTruncateConfig truncate = {.to_bytes = 10};
    IcsFaultScopeConfig even = {.every = 2}; /* the copy is asked after its original */
    ics_link_fixture_fault(fixture, wire, &ics_duplicate_class, &duplicate);
    IcsFixtureFault rules[] = {
        {.klass = &ics_corrupt_class, .config = &corrupt, .scope = &even},
        {.klass = &ics_truncate_class, .config = &truncate, .scope = &even},
    };
    ics_link_fixture_add_fault(fixture, &wire->faults, wire->name, &rules[0]);
    ics_link_fixture_add_fault(fixture, &wire->faults, wire->name, &rules[1]);
    ics_link_fixture_send(fixture, 0, wire, 0, 100);
    ics_link_fixture_run(fixture);
    ics_link_fixture_expect(fixture, "0@101000 0.1@101000!");
    assert_int_equal(g_array_index(fixture->inputs, IcsSighting, 0).length, 100);
    assert_int_equal(g_array_index(fixture->inputs, IcsSighting, 1).length, 10);
    assert_int_equal(wire->counters.damaged, 1);
    assert_int_equal(wire->counters.departed_bytes, 100);
    assert_int_equal(wire->counters.delivered_bytes, 110);
}

static void a_duplicate_is_delayed_by_its_own_draw(void **state)
{
    enum { PACKETS = 100 };
    IcsLinkFixture *fixture = *state;
    IcsLinkDirection *wire = usual_wire(fixture);
    IcsDuplicateConfig duplicate = {ALWAYS, .copies = 1};
    IcsDelayConfig jitter = {.time_ns = 1000 * US, .jitter_ns = 1000 * US};
    ics_link_fixture_fault(fixture, wire, &ics_duplicate_class, &duplicate);
    ics_link_fixture_fault(fixture, wire, &ics_delay_class, &jitter);
    ics_link_fixture_burst(fixture, 0, wire, PACKETS, 100);
    ics_link_fixture_run(fixture);
    int64_t arrivals[PACKETS][2] = {{0}};
    int copies_first = 0;
    for (guint i = 0; i < fixture->inputs->len; i++) {
        const IcsSighting *input = &g_array_index(fixture->inputs, IcsSighting, i);
        arrivals[input->ordinal][input->copy] = input->at_ns;
    }
    for (int i = 0; i < PACKETS; i++) {
        assert_int_not_equal(arrivals[i][0], arrivals[i][1]);
        copies_first += arrivals[i][1] < arrivals[i][0];
    }
    assert_in_range(copies_first, 27, 73);
}

/* ---- corrupt and truncate ---- */

static void observers_are_told_of_damage_at_the_departure(void **state)
{
    IcsLinkFixture *fixture = *state;
    IcsLinkDirection *wire = usual_wire(fixture);
    IcsCorruptConfig corrupt = {ALWAYS, .bits = 3};
    ics_link_fixture_fault(fixture, wire, &ics_corrupt_class, &corrupt);
    ics_link_fixture_send(fixture, 0, wire, 0, 100);
    ics_link_fixture_run(fixture);
    ics_link_fixture_expect_seen(fixture, ICS_OBSERVE_PACKET_DAMAGED, "0@100000!");
    ics_link_fixture_expect(fixture, "0@101000!");
    for (guint i = 0; i < fixture->observations->len; i++) {
        const IcsSighting *seen = &g_array_index(fixture->observations, IcsSighting, i);
        if (seen->kind == ICS_OBSERVE_PACKET_DAMAGED) {
            assert_string_equal(seen->text, "corrupt");
            assert_int_equal(seen->value, 3);
        }
    }
}

static void observers_are_told_how_much_was_cut(void **state)
{
    IcsLinkFixture *fixture = *state;
    IcsLinkDirection *wire = usual_wire(fixture);
    IcsCorruptConfig corrupt = {ALWAYS};
    IcsTruncateConfig truncate = {ALWAYS, .to_bytes = 30};
    ics_link_fixture_fault(fixture, wire, &ics_truncate_class, &truncate);
    ics_link_fixture_fault(fixture, wire, &ics_corrupt_class, &corrupt);
    ics_link_fixture_send(fixture, 0, wire, 0, 100);
    ics_link_fixture_run(fixture);
    guint last = fixture->observations->len - 2; /* before the arrival */
    const IcsSighting *seen = &g_array_index(fixture->observations, IcsSighting, last);
    assert_int_equal(seen->kind, ICS_OBSERVE_PACKET_DAMAGED);
    assert_string_equal(seen->text, "truncate");
    assert_int_equal(seen->value, 70);
    assert_int_equal(wire->counters.damaged, 1);
}

/* ---- reorder and delay ---- */

static void delays_add_up(void **state)
{
    IcsLinkFixture *fixture = *state;
    IcsLinkDirection *wire = usual_wire(fixture);
    IcsDelayConfig one = {.time_ns = 10 * US}, two = {.time_ns = 7};
    ics_link_fixture_fault(fixture, wire, &ics_delay_class, &one);
    ics_link_fixture_fault(fixture, wire, &ics_delay_class, &two);
    ics_link_fixture_send(fixture, 0, wire, 0, 100);
    ics_link_fixture_run(fixture);
    ics_link_fixture_expect(fixture, "0@111007");
}

static void a_packet_that_skips_the_delay_keeps_the_propagation_delay(void **state)
{
    IcsLinkFixture *fixture = *state;
    IcsLinkDirection *wire = usual_wire(fixture);
    IcsReorderConfig skip = {.gap = 3};
    IcsDelayConfig delay = {.time_ns = 1000 * US};
    ics_link_fixture_fault(fixture, wire, &ics_delay_class, &delay);
    ics_link_fixture_fault(fixture, wire, &ics_reorder_class, &skip);
    ics_link_fixture_burst(fixture, 0, wire, 6, 100);
    ics_link_fixture_run(fixture);
    ics_link_fixture_expect(fixture, "2@301000 5@601000 0@1101000 1@1201000 3@1401000 4@1501000");
}

static void add_jitter(IcsLinkFixture *fixture, IcsLinkDirection *wire, int reordering)
{
    IcsDelayConfig jitter = {.time_ns = 500 * US, .jitter_ns = 500 * US, .reordering = reordering};
    ics_link_fixture_fault(fixture, wire, &ics_delay_class, &jitter);
    ics_link_fixture_burst(fixture, 0, wire, 100, 100);
    ics_link_fixture_run(fixture);
    assert_int_equal(fixture->inputs->len, 100);
}

static int count_overtakings(const IcsLinkFixture *fixture)
{
    int n = 0;
    for (guint i = 1; i < fixture->inputs->len; i++) {
        n += g_array_index(fixture->inputs, IcsSighting, i).ordinal <
             g_array_index(fixture->inputs, IcsSighting, i - 1).ordinal;
    }
    return n;
}

static void jitter_reorders(void **state)
{
    IcsLinkFixture *fixture = *state;
    add_jitter(fixture, usual_wire(fixture), 0);
    assert_true(count_overtakings(fixture) > 20);
}

static void jitter_that_may_not_reorder_keeps_the_order_and_pushes_packets_together(void **state)
{
    IcsLinkFixture *fixture = *state;
    add_jitter(fixture, usual_wire(fixture), 1);
    assert_int_equal(count_overtakings(fixture), 0);
    int together = 0;
    for (guint i = 1; i < fixture->inputs->len; i++) {
        together += g_array_index(fixture->inputs, IcsSighting, i).at_ns ==
                    g_array_index(fixture->inputs, IcsSighting, i - 1).at_ns;
    }
    assert_true(together > 10);
}

static void a_packet_that_may_not_overtake_stays_behind_all_before_it(void **state)
{
    IcsLinkFixture *fixture = *state;
    IcsLinkDirection *wire = usual_wire(fixture);
    IcsDelayConfig late = {.time_ns = 1000 * US}, in_order = {.time_ns = 1, .reordering = 1};
    IcsFaultScopeConfig first = {.until_ns = 150 * US}, third = {.from_ns = 250 * US};
    third.until_ns = 1000 * US;
    IcsFixtureFault rules[] = {
        {.klass = &ics_delay_class, .config = &late, .scope = &first},
        {.klass = &ics_delay_class, .config = &in_order, .scope = &third},
    };
    ics_link_fixture_add_fault(fixture, &wire->faults, wire->name, &rules[0]);
    ics_link_fixture_add_fault(fixture, &wire->faults, wire->name, &rules[1]);
    ics_link_fixture_burst(fixture, 0, wire, 3, 100);
    ics_link_fixture_run(fixture);
    ics_link_fixture_expect(fixture, "1@201000 0@1101000 2@1101000");
}

/* ---- scope and switch ---- */

static void windows_count_from_the_departure(void **state)
{
    IcsLinkFixture *fixture = *state;
    IcsLinkDirection *wire = usual_wire(fixture);
    IcsLossConfig loss = {0};
    IcsFaultScopeConfig window = {.from_ns = 200 * US, .until_ns = 300 * US};
    IcsFixtureFault rule = {.klass = &ics_loss_class, .config = &loss, .scope = &window};
    ics_link_fixture_add_fault(fixture, &wire->faults, wire->name, &rule);
    ics_link_fixture_burst(fixture, 0, wire, 3, 100);
    ics_link_fixture_run(fixture);
    ics_link_fixture_expect(fixture, "0@101000 2@301000");
}

static void switch_off(IcsLinkFixture *fixture, gpointer fault)
{
    (void)fixture;
    ((IcsFault *)fault)->on = false;
}

static void an_element_that_is_switched_off_lets_packets_pass(void **state)
{
    IcsLinkFixture *fixture = *state;
    IcsLinkDirection *wire = usual_wire(fixture);
    IcsLossConfig loss = {ALWAYS};
    IcsFault *fault = ics_link_fixture_fault(fixture, wire, &ics_loss_class, &loss);
    ics_link_fixture_burst(fixture, 0, wire, 3, 100);
    ics_link_fixture_at(fixture, 200 * US, switch_off, fault);
    ics_link_fixture_run(fixture);
    /* The world acts first at 200 us, but only on what leaves then or later. */
    ics_link_fixture_expect(fixture, "1@201000 2@301000");
}

/* ---- netem-compat ---- */

static IcsNetemCompatConfig netem_delay(void)
{
    return (IcsNetemCompatConfig){.delay_ns = 10 * US};
}

static void netem_sends_the_copy_before_the_original(void **state)
{
    IcsLinkFixture *fixture = *state;
    IcsLinkDirection *wire = usual_wire(fixture);
    IcsNetemCompatConfig config = netem_delay();
    config.duplicate = ICS_PROBABILITY_ONE;
    ics_link_fixture_fault(fixture, wire, &ics_netem_compat_class, &config);
    ics_link_fixture_burst(fixture, 0, wire, 2, 100);
    ics_link_fixture_run(fixture);
    ics_link_fixture_expect(fixture, "0.1@111000 0@111000 1.1@211000 1@211000");
    assert_int_equal(wire->counters.copies, 2);
}

static void netem_cancels_a_duplicate_and_a_loss_of_one_packet_to_one(void **state)
{
    IcsLinkFixture *fixture = *state;
    IcsLinkDirection *wire = usual_wire(fixture);
    IcsNetemCompatConfig config = netem_delay();
    config.duplicate = ICS_PROBABILITY_ONE;
    config.loss = ICS_PROBABILITY_ONE;
    ics_link_fixture_fault(fixture, wire, &ics_netem_compat_class, &config);
    ics_link_fixture_burst(fixture, 0, wire, 2, 100);
    ics_link_fixture_run(fixture);
    ics_link_fixture_expect(fixture, "0@111000 1@211000");
    assert_int_equal(wire->counters.copies, 0);
    assert_int_equal(wire->counters.dropped[ICS_CAUSE_LOSS], 0);
}

static void netem_loses_and_damages_by_one_element(void **state)
{
    IcsLinkFixture *fixture = *state;
    IcsLinkDirection *wire = usual_wire(fixture);
    IcsProbability half = ics_probability_from_ratio(1, 2);
    IcsNetemCompatConfig config = {.loss = half, .corrupt = half, .duplicate = half};
    const IcsFault *fault = ics_link_fixture_fault(fixture, wire, &ics_netem_compat_class, &config);
    ics_link_fixture_burst(fixture, 0, wire, 90, 100);
    ics_link_fixture_run(fixture);
    const IcsLinkCounters *counters = &wire->counters;
    assert_int_equal(fault->asked, 90); /* copies are part of the decision about the original */
    assert_true(counters->copies > 0 && counters->dropped[ICS_CAUSE_LOSS] > 0);
    assert_true(counters->damaged > 0);
    assert_int_equal(counters->delivered + counters->dropped[ICS_CAUSE_LOSS],
                     90 + counters->copies);
}

#define TEST(name)                                                                                 \
    cmocka_unit_test_setup_teardown(name, ics_link_fixture_setup, ics_link_fixture_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(elements_act_stage_by_stage_whatever_the_order_of_the_file),
        TEST(equal_kinds_act_in_the_order_of_the_file),
        TEST(nothing_is_decided_about_a_packet_that_is_lost_already),
        TEST(a_lost_packet_has_used_the_links_time),
        TEST(a_refused_packet_meets_no_fault),
        TEST(a_duplicate_costs_no_link_time_and_no_room),
        TEST(copies_of_copies_are_all_different_packets),
        TEST(two_hundred_and_fifty_five_copies_are_possible),
        TEST(a_duplicate_meets_loss_by_its_own_draw),
        TEST(a_duplicate_is_damaged_alone),
        TEST(a_duplicate_is_delayed_by_its_own_draw),
        TEST(observers_are_told_of_damage_at_the_departure),
        TEST(observers_are_told_how_much_was_cut),
        TEST(delays_add_up),
        TEST(a_packet_that_skips_the_delay_keeps_the_propagation_delay),
        TEST(jitter_reorders),
        TEST(jitter_that_may_not_reorder_keeps_the_order_and_pushes_packets_together),
        TEST(a_packet_that_may_not_overtake_stays_behind_all_before_it),
        TEST(windows_count_from_the_departure),
        TEST(an_element_that_is_switched_off_lets_packets_pass),
        TEST(netem_sends_the_copy_before_the_original),
        TEST(netem_cancels_a_duplicate_and_a_loss_of_one_packet_to_one),
        TEST(netem_loses_and_damages_by_one_element),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
