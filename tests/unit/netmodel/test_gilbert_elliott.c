#include <cmocka.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include "tests/support/fault_harness.h"

#define N    20000
#define SLOT 1000

static IcsProbability of(uint64_t n, uint64_t d)
{
    return ics_probability_from_ratio(n, d);
}

static IcsGilbertElliottConfig simple(IcsProbability p, IcsProbability r)
{
    return (IcsGilbertElliottConfig){.p = p, .r = r, .has_p = true, .has_r = true};
}

static IcsGilbertElliottConfig by_meaning(IcsProbability rate, int64_t mean_burst)
{
    return (IcsGilbertElliottConfig){
        .rate = rate, .mean_burst = mean_burst, .has_rate = true, .has_mean_burst = true};
}

static IcsGilbertElliottConfig full(IcsProbability p, IcsProbability r, IcsProbability one_minus_h,
                                    IcsProbability one_minus_k)
{
    return (IcsGilbertElliottConfig){.p = p,
                                     .r = r,
                                     .one_minus_h = one_minus_h,
                                     .one_minus_k = one_minus_k,
                                     .has_p = true,
                                     .has_r = true,
                                     .has_one_minus_h = true,
                                     .has_one_minus_k = true};
}

static bool *run(IcsFaultHarness *harness, const IcsGilbertElliottConfig *config, size_t n)
{
    ics_fault_harness_make(harness, &ics_gilbert_elliott_class, config);
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

static void the_first_packet_meets_the_good_state(void **state)
{
    IcsFaultHarness *harness = *state;
    IcsGilbertElliottConfig config = simple(ICS_PROBABILITY_ONE, ICS_PROBABILITY_ONE);
    g_autofree bool *lost = run(harness, &config, N);
    for (size_t i = 0; i < N; i++) {
        assert_int_equal(lost[i], i % 2 == 1);
    }
}

static void without_p_it_stays_good_and_without_r_bad(void **state)
{
    IcsFaultHarness *harness = *state;
    IcsGilbertElliottConfig good = simple(0, 0), bad = simple(ICS_PROBABILITY_ONE, 0);
    g_autofree bool *none = run(harness, &good, N);
    assert_int_equal(count(none, N), 0);
    assert_int_equal(ics_fault_requested(harness->fault), 0);
    g_autofree bool *all = run(harness, &bad, N);
    assert_int_equal(count(all, N), N - 1);
    assert_int_equal(ics_fault_requested(harness->fault), ICS_PROBABILITY_ONE);
}

static void with_p_alone_it_is_independent_loss_of_p(void **state)
{
    IcsFaultHarness *harness = *state;
    IcsGilbertElliottConfig config = {.p = of(3, 10), .has_p = true};
    g_autofree bool *lost = run(harness, &config, N);
    assert_int_equal(ics_fault_requested(harness->fault), of(3, 10));
    /* 4.5 sigma of a binomial. */
    assert_in_range(count(lost, N), 6000 - 292, 6000 + 292);
}

/* pi(bad) = p / (p + r) = 1/4; 1/4 of 1/2 and 3/4 of 1/4 is 5/16. */
static void the_requested_rate_is_the_stationary_one(void **state)
{
    IcsFaultHarness *harness = *state;
    IcsGilbertElliottConfig config = full(of(1, 8), of(3, 8), of(1, 2), of(1, 4));
    ics_fault_harness_make(harness, &ics_gilbert_elliott_class, &config);
    assert_int_equal(ics_fault_requested(harness->fault), of(5, 16));
    config = full(1, 2, ICS_PROBABILITY_ONE, 0);
    ics_fault_harness_make(harness, &ics_gilbert_elliott_class, &config);
    assert_int_equal(ics_fault_requested(harness->fault), of(1, 3));
    config =
        full(ICS_PROBABILITY_ONE, ICS_PROBABILITY_ONE, ICS_PROBABILITY_ONE, ICS_PROBABILITY_ONE);
    ics_fault_harness_make(harness, &ics_gilbert_elliott_class, &config);
    assert_int_equal(ics_fault_requested(harness->fault), ICS_PROBABILITY_ONE);
}

/* r = 1/4, p = 1/10 * 1/4 / (9/10) = 1/36. */
static void rate_and_mean_burst_mean_p_and_r(void **state)
{
    IcsFaultHarness *harness = *state;
    IcsGilbertElliottConfig meaning = by_meaning(of(1, 10), 4);
    IcsGilbertElliottConfig chain = simple(of(1, 36), of(1, 4));
    g_autofree bool *left = run(harness, &meaning, N);
    assert_int_equal(ics_fault_requested(harness->fault), of(1, 10));
    g_autofree bool *right = run(harness, &chain, N);
    assert_memory_equal(left, right, N * sizeof(bool));
    assert_true(count(left, N) > 0);
}

/* With bursts of 1, at most every second packet can be lost: p = r = 1. */
static void the_highest_rate_of_a_mean_burst_is_allowed(void **state)
{
    IcsFaultHarness *harness = *state;
    IcsGilbertElliottConfig config = by_meaning(of(1, 2), 1);
    g_autofree bool *lost = run(harness, &config, N);
    assert_int_equal(count(lost, N), N / 2);
    config = by_meaning(of(1, 2) + 1, 1);
    ics_fault_harness_assert_refused(harness, &ics_gilbert_elliott_class, &config,
                                     "at most 1 of 2 packets");
    config = by_meaning(ICS_PROBABILITY_ONE, INT32_MAX);
    ics_fault_harness_assert_refused(harness, &ics_gilbert_elliott_class, &config,
                                     "needs longer bursts");
    config = by_meaning(0, 1);
    g_autofree bool *none = run(harness, &config, N);
    assert_int_equal(count(none, N), 0);
}

static void half_and_double_statements_are_refused(void **state)
{
    IcsFaultHarness *harness = *state;
    const IcsFaultClass *klass = &ics_gilbert_elliott_class;
    IcsGilbertElliottConfig nothing = {0};
    IcsGilbertElliottConfig rate = {.rate = of(1, 10), .has_rate = true};
    IcsGilbertElliottConfig burst = {.mean_burst = 3, .has_mean_burst = true};
    IcsGilbertElliottConfig r = {.r = of(1, 10), .has_r = true};
    IcsGilbertElliottConfig both = by_meaning(of(1, 10), 4);
    both.has_one_minus_h = true;
    ics_fault_harness_assert_refused(harness, klass, &nothing, "needs p, or rate and mean-burst");
    ics_fault_harness_assert_refused(harness, klass, &rate, "both rate and mean-burst");
    ics_fault_harness_assert_refused(harness, klass, &burst, "both rate and mean-burst");
    ics_fault_harness_assert_refused(harness, klass, &r, "needs p");
    ics_fault_harness_assert_refused(harness, klass, &both, "not by both");
}

static void the_kth_decision_is_keyed_by_k_and_not_by_the_packet(void **state)
{
    IcsFaultHarness *harness = *state;
    IcsGilbertElliottConfig config = full(of(1, 3), of(1, 4), of(3, 4), of(1, 5));
    g_autofree bool *lost = run(harness, &config, N);
    ics_fault_harness_make(harness, &ics_gilbert_elliott_class, &config);
    harness->next_ordinal = 1000000;
    g_autofree bool *others = ics_fault_harness_losses(harness, N, 0);
    assert_memory_equal(lost, others, N * sizeof(bool));
    assert_int_equal(harness->fault->step, N);
}

static void a_ledger_decides_losses_and_moves_apart(void **state)
{
    IcsFaultHarness *harness = *state;
    IcsGilbertElliottConfig config = simple(ICS_PROBABILITY_ONE, ICS_PROBABILITY_ONE);
    ics_fault_harness_make(harness, &ics_gilbert_elliott_class, &config);
    ics_fault_harness_force(harness, 0);
    assert_false(ics_fault_harness_next(harness, 0).lost);
    assert_int_equal(harness->oracle.asked, 2);
    assert_int_equal(harness->oracle.last.draw, 1);
    assert_int_equal(harness->oracle.last.step, 0);
    assert_false(ics_fault_harness_next(harness, 0).lost);
    harness->chooser.driver = NULL;
    /* Still good, and from here on as it would have been. */
    assert_false(ics_fault_harness_next(harness, 0).lost);
    assert_true(ics_fault_harness_next(harness, 0).lost);
}

/* ---- by the clock ---- */

/* One packet a slot is one packet a move. */
static void assert_clock_counts_like_packets(IcsFaultHarness *harness,
                                             const IcsGilbertElliottConfig *config)
{
    harness->settings.clock_ns = 0;
    g_autofree bool *packets = run(harness, config, N);
    harness->settings.clock_ns = SLOT;
    g_autofree bool *slots = run(harness, config, N);
    assert_memory_equal(packets, slots, N * sizeof(bool));
    /* Packets at some of the slots only find the same states. */
    ics_fault_harness_make(harness, &ics_gilbert_elliott_class, config);
    for (size_t slot = 0, i = 0; slot < N; slot += 1 + i * i % 97, i++) {
        assert_int_equal(ics_fault_harness_next(harness, (int64_t)slot * SLOT + SLOT / 2).lost,
                         slots[slot]);
    }
}

static void a_clocked_chain_moves_once_a_slot(void **state)
{
    IcsFaultHarness *harness = *state;
    IcsGilbertElliottConfig slow = simple(of(1, 50), of(1, 20));
    IcsGilbertElliottConfig fast = simple(of(7, 8), of(5, 8));
    IcsGilbertElliottConfig alternating = simple(ICS_PROBABILITY_ONE, ICS_PROBABILITY_ONE);
    IcsGilbertElliottConfig absorbing = simple(of(1, 500), 0);
    assert_clock_counts_like_packets(harness, &slow);
    assert_clock_counts_like_packets(harness, &fast);
    assert_clock_counts_like_packets(harness, &alternating);
    assert_clock_counts_like_packets(harness, &absorbing);
}

static void all_packets_of_a_slot_meet_the_same_state(void **state)
{
    IcsFaultHarness *harness = *state;
    harness->settings.clock_ns = SLOT;
    IcsGilbertElliottConfig config = simple(of(1, 4), of(1, 4));
    ics_fault_harness_make(harness, &ics_gilbert_elliott_class, &config);
    uint64_t lost_slots = 0;
    for (int64_t slot = 0; slot < 200; slot++) {
        bool lost = ics_fault_harness_next(harness, slot * SLOT).lost;
        for (int64_t i = 1; i < SLOT; i += 111) {
            assert_int_equal(ics_fault_harness_next(harness, slot * SLOT + i).lost, lost);
        }
        lost_slots += lost;
    }
    assert_in_range(lost_slots, 50, 150);
}

static void in_one_slot_packets_are_lost_by_their_own_fates(void **state)
{
    IcsFaultHarness *harness = *state;
    harness->settings.clock_ns = SLOT;
    IcsGilbertElliottConfig config = full(0, 0, ICS_PROBABILITY_ONE, of(1, 2));
    ics_fault_harness_make(harness, &ics_gilbert_elliott_class, &config);
    g_autofree bool *lost = ics_fault_harness_losses(harness, 1000, 0);
    assert_in_range(count(lost, 1000), 400, 600);
    ics_fault_harness_make(harness, &ics_gilbert_elliott_class, &config);
    harness->next_ordinal = 500;
    g_autofree bool *later = ics_fault_harness_losses(harness, 500, SLOT);
    assert_memory_equal(lost + 500, later, 500 * sizeof(bool));
}

/* 9 * 10^15 slots: a chain that were stepped through would not come back. */
static void a_long_silence_costs_no_more_than_the_chain_remembers(void **state)
{
    IcsFaultHarness *harness = *state;
    harness->settings.clock_ns = 1;
    IcsGilbertElliottConfig config = simple(of(1, 1000), of(1, 1000));
    ics_fault_harness_make(harness, &ics_gilbert_elliott_class, &config);
    uint64_t lost = 0;
    for (int64_t i = 0; i < 1000; i++) {
        lost += ics_fault_harness_next(harness, i * INT64_C(9000000000000)).lost;
    }
    assert_in_range(lost, 400, 600);
}

/* ---- laws ---- */

typedef struct Law {
    IcsGilbertElliottConfig config;
    int64_t clock_ns;
    double rate;
    double variance; /* of the number of losses, per packet */
} Law;

static double measure_rate(IcsFaultHarness *harness, const void *context)
{
    const Law *law = context;
    size_t n = ics_fault_harness_samples(ICS_FAULT_HARNESS_PACKETS);
    harness->settings.clock_ns = law->clock_ns;
    g_autofree bool *lost = run(harness, &law->config, n);
    return ics_stat_z((double)count(lost, n), (double)n * law->rate, (double)n * law->variance);
}

/* Losses i and i + j have the covariance (lB - lG)^2 piG piB lambda^j with lambda = 1 - p - r, so
 * that n losses vary by n (rate (1 - rate) + 2 (lB - lG)^2 piG piB lambda / (1 - lambda)). */
static double chain_variance(double p, double r, double bad, double good)
{
    double in_bad = p / (p + r);
    double rate = in_bad * bad + (1 - in_bad) * good;
    double lambda = 1 - p - r;
    double step = (bad - good) * (bad - good) * in_bad * (1 - in_bad) * lambda / (1 - lambda);
    return rate * (1 - rate) + 2 * step;
}

/* Simple Gilbert, rate 40 %, mean burst 2: r = 1/2, p = 1/3. */
static Law simple_law(uint64_t per_10000, int64_t clock_ns)
{
    return (Law){.config = by_meaning(of(per_10000, 10000), 2),
                 .clock_ns = clock_ns,
                 .rate = 0.4,
                 .variance = chain_variance(1.0 / 3, 0.5, 1, 0)};
}

static void the_rate_is_the_one_stated(void **state)
{
    (void)state;
    Law right = simple_law(4000, 0), low = simple_law(3920, 0), high = simple_law(4080, 0);
    ics_fault_harness_assert_law("simple Gilbert", measure_rate, &right, &low, &high);
}

static void the_rate_by_the_clock_is_the_one_stated(void **state)
{
    (void)state;
    Law right = simple_law(4000, SLOT), low = simple_law(3920, SLOT), high = simple_law(4080, SLOT);
    ics_fault_harness_assert_law("simple Gilbert by the clock", measure_rate, &right, &low, &high);
}

/* p = 1/5, r = 3/10: pi(bad) = 2/5; loss 4/5 in bad and 3/10 in good makes 1/2. */
static Law full_law(uint64_t percent)
{
    return (Law){.config = full(of(1, 5), of(3, 10), of(4 * percent, 500), of(3 * percent, 1000)),
                 .rate = 0.5,
                 .variance = chain_variance(0.2, 0.3, 0.8, 0.3)};
}

static void the_rate_is_the_mean_over_both_states(void **state)
{
    (void)state;
    Law right = full_law(100), low = full_law(98), high = full_law(102);
    ics_fault_harness_assert_law("Gilbert-Elliott", measure_rate, &right, &low, &high);
}

/* Lengths of bursts are independent and geometric: each packet is the last with probability r. */
static double measure_bursts(IcsFaultHarness *harness, const void *context)
{
    const IcsGilbertElliottConfig *config = context;
    size_t n = ics_fault_harness_samples(ICS_FAULT_HARNESS_PACKETS);
    g_autofree bool *lost = run(harness, config, n);
    double probabilities[ICS_FAULT_HARNESS_RUN_CELLS];
    ics_fault_harness_geometric(0.5, probabilities);
    return ics_fault_harness_runs_z(lost, n, probabilities);
}

static void bursts_have_a_geometric_length_of_mean_one_over_r(void **state)
{
    (void)state;
    IcsGilbertElliottConfig right = simple(of(1, 2), of(500, 1000));
    IcsGilbertElliottConfig low = simple(of(1, 2), of(490, 1000));
    IcsGilbertElliottConfig high = simple(of(1, 2), of(510, 1000));
    ics_fault_harness_assert_law("bursts", measure_bursts, &right, &low, &high);
}

/* Between bursts lie geometric gaps: each packet is the last with probability p. */
static double measure_gaps(IcsFaultHarness *harness, const void *context)
{
    const IcsGilbertElliottConfig *config = context;
    size_t n = ics_fault_harness_samples(ICS_FAULT_HARNESS_PACKETS);
    g_autofree bool *received = run(harness, config, n);
    for (size_t i = 0; i < n; i++) {
        received[i] = !received[i];
    }
    double probabilities[ICS_FAULT_HARNESS_RUN_CELLS];
    ics_fault_harness_geometric(0.5, probabilities);
    return ics_fault_harness_runs_z(received, n, probabilities);
}

static void gaps_have_a_geometric_length_of_mean_one_over_p(void **state)
{
    (void)state;
    IcsGilbertElliottConfig right = simple(of(500, 1000), of(2, 3));
    IcsGilbertElliottConfig low = simple(of(490, 1000), of(2, 3));
    IcsGilbertElliottConfig high = simple(of(510, 1000), of(2, 3));
    ics_fault_harness_assert_law("gaps", measure_gaps, &right, &low, &high);
}

#define TEST(name)                                                                                 \
    cmocka_unit_test_setup_teardown(name, ics_fault_harness_setup, ics_fault_harness_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(the_first_packet_meets_the_good_state),
        TEST(without_p_it_stays_good_and_without_r_bad),
        TEST(with_p_alone_it_is_independent_loss_of_p),
        TEST(the_requested_rate_is_the_stationary_one),
        TEST(rate_and_mean_burst_mean_p_and_r),
        TEST(the_highest_rate_of_a_mean_burst_is_allowed),
        TEST(half_and_double_statements_are_refused),
        TEST(the_kth_decision_is_keyed_by_k_and_not_by_the_packet),
        TEST(a_ledger_decides_losses_and_moves_apart),
        TEST(a_clocked_chain_moves_once_a_slot),
        TEST(all_packets_of_a_slot_meet_the_same_state),
        TEST(in_one_slot_packets_are_lost_by_their_own_fates),
        TEST(a_long_silence_costs_no_more_than_the_chain_remembers),
        TEST(the_rate_is_the_one_stated),
        TEST(the_rate_by_the_clock_is_the_one_stated),
        TEST(the_rate_is_the_mean_over_both_states),
        TEST(bursts_have_a_geometric_length_of_mean_one_over_r),
        TEST(gaps_have_a_geometric_length_of_mean_one_over_p),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
