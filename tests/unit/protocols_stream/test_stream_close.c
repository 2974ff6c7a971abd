/* Closing: RFC 9293, section 3.6 with its figures and 3.10.4; RFC 1122, section 4.2.2.13; RFC 2525,
 * section 2.17; RFC 6191. */
#include <cmocka.h>
#include <errno.h>
#include <glib.h>
#include <string.h>

#include "tests/support/stream_alone.h"

static int setup(void **state)
{
    IcsStreamPair *pair = ics_stream_pair_new();
    for (int i = 0; i < ICS_PAIR_ENDS; i++) {
        IcsStreamConfig *config = &pair->ends[i].config;
        config->use.sack = false;
        config->use.timestamps = false;
        config->use.window_scaling = false;
        config->receive_buffer_bytes = 5000;
    }
    ics_stream_pair_connect(pair);
    ics_stream_pair_clear_trace(pair);
    pair->now_ns = 0;
    for (int i = 0; i < ICS_PAIR_ENDS; i++) {
        g_array_set_size(pair->ends[i].states, 0);
    }
    *state = pair;
    return 0;
}

static int setup_alone(void **state)
{
    *state = ics_stream_alone_new();
    return 0;
}

static int teardown(void **state)
{
    ics_stream_pair_free(*state);
    return 0;
}

static void assert_path(IcsStreamPair *pair, int end, const char *expected)
{
    GString *path = g_string_new(NULL);
    const GArray *states = pair->ends[end].states;
    for (guint i = 0; i < states->len; i++) {
        IcsStreamState state = g_array_index(states, IcsStreamState, i);
        g_string_append_printf(path, "%s%s", i == 0 ? "" : " ", ics_stream_state_name(state));
    }
    assert_string_equal(path->str, expected);
    g_string_free(path, TRUE);
}

static void write_text(IcsStreamPair *pair, int end, const char *text)
{
    IcsStream *stream = &pair->ends[end].stream;
    int64_t written = ics_stream_write(stream, pair->now_ns, text, strlen(text));
    assert_int_equal(written, (int64_t)strlen(text));
    ics_stream_pair_flush(pair);
}

static void assert_received(const IcsStreamPair *pair, int end, const char *text)
{
    const GByteArray *received = pair->ends[end].received;
    assert_int_equal(received->len, strlen(text));
    assert_memory_equal(received->data, text, received->len);
}

static void close_end(IcsStreamPair *pair, int end)
{
    ics_stream_close(&pair->ends[end].stream, pair->now_ns);
    ics_stream_pair_flush(pair);
}

static void shut_down_end(IcsStreamPair *pair, int end)
{
    assert_int_equal(ics_stream_shutdown(&pair->ends[end].stream, pair->now_ns), 0);
    ics_stream_pair_flush(pair);
}

/* Figure 12. */
static void four_segments_close_a_connection(void **state)
{
    IcsStreamPair *pair = *state;
    close_end(pair, ICS_PAIR_A);
    ics_stream_pair_run_until(pair, 50 * ICS_PAIR_MS);
    close_end(pair, ICS_PAIR_B);
    assert_true(ics_stream_pair_settle(pair, 100 * ICS_PAIR_S));
    assert_string_equal(ics_stream_pair_trace(pair), "0.000 A > B F. 1:1(0) ack 1 win 5000\n"
                                                     "0.010 B > A . 1:1(0) ack 2 win 4999\n"
                                                     "0.050 B > A F. 1:1(0) ack 2 win 4999\n"
                                                     "0.060 A > B . 2:2(0) ack 2 win 4999\n");
    assert_path(pair, ICS_PAIR_A, "FIN-WAIT-1 FIN-WAIT-2 TIME-WAIT CLOSED");
    assert_path(pair, ICS_PAIR_B, "CLOSE-WAIT LAST-ACK CLOSED");
    assert_int_equal(ics_stream_error(ics_stream_pair_a(pair)), 0);
    assert_int_equal(ics_stream_error(ics_stream_pair_b(pair)), 0);
    /* Two MSL of 30 s. */
    assert_int_equal(pair->now_ns, 60 * ICS_PAIR_MS + 60 * ICS_PAIR_S);
}

