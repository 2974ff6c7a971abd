#include <cmocka.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include "netmodel/netem_arithmetic.h"
#include "tests/support/fault_harness.h"

#define ONE    ICS_PROBABILITY_ONE
#define LENGTH 40

static IcsProbability of(uint64_t n, uint64_t d)
{
    return ics_probability_from_ratio(n, d);
}

/* What became of a packet, or of its copy. */
typedef struct Fate {
    bool lost;
    bool skips_delay;
    int64_t delay_ns;
    uint32_t bit; /* flipped, from 1 */
} Fate;

typedef struct Outcome {
    Fate original;
    uint32_t copies;
    Fate copy;
} Outcome;

/* The number of the only bit that is 1, from 1; 0 when there is none. */
static uint32_t flipped_bit(const IcsPacket *packet)
{
    uint32_t found = 0;
    for (uint32_t bit = 0; bit < 8 * packet->length; bit++) {
        if ((packet->bytes[bit / 8] & 0x80 >> bit % 8) != 0) {
            assert_int_equal(found, 0);
            found = bit + 1;
        }
    }
    return found;
}

static Fate fate_of(const IcsPassage *passage)
{
    uint32_t bit = flipped_bit(passage->packet);
    assert_int_equal(passage->bits_flipped, bit > 0);
    assert_int_equal(passage->packet->damaged, bit > 0);
    return (Fate){passage->lost, passage->skips_delay, passage->delay_ns, bit};
}

/* Asks about the next packet as a link does: the original, then its copy. */
static Outcome next(IcsFaultHarness *harness)
{
    IcsFault *fault = harness->fault;
    IcsPacket *packet = ics_fault_harness_packet(harness, LENGTH);
    IcsPassage passage = ics_fault_harness_ask(harness, packet, 0);
    Outcome outcome = {.copies = passage.copies};
    assert_true(passage.copies <= 1);
    if (passage.copies == 1) {
        IcsPacket *copy = ics_packet_copy(packet, fault->point.site.key, 1);
        IcsPassage again = {.packet = copy, .chooser = &harness->chooser, .is_copy = true};
        ics_fault_ask(fault, &again);
        outcome.copy = fate_of(&again);
        ics_packet_free(copy);
    }
    outcome.original = fate_of(&passage);
    ics_packet_free(packet);
    return outcome;
}

static void a_duplicate_and_a_loss_of_one_packet_cancel(void **state)
{
    IcsFaultHarness *harness = *state;
    IcsNetemCompatConfig config = {.duplicate = ONE, .loss = ONE};
    ics_fault_harness_make(harness, &ics_netem_compat_class, &config);
    for (int i = 0; i < 100; i++) {
        Outcome outcome = next(harness);
        assert_int_equal(outcome.copies, 0);
        assert_false(outcome.original.lost);
    }
}

static void a_duplicate_is_sent_once_more_and_not_duplicated_again(void **state)
{
    IcsFaultHarness *harness = *state;
    IcsNetemCompatConfig config = {.duplicate = ONE};
    ics_fault_harness_make(harness, &ics_netem_compat_class, &config);
    for (int i = 0; i < 100; i++) {
        Outcome outcome = next(harness);
        assert_int_equal(outcome.copies, 1);
        assert_false(outcome.original.lost || outcome.copy.lost);
    }
    assert_int_equal(harness->fault->asked, 100);
    assert_int_equal(harness->fault->step, 200);
}

static void loss_without_duplication_loses(void **state)
{
    IcsFaultHarness *harness = *state;
    IcsNetemCompatConfig config = {.loss = ONE, .delay_ns = 5, .corrupt = ONE};
    ics_fault_harness_make(harness, &ics_netem_compat_class, &config);
    Outcome outcome = next(harness);
    assert_true(outcome.original.lost);
    assert_int_equal(outcome.original.bit, 0);
    assert_int_equal(outcome.original.delay_ns, 0);
}

static void copy_and_original_are_corrupted_apart(void **state)
{
    IcsFaultHarness *harness = *state;
    IcsNetemCompatConfig config = {.duplicate = ONE, .corrupt = ONE / 2};
    ics_fault_harness_make(harness, &ics_netem_compat_class, &config);
    bool seen[2][2] = {{false}};
    for (int i = 0; i < 100; i++) {
        Outcome outcome = next(harness);
        seen[outcome.original.bit > 0][outcome.copy.bit > 0] = true;
    }
    assert_true(seen[0][0] && seen[0][1] && seen[1][0] && seen[1][1]);
}

