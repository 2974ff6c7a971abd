#include <cmocka.h>
#include <string.h>

#include "tool/experiments/vary.h"

/* The values of a sweep, with a comma between them. */
static void assert_sweeps(const char *range, const char *values, const char *unit)
{
    GError *error = NULL;
    g_autofree char *text = g_strdup_printf("/links/0/x=%s", range);
    g_autoptr(IcsVary) vary = ics_vary_parse(text, &error);
    g_assert_no_error(error);
    g_ptr_array_add(vary->values, NULL);
    g_autofree char *all = g_strjoinv(",", (char **)vary->values->pdata);
    assert_string_equal(vary->pointer, "/links/0/x");
    assert_string_equal(all, values);
    assert_string_equal(vary->unit, unit);
}

static void plain_numbers_and_percentages_are_swept_exactly(void **state)
{
    (void)state;
    assert_sweeps("0%:30%:10%", "0%,10%,20%,30%", "%");
    assert_sweeps("0.1%:0.3%:0.1%", "0.1%,0.2%,0.3%", "%");
    assert_sweeps("1:5:2", "1,3,5", "");
    assert_sweeps("0:0.3:0.1", "0,0.1,0.2,0.3", "");
}

static void times_rates_and_sizes_are_swept_in_whatever_units(void **state)
{
    (void)state;
    assert_sweeps("10ms:30ms:10ms", "10 ms,20 ms,30 ms", "ms");
    assert_sweeps("500us:1500us:0.5ms", "500 us,1 ms,1.5 ms", "ms");
    assert_sweeps("0s:2s:1s", "0 s,1 s,2 s", "s");
    assert_sweeps("1Mbit:3Mbit:1000kbit", "1 Mbit/s,2 Mbit/s,3 Mbit/s", "Mbit/s");
    assert_sweeps("100B:300B:100B", "100 B,200 B,300 B", "B");
}

static void the_last_value_is_not_over_the_end(void **state)
{
    (void)state;
    assert_sweeps("0:10:4", "0,4,8", "");
    assert_sweeps("7:7:1", "7", "");
    assert_sweeps("1ms:2ms:5ms", "1 ms", "ms");
}

static void positions_are_in_the_unit_of_the_axis(void **state)
{
    (void)state;
    g_autoptr(IcsVary) vary = ics_vary_parse("/d=500us:1500us:500us", NULL);
    assert_int_equal(vary->positions->len, 3);
    assert_float_equal(g_array_index(vary->positions, double, 0), 0.5, 1e-12);
    assert_float_equal(g_array_index(vary->positions, double, 2), 1.5, 1e-12);
}

static void the_pointer_ends_at_the_last_equals_sign(void **state)
{
    (void)state;
    g_autoptr(IcsVary) vary = ics_vary_parse("/hosts/a=b/x=1:2:1", NULL);
    assert_string_equal(vary->pointer, "/hosts/a=b/x");
}

static void a_thousand_values_are_possible_and_no_more(void **state)
{
    (void)state;
    g_autoptr(IcsVary) vary = ics_vary_parse("/x=1:1000:1", NULL);
    assert_int_equal(vary->values->len, 1000);
    assert_null(ics_vary_parse("/x=0:1000:1", NULL));
}

static void assert_refused(const char *text, const char *why)
{
    g_autoptr(GError) error = NULL;
    assert_null(ics_vary_parse(text, &error));
    assert_non_null(error);
    if (strstr(error->message, why) == NULL) {
        fail_msg("\"%s\" is not in: %s", why, error->message);
    }
}

static void what_is_no_sweep_is_refused(void **state)
{
    (void)state;
    assert_refused("", "expected POINTER=FROM:TO:STEP");
    assert_refused("/x", "expected POINTER=FROM:TO:STEP");
    assert_refused("x=1:2:1", "expected POINTER=FROM:TO:STEP");
    assert_refused("/x=1:2", "expected POINTER=FROM:TO:STEP");
    assert_refused("/x=1:2:3:4", "expected POINTER=FROM:TO:STEP");
    assert_refused("/x=::", "three numbers");
    assert_refused("/x=1:two:3", "three numbers");
    assert_refused("/x=-1:2:1", "three numbers");
    assert_refused("/x=1ms:2:1", "three numbers");
    assert_refused("/x=1ms:2Mbit:1B", "three numbers");
    assert_refused("/x=99999999999999999999:1:1", "three numbers");
    assert_refused("/x=0.0000000001:1:1", "three numbers");
    assert_refused("/x=2:1:1", "TO is less than FROM");
    assert_refused("/x=30%:0%:5%", "TO is less than FROM");
    assert_refused("/x=0:1:0", "STEP over 0");
    assert_refused("/x=0ms:1ms:0ms", "STEP over 0");
    assert_refused("/x=0s:1h:1ns", "more than 1000 values");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plain_numbers_and_percentages_are_swept_exactly),
        cmocka_unit_test(times_rates_and_sizes_are_swept_in_whatever_units),
        cmocka_unit_test(the_last_value_is_not_over_the_end),
        cmocka_unit_test(positions_are_in_the_unit_of_the_axis),
        cmocka_unit_test(the_pointer_ends_at_the_last_equals_sign),
        cmocka_unit_test(a_thousand_values_are_possible_and_no_more),
        cmocka_unit_test(what_is_no_sweep_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
