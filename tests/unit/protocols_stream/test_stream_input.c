/* Which segments are let in: RFC 9293, section 3.10.7.4; RFC 5961, sections 3 to 5 and 7. */
#include <cmocka.h>
#include <errno.h>
#include <glib.h>
#include <string.h>

#include "tests/support/stream_alone.h"

#define ACK_OF_1 "A > B . 1:1(0) ack 1 win 5000"

static int setup(void **state)
{
    *state = ics_stream_alone_in(ICS_STREAM_ESTABLISHED);
    return 0;
}

static int teardown(void **state)
{
    ics_stream_pair_free(*state);
    return 0;
}

static IcsStreamVerdict verdict(const IcsStreamPair *pair)
{
    return pair->ends[ICS_PAIR_A].verdict;
}

static void assert_verdict(const IcsStreamPair *pair, IcsStreamVerdict expected)
{
    assert_string_equal(ics_stream_verdict_name(verdict(pair)), ics_stream_verdict_name(expected));
}

/* ---- first: the sequence number (section 3.4, table 6). RCV.NXT is 1. ---- */

typedef struct Acceptance {
    const char *name;
    bool is_window_closed; /* else it has 5000 bytes */
    uint32_t sequence;
    uint32_t bytes;
    IcsStreamVerdict verdict;
} Acceptance;

#define OPEN_ROW(name, sequence, bytes, result)                                                    \
    {                                                                                              \
        name, false, sequence, bytes, ICS_STREAM_VERDICT_##result                                  \
    }
#define CLOSED_ROW(name, sequence, bytes, result)                                                  \
    {                                                                                              \
        name, true, sequence, bytes, ICS_STREAM_VERDICT_##result                                   \
    }

static const Acceptance acceptances[] = {
    OPEN_ROW("no data at RCV.NXT", 1, 0, ACCEPTED),
    OPEN_ROW("no data within the window", 3000, 0, ACCEPTED),
    OPEN_ROW("no data at the last number of the window", 5000, 0, ACCEPTED),
    OPEN_ROW("no data at the edge of the window", 5001, 0, ACCEPTED),
    OPEN_ROW("no data beyond the window", 5002, 0, OUT_OF_WINDOW),
    OPEN_ROW("no data before RCV.NXT", 0, 0, OUT_OF_WINDOW),
    OPEN_ROW("no data half the space away", 0x80000000, 0, OUT_OF_WINDOW),
    OPEN_ROW("data at RCV.NXT", 1, 10, ACCEPTED),
    OPEN_ROW("data that fills the window", 1, 5000, ACCEPTED),
    OPEN_ROW("data that begins in the window and ends beyond", 4999, 10, ACCEPTED),
    OPEN_ROW("data that begins with the last number of the window", 5000, 10, ACCEPTED),
    OPEN_ROW("data that begins at the edge", 5001, 10, OUT_OF_WINDOW),
    OPEN_ROW("data that begins before and ends in the window", 0u - 9, 20, ACCEPTED),
    OPEN_ROW("data that ends with the number before RCV.NXT", 0u - 9, 10, DUPLICATE),
    OPEN_ROW("data that ends with RCV.NXT", 0u - 9, 11, ACCEPTED),
    OPEN_ROW("data from before the window to its last number", 0, 5001, ACCEPTED),
    OPEN_ROW("data from before the window to beyond it", 0, 5002, OUT_OF_WINDOW),
    CLOSED_ROW("window 0: no data at RCV.NXT", 5001, 0, ACCEPTED),
    CLOSED_ROW("window 0: no data beyond it", 5002, 0, OUT_OF_WINDOW),
    CLOSED_ROW("window 0: no data before it", 5000, 0, OUT_OF_WINDOW),
    CLOSED_ROW("window 0: data", 5001, 1, OUT_OF_WINDOW),
    CLOSED_ROW("window 0: data beyond it", 5002, 1, OUT_OF_WINDOW),
    CLOSED_ROW("window 0: old data", 4991, 10, DUPLICATE),
    CLOSED_ROW("window 0: old and new data", 4991, 11, OUT_OF_WINDOW),
};

