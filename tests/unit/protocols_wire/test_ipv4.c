#include <cmocka.h>
#include <glib.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include "protocols/wire/ipv4.h"
#include "tests/support/slow_checksum.h"
#include "tests/support/splitmix.h"

/* The example that textbooks and Wikipedia ("Internet checksum") work out by hand: the words sum to
 * 2479c, folded 479e, complement b861. UDP from 192.168.0.1 to 192.168.0.199. */
static const uint8_t textbook[] = {0x45, 0x00, 0x00, 0x73, 0x00, 0x00, 0x40, 0x00, 0x40, 0x11,
                                   0xb8, 0x61, 0xc0, 0xa8, 0x00, 0x01, 0xc0, 0xa8, 0x00, 0xc7};

/* A packet of `n` bytes around the textbook's header, with a right checksum. */
static void textbook_packet(uint8_t *bytes, size_t n)
{
    memset(bytes, 0x5a, n);
    memcpy(bytes, textbook, sizeof textbook);
}

static void reseal(uint8_t *bytes)
{
    ics_bytes_store_be16(bytes + 10, 0);
    ics_bytes_store_be16(bytes + 10,
                         (uint16_t)~ics_slow_checksum_sum(bytes, (size_t)(bytes[0] & 15) * 4));
}

static void assert_headers_equal(const IcsIpv4Header *a, const IcsIpv4Header *b)
{
    assert_true(a->source == b->source && a->destination == b->destination);
    assert_int_equal(a->total_length, b->total_length);
    assert_int_equal(a->identification, b->identification);
    assert_int_equal(a->fragment_offset, b->fragment_offset);
    assert_int_equal(a->tos, b->tos);
    assert_int_equal(a->flags, b->flags);
    assert_int_equal(a->ttl, b->ttl);
    assert_int_equal(a->protocol, b->protocol);
    assert_int_equal(a->header_bytes, b->header_bytes);
}

static IcsIpv4Header plain_header(void)
{
    IcsIpv4Header header = {
        .source = 0x0a000001,
        .destination = 0x0a000002,
        .total_length = 20,
        .ttl = 64,
        .protocol = ICS_IPV4_PROTOCOL_UDP,
        .header_bytes = 20,
    };
    return header;
}

static void assert_round_trip(const IcsIpv4Header *header)
{
    static uint8_t bytes[ICS_IPV4_PACKET_MAX_BYTES];
    IcsIpv4Header back;
    ics_ipv4_emit(header, bytes);
    assert_int_equal(ics_slow_checksum_sum(bytes, 20), 0xffff);
    assert_int_equal(ics_ipv4_parse(bytes, sizeof bytes, &back), ICS_IPV4_OK);
    assert_headers_equal(header, &back);
    assert_int_equal(back.checksum, ics_bytes_load_be16(bytes + 10));
}

static void the_textbook_header_is_read(void **state)
{
    (void)state;
    uint8_t bytes[0x73];
    IcsIpv4Header header;
    textbook_packet(bytes, sizeof bytes);
    assert_int_equal(ics_ipv4_parse(bytes, sizeof bytes, &header), ICS_IPV4_OK);
    const IcsIpv4Header expected = {
        .source = 0xc0a80001,
        .destination = 0xc0a800c7,
        .total_length = 0x73,
        .flags = ICS_IPV4_FLAG_DONT_FRAGMENT,
        .ttl = 64,
        .protocol = 17,
        .header_bytes = 20,
    };
    assert_headers_equal(&header, &expected);
    assert_int_equal(header.checksum, 0xb861);
}

static void the_textbook_header_is_written_byte_for_byte(void **state)
{
    (void)state;
    uint8_t bytes[0x73], again[20];
    IcsIpv4Header header;
    textbook_packet(bytes, sizeof bytes);
    assert_int_equal(ics_ipv4_parse(bytes, sizeof bytes, &header), ICS_IPV4_OK);
    header.checksum = 0xdead; /* is computed, not copied */
    ics_ipv4_emit(&header, again);
    assert_memory_equal(again, textbook, sizeof textbook);
}

