/* What an acknowledgement changes beside recovery, and what observers and the user are told. */
#include <cmocka.h>

#include "tests/support/stream_script.h"

#define CONNECT                                                                                    \
    "0 open\n"                                                                                     \
    "0 > S 0:1(0) win 65535 <mss 1460,sackOK>\n"                                                   \
    "100 < S. 0:1(0) ack 1 win 65535 <mss 1460,sackOK>\n"                                          \
    "100 > . 1:1(0) ack 1\n"

static int set_up(void **state)
{
    *state = ics_stream_script_new();
    return 0;
}

static int tear_down(void **state)
{
    ics_stream_script_free(*state);
    return 0;
}

/* What the observer was told since this was asked last. */
static void assert_notes(IcsStreamScript *script, const char *expected)
{
    assert_string_equal(script->notes->str, expected);
    g_string_truncate(script->notes, 0);
}

static void observers_see_the_handshake(void **state)
{
    IcsStreamScript *script = *state;
    ics_stream_script_run(script, "0 open\n"
                                  "0 > S 0:1(0)\n");
    assert_notes(script, "state 0 2\n");
    ics_stream_script_run(script, "100 < S. 0:1(0) ack 1 win 5000 <mss 1460>\n"
                                  "100 > . 1:1(0) ack 1\n");
    assert_notes(script, "round-trip 100000000 1000000000\n"
                         "window 14600 -1\n"
                         "peer-window 5000 0\n"
                         "state 2 4\n");
}

static void observers_see_samples_and_windows(void **state)
{
    IcsStreamScript *script = *state;
    ics_stream_script_run(script, CONNECT);
    g_string_truncate(script->notes, 0);
    ics_stream_script_run(script, "100 write 14600\n"
                                  "100 > .. 1:14601(1460)*\n"
                                  "200 < . 1:1(0) ack 14601 win 65000\n");
    assert_notes(script, "round-trip 100000000 1000000000\n"
                         "window 16060 -1\n"
                         "peer-window 65000 0\n");
}

/* Entry and exit of a recovery, with the number of its end; each change of the scoreboard. */
static void observers_see_a_recovery(void **state)
{
    IcsStreamScript *script = *state;
    ics_stream_script_run(script, CONNECT "100 write 5840\n"
                                          "100 > .. 1:5841(1460)*\n");
    g_string_truncate(script->notes, 0);
    ics_stream_script_run(script, "200 < . 1:1(0) ack 1 win 65535 <sack 1461:2921>\n");
    assert_notes(script, "scoreboard 1460 0\n");
    ics_stream_script_run(script, "200 < . 1:1(0) ack 1 win 65535 <sack 1461:5841>\n"
                                  "200 > . 1:1461(1460) {rack}\n");
    assert_notes(script, "scoreboard 4380 1460\n"
                         "recovery 1 5841\n"
                         "window 2920 2920\n"
                         "scoreboard 4380 1460\n");
    ics_stream_script_run(script, "300 < . 1:1(0) ack 5841 win 65535\n");
    assert_notes(script, "scoreboard 0 0\n"
                         "recovery 0 5841\n");
}

static void observers_see_a_timeout(void **state)
{
    IcsStreamScript *script = *state;
    script->config.recovery.tlp = false;
    ics_stream_script_run(script, CONNECT "100 write 10\n"
                                          "100 > P. 1:11(10)\n");
    g_string_truncate(script->notes, 0);
    ics_stream_script_run(script, "1100 > P. 1:11(10) {rto}\n");
    assert_notes(script, "round-trip 100000000 2000000000\n"
                         "scoreboard 0 10\n"
                         "recovery 1 11\n"
                         "window 1460 2920\n"
                         "scoreboard 0 10\n");
}