/* Figure 13. */
static void both_may_close_at_once(void **state)
{
    IcsStreamPair *pair = *state;
    ics_stream_close(ics_stream_pair_a(pair), 0);
    ics_stream_close(ics_stream_pair_b(pair), 0);
    assert_true(ics_stream_pair_settle(pair, 100 * ICS_PAIR_S));
    assert_string_equal(ics_stream_pair_trace(pair), "0.000 A > B F. 1:1(0) ack 1 win 5000\n"
                                                     "0.000 B > A F. 1:1(0) ack 1 win 5000\n"
                                                     "0.010 B > A . 2:2(0) ack 2 win 4999\n"
                                                     "0.010 A > B . 2:2(0) ack 2 win 4999\n");
    assert_path(pair, ICS_PAIR_A, "FIN-WAIT-1 CLOSING TIME-WAIT CLOSED");
    assert_path(pair, ICS_PAIR_B, "FIN-WAIT-1 CLOSING TIME-WAIT CLOSED");
}

static void a_half_closed_connection_still_receives(void **state)
{
    IcsStreamPair *pair = *state;
    write_text(pair, ICS_PAIR_A, "question");
    shut_down_end(pair, ICS_PAIR_A);
    ics_stream_pair_run_for(pair, ICS_PAIR_S);
    assert_received(pair, ICS_PAIR_B, "question");
    assert_true(ics_stream_at_end(ics_stream_pair_b(pair)));
    write_text(pair, ICS_PAIR_B, "answer");
    ics_stream_pair_run_for(pair, 100 * ICS_PAIR_S);
    assert_received(pair, ICS_PAIR_A, "answer");
    assert_false(ics_stream_at_end(ics_stream_pair_a(pair)));
    assert_int_equal(ics_stream_state(ics_stream_pair_a(pair)), ICS_STREAM_FIN_WAIT_2);
    shut_down_end(pair, ICS_PAIR_B);
    assert_true(ics_stream_pair_settle(pair, 1000 * ICS_PAIR_S));
    assert_true(ics_stream_at_end(ics_stream_pair_a(pair)));
}

static void the_fin_follows_all_that_was_written(void **state)
{
    IcsStreamPair *pair = *state;
    uint8_t bytes[20000];
    for (size_t i = 0; i < sizeof(bytes); i++) {
        bytes[i] = ics_stream_pair_byte(i);
    }
    ics_stream_write(ics_stream_pair_a(pair), 0, bytes, sizeof(bytes));
    close_end(pair, ICS_PAIR_A);
    assert_int_equal(ics_stream_state(ics_stream_pair_a(pair)), ICS_STREAM_FIN_WAIT_1);
    ics_stream_pair_run_for(pair, 10 * ICS_PAIR_S);
    assert_int_equal(pair->ends[ICS_PAIR_B].received->len, sizeof(bytes));
    assert_true(ics_stream_pair_is_intact(pair, ICS_PAIR_B));
    assert_true(ics_stream_at_end(ics_stream_pair_b(pair)));
}

static void a_second_close_changes_nothing(void **state)
{
    IcsStreamPair *pair = *state;
    close_end(pair, ICS_PAIR_A);
    ics_stream_pair_clear_trace(pair);
    close_end(pair, ICS_PAIR_A);
    assert_int_equal(ics_stream_shutdown(ics_stream_pair_a(pair), 0), 0);
    ics_stream_pair_flush(pair);
    assert_string_equal(ics_stream_pair_trace(pair), "");
    assert_path(pair, ICS_PAIR_A, "FIN-WAIT-1");
}

