#include <cmocka.h>
#include <glib.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include "protocols/wire/tcp.h"

enum { SOURCE = 0x0a000001, DESTINATION = 0x0a000002 };

/* Reads options that fill the header to its end; they lie at the end of their memory. */
static IcsTcpOptions read_options(const uint8_t *options, size_t n)
{
    IcsTcpHeader header;
    size_t header_bytes;
    g_autofree uint8_t *bytes = g_malloc0(ICS_TCP_HEADER_BYTES + n);
    assert_int_equal(n % 4, 0);
    bytes[12] = (uint8_t)((ICS_TCP_HEADER_BYTES + n) / 4 << 4);
    memcpy(bytes + ICS_TCP_HEADER_BYTES, options, n);
    assert_int_equal(ics_tcp_parse(bytes, ICS_TCP_HEADER_BYTES + n, &header, &header_bytes),
                     ICS_TCP_RESULT_OK);
    return header.options;
}

#define READ(...)                                                                                  \
    read_options((const uint8_t[]){__VA_ARGS__}, sizeof((const uint8_t[]){__VA_ARGS__}))

static void assert_written(const IcsTcpOptions *options, const uint8_t *expected, size_t n)
{
    IcsTcpHeader header = {.options = *options};
    uint8_t bytes[ICS_TCP_HEADER_MAX_BYTES];
    assert_int_equal(ics_tcp_header_bytes(&header), ICS_TCP_HEADER_BYTES + n);
    assert_int_equal(ics_tcp_emit(&header, SOURCE, DESTINATION, NULL, bytes),
                     ICS_TCP_HEADER_BYTES + n);
    assert_int_equal(bytes[12], (ICS_TCP_HEADER_BYTES + n) / 4 << 4);
    assert_memory_equal(bytes + ICS_TCP_HEADER_BYTES, expected, n);
}

#define ASSERT_WRITTEN(options, ...)                                                               \
    assert_written(options, (const uint8_t[]){__VA_ARGS__}, sizeof((const uint8_t[]){__VA_ARGS__}))

static const IcsTcpOptions all_of_a_syn = {
    .has_mss = true,
    .mss = 1460,
    .sack_permitted = true,
    .has_timestamps = true,
    .timestamp_value = 0x01020304,
    .timestamp_echo = 0x05060708,
    .has_window_scale = true,
    .window_scale = 7,
};

/* What tcpdump prints for Linux: mss 1460,sackOK,TS val,ecr,nop,wscale 7. */
static void a_syn_is_written_as_linux_writes_it(void **state)
{
    (void)state;
    ASSERT_WRITTEN(&all_of_a_syn, 2, 4, 0x05, 0xb4, 4, 2, 8, 10, 1, 2, 3, 4, 5, 6, 7, 8, 1, 3, 3,
                   7);
}

/* net.ipv4.tcp_timestamps=0: mss 1460,nop,nop,sackOK,nop,wscale 7. */
static void a_syn_without_timestamps_is_written_as_linux_writes_it(void **state)
{
    (void)state;
    IcsTcpOptions options = all_of_a_syn;
    options.has_timestamps = false;
    ASSERT_WRITTEN(&options, 2, 4, 0x05, 0xb4, 1, 1, 4, 2, 1, 3, 3, 7);
}

/* net.ipv4.tcp_sack=0: mss 1460,nop,nop,TS val,ecr,nop,wscale 7. */
static void a_syn_without_sack_is_written_as_linux_writes_it(void **state)
{
    (void)state;
    IcsTcpOptions options = all_of_a_syn;
    options.sack_permitted = false;
    ASSERT_WRITTEN(&options, 2, 4, 0x05, 0xb4, 1, 1, 8, 10, 1, 2, 3, 4, 5, 6, 7, 8, 1, 3, 3, 7);
}

/* RFC 7323, appendix A. */
static void timestamps_alone_are_aligned_by_two_no_operations(void **state)
{
    (void)state;
    IcsTcpOptions options = {
        .has_timestamps = true, .timestamp_value = UINT32_MAX, .timestamp_echo = 0x80000001};
    ASSERT_WRITTEN(&options, 1, 1, 8, 10, 255, 255, 255, 255, 0x80, 0, 0, 1);
}

static void sack_blocks_stand_behind_the_timestamps(void **state)
{
    (void)state;
    IcsTcpOptions options = {
        .has_timestamps = true,
        .n_sack_blocks = 2,
        .sack_blocks = {{0x11223344, 0x55667788}, {0xfffffffe, 2}},
    };
    ASSERT_WRITTEN(&options, 1, 1, 8, 10, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 5, 18, 0x11, 0x22, 0x33,
                   0x44, 0x55, 0x66, 0x77, 0x88, 255, 255, 255, 254, 0, 0, 0, 2);
    options.has_timestamps = false;
    options.n_sack_blocks = 1;
    ASSERT_WRITTEN(&options, 1, 1, 5, 10, 0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77, 0x88);
}

