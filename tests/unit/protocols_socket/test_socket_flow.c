/* Flows and the fate identities of their packets: process, ordinal of the socket in it, name of the
 * peer, and how often a process of that name was there before (SEMANTICS, "Fates"). */
#include <cmocka.h>
#include <string.h>

#include "sim/draw.h"
#include "tests/support/small_processes.h"

#define MS ICS_SMALL_NETWORK_MS

typedef struct {
    IcsFate fate;
    IcsMessageTag message;
} Sent;

static void observe(gpointer data, const IcsObservation *observation)
{
    Sent sent = {observation->packet->fate, observation->packet->message};
    g_array_append_val((GArray *)data, sent);
}

/* Runs a program as process p on host a; what its packets carried. */
static GArray *run(void **state, IcsProcessMain main)
{
    IcsSmallNetwork *network = *state;
    GArray *sent = g_array_new(FALSE, FALSE, sizeof(Sent));
    ics_bus_subscribe(&network->simulation->bus, ICS_OBSERVE_MASK(PACKET_OFFERED), observe, sent);
    ics_small_processes_start(network, "b", "sink", main);
    ics_small_processes_start(network, "a", "p", main);
    ics_small_network_run(network);
    return sent;
}

static const Sent *sent_at(const GArray *sent, guint index)
{
    assert_true(index < sent->len);
    return &g_array_index(sent, Sent, index);
}

static const IcsFlow *flow_of(void **state, const Sent *sent)
{
    const IcsSmallNetwork *network = *state;
    return ics_flow_table_get(&network->network->flows, sent->message.flow);
}

static void send_n(IcsProcess *self, gconstpointer network, int socket, uint16_t port, int n)
{
    IcsEndpoint to = ics_small_processes_endpoint(network, "b", port);
    for (int i = 0; i < n; i++) {
        ics_send_to(self, socket, "x", 1, 0, to);
    }
}

static bool is_sink(IcsProcess *self)
{
    if (strcmp(ics_name(self), "sink") != 0) {
        return false;
    }
    for (uint16_t port = 1; port <= 9; port++) {
        ics_small_processes_bound(self, ICS_SOCKET_DATAGRAM, port);
    }
    ics_sleep(self, 1000 * MS);
    return true;
}

static void send_two_ports(IcsProcess *self, gconstpointer network)
{
    if (!is_sink(self)) {
        int socket = ics_socket(self, ICS_SOCKET_DATAGRAM);
        send_n(self, network, socket, 7, 2);
        send_n(self, network, socket, 8, 2);
        send_n(self, network, socket, 7, 1);
    }
}

static void messages_count_by_destination_and_fates_by_peer(void **state)
{
    static const uint64_t messages[] = {0, 1, 0, 1, 2};
    g_autoptr(GArray) sent = run(state, send_two_ports);
    assert_int_equal(sent->len, 5);
    for (guint i = 0; i < 5; i++) {
        const Sent *one = sent_at(sent, i);
        assert_int_equal(one->fate.ordinal, i);
        assert_int_equal(one->fate.klass, ICS_FATE_FIRST);
        assert_int_equal(one->fate.lineage, 0);
        assert_true(one->fate.flow == ics_fate_flow("p", 0, "b"));
        assert_int_equal(one->message.ordinal, messages[i]);
        assert_int_equal(flow_of(state, one)->peer_port, i == 2 || i == 3 ? 8 : 7);
        assert_string_equal(flow_of(state, one)->process, "p");
        assert_string_equal(flow_of(state, one)->peer_host, "b");
        assert_string_equal(flow_of(state, one)->source_host, "a");
    }
    assert_int_equal(sent_at(sent, 0)->message.flow, sent_at(sent, 4)->message.flow);
}

static void send_three_sockets(IcsProcess *self, gconstpointer network)
{
    if (!is_sink(self)) {
        for (int i = 0; i < 3; i++) {
            int socket = ics_socket(self, ICS_SOCKET_DATAGRAM);
            send_n(self, network, socket, 7, 1);
            ics_close(self, socket); /* the next one has the same descriptor */
        }
    }
}

static void each_socket_of_a_process_is_a_flow_of_its_own(void **state)
{
    g_autoptr(GArray) sent = run(state, send_three_sockets);
    for (guint i = 0; i < 3; i++) {
        assert_true(sent_at(sent, i)->fate.flow == ics_fate_flow("p", i, "b"));
        assert_int_equal(sent_at(sent, i)->fate.ordinal, 0);
        assert_int_equal(sent_at(sent, i)->message.ordinal, 0);
        assert_int_equal(flow_of(state, sent_at(sent, i))->socket, i);
    }
}

