#include <cmocka.h>
#include <glib.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include "protocols/wire/udp.h"
#include "tests/support/slow_checksum.h"
#include "tests/support/splitmix.h"

/* The first datagram of Wireshark's sample capture dns.cap: 192.168.170.8:32795 asks
 * 192.168.170.20:53 for google.com TXT. Checksum 85ed. */
enum { DNS_SOURCE = 0xc0a8aa08, DNS_DESTINATION = 0xc0a8aa14 };
static const uint8_t dns[] = {
    0x80, 0x1b, 0x00, 0x35, 0x00, 0x24, 0x85, 0xed, 0x10, 0x32, 0x01, 0x00,
    0x00, 0x01, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x06, 0x67, 0x6f, 0x6f,
    0x67, 0x6c, 0x65, 0x03, 0x63, 0x6f, 0x6d, 0x00, 0x00, 0x10, 0x00, 0x01,
};

enum { SOURCE = 0x0a000001, DESTINATION = 0x0a000002 };

static IcsUdpResult parse(const uint8_t *bytes, size_t n, IcsUdpHeader *header)
{
    return ics_udp_parse(bytes, n, SOURCE, DESTINATION, header);
}

static void the_captured_datagram_is_read(void **state)
{
    (void)state;
    IcsUdpHeader header;
    assert_int_equal(ics_udp_parse(dns, sizeof dns, DNS_SOURCE, DNS_DESTINATION, &header),
                     ICS_UDP_OK);
    assert_int_equal(header.source_port, 32795);
    assert_int_equal(header.destination_port, 53);
    assert_int_equal(header.length, sizeof dns);
    assert_int_equal(header.checksum, 0x85ed);
}

static void the_captured_datagram_is_written_byte_for_byte(void **state)
{
    (void)state;
    uint8_t in_place[sizeof dns], copied[sizeof dns];
    IcsUdpHeader header = {32795, 53, sizeof dns, 0xdead};
    memset(in_place, 0xff, 8);
    memcpy(in_place + 8, dns + 8, sizeof dns - 8);
    ics_udp_emit(&header, DNS_SOURCE, DNS_DESTINATION, in_place);
    assert_memory_equal(in_place, dns, sizeof dns);
    memset(copied, 0xff, sizeof copied);
    ics_udp_emit_copy(&header, DNS_SOURCE, DNS_DESTINATION, dns + 8, copied);
    assert_memory_equal(copied, dns, sizeof dns);
}

/* By hand: 0a00 + 0001 + 0a00 + 0002 + 0011 + 0009 (pseudo header), 0001 + 0002 + 0009 (header),
 * 4100 (the "A", padded) = 5529; complement aad6. */
static void a_datagram_of_one_byte_has_the_checksum_worked_out_by_hand(void **state)
{
    (void)state;
    uint8_t bytes[9];
    IcsUdpHeader header = {1, 2, 9, 0};
    ics_udp_emit_copy(&header, SOURCE, DESTINATION, (const uint8_t *)"A", bytes);
    static const uint8_t expected[] = {0x00, 0x01, 0x00, 0x02, 0x00, 0x09, 0xaa, 0xd6, 'A'};
    assert_memory_equal(bytes, expected, sizeof bytes);
}

static void the_view_shows_what_the_value_holds(void **state)
{
    (void)state;
    assert_int_equal(ics_udp_view_source_port(dns), 32795);
    assert_int_equal(ics_udp_view_destination_port(dns), 53);
    assert_int_equal(ics_udp_view_length(dns), 36);
    assert_int_equal(ics_udp_view_checksum(dns), 0x85ed);
}

static void every_payload_length_survives_and_agrees_with_the_slow_checksum(void **state)
{
    (void)state;
    uint8_t payload[600], copied[608], in_place[608];
    uint64_t seed = 1;
    ics_splitmix_fill(&seed, payload, sizeof payload);
    for (unsigned n = 0; n <= sizeof payload; n++) {
        IcsUdpHeader header = {0xfedc, 0x0123, (uint16_t)(8 + n), 0}, back;
        ics_udp_emit_copy(&header, SOURCE, DESTINATION, payload, copied);
        memcpy(in_place + 8, payload, n);
        ics_udp_emit(&header, SOURCE, DESTINATION, in_place);
        assert_memory_equal(in_place, copied, 8 + n);
        assert_int_equal(
            ics_slow_checksum_transport(SOURCE, DESTINATION, 17, copied, header.length), 0);
        assert_int_equal(parse(copied, header.length, &back), ICS_UDP_OK);
        assert_int_equal(back.source_port, 0xfedc);
        assert_int_equal(back.destination_port, 0x0123);
        assert_int_equal(back.length, header.length);
        assert_memory_equal(copied + 8, payload, n);
    }
}

