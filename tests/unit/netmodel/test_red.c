#include <cmocka.h>
#include <math.h>

#include "netmodel/red.h"
#include "sim/choice_recorder.h"
#include "tests/support/queue_fixture.h"
#include "tests/support/splitmix.h"
#include "tests/support/statistics.h"

#define PACKETS(n) ((uint64_t)(n) << ICS_RED_FRACTION_BITS)
#define ONE        ICS_PROBABILITY_ONE
#define BYTES      1000
/* At the fixture's 10 Mbit/s. */
#define SERVICE_NS INT64_C(800000)

static double as_packets(uint64_t average)
{
    return (double)average / (double)PACKETS(1);
}

static double as_probability(IcsProbability probability)
{
    return (double)probability / (double)ONE;
}

/* min 5, max 15, probability 1/4; the average is the queue itself. */
static IcsRedConfig direct_config(void)
{
    return (IcsRedConfig){
        .min_packets = 5,
        .max_packets = 15,
        .limit_packets = 100,
        .average_packet_bytes = BYTES,
        .weight = ONE,
        .probability = ONE / 4,
    };
}

static IcsRed *make_red(IcsQueueFixture *fixture, const IcsRedConfig *config)
{
    ics_queue_fixture_make(fixture, &ics_red_class, config);
    return (IcsRed *)fixture->queue;
}

/* Gets n packets in, whatever the draws say. */
static void fill(IcsQueueFixture *fixture, uint64_t n, int64_t now_ns)
{
    while (fixture->queue->packets < n) {
        ics_queue_fixture_offer(fixture, BYTES, now_ns);
    }
}

static void drain(IcsQueueFixture *fixture, int64_t now_ns)
{
    while (ics_queue_fixture_dequeue(fixture, now_ns) >= 0) {
    }
}

/* Floyd and Jacobson, section IV: avg <- (1 - w) avg + w q. */
static void the_average_is_an_exponentially_weighted_one(G_GNUC_UNUSED void **state)
{
    uint64_t average = ics_red_average(0, 8, ONE / 4);
    assert_int_equal(average, PACKETS(2));
    average = ics_red_average(average, 8, ONE / 4);
    assert_int_equal(average, PACKETS(7) / 2);
    average = ics_red_average(average, 0, ONE / 4);
    assert_int_equal(average, PACKETS(21) / 8);
    assert_int_equal(ics_red_average(average, 3, 0), average);
    assert_int_equal(ics_red_average(average, 3, ONE), PACKETS(3));
}

static void the_average_follows_the_formula_over_a_long_run(G_GNUC_UNUSED void **state)
{
    IcsProbability weight;
    assert_true(ics_probability_parse("0.002", &weight, NULL));
    uint64_t random = 1;
    uint64_t average = 0;
    double expected = 0;
    for (int i = 0; i < 100000; i++) {
        uint64_t packets = ics_splitmix_next(&random) % 50;
        average = ics_red_average(average, packets, weight);
        expected += 0.002 * ((double)packets - expected);
        assert_true(fabs(as_packets(average) - expected) < 1e-6);
    }
}

static void the_largest_queue_does_not_overflow_the_average(G_GNUC_UNUSED void **state)
{
    uint64_t largest = PACKETS(INT32_MAX);
    assert_int_equal(ics_red_average(0, INT32_MAX, ONE), largest);
    assert_int_equal(ics_red_average(largest, INT32_MAX, ONE / 2), largest);
    assert_int_equal(ics_red_average_decay(largest, 0, ONE / 2), largest);
}

static void an_idle_time_counts_as_arrivals_at_an_empty_queue(G_GNUC_UNUSED void **state)
{
    uint64_t stepwise = PACKETS(12);
    IcsProbability weight = ONE / 500;
    for (uint64_t n = 0; n < 300; n++) {
        double decayed = as_packets(ics_red_average_decay(PACKETS(12), n, weight));
        assert_true(fabs(decayed - as_packets(stepwise)) < 1e-6);
        stepwise = ics_red_average(stepwise, 0, weight);
    }
}

