#include <cmocka.h>
#include <string.h>

#include "netmodel/packet.h"
#include "protocols/wire/icmp.h"
#include "protocols/wire/ipv4.h"
#include "tool/report/packet_label.h"

enum { ICMP_BYTES = 64, PACKET_BYTES = ICS_IPV4_HEADER_BYTES + ICMP_BYTES };

typedef struct {
    IcsPacketPool *pool;
    IcsPacket *packet;
} Fixture;

static int set_up(void **state)
{
    Fixture *fixture = g_new0(Fixture, 1);
    fixture->pool = ics_packet_pool_new();
    fixture->packet = ics_packet_new(fixture->pool, PACKET_BYTES);
    fixture->packet->message.flow = ICS_FLOW_NONE;
    memset(fixture->packet->bytes, 0, PACKET_BYTES);
    *state = fixture;
    return 0;
}

static int tear_down(void **state)
{
    Fixture *fixture = *state;
    ics_packet_free(fixture->packet);
    ics_packet_pool_free(fixture->pool);
    g_free(fixture);
    return 0;
}

static void assert_label(const IcsPacket *packet, const char *expected)
{
    g_autofree char *label = ics_packet_label(packet, NULL);
    assert_string_equal(label, expected);
}

static void emit_ip(IcsPacket *packet, uint8_t protocol)
{
    IcsIpv4Header ip = {
        .source = 0x0a000001,
        .destination = 0x0a000002,
        .total_length = (uint16_t)packet->length,
        .ttl = 64,
        .protocol = protocol,
    };
    ics_ipv4_emit(&ip, packet->bytes);
}

static void emit_icmp(IcsPacket *packet, const IcsIcmpMessage *message)
{
    emit_ip(packet, ICS_IPV4_PROTOCOL_ICMP);
    size_t n = ics_icmp_emit(message, packet->bytes + ICS_IPV4_HEADER_BYTES);
    packet->length = (uint32_t)(ICS_IPV4_HEADER_BYTES + n);
    emit_ip(packet, ICS_IPV4_PROTOCOL_ICMP);
}

static void a_message_is_its_number_and_size(void **state)
{
    const Fixture *fixture = *state;
    fixture->packet->message = (IcsMessageTag){.ordinal = 6, .bytes = 512};
    assert_label(fixture->packet, "#7 512 B");
    fixture->packet->message = (IcsMessageTag){.ordinal = UINT64_MAX - 1, .bytes = UINT32_MAX};
    assert_label(fixture->packet, "#18446744073709551615 4294967295 B");
}

static void repetitions_copies_and_damage_are_told(void **state)
{
    const Fixture *fixture = *state;
    IcsPacket *packet = fixture->packet;
    packet->message = (IcsMessageTag){.ordinal = 0, .bytes = 1};
    packet->fate.klass = ICS_FATE_REPEAT;
    assert_label(packet, "#1 again 1 B");
    packet->fate.copy = 1;
    assert_label(packet, "#1 again copy 1 B");
    packet->damaged = true;
    assert_label(packet, "#1 again copy 1 B damaged");
    packet->fate.klass = ICS_FATE_FIRST;
    assert_label(packet, "#1 copy 1 B damaged");
}

static void control_is_an_acknowledgement(void **state)
{
    const Fixture *fixture = *state;
    emit_ip(fixture->packet, ICS_IPV4_PROTOCOL_UDP);
    assert_label(fixture->packet, "datagram");
    fixture->packet->fate.klass = ICS_FATE_CONTROL;
    assert_label(fixture->packet, "ack");
}

static void icmp_says_what_it_reports(void **state)
{
    const Fixture *fixture = *state;
    uint8_t original[PACKET_BYTES];
    emit_ip(fixture->packet, ICS_IPV4_PROTOCOL_UDP);
    memcpy(original, fixture->packet->bytes, sizeof original);
    IcsIcmpMessage message =
        ics_icmp_error(ICS_ICMP_DESTINATION_UNREACHABLE, ICS_ICMP_UNREACHABLE_PORT, 0, original);
    message.body_bytes = 28;
    emit_icmp(fixture->packet, &message);
    assert_label(fixture->packet, "ICMP port-unreachable");
    message = (IcsIcmpMessage){.type = ICS_ICMP_ECHO_REQUEST};
    emit_icmp(fixture->packet, &message);
    assert_label(fixture->packet, "ICMP echo-request");
}

static void bytes_that_say_nothing_have_a_label_too(void **state)
{
    const Fixture *fixture = *state;
    assert_label(fixture->packet, "packet");
    fixture->packet->damaged = true;
    assert_label(fixture->packet, "packet damaged");
    emit_ip(fixture->packet, ICS_IPV4_PROTOCOL_ICMP);
    assert_label(fixture->packet, "ICMP damaged");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_message_is_its_number_and_size, set_up, tear_down),
        cmocka_unit_test_setup_teardown(repetitions_copies_and_damage_are_told, set_up, tear_down),
        cmocka_unit_test_setup_teardown(control_is_an_acknowledgement, set_up, tear_down),
        cmocka_unit_test_setup_teardown(icmp_says_what_it_reports, set_up, tear_down),
        cmocka_unit_test_setup_teardown(bytes_that_say_nothing_have_a_label_too, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
