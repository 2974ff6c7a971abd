/* Go-back-N, event by event: Kurose and Ross, figures 3.20 to 3.22. */
#include <cmocka.h>

#include "protocols/rdt/rdt_protocols.h"
#include "tests/support/rdt_harness.h"

static IcsRdtHarness *machine_new(uint32_t window, uint32_t bits)
{
    IcsRdtHarness *self = ics_rdt_harness_new(&ics_go_back_n_class, window, bits);
    assert_string_equal(ics_rdt_harness_open(self), "");
    return self;
}

static void only_the_first_message_under_way_sets_the_timer(void **state)
{
    (void)state;
    g_autoptr(IcsRdtHarness) self = machine_new(3, 3);
    assert_string_equal(ics_rdt_harness_message(self, "a"), "send DATA 0 a; set timer 0");
    assert_string_equal(ics_rdt_harness_message(self, "b"), "send DATA 1 b");
}

static void a_full_window_stops_the_layer_above(void **state)
{
    (void)state;
    g_autoptr(IcsRdtHarness) self = machine_new(2, 3);
    ics_rdt_harness_message(self, "a");
    assert_string_equal(ics_rdt_harness_message(self, "b"), "send DATA 1 b; disable");
}

static void a_window_of_one_is_stop_and_wait(void **state)
{
    (void)state;
    g_autoptr(IcsRdtHarness) self = machine_new(1, 1);
    for (uint32_t i = 0; i < 4; i++) {
        assert_string_equal(ics_rdt_harness_message(self, "x"),
                            i % 2 == 0 ? "send DATA 0 x; set timer 0; disable"
                                       : "send DATA 1 x; set timer 0; disable");
        assert_string_equal(ics_rdt_harness_ack(self, i % 2), "enable; cancel timer 0");
    }
}

static void an_acknowledgement_is_of_all_up_to_it(void **state)
{
    (void)state;
    g_autoptr(IcsRdtHarness) self = machine_new(4, 3);
    ics_rdt_harness_message(self, "a");
    ics_rdt_harness_message(self, "b");
    ics_rdt_harness_message(self, "c");
    assert_string_equal(ics_rdt_harness_ack(self, 1), "enable; set timer 0");
    assert_string_equal(ics_rdt_harness_timer(self, 0), "send DATA 2 c; set timer 0");
    assert_string_equal(ics_rdt_harness_ack(self, 2), "enable; cancel timer 0");
}

static void a_timeout_sends_all_under_way_again(void **state)
{
    (void)state;
    g_autoptr(IcsRdtHarness) self = machine_new(4, 3);
    ics_rdt_harness_message(self, "a");
    ics_rdt_harness_message(self, "b");
    ics_rdt_harness_message(self, "c");
    assert_string_equal(ics_rdt_harness_timer(self, 0),
                        "send DATA 0 a; send DATA 1 b; send DATA 2 c; set timer 0");
}

static void acknowledgements_outside_the_window_are_ignored(void **state)
{
    (void)state;
    g_autoptr(IcsRdtHarness) self = machine_new(3, 3);
    assert_string_equal(ics_rdt_harness_ack(self, 0), "");
    assert_string_equal(ics_rdt_harness_ack(self, 7), "");
    ics_rdt_harness_message(self, "a");
    ics_rdt_harness_message(self, "b");
    assert_string_equal(ics_rdt_harness_ack(self, 7), "");
    assert_string_equal(ics_rdt_harness_ack(self, 2), "");
    ics_rdt_harness_ack(self, 0);
    assert_string_equal(ics_rdt_harness_ack(self, 0), "");
    assert_string_equal(ics_rdt_harness_ack(self, 1), "enable; cancel timer 0");
}

static void messages_are_delivered_in_order_only(void **state)
{
    (void)state;
    g_autoptr(IcsRdtHarness) self = machine_new(4, 3);
    assert_string_equal(ics_rdt_harness_data(self, 0, "a"), "deliver a; send ACK 0");
    assert_string_equal(ics_rdt_harness_data(self, 2, "c"), "send ACK 0");
    assert_string_equal(ics_rdt_harness_data(self, 3, "d"), "send ACK 0");
    assert_string_equal(ics_rdt_harness_data(self, 1, "b"), "deliver b; send ACK 1");
    assert_string_equal(ics_rdt_harness_data(self, 2, "c"), "deliver c; send ACK 2");
}

static void before_the_first_message_the_number_before_it_is_acknowledged(void **state)
{
    (void)state;
    g_autoptr(IcsRdtHarness) self = machine_new(7, 3);
    assert_string_equal(ics_rdt_harness_data(self, 3, "d"), "send ACK 7");
}

static void a_repetition_is_acknowledged_and_not_delivered(void **state)
{
    (void)state;
    g_autoptr(IcsRdtHarness) self = machine_new(4, 3);
    ics_rdt_harness_data(self, 0, "a");
    ics_rdt_harness_data(self, 1, "b");
    assert_string_equal(ics_rdt_harness_data(self, 0, "a"), "send ACK 1");
}

