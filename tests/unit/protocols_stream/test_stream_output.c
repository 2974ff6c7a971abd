/* What leaves and when, where nothing is lost: RFC 9293, sections 3.8.6 and 3.9.1; RFC 5681,
 * section 3.1; RFC 6928. */
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

static void a_message_goes_out_at_once_and_its_end_is_pushed(void **state)
{
    ics_stream_script_run(*state, CONNECT "100 write 3000\n"
                                          "100 > . 1:2921(1460)* ack 1 win 65535 <>\n"
                                          "100 > P. 2921:3001(80) ack 1\n"
                                          "200 < . 1:1(0) ack 3001 win 65535\n"
                                          "200 = flight 0 state ESTABLISHED deadline never\n"
                                          "200 = srtt 100 rto 1000\n");
}

/* RFC 6928, section 2: min(10 * MSS, max(2 * MSS, 14600)). RFC 5681, section 3.1: a segment more
 * for each ACK, however much it acknowledges (L = 1 * SMSS). */
static void slow_start_begins_with_ten_segments_and_adds_one_for_each_ack(void **state)
{
    ics_stream_script_run(*state, CONNECT "100 write 60000\n"
                                          "100 > . 1:14601(1460)* ack 1\n"
                                          "150 = flight 14600 cwnd 14600 ssthresh -1\n"
                                          "200 < . 1:1(0) ack 2921 win 65535\n"
                                          "200 > . 14601:18981(1460)* ack 1\n"
                                          "200 = cwnd 16060 flight 16060\n"
                                          "200 < . 1:1(0) ack 14601 win 65535\n"
                                          "200 > . 18981:32121(1460)* ack 1\n"
                                          "200 = cwnd 17520 flight 17520\n");
}

static void a_larger_mss_leaves_fewer_segments_in_the_initial_window(void **state)
{
    IcsStreamScript *script = *state;
    script->mtu_bytes = 9000;
    ics_stream_script_run(script, "0 open\n"
                                  "0 > S 0:1(0) win 65535 <mss 8960,sackOK>\n"
                                  "100 < S. 0:1(0) ack 1 win 65535 <mss 8960>\n"
                                  "100 > . 1:1(0) ack 1\n"
                                  "100 = cwnd 17920\n"
                                  "100 write 60000\n"
                                  "100 > . 1:17921(8960)* ack 1\n");
}

static void a_smaller_mss_of_the_peer_makes_smaller_segments(void **state)
{
    ics_stream_script_run(*state, "0 open\n"
                                  "0 > S 0:1(0)\n"
                                  "100 < S. 0:1(0) ack 1 win 65535 <mss 100>\n"
                                  "100 > . 1:1(0) ack 1\n"
                                  "100 write 2500\n"
                                  "100 > . 1:1001(100)* ack 1\n"
                                  "100 = cwnd 1000 mss 100\n");
}

/* RFC 9293, section 3.7.1, MUST-15. */
static void a_peer_without_the_option_gets_segments_of_536_bytes(void **state)
{
    ics_stream_script_run(*state, "0 open\n"
                                  "0 > S 0:1(0)\n"
                                  "100 < S. 0:1(0) ack 1 win 65535 <>\n"
                                  "100 > . 1:1(0) ack 1\n"
                                  "100 = mss 536\n"
                                  "100 write 1072\n"
                                  "100 > . 1:537(536)\n"
                                  "100 > P. 537:1073(536)\n");
}

static void the_peers_window_is_not_crossed(void **state)
{
    ics_stream_script_run(*state, "0 open\n"
                                  "0 > S 0:1(0)\n"
                                  "100 < S. 0:1(0) ack 1 win 4000 <mss 1460>\n"
                                  "100 > . 1:1(0) ack 1\n"
                                  "100 write 20000\n"
                                  "100 > . 1:2921(1460)*\n"
                                  "200 < . 1:1(0) ack 2921 win 4000\n"
                                  "200 > . 2921:5841(1460)*\n"
                                  "200 = flight 2920\n");
}

static void fin_rides_on_the_last_segment(void **state)
{
    ics_stream_script_run(*state, CONNECT "100 cork on\n"
                                          "100 write 2000\n"
                                          "100 > . 1:1461(1460)\n"
                                          "100 shutdown\n"
                                          "100 > FP. 1461:2002(540) ack 1\n"
                                          "100 = state FIN-WAIT-1 flight 2001\n"
                                          "200 < . 1:1(0) ack 2002 win 65535\n"
                                          "200 = state FIN-WAIT-2 flight 0\n");
}

static void a_lone_fin_takes_a_number_and_is_acknowledged(void **state)
{
    ics_stream_script_run(*state, CONNECT "150 shutdown\n"
                                          "150 > F. 1:2(0) ack 1\n"
                                          "250 < . 1:1(0) ack 2 win 65535\n"
                                          "250 = state FIN-WAIT-2 deadline never\n");
}

/* The FIN waits for the window like a byte. */
static void fin_waits_behind_data_that_the_window_holds_back(void **state)
{
    ics_stream_script_run(*state, "0 open\n"
                                  "0 > S 0:1(0)\n"
                                  "100 < S. 0:1(0) ack 1 win 2920 <mss 1460>\n"
                                  "100 > . 1:1(0) ack 1\n"
                                  "100 write 4000\n"
                                  "100 > . 1:2921(1460)*\n"
                                  "100 shutdown\n"
                                  "200 < . 1:1(0) ack 2921 win 2920\n"
                                  "200 > FP. 2921:4002(1080)\n"
                                  "300 < . 1:1(0) ack 4002 win 2920\n"
                                  "300 = state FIN-WAIT-2\n");
}