/* RFC 9293, section 3.6.1. */
static void closing_with_unread_data_is_a_reset(void **state)
{
    IcsStreamPair *pair = *state;
    pair->reads = false;
    write_text(pair, ICS_PAIR_A, "unread");
    ics_stream_pair_run_until(pair, 20 * ICS_PAIR_MS);
    close_end(pair, ICS_PAIR_B);
    assert_string_equal(ics_stream_pair_last(pair), "B > A R. 1:1(0) ack 7 win 0");
    assert_int_equal(ics_stream_state(ics_stream_pair_b(pair)), ICS_STREAM_CLOSED);
    ics_stream_pair_run_for(pair, ICS_PAIR_S);
    assert_int_equal(ics_stream_error(ics_stream_pair_a(pair)), ECONNRESET);
    assert_int_equal(ics_stream_write(ics_stream_pair_a(pair), pair->now_ns, "x", 1), -ECONNRESET);
}

static void data_for_a_user_who_is_gone_is_a_reset(void **state)
{
    IcsStreamPair *pair = *state;
    close_end(pair, ICS_PAIR_B);
    ics_stream_pair_run_until(pair, 50 * ICS_PAIR_MS);
    write_text(pair, ICS_PAIR_A, "too late");
    ics_stream_pair_run_for(pair, ICS_PAIR_S);
    assert_string_equal(ics_stream_pair_last(pair), "B > A R 2:2(0) win 0");
    assert_int_equal(ics_stream_error(ics_stream_pair_a(pair)), EPIPE);
    assert_int_equal(ics_stream_state(ics_stream_pair_b(pair)), ICS_STREAM_CLOSED);
}

static void data_after_a_shutdown_of_receiving_is_acknowledged_and_thrown_away(void **state)
{
    IcsStreamPair *pair = *state;
    ics_stream_shutdown_receive(ics_stream_pair_b(pair), 0);
    ics_stream_pair_transfer(pair, ICS_PAIR_A, 20000, ICS_PAIR_S);
    assert_int_equal(ics_stream_unacknowledged_bytes(ics_stream_pair_a(pair)), 0);
    assert_int_equal(pair->ends[ICS_PAIR_B].received->len, 0);
    assert_int_equal(ics_stream_readable_bytes(ics_stream_pair_b(pair)), 0);
    assert_int_equal(ics_stream_state(ics_stream_pair_b(pair)), ICS_STREAM_ESTABLISHED);
}

static void unread_data_stays_when_the_connection_is_over(void **state)
{
    IcsStreamPair *pair = *state;
    pair->reads = false;
    write_text(pair, ICS_PAIR_A, "last words");
    shut_down_end(pair, ICS_PAIR_A);
    shut_down_end(pair, ICS_PAIR_B);
    assert_true(ics_stream_pair_settle(pair, 100 * ICS_PAIR_S));
    assert_int_equal(ics_stream_state(ics_stream_pair_b(pair)), ICS_STREAM_CLOSED);
    char buffer[20];
    assert_int_equal(
        ics_stream_read(ics_stream_pair_b(pair), pair->now_ns, buffer, sizeof(buffer), false), 10);
    assert_memory_equal(buffer, "last words", 10);
    assert_true(ics_stream_at_end(ics_stream_pair_b(pair)));
}

static void a_reset_takes_unread_data_with_it(void **state)
{
    IcsStreamPair *pair = *state;
    pair->reads = false;
    write_text(pair, ICS_PAIR_A, "lost words");
    ics_stream_pair_run_until(pair, 50 * ICS_PAIR_MS);
    assert_int_equal(ics_stream_readable_bytes(ics_stream_pair_b(pair)), 10);
    ics_stream_abort(ics_stream_pair_a(pair), pair->now_ns);
    ics_stream_pair_run_for(pair, ICS_PAIR_S);
    assert_int_equal(ics_stream_error(ics_stream_pair_b(pair)), ECONNRESET);
    assert_int_equal(ics_stream_readable_bytes(ics_stream_pair_b(pair)), 0);
    assert_false(ics_stream_at_end(ics_stream_pair_b(pair)));
}

static void an_orphan_waits_for_the_peers_fin_for_a_minute(void **state)
{
    IcsStreamPair *pair = *state;
    close_end(pair, ICS_PAIR_A);
    ics_stream_pair_run_until(pair, 60 * ICS_PAIR_S);
    assert_int_equal(ics_stream_state(ics_stream_pair_a(pair)), ICS_STREAM_FIN_WAIT_2);
    ics_stream_pair_run_until(pair, 61 * ICS_PAIR_S);
    assert_int_equal(ics_stream_state(ics_stream_pair_a(pair)), ICS_STREAM_CLOSED);
}

