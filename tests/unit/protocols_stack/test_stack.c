/* What a host's stack does with packets that come in, and whom it tells: RFC 791, RFC 768, RFC 1122
 * sections 3.2 and 4.1. */
#include <cmocka.h>
#include <errno.h>
#include <string.h>

#include "tests/support/small_network.h"

enum { PROTOCOL_UDP = 17, TYPE = 20, CODE = 21 };

/* A receiver without a socket. */
typedef struct {
    IcsUdpPort port;
    IcsSmallNetwork *network;
} Receiver;

static void receiver_deliver(IcsUdpPort *port, IcsPacket *packet, const IcsUdpDelivery *delivery)
{
    Receiver *self = ICS_CONTAINER_OF(port, Receiver, port);
    assert_int_equal(packet->length, delivery->payload_offset + delivery->payload_bytes);
    ics_small_network_note(self->network, "%x:%u \"%.*s\"", delivery->source_address,
                           delivery->source_port, (int)delivery->payload_bytes,
                           (const char *)packet->bytes + delivery->payload_offset);
    ics_packet_free(packet);
}

static void receiver_refuse(IcsUdpPort *port, int error)
{
    Receiver *self = ICS_CONTAINER_OF(port, Receiver, port);
    ics_small_network_note(self->network, "refused %d", error);
}

static void bind_at(Receiver *self, IcsSmallNetwork *network, const char *host, uint32_t address,
                    uint16_t port)
{
    *self = (Receiver){.port = {.deliver = receiver_deliver, .refuse = receiver_refuse},
                       .network = network};
    IcsStack *stack = ics_small_network_stack(network, host);
    assert_int_equal(ics_port_table_bind(&stack->udp_ports, &self->port.binding, address, port), 0);
}

static void make(IcsSmallNetwork *network, IcsRawPacket *packet, const char *text)
{
    ics_raw_packet_udp(packet, ics_small_network_address(network, "a"), 5000,
                       ics_small_network_address(network, "b"), 7, text);
}

static void expect_dropped(IcsSmallNetwork *network, const IcsRawPacket *packet, IcsCause cause)
{
    uint64_t before = ics_small_network_dropped(network, "b", cause);
    uint64_t in_all = ics_small_network_dropped_in_all(network, "b");
    ics_small_network_inject(network, "b", packet);
    assert_int_equal(ics_small_network_dropped(network, "b", cause), before + 1);
    assert_int_equal(ics_small_network_dropped_in_all(network, "b"), in_all + 1);
    assert_int_equal(ics_packet_pool_in_use(network->network->packets), 0);
}

static void a_datagram_reaches_the_receiver_of_its_port(void **state)
{
    IcsSmallNetwork *network = *state;
    IcsRawPacket packet;
    Receiver receiver;
    bind_at(&receiver, network, "b", 0, 7);
    make(network, &packet, "hello");
    ics_small_network_inject(network, "b", &packet);
    assert_string_equal(network->notes->str, "a000001:5000 \"hello\"@0s; ");
    assert_int_equal(ics_small_network_dropped_in_all(network, "b"), 0);
}

static void padding_and_options_do_not_reach_the_receiver(void **state)
{
    IcsSmallNetwork *network = *state;
    IcsRawPacket packet;
    Receiver receiver;
    bind_at(&receiver, network, "b", 0, 7);
    make(network, &packet, "hello");
    ics_raw_packet_insert_options(&packet, (const uint8_t *)"\1\1\1\0", 4);
    ics_raw_packet_pad(&packet, 9);
    ics_small_network_inject(network, "b", &packet);
    assert_string_equal(network->notes->str, "a000001:5000 \"hello\"@0s; ");
}

static void a_damaged_ip_header_is_dropped_without_an_answer(void **state)
{
    IcsSmallNetwork *network = *state;
    IcsRawPacket packet;
    make(network, &packet, "hello");
    packet.bytes[8]--;
    expect_dropped(network, &packet, ICS_CAUSE_BAD_IP_CHECKSUM);
    make(network, &packet, "hello");
    packet.bytes[0] = 0x65;
    expect_dropped(network, &packet, ICS_CAUSE_BAD_IP_HEADER);
    assert_int_equal(ics_small_network_n_sent(network), 0);
}

