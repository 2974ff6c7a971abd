/* Losses and their repair with SACK, packet by packet: RFC 6675, RFC 6937, RFC 8985. The round trip
 * takes 100 ms; segments are named by their numbers, number n begins at 1 + 1460 (n - 1). */
#include <cmocka.h>

#include "tests/support/stream_script.h"

#define CONNECT                                                                                    \
    "0 open\n"                                                                                     \
    "0 > S 0:1(0) win 65535 <mss 1460,sackOK>\n"                                                   \
    "100 < S. 0:1(0) ack 1 win 65535 <mss 1460,sackOK>\n"                                          \
    "100 > . 1:1(0) ack 1\n"

#define TEN_SEGMENTS                                                                               \
    CONNECT "100 write 43800\n"                                                                    \
            "100 > . 1:14601(1460)*\n"

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

/* RFC 6675 as it stands: neither RACK nor PRR. */
static IcsStreamScript *by_rfc_6675(void **state)
{
    IcsStreamScript *script = *state;
    script->config.recovery.rack = false;
    script->config.recovery.prr = false;
    return script;
}

/* The first segment is lost. Section 5: two by limited transmit; the third duplicate makes it lost,
 * cwnd = ssthresh = 14600 / 2, five segments; pipe is 12 less what is SACKed, and lets out another
 * when it is four. */
static void one_loss_is_repaired_and_pipe_lets_out_the_rest(void **state)
{
    ics_stream_script_run(by_rfc_6675(state),
                          TEN_SEGMENTS "200 < . 1:1(0) ack 1 win 65535 <sack 1461:2921>\n"
                                       "200 > . 14601:16061(1460)\n"
                                       "201 < . 1:1(0) ack 1 win 65535 <sack 1461:4381>\n"
                                       "201 > . 16061:17521(1460)\n"
                                       "202 < . 1:1(0) ack 1 win 65535 <sack 1461:5841>\n"
                                       "202 > . 1:1461(1460) {fast-retransmit}\n"
                                       "202 = cwnd 7300 ssthresh 7300 pipe 13140\n"
                                       "203 < . 1:1(0) ack 1 win 65535 <sack 1461:7301>\n"
                                       "204 < . 1:1(0) ack 1 win 65535 <sack 1461:8761>\n"
                                       "205 < . 1:1(0) ack 1 win 65535 <sack 1461:10221>\n"
                                       "206 < . 1:1(0) ack 1 win 65535 <sack 1461:11681>\n"
                                       "206 = pipe 7300\n"
                                       "207 < . 1:1(0) ack 1 win 65535 <sack 1461:13141>\n"
                                       "207 > . 17521:18981(1460)\n"
                                       "208 < . 1:1(0) ack 1 win 65535 <sack 1461:14601>\n"
                                       "208 > . 18981:20441(1460)\n"
                                       "300 < . 1:1(0) ack 1 win 65535 <sack 1461:16061>\n"
                                       "300 > . 20441:21901(1460)\n"
                                       "301 < . 1:1(0) ack 1 win 65535 <sack 1461:17521>\n"
                                       "301 > . 21901:23361(1460)\n"
                                       "302 < . 1:1(0) ack 17521 win 65535 <>\n"
                                       "302 > . 23361:24821(1460)\n"
                                       "302 = cwnd 7300 ssthresh 7300 flight 7300\n");
}

/* Segments 1, 3 and 5: all in one round trip, as pipe allows. There is no new data to keep the ACKs
 * coming, so that rule 4 of NextSeg() sends the highest segment once, in case it was lost too. */
static void three_losses_are_repaired_in_one_round_trip(void **state)
{
    ics_stream_script_run(by_rfc_6675(state), CONNECT
                          "100 write 14600\n"
                          "100 > .. 1:14601(1460)*\n"
                          "200 < . 1:1(0) ack 1 win 65535 <sack 1461:2921>\n"
                          "201 < . 1:1(0) ack 1 win 65535 <sack 4381:5841 1461:2921>\n"
                          "202 < . 1:1(0) ack 1 win 65535 <sack 7301:8761 4381:5841 1461:2921>\n"
                          "202 > . 1:1461(1460) {fast-retransmit}\n"
                          "202 = cwnd 7300 pipe 10220\n"
                          "203 < . 1:1(0) ack 1 win 65535 <sack 7301:10221 4381:5841 1461:2921>\n"
                          "203 = pipe 7300\n"
                          "204 < . 1:1(0) ack 1 win 65535 <sack 7301:11681 4381:5841 1461:2921>\n"
                          "204 > . 2921:4381(1460) {sack}\n"
                          "204 > . 5841:7301(1460) {sack}\n"
                          "204 = pipe 7300\n"
                          "205 < . 1:1(0) ack 1 win 65535 <sack 7301:13141 4381:5841 1461:2921>\n"
                          "205 > P. 13141:14601(1460) {sack}\n"
                          "206 < . 1:1(0) ack 1 win 65535 <sack 7301:14601 4381:5841 1461:2921>\n"
                          "302 < . 1:1(0) ack 2921 win 65535 <sack 7301:14601 4381:5841>\n"
                          "304 < . 1:1(0) ack 5841 win 65535 <sack 7301:14601>\n"
                          "304.5 < . 1:1(0) ack 14601 win 65535 <>\n"
                          "304.5 = flight 0 cwnd 7300 ssthresh 7300 deadline never\n");
}