static void without_a_limit_an_orphan_waits_for_ever(void **state)
{
    IcsStreamPair *pair = *state;
    pair->ends[ICS_PAIR_A].config.times.fin_wait_2_ns = 0;
    close_end(pair, ICS_PAIR_A);
    ics_stream_pair_run_until(pair, 100000 * ICS_PAIR_S);
    assert_int_equal(ics_stream_state(ics_stream_pair_a(pair)), ICS_STREAM_FIN_WAIT_2);
}

static void who_closes_in_fin_wait_2_waits_a_minute_from_then(void **state)
{
    IcsStreamPair *pair = *state;
    shut_down_end(pair, ICS_PAIR_A);
    ics_stream_pair_run_until(pair, 1000 * ICS_PAIR_S);
    close_end(pair, ICS_PAIR_A);
    ics_stream_pair_run_until(pair, 1060 * ICS_PAIR_S - 1);
    assert_int_equal(ics_stream_state(ics_stream_pair_a(pair)), ICS_STREAM_FIN_WAIT_2);
    ics_stream_pair_run_until(pair, 1060 * ICS_PAIR_S);
    assert_int_equal(ics_stream_state(ics_stream_pair_a(pair)), ICS_STREAM_CLOSED);
}

static IcsPairFate drop_first_of_b(IcsStreamPair *pair, const IcsPairSegment *segment,
                                   void *context)
{
    uint32_t *left = context;
    (void)pair;
    if (segment->from == ICS_PAIR_B && *left > 0) {
        (*left)--;
        return (IcsPairFate){.drop = true};
    }
    return (IcsPairFate){0};
}

static void a_fin_whose_ack_is_lost_is_sent_again(void **state)
{
    IcsStreamPair *pair = *state;
    uint32_t lost = 1;
    pair->decide = drop_first_of_b;
    pair->context = &lost;
    close_end(pair, ICS_PAIR_A);
    ics_stream_pair_run_until(pair, 5 * ICS_PAIR_S);
    assert_string_equal(ics_stream_pair_trace(pair),
                        "0.000 A > B F. 1:1(0) ack 1 win 5000\n"
                        "0.010 B > A . 1:1(0) ack 2 win 4999 (dropped)\n"
                        "1.000 A > B F. 1:1(0) ack 1 win 5000 [fin]\n"
                        "1.010 B > A . 1:1(0) ack 2 win 4999\n");
    assert_path(pair, ICS_PAIR_A, "FIN-WAIT-1 FIN-WAIT-2");
}

static void the_peers_fin_again_restarts_time_wait(void **state)
{
    IcsStreamPair *pair = *state;
    ics_stream_alone_bring(pair, ICS_STREAM_TIME_WAIT);
    ics_stream_pair_run_until(pair, 50 * ICS_PAIR_S);
    assert_string_equal(ics_stream_alone_hear(pair, ICS_TCP_FIN | ICS_TCP_ACK, 1, 2, 0),
                        "A > B . 2:2(0) ack 2 win 4999");
    ics_stream_pair_run_until(pair, 110 * ICS_PAIR_S - 1);
    assert_string_equal(ics_stream_alone_state_name(pair), "TIME-WAIT");
    ics_stream_pair_run_until(pair, 110 * ICS_PAIR_S);
    assert_string_equal(ics_stream_alone_state_name(pair), "CLOSED");
}

static void other_segments_do_not_restart_time_wait(void **state)
{
    IcsStreamPair *pair = *state;
    ics_stream_alone_bring(pair, ICS_STREAM_TIME_WAIT);
    ics_stream_pair_run_until(pair, 50 * ICS_PAIR_S);
    ics_stream_alone_hear(pair, ICS_TCP_ACK, 1, 2, 1);
    ics_stream_alone_hear(pair, ICS_TCP_ACK, 2, 2, 0);
    ics_stream_pair_run_until(pair, 60 * ICS_PAIR_S);
    assert_string_equal(ics_stream_alone_state_name(pair), "CLOSED");
}

