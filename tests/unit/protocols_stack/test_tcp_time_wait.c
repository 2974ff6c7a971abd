/* A new incarnation of a connection in TIME-WAIT (RFC 9293, section 3.6.1, MAY-2): what it must not
 * take from the old one. Host b is tested; host a is played by the test. */
#include <cmocka.h>
#include <string.h>

#include "protocols/stack/tcp.h"
#include "tests/support/small_network.h"

enum { PORT = 7, CLIENT = 5000, TCP = 6 };

typedef struct Server {
    IcsTcpPort port;
    IcsTcpUser user;
    IcsSmallNetwork *network;
} Server;

static void server_ready(G_GNUC_UNUSED IcsTcpPort *port)
{
}

static uint64_t server_fate_flow(G_GNUC_UNUSED const IcsTcpPort *port, uint32_t peer_address)
{
    return peer_address;
}

static const IcsTcpListenerClass server_class = {server_ready, server_fate_flow};

static void server_happened(G_GNUC_UNUSED IcsTcpUser *user, G_GNUC_UNUSED uint32_t events)
{
}

static IcsTcp *tcp_of(const Server *self)
{
    return ics_tcp_of(ics_small_network_stack(self->network, "b"));
}

static void inject(IcsSmallNetwork *network, uint8_t flags, uint32_t sequence, uint32_t ack,
                   const char *text)
{
    uint8_t bytes[100];
    IcsRawPacket packet;
    IcsTcpHeader header = {
        .source_port = CLIENT,
        .destination_port = PORT,
        .sequence = sequence,
        .acknowledgement = ack,
        .window = 65535,
        .flags = flags,
    };
    IcsByteSpans spans = {.first = (const uint8_t *)text, .first_bytes = strlen(text)};
    uint32_t a = ics_small_network_address(network, "a");
    uint32_t b = ics_small_network_address(network, "b");
    size_t length = ics_tcp_emit(&header, a, b, &spans, bytes);
    ics_raw_packet_ipv4(&packet, a, b, TCP, bytes, length);
    ics_small_network_inject(network, "b", &packet);
}

static IcsTcpHeader last_sent(const IcsSmallNetwork *network)
{
    size_t n;
    size_t header_bytes;
    IcsTcpHeader header;
    const uint8_t *packet =
        ics_small_network_sent(network, ics_small_network_n_sent(network) - 1, &n);
    assert_int_equal(ics_tcp_parse(packet + 20, n - 20, &header, &header_bytes), ICS_TCP_RESULT_OK);
    return header;
}

/* A connection whose peer has said "hello" and closed after b has; `next` is SND.NXT of b. */
static IcsTcpConnection *bring_to_time_wait(Server *self, IcsSmallNetwork *network, uint32_t *next)
{
    *self = (Server){.user = {server_happened}, .network = network};
    IcsTcp *tcp = tcp_of(self);
    assert_int_equal(ics_tcp_bind(tcp, &self->port, 0, PORT, false), 0);
    ics_tcp_listen(&self->port, &server_class, tcp->config, 5);
    inject(network, ICS_TCP_SYN, 100, 0, "");
    *next = last_sent(network).sequence + 1;
    inject(network, ICS_TCP_ACK, 101, *next, "hello");
    IcsTcpConnection *connection = ics_tcp_accept(&self->port, &self->user, 1);
    assert_non_null(connection);
    ics_stream_shutdown(&connection->stream, 0);
    ics_tcp_run(connection);
    ++*next;
    inject(network, ICS_TCP_FIN | ICS_TCP_ACK, 106, *next, "");
    assert_int_equal(ics_tcp_state(connection), ICS_STREAM_TIME_WAIT);
    return connection;
}

/* At the same instant the clock of RFC 6528 alone would give the same number again. */
static void it_begins_beyond_what_the_old_one_has_sent(void **state)
{
    IcsSmallNetwork *network = *state;
    Server server;
    uint32_t next;
    IcsTcpConnection *old = bring_to_time_wait(&server, network, &next);
    inject(network, ICS_TCP_SYN, 5000, 0, "");
    assert_int_equal(last_sent(network).flags, ICS_TCP_SYN | ICS_TCP_ACK);
    assert_true((int32_t)(last_sent(network).sequence - next) > 0);
    ics_tcp_release(old);
    ics_tcp_unbind(tcp_of(&server), &server.port);
}

static void the_reader_of_the_old_one_still_drains_its_queue(void **state)
{
    IcsSmallNetwork *network = *state;
    Server server;
    uint32_t next;
    char text[10];
    IcsTcpConnection *old = bring_to_time_wait(&server, network, &next);
    inject(network, ICS_TCP_SYN, 5000, 0, "");
    assert_int_equal(ics_tcp_state(old), ICS_STREAM_CLOSED);
    assert_int_equal(ics_stream_error(&old->stream), 0);
    assert_int_equal(ics_tcp_read(old, text, sizeof text, false), 5);
    assert_memory_equal(text, "hello", 5);
    assert_true(ics_stream_at_end(&old->stream));
    ics_tcp_release(old);
    ics_tcp_unbind(tcp_of(&server), &server.port);
}

#define TCP_TEST(name)                                                                             \
    cmocka_unit_test_setup_teardown(name, ics_small_network_setup, ics_small_network_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TCP_TEST(it_begins_beyond_what_the_old_one_has_sent),
        TCP_TEST(the_reader_of_the_old_one_still_drains_its_queue),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