/* A process that waits for room is woken when a third of the buffer is free. */
static void a_full_buffer_is_writable_when_a_third_is_free(void **state)
{
    IcsStreamScript *script = *state;
    script->config.send_buffer_bytes = 6000;
    ics_stream_script_run(script, CONNECT "100 write 7000 = 6000\n"
                                          "100 > . 1:5841(1460)*\n"
                                          "100 > P. 5841:6001(160)\n");
    script->events = 0;
    ics_stream_script_run(script, "200 < . 1:1(0) ack 1461 win 65535\n");
    assert_int_equal(script->events & ICS_STREAM_WRITABLE, 0);
    assert_int_equal(ics_stream_writable_bytes(&script->stream), 1460);
    ics_stream_script_run(script, "201 < . 1:1(0) ack 2921 win 65535\n");
    assert_int_equal(script->events & ICS_STREAM_WRITABLE, ICS_STREAM_WRITABLE);
    script->events = 0;
    ics_stream_script_run(script, "202 < . 1:1(0) ack 6001 win 65535\n");
    assert_int_equal(script->events & ICS_STREAM_WRITABLE, 0);
}

static void a_buffer_that_was_filled_to_the_brim_is_told_of_too(void **state)
{
    IcsStreamScript *script = *state;
    script->config.send_buffer_bytes = 1460;
    ics_stream_script_run(script, CONNECT "100 write 1460\n"
                                          "100 > P. 1:1461(1460)\n");
    script->events = 0;
    ics_stream_script_run(script, "200 < . 1:1(0) ack 1461 win 65535\n");
    assert_int_equal(script->events & ICS_STREAM_WRITABLE, ICS_STREAM_WRITABLE);
}

/* RFC 9293, section 3.10.7.4: SND.WND is taken from segments that are not older than the last one
 * that set it: WL1 by the sequence number, WL2 by the ACK. */
static void an_old_segment_does_not_change_the_window(void **state)
{
    ics_stream_script_run(*state, CONNECT "100 write 2920\n"
                                          "100 > .. 1:2921(1460)*\n"
                                          "200 < P. 1:11(10) ack 1461 win 5000\n"
                                          "210 < . 11:11(0) ack 1461 win 6000\n"
                                          "210 = window 6000\n"
                                          "220 < . 11:11(0) ack 1 win 9000\n"
                                          "220 = window 6000\n"
                                          "240 > . 2921:2921(0) ack 11\n"
                                          "250 < . 11:11(0) ack 2921 win 7000\n"
                                          "250 = window 7000\n");
}

/* (SND.WL1 = SEG.SEQ and SND.WL2 =< SEG.ACK): a smaller window of the same numbers counts. */
static void the_peer_may_take_back_what_it_offered(void **state)
{
    ics_stream_script_run(*state, CONNECT "200 < . 1:1(0) ack 1 win 5000\n"
                                          "200 = window 5000\n"
                                          "201 < . 1:1(0) ack 1 win 4000\n"
                                          "201 = window 4000\n");
}

/* RTO, delayed ACK and keep-alive fall due at one instant, long ago. */
static void several_timers_that_are_late_run_at_once(void **state)
{
    IcsStreamScript *script = *state;
    script->config.recovery.tlp = false;
    script->config.use.keep_alive = true;
    script->config.times.keep_alive_idle_ns = 1000000000;
    ics_stream_script_run(script, CONNECT "100 write 10\n"
                                          "100 > P. 1:11(10)\n"
                                          "150 < P. 1:2(1) ack 1 win 65535\n");
    script->now_ns = INT64_C(20000000000);
    IcsStreamDeparture departure;
    ics_stream_expire(&script->stream, script->now_ns);
    assert_true(ics_stream_output(&script->stream, script->now_ns, &departure));
    assert_int_equal(departure.repeat, ICS_STREAM_REPEAT_RTO);
    assert_int_equal(departure.header.acknowledgement, script->irs + 2);
    assert_false(ics_stream_output(&script->stream, script->now_ns, &departure));
    assert_int_equal(ics_stream_deadline_ns(&script->stream), script->now_ns + INT64_C(1000000000));
}

static void expiring_a_machine_that_waits_for_nothing_does_nothing(void **state)
{
    IcsStreamScript *script = *state;
    ics_stream_script_run(script, CONNECT "100 = deadline never\n");
    IcsStreamDeparture departure;
    ics_stream_expire(&script->stream, INT64_MAX / 2);
    assert_false(ics_stream_output(&script->stream, INT64_MAX / 2, &departure));
    assert_int_equal(ics_stream_state(&script->stream), ICS_STREAM_ESTABLISHED);
}

