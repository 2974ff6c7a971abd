/* What the statistics, which are always on, cost on W1: CPU ns per packet of the run with them and
 * without, in both forms of processes. Medians of interleaved repetitions.
 *
 *     bench_statistics [PACKETS [REPETITIONS]] */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "tool/report/result.h"

#define STATISTICS_REPETITIONS_MAX 99

static const char statistics_trace[] =
    "{ \"ipcsim\": 1, \"title\": \"W1\", \"seed\": 7, \"stop\": \"1000h\","
    "  \"hosts\": { \"client\": { \"address\": \"10.0.0.1\" },"
    "             \"server\": { \"address\": \"10.0.0.2\" } },"
    "  \"links\": [ { \"name\": \"wire\", \"ends\": [\"client\", \"server\"],"
    "    \"rate\": \"100Mbit\", \"delay\": \"10ms\","
    "    \"queue\": { \"discipline\": \"droptail\", \"packets\": 1000 },"
    "    \"faults\": [ { \"kind\": \"loss\", \"probability\": \"5%%\","
    "                  \"direction\": \"client->server\" } ] } ],"
    "  \"processes\": ["
    "    { \"name\": \"sink\", \"host\": \"server\", \"program\": \"udp-sink\", \"form\": \"%s\" },"
    "    { \"name\": \"source\", \"host\": \"client\", \"program\": \"udp-sender\","
    "      \"to\": \"server:9\", \"form\": \"%s\", \"messages\": %" PRIu64 ","
    "      \"size\": \"1000B\", \"interval\": \"100us\" } ] }";

static double statistics_cpu_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec * 1e9 + (double)now.tv_nsec;
}

static IcsTrace *statistics_parse(const char *form, uint64_t n)
{
    GError *error = NULL;
    g_autofree char *text = g_strdup_printf(statistics_trace, form, form, n);
    IcsTrace *trace = ics_trace_parse("w1", text, strlen(text), NULL, NULL, &error);
    g_assert_no_error(error);
    return trace;
}

/* ns of CPU for each packet. */
static double statistics_run(const IcsTrace *trace, bool with, uint64_t n)
{
    GError *error = NULL;
    IcsWorldOptions options = {0};
    IcsWorld *world = ics_world_new(trace, &options, &error);
    g_assert_no_error(error);
    IcsStatistics *statistics = with ? ics_statistics_new(world) : NULL;
    double started_ns = statistics_cpu_ns();
    while (ics_world_run(world, UINT64_MAX) == ICS_STOP_BUDGET) {
    }
    double took_ns = statistics_cpu_ns() - started_ns;
    ics_world_free(world);
    ics_statistics_free(statistics);
    return took_ns / (double)n;
}

static int statistics_compare(const void *left, const void *right)
{
    double a = *(const double *)left;
    double b = *(const double *)right;
    return (a > b) - (a < b);
}

static double statistics_median(double *values, int n)
{
    qsort(values, (size_t)n, sizeof *values, statistics_compare);
    return values[n / 2];
}

static void statistics_measure(const char *form, uint64_t n, int repetitions)
{
    g_autoptr(IcsTrace) trace = statistics_parse(form, n);
    double with[STATISTICS_REPETITIONS_MAX];
    double without[STATISTICS_REPETITIONS_MAX];
    for (int i = 0; i < repetitions; i++) {
        without[i] = statistics_run(trace, false, n);
        with[i] = statistics_run(trace, true, n);
    }
    double base = statistics_median(without, repetitions);
    double full = statistics_median(with, repetitions);
    printf("%-9s  without %6.1f ns  with %6.1f ns  difference %5.1f ns  ratio %.3f\n", form, base,
           full, full - base, full / base);
}

int main(int argc, char **argv)
{
    uint64_t n = argc > 1 ? strtoull(argv[1], NULL, 10) : 1000000;
    int repetitions = argc > 2 ? atoi(argv[2]) : 7;
    repetitions = CLAMP(repetitions, 1, STATISTICS_REPETITIONS_MAX);
    printf("CPU per packet of W1, %" PRIu64 " packets, median of %d\n", n, repetitions);
    statistics_measure("handler", n, repetitions);
    statistics_measure("coroutine", n, repetitions);
    return 0;
}
