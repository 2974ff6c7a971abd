/* TCP of a host, segment by segment: who gets what comes in, what is answered for nobody, and what
 * waits at a port that listens. Host b is tested; host a is played by the test. */
#include <cmocka.h>
#include <errno.h>
#include <string.h>

#include "protocols/stack/tcp.h"
#include "tests/support/small_network.h"

enum { PORT = 7, CLIENT = 5000, TCP = 6 };

typedef struct Server {
    IcsTcpPort port;
    IcsTcpUser user;
    IcsSmallNetwork *network;
    uint32_t events; /* of the accepted connection */
    int ready;
} Server;

static void server_ready(IcsTcpPort *port)
{
    ICS_CONTAINER_OF(port, Server, port)->ready++;
}

static uint64_t server_fate_flow(G_GNUC_UNUSED const IcsTcpPort *port, uint32_t peer_address)
{
    return peer_address;
}

static const IcsTcpListenerClass server_class = {server_ready, server_fate_flow};

static void server_happened(IcsTcpUser *user, uint32_t events)
{
    ICS_CONTAINER_OF(user, Server, user)->events |= events;
}

static IcsTcp *tcp_of(const Server *self)
{
    return ics_tcp_of(ics_small_network_stack(self->network, "b"));
}

static void listen_at(Server *self, IcsSmallNetwork *network, uint32_t backlog)
{
    *self = (Server){.user = {server_happened}, .network = network};
    IcsTcp *tcp = tcp_of(self);
    assert_int_equal(ics_tcp_bind(tcp, &self->port, 0, PORT, false), 0);
    ics_tcp_listen(&self->port, &server_class, tcp->config, backlog);
}

static void unbind(Server *self)
{
    ics_tcp_unbind(tcp_of(self), &self->port);
}

/* ---- segments ---- */

typedef struct Segment {
    uint16_t from;
    uint16_t to;
    uint32_t sequence;
    uint32_t ack;
    uint8_t flags;
    const char *text; /* nullable */
} Segment;

static void make(const IcsSmallNetwork *network, const Segment *segment, IcsRawPacket *packet)
{
    uint8_t bytes[100];
    size_t n = segment->text != NULL ? strlen(segment->text) : 0;
    IcsTcpHeader header = {
        .source_port = segment->from,
        .destination_port = segment->to,
        .sequence = segment->sequence,
        .acknowledgement = segment->ack,
        .window = 65535,
        .flags = segment->flags,
    };
    IcsByteSpans spans = {.first = (const uint8_t *)segment->text, .first_bytes = n};
    uint32_t a = ics_small_network_address(network, "a");
    uint32_t b = ics_small_network_address(network, "b");
    size_t length = ics_tcp_emit(&header, a, b, &spans, bytes);
    ics_raw_packet_ipv4(packet, a, b, TCP, bytes, length);
}

static void inject(IcsSmallNetwork *network, const Segment *segment)
{
    IcsRawPacket packet;
    make(network, segment, &packet);
    ics_small_network_inject(network, "b", &packet);
}

static void inject_syn(IcsSmallNetwork *network, uint16_t from)
{
    inject(network, &(Segment){from, PORT, 100, 0, ICS_TCP_SYN, NULL});
}

/* The last segment that b has sent. */
static IcsTcpHeader last_sent(const IcsSmallNetwork *network)
{
    size_t n;
    size_t header_bytes;
    IcsTcpHeader header;
    guint sent = ics_small_network_n_sent(network);
    assert_true(sent > 0);
    const uint8_t *packet = ics_small_network_sent(network, sent - 1, &n);
    assert_int_equal(packet[9], TCP);
    assert_int_equal(packet[6], 0x40); /* DF */
    assert_true(ics_tcp_verify(packet + 20, n - 20, ics_small_network_address(network, "b"),
                               ics_small_network_address(network, "a")));
    assert_int_equal(ics_tcp_parse(packet + 20, n - 20, &header, &header_bytes), ICS_TCP_RESULT_OK);
    return header;
}

/* Completes a handshake that inject_syn() has begun; returns the sequence number of b. */
static uint32_t inject_ack(IcsSmallNetwork *network, uint16_t from)
{
    IcsTcpHeader answer = last_sent(network);
    assert_int_equal(answer.destination_port, from);
    inject(network, &(Segment){from, PORT, 101, answer.sequence + 1, ICS_TCP_ACK, NULL});
    return answer.sequence + 1;
}

/* ---- what is wrong ---- */

