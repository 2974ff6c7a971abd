/* The rates of random faults on a real link, and how much jitter there is. */
#include <cmocka.h>

#include "sim/distribution.h"
#include "tests/support/link_journey.h"

#define MS ICS_NS_PER_MS

static IcsProbability of(uint64_t n, uint64_t d)
{
    return ics_probability_from_ratio(n, d);
}

/* ---- loss ---- */

static IcsLossConfig loss_of(uint64_t per_1000)
{
    return (IcsLossConfig){.probability = of(per_1000, 1000), .has_probability = true};
}

/* Binomial. */
static double measure_loss(const IcsJourney *journey)
{
    return ics_stat_z_binomial(ics_journey_lost(journey), journey->n, 0.3);
}

static void losses_have_their_rate(void **state)
{
    (void)state;
    IcsLossConfig right = loss_of(300), low = loss_of(294), high = loss_of(306);
    ics_journey_assert_element("loss", measure_loss, &ics_loss_class, &right, &low, &high);
}

/* ---- duplicates ---- */

static IcsDuplicateConfig duplicate_of(uint64_t per_1000)
{
    return (IcsDuplicateConfig){
        .probability = of(per_1000, 1000), .has_probability = true, .copies = 1};
}

static double measure_duplicates(const IcsJourney *journey)
{
    size_t twice = 0;
    for (size_t i = 0; i < journey->n; i++) {
        assert_in_range(journey->arrivals[i], 1, 2);
        twice += journey->arrivals[i] == 2;
    }
    return ics_stat_z_binomial(twice, journey->n, 0.3);
}

static void duplicates_have_their_rate(void **state)
{
    (void)state;
    IcsDuplicateConfig right = duplicate_of(300), low = duplicate_of(294), high = duplicate_of(306);
    ics_journey_assert_element("duplicate", measure_duplicates, &ics_duplicate_class, &right, &low,
                               &high);
}

/* d = 1/2, l = 3/10, and the copy is lost by its own draw: no arrival with (1 - d) l + d l^2, one
 * with (1 - d)(1 - l) + 2 d l (1 - l), two with d (1 - l)^2. */
static double measure_duplicates_and_losses(const IcsJourney *journey)
{
    const double d = 0.5, l = 0.3;
    const double probabilities[3] = {
        (1 - d) * l + d * l * l, (1 - d) * (1 - l) + 2 * d * l * (1 - l), d * (1 - l) * (1 - l)};
    uint64_t counts[3] = {0};
    for (size_t i = 0; i < journey->n; i++) {
        counts[journey->arrivals[i]]++;
    }
    return ics_stat_chi_square_z(ics_stat_chi_square(counts, probabilities, 3), 2);
}

static void a_copy_is_lost_by_its_own_draw(void **state)
{
    (void)state;
    IcsLossConfig loss = loss_of(300);
    IcsDuplicateConfig right = duplicate_of(500), low = duplicate_of(490), high = duplicate_of(510);
    const IcsDuplicateConfig *duplicates[3] = {&right, &low, &high};
    IcsJourneyLaw laws[3];
    for (int i = 0; i < 3; i++) {
        laws[i] =
            (IcsJourneyLaw){.faults = {{.klass = &ics_duplicate_class, .config = duplicates[i]},
                                       {.klass = &ics_loss_class, .config = &loss}},
                            .n_faults = 2};
    }
    ics_journey_assert_law("duplicate and loss", measure_duplicates_and_losses, laws);
}

/* ---- reorder ---- */

static IcsReorderConfig skip_of(uint64_t per_1000)
{
    return (IcsReorderConfig){.probability = of(per_1000, 1000), .has_probability = true};
}

/* A packet that skips the delay arrives as if there were none. */
static double measure_skips(const IcsJourney *journey)
{
    size_t skipped = 0;
    for (size_t i = 0; i < journey->n; i++) {
        int64_t late_ns = ics_journey_late_ns(journey, i);
        assert_true(late_ns == 0 || late_ns == 5 * ICS_JOURNEY_INTERVAL_NS);
        skipped += late_ns == 0;
    }
    return ics_stat_z_binomial(skipped, journey->n, 0.3);
}

