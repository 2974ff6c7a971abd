/* Selective repeat, event by event: Kurose and Ross, figures 3.24 to 3.27. */
#include <cmocka.h>

#include "protocols/rdt/rdt_protocols.h"
#include "tests/support/rdt_harness.h"

static IcsRdtHarness *machine_new(uint32_t window, uint32_t bits)
{
    IcsRdtHarness *self = ics_rdt_harness_new(&ics_selective_repeat_class, window, bits);
    assert_string_equal(ics_rdt_harness_open(self), "");
    return self;
}

static void each_message_has_a_timer(void **state)
{
    (void)state;
    g_autoptr(IcsRdtHarness) self = machine_new(3, 3);
    assert_string_equal(ics_rdt_harness_message(self, "a"), "send DATA 0 a; set timer 0");
    assert_string_equal(ics_rdt_harness_message(self, "b"), "send DATA 1 b; set timer 1");
    assert_string_equal(ics_rdt_harness_message(self, "c"), "send DATA 2 c; set timer 2; disable");
}

static void a_timeout_sends_only_its_message_again(void **state)
{
    (void)state;
    g_autoptr(IcsRdtHarness) self = machine_new(3, 3);
    ics_rdt_harness_message(self, "a");
    ics_rdt_harness_message(self, "b");
    assert_string_equal(ics_rdt_harness_timer(self, 1), "send DATA 1 b; set timer 1");
    assert_string_equal(ics_rdt_harness_timer(self, 0), "send DATA 0 a; set timer 0");
}

static void the_window_moves_when_its_first_message_is_acknowledged(void **state)
{
    (void)state;
    g_autoptr(IcsRdtHarness) self = machine_new(3, 3);
    ics_rdt_harness_message(self, "a");
    ics_rdt_harness_message(self, "b");
    ics_rdt_harness_message(self, "c");
    assert_string_equal(ics_rdt_harness_ack(self, 1), "cancel timer 1");
    assert_string_equal(ics_rdt_harness_ack(self, 2), "cancel timer 2");
    assert_string_equal(ics_rdt_harness_ack(self, 0), "cancel timer 0; enable");
    assert_string_equal(ics_rdt_harness_message(self, "d"), "send DATA 3 d; set timer 0");
    assert_string_equal(ics_rdt_harness_message(self, "e"), "send DATA 4 e; set timer 1");
    assert_string_equal(ics_rdt_harness_message(self, "f"), "send DATA 5 f; set timer 2; disable");
}

static void a_timer_of_what_is_acknowledged_does_nothing(void **state)
{
    (void)state;
    g_autoptr(IcsRdtHarness) self = machine_new(3, 3);
    ics_rdt_harness_message(self, "a");
    ics_rdt_harness_message(self, "b");
    ics_rdt_harness_ack(self, 1);
    assert_string_equal(ics_rdt_harness_timer(self, 1), "");
    assert_string_equal(ics_rdt_harness_timer(self, 2), "");
    assert_string_equal(ics_rdt_harness_timer(self, 3), "");
}

static void acknowledgements_outside_the_window_are_ignored(void **state)
{
    (void)state;
    g_autoptr(IcsRdtHarness) self = machine_new(3, 3);
    assert_string_equal(ics_rdt_harness_ack(self, 0), "");
    ics_rdt_harness_message(self, "a");
    ics_rdt_harness_message(self, "b");
    assert_string_equal(ics_rdt_harness_ack(self, 7), "");
    assert_string_equal(ics_rdt_harness_ack(self, 2), "");
    ics_rdt_harness_ack(self, 0);
    assert_string_equal(ics_rdt_harness_ack(self, 0), "");
}

static void what_comes_early_is_kept_and_delivered_in_order(void **state)
{
    (void)state;
    g_autoptr(IcsRdtHarness) self = machine_new(4, 3);
    assert_string_equal(ics_rdt_harness_data(self, 2, "c"), "send ACK 2");
    assert_string_equal(ics_rdt_harness_data(self, 1, "b"), "send ACK 1");
    assert_string_equal(ics_rdt_harness_data(self, 0, "a"),
                        "send ACK 0; deliver a; deliver b; deliver c");
    assert_string_equal(ics_rdt_harness_data(self, 3, "d"), "send ACK 3; deliver d");
}

static void an_early_message_that_comes_twice_is_delivered_once(void **state)
{
    (void)state;
    g_autoptr(IcsRdtHarness) self = machine_new(4, 3);
    ics_rdt_harness_data(self, 1, "b");
    assert_string_equal(ics_rdt_harness_data(self, 1, "b"), "send ACK 1");
    assert_string_equal(ics_rdt_harness_data(self, 0, "a"), "send ACK 0; deliver a; deliver b");
}

static void the_tag_of_an_early_message_comes_with_its_delivery(void **state)
{
    (void)state;
    g_autoptr(IcsRdtHarness) self = machine_new(4, 3);
    ics_rdt_harness_data(self, 1, "b");
    ics_rdt_harness_data(self, 0, "a");
    assert_int_equal(ics_rdt_actions_get(&self->actions, 1)->tag, 0);
    assert_int_equal(ics_rdt_actions_get(&self->actions, 2)->tag, 1);
}