static void a_segment_is_acceptable_by_its_number(void **state)
{
    const Acceptance *row = *state;
    g_autoptr(IcsStreamPair) pair = ics_stream_alone_in(ICS_STREAM_ESTABLISHED);
    pair->reads = false;
    uint32_t next = 1;
    if (row->is_window_closed) {
        ics_stream_alone_hear(pair, ICS_TCP_ACK, 1, 1, 5000);
        next = 5001;
    }
    ics_stream_alone_hear(pair, ICS_TCP_ACK, row->sequence, 1, row->bytes);
    assert_verdict(pair, row->verdict);
    /* What is not acceptable changes nothing and is answered by an ACK of what is expected. */
    if (row->verdict != ICS_STREAM_VERDICT_ACCEPTED) {
        g_autofree char *ack = g_strdup_printf("A > B . 1:1(0) ack %u win %u", next, 5001 - next);
        assert_string_equal(ics_stream_pair_last(pair), ack);
        assert_int_equal(ics_stream_readable_bytes(ics_stream_pair_a(pair)), next - 1);
    }
}

/* MUST-66: a closed window does not keep out an ACK that comes with data. */
static void the_ack_of_a_window_probe_counts(void **state)
{
    IcsStreamPair *pair = *state;
    pair->reads = false;
    ics_stream_alone_hear(pair, ICS_TCP_ACK, 1, 1, 5000);
    ics_stream_write(ics_stream_pair_a(pair), 0, "hello", 5);
    ics_stream_pair_flush(pair);
    assert_int_equal(ics_stream_unacknowledged_bytes(ics_stream_pair_a(pair)), 5);
    ics_stream_alone_hear(pair, ICS_TCP_ACK, 5001, 6, 1);
    assert_int_equal(ics_stream_unacknowledged_bytes(ics_stream_pair_a(pair)), 0);
    assert_int_equal(ics_stream_readable_bytes(ics_stream_pair_a(pair)), 5000);
}

/* Two machines whose bare ACKs are overtaken would answer each other's answers for ever. */
static void bare_segments_outside_are_answered_twice_a_second(void **state)
{
    IcsStreamPair *pair = *state;
    assert_string_equal(ics_stream_alone_hear(pair, ICS_TCP_ACK, 0u - 9, 1, 0), ACK_OF_1);
    assert_string_equal(ics_stream_alone_hear(pair, ICS_TCP_ACK, 0u - 9, 1, 0), "");
    assert_string_equal(ics_stream_alone_hear(pair, ICS_TCP_ACK, 70000, 1, 10), ACK_OF_1);
    ics_stream_pair_run_for(pair, ICS_PAIR_S / 2 - 1);
    assert_string_equal(ics_stream_alone_hear(pair, ICS_TCP_ACK, 0u - 9, 1, 0), "");
    ics_stream_pair_run_for(pair, 1);
    assert_string_equal(ics_stream_alone_hear(pair, ICS_TCP_ACK, 0u - 9, 1, 0), ACK_OF_1);
}

static void the_ack_of_an_unacceptable_segment_does_not_count(void **state)
{
    IcsStreamPair *pair = *state;
    ics_stream_write(ics_stream_pair_a(pair), 0, "hello", 5);
    ics_stream_pair_flush(pair);
    ics_stream_alone_hear(pair, ICS_TCP_ACK, 5001, 6, 10);
    ics_stream_alone_hear(pair, ICS_TCP_ACK, 0u - 9, 6, 10);
    ics_stream_alone_hear(pair, ICS_TCP_ACK, 0, 6, 0);
    assert_int_equal(ics_stream_unacknowledged_bytes(ics_stream_pair_a(pair)), 5);
}

static void urgent_data_stands_in_its_place(void **state)
{
    IcsStreamPair *pair = *state;
    IcsTcpHeader header = ics_stream_pair_header(ICS_TCP_ACK | ICS_TCP_URG, 1, 1);
    header.urgent_pointer = 3;
    ics_stream_pair_inject(pair, ICS_PAIR_A, &header, "abcdef", 6);
    assert_verdict(pair, ICS_STREAM_VERDICT_ACCEPTED);
    assert_memory_equal(pair->ends[ICS_PAIR_A].received->data, "abcdef", 6);
    assert_int_equal(pair->ends[ICS_PAIR_A].received->len, 6);
    header = ics_stream_pair_header(ICS_TCP_ACK | ICS_TCP_URG, 7, 1);
    header.urgent_pointer = 0xffff;
    ics_stream_pair_inject(pair, ICS_PAIR_A, &header, NULL, 0);
    assert_string_equal(ics_stream_alone_state_name(pair), "ESTABLISHED");
}

/* ---- second: RST ---- */

