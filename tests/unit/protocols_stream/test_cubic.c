/* RFC 9438: the integers against the real-valued formulas. */
#include <cmocka.h>
#include <math.h>

#include "base/units.h"
#include "protocols/stream/congestion.h"

#define SMSS 1000
#define C    0.4
#define BETA 0.7

typedef struct {
    IcsRecoveryConfig config;
    IcsCongestion congestion;
    int64_t now_ns;
    int64_t rtt_ns;
    double model_segments; /* cwnd of the model below */
} Bench;

static void bench_begin(Bench *bench, uint64_t cwnd_segments, int64_t rtt_ns)
{
    *bench = (Bench){
        .config = {.congestion = ICS_CONGESTION_CUBIC, .initial_window = 10, .idle_restart = true},
        .rtt_ns = rtt_ns,
        .now_ns = ICS_NS_PER_S};
    ics_congestion_init(&bench->congestion, &bench->config, SMSS);
    bench->congestion.cwnd_bytes = cwnd_segments * SMSS;
}

static void bench_lose(Bench *bench)
{
    IcsCongestion *congestion = &bench->congestion;
    congestion->klass->on_loss(congestion, bench->now_ns, congestion->cwnd_bytes);
    congestion->cwnd_bytes = congestion->ssthresh_bytes;
}

static void bench_ack(Bench *bench, uint64_t acked_bytes, bool window_was_used)
{
    IcsCongestionAck ack = {bench->now_ns, bench->rtt_ns, acked_bytes, window_was_used};
    bench->congestion.klass->on_ack(&bench->congestion, &ack);
}

/* The RFC's algorithm in real numbers: a stage of congestion avoidance. */
typedef struct {
    double w_max, k, cwnd, w_est, cwnd_prior;
} RealCubic;

static double real_cubic_window(const RealCubic *real, double t)
{
    return C * pow(t - real->k, 3) + real->w_max;
}

static void real_cubic_ack(RealCubic *real, double t, double rtt)
{
    double alpha = real->w_est >= real->cwnd_prior ? 1 : 3 * (1 - BETA) / (1 + BETA);
    real->w_est += alpha / real->cwnd;
    if (real_cubic_window(real, t) < real->w_est) {
        real->cwnd = fmax(real->cwnd, real->w_est);
        return;
    }
    double target = real_cubic_window(real, t + rtt);
    target = fmin(fmax(target, real->cwnd), 1.5 * real->cwnd);
    real->cwnd += (target - real->cwnd) / real->cwnd;
}

/* Plays a stage after a loss at `cwnd_segments` segments on both; each ACK acknowledges one. */
static void assert_stage_follows_the_formulas(uint64_t cwnd_segments, int64_t rtt_ns,
                                              double seconds)
{
    Bench bench;
    bench_begin(&bench, cwnd_segments, rtt_ns);
    bench_lose(&bench);
    int64_t begin_ns = bench.now_ns;
    RealCubic real = {.w_max = (double)cwnd_segments,
                      .cwnd = BETA * (double)cwnd_segments,
                      .w_est = BETA * (double)cwnd_segments,
                      .cwnd_prior = (double)cwnd_segments,
                      .k = cbrt((1 - BETA) * (double)cwnd_segments / C)};
    while ((double)(bench.now_ns - begin_ns) < seconds * 1e9) {
        bench_ack(&bench, SMSS, true);
        real_cubic_ack(&real, (double)(bench.now_ns - begin_ns) / 1e9, (double)rtt_ns / 1e9);
        double cwnd = (double)bench.congestion.cwnd_bytes / SMSS;
        assert_true(fabs(cwnd - real.cwnd) < 0.002 * real.cwnd);
        bench.now_ns += (int64_t)((double)rtt_ns / real.cwnd);
    }
}

static void on_a_long_path_it_follows_the_cubic_function(void **state)
{
    (void)state;
    assert_stage_follows_the_formulas(100, 100 * ICS_NS_PER_MS, 15);
    assert_stage_follows_the_formulas(1000, 200 * ICS_NS_PER_MS, 20);
}

static void on_a_short_path_it_follows_reno(void **state)
{
    (void)state;
    assert_stage_follows_the_formulas(20, ICS_NS_PER_MS, 1);
    assert_stage_follows_the_formulas(100, 5 * ICS_NS_PER_MS, 3);
}

static void it_is_back_at_the_old_window_after_k(void **state)
{
    (void)state;
    Bench bench;
    bench_begin(&bench, 100, 100 * ICS_NS_PER_MS);
    bench_lose(&bench);
    assert_int_equal(bench.congestion.ssthresh_bytes, 70 * SMSS);
    bench_ack(&bench, SMSS, true);
    /* K = cbrt(100 * 0.3 / 0.4) = 4.217163 s. */
    assert_int_equal(bench.congestion.u.cubic.k_us, 4217163);
    int64_t end_ns = bench.now_ns + INT64_C(4217163000);
    while (bench.now_ns < end_ns) {
        bench_ack(&bench, SMSS, true);
        bench.now_ns += bench.rtt_ns * SMSS / (int64_t)bench.congestion.cwnd_bytes;
    }
    assert_in_range(bench.congestion.cwnd_bytes, 99 * SMSS, 101 * SMSS);
}

/* On a path of 1 ms only Reno's estimate counts: 9/17 of a segment in a round trip until the old
 * window is reached, a whole one from there on. */