static void a_fragment_is_dropped_without_an_answer(void **state)
{
    IcsSmallNetwork *network = *state;
    IcsRawPacket packet;
    make(network, &packet, "hello");
    packet.bytes[6] = 0x20;
    ics_raw_packet_seal_ip(&packet);
    expect_dropped(network, &packet, ICS_CAUSE_BAD_IP_HEADER);
    assert_int_equal(ics_small_network_n_sent(network), 0);
}

static void a_source_that_is_no_host_is_dropped_without_an_answer(void **state)
{
    static const uint32_t sources[] = {
        ICS_RAW_ADDRESS(224, 0, 0, 1), ICS_RAW_ADDRESS(255, 255, 255, 255),
        ICS_RAW_ADDRESS(127, 0, 0, 1),
        ICS_RAW_ADDRESS(10, 0, 0, 255), /* directed broadcast to the interface's network */
    };
    IcsSmallNetwork *network = *state;
    for (size_t i = 0; i < G_N_ELEMENTS(sources); i++) {
        IcsRawPacket packet;
        ics_raw_packet_udp(&packet, sources[i], 5000, ics_small_network_address(network, "b"), 8,
                           "hello");
        expect_dropped(network, &packet, ICS_CAUSE_BAD_IP_HEADER);
    }
    assert_int_equal(ics_small_network_n_sent(network), 0);
}

static void all_ones_is_a_host_where_the_prefix_has_no_broadcast(void **state)
{
    IcsSmallNetwork *network = *state;
    IcsRawPacket packet;
    IcsInterface *interface =
        g_ptr_array_index(ics_small_network_host(network, "b")->interfaces, 0);
    Receiver receiver;
    bind_at(&receiver, network, "b", 0, 7);
    ics_raw_packet_udp(&packet, ICS_RAW_ADDRESS(10, 0, 0, 3), 5000, interface->address, 7, "hi");
    interface->prefix_bits = 31; /* RFC 3021: 10.0.0.2 and 10.0.0.3 */
    ics_small_network_inject(network, "b", &packet);
    interface->prefix_bits = 30;
    expect_dropped(network, &packet, ICS_CAUSE_BAD_IP_HEADER);
    assert_string_equal(network->notes->str, "a000003:5000 \"hi\"@0s; ");
}

static void what_is_not_for_this_host_is_dropped_without_an_answer(void **state)
{
    static const uint32_t destinations[] = {
        ICS_RAW_ADDRESS(10, 0, 0, 9),        ICS_RAW_ADDRESS(10, 0, 0, 255),
        ICS_RAW_ADDRESS(255, 255, 255, 255), ICS_RAW_ADDRESS(224, 0, 0, 1),
        ICS_RAW_ADDRESS(127, 0, 0, 1), /* must not appear outside a host */
        ICS_RAW_ADDRESS(0, 0, 0, 0),
    };
    IcsSmallNetwork *network = *state;
    Receiver receiver;
    bind_at(&receiver, network, "b", 0, 7);
    for (size_t i = 0; i < G_N_ELEMENTS(destinations); i++) {
        IcsRawPacket packet;
        ics_raw_packet_udp(&packet, ics_small_network_address(network, "a"), 5000, destinations[i],
                           7, "hello");
        expect_dropped(network, &packet, ICS_CAUSE_NOT_FOR_US);
    }
    assert_int_equal(ics_small_network_n_sent(network), 0);
    assert_string_equal(network->notes->str, "");
}

static void every_address_of_a_host_is_its_own_on_every_interface(void **state)
{
    IcsSmallNetwork *network = *state;
    IcsRawPacket packet;
    Receiver receiver;
    uint32_t second = ICS_RAW_ADDRESS(10, 0, 7, 1);
    assert_non_null(ics_network_add_interface(
        network->network, ics_small_network_host(network, "b"), "eth9", second, 24, NULL));
    bind_at(&receiver, network, "b", 0, 7);
    ics_raw_packet_udp(&packet, ics_small_network_address(network, "a"), 1, second, 7, "x");
    ics_small_network_inject(network, "b", &packet);
    assert_string_equal(network->notes->str, "a000001:1 \"x\"@0s; ");
}

