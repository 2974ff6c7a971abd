/* Nagle's algorithm (RFC 9293, section 3.7.4) in Minshall's variant, corking, and the sender's
 * silly window avoidance (section 3.8.6.2.1). */
#include <cmocka.h>

#include "tests/support/stream_script.h"

#define CONNECT                                                                                    \
    "0 open\n"                                                                                     \
    "0 > S 0:1(0) win 65535 <mss 1460,sackOK>\n"                                                   \
    "100 < S. 0:1(0) ack 1 win 65535 <mss 1460>\n"                                                 \
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

static void the_first_small_segment_goes_and_the_next_waits_for_its_ack(void **state)
{
    ics_stream_script_run(*state, CONNECT "100 write 10\n"
                                          "100 > P. 1:11(10)\n"
                                          "110 write 10\n"
                                          "120 write 10\n"
                                          "130 write 10\n"
                                          "200 < . 1:1(0) ack 11 win 65535\n"
                                          "200 > P. 11:41(30)\n"
                                          "300 < . 1:1(0) ack 41 win 65535\n");
}

static void without_nagle_every_write_goes_at_once(void **state)
{
    ics_stream_script_run(*state, CONNECT "100 nagle off\n"
                                          "100 write 10\n"
                                          "100 > P. 1:11(10)\n"
                                          "110 write 10\n"
                                          "110 > P. 11:21(10)\n"
                                          "120 write 10\n"
                                          "120 > P. 21:31(10)\n");
}

static void turning_nagle_off_lets_go_what_waits(void **state)
{
    ics_stream_script_run(*state, CONNECT "100 write 10\n"
                                          "100 > P. 1:11(10)\n"
                                          "110 write 10\n"
                                          "120 nagle off\n"
                                          "120 > P. 11:21(10)\n");
}

/* Nagle's own rule would hold the 80 bytes until all 2920 before them are acknowledged. */
static void the_end_of_a_long_message_does_not_wait_for_its_full_segments(void **state)
{
    ics_stream_script_run(*state, CONNECT "100 write 3000\n"
                                          "100 > . 1:2921(1460)*\n"
                                          "100 > P. 2921:3001(80)\n"
                                          "110 write 1500\n"
                                          "110 > . 3001:4461(1460)\n"
                                          "150 < . 1:1(0) ack 2921 win 65535\n"
                                          "160 < . 1:1(0) ack 3001 win 65535\n"
                                          "160 > P. 4461:4501(40)\n");
}

static void a_full_segment_goes_however_much_is_unacknowledged(void **state)
{
    ics_stream_script_run(*state, CONNECT "100 write 10\n"
                                          "100 > P. 1:11(10)\n"
                                          "110 write 1459\n"
                                          "120 write 1\n"
                                          "120 > P. 11:1471(1460)\n");
}

static void the_last_data_before_a_fin_does_not_wait(void **state)
{
    ics_stream_script_run(*state, CONNECT "100 write 10\n"
                                          "100 > P. 1:11(10)\n"
                                          "110 write 10\n"
                                          "120 shutdown\n"
                                          "120 > FP. 11:22(10)\n");
}

static void corked_data_waits_for_a_full_segment(void **state)
{
    ics_stream_script_run(*state, CONNECT "100 cork on\n"
                                          "100 write 1000\n"
                                          "150 write 1000\n"
                                          "150 > . 1:1461(1460)\n"
                                          "160 cork off\n"
                                          "160 > P. 1461:2001(540)\n");
}

/* tcp(7): 200 ms at most; here only where nothing is under way that an ACK could come for. */
static void corked_data_waits_no_longer_than_200_ms(void **state)
{
    ics_stream_script_run(*state, CONNECT "100 cork on\n"
                                          "110 write 1000\n"
                                          "310 > P. 1:1001(1000)\n"
                                          "320 write 10\n"
                                          "410 < . 1:1(0) ack 1001 win 65535\n"
                                          "610 > P. 1001:1011(10)\n");
}

/* Nothing more can join it: waiting would be in vain. */
static void corked_data_that_fills_the_send_buffer_goes(void **state)
{
    IcsStreamScript *script = *state;
    script->config.send_buffer_bytes = 1000;
    ics_stream_script_run(script, CONNECT "100 cork on\n"
                                          "110 write 900\n"
                                          "120 write 100\n"
                                          "120 > P. 1:1001(1000)\n");
}

