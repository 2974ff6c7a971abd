/* Timestamps of segments that come in: RFC 7323, sections 3.2, 4.3 and 5. */
#include <cmocka.h>
#include <glib.h>

#include "tests/support/stream_alone.h"

#define DAY_S (INT64_C(24) * 3600)

/* ESTABLISHED with timestamps; the peer's SYN-ACK said `first`. */
static IcsStreamPair *established(uint32_t first)
{
    IcsStreamPair *pair = ics_stream_alone_new();
    pair->ends[ICS_PAIR_A].config.use.timestamps = true;
    ics_stream_alone_bring(pair, ICS_STREAM_SYN_SENT);
    IcsTcpHeader syn = ics_stream_pair_header(ICS_TCP_SYN | ICS_TCP_ACK, 0, 1);
    syn.options.has_timestamps = true;
    syn.options.timestamp_value = first;
    ics_stream_pair_inject(pair, ICS_PAIR_A, &syn, NULL, 0);
    ics_stream_pair_clear_trace(pair);
    return pair;
}

static int setup(void **state)
{
    *state = established(1000);
    return 0;
}

static int teardown(void **state)
{
    ics_stream_pair_free(*state);
    return 0;
}

static IcsStreamVerdict hear(IcsStreamPair *pair, uint8_t flags, uint32_t sequence, uint32_t bytes,
                             uint32_t timestamp)
{
    static const uint8_t zeros[5000];
    IcsTcpHeader header = ics_stream_pair_header(flags, sequence, 1);
    header.options.has_timestamps = true;
    header.options.timestamp_value = timestamp;
    ics_stream_pair_clear_trace(pair);
    return ics_stream_pair_inject(pair, ICS_PAIR_A, &header, zeros, bytes);
}

/* TSecr of what A sends. */
static uint32_t echoed(IcsStreamPair *pair)
{
    const IcsStream *stream = ics_stream_pair_a(pair);
    return stream->receive.ts_recent;
}

static void an_older_timestamp_is_refused_and_acknowledged(void **state)
{
    IcsStreamPair *pair = *state;
    assert_int_equal(hear(pair, ICS_TCP_ACK, 1, 10, 999), ICS_STREAM_VERDICT_PAWS);
    assert_string_equal(ics_stream_pair_last(pair),
                        "A > B . 1:1(0) ack 1 win 5000 <TS val 0 ecr 1000> (dropped)");
    assert_int_equal(pair->ends[ICS_PAIR_A].received->len, 0);
}

static void an_equal_or_later_timestamp_is_taken(void **state)
{
    IcsStreamPair *pair = *state;
    assert_int_equal(hear(pair, ICS_TCP_ACK, 1, 10, 1000), ICS_STREAM_VERDICT_ACCEPTED);
    assert_int_equal(hear(pair, ICS_TCP_ACK, 11, 10, 5000), ICS_STREAM_VERDICT_ACCEPTED);
    assert_int_equal(echoed(pair), 5000);
}

static void the_clock_of_timestamps_wraps_around(void **state)
{
    g_autoptr(IcsStreamPair) pair = established(0xfffffff0);
    assert_int_equal(hear(pair, ICS_TCP_ACK, 1, 10, 5), ICS_STREAM_VERDICT_ACCEPTED);
    assert_int_equal(hear(pair, ICS_TCP_ACK, 11, 10, 0xfffffff5), ICS_STREAM_VERDICT_PAWS);
    assert_int_equal(hear(pair, ICS_TCP_ACK, 11, 10, 5 + 0x7fffffffu), ICS_STREAM_VERDICT_ACCEPTED);
    (void)state;
}

/* The difference of exactly half the space is no longer "later". */
static void half_the_clock_away_is_older(void **state)
{
    IcsStreamPair *pair = *state;
    assert_int_equal(hear(pair, ICS_TCP_ACK, 1, 10, 1000 + 0x80000000u), ICS_STREAM_VERDICT_PAWS);
}

/* Section 5.3, R1: the RST bit exempts. */
static void a_rst_is_not_judged_by_its_timestamp(void **state)
{
    IcsStreamPair *pair = *state;
    assert_int_equal(hear(pair, ICS_TCP_RST, 1, 0, 0), ICS_STREAM_VERDICT_RESET);
}

/* Section 3.2. */
static void a_segment_without_timestamp_is_dropped_silently(void **state)
{
    IcsStreamPair *pair = *state;
    assert_string_equal(ics_stream_alone_hear(pair, ICS_TCP_ACK, 1, 1, 10), "");
    assert_int_equal(pair->ends[ICS_PAIR_A].verdict, ICS_STREAM_VERDICT_PAWS);
    ics_stream_alone_hear(pair, ICS_TCP_RST, 1, 0, 0);
    assert_string_equal(ics_stream_alone_state_name(pair), "CLOSED");
}

static void timestamps_that_were_not_agreed_on_are_ignored(void **state)
{
    g_autoptr(IcsStreamPair) pair = ics_stream_alone_in(ICS_STREAM_ESTABLISHED);
    assert_int_equal(hear(pair, ICS_TCP_ACK, 1, 10, 1000), ICS_STREAM_VERDICT_ACCEPTED);
    assert_int_equal(hear(pair, ICS_TCP_ACK, 11, 10, 0x80000001), ICS_STREAM_VERDICT_ACCEPTED);
    assert_int_equal(echoed(pair), 0);
    assert_string_equal(ics_stream_alone_said(pair), "A > B . 1:1(0) ack 21 win 4980");
    (void)state;
}

