/* What a host makes of IP packets, and the headers that it writes: RFC 791, RFC 1122 section 3.2.1,
 * RFC 6864. */
#include <cmocka.h>
#include <string.h>

#include "protocols/ip/ip_machine.h"
#include "tests/support/raw_packet.h"
#include "tests/support/slow_checksum.h"

#define HERE  ICS_RAW_ADDRESS(10, 0, 0, 1)
#define THERE ICS_RAW_ADDRESS(10, 0, 0, 2)

static const char data[] = "sixteen bytes...";
enum { DATA_BYTES = 16 };

static void make(IcsRawPacket *packet)
{
    ics_raw_packet_ipv4(packet, THERE, HERE, ICS_IPV4_PROTOCOL_UDP, data, DATA_BYTES);
}

static IcsIpVerdict judge_from(const IcsRawPacket *packet, bool from_loopback)
{
    IcsIpv4Header header;
    return ics_ip_machine_input(packet->bytes, packet->n, from_loopback, &header);
}

static IcsIpVerdict judge(const IcsRawPacket *packet)
{
    return judge_from(packet, false);
}

/* With byte `at` changed and the checksum made good again. */
static IcsIpVerdict judge_with(size_t at, uint8_t value)
{
    IcsRawPacket packet;
    make(&packet);
    packet.bytes[at] = value;
    ics_raw_packet_seal_ip(&packet);
    return judge(&packet);
}

static IcsIpVerdict judge_source(uint32_t source, bool from_loopback)
{
    IcsRawPacket packet;
    ics_raw_packet_ipv4(&packet, source, HERE, ICS_IPV4_PROTOCOL_UDP, data, DATA_BYTES);
    return judge_from(&packet, from_loopback);
}

static void a_good_packet_is_delivered_with_its_header(void **state)
{
    (void)state;
    IcsRawPacket packet;
    IcsIpv4Header header;
    make(&packet);
    assert_int_equal(ics_ip_machine_input(packet.bytes, packet.n, false, &header),
                     ICS_IP_VERDICT_DELIVER);
    assert_int_equal(header.source, THERE);
    assert_int_equal(header.destination, HERE);
    assert_int_equal(header.total_length, 20 + DATA_BYTES);
    assert_int_equal(header.header_bytes, 20);
    assert_int_equal(header.protocol, ICS_IPV4_PROTOCOL_UDP);
    assert_int_equal(header.ttl, 64);
}

static void a_packet_without_data_is_delivered(void **state)
{
    (void)state;
    IcsRawPacket packet;
    ics_raw_packet_ipv4(&packet, THERE, HERE, ICS_IPV4_PROTOCOL_UDP, NULL, 0);
    assert_int_equal(judge(&packet), ICS_IP_VERDICT_DELIVER);
}

static void a_version_other_than_4_is_a_bad_header(void **state)
{
    (void)state;
    assert_int_equal(judge_with(0, 0x65), ICS_IP_VERDICT_BAD_HEADER);
    assert_int_equal(judge_with(0, 0x05), ICS_IP_VERDICT_BAD_HEADER);
}

static void a_header_length_under_20_bytes_is_a_bad_header(void **state)
{
    (void)state;
    assert_int_equal(judge_with(0, 0x44), ICS_IP_VERDICT_BAD_HEADER);
    assert_int_equal(judge_with(0, 0x40), ICS_IP_VERDICT_BAD_HEADER);
}

static void a_header_longer_than_the_packet_is_a_bad_header(void **state)
{
    (void)state;
    assert_int_equal(judge_with(0, 0x4f), ICS_IP_VERDICT_BAD_HEADER);
}

static void a_packet_cut_at_any_byte_is_a_bad_header(void **state)
{
    (void)state;
    IcsRawPacket packet;
    make(&packet);
    for (size_t n = packet.n; n-- > 0;) {
        packet.n = n;
        assert_int_equal(judge(&packet), ICS_IP_VERDICT_BAD_HEADER);
    }
}

static void a_total_length_under_the_headers_is_a_bad_header(void **state)
{
    (void)state;
    assert_int_equal(judge_with(3, 19), ICS_IP_VERDICT_BAD_HEADER);
    assert_int_equal(judge_with(3, 20), ICS_IP_VERDICT_DELIVER);
    assert_int_equal(judge_with(3, 20 + DATA_BYTES + 1), ICS_IP_VERDICT_BAD_HEADER);
}

static void every_single_bit_error_of_the_header_is_caught(void **state)
{
    (void)state;
    for (size_t bit = 0; bit < 160; bit++) {
        IcsRawPacket packet;
        make(&packet);
        packet.bytes[bit / 8] ^= (uint8_t)(0x80 >> bit % 8);
        assert_int_not_equal(judge(&packet), ICS_IP_VERDICT_DELIVER);
    }
}