/* Section 3.8.6.2.1, (1): D = 3000, U = 100, MSS = 1460, Max(SND.WND) = 2920. */
static void a_silly_window_is_not_used(void **state)
{
    ics_stream_script_run(*state, "0 open\n"
                                  "0 > S 0:1(0)\n"
                                  "100 < S. 0:1(0) ack 1 win 2920 <mss 1460>\n"
                                  "100 > . 1:1(0) ack 1\n"
                                  "100 write 6000\n"
                                  "100 > . 1:2921(1460)*\n"
                                  "150 < . 1:1(0) ack 1461 win 1560\n"
                                  "160 < . 1:1(0) ack 2921 win 1460\n"
                                  "160 > . 2921:4381(1460)\n"
                                  "170 < . 1:1(0) ack 4381 win 100\n"
                                  "200 < . 1:1(0) ack 4381 win 1459\n");
}

/* (3): min(D, U) >= Fs * Max(SND.WND), Fs = 1/2: a peer whose buffer is smaller than two segments.
 */
static void half_of_the_largest_window_is_worth_a_segment(void **state)
{
    ics_stream_script_run(*state, "0 open\n"
                                  "0 > S 0:1(0)\n"
                                  "100 < S. 0:1(0) ack 1 win 1000 <mss 1460>\n"
                                  "100 > . 1:1(0) ack 1\n"
                                  "100 write 6000\n"
                                  "100 > . 1:1001(1000)\n"
                                  "200 < . 1:1(0) ack 1001 win 499\n"
                                  "210 < . 1:1(0) ack 1001 win 500\n"
                                  "210 > . 1001:1501(500)\n");
}

/* (4): the override timeout, between 0.1 and 1.0 s. */
static void a_silly_window_is_used_after_a_while(void **state)
{
    ics_stream_script_run(*state, "0 open\n"
                                  "0 > S 0:1(0)\n"
                                  "100 < S. 0:1(0) ack 1 win 2920 <mss 1460>\n"
                                  "100 > . 1:1(0) ack 1\n"
                                  "100 write 6000\n"
                                  "100 > . 1:2921(1460)*\n"
                                  "200 < . 1:1(0) ack 2921 win 100\n"
                                  "300 < . 1:1(0) ack 2921 win 100\n"
                                  "400 > . 2921:3021(100)\n"
                                  "500 < . 1:1(0) ack 3021 win 2920\n"
                                  "500 > . 3021:5941(1460)*\n");
}

static void without_avoidance_a_silly_window_is_used_at_once(void **state)
{
    IcsStreamScript *script = *state;
    script->config.use.silly_window_avoidance = false;
    script->config.use.nagle = false;
    ics_stream_script_run(script, "0 open\n"
                                  "0 > S 0:1(0)\n"
                                  "100 < S. 0:1(0) ack 1 win 2920 <mss 1460>\n"
                                  "100 > . 1:1(0) ack 1\n"
                                  "100 write 6000\n"
                                  "100 > . 1:2921(1460)*\n"
                                  "200 < . 1:1(0) ack 2921 win 100\n"
                                  "200 > . 2921:3021(100)\n"
                                  "300 < . 1:1(0) ack 3021 win 1\n"
                                  "300 > . 3021:3022(1)\n");
}

/* The timer of what was corked is stopped when it goes out as part of a full segment. */
static void what_went_out_no_longer_hurries_what_follows(void **state)
{
    ics_stream_script_run(*state, CONNECT "100 cork on\n"
                                          "110 write 1000\n"
                                          "200 write 460\n"
                                          "200 > P. 1:1461(1460)\n"
                                          "320 write 10\n"
                                          "350 < . 1:1(0) ack 1461 win 65535\n"
                                          "550 > P. 1461:1471(10)\n");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(the_first_small_segment_goes_and_the_next_waits_for_its_ack),
        TEST(without_nagle_every_write_goes_at_once),
        TEST(turning_nagle_off_lets_go_what_waits),
        TEST(the_end_of_a_long_message_does_not_wait_for_its_full_segments),
        TEST(a_full_segment_goes_however_much_is_unacknowledged),
        TEST(the_last_data_before_a_fin_does_not_wait),
        TEST(corked_data_waits_for_a_full_segment),
        TEST(corked_data_waits_no_longer_than_200_ms),
        TEST(corked_data_that_fills_the_send_buffer_goes),
        TEST(a_silly_window_is_not_used),
        TEST(half_of_the_largest_window_is_worth_a_segment),
        TEST(a_silly_window_is_used_after_a_while),
        TEST(without_avoidance_a_silly_window_is_used_at_once),
        TEST(what_went_out_no_longer_hurries_what_follows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
