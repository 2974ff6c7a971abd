#include <cmocka.h>
#include <errno.h>
#include <glib.h>
#include <string.h>

#include "protocols/rendezvous/rendezvous.h"

#define MS INT64_C(1000000)

static const uint64_t client_peer = 0x0a0000019c40, server_peer = 0x0a0000021a85;

/* Two machines and a wire between them that does what the test says. */
typedef struct {
    IcsRendezvous *client;
    IcsRendezvous *server;
} Pair;

static int set_up(void **state)
{
    IcsRendezvousConfig config = ics_rendezvous_config_default(0x1234);
    config.retries = 2;
    Pair *pair = g_new0(Pair, 1);
    pair->client = ics_rendezvous_new(&config);
    config.session = 0x5678;
    pair->server = ics_rendezvous_new(&config);
    *state = pair;
    return 0;
}

static int tear_down(void **state)
{
    Pair *pair = *state;
    ics_rendezvous_free(pair->client);
    ics_rendezvous_free(pair->server);
    g_free(pair);
    return 0;
}

static unsigned carry(IcsRendezvous *from, IcsRendezvous *to, uint64_t from_peer, int64_t now_ns)
{
    IcsRendezvousDatagram datagram;
    unsigned count = 0;
    for (; ics_rendezvous_output(from, now_ns, &datagram); count++)
        assert_int_equal(ics_rendezvous_input(to, now_ns, from_peer, datagram.bytes, datagram.n),
                         ICS_RENDEZVOUS_OK);
    return count;
}

static unsigned to_server(Pair *pair, int64_t now_ns)
{
    return carry(pair->client, pair->server, client_peer, now_ns);
}

static unsigned to_client(Pair *pair, int64_t now_ns)
{
    return carry(pair->server, pair->client, server_peer, now_ns);
}

static unsigned lose(IcsRendezvous *from, int64_t now_ns)
{
    IcsRendezvousDatagram datagram;
    unsigned count = 0;
    while (ics_rendezvous_output(from, now_ns, &datagram))
        count++;
    return count;
}

static void assert_delivered(IcsRendezvous *machine, uint64_t peer, const char *text)
{
    IcsRendezvousEvent event;
    assert_true(ics_rendezvous_poll(machine, &event));
    g_autofree uint8_t *bytes = event.bytes;
    assert_int_equal(event.kind, ICS_RENDEZVOUS_DELIVERED);
    assert_true(event.peer == peer);
    assert_int_equal(event.n, strlen(text));
    assert_memory_equal(bytes, text, event.n);
}

static void assert_ended(IcsRendezvous *machine, IcsRendezvousEventKind kind, int error)
{
    IcsRendezvousEvent event;
    assert_true(ics_rendezvous_poll(machine, &event));
    assert_int_equal(event.kind, kind);
    assert_int_equal(event.error, error);
    assert_null(event.bytes);
}

static void assert_nothing_happened(IcsRendezvous *machine)
{
    IcsRendezvousEvent event;
    assert_false(ics_rendezvous_poll(machine, &event));
}

static void send_text(Pair *pair, int64_t now_ns, const char *text)
{
    assert_int_equal(
        ics_rendezvous_send(pair->client, now_ns, server_peer, (const uint8_t *)text, strlen(text)),
        0);
}

/* "whenever a send is issued the sending process is blocked until the corresponding receive is
 * issued" */
static void a_send_ends_when_the_receive_is_issued_and_not_before(void **state)
{
    Pair *pair = *state;
    send_text(pair, 0, "hello");
    assert_int_equal(to_server(pair, 0), 1);
    assert_int_equal(to_client(pair, 100 * MS), 0);
    assert_nothing_happened(pair->client);
    assert_nothing_happened(pair->server);
    assert_int_equal(ics_rendezvous_held(pair->server), 1);

    ics_rendezvous_receive_issued(pair->server);
    assert_delivered(pair->server, client_peer, "hello");
    assert_int_equal(ics_rendezvous_held(pair->server), 0);
    assert_int_equal(to_client(pair, 150 * MS), 1);
    assert_ended(pair->client, ICS_RENDEZVOUS_ACKNOWLEDGED, 0);
    assert_true(ics_rendezvous_deadline(pair->client) == INT64_MAX);
    assert_nothing_happened(pair->client);
}

/* "whenever a receive is issued the receiving process blocks until a message arrives" */
static void a_receive_waits_for_the_message(void **state)
{
    Pair *pair = *state;
    ics_rendezvous_receive_issued(pair->server);
    assert_nothing_happened(pair->server);
    assert_int_equal(ics_rendezvous_waiting(pair->server), 1);
    send_text(pair, 70 * MS, "hello");
    to_server(pair, 70 * MS);
    assert_delivered(pair->server, client_peer, "hello");
    assert_int_equal(ics_rendezvous_waiting(pair->server), 0);
    to_client(pair, 70 * MS);
    assert_ended(pair->client, ICS_RENDEZVOUS_ACKNOWLEDGED, 0);
}

static void a_lost_message_is_repeated(void **state)
{
    Pair *pair = *state;
    ics_rendezvous_receive_issued(pair->server);
    send_text(pair, 0, "hello");
    assert_int_equal(lose(pair->client, 0), 1);
    assert_true(ics_rendezvous_deadline(pair->client) == 200 * MS);
    assert_int_equal(to_server(pair, 199 * MS), 0);
    assert_int_equal(to_server(pair, 200 * MS), 1);
    assert_delivered(pair->server, client_peer, "hello");
}

