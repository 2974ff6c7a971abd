/* Losses and their repair without SACK, packet by packet: RFC 6298, RFC 5681, RFC 6582, RFC 3042.
 * The round trip takes 100 ms; segments are named by their numbers, number n begins at 1 + 1460 (n
 * - 1).
 */
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

#define TEN_SEGMENTS                                                                               \
    CONNECT "100 write 43800\n"                                                                    \
            "100 > . 1:14601(1460)*\n"

/* RFC 6298, section 5: R <- 100 ms: RTO = 100 + 4 * 50 = 300 ms, 1 s by (2.4). (5.5) doubles it. */
static void a_lone_segment_goes_out_again_at_doubled_intervals(void **state)
{
    ics_stream_script_run(*state, CONNECT "100 = srtt 100 rto 1000\n"
                                          "100 write 10\n"
                                          "100 > P. 1:11(10)\n"
                                          "1100 > P. 1:11(10) {rto}\n"
                                          "1100 = rto 2000 cwnd 1460 ssthresh 2920\n"
                                          "3100 > P. 1:11(10) {rto}\n"
                                          "7100 > P. 1:11(10) {rto}\n"
                                          "15100 > P. 1:11(10) {rto}\n"
                                          "31100 > P. 1:11(10) {rto}\n"
                                          "63100 > P. 1:11(10) {rto}\n"
                                          "123100 > P. 1:11(10) {rto}\n"
                                          "183100 > P. 1:11(10) {rto}\n"
                                          "183200 < . 1:1(0) ack 11 win 65535\n"
                                          "183200 = flight 0 rto 60000 deadline never\n");
}

/* (2.2): SRTT 100, RTTVAR 50. (2.3) with R' = 200: RTTVAR = 3/4 * 50 + 1/4 * 100 = 62.5, SRTT = 7/8
 * * 100 + 1/8 * 200 = 112.5, RTO = 112.5 + 4 * 62.5 = 362.5. The next R' = 112.5: RTTVAR 46.875,
 * RTO 300. */
static void the_rto_follows_the_formulas_of_rfc_6298(void **state)
{
    IcsStreamScript *script = *state;
    script->config.recovery.min_rto_ns = 1;
    ics_stream_script_run(script, CONNECT "100 = srtt 100 rto 300\n"
                                          "1000 write 10\n"
                                          "1000 > P. 1:11(10)\n"
                                          "1200 < . 1:1(0) ack 11 win 65535\n"
                                          "1200 = srtt 112 rto 362\n"
                                          "2000 write 10\n"
                                          "2000 > P. 11:21(10)\n"
                                          "2112.5 < . 1:1(0) ack 21 win 65535\n"
                                          "2112.5 = srtt 112 rto 300\n"
                                          "3000 write 10\n"
                                          "3000 > P. 21:31(10)\n"
                                          "3300 > P. 21:31(10) {rto}\n"
                                          "3900 > P. 21:31(10) {rto}\n"
                                          "5100 > P. 21:31(10) {rto}\n");
}

/* (5.3): an ACK of new data starts the timer anew; (5.2): the ACK of all stops it. */
static void an_ack_of_new_data_starts_the_timer_anew(void **state)
{
    ics_stream_script_run(*state, CONNECT "100 write 2920\n"
                                          "100 > .. 1:2921(1460)*\n"
                                          "900 < . 1:1(0) ack 1461 win 65535\n"
                                          "900 = srtt 187 rto 1037\n"
                                          "1937.5 > P. 1461:2921(1460) {rto}\n"
                                          "2200 < . 1:1(0) ack 2921 win 65535\n"
                                          "2200 = deadline never\n");
}

/* RFC 5681, section 3.1: slow start from one segment, up to half of what was under way; all is sent
 * again (what was lost is not known). */
static void after_a_timeout_all_goes_again_in_slow_start(void **state)
{
    ics_stream_script_run(*state, TEN_SEGMENTS "1100 > . 1:1461(1460) {rto}\n"
                                               "1100 = cwnd 1460 ssthresh 7300 rto 2000\n"
                                               "1200 < . 1:1(0) ack 1461 win 65535\n"
                                               "1200 > . 1461:4381(1460)* {rto}\n"
                                               "1200 = cwnd 2920\n"
                                               "1300 < . 1:1(0) ack 2921 win 65535\n"
                                               "1300 > . 4381:7301(1460)* {rto}\n"
                                               "1300 = cwnd 4380\n"
                                               "1300 < . 1:1(0) ack 4381 win 65535\n"
                                               "1300 > . 7301:10221(1460)* {rto}\n"
                                               "1300 = cwnd 5840\n"
                                               "1400 < . 1:1(0) ack 10221 win 65535\n"
                                               "1400 > . 10221:14601(1460)* {rto}\n"
                                               "1400 > . 14601:17521(1460)*\n"
                                               "1400 = cwnd 7300 flight 7300\n");
}