static void a_repeated_segment_of_the_peer_does_not_change_the_window(void **state)
{
    ics_stream_script_run(*state, CONNECT "200 < P. 1:11(10) ack 1 win 5000\n"
                                          "205 < P. 11:12(1) ack 1 win 6000\n"
                                          "210 < P. 1:22(21) ack 1 win 9000\n"
                                          "210 = window 6000 readable 21\n"
                                          "240 > . 1:1(0) ack 22\n");
}

/* A D-SACK that comes when all is acknowledged widens RACK's reordering window (RFC 8985, section
 * 6.2, step 4): 50 ms instead of 25. */
static void a_dsack_is_heard_when_nothing_is_outstanding(void **state)
{
    ics_stream_script_run(*state, CONNECT "100 write 10\n"
                                          "100 > P. 1:11(10)\n"
                                          "500 > P. 1:11(10) {tail-loss-probe}\n"
                                          "510 < . 1:1(0) ack 11 win 65535\n"
                                          "600 < . 1:1(0) ack 11 win 65535 <sack 1:11>\n"
                                          "1000 write 4380\n"
                                          "1000 > .. 11:4391(1460)*\n"
                                          "1100 < . 1:1(0) ack 11 win 65535 <sack 1471:2931>\n"
                                          "1150 > . 11:1471(1460) {rack}\n"
                                          "1250 < . 1:1(0) ack 4391 win 65535\n");
}

static void repetitions_are_counted(void **state)
{
    IcsStreamScript *script = *state;
    script->config.recovery.tlp = false;
    ics_stream_script_run(script, "0 open\n"
                                  "0 > S 0:1(0)\n"
                                  "1000 > S 0:1(0) {syn}\n"
                                  "1100 < S. 0:1(0) ack 1 win 10 <mss 1460>\n"
                                  "1100 > . 1:1(0) ack 1\n");
    assert_int_equal(script->stream.counters.repeated_segments, 1);
    ics_stream_script_run(script, "1100 write 10\n"
                                  "1100 > P. 1:11(10)\n"
                                  "4100 > P. 1:11(10) {rto}\n"
                                  "4200 < . 1:1(0) ack 11 win 0\n");
    assert_int_equal(script->stream.counters.repeated_segments, 2);
    assert_int_equal(script->stream.counters.repeated_bytes, 10);
    ics_stream_script_run(script, "4200 write 10\n"
                                  "10200 > . 11:12(1) {zero-window-probe}\n");
    assert_int_equal(script->stream.counters.repeated_segments, 2);
    ics_stream_script_run(script, "22200 > . 11:12(1) {zero-window-probe}\n");
    assert_int_equal(script->stream.counters.repeated_segments, 3);
    assert_int_equal(script->stream.counters.repeated_bytes, 11);
    assert_int_equal(script->stream.counters.segments_out, 7);
}

/* The window opens between the timer and the output that it asks for. */
static void a_probe_that_is_no_longer_needed_is_not_sent(void **state)
{
    IcsStreamScript *script = *state;
    ics_stream_script_run(script, CONNECT "150 < . 1:1(0) ack 1 win 0\n"
                                          "200 write 10\n"
                                          "1199 run\n");
    script->now_ns = INT64_C(1200000000);
    ics_stream_expire(&script->stream, script->now_ns);
    ics_stream_script_run(script, "1200 < . 1:1(0) ack 1 win 65535\n"
                                  "1200 > P. 1:11(10)\n"
                                  "1300 < . 1:1(0) ack 11 win 65535\n"
                                  "1300 = deadline never\n");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(observers_see_the_handshake),
        TEST(observers_see_samples_and_windows),
        TEST(observers_see_a_recovery),
        TEST(observers_see_a_timeout),
        TEST(a_full_buffer_is_writable_when_a_third_is_free),
        TEST(a_buffer_that_was_filled_to_the_brim_is_told_of_too),
        TEST(an_old_segment_does_not_change_the_window),
        TEST(the_peer_may_take_back_what_it_offered),
        TEST(several_timers_that_are_late_run_at_once),
        TEST(expiring_a_machine_that_waits_for_nothing_does_nothing),
        TEST(a_repeated_segment_of_the_peer_does_not_change_the_window),
        TEST(a_dsack_is_heard_when_nothing_is_outstanding),
        TEST(repetitions_are_counted),
        TEST(a_probe_that_is_no_longer_needed_is_not_sent),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