static void time_wait_lasts_as_long_as_configured(void **state)
{
    IcsStreamPair *pair = *state;
    pair->ends[ICS_PAIR_A].config.times.msl_ns = ICS_PAIR_S;
    ics_stream_alone_bring(pair, ICS_STREAM_TIME_WAIT);
    assert_int_equal(ics_stream_pair_next_ns(pair), 2 * ICS_PAIR_S);
}

/* ---- re-use (RFC 1122, section 4.2.2.13; RFC 6191, section 2) ---- */

typedef struct Reuse {
    const char *name;
    bool had_timestamps; /* the connection before */
    uint32_t last;       /* timestamp that A heard */
    bool has_timestamps; /* the SYN */
    uint32_t timestamp;
    uint32_t sequence; /* of the SYN; A expects 2 */
    uint8_t flags;
    bool is_taken;
} Reuse;

static const Reuse reuses[] = {
    {"a higher number", false, 0, false, 0, 2, ICS_TCP_SYN, true},
    {"a number before", false, 0, false, 0, 1, ICS_TCP_SYN, false},
    {"a number far before", false, 0, false, 0, 0x80000010, ICS_TCP_SYN, false},
    {"timestamps where there were none", false, 0, true, 1, 0, ICS_TCP_SYN, true},
    {"a later timestamp", true, 100, true, 101, 0, ICS_TCP_SYN, true},
    {"the same timestamp, a higher number", true, 100, true, 100, 2, ICS_TCP_SYN, true},
    {"the same timestamp, a number before", true, 100, true, 100, 1, ICS_TCP_SYN, false},
    {"an earlier timestamp", true, 100, true, 99, 1000, ICS_TCP_SYN, false},
    {"no timestamps, a higher number", true, 100, false, 0, 2, ICS_TCP_SYN, true},
    {"no timestamps, a number before", true, 100, false, 0, 1, ICS_TCP_SYN, false},
    {"a SYN with ACK", false, 0, false, 0, 1000, ICS_TCP_SYN | ICS_TCP_ACK, false},
    {"a SYN with RST", false, 0, false, 0, 1000, ICS_TCP_SYN | ICS_TCP_RST, false},
    {"no SYN", false, 0, false, 0, 1000, ICS_TCP_ACK, false},
};

static void a_syn_in_time_wait_may_begin_a_new_connection(void **state)
{
    const Reuse *row = *state;
    g_autoptr(IcsStreamPair) pair = ics_stream_alone_new();
    pair->ends[ICS_PAIR_A].config.use.timestamps = true;
    ics_stream_alone_bring(pair, ICS_STREAM_TIME_WAIT);
    IcsStream *stream = ics_stream_pair_a(pair);
    stream->agreed.timestamps = row->had_timestamps;
    stream->receive.ts_recent = row->last;
    IcsTcpHeader header = ics_stream_pair_header(row->flags, row->sequence, 0);
    header.options.has_timestamps = row->has_timestamps;
    header.options.timestamp_value = row->timestamp;
    header.sequence += pair->ends[ICS_PAIR_B].iss;
    IcsStreamArrival syn = {.header = &header};
    assert_int_equal(ics_stream_may_be_reused(stream, &syn), row->is_taken);
    pair->ends[ICS_PAIR_A].listens = true;
    header.sequence -= pair->ends[ICS_PAIR_B].iss;
    ics_stream_pair_inject(pair, ICS_PAIR_A, &header, NULL, 0);
    assert_string_equal(ics_stream_alone_state_name(pair),
                        row->is_taken ? "SYN-RECEIVED" : "TIME-WAIT");
}

static void only_time_wait_may_be_reused(void **state)
{
    IcsTcpHeader header = {.flags = ICS_TCP_SYN, .sequence = 50000};
    IcsStreamArrival syn = {.header = &header};
    for (IcsStreamState before = ICS_STREAM_CLOSED; before < ICS_STREAM_TIME_WAIT; before++) {
        g_autoptr(IcsStreamPair) pair = ics_stream_alone_in(before);
        assert_false(ics_stream_may_be_reused(ics_stream_pair_a(pair), &syn));
    }
    (void)state;
}

