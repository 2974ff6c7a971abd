#include <cmocka.h>
#include <glib.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include "protocols/wire/tcp.h"
#include "tests/support/slow_checksum.h"
#include "tests/support/splitmix.h"

/* The first segment of Wireshark's sample capture http.cap: 145.254.160.237:3372 opens a connection
 * to 65.208.228.223:80. */
enum { SYN_SOURCE = 0x91fea0ed, SYN_DESTINATION = 0x41d0e4df };
static const uint8_t syn[] = {
    0x0d, 0x2c, 0x00, 0x50, 0x38, 0xaf, 0xfe, 0x13, 0x00, 0x00, 0x00, 0x00, 0x70, 0x02,
    0x22, 0x38, 0xc3, 0x0c, 0x00, 0x00, 0x02, 0x04, 0x05, 0xb4, 0x01, 0x01, 0x04, 0x02,
};

enum { SOURCE = 0x0a000001, DESTINATION = 0x0a000002, IPPROTO = 6 };

static void assert_options_equal(const IcsTcpOptions *a, const IcsTcpOptions *b)
{
    assert_int_equal(a->has_mss, b->has_mss);
    assert_int_equal(a->mss, b->mss);
    assert_int_equal(a->has_window_scale, b->has_window_scale);
    assert_int_equal(a->window_scale, b->window_scale);
    assert_int_equal(a->sack_permitted, b->sack_permitted);
    assert_int_equal(a->has_timestamps, b->has_timestamps);
    assert_int_equal(a->timestamp_value, b->timestamp_value);
    assert_int_equal(a->timestamp_echo, b->timestamp_echo);
    assert_int_equal(a->n_sack_blocks, b->n_sack_blocks);
    for (int i = 0; i < a->n_sack_blocks; i++) {
        assert_int_equal(a->sack_blocks[i].first, b->sack_blocks[i].first);
        assert_int_equal(a->sack_blocks[i].end, b->sack_blocks[i].end);
    }
}

static void assert_headers_equal(const IcsTcpHeader *a, const IcsTcpHeader *b)
{
    assert_int_equal(a->source_port, b->source_port);
    assert_int_equal(a->destination_port, b->destination_port);
    assert_int_equal(a->sequence, b->sequence);
    assert_int_equal(a->acknowledgement, b->acknowledgement);
    assert_int_equal(a->window, b->window);
    assert_int_equal(a->urgent_pointer, b->urgent_pointer);
    assert_int_equal(a->flags, b->flags);
    assert_options_equal(&a->options, &b->options);
}

static const IcsTcpHeader syn_header = {
    .source_port = 3372,
    .destination_port = 80,
    .sequence = 0x38affe13,
    .window = 8760,
    .flags = ICS_TCP_SYN,
    .options = {.has_mss = true, .mss = 1460, .sack_permitted = true},
};

static void the_captured_segment_is_read(void **state)
{
    (void)state;
    IcsTcpHeader header;
    size_t header_bytes;
    assert_true(ics_tcp_verify(syn, sizeof syn, SYN_SOURCE, SYN_DESTINATION));
    assert_int_equal(ics_tcp_parse(syn, sizeof syn, &header, &header_bytes), ICS_TCP_RESULT_OK);
    assert_int_equal(header_bytes, 28);
    assert_headers_equal(&header, &syn_header);
}

static void the_captured_segment_is_written_byte_for_byte(void **state)
{
    (void)state;
    uint8_t bytes[sizeof syn];
    memset(bytes, 0xff, sizeof bytes);
    assert_int_equal(ics_tcp_emit(&syn_header, SYN_SOURCE, SYN_DESTINATION, NULL, bytes), 28);
    assert_memory_equal(bytes, syn, sizeof syn);
}

/* By hand: pseudo header 0a00 + 0001 + 0a00 + 0002 + 0006 + 0015 = 141e, header 0001 + 0002 +
 * 0000 + 0003 + 0000 + 0004 + 5018 + 0005 + 0006 = 502d, data 4100 (the "A", padded); together
 * a54b, complement 5ab4. */
