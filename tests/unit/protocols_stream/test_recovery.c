/* Timeouts, round trips, ECN, pauses and the handshake, as far as the sender's recovery goes. */
#include <cmocka.h>

#include "base/units.h"
#include "sim/simulation.h"
#include "tests/support/recovery_scenario.h"

#define MS ICS_NS_PER_MS

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
    ics_recovery_clear(&scenario->recovery);
    g_free(scenario);
    return 0;
}

static void the_timer_runs_while_something_is_outstanding(void **state)
{
    IcsRecoveryScenario *scenario = *state;
    assert_int_equal(ics_recovery_deadline_ns(&scenario->recovery), ICS_TIME_NEVER);
    static const IcsScenarioRow rows[] = {
        {"@100 send 1", "N1", 10000, 0, 1000},
        {"@150 send 1", "N2", 10000, 0, 2000},
    };
    ICS_RECOVERY_SCENARIO_PLAY(scenario, rows);
    assert_int_equal(ics_recovery_deadline_ns(&scenario->recovery), 400 * MS);
    static const IcsScenarioRow acks[] = {{"@200 ack 2", "", 10000, 0, 1000}};
    ICS_RECOVERY_SCENARIO_PLAY(scenario, acks);
    /* RFC 6298, section 5.3: anew; SRTT 100, RTTVAR 37.5 ms. */
    assert_int_equal(ics_recovery_deadline_ns(&scenario->recovery), 450 * MS);
    static const IcsScenarioRow last[] = {{"@250 ack 3", "", 10000, 0, 0}};
    ICS_RECOVERY_SCENARIO_PLAY(scenario, last);
    assert_int_equal(ics_recovery_deadline_ns(&scenario->recovery), ICS_TIME_NEVER);
}

/* RFC 5681, equation (4), the first time; then ssthresh is held, the RTO doubles. */
static void repeated_timeouts_double_and_hold_ssthresh(void **state)
{
    IcsRecoveryScenario *scenario = *state;
    static const IcsScenarioRow rows[] = {
        {"@0 send 10", "N1 N2 N3 N4 N5 N6 N7 N8 N9 N10", 10000, 0, 10000},
        {"@300 timer", "O1", 1000, 5000, 1000},
        {"@900 timer", "O1", 1000, 5000, 1000},
        {"@2100 timer", "O1", 1000, 5000, 1000},
        {"@2200 ack 2", "O2 O3", 2000, 5000, 2000},
    };
    ICS_RECOVERY_SCENARIO_PLAY(scenario, rows);
    assert_int_equal(scenario->recovery.n_timeouts, 3);
    assert_int_equal(scenario->recovery.timeouts_in_row, 0);
    /* Karn: no sample, the RTO stays backed off. */
    assert_int_equal(ics_recovery_rto_ns(&scenario->recovery), 2400 * MS);
}

static void a_timestamp_lifts_karns_rule(void **state)
{
    IcsRecoveryScenario *scenario = *state;
    static const IcsScenarioRow rows[] = {
        {"@0 send 2", "N1 N2", 10000, 0, 2000},
        {"@300 timer", "O1", 1000, 2000, 1000},
        {"@400 ack 2 echo 300", "O2", 2000, 2000, 1000},
    };
    ICS_RECOVERY_SCENARIO_PLAY(scenario, rows);
    assert_true(scenario->changed & ICS_RECOVERY_CHANGED_ROUND_TRIP);
    assert_int_equal(scenario->recovery.rto.srtt_ns, 100 * MS);
    assert_int_equal(ics_recovery_rto_ns(&scenario->recovery), 250 * MS);
}

/* The receiver may have kept the ACK back: the older of two segments is measured. */
static void the_oldest_segment_is_measured(void **state)
{
    IcsRecoveryScenario *scenario = *state;
    static const IcsScenarioRow rows[] = {
        {"@100 send 1", "N1", 10000, 0, 1000},
        {"@160 send 1", "N2", 10000, 0, 2000},
        {"@260 ack 3", "", 10000, 0, 0},
    };
    ICS_RECOVERY_SCENARIO_PLAY(scenario, rows);
    assert_int_equal(scenario->recovery.rto.srtt_ns, 107500000); /* 7/8 * 100 + 160 / 8 */
}

static void after_a_pause_of_an_rto_the_window_is_the_initial_one(void **state)
{
    IcsRecoveryScenario *scenario = *state;
    scenario->recovery.congestion.cwnd_bytes = 30000;
    static const IcsScenarioRow rows[] = {
        {"@100 send 2", "N1 N2", 30000, 0, 2000},
        {"@200 ack 3", "", 30000, 0, 0},
        {"@300 send 1", "N3", 30000, 0, 1000},
        {"@400 ack 4", "", 30000, 0, 0},
        {"@900 send 20", "N4 N5 N6 N7 N8 N9 N10 N11 N12 N13", 10000, 0, 10000},
    };
    ICS_RECOVERY_SCENARIO_PLAY(scenario, rows);
    assert_true(scenario->changed & ICS_RECOVERY_CHANGED_WINDOW);
}