static void every_port_survives(void **state)
{
    (void)state;
    uint8_t bytes[8];
    for (uint32_t port = 0; port <= 65535; port++) {
        IcsUdpHeader header = {(uint16_t)port, (uint16_t)~port, 8, 0}, back;
        ics_udp_emit(&header, SOURCE, DESTINATION, bytes);
        assert_int_equal(parse(bytes, 8, &back), ICS_UDP_OK);
        assert_int_equal(back.source_port, port);
        assert_int_equal(back.destination_port, 65535 - port);
    }
}

static void the_largest_datagram_survives(void **state)
{
    (void)state;
    g_autofree uint8_t *payload = g_malloc(ICS_UDP_PAYLOAD_MAX_BYTES);
    g_autofree uint8_t *bytes = g_malloc(8 + ICS_UDP_PAYLOAD_MAX_BYTES);
    IcsUdpHeader header = {1, 2, 8 + ICS_UDP_PAYLOAD_MAX_BYTES, 0}, back;
    assert_int_equal(ICS_UDP_PAYLOAD_MAX_BYTES, 65507);
    memset(payload, 0xff, ICS_UDP_PAYLOAD_MAX_BYTES);
    ics_udp_emit_copy(&header, SOURCE, DESTINATION, payload, bytes);
    assert_int_equal(parse(bytes, header.length, &back), ICS_UDP_OK);
    assert_int_equal(back.length, 65515);
    assert_int_equal(ics_slow_checksum_transport(SOURCE, DESTINATION, 17, bytes, back.length), 0);
}

/* A payload word that makes the sum ffff: the checksum comes out as 0, which would say "none". */
static void a_checksum_of_zero_is_sent_as_all_ones(void **state)
{
    (void)state;
    uint8_t bytes[10] = {0};
    IcsUdpHeader header = {1, 2, 10, 0}, back;
    ics_udp_emit(&header, SOURCE, DESTINATION, bytes);
    memcpy(bytes + 8, bytes + 6, 2);
    ics_udp_emit(&header, SOURCE, DESTINATION, bytes);
    assert_int_equal(ics_udp_view_checksum(bytes), 0xffff);
    assert_int_equal(parse(bytes, sizeof bytes, &back), ICS_UDP_OK);
    assert_int_equal(back.checksum, 0xffff);
    bytes[9] ^= 1;
    assert_int_equal(parse(bytes, sizeof bytes, &back), ICS_UDP_BAD_CHECKSUM);
}

static void a_datagram_without_checksum_is_accepted_whatever_it_holds(void **state)
{
    (void)state;
    uint8_t bytes[12] = {0};
    IcsUdpHeader header = {1, 2, 12, 0xdead}, back;
    ics_udp_emit_without_checksum(&header, bytes);
    static const uint8_t expected[] = {0, 1, 0, 2, 0, 12, 0, 0};
    assert_memory_equal(bytes, expected, sizeof expected);
    for (int value = 0; value <= 255; value++) {
        bytes[11] = (uint8_t)value;
        assert_int_equal(parse(bytes, sizeof bytes, &back), ICS_UDP_OK);
        assert_int_equal(back.checksum, 0);
    }
}

/* Every bit of the datagram; but a flip cannot make the checksum 0 here. */
static void every_single_bit_error_is_found(void **state)
{
    (void)state;
    uint8_t bytes[sizeof dns];
    IcsUdpHeader header;
    for (size_t bit = 0; bit < 8 * sizeof dns; bit++) {
        memcpy(bytes, dns, sizeof dns);
        bytes[bit / 8] ^= (uint8_t)(0x80 >> bit % 8);
        assert_int_not_equal(
            ics_udp_parse(bytes, sizeof bytes, DNS_SOURCE, DNS_DESTINATION, &header), ICS_UDP_OK);
    }
}

/* The pseudo header protects against misrouted datagrams (RFC 768). */
static void every_single_bit_error_of_the_addresses_is_found(void **state)
{
    (void)state;
    IcsUdpHeader header;
    for (int bit = 0; bit < 32; bit++) {
        assert_int_equal(
            ics_udp_parse(dns, sizeof dns, DNS_SOURCE ^ 1u << bit, DNS_DESTINATION, &header),
            ICS_UDP_BAD_CHECKSUM);
        assert_int_equal(
            ics_udp_parse(dns, sizeof dns, DNS_SOURCE, DNS_DESTINATION ^ 1u << bit, &header),
            ICS_UDP_BAD_CHECKSUM);
    }
}