static void udp_faults_are_dropped_by_their_causes(void **state)
{
    IcsSmallNetwork *network = *state;
    IcsRawPacket packet;
    make(network, &packet, "hello");
    packet.bytes[30] ^= 1;
    expect_dropped(network, &packet, ICS_CAUSE_BAD_CHECKSUM);
    make(network, &packet, "hello");
    ics_raw_packet_put16(&packet, 24, 7);
    expect_dropped(network, &packet, ICS_CAUSE_BAD_LENGTH);
    ics_raw_packet_ipv4(&packet, ics_small_network_address(network, "a"),
                        ics_small_network_address(network, "b"), PROTOCOL_UDP, "short", 5);
    expect_dropped(network, &packet, ICS_CAUSE_BAD_LENGTH);
    assert_int_equal(ics_small_network_n_sent(network), 0);
}

static void a_closed_port_is_answered_by_port_unreachable(void **state)
{
    IcsSmallNetwork *network = *state;
    IcsRawPacket packet;
    make(network, &packet, "hello");
    ics_small_network_inject(network, "b", &packet);
    assert_int_equal(ics_small_network_dropped(network, "b", ICS_CAUSE_NO_PORT), 1);
    assert_int_equal(ics_small_network_n_sent(network), 1);
    size_t n;
    const uint8_t *answer = ics_small_network_sent(network, 0, &n);
    assert_true(ics_raw_packet_is_right(answer, n));
    assert_int_equal(ics_raw_get32(answer + 12), ics_small_network_address(network, "b"));
    assert_int_equal(ics_raw_get32(answer + 16), ics_small_network_address(network, "a"));
    assert_int_equal(answer[TYPE], 3);
    assert_int_equal(answer[CODE], 3);
    assert_int_equal(ics_raw_get32(answer + 24), 0);
    assert_int_equal(n, 20 + 8 + packet.n);
    assert_memory_equal(answer + 28, packet.bytes, packet.n);
}

static void an_error_quotes_no_more_than_fits_into_576_bytes(void **state)
{
    IcsSmallNetwork *network = *state;
    IcsRawPacket packet;
    g_autofree char *text = g_strnfill(1400, 'x');
    make(network, &packet, text);
    ics_small_network_inject(network, "b", &packet);
    size_t n;
    const uint8_t *answer = ics_small_network_sent(network, 0, &n);
    assert_int_equal(n, 576);
    assert_true(ics_raw_packet_is_right(answer, n));
    assert_memory_equal(answer + 28, packet.bytes, 548);
}

static void an_error_does_not_quote_padding(void **state)
{
    IcsSmallNetwork *network = *state;
    IcsRawPacket packet;
    make(network, &packet, "hello");
    size_t length = packet.n;
    ics_raw_packet_pad(&packet, 11);
    ics_small_network_inject(network, "b", &packet);
    size_t n;
    ics_small_network_sent(network, 0, &n);
    assert_int_equal(n, 20 + 8 + length);
}

static void an_unknown_protocol_is_answered_by_protocol_unreachable(void **state)
{
    IcsSmallNetwork *network = *state;
    IcsRawPacket packet;
    ics_raw_packet_ipv4(&packet, ics_small_network_address(network, "a"),
                        ics_small_network_address(network, "b"), 99, "whatever", 8);
    ics_small_network_inject(network, "b", &packet);
    assert_int_equal(ics_small_network_dropped(network, "b", ICS_CAUSE_NO_PROTOCOL), 1);
    size_t n;
    const uint8_t *answer = ics_small_network_sent(network, 0, &n);
    assert_true(ics_raw_packet_is_right(answer, n));
    assert_int_equal(answer[TYPE], 3);
    assert_int_equal(answer[CODE], 2);
    assert_memory_equal(answer + 28, packet.bytes, packet.n);
}

static void no_error_is_sent_to_nobody(void **state)
{
    IcsSmallNetwork *network = *state;
    IcsRawPacket packet;
    ics_raw_packet_udp(&packet, 0, 5000, ics_small_network_address(network, "b"), 8, "x");
    expect_dropped(network, &packet, ICS_CAUSE_NO_PORT);
    assert_int_equal(ics_small_network_n_sent(network), 0);
}

