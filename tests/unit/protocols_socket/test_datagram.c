/* Messages through datagram sockets, to the nanosecond: RFC 768, RFC 1122 section 4.1. */
#include <cmocka.h>
#include <string.h>

#include "tests/support/small_processes.h"

#define MS ICS_SMALL_NETWORK_MS

static int64_t say(IcsProcess *self, gconstpointer network, const char *what, int64_t result)
{
    return ics_small_processes_say(self, network, what, result);
}

static IcsEndpoint at(gconstpointer network, const char *host, uint16_t port)
{
    return ics_small_processes_endpoint(network, host, port);
}

static int bound(IcsProcess *self, uint16_t port)
{
    return ics_small_processes_bound(self, ICS_SOCKET_DATAGRAM, port);
}

static void start(void **state, const char *host, const char *name, IcsProcessMain main)
{
    ics_small_processes_start(*state, host, name, main);
}

static void expect(void **state, const char *notes)
{
    ics_small_network_expect(*state, notes);
    IcsSmallNetwork *network = *state;
    assert_int_equal(ics_packet_pool_in_use(network->network->packets), 0);
}

/* Receives n messages of at most 8 bytes on port 7 and says what they say. */
static void take(IcsProcess *self, gconstpointer network, int n)
{
    int socket = bound(self, 7);
    for (int i = 0; i < n; i++) {
        char text[9] = {0};
        say(self, network, text, ics_receive(self, socket, text, 8, 0));
    }
}

static void take_one(IcsProcess *self, gconstpointer network)
{
    take(self, network, 1);
}

static void take_three(IcsProcess *self, gconstpointer network)
{
    take(self, network, 3);
}

static void send_hello(IcsProcess *self, gconstpointer network)
{
    int socket = ics_socket(self, ICS_SOCKET_DATAGRAM);
    say(self, network, "send", ics_send_to(self, socket, "hello", 5, 0, at(network, "b", 7)));
}

static void a_message_arrives_after_the_links_delay(void **state)
{
    start(state, "a", "p", send_hello);
    start(state, "b", "q", take_one);
    expect(state, "p send=5@0s; q hello=5@5ms; ");
}

static void a_sender_that_ended_is_received_all_the_same(void **state)
{
    start(state, "b", "q", take_one);
    start(state, "a", "p", send_hello);
    ics_small_network_run_until(*state, 1);
    ics_small_network_note(*state, "p gone");
    expect(state, "p send=5@0s; p gone@1ns; q hello=5@5ms; ");
}

/* ---- what a receiver is told ---- */

static void send_three(IcsProcess *self, gconstpointer network)
{
    int socket = bound(self, 5000);
    for (int i = 0; i < 3; i++) {
        ics_sleep(self, MS);
        g_assert_cmpint(ics_send_to(self, socket, "123456", 6, 0, at(network, "b", 7)), ==, 6);
    }
}

static void take_with_everything(IcsProcess *self, gconstpointer network)
{
    static const size_t buffers[] = {6, 4, 0};
    int socket = bound(self, 7);
    ics_sleep(self, 20 * MS);
    for (size_t i = 0; i < 3; i++) {
        IcsReceived received = {0};
        uint8_t buffer[6] = {0};
        int64_t n = ics_receive_from(self, socket, buffer, buffers[i], 0, &received);
        say(self, network, "n", n);
        g_assert_cmpmem(buffer, (size_t)n, "123456", (size_t)n);
        g_assert_cmpint(received.bytes, ==, 6);
        g_assert_cmpint(received.truncated, ==, i > 0);
        g_assert_cmpint(received.from.address, ==, ics_small_network_address(network, "a"));
        g_assert_cmpint(received.from.port, ==, 5000);
        g_assert_cmpint(received.sent_ns, ==, (int64_t)(i + 1) * MS);
        g_assert_cmpint(received.ordinal, ==, i);
    }
}

static void a_receiver_is_told_sender_length_truncation_and_send_time(void **state)
{
    start(state, "a", "p", send_three);
    start(state, "b", "q", take_with_everything);
    expect(state, "q n=6@20ms; q n=4@20ms; q n=0@20ms; ");
}

static void send_empty(IcsProcess *self, gconstpointer network)
{
    int socket = ics_socket(self, ICS_SOCKET_DATAGRAM);
    say(self, network, "send", ics_send_to(self, socket, NULL, 0, 0, at(network, "b", 7)));
    say(self, network, "send", ics_send_to(self, socket, "x", 1, 0, at(network, "b", 7)));
    say(self, network, "send", ics_send_to(self, socket, "", 0, 0, at(network, "b", 7)));
}

static void an_empty_message_is_a_message(void **state)
{
    start(state, "a", "p", send_empty);
    start(state, "b", "q", take_three);
    expect(state, "p send=0@0s; p send=1@0s; p send=0@0s; q =0@5ms; q x=1@5ms; q =0@5ms; ");
}

