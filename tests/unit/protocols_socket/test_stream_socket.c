/* Connections between processes: connect, listen, accept, send, receive, and the chapter's rules of
 * closing. One link, 5 ms each way. */
#include <cmocka.h>
#include <string.h>

#include "tests/support/small_processes.h"

#define MS ICS_SMALL_NETWORK_MS

static int64_t say(IcsProcess *self, gconstpointer network, const char *what, int64_t result)
{
    return ics_small_processes_say(self, network, what, result);
}

static int listen_at(IcsProcess *self, uint16_t port)
{
    int listener = ics_small_processes_bound(self, ICS_SOCKET_STREAM, port);
    g_assert_cmpint(ics_listen(self, listener, 5), ==, 0);
    return listener;
}


static void receive_all(IcsProcess *self, gconstpointer network, int socket)
{
    char buffer[100];
    int64_t n;
    do {
        n = say(self, network, "receive", ics_receive(self, socket, buffer, sizeof buffer, 0));
    } while (n > 0);
}

/* ---- a conversation ---- */

static void echo_once(IcsProcess *self, gconstpointer network)
{
    char buffer[100];
    int listener = listen_at(self, 7);
    IcsEndpoint peer = {0};
    int socket = (int)say(self, network, "accept", ics_accept(self, listener, 0, &peer));
    g_assert_cmpuint(peer.address, ==, ics_small_network_address(network, "a"));
    int64_t n = say(self, network, "receive", ics_receive(self, socket, buffer, sizeof buffer, 0));
    say(self, network, "send", ics_send(self, socket, buffer, (size_t)n, 0));
    receive_all(self, network, socket);
}

static void ask_once(IcsProcess *self, gconstpointer network)
{
    char buffer[100];
    int socket = ics_socket(self, ICS_SOCKET_STREAM);
    IcsEndpoint server = ics_small_processes_endpoint(network, "b", 7);
    say(self, network, "connect", ics_connect(self, socket, server));
    say(self, network, "send", ics_send(self, socket, "hello", 5, 0));
    say(self, network, "receive", ics_receive(self, socket, buffer, sizeof buffer, 0));
    g_assert_cmpmem(buffer, 5, "hello", 5);
}

static void a_connection_carries_bytes_both_ways_and_ends(void **state)
{
    ics_small_processes_start(*state, "b", "server", echo_once);
    ics_small_processes_start(*state, "a", "client", ask_once);
    ics_small_network_expect(
        *state, "client connect=0@10ms; client send=5@10ms; server accept=1@15ms; "
                "server receive=5@15ms; server send=5@15ms; client receive=5@20ms; "
                "server receive=0@25ms; ");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_connection_carries_bytes_both_ways_and_ends,
                                        ics_small_network_setup, ics_small_network_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
