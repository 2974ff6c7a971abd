#include <cmocka.h>
#include <glib.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include "protocols/wire/icmp.h"
#include "tests/support/slow_checksum.h"
#include "tests/support/splitmix.h"

/* The echo request that Windows' ping sends first: identifier 1, sequence 1, checksum 4d5a. */
static const uint8_t ping[] = {
    0x08, 0x00, 0x4d, 0x5a, 0x00, 0x01, 0x00, 0x01, 'a', 'b', 'c', 'd', 'e', 'f',
    'g',  'h',  'i',  'j',  'k',  'l',  'm',  'n',  'o', 'p', 'q', 'r', 's', 't',
    'u',  'v',  'w',  'a',  'b',  'c',  'd',  'e',  'f', 'g', 'h', 'i',
};

/* A UDP packet of `total` bytes with `options` bytes of header options. */
static void udp_packet(uint8_t *bytes, uint16_t total, uint8_t options)
{
    IcsIpv4Header header = {
        .source = 0x0a000001,
        .destination = 0x0a000002,
        .total_length = total,
        .identification = 0x1234,
        .ttl = 1,
        .protocol = ICS_IPV4_PROTOCOL_UDP,
        .header_bytes = 20,
    };
    uint64_t seed = total;
    ics_splitmix_fill(&seed, bytes, total);
    ics_ipv4_emit(&header, bytes);
    bytes[0] = (uint8_t)(bytes[0] + options / 4);
    ics_bytes_store_be16(bytes + 10, 0);
    ics_bytes_store_be16(bytes + 10, (uint16_t)~ics_slow_checksum_sum(bytes, 20u + options));
}

static void the_ping_is_read(void **state)
{
    (void)state;
    IcsIcmpMessage message;
    assert_int_equal(ics_icmp_parse(ping, sizeof ping, &message), ICS_ICMP_OK);
    assert_int_equal(message.type, ICS_ICMP_ECHO_REQUEST);
    assert_int_equal(message.code, 0);
    assert_int_equal(message.checksum, 0x4d5a);
    assert_int_equal(ics_icmp_echo_identifier(&message), 1);
    assert_int_equal(ics_icmp_echo_sequence(&message), 1);
    assert_ptr_equal(message.body, ping + 8);
    assert_int_equal(message.body_bytes, 32);
}

static void the_ping_is_written_byte_for_byte(void **state)
{
    (void)state;
    uint8_t bytes[sizeof ping];
    IcsIcmpMessage message = {
        .type = ICS_ICMP_ECHO_REQUEST,
        .rest = ics_icmp_rest_echo(1, 1),
        .checksum = 0xdead,
        .body = ping + 8,
        .body_bytes = 32,
    };
    memset(bytes, 0xff, sizeof bytes);
    assert_int_equal(ics_icmp_emit(&message, bytes), sizeof ping);
    assert_memory_equal(bytes, ping, sizeof ping);
}

/* RFC 792, p. 14: the reply is the request with another type. 0800 less in the sum is 0800 more in
 * the checksum: 4d5a becomes 555a. */
static void the_reply_to_the_ping_is_the_ping_with_type_zero(void **state)
{
    (void)state;
    uint8_t bytes[sizeof ping];
    IcsIcmpMessage message;
    memcpy(bytes, ping, sizeof ping);
    assert_int_equal(ics_icmp_parse(bytes, sizeof bytes, &message), ICS_ICMP_OK);
    message.type = ICS_ICMP_ECHO_REPLY;
    assert_int_equal(ics_icmp_emit(&message, bytes), sizeof ping); /* in place */
    static const uint8_t head[] = {0x00, 0x00, 0x55, 0x5a, 0x00, 0x01, 0x00, 0x01};
    assert_memory_equal(bytes, head, sizeof head);
    assert_memory_equal(bytes + 8, ping + 8, 32);
}

