#include <cmocka.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include "tests/support/fault_harness.h"

#define N    20000
#define SLOT 1000
#define ONE  ICS_PROBABILITY_ONE

static IcsProbability of(uint64_t n, uint64_t d)
{
    return ics_probability_from_ratio(n, d);
}

static IcsLoss4stateConfig chain(IcsProbability p13, IcsProbability p31, IcsProbability p32,
                                 IcsProbability p23, IcsProbability p14)
{
    return (IcsLoss4stateConfig){.p13 = p13,
                                 .p31 = p31,
                                 .p32 = p32,
                                 .p23 = p23,
                                 .p14 = p14,
                                 .has_p31 = true,
                                 .has_p23 = true};
}

static bool *run(IcsFaultHarness *harness, const IcsLoss4stateConfig *config, size_t n)
{
    ics_fault_harness_make(harness, &ics_loss_4state_class, config);
    return ics_fault_harness_losses(harness, n, SLOT);
}

static size_t count(const bool *lost, size_t n)
{
    size_t losses = 0;
    for (size_t i = 0; i < n; i++) {
        losses += lost[i];
    }
    return losses;
}

/* 'L' and 'r' for the first packets of a chain in which nothing is left to chance. */
static void assert_sequence(IcsFaultHarness *harness, IcsLoss4stateConfig config,
                            const char *expected)
{
    size_t n = strlen(expected);
    g_autofree bool *lost = run(harness, &config, n);
    for (size_t i = 0; i < n; i++) {
        assert_int_equal(lost[i] ? 'L' : 'r', expected[i]);
    }
}

static void the_moves_are_those_of_loss_4state(void **state)
{
    IcsFaultHarness *harness = *state;
    assert_sequence(harness, chain(0, 0, 0, 0, 0), "rrrrrr");
    assert_sequence(harness, chain(ONE, 0, 0, 0, 0), "LLLLLL");     /* 3 3 3 */
    assert_sequence(harness, chain(ONE, ONE, 0, 0, 0), "LrLrLr");   /* 3 1 3 1 */
    assert_sequence(harness, chain(ONE, 0, ONE, ONE, 0), "LrLrLr"); /* 3 2 3 2 */
    assert_sequence(harness, chain(ONE, 0, ONE, 0, 0), "Lrrrrr");   /* 3 2 2 2 */
    assert_sequence(harness, chain(0, 0, 0, 0, ONE), "LrLrLr");     /* 4 1 4 1 */
}

static void with_p13_alone_it_is_independent_loss_of_p13(void **state)
{
    IcsFaultHarness *harness = *state;
    IcsLoss4stateConfig config = {.p13 = of(3, 10)};
    g_autofree bool *lost = run(harness, &config, N);
    assert_int_equal(ics_fault_requested(harness->fault), of(3, 10));
    /* 4.5 sigma of a binomial. */
    assert_in_range(count(lost, N), 6000 - 292, 6000 + 292);
}

/* 1/4 : 1/16 : 1/8 : 1/32, of which the last two are 5 of 15. */
static void the_requested_rate_is_the_stationary_one(void **state)
{
    IcsFaultHarness *harness = *state;
    IcsLoss4stateConfig config = chain(of(1, 4), of(1, 2), of(1, 4), of(1, 2), of(1, 8));
    ics_fault_harness_make(harness, &ics_loss_4state_class, &config);
    assert_int_equal(ics_fault_requested(harness->fault), of(1, 3));
}

static void assert_requested(IcsFaultHarness *harness, IcsLoss4stateConfig config,
                             IcsProbability expected)
{
    ics_fault_harness_make(harness, &ics_loss_4state_class, &config);
    assert_int_equal(ics_fault_requested(harness->fault), expected);
}

static void the_requested_rate_is_exact_at_the_edges(void **state)
{
    IcsFaultHarness *harness = *state;
    assert_requested(harness, chain(0, 0, 0, 0, 0), 0);
    assert_requested(harness, chain(ONE, 0, 0, 0, 0), ONE);
    assert_requested(harness, chain(ONE, 0, ONE, 0, 0), 0); /* ends in state 2 */
    assert_requested(harness, chain(0, 0, 0, 0, ONE), ONE / 2);
    assert_requested(harness, chain(ONE, ONE, 0, ONE, 0), ONE / 2);
    assert_requested(harness, chain(0, ONE / 2, ONE / 2, 0, of(1, 4)),
                     of(1, 5)); /* never leaves 1, 4 */
    assert_requested(harness, chain(2, 1, 0, 0, 0), of(2, 3));
    assert_requested(harness, chain(2, 1, 0, 0, of(1, 2)), of(5, 7)); /* 1 : 0 : 2 : 1/2 */
    assert_requested(harness, chain(1, 1, 1, 1, 0), of(1, 3));
}