/* The first segment is lost. RFC 3042: the first two duplicates let out two new ones. RFC 5681,
 * section 3.2: at the third ssthresh = 14600 / 2 and cwnd = ssthresh + 3 * 1460 = 11680; each
 * further one adds 1460, until cwnd is over the 17520 under way. RFC 6582: the ACK of all that was
 * sent before ends it; cwnd = min(ssthresh, max(flight, 1460) + 1460), the flight being 4 segments.
 */
static void one_loss_is_repaired_by_a_fast_retransmit(void **state)
{
    ics_stream_script_run(*state, TEN_SEGMENTS "200 < . 1:1(0) ack 1 win 65535\n"
                                               "200 > . 14601:16061(1460)\n"
                                               "201 < . 1:1(0) ack 1 win 65535\n"
                                               "201 > . 16061:17521(1460)\n"
                                               "202 < . 1:1(0) ack 1 win 65535\n"
                                               "202 > . 1:1461(1460) {fast-retransmit}\n"
                                               "202 = cwnd 11680 ssthresh 7300\n"
                                               "203 < . 1:1(0) ack 1 win 65535\n"
                                               "204 < . 1:1(0) ack 1 win 65535\n"
                                               "205 < . 1:1(0) ack 1 win 65535\n"
                                               "206 < . 1:1(0) ack 1 win 65535\n"
                                               "206 = cwnd 17520\n"
                                               "207 < . 1:1(0) ack 1 win 65535\n"
                                               "207 > . 17521:18981(1460)\n"
                                               "208 < . 1:1(0) ack 1 win 65535\n"
                                               "208 > . 18981:20441(1460)\n"
                                               "300 < . 1:1(0) ack 1 win 65535\n"
                                               "300 > . 20441:21901(1460)\n"
                                               "301 < . 1:1(0) ack 1 win 65535\n"
                                               "301 > . 21901:23361(1460)\n"
                                               "301 = cwnd 23360\n"
                                               "302 < . 1:1(0) ack 17521 win 65535\n"
                                               "302 > . 23361:24821(1460)\n"
                                               "302 = cwnd 7300 ssthresh 7300 flight 7300\n");
}

static void without_limited_transmit_nothing_leaves_on_the_first_duplicates(void **state)
{
    IcsStreamScript *script = *state;
    script->config.recovery.limited_transmit = false;
    ics_stream_script_run(script, TEN_SEGMENTS "200 < . 1:1(0) ack 1 win 65535\n"
                                               "201 < . 1:1(0) ack 1 win 65535\n"
                                               "202 < . 1:1(0) ack 1 win 65535\n"
                                               "202 > . 1:1461(1460) {fast-retransmit}\n");
}

static void without_fast_retransmit_only_the_timeout_repairs(void **state)
{
    IcsStreamScript *script = *state;
    script->config.recovery.fast_retransmit = false;
    script->config.recovery.limited_transmit = false;
    ics_stream_script_run(script, TEN_SEGMENTS "200 < . 1:1(0) ack 1 win 65535\n"
                                               "201 < . 1:1(0) ack 1 win 65535\n"
                                               "202 < . 1:1(0) ack 1 win 65535\n"
                                               "203 < . 1:1(0) ack 1 win 65535\n"
                                               "1100 > . 1:1461(1460) {rto}\n");
}

/* RFC 5681's fast retransmit without fast recovery, as Tahoe did: slow start. */
static void without_fast_recovery_slow_start_follows(void **state)
{
    IcsStreamScript *script = *state;
    script->config.recovery.fast_recovery = false;
    script->config.recovery.limited_transmit = false;
    ics_stream_script_run(script, TEN_SEGMENTS "200 < . 1:1(0) ack 1 win 65535\n"
                                               "201 < . 1:1(0) ack 1 win 65535\n"
                                               "202 < . 1:1(0) ack 1 win 65535\n"
                                               "202 > . 1:1461(1460) {fast-retransmit}\n"
                                               "202 = cwnd 1460 ssthresh 7300\n"
                                               "203 < . 1:1(0) ack 1 win 65535\n"
                                               "302 < . 1:1(0) ack 14601 win 65535\n"
                                               "302 > . 14601:17521(1460)*\n");
}