static void a_rst_resets_only_with_the_exact_number(void **state)
{
    IcsStreamPair *pair = *state;
    assert_string_equal(ics_stream_alone_hear(pair, ICS_TCP_RST, 0, 0, 0), "");
    assert_verdict(pair, ICS_STREAM_VERDICT_OUT_OF_WINDOW);
    assert_string_equal(ics_stream_alone_hear(pair, ICS_TCP_RST, 2, 0, 0), ACK_OF_1);
    assert_verdict(pair, ICS_STREAM_VERDICT_CHALLENGED);
    assert_string_equal(ics_stream_alone_hear(pair, ICS_TCP_RST, 5000, 0, 0), ACK_OF_1);
    assert_string_equal(ics_stream_alone_hear(pair, ICS_TCP_RST, 5002, 0, 0), "");
    assert_string_equal(ics_stream_alone_state_name(pair), "ESTABLISHED");
    assert_string_equal(ics_stream_alone_hear(pair, ICS_TCP_RST, 1, 0, 0), "");
    assert_verdict(pair, ICS_STREAM_VERDICT_RESET);
    assert_string_equal(ics_stream_alone_state_name(pair), "CLOSED");
}

static void a_rst_is_taken_while_the_window_is_closed(void **state)
{
    IcsStreamPair *pair = *state;
    pair->reads = false;
    ics_stream_alone_hear(pair, ICS_TCP_ACK, 1, 1, 5000);
    ics_stream_alone_hear(pair, ICS_TCP_RST, 5002, 0, 0);
    assert_string_equal(ics_stream_alone_state_name(pair), "ESTABLISHED");
    ics_stream_alone_hear(pair, ICS_TCP_RST, 5001, 0, 0);
    assert_string_equal(ics_stream_alone_state_name(pair), "CLOSED");
}

/* The peer's RST follows data that was lost on the way: the challenge brings the exact one. */
static void a_challenged_peer_answers_with_the_exact_rst(void **state)
{
    g_autoptr(IcsStreamPair) pair = ics_stream_pair_new();
    ics_stream_pair_connect(pair);
    ics_stream_write(ics_stream_pair_a(pair), pair->now_ns, "lost", 4);
    IcsStreamDeparture lost;
    assert_true(ics_stream_output(ics_stream_pair_a(pair), pair->now_ns, &lost));
    ics_stream_abort(ics_stream_pair_a(pair), pair->now_ns);
    ics_stream_pair_run_for(pair, ICS_PAIR_S);
    assert_int_equal(ics_stream_state(ics_stream_pair_b(pair)), ICS_STREAM_CLOSED);
    assert_int_equal(ics_stream_error(ics_stream_pair_b(pair)), ECONNRESET);
    assert_string_equal(ics_stream_pair_last(pair), "A > B R 1:1(0) win 0");
    (void)state;
}

static void without_challenges_any_rst_in_the_window_resets(void **state)
{
    IcsStreamPair *pair = *state;
    pair->ends[ICS_PAIR_A].config.use.challenge_ack = false;
    assert_string_equal(ics_stream_alone_hear(pair, ICS_TCP_RST, 5002, 0, 0), "");
    assert_string_equal(ics_stream_alone_state_name(pair), "ESTABLISHED");
    ics_stream_alone_hear(pair, ICS_TCP_RST, 4000, 0, 0);
    assert_string_equal(ics_stream_alone_state_name(pair), "CLOSED");
}

/* ---- fourth: SYN ---- */

static void a_syn_is_challenged_whatever_its_number(void **state)
{
    static const uint32_t numbers[] = {0, 1, 100, 5001, 100000, 0x80000000};
    IcsStreamPair *pair = *state;
    for (size_t i = 0; i < G_N_ELEMENTS(numbers); i++) {
        assert_string_equal(ics_stream_alone_hear(pair, ICS_TCP_SYN, numbers[i], 0, 0), ACK_OF_1);
        assert_verdict(pair, ICS_STREAM_VERDICT_CHALLENGED);
    }
}

static void a_syn_is_challenged_after_a_passive_open_too(void **state)
{
    g_autoptr(IcsStreamPair) pair = ics_stream_alone_in(ICS_STREAM_SYN_RECEIVED);
    ics_stream_alone_hear(pair, ICS_TCP_ACK, 1, 1, 0);
    assert_string_equal(ics_stream_alone_hear(pair, ICS_TCP_SYN, 100, 0, 0), ACK_OF_1);
    assert_string_equal(ics_stream_alone_state_name(pair), "ESTABLISHED");
    (void)state;
}