static void a_wrong_checksum_is_told_from_other_faults(void **state)
{
    (void)state;
    IcsRawPacket packet;
    make(&packet);
    packet.bytes[11] ^= 1;
    assert_int_equal(judge(&packet), ICS_IP_VERDICT_BAD_CHECKSUM);
}

static void data_are_not_covered_by_the_checksum(void **state)
{
    (void)state;
    IcsRawPacket packet;
    make(&packet);
    packet.bytes[25] ^= 0xff;
    assert_int_equal(judge(&packet), ICS_IP_VERDICT_DELIVER);
}

static void padding_of_the_link_is_no_fault(void **state)
{
    (void)state;
    IcsRawPacket packet;
    IcsIpv4Header header;
    make(&packet);
    ics_raw_packet_pad(&packet, 30);
    assert_int_equal(ics_ip_machine_input(packet.bytes, packet.n, false, &header),
                     ICS_IP_VERDICT_DELIVER);
    assert_int_equal(header.total_length, 20 + DATA_BYTES);
}

static void options_are_skipped(void **state)
{
    (void)state;
    static const uint8_t options[40] = {0x94, 0x04, 0, 0, 1, 1, 1, 1}; /* router alert, NOPs, end */
    for (size_t n = 4; n <= sizeof options; n += 4) {
        IcsRawPacket packet;
        IcsIpv4Header header;
        make(&packet);
        ics_raw_packet_insert_options(&packet, options, n);
        assert_int_equal(ics_ip_machine_input(packet.bytes, packet.n, false, &header),
                         ICS_IP_VERDICT_DELIVER);
        assert_int_equal(header.header_bytes, 20 + n);
        assert_int_equal(header.total_length, 20 + n + DATA_BYTES);
        assert_memory_equal(packet.bytes + header.header_bytes, data, DATA_BYTES);
    }
}

static void a_source_that_is_no_single_host_is_refused(void **state)
{
    (void)state;
    assert_int_equal(judge_source(ICS_RAW_ADDRESS(223, 255, 255, 255), false),
                     ICS_IP_VERDICT_DELIVER);
    assert_int_equal(judge_source(ICS_RAW_ADDRESS(224, 0, 0, 0), false), ICS_IP_VERDICT_BAD_SOURCE);
    assert_int_equal(judge_source(ICS_RAW_ADDRESS(239, 255, 255, 255), false),
                     ICS_IP_VERDICT_BAD_SOURCE);
    assert_int_equal(judge_source(ICS_RAW_ADDRESS(255, 255, 255, 255), false),
                     ICS_IP_VERDICT_BAD_SOURCE);
    assert_int_equal(judge_source(ICS_RAW_ADDRESS(255, 255, 255, 255), true),
                     ICS_IP_VERDICT_BAD_SOURCE);
}

static void loopback_addresses_come_from_inside_only(void **state)
{
    (void)state;
    assert_int_equal(judge_source(ICS_RAW_ADDRESS(127, 0, 0, 1), false), ICS_IP_VERDICT_BAD_SOURCE);
    assert_int_equal(judge_source(ICS_RAW_ADDRESS(127, 255, 0, 9), false),
                     ICS_IP_VERDICT_BAD_SOURCE);
    assert_int_equal(judge_source(ICS_RAW_ADDRESS(127, 0, 0, 1), true), ICS_IP_VERDICT_DELIVER);
    assert_int_equal(judge_source(ICS_RAW_ADDRESS(126, 255, 255, 255), false),
                     ICS_IP_VERDICT_DELIVER);
    assert_int_equal(judge_source(ICS_RAW_ADDRESS(128, 0, 0, 0), false), ICS_IP_VERDICT_DELIVER);
}

static void fragments_are_told_from_whole_datagrams(void **state)
{
    (void)state;
    assert_int_equal(judge_with(6, 0x20), ICS_IP_VERDICT_FRAGMENT); /* first: more follow */
    assert_int_equal(judge_with(7, 0x01), ICS_IP_VERDICT_FRAGMENT); /* last: an offset of 8 */
    assert_int_equal(judge_with(6, 0x40), ICS_IP_VERDICT_DELIVER);  /* don't fragment */
    assert_int_equal(judge_with(6, 0x80), ICS_IP_VERDICT_DELIVER);  /* reserved: ignored */
}

static void a_bad_source_goes_before_a_fragment(void **state)
{
    (void)state;
    IcsRawPacket packet;
    ics_raw_packet_ipv4(&packet, ICS_RAW_ADDRESS(224, 0, 0, 1), HERE, 17, data, DATA_BYTES);
    packet.bytes[6] = 0x20;
    ics_raw_packet_seal_ip(&packet);
    assert_int_equal(judge(&packet), ICS_IP_VERDICT_BAD_SOURCE);
}

