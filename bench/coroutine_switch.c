/*
 * What a switch of coroutines costs: CPU ns for a resume and the suspend that answers it, beside
 * the same with swapcontext(3); from frames below, among many coroutines, and for a whole short
 * life. Medians of interleaved repetitions.
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <ucontext.h>

#include "sim/coroutine.h"

enum {
    REPETITIONS = 9,
    SWITCHES = 200000,
    DEPTH = 3,
};

static double cpu_ns(void)
{
    struct timespec now;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec * 1e9 + (double)now.tv_nsec;
}

typedef struct {
    IcsCoroutine *coroutine;
    guint64 switches;
} Worker;

static G_NO_INLINE void suspend_below(Worker *worker, guint depth)
{
    if (depth == 0)
        ics_coroutine_suspend(worker->coroutine);
    else
        suspend_below(worker, depth - 1);
    worker->switches++;
}

static G_NO_INLINE void resume_below(Worker *worker, guint depth)
{
    if (depth == 0)
        ics_coroutine_resume(worker->coroutine);
    else
        resume_below(worker, depth - 1);
    worker->switches++;
}

static void work(gpointer data)
{
    Worker *worker = data;

    for (;;)
        ics_coroutine_suspend(worker->coroutine);
}

static void work_below(gpointer data)
{
    Worker *worker = data;

    for (;;)
        suspend_below(worker, DEPTH);
}

static double time_one(IcsStackPool *pool)
{
    Worker worker = {.coroutine = ics_coroutine_new(pool, work, &worker)};
    double start_ns = cpu_ns();
    double taken_ns;

    for (guint i = 0; i < SWITCHES; i++)
        ics_coroutine_resume(worker.coroutine);
    taken_ns = cpu_ns() - start_ns;
    ics_coroutine_free(worker.coroutine);
    return taken_ns / SWITCHES;
}

static double time_below(IcsStackPool *pool, guint count)
{
    g_autofree Worker *workers = g_new0(Worker, count);
    guint rounds = SWITCHES / count;
    double start_ns;
    double taken_ns;

    for (guint i = 0; i < count; i++) {
        workers[i].coroutine = ics_coroutine_new(pool, work_below, &workers[i]);
        ics_coroutine_resume(workers[i].coroutine);
    }
    start_ns = cpu_ns();
    for (guint round = 0; round < rounds; round++) {
        for (guint i = 0; i < count; i++)
            resume_below(&workers[i], DEPTH);
    }
    taken_ns = cpu_ns() - start_ns;
    for (guint i = 0; i < count; i++)
        ics_coroutine_free(workers[i].coroutine);
    return taken_ns / ((double)rounds * count);
}

static ucontext_t ucontext_main;
static ucontext_t ucontext_worker;

static void ucontext_work(void)
{
    for (;;)
        swapcontext(&ucontext_worker, &ucontext_main);
}

static double time_swapcontext(IcsStackPool *pool)
{
    IcsPooledStack *stack = ics_stack_pool_take(pool);
    double start_ns;
    double taken_ns;

    getcontext(&ucontext_worker);
    ucontext_worker.uc_stack.ss_sp = stack->bottom;
    ucontext_worker.uc_stack.ss_size = stack->size_bytes;
    makecontext(&ucontext_worker, ucontext_work, 0);
    start_ns = cpu_ns();
    for (guint i = 0; i < SWITCHES; i++)
        swapcontext(&ucontext_main, &ucontext_worker);
    taken_ns = cpu_ns() - start_ns;
    ics_stack_pool_give_back(pool, stack);
    return taken_ns / SWITCHES;
}

static void end_at_once(gpointer data)
{
    (*(guint *)data)++;
}

static double time_lives_on_a_reused_stack(IcsStackPool *pool)
{
    guint ended = 0;
    double start_ns = cpu_ns();

    for (guint i = 0; i < SWITCHES; i++) {
        IcsCoroutine *coroutine = ics_coroutine_new(pool, end_at_once, &ended);

        ics_coroutine_resume(coroutine);
        ics_coroutine_free(coroutine);
    }
    return (cpu_ns() - start_ns) / ended;
}

static double time_lives_on_fresh_stacks(guint guards)
{
    enum { STACKS = 4000 };
    g_autofree IcsCoroutine **coroutines = g_new(IcsCoroutine *, STACKS);
    IcsStackPool *pool = ics_stack_pool_new(0);
    guint ended = 0;
    double start_ns = cpu_ns();

    ics_stack_pool_limit_guards(pool, guards);
    for (guint i = 0; i < STACKS; i++) {
        coroutines[i] = ics_coroutine_new(pool, end_at_once, &ended);
        ics_coroutine_resume(coroutines[i]);
    }
    for (guint i = 0; i < STACKS; i++)
        ics_coroutine_free(coroutines[i]);
    ics_stack_pool_free(pool);
    return (cpu_ns() - start_ns) / ended;
}

typedef enum {
    ROW_SWITCH,
    ROW_SWAPCONTEXT,
    ROW_SWITCH_BELOW,
    ROW_AMONG_100,
    ROW_AMONG_1000,
    ROW_AMONG_10000,
    ROW_LIFE_REUSED,
    ROW_LIFE_FRESH,
    ROW_LIFE_UNGUARDED,
    ROWS,
} Row;

static const char *const row_names[ROWS] = {
    [ROW_SWITCH] = "there and back",
    [ROW_SWAPCONTEXT] = "there and back with swapcontext",
    [ROW_SWITCH_BELOW] = "there and back, 3 calls deeper on both sides",
    [ROW_AMONG_100] = "... among 100 coroutines in turn",
    [ROW_AMONG_1000] = "... among 1,000",
    [ROW_AMONG_10000] = "... among 10,000",
    [ROW_LIFE_REUSED] = "new, run, end, free on a reused stack",
    [ROW_LIFE_FRESH] = "new, run, end, free on a fresh stack",
    [ROW_LIFE_UNGUARDED] = "... without a guard",
};

static double time_row(IcsStackPool *pool, Row row)
{
    switch (row) {
    case ROW_SWITCH:
        return time_one(pool);
    case ROW_SWAPCONTEXT:
        return time_swapcontext(pool);
    case ROW_SWITCH_BELOW:
        return time_below(pool, 1);
    case ROW_AMONG_100:
        return time_below(pool, 100);
    case ROW_AMONG_1000:
        return time_below(pool, 1000);
    case ROW_AMONG_10000:
        return time_below(pool, 10000);
    case ROW_LIFE_REUSED:
        return time_lives_on_a_reused_stack(pool);
    case ROW_LIFE_FRESH:
        return time_lives_on_fresh_stacks(G_MAXUINT);
    case ROW_LIFE_UNGUARDED:
        return time_lives_on_fresh_stacks(0);
    case ROWS:
        break;
    }
    g_assert_not_reached();
}

static int compare_doubles(const void *left, const void *right)
{
    double difference = *(const double *)left - *(const double *)right;

    return (difference > 0) - (difference < 0);
}

int main(void)
{
    g_autoptr(IcsStackPool) pool = ics_stack_pool_new(0);
    double times_ns[ROWS][REPETITIONS];

    for (guint repetition = 0; repetition < REPETITIONS; repetition++) {
        for (guint row = 0; row < ROWS; row++)
            times_ns[row][repetition] = time_row(pool, row);
    }
    for (guint row = 0; row < ROWS; row++) {
        qsort(times_ns[row], REPETITIONS, sizeof(double), compare_doubles);
        printf("%9.1f ns  %s\n", times_ns[row][REPETITIONS / 2], row_names[row]);
    }
    printf("%9.1f     swapcontext / switch\n",
           times_ns[ROW_SWAPCONTEXT][REPETITIONS / 2] / times_ns[ROW_SWITCH][REPETITIONS / 2]);
    return 0;
}
