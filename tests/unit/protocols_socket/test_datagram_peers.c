/* Connected datagram sockets, refusals, loopback, and who is who: RFC 1122 section 4.1.3, udp(7).
 */
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
}

static void receive_text(IcsProcess *self, gconstpointer network, int socket, int flags)
{
    char text[9] = {0};
    int64_t n = ics_receive(self, socket, text, 8, flags);
    say(self, network, n < 0 ? "receive" : text, n);
}

/* ---- connected ---- */

static void echo_once(IcsProcess *self, G_GNUC_UNUSED gconstpointer network)
{
    char text[8];
    IcsReceived request;
    int socket = bound(self, 7);
    int64_t n = ics_receive_from(self, socket, text, sizeof text, 0, &request);
    ics_send_to(self, socket, text, (size_t)n, 0, request.from);
}

static void ask_connected(IcsProcess *self, gconstpointer network)
{
    int socket = ics_socket(self, ICS_SOCKET_DATAGRAM);
    say(self, network, "connect", ics_connect(self, socket, at(network, "b", 7)));
    say(self, network, "send", ics_send(self, socket, "hello", 5, 0));
    receive_text(self, network, socket, 0);
}

static void a_connected_socket_speaks_with_its_peer(void **state)
{
    start(state, "b", "server", echo_once);
    start(state, "a", "p", ask_connected);
    expect(state, "p connect=0@0s; p send=5@0s; p hello=5@10ms; ");
}

static void send_from_two_ports(IcsProcess *self, gconstpointer network)
{
    static const uint16_t ports[] = {6000, 5000};
    for (int i = 0; i < 2; i++) {
        int socket = bound(self, ports[i]);
        ics_connect(self, socket, at(network, "b", 7));
        g_assert_cmpint(ics_send(self, socket, i == 0 ? "first" : "second", 6, 0), ==, 6);
        ics_set_option(self, socket, ICS_OPTION_RECEIVE_TIMEOUT, 20 * MS);
        receive_text(self, network, socket, 0);
    }
}

static void hear_port_5000_only(IcsProcess *self, gconstpointer network)
{
    int socket = bound(self, 7);
    g_assert_cmpint(ics_connect(self, socket, at(network, "a", 5000)), ==, 0);
    receive_text(self, network, socket, 0);
    ics_sleep(self, 100 * MS);
}

static void a_connected_socket_hears_its_peer_only(void **state)
{
    IcsSmallNetwork *network = *state;
    start(state, "b", "q", hear_port_5000_only);
    start(state, "a", "p", send_from_two_ports);
    expect(state, "p receive=ECONNREFUSED@10ms; q second=6@15ms; p receive=ETIMEDOUT@30ms; ");
    assert_int_equal(ics_small_network_dropped(network, "b", ICS_CAUSE_NOT_CONNECTED), 1);
}

static void send_two(IcsProcess *self, gconstpointer network)
{
    int one = bound(self, 5000), two = bound(self, 6000);
    ics_send_to(self, two, "queued", 6, 0, at(network, "b", 7));
    ics_sleep(self, 20 * MS);
    ics_send_to(self, two, "late", 4, 0, at(network, "b", 7));
    ics_send_to(self, one, "peer's", 6, 0, at(network, "b", 7));
}

static void connect_with_a_queue(IcsProcess *self, gconstpointer network)
{
    int socket = bound(self, 7);
    ics_sleep(self, 10 * MS);
    ics_connect(self, socket, at(network, "a", 5000));
    receive_text(self, network, socket, 0);
    receive_text(self, network, socket, 0);
}

static void what_was_queued_before_connect_stays(void **state)
{
    start(state, "b", "q", connect_with_a_queue);
    start(state, "a", "p", send_two);
    expect(state, "q queued=6@10ms; q peer's=6@25ms; ");
}

static void connect_twice(IcsProcess *self, gconstpointer network)
{
    int socket = bound(self, 7);
    ics_connect(self, socket, at(network, "a", 6000));
    ics_connect(self, socket, at(network, "a", 5000));
    receive_text(self, network, socket, 0);
}

