#include <cmocka.h>
#include <glib.h>
#include <string.h>

#include "base/nearest.h"

static void edits_are_counted_in_halves(void **state)
{
    (void)state;
    const struct {
        const char *a;
        const char *b;
        size_t halves;
    } rows[] = {
        {"", "", 0},       {"abc", "abc", 0},        {"", "abc", 6},      {"abc", "", 6},
        {"abc", "ab", 2},  {"abc", "abxc", 2},       {"abc", "axc", 2},   {"abc", "acb", 2},
        {"abc", "bca", 4}, {"kitten", "sitting", 6}, {"abc", "ABC", 3},   {"Mbit", "mbit", 1},
        {"ca", "abc", 6},  {"delay", "dealy", 2},    {"aaaa", "bbbb", 8}, {"ab", "ba", 2},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        assert_int_equal(ics_edit_distance_halves(rows[i].a, rows[i].b), rows[i].halves);
        assert_int_equal(ics_edit_distance_halves(rows[i].b, rows[i].a), rows[i].halves);
    }
}

static void the_longest_words_are_compared_and_longer_ones_are_far(void **state)
{
    (void)state;
    g_autofree char *longest = g_strnfill(64, 'a');
    g_autofree char *other = g_strnfill(64, 'b');
    g_autofree char *too_long = g_strnfill(65, 'a');

    assert_int_equal(ics_edit_distance_halves(longest, other), 128);
    assert_int_equal(ics_edit_distance_halves(longest, too_long), G_MAXSIZE);
    assert_int_equal(ics_edit_distance_halves(too_long, too_long), 0);
}

static void a_slip_finds_the_name(void **state)
{
    (void)state;
    const char *const names[] = {"loss",    "duplicate", "reorder", "delay",
                                 "corrupt", "truncate",  NULL};
    const struct {
        const char *word;
        const char *name;
    } rows[] = {
        {"los", "loss"},
        {"lsos", "loss"},
        {"Loss", "loss"},
        {"LOSS", "loss"},
        {"dupilcate", "duplicate"},
        {"duplication", "duplicate"},
        {"dealy", "delay"},
        {"delays", "delay"},
        {"corruption", "corrupt"},
        {"zebra", NULL},
        {"", NULL},
        {"x", NULL},
        {"la", NULL},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        const char *nearest = ics_nearest(rows[i].word, names);
        if (rows[i].name) {
            assert_non_null(nearest);
            assert_string_equal(nearest, rows[i].name);
        } else {
            assert_null(nearest);
        }
    }
}

static void the_nearer_name_wins_and_the_first_of_equals(void **state)
{
    (void)state;
    const char *const names[] = {"port", "ports", "part", NULL};

    assert_string_equal(ics_nearest("portss", names), "ports");
    assert_string_equal(ics_nearest("pxrt", names), "port");
    assert_string_equal(ics_nearest("part", names), "part");
}

static void one_letter_is_not_mistaken_for_another(void **state)
{
    (void)state;
    const char *const names[] = {"p", "r", NULL};

    assert_null(ics_nearest("q", names));
    assert_string_equal(ics_nearest("R", names), "r");
}

static void nothing_is_near_among_no_candidates(void **state)
{
    (void)state;
    const char *const names[] = {NULL};

    assert_null(ics_nearest("loss", names));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(edits_are_counted_in_halves),
        cmocka_unit_test(the_longest_words_are_compared_and_longer_ones_are_far),
        cmocka_unit_test(a_slip_finds_the_name),
        cmocka_unit_test(the_nearer_name_wins_and_the_first_of_equals),
        cmocka_unit_test(one_letter_is_not_mistaken_for_another),
        cmocka_unit_test(nothing_is_near_among_no_candidates),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