static void a_segment_of_one_byte_has_the_checksum_worked_out_by_hand(void **state)
{
    (void)state;
    uint8_t bytes[21];
    IcsTcpHeader header = {
        .source_port = 1,
        .destination_port = 2,
        .sequence = 3,
        .acknowledgement = 4,
        .window = 5,
        .urgent_pointer = 6,
        .flags = ICS_TCP_ACK | ICS_TCP_PSH,
    };
    IcsByteSpans payload = {(const uint8_t *)"A", 1, NULL, 0};
    static const uint8_t expected[] = {
        0x00, 0x01, 0x00, 0x02, 0x00, 0x00, 0x00, 0x03, 0x00, 0x00, 0x00,
        0x04, 0x50, 0x18, 0x00, 0x05, 0x5a, 0xb4, 0x00, 0x06, 'A',
    };
    assert_int_equal(ics_tcp_emit(&header, SOURCE, DESTINATION, &payload, bytes), 21);
    assert_memory_equal(bytes, expected, sizeof expected);
}

static void the_view_shows_what_the_value_holds(void **state)
{
    (void)state;
    assert_int_equal(ics_tcp_view_source_port(syn), 3372);
    assert_int_equal(ics_tcp_view_destination_port(syn), 80);
    assert_int_equal(ics_tcp_view_sequence(syn), 0x38affe13);
    assert_int_equal(ics_tcp_view_acknowledgement(syn), 0);
    assert_int_equal(ics_tcp_view_header_bytes(syn), 28);
    assert_int_equal(ics_tcp_view_flags(syn), ICS_TCP_SYN);
    assert_int_equal(ics_tcp_view_window(syn), 8760);
    assert_int_equal(ics_tcp_view_checksum(syn), 0xc30c);
}

/* RFC 9293, section 3.1, and for the two of ECN RFC 3168, section 6.1. */
static void the_flags_stand_at_the_bits_of_the_rfc(void **state)
{
    (void)state;
    static const uint8_t flags[] = {
        ICS_TCP_FIN, ICS_TCP_SYN, ICS_TCP_RST, ICS_TCP_PSH,
        ICS_TCP_ACK, ICS_TCP_URG, ICS_TCP_ECE, ICS_TCP_CWR,
    };
    uint8_t bytes[20];
    for (size_t i = 0; i < sizeof flags; i++) {
        IcsTcpHeader header = {.flags = flags[i]};
        ics_tcp_emit(&header, SOURCE, DESTINATION, NULL, bytes);
        assert_int_equal(bytes[12], 0x50);
        assert_int_equal(bytes[13], 1u << i);
    }
}

static void the_reserved_bits_are_ignored(void **state)
{
    (void)state;
    uint8_t bytes[20] = {[12] = 0x5f, [13] = ICS_TCP_ACK};
    IcsTcpHeader header;
    size_t header_bytes;
    assert_int_equal(ics_tcp_parse(bytes, 20, &header, &header_bytes), ICS_TCP_RESULT_OK);
    assert_int_equal(header_bytes, 20);
    assert_int_equal(header.flags, ICS_TCP_ACK);
}

static void fewer_than_twenty_bytes_are_too_short(void **state)
{
    (void)state;
    IcsTcpHeader header;
    size_t header_bytes;
    assert_int_equal(ics_tcp_parse(NULL, 0, &header, &header_bytes), ICS_TCP_RESULT_TOO_SHORT);
    for (size_t n = 1; n < 20; n++) {
        g_autofree uint8_t *cut = g_memdup2(syn, n);
        assert_int_equal(ics_tcp_parse(cut, n, &header, &header_bytes), ICS_TCP_RESULT_TOO_SHORT);
    }
}

static void the_data_offset_must_hold_the_header_and_fit_the_bytes(void **state)
{
    (void)state;
    IcsTcpHeader header;
    size_t header_bytes;
    for (size_t n = 20; n <= 64; n++) {
        g_autofree uint8_t *bytes = g_malloc0(n);
        for (uint8_t offset = 0; offset < 16; offset++) {
            bytes[12] = (uint8_t)(offset << 4);
            IcsTcpResult expected =
                offset < 5 || offset * 4u > n ? ICS_TCP_RESULT_BAD_DATA_OFFSET : ICS_TCP_RESULT_OK;
            assert_int_equal(ics_tcp_parse(bytes, n, &header, &header_bytes), expected);
            if (expected == ICS_TCP_RESULT_OK)
                assert_int_equal(header_bytes, offset * 4);
        }
    }
}