static void the_last_connect_counts(void **state)
{
    start(state, "b", "q", connect_twice);
    start(state, "a", "p", send_two);
    expect(state, "q peer's=6@25ms; ");
}

static void send_elsewhere(IcsProcess *self, gconstpointer network)
{
    int socket = ics_socket(self, ICS_SOCKET_DATAGRAM);
    ics_connect(self, socket, at(network, "b", 9));
    say(self, network, "send", ics_send_to(self, socket, "hello", 5, 0, at(network, "b", 7)));
}

static void take_once(IcsProcess *self, gconstpointer network)
{
    int socket = bound(self, 7);
    receive_text(self, network, socket, 0);
}

static void a_connected_socket_may_send_to_others(void **state)
{
    start(state, "b", "q", take_once);
    start(state, "a", "p", send_elsewhere);
    expect(state, "p send=5@0s; q hello=5@5ms; ");
}

/* ---- refused ---- */

static void ask_nobody(IcsProcess *self, gconstpointer network)
{
    int socket = ics_socket(self, ICS_SOCKET_DATAGRAM);
    ics_connect(self, socket, at(network, "b", 7));
    say(self, network, "send", ics_send(self, socket, "x", 1, 0));
    receive_text(self, network, socket, 0);
    say(self, network, "send", ics_send(self, socket, "x", 1, 0));
    ics_sleep(self, 20 * MS);
    say(self, network, "send", ics_send(self, socket, "x", 1, 0));
    say(self, network, "send", ics_send(self, socket, "x", 1, 0));
    ics_sleep(self, 20 * MS);
    receive_text(self, network, socket, ICS_DONT_WAIT);
    receive_text(self, network, socket, ICS_DONT_WAIT);
}

static void a_refusal_is_the_result_of_the_next_call(void **state)
{
    start(state, "a", "p", ask_nobody);
    expect(state, "p send=1@0s; p receive=ECONNREFUSED@10ms; p send=1@10ms; "
                  "p send=ECONNREFUSED@30ms; p send=1@30ms; p receive=ECONNREFUSED@50ms; "
                  "p receive=EAGAIN@50ms; ");
}

static void ask_nobody_unconnected(IcsProcess *self, gconstpointer network)
{
    int socket = ics_socket(self, ICS_SOCKET_DATAGRAM);
    ics_set_option(self, socket, ICS_OPTION_RECEIVE_TIMEOUT, 100 * MS);
    say(self, network, "send", ics_send_to(self, socket, "x", 1, 0, at(network, "b", 7)));
    receive_text(self, network, socket, 0);
    say(self, network, "send", ics_send_to(self, socket, "x", 1, 0, at(network, "b", 7)));
}

static void an_unconnected_socket_is_not_told(void **state)
{
    start(state, "a", "p", ask_nobody_unconnected);
    expect(state, "p send=1@0s; p receive=ETIMEDOUT@100ms; p send=1@100ms; ");
}

static void answer_and_go(IcsProcess *self, gconstpointer network)
{
    (void)network;
    IcsReceived request;
    int socket = bound(self, 7);
    ics_receive_from(self, socket, NULL, 0, 0, &request);
    ics_send_to(self, socket, "answer", 6, 0, request.from);
}

static void ask_twice(IcsProcess *self, gconstpointer network)
{
    int socket = ics_socket(self, ICS_SOCKET_DATAGRAM);
    ics_connect(self, socket, at(network, "b", 7));
    ics_send(self, socket, "x", 1, 0);
    ics_sleep(self, 8 * MS);
    ics_send(self, socket, "x", 1, 0);
    ics_sleep(self, 20 * MS);
    receive_text(self, network, socket, 0);
    receive_text(self, network, socket, 0);
}

static void a_refusal_goes_before_what_is_queued(void **state)
{
    start(state, "b", "q", answer_and_go);
    start(state, "a", "p", ask_twice);
    expect(state, "p receive=ECONNREFUSED@28ms; p answer=6@28ms; ");
}

static void forget_by_connect(IcsProcess *self, gconstpointer network)
{
    int socket = ics_socket(self, ICS_SOCKET_DATAGRAM);
    ics_connect(self, socket, at(network, "b", 7));
    ics_send(self, socket, "x", 1, 0);
    ics_sleep(self, 20 * MS);
    ics_connect(self, socket, at(network, "b", 8));
    receive_text(self, network, socket, ICS_DONT_WAIT);
}

