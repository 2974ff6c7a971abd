/* RFC 6675 packet by packet: recoveries with SACK, without and with PRR (RFC 6937). */
#include <cmocka.h>

#include "tests/support/recovery_scenario.h"

static IcsRecoveryScenario *begin(void **state, void (*change)(IcsRecoveryConfig *config))
{
    IcsRecoveryScenario *scenario = *state;
    IcsRecoveryConfig config;
    ics_recovery_scenario_config(&config);
    if (change != NULL) {
        change(&config);
    }
    ics_recovery_scenario_begin(scenario, &config, true);
    return scenario;
}

static int set_up(void **state)
{
    *state = g_new0(IcsRecoveryScenario, 1);
    return 0;
}

static int tear_down(void **state)
{
    IcsRecoveryScenario *scenario = *state;
    ics_recovery_clear(&scenario->recovery);
    g_free(scenario);
    return 0;
}

static void turn_prr_on(IcsRecoveryConfig *config)
{
    config->prr = true;
}

static void turn_limited_transmit_off(IcsRecoveryConfig *config)
{
    config->limited_transmit = false;
}

static void turn_fast_retransmit_off(IcsRecoveryConfig *config)
{
    config->fast_retransmit = false;
}

static void turn_fast_recovery_off(IcsRecoveryConfig *config)
{
    config->fast_recovery = false;
}

static void one_loss_is_repaired_while_the_pipe_drains(void **state)
{
    IcsRecoveryScenario *scenario = begin(state, NULL);
    static const IcsScenarioRow rows[] = {
        {"@100 send 40", "N1 N2 N3 N4 N5 N6 N7 N8 N9 N10", 10000, 0, 10000},
        {"@200 ack 1 sack 2", "N11", 10000, 0, 10000},
        {"@200 ack 1 sack 2-3", "N12", 10000, 0, 10000},
        /* 4000 bytes are not more than 2 SMSS until the third: 12 less 3 SACKed, less 1 lost, plus
         * its repetition. */
        {"@200 ack 1 sack 2-4", "F1", 5000, 5000, 9000},
        {"@200 ack 1 sack 2-5", "", 5000, 5000, 8000},
        {"@200 ack 1 sack 2-6", "", 5000, 5000, 7000},
        {"@200 ack 1 sack 2-7", "", 5000, 5000, 6000},
        {"@200 ack 1 sack 2-8", "", 5000, 5000, 5000},
        {"@200 ack 1 sack 2-9", "N13", 5000, 5000, 5000},
        {"@200 ack 1 sack 2-10", "N14", 5000, 5000, 5000},
        {"@300 ack 1 sack 2-11", "N15", 5000, 5000, 5000},
        {"@300 ack 1 sack 2-12", "N16", 5000, 5000, 5000},
        {"@300 ack 13", "N17", 5000, 5000, 5000},
    };
    ICS_RECOVERY_SCENARIO_PLAY(scenario, rows);
    assert_int_equal(scenario->recovery.phase, ICS_RECOVERY_OPEN);
}

static void two_losses_are_repaired_in_one_round_trip(void **state)
{
    IcsRecoveryScenario *scenario = begin(state, NULL);
    static const IcsScenarioRow rows[] = {
        {"@100 send 10", "N1 N2 N3 N4 N5 N6 N7 N8 N9 N10", 10000, 0, 10000},
        {"@200 ack 1 sack 2", "", 10000, 0, 9000},
        {"@200 ack 1 sack 2-3", "", 10000, 0, 8000},
        {"@200 ack 1 sack 5 2-3", "F1", 5000, 5000, 7000}, /* 4 is not deemed lost yet */
        {"@200 ack 1 sack 5-6 2-3", "", 5000, 5000, 6000},
        {"@200 ack 1 sack 5-7 2-3", "S4", 5000, 5000, 5000},
        /* There is room and no new data: rule 4 of NextSeg(), once. */
        {"@200 ack 1 sack 5-8 2-3", "S10", 5000, 5000, 5000},
        {"@200 ack 1 sack 5-9 2-3", "", 5000, 5000, 4000},
        {"@200 ack 1 sack 5-10 2-3", "", 5000, 5000, 2000},
        {"@300 ack 4 sack 5-10", "", 5000, 5000, 1000},
        {"@300 ack 11", "", 5000, 5000, 0},
    };
    ICS_RECOVERY_SCENARIO_PLAY(scenario, rows);
}

