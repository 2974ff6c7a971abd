/* Throughput under independent loss, against the model of Padhye, Firoiu, Towsley and Kurose
 * (tests/support/pftk.h): NewReno without SACK and without limited transmit, as the model has it,
 * for p from 0.1 % to 5 %, each segment or every second one acknowledged (b = 1 and 2), with floors
 * of the RTO of 200 ms and 1 s. T0 is measured: the mean of the timeouts that began a sequence.
 *
 * A few runs of each setting; with IPCSIM_SOAK set 20 seeds of 2000 s, as docs/evidence/pftk.md has
 * them. Prediction and measurement are printed side by side either way. */
#include <cmocka.h>
#include <math.h>
#include <stdlib.h>

#include "tests/support/pftk.h"

/* Bounds, in per cent. */
enum { NEAR = 30, SHAPE = 15, GAIN = 5 };

enum { LOSSES = 6, SEEDS_MAX = 20, WINDOW_LARGE = 1000, WINDOW_SMALL = 16 };

static const int losses_tenths[LOSSES] = {1, 2, 5, 10, 20, 50};

/* Up to here the shape is 1 / sqrt(p), and from here on SACK has something to gain. */
enum { SHAPE_LOSSES = 3, GAIN_FIRST = 3 };

typedef struct Extent {
    int seeds;
    int seconds;
} Extent;

/* How much is run: everything, or enough for the bounds to hold with room. Losses are rarer where p
 * is small, and runs cheaper where it is large. */
static Extent extent_of(int loss_tenths)
{
    if (g_getenv("IPCSIM_SOAK") != NULL) {
        return (Extent){SEEDS_MAX, 2000};
    }
    return loss_tenths < 10 ? (Extent){2, 250} : (Extent){3, 600};
}

typedef struct Measured {
    IcsPftkRun runs[SEEDS_MAX];
    int n;
} Measured;

typedef struct Job {
    const IcsPftkSetting *setting;
    Extent extent;
    Measured *measured;
} Job;

static void work(gpointer data, gpointer context)
{
    const Job *job = context;
    int seed = GPOINTER_TO_INT(data);
    ics_pftk_run(job->setting, (uint64_t)seed, job->extent.seconds, &job->measured->runs[seed - 1]);
}

static void measure(const IcsPftkSetting *setting, Measured *measured)
{
    Job job = {setting, extent_of(setting->loss_tenths), measured};
    measured->n = job.extent.seeds;
    GThreadPool *pool = g_thread_pool_new(work, &job, (int)g_get_num_processors(), FALSE, NULL);
    for (int seed = 1; seed <= measured->n; seed++) {
        g_thread_pool_push(pool, GINT_TO_POINTER(seed), NULL);
    }
    g_thread_pool_free(pool, FALSE, TRUE);
}

static IcsPftkRun mean_of(const Measured *measured)
{
    IcsPftkRun mean = {0};
    for (int i = 0; i < measured->n; i++) {
        mean.rate += measured->runs[i].rate / measured->n;
        mean.goodput += measured->runs[i].goodput / measured->n;
        mean.first_rto_s += measured->runs[i].first_rto_s;
        mean.sequences += measured->runs[i].sequences;
        mean.timeouts += measured->runs[i].timeouts;
    }
    return mean;
}

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a;
    double y = *(const double *)b;
    return (x > y) - (x < y);
}

static double median_goodput(const Measured *measured)
{
    double goodput[SEEDS_MAX];
    int n = measured->n;
    for (int i = 0; i < n; i++) {
        goodput[i] = measured->runs[i].goodput;
    }
    qsort(goodput, (size_t)n, sizeof goodput[0], compare);
    return (goodput[(n - 1) / 2] + goodput[n / 2]) / 2;
}

static IcsPftkModel model_of(const IcsPftkSetting *setting, const IcsPftkRun *mean)
{
    return (IcsPftkModel){
        .loss = setting->loss_tenths / 1000.0,
        .rtt_s = 0.1,
        .t0_s = mean->sequences > 0 ? mean->first_rto_s / (double)mean->sequences
                                    : setting->min_rto_ms / 1000.0,
        .window_max = setting->window_segments,
        .ack_every = setting->delayed_ack ? 2 : 1,
    };
}

static bool is_within(double ratio, int percent)
{
    return ratio >= 1 - percent / 100.0 && ratio <= 1 + percent / 100.0;
}

static void print_head(void)
{
    g_print("    p  b  floor    Wm     T0  sequences  timeouts  predicted  measured  ratio  "
            "goodput\n");
}