static void the_copy_of_a_message_is_the_sockets(IcsProcess *self, gconstpointer network)
{
    char text[] = "before";
    int socket = ics_socket(self, ICS_SOCKET_DATAGRAM);
    ics_send_to(self, socket, text, 6, 0, at(network, "b", 7));
    memcpy(text, "after!", 6);
}

static void a_buffer_can_be_used_again_after_send(void **state)
{
    start(state, "a", "p", the_copy_of_a_message_is_the_sockets);
    start(state, "b", "q", take_one);
    expect(state, "q before=6@5ms; ");
}

/* ---- how long a receive waits ---- */

static void wait_in_vain(IcsProcess *self, gconstpointer network)
{
    uint8_t byte;
    int socket = bound(self, 7);
    ics_set_option(self, socket, ICS_OPTION_RECEIVE_TIMEOUT, 1);
    say(self, network, "shortest", ics_receive(self, socket, &byte, 1, 0));
    ics_set_option(self, socket, ICS_OPTION_RECEIVE_TIMEOUT, 100 * MS);
    say(self, network, "longer", ics_receive(self, socket, &byte, 1, 0));
    say(self, network, "again", ics_receive(self, socket, &byte, 1, 0));
    say(self, network, "flag", ics_receive(self, socket, &byte, 1, ICS_DONT_WAIT));
    ics_set_option(self, socket, ICS_OPTION_NONBLOCKING, 1);
    say(self, network, "option", ics_receive(self, socket, &byte, 1, 0));
}

static void a_timeout_is_exact(void **state)
{
    start(state, "b", "q", wait_in_vain);
    expect(state, "q shortest=ETIMEDOUT@1ns; q longer=ETIMEDOUT@100.000001ms; q "
                  "again=ETIMEDOUT@200.000001ms; "
                  "q flag=EAGAIN@200.000001ms; q option=EAGAIN@200.000001ms; ");
}

static void wait_until_the_arrival(IcsProcess *self, gconstpointer network)
{
    uint8_t byte;
    int socket = bound(self, 7);
    ics_set_option(self, socket, ICS_OPTION_RECEIVE_TIMEOUT, 5 * MS - 1);
    say(self, network, "early", ics_receive(self, socket, &byte, 1, 0));
    ics_set_option(self, socket, ICS_OPTION_RECEIVE_TIMEOUT, 1000 * MS);
    say(self, network, "then", ics_receive(self, socket, &byte, 1, 0));
    say(self, network, "left", ics_receive(self, socket, &byte, 1, 0));
}

static void a_timeout_ends_with_the_arrival(void **state)
{
    start(state, "a", "p", send_hello);
    start(state, "b", "q", wait_until_the_arrival);
    expect(state, "p send=5@0s; q early=ETIMEDOUT@4.999999ms; q then=1@5ms; "
                  "q left=ETIMEDOUT@1.005s; ");
}

static void poll(IcsProcess *self, gconstpointer network)
{
    char byte;
    int socket = bound(self, 7);
    ics_set_option(self, socket, ICS_OPTION_NONBLOCKING, 1);
    say(self, network, "before", ics_receive(self, socket, &byte, 1, 0));
    ics_sleep(self, 10 * MS);
    say(self, network, "after", ics_receive(self, socket, &byte, 1, 0));
    say(self, network, "empty", ics_receive(self, socket, &byte, 1, 0));
}

static void a_nonblocking_receive_takes_what_is_there(void **state)
{
    start(state, "a", "p", send_hello);
    start(state, "b", "q", poll);
    expect(state, "p send=5@0s; q before=EAGAIN@0s; q after=1@10ms; q empty=EAGAIN@10ms; ");
}

static void wait_for_ever(IcsProcess *self, gconstpointer network)
{
    uint8_t byte;
    int socket = bound(self, 7);
    ics_set_option(self, socket, ICS_OPTION_RECEIVE_TIMEOUT, ICS_FOREVER);
    say(self, network, "never", ics_receive(self, socket, &byte, 1, 0));
}

static void a_blocked_process_costs_no_event(void **state)
{
    IcsSmallNetwork *network = *state;
    start(state, "b", "q", wait_for_ever);
    expect(state, "");
    assert_int_equal(network->simulation->events, 0);
}

static void receive_unbound(IcsProcess *self, gconstpointer network)
{
    uint8_t byte;
    IcsEndpoint local;
    int socket = ics_socket(self, ICS_SOCKET_DATAGRAM);
    say(self, network, "receive", ics_receive(self, socket, &byte, 1, ICS_DONT_WAIT));
    ics_local_endpoint(self, socket, &local);
    say(self, network, "port", local.port);
}

