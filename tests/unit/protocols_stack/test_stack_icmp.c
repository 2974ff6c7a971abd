/* ICMP in a host: RFC 792, RFC 1122 sections 3.2.2 and 4.1.3.3. */
#include <cmocka.h>
#include <errno.h>
#include <string.h>

#include "tests/support/small_network.h"

enum { PROTOCOL = 9, TYPE = 20, CODE = 21, BODY = 28, ECHO_REPLY = 0, UNREACHABLE = 3, ECHO = 8 };

typedef struct {
    IcsUdpPort port;
    int error; /* told last */
    int times;
} Receiver;

static void receiver_deliver(G_GNUC_UNUSED IcsUdpPort *port, IcsPacket *packet,
                             G_GNUC_UNUSED const IcsUdpDelivery *delivery)
{
    ics_packet_free(packet);
}

static void receiver_refuse(IcsUdpPort *port, int error)
{
    Receiver *self = ICS_CONTAINER_OF(port, Receiver, port);
    self->error = error;
    self->times++;
}

static uint32_t a(const IcsSmallNetwork *network)
{
    return ics_small_network_address(network, "a");
}

static uint32_t b(const IcsSmallNetwork *network)
{
    return ics_small_network_address(network, "b");
}

/* A receiver on host a, port 5000, connected to port 7 of host b. */
static void connect_receiver(Receiver *self, IcsSmallNetwork *network)
{
    *self = (Receiver){.port = {.deliver = receiver_deliver, .refuse = receiver_refuse}};
    IcsPortBinding *binding = &self->port.binding;
    IcsStack *stack = ics_small_network_stack(network, "a");
    assert_int_equal(ics_port_table_bind(&stack->udp_ports, binding, 0, 5000), 0);
    binding->connected = true;
    binding->peer_address = b(network);
    binding->peer_port = 7;
}

/* An unreachable from b about a datagram from a:5000 to b:7, that is quoted with `quoted` bytes. */
static void make_unreachable(IcsSmallNetwork *network, IcsRawPacket *packet, uint8_t code,
                             size_t quoted)
{
    IcsRawPacket cause;
    ics_raw_packet_udp(&cause, a(network), 5000, b(network), 7, "hello");
    ics_raw_packet_icmp(packet, b(network), a(network),
                        &(IcsRawIcmp){UNREACHABLE, code, 0, cause.bytes, quoted});
}

static void expect_error(IcsSmallNetwork *network, uint8_t code, int error)
{
    Receiver receiver;
    IcsRawPacket packet;
    connect_receiver(&receiver, network);
    make_unreachable(network, &packet, code, 28);
    ics_small_network_inject(network, "a", &packet);
    assert_int_equal(receiver.error, error);
    assert_int_equal(receiver.times, error != 0);
}

static void an_echo_request_is_answered_with_its_own_data(void **state)
{
    IcsSmallNetwork *network = *state;
    IcsRawPacket packet;
    ics_raw_packet_icmp(&packet, a(network), b(network),
                        &(IcsRawIcmp){ECHO, 0, 0x12345678, "abcdefg", 7});
    ics_small_network_inject(network, "b", &packet);
    assert_int_equal(ics_small_network_n_sent(network), 1);
    size_t n;
    const uint8_t *reply = ics_small_network_sent(network, 0, &n);
    assert_true(ics_raw_packet_is_right(reply, n));
    assert_int_equal(ics_raw_get32(reply + 12), b(network));
    assert_int_equal(ics_raw_get32(reply + 16), a(network));
    assert_int_equal(reply[TYPE], ECHO_REPLY);
    assert_int_equal(reply[CODE], 0);
    assert_int_equal(ics_raw_get32(reply + 24), 0x12345678);
    assert_int_equal(n, BODY + 7);
    assert_memory_equal(reply + BODY, "abcdefg", 7);
}

static void an_echo_without_data_is_answered(void **state)
{
    IcsSmallNetwork *network = *state;
    IcsRawPacket packet;
    ics_raw_packet_icmp(&packet, a(network), b(network), &(IcsRawIcmp){ECHO, 0, 1, NULL, 0});
    ics_small_network_inject(network, "b", &packet);
    size_t n;
    const uint8_t *reply = ics_small_network_sent(network, 0, &n);
    assert_true(ics_raw_packet_is_right(reply, n));
    assert_int_equal(n, BODY);
}

