/* Marks of congestion in IPv4 headers: RFC 3168, section 5, checksums by RFC 1624. */
#include <cmocka.h>
#include <string.h>

#include "netmodel/ecn.h"
#include "tests/support/raw_packet.h"
#include "tests/support/slow_checksum.h"

typedef struct Fixture {
    IcsPacketPool *pool;
    IcsPacket *packet;
} Fixture;

static int setup(void **state)
{
    Fixture *self = g_new0(Fixture, 1);
    self->pool = ics_packet_pool_new();
    *state = self;
    return 0;
}

static int teardown(void **state)
{
    Fixture *self = *state;
    if (self->packet != NULL) {
        ics_packet_free(self->packet);
    }
    ics_packet_pool_free(self->pool);
    g_free(self);
    return 0;
}

/* A packet with this type of service; the identification makes checksums differ. */
static IcsPacket *packet_of(Fixture *self, uint8_t tos, uint16_t identification)
{
    static IcsRawPacket raw;
    ics_raw_packet_ipv4(&raw, 0x0a000001, 0x0a000002, 17, "0123456789", 10);
    raw.bytes[1] = tos;
    ics_raw_packet_put16(&raw, 4, identification);
    ics_raw_packet_seal_ip(&raw);
    if (self->packet != NULL) {
        ics_packet_free(self->packet);
    }
    self->packet = ics_packet_new(self->pool, (uint32_t)raw.n);
    memcpy(self->packet->bytes, raw.bytes, raw.n);
    return self->packet;
}

static void only_packets_that_carry_ect_can_be_marked(void **state)
{
    assert_false(ics_ecn_is_capable(packet_of(*state, 0, 1)));
    assert_false(ics_ecn_is_capable(packet_of(*state, 0xb8, 1))); /* DSCP alone */
    assert_true(ics_ecn_is_capable(packet_of(*state, ICS_ECN_ECT_1, 1)));
    assert_true(ics_ecn_is_capable(packet_of(*state, ICS_ECN_ECT_0, 1)));
    assert_true(ics_ecn_is_capable(packet_of(*state, ICS_ECN_CE, 1)));
    IcsPacket *packet = packet_of(*state, ICS_ECN_ECT_0, 1);
    packet->bytes[0] = 0x65; /* version 6 */
    assert_false(ics_ecn_is_capable(packet));
    packet = packet_of(*state, ICS_ECN_ECT_0, 1);
    packet->length = 19;
    assert_false(ics_ecn_is_capable(packet));
}

static void a_mark_keeps_the_header_right(void **state)
{
    for (uint32_t identification = 0; identification < 65536; identification += 7) {
        for (int ect = ICS_ECN_ECT_1; ect <= ICS_ECN_ECT_0; ect++) {
            IcsPacket *packet = packet_of(*state, (uint8_t)(0x48 | ect), (uint16_t)identification);
            assert_true(ics_ecn_mark(packet));
            assert_int_equal(packet->bytes[1], 0x48 | ICS_ECN_CE);
            assert_int_equal(ics_slow_checksum_sum(packet->bytes, 20), 0xffff);
        }
    }
}

static void a_marked_packet_is_not_marked_again(void **state)
{
    IcsPacket *packet = packet_of(*state, ICS_ECN_CE, 9);
    uint8_t before[20];
    memcpy(before, packet->bytes, sizeof before);
    assert_false(ics_ecn_mark(packet));
    assert_memory_equal(packet->bytes, before, sizeof before);
}

static void a_copy_keeps_its_bytes(void **state)
{
    IcsPacket *packet = packet_of(*state, ICS_ECN_ECT_0, 9);
    IcsPacket *copy = ics_packet_copy(packet, 1, 1);
    assert_true(ics_ecn_mark(copy));
    assert_int_equal(packet->bytes[1], ICS_ECN_ECT_0);
    assert_int_equal(copy->bytes[1], ICS_ECN_CE);
    ics_packet_free(copy);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(only_packets_that_carry_ect_can_be_marked, setup, teardown),
        cmocka_unit_test_setup_teardown(a_mark_keeps_the_header_right, setup, teardown),
        cmocka_unit_test_setup_teardown(a_marked_packet_is_not_marked_again, setup, teardown),
        cmocka_unit_test_setup_teardown(a_copy_keeps_its_bytes, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