static void damaged_segments_are_dropped(void **state)
{
    IcsSmallNetwork *network = *state;
    Server server;
    IcsRawPacket packet;
    listen_at(&server, network, 5);
    make(network, &(Segment){CLIENT, PORT, 100, 0, ICS_TCP_SYN, NULL}, &packet);
    packet.bytes[20 + 4] ^= 1;
    ics_small_network_inject(network, "b", &packet);
    assert_int_equal(ics_small_network_dropped(network, "b", ICS_CAUSE_BAD_CHECKSUM), 1);
    uint8_t none[4] = {0xff, 0xff, 0, 0};
    ics_raw_packet_ipv4(&packet, ics_small_network_address(network, "a"),
                        ics_small_network_address(network, "b"), TCP, none, 0);
    ics_small_network_inject(network, "b", &packet);
    assert_int_equal(ics_small_network_dropped_in_all(network, "b"), 2);
    assert_int_equal(ics_small_network_n_sent(network), 0);
    unbind(&server);
}

/* ---- nobody's ---- */

/* RFC 9293, section 3.10.7.1. */
static void what_belongs_to_nobody_is_reset(void **state)
{
    IcsSmallNetwork *network = *state;
    inject_syn(network, CLIENT);
    IcsTcpHeader reply = last_sent(network);
    assert_int_equal(reply.flags, ICS_TCP_RST | ICS_TCP_ACK);
    assert_int_equal(reply.sequence, 0);
    assert_int_equal(reply.acknowledgement, 101);
    assert_int_equal(reply.source_port, PORT);
    assert_int_equal(reply.destination_port, CLIENT);
    inject(network, &(Segment){CLIENT, PORT, 100, 777, ICS_TCP_ACK, "data"});
    reply = last_sent(network);
    assert_int_equal(reply.flags, ICS_TCP_RST);
    assert_int_equal(reply.sequence, 777);
    inject(network, &(Segment){CLIENT, PORT, 100, 0, ICS_TCP_RST, NULL});
    assert_int_equal(ics_small_network_n_sent(network), 2);
    assert_int_equal(ics_small_network_dropped(network, "b", ICS_CAUSE_NO_PORT), 3);
}

/* A port that is bound but does not listen is nobody's; in LISTEN only a SYN is answered with
 * something else than a RST (section 3.10.7.2). */
static void only_a_syn_opens(void **state)
{
    IcsSmallNetwork *network = *state;
    Server server = {.network = network};
    assert_int_equal(ics_tcp_bind(tcp_of(&server), &server.port, 0, PORT, false), 0);
    inject_syn(network, CLIENT);
    assert_int_equal(last_sent(network).flags, ICS_TCP_RST | ICS_TCP_ACK);
    ics_tcp_listen(&server.port, &server_class, tcp_of(&server)->config, 5);
    inject(network, &(Segment){CLIENT, PORT, 100, 500, ICS_TCP_ACK, NULL});
    assert_int_equal(last_sent(network).flags, ICS_TCP_RST);
    assert_int_equal(last_sent(network).sequence, 500);
    inject(network, &(Segment){CLIENT, PORT, 100, 500, ICS_TCP_SYN | ICS_TCP_ACK, NULL});
    assert_int_equal(last_sent(network).flags, ICS_TCP_RST);
    inject(network, &(Segment){CLIENT, PORT, 100, 0, ICS_TCP_SYN | ICS_TCP_RST, NULL});
    assert_int_equal(ics_small_network_n_sent(network), 3);
    assert_int_equal(server.port.listener->n_half_open, 0);
    unbind(&server);
}

/* ---- a listener's queues ---- */

static void a_handshake_makes_a_connection_that_waits(void **state)
{
    IcsSmallNetwork *network = *state;
    Server server;
    char text[10];
    listen_at(&server, network, 5);
    inject_syn(network, CLIENT);
    assert_int_equal(last_sent(network).flags, ICS_TCP_SYN | ICS_TCP_ACK);
    assert_int_equal(last_sent(network).acknowledgement, 101);
    assert_int_equal(server.port.listener->n_half_open, 1);
    assert_null(ics_tcp_accept(&server.port, &server.user, 1));
    uint32_t next = inject_ack(network, CLIENT);
    assert_int_equal(server.ready, 1);
    inject(network, &(Segment){CLIENT, PORT, 101, next, ICS_TCP_ACK, "hello"});
    IcsTcpConnection *connection = ics_tcp_accept(&server.port, &server.user, 1);
    assert_non_null(connection);
    assert_null(ics_tcp_accept(&server.port, &server.user, 1));
    assert_int_equal(ics_tcp_read(connection, text, sizeof text, false), 5);
    assert_memory_equal(text, "hello", 5);
    inject(network, &(Segment){CLIENT, PORT, 106, next, ICS_TCP_ACK, "!"});
    assert_true((server.events & ICS_STREAM_READABLE) != 0);
    ics_tcp_abort(connection);
    assert_int_equal(last_sent(network).flags & ICS_TCP_RST, ICS_TCP_RST);
    assert_int_equal(tcp_of(&server)->n_connections, 0);
    unbind(&server);
}