/* Segments 1 and 4 are lost. RFC 6582, section 3.2, step 3: the partial ACK up to segment 4 sends
 * it again, takes what it acknowledged (4380) off cwnd and adds a segment. */
static void two_losses_are_repaired_by_a_partial_ack(void **state)
{
    IcsStreamScript *script = *state;
    script->config.recovery.limited_transmit = false;
    ics_stream_script_run(script, TEN_SEGMENTS "200 < . 1:1(0) ack 1 win 65535\n"
                                               "201 < . 1:1(0) ack 1 win 65535\n"
                                               "202 < . 1:1(0) ack 1 win 65535\n"
                                               "202 > . 1:1461(1460) {fast-retransmit}\n"
                                               "202 = cwnd 11680\n"
                                               "203 < . 1:1(0) ack 1 win 65535\n"
                                               "204 < . 1:1(0) ack 1 win 65535\n"
                                               "205 < . 1:1(0) ack 1 win 65535\n"
                                               "205 > . 14601:16061(1460)\n"
                                               "206 < . 1:1(0) ack 1 win 65535\n"
                                               "206 > . 16061:17521(1460)\n"
                                               "207 < . 1:1(0) ack 1 win 65535\n"
                                               "207 > . 17521:18981(1460)\n"
                                               "207 = cwnd 18980\n"
                                               "302 < . 1:1(0) ack 4381 win 65535\n"
                                               "302 > . 4381:5841(1460) {partial-ack}\n"
                                               "302 > . 18981:20441(1460)\n"
                                               "302 = cwnd 16060\n"
                                               "305 < . 1:1(0) ack 4381 win 65535\n"
                                               "305 > . 20441:21901(1460)\n"
                                               "402 < . 1:1(0) ack 18981 win 65535\n"
                                               "402 > . 21901:23361(1460)\n"
                                               "402 = ssthresh 7300 cwnd 4380 flight 4380\n");
}

/* Segments 1, 3 and 5: one in a round trip. */
static void three_losses_take_three_round_trips(void **state)
{
    IcsStreamScript *script = *state;
    script->config.recovery.limited_transmit = false;
    ics_stream_script_run(script, CONNECT "100 write 14600\n"
                                          "100 > .. 1:14601(1460)*\n"
                                          "200 < . 1:1(0) ack 1 win 65535\n"
                                          "201 < . 1:1(0) ack 1 win 65535\n"
                                          "202 < . 1:1(0) ack 1 win 65535\n"
                                          "202 > . 1:1461(1460) {fast-retransmit}\n"
                                          "203 < . 1:1(0) ack 1 win 65535\n"
                                          "204 < . 1:1(0) ack 1 win 65535\n"
                                          "205 < . 1:1(0) ack 1 win 65535\n"
                                          "206 < . 1:1(0) ack 1 win 65535\n"
                                          "302 < . 1:1(0) ack 2921 win 65535\n"
                                          "302 > . 2921:4381(1460) {partial-ack}\n"
                                          "402 < . 1:1(0) ack 5841 win 65535\n"
                                          "402 > . 5841:7301(1460) {partial-ack}\n"
                                          "502 < . 1:1(0) ack 14601 win 65535\n"
                                          "502 = flight 0 ssthresh 7300 deadline never\n");
}

/* All ten but the last four are lost. The timer of the first segment is not put off by partial ACKs
 * but the first (RFC 6582, section 4: Impatient), so that a burst ends in a timeout. */
static void a_burst_of_losses_ends_in_a_timeout(void **state)
{
    IcsStreamScript *script = *state;
    script->config.recovery.limited_transmit = false;
    script->config.recovery.min_rto_ns = 250000000;
    ics_stream_script_run(script, CONNECT "100 write 14600\n"
                                          "100 > .. 1:14601(1460)*\n"
                                          "200 < . 1:1(0) ack 1 win 65535\n"
                                          "200 < . 1:1(0) ack 1 win 65535\n"
                                          "200 < . 1:1(0) ack 1 win 65535\n"
                                          "200 > . 1:1461(1460) {fast-retransmit}\n"
                                          "200 < . 1:1(0) ack 1 win 65535\n"
                                          "300 < . 1:1(0) ack 1461 win 65535\n"
                                          "300 > . 1461:2921(1460) {partial-ack}\n"
                                          "400 < . 1:1(0) ack 2921 win 65535\n"
                                          "400 > . 2921:4381(1460) {partial-ack}\n"
                                          "500 < . 1:1(0) ack 4381 win 65535\n"
                                          "500 > . 4381:5841(1460) {partial-ack}\n"
                                          "600 > . 4381:5841(1460) {rto}\n");
}

