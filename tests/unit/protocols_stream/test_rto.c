/* RFC 6298, worked by hand. */
#include <cmocka.h>

#include "base/units.h"
#include "protocols/stream/rto.h"

#define MS ICS_NS_PER_MS
#define S  ICS_NS_PER_S

typedef struct {
    IcsRecoveryConfig config;
    IcsRto rto;
} Bench;

static Bench bench_with_floor(int64_t min_rto_ns)
{
    return (Bench){.config = {.initial_rto_ns = S,
                              .min_rto_ns = min_rto_ns,
                              .max_rto_ns = 60 * S,
                              .clock_granularity_ns = MS}};
}

static void before_a_sample_it_is_a_second(void **state)
{
    (void)state;
    Bench bench = bench_with_floor(S);
    ics_rto_init(&bench.rto, &bench.config);
    assert_int_equal(ics_rto_ns(&bench.rto), S);
    assert_false(ics_rto_has_sample(&bench.rto));
}

static void the_first_sample_sets_both_estimates(void **state)
{
    (void)state;
    Bench bench = bench_with_floor(1);
    ics_rto_init(&bench.rto, &bench.config);
    ics_rto_sample(&bench.rto, 100 * MS, 1);
    assert_int_equal(bench.rto.srtt_ns, 100 * MS);
    assert_int_equal(bench.rto.rttvar_ns, 50 * MS);
    assert_int_equal(ics_rto_ns(&bench.rto), 300 * MS); /* SRTT + 4 * RTTVAR */
}

/* Samples of 100, 180, 60, 60 ms: RTTVAR 50, 57.5, 55.625, 52.65625; SRTT 100, 110, 103.75,
 * 98.28125; so RTO 300, 340, 326.25, 308.90625 ms. */
static void a_sequence_of_samples_is_that_of_the_formulas(void **state)
{
    (void)state;
    static const struct {
        int64_t sample_ns, srtt_ns, rttvar_ns, rto_ns;
    } rows[] = {
        {100 * MS, 100 * MS, 50 * MS, 300 * MS},
        {180 * MS, 110 * MS, 57500000, 340 * MS},
        {60 * MS, 103750000, 55625000, 326250000},
        {60 * MS, 98281250, 52656250, 308906250},
    };
    Bench bench = bench_with_floor(1);
    ics_rto_init(&bench.rto, &bench.config);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        ics_rto_sample(&bench.rto, rows[i].sample_ns, 1);
        assert_int_equal(bench.rto.srtt_ns, rows[i].srtt_ns);
        assert_int_equal(bench.rto.rttvar_ns, rows[i].rttvar_ns);
        assert_int_equal(ics_rto_ns(&bench.rto), rows[i].rto_ns);
    }
}

static void estimates_are_rounded_to_the_nearest_nanosecond(void **state)
{
    (void)state;
    Bench bench = bench_with_floor(1);
    bench.config.clock_granularity_ns = 1;
    ics_rto_init(&bench.rto, &bench.config);
    ics_rto_sample(&bench.rto, 1000, 1);
    ics_rto_sample(&bench.rto, 1003, 1); /* SRTT + 3/8 -> 1000; RTTVAR 500 - 497/4 -> 376 */
    assert_int_equal(bench.rto.srtt_ns, 1000);
    assert_int_equal(bench.rto.rttvar_ns, 376);
    ics_rto_sample(&bench.rto, 1005, 1); /* SRTT + 5/8 -> 1001; RTTVAR 376 - 371/4 -> 283 */
    assert_int_equal(bench.rto.srtt_ns, 1001);
    assert_int_equal(bench.rto.rttvar_ns, 283);
}

static void steady_round_trips_leave_the_granularity_as_the_margin(void **state)
{
    (void)state;
    Bench bench = bench_with_floor(1);
    ics_rto_init(&bench.rto, &bench.config);
    for (int i = 0; i < 200; i++) {
        ics_rto_sample(&bench.rto, 20 * MS, 1);
    }
    assert_int_equal(bench.rto.srtt_ns, 20 * MS);
    assert_int_equal(ics_rto_ns(&bench.rto), 21 * MS);
}

static void it_is_never_below_the_floor_nor_above_the_ceiling(void **state)
{
    (void)state;
    Bench bench = bench_with_floor(S);
    ics_rto_init(&bench.rto, &bench.config);
    ics_rto_sample(&bench.rto, MS, 1);
    assert_int_equal(ics_rto_ns(&bench.rto), S);
    ics_rto_sample(&bench.rto, 500 * S, 1);
    assert_int_equal(ics_rto_ns(&bench.rto), 60 * S);
}

static void each_timeout_doubles_it_up_to_the_ceiling(void **state)
{
    (void)state;
    static const int64_t seconds[] = {2, 4, 8, 16, 32, 60, 60};
    Bench bench = bench_with_floor(S);
    ics_rto_init(&bench.rto, &bench.config);
    for (size_t i = 0; i < sizeof seconds / sizeof *seconds; i++) {
        ics_rto_back_off(&bench.rto);
        assert_int_equal(ics_rto_ns(&bench.rto), seconds[i] * S);
    }
}