static void a_lost_acknowledgement_is_repeated_and_the_message_delivered_once(void **state)
{
    Pair *pair = *state;
    ics_rendezvous_receive_issued(pair->server);
    ics_rendezvous_receive_issued(pair->server);
    send_text(pair, 0, "hello");
    to_server(pair, 0);
    assert_delivered(pair->server, client_peer, "hello");
    assert_int_equal(lose(pair->server, 0), 1);
    assert_int_equal(to_server(pair, 200 * MS), 1);
    assert_nothing_happened(pair->server);
    assert_int_equal(to_client(pair, 200 * MS), 1);
    assert_ended(pair->client, ICS_RENDEZVOUS_ACKNOWLEDGED, 0);
    assert_int_equal(ics_rendezvous_waiting(pair->server), 1);
}

static void a_send_to_a_silent_peer_times_out(void **state)
{
    Pair *pair = *state;
    unsigned datagrams = 0;
    send_text(pair, 0, "hello");
    for (int64_t now_ns; (now_ns = ics_rendezvous_deadline(pair->client)) != INT64_MAX;)
        datagrams += lose(pair->client, now_ns);
    assert_int_equal(datagrams, 3);
    assert_ended(pair->client, ICS_RENDEZVOUS_FAILED, ETIMEDOUT);
    assert_nothing_happened(pair->client);
}

/* The sender cannot call back what is on its way. */
static void a_send_that_was_cancelled_ends_without_an_event_and_may_be_received(void **state)
{
    Pair *pair = *state;
    send_text(pair, 0, "hello");
    to_server(pair, 0);
    assert_true(ics_rendezvous_holds(pair->server, client_peer, 0x1234, 0));
    ics_rendezvous_send_cancelled(pair->client, server_peer);
    assert_true(ics_rendezvous_deadline(pair->client) == INT64_MAX);
    ics_rendezvous_receive_issued(pair->server);
    assert_delivered(pair->server, client_peer, "hello");
    to_client(pair, 0);
    assert_nothing_happened(pair->client);
}

static void a_receive_that_was_cancelled_completes_no_send(void **state)
{
    Pair *pair = *state;
    ics_rendezvous_receive_issued(pair->server);
    ics_rendezvous_receive_cancelled(pair->server);
    send_text(pair, 0, "hello");
    to_server(pair, 0);
    assert_int_equal(to_client(pair, 0), 0);
    assert_nothing_happened(pair->server);
    ics_rendezvous_receive_issued(pair->server);
    assert_delivered(pair->server, client_peer, "hello");
}

static void both_ends_may_send_and_receive_at_once(void **state)
{
    Pair *pair = *state;
    send_text(pair, 0, "ping");
    assert_int_equal(ics_rendezvous_send(pair->server, 0, client_peer, (const uint8_t *)"pong", 4),
                     0);
    ics_rendezvous_receive_issued(pair->client);
    ics_rendezvous_receive_issued(pair->server);
    to_server(pair, 0);
    to_client(pair, 0);
    to_server(pair, 0);
    assert_delivered(pair->server, client_peer, "ping");
    assert_ended(pair->server, ICS_RENDEZVOUS_ACKNOWLEDGED, 0);
    assert_ended(pair->client, ICS_RENDEZVOUS_ACKNOWLEDGED, 0);
    assert_delivered(pair->client, server_peer, "pong");
}

static void a_datagram_of_somebody_else_is_ignored(void **state)
{
    Pair *pair = *state;
    ics_rendezvous_receive_issued(pair->server);
    assert_int_equal(ics_rendezvous_input(pair->server, 0, client_peer,
                                          (const uint8_t *)"GET / HTTP/1.1\r\n\r\n", 18),
                     ICS_RENDEZVOUS_BAD_MAGIC);
    assert_int_equal(ics_rendezvous_input(pair->server, 0, client_peer, NULL, 0),
                     ICS_RENDEZVOUS_TOO_SHORT);
    assert_nothing_happened(pair->server);
    assert_int_equal(lose(pair->server, 0), 0);
}

static void what_was_never_taken_is_freed_with_the_machine(void **state)
{
    Pair *pair = *state;
    send_text(pair, 0, "held");
    to_server(pair, 0);
    ics_rendezvous_receive_issued(pair->server);
    ics_rendezvous_send(pair->client, 0, client_peer, (const uint8_t *)"under way", 9);
    ics_rendezvous_free(NULL);
}

static void a_peer_is_an_address_and_a_port(void **state)
{
    (void)state;
    assert_true(ics_rendezvous_peer(0x0a000002, 6789) == server_peer);
    assert_true(ics_rendezvous_peer_address(server_peer) == 0x0a000002);
    assert_int_equal(ics_rendezvous_peer_port(server_peer), 6789);
    assert_true(ics_rendezvous_peer(0xffffffff, 65535) == UINT64_C(0xffffffffffff));
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_send_ends_when_the_receive_is_issued_and_not_before),
        TEST(a_receive_waits_for_the_message),
        TEST(a_lost_message_is_repeated),
        TEST(a_lost_acknowledgement_is_repeated_and_the_message_delivered_once),
        TEST(a_send_to_a_silent_peer_times_out),
        TEST(a_send_that_was_cancelled_ends_without_an_event_and_may_be_received),
        TEST(a_receive_that_was_cancelled_completes_no_send),
        TEST(both_ends_may_send_and_receive_at_once),
        TEST(a_datagram_of_somebody_else_is_ignored),
        TEST(what_was_never_taken_is_freed_with_the_machine),
        TEST(a_peer_is_an_address_and_a_port),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
