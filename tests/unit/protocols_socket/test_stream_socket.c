/* Connections between processes: connect, listen, accept, send, receive. One link, 5 ms each way,
 * without limit of rate. */
#include <cmocka.h>
#include <string.h>

#include "tests/support/stream_programs.h"

#define MS ICS_SMALL_NETWORK_MS

static int64_t say(IcsProcess *self, gconstpointer network, const char *what, int64_t result)
{
    return ics_small_processes_say(self, network, what, result);
}

static IcsEndpoint at(gconstpointer network, const char *host, uint16_t port)
{
    return ics_small_processes_endpoint(network, host, port);
}

static void start(void **state, IcsProcessMain server, IcsProcessMain client)
{
    ics_small_processes_start(*state, "b", "server", server);
    ics_small_processes_start(*state, "a", "client", client);
}

/* ---- a conversation ---- */

static void echo_once(IcsProcess *self, gconstpointer network)
{
    char buffer[100];
    IcsEndpoint peer = {0};
    int listener = ics_stream_programs_listen(self, 7);
    int socket = (int)say(self, network, "accept", ics_accept(self, listener, 0, &peer));
    g_assert_cmpuint(peer.address, ==, ics_small_network_address(network, "a"));
    int64_t n = say(self, network, "receive", ics_receive(self, socket, buffer, sizeof buffer, 0));
    say(self, network, "send", ics_send(self, socket, buffer, (size_t)n, 0));
    say(self, network, "receive", ics_receive(self, socket, buffer, sizeof buffer, 0));
    say(self, network, "receive", ics_receive(self, socket, buffer, sizeof buffer, 0));
}

static void ask_once(IcsProcess *self, gconstpointer network)
{
    char buffer[100];
    int socket = ics_socket(self, ICS_SOCKET_STREAM);
    say(self, network, "connect", ics_connect(self, socket, at(network, "b", 7)));
    say(self, network, "send", ics_send(self, socket, "hello", 5, 0));
    say(self, network, "receive", ics_receive(self, socket, buffer, sizeof buffer, 0));
    g_assert_cmpmem(buffer, 5, "hello", 5);
}

static void a_connection_carries_bytes_both_ways_and_ends(void **state)
{
    start(state, echo_once, ask_once);
    ics_small_network_expect(*state,
                             "client connect=0@10ms; client send=5@10ms; server accept=1@15ms; "
                             "server receive=5@15ms; server send=5@15ms; client receive=5@20ms; "
                             "server receive=0@25ms; server receive=0@25ms; ");
}

static void send_in_three(IcsProcess *self, gconstpointer network)
{
    int socket = ics_stream_programs_connect(self, network, "b", 7);
    g_assert_cmpint(ics_send(self, socket, "ab", 2, 0), ==, 2);
    g_assert_cmpint(ics_send(self, socket, "cd", 2, 0), ==, 2);
    g_assert_cmpint(ics_send(self, socket, "", 0, 0), ==, 0);
    g_assert_cmpint(ics_send(self, socket, "e", 1, 0), ==, 1);
}

static void receive_later(IcsProcess *self, gconstpointer network)
{
    char buffer[10];
    IcsReceived received;
    int socket = ics_stream_programs_accept(self, ics_stream_programs_listen(self, 7));
    ics_sleep(self, 100 * MS);
    say(self, network, "peek", ics_receive(self, socket, buffer, 3, ICS_PEEK));
    say(self, network, "nothing", ics_receive(self, socket, NULL, 0, 0));
    say(self, network, "receive",
        ics_receive_from(self, socket, buffer, sizeof buffer, 0, &received));
    g_assert_cmpmem(buffer, 5, "abcde", 5);
    g_assert_cmpuint(received.from.address, ==, ics_small_network_address(network, "a"));
    g_assert_cmpuint(received.bytes, ==, 5);
    g_assert_false(received.truncated);
}

static void messages_have_no_borders_in_a_stream(void **state)
{
    start(state, receive_later, send_in_three);
    ics_small_network_expect(*state, "server peek=3@115ms; server nothing=0@115ms; "
                                     "server receive=5@115ms; ");
}

/* ---- more than the buffers hold ---- */

static void send_a_million(IcsProcess *self, gconstpointer network)
{
    int socket = ics_stream_programs_connect(self, network, "b", 7);
    ics_stream_programs_send(self, socket, 1000000);
    int64_t waiting;
    g_assert_cmpint(ics_get_option(self, socket, ICS_OPTION_OUTPUT_QUEUE, &waiting), ==, 0);
    g_assert_cmpint(waiting, >, 0);
    g_assert_cmpint(waiting, <=, 262144);
}

static void receive_slowly(IcsProcess *self, gconstpointer network)
{
    int socket = ics_stream_programs_accept(self, ics_stream_programs_listen(self, 7));
    ics_sleep(self, 2000 * MS);
    size_t total;
    g_assert_cmpint(ics_stream_programs_drain(self, socket, &total), ==, 0);
    ics_small_network_note((IcsSmallNetwork *)network, "total %zu", total);
}

/* The sender's window and the receiver's are 256 KiB: what does not fit waits in send. */
static void send_blocks_until_everything_is_in_the_buffer(void **state)
{
    start(state, receive_slowly, send_a_million);
    ics_small_network_run(*state);
    const IcsSmallNetwork *network = *state;
    assert_true(g_str_has_prefix(network->notes->str, "total 1000000@"));
}

/* ---- names ---- */