static void a_full_backlog_drops_syns(void **state)
{
    IcsSmallNetwork *network = *state;
    Server server;
    listen_at(&server, network, 2);
    inject_syn(network, CLIENT);
    inject_ack(network, CLIENT);
    inject_syn(network, CLIENT + 1);
    inject_syn(network, CLIENT + 2);
    assert_int_equal(ics_small_network_n_sent(network), 2);
    assert_int_equal(ics_small_network_dropped(network, "b", ICS_CAUSE_LISTEN_QUEUE_FULL), 1);
    inject_syn(network, CLIENT + 1); /* repeated: it is there already */
    assert_int_equal(ics_small_network_dropped(network, "b", ICS_CAUSE_LISTEN_QUEUE_FULL), 1);
    IcsTcpConnection *connection = ics_tcp_accept(&server.port, &server.user, 1);
    inject_syn(network, CLIENT + 2);
    assert_int_equal(last_sent(network).flags, ICS_TCP_SYN | ICS_TCP_ACK);
    ics_tcp_abort(connection);
    unbind(&server);
}

static void a_reset_empties_a_place_of_the_half_open(void **state)
{
    IcsSmallNetwork *network = *state;
    Server server;
    listen_at(&server, network, 1);
    inject_syn(network, CLIENT);
    assert_int_equal(server.port.listener->n_half_open, 1);
    inject(network, &(Segment){CLIENT, PORT, 101, 0, ICS_TCP_RST, NULL});
    assert_int_equal(server.port.listener->n_half_open, 0);
    assert_int_equal(tcp_of(&server)->n_connections, 0);
    unbind(&server);
}

/* SYN-ACKs after 1, 2, 4 ... s until the sixth repetition. */
static void a_half_open_connection_is_given_up(void **state)
{
    IcsSmallNetwork *network = *state;
    Server server;
    listen_at(&server, network, 1);
    inject_syn(network, CLIENT);
    ics_small_network_run_until(network, 100 * 1000 * ICS_SMALL_NETWORK_MS);
    assert_int_equal(server.port.listener->n_half_open, 0);
    unbind(&server);
}

/* It stays where it was, and whoever accepts it finds out. */
static void a_connection_may_break_before_it_is_accepted(void **state)
{
    IcsSmallNetwork *network = *state;
    Server server;
    listen_at(&server, network, 1);
    inject_syn(network, CLIENT);
    uint32_t next = inject_ack(network, CLIENT);
    inject(network, &(Segment){CLIENT, PORT, 101, next, ICS_TCP_RST | ICS_TCP_ACK, NULL});
    IcsTcpConnection *connection = ics_tcp_accept(&server.port, &server.user, 1);
    assert_non_null(connection);
    assert_int_equal(ics_tcp_state(connection), ICS_STREAM_CLOSED);
    assert_int_equal(ics_stream_error(&connection->stream), ECONNRESET);
    ics_tcp_release(connection);
    assert_int_equal(tcp_of(&server)->n_connections, 0);
    unbind(&server);
}

static void a_listener_that_goes_resets_those_that_wait(void **state)
{
    IcsSmallNetwork *network = *state;
    Server server;
    listen_at(&server, network, 5);
    inject_syn(network, CLIENT);
    inject_ack(network, CLIENT);
    inject_syn(network, CLIENT + 1);
    guint before = ics_small_network_n_sent(network);
    unbind(&server);
    assert_int_equal(ics_small_network_n_sent(network), before + 2);
    assert_int_equal(last_sent(network).flags & ICS_TCP_RST, ICS_TCP_RST);
    assert_int_equal(tcp_of(&server)->n_connections, 0);
    inject_syn(network, CLIENT + 2);
    assert_int_equal(last_sent(network).flags, ICS_TCP_RST | ICS_TCP_ACK);
}

static void a_crash_forgets_all_without_a_word(void **state)
{
    IcsSmallNetwork *network = *state;
    Server server;
    listen_at(&server, network, 5);
    inject_syn(network, CLIENT);
    inject_ack(network, CLIENT);
    inject_syn(network, CLIENT + 1);
    guint before = ics_small_network_n_sent(network);
    ics_tcp_forget_port(tcp_of(&server), &server.port);
    const IcsHost *host = ics_small_network_host(network, "b");
    host->stack_class->crash(host->stack);
    assert_int_equal(tcp_of(&server)->n_connections, 0);
    assert_int_equal(ics_small_network_n_sent(network), before);
    ics_small_network_run(network);
}

/* ---- connecting ---- */

static IcsTcpConnection *connect_from_b(Server *self, uint16_t local_port)
{
    IcsTcpConnection *connection = NULL;
    IcsTcpRequest request = {
        .config = tcp_of(self)->config,
        .local_port = local_port,
        .peer_address = ics_small_network_address(self->network, "a"),
        .peer_port = CLIENT,
        .user = &self->user,
    };
    assert_int_equal(ics_tcp_connect(tcp_of(self), &request, &connection), 0);
    return connection;
}

