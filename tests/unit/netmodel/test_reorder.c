#include <cmocka.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include "tests/support/fault_harness.h"

static IcsProbability of(uint64_t n, uint64_t d)
{
    return ics_probability_from_ratio(n, d);
}

static IcsReorderConfig skipping(IcsProbability probability, int64_t gap)
{
    return (IcsReorderConfig){.probability = probability, .has_probability = true, .gap = gap};
}

static IcsReorderConfig displace(IcsProbability probability, int64_t displacement)
{
    return (IcsReorderConfig){
        .probability = probability, .has_probability = true, .displacement = displacement};
}

/* ---- netem's meaning ---- */

static void with_a_gap_every_so_many_th_packet_skips_the_delay(void **state)
{
    IcsFaultHarness *harness = *state;
    IcsReorderConfig config = {.gap = 5};
    ics_fault_harness_make(harness, &ics_reorder_class, &config);
    assert_int_equal(ics_fault_requested(harness->fault), of(1, 5));
    for (int i = 1; i <= 100; i++) {
        IcsPassage passage = ics_fault_harness_next(harness, 0);
        assert_int_equal(passage.skips_delay, i % 5 == 0);
        assert_int_equal(passage.displacement, 0);
    }
    assert_int_equal(harness->fault->happened, 20);
    assert_true(ics_reorder_skips_delay(harness->fault));
}

static void after_a_gap_each_packet_may_skip_until_one_has(void **state)
{
    IcsFaultHarness *harness = *state;
    IcsReorderConfig config = skipping(of(1, 2), 4);
    ics_fault_harness_make(harness, &ics_reorder_class, &config);
    int since = 0, longest = 0;
    for (int i = 0; i < 10000; i++) {
        if (!ics_fault_harness_next(harness, 0).skips_delay) {
            since++;
            continue;
        }
        assert_true(since >= 3);
        longest = MAX(longest, since);
        since = 0;
    }
    assert_true(longest > 6);
}

static void the_requested_rate_counts_the_gap(void **state)
{
    IcsFaultHarness *harness = *state;
    IcsReorderConfig config = skipping(of(1, 4), 5);
    ics_fault_harness_make(harness, &ics_reorder_class, &config);
    assert_int_equal(ics_fault_requested(harness->fault), of(1, 8)); /* 4 + 1 / (1/4) packets */
    config = skipping(of(1, 4), 1);
    ics_fault_harness_make(harness, &ics_reorder_class, &config);
    assert_int_equal(ics_fault_requested(harness->fault), of(1, 4));
    config = skipping(0, INT32_MAX);
    ics_fault_harness_make(harness, &ics_reorder_class, &config);
    assert_int_equal(ics_fault_requested(harness->fault), 0);
}

static void only_a_gap_makes_skipping_sequential(void **state)
{
    IcsFaultHarness *harness = *state;
    IcsReorderConfig alone = skipping(of(1, 2), 1), gap = skipping(of(1, 2), 2);
    ics_fault_harness_make(harness, &ics_reorder_class, &alone);
    assert_false(harness->fault->sequential);
    harness->next_ordinal = 100;
    bool hundredth = ics_fault_harness_next(harness, 0).skips_delay;
    ics_fault_harness_make(harness, &ics_reorder_class, &alone);
    for (int i = 0; i < 100; i++) {
        ics_fault_harness_next(harness, 0);
    }
    assert_int_equal(ics_fault_harness_next(harness, 0).skips_delay, hundredth);
    ics_fault_harness_make(harness, &ics_reorder_class, &gap);
    assert_true(harness->fault->sequential);
}

static void a_sequential_decision_is_keyed_by_its_number(void **state)
{
    IcsFaultHarness *harness = *state;
    IcsReorderConfig config = skipping(of(1, 3), 3);
    bool first[500];
    ics_fault_harness_make(harness, &ics_reorder_class, &config);
    for (int i = 0; i < 500; i++) {
        first[i] = ics_fault_harness_next(harness, 0).skips_delay;
    }
    ics_fault_harness_make(harness, &ics_reorder_class, &config);
    harness->next_ordinal = 777777;
    for (int i = 0; i < 500; i++) {
        assert_int_equal(ics_fault_harness_next(harness, 0).skips_delay, first[i]);
    }
}

/* ---- displacement ---- */

static void a_displaced_packet_waits_for_so_many_others(void **state)
{
    IcsFaultHarness *harness = *state;
    IcsReorderConfig config = displace(ICS_PROBABILITY_ONE, 3);
    ics_fault_harness_make(harness, &ics_reorder_class, &config);
    IcsPassage passage = ics_fault_harness_next(harness, 0);
    assert_int_equal(passage.displacement, 3);
    assert_int_equal(passage.flush_ns, ICS_REORDER_FLUSH_NS);
    assert_false(passage.skips_delay);
    assert_false(ics_reorder_skips_delay(harness->fault));
    config.flush_ns = 5000;
    ics_fault_harness_make(harness, &ics_reorder_class, &config);
    assert_int_equal(ics_fault_harness_next(harness, 0).flush_ns, 5000);
}

static void whether_a_packet_is_displaced_is_its_own_fate(void **state)
{
    IcsFaultHarness *harness = *state;
    IcsReorderConfig config = displace(of(1, 2), 2);
    uint32_t first[500];
    ics_fault_harness_make(harness, &ics_reorder_class, &config);
    for (int i = 0; i < 500; i++) {
        first[i] = ics_fault_harness_next(harness, 0).displacement;
    }
    ics_fault_harness_make(harness, &ics_reorder_class, &config);
    for (int i = 499; i >= 0; i--) {
        harness->next_ordinal = (uint64_t)i;
        assert_int_equal(ics_fault_harness_next(harness, 0).displacement, first[i]);
    }
}