static void send_after_many_sockets(IcsProcess *self, gconstpointer network)
{
    if (!is_sink(self)) {
        send_three_sockets(self, network);
        for (int i = 3; i < 65536; i++) {
            ics_close(self, ics_socket(self, ICS_SOCKET_DATAGRAM));
        }
        send_n(self, network, ics_socket(self, ICS_SOCKET_DATAGRAM), 7, 1);
    }
}

static void ordinals_of_sockets_do_not_wrap_around(void **state)
{
    g_autoptr(GArray) sent = run(state, send_after_many_sockets);
    assert_true(sent_at(sent, 3)->fate.flow == ics_fate_flow("p", 65536, "b"));
    assert_int_equal(flow_of(state, sent_at(sent, 3))->socket, 65536);
}

static void child_sends(IcsProcess *self, gconstpointer network)
{
    send_n(self, network, ics_socket(self, ICS_SOCKET_DATAGRAM), 7, 1);
}

static void spawn_twice(IcsProcess *self, gconstpointer network)
{
    if (!is_sink(self)) {
        ics_wait(self, ics_spawn(self, "c", child_sends, network));
        ics_wait(self, ics_spawn(self, "c", child_sends, network));
    }
}

static void two_lives_of_a_process_have_different_fates(void **state)
{
    g_autoptr(GArray) sent = run(state, spawn_twice);
    assert_int_equal(sent->len, 2);
    assert_true(sent_at(sent, 0)->fate.flow == ics_fate_flow("p/c", 0, "b"));
    assert_true(sent_at(sent, 0)->fate.flow != sent_at(sent, 1)->fate.flow);
    assert_int_equal(flow_of(state, sent_at(sent, 0))->incarnation, 0);
    assert_int_equal(flow_of(state, sent_at(sent, 1))->incarnation, 1);
}

static void send_to_all(IcsProcess *self, gconstpointer network)
{
    if (is_sink(self)) {
        return;
    }
    int socket = ics_socket(self, ICS_SOCKET_DATAGRAM);
    for (int round = 0; round < 2; round++) {
        for (uint32_t port = 1; port <= 3000; port++) {
            send_n(self, network, socket, (uint16_t)port, 1);
        }
    }
}

static void thousands_of_destinations_keep_their_counts(void **state)
{
    const IcsSmallNetwork *network = *state;
    g_autoptr(GArray) sent = run(state, send_to_all);
    guint n = 0;
    for (guint i = 0; i < sent->len; i++) {
        const Sent *one = sent_at(sent, i);
        if (one->message.flow == ICS_FLOW_NONE) {
            continue; /* a refusal */
        }
        assert_int_equal(one->fate.ordinal, n);
        assert_int_equal(one->message.ordinal, n / 3000);
        assert_int_equal(flow_of(state, one)->peer_port, 1 + n % 3000);
        n++;
    }
    assert_int_equal(n, 6000);
    assert_int_equal(ics_flow_table_size(&network->network->flows), 3000);
}

static void send_to_a_foreign_name(IcsProcess *self, gconstpointer network)
{
    if (!is_sink(self)) {
        int socket = ics_socket(self, ICS_SOCKET_DATAGRAM);
        IcsEndpoint inside = {ICS_RAW_ADDRESS(127, 0, 0, 1), 1};
        ics_send_to(self, socket, "x", 1, 0, inside);
        send_n(self, network, socket, 7, 1);
    }
}

static void an_address_without_a_host_is_named_by_its_text(void **state)
{
    const IcsSmallNetwork *network = *state;
    g_autoptr(GArray) sent = run(state, send_to_a_foreign_name);
    const IcsFlow *flow = ics_flow_table_get(&network->network->flows, 0);
    assert_string_equal(flow->peer_host, "127.0.0.1");
    assert_int_equal(sent_at(sent, 0)->fate.ordinal, 0); /* another peer: counts by itself */
}

#define TEST(function)                                                                             \
    cmocka_unit_test_setup_teardown(function, ics_small_network_setup, ics_small_network_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(messages_count_by_destination_and_fates_by_peer),
        TEST(each_socket_of_a_process_is_a_flow_of_its_own),
        TEST(ordinals_of_sockets_do_not_wrap_around),
        TEST(two_lives_of_a_process_have_different_fates),
        TEST(thousands_of_destinations_keep_their_counts),
        TEST(an_address_without_a_host_is_named_by_its_text),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
