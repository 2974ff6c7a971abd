#include <cmocka.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include "tests/support/fault_harness.h"

#define N 1000

static IcsLossConfig with(uint64_t n, uint64_t d)
{
    return (IcsLossConfig){.probability = ics_probability_from_ratio(n, d),
                           .has_probability = true};
}

static size_t count(const bool *lost, size_t n)
{
    size_t losses = 0;
    for (size_t i = 0; i < n; i++) {
        losses += lost[i];
    }
    return losses;
}

static void probability_0_loses_nothing(void **state)
{
    IcsFaultHarness *harness = *state;
    IcsLossConfig config = with(0, 1);
    ics_fault_harness_make(harness, &ics_loss_class, &config);
    g_autofree bool *lost = ics_fault_harness_losses(harness, N, 0);
    assert_int_equal(count(lost, N), 0);
    assert_int_equal(harness->fault->asked, N);
    assert_int_equal(harness->fault->happened, 0);
}

static void probability_1_loses_everything(void **state)
{
    IcsFaultHarness *harness = *state;
    IcsLossConfig config = with(1, 1);
    ics_fault_harness_make(harness, &ics_loss_class, &config);
    g_autofree bool *lost = ics_fault_harness_losses(harness, N, 0);
    assert_int_equal(count(lost, N), N);
    assert_int_equal(harness->fault->happened, N);
    assert_int_equal(ics_fault_requested(harness->fault), ICS_PROBABILITY_ONE);
}

static void without_a_probability_it_must_be_narrowed(void **state)
{
    IcsFaultHarness *harness = *state;
    IcsLossConfig config = {0};
    ics_fault_harness_assert_refused(harness, &ics_loss_class, &config, "needs a probability");
}

static void a_narrowed_loss_is_certain(void **state)
{
    IcsFaultHarness *harness = *state;
    IcsLossConfig config = {0};
    harness->scope = &(IcsFaultScopeConfig){.every = 10};
    ics_fault_harness_make(harness, &ics_loss_class, &config);
    g_autofree bool *lost = ics_fault_harness_losses(harness, N, 0);
    for (size_t i = 0; i < N; i++) {
        assert_int_equal(lost[i], i % 10 == 9);
    }
    assert_int_equal(harness->fault->asked, N / 10);
    assert_int_equal(ics_fault_requested(harness->fault), ICS_PROBABILITY_ONE);
}

static void a_narrowed_loss_may_have_a_probability(void **state)
{
    IcsFaultHarness *harness = *state;
    IcsLossConfig config = with(1, 2);
    harness->scope = &(IcsFaultScopeConfig){.every = 2};
    ics_fault_harness_make(harness, &ics_loss_class, &config);
    g_autofree bool *lost = ics_fault_harness_losses(harness, N, 0);
    assert_in_range(count(lost, N), 200, 300);
    assert_int_equal(ics_fault_requested(harness->fault), ICS_PROBABILITY_ONE / 2);
}

static void a_larger_probability_loses_the_same_packets_and_more(void **state)
{
    IcsFaultHarness *harness = *state;
    IcsLossConfig little = with(1, 10), more = with(2, 10);
    ics_fault_harness_make(harness, &ics_loss_class, &little);
    g_autofree bool *few = ics_fault_harness_losses(harness, N, 0);
    ics_fault_harness_make(harness, &ics_loss_class, &more);
    g_autofree bool *many = ics_fault_harness_losses(harness, N, 0);
    for (size_t i = 0; i < N; i++) {
        assert_true(many[i] || !few[i]);
    }
    assert_true(count(many, N) > count(few, N));
}

static void the_choice_is_named_by_the_packets_fate(void **state)
{
    IcsFaultHarness *harness = *state;
    IcsLossConfig config = with(1, 2);
    ics_fault_harness_make(harness, &ics_loss_class, &config);
    ics_fault_harness_force(harness, 1);
    harness->next_ordinal = 41;
    assert_true(ics_fault_harness_next(harness, 12345).lost);
    assert_int_equal(harness->oracle.last.at_ns, 12345);
    assert_int_equal(harness->packet->fate.ordinal, 41);
    assert_ptr_equal(harness->oracle.last.fate, &harness->packet->fate);
    assert_int_equal(harness->oracle.last.step, 0);
    assert_string_equal(harness->oracle.last.point->element, "loss#0");
    ics_fault_harness_force(harness, 0);
    assert_false(ics_fault_harness_next(harness, 0).lost);
}

typedef struct LossLaw {
    uint64_t per_10000;
} LossLaw;

/* Binomial: n packets, variance n p (1 - p), p = 30 %. */
static double measure_rate(IcsFaultHarness *harness, const void *context)
{
    const LossLaw *law = context;
    IcsLossConfig config = with(law->per_10000, 10000);
    size_t n = ics_fault_harness_samples(ICS_FAULT_HARNESS_PACKETS);
    ics_fault_harness_make(harness, &ics_loss_class, &config);
    g_autofree bool *lost = ics_fault_harness_losses(harness, n, 0);
    return ics_stat_z_binomial(count(lost, n), n, 0.3);
}

static void the_rate_is_the_probability(void **state)
{
    (void)state;
    ics_fault_harness_assert_law("loss", measure_rate, &(LossLaw){3000}, &(LossLaw){2940},
                                 &(LossLaw){3060});
}

/* Independent packets are lost in runs of a geometric length: here the next one survives with
 * probability 1/2. */
static double measure_runs(IcsFaultHarness *harness, const void *context)
{
    const LossLaw *law = context;
    IcsLossConfig config = with(law->per_10000, 10000);
    size_t n = ics_fault_harness_samples(ICS_FAULT_HARNESS_PACKETS);
    ics_fault_harness_make(harness, &ics_loss_class, &config);
    g_autofree bool *lost = ics_fault_harness_losses(harness, n, 0);
    double probabilities[ICS_FAULT_HARNESS_RUN_CELLS];
    ics_fault_harness_geometric(0.5, probabilities);
    return ics_fault_harness_runs_z(lost, n, probabilities);
}

static void runs_of_losses_have_a_geometric_length(void **state)
{
    (void)state;
    ics_fault_harness_assert_law("runs of losses", measure_runs, &(LossLaw){5000}, &(LossLaw){4900},
                                 &(LossLaw){5100});
}

#define TEST(name)                                                                                 \
    cmocka_unit_test_setup_teardown(name, ics_fault_harness_setup, ics_fault_harness_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(probability_0_loses_nothing),
        TEST(probability_1_loses_everything),
        TEST(without_a_probability_it_must_be_narrowed),
        TEST(a_narrowed_loss_is_certain),
        TEST(a_narrowed_loss_may_have_a_probability),
        TEST(a_larger_probability_loses_the_same_packets_and_more),
        TEST(the_choice_is_named_by_the_packets_fate),
        TEST(the_rate_is_the_probability),
        TEST(runs_of_losses_have_a_geometric_length),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