static void two_ways_out_of_a_state_cannot_exceed_certainty(void **state)
{
    IcsFaultHarness *harness = *state;
    IcsLoss4stateConfig config = chain(of(1, 2), 0, 0, ONE, of(1, 2) + 1);
    ics_fault_harness_assert_refused(harness, &ics_loss_4state_class, &config,
                                     "p13 (50 %) and p14");
    config = chain(of(1, 2), of(3, 4), of(1, 2), ONE, 0);
    ics_fault_harness_assert_refused(harness, &ics_loss_4state_class, &config,
                                     "p31 (75 %) and p32");
    /* p31 is 1 - p13 when it is not given. */
    config = (IcsLoss4stateConfig){.p13 = of(1, 4), .p32 = of(1, 2)};
    ics_fault_harness_assert_refused(harness, &ics_loss_4state_class, &config,
                                     "p31 (75 %) and p32");
    config = chain(of(1, 2), of(1, 2), of(1, 2), ONE, of(1, 2));
    ics_fault_harness_make(harness, &ics_loss_4state_class, &config);
}

static void the_kth_decision_is_keyed_by_k_and_not_by_the_packet(void **state)
{
    IcsFaultHarness *harness = *state;
    IcsLoss4stateConfig config = chain(of(1, 5), of(1, 4), of(1, 4), of(1, 2), of(1, 10));
    g_autofree bool *lost = run(harness, &config, N);
    ics_fault_harness_make(harness, &ics_loss_4state_class, &config);
    harness->next_ordinal = 1000000;
    g_autofree bool *others = ics_fault_harness_losses(harness, N, 0);
    assert_memory_equal(lost, others, N * sizeof(bool));
    assert_int_equal(harness->fault->step, N);
}

/* One packet a slot is one packet a move, and packets at some of the slots find the same states. */
static void assert_clock_counts_like_packets(IcsFaultHarness *harness, IcsLoss4stateConfig config)
{
    harness->settings.clock_ns = 0;
    g_autofree bool *packets = run(harness, &config, N);
    harness->settings.clock_ns = SLOT;
    g_autofree bool *slots = run(harness, &config, N);
    assert_memory_equal(packets, slots, N * sizeof(bool));
    ics_fault_harness_make(harness, &ics_loss_4state_class, &config);
    for (size_t slot = 0, i = 0; slot < N; slot += 1 + i * i % 97, i++) {
        assert_int_equal(ics_fault_harness_next(harness, (int64_t)slot * SLOT + SLOT / 2).lost,
                         slots[slot]);
        assert_int_equal(ics_fault_harness_next(harness, (int64_t)slot * SLOT + SLOT - 1).lost,
                         slots[slot]);
    }
}

static void a_clocked_chain_moves_once_a_slot(void **state)
{
    IcsFaultHarness *harness = *state;
    assert_clock_counts_like_packets(harness,
                                     chain(of(1, 50), of(1, 20), of(1, 20), of(1, 5), of(1, 90)));
    assert_clock_counts_like_packets(harness,
                                     chain(of(4, 5), of(1, 2), of(1, 2), of(9, 10), of(1, 5)));
    assert_clock_counts_like_packets(harness, chain(ONE, ONE, 0, ONE, 0));
    assert_clock_counts_like_packets(harness, chain(of(1, 900), of(1, 9), of(1, 9), 0, of(1, 9)));
    assert_clock_counts_like_packets(harness, chain(0, 0, 0, 0, of(1, 3)));
}

static void a_long_silence_costs_no_more_than_the_chain_remembers(void **state)
{
    IcsFaultHarness *harness = *state;
    harness->settings.clock_ns = 1;
    IcsLoss4stateConfig config = {.p13 = of(1, 1000), .p31 = of(1, 1000), .has_p31 = true};
    ics_fault_harness_make(harness, &ics_loss_4state_class, &config);
    uint64_t lost = 0;
    for (int64_t i = 0; i < 1000; i++) {
        lost += ics_fault_harness_next(harness, i * INT64_C(9000000000000)).lost;
    }
    assert_in_range(lost, 400, 600);
}

/* ---- laws ---- */

/* A chain in which losses begin `scale` times as often as in the one that is meant. */
static IcsLoss4stateConfig scaled(double scale)
{
    uint64_t unit = (uint64_t)(scale * 1e6);
    return chain(of(unit / 5, 1000000), of(3, 10), of(1, 5), of(2, 5), of(unit / 10, 1000000));
}

/* The loss of that chain by pi1 : pi2 : pi3 : pi4 = p31 p23 : p13 p32 : p13 p23 : p14 p31 p23. */
static double scaled_rate(double scale)
{
    double p13 = scale / 5, p31 = 0.3, p32 = 0.2, p23 = 0.4, p14 = scale / 10;
    double lost = p13 * p23 + p14 * p31 * p23;
    return lost / (p31 * p23 + p13 * p32 + lost);
}