/* RFC 6582, section 3.2, step 1: duplicates of what the timeout has sent again start no recovery.
 */
static void duplicates_after_a_timeout_are_not_losses(void **state)
{
    ics_stream_script_run(*state, CONNECT "100 write 5840\n"
                                          "100 > .. 1:5841(1460)*\n"
                                          "1100 > . 1:1461(1460) {rto}\n"
                                          "1150 < . 1:1(0) ack 1461 win 65535\n"
                                          "1150 > . 1461:4381(1460)* {rto}\n"
                                          "1160 < . 1:1(0) ack 1461 win 65535\n"
                                          "1161 < . 1:1(0) ack 1461 win 65535\n"
                                          "1162 < . 1:1(0) ack 1461 win 65535\n"
                                          "1162 = cwnd 2920 ssthresh 2920\n");
}

/* RFC 5681, section 2: data, another window, or nothing outstanding: no duplicate. */
static void what_is_no_duplicate_in_the_rfcs_sense_starts_nothing(void **state)
{
    ics_stream_script_run(*state, TEN_SEGMENTS "200 < . 1:1(0) ack 1 win 60000\n"
                                               "201 < . 1:1(0) ack 1 win 60001\n"
                                               "202 < . 1:1(0) ack 1 win 60002\n"
                                               "203 < P. 1:2(1) ack 1 win 60002\n"
                                               "204 < P. 2:3(1) ack 1 win 60002\n"
                                               "205 < P. 3:4(1) ack 1 win 60002\n"
                                               "206 < . 4:4(0) ack 1 win 60003\n"
                                               "206 = cwnd 14600 ssthresh -1\n"
                                               "243 > . 14601:14601(0) ack 4\n");
}

static void the_threshold_is_what_the_configuration_says(void **state)
{
    IcsStreamScript *script = *state;
    script->config.recovery.duplicate_threshold = 1;
    ics_stream_script_run(script, TEN_SEGMENTS "200 < . 1:1(0) ack 1 win 65535\n"
                                               "200 > . 1:1461(1460) {fast-retransmit}\n");
}

static void a_fin_goes_out_again(void **state)
{
    ics_stream_script_run(*state, CONNECT "100 shutdown\n"
                                          "100 > F. 1:2(0)\n"
                                          "1100 > F. 1:2(0) {fin}\n"
                                          "3100 > F. 1:2(0) {fin}\n"
                                          "3200 < . 1:1(0) ack 2 win 65535\n"
                                          "3200 = state FIN-WAIT-2 deadline never\n");
}

/* The numbers of the repetitions wrap around like others. */
static void a_loss_at_the_end_of_the_number_space_is_repaired(void **state)
{
    IcsStreamScript *script = *state;
    script->iss = UINT32_MAX - 1460 - 700;
    ics_stream_script_run(script, CONNECT "100 write 14600\n"
                                          "100 > .. 1:14601(1460)*\n"
                                          "200 < . 1:1(0) ack 1461 win 65535\n"
                                          "201 < . 1:1(0) ack 1461 win 65535\n"
                                          "202 < . 1:1(0) ack 1461 win 65535\n"
                                          "203 < . 1:1(0) ack 1461 win 65535\n"
                                          "203 > . 1461:2921(1460) {fast-retransmit}\n"
                                          "303 < . 1:1(0) ack 14601 win 65535\n"
                                          "303 = flight 0\n");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_lone_segment_goes_out_again_at_doubled_intervals),
        TEST(the_rto_follows_the_formulas_of_rfc_6298),
        TEST(an_ack_of_new_data_starts_the_timer_anew),
        TEST(after_a_timeout_all_goes_again_in_slow_start),
        TEST(one_loss_is_repaired_by_a_fast_retransmit),
        TEST(without_limited_transmit_nothing_leaves_on_the_first_duplicates),
        TEST(without_fast_retransmit_only_the_timeout_repairs),
        TEST(without_fast_recovery_slow_start_follows),
        TEST(two_losses_are_repaired_by_a_partial_ack),
        TEST(three_losses_take_three_round_trips),
        TEST(a_burst_of_losses_ends_in_a_timeout),
        TEST(duplicates_after_a_timeout_are_not_losses),
        TEST(what_is_no_duplicate_in_the_rfcs_sense_starts_nothing),
        TEST(the_threshold_is_what_the_configuration_says),
        TEST(a_fin_goes_out_again),
        TEST(a_loss_at_the_end_of_the_number_space_is_repaired),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
