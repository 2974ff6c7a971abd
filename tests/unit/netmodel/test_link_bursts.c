/* Burst losses on a real link: the rates of the chains, and the lengths of their bursts. */
#include <cmocka.h>
#include <string.h>

#include "tests/support/link_journey.h"

static IcsProbability of(uint64_t n, uint64_t d)
{
    return ics_probability_from_ratio(n, d);
}

static IcsLossConfig loss_of(uint64_t per_1000)
{
    return (IcsLossConfig){.probability = of(per_1000, 1000), .has_probability = true};
}

/* Each packet of a burst is its last with probability 1 - p. */
static double measure_loss_runs(const IcsJourney *journey)
{
    double probabilities[ICS_FAULT_HARNESS_RUN_CELLS];
    ics_fault_harness_geometric(0.5, probabilities);
    return ics_journey_bursts_z(journey, probabilities);
}

static void bursts_of_independent_losses_are_geometric(void **state)
{
    (void)state;
    IcsLossConfig right = loss_of(500), low = loss_of(490), high = loss_of(510);
    ics_journey_assert_element("bursts of losses", measure_loss_runs, &ics_loss_class, &right, &low,
                               &high);
}

/* ---- chains ---- */

#define MOST_STATES 4

/* A Markov chain that moves with each packet, and the loss in each of its states. */
typedef struct Chain {
    size_t n;
    double move[MOST_STATES][MOST_STATES];
    double loss[MOST_STATES];
} Chain;

static void chain_step(const Chain *chain, double at[MOST_STATES])
{
    double next[MOST_STATES] = {0};
    for (size_t i = 0; i < chain->n; i++) {
        for (size_t k = 0; k < chain->n; k++) {
            next[k] += at[i] * chain->move[i][k];
        }
    }
    memcpy(at, next, sizeof next);
}

static double chain_loss(const Chain *chain, const double at[MOST_STATES])
{
    double loss = 0;
    for (size_t i = 0; i < chain->n; i++) {
        loss += at[i] * chain->loss[i];
    }
    return loss;
}

/* The z-score of the losses: their rate is the mean over the stationary distribution, and n of them
 * vary by n (rate (1 - rate) + 2 sum over j of (P(loss, and j later loss) - rate^2)). */
static double chain_z(const Chain *chain, const IcsJourney *journey)
{
    double at[MOST_STATES] = {1}, later[MOST_STATES];
    for (int i = 0; i < 10000; i++) {
        chain_step(chain, at);
    }
    double rate = chain_loss(chain, at);
    double variance = rate * (1 - rate);
    for (size_t i = 0; i < MOST_STATES; i++) {
        later[i] = at[i] * chain->loss[i];
    }
    for (int j = 1; j < 1000; j++) {
        chain_step(chain, later);
        variance += 2 * (chain_loss(chain, later) - rate * rate);
    }
    double n = (double)journey->n;
    return ics_stat_z((double)ics_journey_lost(journey), n * rate, n * variance);
}

/* Rate 40 %, mean burst 2: r = 1/2, p = 1/3. */
static double measure_gilbert(const IcsJourney *journey)
{
    const Chain chain = {.n = 2, .move = {{2.0 / 3, 1.0 / 3}, {0.5, 0.5}}, .loss = {0, 1}};
    return chain_z(&chain, journey);
}

static IcsGilbertElliottConfig by_meaning(uint64_t per_1000)
{
    return (IcsGilbertElliottConfig){
        .rate = of(per_1000, 1000), .mean_burst = 2, .has_rate = true, .has_mean_burst = true};
}

static void gilbert_elliott_by_meaning_has_its_rate(void **state)
{
    (void)state;
    IcsGilbertElliottConfig right = by_meaning(400), low = by_meaning(392), high = by_meaning(408);
    ics_journey_assert_element("Gilbert", measure_gilbert, &ics_gilbert_elliott_class, &right, &low,
                               &high);
}

static IcsGilbertElliottConfig by_all_four(uint64_t percent)
{
    return (IcsGilbertElliottConfig){.p = of(1, 5),
                                     .r = of(3, 10),
                                     .one_minus_h = of(4 * percent, 500),
                                     .one_minus_k = of(3 * percent, 1000),
                                     .has_p = true,
                                     .has_r = true,
                                     .has_one_minus_h = true,
                                     .has_one_minus_k = true};
}

static double measure_gilbert_elliott(const IcsJourney *journey)
{
    const Chain chain = {.n = 2, .move = {{0.8, 0.2}, {0.3, 0.7}}, .loss = {0.3, 0.8}};
    return chain_z(&chain, journey);
}

static void gilbert_elliott_by_all_its_parameters_has_its_rate(void **state)
{
    (void)state;
    IcsGilbertElliottConfig right = by_all_four(100), low = by_all_four(98),
                            high = by_all_four(102);
    ics_journey_assert_element("Gilbert-Elliott", measure_gilbert_elliott,
                               &ics_gilbert_elliott_class, &right, &low, &high);
}