static void random_options(uint64_t *seed, IcsTcpOptions *options)
{
    uint64_t bits = ics_splitmix_next(seed), values = ics_splitmix_next(seed);
    *options = (IcsTcpOptions){
        .has_mss = bits & 1,
        .has_window_scale = bits & 2,
        .sack_permitted = bits & 4,
        .has_timestamps = bits & 8,
    };
    if (options->has_mss)
        options->mss = (uint16_t)values;
    if (options->has_window_scale)
        options->window_scale = (uint8_t)((values >> 16) % 15);
    if (options->has_timestamps) {
        options->timestamp_value = (uint32_t)(values >> 32);
        options->timestamp_echo = (uint32_t)ics_splitmix_next(seed);
    }
    uint32_t max = MIN(ics_tcp_sack_blocks_max(options), ICS_TCP_SACK_BLOCKS_MAX);
    options->n_sack_blocks = (uint8_t)((bits >> 8) % (max + 1));
    for (int i = 0; i < options->n_sack_blocks; i++) {
        uint64_t block = ics_splitmix_next(seed);
        options->sack_blocks[i] = (IcsTcpSackBlock){(uint32_t)block, (uint32_t)(block >> 32)};
    }
}

static void random_header(uint64_t *seed, IcsTcpHeader *header)
{
    uint64_t ports = ics_splitmix_next(seed), numbers = ics_splitmix_next(seed);
    *header = (IcsTcpHeader){
        .source_port = (uint16_t)ports,
        .destination_port = (uint16_t)(ports >> 16),
        .window = (uint16_t)(ports >> 32),
        .urgent_pointer = (uint16_t)(ports >> 48),
        .sequence = (uint32_t)numbers,
        .acknowledgement = (uint32_t)(numbers >> 32),
        .flags = (uint8_t)ics_splitmix_next(seed),
    };
    random_options(seed, &header->options);
}

static void every_header_survives(void **state)
{
    (void)state;
    uint64_t seed = 1;
    for (int round = 0; round < 20000; round++) {
        IcsTcpHeader header, back;
        size_t header_bytes;
        random_header(&seed, &header);
        size_t n = ics_tcp_header_bytes(&header);
        g_autofree uint8_t *bytes = g_malloc(n);
        assert_int_equal(ics_tcp_emit(&header, SOURCE, DESTINATION, NULL, bytes), n);
        assert_int_equal(ics_slow_checksum_transport(SOURCE, DESTINATION, IPPROTO, bytes, n), 0);
        assert_true(ics_tcp_verify(bytes, n, SOURCE, DESTINATION));
        assert_int_equal(ics_tcp_parse(bytes, n, &back, &header_bytes), ICS_TCP_RESULT_OK);
        assert_int_equal(header_bytes, n);
        assert_headers_equal(&back, &header);
    }
}

/* Lengths around the checksum's 8-byte words, each broken at every place: an odd first piece
 * continues in the middle of a 16-bit word. */
static void a_payload_may_be_broken_at_any_byte(void **state)
{
    (void)state;
    uint8_t payload[75];
    uint64_t seed = 2;
    ics_splitmix_fill(&seed, payload, sizeof payload);
    for (size_t n = 0; n <= sizeof payload; n++) {
        for (size_t split = 0; split <= n; split++) {
            g_autofree uint8_t *first = g_memdup2(payload, split);
            g_autofree uint8_t *second = g_memdup2(payload + split, n - split);
            IcsByteSpans spans = {first, split, second, n - split};
            IcsTcpHeader header = {.sequence = (uint32_t)(n << 8 | split), .flags = ICS_TCP_ACK};
            header.options.has_timestamps = split % 2;
            size_t header_bytes = ics_tcp_header_bytes(&header);
            g_autofree uint8_t *bytes = g_malloc(header_bytes + n);
            assert_int_equal(ics_tcp_emit(&header, SOURCE, DESTINATION, &spans, bytes),
                             header_bytes + n);
            assert_memory_equal(bytes + header_bytes, payload, n);
            assert_int_equal(
                ics_slow_checksum_transport(SOURCE, DESTINATION, IPPROTO, bytes, header_bytes + n),
                0);
        }
    }
}