static double scale_for_rate(double rate)
{
    double low = 0, high = 2;
    for (int i = 0; i < 60; i++) {
        double middle = (low + high) / 2;
        if (scaled_rate(middle) < rate) {
            low = middle;
        } else {
            high = middle;
        }
    }
    return low;
}

static void step_distribution(const double from[4], double to[4])
{
    const double p13 = 0.2, p31 = 0.3, p32 = 0.2, p23 = 0.4, p14 = 0.1;
    to[0] = from[0] * (1 - p13 - p14) + from[2] * p31 + from[3];
    to[1] = from[1] * (1 - p23) + from[2] * p32;
    to[2] = from[0] * p13 + from[1] * p23 + from[2] * (1 - p31 - p32);
    to[3] = from[0] * p14;
}

/* n losses vary by n (rate (1 - rate) + 2 sum over j of (P(loss, and j later loss) - rate^2)). */
static double chain_variance(void)
{
    const double weights[4] = {0.12, 0.04, 0.08, 0.012};
    double total = 0.252;
    double rate = (weights[2] + weights[3]) / total;
    double both[4] = {0, 0, weights[2] / total, weights[3] / total};
    double variance = rate * (1 - rate);
    for (int j = 1; j < 500; j++) {
        double next[4];
        step_distribution(both, next);
        memcpy(both, next, sizeof(both));
        variance += 2 * (both[2] + both[3] - rate * rate);
    }
    return variance;
}

static double measure_rate(IcsFaultHarness *harness, const void *context)
{
    const IcsLoss4stateConfig *config = context;
    size_t n = ics_fault_harness_samples(ICS_FAULT_HARNESS_PACKETS);
    g_autofree bool *lost = run(harness, config, n);
    return ics_stat_z((double)count(lost, n), (double)n * scaled_rate(1),
                      (double)n * chain_variance());
}

static void the_rate_is_that_of_the_chain(void **state)
{
    (void)state;
    IcsLoss4stateConfig right = scaled(1);
    IcsLoss4stateConfig low = scaled(scale_for_rate(0.98 * scaled_rate(1)));
    IcsLoss4stateConfig high = scaled(scale_for_rate(1.02 * scaled_rate(1)));
    ics_fault_harness_assert_law("4-state", measure_rate, &right, &low, &high);
}

/* A run of losses is either one loss in state 4, after which state 1 follows, or a stay in state 3,
 * which ends with each packet with probability s = p31 + p32. Runs begin in state 4 from state 1
 * with p14, in state 3 from state 1 with p13 and from state 2 with p23. */
static double measure_runs(IcsFaultHarness *harness, const void *context)
{
    const IcsLoss4stateConfig *config = context;
    size_t n = ics_fault_harness_samples(4 * ICS_FAULT_HARNESS_PACKETS);
    g_autofree bool *lost = run(harness, config, n);
    double alone = 0.12 * 0.1, in_burst = 0.12 * 0.2 + 0.04 * 0.4;
    double probabilities[ICS_FAULT_HARNESS_RUN_CELLS];
    ics_fault_harness_geometric(0.5, probabilities);
    for (size_t i = 0; i < ICS_FAULT_HARNESS_RUN_CELLS; i++) {
        probabilities[i] =
            (probabilities[i] * in_burst + (i == 0 ? alone : 0)) / (alone + in_burst);
    }
    return ics_fault_harness_runs_z(lost, n, probabilities);
}

static IcsLoss4stateConfig leaving_bursts(uint64_t per_1000)
{
    return chain(of(1, 5), of(3 * per_1000, 5000), of(2 * per_1000, 5000), of(2, 5), of(1, 10));
}

static void runs_of_losses_have_the_length_of_the_chain(void **state)
{
    (void)state;
    IcsLoss4stateConfig right = leaving_bursts(500);
    IcsLoss4stateConfig low = leaving_bursts(490), high = leaving_bursts(510);
    ics_fault_harness_assert_law("runs of 4-state", measure_runs, &right, &low, &high);
}

#define TEST(name)                                                                                 \
    cmocka_unit_test_setup_teardown(name, ics_fault_harness_setup, ics_fault_harness_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(the_moves_are_those_of_loss_4state),
        TEST(with_p13_alone_it_is_independent_loss_of_p13),
        TEST(the_requested_rate_is_the_stationary_one),
        TEST(the_requested_rate_is_exact_at_the_edges),
        TEST(two_ways_out_of_a_state_cannot_exceed_certainty),
        TEST(the_kth_decision_is_keyed_by_k_and_not_by_the_packet),
        TEST(a_clocked_chain_moves_once_a_slot),
        TEST(a_long_silence_costs_no_more_than_the_chain_remembers),
        TEST(the_rate_is_that_of_the_chain),
        TEST(runs_of_losses_have_the_length_of_the_chain),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
