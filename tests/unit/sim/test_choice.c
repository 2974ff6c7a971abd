#include <cmocka.h>
#include <glib.h>

#include "sim/choice_recorder.h"

/* A choice point of a loss element, and the fate of the packet that is decided on. */
typedef struct {
    IcsChoicePoint point;
    IcsFate fate;
    IcsProbability probability;
    int asked; /* how often the random source was */
} Loss;

static Loss make_loss(uint64_t seed)
{
    return (Loss){
        .point = {.site = ics_draw_site(seed, "wire a->b", "loss#0"),
                  .place = "wire a->b",
                  .element = "loss#0",
                  .kind = "loss"},
        .probability = ICS_PROBABILITY_ONE / 4,
    };
}

static int64_t draw_loss(const IcsChoice *choice, gconstpointer element)
{
    Loss *loss = (Loss *)element;
    loss->asked++;
    uint64_t u64 = ics_draw_u64(&choice->point->site, choice->fate, choice->draw);
    return ics_draw_happens(u64, loss->probability);
}

static int64_t ask(Loss *loss, const IcsChooser *chooser, uint64_t ordinal)
{
    loss->fate.ordinal = ordinal;
    IcsChoice choice = {
        .point = &loss->point, .fate = &loss->fate, .step = ordinal, .at_ns = 10, .draw = 2};
    return ics_choose(chooser, &choice, draw_loss, loss);
}

static void without_a_driver_the_random_source_decides(G_GNUC_UNUSED void **state)
{
    IcsChooser chooser = {0};
    Loss loss = make_loss(1);
    for (uint64_t i = 0; i < 1000; i++) {
        IcsFate fate = {.ordinal = i};
        bool expected =
            ics_draw_happens(ics_draw_u64(&loss.point.site, &fate, 2), loss.probability);
        assert_int_equal(ask(&loss, &chooser, i), expected);
    }
    assert_int_equal(loss.asked, 1000);
}

/* SEMANTICS "Fates": a draw is a function of its name alone. */
static void the_random_source_gives_the_same_answer_in_any_order(G_GNUC_UNUSED void **state)
{
    IcsChooser chooser = {0};
    Loss forward = make_loss(1);
    Loss backward = make_loss(1);
    int64_t outcomes[200];
    for (uint64_t i = 0; i < 200; i++) {
        outcomes[i] = ask(&forward, &chooser, i);
    }
    for (uint64_t i = 200; i-- > 0;) {
        assert_int_equal(ask(&backward, &chooser, i), outcomes[i]);
        assert_int_equal(ask(&backward, &chooser, i), outcomes[i]);
    }
}

static void another_seed_decides_otherwise(G_GNUC_UNUSED void **state)
{
    IcsChooser chooser = {0};
    Loss one = make_loss(1);
    Loss two = make_loss(2);
    int differences = 0;
    for (uint64_t i = 0; i < 1000; i++) {
        differences += ask(&one, &chooser, i) != ask(&two, &chooser, i);
    }
    /* 3/8 of all, if they are independent. */
    assert_in_range(differences, 300, 450);
}

static void a_recorder_chooses_what_the_random_source_does(G_GNUC_UNUSED void **state)
{
    IcsChooser plain = {0};
    IcsChoiceRecorder *recorder = ics_choice_recorder_new(false);
    IcsChooser recording = {.driver = &recorder->driver};
    Loss loss = make_loss(1);
    for (uint64_t i = 0; i < 1000; i++) {
        assert_int_equal(ask(&loss, &recording, i), ask(&loss, &plain, i));
    }
    ics_choice_recorder_free(recorder);
}

static void a_recorder_keeps_what_happened(G_GNUC_UNUSED void **state)
{
    IcsChoiceRecorder *recorder = ics_choice_recorder_new(false);
    IcsChooser chooser = {.driver = &recorder->driver};
    Loss loss = make_loss(1);
    loss.fate.flow = 99;
    loss.fate.klass = ICS_FATE_REPEAT;
    guint kept = 0;
    for (uint64_t i = 0; i < 100; i++) {
        int64_t outcome = ask(&loss, &chooser, i);
        if (outcome == 0) {
            continue;
        }
        const IcsRecordedChoice *choice =
            &g_array_index(recorder->choices, IcsRecordedChoice, kept);
        kept++;
        assert_int_equal(recorder->choices->len, kept);
        assert_ptr_equal(choice->point, &loss.point);
        assert_int_equal(choice->fate.ordinal, i);
        assert_int_equal(choice->fate.flow, 99);
        assert_int_equal(choice->fate.klass, ICS_FATE_REPEAT);
        assert_int_equal(choice->step, i);
        assert_int_equal(choice->at_ns, 10);
        assert_int_equal(choice->draw, 2);
        assert_int_equal(choice->outcome, outcome);
    }
    assert_true(kept > 0 && kept < 100);
    assert_int_equal(recorder->choices->len, kept);
    ics_choice_recorder_free(recorder);
}

static void a_recorder_may_keep_also_what_did_not_happen(G_GNUC_UNUSED void **state)
{
    IcsChoiceRecorder *recorder = ics_choice_recorder_new(true);
    IcsChooser chooser = {.driver = &recorder->driver};
    Loss loss = make_loss(1);
    int64_t outcomes[100];
    for (uint64_t i = 0; i < 100; i++) {
        outcomes[i] = ask(&loss, &chooser, i);
    }
    assert_int_equal(recorder->choices->len, 100);
    for (guint i = 0; i < 100; i++) {
        const IcsRecordedChoice *choice = &g_array_index(recorder->choices, IcsRecordedChoice, i);
        assert_int_equal(choice->outcome, outcomes[i]);
        assert_int_equal(choice->fate.ordinal, i);
    }
    ics_choice_recorder_free(recorder);
}

static int64_t choose_seven(G_GNUC_UNUSED IcsChoiceDriver *self, const IcsChoice *choice,
                            G_GNUC_UNUSED IcsChoiceDraw draw, G_GNUC_UNUSED gconstpointer element)
{
    assert_string_equal(choice->point->kind, "loss");
    return 7;
}

static void a_driver_need_not_ask_the_random_source(G_GNUC_UNUSED void **state)
{
    IcsChoiceDriver driver = {.choose = choose_seven};
    IcsChooser chooser = {.driver = &driver};
    Loss loss = make_loss(1);
    assert_int_equal(ask(&loss, &chooser, 0), 7);
    assert_int_equal(loss.asked, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_a_driver_the_random_source_decides),
        cmocka_unit_test(the_random_source_gives_the_same_answer_in_any_order),
        cmocka_unit_test(another_seed_decides_otherwise),
        cmocka_unit_test(a_recorder_chooses_what_the_random_source_does),
        cmocka_unit_test(a_recorder_keeps_what_happened),
        cmocka_unit_test(a_recorder_may_keep_also_what_did_not_happen),
        cmocka_unit_test(a_driver_need_not_ask_the_random_source),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