static IcsGilbertElliottConfig bursting(uint64_t r_per_1000)
{
    return (IcsGilbertElliottConfig){
        .p = of(1, 2), .r = of(r_per_1000, 1000), .has_p = true, .has_r = true};
}

/* Each packet of a burst is its last with probability r = 1/2. */
static void bursts_of_gilbert_elliott_are_geometric(void **state)
{
    (void)state;
    IcsGilbertElliottConfig right = bursting(500), low = bursting(490), high = bursting(510);
    ics_journey_assert_element("bursts of Gilbert-Elliott", measure_loss_runs,
                               &ics_gilbert_elliott_class, &right, &low, &high);
}

/* Mean burst 1/r = 4 with r = 1/4: variance (1 - r) / r^2. */
static double measure_mean_burst(const IcsJourney *journey)
{
    return ics_journey_mean_burst_z(journey, 4, 12);
}

/* The rate stays at 1/2. */
static void the_mean_burst_is_the_one_stated(void **state)
{
    (void)state;
    IcsGilbertElliottConfig right = {.p = of(1000, 4000), .has_p = true, .has_r = true};
    IcsGilbertElliottConfig low = right, high = right;
    right.r = of(1000, 4000);
    low.r = of(1020, 4000);
    high.r = of(980, 4000);
    ics_journey_assert_element("mean burst", measure_mean_burst, &ics_gilbert_elliott_class, &right,
                               &low, &high);
}

/* Losses in states 3 and 4, which are 2 and 3 here. */
static double measure_4state(const IcsJourney *journey)
{
    const Chain chain = {
        .n = 4,
        .move = {{0.7, 0, 0.2, 0.1}, {0, 0.6, 0.4, 0}, {0.3, 0.2, 0.5, 0}, {1, 0, 0, 0}},
        .loss = {0, 0, 1, 1}};
    return chain_z(&chain, journey);
}

static IcsLoss4stateConfig four_states(uint64_t begins_per_10000, uint64_t ends_per_1000)
{
    return (IcsLoss4stateConfig){.p13 = of(2 * begins_per_10000, 100000),
                                 .p14 = of(begins_per_10000, 100000),
                                 .p31 = of(3 * ends_per_1000, 5000),
                                 .p32 = of(2 * ends_per_1000, 5000),
                                 .p23 = of(2, 5),
                                 .has_p31 = true,
                                 .has_p23 = true};
}

/* The rate is lost / (p31 p23 + p13 p32 + lost) with lost = p13 p23 + p14 p31 p23, which for x
 * times as many beginnings is 0.092 x / (0.12 + 0.132 x): 2 % of it are 4.3 and 4.1 % of x. */
static void loss_4state_has_its_rate(void **state)
{
    (void)state;
    IcsLoss4stateConfig right = four_states(10000, 500);
    IcsLoss4stateConfig low = four_states(9588, 500), high = four_states(10429, 500);
    ics_journey_assert_element("4-state", measure_4state, &ics_loss_4state_class, &right, &low,
                               &high);
}

/* A burst is one loss in state 4, after which state 1 follows, or a stay in state 3, which ends
 * with each packet with probability s = p31 + p32 = 1/2: mean 1/s, mean square (2 - s) / s^2. */
static double measure_4state_bursts(const IcsJourney *journey)
{
    const double s = 0.5, in_burst = (0.12 * 0.2 + 0.04 * 0.4) / (0.12 * 0.3 + 0.04 * 0.4);
    double mean = 1 - in_burst + in_burst / s;
    double square = 1 - in_burst + in_burst * (2 - s) / (s * s);
    return ics_journey_mean_burst_z(journey, mean, square - mean * mean);
}

static void bursts_of_loss_4state_have_the_mean_length_of_the_chain(void **state)
{
    (void)state;
    IcsLoss4stateConfig right = four_states(10000, 500);
    IcsLoss4stateConfig low = four_states(10000, 490), high = four_states(10000, 510);
    ics_journey_assert_element("bursts of 4-state", measure_4state_bursts, &ics_loss_4state_class,
                               &right, &low, &high);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bursts_of_independent_losses_are_geometric),
        cmocka_unit_test(gilbert_elliott_by_meaning_has_its_rate),
        cmocka_unit_test(gilbert_elliott_by_all_its_parameters_has_its_rate),
        cmocka_unit_test(bursts_of_gilbert_elliott_are_geometric),
        cmocka_unit_test(the_mean_burst_is_the_one_stated),
        cmocka_unit_test(loss_4state_has_its_rate),
        cmocka_unit_test(bursts_of_loss_4state_have_the_mean_length_of_the_chain),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