static void the_view_shows_what_the_value_holds(void **state)
{
    (void)state;
    IcsIpv4Header header = {0xc0a80001, 0xe0000001, 1234, 0xbeef, 65528, 0, 0xb9, 5, 7, 2, 20};
    uint8_t bytes[20];
    ics_ipv4_emit(&header, bytes);
    assert_int_equal(ics_ipv4_view_header_bytes(bytes), 20);
    assert_int_equal(ics_ipv4_view_tos(bytes), 0xb9);
    assert_int_equal(ics_ipv4_view_total_length(bytes), 1234);
    assert_int_equal(ics_ipv4_view_identification(bytes), 0xbeef);
    assert_int_equal(ics_ipv4_view_flags(bytes), 5);
    assert_int_equal(ics_ipv4_view_fragment_offset(bytes), 65528);
    assert_int_equal(ics_ipv4_view_ttl(bytes), 7);
    assert_int_equal(ics_ipv4_view_protocol(bytes), 2);
    assert_int_equal(ics_ipv4_view_checksum(bytes), ics_bytes_load_be16(bytes + 10));
    assert_true(ics_ipv4_view_source(bytes) == 0xc0a80001);
    assert_true(ics_ipv4_view_destination(bytes) == 0xe0000001);
}

static void every_value_of_every_octet_field_survives(void **state)
{
    (void)state;
    for (int value = 0; value <= 255; value++) {
        IcsIpv4Header header = plain_header();
        header.tos = (uint8_t)value;
        assert_round_trip(&header);
        header.ttl = (uint8_t)value;
        assert_round_trip(&header);
        header.protocol = (uint8_t)value;
        assert_round_trip(&header);
        header.source = (uint32_t)value << 24 | (uint32_t)value;
        assert_round_trip(&header);
        header.destination = (uint32_t)value << 16 | (uint32_t)value << 8;
        assert_round_trip(&header);
    }
}

static void every_value_of_every_word_field_survives(void **state)
{
    (void)state;
    for (uint32_t value = 0; value <= 0xffff; value++) {
        IcsIpv4Header header = plain_header();
        header.identification = (uint16_t)value;
        header.total_length = (uint16_t)MAX(value, 20);
        header.fragment_offset = (uint16_t)(value & 0xfff8);
        header.flags = (uint8_t)(value & 7);
        assert_round_trip(&header);
    }
}

static void random_headers_survive(void **state)
{
    (void)state;
    uint64_t seed = 1;
    for (int round = 0; round < 20000; round++) {
        uint64_t a = ics_splitmix_next(&seed), b = ics_splitmix_next(&seed);
        uint64_t c = ics_splitmix_next(&seed);
        IcsIpv4Header header = {
            .source = (uint32_t)a,
            .destination = (uint32_t)(a >> 32),
            .total_length = (uint16_t)MAX(b & 0xffff, 20),
            .identification = (uint16_t)(b >> 16),
            .fragment_offset = (uint16_t)(b >> 32 & 0xfff8),
            .tos = (uint8_t)c,
            .flags = (uint8_t)(c >> 8 & 7),
            .ttl = (uint8_t)(c >> 16),
            .protocol = (uint8_t)(c >> 24),
            .header_bytes = 20,
        };
        assert_round_trip(&header);
    }
}

static void no_bytes_are_too_short(void **state)
{
    (void)state;
    IcsIpv4Header header;
    assert_int_equal(ics_ipv4_parse(NULL, 0, &header), ICS_IPV4_TOO_SHORT);
}