static void a_new_peer_inherits_no_refusal(void **state)
{
    start(state, "a", "p", forget_by_connect);
    expect(state, "p receive=EAGAIN@20ms; ");
}

/* ---- loopback ---- */

static void send_to_oneself(IcsProcess *self, gconstpointer network)
{
    static const char *const names[] = {"localhost:7", "127.0.0.1:7", "a:7", "127.8.9.10:7"};
    int receiver = bound(self, 7);
    int sender = bound(self, 9);
    for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
        IcsEndpoint to;
        IcsReceived received;
        char text[8] = {0};
        g_assert_cmpint(ics_resolve_endpoint(self, names[i], &to), ==, 0);
        ics_send_to(self, sender, "hello", 5, 0, to);
        say(self, network, names[i],
            ics_receive_from(self, receiver, text, sizeof text, 0, &received));
        g_assert_cmpstr(text, ==, "hello");
        g_assert_cmpint(received.from.address, ==, to.address);
        g_assert_cmpint(received.from.port, ==, 9);
    }
}

static void a_host_speaks_with_itself_without_a_link(void **state)
{
    IcsSmallNetwork *network = *state;
    start(state, "a", "p", send_to_oneself);
    expect(state, "p localhost:7=5@0s; p 127.0.0.1:7=5@0s; p a:7=5@0s; p 127.8.9.10:7=5@0s; ");
    assert_int_equal(ics_small_network_n_sent(network), 0);
}

static void ask_oneself_in_vain(IcsProcess *self, gconstpointer network)
{
    int socket = ics_socket(self, ICS_SOCKET_DATAGRAM);
    ics_connect(self, socket, (IcsEndpoint){ICS_RAW_ADDRESS(127, 0, 0, 1), 7});
    say(self, network, "send", ics_send(self, socket, "x", 1, 0));
    receive_text(self, network, socket, 0);
}

static void loopback_refuses_too(void **state)
{
    start(state, "a", "p", ask_oneself_in_vain);
    expect(state, "p send=1@0s; p receive=ECONNREFUSED@0s; ");
}

static void a_host_without_a_link_has_loopback(G_GNUC_UNUSED void **state)
{
    static const char *const names[] = {"a", NULL};
    g_autoptr(IcsSmallNetwork) network = ics_small_network_new(1, names);
    ics_small_processes_start(network, "a", "p", ask_oneself_in_vain);
    ics_small_network_expect(network, "p send=1@0s; p receive=ECONNREFUSED@0s; ");
}

/* ---- who receives ---- */

static void receive_at_two_addresses(IcsProcess *self, gconstpointer network)
{
    int one = ics_socket(self, ICS_SOCKET_DATAGRAM), two = ics_socket(self, ICS_SOCKET_DATAGRAM);
    g_assert_cmpint(ics_bind(self, one, at(network, "b", 7)), ==, 0);
    g_assert_cmpint(ics_bind(self, two, (IcsEndpoint){ICS_RAW_ADDRESS(10, 0, 7, 1), 7}), ==, 0);
    ics_sleep(self, 20 * MS);
    receive_text(self, network, one, ICS_DONT_WAIT);
    receive_text(self, network, one, ICS_DONT_WAIT);
    receive_text(self, network, two, ICS_DONT_WAIT);
    receive_text(self, network, two, ICS_DONT_WAIT);
}

static void send_to_two_addresses(IcsProcess *self, gconstpointer network)
{
    int socket = ics_socket(self, ICS_SOCKET_DATAGRAM);
    ics_send_to(self, socket, "first", 5, 0, at(network, "b", 7));
    ics_send_to(self, socket, "second", 6, 0, (IcsEndpoint){ICS_RAW_ADDRESS(10, 0, 7, 1), 7});
}

