/* RFC 5681, 6582 and 3042 packet by packet: recoveries without SACK. */
#include <cmocka.h>

#include "tests/support/recovery_scenario.h"

static int set_up(void **state)
{
    IcsRecoveryScenario *scenario = g_new0(IcsRecoveryScenario, 1);
    IcsRecoveryConfig config;
    ics_recovery_scenario_config(&config);
    ics_recovery_scenario_begin(scenario, &config, false);
    *state = scenario;
    return 0;
}

static int tear_down(void **state)
{
    IcsRecoveryScenario *scenario = *state;
    ics_recovery_clear(&scenario->recovery);
    g_free(scenario);
    return 0;
}

static void slow_start_doubles_in_a_round_trip(void **state)
{
    static const IcsScenarioRow rows[] = {
        {"@100 send 100", "N1 N2 N3 N4 N5 N6 N7 N8 N9 N10", 10000, 0, 10000},
        {"@200 ack 2", "N11 N12", 11000, 0, 11000},
        {"@200 ack 3", "N13 N14", 12000, 0, 12000},
        /* Two segments with one ACK open the window by one (RFC 5681, equation 2). */
        {"@200 ack 5", "N15 N16 N17", 13000, 0, 13000},
    };
    ICS_RECOVERY_SCENARIO_PLAY(*state, rows);
}

/* Segment 1 is lost; 2 to 10 and what limited transmit sends arrive. */
static void one_loss_costs_one_round_trip_and_half_the_window(void **state)
{
    static const IcsScenarioRow rows[] = {
        {"@100 send 40", "N1 N2 N3 N4 N5 N6 N7 N8 N9 N10", 10000, 0, 10000},
        {"@200 ack 1", "N11", 10000, 0, 11000}, /* RFC 3042 */
        {"@200 ack 1", "N12", 10000, 0, 12000},
        /* FlightSize without the two: 10000. ssthresh 5000, cwnd 5000 + 3 SMSS. */
        {"@200 ack 1", "F1", 8000, 5000, 12000},
        {"@200 ack 1", "", 9000, 5000, 12000},
        {"@200 ack 1", "", 10000, 5000, 12000},
        {"@200 ack 1", "", 11000, 5000, 12000},
        {"@200 ack 1", "", 12000, 5000, 12000},
        {"@200 ack 1", "N13", 13000, 5000, 13000},
        {"@200 ack 1", "N14", 14000, 5000, 14000}, /* of 10 */
        {"@300 ack 1", "N15", 15000, 5000, 15000}, /* of 11 */
        {"@300 ack 1", "N16", 16000, 5000, 16000}, /* of 12 */
        /* Everything up to 12: 13 to 16 are in flight; min(ssthresh, 4000 + SMSS). */
        {"@300 ack 13", "N17", 5000, 5000, 5000},
        /* Congestion avoidance: one segment for a window of 5000 bytes. */
        {"@300 ack 14", "N18", 5000, 5000, 5000},
        {"@400 ack 15", "N19", 5000, 5000, 5000},
        {"@400 ack 16", "N20", 5000, 5000, 5000},
        {"@400 ack 17", "N21", 5000, 5000, 5000},
        {"@400 ack 18", "N22 N23", 6000, 5000, 6000},
    };
    ICS_RECOVERY_SCENARIO_PLAY(*state, rows);
}

/* 1 and 4 are lost: a partial ACK repairs the second without three more duplicates. */
static void two_losses_take_a_partial_acknowledgement(void **state)
{
    static const IcsScenarioRow rows[] = {
        {"@100 send 10", "N1 N2 N3 N4 N5 N6 N7 N8 N9 N10", 10000, 0, 10000},
        {"@200 ack 1", "", 10000, 0, 10000},
        {"@200 ack 1", "", 10000, 0, 10000},
        {"@200 ack 1", "F1", 8000, 5000, 10000},
        {"@200 ack 1", "", 9000, 5000, 10000},
        {"@200 ack 1", "", 10000, 5000, 10000},
        {"@200 ack 1", "", 11000, 5000, 10000},
        {"@200 ack 1", "", 12000, 5000, 10000},
        {"@200 ack 1", "", 13000, 5000, 10000},
        /* 3000 acknowledged: cwnd less 3000 and plus SMSS. */
        {"@300 ack 4", "P4", 11000, 5000, 7000},
        {"@400 ack 11", "", 2000, 5000, 0},
    };
    ICS_RECOVERY_SCENARIO_PLAY(*state, rows);
}

