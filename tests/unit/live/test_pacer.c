/* Pacing against times that the test says: nothing waits. */
#include <cmocka.h>

#include "tool/live/pacer.h"

#define MS    INT64_C(1000000)
#define BEGIN (INT64_C(5000000) * MS) /* of the clock */
#define STOP  (INT64_C(10000) * MS)

static int set_up(void **state)
{
    static IcsPacer pacer;
    ics_pacer_start(&pacer, BEGIN, STOP);
    *state = &pacer;
    return 0;
}

static void virtual_time_is_the_time_since_the_start(void **state)
{
    const IcsPacer *pacer = *state;
    assert_int_equal(ics_pacer_virtual_ns(pacer, BEGIN), 0);
    assert_int_equal(ics_pacer_virtual_ns(pacer, BEGIN + 1), 1);
    assert_int_equal(ics_pacer_virtual_ns(pacer, BEGIN + STOP - 1), STOP - 1);
}

static void virtual_time_does_not_pass_the_stop(void **state)
{
    const IcsPacer *pacer = *state;
    assert_int_equal(ics_pacer_virtual_ns(pacer, BEGIN + STOP), STOP);
    assert_int_equal(ics_pacer_virtual_ns(pacer, BEGIN + STOP + 1), STOP);
    assert_int_equal(ics_pacer_virtual_ns(pacer, INT64_MAX), STOP);
}

static void a_clock_that_begins_anywhere_will_do(void **state)
{
    IcsPacer *pacer = *state;
    ics_pacer_start(pacer, 0, STOP);
    assert_int_equal(ics_pacer_virtual_ns(pacer, 7), 7);
    ics_pacer_start(pacer, INT64_MAX - 10, STOP);
    assert_int_equal(ics_pacer_virtual_ns(pacer, INT64_MAX - 3), 7);
    assert_int_equal(ics_pacer_clock_ns(pacer, 10), INT64_MAX);
}

static void a_virtual_time_has_its_time_on_the_clock(void **state)
{
    const IcsPacer *pacer = *state;
    assert_int_equal(ics_pacer_clock_ns(pacer, 0), BEGIN);
    assert_int_equal(ics_pacer_clock_ns(pacer, 20 * MS), BEGIN + 20 * MS);
    assert_int_equal(ics_pacer_clock_ns(pacer, INT64_MAX), INT64_MAX);
}

static void events_at_their_time_have_no_lag(void **state)
{
    IcsPacer *pacer = *state;
    assert_int_equal(ics_pacer_fire(pacer, 5 * MS, BEGIN + 5 * MS), 0);
    assert_int_equal(ics_pacer_fire(pacer, 6 * MS, BEGIN + 5 * MS), 0);
    assert_int_equal(pacer->lag_max_ns, 0);
}

static void a_lag_up_to_the_threshold_is_counted_and_not_told(void **state)
{
    IcsPacer *pacer = *state;
    assert_int_equal(ics_pacer_fire(pacer, 0, BEGIN + ICS_PACER_LAG_NS), 0);
    assert_int_equal(pacer->lag_max_ns, ICS_PACER_LAG_NS);
    assert_int_equal(ics_pacer_fire(pacer, 0, BEGIN + ICS_PACER_LAG_NS + 1), ICS_PACER_LAG_NS + 1);
}

static void the_largest_lag_of_all_is_kept(void **state)
{
    IcsPacer *pacer = *state;
    ics_pacer_fire(pacer, 0, BEGIN + 30 * MS);
    ics_pacer_fire(pacer, 0, BEGIN + 70 * MS);
    ics_pacer_fire(pacer, 100 * MS, BEGIN + 110 * MS);
    assert_int_equal(pacer->lag_max_ns, 70 * MS);
}

static void lag_is_told_once_a_second_with_the_worst_since_then(void **state)
{
    IcsPacer *pacer = *state;
    int64_t first_ns = BEGIN + 100 * MS;
    assert_int_equal(ics_pacer_fire(pacer, 70 * MS, first_ns), 30 * MS);
    assert_int_equal(ics_pacer_fire(pacer, 70 * MS, first_ns + 40 * MS), 0);
    assert_int_equal(ics_pacer_fire(pacer, 1000 * MS, first_ns + ICS_PACER_INTERVAL_NS - 1), 0);
    assert_int_equal(ics_pacer_fire(pacer, 1090 * MS, first_ns + ICS_PACER_INTERVAL_NS),
                     100 * MS - 1);
    assert_int_equal(ics_pacer_fire(pacer, 1095 * MS, first_ns + ICS_PACER_INTERVAL_NS), 0);
}

static void after_a_quiet_second_an_old_lag_is_not_told_again(void **state)
{
    IcsPacer *pacer = *state;
    assert_int_equal(ics_pacer_fire(pacer, 0, BEGIN + 50 * MS), 50 * MS);
    assert_int_equal(ics_pacer_fire(pacer, 3000 * MS, BEGIN + 3000 * MS), 0);
    assert_int_equal(ics_pacer_fire(pacer, 3000 * MS, BEGIN + 3025 * MS), 25 * MS);
}

#define TEST(name) cmocka_unit_test_setup(name, set_up)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(virtual_time_is_the_time_since_the_start),
        TEST(virtual_time_does_not_pass_the_stop),
        TEST(a_clock_that_begins_anywhere_will_do),
        TEST(a_virtual_time_has_its_time_on_the_clock),
        TEST(events_at_their_time_have_no_lag),
        TEST(a_lag_up_to_the_threshold_is_counted_and_not_told),
        TEST(the_largest_lag_of_all_is_kept),
        TEST(lag_is_told_once_a_second_with_the_worst_since_then),
        TEST(after_a_quiet_second_an_old_lag_is_not_told_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