static void three_losses_are_repaired_as_the_pipe_allows(void **state)
{
    IcsRecoveryScenario *scenario = begin(state, NULL);
    static const IcsScenarioRow rows[] = {
        {"@100 send 10", "N1 N2 N3 N4 N5 N6 N7 N8 N9 N10", 10000, 0, 10000},
        {"@200 ack 1 sack 2", "", 10000, 0, 9000},
        {"@200 ack 1 sack 4 2", "", 10000, 0, 8000},
        {"@200 ack 1 sack 6 4 2", "F1", 5000, 5000, 7000},
        /* 3000 bytes are SACKed above 3: it is lost, the pipe is 5000 and cwnd full. */
        {"@200 ack 1 sack 6-7 4 2", "", 5000, 5000, 5000},
        /* And above 5: pipe 3000, room for two. */
        {"@200 ack 1 sack 6-8 4 2", "S3 S5", 5000, 5000, 5000},
        {"@200 ack 1 sack 6-9 4 2", "S10", 5000, 5000, 5000}, /* rule 4 of NextSeg() */
        {"@200 ack 1 sack 6-10 4 2", "", 5000, 5000, 3000},
        {"@300 ack 3 sack 6-10 4", "", 5000, 5000, 2000},
        {"@300 ack 5 sack 6-10", "", 5000, 5000, 1000},
        {"@300 ack 11", "", 5000, 5000, 0},
    };
    ICS_RECOVERY_SCENARIO_PLAY(scenario, rows);
}

/* 1 to 6 are lost, 7 to 10 arrive: without SACK it would take a timeout. */
static void a_burst_of_losses_needs_no_timeout(void **state)
{
    IcsRecoveryScenario *scenario = begin(state, NULL);
    static const IcsScenarioRow rows[] = {
        {"@100 send 10", "N1 N2 N3 N4 N5 N6 N7 N8 N9 N10", 10000, 0, 10000},
        {"@200 ack 1 sack 7", "", 10000, 0, 9000},
        {"@200 ack 1 sack 7-8", "", 10000, 0, 8000},
        {"@200 ack 1 sack 7-9", "F1 S2 S3 S4", 5000, 5000, 5000},
        {"@200 ack 1 sack 7-10", "S5", 5000, 5000, 5000},
        {"@300 ack 2 sack 7-10", "S6", 5000, 5000, 5000},
        {"@300 ack 3 sack 7-10", "", 5000, 5000, 4000},
        {"@300 ack 4 sack 7-10", "", 5000, 5000, 3000},
        {"@300 ack 5 sack 7-10", "", 5000, 5000, 2000},
        {"@300 ack 6 sack 7-10", "", 5000, 5000, 1000},
        {"@400 ack 11", "", 5000, 5000, 0},
    };
    ICS_RECOVERY_SCENARIO_PLAY(scenario, rows);
    assert_int_equal(scenario->recovery.n_timeouts, 0);
}

/* Rules 3 and 4 of NextSeg(): no new data, so a hole that is not deemed lost is filled, and then
 * the last segment is sent again, once. */
static void without_new_data_doubtful_holes_are_filled(void **state)
{
    IcsRecoveryScenario *scenario = begin(state, NULL);
    static const IcsScenarioRow rows[] = {
        {"@100 send 8", "N1 N2 N3 N4 N5 N6 N7 N8", 10000, 0, 8000},
        {"@200 ack 1 sack 2-4", "F1", 4000, 4000, 5000},
        {"@200 ack 1 sack 6 2-4", "", 4000, 4000, 4000},
        {"@300 ack 5 sack 6", "S5", 4000, 4000, 4000}, /* rule 3: 5, 7, 8 and the repetition */
        {"@400 ack 7", "S8", 4000, 4000, 3000},        /* rule 4 */
    };
    ICS_RECOVERY_SCENARIO_PLAY(scenario, rows);
}