static void an_echo_that_came_to_the_second_address_is_answered_by_it(void **state)
{
    IcsSmallNetwork *network = *state;
    IcsRawPacket packet;
    uint32_t second = ICS_RAW_ADDRESS(10, 0, 7, 1);
    ics_network_add_interface(network->network, ics_small_network_host(network, "b"), "eth9",
                              second, 24, NULL);
    ics_raw_packet_icmp(&packet, a(network), second, &(IcsRawIcmp){ECHO, 0, 1, "x", 1});
    ics_small_network_inject(network, "b", &packet);
    size_t n;
    assert_int_equal(ics_raw_get32(ics_small_network_sent(network, 0, &n) + 12), second);
}

static void a_damaged_or_short_message_is_dropped(void **state)
{
    IcsSmallNetwork *network = *state;
    IcsRawPacket packet;
    ics_raw_packet_icmp(&packet, a(network), b(network), &(IcsRawIcmp){ECHO, 0, 1, "data", 4});
    packet.bytes[BODY] ^= 1;
    ics_small_network_inject(network, "b", &packet);
    assert_int_equal(ics_small_network_dropped(network, "b", ICS_CAUSE_BAD_CHECKSUM), 1);
    ics_raw_packet_ipv4(&packet, a(network), b(network), 1, "\10\0\0\0\0\0", 7);
    ics_small_network_inject(network, "b", &packet);
    assert_int_equal(ics_small_network_dropped(network, "b", ICS_CAUSE_BAD_LENGTH), 1);
    assert_int_equal(ics_small_network_n_sent(network), 0);
}

static void an_echo_is_not_answered_over_the_mtu(void **state)
{
    IcsSmallNetwork *network = *state;
    IcsRawPacket packet;
    g_autofree char *data = g_strnfill(1473, 'x');
    ics_raw_packet_icmp(&packet, a(network), b(network), &(IcsRawIcmp){ECHO, 0, 1, data, 1473});
    ics_small_network_inject(network, "b", &packet);
    assert_int_equal(ics_small_network_n_sent(network), 0);
    ics_raw_packet_icmp(&packet, a(network), b(network), &(IcsRawIcmp){ECHO, 0, 1, data, 1472});
    ics_small_network_inject(network, "b", &packet);
    assert_int_equal(ics_small_network_n_sent(network), 1);
}

static void no_message_but_an_echo_request_is_answered(void **state)
{
    IcsSmallNetwork *network = *state;
    for (int type = 0; type < 256; type++) {
        IcsRawPacket packet;
        IcsRawPacket cause;
        ics_raw_packet_udp(&cause, b(network), 5000, a(network), 7, "hello");
        ics_raw_packet_icmp(&packet, a(network), b(network),
                            &(IcsRawIcmp){(uint8_t)type, 0, 0, cause.bytes, cause.n});
        ics_small_network_inject(network, "b", &packet);
    }
    assert_int_equal(ics_small_network_n_sent(network), 1);
    assert_int_equal(ics_small_network_dropped_in_all(network, "b"), 0);
}

static void an_echo_goes_there_and_back(void **state)
{
    IcsSmallNetwork *network = *state;
    IcsStack *stack = ics_small_network_stack(network, "a");
    assert_int_equal(ics_stack_send_echo(stack, b(network), 7, 1, "ping", 4), 0);
    ics_small_network_run(network);
    assert_int_equal(ics_small_network_n_sent(network), 2);
    size_t n;
    const uint8_t *request = ics_small_network_sent(network, 0, &n);
    assert_true(ics_raw_packet_is_right(request, n));
    assert_int_equal(request[PROTOCOL], 1);
    assert_int_equal(request[TYPE], ECHO);
    assert_int_equal(ics_raw_get32(request + 24), 7 << 16 | 1);
    const uint8_t *reply = ics_small_network_sent(network, 1, &n);
    assert_int_equal(reply[TYPE], ECHO_REPLY);
    assert_int_equal(ics_raw_get32(reply + 24), 7 << 16 | 1);
    assert_memory_equal(reply + BODY, "ping", 4);
    assert_int_equal(network->simulation->now_ns, 2 * ICS_SMALL_NETWORK_DELAY_NS);
}

static void an_echo_to_oneself_uses_no_link(void **state)
{
    IcsSmallNetwork *network = *state;
    IcsStack *stack = ics_small_network_stack(network, "a");
    assert_int_equal(ics_stack_send_echo(stack, a(network), 7, 1, "ping", 4), 0);
    assert_int_equal(ics_stack_send_echo(stack, ICS_RAW_ADDRESS(127, 0, 0, 1), 7, 1, NULL, 0), 0);
    ics_small_network_run(network);
    assert_int_equal(ics_small_network_n_sent(network), 0);
    assert_int_equal(ics_packet_pool_in_use(network->network->packets), 0);
}