/* Segments 2 to 6, a burst: the third SACK beyond it marks all five. */
static void a_burst_is_marked_at_once_and_repaired_as_pipe_allows(void **state)
{
    ics_stream_script_run(by_rfc_6675(state),
                          CONNECT "100 write 14600\n"
                                  "100 > .. 1:14601(1460)*\n"
                                  "200 < . 1:1(0) ack 1461 win 65535\n"
                                  "201 < . 1:1(0) ack 1461 win 65535 <sack 8761:10221>\n"
                                  "202 < . 1:1(0) ack 1461 win 65535 <sack 8761:11681>\n"
                                  "202 = cwnd 16060 pipe 10220\n"
                                  "203 < . 1:1(0) ack 1461 win 65535 <sack 8761:13141>\n"
                                  "203 > . 1461:2921(1460) {fast-retransmit}\n"
                                  "203 > . 2921:5841(1460)* {sack}\n"
                                  "203 = cwnd 6570 ssthresh 6570 pipe 5840\n"
                                  "204 < . 1:1(0) ack 1461 win 65535 <sack 8761:14601>\n"
                                  "204 > . 5841:7301(1460) {sack}\n"
                                  "303 < . 1:1(0) ack 2921 win 65535 <sack 8761:14601>\n"
                                  "303 > . 7301:8761(1460) {sack}\n"
                                  "304 < . 1:1(0) ack 4381 win 65535 <sack 8761:14601>\n"
                                  "404 < . 1:1(0) ack 14601 win 65535 <>\n"
                                  "404 = flight 0\n");
}

/* Section 5.1: after a timeout nothing of the scoreboard is sent again that was SACKed. */
static void after_a_timeout_only_what_is_missing_goes_again(void **state)
{
    IcsStreamScript *script = by_rfc_6675(state);
    script->config.recovery.fast_retransmit = false;
    ics_stream_script_run(script,
                          CONNECT "100 write 7300\n"
                                  "100 > .. 1:7301(1460)*\n"
                                  "200 < . 1:1(0) ack 1 win 65535 <sack 1461:2921>\n"
                                  "201 < . 1:1(0) ack 1 win 65535 <sack 4381:5841 1461:2921>\n"
                                  "1100 > . 1:1461(1460) {rto}\n"
                                  "1200 < . 1:1(0) ack 2921 win 65535 <sack 4381:5841>\n"
                                  "1200 > . 2921:4381(1460) {rto}\n"
                                  "1200 > P. 5841:7301(1460) {rto}\n"
                                  "1300 < . 1:1(0) ack 7301 win 65535 <>\n"
                                  "1300 = flight 0\n");
}

/* RFC 2018, section 8: the receiver may take back what it has SACKed. */
static void after_a_timeout_a_receiver_that_reneges_is_believed(void **state)
{
    IcsStreamScript *script = by_rfc_6675(state);
    script->config.recovery.fast_retransmit = false;
    ics_stream_script_run(script, CONNECT "100 write 2920\n"
                                          "100 > .. 1:2921(1460)*\n"
                                          "200 < . 1:1(0) ack 1 win 65535 <sack 1461:2921>\n"
                                          "300 < . 1:1(0) ack 1461 win 65535 <>\n"
                                          "1300 > P. 1461:2921(1460) {rto}\n"
                                          "1400 < . 1:1(0) ack 2921 win 65535 <>\n"
                                          "1400 = flight 0 deadline never\n");
}

/* RFC 6937: 22 segments are under way at the entry, ssthresh is ten. While pipe is over ssthresh
 * sndcnt = CEIL(prr_delivered * 10 / 22) - prr_out: a segment when 5, 7, 9 and 11 have been
 * delivered since. Then pipe has come down to ssthresh and is kept there: one for each. */