static void without_challenges_a_syn_in_the_window_resets(void **state)
{
    IcsStreamPair *pair = *state;
    pair->ends[ICS_PAIR_A].config.use.challenge_ack = false;
    assert_string_equal(ics_stream_alone_hear(pair, ICS_TCP_SYN, 100000, 0, 0), ACK_OF_1);
    assert_string_equal(ics_stream_alone_hear(pair, ICS_TCP_SYN, 100, 0, 0),
                        "A > B R. 1:1(0) ack 1 win 0");
    assert_int_equal(ics_stream_error(ics_stream_pair_a(pair)), ECONNRESET);
}

static void challenges_are_limited_in_number(void **state)
{
    IcsStreamPair *pair = *state;
    ics_challenge_ack_init(&pair->ends[ICS_PAIR_A].challenges, 3, ICS_PAIR_S);
    for (int i = 0; i < 3; i++) {
        assert_string_equal(ics_stream_alone_hear(pair, ICS_TCP_SYN, 100, 0, 0), ACK_OF_1);
    }
    assert_string_equal(ics_stream_alone_hear(pair, ICS_TCP_SYN, 100, 0, 0), "");
    assert_string_equal(ics_stream_alone_hear(pair, ICS_TCP_RST, 100, 0, 0), "");
    assert_string_equal(ics_stream_alone_hear(pair, ICS_TCP_ACK, 1, 999, 0), "");
    ics_stream_pair_run_for(pair, ICS_PAIR_S);
    assert_string_equal(ics_stream_alone_hear(pair, ICS_TCP_SYN, 100, 0, 0), ACK_OF_1);
}

/* ---- fifth: ACK. SND.NXT is 101, SND.UNA 51, MAX.SND.WND 1000. ---- */

typedef struct Acknowledgement {
    const char *name;
    uint32_t ack;
    bool is_good;
    uint64_t unacknowledged_bytes;
} Acknowledgement;

static const Acknowledgement acknowledgements[] = {
    {"an ACK of SND.NXT", 101, true, 0},
    {"an ACK between", 76, true, 25},
    {"an ACK of SND.UNA again", 51, true, 50},
    {"an older ACK", 50, true, 50},
    {"an ACK as old as the largest window", 51u - 1000, true, 50},
    {"an ACK older than the largest window", 51u - 1001, false, 50},
    {"an ACK of what was not sent", 102, false, 50},
    {"an ACK from half the space away", 51u + 0x7fffffff, false, 50},
    {"an ACK from the other half", 51u + 0x80000000, false, 50},
};

static void an_ack_is_good_from_a_window_ago_to_what_was_sent(void **state)
{
    const Acknowledgement *row = *state;
    g_autoptr(IcsStreamPair) pair = ics_stream_alone_in(ICS_STREAM_ESTABLISHED);
    uint8_t bytes[100] = {0};
    ics_stream_write(ics_stream_pair_a(pair), 0, bytes, sizeof(bytes));
    ics_stream_pair_flush(pair);
    ics_stream_alone_hear(pair, ICS_TCP_ACK, 1, 51, 0);
    ics_stream_alone_hear(pair, ICS_TCP_ACK, 1, row->ack, 10);
    assert_verdict(pair, row->is_good ? ICS_STREAM_VERDICT_ACCEPTED : ICS_STREAM_VERDICT_BAD_ACK);
    assert_int_equal(ics_stream_unacknowledged_bytes(ics_stream_pair_a(pair)),
                     row->unacknowledged_bytes);
    assert_int_equal(pair->ends[ICS_PAIR_A].received->len, row->is_good ? 10 : 0);
    const char *said =
        row->is_good ? "A > B . 101:101(0) ack 11 win 4990" : "A > B . 101:101(0) ack 1 win 5000";
    assert_string_equal(ics_stream_pair_last(pair), said);
}