static void without_jitter_the_delay_is_constant(void **state)
{
    IcsFaultHarness *harness = *state;
    IcsNetemCompatConfig config = {.delay_ns = 123};
    ics_fault_harness_make(harness, &ics_netem_compat_class, &config);
    assert_int_equal(next(harness).original.delay_ns, 123);
    assert_int_equal(next(harness).original.delay_ns, 123);
}

static void jitter_below_zero_means_at_once(void **state)
{
    IcsFaultHarness *harness = *state;
    IcsNetemCompatConfig config = {.delay_ns = 10, .jitter_ns = 1000};
    ics_fault_harness_make(harness, &ics_netem_compat_class, &config);
    uint64_t at_once = 0;
    for (int i = 0; i < 1000; i++) {
        int64_t delay_ns = next(harness).original.delay_ns;
        assert_in_range(delay_ns, 0, 1009);
        at_once += delay_ns == 0;
    }
    assert_in_range(at_once, 420, 570);
}

static void a_gap_alone_reorders_for_certain(void **state)
{
    IcsFaultHarness *harness = *state;
    IcsNetemCompatConfig config = {.delay_ns = 10, .gap = 3};
    ics_fault_harness_make(harness, &ics_netem_compat_class, &config);
    for (int i = 1; i <= 30; i++) {
        Fate fate = next(harness).original;
        assert_int_equal(fate.skips_delay, i % 3 == 0);
        assert_int_equal(fate.delay_ns, i % 3 == 0 ? 0 : 10);
    }
}

static void full_correlation_repeats_the_first_decision(void **state)
{
    IcsFaultHarness *harness = *state;
    IcsNetemCompatConfig config = {.loss = ONE / 2, .loss_correlation = ONE};
    uint64_t all = 0;
    for (uint64_t seed = 1; seed <= 40; seed++) {
        harness->settings.seed = seed;
        ics_fault_harness_make(harness, &ics_netem_compat_class, &config);
        bool first = next(harness).original.lost;
        for (int i = 0; i < 50; i++) {
            assert_int_equal(next(harness).original.lost, first);
        }
        all += first;
    }
    assert_in_range(all, 5, 35);
}

static void a_table_from_a_file_is_used_as_it_is(void **state)
{
    IcsFaultHarness *harness = *state;
    IcsNetemCompatConfig config = {.delay_ns = 100000,
                                   .jitter_ns = 8192,
                                   .distribution = ICS_NETEM_TABLE,
                                   .has_distribution = true,
                                   .table = (char *)"-7 9\n"};
    ics_fault_harness_make(harness, &ics_netem_compat_class, &config);
    bool low = false, high = false;
    for (int i = 0; i < 100; i++) {
        int64_t delay_ns = next(harness).original.delay_ns;
        assert_true(delay_ns == 99993 || delay_ns == 100009);
        low |= delay_ns == 99993;
        high |= delay_ns == 100009;
    }
    assert_true(low && high);
}

static void settings_that_do_nothing_are_refused(void **state)
{
    IcsFaultHarness *harness = *state;
    const IcsFaultClass *klass = &ics_netem_compat_class;
    IcsNetemCompatConfig reorder = {.has_reorder = true, .reorder = ONE};
    IcsNetemCompatConfig loss = {.loss_correlation = 1};
    IcsNetemCompatConfig delay = {.delay_ns = 5, .delay_correlation = 1};
    IcsNetemCompatConfig flat = {.delay_ns = 5, .has_distribution = true};
    IcsNetemCompatConfig stray = {.jitter_ns = 5, .table = (char *)"1"};
    IcsNetemCompatConfig tableless = {
        .jitter_ns = 5, .has_distribution = true, .distribution = ICS_NETEM_TABLE};
    IcsNetemCompatConfig bad = tableless;
    bad.table = (char *)"40000";
    ics_fault_harness_assert_refused(harness, klass, &reorder, "skipping the delay");
    ics_fault_harness_assert_refused(harness, klass, &loss, "loss-correlation without loss");
    ics_fault_harness_assert_refused(harness, klass, &delay, "delay-correlation without jitter");
    ics_fault_harness_assert_refused(harness, klass, &flat, "without jitter does nothing");
    ics_fault_harness_assert_refused(harness, klass, &stray, "table belongs to");
    ics_fault_harness_assert_refused(harness, klass, &tableless, "needs a table");
    ics_fault_harness_assert_refused(harness, klass, &bad, "table:1: \"40000\"");
}

