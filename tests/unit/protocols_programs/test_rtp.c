/* The fixed RTP header: RFC 3550, section 5.1. */
#include <cmocka.h>

#include "protocols/programs/rtp.h"

static const IcsRtpHeader header = {.timestamp = 0x01020304,
                                    .source = 0xa1b2c3d4,
                                    .sequence = 0xfffe,
                                    .payload_type = ICS_RTP_PCMU,
                                    .marker = true};

static void a_header_is_written_as_the_rfc_draws_it(void **state)
{
    (void)state;
    static const uint8_t expected[] = {0x80, 0x80, 0xff, 0xfe, 1, 2, 3, 4, 0xa1, 0xb2, 0xc3, 0xd4};
    uint8_t bytes[ICS_RTP_HEADER_BYTES];
    ics_rtp_emit(&header, bytes);
    assert_memory_equal(bytes, expected, sizeof expected);
}

static void marker_and_payload_type_share_a_byte(void **state)
{
    (void)state;
    uint8_t bytes[ICS_RTP_HEADER_BYTES];
    IcsRtpHeader other = header;
    other.marker = false;
    other.payload_type = 127;
    ics_rtp_emit(&other, bytes);
    assert_int_equal(bytes[1], 0x7f);
    other.payload_type = 128; /* does not fit: seven bits */
    ics_rtp_emit(&other, bytes);
    assert_int_equal(bytes[1], 0x00);
}

static void a_header_comes_back_as_it_was(void **state)
{
    (void)state;
    uint8_t bytes[ICS_RTP_HEADER_BYTES];
    IcsRtpHeader parsed;
    ics_rtp_emit(&header, bytes);
    assert_true(ics_rtp_parse(bytes, sizeof bytes, &parsed));
    assert_int_equal(parsed.timestamp, header.timestamp);
    assert_int_equal(parsed.source, header.source);
    assert_int_equal(parsed.sequence, header.sequence);
    assert_int_equal(parsed.payload_type, header.payload_type);
    assert_true(parsed.marker);
}

static void fewer_than_12_bytes_are_no_header(void **state)
{
    (void)state;
    uint8_t bytes[ICS_RTP_HEADER_BYTES];
    IcsRtpHeader parsed;
    ics_rtp_emit(&header, bytes);
    for (size_t n = 0; n < sizeof bytes; n++) {
        assert_false(ics_rtp_parse(bytes, n, &parsed));
    }
}

static void only_version_2_without_extras_is_read(void **state)
{
    (void)state;
    uint8_t bytes[ICS_RTP_HEADER_BYTES];
    IcsRtpHeader parsed;
    ics_rtp_emit(&header, bytes);
    for (int first = 0; first < 256; first++) {
        bytes[0] = (uint8_t)first;
        assert_int_equal(ics_rtp_parse(bytes, sizeof bytes, &parsed), first == 0x80);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_header_is_written_as_the_rfc_draws_it),
        cmocka_unit_test(marker_and_payload_type_share_a_byte),
        cmocka_unit_test(a_header_comes_back_as_it_was),
        cmocka_unit_test(fewer_than_12_bytes_are_no_header),
        cmocka_unit_test(only_version_2_without_extras_is_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