static void every_type_and_code_survives(void **state)
{
    (void)state;
    uint8_t bytes[8];
    for (unsigned type = 0; type <= 255; type++) {
        for (unsigned code = 0; code <= 255; code++) {
            IcsIcmpMessage message = {.type = (uint8_t)type, .code = (uint8_t)code}, back;
            message.rest = type * 0x01010101u ^ code;
            assert_int_equal(ics_icmp_emit(&message, bytes), 8);
            assert_int_equal(ics_icmp_parse(bytes, 8, &back), ICS_ICMP_OK);
            assert_true(back.type == type && back.code == code && back.rest == message.rest);
            assert_int_equal(back.body_bytes, 0);
        }
    }
}

static void every_body_length_survives_and_agrees_with_the_slow_checksum(void **state)
{
    (void)state;
    uint8_t body[300], bytes[308];
    uint64_t seed = 1;
    ics_splitmix_fill(&seed, body, sizeof body);
    for (size_t n = 0; n <= sizeof body; n++) {
        IcsIcmpMessage message = {.type = 8, .rest = 0x12345678, .body = body, .body_bytes = n};
        IcsIcmpMessage back;
        assert_int_equal(ics_icmp_emit(&message, bytes), 8 + n);
        assert_int_equal(ics_slow_checksum_sum(bytes, 8 + n), 0xffff);
        assert_int_equal(ics_icmp_parse(bytes, 8 + n, &back), ICS_ICMP_OK);
        assert_int_equal(back.body_bytes, n);
        assert_memory_equal(back.body, body, n);
    }
}

static void the_second_word_means_what_the_type_says(void **state)
{
    (void)state;
    IcsIcmpMessage message = {.rest = ics_icmp_rest_echo(0xfffe, 0x0001)};
    assert_int_equal(ics_icmp_echo_identifier(&message), 0xfffe);
    assert_int_equal(ics_icmp_echo_sequence(&message), 0x0001);
    message.rest = ics_icmp_rest_mtu(65535);
    assert_int_equal(ics_icmp_next_hop_mtu(&message), 65535);
    assert_int_equal(message.rest >> 16, 0);
    message.rest = ics_icmp_rest_pointer(255);
    assert_int_equal(ics_icmp_pointer(&message), 255);
    assert_int_equal(message.rest & 0xffffff, 0);
}

/* RFC 792, p. 8: type 12, the pointer in the first octet of the second word. RFC 1191, section 4:
 * the MTU in the last two. */
static void the_errors_words_stand_where_the_rfcs_draw_them(void **state)
{
    (void)state;
    uint8_t packet[28], bytes[36];
    udp_packet(packet, sizeof packet, 0);
    IcsIcmpMessage problem =
        ics_icmp_error(ICS_ICMP_PARAMETER_PROBLEM, 0, ics_icmp_rest_pointer(9), packet);
    ics_icmp_emit(&problem, bytes);
    assert_true(bytes[0] == 12 && bytes[4] == 9);
    IcsIcmpMessage too_big =
        ics_icmp_error(ICS_ICMP_DESTINATION_UNREACHABLE, ICS_ICMP_UNREACHABLE_FRAGMENTATION_NEEDED,
                       ics_icmp_rest_mtu(1400), packet);
    ics_icmp_emit(&too_big, bytes);
    static const uint8_t expected[] = {0x00, 0x00, 0x05, 0x78};
    assert_true(bytes[0] == 3 && bytes[1] == 4);
    assert_memory_equal(bytes + 4, expected, 4);
}

static void fewer_than_eight_bytes_are_too_short(void **state)
{
    (void)state;
    IcsIcmpMessage message;
    assert_int_equal(ics_icmp_parse(NULL, 0, &message), ICS_ICMP_TOO_SHORT);
    for (size_t n = 1; n < 8; n++) {
        g_autofree uint8_t *cut = g_memdup2(ping, n);
        assert_int_equal(ics_icmp_parse(cut, n, &message), ICS_ICMP_TOO_SHORT);
    }
}

static void every_single_bit_error_is_found(void **state)
{
    (void)state;
    uint8_t bytes[sizeof ping];
    IcsIcmpMessage message;
    for (size_t bit = 0; bit < 8 * sizeof ping; bit++) {
        memcpy(bytes, ping, sizeof ping);
        bytes[bit / 8] ^= (uint8_t)(0x80 >> bit % 8);
        assert_int_equal(ics_icmp_parse(bytes, sizeof bytes, &message), ICS_ICMP_BAD_CHECKSUM);
    }
}