static void the_last_segment_is_sent_again_for_rescue_once(void **state)
{
    IcsRecoveryScenario *scenario = begin(state, NULL);
    static const IcsScenarioRow rows[] = {
        {"@100 send 8", "N1 N2 N3 N4 N5 N6 N7 N8", 10000, 0, 8000},
        {"@200 ack 1 sack 2-4", "F1", 4000, 4000, 5000},
        {"@200 ack 1 sack 2-5", "", 4000, 4000, 4000},
        {"@200 ack 1 sack 2-6", "S8", 4000, 4000, 4000},
        {"@300 ack 7", "", 4000, 4000, 3000},
    };
    ICS_RECOVERY_SCENARIO_PLAY(scenario, rows);
}

/* HighRxt: a hole that was filled on suspicion is not filled again, nor is the last segment. */
static void doubtful_repetitions_are_made_once(void **state)
{
    IcsRecoveryScenario *scenario = begin(state, NULL);
    static const IcsScenarioRow rows[] = {
        {"@100 send 10", "N1 N2 N3 N4 N5 N6 N7 N8 N9 N10", 10000, 0, 10000},
        {"@200 ack 1 sack 2-6", "F1", 5000, 5000, 5000},
        {"@200 ack 1 sack 8 2-6", "S7", 5000, 5000, 5000},    /* rule 3; then 7 counts twice */
        {"@200 ack 1 sack 8-9 2-6", "S10", 5000, 5000, 5000}, /* rule 4 */
        {"@300 ack 7 sack 8-9", "", 5000, 5000, 4000},
        {"@300 ack 10", "", 5000, 5000, 2000},
        {"@300 ack 11", "", 5000, 5000, 0},
    };
    ICS_RECOVERY_SCENARIO_PLAY(scenario, rows);
}

/* Three segments of a byte are no more than 2 SMSS, but three duplicates (RFC 6675, section 5). */
static void three_duplicates_count_however_small(void **state)
{
    IcsRecoveryScenario *scenario = begin(state, NULL);
    IcsRecovery *recovery = &scenario->recovery;
    IcsSequence at = scenario->start;
    for (uint32_t i = 0; i < 4; i++) {
        ics_recovery_sent(recovery, 0, (IcsSequenceRange){at + i, at + i + 1});
    }
    for (uint32_t i = 1; i <= 3; i++) {
        assert_int_equal(recovery->phase, ICS_RECOVERY_OPEN);
        IcsSequenceRange block = {at + 1, at + 1 + i};
        IcsRecoveryAck ack = {.ack = at, .sack = &block, .n_sack = 1, .echo_ns = -1};
        ics_recovery_acknowledged(recovery, 1000, &ack);
    }
    assert_int_equal(recovery->phase, ICS_RECOVERY_FAST);
    IcsSequenceRange range;
    assert_int_equal(ics_recovery_next_repeat(recovery, true, &range), ICS_STREAM_REPEAT_FAST);
    assert_int_equal(range.first, at);
}

static void duplicates_without_new_sacks_do_not_count(void **state)
{
    IcsRecoveryScenario *scenario = begin(state, NULL);
    static const IcsScenarioRow rows[] = {
        {"@100 send 10", "N1 N2 N3 N4 N5 N6 N7 N8 N9 N10", 10000, 0, 10000},
        {"@200 ack 1 sack 2", "", 10000, 0, 9000},
        {"@200 ack 1 sack 2", "", 10000, 0, 9000},
        {"@200 ack 1 sack 2", "", 10000, 0, 9000},
        {"@200 ack 1", "", 10000, 0, 9000},
        {"@200 ack 1 sack 2-3", "", 10000, 0, 8000},
        {"@200 ack 1 sack 2-4", "F1", 5000, 5000, 7000},
    };
    ICS_RECOVERY_SCENARIO_PLAY(scenario, rows);
}

static void without_limited_transmit_sacks_let_nothing_out(void **state)
{
    IcsRecoveryScenario *scenario = begin(state, turn_limited_transmit_off);
    static const IcsScenarioRow rows[] = {
        {"@100 send 20", "N1 N2 N3 N4 N5 N6 N7 N8 N9 N10", 10000, 0, 10000},
        {"@200 ack 1 sack 2", "", 10000, 0, 9000},
        {"@200 ack 1 sack 2-3", "", 10000, 0, 8000},
        {"@200 ack 1 sack 2-4", "F1", 5000, 5000, 7000},
    };
    ICS_RECOVERY_SCENARIO_PLAY(scenario, rows);
}