static void any_time_to_live_is_good_enough_for_the_destination(void **state)
{
    (void)state;
    assert_int_equal(judge_with(8, 0), ICS_IP_VERDICT_DELIVER); /* RFC 1122, section 3.2.1.7 */
    assert_int_equal(judge_with(8, 1), ICS_IP_VERDICT_DELIVER);
    assert_int_equal(judge_with(8, 255), ICS_IP_VERDICT_DELIVER);
}

static void a_header_is_written_as_the_rfc_draws_it(void **state)
{
    (void)state;
    IcsIpRequest request = {
        .source = HERE, .destination = THERE, .protocol = ICS_IPV4_PROTOCOL_UDP, .tos = 0xb8};
    uint16_t identification = 0x1234;
    uint8_t bytes[20];
    ics_ip_machine_emit(&request, &identification, 100, bytes);
    static const uint8_t expected[10] = {0x45, 0xb8, 0, 120, 0x12, 0x34, 0, 0, 64, 17};
    assert_memory_equal(bytes, expected, sizeof expected);
    assert_int_equal(ics_raw_get32(bytes + 12), HERE);
    assert_int_equal(ics_raw_get32(bytes + 16), THERE);
    assert_int_equal(ics_slow_checksum_sum(bytes, sizeof bytes), 0xffff);
}

static void identifications_count_up_and_wrap_around(void **state)
{
    (void)state;
    IcsIpRequest request = {.source = HERE, .destination = THERE};
    uint16_t identification = 0xfffe;
    static const uint16_t expected[] = {0xfffe, 0xffff, 0, 1};
    for (int i = 0; i < 4; i++) {
        uint8_t bytes[20];
        ics_ip_machine_emit(&request, &identification, 0, bytes);
        assert_int_equal(ics_raw_get16(bytes + 4), expected[i]);
        assert_int_equal(ics_slow_checksum_sum(bytes, sizeof bytes), 0xffff);
    }
}

static void an_atomic_datagram_uses_no_identification(void **state)
{
    (void)state;
    IcsIpRequest request = {.source = HERE, .destination = THERE, .dont_fragment = true};
    uint16_t identification = 77;
    uint8_t bytes[20];
    ics_ip_machine_emit(&request, &identification, 0, bytes);
    assert_int_equal(ics_raw_get16(bytes + 4), 0);
    assert_int_equal(bytes[6], 0x40);
    assert_int_equal(identification, 77);
}

static void a_time_to_live_can_be_asked_for(void **state)
{
    (void)state;
    IcsIpRequest request = {.source = HERE, .destination = THERE, .ttl = 1};
    uint16_t identification = 0;
    uint8_t bytes[20];
    ics_ip_machine_emit(&request, &identification, 0, bytes);
    assert_int_equal(bytes[8], 1);
}

static void the_longest_packet_has_65535_bytes(void **state)
{
    (void)state;
    IcsIpRequest request = {.source = HERE, .destination = THERE};
    uint16_t identification = 0;
    uint8_t bytes[20];
    ics_ip_machine_emit(&request, &identification, 65515, bytes);
    assert_int_equal(ics_raw_get16(bytes + 2), 65535);
    assert_int_equal(ics_slow_checksum_sum(bytes, sizeof bytes), 0xffff);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_good_packet_is_delivered_with_its_header),
        cmocka_unit_test(a_packet_without_data_is_delivered),
        cmocka_unit_test(a_version_other_than_4_is_a_bad_header),
        cmocka_unit_test(a_header_length_under_20_bytes_is_a_bad_header),
        cmocka_unit_test(a_header_longer_than_the_packet_is_a_bad_header),
        cmocka_unit_test(a_packet_cut_at_any_byte_is_a_bad_header),
        cmocka_unit_test(a_total_length_under_the_headers_is_a_bad_header),
        cmocka_unit_test(every_single_bit_error_of_the_header_is_caught),
        cmocka_unit_test(a_wrong_checksum_is_told_from_other_faults),
        cmocka_unit_test(data_are_not_covered_by_the_checksum),
        cmocka_unit_test(padding_of_the_link_is_no_fault),
        cmocka_unit_test(options_are_skipped),
        cmocka_unit_test(a_source_that_is_no_single_host_is_refused),
        cmocka_unit_test(loopback_addresses_come_from_inside_only),
        cmocka_unit_test(fragments_are_told_from_whole_datagrams),
        cmocka_unit_test(a_bad_source_goes_before_a_fragment),
        cmocka_unit_test(any_time_to_live_is_good_enough_for_the_destination),
        cmocka_unit_test(a_header_is_written_as_the_rfc_draws_it),
        cmocka_unit_test(identifications_count_up_and_wrap_around),
        cmocka_unit_test(an_atomic_datagram_uses_no_identification),
        cmocka_unit_test(a_time_to_live_can_be_asked_for),
        cmocka_unit_test(the_longest_packet_has_65535_bytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
