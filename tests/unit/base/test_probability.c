#include <cmocka.h>
#include <glib.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/error.h"
#include "base/units.h"

static IcsProbability parse(const char *text)
{
    IcsProbability p = 12345;
    GError *error = NULL;

    if (!ics_probability_parse(text, &p, &error)) {
        fail_msg("%s", error->message);
    }
    return p;
}

static void assert_refused(const char *text, const char *message)
{
    IcsProbability p = 12345;
    GError *error = NULL;

    assert_false(ics_probability_parse(text, &p, &error));
    assert_true(g_error_matches(error, ICS_ERROR, ICS_ERROR_INPUT));
    if (!strstr(error->message, message)) {
        fail_msg("\"%s\" lacks \"%s\"", error->message, message);
    }
    assert_int_equal(p, 12345);
    g_error_free(error);
}

static void zero_and_one_are_never_and_always(void **state)
{
    (void)state;
    const char *const zeros[] = {"0", "0%", "0.0", "0e5", "-0", "-0.0", "0.000%", "0 %"};
    const char *const ones[] = {"1", "100%", "1.0", "1e0", "100.000%", "0.01e2", "10e-1", "0100%"};

    for (size_t i = 0; i < G_N_ELEMENTS(zeros); i++) {
        assert_int_equal(parse(zeros[i]), 0);
    }
    for (size_t i = 0; i < G_N_ELEMENTS(ones); i++) {
        assert_true(parse(ones[i]) == ICS_PROBABILITY_ONE);
    }
}

static void powers_of_two_are_exact(void **state)
{
    (void)state;
    assert_true(parse("0.5") == UINT64_C(1) << 62);
    assert_true(parse("50%") == UINT64_C(1) << 62);
    assert_true(parse("25%") == UINT64_C(1) << 61);
    assert_true(parse("0.0009765625") == UINT64_C(1) << 53);
    /* 2^-63 */
    assert_int_equal(parse("0.000000000000000000108420217248550443400745280086994171142578125"), 1);
}

/* round(n * 2^63 / d) by definition: the largest w with (2w - 1) d <= 2^64 n, d odd or no tie. */
static void assert_nearest(uint64_t n, uint64_t d, IcsProbability p)
{
    unsigned __int128 exact = (unsigned __int128)n << 63;
    unsigned __int128 product = (unsigned __int128)p * d;
    unsigned __int128 distance = exact > product ? exact - product : product - exact;

    assert_true(distance * 2 <= d);
    if (distance * 2 == d) {
        assert_int_equal(p % 2, 0);
    }
}

static void decimals_are_rounded_to_the_nearest_threshold(void **state)
{
    (void)state;
    char text[64];

    for (uint64_t n = 0; n <= 10000; n++) {
        g_snprintf(text, sizeof text, "%d.%04d", (int)(n / 10000), (int)(n % 10000));
        assert_nearest(n, 10000, parse(text));
        g_snprintf(text, sizeof text, "%d.%02d%%", (int)(n / 100), (int)(n % 100));
        assert_nearest(n, 10000, parse(text));
        g_snprintf(text, sizeof text, "%de-4", (int)n);
        assert_nearest(n, 10000, parse(text));
    }
}

static void known_thresholds_are_met(void **state)
{
    (void)state;
    /* 2^63 / 10 = 922337203685477580.8; 2^63 / 3 = 3074457345618258602.67. */
    assert_int_equal(parse("10%"), 922337203685477581);
    assert_int_equal(parse("0.1"), 922337203685477581);
    assert_int_equal(parse("0.333333333333333333333333333333333333333333"), 3074457345618258603);
    assert_int_equal(parse("1e-6"), 9223372036855); /* 9223372036854.775808 */
    assert_int_equal(parse("1E-18"), 9);            /* 9.22 */
    assert_int_equal(parse("1e-19"), 1);            /* 0.92 */
    assert_int_equal(parse("1e-20"), 0);            /* 0.09 */
}

static void a_tie_goes_to_the_even_threshold(void **state)
{
    (void)state;
    /* 2^-64 is half of the smallest threshold; 3 * 2^-64 lies between 1 and 2. */
    assert_int_equal(parse("0.0000000000000000000542101086242752217003726400434970855712890625"),
                     0);
    assert_int_equal(parse("0.0000000000000000001626303258728256651011179201304912567138671875"),
                     2);
}

static void a_digit_far_behind_the_tie_decides(void **state)
{
    (void)state;
    assert_int_equal(
        parse("0.00000000000000000005421010862427522170037264004349708557128906250000000001"), 1);
    assert_int_equal(
        parse("0.00000000000000000005421010862427522170037264004349708557128906249999999999"), 0);
}