/* Each prefix in an allocation of its own size, so that the sanitizer sees a read behind it. */
static void every_cut_of_a_packet_is_refused(void **state)
{
    (void)state;
    uint8_t whole[40];
    IcsIpv4Header header = plain_header();
    header.total_length = sizeof whole;
    memset(whole, 0, sizeof whole);
    ics_ipv4_emit(&header, whole);
    for (size_t n = 1; n < sizeof whole; n++) {
        g_autofree uint8_t *cut = g_memdup2(whole, n);
        assert_int_equal(ics_ipv4_parse(cut, n, &header),
                         n < 20 ? ICS_IPV4_TOO_SHORT : ICS_IPV4_BAD_TOTAL_LENGTH);
    }
    assert_int_equal(ics_ipv4_parse(whole, sizeof whole, &header), ICS_IPV4_OK);
}

static void every_version_but_four_is_refused(void **state)
{
    (void)state;
    uint8_t bytes[0x73];
    IcsIpv4Header header;
    for (unsigned version = 0; version < 16; version++) {
        textbook_packet(bytes, sizeof bytes);
        bytes[0] = (uint8_t)(version << 4 | 5);
        reseal(bytes);
        assert_int_equal(ics_ipv4_parse(bytes, sizeof bytes, &header),
                         version == 4 ? ICS_IPV4_OK : ICS_IPV4_BAD_VERSION);
    }
}

static void a_header_length_under_five_words_is_refused(void **state)
{
    (void)state;
    uint8_t bytes[0x73];
    IcsIpv4Header header;
    for (unsigned words = 0; words < 5; words++) {
        textbook_packet(bytes, sizeof bytes);
        bytes[0] = (uint8_t)(0x40 | words);
        reseal(bytes);
        assert_int_equal(ics_ipv4_parse(bytes, sizeof bytes, &header), ICS_IPV4_BAD_HEADER_LENGTH);
    }
}

static void options_of_every_length_are_skipped(void **state)
{
    (void)state;
    uint8_t bytes[80];
    IcsIpv4Header header;
    for (size_t words = 5; words <= 15; words++) {
        textbook_packet(bytes, sizeof bytes);
        bytes[0] = (uint8_t)(0x40 | words);
        ics_bytes_store_be16(bytes + 2, sizeof bytes);
        reseal(bytes);
        assert_int_equal(ics_ipv4_parse(bytes, sizeof bytes, &header), ICS_IPV4_OK);
        assert_int_equal(header.header_bytes, 4 * words);
        bytes[4 * words - 1] ^= 1; /* the checksum covers the options, and only them */
        assert_int_equal(ics_ipv4_parse(bytes, sizeof bytes, &header), ICS_IPV4_BAD_CHECKSUM);
        bytes[4 * words - 1] ^= 1;
        bytes[4 * words] ^= 1;
        assert_int_equal(ics_ipv4_parse(bytes, sizeof bytes, &header), ICS_IPV4_OK);
    }
}

static void options_that_are_cut_off_are_too_short(void **state)
{
    (void)state;
    uint8_t bytes[60];
    IcsIpv4Header header;
    textbook_packet(bytes, sizeof bytes);
    bytes[0] = 0x4f;
    ics_bytes_store_be16(bytes + 2, 60);
    reseal(bytes);
    for (size_t n = 20; n < 60; n++) {
        g_autofree uint8_t *cut = g_memdup2(bytes, n);
        assert_int_equal(ics_ipv4_parse(cut, n, &header), ICS_IPV4_TOO_SHORT);
    }
    assert_int_equal(ics_ipv4_parse(bytes, 60, &header), ICS_IPV4_OK);
}

static void a_total_length_must_hold_the_header_and_fit_the_bytes(void **state)
{
    (void)state;
    uint8_t bytes[100];
    IcsIpv4Header header;
    for (unsigned length = 0; length <= 200; length++) {
        textbook_packet(bytes, sizeof bytes);
        bytes[0] = 0x46;
        ics_bytes_store_be16(bytes + 2, (uint16_t)length);
        reseal(bytes);
        assert_int_equal(ics_ipv4_parse(bytes, sizeof bytes, &header),
                         length < 24 || length > 100 ? ICS_IPV4_BAD_TOTAL_LENGTH : ICS_IPV4_OK);
    }
}

