#include <cmocka.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include "sim/distribution.h"
#include "tests/support/fault_harness.h"

#define MS ICS_NS_PER_MS

static void a_constant_delay_is_no_choice(void **state)
{
    IcsFaultHarness *harness = *state;
    IcsDelayConfig config = {.time_ns = 50 * MS};
    ics_fault_harness_make(harness, &ics_delay_class, &config);
    ics_fault_harness_force(harness, 0);
    for (int i = 0; i < 10; i++) {
        assert_int_equal(ics_fault_harness_next(harness, 0).delay_ns, 50 * MS);
    }
    assert_int_equal(harness->oracle.asked, 0);
    assert_int_equal(harness->fault->happened, 10);
    assert_int_equal(ics_fault_requested(harness->fault), ICS_FAULT_RATE_UNKNOWN);
}

/* netem: each of the 2 jitter integers from time - jitter on. */
static void uniform_jitter_stays_within_its_bounds(void **state)
{
    IcsFaultHarness *harness = *state;
    IcsDelayConfig config = {.time_ns = 10, .jitter_ns = 2};
    ics_fault_harness_make(harness, &ics_delay_class, &config);
    bool seen[4] = {0};
    for (int i = 0; i < 200; i++) {
        int64_t delay_ns = ics_fault_harness_next(harness, 0).delay_ns;
        assert_in_range(delay_ns, 8, 11);
        seen[delay_ns - 8] = true;
    }
    assert_true(seen[0] && seen[1] && seen[2] && seen[3]);
}

static void a_delay_is_never_negative(void **state)
{
    IcsFaultHarness *harness = *state;
    IcsDelayConfig config = {.time_ns = 1 * MS,
                             .jitter_ns = 100 * MS,
                             .distribution = ICS_DISTRIBUTION_NORMAL,
                             .has_distribution = true};
    ics_fault_harness_make(harness, &ics_delay_class, &config);
    uint64_t zeros = 0;
    for (int i = 0; i < 1000; i++) {
        int64_t delay_ns = ics_fault_harness_next(harness, 0).delay_ns;
        assert_true(delay_ns >= 0);
        zeros += delay_ns == 0;
    }
    assert_in_range(zeros, 420, 570);
    assert_int_equal(harness->fault->happened, 1000 - zeros);
}

static void delays_add_up_and_do_not_overflow(void **state)
{
    IcsFaultHarness *harness = *state;
    IcsDelayConfig config = {.time_ns = 5};
    ics_fault_harness_make(harness, &ics_delay_class, &config);
    IcsPacket *packet = ics_fault_harness_packet(harness, 40);
    IcsPassage passage = {.packet = packet, .chooser = &harness->chooser, .delay_ns = 3};
    ics_fault_ask(harness->fault, &passage);
    assert_int_equal(passage.delay_ns, 8);
    config.time_ns = ICS_DELAY_MAX_NS;
    config.jitter_ns = ICS_DELAY_MAX_NS;
    ics_fault_harness_make(harness, &ics_delay_class, &config);
    for (int i = 0; i < 100; i++) {
        packet->fate.ordinal = (uint64_t)i;
        ics_fault_ask(harness->fault, &passage);
    }
    assert_int_equal(passage.delay_ns, ICS_DELAY_MAX_NS);
    ics_packet_free(packet);
}

static void forbidden_reordering_is_passed_on(void **state)
{
    IcsFaultHarness *harness = *state;
    IcsDelayConfig config = {.time_ns = 5};
    ics_fault_harness_make(harness, &ics_delay_class, &config);
    assert_false(ics_fault_harness_next(harness, 0).keeps_order);
    config.reordering = 1;
    ics_fault_harness_make(harness, &ics_delay_class, &config);
    assert_true(ics_fault_harness_next(harness, 0).keeps_order);
}