static void proportional_rate_reduction_sends_evenly(void **state)
{
    IcsStreamScript *script = *state;
    script->config.recovery.rack = false;
    script->config.recovery.initial_window = 20;
    ics_stream_script_run(script, CONNECT "100 write 58400\n"
                                          "100 > . 1:29201(1460)*\n"
                                          "200 < . 1:1(0) ack 1 win 65535 <sack 1461:2921>\n"
                                          "200 > . 29201:30661(1460)\n"
                                          "201 < . 1:1(0) ack 1 win 65535 <sack 1461:4381>\n"
                                          "201 > . 30661:32121(1460)\n"
                                          "202 < . 1:1(0) ack 1 win 65535 <sack 1461:5841>\n"
                                          "202 > . 1:1461(1460) {fast-retransmit}\n"
                                          "203 < . 1:1(0) ack 1 win 65535 <sack 1461:7301>\n"
                                          "204 < . 1:1(0) ack 1 win 65535 <sack 1461:8761>\n"
                                          "205 < . 1:1(0) ack 1 win 65535 <sack 1461:10221>\n"
                                          "206 < . 1:1(0) ack 1 win 65535 <sack 1461:11681>\n"
                                          "206 > . 32121:33581(1460)\n"
                                          "207 < . 1:1(0) ack 1 win 65535 <sack 1461:13141>\n"
                                          "208 < . 1:1(0) ack 1 win 65535 <sack 1461:14601>\n"
                                          "208 > . 33581:35041(1460)\n"
                                          "209 < . 1:1(0) ack 1 win 65535 <sack 1461:16061>\n"
                                          "210 < . 1:1(0) ack 1 win 65535 <sack 1461:17521>\n"
                                          "210 > . 35041:36501(1460)\n"
                                          "211 < . 1:1(0) ack 1 win 65535 <sack 1461:18981>\n"
                                          "212 < . 1:1(0) ack 1 win 65535 <sack 1461:20441>\n"
                                          "212 > . 36501:37961(1460)\n"
                                          "213 < . 1:1(0) ack 1 win 65535 <sack 1461:21901>\n"
                                          "214 < . 1:1(0) ack 1 win 65535 <sack 1461:23361>\n"
                                          "215 < . 1:1(0) ack 1 win 65535 <sack 1461:24821>\n"
                                          "216 < . 1:1(0) ack 1 win 65535 <sack 1461:26281>\n"
                                          "216 > . 37961:39421(1460)\n"
                                          "217 < . 1:1(0) ack 1 win 65535 <sack 1461:27741>\n"
                                          "217 > . 39421:40881(1460)\n"
                                          "218 < . 1:1(0) ack 1 win 65535 <sack 1461:29201>\n"
                                          "218 > . 40881:42341(1460)\n");
}

/* RFC 8985, section 6.2: the first segment is lost, the second SACK finds nobody overtaken for
 * long; after a quarter of the round trip it is not reordered but lost. */
static void rack_repairs_a_loss_by_time(void **state)
{
    ics_stream_script_run(*state, CONNECT "100 write 4380\n"
                                          "100 > .. 1:4381(1460)*\n"
                                          "200 < . 1:1(0) ack 1 win 65535 <sack 1461:2921>\n"
                                          "201 < . 1:1(0) ack 1 win 65535 <sack 1461:4381>\n"
                                          "226 > . 1:1461(1460) {rack}\n"
                                          "326 < . 1:1(0) ack 4381 win 65535 <>\n"
                                          "326 = flight 0 deadline never\n");
}

/* Section 6.2, step 4: three segments SACKed, and no reordering was ever seen: no waiting. */
static void rack_does_not_wait_once_three_segments_have_overtaken(void **state)
{
    ics_stream_script_run(*state, TEN_SEGMENTS "200 < . 1:1(0) ack 1 win 65535 <sack 1461:2921>\n"
                                               "200 > . 14601:16061(1460)\n"
                                               "201 < . 1:1(0) ack 1 win 65535 <sack 1461:4381>\n"
                                               "201 > . 16061:17521(1460)\n"
                                               "202 < . 1:1(0) ack 1 win 65535 <sack 1461:5841>\n"
                                               "202 > . 1:1461(1460) {rack}\n");
}

/* A repetition that is lost, too, is found by what was sent after it: no timeout. */
static void rack_finds_a_lost_repetition(void **state)
{
    ics_stream_script_run(*state, TEN_SEGMENTS "200 < . 1:1(0) ack 1 win 65535 <sack 1461:5841>\n"
                                               "200 > . 1:1461(1460) {rack}\n"
                                               "210 < . 1:1(0) ack 1 win 65535 <sack 1461:14601>\n"
                                               "210 > . 14601:20441(1460)*\n"
                                               "310 < . 1:1(0) ack 1 win 65535 <sack 1461:16061>\n"
                                               "310 > . 1:1461(1460) {rack}\n"
                                               "310 > . 20441:21901(1460)\n");
}

/* Section 7.2: PTO = 2 * SRTT, and for a single segment the time of a delayed ACK besides; 7.3: the
 * highest segment again. Three segments, the last is lost. */