/* SND.UNA < SEG.ACK <= SND.NXT, else <SEQ=SEG.ACK><CTL=RST>. */
static void in_syn_received_only_an_ack_of_the_syn_is_good(void **state)
{
    g_autoptr(IcsStreamPair) pair = ics_stream_alone_in(ICS_STREAM_SYN_RECEIVED);
    assert_string_equal(ics_stream_alone_hear(pair, ICS_TCP_ACK, 1, 0, 0), "A > B R 0:0(0) win 0");
    assert_string_equal(ics_stream_alone_hear(pair, ICS_TCP_ACK, 1, 2, 0), "A > B R 2:2(0) win 0");
    assert_string_equal(ics_stream_alone_state_name(pair), "SYN-RECEIVED");
    assert_string_equal(ics_stream_alone_hear(pair, ICS_TCP_ACK, 1, 1, 0), "");
    assert_string_equal(ics_stream_alone_state_name(pair), "ESTABLISHED");
    (void)state;
}

static void without_challenges_an_old_ack_comes_with_its_data(void **state)
{
    IcsStreamPair *pair = *state;
    pair->ends[ICS_PAIR_A].config.use.challenge_ack = false;
    ics_stream_alone_hear(pair, ICS_TCP_ACK, 1, 1u - 100000, 10);
    assert_verdict(pair, ICS_STREAM_VERDICT_ACCEPTED);
    ics_stream_alone_hear(pair, ICS_TCP_ACK, 11, 2, 10);
    assert_verdict(pair, ICS_STREAM_VERDICT_BAD_ACK);
}

static void a_segment_without_ack_is_dropped(void **state)
{
    IcsStreamPair *pair = *state;
    assert_string_equal(ics_stream_alone_hear(pair, 0, 1, 0, 10), "");
    assert_string_equal(ics_stream_alone_hear(pair, ICS_TCP_FIN, 1, 0, 0), "");
    assert_verdict(pair, ICS_STREAM_VERDICT_UNEXPECTED);
    assert_string_equal(ics_stream_alone_state_name(pair), "ESTABLISHED");
    assert_int_equal(pair->ends[ICS_PAIR_A].received->len, 0);
}

/* ---- ECN: RFC 3168, section 6.1.3 ---- */

static const char *hear_marked(IcsStreamPair *pair, uint8_t flags, uint32_t sequence,
                               uint32_t bytes)
{
    static const uint8_t zeros[100];
    IcsTcpHeader header = ics_stream_pair_header(
        ICS_TCP_ACK | flags, pair->ends[ICS_PAIR_B].iss + sequence, pair->ends[ICS_PAIR_A].iss + 1);
    IcsStreamArrival arrival = {&header, zeros, bytes, true};
    ics_stream_pair_clear_trace(pair);
    ics_stream_input(ics_stream_pair_a(pair), 0, &arrival);
    ics_stream_pair_flush(pair);
    return ics_stream_alone_said(pair);
}

static void a_congestion_mark_is_echoed_until_cwr(void **state)
{
    g_autoptr(IcsStreamPair) pair = ics_stream_alone_new();
    pair->ends[ICS_PAIR_A].config.use.ecn = true;
    ics_stream_alone_bring(pair, ICS_STREAM_SYN_SENT);
    ics_stream_alone_hear(pair, ICS_TCP_SYN | ICS_TCP_ACK | ICS_TCP_ECE, 0, 1, 0);
    assert_string_equal(ics_stream_alone_hear(pair, ICS_TCP_ACK, 1, 1, 10),
                        "A > B . 1:1(0) ack 11 win 4990");
    assert_string_equal(hear_marked(pair, 0, 11, 10), "A > B E. 1:1(0) ack 21 win 4980");
    assert_string_equal(ics_stream_alone_hear(pair, ICS_TCP_ACK, 21, 1, 10),
                        "A > B E. 1:1(0) ack 31 win 4970");
    assert_string_equal(ics_stream_alone_hear(pair, ICS_TCP_ACK | ICS_TCP_CWR, 31, 1, 10),
                        "A > B . 1:1(0) ack 41 win 4960");
    assert_string_equal(hear_marked(pair, ICS_TCP_CWR, 41, 10), "A > B E. 1:1(0) ack 51 win 4950");
    (void)state;
}

static void a_mark_on_a_segment_without_data_is_not_echoed(void **state)
{
    g_autoptr(IcsStreamPair) pair = ics_stream_alone_new();
    pair->ends[ICS_PAIR_A].config.use.ecn = true;
    ics_stream_alone_bring(pair, ICS_STREAM_SYN_SENT);
    ics_stream_alone_hear(pair, ICS_TCP_SYN | ICS_TCP_ACK | ICS_TCP_ECE, 0, 1, 0);
    hear_marked(pair, 0, 1, 0);
    assert_string_equal(ics_stream_alone_hear(pair, ICS_TCP_ACK, 1, 1, 10),
                        "A > B . 1:1(0) ack 11 win 4990");
    (void)state;
}

