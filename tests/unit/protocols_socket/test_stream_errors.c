/* What goes wrong with connections, each with an error of its own. One link, 5 ms each way. */
#include <cmocka.h>
#include <string.h>

#include "tests/support/stream_programs.h"

#define MS ICS_SMALL_NETWORK_MS
#define S  (1000 * MS)

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

/* A link that can go down, crash and come back. */
static int setup(void **state)
{
    static const char *const names[] = {"a", "b", NULL};
    IcsSmallNetwork *network = ics_small_network_new(1, names);
    IcsLinkConfig link = ics_small_network_link_config();
    link.scheduled = true;
    ics_small_network_link(network, "a", "b", &link);
    *state = network;
    return 0;
}

/* ---- connect ---- */

static void connect_where_nobody_listens(IcsProcess *self, gconstpointer network)
{
    int socket = ics_socket(self, ICS_SOCKET_STREAM);
    say(self, network, "connect", ics_connect(self, socket, at(network, "b", 7)));
    say(self, network, "send", ics_send(self, socket, "x", 1, 0));
    say(self, network, "receive", ics_receive(self, socket, NULL, 1, 0));
    say(self, network, "again", ics_connect(self, socket, at(network, "b", 7)));
}

static void nobody_listens_is_refused(void **state)
{
    ics_small_processes_start(*state, "a", "client", connect_where_nobody_listens);
    ics_small_network_expect(*state, "client connect=ECONNREFUSED@10ms; client send=ENOTCONN@10ms; "
                                     "client receive=ENOTCONN@10ms; "
                                     "client again=ECONNREFUSED@20ms; ");
    assert_int_equal(ics_small_network_dropped(*state, "b", ICS_CAUSE_NO_PORT), 2);
}

static void connect_to_strangers(IcsProcess *self, gconstpointer network)
{
    IcsEndpoint endpoint = {0};
    int socket = ics_socket(self, ICS_SOCKET_STREAM);
    say(self, network, "name", ics_resolve_endpoint(self, "nowhere:7", &endpoint));
    say(self, network, "route", ics_connect(self, socket, (IcsEndpoint){0x0b000001, 7}));
    say(self, network, "no port", ics_connect(self, socket, (IcsEndpoint){0x0b000001, 0}));
    say(self, network, "no address", ics_connect(self, socket, (IcsEndpoint){0, 7}));
    g_assert_cmpint(ics_bind(self, socket, (IcsEndpoint){0x7f000001, 0}), ==, 0);
    say(self, network, "from loopback", ics_connect(self, socket, at(network, "b", 7)));
    say(self, network, "not open", ics_connect(self, 7, at(network, "b", 7)));
}

static void unknown_hosts_are_told_apart(void **state)
{
    ics_small_processes_start(*state, "a", "client", connect_to_strangers);
    ics_small_network_expect(*state, "client name=EHOSTNOTFOUND@0s; client route=ENETUNREACH@0s; "
                                     "client no port=EINVAL@0s; client no address=EINVAL@0s; "
                                     "client from loopback=EINVAL@0s; client not open=EBADF@0s; ");
}

static void connect_with_a_limit(IcsProcess *self, gconstpointer network)
{
    int socket = ics_socket(self, ICS_SOCKET_STREAM);
    g_assert_cmpint(ics_set_option(self, socket, ICS_OPTION_CONNECT_TIMEOUT, 2500 * MS), ==, 0);
    say(self, network, "connect", ics_connect(self, socket, at(network, "b", 7)));
    g_assert_cmpint(ics_set_option(self, socket, ICS_OPTION_CONNECT_TIMEOUT, ICS_FOREVER), ==, 0);
    say(self, network, "connect", ics_connect(self, socket, at(network, "b", 7)));
}

/* Six repetitions of the SYN, after 1, 2, 4 ... 32 s, and 60 s after the last: with the timeout's
 * ceiling at 60 s that makes 123 s. */
static void a_host_that_does_not_answer_times_out(void **state)
{
    ics_host_crash(ics_small_network_host(*state, "b"));
    ics_small_processes_start(*state, "a", "client", connect_with_a_limit);
    ics_small_network_expect(*state,
                             "client connect=ETIMEDOUT@2.5s; client connect=ETIMEDOUT@125.5s; ");
}

static void connect_twice(IcsProcess *self, gconstpointer network)
{
    int socket = ics_stream_programs_connect(self, network, "b", 7);
    say(self, network, "again", ics_connect(self, socket, at(network, "b", 7)));
    say(self, network, "listen", ics_listen(self, socket, 1));
    say(self, network, "bind", ics_bind(self, socket, at(network, NULL, 9)));
    say(self, network, "send to", ics_send_to(self, socket, "x", 1, 0, at(network, "b", 7)));
    int fresh = ics_socket(self, ICS_SOCKET_STREAM);
    say(self, network, "send to", ics_send_to(self, fresh, "x", 1, 0, at(network, "b", 7)));
    say(self, network, "send", ics_send(self, fresh, "x", 1, 0));
    say(self, network, "accept", ics_accept(self, fresh, 0, NULL));
}