static void what_is_outside_is_refused(void **state)
{
    (void)state;
    assert_refused("-0.1", "below 0");
    assert_refused("-1%", "below 0");
    assert_refused("1.1", "above 1; is '%' missing?");
    assert_refused("50", "is '%' missing?");
    assert_refused("100.1%", "above 100%");
    assert_refused("1000000000000000000000000000000%", "above 100%");
    assert_refused("1e1000000000000000000000", "above 1");
    assert_refused("1.00000000000000000000000000000000000000000000001", "above 1");
}

static void what_is_no_probability_is_refused(void **state)
{
    (void)state;
    assert_refused("", "decimal number");
    assert_refused("%", "decimal number");
    assert_refused(".5", "decimal number");
    assert_refused("nan", "decimal number");
    assert_refused("10%%", "'%'");
    assert_refused("10  %", "'%'");
    assert_refused("10% ", "'%'");
    assert_refused("1e1%", "'%'");
    assert_refused("0.5x", "'%'");
    assert_refused("1e", "'%'");
}

static void an_enormous_exponent_ends_at_once(void **state)
{
    (void)state;
    assert_int_equal(parse("1e-99999999999999999999999999"), 0);
    assert_int_equal(parse("0e99999999999999999999999999"), 0);
    assert_true(parse("0.00000000000000000001e20") == ICS_PROBABILITY_ONE);
}

static void ratios_are_rounded_to_the_nearest_threshold(void **state)
{
    (void)state;
    const uint64_t denominators[] = {1, 2, 3, 7, 10, 1000, UINT64_C(1) << 62, UINT64_MAX / 3};

    for (size_t i = 0; i < G_N_ELEMENTS(denominators); i++) {
        uint64_t d = denominators[i];
        const uint64_t numerators[] = {0, d / 3, d / 2, d - 1, d};
        for (size_t j = 0; j < G_N_ELEMENTS(numerators); j++) {
            assert_nearest(numerators[j], d, ics_probability_from_ratio(numerators[j], d));
        }
    }
    assert_true(ics_probability_from_ratio(UINT64_MAX, UINT64_MAX) == ICS_PROBABILITY_ONE);
    /* n / 2^64 without its lowest bit: (2^64 - 2) / 2 over 2^63 is exact. */
    assert_true(ics_probability_from_ratio(1, UINT64_C(1) << 63) == 1);
}

static void people_read_the_shortest_percentage(void **state)
{
    (void)state;
    const struct {
        const char *in;
        const char *out;
    } rows[] = {
        {"0", "0 %"},         {"1", "100 %"},      {"0.1", "10 %"},
        {"10.0%", "10 %"},    {"0.5%", "0.5 %"},   {"33.3%", "33.3 %"},
        {"1e-6", "0.0001 %"}, {"99.9%", "99.9 %"}, {"12.345%", "12.345 %"},
        {"0.07", "7 %"},
    };
    char text[ICS_UNITS_TEXT_SIZE];

    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        assert_string_equal(ics_probability_format(parse(rows[i].in), text), rows[i].out);
    }
}

static void every_threshold_parses_back_from_its_text(void **state)
{
    (void)state;
    uint64_t x = 1;
    char text[ICS_UNITS_TEXT_SIZE];

    for (int i = 0; i < 20000; i++) {
        x = x * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
        IcsProbability p = (x >> 1) >> (i % 63);
        assert_true(parse(ics_probability_format(p, text)) == p);
    }
    const IcsProbability edges[] = {
        1, 2, 3, ICS_PROBABILITY_ONE - 1, ICS_PROBABILITY_ONE - 2, ICS_PROBABILITY_ONE / 2 + 1};
    for (size_t i = 0; i < G_N_ELEMENTS(edges); i++) {
        assert_true(parse(ics_probability_format(edges[i], text)) == edges[i]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(zero_and_one_are_never_and_always),
        cmocka_unit_test(powers_of_two_are_exact),
        cmocka_unit_test(decimals_are_rounded_to_the_nearest_threshold),
        cmocka_unit_test(known_thresholds_are_met),
        cmocka_unit_test(a_tie_goes_to_the_even_threshold),
        cmocka_unit_test(a_digit_far_behind_the_tie_decides),
        cmocka_unit_test(what_is_outside_is_refused),
        cmocka_unit_test(what_is_no_probability_is_refused),
        cmocka_unit_test(an_enormous_exponent_ends_at_once),
        cmocka_unit_test(ratios_are_rounded_to_the_nearest_threshold),
        cmocka_unit_test(people_read_the_shortest_percentage),
        cmocka_unit_test(every_threshold_parses_back_from_its_text),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
