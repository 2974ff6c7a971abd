/* What the workloads that are measured beside other simulators share: a trace is run, with
 * statistics, conservation and digest on, and one JSON line says what it took. */
#ifndef ICS_BENCH_WORKLOAD_WORKLOAD_H
#define ICS_BENCH_WORKLOAD_WORKLOAD_H

#include <stdbool.h>
#include <stdint.h>

#include "tool/report/result.h"
#include "traces/world.h"

/* The text behind `name` ("--n=") when the argument begins so, else NULL. */
const char *ics_workload_value(const char *argument, const char *name);

/* What a run took. */
typedef struct IcsWorkloadCost {
    double cpu_s;
    uint64_t hops;        /* packets that arrived over a link */
    uint64_t events;      /* of the model */
    uint64_t allocations; /* calls of the allocator between the first tenth and the end */
    long peak_rss_kb;
} IcsWorkloadCost;

typedef struct IcsWorkload {
    IcsTrace *trace;
    IcsWorld *world;
    IcsStatistics *statistics;
    IcsResult *result;
    IcsWorkloadCost cost;
} IcsWorkload;

/* Builds the world of the trace, runs the first `warm_up_events` events, then the rest, and makes
 * the result. NULL with a word on standard error when something was wrong. Transfer full. */
IcsWorkload *ics_workload_run(const char *name, const char *trace, uint64_t warm_up_events);
void ics_workload_free(IcsWorkload *self);

/* "cpu_s":..,"ns_per_hop":.. and so on: the members that all workloads have, without braces. */
void ics_workload_print_cost(const IcsWorkload *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(IcsWorkload, ics_workload_free)

#endif