static void a_tail_loss_probe_goes_before_the_timeout(void **state)
{
    ics_stream_script_run(*state, CONNECT "100 write 4380\n"
                                          "100 > .. 1:4381(1460)*\n"
                                          "200 < . 1:1(0) ack 2921 win 65535\n"
                                          "600 > P. 2921:4381(1460) {tail-loss-probe}\n"
                                          "700 < . 1:1(0) ack 4381 win 65535\n"
                                          "700 = flight 0 deadline never\n");
}

/* Section 7.3: new data if there is some, however small: Nagle does not hold it. */
static void a_tail_loss_probe_takes_new_data_if_it_can(void **state)
{
    ics_stream_script_run(*state, CONNECT "100 write 10\n"
                                          "100 > P. 1:11(10)\n"
                                          "110 write 10\n"
                                          "500 > P. 11:21(10)\n"
                                          "600 < . 1:1(0) ack 1 win 65535 <sack 11:21>\n"
                                          "600 > . 1:11(10) {rack}\n");
}

static void without_tlp_the_timeout_repairs_the_tail(void **state)
{
    IcsStreamScript *script = *state;
    script->config.recovery.tlp = false;
    ics_stream_script_run(script, CONNECT "100 write 4380\n"
                                          "100 > .. 1:4381(1460)*\n"
                                          "200 < . 1:1(0) ack 2921 win 65535\n"
                                          "1200 > P. 2921:4381(1460) {rto}\n");
}

static void blocks_of_what_was_never_sent_are_ignored(void **state)
{
    ics_stream_script_run(*state,
                          CONNECT "100 write 2920\n"
                                  "100 > .. 1:2921(1460)*\n"
                                  "200 < . 1:1(0) ack 1 win 65535 <sack 2921:4381 5:2 1461:9999>\n"
                                  "200 = pipe 2920\n"
                                  "250 < . 1:1(0) ack 2921 win 65535\n");
}

static void without_agreement_blocks_are_ignored(void **state)
{
    ics_stream_script_run(*state, "0 open\n"
                                  "0 > S 0:1(0)\n"
                                  "100 < S. 0:1(0) ack 1 win 65535 <mss 1460>\n"
                                  "100 > . 1:1(0) ack 1\n"
                                  "100 write 2920\n"
                                  "100 > .. 1:2921(1460)*\n"
                                  "200 < . 1:1(0) ack 1 win 65535 <sack 1461:2921>\n"
                                  "200 = pipe 2920\n");
}

/* All is sent at one instant, the repetition last: new data that arrives has not overtaken it,
 * although it has higher numbers (RFC 8985's own tie break would say so). */
static void rack_knows_the_order_within_an_instant(void **state)
{
    ics_stream_script_run(*state, TEN_SEGMENTS "200 < . 1:1(0) ack 1 win 65535 <sack 1461:2921>\n"
                                               "200 > . 14601:16061(1460)\n"
                                               "200 < . 1:1(0) ack 1 win 65535 <sack 1461:4381>\n"
                                               "200 > . 16061:17521(1460)\n"
                                               "200 < . 1:1(0) ack 1 win 65535 <sack 1461:5841>\n"
                                               "200 > . 1:1461(1460) {rack}\n"
                                               "200 < . 1:1(0) ack 1 win 65535 <sack 1461:14601>\n"
                                               "200 > . 17521:20441(1460)*\n"
                                               "300 < . 1:1(0) ack 1 win 65535 <sack 1461:16061>\n"
                                               "300 > . 20441:21901(1460)\n"
                                               "300 < . 1:1(0) ack 1 win 65535 <sack 1461:17521>\n"
                                               "300 > . 21901:23361(1460)\n"
                                               "300 < . 1:1(0) ack 17521 win 65535\n"
                                               "300 > . 23361:24821(1460)\n");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(one_loss_is_repaired_and_pipe_lets_out_the_rest),
        TEST(three_losses_are_repaired_in_one_round_trip),
        TEST(a_burst_is_marked_at_once_and_repaired_as_pipe_allows),
        TEST(after_a_timeout_only_what_is_missing_goes_again),
        TEST(after_a_timeout_a_receiver_that_reneges_is_believed),
        TEST(proportional_rate_reduction_sends_evenly),
        TEST(rack_repairs_a_loss_by_time),
        TEST(rack_does_not_wait_once_three_segments_have_overtaken),
        TEST(rack_finds_a_lost_repetition),
        TEST(a_tail_loss_probe_goes_before_the_timeout),
        TEST(a_tail_loss_probe_takes_new_data_if_it_can),
        TEST(without_tlp_the_timeout_repairs_the_tail),
        TEST(blocks_of_what_was_never_sent_are_ignored),
        TEST(without_agreement_blocks_are_ignored),
        TEST(rack_knows_the_order_within_an_instant),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
