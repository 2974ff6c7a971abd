/* What all fault elements have in common. */
#include <cmocka.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include "base/error.h"
#include "tests/support/fault_harness.h"

static const IcsLossConfig half = {.probability = ICS_PROBABILITY_ONE / 2, .has_probability = true};
static const IcsLossConfig always = {.probability = ICS_PROBABILITY_ONE, .has_probability = true};

static void classes_are_found_by_name(void **state)
{
    (void)state;
    for (const IcsFaultClass *const *klass = ics_fault_classes; *klass != NULL; klass++) {
        assert_ptr_equal(ics_fault_class_by_name((*klass)->name), *klass);
    }
    assert_null(ics_fault_class_by_name("Loss"));
    assert_null(ics_fault_class_by_name(""));
}

static void classes_are_sorted_and_described(void **state)
{
    (void)state;
    const char *before = "";
    for (const IcsFaultClass *const *klass = ics_fault_classes; *klass != NULL; klass++) {
        assert_true(strcmp(before, (*klass)->name) < 0);
        before = (*klass)->name;
        assert_true(strlen((*klass)->doc) > 0);
        assert_non_null((*klass)->decide);
        assert_true(!(*klass)->clocked || (*klass)->sequential);
    }
}

/* A table whose fallbacks do not parse would abort. */
static void every_table_of_parameters_has_sound_fallbacks(void **state)
{
    (void)state;
    for (const IcsFaultClass *const *klass = ics_fault_classes; *klass != NULL; klass++) {
        g_autofree gpointer config = g_malloc0((*klass)->config_bytes);
        ics_parameters_defaults((*klass)->parameters, config);
        ics_parameters_clear((*klass)->parameters, config);
    }
}

static void stages_have_names(void **state)
{
    (void)state;
    assert_string_equal(ics_fault_stage_name(ICS_FAULT_STAGE_DUPLICATE), "duplicate");
    assert_string_equal(ics_fault_stage_name(ICS_FAULT_STAGE_RECEIVE_OMISSION), "receive-omission");
    assert_true(ics_fault_stage_is_host(ICS_FAULT_STAGE_SEND_OMISSION));
    assert_false(ics_fault_stage_is_host(ICS_FAULT_STAGE_LOSS));
}

static void an_unnamed_element_is_named_by_kind_and_occurrence(void **state)
{
    IcsFaultHarness *harness = *state;
    harness->settings.occurrence = 2;
    harness->settings.pointer = "/links/0/faults/2";
    ics_fault_harness_make(harness, &ics_loss_class, &half);
    const IcsChoicePoint *point = &harness->fault->point;
    assert_string_equal(point->element, "loss#2");
    assert_string_equal(point->kind, "loss");
    assert_string_equal(point->place, "wire client->server");
    assert_string_equal(point->pointer, "/links/0/faults/2");
    assert_int_equal(point->site.key,
                     ics_draw_site_unnamed(1, "wire client->server", "loss", 2).key);
}

static void a_named_element_keeps_its_draws_whatever_its_occurrence(void **state)
{
    IcsFaultHarness *harness = *state;
    harness->settings.name = "noise";
    ics_fault_harness_make(harness, &ics_loss_class, &half);
    uint64_t key = harness->fault->point.site.key;
    assert_string_equal(harness->fault->point.element, "noise");
    harness->settings.occurrence = 5;
    ics_fault_harness_make(harness, &ics_loss_class, &half);
    assert_int_equal(harness->fault->point.site.key, key);
    assert_int_equal(key, ics_draw_site(1, "wire client->server", "noise").key);
}

static void an_element_that_is_off_is_not_asked(void **state)
{
    IcsFaultHarness *harness = *state;
    harness->scope = &(IcsFaultScopeConfig){.every = 2};
    ics_fault_harness_make(harness, &ics_loss_class, &always);
    harness->fault->on = false;
    assert_false(ics_fault_harness_next(harness, 0).lost);
    assert_int_equal(harness->fault->scope.matched, 0);
    harness->fault->on = true;
    assert_false(ics_fault_harness_next(harness, 0).lost);
    assert_true(ics_fault_harness_next(harness, 0).lost);
    assert_int_equal(harness->fault->asked, 1);
    assert_int_equal(harness->fault->happened, 1);
}