static void an_echo_needs_a_way_and_room(void **state)
{
    IcsSmallNetwork *network = *state;
    IcsStack *stack = ics_small_network_stack(network, "a");
    g_autofree char *data = g_strnfill(70000, 'x');
    assert_int_equal(ics_stack_send_echo(stack, ICS_RAW_ADDRESS(192, 0, 2, 1), 1, 1, data, 1),
                     -ENETUNREACH);
    assert_int_equal(ics_stack_send_echo(stack, b(network), 1, 1, data, 1473), -EMSGSIZE);
    assert_int_equal(ics_stack_send_echo(stack, b(network), 1, 1, data, 1472), 0);
    assert_int_equal(ics_stack_send_echo(stack, a(network), 1, 1, data, 65508), -EMSGSIZE);
    assert_int_equal(ics_stack_send_echo(stack, a(network), 1, 1, data, 65507), 0);
    assert_int_equal(ics_stack_send_echo(stack, a(network), 1, 1, data, ((size_t)1 << 32) + 1),
                     -EMSGSIZE);
    ics_small_network_run(network);
}

static void port_unreachable_refuses_the_connected_port(void **state)
{
    expect_error(*state, 3, ECONNREFUSED);
}

static void net_unreachable_is_told(void **state)
{
    expect_error(*state, 0, ENETUNREACH);
}

static void host_unreachable_is_told(void **state)
{
    expect_error(*state, 1, EHOSTUNREACH);
}

static void protocol_unreachable_is_told(void **state)
{
    expect_error(*state, 2, ENOPROTOOPT);
}

static void fragmentation_needed_is_told(void **state)
{
    expect_error(*state, 4, EMSGSIZE);
}

static void codes_without_a_meaning_are_not_told(void **state)
{
    expect_error(*state, 200, 0);
}

static void other_errors_are_not_told(void **state)
{
    IcsSmallNetwork *network = *state;
    Receiver receiver;
    IcsRawPacket packet, cause;
    connect_receiver(&receiver, network);
    ics_raw_packet_udp(&cause, a(network), 5000, b(network), 7, "hello");
    for (uint8_t type = 4; type < 14; type++) {
        ics_raw_packet_icmp(&packet, b(network), a(network),
                            &(IcsRawIcmp){type, 3, 0, cause.bytes, cause.n});
        ics_small_network_inject(network, "a", &packet);
    }
    assert_int_equal(receiver.times, 0);
}

static void an_error_about_another_peer_is_not_told(void **state)
{
    IcsSmallNetwork *network = *state;
    Receiver receiver;
    IcsRawPacket packet;
    connect_receiver(&receiver, network);
    make_unreachable(network, &packet, 3, 28);
    receiver.port.binding.peer_port = 8;
    ics_small_network_inject(network, "a", &packet);
    receiver.port.binding.peer_port = 7;
    receiver.port.binding.peer_address = ICS_RAW_ADDRESS(10, 0, 0, 9);
    ics_small_network_inject(network, "a", &packet);
    assert_int_equal(receiver.times, 0);
}

static void an_unconnected_port_is_not_told(void **state)
{
    IcsSmallNetwork *network = *state;
    Receiver receiver;
    IcsRawPacket packet;
    connect_receiver(&receiver, network);
    receiver.port.binding.connected = false;
    make_unreachable(network, &packet, 3, 28);
    ics_small_network_inject(network, "a", &packet);
    assert_int_equal(receiver.times, 0);
}

static void an_error_about_a_closed_port_is_ignored(void **state)
{
    IcsSmallNetwork *network = *state;
    IcsRawPacket packet;
    make_unreachable(network, &packet, 3, 28);
    ics_small_network_inject(network, "a", &packet);
    assert_int_equal(ics_small_network_n_sent(network), 0);
}

static void a_quote_too_short_for_the_ports_is_ignored(void **state)
{
    IcsSmallNetwork *network = *state;
    Receiver receiver;
    IcsRawPacket packet;
    connect_receiver(&receiver, network);
    for (size_t quoted = 0; quoted < 28; quoted++) {
        make_unreachable(network, &packet, 3, quoted);
        ics_small_network_inject(network, "a", &packet);
        assert_int_equal(receiver.times, 0);
    }
    make_unreachable(network, &packet, 3, 33);
    ics_small_network_inject(network, "a", &packet);
    assert_int_equal(receiver.times, 1);
}