/* An Ethernet frame has at least 46 bytes of data; what pads a shorter packet is not part of it. */
static void padding_of_the_link_is_not_part_of_the_packet(void **state)
{
    (void)state;
    uint8_t bytes[46] = {0};
    IcsIpv4Header header = plain_header();
    header.total_length = 28;
    ics_ipv4_emit(&header, bytes);
    assert_int_equal(ics_ipv4_parse(bytes, sizeof bytes, &header), ICS_IPV4_OK);
    assert_int_equal(header.total_length, 28);
}

static void every_single_bit_error_in_the_header_is_found(void **state)
{
    (void)state;
    uint8_t bytes[0x73];
    IcsIpv4Header header;
    for (size_t bit = 0; bit < 160; bit++) {
        textbook_packet(bytes, sizeof bytes);
        bytes[bit / 8] ^= (uint8_t)(0x80 >> bit % 8);
        assert_int_not_equal(ics_ipv4_parse(bytes, sizeof bytes, &header), ICS_IPV4_OK);
    }
}

/* As Linux does: a damaged length that the checksum also catches is a bad checksum. */
static void a_damaged_total_length_counts_as_a_bad_checksum(void **state)
{
    (void)state;
    uint8_t bytes[0x73];
    IcsIpv4Header header;
    textbook_packet(bytes, sizeof bytes);
    bytes[2] ^= 0x80;
    assert_int_equal(ics_ipv4_parse(bytes, sizeof bytes, &header), ICS_IPV4_BAD_CHECKSUM);
}

/* Identification chosen so that the words sum to ffff: the checksum is 0000, and ffff, the other
 * zero, is right too (RFC 1624, section 3). */
static void both_zeros_are_right_checksums(void **state)
{
    (void)state;
    uint8_t bytes[20];
    IcsIpv4Header header = plain_header();
    ics_ipv4_emit(&header, bytes);
    header.identification = ics_bytes_load_be16(bytes + 10);
    ics_ipv4_emit(&header, bytes);
    assert_int_equal(ics_bytes_load_be16(bytes + 10), 0x0000);
    assert_int_equal(ics_ipv4_parse(bytes, sizeof bytes, &header), ICS_IPV4_OK);
    ics_bytes_store_be16(bytes + 10, 0xffff);
    assert_int_equal(ics_ipv4_parse(bytes, sizeof bytes, &header), ICS_IPV4_OK);
}

static void a_refused_packet_leaves_the_header_alone(void **state)
{
    (void)state;
    uint8_t bytes[0x73];
    IcsIpv4Header header = plain_header(), before = header;
    textbook_packet(bytes, sizeof bytes);
    bytes[19] ^= 1;
    assert_int_equal(ics_ipv4_parse(bytes, sizeof bytes, &header), ICS_IPV4_BAD_CHECKSUM);
    assert_headers_equal(&header, &before);
}

static void a_quoted_header_may_be_cut_and_carry_a_stale_checksum(void **state)
{
    (void)state;
    uint8_t bytes[28];
    IcsIpv4Header header;
    textbook_packet(bytes, sizeof bytes);
    bytes[8]--; /* a router decremented the TTL before it quoted */
    assert_int_equal(ics_ipv4_parse(bytes, sizeof bytes, &header), ICS_IPV4_BAD_CHECKSUM);
    assert_int_equal(ics_ipv4_parse_quoted(bytes, sizeof bytes, &header), ICS_IPV4_OK);
    assert_int_equal(header.total_length, 0x73);
    assert_int_equal(header.ttl, 63);
    assert_int_equal(ics_ipv4_parse_quoted(bytes, 19, &header), ICS_IPV4_TOO_SHORT);
    ics_bytes_store_be16(bytes + 2, 19);
    assert_int_equal(ics_ipv4_parse_quoted(bytes, sizeof bytes, &header),
                     ICS_IPV4_BAD_TOTAL_LENGTH);
}