static void a_clock_is_only_for_chains(void **state)
{
    IcsFaultHarness *harness = *state;
    harness->settings.clock_ns = 1000;
    ics_fault_harness_assert_refused(harness, &ics_loss_class, &half, "loss takes no clock");
    IcsNetemCompatConfig netem = {.loss = 1};
    ics_fault_harness_assert_refused(harness, &ics_netem_compat_class, &netem,
                                     "netem-compat takes no clock");
    harness->settings.clock_ns = -1;
    IcsGilbertElliottConfig chain = {.p = 1, .has_p = true};
    ics_fault_harness_assert_refused(harness, &ics_gilbert_elliott_class, &chain, "longer than 0");
}

static void elements_that_count_packets_are_sequential(void **state)
{
    IcsFaultHarness *harness = *state;
    IcsGilbertElliottConfig chain = {.p = 1, .has_p = true};
    ics_fault_harness_make(harness, &ics_loss_class, &half);
    assert_false(harness->fault->sequential);
    ics_fault_harness_make(harness, &ics_gilbert_elliott_class, &chain);
    assert_true(harness->fault->sequential);
    harness->settings.clock_ns = 1000;
    ics_fault_harness_make(harness, &ics_gilbert_elliott_class, &chain);
    assert_false(harness->fault->sequential);
    harness->scope = &(IcsFaultScopeConfig){.every = 2};
    ics_fault_harness_make(harness, &ics_gilbert_elliott_class, &chain);
    assert_true(harness->fault->sequential);
}

static void a_change_keeps_the_element_and_its_counts(void **state)
{
    IcsFaultHarness *harness = *state;
    harness->scope = &(IcsFaultScopeConfig){.until_ns = 100};
    ics_fault_harness_make(harness, &ics_loss_class, &half);
    ics_fault_harness_next(harness, 0);
    uint64_t key = harness->fault->point.site.key;
    assert_true(ics_fault_change(harness->fault, &always, NULL));
    assert_int_equal(harness->fault->point.site.key, key);
    assert_true(ics_fault_harness_next(harness, 99).lost);
    assert_false(ics_fault_harness_next(harness, 100).lost);
    assert_int_equal(harness->fault->asked, 2);
}

static void a_refused_change_changes_nothing(void **state)
{
    IcsFaultHarness *harness = *state;
    IcsDelayConfig delay = {.time_ns = 7}, nonsense = {0};
    ics_fault_harness_make(harness, &ics_delay_class, &delay);
    g_autoptr(GError) error = NULL;
    assert_false(ics_fault_change(harness->fault, &nonsense, &error));
    assert_true(g_error_matches(error, ICS_ERROR, ICS_ERROR_INPUT));
    assert_int_equal(ics_fault_harness_next(harness, 0).delay_ns, 7);
}

static void a_change_frees_what_it_replaces(void **state)
{
    IcsFaultHarness *harness = *state;
    IcsDelayConfig config = {.jitter_ns = 1000};
    ics_fault_harness_make(harness, &ics_delay_class, &config);
    for (int i = 0; i < 3; i++) {
        assert_true(ics_fault_change(harness->fault, &config, NULL));
    }
    assert_in_range(ics_fault_harness_next(harness, 0).delay_ns, 0, 1000);
}

static void a_config_tells_where_it_names_a_file(void **state)
{
    (void)state;
    IcsDelayConfig delay = {.table = (char *)"measured.dist"};
    char **file = ics_fault_config_file(&ics_delay_class, &delay);
    assert_non_null(file);
    assert_ptr_equal(file, &delay.table);
    delay.table = NULL;
    assert_null(ics_fault_config_file(&ics_delay_class, &delay));
    IcsLossConfig loss = {0};
    assert_null(ics_fault_config_file(&ics_loss_class, &loss));
}

/* Every kind, so that something could happen to each packet. */
static IcsFault *eager(IcsFaultHarness *harness, const IcsFaultClass *klass)
{
    if (klass == &ics_gilbert_elliott_class) {
        IcsGilbertElliottConfig config = {.p = ICS_PROBABILITY_ONE, .has_p = true};
        return ics_fault_harness_new_fault(harness, klass, &config);
    }
    if (klass == &ics_loss_4state_class) {
        IcsLoss4stateConfig config = {.p13 = ICS_PROBABILITY_ONE};
        return ics_fault_harness_new_fault(harness, klass, &config);
    }
    if (klass == &ics_delay_class) {
        IcsDelayConfig config = {.time_ns = 10, .jitter_ns = 5};
        return ics_fault_harness_new_fault(harness, klass, &config);
    }
    if (klass == &ics_netem_compat_class) {
        IcsNetemCompatConfig config = {.jitter_ns = 5,
                                       .loss = ICS_PROBABILITY_ONE / 2,
                                       .duplicate = ICS_PROBABILITY_ONE / 2,
                                       .corrupt = ICS_PROBABILITY_ONE,
                                       .gap = 1};
        return ics_fault_harness_new_fault(harness, klass, &config);
    }
    g_autofree gpointer config = g_malloc0(klass->config_bytes);
    ics_parameters_defaults(klass->parameters, config);
    harness->scope = &(IcsFaultScopeConfig){.every = 1};
    return ics_fault_harness_new_fault(harness, klass, config);
}