static void a_long_idle_time_decays_by_the_power(G_GNUC_UNUSED void **state)
{
    IcsProbability weight = ONE / 100000;
    for (uint64_t n = 1; n <= 1000000; n *= 10) {
        double expected = 1000000 * pow(1 - 1e-5, (double)n);
        double decayed = as_packets(ics_red_average_decay(PACKETS(1000000), n, weight));
        assert_true(fabs(decayed - expected) < 1e-6 * expected);
    }
    assert_int_equal(ics_red_average_decay(PACKETS(1000000), UINT64_MAX, weight), 0);
    assert_int_equal(ics_red_average_decay(PACKETS(1000000), 1, ONE), 0);
}

/* Figure 2: p_b = max_p (avg - min) / (max - min). */
static void the_probability_rises_in_a_line_from_min_to_max(G_GNUC_UNUSED void **state)
{
    IcsRedConfig config = direct_config();
    assert_int_equal(ics_red_probability(&config, 0), 0);
    assert_int_equal(ics_red_probability(&config, PACKETS(5) - 1), 0);
    assert_int_equal(ics_red_probability(&config, PACKETS(5)), 0);
    assert_int_equal(ics_red_probability(&config, PACKETS(10)), ONE / 8);
    assert_int_equal(ics_red_probability(&config, PACKETS(25) / 2), ONE / 4 / 4 * 3);
    assert_true(ics_red_probability(&config, PACKETS(15) - 1) < ONE / 4);
    assert_int_equal(ics_red_probability(&config, PACKETS(15)), ONE);
}

/* ns-2: from max_p at max to 1 at twice max. */
static void the_gentle_probability_rises_on_to_twice_max(G_GNUC_UNUSED void **state)
{
    IcsRedConfig config = direct_config();
    config.gentle = true;
    assert_int_equal(ics_red_probability(&config, PACKETS(10)), ONE / 8);
    assert_int_equal(ics_red_probability(&config, PACKETS(15)), ONE / 4);
    assert_int_equal(ics_red_probability(&config, PACKETS(45) / 2), ONE / 4 + ONE / 8 * 3);
    assert_true(ics_red_probability(&config, PACKETS(30) - 1) < ONE);
    assert_int_equal(ics_red_probability(&config, PACKETS(30)), ONE);
    assert_int_equal(ics_red_probability(&config, PACKETS(INT32_MAX)), ONE);
}

static void the_probability_never_falls_as_the_average_grows(G_GNUC_UNUSED void **state)
{
    IcsRedConfig config = direct_config();
    config.gentle = true;
    IcsProbability before = 0;
    for (uint64_t average = 0; average < PACKETS(31); average += PACKETS(1) / 1024) {
        IcsProbability probability = ics_red_probability(&config, average);
        assert_true(probability >= before);
        before = probability;
    }
}

/* Section IV: p_a = p_b / (1 - count p_b). */
static void the_spread_probability_grows_with_the_count(G_GNUC_UNUSED void **state)
{
    assert_int_equal(ics_red_spread(ONE / 4, 0), ONE / 4);
    assert_true(fabs(as_probability(ics_red_spread(ONE / 4, 1)) - 1.0 / 3) < 1e-15);
    assert_int_equal(ics_red_spread(ONE / 4, 2), ONE / 2);
    assert_int_equal(ics_red_spread(ONE / 4, 3), ONE);
    assert_int_equal(ics_red_spread(ONE / 4, 4), ONE);
    assert_int_equal(ics_red_spread(ONE / 4, UINT64_MAX), ONE);
    assert_int_equal(ics_red_spread(ONE, 0), ONE);
    assert_int_equal(ics_red_spread(0, UINT64_MAX), 0);
}

static void below_min_nothing_is_dropped_and_nothing_drawn(void **state)
{
    IcsQueueFixture *fixture = *state;
    IcsRedConfig config = direct_config();
    config.probability = ONE;
    IcsRed *red = make_red(fixture, &config);
    for (int64_t i = 0; i < 1000; i++) {
        assert_int_equal(ics_queue_fixture_offer(fixture, BYTES, i), ICS_CAUSE_NONE);
        if (fixture->queue->packets == 5) {
            ics_queue_fixture_dequeue(fixture, i);
        }
    }
    assert_int_equal(red->step, 0);
}