/* RFC 1337's hazard: RFC 9293 lets a RST with the exact number end TIME-WAIT, and only that. */
static void a_rst_in_time_wait_must_be_exact(void **state)
{
    IcsStreamPair *pair = *state;
    ics_stream_alone_bring(pair, ICS_STREAM_TIME_WAIT);
    ics_stream_alone_hear(pair, ICS_TCP_RST, 1, 0, 0);
    ics_stream_alone_hear(pair, ICS_TCP_RST, 3, 0, 0);
    assert_string_equal(ics_stream_alone_state_name(pair), "TIME-WAIT");
    ics_stream_alone_hear(pair, ICS_TCP_RST, 2, 0, 0);
    assert_string_equal(ics_stream_alone_state_name(pair), "CLOSED");
    assert_int_equal(ics_stream_error(ics_stream_pair_a(pair)), 0);
}

static void an_abort_tells_the_peer(void **state)
{
    IcsStreamPair *pair = *state;
    ics_stream_write(ics_stream_pair_a(pair), 0, "never mind", 10);
    ics_stream_abort(ics_stream_pair_a(pair), 0);
    assert_true(ics_stream_pair_settle(pair, ICS_PAIR_S));
    assert_string_equal(ics_stream_pair_trace(pair), "0.000 A > B R. 1:1(0) ack 1 win 0\n");
    assert_int_equal(ics_stream_error(ics_stream_pair_b(pair)), ECONNRESET);
    assert_int_equal(ics_stream_take_events(ics_stream_pair_b(pair)),
                     ICS_STREAM_BROKEN | ICS_STREAM_ENDED | ICS_STREAM_READABLE |
                         ICS_STREAM_WRITABLE | ICS_STREAM_CONNECTED);
}

#define PAIR(name)  cmocka_unit_test_setup_teardown(name, setup, teardown)
#define ALONE(name) cmocka_unit_test_setup_teardown(name, setup_alone, teardown)

static const struct CMUnitTest fixed[] = {
    PAIR(four_segments_close_a_connection),
    PAIR(both_may_close_at_once),
    PAIR(a_half_closed_connection_still_receives),
    PAIR(the_fin_follows_all_that_was_written),
    PAIR(a_second_close_changes_nothing),
    PAIR(closing_with_unread_data_is_a_reset),
    PAIR(data_for_a_user_who_is_gone_is_a_reset),
    PAIR(data_after_a_shutdown_of_receiving_is_acknowledged_and_thrown_away),
    PAIR(unread_data_stays_when_the_connection_is_over),
    PAIR(a_reset_takes_unread_data_with_it),
    PAIR(an_orphan_waits_for_the_peers_fin_for_a_minute),
    PAIR(without_a_limit_an_orphan_waits_for_ever),
    PAIR(who_closes_in_fin_wait_2_waits_a_minute_from_then),
    PAIR(a_fin_whose_ack_is_lost_is_sent_again),
    ALONE(the_peers_fin_again_restarts_time_wait),
    ALONE(other_segments_do_not_restart_time_wait),
    ALONE(time_wait_lasts_as_long_as_configured),
    cmocka_unit_test(only_time_wait_may_be_reused),
    ALONE(a_rst_in_time_wait_must_be_exact),
    PAIR(an_abort_tells_the_peer),
};

int main(void)
{
    enum { FIXED = G_N_ELEMENTS(fixed), REUSES = G_N_ELEMENTS(reuses) };
    struct CMUnitTest tests[FIXED + REUSES];
    memcpy(tests, fixed, sizeof(fixed));
    for (size_t i = 0; i < REUSES; i++) {
        tests[FIXED + i] =
            (struct CMUnitTest){.name = reuses[i].name,
                                .test_func = a_syn_in_time_wait_may_begin_a_new_connection,
                                .initial_state = (void *)&reuses[i]};
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