static void a_timeout_sends_again_only_what_is_not_sacked(void **state)
{
    IcsRecoveryScenario *scenario = begin(state, turn_fast_retransmit_off);
    static const IcsScenarioRow rows[] = {
        {"@100 send 10", "N1 N2 N3 N4 N5 N6 N7 N8 N9 N10", 10000, 0, 10000},
        {"@200 ack 1 sack 3-4", "", 10000, 0, 8000},
        {"@200 ack 1 sack 6-10 3-4", "", 10000, 0, 3000},
        {"@400 timer", "O1", 1000, 5000, 1000},
        {"@500 ack 2 sack 6-10 3-4", "O2 O5", 2000, 5000, 2000},
        {"@600 ack 5 sack 6-10", "", 3000, 5000, 1000},
        {"@600 ack 11", "", 4000, 5000, 0},
    };
    ICS_RECOVERY_SCENARIO_PLAY(scenario, rows);
}

static void without_fast_retransmit_sacks_let_out_two_at_most(void **state)
{
    IcsRecoveryScenario *scenario = begin(state, turn_fast_retransmit_off);
    static const IcsScenarioRow rows[] = {
        {"@100 send 20", "N1 N2 N3 N4 N5 N6 N7 N8 N9 N10", 10000, 0, 10000},
        {"@200 ack 1 sack 2", "N11", 10000, 0, 10000},
        {"@200 ack 1 sack 2-3", "N12", 10000, 0, 10000},
        {"@200 ack 1 sack 2-4", "", 10000, 0, 9000},
        {"@200 ack 1 sack 2-10", "", 10000, 0, 3000},
        {"@400 timer", "O1", 1000, 6000, 1000},
    };
    ICS_RECOVERY_SCENARIO_PLAY(scenario, rows);
}

static void without_fast_recovery_slow_start_spares_what_is_sacked(void **state)
{
    IcsRecoveryScenario *scenario = begin(state, turn_fast_recovery_off);
    static const IcsScenarioRow rows[] = {
        {"@100 send 10", "N1 N2 N3 N4 N5 N6 N7 N8 N9 N10", 10000, 0, 10000},
        {"@200 ack 1 sack 2-3", "", 10000, 0, 8000},
        {"@200 ack 1 sack 2-5", "F1", 1000, 5000, 1000},
        {"@300 ack 6", "F6 F7", 2000, 5000, 2000},
    };
    ICS_RECOVERY_SCENARIO_PLAY(scenario, rows);
}

/* RFC 6937, section 4, first example: FlightSize 20 and one loss. While the pipe is above ssthresh
 * about every second ACK lets a segment out; the window is never suddenly small. */
