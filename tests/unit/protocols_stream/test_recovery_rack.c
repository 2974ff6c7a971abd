/* RFC 8985 packet by packet: recoveries by time, and tail loss probes. */
#include <cmocka.h>

#include "base/units.h"
#include "sim/simulation.h"
#include "tests/support/recovery_scenario.h"

static IcsRecoveryScenario *begin(void **state, void (*change)(IcsRecoveryConfig *config))
{
    IcsRecoveryScenario *scenario = *state;
    IcsRecoveryConfig config;
    ics_recovery_scenario_config(&config);
    config.rack = true;
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

static void turn_tlp_on(IcsRecoveryConfig *config)
{
    config->tlp = true;
}

static void turn_tlp_and_prr_on(IcsRecoveryConfig *config)
{
    config->tlp = true;
    config->prr = true;
}

/* One SACK is enough, once the least round trip's quarter has passed; nothing counts to three. */
static void one_sack_and_a_quarter_of_a_round_trip_find_a_loss(void **state)
{
    IcsRecoveryScenario *scenario = begin(state, NULL);
    static const IcsScenarioRow rows[] = {
        {"@100 send 3", "N1 N2 N3", 10000, 0, 3000},
        {"@200 ack 2", "", 10000, 0, 2000},
        {"@200 ack 2 sack 3", "", 10000, 0, 1000},
        /* Sent at 100 ms, RACK.rtt 100 ms, reo_wnd 25 ms. */
        {"@225 timer", "K2", 2000, 2000, 1000},
        {"@325 ack 4", "", 2000, 2000, 0},
    };
    ICS_RECOVERY_SCENARIO_PLAY(scenario, rows);
}

static void three_sacks_are_as_good_as_three_duplicates(void **state)
{
    IcsRecoveryScenario *scenario = begin(state, NULL);
    static const IcsScenarioRow rows[] = {
        {"@100 send 10", "N1 N2 N3 N4 N5 N6 N7 N8 N9 N10", 10000, 0, 10000},
        {"@200 ack 1 sack 2", "", 10000, 0, 9000},
        {"@200 ack 1 sack 2-3", "", 10000, 0, 8000},
        {"@200 ack 1 sack 2-4", "K1", 5000, 5000, 7000},
    };
    ICS_RECOVERY_SCENARIO_PLAY(scenario, rows);
}

/* RFC 6675 would wait for a timeout: the repetition itself is lost. */
static void a_lost_repetition_is_found(void **state)
{
    IcsRecoveryScenario *scenario = begin(state, NULL);
    static const IcsScenarioRow rows[] = {
        {"@100 send 20", "N1 N2 N3 N4 N5 N6 N7 N8 N9 N10", 10000, 0, 10000},
        {"@200 ack 1 sack 2-9", "K1 N11 N12 N13", 5000, 5000, 5000},
        {"@200 ack 1 sack 2-10", "N14", 5000, 5000, 5000},
        /* 11 was sent at the same instant as the repetition, and ends later: it is after it. */
        {"@300 ack 1 sack 2-11", "K1 N15", 5000, 5000, 5000},
        {"@300 ack 1 sack 2-14", "N16 N17 N18", 5000, 5000, 5000},
        {"@400 ack 15", "N19", 5000, 5000, 5000},
    };
    ICS_RECOVERY_SCENARIO_PLAY(scenario, rows);
    assert_int_equal(scenario->recovery.n_timeouts, 0);
}

/* 2 arrives late, before the window has passed: no repetition, and RACK has learnt. */
static void reordering_within_the_window_is_no_loss(void **state)
{
    IcsRecoveryScenario *scenario = begin(state, NULL);
    static const IcsScenarioRow rows[] = {
        {"@100 send 12", "N1 N2 N3 N4 N5 N6 N7 N8 N9 N10", 10000, 0, 10000},
        {"@200 ack 2", "N11 N12", 11000, 0, 11000},
        {"@200 ack 2 sack 3-4", "", 11000, 0, 9000},
        {"@210 ack 5", "", 12000, 0, 8000},
        /* Three SACKed segments are no proof any more: the window of 25 ms stays. */
        {"@210 ack 5 sack 6-9", "", 12000, 0, 4000},
        {"@235 timer", "K5", 4000, 4000, 4000}, /* RACK.rtt is 110 ms now */
    };
    ICS_RECOVERY_SCENARIO_PLAY(scenario, rows);
    assert_true(scenario->recovery.rack.reordering_seen);
}

/* A D-SACK says that the repetition was superfluous: the reordering window grows. */
static void a_dsack_widens_the_reordering_window(void **state)
{
    IcsRecoveryScenario *scenario = begin(state, NULL);
    static const IcsScenarioRow rows[] = {
        {"@100 send 3", "N1 N2 N3", 10000, 0, 3000}, {"@200 ack 2 sack 3", "", 10000, 0, 1000},
        {"@225 timer", "K2", 2000, 2000, 1000},      {"@230 ack 4", "", 2000, 2000, 0},
        {"@325 ack 4 sack 2", "", 2000, 2000, 0},
    };
    ICS_RECOVERY_SCENARIO_PLAY(scenario, rows);
    assert_int_equal(scenario->recovery.rack.reo_wnd_mult, 2);
    assert_int_equal(scenario->recovery.rack.reo_wnd_persist, 16);
}

/* RFC 2883, section 4.1.2: the first block lies within the second. */
static void a_dsack_above_the_ack_is_known_by_the_second_block(void **state)
{
    IcsRecoveryScenario *scenario = begin(state, NULL);
    static const IcsScenarioRow rows[] = {
        {"@100 send 5", "N1 N2 N3 N4 N5", 10000, 0, 5000},
        {"@200 ack 1 sack 4-5", "", 10000, 0, 3000},
    };
    ICS_RECOVERY_SCENARIO_PLAY(scenario, rows);
    assert_int_equal(scenario->recovery.rack.reo_wnd_mult, 1);
    static const IcsScenarioRow more[] = {{"@210 ack 1 sack 4-5 4-5", "", 10000, 0, 3000}};
    ICS_RECOVERY_SCENARIO_PLAY(scenario, more);
    assert_int_equal(scenario->recovery.rack.reo_wnd_mult, 2);
}

static void a_lost_tail_is_probed_with_its_last_segment(void **state)
{
    IcsRecoveryScenario *scenario = begin(state, turn_tlp_on);
    static const IcsScenarioRow rows[] = {
        {"@1000 send 5", "N1 N2 N3 N4 N5", 10000, 0, 5000},
        {"@1100 ack 3", "", 10000, 0, 3000},
        {"@1300 timer", "L5", 10000, 0, 4000},
        /* 3 and 4 were sent 300 ms before: more than RACK.rtt and the window. */
        {"@1400 ack 3 sack 5", "K3 K4", 2000, 2000, 2000},
        {"@1500 ack 6", "", 2000, 2000, 0},
    };
    ICS_RECOVERY_SCENARIO_PLAY(scenario, rows);
    assert_int_equal(scenario->recovery.n_timeouts, 0);
}

static void a_probe_carries_new_data_if_there_is_any(void **state)
{
    IcsRecoveryScenario *scenario = begin(state, turn_tlp_on);
    scenario->recovery.congestion.cwnd_bytes = 4000;
    static const IcsScenarioRow rows[] = {
        {"@1000 send 9", "N1 N2 N3 N4", 4000, 0, 4000},
        {"@1200 timer", "N5", 4000, 0, 5000},
        {"@1300 ack 6", "N6 N7 N8 N9", 5000, 0, 4000},
    };
    ICS_RECOVERY_SCENARIO_PLAY(scenario, rows);
}

static void a_single_segment_is_probed_after_the_delay_of_its_ack(void **state)
{
    IcsRecoveryScenario *scenario = begin(state, turn_tlp_on);
    scenario->config.min_rto_ns = ICS_NS_PER_S;
    scenario->recovery.rto.rto_ns = ICS_NS_PER_S;
    static const IcsScenarioRow rows[] = {
        {"@1000 send 1", "N1", 10000, 0, 1000},
        {"@1400 timer", "L1", 10000, 0, 2000}, /* 2 * 100 + 200 ms */
        {"@2400 timer", "O1", 1000, 2000, 1000},
    };
    ICS_RECOVERY_SCENARIO_PLAY(scenario, rows);
}

/* RFC 8985, section 7.4: the probe itself was the repair. */
static void a_loss_that_only_the_probe_repaired_reduces_the_window(void **state)
{
    IcsRecoveryScenario *scenario = begin(state, turn_tlp_on);
    static const IcsScenarioRow rows[] = {
        {"@1000 send 5", "N1 N2 N3 N4 N5", 10000, 0, 5000},
        {"@1100 ack 4", "", 10000, 0, 2000},
        {"@1300 timer", "L5", 10000, 0, 3000},
        {"@1400 ack 6", "", 10000, 0, 0},
        {"@1400 send 2", "N6 N7", 10000, 0, 2000},
        {"@1500 ack 8", "", 2000, 2000, 0},
    };
    ICS_RECOVERY_SCENARIO_PLAY(scenario, rows);
}

static void a_superfluous_probe_costs_nothing(void **state)
{
    IcsRecoveryScenario *scenario = begin(state, turn_tlp_on);
    static const IcsScenarioRow rows[] = {
        {"@1000 send 5", "N1 N2 N3 N4 N5", 10000, 0, 5000},
        {"@1100 ack 4", "", 10000, 0, 2000},
        {"@1300 timer", "L5", 10000, 0, 3000},
        {"@1310 ack 6", "", 10000, 0, 0},
        {"@1400 ack 6 sack 5", "", 10000, 0, 0}, /* D-SACK of the probe */
        {"@1400 send 2", "N6 N7", 10000, 0, 2000},
        {"@1500 ack 8", "", 10000, 0, 0},
    };
    ICS_RECOVERY_SCENARIO_PLAY(scenario, rows);
}

static void no_probe_is_sent_while_something_is_sacked(void **state)
{
    IcsRecoveryScenario *scenario = begin(state, turn_tlp_on);
    static const IcsScenarioRow rows[] = {
        {"@1000 send 5", "N1 N2 N3 N4 N5", 10000, 0, 5000},
        {"@1100 ack 2 sack 3", "", 10000, 0, 3000},
    };
    ICS_RECOVERY_SCENARIO_PLAY(scenario, rows);
    assert_int_equal(scenario->recovery.timers.pto_ns, ICS_TIME_NEVER);
    assert_int_equal(scenario->recovery.timers.reorder_ns, 1125 * ICS_NS_PER_MS);
}

/* The caller could not send the probe; meanwhile a SACK says more than it would. */
static void a_probe_that_is_due_is_dropped_when_a_sack_comes(void **state)
{
    IcsRecoveryScenario *scenario = begin(state, turn_tlp_on);
    static const IcsScenarioRow rows[] = {{"@1000 send 3", "N1 N2 N3", 10000, 0, 3000}};
    ICS_RECOVERY_SCENARIO_PLAY(scenario, rows);
    ics_recovery_expire(&scenario->recovery, 1200 * ICS_NS_PER_MS);
    assert_true(ics_recovery_allowance_bytes(&scenario->recovery) > 0);
    static const IcsScenarioRow more[] = {{"@1201 ack 1 sack 1-3", "", 10000, 0, 0}};
    ICS_RECOVERY_SCENARIO_PLAY(scenario, more);
    assert_false(scenario->recovery.tlp.is_due);
}

static void with_everything_on_a_burst_is_repaired_by_and_by(void **state)
{
    IcsRecoveryScenario *scenario = begin(state, turn_tlp_and_prr_on);
    static const IcsScenarioRow rows[] = {
        {"@1000 send 20", "N1 N2 N3 N4 N5 N6 N7 N8 N9 N10", 10000, 0, 10000},
        {"@1100 ack 1 sack 4", "N11", 10000, 0, 10000},
        {"@1100 ack 1 sack 4-5", "N12", 10000, 0, 10000},
        {"@1100 ack 1 sack 4-6", "K1", 6417, 5000, 7000},
        {"@1100 ack 1 sack 4-7", "", 6000, 5000, 6000},
        {"@1100 ack 1 sack 4-8", "", 5000, 5000, 5000},
        {"@1100 ack 1 sack 4-9", "K2", 5000, 5000, 5000},
        {"@1100 ack 1 sack 4-10", "K3", 5000, 5000, 5000},
        {"@1200 ack 1 sack 4-11", "N13", 5000, 5000, 5000},
        {"@1200 ack 1 sack 4-12", "N14", 5000, 5000, 5000},
        {"@1200 ack 2 sack 4-12", "N15", 5000, 5000, 5000},
        {"@1200 ack 3 sack 4-12", "N16", 5000, 5000, 5000},
        {"@1200 ack 13", "N17", 5000, 5000, 5000},
    };
    ICS_RECOVERY_SCENARIO_PLAY(scenario, rows);
}

#define SCENARIO_TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        SCENARIO_TEST(one_sack_and_a_quarter_of_a_round_trip_find_a_loss),
        SCENARIO_TEST(three_sacks_are_as_good_as_three_duplicates),
        SCENARIO_TEST(a_lost_repetition_is_found),
        SCENARIO_TEST(reordering_within_the_window_is_no_loss),
        SCENARIO_TEST(a_dsack_widens_the_reordering_window),
        SCENARIO_TEST(a_dsack_above_the_ack_is_known_by_the_second_block),
        SCENARIO_TEST(a_lost_tail_is_probed_with_its_last_segment),
        SCENARIO_TEST(a_probe_carries_new_data_if_there_is_any),
        SCENARIO_TEST(a_single_segment_is_probed_after_the_delay_of_its_ack),
        SCENARIO_TEST(a_loss_that_only_the_probe_repaired_reduces_the_window),
        SCENARIO_TEST(a_superfluous_probe_costs_nothing),
        SCENARIO_TEST(no_probe_is_sent_while_something_is_sacked),
        SCENARIO_TEST(a_probe_that_is_due_is_dropped_when_a_sack_comes),
        SCENARIO_TEST(with_everything_on_a_burst_is_repaired_by_and_by),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