/* ---- against netem_enqueue(), written down from the kernel ---- */

enum { DUPLICATE, LOSS, CORRUPT, REORDER, DELAY, PLACE, START = 16 };

typedef struct Netem {
    IcsDrawSite site;
    uint64_t step;
    uint32_t percent[5];
    IcsNetemCrandom cor[5];
    int64_t latency;
    int32_t jitter;
    uint32_t gap, counter;
    IcsNetemTable table;
} Netem;

static uint32_t netem_random(Netem *q, uint64_t step, int which)
{
    uint32_t value = (uint32_t)(ics_draw_sequential_u64(&q->site, step, (uint32_t)which) >> 32);
    return ics_netem_crandom(&q->cor[which], value);
}

static bool netem_event(Netem *q, uint64_t step, int which)
{
    return q->percent[which] != 0 && q->percent[which] >= netem_random(q, step, which);
}

static Fate netem_tail(Netem *q, uint64_t step)
{
    Fate fate = {0};
    if (netem_event(q, step, CORRUPT)) {
        IcsDrawPair place = ics_draw_sequential_pair(&q->site, step, PLACE);
        uint64_t byte = ics_draw_below(place.first, LENGTH);
        fate.bit = (uint32_t)(8 * byte + 7 - ics_draw_below(place.second, 8)) + 1;
    }
    if (q->gap == 0 || q->counter < q->gap - 1 ||
        q->percent[REORDER] < netem_random(q, step, REORDER)) {
        uint32_t random = q->jitter != 0 ? netem_random(q, step, DELAY) : 0;
        int64_t delay_ns = ics_netem_tabledist(q->latency, q->jitter, random, &q->table);
        fate.delay_ns = MAX(delay_ns, 0);
        ++q->counter;
    } else {
        fate.skips_delay = true;
        q->counter = 0;
    }
    return fate;
}

static Outcome netem_enqueue(Netem *q)
{
    Outcome outcome = {.original.lost = false};
    uint64_t step = q->step++;
    int count = 1;
    if (netem_event(q, step, DUPLICATE)) {
        ++count;
    }
    if (netem_event(q, step, LOSS)) {
        --count;
    }
    if (count == 0) {
        outcome.original.lost = true;
        return outcome;
    }
    if (count > 1) {
        outcome.copies = 1;
        uint64_t again = q->step++;
        if (netem_event(q, again, LOSS)) {
            outcome.copy.lost = true;
        } else {
            outcome.copy = netem_tail(q, again);
        }
    }
    outcome.original = netem_tail(q, step);
    return outcome;
}

static void assert_same(const Fate *a, const Fate *b)
{
    assert_int_equal(a->lost, b->lost);
    assert_int_equal(a->skips_delay, b->skips_delay);
    assert_int_equal(a->delay_ns, b->delay_ns);
    assert_int_equal(a->bit, b->bit);
}

static void every_decision_is_that_of_netem_enqueue(void **state)
{
    IcsFaultHarness *harness = *state;
    IcsNetemCompatConfig config = {.delay_ns = 10 * ICS_NS_PER_MS,
                                   .jitter_ns = 6 * ICS_NS_PER_MS,
                                   .delay_correlation = of(1, 4),
                                   .distribution = ICS_NETEM_PARETONORMAL,
                                   .has_distribution = true,
                                   .loss = of(3, 10),
                                   .loss_correlation = of(1, 2),
                                   .duplicate = of(2, 5),
                                   .duplicate_correlation = of(1, 5),
                                   .reorder = of(1, 2),
                                   .has_reorder = true,
                                   .reorder_correlation = of(3, 5),
                                   .gap = 3,
                                   .corrupt = of(1, 4),
                                   .corrupt_correlation = of(1, 10)};
    ics_fault_harness_make(harness, &ics_netem_compat_class, &config);
    Netem netem = {.site = harness->fault->point.site,
                   .latency = config.delay_ns,
                   .jitter = (int32_t)config.jitter_ns,
                   .gap = 3};
    const IcsProbability percents[] = {of(2, 5), of(3, 10), of(1, 4), of(1, 2), ONE};
    const IcsProbability correlations[] = {of(1, 5), of(1, 2), of(1, 10), of(3, 5), of(1, 4)};
    for (uint32_t i = 0; i < 5; i++) {
        netem.percent[i] = ics_netem_percent(percents[i]);
        netem.cor[i].rho = ics_netem_percent(correlations[i]);
        netem.cor[i].last = (uint32_t)(ics_draw_sequential_u64(&netem.site, 0, START + i) >> 32);
    }
    ics_netem_table_init(&netem.table, ICS_NETEM_PARETONORMAL);
    for (int i = 0; i < 5000; i++) {
        Outcome expected = netem_enqueue(&netem), outcome = next(harness);
        assert_int_equal(outcome.copies, expected.copies);
        assert_same(&outcome.original, &expected.original);
        assert_same(&outcome.copy, &expected.copy);
    }
    ics_netem_table_clear(&netem.table);
}