/* Without it the sender's window would never move: Kurose and Ross, below figure 3.25. */
static void what_was_delivered_is_acknowledged_again(void **state)
{
    (void)state;
    g_autoptr(IcsRdtHarness) self = machine_new(2, 3);
    ics_rdt_harness_data(self, 0, "a");
    ics_rdt_harness_data(self, 1, "b");
    assert_string_equal(ics_rdt_harness_data(self, 0, "a"), "send ACK 0");
    assert_string_equal(ics_rdt_harness_data(self, 1, "b"), "send ACK 1");
}

static void what_is_in_neither_window_is_ignored(void **state)
{
    (void)state;
    g_autoptr(IcsRdtHarness) self = machine_new(2, 3);
    assert_string_equal(ics_rdt_harness_data(self, 2, "c"), "");
    assert_string_equal(ics_rdt_harness_data(self, 5, "f"), "");
    assert_string_equal(ics_rdt_harness_data(self, 6, "g"), "send ACK 6");
    assert_string_equal(ics_rdt_harness_data(self, 8, "x"), "");
}

static void a_damaged_datagram_is_ignored(void **state)
{
    (void)state;
    g_autoptr(IcsRdtHarness) self = machine_new(2, 3);
    g_autoptr(GByteArray) data = ics_rdt_harness_make(1, 0, "hello");
    data->data[3] ^= 0x01;
    assert_string_equal(ics_rdt_harness_datagram(self, data->data, data->len, 0), "");
}

static void numbers_wrap_around_at_both_ends(void **state)
{
    (void)state;
    g_autoptr(IcsRdtHarness) self = machine_new(2, 2);
    for (uint32_t i = 0; i < 20; i += 2) {
        uint32_t odd = (i + 1) % 4;
        g_autofree char *first = g_strdup_printf("send DATA %u a; set timer 0", i % 4);
        g_autofree char *second = g_strdup_printf("send DATA %u b; set timer 1; disable", odd);
        g_autofree char *early = g_strdup_printf("send ACK %u", odd);
        g_autofree char *both = g_strdup_printf("send ACK %u; deliver a; deliver b", i % 4);
        assert_string_equal(ics_rdt_harness_message(self, "a"), first);
        assert_string_equal(ics_rdt_harness_message(self, "b"), second);
        assert_string_equal(ics_rdt_harness_data(self, odd, "b"), early);
        assert_string_equal(ics_rdt_harness_data(self, i % 4, "a"), both);
        assert_string_equal(ics_rdt_harness_ack(self, odd), "cancel timer 1");
        assert_string_equal(ics_rdt_harness_ack(self, i % 4), "cancel timer 0; enable");
    }
}

/* The dilemma of figure 3.27, S = 4: with a window of 2 the receiver knows a repetition. */
static void with_all_acknowledgements_lost_nothing_is_delivered_twice(void **state)
{
    (void)state;
    g_autoptr(IcsRdtHarness) self = machine_new(2, 2);
    ics_rdt_harness_data(self, 0, "a");
    ics_rdt_harness_data(self, 1, "b");
    assert_string_equal(ics_rdt_harness_data(self, 0, "a"), "send ACK 0");
    assert_string_equal(ics_rdt_harness_data(self, 1, "b"), "send ACK 1");
}

/* The bound of docs/RDT.md, S - 2 N = 0: when base has advanced by one more, a late datagram is
 * taken for a new message. */
static void a_datagram_older_than_the_bound_is_taken_for_a_new_message(void **state)
{
    (void)state;
    g_autoptr(IcsRdtHarness) self = machine_new(2, 2);
    ics_rdt_harness_data(self, 0, "a");
    ics_rdt_harness_data(self, 1, "b");
    ics_rdt_harness_data(self, 2, "c");
    assert_string_equal(ics_rdt_harness_data(self, 0, "a"), "send ACK 0");
    assert_string_equal(ics_rdt_harness_data(self, 3, "d"), "send ACK 3; deliver d; deliver a");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_message_has_a_timer),
        cmocka_unit_test(a_timeout_sends_only_its_message_again),
        cmocka_unit_test(the_window_moves_when_its_first_message_is_acknowledged),
        cmocka_unit_test(a_timer_of_what_is_acknowledged_does_nothing),
        cmocka_unit_test(acknowledgements_outside_the_window_are_ignored),
        cmocka_unit_test(what_comes_early_is_kept_and_delivered_in_order),
        cmocka_unit_test(an_early_message_that_comes_twice_is_delivered_once),
        cmocka_unit_test(the_tag_of_an_early_message_comes_with_its_delivery),
        cmocka_unit_test(what_was_delivered_is_acknowledged_again),
        cmocka_unit_test(what_is_in_neither_window_is_ignored),
        cmocka_unit_test(a_damaged_datagram_is_ignored),
        cmocka_unit_test(numbers_wrap_around_at_both_ends),
        cmocka_unit_test(with_all_acknowledgements_lost_nothing_is_delivered_twice),
        cmocka_unit_test(a_datagram_older_than_the_bound_is_taken_for_a_new_message),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
