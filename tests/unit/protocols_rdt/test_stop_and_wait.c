/* The alternating-bit protocol, event by event: rdt3.0 of Kurose and Ross, figure 3.15 and 3.16. */
#include <cmocka.h>

#include "protocols/rdt/rdt_protocols.h"
#include "tests/support/rdt_harness.h"

static IcsRdtHarness *machine_new(void)
{
    IcsRdtHarness *self = ics_rdt_harness_new(&ics_stop_and_wait_class, 1, 1);
    assert_string_equal(ics_rdt_harness_open(self), "");
    return self;
}

static void a_message_is_sent_and_the_layer_above_waits(void **state)
{
    (void)state;
    g_autoptr(IcsRdtHarness) self = machine_new();
    assert_string_equal(ics_rdt_harness_message(self, "a"), "disable; send DATA 0 a; set timer 0");
}

static void its_acknowledgement_lets_the_next_message_in(void **state)
{
    (void)state;
    g_autoptr(IcsRdtHarness) self = machine_new();
    ics_rdt_harness_message(self, "a");
    assert_string_equal(ics_rdt_harness_ack(self, 0), "cancel timer 0; enable");
}

static void the_bit_alternates_and_wraps_around(void **state)
{
    (void)state;
    g_autoptr(IcsRdtHarness) self = machine_new();
    for (uint32_t i = 0; i < 5; i++) {
        const char *sent = ics_rdt_harness_message(self, "x");
        assert_string_equal(sent, i % 2 == 0 ? "disable; send DATA 0 x; set timer 0"
                                             : "disable; send DATA 1 x; set timer 0");
        assert_string_equal(ics_rdt_harness_ack(self, i % 2), "cancel timer 0; enable");
    }
}

static void a_timeout_sends_the_same_again(void **state)
{
    (void)state;
    g_autoptr(IcsRdtHarness) self = machine_new();
    ics_rdt_harness_message(self, "a");
    for (int i = 0; i < 3; i++) {
        assert_string_equal(ics_rdt_harness_timer(self, 0), "send DATA 0 a; set timer 0");
    }
}

static void an_acknowledgement_of_the_message_before_is_ignored(void **state)
{
    (void)state;
    g_autoptr(IcsRdtHarness) self = machine_new();
    ics_rdt_harness_message(self, "a");
    assert_string_equal(ics_rdt_harness_ack(self, 1), "");
    ics_rdt_harness_ack(self, 0);
    ics_rdt_harness_message(self, "b");
    assert_string_equal(ics_rdt_harness_ack(self, 0), "");
    assert_string_equal(ics_rdt_harness_ack(self, 1), "cancel timer 0; enable");
}

static void an_acknowledgement_that_nobody_waits_for_is_ignored(void **state)
{
    (void)state;
    g_autoptr(IcsRdtHarness) self = machine_new();
    assert_string_equal(ics_rdt_harness_ack(self, 0), "");
    ics_rdt_harness_message(self, "a");
    ics_rdt_harness_ack(self, 0);
    assert_string_equal(ics_rdt_harness_ack(self, 0), "");
    assert_string_equal(ics_rdt_harness_ack(self, 1), "");
}

static void what_is_expected_is_delivered_and_acknowledged(void **state)
{
    (void)state;
    g_autoptr(IcsRdtHarness) self = machine_new();
    assert_string_equal(ics_rdt_harness_data(self, 0, "a"), "deliver a; send ACK 0");
    assert_string_equal(ics_rdt_harness_data(self, 1, "b"), "deliver b; send ACK 1");
    assert_string_equal(ics_rdt_harness_data(self, 0, "c"), "deliver c; send ACK 0");
}

static void a_repetition_is_acknowledged_and_not_delivered(void **state)
{
    (void)state;
    g_autoptr(IcsRdtHarness) self = machine_new();
    ics_rdt_harness_data(self, 0, "a");
    assert_string_equal(ics_rdt_harness_data(self, 0, "a"), "send ACK 0");
    assert_string_equal(ics_rdt_harness_data(self, 0, "a"), "send ACK 0");
    assert_string_equal(ics_rdt_harness_data(self, 1, "b"), "deliver b; send ACK 1");
}