static void a_damaged_datagram_is_ignored(void **state)
{
    (void)state;
    g_autoptr(IcsRdtHarness) self = machine_new(4, 3);
    ics_rdt_harness_message(self, "a");
    g_autoptr(GByteArray) data = ics_rdt_harness_make(1, 0, "hello");
    g_autoptr(GByteArray) ack = ics_rdt_harness_make(2, 0, "");
    data->data[8] ^= 0x01;
    ack->data[0] = 1;
    assert_string_equal(ics_rdt_harness_datagram(self, data->data, data->len, 0), "");
    assert_string_equal(ics_rdt_harness_datagram(self, ack->data, ack->len, 0), "");
}

static void a_number_of_too_many_bits_is_ignored(void **state)
{
    (void)state;
    g_autoptr(IcsRdtHarness) self = machine_new(4, 3);
    ics_rdt_harness_message(self, "a");
    assert_string_equal(ics_rdt_harness_ack(self, 8), "");
    assert_string_equal(ics_rdt_harness_data(self, 8, "x"), "");
}

static void numbers_wrap_around_at_both_ends(void **state)
{
    (void)state;
    g_autoptr(IcsRdtHarness) self = machine_new(3, 2);
    for (uint32_t i = 0; i < 20; i++) {
        g_autofree char *text = g_strdup_printf("m%u", i);
        g_autofree char *sent = g_strdup_printf("send DATA %u %s; set timer 0", i % 4, text);
        g_autofree char *taken = g_strdup_printf("deliver %s; send ACK %u", text, i % 4);
        assert_string_equal(ics_rdt_harness_message(self, text), sent);
        assert_string_equal(ics_rdt_harness_data(self, i % 4, text), taken);
        assert_string_equal(ics_rdt_harness_ack(self, i % 4), "enable; cancel timer 0");
    }
}

static void numbers_of_sixteen_bits_wrap_around(void **state)
{
    (void)state;
    g_autoptr(IcsRdtHarness) self = machine_new(1, 16);
    for (uint32_t i = 0; i <= 65535; i++) {
        ics_rdt_harness_message(self, "x");
        ics_rdt_harness_ack(self, i);
    }
    assert_string_equal(ics_rdt_harness_message(self, "y"), "send DATA 0 y; set timer 0; disable");
}

/* The window of S - 1, and why it may not be S (Kurose and Ross, problem P19 and P20). */
static void with_all_acknowledgements_lost_nothing_is_delivered_twice(void **state)
{
    (void)state;
    g_autoptr(IcsRdtHarness) self = machine_new(3, 2);
    ics_rdt_harness_data(self, 0, "a");
    ics_rdt_harness_data(self, 1, "b");
    ics_rdt_harness_data(self, 2, "c");
    assert_string_equal(ics_rdt_harness_data(self, 0, "a"), "send ACK 2");
    assert_string_equal(ics_rdt_harness_data(self, 1, "b"), "send ACK 2");
    assert_string_equal(ics_rdt_harness_data(self, 2, "c"), "send ACK 2");
}

/* The bound of docs/RDT.md, S - N = 2: when base has advanced by that much, a late datagram is
 * taken for a new message. */
static void a_datagram_older_than_the_bound_is_taken_for_a_new_message(void **state)
{
    (void)state;
    g_autoptr(IcsRdtHarness) self = machine_new(2, 2);
    for (uint32_t i = 0; i < 3; i++) {
        ics_rdt_harness_data(self, i, "x");
    }
    assert_string_equal(ics_rdt_harness_data(self, 0, "a"), "send ACK 2");
    ics_rdt_harness_data(self, 3, "x");
    assert_string_equal(ics_rdt_harness_data(self, 0, "a"), "deliver a; send ACK 0");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_the_first_message_under_way_sets_the_timer),
        cmocka_unit_test(a_full_window_stops_the_layer_above),
        cmocka_unit_test(a_window_of_one_is_stop_and_wait),
        cmocka_unit_test(an_acknowledgement_is_of_all_up_to_it),
        cmocka_unit_test(a_timeout_sends_all_under_way_again),
        cmocka_unit_test(acknowledgements_outside_the_window_are_ignored),
        cmocka_unit_test(messages_are_delivered_in_order_only),
        cmocka_unit_test(before_the_first_message_the_number_before_it_is_acknowledged),
        cmocka_unit_test(a_repetition_is_acknowledged_and_not_delivered),
        cmocka_unit_test(a_damaged_datagram_is_ignored),
        cmocka_unit_test(a_number_of_too_many_bits_is_ignored),
        cmocka_unit_test(numbers_wrap_around_at_both_ends),
        cmocka_unit_test(numbers_of_sixteen_bits_wrap_around),
        cmocka_unit_test(with_all_acknowledgements_lost_nothing_is_delivered_twice),
        cmocka_unit_test(a_datagram_older_than_the_bound_is_taken_for_a_new_message),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