static void three_losses_take_three_round_trips(void **state)
{
    static const IcsScenarioRow rows[] = {
        {"@100 send 10", "N1 N2 N3 N4 N5 N6 N7 N8 N9 N10", 10000, 0, 10000},
        {"@200 ack 2", "", 11000, 0, 9000}, /* 2, 4 and 6 are lost */
        {"@200 ack 2", "", 11000, 0, 9000},
        {"@200 ack 2", "", 11000, 0, 9000},
        {"@200 ack 2", "F2", 7500, 4500, 9000},
        {"@200 ack 2", "", 8500, 4500, 9000},
        {"@200 ack 2", "", 9500, 4500, 9000},
        {"@200 ack 2", "", 10500, 4500, 9000},
        {"@300 ack 4", "P4", 9500, 4500, 7000},
        {"@400 ack 6", "P6", 8500, 4500, 5000},
        {"@500 ack 11", "", 2000, 4500, 0},
    };
    ICS_RECOVERY_SCENARIO_PLAY(*state, rows);
}

/* 1 to 5 are lost. The Impatient variant (RFC 6582, section 4) renews the timer at the first
 * partial ACK only, at 300 ms. No round trip but the handshake's was measured (Karn): the RTO is
 * 100 + 4 * 50 ms. */
static void a_burst_of_losses_ends_in_a_timeout(void **state)
{
    static const IcsScenarioRow rows[] = {
        {"@100 send 10", "N1 N2 N3 N4 N5 N6 N7 N8 N9 N10", 10000, 0, 10000},
        {"@200 ack 1", "", 10000, 0, 10000},
        {"@200 ack 1", "", 10000, 0, 10000},
        {"@200 ack 1", "F1", 8000, 5000, 10000},
        {"@200 ack 1", "", 9000, 5000, 10000},
        {"@200 ack 1", "", 10000, 5000, 10000},
        {"@300 ack 2", "P2", 10000, 5000, 9000},
        {"@400 ack 3", "P3", 10000, 5000, 8000},
        {"@500 ack 4", "P4", 10000, 5000, 7000},
        /* FlightSize is 7000: ssthresh 3500. Everything is sent again in slow start. */
        {"@600 timer", "O4", 1000, 3500, 1000},
        {"@700 ack 5", "O5 O6", 2000, 3500, 2000},
        {"@800 ack 11", "", 3000, 3500, 0},
    };
    IcsRecoveryScenario *scenario = *state;
    ICS_RECOVERY_SCENARIO_PLAY(scenario, rows);
    assert_int_equal(scenario->recovery.phase, ICS_RECOVERY_OPEN);
    assert_int_equal(scenario->recovery.n_timeouts, 1);
}

/* Duplicates that go-back-N causes are below `recover` (RFC 6582, section 3.2, step 2). */
static void duplicates_after_a_timeout_start_no_recovery(void **state)
{
    static const IcsScenarioRow rows[] = {
        {"@0 send 6", "N1 N2 N3 N4 N5 N6", 10000, 0, 6000},
        {"@300 timer", "O1", 1000, 3000, 1000},
        {"@400 ack 4", "O4 O5", 2000, 3000, 2000},
        {"@400 send 20", "", 2000, 3000, 2000},
        {"@500 ack 7", "N7 N8 N9", 3000, 3000, 3000},
        /* 5 arrived twice, and others might. */
        {"@500 ack 7", "N10", 3000, 3000, 4000},
        {"@500 ack 7", "N11", 3000, 3000, 5000},
        {"@500 ack 7", "", 3000, 3000, 5000},
        {"@500 ack 7", "", 3000, 3000, 5000},
    };
    ICS_RECOVERY_SCENARIO_PLAY(*state, rows);
}

static void two_duplicates_are_not_enough(void **state)
{
    static const IcsScenarioRow rows[] = {
        {"@100 send 20", "N1 N2 N3 N4 N5 N6 N7 N8 N9 N10", 10000, 0, 10000},
        {"@200 ack 1", "N11", 10000, 0, 11000},
        {"@200 ack 1 data", "", 10000, 0, 11000}, /* carries data: no duplicate */
        {"@200 ack 1", "N12", 10000, 0, 12000},
        {"@200 ack 4", "N13 N14", 11000, 0, 11000},
        {"@200 ack 4", "N15", 11000, 0, 12000},
        {"@200 ack 4", "N16", 11000, 0, 13000},
    };
    ICS_RECOVERY_SCENARIO_PLAY(*state, rows);
}

static void without_limited_transmit_duplicates_send_nothing(void **state)
{
    IcsRecoveryScenario *scenario = *state;
    scenario->config.limited_transmit = false;
    static const IcsScenarioRow rows[] = {
        {"@100 send 20", "N1 N2 N3 N4 N5 N6 N7 N8 N9 N10", 10000, 0, 10000},
        {"@200 ack 1", "", 10000, 0, 10000},
        {"@200 ack 1", "", 10000, 0, 10000},
        {"@200 ack 1", "F1", 8000, 5000, 10000},
    };
    ICS_RECOVERY_SCENARIO_PLAY(scenario, rows);
}