static void a_receive_binds_to_a_free_port(void **state)
{
    start(state, "b", "q", receive_unbound);
    expect(state, "q receive=EAGAIN@0s; q port=49152@0s; ");
}

/* ---- lengths ---- */

static void send_long(IcsProcess *self, gconstpointer network)
{
    g_autofree uint8_t *bytes = g_malloc0(65508);
    int socket = ics_socket(self, ICS_SOCKET_DATAGRAM);
    IcsEndpoint to = at(network, "b", 7);
    IcsEndpoint inside = {ICS_RAW_ADDRESS(127, 0, 0, 1), 7};
    say(self, network, "mtu", ics_send_to(self, socket, bytes, 1472, 0, to));
    say(self, network, "over", ics_send_to(self, socket, bytes, 1473, 0, to));
    say(self, network, "longest", ics_send_to(self, socket, bytes, 65507, 0, inside));
    say(self, network, "too-long", ics_send_to(self, socket, bytes, 65508, 0, inside));
    say(self, network, "far-too-long", ics_send_to(self, socket, bytes, SIZE_MAX, 0, inside));
}

static void a_message_over_the_mtu_or_65507_bytes_is_refused(void **state)
{
    IcsSmallNetwork *network = *state;
    start(state, "a", "p", send_long);
    expect(state, "p mtu=1472@0s; p over=EMSGSIZE@0s; p longest=65507@0s; p too-long=EMSGSIZE@0s; "
                  "p far-too-long=EMSGSIZE@0s; ");
    assert_int_equal(ics_flow_table_size(&network->network->flows), 2);
}

static void send_longest(IcsProcess *self, gconstpointer network)
{
    g_autofree uint8_t *bytes = g_malloc(65507);
    for (size_t i = 0; i < 65507; i++) {
        bytes[i] = (uint8_t)(i * 31 >> 3);
    }
    int socket = ics_socket(self, ICS_SOCKET_DATAGRAM);
    say(self, network, "send", ics_send_to(self, socket, bytes, 65507, 0, at(network, "b", 7)));
    say(self, network, "self", ics_send_to(self, socket, bytes, 65507, 0, at(network, "a", 7)));
}

static void take_longest(IcsProcess *self, gconstpointer network)
{
    g_autofree uint8_t *bytes = g_malloc0(65507);
    int socket = bound(self, 7);
    say(self, network, "receive", ics_receive(self, socket, bytes, 65507, 0));
    for (size_t i = 0; i < 65507; i++) {
        g_assert_cmpint(bytes[i], ==, (uint8_t)(i * 31 >> 3));
    }
}

static void the_longest_message_passes_a_link_and_loopback(G_GNUC_UNUSED void **state)
{
    static const char *const names[] = {"a", "b", NULL};
    g_autoptr(IcsSmallNetwork) network = ics_small_network_new(1, names);
    IcsLinkConfig jumbo = ics_small_network_link_config();
    jumbo.mtu_bytes = 65535;
    ics_small_network_link(network, "a", "b", &jumbo);
    ics_small_processes_start(network, "b", "q", take_longest);
    ics_small_processes_start(network, "a", "r", take_longest);
    ics_small_processes_start(network, "a", "p", send_longest);
    ics_small_network_expect(network, "p send=65507@0s; p self=65507@0s; r receive=65507@0s; "
                                      "q receive=65507@5ms; ");
}

/* ---- the receive queue ---- */

static void send_ten(IcsProcess *self, gconstpointer network)
{
    int socket = ics_socket(self, ICS_SOCKET_DATAGRAM);
    for (int i = 0; i < 10; i++) {
        uint8_t message[100] = {(uint8_t)i};
        ics_send_to(self, socket, message, sizeof message, 0, at(network, "b", 7));
    }
}

static void take_from_small_buffer(IcsProcess *self, gconstpointer network)
{
    uint8_t message[100];
    int socket = bound(self, 7);
    ics_set_option(self, socket, ICS_OPTION_RECEIVE_BUFFER, 350);
    ics_sleep(self, 10 * MS);
    ics_set_option(self, socket, ICS_OPTION_NONBLOCKING, 1);
    while (ics_receive(self, socket, message, sizeof message, 0) >= 0) {
        say(self, network, "number", message[0]);
    }
}

static void a_full_receive_buffer_drops_what_comes_last(void **state)
{
    IcsSmallNetwork *network = *state;
    start(state, "a", "p", send_ten);
    start(state, "b", "q", take_from_small_buffer);
    expect(state, "q number=0@10ms; q number=1@10ms; q number=2@10ms; ");
    assert_int_equal(ics_small_network_dropped(network, "b", ICS_CAUSE_RECEIVE_BUFFER_FULL), 7);
    assert_int_equal(ics_small_network_dropped_in_all(network, "b"), 7);
}