static void the_largest_segment_survives(void **state)
{
    (void)state;
    assert_int_equal(ICS_TCP_PAYLOAD_MAX_BYTES, 65495);
    g_autofree uint8_t *payload = g_malloc(ICS_TCP_PAYLOAD_MAX_BYTES);
    g_autofree uint8_t *bytes = g_malloc(20 + ICS_TCP_PAYLOAD_MAX_BYTES);
    memset(payload, 0xff, ICS_TCP_PAYLOAD_MAX_BYTES);
    IcsByteSpans spans = {payload, 32767, payload + 32767, ICS_TCP_PAYLOAD_MAX_BYTES - 32767};
    IcsTcpHeader header = {.sequence = UINT32_MAX, .acknowledgement = UINT32_MAX, .flags = 0xff};
    size_t n = ics_tcp_emit(&header, UINT32_MAX, UINT32_MAX, &spans, bytes);
    assert_int_equal(n, 65515);
    assert_true(ics_tcp_verify(bytes, n, UINT32_MAX, UINT32_MAX));
    assert_int_equal(ics_slow_checksum_transport(UINT32_MAX, UINT32_MAX, IPPROTO, bytes, n), 0);
    bytes[n - 1] = 0xfe;
    assert_false(ics_tcp_verify(bytes, n, UINT32_MAX, UINT32_MAX));
}

static void every_single_bit_error_is_found(void **state)
{
    (void)state;
    uint8_t bytes[sizeof syn];
    for (size_t bit = 0; bit < 8 * sizeof syn; bit++) {
        memcpy(bytes, syn, sizeof syn);
        bytes[bit / 8] ^= (uint8_t)(0x80 >> bit % 8);
        assert_false(ics_tcp_verify(bytes, sizeof bytes, SYN_SOURCE, SYN_DESTINATION));
    }
}

/* What the pseudo header is for: segments that came to the wrong host, or lost their end. */
static void errors_of_the_addresses_and_of_the_length_are_found(void **state)
{
    (void)state;
    for (int bit = 0; bit < 32; bit++) {
        assert_false(ics_tcp_verify(syn, sizeof syn, SYN_SOURCE ^ 1u << bit, SYN_DESTINATION));
        assert_false(ics_tcp_verify(syn, sizeof syn, SYN_SOURCE, SYN_DESTINATION ^ 1u << bit));
    }
    uint8_t longer[sizeof syn + 2] = {0};
    memcpy(longer, syn, sizeof syn);
    for (size_t n = 0; n <= sizeof longer; n++)
        assert_int_equal(ics_tcp_verify(longer, n, SYN_SOURCE, SYN_DESTINATION), n == sizeof syn);
}

static void every_result_has_its_name(void **state)
{
    (void)state;
    assert_string_equal(ics_tcp_result_name(ICS_TCP_RESULT_OK), "ok");
    assert_string_equal(ics_tcp_result_name(ICS_TCP_RESULT_TOO_SHORT), "too-short");
    assert_string_equal(ics_tcp_result_name(ICS_TCP_RESULT_BAD_DATA_OFFSET), "bad-data-offset");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_captured_segment_is_read),
        cmocka_unit_test(the_captured_segment_is_written_byte_for_byte),
        cmocka_unit_test(a_segment_of_one_byte_has_the_checksum_worked_out_by_hand),
        cmocka_unit_test(the_view_shows_what_the_value_holds),
        cmocka_unit_test(the_flags_stand_at_the_bits_of_the_rfc),
        cmocka_unit_test(the_reserved_bits_are_ignored),
        cmocka_unit_test(fewer_than_twenty_bytes_are_too_short),
        cmocka_unit_test(the_data_offset_must_hold_the_header_and_fit_the_bytes),
        cmocka_unit_test(every_header_survives),
        cmocka_unit_test(a_payload_may_be_broken_at_any_byte),
        cmocka_unit_test(the_largest_segment_survives),
        cmocka_unit_test(every_single_bit_error_is_found),
        cmocka_unit_test(errors_of_the_addresses_and_of_the_length_are_found),
        cmocka_unit_test(every_result_has_its_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
