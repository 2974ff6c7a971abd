#include <cmocka.h>
#include <string.h>

#include "protocols/wire/tcp.h"
#include "tool/report/tcp_labels.h"

enum { A = 0x0a000001, B = 0x0a000002, PORT_A = 50000, PORT_B = 7, IP_BYTES = 20 };

typedef struct Fixture {
    IcsPacketPool *pool;
    IcsTcpLabels *labels;
} Fixture;

static int setup(void **state)
{
    Fixture *self = g_new0(Fixture, 1);
    self->pool = ics_packet_pool_new();
    self->labels = ics_tcp_labels_new();
    *state = self;
    return 0;
}

static int teardown(void **state)
{
    Fixture *self = *state;
    ics_tcp_labels_free(self->labels);
    ics_packet_pool_free(self->pool);
    g_free(self);
    return 0;
}

/* From A to B, or back, with n bytes of data. */
static void assert_label(const Fixture *self, bool back, IcsTcpHeader header, size_t n,
                         const char *expected)
{
    static const uint8_t data[2000];
    uint8_t segment[2100];
    IcsByteSpans payload = {.first = data, .first_bytes = n};
    header.source_port = back ? PORT_B : PORT_A;
    header.destination_port = back ? PORT_A : PORT_B;
    IcsIpv4Header ip = {.source = back ? B : A,
                        .destination = back ? A : B,
                        .protocol = ICS_IPV4_PROTOCOL_TCP,
                        .ttl = 64,
                        .header_bytes = IP_BYTES};
    size_t bytes = ics_tcp_emit(&header, ip.source, ip.destination, &payload, segment);
    ip.total_length = (uint16_t)(IP_BYTES + bytes);
    IcsPacket *packet = ics_packet_new(self->pool, ip.total_length);
    ics_ipv4_emit(&ip, packet->bytes);
    memcpy(packet->bytes + IP_BYTES, segment, bytes);
    g_autofree char *label = ics_tcp_labels_text(self->labels, packet, &ip);
    ics_packet_free(packet);
    assert_string_equal(label, expected);
}

static IcsTcpHeader header_of(uint8_t flags, uint32_t sequence, uint32_t ack, uint16_t window)
{
    return (IcsTcpHeader){
        .flags = flags, .sequence = sequence, .acknowledgement = ack, .window = window};
}

static IcsTcpHeader syn_of(uint8_t flags, uint32_t sequence, uint32_t ack, uint8_t scale)
{
    IcsTcpHeader header = header_of(flags, sequence, ack, 65535);
    header.options.has_window_scale = true;
    header.options.window_scale = scale;
    return header;
}

static void numbers_count_from_the_syns(void **state)
{
    const Fixture *self = *state;
    uint32_t a = UINT32_MAX - 10; /* it wraps around */
    uint32_t b = 5000;
    assert_label(self, false, syn_of(ICS_TCP_SYN, a, 0, 2), 0, "SYN win 65535");
    assert_label(self, true, syn_of(ICS_TCP_SYN | ICS_TCP_ACK, b, a + 1, 3), 0,
                 "SYN ack 1 win 65535");
    assert_label(self, false, header_of(ICS_TCP_ACK, a + 1, b + 1, 100), 0, "ack 1 win 400");
    assert_label(self, false, header_of(ICS_TCP_ACK | ICS_TCP_PSH, a + 1, b + 1, 100), 1460,
                 "1:1461 ack 1 win 400");
    assert_label(self, true, header_of(ICS_TCP_ACK, b + 1, a + 1461, 100), 0, "ack 1461 win 800");
    assert_label(self, true, header_of(ICS_TCP_ACK | ICS_TCP_FIN, b + 1, a + 1461, 0), 5,
                 "FIN 1:6 ack 1461 win 0");
    assert_label(self, false, header_of(ICS_TCP_RST, a + 1461, 0, 0), 0, "RST 1461");
}

static void windows_are_scaled_only_when_both_agree(void **state)
{
    const Fixture *self = *state;
    assert_label(self, false, syn_of(ICS_TCP_SYN, 10, 0, 2), 0, "SYN win 65535");
    assert_label(self, true, header_of(ICS_TCP_SYN | ICS_TCP_ACK, 20, 11, 65535), 0,
                 "SYN ack 1 win 65535");
    assert_label(self, false, header_of(ICS_TCP_ACK, 11, 21, 100), 0, "ack 1 win 100");
}

static void without_a_syn_the_wire_speaks(void **state)
{
    const Fixture *self = *state;
    assert_label(self, false, header_of(ICS_TCP_ACK | ICS_TCP_ECE, 11, 21, 100), 1,
                 "ECE 11:12 ack 21 win 100");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(numbers_count_from_the_syns, setup, teardown),
        cmocka_unit_test_setup_teardown(windows_are_scaled_only_when_both_agree, setup, teardown),
        cmocka_unit_test_setup_teardown(without_a_syn_the_wire_speaks, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