static void a_sample_ends_the_back_off(void **state)
{
    (void)state;
    Bench bench = bench_with_floor(S);
    ics_rto_init(&bench.rto, &bench.config);
    ics_rto_sample(&bench.rto, 500 * MS, 1); /* 1.5 s */
    ics_rto_back_off(&bench.rto);
    ics_rto_back_off(&bench.rto);
    assert_int_equal(ics_rto_ns(&bench.rto), 6 * S);
    assert_int_equal(bench.rto.backoffs, 2);
    ics_rto_sample(&bench.rto, 500 * MS, 1); /* RTTVAR 187.5: 1.25 s */
    assert_int_equal(ics_rto_ns(&bench.rto), 1250 * MS);
    assert_int_equal(bench.rto.backoffs, 0);
}

static void after_a_syn_timed_out_it_is_three_seconds(void **state)
{
    (void)state;
    Bench bench = bench_with_floor(S);
    ics_rto_init(&bench.rto, &bench.config);
    ics_rto_back_off_syn(&bench.rto);
    ics_rto_back_off_syn(&bench.rto);
    assert_int_equal(ics_rto_ns(&bench.rto), 4 * S);
    ics_rto_established(&bench.rto);
    assert_int_equal(ics_rto_ns(&bench.rto), 3 * S);
    ics_rto_sample(&bench.rto, 100 * MS, 1);
    assert_int_equal(ics_rto_ns(&bench.rto), S);
}

static void a_handshake_without_timeout_keeps_what_was_measured(void **state)
{
    (void)state;
    Bench bench = bench_with_floor(1);
    ics_rto_init(&bench.rto, &bench.config);
    ics_rto_sample(&bench.rto, 100 * MS, 1);
    ics_rto_established(&bench.rto);
    assert_int_equal(ics_rto_ns(&bench.rto), 300 * MS);
}

/* RFC 7323, appendix G: ten samples in a round trip have about the weight of one. */
static void many_samples_in_a_round_trip_weigh_as_much_as_one(void **state)
{
    (void)state;
    Bench bench = bench_with_floor(1);
    ics_rto_init(&bench.rto, &bench.config);
    ics_rto_sample(&bench.rto, 100 * MS, 10);
    for (int i = 0; i < 10; i++) {
        ics_rto_sample(&bench.rto, 180 * MS, 10);
    }
    /* 100 + 80 * (1 - (79/80)^10) = 109.4558 ms, where one sample of full weight gives 110. */
    assert_in_range(bench.rto.srtt_ns, 109455800, 109455900);
    ics_rto_init(&bench.rto, &bench.config);
    ics_rto_sample(&bench.rto, 100 * MS, 10);
    ics_rto_sample(&bench.rto, 180 * MS, 10);
    assert_int_equal(bench.rto.srtt_ns, 101 * MS);
    assert_int_equal(bench.rto.rttvar_ns, 50750000); /* 50 + (80 - 50) / 40 */
}

static void a_round_trip_of_no_time_counts_as_a_nanosecond(void **state)
{
    (void)state;
    Bench bench = bench_with_floor(1);
    ics_rto_init(&bench.rto, &bench.config);
    ics_rto_sample(&bench.rto, 0, 1);
    ics_rto_sample(&bench.rto, 0, 1);
    assert_true(ics_rto_has_sample(&bench.rto));
    assert_int_equal(ics_rto_ns(&bench.rto), MS + 1);
}

static void the_longest_time_does_not_overflow(void **state)
{
    (void)state;
    Bench bench = bench_with_floor(1);
    bench.config.max_rto_ns = INT64_MAX / 4;
    ics_rto_init(&bench.rto, &bench.config);
    ics_rto_sample(&bench.rto, INT64_MAX, 1);
    ics_rto_sample(&bench.rto, 0, 1);
    ics_rto_sample(&bench.rto, INT64_MAX, 1);
    for (int i = 0; i < 100; i++) {
        ics_rto_back_off(&bench.rto);
    }
    assert_int_equal(ics_rto_ns(&bench.rto), INT64_MAX / 4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(before_a_sample_it_is_a_second),
        cmocka_unit_test(the_first_sample_sets_both_estimates),
        cmocka_unit_test(a_sequence_of_samples_is_that_of_the_formulas),
        cmocka_unit_test(estimates_are_rounded_to_the_nearest_nanosecond),
        cmocka_unit_test(steady_round_trips_leave_the_granularity_as_the_margin),
        cmocka_unit_test(it_is_never_below_the_floor_nor_above_the_ceiling),
        cmocka_unit_test(each_timeout_doubles_it_up_to_the_ceiling),
        cmocka_unit_test(a_sample_ends_the_back_off),
        cmocka_unit_test(after_a_syn_timed_out_it_is_three_seconds),
        cmocka_unit_test(a_handshake_without_timeout_keeps_what_was_measured),
        cmocka_unit_test(many_samples_in_a_round_trip_weigh_as_much_as_one),
        cmocka_unit_test(a_round_trip_of_no_time_counts_as_a_nanosecond),
        cmocka_unit_test(the_longest_time_does_not_overflow),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
