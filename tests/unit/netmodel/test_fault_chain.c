/* The elements of one place together: their order, what fits, and the law of fates. */
#include <cmocka.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include "base/error.h"
#include "tests/support/fault_harness.h"

#define N 2000

typedef struct Fixture {
    IcsFaultHarness *harness;
    IcsFault *chain;
} Fixture;

static int setup(void **state)
{
    Fixture *fixture = g_new0(Fixture, 1);
    fixture->harness = ics_fault_harness_new();
    *state = fixture;
    return 0;
}

static int teardown(void **state)
{
    Fixture *fixture = *state;
    ics_fault_chain_free(&fixture->chain);
    ics_fault_harness_free(fixture->harness);
    g_free(fixture);
    return 0;
}

static IcsFault *add(Fixture *fixture, const IcsFaultClass *klass, gconstpointer config)
{
    IcsFault *fault = ics_fault_harness_new_fault(fixture->harness, klass, config);
    ics_fault_chain_add(&fixture->chain, fault);
    return fault;
}

static const IcsLossConfig half = {.probability = ICS_PROBABILITY_ONE / 2, .has_probability = true};
static const IcsDuplicateConfig copies = {
    .probability = ICS_PROBABILITY_ONE / 2, .has_probability = true, .copies = 15};
static const IcsDelayConfig jitter = {.time_ns = 1000, .jitter_ns = 500};
static const IcsReorderConfig skip = {.probability = ICS_PROBABILITY_ONE / 2,
                                      .has_probability = true};
static const IcsCorruptConfig corrupt = {
    .probability = ICS_PROBABILITY_ONE / 2, .has_probability = true, .bits = 3};
static const IcsGilbertElliottConfig bursts = {
    .p = ICS_PROBABILITY_ONE / 8, .r = ICS_PROBABILITY_ONE / 4, .has_p = true, .has_r = true};
static const IcsNetemCompatConfig netem = {.loss = ICS_PROBABILITY_ONE / 2};

static void elements_act_by_stage_then_in_the_order_of_the_file(void **state)
{
    Fixture *fixture = *state;
    IcsFault *delay = add(fixture, &ics_delay_class, &jitter);
    IcsFault *first_loss = add(fixture, &ics_loss_class, &half);
    IcsFault *damage = add(fixture, &ics_corrupt_class, &corrupt);
    IcsFault *second_loss = add(fixture, &ics_gilbert_elliott_class, &bursts);
    IcsFault *duplicate = add(fixture, &ics_duplicate_class, &copies);
    const IcsFault *const expected[] = {duplicate, first_loss, second_loss, damage, delay};
    const IcsFault *fault = fixture->chain;
    for (size_t i = 0; i < G_N_ELEMENTS(expected); i++, fault = fault->next) {
        assert_ptr_equal(fault, expected[i]);
    }
    assert_null(fault);
    assert_true(ics_fault_chain_check(fixture->chain, NULL, NULL));
}

static void assert_misfit(Fixture *fixture, const IcsFault *expected, const char *words)
{
    const IcsFault *culprit = NULL;
    g_autoptr(GError) error = NULL;
    assert_false(ics_fault_chain_check(fixture->chain, &culprit, &error));
    assert_ptr_equal(culprit, expected);
    assert_true(g_error_matches(error, ICS_ERROR, ICS_ERROR_INPUT));
    if (strstr(error->message, words) == NULL) {
        fail_msg("\"%s\" does not say \"%s\"", error->message, words);
    }
}

static void an_empty_chain_fits(void **state)
{
    Fixture *fixture = *state;
    assert_true(ics_fault_chain_check(fixture->chain, NULL, NULL));
}

static void netem_compat_stands_alone(void **state)
{
    Fixture *fixture = *state;
    IcsFault *whole = add(fixture, &ics_netem_compat_class, &netem);
    assert_true(ics_fault_chain_check(fixture->chain, NULL, NULL));
    add(fixture, &ics_loss_class, &half);
    assert_misfit(fixture, whole, "no other fault");
}

static void netem_compat_does_not_follow_a_duplicate(void **state)
{
    Fixture *fixture = *state;
    add(fixture, &ics_duplicate_class, &copies);
    IcsFault *whole = add(fixture, &ics_netem_compat_class, &netem);
    assert_misfit(fixture, whole, "no other fault");
}

static void skipping_the_delay_needs_one(void **state)
{
    Fixture *fixture = *state;
    IcsFault *reorder = add(fixture, &ics_reorder_class, &skip);
    assert_misfit(fixture, reorder, "has none");
    add(fixture, &ics_delay_class, &jitter);
    assert_true(ics_fault_chain_check(fixture->chain, NULL, NULL));
}

static void displacement_needs_no_delay(void **state)
{
    Fixture *fixture = *state;
    IcsReorderConfig config = {
        .probability = ICS_PROBABILITY_ONE, .has_probability = true, .displacement = 2};
    add(fixture, &ics_reorder_class, &config);
    assert_true(ics_fault_chain_check(fixture->chain, NULL, NULL));
}

/* 16 * 16 - 1 = 255. */
static void copies_of_copies_are_limited(void **state)
{
    Fixture *fixture = *state;
    add(fixture, &ics_duplicate_class, &copies);
    add(fixture, &ics_duplicate_class, &copies);
    assert_true(ics_fault_chain_check(fixture->chain, NULL, NULL));
    IcsFault *third = add(fixture, &ics_duplicate_class, &copies);
    assert_misfit(fixture, third, "over 255 copies");
}