static void what_is_written_alone_is_a_whole_word(void **state)
{
    (void)state;
    ASSERT_WRITTEN((&(IcsTcpOptions){.has_mss = true, .mss = 536}), 2, 4, 2, 24);
    ASSERT_WRITTEN((&(IcsTcpOptions){.sack_permitted = true}), 1, 1, 4, 2);
    ASSERT_WRITTEN((&(IcsTcpOptions){.has_window_scale = true}), 1, 3, 3, 0);
    assert_written(&(IcsTcpOptions){0}, NULL, 0);
}

/* RFC 2018, section 3: 4 blocks, or 3 beside timestamps; both are less than the 40 bytes that there
 * are by less than a block. */
static void as_many_sack_blocks_fit_as_the_rfc_says(void **state)
{
    (void)state;
    IcsTcpOptions options = {0};
    assert_int_equal(ics_tcp_sack_blocks_max(&options), 4);
    options.has_timestamps = true;
    assert_int_equal(ics_tcp_sack_blocks_max(&options), 3);
    assert_int_equal(ics_tcp_sack_blocks_max(&all_of_a_syn), 2);
    options.n_sack_blocks = 3;
    assert_int_equal(ics_tcp_sack_blocks_max(&options), 3);
    IcsTcpHeader header = {.options = options};
    assert_int_equal(ics_tcp_header_bytes(&header), ICS_TCP_HEADER_MAX_BYTES);
}

static void options_that_do_not_fit_are_over_sixty_bytes(void **state)
{
    (void)state;
    IcsTcpHeader header = {.options = {.has_timestamps = true, .n_sack_blocks = 4}};
    assert_int_equal(ics_tcp_header_bytes(&header), 68);
}

static void forty_bytes_of_options_are_read(void **state)
{
    (void)state;
    IcsTcpOptions options = READ(1, 1, 8, 10, 0, 0, 0, 1, 0, 0, 0, 2, 1, 1, 5, 26, 0, 0, 0, 3, 0, 0,
                                 0, 4, 0, 0, 0, 5, 0, 0, 0, 6, 0, 0, 0, 7, 0, 0, 0, 8);
    assert_true(options.has_timestamps);
    assert_int_equal(options.timestamp_value, 1);
    assert_int_equal(options.timestamp_echo, 2);
    assert_int_equal(options.n_sack_blocks, 3);
    assert_int_equal(options.sack_blocks[0].first, 3);
    assert_int_equal(options.sack_blocks[2].end, 8);
}

/* As BSD wrote them: MSS, NOP, window scale, NOP, NOP, timestamps, SACK-permitted, end. */
static void options_are_read_in_any_order_and_alignment(void **state)
{
    (void)state;
    IcsTcpOptions options =
        READ(2, 4, 0x05, 0xa0, 1, 3, 3, 6, 1, 1, 8, 10, 0, 0, 0, 9, 0, 0, 0, 10, 4, 2, 0, 0);
    assert_true(options.has_mss && options.has_window_scale && options.sack_permitted);
    assert_int_equal(options.mss, 1440);
    assert_int_equal(options.window_scale, 6);
    assert_int_equal(options.timestamp_value, 9);
    assert_int_equal(options.timestamp_echo, 10);
    options = READ(8, 10, 0, 0, 0, 9, 0, 0, 0, 10, 1, 1);
    assert_true(options.has_timestamps);
    assert_int_equal(options.timestamp_echo, 10);
}

static void nothing_is_read_behind_the_end_of_options(void **state)
{
    (void)state;
    IcsTcpOptions options = READ(4, 2, 0, 1, 2, 4, 5, 180);
    assert_true(options.sack_permitted);
    assert_false(options.has_mss);
    assert_false(READ(4, 2, 0, 2, 2, 4, 5, 180).has_mss);
}

static void of_an_option_that_comes_twice_the_last_one_counts(void **state)
{
    (void)state;
    IcsTcpOptions options = READ(2, 4, 1, 2, 2, 4, 3, 4);
    assert_int_equal(options.mss, 0x0304);
    options = READ(1, 1, 5, 18, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0, 4, 1, 1, 5, 10, 0, 0,
                   0, 5, 0, 0, 0, 6);
    assert_int_equal(options.n_sack_blocks, 1);
    assert_int_equal(options.sack_blocks[0].first, 5);
    options = READ(1, 1, 5, 10, 0, 0, 0, 5, 0, 0, 0, 6, 5, 2, 1, 1);
    assert_int_equal(options.n_sack_blocks, 1);
}