static void without_ecn_marks_mean_nothing(void **state)
{
    IcsStreamPair *pair = *state;
    assert_string_equal(hear_marked(pair, 0, 1, 10), "A > B . 1:1(0) ack 11 win 4990");
}

/* Numbers run over 2^32 in both directions. */
static void numbers_wrap_around(void **state)
{
    static const uint32_t numbers[] = {0xfffffff0, 0xffffffff, 0, 0x7ffffff0, 0x7fffffff};
    for (size_t i = 0; i < G_N_ELEMENTS(numbers); i++) {
        g_autoptr(IcsStreamPair) pair = ics_stream_pair_new();
        pair->ends[ICS_PAIR_A].iss = numbers[i];
        pair->ends[ICS_PAIR_B].iss = numbers[G_N_ELEMENTS(numbers) - 1 - i];
        ics_stream_pair_connect(pair);
        ics_stream_pair_transfer(pair, ICS_PAIR_A, 100000, 10 * ICS_PAIR_S);
        ics_stream_pair_transfer(pair, ICS_PAIR_B, 100000, 10 * ICS_PAIR_S);
        assert_int_equal(pair->ends[ICS_PAIR_B].received->len, 100000);
        assert_int_equal(pair->ends[ICS_PAIR_A].received->len, 100000);
        assert_true(ics_stream_pair_is_intact(pair, ICS_PAIR_A));
        assert_true(ics_stream_pair_is_intact(pair, ICS_PAIR_B));
        ics_stream_close(ics_stream_pair_a(pair), pair->now_ns);
        ics_stream_close(ics_stream_pair_b(pair), pair->now_ns);
        assert_true(ics_stream_pair_settle(pair, pair->now_ns + 100 * ICS_PAIR_S));
    }
    (void)state;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

static const struct CMUnitTest fixed[] = {
    TEST(the_ack_of_a_window_probe_counts),
    TEST(bare_segments_outside_are_answered_twice_a_second),
    TEST(the_ack_of_an_unacceptable_segment_does_not_count),
    cmocka_unit_test(a_syn_is_challenged_after_a_passive_open_too),
    cmocka_unit_test(in_syn_received_only_an_ack_of_the_syn_is_good),
    cmocka_unit_test(a_congestion_mark_is_echoed_until_cwr),
    cmocka_unit_test(a_mark_on_a_segment_without_data_is_not_echoed),
    TEST(without_ecn_marks_mean_nothing),
    TEST(urgent_data_stands_in_its_place),
    TEST(a_rst_resets_only_with_the_exact_number),
    TEST(a_rst_is_taken_while_the_window_is_closed),
    cmocka_unit_test(a_challenged_peer_answers_with_the_exact_rst),
    TEST(without_challenges_any_rst_in_the_window_resets),
    TEST(a_syn_is_challenged_whatever_its_number),
    TEST(without_challenges_a_syn_in_the_window_resets),
    TEST(challenges_are_limited_in_number),
    TEST(without_challenges_an_old_ack_comes_with_its_data),
    TEST(a_segment_without_ack_is_dropped),
    cmocka_unit_test(numbers_wrap_around),
};

int main(void)
{
    enum {
        FIXED = G_N_ELEMENTS(fixed),
        ACCEPTANCES = G_N_ELEMENTS(acceptances),
        ACKNOWLEDGEMENTS = G_N_ELEMENTS(acknowledgements),
    };
    struct CMUnitTest tests[FIXED + ACCEPTANCES + ACKNOWLEDGEMENTS];
    memcpy(tests, fixed, sizeof(fixed));
    for (size_t i = 0; i < ACCEPTANCES; i++) {
        tests[FIXED + i] = (struct CMUnitTest){.name = acceptances[i].name,
                                               .test_func = a_segment_is_acceptable_by_its_number,
                                               .initial_state = (void *)&acceptances[i]};
    }
    for (size_t i = 0; i < ACKNOWLEDGEMENTS; i++) {
        tests[FIXED + ACCEPTANCES + i] =
            (struct CMUnitTest){.name = acknowledgements[i].name,
                                .test_func = an_ack_is_good_from_a_window_ago_to_what_was_sent,
                                .initial_state = (void *)&acknowledgements[i]};
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