static void from_max_on_everything_is_dropped_without_a_draw(void **state)
{
    IcsQueueFixture *fixture = *state;
    IcsRedConfig config = direct_config();
    IcsRed *red = make_red(fixture, &config);
    fill(fixture, 15, 0);
    uint64_t step = red->step;
    for (int i = 0; i < 1000; i++) {
        assert_int_equal(ics_queue_fixture_offer(fixture, BYTES, 0), ICS_CAUSE_EARLY_DROP);
    }
    assert_int_equal(red->step, step);
    assert_int_equal(fixture->queue->packets, 15);
}

static void the_gentle_option_lets_packets_in_up_to_twice_max(void **state)
{
    IcsQueueFixture *fixture = *state;
    IcsRedConfig config = direct_config();
    config.gentle = true;
    make_red(fixture, &config);
    fill(fixture, 30, 0);
    for (int i = 0; i < 1000; i++) {
        assert_int_equal(ics_queue_fixture_offer(fixture, BYTES, 0), ICS_CAUSE_EARLY_DROP);
    }
}

static void a_burst_below_the_average_fills_the_queue_to_its_limit(void **state)
{
    IcsQueueFixture *fixture = *state;
    IcsRedConfig config = direct_config();
    config.weight = ONE / 1000;
    make_red(fixture, &config);
    for (int i = 0; i < 100; i++) {
        assert_int_equal(ics_queue_fixture_offer(fixture, BYTES, 0), ICS_CAUSE_NONE);
    }
    assert_int_equal(ics_queue_fixture_offer(fixture, BYTES, 0), ICS_CAUSE_QUEUE_FULL);
    assert_int_equal(fixture->queue->packets, 100);
    assert_int_equal(fixture->queue->bytes, 100 * BYTES);
}

/* Eight packets at the halving weight, then the transmitter finds the queue empty at time 0. */
static uint64_t become_idle(IcsQueueFixture *fixture, IcsRed **red)
{
    IcsRedConfig config = direct_config();
    config.min_packets = 50;
    config.max_packets = 60;
    config.weight = ONE / 2;
    *red = make_red(fixture, &config);
    fill(fixture, 8, 0);
    drain(fixture, 0);
    assert_true((*red)->average > PACKETS(5));
    return (*red)->average;
}

static void the_average_decays_by_what_the_link_could_have_sent(void **state)
{
    IcsQueueFixture *fixture = *state;
    IcsRed *red;
    uint64_t average = become_idle(fixture, &red);
    ics_queue_fixture_offer(fixture, BYTES, 10 * SERVICE_NS);
    assert_int_equal(red->average, average >> 11);
}

static void a_part_of_a_packet_time_does_not_count(void **state)
{
    IcsQueueFixture *fixture = *state;
    IcsRed *red;
    uint64_t average = become_idle(fixture, &red);
    ics_queue_fixture_offer(fixture, BYTES, 3 * SERVICE_NS - 1);
    assert_int_equal(red->average, average >> 3);
}

static void an_idle_time_is_counted_once(void **state)
{
    IcsQueueFixture *fixture = *state;
    IcsRed *red;
    uint64_t average = become_idle(fixture, &red);
    ics_queue_fixture_offer(fixture, BYTES, 2 * SERVICE_NS);
    assert_int_equal(red->average, average >> 3);
    ics_queue_fixture_offer(fixture, BYTES, 50 * SERVICE_NS);
    assert_int_equal(red->average, ((average >> 3) + PACKETS(1)) / 2);
}

static void asking_an_idle_queue_again_does_not_restart_its_idle_time(void **state)
{
    IcsQueueFixture *fixture = *state;
    IcsRed *red;
    uint64_t average = become_idle(fixture, &red);
    assert_int_equal(ics_queue_fixture_dequeue(fixture, 9 * SERVICE_NS), -1);
    ics_queue_fixture_offer(fixture, BYTES, 10 * SERVICE_NS);
    assert_int_equal(red->average, average >> 11);
}