static void the_larger_of_two_displacements_counts(void **state)
{
    IcsFaultHarness *harness = *state;
    IcsReorderConfig far = displace(ICS_PROBABILITY_ONE, 9);
    IcsReorderConfig near = displace(ICS_PROBABILITY_ONE, 2);
    far.flush_ns = 1;
    ics_fault_harness_make(harness, &ics_reorder_class, &near);
    IcsFault *second = ics_fault_harness_new_fault(harness, &ics_reorder_class, &far);
    IcsPacket *packet = ics_fault_harness_packet(harness, 40);
    IcsPassage passage = {.packet = packet, .chooser = &harness->chooser};
    ics_fault_ask(harness->fault, &passage);
    ics_fault_ask(second, &passage);
    ics_fault_ask(harness->fault, &passage);
    assert_int_equal(passage.displacement, 9);
    assert_int_equal(passage.flush_ns, 1);
    ics_packet_free(packet);
    ics_fault_free(second);
}

static void the_two_meanings_do_not_mix(void **state)
{
    IcsFaultHarness *harness = *state;
    IcsReorderConfig nothing = {0}, both = displace(of(1, 2), 2), flush = skipping(of(1, 2), 0);
    IcsReorderConfig uncertain = {.displacement = 2};
    both.gap = 2;
    flush.flush_ns = 1000;
    ics_fault_harness_assert_refused(harness, &ics_reorder_class, &nothing, "needs a probability");
    ics_fault_harness_assert_refused(harness, &ics_reorder_class, &uncertain,
                                     "needs a probability");
    ics_fault_harness_assert_refused(harness, &ics_reorder_class, &both, "gap belongs to");
    ics_fault_harness_assert_refused(harness, &ics_reorder_class, &flush, "flush belongs to");
}

/* ---- laws ---- */

static double measure_rate(IcsFaultHarness *harness, const void *context)
{
    const IcsReorderConfig *config = context;
    size_t n = ics_fault_harness_samples(ICS_FAULT_HARNESS_PACKETS);
    ics_fault_harness_make(harness, &ics_reorder_class, config);
    for (size_t i = 0; i < n; i++) {
        ics_fault_harness_next(harness, 0);
    }
    return ics_stat_z_binomial(harness->fault->happened, n, 0.3);
}

static void the_rate_of_skipping_is_the_probability(void **state)
{
    (void)state;
    IcsReorderConfig right = skipping(of(300, 1000), 0);
    IcsReorderConfig low = skipping(of(294, 1000), 0), high = skipping(of(306, 1000), 0);
    ics_fault_harness_assert_law("skip", measure_rate, &right, &low, &high);
}

static void the_rate_of_displacement_is_the_probability(void **state)
{
    (void)state;
    IcsReorderConfig right = displace(of(300, 1000), 2);
    IcsReorderConfig low = displace(of(294, 1000), 2), high = displace(of(306, 1000), 2);
    ics_fault_harness_assert_law("displacement", measure_rate, &right, &low, &high);
}

/* Gap 2, probability q = 1/4: from one that skips to the next are 1 + G packets, G geometric with
 * mean 1/q = 4 and variance (1 - q) / q^2 = 12. Renewals in n packets: n / 5, variance n 12 / 5^3.
 */
static double measure_gap(IcsFaultHarness *harness, const void *context)
{
    const IcsReorderConfig *config = context;
    size_t n = ics_fault_harness_samples(2 * ICS_FAULT_HARNESS_PACKETS);
    ics_fault_harness_make(harness, &ics_reorder_class, config);
    for (size_t i = 0; i < n; i++) {
        ics_fault_harness_next(harness, 0);
    }
    return ics_stat_z((double)harness->fault->happened, (double)n / 5, (double)n * 12 / 125);
}

/* q / (1 + q) is 2 % more than 1/5 for q = 0.204 / 0.796, and 2 % less for 0.196 / 0.804. */
static void the_rate_with_a_gap_is_that_of_the_renewals(void **state)
{
    (void)state;
    IcsReorderConfig right = skipping(of(1, 4), 2);
    IcsReorderConfig low = skipping(of(196, 804), 2), high = skipping(of(204, 796), 2);
    ics_fault_harness_assert_law("gap", measure_gap, &right, &low, &high);
}

#define TEST(name)                                                                                 \
    cmocka_unit_test_setup_teardown(name, ics_fault_harness_setup, ics_fault_harness_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(with_a_gap_every_so_many_th_packet_skips_the_delay),
        TEST(after_a_gap_each_packet_may_skip_until_one_has),
        TEST(the_requested_rate_counts_the_gap),
        TEST(only_a_gap_makes_skipping_sequential),
        TEST(a_sequential_decision_is_keyed_by_its_number),
        TEST(a_displaced_packet_waits_for_so_many_others),
        TEST(whether_a_packet_is_displaced_is_its_own_fate),
        TEST(the_larger_of_two_displacements_counts),
        TEST(the_two_meanings_do_not_mix),
        TEST(the_rate_of_skipping_is_the_probability),
        TEST(the_rate_of_displacement_is_the_probability),
        TEST(the_rate_with_a_gap_is_that_of_the_renewals),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