static void no_error_is_sent_where_no_way_leads(void **state)
{
    IcsSmallNetwork *network = *state;
    IcsRawPacket packet;
    ics_raw_packet_udp(&packet, ICS_RAW_ADDRESS(192, 0, 2, 1), 5000,
                       ics_small_network_address(network, "b"), 8, "x");
    expect_dropped(network, &packet, ICS_CAUSE_NO_PORT);
    assert_int_equal(ics_small_network_n_sent(network), 0);
}

static void a_stranger_at_a_connected_port_meets_a_closed_one(void **state)
{
    IcsSmallNetwork *network = *state;
    IcsRawPacket packet;
    Receiver receiver;
    bind_at(&receiver, network, "b", 0, 7);
    receiver.port.binding.connected = true;
    receiver.port.binding.peer_address = ics_small_network_address(network, "a");
    receiver.port.binding.peer_port = 6000;
    make(network, &packet, "hello"); /* from port 5000 */
    ics_small_network_inject(network, "b", &packet);
    assert_int_equal(ics_small_network_dropped(network, "b", ICS_CAUSE_NOT_CONNECTED), 1);
    size_t n;
    assert_int_equal(ics_small_network_sent(network, 0, &n)[CODE], 3);
    assert_string_equal(network->notes->str, "");
}

static void what_came_by_loopback_is_answered_by_loopback(void **state)
{
    IcsSmallNetwork *network = *state;
    IcsRawPacket packet;
    Receiver receiver;
    uint32_t self = ICS_RAW_ADDRESS(127, 0, 0, 1);
    bind_at(&receiver, network, "b", 0, 5000);
    receiver.port.binding.connected = true;
    receiver.port.binding.peer_address = self;
    receiver.port.binding.peer_port = 9;
    ics_raw_packet_udp(&packet, self, 5000, self, 9, "hello");
    ics_small_network_inject_loopback(network, "b", &packet);
    ics_small_network_run(network);
    assert_int_equal(ics_small_network_n_sent(network), 0);
    g_autofree char *expected = g_strdup_printf("refused %d@0s; ", ECONNREFUSED);
    assert_string_equal(network->notes->str, expected);
}

static void a_crash_frees_every_port(void **state)
{
    IcsSmallNetwork *network = *state;
    Receiver receiver;
    bind_at(&receiver, network, "b", 0, 7);
    ics_network_schedule_departures(network->network);
    ics_host_crash(ics_small_network_host(network, "b"));
    ics_host_restart(ics_small_network_host(network, "b"));
    IcsRawPacket packet;
    make(network, &packet, "hello");
    ics_small_network_inject(network, "b", &packet);
    assert_int_equal(ics_small_network_dropped(network, "b", ICS_CAUSE_NO_PORT), 1);
    assert_string_equal(network->notes->str, "");
}

#define TEST(function)                                                                             \
    cmocka_unit_test_setup_teardown(function, ics_small_network_setup, ics_small_network_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_datagram_reaches_the_receiver_of_its_port),
        TEST(padding_and_options_do_not_reach_the_receiver),
        TEST(a_damaged_ip_header_is_dropped_without_an_answer),
        TEST(a_fragment_is_dropped_without_an_answer),
        TEST(a_source_that_is_no_host_is_dropped_without_an_answer),
        TEST(all_ones_is_a_host_where_the_prefix_has_no_broadcast),
        TEST(what_is_not_for_this_host_is_dropped_without_an_answer),
        TEST(every_address_of_a_host_is_its_own_on_every_interface),
        TEST(udp_faults_are_dropped_by_their_causes),
        TEST(a_closed_port_is_answered_by_port_unreachable),
        TEST(an_error_quotes_no_more_than_fits_into_576_bytes),
        TEST(an_error_does_not_quote_padding),
        TEST(an_unknown_protocol_is_answered_by_protocol_unreachable),
        TEST(no_error_is_sent_to_nobody),
        TEST(no_error_is_sent_where_no_way_leads),
        TEST(a_stranger_at_a_connected_port_meets_a_closed_one),
        TEST(what_came_by_loopback_is_answered_by_loopback),
        TEST(a_crash_frees_every_port),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