static void an_error_about_another_protocol_is_not_told(void **state)
{
    IcsSmallNetwork *network = *state;
    Receiver receiver;
    IcsRawPacket packet, cause;
    connect_receiver(&receiver, network);
    ics_raw_packet_udp(&cause, a(network), 5000, b(network), 7, "hello");
    cause.bytes[PROTOCOL] = 6;
    ics_raw_packet_icmp(&packet, b(network), a(network),
                        &(IcsRawIcmp){UNREACHABLE, 3, 0, cause.bytes, cause.n});
    ics_small_network_inject(network, "a", &packet);
    assert_int_equal(receiver.times, 0);
}

static void a_quote_with_options_is_read_behind_them(void **state)
{
    IcsSmallNetwork *network = *state;
    Receiver receiver;
    IcsRawPacket packet, cause;
    connect_receiver(&receiver, network);
    ics_raw_packet_udp(&cause, a(network), 5000, b(network), 7, "hello");
    ics_raw_packet_insert_options(&cause, (const uint8_t *)"\1\1\1\0", 4);
    ics_raw_packet_icmp(&packet, b(network), a(network),
                        &(IcsRawIcmp){UNREACHABLE, 3, 0, cause.bytes, cause.n});
    ics_small_network_inject(network, "a", &packet);
    assert_int_equal(receiver.times, 1);
}

/* Fates: adding a ping to one host must move no decision about what goes to another. */

typedef struct {
    uint64_t ordinals[8];
    guint n;
    uint32_t destination;
} Ordinals;

static void ordinals_observe(gpointer data, const IcsObservation *observation)
{
    Ordinals *self = data;
    const IcsPacket *packet = observation->packet;
    assert_int_equal(packet->fate.klass, ICS_FATE_CONTROL);
    assert_int_equal(packet->message.flow, ICS_FLOW_NONE);
    if (ics_raw_get32(packet->bytes + 16) == self->destination) {
        self->ordinals[self->n++] = packet->fate.ordinal;
    }
}

static void each_peer_has_ordinals_of_its_own(G_GNUC_UNUSED void **state)
{
    static const char *const names[] = {"a", "b", "c", NULL};
    g_autoptr(IcsSmallNetwork) network = ics_small_network_new(1, names);
    ics_small_network_link(network, "a", "b", NULL);
    ics_small_network_link(network, "a", "c", NULL);
    Ordinals ordinals = {.destination = b(network)};
    ics_bus_subscribe(&network->simulation->bus, ICS_OBSERVE_MASK(PACKET_OFFERED), ordinals_observe,
                      &ordinals);
    IcsStack *stack = ics_small_network_stack(network, "a");
    ics_stack_send_echo(stack, b(network), 1, 1, NULL, 0);
    ics_stack_send_echo(stack, ics_small_network_address(network, "c"), 1, 1, NULL, 0);
    ics_stack_send_echo(stack, b(network), 1, 2, NULL, 0);
    ics_small_network_run(network);
    assert_int_equal(ordinals.n, 2);
    assert_int_equal(ordinals.ordinals[0], 0);
    assert_int_equal(ordinals.ordinals[1], 1);
}

#define TEST(function)                                                                             \
    cmocka_unit_test_setup_teardown(function, ics_small_network_setup, ics_small_network_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(an_echo_request_is_answered_with_its_own_data),
        TEST(an_echo_without_data_is_answered),
        TEST(an_echo_that_came_to_the_second_address_is_answered_by_it),
        TEST(a_damaged_or_short_message_is_dropped),
        TEST(an_echo_is_not_answered_over_the_mtu),
        TEST(no_message_but_an_echo_request_is_answered),
        TEST(an_echo_goes_there_and_back),
        TEST(an_echo_to_oneself_uses_no_link),
        TEST(an_echo_needs_a_way_and_room),
        TEST(port_unreachable_refuses_the_connected_port),
        TEST(net_unreachable_is_told),
        TEST(host_unreachable_is_told),
        TEST(protocol_unreachable_is_told),
        TEST(fragmentation_needed_is_told),
        TEST(codes_without_a_meaning_are_not_told),
        TEST(other_errors_are_not_told),
        TEST(an_error_about_another_peer_is_not_told),
        TEST(an_unconnected_port_is_not_told),
        TEST(an_error_about_a_closed_port_is_ignored),
        TEST(a_quote_too_short_for_the_ports_is_ignored),
        TEST(an_error_about_another_protocol_is_not_told),
        TEST(a_quote_with_options_is_read_behind_them),
        cmocka_unit_test(each_peer_has_ordinals_of_its_own),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
