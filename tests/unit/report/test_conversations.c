#include <cmocka.h>
#include <string.h>

#include "protocols/wire/bytes.h"
#include "protocols/wire/ipv4.h"
#include "tool/report/conversations.h"

#define CLIENT UINT32_C(0x0A000001)
#define SERVER UINT32_C(0x0A000002)

/* A packet of 40 bytes with these ends. */
typedef struct Wire {
    uint8_t bytes[40];
    IcsPacket packet;
} Wire;

static const IcsPacket *make(Wire *wire, uint32_t from, uint16_t from_port, uint32_t to,
                             uint16_t to_port, uint8_t protocol)
{
    memset(wire, 0, sizeof *wire);
    wire->bytes[0] = 0x45;
    wire->bytes[9] = protocol;
    ics_bytes_store_be32(wire->bytes + 12, from);
    ics_bytes_store_be32(wire->bytes + 16, to);
    ics_bytes_store_be16(wire->bytes + 20, from_port);
    ics_bytes_store_be16(wire->bytes + 22, to_port);
    wire->packet = (IcsPacket){.bytes = wire->bytes, .length = sizeof wire->bytes};
    return &wire->packet;
}

static IcsConversationKey key_of(uint32_t from, uint16_t from_port, uint32_t to, uint16_t to_port,
                                 uint8_t protocol)
{
    Wire wire;
    IcsConversationKey key;
    assert_true(ics_conversation_key(make(&wire, from, from_port, to, to_port, protocol), &key));
    return key;
}

static void both_directions_are_one_conversation(void **state)
{
    (void)state;
    IcsConversationKey forth = key_of(CLIENT, 4000, SERVER, 80, ICS_IPV4_PROTOCOL_TCP);
    IcsConversationKey back = key_of(SERVER, 80, CLIENT, 4000, ICS_IPV4_PROTOCOL_TCP);
    assert_memory_equal(&forth, &back, sizeof forth);
}

static void another_port_or_protocol_is_another_conversation(void **state)
{
    (void)state;
    IcsConversationKey one = key_of(CLIENT, 4000, SERVER, 80, ICS_IPV4_PROTOCOL_TCP);
    IcsConversationKey port = key_of(CLIENT, 4001, SERVER, 80, ICS_IPV4_PROTOCOL_TCP);
    IcsConversationKey protocol = key_of(CLIENT, 4000, SERVER, 80, ICS_IPV4_PROTOCOL_UDP);
    IcsConversationKey crossed = key_of(CLIENT, 80, SERVER, 4000, ICS_IPV4_PROTOCOL_TCP);
    assert_memory_not_equal(&one, &port, sizeof one);
    assert_memory_not_equal(&one, &protocol, sizeof one);
    assert_memory_not_equal(&one, &crossed, sizeof one);
}

static void packets_without_ports_have_no_conversation(void **state)
{
    (void)state;
    Wire wire;
    IcsConversationKey key;
    make(&wire, CLIENT, 1, SERVER, 2, ICS_IPV4_PROTOCOL_ICMP);
    assert_false(ics_conversation_key(&wire.packet, &key));
    make(&wire, CLIENT, 1, SERVER, 2, ICS_IPV4_PROTOCOL_UDP);
    ics_bytes_store_be16(wire.bytes + 6, 185);
    assert_false(ics_conversation_key(&wire.packet, &key));
    make(&wire, CLIENT, 1, SERVER, 2, ICS_IPV4_PROTOCOL_UDP);
    wire.packet.length = 23;
    assert_false(ics_conversation_key(&wire.packet, &key));
    wire.packet.length = 24;
    assert_true(ics_conversation_key(&wire.packet, &key));
    wire.bytes[0] = 0x46;
    assert_false(ics_conversation_key(&wire.packet, &key));
}

static void ten_thousand_conversations_are_kept_apart(void **state)
{
    (void)state;
    IcsConversations all = {0};
    for (uint16_t port = 1; port <= 10000; port++) {
        IcsConversationKey key = key_of(CLIENT, port, SERVER, 80, ICS_IPV4_PROTOCOL_TCP);
        IcsConversation *made = ics_conversations_get(&all, &key);
        assert_int_equal(made->flow, ICS_FLOW_NONE);
        made->flow = port;
    }
    assert_int_equal(all.n, 10000);
    for (uint16_t port = 1; port <= 10000; port++) {
        IcsConversationKey key = key_of(SERVER, 80, CLIENT, port, ICS_IPV4_PROTOCOL_TCP);
        assert_int_equal(ics_conversations_get(&all, &key)->flow, port);
    }
    assert_int_equal(all.n, 10000);
    ics_conversations_clear(&all);
}

static void packets_bytes_and_repeats_are_counted(void **state)
{
    (void)state;
    Wire wire;
    IcsControlCounts counts = {0};
    IcsControlCounts twice = {0};
    make(&wire, CLIENT, 1, SERVER, 2, ICS_IPV4_PROTOCOL_UDP);
    wire.packet.fate.klass = ICS_FATE_CONTROL;
    ics_control_counts_add(&counts, &wire.packet);
    wire.packet.fate.klass = ICS_FATE_REPEAT;
    ics_control_counts_add(&counts, &wire.packet);
    ics_control_counts_merge(&twice, &counts);
    ics_control_counts_merge(&twice, &counts);
    assert_int_equal(twice.packets, 4);
    assert_int_equal(twice.bytes, 160);
    assert_int_equal(twice.repeats, 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(both_directions_are_one_conversation),
        cmocka_unit_test(another_port_or_protocol_is_another_conversation),
        cmocka_unit_test(packets_without_ports_have_no_conversation),
        cmocka_unit_test(ten_thousand_conversations_are_kept_apart),
        cmocka_unit_test(packets_bytes_and_repeats_are_counted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