/* ---- the law of fates ---- */

/* What the elements of a chain decide about one packet. */
static IcsPassage decide(Fixture *fixture, uint64_t ordinal)
{
    IcsPacket *packet = ics_fault_harness_packet(fixture->harness, 60);
    packet->fate.ordinal = ordinal;
    IcsPassage passage = {.packet = packet, .chooser = &fixture->harness->chooser};
    for (IcsFault *fault = fixture->chain; fault != NULL; fault = fault->next) {
        ics_fault_ask(fault, &passage);
    }
    ics_packet_free(packet);
    passage.packet = NULL;
    return passage;
}

static void assert_same(const IcsPassage *a, const IcsPassage *b)
{
    assert_int_equal(a->copies, b->copies);
    assert_int_equal(a->lost, b->lost);
    assert_int_equal(a->bits_flipped, b->bits_flipped);
    assert_int_equal(a->delay_ns, b->delay_ns);
}

static void add_independent(Fixture *fixture)
{
    add(fixture, &ics_duplicate_class, &copies);
    add(fixture, &ics_loss_class, &half);
    add(fixture, &ics_corrupt_class, &corrupt);
    add(fixture, &ics_delay_class, &jitter);
}

static void independent_decisions_do_not_depend_on_the_order_of_packets(void **state)
{
    Fixture *fixture = *state;
    add_independent(fixture);
    g_autofree IcsPassage *forwards = g_new0(IcsPassage, N);
    for (uint64_t i = 0; i < N; i++) {
        forwards[i] = decide(fixture, i);
    }
    for (uint64_t i = N; i-- > 0;) {
        IcsPassage again = decide(fixture, i);
        assert_same(&again, &forwards[i]);
    }
}

static void another_element_moves_no_independent_decision(void **state)
{
    Fixture *fixture = *state;
    add_independent(fixture);
    g_autofree IcsPassage *alone = g_new0(IcsPassage, N);
    for (uint64_t i = 0; i < N; i++) {
        alone[i] = decide(fixture, i);
    }
    IcsOmissionConfig omission = {.has_probability = true};
    IcsTruncateConfig truncate = {.has_probability = true, .to_bytes = 20};
    add(fixture, &ics_receive_omission_class, &omission);
    add(fixture, &ics_truncate_class, &truncate);
    add(fixture, &ics_gilbert_elliott_class, &(IcsGilbertElliottConfig){.has_p = true});
    for (uint64_t i = 0; i < N; i++) {
        IcsPassage together = decide(fixture, i);
        assert_same(&together, &alone[i]);
    }
}

static void sequential_elements_advance_only_by_packets_that_reach_them(void **state)
{
    Fixture *fixture = *state;
    IcsFaultHarness *harness = fixture->harness;
    ics_fault_harness_make(harness, &ics_gilbert_elliott_class, &bursts);
    g_autofree bool *expected = ics_fault_harness_losses(harness, N, 0);
    harness->scope = &(IcsFaultScopeConfig){.from_ns = 100};
    ics_fault_harness_make(harness, &ics_gilbert_elliott_class, &bursts);
    for (uint64_t i = 0; i < N; i++) {
        harness->fault->on = false;
        ics_fault_harness_next(harness, 100);
        harness->fault->on = true;
        ics_fault_harness_next(harness, 99);
        assert_int_equal(ics_fault_harness_next(harness, 100).lost, expected[i]);
    }
    assert_int_equal(harness->fault->step, N);
}

static void equal_elements_at_one_place_decide_apart(void **state)
{
    Fixture *fixture = *state;
    IcsFaultHarness *harness = fixture->harness;
    ics_fault_harness_make(harness, &ics_loss_class, &half);
    g_autofree bool *first = ics_fault_harness_losses(harness, N, 0);
    harness->settings.occurrence = 1;
    ics_fault_harness_make(harness, &ics_loss_class, &half);
    g_autofree bool *second = ics_fault_harness_losses(harness, N, 0);
    harness->settings.occurrence = 0;
    harness->settings.seed = 2;
    ics_fault_harness_make(harness, &ics_loss_class, &half);
    g_autofree bool *reseeded = ics_fault_harness_losses(harness, N, 0);
    uint64_t differ_by_occurrence = 0, differ_by_seed = 0;
    for (size_t i = 0; i < N; i++) {
        differ_by_occurrence += first[i] != second[i];
        differ_by_seed += first[i] != reseeded[i];
    }
    /* 4.5 sigma around a half. */
    assert_in_range(differ_by_occurrence, 900, 1100);
    assert_in_range(differ_by_seed, 900, 1100);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(elements_act_by_stage_then_in_the_order_of_the_file),
        TEST(an_empty_chain_fits),
        TEST(netem_compat_stands_alone),
        TEST(netem_compat_does_not_follow_a_duplicate),
        TEST(skipping_the_delay_needs_one),
        TEST(displacement_needs_no_delay),
        TEST(copies_of_copies_are_limited),
        TEST(independent_decisions_do_not_depend_on_the_order_of_packets),
        TEST(another_element_moves_no_independent_decision),
        TEST(sequential_elements_advance_only_by_packets_that_reach_them),
        TEST(equal_elements_at_one_place_decide_apart),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