static void without_fast_retransmit_only_the_timer_repairs(void **state)
{
    IcsRecoveryScenario *scenario = *state;
    scenario->config.fast_retransmit = false;
    scenario->config.limited_transmit = false;
    static const IcsScenarioRow rows[] = {
        {"@100 send 10", "N1 N2 N3 N4 N5 N6 N7 N8 N9 N10", 10000, 0, 10000},
        {"@200 ack 1", "", 10000, 0, 10000},
        {"@200 ack 1", "", 10000, 0, 10000},
        {"@200 ack 1", "", 10000, 0, 10000},
        {"@200 ack 1", "", 10000, 0, 10000},
        {"@400 timer", "O1", 1000, 5000, 1000},
        {"@500 ack 11", "", 2000, 5000, 0},
    };
    ICS_RECOVERY_SCENARIO_PLAY(scenario, rows);
}

/* Tahoe: the window is one segment after a fast retransmit. */
static void without_fast_recovery_slow_start_follows(void **state)
{
    IcsRecoveryScenario *scenario = *state;
    scenario->config.fast_recovery = false;
    static const IcsScenarioRow rows[] = {
        {"@100 send 14", "N1 N2 N3 N4 N5 N6 N7 N8 N9 N10", 10000, 0, 10000},
        {"@200 ack 1", "N11", 10000, 0, 11000},
        {"@200 ack 1", "N12", 10000, 0, 12000},
        {"@200 ack 1", "F1", 1000, 5000, 1000},
        {"@200 ack 1", "", 1000, 5000, 1000},
        {"@300 ack 13", "N13 N14", 2000, 5000, 2000},
        {"@400 ack 14", "", 3000, 5000, 1000},
    };
    ICS_RECOVERY_SCENARIO_PLAY(scenario, rows);
    assert_int_equal(scenario->recovery.n_timeouts, 0);
    assert_int_equal(scenario->recovery.n_fast_retransmits, 1);
}

static void a_fixed_window_is_never_left(void **state)
{
    IcsRecoveryScenario *scenario = *state;
    ics_recovery_clear(&scenario->recovery);
    scenario->config.congestion = ICS_CONGESTION_NONE;
    scenario->config.limited_transmit = false;
    IcsRecoveryConfig config = scenario->config;
    ics_recovery_scenario_begin(scenario, &config, false);
    static const IcsScenarioRow rows[] = {
        {"@100 send 50", "N1 N2 N3 N4 N5 N6 N7 N8", 8000, 0, 8000},
        {"@200 ack 2", "N9", 8000, 0, 8000},
        {"@200 ack 2", "", 8000, 0, 8000},
        {"@200 ack 2", "", 8000, 0, 8000},
        {"@200 ack 2", "F2", 8000, 0, 8000},
        {"@200 ack 2", "", 8000, 0, 8000},
        {"@300 ack 10", "N10 N11 N12 N13 N14 N15 N16 N17", 8000, 0, 8000},
    };
    ICS_RECOVERY_SCENARIO_PLAY(scenario, rows);
    /* A timeout sends the whole window again: go-back-N. */
    int64_t due_ns = ics_recovery_deadline_ns(&scenario->recovery);
    assert_true(ics_recovery_expire(&scenario->recovery, due_ns) & ICS_RECOVERY_TIMED_OUT);
    IcsSequenceRange range;
    for (int i = 0; i < 8; i++) {
        assert_int_equal(ics_recovery_next_repeat(&scenario->recovery, true, &range),
                         ICS_STREAM_REPEAT_RTO);
        ics_recovery_repeated(&scenario->recovery, due_ns, range);
    }
    assert_int_equal(ics_recovery_cwnd_bytes(&scenario->recovery), 8000);
}

#define SCENARIO_TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        SCENARIO_TEST(slow_start_doubles_in_a_round_trip),
        SCENARIO_TEST(one_loss_costs_one_round_trip_and_half_the_window),
        SCENARIO_TEST(two_losses_take_a_partial_acknowledgement),
        SCENARIO_TEST(three_losses_take_three_round_trips),
        SCENARIO_TEST(a_burst_of_losses_ends_in_a_timeout),
        SCENARIO_TEST(duplicates_after_a_timeout_start_no_recovery),
        SCENARIO_TEST(two_duplicates_are_not_enough),
        SCENARIO_TEST(without_limited_transmit_duplicates_send_nothing),
        SCENARIO_TEST(without_fast_retransmit_only_the_timer_repairs),
        SCENARIO_TEST(without_fast_recovery_slow_start_follows),
        SCENARIO_TEST(a_fixed_window_is_never_left),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
