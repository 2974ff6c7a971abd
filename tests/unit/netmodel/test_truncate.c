#include <cmocka.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include "tests/support/fault_harness.h"

static IcsTruncateConfig with(uint64_t n, uint64_t d, int64_t to_bytes)
{
    return (IcsTruncateConfig){.probability = ics_probability_from_ratio(n, d),
                               .has_probability = true,
                               .to_bytes = to_bytes};
}

/* The packet's length afterwards; checks what else goes with it. */
static uint32_t cut(IcsFaultHarness *harness, uint32_t length)
{
    IcsPacket *packet = ics_fault_harness_packet(harness, length);
    IcsPassage passage = ics_fault_harness_ask(harness, packet, 0);
    uint32_t left = packet->length;
    assert_int_equal(passage.bytes_cut, length - left);
    assert_int_equal(packet->damaged, left < length);
    ics_packet_free(packet);
    return left;
}

static void a_packet_is_cut_to_the_length_given(void **state)
{
    IcsFaultHarness *harness = *state;
    IcsTruncateConfig config = with(1, 1, 28);
    ics_fault_harness_make(harness, &ics_truncate_class, &config);
    assert_int_equal(cut(harness, 1500), 28);
    assert_int_equal(cut(harness, 29), 28);
    assert_int_equal(harness->fault->happened, 2);
}

static void a_packet_that_is_short_enough_stays_whole(void **state)
{
    IcsFaultHarness *harness = *state;
    IcsTruncateConfig config = with(1, 1, 28);
    ics_fault_harness_make(harness, &ics_truncate_class, &config);
    assert_int_equal(cut(harness, 28), 28);
    assert_int_equal(cut(harness, 1), 1);
    assert_int_equal(cut(harness, 0), 0);
    assert_int_equal(harness->fault->asked, 3);
    assert_int_equal(harness->fault->happened, 0);
}

static void a_random_length_leaves_at_least_a_byte_and_takes_at_least_one(void **state)
{
    IcsFaultHarness *harness = *state;
    IcsTruncateConfig config = with(1, 1, 0);
    ics_fault_harness_make(harness, &ics_truncate_class, &config);
    bool seen[5] = {0};
    for (int i = 0; i < 200; i++) {
        uint32_t left = cut(harness, 5);
        assert_in_range(left, 1, 4);
        seen[left] = true;
    }
    assert_true(seen[1] && seen[2] && seen[3] && seen[4]);
    assert_int_equal(cut(harness, 2), 1);
    assert_int_equal(cut(harness, 1), 1);
}

static void a_copy_that_shares_the_bytes_keeps_its_length(void **state)
{
    IcsFaultHarness *harness = *state;
    IcsTruncateConfig config = with(1, 1, 10);
    ics_fault_harness_make(harness, &ics_truncate_class, &config);
    IcsPacket *packet = ics_fault_harness_packet(harness, 40);
    packet->bytes[39] = 99;
    IcsPacket *copy = ics_packet_copy(packet, 1, 1);
    ics_fault_harness_ask(harness, packet, 0);
    assert_int_equal(packet->length, 10);
    assert_int_equal(copy->length, 40);
    assert_int_equal(copy->bytes[39], 99);
    assert_false(copy->damaged);
    ics_packet_free(packet);
    ics_packet_free(copy);
}

static double measure_rate(IcsFaultHarness *harness, const void *context)
{
    const IcsTruncateConfig *config = context;
    size_t n = ics_fault_harness_samples(ICS_FAULT_HARNESS_PACKETS);
    ics_fault_harness_make(harness, &ics_truncate_class, config);
    for (size_t i = 0; i < n; i++) {
        cut(harness, 100);
    }
    assert_int_equal(ics_fault_requested(harness->fault), config->probability);
    return ics_stat_z_binomial(harness->fault->happened, n, 0.3);
}

static void the_rate_is_the_probability(void **state)
{
    (void)state;
    IcsTruncateConfig right = with(300, 1000, 0);
    IcsTruncateConfig low = with(294, 1000, 0), high = with(306, 1000, 0);
    ics_fault_harness_assert_law("truncate", measure_rate, &right, &low, &high);
}

/* Of 41 bytes, 1 to 40 are left: mean 20.5, variance (40^2 - 1) / 12. A packet of 42 bytes has a
 * mean of 21, 2.4 % more; one of 40 has 20. */
static double measure_length(IcsFaultHarness *harness, const void *context)
{
    uint32_t length = *(const uint32_t *)context;
    IcsTruncateConfig config = with(1, 1, 0);
    size_t n = ics_fault_harness_samples(ICS_FAULT_HARNESS_PACKETS);
    ics_fault_harness_make(harness, &ics_truncate_class, &config);
    double sum = 0;
    for (size_t i = 0; i < n; i++) {
        sum += cut(harness, length);
    }
    return ics_stat_z(sum, 20.5 * (double)n, (double)n * (40 * 40 - 1) / 12.0);
}

static void a_random_length_is_uniform(void **state)
{
    (void)state;
    uint32_t right = 41, low = 40, high = 42;
    ics_fault_harness_assert_law("random length", measure_length, &right, &low, &high);
}

#define TEST(name)                                                                                 \
    cmocka_unit_test_setup_teardown(name, ics_fault_harness_setup, ics_fault_harness_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_packet_is_cut_to_the_length_given),
        TEST(a_packet_that_is_short_enough_stays_whole),
        TEST(a_random_length_leaves_at_least_a_byte_and_takes_at_least_one),
        TEST(a_copy_that_shares_the_bytes_keeps_its_length),
        TEST(the_rate_is_the_probability),
        TEST(a_random_length_is_uniform),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
