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

#include "bench/workload/workload.h"

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

static bool w1_read_options(int argc, char **argv, W1Options *options)
{
    *options = (W1Options){1000000, "handler", "computed"};
    for (int i = 1; i < argc; i++) {
        const char *value;
        if ((value = ics_workload_value(argv[i], "--n=")) != NULL) {
            options->n = strtoull(value, NULL, 10);
        } else if ((value = ics_workload_value(argv[i], "--form=")) != NULL) {
            options->form = value;
        } else if ((value = ics_workload_value(argv[i], "--departures=")) != NULL) {
            options->departures = value;
        } else {
            fprintf(stderr, "unknown option %s\n", argv[i]);
            return false;
        }
    }
    return true;
}

static int w1_report(const IcsWorkload *workload, const W1Options *options)
{
    const IcsFlowResult *flow = &g_array_index(workload->result->flows, IcsFlowResult, 0);
    printf("{\"sim\":\"ipcsim\",\"workload\":\"W1 udp_cbr\",\"form\":\"%s\",\"departures\":\"%s\","
           "\"n\":%" PRIu64 ",\"delivered\":%" PRIu64 ",",
           options->form, options->departures, options->n, flow->delivered);
    ics_workload_print_cost(workload);
    printf("}\n");
    if (workload->cost.allocations > options->n / W1_PACKETS_AN_ALLOCATION) {
        fprintf(stderr, "%" PRIu64 " allocations in the steady state\n",
                workload->cost.allocations);
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
    g_autofree char *text =
        g_strdup_printf(w1_trace, options.departures, options.form, options.form, options.n);
    g_autoptr(IcsWorkload) workload = ics_workload_run("w1", text, options.n / 10);
    return workload != NULL ? w1_report(workload, &options) : EXIT_FAILURE;
}