/* Runs one setting, prints its line, asserts the bound; returns the measured rate. */
static double check_against_model(const IcsPftkSetting *setting, Measured *measured)
{
    measure(setting, measured);
    IcsPftkRun mean = mean_of(measured);
    IcsPftkModel model = model_of(setting, &mean);
    double predicted = ics_pftk_rate(&model);
    double ratio = mean.rate / predicted;
    g_print("%4.1f%% %2.0f %4d ms %5d  %4.0f ms %9" G_GUINT64_FORMAT " %9" G_GUINT64_FORMAT
            " %8.1f/s %7.1f/s  %5.3f %6.1f/s\n",
            100 * model.loss, model.ack_every, setting->min_rto_ms, setting->window_segments,
            1000 * model.t0_s, mean.sequences, mean.timeouts, predicted, mean.rate, ratio,
            mean.goodput);
    assert_true(mean.timeouts >= mean.sequences);
    assert_true(is_within(ratio, NEAR));
    return mean.rate;
}

/* SACK, RACK-TLP, PRR and limited transmit in place of NewReno alone. */
static void check_gain(const IcsPftkSetting *setting, const Measured *plain)
{
    IcsPftkSetting modern = *setting;
    Measured measured;
    modern.modern = true;
    measure(&modern, &measured);
    double gain = median_goodput(&measured) / median_goodput(plain);
    g_print("      with SACK and RACK: median goodput %.1f/s instead of %.1f/s, %+.1f %%\n",
            median_goodput(&measured), median_goodput(plain), 100 * (gain - 1));
    assert_true(gain >= 1 + GAIN / 100.0);
}

static void check_setting(bool delayed_ack, int min_rto_ms)
{
    double scaled_first = 0; /* rate * sqrt(p) at the smallest p */
    print_head();
    for (int i = 0; i < LOSSES; i++) {
        IcsPftkSetting setting = {.loss_tenths = losses_tenths[i],
                                  .window_segments = WINDOW_LARGE,
                                  .min_rto_ms = min_rto_ms,
                                  .delayed_ack = delayed_ack};
        Measured measured;
        double rate = check_against_model(&setting, &measured);
        double scaled = rate * sqrt(losses_tenths[i]);
        scaled_first = i == 0 ? scaled : scaled_first;
        if (i < SHAPE_LOSSES) {
            assert_true(is_within(scaled / scaled_first, SHAPE));
        }
        if (i >= GAIN_FIRST) {
            check_gain(&setting, &measured);
        }
    }
}

static void every_segment_acknowledged_with_a_floor_of_200_ms(void **state)
{
    (void)state;
    check_setting(false, 200);
}

static void every_segment_acknowledged_with_a_floor_of_1_s(void **state)
{
    (void)state;
    check_setting(false, 1000);
}

static void delayed_acknowledgements_with_a_floor_of_200_ms(void **state)
{
    (void)state;
    check_setting(true, 200);
}

static void delayed_acknowledgements_with_a_floor_of_1_s(void **state)
{
    (void)state;
    check_setting(true, 1000);
}

/* Where the receiver's window is what limits: the model's other branch. */
static void a_small_receive_window_limits_as_predicted(void **state)
{
    (void)state;
    print_head();
    for (int i = 0; i < SHAPE_LOSSES; i++) {
        for (int delayed_ack = 0; delayed_ack < 2; delayed_ack++) {
            IcsPftkSetting setting = {.loss_tenths = losses_tenths[i],
                                      .window_segments = WINDOW_SMALL,
                                      .min_rto_ms = 200,
                                      .delayed_ack = delayed_ack == 1};
            Measured measured;
            check_against_model(&setting, &measured);
        }
    }
}

/* The model is what the paper says: by hand, p = 2 %, RTT 100 ms, T0 1 s, b = 2. E[W] is
 * 2/3 + sqrt(8 * 0.98 / 0.12 + 4/9) = 8.777; Q is 0.3994; f(p) is 1.0208. */
static void the_model_is_the_paper_s(void **state)
{
    (void)state;
    IcsPftkModel model = {0.02, 0.1, 1.0, 1000, 2};
    double numerator = 49 + 8.777 + 0.3994 / 0.98;
    double denominator = 0.1 * (8.777 + 1) + 0.3994 * 1.0 * 1.0208 / 0.98;
    assert_true(fabs(ics_pftk_rate(&model) - numerator / denominator) < 0.05);
    model.window_max = 4; /* Q(4) is 0.7718 */
    numerator = 49 + 4 + 0.7718 / 0.98;
    denominator = 0.1 * (1 + 0.98 / 0.08 + 2) + 0.7718 * 1.0208 / 0.98;
    assert_true(fabs(ics_pftk_rate(&model) - numerator / denominator) < 0.05);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_model_is_the_paper_s),
        cmocka_unit_test(every_segment_acknowledged_with_a_floor_of_200_ms),
        cmocka_unit_test(every_segment_acknowledged_with_a_floor_of_1_s),
        cmocka_unit_test(delayed_acknowledgements_with_a_floor_of_200_ms),
        cmocka_unit_test(delayed_acknowledgements_with_a_floor_of_1_s),
        cmocka_unit_test(a_small_receive_window_limits_as_predicted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
