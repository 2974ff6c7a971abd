#include <cmocka.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include "tests/support/fault_harness.h"

static IcsOmissionConfig with(uint64_t n, uint64_t d)
{
    return (IcsOmissionConfig){.probability = ics_probability_from_ratio(n, d),
                               .has_probability = true};
}

static void omissions_belong_to_the_two_stages_of_a_host(void **state)
{
    (void)state;
    assert_int_equal(ics_send_omission_class.stage, ICS_FAULT_STAGE_SEND_OMISSION);
    assert_int_equal(ics_receive_omission_class.stage, ICS_FAULT_STAGE_RECEIVE_OMISSION);
    assert_ptr_equal(ics_fault_class_by_name("send-omission"), &ics_send_omission_class);
    assert_ptr_equal(ics_fault_class_by_name("receive-omission"), &ics_receive_omission_class);
}

static void probability_0_and_1_are_certain(void **state)
{
    IcsFaultHarness *harness = *state;
    IcsOmissionConfig never = with(0, 1), always = with(1, 1);
    ics_fault_harness_make(harness, &ics_send_omission_class, &never);
    for (int i = 0; i < 1000; i++) {
        assert_false(ics_fault_harness_next(harness, 0).lost);
    }
    ics_fault_harness_make(harness, &ics_send_omission_class, &always);
    assert_int_equal(ics_fault_requested(harness->fault), ICS_PROBABILITY_ONE);
    for (int i = 0; i < 1000; i++) {
        assert_true(ics_fault_harness_next(harness, 0).lost);
    }
}

static void a_narrowed_omission_needs_no_probability(void **state)
{
    IcsFaultHarness *harness = *state;
    IcsOmissionConfig config = {0};
    ics_fault_harness_assert_refused(harness, &ics_receive_omission_class, &config,
                                     "receive-omission needs a probability");
    harness->scope = &(IcsFaultScopeConfig){.until_ns = 10};
    ics_fault_harness_make(harness, &ics_receive_omission_class, &config);
    assert_true(ics_fault_harness_next(harness, 9).lost);
    assert_false(ics_fault_harness_next(harness, 10).lost);
}

/* A host's name stands in the site, so that two hosts omit different packets. */
static void each_host_omits_by_its_own_draws(void **state)
{
    IcsFaultHarness *harness = *state;
    IcsOmissionConfig config = with(1, 2);
    harness->settings.place = "host a";
    ics_fault_harness_make(harness, &ics_send_omission_class, &config);
    g_autofree bool *a = ics_fault_harness_losses(harness, 200, 0);
    harness->settings.place = "host b";
    ics_fault_harness_make(harness, &ics_send_omission_class, &config);
    g_autofree bool *b = ics_fault_harness_losses(harness, 200, 0);
    assert_memory_not_equal(a, b, 200 * sizeof(bool));
}

typedef struct Law {
    const IcsFaultClass *klass;
    IcsOmissionConfig config;
} Law;

static double measure_rate(IcsFaultHarness *harness, const void *context)
{
    const Law *law = context;
    size_t n = ics_fault_harness_samples(ICS_FAULT_HARNESS_PACKETS);
    ics_fault_harness_make(harness, law->klass, &law->config);
    for (size_t i = 0; i < n; i++) {
        ics_fault_harness_next(harness, 0);
    }
    return ics_stat_z_binomial(harness->fault->happened, n, 0.3);
}

static void assert_rate_is_the_probability(const IcsFaultClass *klass)
{
    Law right = {klass, with(300, 1000)};
    Law low = {klass, with(294, 1000)}, high = {klass, with(306, 1000)};
    ics_fault_harness_assert_law(klass->name, measure_rate, &right, &low, &high);
}

static void the_rate_of_send_omissions_is_the_probability(void **state)
{
    (void)state;
    assert_rate_is_the_probability(&ics_send_omission_class);
}

static void the_rate_of_receive_omissions_is_the_probability(void **state)
{
    (void)state;
    assert_rate_is_the_probability(&ics_receive_omission_class);
}

#define TEST(name)                                                                                 \
    cmocka_unit_test_setup_teardown(name, ics_fault_harness_setup, ics_fault_harness_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(omissions_belong_to_the_two_stages_of_a_host),
        TEST(probability_0_and_1_are_certain),
        TEST(a_narrowed_omission_needs_no_probability),
        TEST(each_host_omits_by_its_own_draws),
        TEST(the_rate_of_send_omissions_is_the_probability),
        TEST(the_rate_of_receive_omissions_is_the_probability),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