static void an_empty_queue_before_a_busy_transmitter_is_not_idle(void **state)
{
    IcsQueueFixture *fixture = *state;
    IcsRedConfig config = direct_config();
    config.weight = ONE / 2;
    IcsRed *red = make_red(fixture, &config);
    fill(fixture, 4, 0);
    uint64_t average = red->average;
    for (int i = 0; i < 4; i++) {
        ics_queue_fixture_dequeue(fixture, 0);
    }
    ics_queue_fixture_offer(fixture, BYTES, 100 * SERVICE_NS);
    assert_int_equal(red->average, average / 2);
}

static void an_infinite_rate_forgets_at_once(void **state)
{
    IcsQueueFixture *fixture = *state;
    fixture->settings.rate_bps = 0;
    IcsRed *red;
    become_idle(fixture, &red);
    ics_queue_fixture_offer(fixture, BYTES, 1);
    assert_int_equal(red->average, 0);
}

static void the_longest_idle_time_does_not_overflow(void **state)
{
    IcsQueueFixture *fixture = *state;
    fixture->settings.rate_bps = INT64_MAX;
    IcsRed *red;
    become_idle(fixture, &red);
    ics_queue_fixture_offer(fixture, BYTES, INT64_MAX);
    assert_int_equal(red->average, 0);
}

/* An average that stays above max must not shut an empty queue for ever. */
static void refused_arrivals_at_an_idle_queue_go_on_wearing_the_average_down(void **state)
{
    IcsQueueFixture *fixture = *state;
    IcsRedConfig config = direct_config();
    IcsRed *red = make_red(fixture, &config);
    red->config.weight = ONE / 100;
    red->average = PACKETS(90);
    int64_t refused = 0;
    while (ics_queue_fixture_offer(fixture, BYTES, refused * SERVICE_NS / 2) != ICS_CAUSE_NONE) {
        assert_true(++refused < 1000);
    }
    assert_true(refused > 50);
    assert_true(red->average < PACKETS(15));
}

static void the_random_source_is_asked_step_by_step(void **state)
{
    IcsQueueFixture *fixture = *state;
    IcsChoiceRecorder *recorder = ics_choice_recorder_new(true);
    fixture->chooser.driver = &recorder->driver;
    IcsRedConfig config = direct_config();
    make_red(fixture, &config);
    fill(fixture, 8, 0);
    ics_queue_fixture_offer(fixture, BYTES, 7);
    assert_true(recorder->choices->len >= 4);
    for (guint i = 0; i < recorder->choices->len; i++) {
        const IcsRecordedChoice *choice = &g_array_index(recorder->choices, IcsRecordedChoice, i);
        assert_int_equal(choice->step, i);
        assert_string_equal(choice->point->place, "wire a->b");
        assert_string_equal(choice->point->element, "red#0");
        assert_string_equal(choice->point->kind, "red");
        assert_int_equal(choice->at_ns, i + 1 < recorder->choices->len ? 0 : 7);
    }
    ics_choice_recorder_free(recorder);
}

typedef struct {
    IcsChoiceDriver driver;
    int64_t outcome;
} FixedDriver;

static int64_t choose_fixed(IcsChoiceDriver *driver, G_GNUC_UNUSED const IcsChoice *choice,
                            G_GNUC_UNUSED IcsChoiceDraw draw, G_GNUC_UNUSED gconstpointer element)
{
    return ((FixedDriver *)driver)->outcome;
}

static void a_driver_may_decide_instead(void **state)
{
    IcsQueueFixture *fixture = *state;
    FixedDriver fixed = {.driver.choose = choose_fixed};
    fixture->chooser.driver = &fixed.driver;
    IcsRedConfig config = direct_config();
    make_red(fixture, &config);
    for (int i = 0; i < 15; i++) {
        assert_int_equal(ics_queue_fixture_offer(fixture, BYTES, 0), ICS_CAUSE_NONE);
    }
    drain(fixture, 0);
    fixed.outcome = 1;
    for (int i = 0; i < 5; i++) {
        assert_int_equal(ics_queue_fixture_offer(fixture, BYTES, 0), ICS_CAUSE_NONE);
    }
    assert_int_equal(ics_queue_fixture_offer(fixture, BYTES, 0), ICS_CAUSE_EARLY_DROP);
}