static void all_zeros_are_a_bad_checksum(void **state)
{
    (void)state;
    static const uint8_t zeros[8];
    IcsIcmpMessage message;
    assert_int_equal(ics_icmp_parse(zeros, sizeof zeros, &message), ICS_ICMP_BAD_CHECKSUM);
}

/* An error about a packet of every size: the quote is the packet, as far as 576 bytes reach. */
static void an_error_quotes_what_fits_in_576_bytes(void **state)
{
    (void)state;
    uint8_t packet[1500], bytes[1508];
    for (uint16_t total = 28; total <= 1500; total++) {
        udp_packet(packet, total, 0);
        IcsIcmpMessage error = ics_icmp_error(ICS_ICMP_DESTINATION_UNREACHABLE,
                                              ICS_ICMP_UNREACHABLE_PORT, 0, packet),
                       back;
        IcsIcmpQuote quote;
        size_t n = ics_icmp_emit(&error, bytes);
        assert_int_equal(n + 20, MIN(20 + 8 + total, 576));
        assert_int_equal(ics_icmp_parse(bytes, n, &back), ICS_ICMP_OK);
        assert_memory_equal(back.body, packet, back.body_bytes);
        assert_int_equal(ics_icmp_parse_quote(&back, &quote), ICS_ICMP_OK);
        assert_int_equal(quote.header.total_length, total);
        assert_int_equal(quote.header.identification, 0x1234);
        assert_int_equal(quote.data_bytes, n - 8 - 20);
        assert_memory_equal(quote.data, packet + 20, quote.data_bytes);
    }
}

static void a_quote_of_a_packet_with_options_starts_behind_them(void **state)
{
    (void)state;
    uint8_t packet[100];
    IcsIcmpQuote quote;
    udp_packet(packet, sizeof packet, 40);
    IcsIcmpMessage error = ics_icmp_error(ICS_ICMP_TIME_EXCEEDED, ICS_ICMP_EXCEEDED_TTL, 0, packet);
    assert_int_equal(ics_icmp_parse_quote(&error, &quote), ICS_ICMP_OK);
    assert_int_equal(quote.header.header_bytes, 60);
    assert_ptr_equal(quote.data, packet + 60);
    assert_int_equal(quote.data_bytes, 40);
}

/* RFC 792 demands the header and 64 bits of data. */
static void a_quote_needs_the_header_and_eight_bytes(void **state)
{
    (void)state;
    uint8_t packet[100];
    udp_packet(packet, sizeof packet, 0);
    for (size_t n = 0; n <= sizeof packet; n++) {
        g_autofree uint8_t *body = g_memdup2(packet, n);
        IcsIcmpMessage error = {.type = 3, .body = body, .body_bytes = n};
        IcsIcmpQuote quote;
        assert_int_equal(ics_icmp_parse_quote(&error, &quote),
                         n < 28 ? ICS_ICMP_BAD_QUOTE : ICS_ICMP_OK);
        assert_true(n < 28 || quote.data_bytes == n - 20);
    }
}

static void a_short_packet_may_be_quoted_whole(void **state)
{
    (void)state;
    uint8_t packet[40];
    for (uint16_t total = 20; total < 28; total++) {
        udp_packet(packet, total, 0);
        IcsIcmpMessage error = ics_icmp_error(ICS_ICMP_TIME_EXCEEDED, 0, 0, packet);
        IcsIcmpQuote quote;
        assert_int_equal(ics_icmp_parse_quote(&error, &quote), ICS_ICMP_OK);
        assert_int_equal(quote.data_bytes, total - 20);
        error.body_bytes = sizeof packet; /* RFC 4884: routers pad, or append extensions */
        assert_int_equal(ics_icmp_parse_quote(&error, &quote), ICS_ICMP_OK);
        assert_int_equal(quote.data_bytes, total - 20);
    }
}