/* Section 5.5: after 24 days of silence TS.Recent means nothing. */
static void after_24_days_an_older_timestamp_is_taken(void **state)
{
    IcsStreamPair *pair = *state;
    ics_stream_pair_run_until(pair, 24 * DAY_S * ICS_PAIR_S);
    assert_int_equal(hear(pair, ICS_TCP_ACK, 1, 10, 900), ICS_STREAM_VERDICT_PAWS);
    ics_stream_pair_run_until(pair, 24 * DAY_S * ICS_PAIR_S + 1);
    assert_int_equal(hear(pair, ICS_TCP_ACK, 1, 10, 900), ICS_STREAM_VERDICT_ACCEPTED);
    assert_int_equal(echoed(pair), 900);
}

static void the_24_days_begin_with_the_last_timestamp(void **state)
{
    IcsStreamPair *pair = *state;
    ics_stream_pair_run_until(pair, 20 * DAY_S * ICS_PAIR_S);
    assert_int_equal(hear(pair, ICS_TCP_ACK, 1, 10, 2000), ICS_STREAM_VERDICT_ACCEPTED);
    ics_stream_pair_run_until(pair, 40 * DAY_S * ICS_PAIR_S);
    assert_int_equal(hear(pair, ICS_TCP_ACK, 11, 10, 1999), ICS_STREAM_VERDICT_PAWS);
}

/* Section 4.3: out of order data does not move TS.Recent, what fills the hole does. */
static void the_echo_is_of_the_last_segment_in_order(void **state)
{
    IcsStreamPair *pair = *state;
    hear(pair, ICS_TCP_ACK, 1, 10, 1001);
    assert_int_equal(echoed(pair), 1001);
    hear(pair, ICS_TCP_ACK, 21, 10, 1002);
    assert_int_equal(echoed(pair), 1001);
    hear(pair, ICS_TCP_ACK, 31, 10, 1003);
    assert_int_equal(echoed(pair), 1001);
    hear(pair, ICS_TCP_ACK, 11, 10, 1004);
    assert_int_equal(echoed(pair), 1004);
}

/* With delayed ACKs the echo is of the first segment that the ACK is for. */
static void a_delayed_ack_echoes_the_earliest_segment(void **state)
{
    IcsStreamPair *pair = *state;
    pair->ends[ICS_PAIR_A].config.use.delayed_ack = true;
    hear(pair, ICS_TCP_ACK, 1, 10, 1001);
    assert_string_equal(ics_stream_pair_last(pair), "");
    hear(pair, ICS_TCP_ACK, 11, 10, 1002);
    assert_int_equal(echoed(pair), 1001);
    ics_stream_pair_run_for(pair, ICS_PAIR_S / 10);
    assert_int_equal(echoed(pair), 1001);
    hear(pair, ICS_TCP_ACK, 21, 10, 1003);
    assert_int_equal(echoed(pair), 1003);
}

static void data_that_comes_again_is_echoed(void **state)
{
    IcsStreamPair *pair = *state;
    hear(pair, ICS_TCP_ACK, 1, 10, 1001);
    assert_int_equal(hear(pair, ICS_TCP_ACK, 1, 10, 2001), ICS_STREAM_VERDICT_DUPLICATE);
    assert_int_equal(echoed(pair), 2001);
}

static void what_is_out_of_the_window_is_not_echoed(void **state)
{
    IcsStreamPair *pair = *state;
    assert_int_equal(hear(pair, ICS_TCP_ACK, 70000, 10, 2001), ICS_STREAM_VERDICT_OUT_OF_WINDOW);
    assert_int_equal(hear(pair, ICS_TCP_ACK, 1u - 70000, 10, 2001),
                     ICS_STREAM_VERDICT_OUT_OF_WINDOW);
    assert_int_equal(echoed(pair), 1000);
}

/* Whoever does not know our numbers must not move the clock that we judge the peer by. */
static void a_timestamp_with_an_incredible_ack_is_not_echoed(void **state)
{
    IcsStreamPair *pair = *state;
    hear(pair, ICS_TCP_ACK, 1, 10, 1001);
    IcsTcpHeader header = ics_stream_pair_header(ICS_TCP_ACK, 1, 999);
    header.options.has_timestamps = true;
    header.options.timestamp_value = 500000;
    ics_stream_pair_inject(pair, ICS_PAIR_A, &header, "0123456789", 10);
    assert_int_equal(echoed(pair), 1001);
    header.sequence = 11;
    ics_stream_pair_inject(pair, ICS_PAIR_A, &header, "0123456789", 10);
    assert_int_equal(echoed(pair), 1001);
    header.acknowledgement = 1;
    ics_stream_pair_inject(pair, ICS_PAIR_A, &header, "0123456789", 10);
    assert_int_equal(echoed(pair), 500000);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(an_older_timestamp_is_refused_and_acknowledged),
        TEST(an_equal_or_later_timestamp_is_taken),
        cmocka_unit_test(the_clock_of_timestamps_wraps_around),
        TEST(half_the_clock_away_is_older),
        TEST(a_rst_is_not_judged_by_its_timestamp),
        TEST(a_segment_without_timestamp_is_dropped_silently),
        cmocka_unit_test(timestamps_that_were_not_agreed_on_are_ignored),
        TEST(after_24_days_an_older_timestamp_is_taken),
        TEST(the_24_days_begin_with_the_last_timestamp),
        TEST(the_echo_is_of_the_last_segment_in_order),
        TEST(a_delayed_ack_echoes_the_earliest_segment),
        TEST(data_that_comes_again_is_echoed),
        TEST(what_is_out_of_the_window_is_not_echoed),
        TEST(a_timestamp_with_an_incredible_ack_is_not_echoed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