static void contradictions_are_refused(void **state)
{
    IcsRedConfig config = direct_config();
    config.min_packets = 15;
    ics_queue_fixture_assert_refused(*state, &ics_red_class, &config, "min");
    config = direct_config();
    config.limit_packets = 14;
    ics_queue_fixture_assert_refused(*state, &ics_red_class, &config, "limit");
    config = direct_config();
    config.weight = 0;
    ics_queue_fixture_assert_refused(*state, &ics_red_class, &config, "weight");
}

static void the_defaults_are_floyds(void **state)
{
    IcsRedConfig config;
    ics_parameters_defaults(ics_red_class.parameters, &config);
    assert_int_equal(config.min_packets, 5);
    assert_int_equal(config.max_packets, 15);
    assert_int_equal(config.limit_packets, 100);
    assert_int_equal(config.average_packet_bytes, 1000);
    assert_true(fabs(as_probability(config.weight) - 0.002) < 1e-15);
    assert_true(fabs(as_probability(config.probability) - 0.1) < 1e-15);
    assert_true(config.gentle);
    make_red(*state, &config);
}

/* The distances between drops at a constant average. */
typedef struct {
    double probability; /* p_b as the test asks for it */
    int64_t queue;
    uint64_t gaps;
    uint64_t counts[64];
    double mean;
} GapSample;

/* P(gap = k | gap >= k) = p / (1 - (k - 1) p), for k - 1 packets got in since the last drop. Fills
 * P(gap = k) for k below `n`, returns the mean. */
static double gap_distribution(double p, double *cells, size_t n)
{
    double alive = 1;
    double mean = 0;
    cells[0] = 0;
    for (size_t k = 1; k < n; k++) {
        double hazard = (double)k * p >= 1 - 1e-9 ? 1 : p / (1 - (double)(k - 1) * p);
        cells[k] = alive * hazard;
        mean += (double)k * cells[k];
        alive -= cells[k];
    }
    return mean;
}

static void measure_gaps(uint64_t seed, GapSample *sample)
{
    IcsQueueFixture *fixture = ics_queue_fixture_new();
    fixture->settings.seed = seed;
    IcsRedConfig config = direct_config();
    /* p_b = probability (queue - 5) / 10. */
    double probability = sample->probability * 10 / (double)(sample->queue - 5);
    config.probability = (IcsProbability)(probability * (double)ONE);
    make_red(fixture, &config);
    fill(fixture, (uint64_t)sample->queue, 0);
    ((IcsRed *)fixture->queue)->count = 0;
    uint64_t total = 0;
    for (uint64_t gap = 1, found = 0; found < sample->gaps; gap++, total++) {
        if (ics_queue_fixture_offer(fixture, BYTES, 0) == ICS_CAUSE_NONE) {
            ics_queue_fixture_dequeue(fixture, 0);
            continue;
        }
        sample->counts[gap]++;
        gap = 0;
        found++;
    }
    sample->mean = (double)total / (double)sample->gaps;
    ics_queue_fixture_free(fixture);
}

/* One z-score for each seed: how far the gaps are from uniform over 1..20, when p_b is `asked` and
 * should be 1/20. */
static void score_uniformity(double asked, double *z)
{
    double cells[21];
    gap_distribution(1.0 / 20, cells, 21);
    for (uint64_t seed = 1; seed <= ICS_STAT_SEEDS; seed++) {
        GapSample sample = {.probability = asked, .queue = 10, .gaps = 10000};
        measure_gaps(seed, &sample);
        double x = ics_stat_chi_square(sample.counts + 1, cells + 1, 20);
        bool impossible = sample.counts[21] > 0;
        z[seed - 1] = impossible ? HUGE_VAL : ics_stat_chi_square_z(x, 19);
    }
}

