/* The constant-rate sender and the counting sink, in both forms. */
#include <cmocka.h>
#include <string.h>

#include "tests/support/small_programs.h"

#define MS ICS_SMALL_NETWORK_MS

typedef struct {
    int64_t sent_ns[16];
    int64_t taken_ns[16];
    guint n_sent, n_taken;
    int64_t taken_bytes; /* of the last */
} Messages;

static void observe(gpointer data, const IcsObservation *observation)
{
    Messages *self = data;
    if (observation->kind == ICS_OBSERVE_MESSAGE_SENT) {
        self->sent_ns[self->n_sent++] = observation->at_ns;
    } else {
        self->taken_ns[self->n_taken++] = observation->at_ns;
        self->taken_bytes = observation->value;
    }
}

static void watch(void **state, Messages *messages)
{
    IcsSmallNetwork *network = *state;
    *messages = (Messages){0};
    ics_bus_subscribe(&network->simulation->bus,
                      ICS_OBSERVE_MASK(MESSAGE_SENT) | ICS_OBSERVE_MASK(MESSAGE_DELIVERED), observe,
                      messages);
    ics_small_processes_note_all(network);
}

static void start_sender(void **state, IcsSmallForm form, const char *parameters)
{
    ics_small_programs_start(*state, "a", "sender", "udp-sender", form, parameters);
}

static void start_sink(void **state, IcsSmallForm form, const char *parameters)
{
    ics_small_programs_start(*state, "b", "sink", "udp-sink", form, parameters);
}

static void send_at_a_constant_rate(void **state, IcsSmallForm form)
{
    Messages messages;
    watch(state, &messages);
    start_sink(state, form, "{}");
    start_sender(state, form, "{'to': 'b:9', 'messages': 3, 'size': '12B', 'interval': '4ms'}");
    ics_small_network_expect(*state, "sender returned 0@8ms; ");
    assert_int_equal(messages.n_sent, 3);
    assert_int_equal(messages.n_taken, 3);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(messages.sent_ns[i], i * 4 * MS);
        assert_int_equal(messages.taken_ns[i], i * 4 * MS + 5 * MS);
    }
    size_t n;
    assert_memory_equal(ics_small_network_sent(*state, 2, &n) + 28, "\0\0\0\0\0\0\0\2ijkl", 12);
}

static void messages_leave_at_a_constant_rate(void **state)
{
    send_at_a_constant_rate(state, ICS_SMALL_COROUTINE);
}

static void messages_leave_at_a_constant_rate_without_a_stack(void **state)
{
    send_at_a_constant_rate(state, ICS_SMALL_HANDLER);
}

static void send_none(void **state, IcsSmallForm form)
{
    Messages messages;
    watch(state, &messages);
    start_sender(state, form, "{'to': 'b:9', 'messages': 0, 'interval': '4ms'}");
    ics_small_network_expect(*state, "sender returned 0@0s; ");
    assert_int_equal(messages.n_sent, 0);
}

static void zero_messages_are_none(void **state)
{
    send_none(state, ICS_SMALL_COROUTINE);
}

static void zero_messages_are_none_without_a_stack(void **state)
{
    send_none(state, ICS_SMALL_HANDLER);
}

static void send_at_once(void **state, IcsSmallForm form)
{
    Messages messages;
    watch(state, &messages);
    start_sender(state, form, "{'to': 'b:9', 'messages': 10, 'size': '0B', 'interval': '0ms'}");
    ics_small_network_expect(*state, "sender returned 0@0s; ");
    assert_int_equal(messages.n_sent, 10);
    assert_int_equal(messages.sent_ns[9], 0);
}

static void without_an_interval_all_leave_at_once(void **state)
{
    send_at_once(state, ICS_SMALL_COROUTINE);
}

static void without_an_interval_all_leave_at_once_without_a_stack(void **state)
{
    send_at_once(state, ICS_SMALL_HANDLER);
}

static void a_message_that_is_too_long_is_reported_each_time(void **state)
{
    Messages messages;
    watch(state, &messages);
    start_sender(state, ICS_SMALL_HANDLER,
                 "{'to': 'b:9', 'messages': 2, 'size': '1473B', 'interval': '4ms'}");
    ics_small_network_expect(*state, "sender: send: EMSGSIZE, message too long@0s; "
                                     "sender: send: EMSGSIZE, message too long@4ms; "
                                     "sender returned 0@4ms; ");
    assert_int_equal(messages.n_sent, 0);
}

static void datagrams_can_go_without_a_checksum(void **state)
{
    start_sender(state, ICS_SMALL_COROUTINE,
                 "{'to': 'b:9', 'messages': 1, 'interval': '4ms', 'checksum': false}");
    ics_small_network_run(*state);
    size_t n;
    assert_int_equal(ics_raw_get16(ics_small_network_sent(*state, 0, &n) + 26), 0);
}