/* One segment at a time never fills the window. */
static void a_sender_with_little_to_send_does_not_grow_its_window(void **state)
{
    IcsRecoveryScenario *scenario = *state;
    static const IcsScenarioRow rows[] = {
        {"@100 send 4", "N1 N2 N3 N4", 10000, 0, 4000},
        {"@200 ack 3", "", 10000, 0, 2000},
        {"@200 ack 5", "", 10000, 0, 0},
        {"@250 send 6", "N5 N6 N7 N8 N9 N10", 10000, 0, 6000},
        {"@350 ack 6", "", 11000, 0, 5000}, /* more than half of it */
    };
    ICS_RECOVERY_SCENARIO_PLAY(scenario, rows);
}

/* RFC 3168, section 6.1.2. */
static void an_ecn_echo_halves_the_window_once_in_a_window(void **state)
{
    IcsRecoveryScenario *scenario = *state;
    static const IcsScenarioRow rows[] = {
        {"@100 send 40", "N1 N2 N3 N4 N5 N6 N7 N8 N9 N10", 10000, 0, 10000},
        {"@200 ack 3 ece", "", 5000, 5000, 8000},
    };
    ICS_RECOVERY_SCENARIO_PLAY(scenario, rows);
    assert_true(scenario->changed & ICS_RECOVERY_REDUCED);
    static const IcsScenarioRow more[] = {
        {"@200 ack 5 ece", "", 5000, 5000, 6000},
        {"@200 ack 7 ece", "N11", 5000, 5000, 5000},
        {"@200 ack 11 ece", "N12 N13 N14 N15", 5000, 5000, 5000},
        {"@300 ack 12 ece", "", 2500, 2500, 4000}, /* new data, sent after the reduction */
    };
    ICS_RECOVERY_SCENARIO_PLAY(scenario, more);
}

static void without_ecn_an_echo_means_nothing(void **state)
{
    IcsRecoveryScenario *scenario = *state;
    scenario->recovery.ecn.on = false;
    static const IcsScenarioRow rows[] = {
        {"@100 send 40", "N1 N2 N3 N4 N5 N6 N7 N8 N9 N10", 10000, 0, 10000},
        {"@200 ack 2 ece", "N11 N12", 11000, 0, 11000},
    };
    ICS_RECOVERY_SCENARIO_PLAY(scenario, rows);
}

static void observers_are_told_of_the_beginning_and_the_end(void **state)
{
    IcsRecoveryScenario *scenario = *state;
    static const IcsScenarioRow rows[] = {
        {"@100 send 5", "N1 N2 N3 N4 N5", 10000, 0, 5000},
        {"@200 ack 1", "", 10000, 0, 5000},
        {"@200 ack 1", "", 10000, 0, 5000},
        {"@200 ack 1", "F1", 5500, 2500, 5000},
    };
    ICS_RECOVERY_SCENARIO_PLAY(scenario, rows);
    assert_true(scenario->changed & ICS_RECOVERY_ENTERED);
    assert_true(scenario->changed & ICS_RECOVERY_REDUCED);
    assert_true(scenario->recovery.recovery_end == scenario->recovery.nxt);
    static const IcsScenarioRow end[] = {{"@300 ack 6", "", 2000, 2500, 0}};
    ICS_RECOVERY_SCENARIO_PLAY(scenario, end);
    assert_true(scenario->changed & ICS_RECOVERY_LEFT);
    assert_false(scenario->changed & ICS_RECOVERY_ENTERED);
}

/* RFC 6928, section 2: one repetition of the SYN is forgiven. */
static void a_handshake_with_two_timeouts_begins_with_one_segment(void **state)
{
    IcsRecoveryScenario *scenario = *state;
    IcsRecoveryPeer peer = {.smss_bytes = 1460, .rtt_ns = -1, .syn_repeats = 1};
    ics_recovery_established(&scenario->recovery, 0, &peer);
    assert_int_equal(ics_recovery_cwnd_bytes(&scenario->recovery), 14600);
    peer.syn_repeats = 2;
    ics_recovery_established(&scenario->recovery, 0, &peer);
    assert_int_equal(ics_recovery_cwnd_bytes(&scenario->recovery), 1460);
}

static void a_syn_that_timed_out_makes_the_first_rto_three_seconds(void **state)
{
    IcsRecoveryScenario *scenario = *state;
    IcsRecovery recovery;
    ics_recovery_init(&recovery, &scenario->config, 7);
    assert_int_equal(ics_recovery_rto_ns(&recovery), ICS_NS_PER_S);
    ics_recovery_handshake_timed_out(&recovery);
    assert_int_equal(ics_recovery_rto_ns(&recovery), 2 * ICS_NS_PER_S);
    IcsRecoveryPeer peer = {.smss_bytes = 1460, .rtt_ns = -1, .syn_repeats = 1};
    ics_recovery_established(&recovery, 0, &peer);
    assert_int_equal(ics_recovery_rto_ns(&recovery), 3 * ICS_NS_PER_S);
    ics_recovery_clear(&recovery);
}