static void packets_skip_the_delay_at_their_rate(void **state)
{
    (void)state;
    IcsDelayConfig delay = {.time_ns = 5 * ICS_JOURNEY_INTERVAL_NS};
    IcsReorderConfig right = skip_of(300), low = skip_of(294), high = skip_of(306);
    const IcsReorderConfig *skips[3] = {&right, &low, &high};
    IcsJourneyLaw laws[3];
    for (int i = 0; i < 3; i++) {
        laws[i] = (IcsJourneyLaw){.faults = {{.klass = &ics_reorder_class, .config = skips[i]},
                                             {.klass = &ics_delay_class, .config = &delay}},
                                  .n_faults = 2};
    }
    ics_journey_assert_law("skip", measure_skips, laws);
}

/* RFC 4737: a packet is reordered when a later one arrived before it. Without jitter only those are
 * that were displaced. */
static double measure_displacements(const IcsJourney *journey)
{
    size_t reordered = 0;
    uint32_t next = 0;
    for (size_t i = 0; i < journey->n_order; i++) {
        if (journey->order[i] < next) {
            reordered++;
        } else {
            next = journey->order[i] + 1;
        }
    }
    return ics_stat_z_binomial(reordered, journey->n, 0.3);
}

static void packets_are_displaced_at_their_rate(void **state)
{
    (void)state;
    IcsReorderConfig right = skip_of(300), low = skip_of(294), high = skip_of(306);
    right.displacement = low.displacement = high.displacement = 3;
    ics_journey_assert_element("displacement", measure_displacements, &ics_reorder_class, &right,
                               &low, &high);
}

/* ---- jitter ---- */

#define JITTER_CELLS 20

static IcsDelayConfig jitter_of(int64_t jitter_ns, IcsDistributionKind kind)
{
    return (IcsDelayConfig){.time_ns = 100 * MS,
                            .jitter_ns = jitter_ns,
                            .distribution = (int)kind,
                            .has_distribution = true};
}

/* Delays by how much of the law lies below them, in twentieths. */
static double jitter_z(const IcsJourney *journey, double (*below)(double jitters))
{
    uint64_t counts[JITTER_CELLS] = {0};
    double probabilities[JITTER_CELLS];
    for (size_t i = 0; i < journey->n; i++) {
        int64_t delay_ns = ics_journey_late_ns(journey, i);
        double share = below((double)(delay_ns - 100 * MS) / (10 * MS));
        counts[MIN((size_t)(share * JITTER_CELLS), JITTER_CELLS - 1)]++;
    }
    for (int i = 0; i < JITTER_CELLS; i++) {
        probabilities[i] = 1.0 / JITTER_CELLS;
    }
    double x = ics_stat_chi_square(counts, probabilities, JITTER_CELLS);
    return ics_stat_chi_square_z(x, JITTER_CELLS - 1);
}

static double below_uniform(double jitters)
{
    return CLAMP((jitters + 1) / 2, 0, 1);
}

static double measure_uniform(const IcsJourney *journey)
{
    return jitter_z(journey, below_uniform);
}

static double measure_normal(const IcsJourney *journey)
{
    return jitter_z(journey, ics_stat_normal_cdf);
}

static void assert_jitter(IcsDistributionKind kind, IcsJourneyMeasure measure)
{
    IcsDelayConfig right = jitter_of(1000 * MS / 100, kind);
    IcsDelayConfig low = jitter_of(980 * MS / 100, kind), high = jitter_of(1020 * MS / 100, kind);
    ics_journey_assert_element(ics_distribution_kind_name(kind), measure, &ics_delay_class, &right,
                               &low, &high);
}

static void uniform_jitter_follows_its_law(void **state)
{
    (void)state;
    assert_jitter(ICS_DISTRIBUTION_UNIFORM, measure_uniform);
}

static void normal_jitter_follows_its_law(void **state)
{
    (void)state;
    assert_jitter(ICS_DISTRIBUTION_NORMAL, measure_normal);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(losses_have_their_rate),
        cmocka_unit_test(duplicates_have_their_rate),
        cmocka_unit_test(a_copy_is_lost_by_its_own_draw),
        cmocka_unit_test(packets_skip_the_delay_at_their_rate),
        cmocka_unit_test(packets_are_displaced_at_their_rate),
        cmocka_unit_test(uniform_jitter_follows_its_law),
        cmocka_unit_test(normal_jitter_follows_its_law),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
