/*
 * What a random decision costs: CPU ns per draw and per sample of each distribution. The best of
 * several repetitions.
 */
#include "sim/draw.h"

#include <glib.h>
#include <stdio.h>
#include <time.h>

#include "sim/distribution.h"

#define DRAWS       (UINT64_C(1) << 20)
#define REPETITIONS 9

/* Every workload returns a sum over what it computed, so that nothing is optimised away. */
typedef uint64_t (*Workload)(const void *context);

static int64_t cpu_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return now.tv_sec * INT64_C(1000000000) + now.tv_nsec;
}

static void measure(const char *name, Workload workload, const void *context)
{
    int64_t best_ns = INT64_MAX;
    uint64_t sum = 0;
    for (int i = 0; i < REPETITIONS; i++) {
        int64_t start_ns = cpu_ns();
        sum ^= workload(context);
        best_ns = MIN(best_ns, cpu_ns() - start_ns);
    }
    printf("%-24s %6.2f ns   (%016" G_GINT64_MODIFIER "x)\n", name, (double)best_ns / (double)DRAWS,
           sum);
}

static uint64_t philox_single(const void *context)
{
    uint64_t sum = 0;
    for (uint32_t i = 0; i < DRAWS; i++) {
        IcsPhiloxBlock block = ics_philox(7, (const uint32_t[4]){i, 1, 2, 3});
        sum += block.word[0];
    }
    (void)context;
    return sum;
}

/* Each counter contains the result before: the latency that a lone draw has. */
static uint64_t philox_chained(const void *context)
{
    uint32_t last = 0;
    for (uint32_t i = 0; i < DRAWS; i++) {
        last = ics_philox(7, (const uint32_t[4]){i, last, 2, 3}).word[0];
    }
    (void)context;
    return last;
}

static uint64_t draw_fate(const void *context)
{
    const IcsDrawSite *site = context;
    IcsFate fate = {.flow = 1};
    uint64_t sum = 0;
    for (; fate.ordinal < DRAWS; fate.ordinal++) {
        fate.flow = fate.ordinal & 1;
        sum += ics_draw_happens(ics_draw_u64(site, &fate, 0), ICS_PROBABILITY_ONE / 20);
    }
    return sum;
}

static uint64_t draw_sequential(const void *context)
{
    const IcsDrawSite *site = context;
    uint64_t sum = 0;
    for (uint64_t step = 0; step < DRAWS; step++) {
        sum += ics_draw_happens(ics_draw_sequential_u64(site, step, 0), ICS_PROBABILITY_ONE / 20);
    }
    return sum;
}

/* The draws are a Weyl sequence: almost free. */
static uint64_t samples(const void *context)
{
    uint64_t sum = 0, u64 = 0;
    for (uint64_t i = 0; i < DRAWS; i++) {
        u64 += UINT64_C(0x9E3779B97F4A7C15);
        sum += (uint64_t)ics_distribution_sample(context, 20000000, 5000000, u64);
    }
    return sum;
}

static void measure_distribution(IcsDistribution *distribution)
{
    measure(ics_distribution_kind_name(ics_distribution_kind(distribution)), samples, distribution);
    ics_distribution_free(distribution);
}

int main(void)
{
    const IcsDrawSite site = ics_draw_site(7, "wire client->server", "loss");
    measure("philox, independent", philox_single, NULL);
    measure("philox, chained", philox_chained, NULL);
    measure("draw of a fate", draw_fate, &site);
    measure("draw of a step", draw_sequential, &site);

    static const int16_t table[] = {-8192, 0, 8192};
    measure_distribution(ics_distribution_new(ICS_DISTRIBUTION_UNIFORM));
    measure_distribution(ics_distribution_new(ICS_DISTRIBUTION_NORMAL));
    measure_distribution(ics_distribution_new(ICS_DISTRIBUTION_EXPONENTIAL));
    measure_distribution(ics_distribution_new(ICS_DISTRIBUTION_PARETO));
    measure_distribution(ics_distribution_new(ICS_DISTRIBUTION_PARETONORMAL));
    measure_distribution(ics_distribution_new_geometric(ICS_PROBABILITY_ONE / 10));
    measure_distribution(ics_distribution_new_table(table, G_N_ELEMENTS(table)));
    return 0;
}
