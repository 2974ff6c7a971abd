#include <cmocka.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include "tests/support/fault_harness.h"

static IcsDuplicateConfig with(uint64_t n, uint64_t d, int64_t copies)
{
    return (IcsDuplicateConfig){
        .probability = ics_probability_from_ratio(n, d), .has_probability = true, .copies = copies};
}

static void every_duplicated_packet_gets_so_many_copies(void **state)
{
    IcsFaultHarness *harness = *state;
    IcsDuplicateConfig config = with(1, 2, 7);
    ics_fault_harness_make(harness, &ics_duplicate_class, &config);
    assert_int_equal(ics_duplicate_copies(harness->fault), 7);
    uint64_t duplicated = 0;
    for (int i = 0; i < 1000; i++) {
        uint32_t copies = ics_fault_harness_next(harness, 0).copies;
        assert_true(copies == 0 || copies == 7);
        duplicated += copies > 0;
    }
    assert_in_range(duplicated, 400, 600);
    assert_int_equal(harness->fault->happened, duplicated);
    assert_int_equal(ics_fault_requested(harness->fault), config.probability);
}

static void probability_0_and_1_are_certain(void **state)
{
    IcsFaultHarness *harness = *state;
    IcsDuplicateConfig never = with(0, 1, 1), always = with(1, 1, 1);
    ics_fault_harness_make(harness, &ics_duplicate_class, &never);
    for (int i = 0; i < 1000; i++) {
        assert_int_equal(ics_fault_harness_next(harness, 0).copies, 0);
    }
    ics_fault_harness_make(harness, &ics_duplicate_class, &always);
    for (int i = 0; i < 1000; i++) {
        assert_int_equal(ics_fault_harness_next(harness, 0).copies, 1);
    }
}

static void the_nth_packet_is_duplicated_without_a_probability(void **state)
{
    IcsFaultHarness *harness = *state;
    IcsDuplicateConfig config = {.copies = 2};
    ics_fault_harness_assert_refused(harness, &ics_duplicate_class, &config, "needs a probability");
    harness->scope = &(IcsFaultScopeConfig){.every = 4};
    ics_fault_harness_make(harness, &ics_duplicate_class, &config);
    for (int i = 1; i <= 40; i++) {
        assert_int_equal(ics_fault_harness_next(harness, 0).copies, i % 4 == 0 ? 2 : 0);
    }
}

static void a_copy_meets_the_element_by_a_fate_of_its_own(void **state)
{
    IcsFaultHarness *harness = *state;
    IcsDuplicateConfig config = with(1, 2, 1);
    ics_fault_harness_make(harness, &ics_duplicate_class, &config);
    uint64_t differing = 0;
    for (int i = 0; i < 200; i++) {
        IcsPacket *packet = ics_fault_harness_packet(harness, 40);
        IcsPacket *copy = ics_packet_copy(packet, harness->fault->point.site.key, 1);
        differing += ics_fault_harness_ask(harness, packet, 0).copies !=
                     ics_fault_harness_ask(harness, copy, 0).copies;
        ics_packet_free(packet);
        ics_packet_free(copy);
    }
    assert_in_range(differing, 60, 140);
}

static double measure_rate(IcsFaultHarness *harness, const void *context)
{
    const IcsDuplicateConfig *config = context;
    size_t n = ics_fault_harness_samples(ICS_FAULT_HARNESS_PACKETS);
    ics_fault_harness_make(harness, &ics_duplicate_class, config);
    for (size_t i = 0; i < n; i++) {
        ics_fault_harness_next(harness, 0);
    }
    return ics_stat_z_binomial(harness->fault->happened, n, 0.3);
}

static void the_rate_is_the_probability(void **state)
{
    (void)state;
    IcsDuplicateConfig right = with(300, 1000, 1);
    IcsDuplicateConfig low = with(294, 1000, 1), high = with(306, 1000, 1);
    ics_fault_harness_assert_law("duplicate", measure_rate, &right, &low, &high);
}

#define TEST(name)                                                                                 \
    cmocka_unit_test_setup_teardown(name, ics_fault_harness_setup, ics_fault_harness_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(every_duplicated_packet_gets_so_many_copies),
        TEST(probability_0_and_1_are_certain),
        TEST(the_nth_packet_is_duplicated_without_a_probability),
        TEST(a_copy_meets_the_element_by_a_fate_of_its_own),
        TEST(the_rate_is_the_probability),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