static void the_gaps_between_drops_are_uniform(G_GNUC_UNUSED void **state)
{
    double z[ICS_STAT_SEEDS];
    score_uniformity(1.0 / 20, z);
    assert_true(ics_stat_pass_or_explain("gaps between early drops", z, ICS_STAT_SEEDS));
    score_uniformity(1.02 / 20, z);
    assert_false(ics_stat_pass(z, ICS_STAT_SEEDS));
    score_uniformity(0.98 / 20, z);
    assert_false(ics_stat_pass(z, ICS_STAT_SEEDS));
}

/* One z-score for each seed: of the mean gap. */
static void score_mean_gap(int64_t queue, double asked, double expected, double *z)
{
    double cells[64];
    double mean = gap_distribution(expected, cells, 64);
    double square = 0;
    for (size_t k = 1; k < 64; k++) {
        square += (double)(k * k) * cells[k];
    }
    for (uint64_t seed = 1; seed <= ICS_STAT_SEEDS; seed++) {
        GapSample sample = {.probability = asked, .queue = queue, .gaps = 30000};
        measure_gaps(seed, &sample);
        z[seed - 1] = ics_stat_z_mean(sample.mean, sample.gaps, mean, sqrt(square - mean * mean));
    }
}

static void the_drop_rate_follows_the_curve(G_GNUC_UNUSED void **state)
{
    /* max_p is 0.3: p_b at queues of 6, 10 and 14 packets. */
    static const struct {
        int64_t queue;
        double probability;
    } points[] = {{6, 0.03}, {10, 0.15}, {14, 0.27}};
    double z[ICS_STAT_SEEDS];
    for (size_t i = 0; i < G_N_ELEMENTS(points); i++) {
        double p = points[i].probability;
        score_mean_gap(points[i].queue, p, p, z);
        assert_true(ics_stat_pass_or_explain("mean gap", z, ICS_STAT_SEEDS));
        score_mean_gap(points[i].queue, p * 1.02, p, z);
        assert_false(ics_stat_pass(z, ICS_STAT_SEEDS));
    }
}

#define QUEUE_TEST(name)                                                                           \
    cmocka_unit_test_setup_teardown(name, ics_queue_fixture_setup, ics_queue_fixture_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_average_is_an_exponentially_weighted_one),
        cmocka_unit_test(the_average_follows_the_formula_over_a_long_run),
        cmocka_unit_test(the_largest_queue_does_not_overflow_the_average),
        cmocka_unit_test(an_idle_time_counts_as_arrivals_at_an_empty_queue),
        cmocka_unit_test(a_long_idle_time_decays_by_the_power),
        cmocka_unit_test(the_probability_rises_in_a_line_from_min_to_max),
        cmocka_unit_test(the_gentle_probability_rises_on_to_twice_max),
        cmocka_unit_test(the_probability_never_falls_as_the_average_grows),
        cmocka_unit_test(the_spread_probability_grows_with_the_count),
        QUEUE_TEST(below_min_nothing_is_dropped_and_nothing_drawn),
        QUEUE_TEST(from_max_on_everything_is_dropped_without_a_draw),
        QUEUE_TEST(the_gentle_option_lets_packets_in_up_to_twice_max),
        QUEUE_TEST(a_burst_below_the_average_fills_the_queue_to_its_limit),
        QUEUE_TEST(the_average_decays_by_what_the_link_could_have_sent),
        QUEUE_TEST(a_part_of_a_packet_time_does_not_count),
        QUEUE_TEST(an_idle_time_is_counted_once),
        QUEUE_TEST(asking_an_idle_queue_again_does_not_restart_its_idle_time),
        QUEUE_TEST(an_empty_queue_before_a_busy_transmitter_is_not_idle),
        QUEUE_TEST(an_infinite_rate_forgets_at_once),
        QUEUE_TEST(the_longest_idle_time_does_not_overflow),
        QUEUE_TEST(refused_arrivals_at_an_idle_queue_go_on_wearing_the_average_down),
        QUEUE_TEST(the_random_source_is_asked_step_by_step),
        QUEUE_TEST(a_driver_may_decide_instead),
        QUEUE_TEST(contradictions_are_refused),
        QUEUE_TEST(the_defaults_are_floyds),
        cmocka_unit_test(the_gaps_between_drops_are_uniform),
        cmocka_unit_test(the_drop_rate_follows_the_curve),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