static void names_of_a_client(IcsProcess *self, gconstpointer network)
{
    IcsEndpoint endpoint;
    int socket = ics_socket(self, ICS_SOCKET_STREAM);
    say(self, network, "peer", ics_peer_endpoint(self, socket, &endpoint));
    g_assert_cmpint(ics_connect(self, socket, at(network, "b", 7)), ==, 0);
    g_assert_cmpint(ics_peer_endpoint(self, socket, &endpoint), ==, 0);
    g_assert_cmpuint(endpoint.port, ==, 7);
    g_assert_cmpint(ics_local_endpoint(self, socket, &endpoint), ==, 0);
    g_assert_cmpuint(endpoint.address, ==, ics_small_network_address(network, "a"));
    g_assert_cmpuint(endpoint.port, >=, 49152);
    int bound = ics_small_processes_bound(self, ICS_SOCKET_STREAM, 5000);
    g_assert_cmpint(ics_connect(self, bound, at(network, "b", 7)), ==, 0);
    g_assert_cmpint(ics_local_endpoint(self, bound, &endpoint), ==, 0);
    g_assert_cmpuint(endpoint.port, ==, 5000);
}

static void names_of_a_server(IcsProcess *self, gconstpointer network)
{
    IcsEndpoint local;
    IcsEndpoint peer;
    int listener = ics_stream_programs_listen(self, 7);
    g_assert_cmpint(ics_accept(self, listener, 0, &peer), ==, 1);
    g_assert_cmpint(ics_accept(self, listener, 0, &peer), ==, 2);
    g_assert_cmpuint(peer.port, ==, 5000);
    g_assert_cmpint(ics_local_endpoint(self, 2, &local), ==, 0);
    g_assert_cmpuint(local.port, ==, 7);
    g_assert_cmpuint(local.address, ==, ics_small_network_address(network, "b"));
}

static void both_ends_know_their_names(void **state)
{
    start(state, names_of_a_server, names_of_a_client);
    ics_small_network_expect(*state, "client peer=ENOTCONN@0s; ");
}

/* ---- in one host ---- */

static void serve_child(IcsProcess *self, gconstpointer network)
{
    ics_stream_programs_say_drained(self, network, 0);
}

static void ask_itself(IcsProcess *self, gconstpointer network)
{
    int socket = ics_socket(self, ICS_SOCKET_STREAM);
    say(self, network, "connect", ics_connect(self, socket, (IcsEndpoint){0x7f000001, 7}));
    ics_stream_programs_send(self, socket, 10);
}

static void serve_with_a_child(IcsProcess *self, gconstpointer network)
{
    int listener = ics_stream_programs_listen(self, 7);
    for (int i = 0; i < 2; i++) {
        int socket = ics_stream_programs_accept(self, listener);
        IcsProcess *child = ics_spawn(self, "connection", serve_child, network);
        say(self, network, "give", ics_give(self, socket, child));
        say(self, network, "again", ics_give(self, socket, child));
    }
}

static void a_host_talks_to_itself(void **state)
{
    ics_small_processes_start(*state, "a", "server", serve_with_a_child);
    ics_small_processes_start(*state, "a", "client", ask_itself);
    ics_small_network_expect(*state,
                             "client connect=0@0s; server give=0@0s; server again=EBADF@0s; "
                             "server/connection drained=10@0s; ");
}

/* ---- a process per connection ---- */

static void ask_twice(IcsProcess *self, gconstpointer network)
{
    int first = ics_stream_programs_connect(self, network, "b", 7);
    int second = ics_stream_programs_connect(self, network, "b", 7);
    ics_stream_programs_send(self, second, 20);
    ics_sleep(self, 100 * MS);
    ics_stream_programs_send(self, first, 10);
}

static void a_connection_is_given_to_a_child(void **state)
{
    start(state, serve_with_a_child, ask_twice);
    ics_small_network_expect(*state,
                             "server give=0@15ms; server again=EBADF@15ms; server give=0@25ms; "
                             "server again=EBADF@25ms; server/connection drained=10@125ms; "
                             "server/connection drained=20@125ms; ");
}

static void end_at_once(G_GNUC_UNUSED IcsProcess *self, G_GNUC_UNUSED gconstpointer network)
{
}

static void give_to_the_dead(IcsProcess *self, gconstpointer network)
{
    int datagrams = ics_socket(self, ICS_SOCKET_DATAGRAM);
    int stream = ics_socket(self, ICS_SOCKET_STREAM);
    IcsProcess *child = ics_spawn(self, "child", end_at_once, network);
    say(self, network, "datagrams", ics_give(self, datagrams, child));
    say(self, network, "none", ics_give(self, 9, child));
    ics_wait(self, child);
    say(self, network, "ended", ics_give(self, stream, child));
}

static void only_streams_are_given_and_only_to_the_living(void **state)
{
    ics_small_processes_start(*state, "a", "p", give_to_the_dead);
    ics_small_network_expect(*state,
                             "p datagrams=EOPNOTSUPP@0s; p none=EBADF@0s; p ended=ESRCH@0s; ");
}

#define STREAM_TEST(name)                                                                          \
    cmocka_unit_test_setup_teardown(name, ics_small_network_setup, ics_small_network_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        STREAM_TEST(a_connection_carries_bytes_both_ways_and_ends),
        STREAM_TEST(messages_have_no_borders_in_a_stream),
        STREAM_TEST(send_blocks_until_everything_is_in_the_buffer),
        STREAM_TEST(both_ends_know_their_names),
        STREAM_TEST(a_host_talks_to_itself),
        STREAM_TEST(a_connection_is_given_to_a_child),
        STREAM_TEST(only_streams_are_given_and_only_to_the_living),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