static void rate_reduction_spreads_what_is_sent(void **state)
{
    IcsRecoveryScenario *scenario = begin(state, turn_prr_on);
    scenario->recovery.congestion.cwnd_bytes = 20000;
    static const IcsScenarioRow rows[] = {
        {"@100 send 100", "N1 N2 N3 N4 N5 N6 N7 N8 N9 N10 N11 N12 N13 N14 N15 N16 N17 N18 N19 N20",
         20000, 0, 20000},
        {"@200 ack 1 sack 2", "N21", 20000, 0, 20000},
        {"@200 ack 1 sack 2-3", "N22", 20000, 0, 20000},
        /* RecoverFS is 22: 1000 * 10 / 22 = 454.5; the first repetition is sent anyway. */
        {"@200 ack 1 sack 2-4", "F1", 18455, 10000, 19000},
        {"@200 ack 1 sack 2-5", "", 18000, 10000, 18000},     /* 910 - 1000 < 0 */
        {"@200 ack 1 sack 2-6", "", 17364, 10000, 17000},     /* 1364 - 1000 */
        {"@200 ack 1 sack 2-7", "", 16819, 10000, 16000},     /* 1819 - 1000 */
        {"@200 ack 1 sack 2-8", "N23", 16273, 10000, 16000},  /* 2273 - 1000 */
        {"@200 ack 1 sack 2-9", "", 15728, 10000, 15000},     /* 2728 - 2000 */
        {"@200 ack 1 sack 2-10", "N24", 15182, 10000, 15000}, /* 3182 - 2000 */
        {"@200 ack 1 sack 2-11", "", 14637, 10000, 14000},    /* 3637 - 3000 */
        {"@200 ack 1 sack 2-12", "N25", 14091, 10000, 14000}, /* 4091 - 3000 */
        {"@200 ack 1 sack 2-13", "", 13546, 10000, 13000},    /* 4546 - 4000 */
        {"@200 ack 1 sack 2-14", "N26", 13000, 10000, 13000}, /* 5000 - 4000 */
        {"@200 ack 1 sack 2-15", "", 12455, 10000, 12000},    /* 5455 - 5000 */
        {"@200 ack 1 sack 2-16", "", 11910, 10000, 11000},    /* 5910 - 5000 */
        /* The pipe is down to ssthresh: from now on one for one. */
        {"@200 ack 1 sack 2-17", "", 10000, 10000, 10000},
        {"@200 ack 1 sack 2-18", "N27", 10000, 10000, 10000},
        {"@200 ack 1 sack 2-19", "N28", 10000, 10000, 10000},
    };
    ICS_RECOVERY_SCENARIO_PLAY(scenario, rows);
}

/* Most of the window is lost: slow start from the pipe, not a burst up to ssthresh. */
static void rate_reduction_bounds_the_burst_after_many_losses(void **state)
{
    IcsRecoveryScenario *scenario = begin(state, turn_prr_on);
    static const IcsScenarioRow rows[] = {
        {"@100 send 10", "N1 N2 N3 N4 N5 N6 N7 N8 N9 N10", 10000, 0, 10000},
        {"@200 ack 1 sack 8", "", 10000, 0, 9000}, /* 1 to 7 are lost */
        {"@200 ack 1 sack 8-9", "", 10000, 0, 8000},
        /* Pipe 0: limit = max(1000 - 0, 1000) + MSS = 2000. Without PRR five would go out. */
        {"@200 ack 1 sack 8-10", "F1 S2", 2000, 5000, 2000},
        /* Delivered 2000, out 2000: limit 1000 + MSS. */
        {"@300 ack 2 sack 8-10", "S3 S4", 3000, 5000, 3000},
        {"@300 ack 3 sack 8-10", "S5 S6", 4000, 5000, 4000},
        {"@400 ack 4 sack 8-10", "S7", 5000, 5000, 4000},
        {"@400 ack 7 sack 8-10", "", 5000, 5000, 1000},
        {"@400 ack 11", "", 5000, 5000, 0},
    };
    ICS_RECOVERY_SCENARIO_PLAY(scenario, rows);
}

#define SCENARIO_TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        SCENARIO_TEST(one_loss_is_repaired_while_the_pipe_drains),
        SCENARIO_TEST(two_losses_are_repaired_in_one_round_trip),
        SCENARIO_TEST(three_losses_are_repaired_as_the_pipe_allows),
        SCENARIO_TEST(a_burst_of_losses_needs_no_timeout),
        SCENARIO_TEST(without_new_data_doubtful_holes_are_filled),
        SCENARIO_TEST(the_last_segment_is_sent_again_for_rescue_once),
        SCENARIO_TEST(doubtful_repetitions_are_made_once),
        SCENARIO_TEST(three_duplicates_count_however_small),
        SCENARIO_TEST(duplicates_without_new_sacks_do_not_count),
        SCENARIO_TEST(without_limited_transmit_sacks_let_nothing_out),
        SCENARIO_TEST(a_timeout_sends_again_only_what_is_not_sacked),
        SCENARIO_TEST(without_fast_retransmit_sacks_let_out_two_at_most),
        SCENARIO_TEST(without_fast_recovery_slow_start_spares_what_is_sacked),
        SCENARIO_TEST(rate_reduction_spreads_what_is_sent),
        SCENARIO_TEST(rate_reduction_bounds_the_burst_after_many_losses),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