/* ---- laws ---- */

/* Of one packet come 2 with d (1-l)^2, none with (1-d) l, else 1; d = 30 %, l = 20 %. */
static double measure_arrivals(IcsFaultHarness *harness, const void *context)
{
    const IcsNetemCompatConfig *config = context;
    size_t n = ics_fault_harness_samples(ICS_FAULT_HARNESS_PACKETS);
    ics_fault_harness_make(harness, &ics_netem_compat_class, config);
    uint64_t arrived = 0;
    for (size_t i = 0; i < n; i++) {
        Outcome outcome = next(harness);
        arrived += !outcome.original.lost;
        arrived += outcome.copies > 0 && !outcome.copy.lost;
    }
    double d = 0.3, l = 0.2, two = d * (1 - l) * (1 - l), none = (1 - d) * l;
    double mean = 1 + two - none, variance = two + none - (two - none) * (two - none);
    return ics_stat_z((double)arrived, (double)n * mean, (double)n * variance);
}

/* With l = 21.9 % they are 2.1 % fewer, with d = 32.6 % they are 2.1 % more. */
static void as_many_arrive_as_duplication_and_loss_leave(void **state)
{
    (void)state;
    IcsNetemCompatConfig right = {.duplicate = of(300, 1000), .loss = of(200, 1000)};
    IcsNetemCompatConfig low = {.duplicate = of(300, 1000), .loss = of(219, 1000)};
    IcsNetemCompatConfig high = {.duplicate = of(326, 1000), .loss = of(200, 1000)};
    ics_fault_harness_assert_law("netem arrivals", measure_arrivals, &right, &low, &high);
}

static double measure_loss(IcsFaultHarness *harness, const void *context)
{
    const IcsNetemCompatConfig *config = context;
    size_t n = ics_fault_harness_samples(ICS_FAULT_HARNESS_PACKETS);
    ics_fault_harness_make(harness, &ics_netem_compat_class, config);
    g_autofree bool *lost = ics_fault_harness_losses(harness, n, 0);
    uint64_t losses = 0;
    for (size_t i = 0; i < n; i++) {
        losses += lost[i];
    }
    return ics_stat_z_binomial(losses, n, 0.3);
}

static void uncorrelated_loss_has_its_rate(void **state)
{
    (void)state;
    IcsNetemCompatConfig right = {.loss = of(300, 1000)};
    IcsNetemCompatConfig low = {.loss = of(294, 1000)}, high = {.loss = of(306, 1000)};
    ics_fault_harness_assert_law("netem loss", measure_loss, &right, &low, &high);
}

#define TEST(name)                                                                                 \
    cmocka_unit_test_setup_teardown(name, ics_fault_harness_setup, ics_fault_harness_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_duplicate_and_a_loss_of_one_packet_cancel),
        TEST(a_duplicate_is_sent_once_more_and_not_duplicated_again),
        TEST(loss_without_duplication_loses),
        TEST(copy_and_original_are_corrupted_apart),
        TEST(without_jitter_the_delay_is_constant),
        TEST(jitter_below_zero_means_at_once),
        TEST(a_gap_alone_reorders_for_certain),
        TEST(full_correlation_repeats_the_first_decision),
        TEST(a_table_from_a_file_is_used_as_it_is),
        TEST(settings_that_do_nothing_are_refused),
        TEST(every_decision_is_that_of_netem_enqueue),
        TEST(as_many_arrive_as_duplication_and_loss_leave),
        TEST(uncorrelated_loss_has_its_rate),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