static void every_distribution_can_be_had(void **state)
{
    IcsFaultHarness *harness = *state;
    for (int kind = ICS_DISTRIBUTION_UNIFORM; kind <= ICS_DISTRIBUTION_TABLE; kind++) {
        IcsDelayConfig config = {.time_ns = 50 * MS,
                                 .jitter_ns = 10 * MS,
                                 .distribution = kind,
                                 .has_distribution = true};
        config.success = ICS_PROBABILITY_ONE / 2;
        config.has_success = kind == ICS_DISTRIBUTION_GEOMETRIC;
        config.table = kind == ICS_DISTRIBUTION_TABLE ? (char *)"-8192 0 8192\n" : NULL;
        ics_fault_harness_make(harness, &ics_delay_class, &config);
        int64_t first = ics_fault_harness_next(harness, 0).delay_ns, other = first;
        for (int i = 0; i < 100 && other == first; i++) {
            other = ics_fault_harness_next(harness, 0).delay_ns;
        }
        assert_int_not_equal(first, other);
    }
}

static void a_table_gives_its_values_times_the_jitter(void **state)
{
    IcsFaultHarness *harness = *state;
    IcsDelayConfig config = {.time_ns = 50 * MS,
                             .jitter_ns = 10 * MS,
                             .distribution = ICS_DISTRIBUTION_TABLE,
                             .has_distribution = true,
                             .table = (char *)"# two values\n-8192 16384\n"};
    ics_fault_harness_make(harness, &ics_delay_class, &config);
    uint64_t early = 0;
    for (int i = 0; i < 1000; i++) {
        int64_t delay_ns = ics_fault_harness_next(harness, 0).delay_ns;
        assert_true(delay_ns == 40 * MS || delay_ns == 70 * MS);
        early += delay_ns == 40 * MS;
    }
    assert_in_range(early, 420, 580);
}

static void settings_that_do_nothing_are_refused(void **state)
{
    IcsFaultHarness *harness = *state;
    const IcsFaultClass *klass = &ics_delay_class;
    IcsDelayConfig nothing = {0};
    IcsDelayConfig flat = {.time_ns = 1, .has_distribution = true};
    IcsDelayConfig success = {.jitter_ns = 1, .has_success = true, .success = 1};
    IcsDelayConfig table = {.jitter_ns = 1, .table = (char *)"1"};
    IcsDelayConfig geometric = {
        .jitter_ns = 1, .has_distribution = true, .distribution = ICS_DISTRIBUTION_GEOMETRIC};
    IcsDelayConfig tableless = geometric, bad = geometric, impossible = geometric;
    tableless.distribution = ICS_DISTRIBUTION_TABLE;
    bad.distribution = ICS_DISTRIBUTION_TABLE;
    bad.table = (char *)"1 2\n3 x\n";
    impossible.has_success = true;
    ics_fault_harness_assert_refused(harness, klass, &nothing, "needs a time or a jitter");
    ics_fault_harness_assert_refused(harness, klass, &flat, "without jitter does nothing");
    ics_fault_harness_assert_refused(harness, klass, &success, "success belongs to");
    ics_fault_harness_assert_refused(harness, klass, &table, "table belongs to");
    ics_fault_harness_assert_refused(harness, klass, &geometric, "needs a success probability");
    ics_fault_harness_assert_refused(harness, klass, &impossible, "needs a success probability");
    ics_fault_harness_assert_refused(harness, klass, &tableless, "needs a table");
    ics_fault_harness_assert_refused(harness, klass, &bad, "table:2: \"x\"");
}

/* ---- laws ---- */

typedef struct Moments {
    double mean;
    double variance;
    double fourth; /* central moment */
} Moments;

typedef struct Law {
    IcsDelayConfig config;
    Moments moments; /* in ms */
} Law;

static Moments measure(IcsFaultHarness *harness, const Law *law, size_t n)
{
    ics_fault_harness_make(harness, &ics_delay_class, &law->config);
    Moments found = {0};
    for (size_t i = 0; i < n; i++) {
        double delay_ms = (double)ics_fault_harness_next(harness, 0).delay_ns / MS;
        found.mean += delay_ms / (double)n;
        found.variance += pow(delay_ms - law->moments.mean, 2) / (double)n;
    }
    return found;
}