static void forwarding_down_to_zero_keeps_the_checksum_right(void **state)
{
    (void)state;
    IcsIpv4Header header = plain_header();
    for (uint32_t identification = 0; identification <= 0xffff; identification += 257) {
        uint8_t forwarded[20], fresh[20];
        header.identification = (uint16_t)identification;
        header.ttl = 255;
        ics_ipv4_emit(&header, forwarded);
        for (int ttl = 254; ttl >= 0; ttl--) {
            assert_int_equal(ics_ipv4_decrement_ttl(forwarded), ttl);
            header.ttl = (uint8_t)ttl;
            ics_ipv4_emit(&header, fresh);
            assert_memory_equal(forwarded, fresh, sizeof fresh);
        }
    }
}

/* The case for which RFC 1141 gives ffff: the new header's checksum is 0000. */
static void forwarding_into_the_zero_checksum_gives_zero(void **state)
{
    (void)state;
    uint8_t bytes[20];
    IcsIpv4Header header = plain_header();
    header.ttl = 63;
    ics_ipv4_emit(&header, bytes);
    header.identification = ics_bytes_load_be16(bytes + 10);
    header.ttl = 64;
    ics_ipv4_emit(&header, bytes);
    assert_int_equal(ics_ipv4_decrement_ttl(bytes), 63);
    assert_int_equal(ics_bytes_load_be16(bytes + 10), 0x0000);
}

static void every_result_has_its_name(void **state)
{
    (void)state;
    assert_string_equal(ics_ipv4_result_name(ICS_IPV4_OK), "ok");
    assert_string_equal(ics_ipv4_result_name(ICS_IPV4_TOO_SHORT), "too-short");
    assert_string_equal(ics_ipv4_result_name(ICS_IPV4_BAD_VERSION), "bad-version");
    assert_string_equal(ics_ipv4_result_name(ICS_IPV4_BAD_HEADER_LENGTH), "bad-header-length");
    assert_string_equal(ics_ipv4_result_name(ICS_IPV4_BAD_CHECKSUM), "bad-checksum");
    assert_string_equal(ics_ipv4_result_name(ICS_IPV4_BAD_TOTAL_LENGTH), "bad-total-length");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_textbook_header_is_read),
        cmocka_unit_test(the_textbook_header_is_written_byte_for_byte),
        cmocka_unit_test(the_view_shows_what_the_value_holds),
        cmocka_unit_test(every_value_of_every_octet_field_survives),
        cmocka_unit_test(every_value_of_every_word_field_survives),
        cmocka_unit_test(random_headers_survive),
        cmocka_unit_test(no_bytes_are_too_short),
        cmocka_unit_test(every_cut_of_a_packet_is_refused),
        cmocka_unit_test(every_version_but_four_is_refused),
        cmocka_unit_test(a_header_length_under_five_words_is_refused),
        cmocka_unit_test(options_of_every_length_are_skipped),
        cmocka_unit_test(options_that_are_cut_off_are_too_short),
        cmocka_unit_test(a_total_length_must_hold_the_header_and_fit_the_bytes),
        cmocka_unit_test(padding_of_the_link_is_not_part_of_the_packet),
        cmocka_unit_test(every_single_bit_error_in_the_header_is_found),
        cmocka_unit_test(a_damaged_total_length_counts_as_a_bad_checksum),
        cmocka_unit_test(both_zeros_are_right_checksums),
        cmocka_unit_test(a_refused_packet_leaves_the_header_alone),
        cmocka_unit_test(a_quoted_header_may_be_cut_and_carry_a_stale_checksum),
        cmocka_unit_test(forwarding_down_to_zero_keeps_the_checksum_right),
        cmocka_unit_test(forwarding_into_the_zero_checksum_gives_zero),
        cmocka_unit_test(every_result_has_its_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