static void a_damaged_datagram_is_ignored(void **state)
{
    (void)state;
    g_autoptr(IcsRdtHarness) self = machine_new();
    ics_rdt_harness_message(self, "a");
    g_autoptr(GByteArray) data = ics_rdt_harness_make(1, 0, "hello");
    g_autoptr(GByteArray) ack = ics_rdt_harness_make(2, 0, "");
    data->data[10] ^= 0x40;
    ack->data[3] ^= 1;
    assert_string_equal(ics_rdt_harness_datagram(self, data->data, data->len, 0), "");
    assert_string_equal(ics_rdt_harness_datagram(self, ack->data, ack->len, 0), "");
}

static void a_number_of_more_than_one_bit_is_ignored(void **state)
{
    (void)state;
    g_autoptr(IcsRdtHarness) self = machine_new();
    assert_string_equal(ics_rdt_harness_data(self, 2, "a"), "");
    ics_rdt_harness_message(self, "a");
    assert_string_equal(ics_rdt_harness_ack(self, 2), "");
}

static void an_empty_message_is_a_message(void **state)
{
    (void)state;
    g_autoptr(IcsRdtHarness) self = machine_new();
    assert_string_equal(ics_rdt_harness_message(self, ""), "disable; send DATA 0 ; set timer 0");
    assert_string_equal(ics_rdt_harness_data(self, 0, ""), "deliver ; send ACK 0");
}

static void the_directions_know_nothing_of_each_other(void **state)
{
    (void)state;
    g_autoptr(IcsRdtHarness) self = machine_new();
    ics_rdt_harness_message(self, "a");
    assert_string_equal(ics_rdt_harness_data(self, 0, "b"), "deliver b; send ACK 0");
    assert_string_equal(ics_rdt_harness_data(self, 1, "c"), "deliver c; send ACK 1");
    assert_string_equal(ics_rdt_harness_ack(self, 0), "cancel timer 0; enable");
}

static void after_close_what_was_sent_is_still_repeated(void **state)
{
    (void)state;
    g_autoptr(IcsRdtHarness) self = machine_new();
    ics_rdt_harness_message(self, "a");
    assert_string_equal(ics_rdt_harness_close(self), "");
    assert_string_equal(ics_rdt_harness_timer(self, 0), "send DATA 0 a; set timer 0");
}

/* Why one bit cannot survive reordering (docs/RDT.md). */
static void a_late_repetition_is_taken_for_a_new_message(void **state)
{
    (void)state;
    g_autoptr(IcsRdtHarness) self = machine_new();
    ics_rdt_harness_data(self, 0, "a");
    ics_rdt_harness_data(self, 1, "b");
    assert_string_equal(ics_rdt_harness_data(self, 0, "a"), "deliver a; send ACK 0");
    assert_string_equal(ics_rdt_harness_data(self, 0, "c"), "send ACK 0");
}

static void a_late_acknowledgement_is_taken_for_that_of_a_lost_message(void **state)
{
    (void)state;
    g_autoptr(IcsRdtHarness) self = machine_new();
    ics_rdt_harness_message(self, "a");
    ics_rdt_harness_ack(self, 0);
    ics_rdt_harness_message(self, "b");
    ics_rdt_harness_ack(self, 1);
    ics_rdt_harness_message(self, "c");
    assert_string_equal(ics_rdt_harness_ack(self, 0), "cancel timer 0; enable");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_message_is_sent_and_the_layer_above_waits),
        cmocka_unit_test(its_acknowledgement_lets_the_next_message_in),
        cmocka_unit_test(the_bit_alternates_and_wraps_around),
        cmocka_unit_test(a_timeout_sends_the_same_again),
        cmocka_unit_test(an_acknowledgement_of_the_message_before_is_ignored),
        cmocka_unit_test(an_acknowledgement_that_nobody_waits_for_is_ignored),
        cmocka_unit_test(what_is_expected_is_delivered_and_acknowledged),
        cmocka_unit_test(a_repetition_is_acknowledged_and_not_delivered),
        cmocka_unit_test(a_damaged_datagram_is_ignored),
        cmocka_unit_test(a_number_of_more_than_one_bit_is_ignored),
        cmocka_unit_test(an_empty_message_is_a_message),
        cmocka_unit_test(the_directions_know_nothing_of_each_other),
        cmocka_unit_test(after_close_what_was_sent_is_still_repeated),
        cmocka_unit_test(a_late_repetition_is_taken_for_a_new_message),
        cmocka_unit_test(a_late_acknowledgement_is_taken_for_that_of_a_lost_message),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