static void accept_all(IcsProcess *self, G_GNUC_UNUSED gconstpointer network)
{
    int listener = ics_stream_programs_listen(self, 7);
    ics_set_option(self, listener, ICS_OPTION_RECEIVE_TIMEOUT, 500 * MS);
    while (ics_accept(self, listener, 0, NULL) >= 0) {
    }
}

static void a_connected_socket_stays_what_it_is(void **state)
{
    start(state, accept_all, connect_twice);
    ics_small_network_expect(*state, "client again=EISCONN@10ms; client listen=EISCONN@10ms; "
                                     "client bind=EINVAL@10ms; client send to=EISCONN@10ms; "
                                     "client send to=ENOTCONN@10ms; client send=ENOTCONN@10ms; "
                                     "client accept=EINVAL@10ms; ");
}

/* ---- listen ---- */

static void listen_wrongly(IcsProcess *self, gconstpointer network)
{
    int listener = ics_stream_programs_listen(self, 7);
    int other = ics_socket(self, ICS_SOCKET_STREAM);
    int datagrams = ics_socket(self, ICS_SOCKET_DATAGRAM);
    say(self, network, "connect", ics_connect(self, listener, at(network, "b", 7)));
    say(self, network, "bind", ics_bind(self, other, at(network, NULL, 7)));
    say(self, network, "datagrams", ics_listen(self, datagrams, 1));
    say(self, network, "same port of udp", ics_bind(self, datagrams, at(network, NULL, 7)));
    say(self, network, "accept", ics_accept(self, datagrams, 0, NULL));
    say(self, network, "receive", ics_receive(self, listener, NULL, 1, 0));
    say(self, network, "listen again", ics_listen(self, listener, 9));
    say(self, network, "unbound", ics_listen(self, other, 1));
    IcsEndpoint local;
    g_assert_cmpint(ics_local_endpoint(self, other, &local), ==, 0);
    g_assert_cmpuint(local.port, >=, 49152);
    say(self, network, "not open", ics_listen(self, 7, 1));
    say(self, network, "not open", ics_accept(self, 7, 0, NULL));
    say(self, network, "not there",
        ics_bind(self, ics_socket(self, ICS_SOCKET_STREAM), (IcsEndpoint){0x0b000001, 7}));
    g_assert_cmpint(ics_set_option(self, listener, ICS_OPTION_RECEIVE_TIMEOUT, 30 * MS), ==, 0);
    say(self, network, "accept", ics_accept(self, listener, ICS_DONT_WAIT, NULL));
    say(self, network, "accept", ics_accept(self, listener, 0, NULL));
}

static void ports_have_one_listener(void **state)
{
    ics_small_processes_start(*state, "a", "p", listen_wrongly);
    ics_small_network_expect(
        *state, "p connect=EOPNOTSUPP@0s; p bind=EADDRINUSE@0s; p datagrams=EOPNOTSUPP@0s; "
                "p same port of udp=0@0s; p accept=EINVAL@0s; p receive=ENOTCONN@0s; "
                "p listen again=0@0s; p unbound=0@0s; p not open=EBADF@0s; p not open=EBADF@0s; "
                "p not there=EADDRNOTAVAIL@0s; p accept=EAGAIN@0s; p accept=ETIMEDOUT@30ms; ");
}

/* ---- a peer that is lost ---- */

static void talk_to_the_silent(IcsProcess *self, gconstpointer network)
{
    char buffer[10];
    int socket = ics_stream_programs_connect(self, network, "b", 7);
    ics_set_option(self, socket, ICS_OPTION_USER_TIMEOUT, 5 * S);
    ics_sleep_until(self, 1 * S);
    say(self, network, "send", ics_send(self, socket, "x", 1, 0));
    say(self, network, "receive", ics_receive(self, socket, buffer, sizeof buffer, 0));
    say(self, network, "receive", ics_receive(self, socket, buffer, sizeof buffer, 0));
    say(self, network, "send", ics_send(self, socket, "x", 1, 0));
}

static void sleep_after_accept(IcsProcess *self, G_GNUC_UNUSED gconstpointer network)
{
    ics_stream_programs_accept(self, ics_stream_programs_listen(self, 7));
    ics_sleep(self, 3600 * S);
}

static void crash_b(IcsSmallNetwork *self, G_GNUC_UNUSED gpointer data)
{
    ics_host_crash(ics_small_network_host(self, "b"));
}

static void restart_b(IcsSmallNetwork *self, G_GNUC_UNUSED gpointer data)
{
    ics_host_restart(ics_small_network_host(self, "b"));
}

static void a_lost_peer_times_out(void **state)
{
    start(state, sleep_after_accept, talk_to_the_silent);
    ics_small_network_at(*state, 500 * MS, crash_b, NULL);
    ics_small_network_expect(*state, "client send=1@1s; client receive=ETIMEDOUT@6s; "
                                     "client receive=0@6s; client send=EPIPE@6s; ");
}