/* An ICMP error that quotes the last packet of b. */
static void inject_unreachable(IcsSmallNetwork *network, uint8_t code)
{
    size_t n;
    IcsRawPacket packet;
    const uint8_t *sent =
        ics_small_network_sent(network, ics_small_network_n_sent(network) - 1, &n);
    ics_raw_packet_icmp(&packet, ics_small_network_address(network, "a"),
                        ics_small_network_address(network, "b"),
                        &(IcsRawIcmp){.type = 3, .code = code, .body = sent, .n = 28});
    ics_small_network_inject(network, "b", &packet);
}

static void errors_of_icmp_reach_their_connection(void **state)
{
    IcsSmallNetwork *network = *state;
    Server server = {.user = {server_happened}, .network = network};
    IcsTcpConnection *connection = connect_from_b(&server, 0);
    inject_unreachable(network, 1); /* of a host: not for ever */
    assert_int_equal(ics_tcp_state(connection), ICS_STREAM_SYN_SENT);
    inject_unreachable(network, 3); /* of a port */
    assert_int_equal(ics_stream_error(&connection->stream), ECONNREFUSED);
    assert_true((server.events & ICS_STREAM_BROKEN) != 0);
    ics_tcp_release(connection);
    assert_int_equal(tcp_of(&server)->n_connections, 0);
}

static void one_connection_of_a_name(void **state)
{
    IcsSmallNetwork *network = *state;
    Server server = {.user = {server_happened}, .network = network};
    IcsTcpConnection *connection = connect_from_b(&server, 6000);
    IcsTcpConnection *second = NULL;
    IcsTcpRequest request = {
        .config = tcp_of(&server)->config,
        .local_port = 6000,
        .peer_address = ics_small_network_address(network, "a"),
        .peer_port = CLIENT,
        .user = &server.user,
    };
    assert_int_equal(ics_tcp_connect(tcp_of(&server), &request, &second), -EADDRINUSE);
    request.peer_address = ICS_RAW_ADDRESS(11, 0, 0, 1);
    assert_int_equal(ics_tcp_connect(tcp_of(&server), &request, &second), -ENETUNREACH);
    ics_tcp_abort(connection);
    assert_int_equal(tcp_of(&server)->n_connections, 0);
}

/* A SYN beyond all that the old connection has sent is a new one (RFC 9293, section 3.10.7.4). */
static void a_new_incarnation_ends_time_wait(void **state)
{
    IcsSmallNetwork *network = *state;
    Server server;
    listen_at(&server, network, 5);
    inject_syn(network, CLIENT);
    uint32_t next = inject_ack(network, CLIENT);
    IcsTcpConnection *connection = ics_tcp_accept(&server.port, &server.user, 1);
    ics_tcp_release(connection);
    assert_int_equal(last_sent(network).flags, ICS_TCP_FIN | ICS_TCP_ACK);
    inject(network, &(Segment){CLIENT, PORT, 101, next + 1, ICS_TCP_FIN | ICS_TCP_ACK, NULL});
    assert_int_equal(tcp_of(&server)->n_connections, 1);
    inject_syn(network, CLIENT); /* an old one */
    assert_int_not_equal(last_sent(network).flags & ICS_TCP_SYN, ICS_TCP_SYN);
    inject(network, &(Segment){CLIENT, PORT, 5000, 0, ICS_TCP_SYN, NULL});
    assert_int_equal(last_sent(network).flags, ICS_TCP_SYN | ICS_TCP_ACK);
    assert_int_equal(last_sent(network).acknowledgement, 5001);
    assert_int_equal(tcp_of(&server)->n_connections, 1);
    unbind(&server);
}

#define TCP_TEST(name)                                                                             \
    cmocka_unit_test_setup_teardown(name, ics_small_network_setup, ics_small_network_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TCP_TEST(damaged_segments_are_dropped),
        TCP_TEST(what_belongs_to_nobody_is_reset),
        TCP_TEST(only_a_syn_opens),
        TCP_TEST(a_handshake_makes_a_connection_that_waits),
        TCP_TEST(a_full_backlog_drops_syns),
        TCP_TEST(a_reset_empties_a_place_of_the_half_open),
        TCP_TEST(a_half_open_connection_is_given_up),
        TCP_TEST(a_connection_may_break_before_it_is_accepted),
        TCP_TEST(a_listener_that_goes_resets_those_that_wait),
        TCP_TEST(a_crash_forgets_all_without_a_word),
        TCP_TEST(errors_of_icmp_reach_their_connection),
        TCP_TEST(one_connection_of_a_name),
        TCP_TEST(a_new_incarnation_ends_time_wait),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