static double measure_mean(IcsFaultHarness *harness, const void *context)
{
    const Law *law = context;
    size_t n = ics_fault_harness_samples(ICS_FAULT_HARNESS_PACKETS);
    double mean = measure(harness, law, n).mean;
    return ics_stat_z_mean(mean, n, law->moments.mean, sqrt(law->moments.variance));
}

/* The squares of the distances from the mean vary by fourth - variance^2. */
static double measure_variance(IcsFaultHarness *harness, const void *context)
{
    const Law *law = context;
    size_t n = ics_fault_harness_samples(ICS_FAULT_HARNESS_PACKETS);
    double variance = measure(harness, law, n).variance;
    double spread = law->moments.fourth - law->moments.variance * law->moments.variance;
    return ics_stat_z(variance, law->moments.variance, spread / (double)n);
}

static void assert_moments(IcsDistributionKind kind, Moments moments)
{
    Law right = {.config = {.time_ns = 100 * MS,
                            .jitter_ns = 10 * MS,
                            .distribution = (int)kind,
                            .has_distribution = true},
                 .moments = moments};
    Law earlier = right, later = right, narrower = right, wider = right;
    earlier.config.time_ns = 98 * MS;
    later.config.time_ns = 102 * MS;
    narrower.config.jitter_ns = 98 * MS / 10;
    wider.config.jitter_ns = 102 * MS / 10;
    const char *name = ics_distribution_kind_name(kind);
    ics_fault_harness_assert_law(name, measure_mean, &right, &earlier, &later);
    ics_fault_harness_assert_law(name, measure_variance, &right, &narrower, &wider);
}

/* 90 to 110 ms: variance 20^2 / 12, fourth moment 20^4 / 80. */
static void uniform_jitter_has_the_moments_of_its_law(void **state)
{
    (void)state;
    assert_moments(ICS_DISTRIBUTION_UNIFORM, (Moments){100, 400.0 / 12, 160000.0 / 80});
}

static void normal_jitter_has_the_moments_of_its_law(void **state)
{
    (void)state;
    assert_moments(ICS_DISTRIBUTION_NORMAL, (Moments){100, 100, 3 * 10000});
}

/* Mean 10 ms above 100 ms: variance 10^2, fourth moment 9 10^4. */
static double measure_exponential_mean(IcsFaultHarness *harness, const void *context)
{
    const Law *law = context;
    size_t n = ics_fault_harness_samples(ICS_FAULT_HARNESS_PACKETS);
    return ics_stat_z_mean(measure(harness, law, n).mean, n, 10, 10);
}

static void exponential_jitter_has_its_mean(void **state)
{
    (void)state;
    Law right = {.config = {.jitter_ns = 10 * MS,
                            .distribution = ICS_DISTRIBUTION_EXPONENTIAL,
                            .has_distribution = true}};
    Law low = right, high = right;
    low.config.jitter_ns = 98 * MS / 10;
    high.config.jitter_ns = 102 * MS / 10;
    ics_fault_harness_assert_law("exponential", measure_exponential_mean, &right, &low, &high);
}

#define TEST(name)                                                                                 \
    cmocka_unit_test_setup_teardown(name, ics_fault_harness_setup, ics_fault_harness_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_constant_delay_is_no_choice),
        TEST(uniform_jitter_stays_within_its_bounds),
        TEST(a_delay_is_never_negative),
        TEST(delays_add_up_and_do_not_overflow),
        TEST(forbidden_reordering_is_passed_on),
        TEST(every_distribution_can_be_had),
        TEST(a_table_gives_its_values_times_the_jitter),
        TEST(settings_that_do_nothing_are_refused),
        TEST(uniform_jitter_has_the_moments_of_its_law),
        TEST(normal_jitter_has_the_moments_of_its_law),
        TEST(exponential_jitter_has_its_mean),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
