/* Opening a connection: RFC 9293, section 3.5 with its figures, 3.10.7.2 and 3.10.7.3. */
#include <cmocka.h>
#include <errno.h>
#include <glib.h>

#include "tests/support/stream_alone.h"

static int setup(void **state)
{
    *state = ics_stream_pair_new();
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

/* Options that would make the lines long. */
static void use_no_options(IcsStreamPair *pair)
{
    for (int i = 0; i < ICS_PAIR_ENDS; i++) {
        IcsStreamConfig *config = &pair->ends[i].config;
        config->use.sack = false;
        config->use.timestamps = false;
        config->use.window_scaling = false;
        config->receive_buffer_bytes = 5000;
        ics_stream_pair_restart(pair, i);
    }
}

static void open_end(IcsStreamPair *pair, int end)
{
    pair->ends[end].was_used = true;
    ics_stream_open(&pair->ends[end].stream, pair->now_ns);
    ics_stream_pair_flush(pair);
}

static IcsStreamState state_of(IcsStreamPair *pair, int end)
{
    return ics_stream_state(&pair->ends[end].stream);
}

/* The states that an end has gone through, as "SYN-SENT ESTABLISHED". */
static char *path_of(IcsStreamPair *pair, int end)
{
    GString *path = g_string_new(NULL);
    const GArray *states = pair->ends[end].states;
    for (guint i = 0; i < states->len; i++) {
        IcsStreamState state = g_array_index(states, IcsStreamState, i);
        g_string_append_printf(path, "%s%s", i == 0 ? "" : " ", ics_stream_state_name(state));
    }
    return g_string_free(path, FALSE);
}

static void assert_path(IcsStreamPair *pair, int end, const char *expected)
{
    g_autofree char *path = path_of(pair, end);
    assert_string_equal(path, expected);
}

static void three_segments_open_a_connection(void **state)
{
    IcsStreamPair *pair = *state;
    ics_stream_pair_connect(pair);
    assert_string_equal(
        ics_stream_pair_trace(pair),
        "0.000 A > B S 0:0(0) win 65535 <mss 1460,sackOK,TS val 0 ecr 0,wscale 3>\n"
        "0.010 B > A S. 0:0(0) ack 1 win 65535 <mss 1460,sackOK,TS val 10 ecr 0,wscale 3>\n"
        "0.020 A > B . 1:1(0) ack 1 win 32768 <TS val 20 ecr 10>\n");
    assert_path(pair, ICS_PAIR_A, "SYN-SENT ESTABLISHED");
    assert_path(pair, ICS_PAIR_B, "SYN-RECEIVED ESTABLISHED");
    assert_int_equal(ics_stream_take_events(ics_stream_pair_a(pair)) & ICS_STREAM_CONNECTED,
                     ICS_STREAM_CONNECTED);
    assert_int_equal(ics_stream_take_events(ics_stream_pair_b(pair)) & ICS_STREAM_CONNECTED,
                     ICS_STREAM_CONNECTED);
    assert_int_equal(ics_stream_take_events(ics_stream_pair_b(pair)), 0);
}

static void only_what_both_offer_is_agreed_on(void **state)
{
    IcsStreamPair *pair = *state;
    IcsStreamConfig *config = &pair->ends[ICS_PAIR_B].config;
    config->use.sack = false;
    config->use.window_scaling = false;
    ics_stream_pair_connect(pair);
    assert_string_equal(ics_stream_pair_trace(pair),
                        "0.000 A > B S 0:0(0) win 65535 <mss 1460,sackOK,TS val 0 ecr 0,wscale 3>\n"
                        "0.010 B > A S. 0:0(0) ack 1 win 65535 <mss 1460,TS val 10 ecr 0>\n"
                        "0.020 A > B . 1:1(0) ack 1 win 65535 <TS val 20 ecr 10>\n");
}

static void a_peer_without_mss_option_gets_536_bytes(void **state)
{
    IcsStreamPair *pair = *state;
    ics_stream_alone_bring(pair, ICS_STREAM_ESTABLISHED);
    uint8_t bytes[1000] = {0};
    assert_int_equal(ics_stream_write(ics_stream_pair_a(pair), 0, bytes, sizeof(bytes)), 1000);
    ics_stream_pair_flush(pair);
    assert_string_equal(ics_stream_alone_said(pair), "A > B . 1:537(536) ack 1 win 5000 | "
                                                     "A > B P. 537:1001(464) ack 1 win 5000");
}

static IcsPairFate drop_some(IcsStreamPair *pair, const IcsPairSegment *segment, void *context)
{
    const char *wanted = context;
    (void)pair;
    bool is_named = wanted[0] == (segment->from == ICS_PAIR_A ? 'A' : 'B') &&
                    (uint32_t)(wanted[1] - '0') == segment->ordinal;
    return (IcsPairFate){.drop = is_named};
}

static void a_lost_syn_is_sent_again_after_a_second(void **state)
{
    IcsStreamPair *pair = *state;
    use_no_options(pair);
    pair->decide = drop_some;
    pair->context = "A0";
    ics_stream_pair_connect(pair);
    ics_stream_pair_run_until(pair, 2 * ICS_PAIR_S);
    assert_string_equal(ics_stream_pair_trace(pair),
                        "0.000 A > B S 0:0(0) win 5000 <mss 1460> (dropped)\n"
                        "1.000 A > B S 0:0(0) win 5000 <mss 1460> [syn]\n"
                        "1.010 B > A S. 0:0(0) ack 1 win 5000 <mss 1460>\n"
                        "1.020 A > B . 1:1(0) ack 1 win 5000\n");
}

static void a_lost_syn_ack_is_sent_again(void **state)
{
    IcsStreamPair *pair = *state;
    use_no_options(pair);
    pair->decide = drop_some;
    pair->context = "B0";
    ics_stream_pair_connect(pair);
    ics_stream_pair_run_until(pair, 3 * ICS_PAIR_S);
    assert_int_equal(state_of(pair, ICS_PAIR_A), ICS_STREAM_ESTABLISHED);
    assert_int_equal(state_of(pair, ICS_PAIR_B), ICS_STREAM_ESTABLISHED);
}

/* The SYN-ACK comes again and is answered by an ACK (RFC 5961, section 4). */
static void a_lost_last_ack_is_made_good_by_the_next_syn_ack(void **state)
{
    IcsStreamPair *pair = *state;
    use_no_options(pair);
    pair->decide = drop_some;
    pair->context = "A1";
    ics_stream_pair_connect(pair);
    assert_int_equal(state_of(pair, ICS_PAIR_A), ICS_STREAM_ESTABLISHED);
    assert_int_equal(state_of(pair, ICS_PAIR_B), ICS_STREAM_SYN_RECEIVED);
    ics_stream_pair_run_until(pair, 2 * ICS_PAIR_S);
    assert_int_equal(state_of(pair, ICS_PAIR_B), ICS_STREAM_ESTABLISHED);
    assert_string_equal(ics_stream_pair_last(pair), "A > B . 1:1(0) ack 1 win 5000");
}

static void a_lost_last_ack_is_made_good_by_data(void **state)
{
    IcsStreamPair *pair = *state;
    pair->decide = drop_some;
    pair->context = "A1";
    ics_stream_pair_connect(pair);
    ics_stream_pair_transfer(pair, ICS_PAIR_A, 100, ICS_PAIR_S);
    assert_int_equal(state_of(pair, ICS_PAIR_B), ICS_STREAM_ESTABLISHED);
    assert_int_equal(pair->ends[ICS_PAIR_B].received->len, 100);
}

static void a_syn_that_nobody_answers_times_out(void **state)
{
    IcsStreamPair *pair = *state;
    pair->ends[ICS_PAIR_A].config.syn_retries = 3;
    open_end(pair, ICS_PAIR_A);
    /* 1 + 2 + 4 + 8 s. */
    ics_stream_pair_run_until(pair, 15 * ICS_PAIR_S - 1);
    assert_int_equal(ics_stream_alone_state(pair), ICS_STREAM_SYN_SENT);
    ics_stream_pair_run_until(pair, 15 * ICS_PAIR_S);
    assert_int_equal(ics_stream_alone_state(pair), ICS_STREAM_CLOSED);
    assert_int_equal(ics_stream_error(ics_stream_pair_a(pair)), ETIMEDOUT);
    assert_int_equal(pair->ends[ICS_PAIR_A].n_sent, 4);
    assert_true(ics_stream_take_events(ics_stream_pair_a(pair)) & ICS_STREAM_BROKEN);
}

static void nobody_there_means_refused(void **state)
{
    IcsStreamPair *pair = *state;
    use_no_options(pair);
    pair->ends[ICS_PAIR_B].listens = false;
    ics_stream_pair_connect(pair);
    assert_string_equal(ics_stream_pair_last(pair), "B > A R. 0:0(0) ack 1 win 0");
    assert_int_equal(state_of(pair, ICS_PAIR_A), ICS_STREAM_CLOSED);
    assert_int_equal(ics_stream_error(ics_stream_pair_a(pair)), ECONNREFUSED);
}

/* Figure 7. */
static void both_may_open_at_once(void **state)
{
    IcsStreamPair *pair = *state;
    use_no_options(pair);
    pair->ends[ICS_PAIR_B].listens = false;
    open_end(pair, ICS_PAIR_A);
    open_end(pair, ICS_PAIR_B);
    ics_stream_pair_run_for(pair, ICS_PAIR_S / 2);
    assert_string_equal(ics_stream_pair_trace(pair),
                        "0.000 A > B S 0:0(0) win 5000 <mss 1460>\n"
                        "0.000 B > A S 0:0(0) win 5000 <mss 1460>\n"
                        "0.010 B > A S. 0:0(0) ack 1 win 5000 <mss 1460>\n"
                        "0.010 A > B S. 0:0(0) ack 1 win 5000 <mss 1460>\n");
    assert_path(pair, ICS_PAIR_A, "SYN-SENT SYN-RECEIVED ESTABLISHED");
    assert_path(pair, ICS_PAIR_B, "SYN-SENT SYN-RECEIVED ESTABLISHED");
    /* Karn: the ACK may be of the SYN or of the SYN-ACK. */
    IcsStreamFigures figures;
    ics_stream_figures(ics_stream_pair_a(pair), &figures);
    assert_int_equal(figures.srtt_ns, 0);
    ics_stream_pair_transfer(pair, ICS_PAIR_B, 3000, 2 * ICS_PAIR_S);
    assert_int_equal(pair->ends[ICS_PAIR_A].received->len, 3000);
}

static void both_may_open_at_once_over_a_bad_channel(void **state)
{
    static char lost[][3] = {"A0", "B0", "A1", "B1", "A2"};
    for (size_t i = 0; i < G_N_ELEMENTS(lost); i++) {
        g_autoptr(IcsStreamPair) pair = ics_stream_pair_new();
        pair->ends[ICS_PAIR_B].listens = false;
        pair->decide = drop_some;
        pair->context = lost[i];
        open_end(pair, ICS_PAIR_A);
        open_end(pair, ICS_PAIR_B);
        ics_stream_pair_run_for(pair, 10 * ICS_PAIR_S);
        assert_int_equal(state_of(pair, ICS_PAIR_A), ICS_STREAM_ESTABLISHED);
        assert_int_equal(state_of(pair, ICS_PAIR_B), ICS_STREAM_ESTABLISHED);
    }
    (void)state;
}

static IcsPairFate delay_first(IcsStreamPair *pair, const IcsPairSegment *segment, void *context)
{
    (void)pair;
    (void)context;
    bool is_first = segment->from == ICS_PAIR_A && segment->ordinal == 0;
    return (IcsPairFate){.delay_ns = is_first ? 50 * ICS_PAIR_MS : 0};
}

/* Figure 8: an old SYN overtakes the real one. */
static void an_old_duplicate_syn_is_found_out(void **state)
{
    IcsStreamPair *pair = *state;
    use_no_options(pair);
    pair->decide = delay_first;
    open_end(pair, ICS_PAIR_A);
    IcsTcpHeader old = ics_stream_pair_header(ICS_TCP_SYN, 90, 0);
    ics_stream_pair_inject(pair, ICS_PAIR_B, &old, NULL, 0);
    ics_stream_pair_run_for(pair, ICS_PAIR_S / 2);
    assert_string_equal(ics_stream_pair_trace(pair),
                        "0.000 A > B S 0:0(0) win 5000 <mss 1460>\n"
                        "0.000 B > A S. 0:0(0) ack 91 win 5000 <mss 1460>\n"
                        "0.010 A > B R 91:91(0) win 0\n"
                        "0.060 B > A S. 0:0(0) ack 1 win 5000 <mss 1460>\n"
                        "0.070 A > B . 1:1(0) ack 1 win 5000\n");
    assert_path(pair, ICS_PAIR_A, "SYN-SENT ESTABLISHED");
    assert_path(pair, ICS_PAIR_B, "SYN-RECEIVED CLOSED SYN-RECEIVED ESTABLISHED");
}

/* The real SYN lies in the old one's window: back to LISTEN, and the next one is taken. */
static void a_syn_in_the_window_of_an_old_one_ends_that(void **state)
{
    IcsStreamPair *pair = *state;
    use_no_options(pair);
    IcsTcpHeader old = ics_stream_pair_header(ICS_TCP_SYN, 0U - 10, 0);
    ics_stream_pair_inject(pair, ICS_PAIR_B, &old, NULL, 0);
    open_end(pair, ICS_PAIR_A);
    ics_stream_pair_run_for(pair, 5 * ICS_PAIR_S);
    assert_path(pair, ICS_PAIR_A, "SYN-SENT ESTABLISHED");
    assert_path(pair, ICS_PAIR_B, "SYN-RECEIVED CLOSED SYN-RECEIVED ESTABLISHED");
}

/* Figure 9: A has crashed and opens anew; B still holds the old connection. */
static void a_half_open_connection_is_found_by_the_next_syn(void **state)
{
    IcsStreamPair *pair = *state;
    use_no_options(pair);
    ics_stream_pair_connect(pair);
    ics_stream_pair_restart(pair, ICS_PAIR_A);
    ics_stream_pair_clear_trace(pair);
    pair->ends[ICS_PAIR_A].iss = 400;
    ics_stream_pair_restart(pair, ICS_PAIR_A);
    open_end(pair, ICS_PAIR_A);
    ics_stream_pair_run_for(pair, 5 * ICS_PAIR_S);
    assert_string_equal(ics_stream_pair_trace(pair),
                        "0.030 A > B S 0:0(0) win 5000 <mss 1460>\n"
                        "0.040 B > A . 1:1(0) ack 601 win 5000\n"
                        "0.050 A > B R 601:601(0) win 0\n"
                        "1.030 A > B S 0:0(0) win 5000 <mss 1460> [syn]\n"
                        "1.040 B > A S. 0:0(0) ack 1 win 5000 <mss 1460>\n"
                        "1.050 A > B . 1:1(0) ack 1 win 5000\n");
    assert_path(pair, ICS_PAIR_B, "SYN-RECEIVED ESTABLISHED CLOSED SYN-RECEIVED ESTABLISHED");
}

/* Figure 10: B still holds the connection and sends; A knows nothing of it. */
static void a_half_open_connection_is_found_by_data(void **state)
{
    IcsStreamPair *pair = *state;
    use_no_options(pair);
    ics_stream_pair_connect(pair);
    ics_stream_pair_restart(pair, ICS_PAIR_A);
    ics_stream_pair_clear_trace(pair);
    ics_stream_write(ics_stream_pair_b(pair), pair->now_ns, "hello", 5);
    ics_stream_pair_run_for(pair, ICS_PAIR_S);
    assert_string_equal(ics_stream_pair_trace(pair), "0.030 B > A P. 1:6(5) ack 1 win 5000\n"
                                                     "0.040 A > B R 1:1(0) win 0\n");
    assert_int_equal(state_of(pair, ICS_PAIR_B), ICS_STREAM_CLOSED);
    assert_int_equal(ics_stream_error(ics_stream_pair_b(pair)), ECONNRESET);
}

/* Figure 11: an old SYN reaches one of two listeners, whose answer is refused by the other. */
static void an_old_syn_between_listeners_ends_in_a_reset(void **state)
{
    IcsStreamPair *pair = *state;
    use_no_options(pair);
    pair->ends[ICS_PAIR_A].listens = true;
    IcsTcpHeader old = ics_stream_pair_header(ICS_TCP_SYN, 77, 0);
    ics_stream_pair_inject(pair, ICS_PAIR_B, &old, NULL, 0);
    assert_int_equal(state_of(pair, ICS_PAIR_B), ICS_STREAM_SYN_RECEIVED);
    assert_true(ics_stream_pair_settle(pair, ICS_PAIR_S));
    assert_string_equal(ics_stream_pair_trace(pair),
                        "0.000 B > A S. 0:0(0) ack 78 win 5000 <mss 1460>\n"
                        "0.010 A > B R 78:78(0) win 0\n");
    assert_int_equal(state_of(pair, ICS_PAIR_B), ICS_STREAM_CLOSED);
}

static void data_on_a_syn_is_taken_when_it_comes_again(void **state)
{
    IcsStreamPair *pair = *state;
    pair->ends[ICS_PAIR_A].listens = true;
    assert_string_equal(ics_stream_alone_hear(pair, ICS_TCP_SYN, 0, 0, 10),
                        "A > B S. 0:0(0) ack 1 win 5000 <mss 1460>");
    assert_string_equal(ics_stream_alone_hear(pair, ICS_TCP_ACK, 1, 1, 10),
                        "A > B . 1:1(0) ack 11 win 4990");
    assert_int_equal(pair->ends[ICS_PAIR_A].received->len, 10);
}

/* Section 3.10.7.3: "continue processing at the sixth step". */
static void data_on_a_syn_ack_is_taken(void **state)
{
    IcsStreamPair *pair = *state;
    ics_stream_alone_bring(pair, ICS_STREAM_SYN_SENT);
    assert_string_equal(ics_stream_alone_hear(pair, ICS_TCP_SYN | ICS_TCP_ACK, 0, 1, 10),
                        "A > B . 1:1(0) ack 11 win 4990");
    assert_int_equal(pair->ends[ICS_PAIR_A].received->len, 10);
}

static void a_fin_on_a_syn_ack_is_taken(void **state)
{
    IcsStreamPair *pair = *state;
    ics_stream_alone_bring(pair, ICS_STREAM_SYN_SENT);
    assert_string_equal(
        ics_stream_alone_hear(pair, ICS_TCP_SYN | ICS_TCP_ACK | ICS_TCP_FIN, 0, 1, 0),
        "A > B . 1:1(0) ack 2 win 4999");
    assert_string_equal(ics_stream_alone_state_name(pair), "CLOSE-WAIT");
}

/* First step: the reply is <SEQ=SEG.ACK><CTL=RST>, and none to a RST. */
static void in_syn_sent_a_wrong_ack_is_refused(void **state)
{
    IcsStreamPair *pair = *state;
    ics_stream_alone_bring(pair, ICS_STREAM_SYN_SENT);
    assert_string_equal(ics_stream_alone_hear(pair, ICS_TCP_SYN | ICS_TCP_ACK, 0, 0, 0),
                        "A > B R 0:0(0) win 0");
    assert_string_equal(ics_stream_alone_hear(pair, ICS_TCP_SYN | ICS_TCP_ACK, 0, 2, 0),
                        "A > B R 2:2(0) win 0");
    assert_string_equal(ics_stream_alone_hear(pair, ICS_TCP_RST | ICS_TCP_ACK, 0, 2, 0), "");
    assert_string_equal(ics_stream_alone_state_name(pair), "SYN-SENT");
}

static void in_syn_sent_a_rst_without_ack_is_ignored(void **state)
{
    IcsStreamPair *pair = *state;
    ics_stream_alone_bring(pair, ICS_STREAM_SYN_SENT);
    assert_string_equal(ics_stream_alone_hear(pair, ICS_TCP_RST, 0, 0, 0), "");
    assert_string_equal(ics_stream_alone_hear(pair, ICS_TCP_RST | ICS_TCP_SYN, 0, 0, 0), "");
    assert_string_equal(ics_stream_alone_state_name(pair), "SYN-SENT");
}

/* Section 3.10.4: the FIN waits for the connection. */
static void a_close_before_the_handshake_is_over_is_done_after_it(void **state)
{
    IcsStreamPair *pair = *state;
    ics_stream_alone_bring(pair, ICS_STREAM_SYN_RECEIVED);
    assert_int_equal(ics_stream_shutdown(ics_stream_pair_a(pair), 0), 0);
    ics_stream_pair_flush(pair);
    assert_string_equal(ics_stream_alone_said(pair), "");
    assert_string_equal(ics_stream_alone_hear(pair, ICS_TCP_ACK, 1, 1, 0),
                        "A > B F. 1:1(0) ack 1 win 5000");
    assert_string_equal(ics_stream_alone_state_name(pair), "FIN-WAIT-1");
}

static void a_refused_simultaneous_open_is_refused(void **state)
{
    IcsStreamPair *pair = *state;
    ics_stream_alone_bring(pair, ICS_STREAM_SYN_SENT);
    ics_stream_alone_hear(pair, ICS_TCP_SYN, 0, 0, 0);
    assert_string_equal(ics_stream_alone_state_name(pair), "SYN-RECEIVED");
    ics_stream_alone_hear(pair, ICS_TCP_RST, 1, 0, 0);
    assert_int_equal(ics_stream_error(ics_stream_pair_a(pair)), ECONNREFUSED);
}

static void the_round_trip_of_the_handshake_is_measured(void **state)
{
    IcsStreamPair *pair = *state;
    ics_stream_pair_connect(pair);
    for (int i = 0; i < ICS_PAIR_ENDS; i++) {
        IcsStreamFigures figures;
        ics_stream_figures(&pair->ends[i].stream, &figures);
        assert_int_equal(figures.srtt_ns, 20 * ICS_PAIR_MS);
    }
}

/* Karn. RFC 6298, section 5.7: 3 s after a SYN that was repeated. */
static void the_round_trip_of_a_repeated_syn_is_not_measured(void **state)
{
    IcsStreamPair *pair = *state;
    pair->decide = drop_some;
    pair->context = "A0";
    ics_stream_pair_connect(pair);
    ics_stream_pair_run_until(pair, 1100 * ICS_PAIR_MS);
    IcsStreamFigures figures;
    ics_stream_figures(ics_stream_pair_a(pair), &figures);
    assert_int_equal(figures.srtt_ns, 0);
    assert_int_equal(figures.rto_ns, 3 * ICS_PAIR_S);
}

#define PAIR(name)  cmocka_unit_test_setup_teardown(name, setup, teardown)
#define ALONE(name) cmocka_unit_test_setup_teardown(name, setup_alone, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        PAIR(three_segments_open_a_connection),
        PAIR(only_what_both_offer_is_agreed_on),
        ALONE(a_peer_without_mss_option_gets_536_bytes),
        PAIR(a_lost_syn_is_sent_again_after_a_second),
        PAIR(a_lost_syn_ack_is_sent_again),
        PAIR(a_lost_last_ack_is_made_good_by_the_next_syn_ack),
        PAIR(a_lost_last_ack_is_made_good_by_data),
        ALONE(a_syn_that_nobody_answers_times_out),
        PAIR(nobody_there_means_refused),
        PAIR(both_may_open_at_once),
        cmocka_unit_test(both_may_open_at_once_over_a_bad_channel),
        PAIR(an_old_duplicate_syn_is_found_out),
        PAIR(a_syn_in_the_window_of_an_old_one_ends_that),
        PAIR(a_half_open_connection_is_found_by_the_next_syn),
        PAIR(a_half_open_connection_is_found_by_data),
        PAIR(an_old_syn_between_listeners_ends_in_a_reset),
        ALONE(data_on_a_syn_is_taken_when_it_comes_again),
        ALONE(data_on_a_syn_ack_is_taken),
        ALONE(a_fin_on_a_syn_ack_is_taken),
        ALONE(in_syn_sent_a_wrong_ack_is_refused),
        ALONE(in_syn_sent_a_rst_without_ack_is_ignored),
        ALONE(a_close_before_the_handshake_is_over_is_done_after_it),
        ALONE(a_refused_simultaneous_open_is_refused),
        PAIR(the_round_trip_of_the_handshake_is_measured),
        PAIR(the_round_trip_of_a_repeated_syn_is_not_measured),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