static void what_quotes_no_ipv4_packet_is_a_bad_quote(void **state)
{
    (void)state;
    uint8_t packet[40];
    IcsIcmpQuote quote;
    IcsIcmpMessage error = {.type = 3, .body = packet, .body_bytes = sizeof packet};
    udp_packet(packet, sizeof packet, 0);
    packet[0] = 0x65;
    assert_int_equal(ics_icmp_parse_quote(&error, &quote), ICS_ICMP_BAD_QUOTE);
    packet[0] = 0x44;
    assert_int_equal(ics_icmp_parse_quote(&error, &quote), ICS_ICMP_BAD_QUOTE);
    packet[0] = 0x45;
    ics_bytes_store_be16(packet + 2, 19);
    assert_int_equal(ics_icmp_parse_quote(&error, &quote), ICS_ICMP_BAD_QUOTE);
    IcsIcmpMessage empty = {.type = 3};
    assert_int_equal(ics_icmp_parse_quote(&empty, &quote), ICS_ICMP_BAD_QUOTE);
}

static void exactly_the_five_errors_are_errors(void **state)
{
    (void)state;
    for (unsigned type = 0; type <= 255; type++)
        assert_int_equal(ics_icmp_type_is_error((uint8_t)type),
                         type == 3 || type == 4 || type == 5 || type == 11 || type == 12);
}

static void known_numbers_have_names_and_unknown_ones_none(void **state)
{
    (void)state;
    assert_string_equal(ics_icmp_result_name(ICS_ICMP_OK), "ok");
    assert_string_equal(ics_icmp_result_name(ICS_ICMP_TOO_SHORT), "too-short");
    assert_string_equal(ics_icmp_result_name(ICS_ICMP_BAD_CHECKSUM), "bad-checksum");
    assert_string_equal(ics_icmp_result_name(ICS_ICMP_BAD_QUOTE), "bad-quote");
    assert_string_equal(ics_icmp_type_name(0), "echo-reply");
    assert_string_equal(ics_icmp_type_name(3), "destination-unreachable");
    assert_string_equal(ics_icmp_type_name(8), "echo-request");
    assert_string_equal(ics_icmp_type_name(11), "time-exceeded");
    assert_string_equal(ics_icmp_type_name(12), "parameter-problem");
    assert_null(ics_icmp_type_name(1));
    assert_null(ics_icmp_type_name(13));
    assert_null(ics_icmp_type_name(255));
    assert_string_equal(ics_icmp_unreachable_name(0), "net-unreachable");
    assert_string_equal(ics_icmp_unreachable_name(3), "port-unreachable");
    assert_string_equal(ics_icmp_unreachable_name(4), "fragmentation-needed");
    assert_null(ics_icmp_unreachable_name(6));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_ping_is_read),
        cmocka_unit_test(the_ping_is_written_byte_for_byte),
        cmocka_unit_test(the_reply_to_the_ping_is_the_ping_with_type_zero),
        cmocka_unit_test(every_type_and_code_survives),
        cmocka_unit_test(every_body_length_survives_and_agrees_with_the_slow_checksum),
        cmocka_unit_test(the_second_word_means_what_the_type_says),
        cmocka_unit_test(the_errors_words_stand_where_the_rfcs_draw_them),
        cmocka_unit_test(fewer_than_eight_bytes_are_too_short),
        cmocka_unit_test(every_single_bit_error_is_found),
        cmocka_unit_test(all_zeros_are_a_bad_checksum),
        cmocka_unit_test(an_error_quotes_what_fits_in_576_bytes),
        cmocka_unit_test(a_quote_of_a_packet_with_options_starts_behind_them),
        cmocka_unit_test(a_quote_needs_the_header_and_eight_bytes),
        cmocka_unit_test(a_short_packet_may_be_quoted_whole),
        cmocka_unit_test(what_quotes_no_ipv4_packet_is_a_bad_quote),
        cmocka_unit_test(exactly_the_five_errors_are_errors),
        cmocka_unit_test(known_numbers_have_names_and_unknown_ones_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