/* RFC 5681, section 4.1: after an idle time of more than an RTO, at most the initial window. */
static void after_a_pause_the_window_is_the_initial_one_again(void **state)
{
    ics_stream_script_run(*state, CONNECT "100 write 29200\n"
                                          "100 > . 1:14601(1460)*\n"
                                          "200 < . 1:1(0) ack 7301 win 65535\n"
                                          "200 > . 14601:23361(1460)*\n"
                                          "200 < . 1:1(0) ack 14601 win 65535\n"
                                          "200 > .. 23361:29201(1460)*\n"
                                          "300 < . 1:1(0) ack 29201 win 65535\n"
                                          "300 = cwnd 18980\n"
                                          "1190 run\n"
                                          "1190 write 14600\n"
                                          "1190 > .. 29201:43801(1460)*\n"
                                          "1290 < . 1:1(0) ack 43801 win 65535\n"
                                          "1290 = cwnd 20440\n"
                                          "2391 write 30000\n"
                                          "2391 > . 43801:58401(1460)*\n"
                                          "2391 = cwnd 14600\n");
}

static void without_idle_restart_the_window_stays(void **state)
{
    IcsStreamScript *script = *state;
    script->config.recovery.idle_restart = false;
    ics_stream_script_run(script, CONNECT "100 write 14600\n"
                                          "100 > .. 1:14601(1460)*\n"
                                          "200 < . 1:1(0) ack 14601 win 65535\n"
                                          "200 = cwnd 16060\n"
                                          "9000 write 30000\n"
                                          "9000 > . 14601:30661(1460)*\n");
}

static void a_fixed_window_limits_what_is_under_way(void **state)
{
    IcsStreamScript *script = *state;
    script->config.recovery.congestion = ICS_CONGESTION_NONE;
    script->config.recovery.fixed_window_bytes = 3000;
    ics_stream_script_run(script, CONNECT "100 write 6000\n"
                                          "100 > . 1:2921(1460)*\n"
                                          "200 < . 1:1(0) ack 1461 win 65535\n"
                                          "200 > . 2921:4381(1460)\n"
                                          "201 < . 1:1(0) ack 4381 win 65535\n"
                                          "201 > . 4381:5841(1460)\n"
                                          "201 > P. 5841:6001(160)\n");
}

/* Numbers wrap: SND.NXT passes 2^32 amid the data, RCV.NXT amid the peer's. */
static void sequence_numbers_wrap_around(void **state)
{
    IcsStreamScript *script = *state;
    script->iss = UINT32_MAX - 2000;
    script->irs = UINT32_MAX - 500;
    ics_stream_script_run(script, CONNECT "100 write 6000\n"
                                          "100 > . 1:5841(1460)*\n"
                                          "100 > P. 5841:6001(160)\n"
                                          "200 < . 1:1461(1460)* ack 2921 win 65535\n"
                                          "240 > . 6001:6001(0) ack 1461\n"
                                          "240 < . 1461:2921(1460)* ack 6001 win 65535\n"
                                          "240 read 2920\n"
                                          "240 = flight 0\n"
                                          "280 > . 6001:6001(0) ack 2921\n"
                                          "280 shutdown\n"
                                          "280 > F. 6001:6002(0)\n"
                                          "290 < F. 2921:2922(0) ack 6002 win 65535\n"
                                          "290 > . 6002:6002(0) ack 2922\n"
                                          "290 = state TIME-WAIT\n");
}

static void a_fin_beyond_the_window_waits(void **state)
{
    ics_stream_script_run(*state, "0 open\n"
                                  "0 > S 0:1(0)\n"
                                  "100 < S. 0:1(0) ack 1 win 1460 <mss 1460>\n"
                                  "100 > . 1:1(0) ack 1\n"
                                  "100 cork on\n"
                                  "100 write 1459\n"
                                  "110 shutdown\n"
                                  "110 > FP. 1:1461(1459)\n"
                                  "200 < . 1:1(0) ack 1461 win 1460\n"
                                  "200 = state FIN-WAIT-2\n");
}

static void a_fin_at_the_edge_of_the_window_waits_for_an_update(void **state)
{
    ics_stream_script_run(*state, "0 open\n"
                                  "0 > S 0:1(0)\n"
                                  "100 < S. 0:1(0) ack 1 win 1000 <mss 1460>\n"
                                  "100 > . 1:1(0) ack 1\n"
                                  "100 cork on\n"
                                  "100 write 1000\n"
                                  "110 shutdown\n"
                                  "110 cork off\n"
                                  "110 > P. 1:1001(1000)\n"
                                  "200 < . 1:1(0) ack 1001 win 1000\n"
                                  "200 > F. 1001:1002(0)\n");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_message_goes_out_at_once_and_its_end_is_pushed),
        TEST(slow_start_begins_with_ten_segments_and_adds_one_for_each_ack),
        TEST(a_larger_mss_leaves_fewer_segments_in_the_initial_window),
        TEST(a_smaller_mss_of_the_peer_makes_smaller_segments),
        TEST(a_peer_without_the_option_gets_segments_of_536_bytes),
        TEST(the_peers_window_is_not_crossed),
        TEST(fin_rides_on_the_last_segment),
        TEST(a_lone_fin_takes_a_number_and_is_acknowledged),
        TEST(fin_waits_behind_data_that_the_window_holds_back),
        TEST(after_a_pause_the_window_is_the_initial_one_again),
        TEST(without_idle_restart_the_window_stays),
        TEST(a_fixed_window_limits_what_is_under_way),
        TEST(sequence_numbers_wrap_around),
        TEST(a_fin_beyond_the_window_waits),
        TEST(a_fin_at_the_edge_of_the_window_waits_for_an_update),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