static void the_friendly_window_grows_by_alpha_and_then_by_one(void **state)
{
    (void)state;
    Bench bench;
    bench_begin(&bench, 100, 1000);
    bench_lose(&bench);
    for (int round = 0; round < 17; round++) {
        uint64_t in_round = bench.congestion.cwnd_bytes / SMSS;
        for (uint64_t i = 0; i < in_round; i++) {
            bench_ack(&bench, SMSS, true);
        }
        bench.now_ns += bench.rtt_ns;
    }
    assert_in_range(bench.congestion.cwnd_bytes, 78800, 79000); /* 70 + 9 */
    bench.congestion.u.cubic.cwnd_prior_bytes = bench.congestion.cwnd_bytes;
    for (int i = 0; i < 79; i++) {
        bench_ack(&bench, SMSS, true);
    }
    assert_in_range(bench.congestion.cwnd_bytes, 79700, 80000);
}

static void a_flow_that_loses_earlier_gives_way(void **state)
{
    (void)state;
    Bench bench;
    bench_begin(&bench, 100, 100 * ICS_NS_PER_MS);
    bench_lose(&bench);
    assert_int_equal(bench.congestion.u.cubic.w_max_bytes, 100 * SMSS);
    bench_lose(&bench); /* at 70, below W_max: 70 * (1 + 0.7) / 2 */
    assert_int_equal(bench.congestion.u.cubic.w_max_bytes, 59500);
    assert_int_equal(bench.congestion.ssthresh_bytes, 49 * SMSS);
}

static void after_a_timeout_the_curve_begins_at_its_own_window(void **state)
{
    (void)state;
    Bench bench;
    bench_begin(&bench, 100, 100 * ICS_NS_PER_MS);
    IcsCongestion *congestion = &bench.congestion;
    congestion->klass->on_loss(congestion, bench.now_ns, 100 * SMSS);
    congestion->klass->on_timeout(congestion, bench.now_ns);
    assert_int_equal(congestion->cwnd_bytes, SMSS);
    assert_int_equal(congestion->ssthresh_bytes, 70 * SMSS);
    for (int i = 0; i < 69; i++) {
        bench_ack(&bench, SMSS, true); /* slow start */
    }
    assert_int_equal(congestion->cwnd_bytes, 70 * SMSS);
    bench_ack(&bench, SMSS, true);
    assert_int_equal(congestion->u.cubic.k_us, 0);
    assert_int_equal(congestion->u.cubic.w_max_bytes, 70 * SMSS);
}

/* RFC 9438, section 5.8: ten idle seconds do not count as time in which the curve has risen. */
static void time_without_use_of_the_window_does_not_count(void **state)
{
    (void)state;
    Bench bench;
    bench_begin(&bench, 100, 100 * ICS_NS_PER_MS);
    bench_lose(&bench);
    bench_ack(&bench, SMSS, true);
    uint64_t cwnd_bytes = bench.congestion.cwnd_bytes;
    bench.now_ns += 10 * ICS_NS_PER_MS;
    bench_ack(&bench, SMSS, false);
    bench.now_ns += 10 * ICS_NS_PER_S;
    bench_ack(&bench, SMSS, false);
    assert_int_equal(bench.congestion.cwnd_bytes, cwnd_bytes);
    bench_ack(&bench, SMSS, true);
    assert_in_range(bench.congestion.cwnd_bytes, cwnd_bytes, cwnd_bytes + SMSS / 10);
    int64_t t_ns = bench.now_ns - bench.congestion.u.cubic.epoch_ns;
    assert_int_equal(t_ns, 10 * ICS_NS_PER_MS);
}

static void it_grows_by_no_more_than_half_in_a_round_trip(void **state)
{
    (void)state;
    Bench bench;
    bench_begin(&bench, 100, 100 * ICS_NS_PER_MS);
    bench_lose(&bench);
    bench_ack(&bench, SMSS, true);
    bench.now_ns += 1000 * ICS_NS_PER_S; /* the curve is far above */
    uint64_t before_bytes = bench.congestion.cwnd_bytes;
    bench_ack(&bench, before_bytes, true);
    assert_in_range(bench.congestion.cwnd_bytes, before_bytes, before_bytes + before_bytes / 2);
}

static void the_largest_times_and_windows_do_not_overflow(void **state)
{
    (void)state;
    Bench bench;
    bench_begin(&bench, 1, 100 * ICS_NS_PER_MS);
    bench.congestion.cwnd_bytes = UINT64_C(1) << 34;
    bench_lose(&bench);
    bench_ack(&bench, SMSS, true);
    bench.now_ns = INT64_MAX / 2;
    uint64_t before_bytes = bench.congestion.cwnd_bytes;
    bench_ack(&bench, UINT64_C(1) << 30, true);
    assert_true(bench.congestion.cwnd_bytes >= before_bytes);
    assert_true(bench.congestion.cwnd_bytes <= 2 * before_bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(on_a_long_path_it_follows_the_cubic_function),
        cmocka_unit_test(on_a_short_path_it_follows_reno),
        cmocka_unit_test(it_is_back_at_the_old_window_after_k),
        cmocka_unit_test(the_friendly_window_grows_by_alpha_and_then_by_one),
        cmocka_unit_test(a_flow_that_loses_earlier_gives_way),
        cmocka_unit_test(after_a_timeout_the_curve_begins_at_its_own_window),
        cmocka_unit_test(time_without_use_of_the_window_does_not_count),
        cmocka_unit_test(it_grows_by_no_more_than_half_in_a_round_trip),
        cmocka_unit_test(the_largest_times_and_windows_do_not_overflow),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
