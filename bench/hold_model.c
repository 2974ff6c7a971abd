/*
 * The hold model: with n events pending, pop the first and push it again later, over and over.
 * Prints CPU ns per hold, medians of interleaved repetitions, for several ways to build the event
 * queue, and beside them the ratio to that of sim/. All of them must pop the same keys in the same
 * order. In the workload "timers" every eighth hold also moves a random event.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "bench/queues/queue.h"

#define MOST_REPETITIONS 31u
#define US               ((int64_t)1000)
#define MS               (1000 * US)

static const BenchQueue *const queues[] = {
    &bench_queue_sim,
    &bench_queue_heap4_pointer,
    &bench_queue_heap4_entry16,
    &bench_queue_heap4_entry16_prefetch,
    &bench_queue_heap4_entry16_hole,
    &bench_queue_heap4_entry32,
    &bench_queue_heap4_entry32_hole,
    &bench_queue_sorted,
    &bench_queue_pairing,
    &bench_queue_radix,
    &bench_queue_calendar,
};

#define QUEUES G_N_ELEMENTS(queues)

static const size_t sizes[] = {4, 32, 100, 10000, 1000000};

#define SIZES G_N_ELEMENTS(sizes)

typedef struct {
    const char *name;
    int64_t (*draw_ns)(GRand *random);
    int64_t start_step_ns;
    size_t reschedule_every;
} Workload;

static int64_t exponential_ns(GRand *random)
{
    return (int64_t)(-log(1.0 - g_rand_double(random)) * 1e6) + 1;
}

/* Three quarters propagation, one fifth service times of full frames, the rest timers. */
static int64_t links_ns(GRand *random)
{
    int kind = g_rand_int_range(random, 0, 20);

    if (kind < 15) {
        return 10 * MS;
    }
    if (kind < 19) {
        return 80 * US * g_rand_int_range(random, 1, 5);
    }
    return 200 * MS + 100 * exponential_ns(random);
}

static const Workload workloads[] = {
    {"exponential", exponential_ns, 977, 0},
    {"links", links_ns, 10 * US, 0},
    {"timers", links_ns, 10 * US, 8},
};

static int64_t increments_ns[BENCH_INCREMENTS];

static void draw_increments(const Workload *workload)
{
    GRand *random = g_rand_new_with_seed(42);

    for (size_t i = 0; i < BENCH_INCREMENTS; i++) {
        increments_ns[i] = workload->draw_ns(random);
    }
    g_rand_free(random);
}

static double cpu_ns(void)
{
    struct timespec now;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec * 1e9 + (double)now.tv_nsec;
}

static void fill(const BenchQueue *kind, void *queue, const Workload *workload, BenchHold *hold)
{
    for (size_t i = 0; i < hold->event_count; i++) {
        IcsEvent *event = &hold->events[i].event;

        ics_event_init(event, NULL);
        event->at_ns = (int64_t)(i * 7919 % 1021) * workload->start_step_ns;
        event->route = ics_event_route((uint32_t)(i * 2654435761u), (uint32_t)i);
        kind->push(queue, event);
    }
}

/* ns per hold; *order is the hash over all the keys popped. */
static double measure(const BenchQueue *kind, const Workload *workload, BenchHold *hold,
                      size_t rounds)
{
    void *queue = kind->create();

    hold->increments_ns = increments_ns;
    hold->reschedule_every = workload->reschedule_every;
    hold->position = 0;
    hold->order = 0;
    fill(kind, queue, workload, hold);
    kind->hold(queue, hold, 2 * hold->event_count);
    double start = cpu_ns();
    kind->hold(queue, hold, rounds);
    double result = (cpu_ns() - start) / (double)rounds;
    while (kind->pop(queue) != NULL) {
    }
    kind->destroy(queue);
    return result;
}

static int compare_doubles(const void *a, const void *b)
{
    double x = *(const double *)a;
    double y = *(const double *)b;

    return (x > y) - (x < y);
}

/* One row of the table for each queue; false when two disagree about the order. */
static bool run_size(const Workload *workload, BenchHold *hold, size_t rounds, size_t repetitions,
                     double *medians)
{
    double times[QUEUES][MOST_REPETITIONS];
    uint64_t order = 0;

    for (size_t r = 0; r < repetitions; r++) {
        for (size_t q = 0; q < QUEUES; q++) {
            if (hold->event_count > queues[q]->most_pending) {
                times[q][r] = 0;
                continue;
            }
            times[q][r] = measure(queues[q], workload, hold, rounds);
            if (order != 0 && hold->order != order) {
                fprintf(stderr, "%s: another order\n", queues[q]->name);
                return false;
            }
            order = hold->order;
        }
    }
    for (size_t q = 0; q < QUEUES; q++) {
        qsort(times[q], repetitions, sizeof(double), compare_doubles);
        medians[q] = times[q][repetitions / 2];
    }
    return true;
}

static void print_rows(const Workload *workload, double medians[][QUEUES])
{
    printf("%-24s", workload->name);
    for (size_t s = 0; s < SIZES; s++) {
        printf("%14zu", sizes[s]);
    }
    printf("\n");
    for (size_t q = 0; q < QUEUES; q++) {
        printf("%-24s", queues[q]->name);
        for (size_t s = 0; s < SIZES; s++) {
            if (sizes[s] > queues[q]->most_pending) {
                printf("%14s", "-");
            } else {
                printf("%8.1f %5.2f", medians[s][q], medians[s][q] / medians[s][0]);
            }
        }
        printf("\n");
    }
    printf("\n");
    fflush(stdout);
}

static bool run_workload(const Workload *workload, size_t rounds, size_t repetitions)
{
    double medians[SIZES][QUEUES];

    draw_increments(workload);
    for (size_t s = 0; s < SIZES; s++) {
        BenchHold hold = {.event_count = sizes[s]};

        hold.events = g_aligned_alloc(sizes[s], sizeof(BenchEvent), 64);
        bool same = run_size(workload, &hold, rounds, repetitions, medians[s]);
        g_aligned_free(hold.events);
        if (!same) {
            return false;
        }
    }
    print_rows(workload, medians);
    return true;
}

int main(int argc, char **argv)
{
    size_t repetitions = argc > 1 ? (size_t)atoi(argv[1]) : 5;
    size_t rounds = argc > 2 ? (size_t)atol(argv[2]) : 1000000;

    if (repetitions == 0 || repetitions > MOST_REPETITIONS || rounds == 0) {
        fprintf(stderr, "usage: bench_hold_model [REPETITIONS (1..31) [HOLDS]]\n");
        return 2;
    }
    for (size_t w = 0; w < G_N_ELEMENTS(workloads); w++) {
        if (!run_workload(&workloads[w], rounds, repetitions)) {
            return 1;
        }
    }
    return 0;
}