/* The checksum's known blindness: words may change places. */
static void words_that_change_places_are_not_found(void **state)
{
    (void)state;
    uint8_t bytes[sizeof dns];
    IcsUdpHeader header;
    memcpy(bytes, dns, sizeof dns);
    memcpy(bytes + 20, dns + 22, 2);
    memcpy(bytes + 22, dns + 20, 2);
    assert_memory_not_equal(bytes, dns, sizeof dns);
    assert_int_equal(ics_udp_parse(bytes, sizeof bytes, DNS_SOURCE, DNS_DESTINATION, &header),
                     ICS_UDP_OK);
}

static void fewer_than_eight_bytes_are_too_short(void **state)
{
    (void)state;
    IcsUdpHeader header;
    assert_int_equal(parse(NULL, 0, &header), ICS_UDP_TOO_SHORT);
    for (size_t n = 1; n < 8; n++) {
        g_autofree uint8_t *cut = g_memdup2(dns, n);
        assert_int_equal(parse(cut, n, &header), ICS_UDP_TOO_SHORT);
    }
}

static void a_length_must_hold_the_header_and_fit_the_bytes(void **state)
{
    (void)state;
    uint8_t bytes[20] = {0};
    IcsUdpHeader header;
    for (uint32_t length = 0; length <= 65535; length++) {
        ics_bytes_store_be16(bytes + 4, (uint16_t)length);
        assert_int_equal(parse(bytes, sizeof bytes, &header),
                         length < 8 || length > sizeof bytes ? ICS_UDP_BAD_LENGTH : ICS_UDP_OK);
    }
}

static void what_stands_behind_the_length_is_ignored(void **state)
{
    (void)state;
    uint8_t bytes[sizeof dns + 5];
    IcsUdpHeader header;
    memcpy(bytes, dns, sizeof dns);
    memset(bytes + sizeof dns, 0xee, 5);
    assert_int_equal(ics_udp_parse(bytes, sizeof bytes, DNS_SOURCE, DNS_DESTINATION, &header),
                     ICS_UDP_OK);
    assert_int_equal(header.length, sizeof dns);
}

static void a_refused_datagram_leaves_the_header_alone(void **state)
{
    (void)state;
    IcsUdpHeader header = {1, 2, 3, 4};
    assert_int_equal(parse(dns, sizeof dns, &header), ICS_UDP_BAD_CHECKSUM);
    assert_int_equal(parse(dns, 7, &header), ICS_UDP_TOO_SHORT);
    assert_int_equal(parse(dns, 35, &header), ICS_UDP_BAD_LENGTH);
    assert_true(header.source_port == 1 && header.destination_port == 2);
    assert_true(header.length == 3 && header.checksum == 4);
}

static void an_empty_payload_may_be_null(void **state)
{
    (void)state;
    uint8_t bytes[8];
    IcsUdpHeader header = {7, 9, 8, 0}, back;
    ics_udp_emit_copy(&header, SOURCE, DESTINATION, NULL, bytes);
    assert_int_equal(parse(bytes, sizeof bytes, &back), ICS_UDP_OK);
}

static void every_result_has_its_name(void **state)
{
    (void)state;
    assert_string_equal(ics_udp_result_name(ICS_UDP_OK), "ok");
    assert_string_equal(ics_udp_result_name(ICS_UDP_TOO_SHORT), "too-short");
    assert_string_equal(ics_udp_result_name(ICS_UDP_BAD_LENGTH), "bad-length");
    assert_string_equal(ics_udp_result_name(ICS_UDP_BAD_CHECKSUM), "bad-checksum");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_captured_datagram_is_read),
        cmocka_unit_test(the_captured_datagram_is_written_byte_for_byte),
        cmocka_unit_test(a_datagram_of_one_byte_has_the_checksum_worked_out_by_hand),
        cmocka_unit_test(the_view_shows_what_the_value_holds),
        cmocka_unit_test(every_payload_length_survives_and_agrees_with_the_slow_checksum),
        cmocka_unit_test(every_port_survives),
        cmocka_unit_test(the_largest_datagram_survives),
        cmocka_unit_test(a_checksum_of_zero_is_sent_as_all_ones),
        cmocka_unit_test(a_datagram_without_checksum_is_accepted_whatever_it_holds),
        cmocka_unit_test(every_single_bit_error_is_found),
        cmocka_unit_test(every_single_bit_error_of_the_addresses_is_found),
        cmocka_unit_test(words_that_change_places_are_not_found),
        cmocka_unit_test(fewer_than_eight_bytes_are_too_short),
        cmocka_unit_test(a_length_must_hold_the_header_and_fit_the_bytes),
        cmocka_unit_test(what_stands_behind_the_length_is_ignored),
        cmocka_unit_test(a_refused_datagram_leaves_the_header_alone),
        cmocka_unit_test(an_empty_payload_may_be_null),
        cmocka_unit_test(every_result_has_its_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