static void an_endless_interval_does_not_overflow(void **state)
{
    IcsSmallNetwork *network = *state;
    start_sink(state, ICS_SMALL_HANDLER, "{'work': '2562047h'}");
    start_sender(state, ICS_SMALL_COROUTINE,
                 "{'to': 'b:9', 'messages': 3, 'interval': '2562047h'}");
    start_sender(state, ICS_SMALL_HANDLER, "{'to': 'b:9', 'messages': 3, 'interval': '2562047h'}");
    ics_simulation_run(network->simulation, INT64_MAX - 1, UINT64_MAX);
}

/* ---- the sink ---- */

static void take_slowly(void **state, IcsSmallForm form)
{
    Messages messages;
    watch(state, &messages);
    start_sink(state, form, "{'work': '10ms'}");
    start_sender(state, ICS_SMALL_COROUTINE, "{'to': 'b:9', 'messages': 3, 'interval': '4ms'}");
    ics_small_network_expect(*state, "sender returned 0@8ms; ");
    static const int64_t expected[] = {5 * MS, 15 * MS, 25 * MS};
    assert_int_equal(messages.n_taken, 3);
    assert_memory_equal(messages.taken_ns, expected, sizeof expected);
}

static void a_slow_sink_is_busy_with_each_message(void **state)
{
    take_slowly(state, ICS_SMALL_COROUTINE);
}

static void a_slow_sink_is_busy_with_each_message_without_a_stack(void **state)
{
    take_slowly(state, ICS_SMALL_HANDLER);
}

static void overflow(void **state, IcsSmallForm form)
{
    Messages messages;
    watch(state, &messages);
    start_sink(state, form, "{'work': '100ms', 'receive-buffer': '200B'}");
    start_sender(state, ICS_SMALL_COROUTINE,
                 "{'to': 'b:9', 'messages': 6, 'size': '100B', 'interval': '1ms'}");
    ics_small_network_run(*state);
    assert_int_equal(messages.n_taken, 3); /* one at once, two that waited */
    assert_int_equal(ics_small_network_dropped(*state, "b", ICS_CAUSE_RECEIVE_BUFFER_FULL), 3);
}

static void a_slow_sink_overflows_its_receive_buffer(void **state)
{
    overflow(state, ICS_SMALL_COROUTINE);
}

static void a_slow_sink_overflows_its_receive_buffer_without_a_stack(void **state)
{
    overflow(state, ICS_SMALL_HANDLER);
}

static void a_message_longer_than_the_sinks_buffer_loses_its_tail(void **state)
{
    Messages messages;
    watch(state, &messages);
    start_sink(state, ICS_SMALL_HANDLER, "{'buffer': '10B'}");
    start_sender(state, ICS_SMALL_HANDLER,
                 "{'to': 'b:9', 'messages': 1, 'size': '100B', 'interval': '1ms'}");
    ics_small_network_run(*state);
    assert_int_equal(messages.n_taken, 1);
    assert_int_equal(messages.taken_bytes, 10);
}

static void note_blocked(gpointer data, const IcsObservation *observation)
{
    ics_small_network_note(data, "%s", observation->text);
}

static void a_busy_sink_computes(void **state)
{
    IcsSmallNetwork *network = *state;
    start_sink(state, ICS_SMALL_COROUTINE, "{'work': '10ms'}");
    start_sender(state, ICS_SMALL_HANDLER, "{'to': 'b:9', 'messages': 1, 'interval': '4ms'}");
    ics_bus_subscribe(&network->simulation->bus, ICS_OBSERVE_MASK(PROCESS_BLOCKED), note_blocked,
                      network);
    ics_small_network_expect(network, "receive@0s; compute@5ms; receive@15ms; ");
}

#define TEST(function)                                                                             \
    cmocka_unit_test_setup_teardown(function, ics_small_network_setup, ics_small_network_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(messages_leave_at_a_constant_rate),
        TEST(messages_leave_at_a_constant_rate_without_a_stack),
        TEST(zero_messages_are_none),
        TEST(zero_messages_are_none_without_a_stack),
        TEST(without_an_interval_all_leave_at_once),
        TEST(without_an_interval_all_leave_at_once_without_a_stack),
        TEST(a_message_that_is_too_long_is_reported_each_time),
        TEST(datagrams_can_go_without_a_checksum),
        TEST(an_endless_interval_does_not_overflow),
        TEST(a_slow_sink_is_busy_with_each_message),
        TEST(a_slow_sink_is_busy_with_each_message_without_a_stack),
        TEST(a_slow_sink_overflows_its_receive_buffer),
        TEST(a_slow_sink_overflows_its_receive_buffer_without_a_stack),
        TEST(a_message_longer_than_the_sinks_buffer_loses_its_tail),
        TEST(a_busy_sink_computes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
