/* The chapter's UDP client and echo server. Over a link of 5 ms each way. */
#include <cmocka.h>
#include <string.h>

#include "tests/support/small_programs.h"

#define MS ICS_SMALL_NETWORK_MS

static void serve(void **state, IcsSmallForm form, const char *parameters)
{
    ics_small_programs_start(*state, "b", "server", "udp-echo-server", form, parameters);
}

static void ask(void **state, const char *parameters)
{
    ics_small_processes_note_all(*state);
    ics_small_programs_start(*state, "a", "client", "udp-client", ICS_SMALL_COROUTINE, parameters);
}

static void expect(void **state, const char *notes)
{
    ics_small_network_expect(*state, notes);
}

static void expect_payload(void **state, guint index, const void *bytes, size_t n)
{
    size_t length;
    const uint8_t *packet = ics_small_network_sent(*state, index, &length);
    assert_int_equal(length, 28 + n);
    assert_memory_equal(packet + 28, bytes, n);
}

static void the_server_listens_to_port_6789_unless_told_otherwise(void **state)
{
    serve(state, ICS_SMALL_COROUTINE, "{}");
    ask(state, "{'to': 'b:6789', 'text': 'hello'}");
    expect(state, "client: 1 replies to 1 messages@10ms; client returned 0@10ms; ");
    assert_int_equal(ics_small_network_n_sent(*state), 2);
    expect_payload(state, 0, "hello", 5);
    expect_payload(state, 1, "hello", 5);
}

static void each_reply_comes_before_the_next_message(void **state)
{
    serve(state, ICS_SMALL_COROUTINE, "{'port': 7}");
    ask(state, "{'to': 'b:7', 'messages': 3, 'size': '10B'}");
    expect(state, "client: 3 replies to 3 messages@30ms; client returned 0@30ms; ");
    expect_payload(state, 0, "\0\0\0\0\0\0\0\0ij", 10);
    expect_payload(state, 2, "\0\0\0\0\0\0\0\1ij", 10);
    expect_payload(state, 5, "\0\0\0\0\0\0\0\2ij", 10);
}

static void messages_are_an_interval_apart_at_least(void **state)
{
    serve(state, ICS_SMALL_COROUTINE, "{'port': 7}");
    ask(state, "{'to': 'b:7', 'messages': 3, 'interval': '25ms'}");
    expect(state, "client: 3 replies to 3 messages@60ms; client returned 0@60ms; ");
}

static void a_reply_that_does_not_come_costs_the_timeout(void **state)
{
    IcsLossConfig config = {0};
    int64_t second = 2;
    g_autoptr(GArray) nth = g_array_new(FALSE, FALSE, sizeof second);
    g_array_append_val(nth, second);
    IcsFaultScopeConfig scope = {.nth = nth};
    ics_small_network_fault(*state, "a", "b", &ics_loss_class, &config, &scope);
    serve(state, ICS_SMALL_COROUTINE, "{'port': 7}");
    ask(state, "{'to': 'b:7', 'messages': 3, 'timeout': '100ms'}");
    expect(state, "client: no reply to message 2 within its timeout@110ms; "
                  "client: 2 replies to 3 messages@120ms; client returned 0@120ms; ");
}

static void no_server_costs_the_timeout_of_every_message(void **state)
{
    ask(state, "{'to': 'b:7', 'messages': 2}");
    expect(state, "client: no reply to message 1 within its timeout@1s; "
                  "client: no reply to message 2 within its timeout@2s; "
                  "client: 0 replies to 2 messages@2s; client returned 0@2s; ");
}

static void zero_messages_are_none(void **state)
{
    ask(state, "{'to': 'b:7', 'messages': 0}");
    expect(state, "client: 0 replies to 0 messages@0s; client returned 0@0s; ");
    assert_int_equal(ics_small_network_n_sent(*state), 0);
}

static void a_message_may_be_empty(void **state)
{
    serve(state, ICS_SMALL_COROUTINE, "{'port': 7}");
    ask(state, "{'to': 'b:7', 'size': '0B'}");
    expect(state, "client: 1 replies to 1 messages@10ms; client returned 0@10ms; ");
    expect_payload(state, 1, "", 0);
}

static void the_longest_message_is_65507_bytes(void **state)
{
    ics_small_programs_start(*state, "a", "server", "udp-echo-server", ICS_SMALL_COROUTINE,
                             "{'port': 7, 'buffer': '65507B'}");
    ask(state, "{'to': 'localhost:7', 'size': '65507B'}");
    expect(state, "client: 1 replies to 1 messages@0s; client returned 0@0s; ");
}

static void a_longer_one_is_an_error_of_send(void **state)
{
    ics_small_programs_start(*state, "a", "server", "udp-echo-server", ICS_SMALL_COROUTINE,
                             "{'port': 7}");
    ask(state, "{'to': 'localhost:7', 'size': '65508B', 'timeout': '1ms'}");
    expect(state, "client: send: EMSGSIZE, message too long@0s; "
                  "client: no reply to message 1 within its timeout@1ms; "
                  "client: 0 replies to 1 messages@1ms; client returned 0@1ms; ");
}

static void a_request_longer_than_the_servers_buffer_loses_its_tail(void **state)
{
    serve(state, ICS_SMALL_COROUTINE, "{'port': 7, 'buffer': '3B'}");
    ask(state, "{'to': 'b:7', 'text': 'hello'}");
    expect(state, "client: 1 replies to 1 messages@10ms; client returned 0@10ms; ");
    expect_payload(state, 1, "hel", 3);
}