/* A path with a smaller MTU: what was sent goes again in pieces. */
static void after_a_smaller_mss_repetitions_are_in_pieces(void **state)
{
    IcsRecoveryScenario *scenario = *state;
    static const IcsScenarioRow rows[] = {{"@0 send 1", "N1", 10000, 0, 1000}};
    ICS_RECOVERY_SCENARIO_PLAY(scenario, rows);
    IcsRecovery *recovery = &scenario->recovery;
    ics_recovery_set_smss(recovery, 400);
    ics_recovery_expire(recovery, 300 * MS);
    IcsSequenceRange range;
    assert_int_equal(ics_recovery_next_repeat(recovery, false, &range), ICS_STREAM_REPEAT_RTO);
    assert_int_equal(range.first, scenario->start);
    assert_int_equal(range.end, scenario->start + 400);
    ics_recovery_repeated(recovery, 300 * MS, range);
    /* cwnd is one segment: full. */
    assert_int_equal(ics_recovery_next_repeat(recovery, false, &range), ICS_STREAM_REPEAT_NONE);
    IcsRecoveryAck ack = {.ack = scenario->start + 400, .echo_ns = -1};
    ics_recovery_acknowledged(recovery, 400 * MS, &ack);
    assert_int_equal(ics_recovery_next_repeat(recovery, false, &range), ICS_STREAM_REPEAT_RTO);
    assert_int_equal(range.first, scenario->start + 400);
    assert_int_equal(range.end, scenario->start + 800);
}

static void a_fin_goes_again_with_its_data(void **state)
{
    IcsRecoveryScenario *scenario = *state;
    IcsRecovery *recovery = &scenario->recovery;
    IcsSequenceRange last = {scenario->start, scenario->start + ICS_SCENARIO_SMSS + 1};
    ics_recovery_sent(recovery, 0, last);
    ics_recovery_expire(recovery, 300 * MS);
    IcsSequenceRange range;
    assert_int_equal(ics_recovery_next_repeat(recovery, false, &range), ICS_STREAM_REPEAT_RTO);
    assert_int_equal(range.first, last.first);
    assert_int_equal(range.end, last.end);
}

static void a_byte_that_probed_a_window_is_skipped(void **state)
{
    IcsRecoveryScenario *scenario = *state;
    IcsRecovery *recovery = &scenario->recovery;
    IcsSequence una = recovery->una;
    ics_recovery_skip(recovery, una + 1);
    assert_int_equal(recovery->una, una + 1);
    assert_int_equal(recovery->nxt, una + 1);
    ics_recovery_sent(recovery, 0, (IcsSequenceRange){una + 1, una + 1001});
    ics_recovery_skip(recovery, una + 1002);
    IcsRecoveryAck ack = {.ack = una + 1002, .echo_ns = -1};
    ics_recovery_acknowledged(recovery, 100 * MS, &ack);
    assert_true(ics_recovery_is_idle(recovery));
    assert_int_equal(recovery->una, una + 1002);
}

static void an_old_acknowledgement_changes_nothing(void **state)
{
    IcsRecoveryScenario *scenario = *state;
    static const IcsScenarioRow rows[] = {
        {"@100 send 5", "N1 N2 N3 N4 N5", 10000, 0, 5000},
        {"@200 ack 3", "", 10000, 0, 3000},
        {"@200 ack 2", "", 10000, 0, 3000},
        {"@200 ack 1", "", 10000, 0, 3000},
    };
    ICS_RECOVERY_SCENARIO_PLAY(scenario, rows);
    assert_int_equal(scenario->changed, 0);
    assert_int_equal(scenario->recovery.duplicates, 0);
}

static void an_idle_one_is_small(void **state)
{
    IcsRecoveryScenario *scenario = *state;
    assert_true(sizeof scenario->recovery <= 640);
    assert_null(scenario->recovery.segments.records);
}

#define SCENARIO_TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        SCENARIO_TEST(the_timer_runs_while_something_is_outstanding),
        SCENARIO_TEST(repeated_timeouts_double_and_hold_ssthresh),
        SCENARIO_TEST(a_timestamp_lifts_karns_rule),
        SCENARIO_TEST(the_oldest_segment_is_measured),
        SCENARIO_TEST(after_a_pause_of_an_rto_the_window_is_the_initial_one),
        SCENARIO_TEST(a_sender_with_little_to_send_does_not_grow_its_window),
        SCENARIO_TEST(an_ecn_echo_halves_the_window_once_in_a_window),
        SCENARIO_TEST(without_ecn_an_echo_means_nothing),
        SCENARIO_TEST(observers_are_told_of_the_beginning_and_the_end),
        SCENARIO_TEST(a_handshake_with_two_timeouts_begins_with_one_segment),
        SCENARIO_TEST(a_syn_that_timed_out_makes_the_first_rto_three_seconds),
        SCENARIO_TEST(after_a_smaller_mss_repetitions_are_in_pieces),
        SCENARIO_TEST(a_fin_goes_again_with_its_data),
        SCENARIO_TEST(a_byte_that_probed_a_window_is_skipped),
        SCENARIO_TEST(an_old_acknowledgement_changes_nothing),
        SCENARIO_TEST(an_idle_one_is_small),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