/* RFC 7323, section 2.3. */
static void a_window_scale_over_fourteen_is_read_as_fourteen(void **state)
{
    (void)state;
    assert_int_equal(READ(1, 3, 3, 14).window_scale, 14);
    assert_int_equal(READ(1, 3, 3, 15).window_scale, 14);
    assert_int_equal(READ(1, 3, 3, 255).window_scale, 14);
}

/* RFC 9293, MUST-6: 34 is TCP Fast Open, 254 an experiment. */
static void unknown_kinds_are_skipped_by_their_length(void **state)
{
    (void)state;
    IcsTcpOptions options = READ(34, 6, 2, 4, 9, 9, 254, 2, 2, 4, 5, 180);
    assert_true(options.has_mss);
    assert_int_equal(options.mss, 1460);
}

/* Each is followed by an MSS of 1460 that must be found. */
static void known_kinds_of_another_length_are_skipped(void **state)
{
    (void)state;
    static const uint8_t kinds[] = {2, 3, 4, 5, 8};
    static const uint8_t lengths[] = {4, 3, 2, 0, 10};
    for (size_t k = 0; k < sizeof kinds; k++) {
        for (uint8_t length = 2; length <= 36; length++) {
            bool is_sack = kinds[k] == 5 && length % 8 == 2 && length > 2;
            uint8_t bytes[40] = {kinds[k], length};
            if (length == lengths[k] || is_sack)
                continue;
            memset(bytes + length, 1, sizeof bytes - length);
            memcpy(bytes + sizeof bytes - 4, (const uint8_t[]){2, 4, 5, 180}, 4);
            IcsTcpOptions options = read_options(bytes, sizeof bytes);
            assert_true(options.has_mss);
            assert_int_equal(options.mss, 1460);
            assert_false(options.has_window_scale || options.sack_permitted);
            assert_false(options.has_timestamps);
            assert_int_equal(options.n_sack_blocks, 0);
        }
    }
}

/* RFC 9293, MUST-7. An MSS stands before each, and SACK-permitted behind. */
static void a_bad_length_ends_the_reading_and_what_was_read_stays(void **state)
{
    (void)state;
    static const uint8_t kinds[] = {2, 3, 4, 5, 8, 34, 255};
    for (size_t k = 0; k < sizeof kinds; k++) {
        for (int length = 0; length <= 255; length++) {
            if (length >= 2 && length <= 8)
                continue;
            uint8_t bytes[12] = {2, 4, 5, 180, kinds[k], (uint8_t)length, 4, 2, 4, 2, 4, 2};
            IcsTcpOptions options = read_options(bytes, sizeof bytes);
            assert_int_equal(options.mss, 1460);
            assert_false(options.has_window_scale || options.sack_permitted);
            assert_false(options.has_timestamps);
            assert_int_equal(options.n_sack_blocks, 0);
        }
    }
}

/* The memory ends with the options: a sanitizer would see a step too far. */
static void a_kind_without_length_at_the_end_is_not_read_further(void **state)
{
    (void)state;
    for (int kind = 2; kind <= 255; kind++) {
        IcsTcpOptions options = READ(4, 2, 1, (uint8_t)kind);
        assert_true(options.sack_permitted);
        assert_false(options.has_mss || options.has_timestamps || options.has_window_scale);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_syn_is_written_as_linux_writes_it),
        cmocka_unit_test(a_syn_without_timestamps_is_written_as_linux_writes_it),
        cmocka_unit_test(a_syn_without_sack_is_written_as_linux_writes_it),
        cmocka_unit_test(timestamps_alone_are_aligned_by_two_no_operations),
        cmocka_unit_test(sack_blocks_stand_behind_the_timestamps),
        cmocka_unit_test(what_is_written_alone_is_a_whole_word),
        cmocka_unit_test(as_many_sack_blocks_fit_as_the_rfc_says),
        cmocka_unit_test(options_that_do_not_fit_are_over_sixty_bytes),
        cmocka_unit_test(forty_bytes_of_options_are_read),
        cmocka_unit_test(options_are_read_in_any_order_and_alignment),
        cmocka_unit_test(nothing_is_read_behind_the_end_of_options),
        cmocka_unit_test(of_an_option_that_comes_twice_the_last_one_counts),
        cmocka_unit_test(a_window_scale_over_fourteen_is_read_as_fourteen),
        cmocka_unit_test(unknown_kinds_are_skipped_by_their_length),
        cmocka_unit_test(known_kinds_of_another_length_are_skipped),
        cmocka_unit_test(a_bad_length_ends_the_reading_and_what_was_read_stays),
        cmocka_unit_test(a_kind_without_length_at_the_end_is_not_read_further),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