/* It has forgotten the connection: RST for the first repetition that finds it up. */
static void a_peer_that_restarts_resets(void **state)
{
    start(state, sleep_after_accept, talk_to_the_silent);
    ics_small_network_at(*state, 500 * MS, crash_b, NULL);
    ics_small_network_at(*state, 600 * MS, restart_b, NULL);
    ics_small_network_expect(*state, "client send=1@1s; client receive=ECONNRESET@1.01s; "
                                     "client receive=0@1.01s; client send=EPIPE@1.01s; ");
}

static void wait_with_keep_alive(IcsProcess *self, gconstpointer network)
{
    char buffer[10];
    int socket = ics_stream_programs_connect(self, network, "b", 7);
    ics_set_option(self, socket, ICS_OPTION_KEEP_ALIVE_IDLE, 10 * S);
    ics_set_option(self, socket, ICS_OPTION_KEEP_ALIVE_INTERVAL, 1 * S);
    ics_set_option(self, socket, ICS_OPTION_KEEP_ALIVE_PROBES, 3);
    ics_set_option(self, socket, ICS_OPTION_KEEP_ALIVE, 1);
    say(self, network, "receive", ics_receive(self, socket, buffer, sizeof buffer, 0));
}

static void keep_alive_notices_that_an_idle_peer_is_gone(void **state)
{
    start(state, sleep_after_accept, wait_with_keep_alive);
    ics_small_network_at(*state, 15 * S, crash_b, NULL);
    ics_small_network_expect(*state, "client receive=ETIMEDOUT@23.02s; ");
}

/* ---- limits of time ---- */

static void receive_with_limits(IcsProcess *self, gconstpointer network)
{
    char buffer[10];
    int socket = ics_stream_programs_connect(self, network, "b", 7);
    ics_set_option(self, socket, ICS_OPTION_RECEIVE_TIMEOUT, 30 * MS);
    say(self, network, "receive", ics_receive(self, socket, buffer, sizeof buffer, 0));
    say(self, network, "receive", ics_receive(self, socket, buffer, sizeof buffer, ICS_DONT_WAIT));
    ics_set_option(self, socket, ICS_OPTION_SEND_TIMEOUT, 100 * MS);
    uint8_t *bytes = ics_alloc(self, 1000000);
    int64_t sent = ics_send(self, socket, bytes, 1000000, 0);
    g_assert_cmpint(sent, >, 262144);
    g_assert_cmpint(sent, <=, 2 * 262144);
    while ((sent = ics_send(self, socket, bytes, 1000000, ICS_DONT_WAIT)) > 0) {
    }
    say(self, network, "send", sent);
    say(self, network, "send", ics_send(self, socket, bytes, 1, 0));
}

static void calls_give_up_in_time(void **state)
{
    start(state, sleep_after_accept, receive_with_limits);
    ics_small_network_run_until(*state, 10 * S);
    const IcsSmallNetwork *network = *state;
    assert_string_equal(network->notes->str,
                        "client receive=ETIMEDOUT@40ms; client receive=EAGAIN@40ms; "
                        "client send=EAGAIN@140ms; client send=ETIMEDOUT@240ms; ");
}

/* ---- the port after the connection ---- */

static void serve_and_restart(IcsProcess *self, gconstpointer network)
{
    int listener = ics_stream_programs_listen(self, 7);
    ics_close(self, ics_stream_programs_accept(self, listener));
    ics_close(self, listener);
    ics_sleep(self, 1 * S);
    int next = ics_socket(self, ICS_SOCKET_STREAM);
    say(self, network, "bind", ics_bind(self, next, at(network, NULL, 7)));
    ics_set_option(self, next, ICS_OPTION_REUSE_ADDRESS, 1);
    say(self, network, "bind", ics_bind(self, next, at(network, NULL, 7)));
    ics_close(self, next);
    ics_sleep(self, 60 * S);
    next = ics_socket(self, ICS_SOCKET_STREAM);
    say(self, network, "bind", ics_bind(self, next, at(network, NULL, 7)));
}

static void drain_until_the_end(IcsProcess *self, gconstpointer network)
{
    ics_stream_programs_say_drained(self, network,
                                    ics_stream_programs_connect(self, network, "b", 7));
}

/* Twice 30 s from the last FIN. */
static void time_wait_keeps_the_port(void **state)
{
    start(state, serve_and_restart, drain_until_the_end);
    ics_small_network_expect(*state, "client drained=0@20ms; server bind=EADDRINUSE@1.015s; "
                                     "server bind=0@1.015s; server bind=0@61.015s; ");
}

#define STREAM_TEST(name) cmocka_unit_test_setup_teardown(name, setup, ics_small_network_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        STREAM_TEST(nobody_listens_is_refused),
        STREAM_TEST(unknown_hosts_are_told_apart),
        STREAM_TEST(a_host_that_does_not_answer_times_out),
        STREAM_TEST(a_connected_socket_stays_what_it_is),
        STREAM_TEST(ports_have_one_listener),
        STREAM_TEST(a_lost_peer_times_out),
        STREAM_TEST(a_peer_that_restarts_resets),
        STREAM_TEST(keep_alive_notices_that_an_idle_peer_is_gone),
        STREAM_TEST(calls_give_up_in_time),
        STREAM_TEST(time_wait_keeps_the_port),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