static void take_with_a_buffer_of_a_byte(IcsProcess *self, gconstpointer network)
{
    uint8_t message[100];
    int socket = bound(self, 7);
    ics_set_option(self, socket, ICS_OPTION_RECEIVE_BUFFER, 1);
    ics_sleep(self, 10 * MS);
    say(self, network, "n", ics_receive(self, socket, message, sizeof message, ICS_DONT_WAIT));
    say(self, network, "n", ics_receive(self, socket, message, sizeof message, ICS_DONT_WAIT));
}

static void one_message_fits_however_small_the_buffer(void **state)
{
    IcsSmallNetwork *network = *state;
    start(state, "a", "p", send_ten);
    start(state, "b", "q", take_with_a_buffer_of_a_byte);
    expect(state, "q n=100@10ms; q n=EAGAIN@10ms; ");
    assert_int_equal(ics_small_network_dropped(network, "b", ICS_CAUSE_RECEIVE_BUFFER_FULL), 9);
}

static void send_ten_empty(IcsProcess *self, gconstpointer network)
{
    int socket = ics_socket(self, ICS_SOCKET_DATAGRAM);
    for (int i = 0; i < 10; i++) {
        ics_send_to(self, socket, NULL, 0, 0, at(network, "b", 7));
    }
}

static void take_empty_from_small_buffer(IcsProcess *self, gconstpointer network)
{
    int socket = bound(self, 7);
    ics_set_option(self, socket, ICS_OPTION_RECEIVE_BUFFER, 4);
    ics_sleep(self, 10 * MS);
    int64_t n = 0;
    while (ics_receive(self, socket, NULL, 0, ICS_DONT_WAIT) >= 0) {
        n++;
    }
    say(self, network, "n", n);
    ics_sleep(self, 10 * MS);
}

static void empty_messages_fill_the_buffer_too(void **state)
{
    IcsSmallNetwork *network = *state;
    start(state, "a", "p", send_ten_empty);
    start(state, "b", "q", take_empty_from_small_buffer);
    expect(state, "q n=4@10ms; ");
    assert_int_equal(ics_small_network_dropped(network, "b", ICS_CAUSE_RECEIVE_BUFFER_FULL), 6);
}

static void close_with_a_queue(IcsProcess *self, gconstpointer network)
{
    int socket = bound(self, 7);
    ics_sleep(self, 10 * MS);
    say(self, network, "close", ics_close(self, socket));
    ics_sleep(self, 10 * MS);
}

static void what_waits_in_a_closed_socket_is_lost(void **state)
{
    IcsSmallNetwork *network = *state;
    start(state, "a", "p", send_ten);
    start(state, "b", "q", close_with_a_queue);
    expect(state, "q close=0@10ms; ");
    assert_int_equal(ics_small_network_dropped(network, "b", ICS_CAUSE_SOCKET_CLOSED), 10);
}

static void end_with_a_queue(IcsProcess *self, G_GNUC_UNUSED gconstpointer network)
{
    bound(self, 7);
    ics_sleep(self, 10 * MS);
}

static void the_sockets_of_an_ended_process_are_closed(void **state)
{
    IcsSmallNetwork *network = *state;
    start(state, "a", "p", send_ten);
    start(state, "b", "q", end_with_a_queue);
    expect(state, "");
    assert_int_equal(ics_small_network_dropped(network, "b", ICS_CAUSE_SOCKET_CLOSED), 10);
    start(state, "b", "r", take_one);
    start(state, "a", "s", send_hello);
    expect(state, "s send=5@10ms; r hello=5@15ms; ");
}

#define TEST(function)                                                                             \
    cmocka_unit_test_setup_teardown(function, ics_small_network_setup, ics_small_network_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_message_arrives_after_the_links_delay),
        TEST(a_sender_that_ended_is_received_all_the_same),
        TEST(a_receiver_is_told_sender_length_truncation_and_send_time),
        TEST(an_empty_message_is_a_message),
        TEST(a_buffer_can_be_used_again_after_send),
        TEST(a_timeout_is_exact),
        TEST(a_timeout_ends_with_the_arrival),
        TEST(a_nonblocking_receive_takes_what_is_there),
        TEST(a_blocked_process_costs_no_event),
        TEST(a_receive_binds_to_a_free_port),
        TEST(a_message_over_the_mtu_or_65507_bytes_is_refused),
        cmocka_unit_test(the_longest_message_passes_a_link_and_loopback),
        TEST(a_full_receive_buffer_drops_what_comes_last),
        TEST(one_message_fits_however_small_the_buffer),
        TEST(empty_messages_fill_the_buffer_too),
        TEST(what_waits_in_a_closed_socket_is_lost),
        TEST(the_sockets_of_an_ended_process_are_closed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
