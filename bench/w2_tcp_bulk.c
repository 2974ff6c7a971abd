/* W2: one bulk transfer of 200 MB by TCP over one 1 Gbit, 5 ms link with a drop-tail queue of 1000
 * packets, without loss or with 1 % in each direction: every byte is made, checksummed, carried and
 * checked at the receiver; statistics, conservation and digest on, event log off. Prints one JSON
 * line that can stand beside those of the peers (a hop is a frame that arrived, data and
 * acknowledgements both).
 *
 *     bench_w2_tcp_bulk [--bytes=200000000] [--loss=0.01] [--cc=cubic|reno] */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "bench/workload/workload.h"

/* A window of 1750 segments, which fills link and queue without overflowing them, and 14,480 bytes
 * a write, as the peers have them. */
static const char w2_trace[] =
    "{ \"ipcsim\": 1, \"title\": \"W2\", \"seed\": 7, \"stop\": \"1000h\","
    "  \"stream\": { \"cc\": \"%s\", \"send-buffer\": \"2534kB\", "
    "    \"receive-buffer\": \"2534kB\" },"
    "  \"hosts\": { \"client\": { \"address\": \"10.0.0.1\" },"
    "             \"server\": { \"address\": \"10.0.0.2\" } },"
    "  \"links\": [ { \"name\": \"wire\", \"ends\": [\"client\", \"server\"], \"rate\": \"1Gbit\","
    "    \"delay\": \"5ms\", \"queue\": { \"discipline\": \"droptail\", \"packets\": 1000 },"
    "    \"faults\": [ { \"kind\": \"loss\", \"probability\": %s } ] } ],"
    "  \"processes\": ["
    "    { \"name\": \"sink\", \"host\": \"server\", \"program\": \"bulk-sink\", \"port\": 9 },"
    "    { \"name\": \"source\", \"host\": \"client\", \"program\": \"bulk-sender\", \"to\": "
    "\"server:9\", \"size\": %" PRIu64 ", \"write\": 14480 } ],"
    "  \"expect\": ["
    "    { \"process\": \"source\", \"metric\": \"exit-code\", \"equals\": 0 },"
    "    { \"process\": \"sink/connection-1\", \"metric\": \"exit-code\", \"equals\": 0 } ] }";

/* Events before allocations are counted: the windows have found their size. */
#define W2_WARM_UP_EVENTS 100000

typedef struct {
    uint64_t bytes;
    const char *loss;
    const char *cc;
} W2Options;

static bool w2_read_options(int argc, char **argv, W2Options *options)
{
    *options = (W2Options){200000000, "0", "cubic"};
    for (int i = 1; i < argc; i++) {
        const char *value;
        if ((value = ics_workload_value(argv[i], "--bytes=")) != NULL) {
            options->bytes = strtoull(value, NULL, 10);
        } else if ((value = ics_workload_value(argv[i], "--loss=")) != NULL) {
            options->loss = value;
        } else if ((value = ics_workload_value(argv[i], "--cc=")) != NULL) {
            options->cc = value;
        } else {
            fprintf(stderr, "unknown option %s\n", argv[i]);
            return false;
        }
    }
    return true;
}

static int w2_report(const IcsWorkload *workload, const W2Options *options)
{
    const IcsFlowResult *flow = &g_array_index(workload->result->flows, IcsFlowResult, 0);
    double seconds = (double)workload->result->virtual_ns * 1e-9;
    printf("{\"sim\":\"ipcsim\",\"workload\":\"W2 tcp_bulk\",\"loss\":%s,\"cc\":\"%s\","
           "\"bytes\":%" PRIu64 ",\"repeated\":%" PRIu64 ",\"virtual_s\":%.3f,",
           options->loss, options->cc, options->bytes, flow->repeated, seconds);
    ics_workload_print_cost(workload);
    printf("}\n");
    if (!workload->result->ok) {
        fprintf(stderr, "the transfer failed, or not every byte was right\n");
        return EXIT_FAILURE;
    }
    return EXIT_SUCCESS;
}

int main(int argc, char **argv)
{
    W2Options options;
    if (!w2_read_options(argc, argv, &options)) {
        return 2;
    }
    g_autofree char *text = g_strdup_printf(w2_trace, options.cc, options.loss, options.bytes);
    g_autoptr(IcsWorkload) workload = ics_workload_run("w2", text, W2_WARM_UP_EVENTS);
    return workload != NULL ? w2_report(workload, &options) : EXIT_FAILURE;
}