static void two_addresses_have_a_receiver_each(void **state)
{
    IcsSmallNetwork *network = *state;
    ics_network_add_interface(network->network, ics_small_network_host(network, "b"), "eth9",
                              ICS_RAW_ADDRESS(10, 0, 7, 1), 24, NULL);
    ics_network_connect_routes(network->network);
    start(state, "b", "q", receive_at_two_addresses);
    start(state, "a", "p", send_to_two_addresses);
    expect(state,
           "q first=5@20ms; q receive=EAGAIN@20ms; q second=6@20ms; q receive=EAGAIN@20ms; ");
}

static void send_one(IcsProcess *self, gconstpointer network)
{
    int socket = ics_socket(self, ICS_SOCKET_DATAGRAM);
    ics_send_to(self, socket, ics_name(self), strlen(ics_name(self)), 0, at(network, "b", 7));
}

static void take_three(IcsProcess *self, gconstpointer network)
{
    uint16_t ports[3];
    int socket = bound(self, 7);
    for (int i = 0; i < 3; i++) {
        char text[9] = {0};
        IcsReceived received;
        int64_t n = ics_receive_from(self, socket, text, 8, 0, &received);
        say(self, network, text, n);
        ports[i] = received.from.port;
        g_assert_cmpint(received.ordinal, ==, 0); /* each is the first of its own flow */
    }
    g_assert_true(ports[0] != ports[1] && ports[1] != ports[2] && ports[0] != ports[2]);
}

static void one_receiver_has_many_senders(void **state)
{
    start(state, "b", "q", take_three);
    start(state, "a", "x", send_one);
    start(state, "a", "y", send_one);
    start(state, "a", "z", send_one);
    expect(state, "q x=1@5ms; q y=1@5ms; q z=1@5ms; ");
}

static void send_without_checksum(IcsProcess *self, gconstpointer network)
{
    int socket = ics_socket(self, ICS_SOCKET_DATAGRAM);
    ics_set_option(self, socket, ICS_OPTION_CHECKSUM, 0);
    ics_send_to(self, socket, "hello", 5, 0, at(network, "b", 7));
    ics_set_option(self, socket, ICS_OPTION_CHECKSUM, 1);
    ics_send_to(self, socket, "hello", 5, 0, at(network, "b", 7));
}

static void take_two(IcsProcess *self, gconstpointer network)
{
    int socket = bound(self, 7);
    ics_set_option(self, socket, ICS_OPTION_RECEIVE_TIMEOUT, 50 * MS);
    receive_text(self, network, socket, 0);
    receive_text(self, network, socket, 0);
}

static void damage_goes_unseen_without_a_checksum(void **state)
{
    IcsSmallNetwork *network = *state;
    IcsCorruptConfig config = {.bits = 1,
                               .probability = ICS_PROBABILITY_ONE,
                               .has_probability = true,
                               .from_byte = 28,
                               .to_byte = 28,
                               .has_to_byte = true};
    ics_small_network_fault(network, "a", "b", &ics_corrupt_class, &config, NULL);
    start(state, "b", "q", take_two);
    start(state, "a", "p", send_without_checksum);
    ics_small_network_run(network);
    assert_null(strstr(network->notes->str, "hello"));
    assert_non_null(strstr(network->notes->str, "ello=5@5ms; q receive=ETIMEDOUT@55ms; "));
    assert_int_equal(ics_small_network_dropped(network, "b", ICS_CAUSE_BAD_CHECKSUM), 1);
}

#define TEST(function)                                                                             \
    cmocka_unit_test_setup_teardown(function, ics_small_network_setup, ics_small_network_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_connected_socket_speaks_with_its_peer),
        TEST(a_connected_socket_hears_its_peer_only),
        TEST(what_was_queued_before_connect_stays),
        TEST(the_last_connect_counts),
        TEST(a_connected_socket_may_send_to_others),
        TEST(a_refusal_is_the_result_of_the_next_call),
        TEST(an_unconnected_socket_is_not_told),
        TEST(a_refusal_goes_before_what_is_queued),
        TEST(a_new_peer_inherits_no_refusal),
        TEST(a_host_speaks_with_itself_without_a_link),
        TEST(loopback_refuses_too),
        cmocka_unit_test(a_host_without_a_link_has_loopback),
        TEST(two_addresses_have_a_receiver_each),
        TEST(one_receiver_has_many_senders),
        TEST(damage_goes_unseen_without_a_checksum),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