static bool anything_happened(const IcsPassage *passage)
{
    return passage->copies > 0 || passage->lost || passage->bits_flipped > 0 ||
           passage->bytes_cut > 0 || passage->skips_delay || passage->displacement > 0 ||
           passage->delay_ns > 0;
}

static uint64_t count_happenings(IcsFaultHarness *harness, IcsFault *fault)
{
    uint64_t happened = 0;
    for (int i = 0; i < 50; i++) {
        IcsPacket *packet = ics_fault_harness_packet(harness, 60);
        IcsPassage passage = ics_fault_harness_ask_fault(harness, fault, packet, i);
        happened += anything_happened(&passage);
        assert_int_equal(packet->damaged, passage.bits_flipped + passage.bytes_cut > 0);
        ics_packet_free(packet);
    }
    return happened;
}

static void outcome_0_means_that_nothing_happens(void **state)
{
    IcsFaultHarness *harness = *state;
    for (const IcsFaultClass *const *klass = ics_fault_classes; *klass != NULL; klass++) {
        IcsFault *fault = eager(harness, *klass);
        ics_fault_harness_force(harness, 0);
        assert_int_equal(count_happenings(harness, fault), 0);
        assert_int_equal(fault->happened, 0);
        harness->chooser.driver = NULL;
        assert_true(count_happenings(harness, fault) > 0);
        ics_fault_free(fault);
    }
}

/* A ledger may have been edited by hand, or may come from longer packets. */
static void an_outcome_that_is_out_of_range_does_no_harm(void **state)
{
    IcsFaultHarness *harness = *state;
    const int64_t outcomes[] = {INT64_MIN, -1, 1, 481, INT64_MAX};
    for (const IcsFaultClass *const *klass = ics_fault_classes; *klass != NULL; klass++) {
        IcsFault *fault = eager(harness, *klass);
        for (size_t i = 0; i < G_N_ELEMENTS(outcomes); i++) {
            ics_fault_harness_force(harness, outcomes[i]);
            assert_true(count_happenings(harness, fault) <= 50);
        }
        harness->chooser.driver = NULL;
        ics_fault_free(fault);
    }
}

static void the_counts_agree_with_what_happened(void **state)
{
    IcsFaultHarness *harness = *state;
    for (const IcsFaultClass *const *klass = ics_fault_classes; *klass != NULL; klass++) {
        IcsFault *fault = eager(harness, *klass);
        uint64_t happened = count_happenings(harness, fault);
        assert_int_equal(fault->asked, 50);
        assert_int_equal(fault->happened, happened);
        ics_fault_free(fault);
    }
}

#define TEST(name)                                                                                 \
    cmocka_unit_test_setup_teardown(name, ics_fault_harness_setup, ics_fault_harness_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(classes_are_found_by_name),
        TEST(classes_are_sorted_and_described),
        TEST(every_table_of_parameters_has_sound_fallbacks),
        TEST(stages_have_names),
        TEST(an_unnamed_element_is_named_by_kind_and_occurrence),
        TEST(a_named_element_keeps_its_draws_whatever_its_occurrence),
        TEST(an_element_that_is_off_is_not_asked),
        TEST(a_clock_is_only_for_chains),
        TEST(elements_that_count_packets_are_sequential),
        TEST(a_change_keeps_the_element_and_its_counts),
        TEST(a_refused_change_changes_nothing),
        TEST(a_change_frees_what_it_replaces),
        TEST(a_config_tells_where_it_names_a_file),
        TEST(outcome_0_means_that_nothing_happens),
        TEST(an_outcome_that_is_out_of_range_does_no_harm),
        TEST(the_counts_agree_with_what_happened),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
