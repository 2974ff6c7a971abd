/* W1: one million 1000-byte UDP datagrams over one 100 Mbit, 10 ms link with 5 % loss: full
 * headers, verified checksums, statistics, conservation and digest on, event log off. Prints one
 * JSON line that can stand beside those of the peers (a hop is a frame that arrived).
 *
 *     bench_w1_udp_cbr [--n=1000000] [--form=handler|coroutine] [--departures=computed|scheduled]
 *
 * It counts the calls of the allocator once the run is under way, and fails if there is one in
 * 10,000 packets: a window that doubles at a record gap may take a few. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#include "tool/report/result.h"
#include "traces/world.h"

#define W1_PACKETS_AN_ALLOCATION 10000

static const char w1_trace[] =
    "{ \"ipcsim\": 1, \"title\": \"W1\", \"seed\": 7, \"stop\": \"1000h\","
    "  \"hosts\": { \"client\": { \"address\": \"10.0.0.1\" },"
    "             \"server\": { \"address\": \"10.0.0.2\" } },"
    "  \"links\": [ { \"name\": \"wire\", \"ends\": [\"client\", \"server\"], \"rate\": "
    "\"100Mbit\","
    "    \"delay\": \"10ms\", \"departures\": \"%s\","
    "    \"queue\": { \"discipline\": \"droptail\", \"packets\": 1000 },"
    "    \"faults\": [ { \"kind\": \"loss\", \"probability\": \"5%%\","
    "                  \"direction\": \"client->server\" } ] } ],"
    "  \"processes\": ["
    "    { \"name\": \"sink\", \"host\": \"server\", \"program\": \"udp-sink\", \"form\": \"%s\" },"
    "    { \"name\": \"source\", \"host\": \"client\", \"program\": \"udp-sender\", \"to\": "
    "\"server:9\","
    "      \"form\": \"%s\", \"messages\": %" PRIu64
    ", \"size\": \"1000B\", \"interval\": \"100us\" } ] }";

typedef struct {
    uint64_t n;
    const char *form;
    const char *departures;
} W1Options;

static double w1_cpu_seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

static const char *w1_value(const char *argument, const char *name)
{
    size_t n = strlen(name);
    return strncmp(argument, name, n) == 0 ? argument + n : NULL;
}

static bool w1_read_options(int argc, char **argv, W1Options *options)
{
    *options = (W1Options){1000000, "handler", "computed"};
    for (int i = 1; i < argc; i++) {
        const char *value;
        if ((value = w1_value(argv[i], "--n=")) != NULL) {
            options->n = strtoull(value, NULL, 10);
        } else if ((value = w1_value(argv[i], "--form=")) != NULL) {
            options->form = value;
        } else if ((value = w1_value(argv[i], "--departures=")) != NULL) {
            options->departures = value;
        } else {
            fprintf(stderr, "unknown option %s\n", argv[i]);
            return false;
        }
    }
    return true;
}

/* Calls of the allocator, by taking the place of the C library's (glibc, "Replacing malloc"). */
static uint64_t w1_allocations;

void *__libc_malloc(size_t n);
void *__libc_calloc(size_t n, size_t size);
void *__libc_realloc(void *memory, size_t n);

void *malloc(size_t n)
{
    w1_allocations++;
    return __libc_malloc(n);
}

void *calloc(size_t n, size_t size)
{
    w1_allocations++;
    return __libc_calloc(n, size);
}

void *realloc(void *memory, size_t n)
{
    w1_allocations++;
    return __libc_realloc(memory, n);
}

static void w1_print(const IcsWorld *world, const W1Options *options, const IcsResult *result,
                     double cpu_s, uint64_t allocations)
{
    const IcsFlowResult *flow = &g_array_index(result->flows, IcsFlowResult, 0);
    const IcsLinkResult *link = &g_array_index(result->links, IcsLinkResult, 0);
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    double hops = (double)link->counters.delivered;
    printf("{\"sim\":\"ipcsim\",\"workload\":\"W1 udp_cbr\",\"form\":\"%s\",\"departures\":\"%s\","
           "\"n\":%" PRIu64 ",\"delivered\":%" PRIu64 ",\"hops\":%" PRIu64 ",\"events\":%" PRIu64
           ",\"cpu_s\":%.4f,\"ns_per_hop\":%.1f,\"packets_per_cpu_s\":%.0f,\"peak_rss_kb\":%ld,"
           "\"allocations\":%" PRIu64 ",\"digest\":\"%016" PRIx64 "\"}\n",
           options->form, options->departures, options->n, flow->delivered,
           link->counters.delivered, world->simulation->events, cpu_s, cpu_s * 1e9 / hops,
           hops / cpu_s, usage.ru_maxrss, allocations, result->digest);
}

static int w1_run(IcsWorld *world, const W1Options *options)
{
    g_autoptr(IcsStatistics) statistics = ics_statistics_new(world);
    uint64_t warm_up = options->n / 10;
    double started = w1_cpu_seconds();
    IcsStopReason reason = ics_world_run(world, warm_up);
    uint64_t allocations = w1_allocations;
    if (reason == ICS_STOP_BUDGET) {
        ics_world_run(world, options->n);
    }
    allocations = w1_allocations - allocations;
    while (ics_world_run(world, UINT64_MAX) == ICS_STOP_BUDGET) {
    }
    double cpu_s = w1_cpu_seconds() - started;
    IcsRunInfo info = {.command = "bench", .stopped = "quiescent"};
    g_autoptr(IcsResult) result = ics_result_new(statistics, &info);
    w1_print(world, options, result, cpu_s, allocations);
    if (result->broken != NULL) {
        fprintf(stderr, "%s\n", result->broken);
        return EXIT_FAILURE;
    }
    if (allocations > options->n / W1_PACKETS_AN_ALLOCATION) {
        fprintf(stderr, "%" PRIu64 " allocations in the steady state\n", allocations);
        return EXIT_FAILURE;
    }
    return EXIT_SUCCESS;
}

int main(int argc, char **argv)
{
    W1Options options;
    if (!w1_read_options(argc, argv, &options)) {
        return 2;
    }
    g_autoptr(GError) error = NULL;
    g_autofree char *text =
        g_strdup_printf(w1_trace, options.departures, options.form, options.form, options.n);
    g_autoptr(IcsTrace) trace = ics_trace_parse("w1", text, strlen(text), NULL, NULL, &error);
    IcsWorldOptions world_options = {0};
    g_autoptr(IcsWorld) world = trace != NULL ? ics_world_new(trace, &world_options, &error) : NULL;
    if (world == NULL) {
        fprintf(stderr, "%s\n", error->message);
        return EXIT_FAILURE;
    }
    return w1_run(world, &options);
}
