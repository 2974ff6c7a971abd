#include "bench/workload/workload.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

/* Calls of the allocator, by taking the place of the C library's (glibc, "Replacing malloc"). */
static uint64_t workload_allocations;

void *__libc_malloc(size_t n);
void *__libc_calloc(size_t n, size_t size);
void *__libc_realloc(void *memory, size_t n);

void *malloc(size_t n)
{
    workload_allocations++;
    return __libc_malloc(n);
}

void *calloc(size_t n, size_t size)
{
    workload_allocations++;
    return __libc_calloc(n, size);
}

void *realloc(void *memory, size_t n)
{
    workload_allocations++;
    return __libc_realloc(memory, n);
}

const char *ics_workload_value(const char *argument, const char *name)
{
    size_t n = strlen(name);
    return strncmp(argument, name, n) == 0 ? argument + n : NULL;
}

static double workload_cpu_seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

static uint64_t workload_hops(const IcsResult *result)
{
    uint64_t hops = 0;
    for (guint i = 0; i < result->links->len; i++) {
        hops += g_array_index(result->links, IcsLinkResult, i).counters.delivered;
    }
    return hops;
}

static void workload_measure(IcsWorkload *self, uint64_t warm_up_events)
{
    struct rusage usage;
    double started = workload_cpu_seconds();
    ics_world_run(self->world, warm_up_events);
    uint64_t allocations = workload_allocations;
    while (ics_world_run(self->world, UINT64_MAX) == ICS_STOP_BUDGET) {
    }
    self->cost.cpu_s = workload_cpu_seconds() - started;
    self->cost.allocations = workload_allocations - allocations;
    self->cost.events = self->world->simulation->events;
    getrusage(RUSAGE_SELF, &usage);
    self->cost.peak_rss_kb = usage.ru_maxrss;
}

IcsWorkload *ics_workload_run(const char *name, const char *trace, uint64_t warm_up_events)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(IcsWorkload) self = g_new0(IcsWorkload, 1);
    self->trace = ics_trace_parse(name, trace, strlen(trace), NULL, NULL, &error);
    self->world = self->trace != NULL ? ics_world_new(self->trace, NULL, &error) : NULL;
    if (self->world == NULL) {
        fprintf(stderr, "%s\n", error->message);
        return NULL;
    }
    self->statistics = ics_statistics_new(self->world);
    workload_measure(self, warm_up_events);
    IcsRunInfo info = {.command = "bench", .stopped = "quiescent"};
    self->result = ics_result_new(self->statistics, &info);
    self->cost.hops = workload_hops(self->result);
    if (self->result->broken != NULL) {
        fprintf(stderr, "%s\n", self->result->broken);
        return NULL;
    }
    return g_steal_pointer(&self);
}

void ics_workload_free(IcsWorkload *self)
{
    if (self == NULL) {
        return;
    }
    g_clear_pointer(&self->result, ics_result_free);
    g_clear_pointer(&self->statistics, ics_statistics_free);
    g_clear_pointer(&self->world, ics_world_free);
    g_clear_pointer(&self->trace, ics_trace_free);
    g_free(self);
}

void ics_workload_print_cost(const IcsWorkload *self)
{
    const IcsWorkloadCost *cost = &self->cost;
    double hops = (double)cost->hops;
    printf("\"hops\":%" PRIu64 ",\"events\":%" PRIu64
           ",\"cpu_s\":%.4f,\"ns_per_hop\":%.1f,\"packets_per_cpu_s\":%.0f,\"peak_rss_kb\":%ld,"
           "\"allocations\":%" PRIu64 ",\"digest\":\"%016" PRIx64 "\"",
           cost->hops, cost->events, cost->cpu_s, cost->cpu_s * 1e9 / hops, hops / cost->cpu_s,
           cost->peak_rss_kb, cost->allocations, self->result->digest);
}