static void without_waiting_messages_leave_at_their_times(void **state)
{
    serve(state, ICS_SMALL_COROUTINE, "{'port': 7}");
    ask(state, "{'to': 'b:7', 'messages': 4, 'interval': '3ms', 'wait': 'none', "
               "'timeout': '50ms'}");
    expect(state, "client: 4 replies to 4 messages@59ms; client returned 0@59ms; ");
}

static void without_waiting_and_interval_all_leave_at_once(void **state)
{
    serve(state, ICS_SMALL_COROUTINE, "{'port': 7}");
    ask(state, "{'to': 'b:7', 'messages': 100, 'wait': 'none', 'timeout': '9ms'}");
    expect(state, "client: 0 replies to 100 messages@9ms; client returned 0@9ms; ");
}

static void late_replies_count_until_the_timeout_behind_the_last_message(void **state)
{
    serve(state, ICS_SMALL_COROUTINE, "{'port': 7}");
    ask(state, "{'to': 'b:7', 'messages': 2, 'interval': '4ms', 'wait': 'none', "
               "'timeout': '7ms'}");
    expect(state, "client: 1 replies to 2 messages@11ms; client returned 0@11ms; ");
}

static void zero_messages_without_waiting_still_listen(void **state)
{
    ask(state, "{'to': 'b:7', 'messages': 0, 'wait': 'none', 'timeout': '5ms'}");
    expect(state, "client: 0 replies to 0 messages@5ms; client returned 0@5ms; ");
}

static void the_server_answers_each_client(void **state)
{
    serve(state, ICS_SMALL_HANDLER, "{'port': 7}");
    ask(state, "{'to': 'b:7', 'messages': 3}");
    ics_small_programs_start(*state, "a", "other", "udp-client", ICS_SMALL_COROUTINE,
                             "{'to': 'b:7', 'text': 'x', 'messages': 2}");
    expect(state, "other: 2 replies to 2 messages@20ms; other returned 0@20ms; "
                  "client: 3 replies to 3 messages@30ms; client returned 0@30ms; ");
}

static void a_request_that_wants_no_answer_gets_none(void **state)
{
    IcsSmallNetwork *network = *state;
    IcsRawPacket packet;
    ics_small_processes_note_all(network);
    serve(state, ICS_SMALL_COROUTINE, "{'port': 7}");
    ics_small_network_run(network);
    ics_raw_packet_udp(&packet, ics_small_network_address(network, "a"), 0,
                       ics_small_network_address(network, "b"), 7, "no answer");
    ics_small_network_inject(network, "b", &packet);
    expect(state, "server: echo: EINVAL, invalid argument@0s; ");
    assert_int_equal(ics_small_network_n_sent(network), 0);
}

static void take_all_ports(IcsProcess *self, G_GNUC_UNUSED gconstpointer network)
{
    for (int i = 0; i < 1024; i++) {
        ics_bind(self, ics_socket(self, ICS_SOCKET_DATAGRAM), (IcsEndpoint){0, 0});
    }
    ics_sleep(self, ICS_FOREVER);
}

static void a_host_without_a_free_port_ends_the_client(void **state)
{
    IcsSmallNetwork *network = *state;
    for (int i = 0; i < 16; i++) {
        ics_small_processes_start(network, "a", "taker", take_all_ports);
    }
    ask(state, "{'to': 'b:7', 'messages': 2, 'wait': 'none', 'interval': '1s'}");
    expect(state, "client: send: EADDRNOTAVAIL, address not available on this host@0s; "
                  "client: receive: EADDRNOTAVAIL, address not available on this host@0s; "
                  "client exited 1@0s; ");
}

static void endless_times_do_not_overflow(void **state)
{
    ask(state, "{'to': 'b:7', 'messages': 2, 'interval': '2562047h', 'timeout': '2562047h'}");
    ics_small_programs_start(*state, "a", "other", "udp-client", ICS_SMALL_COROUTINE,
                             "{'to': 'b:7', 'messages': 3, 'interval': '2562047h', "
                             "'timeout': '2562047h', 'wait': 'none'}");
    ics_simulation_run(((IcsSmallNetwork *)*state)->simulation, INT64_MAX - 1, UINT64_MAX);
}

static void text_and_size_exclude_each_other(void **state)
{
    (void)state;
    ics_small_programs_assert_refused("udp-client", "{'to': 'b:7', 'text': 'x', 'size': '1B'}",
                                      "exclude each other");
}

#define TEST(function)                                                                             \
    cmocka_unit_test_setup_teardown(function, ics_small_network_setup, ics_small_network_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(the_server_listens_to_port_6789_unless_told_otherwise),
        TEST(each_reply_comes_before_the_next_message),
        TEST(messages_are_an_interval_apart_at_least),
        TEST(a_reply_that_does_not_come_costs_the_timeout),
        TEST(no_server_costs_the_timeout_of_every_message),
        TEST(zero_messages_are_none),
        TEST(a_message_may_be_empty),
        TEST(the_longest_message_is_65507_bytes),
        TEST(a_longer_one_is_an_error_of_send),
        TEST(a_request_longer_than_the_servers_buffer_loses_its_tail),
        TEST(without_waiting_messages_leave_at_their_times),
        TEST(without_waiting_and_interval_all_leave_at_once),
        TEST(late_replies_count_until_the_timeout_behind_the_last_message),
        TEST(zero_messages_without_waiting_still_listen),
        TEST(the_server_answers_each_client),
        TEST(a_request_that_wants_no_answer_gets_none),
        TEST(a_host_without_a_free_port_ends_the_client),
        TEST(endless_times_do_not_overflow),
        cmocka_unit_test(text_and_size_exclude_each_other),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
