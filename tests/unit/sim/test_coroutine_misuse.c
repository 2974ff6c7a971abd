/* What must end the program, or be refused, instead of going on with a broken stack. */
#include <cmocka.h>
#include <errno.h>
#include <string.h>

#include "sim/coroutine.h"
#include "tests/support/child.h"

/* What a test and its coroutine share. */
typedef struct {
    IcsStackPool *pool;
    IcsCoroutine *coroutine;
    guint steps;
} Run;

static int with_a_pool(void **state)
{
    Run *run = g_new0(Run, 1);

    run->pool = ics_stack_pool_new(0);
    *state = run;
    return 0;
}

static int drop_the_pool(void **state)
{
    Run *run = *state;

    ics_stack_pool_free(run->pool);
    g_free(run);
    return 0;
}

static void start(Run *run, IcsCoroutineFunc entry)
{
    run->coroutine = ics_coroutine_new(run->pool, entry, run);
    assert_non_null(run->coroutine);
}

static void return_at_once(gpointer data)
{
    (void)data;
}

static void no_memory_for_a_stack_means_no_coroutine(void **state)
{
    g_autoptr(IcsStackPool) pool = ics_stack_pool_new((size_t)1 << 62);

    (void)state;
    errno = 0;
    assert_null(ics_coroutine_new(pool, return_at_once, NULL));
    assert_int_not_equal(errno, 0);
}

static void resume_once_more(gpointer data)
{
    ics_coroutine_resume(((Run *)data)->coroutine);
}

static void suspend_from_outside(gpointer data)
{
    ics_coroutine_suspend(((Run *)data)->coroutine);
}

static void a_finished_one_cannot_be_resumed(void **state)
{
    Run *run = *state;

    start(run, return_at_once);
    ics_coroutine_resume(run->coroutine);
    assert_true(ics_test_child_aborts(resume_once_more, run));
    ics_coroutine_free(run->coroutine);
}

static void only_the_one_that_runs_can_be_suspended(void **state)
{
    Run *run = *state;

    start(run, return_at_once);
    assert_true(ics_test_child_aborts(suspend_from_outside, run));
    ics_coroutine_free(run->coroutine);
}

static void free_itself(gpointer data)
{
    ics_coroutine_free(((Run *)data)->coroutine);
}

static void one_that_runs_cannot_be_freed(void **state)
{
    Run *run = *state;

    start(run, free_itself);
    assert_true(ics_test_child_aborts(resume_once_more, run));
    ics_coroutine_free(run->coroutine);
}

/* The outer one waits for the inner one, so it is neither running here nor suspended. */
static void suspend_the_outer_one(gpointer data)
{
    Run *run = data;
    IcsCoroutine *inner = ics_coroutine_new(run->pool, suspend_from_outside, run);

    ics_coroutine_resume(inner);
}

static void one_cannot_be_suspended_from_the_stack_of_another(void **state)
{
    Run *run = *state;

    start(run, suspend_the_outer_one);
    assert_true(ics_test_child_aborts(resume_once_more, run));
    ics_coroutine_free(run->coroutine);
}

/* A bound that no stack reaches, unknown to the compiler, which would refuse endless recursion. */
static volatile guint endless = G_MAXUINT;

static guint overflow(guint depth)
{
    volatile guint8 frame[256];

    frame[0] = (guint8)depth;
    return depth == endless ? 0 : overflow(depth + 1) + frame[0];
}

static void overflow_the_stack(gpointer data)
{
    ((Run *)data)->steps = overflow(0);
}

static void an_overflow_is_a_fault_in_the_guard(void **state)
{
    Run *run = *state;
    const IcsPooledStack *stack = ics_stack_pool_take(run->pool);
    const guint8 *bottom = stack->bottom;

    ics_stack_pool_give_back(run->pool, (IcsPooledStack *)stack);
    start(run, overflow_the_stack);
    assert_true(ics_test_child_faults_within(resume_once_more, run, bottom - 4096, 4096));
    ics_coroutine_free(run->coroutine);
}

typedef struct {
    Run run;
    guint8 *bottom;
} Overrun;

static void write_below_and_suspend(gpointer data)
{
    Overrun *overrun = data;

    memset(overrun->bottom - 8, 0, 16);
    ics_coroutine_suspend(overrun->run.coroutine);
}

static void an_overflow_without_a_guard_ends_the_program_at_the_next_suspend(void **state)
{
    Run *run = *state;
    Overrun overrun = {.run.pool = run->pool};
    IcsPooledStack *stack;

    ics_stack_pool_limit_guards(run->pool, 0);
    stack = ics_stack_pool_take(run->pool);
    overrun.bottom = stack->bottom;
    ics_stack_pool_give_back(run->pool, stack);
    overrun.run.coroutine = ics_coroutine_new(run->pool, write_below_and_suspend, &overrun);
    assert_true(ics_test_child_aborts(resume_once_more, &overrun.run));
    ics_coroutine_free(overrun.run.coroutine);
}

#define POOL_TEST(name) cmocka_unit_test_setup_teardown(name, with_a_pool, drop_the_pool)

int main(void)
{
    const struct CMUnitTest tests[] = {
        POOL_TEST(no_memory_for_a_stack_means_no_coroutine),
        POOL_TEST(a_finished_one_cannot_be_resumed),
        POOL_TEST(only_the_one_that_runs_can_be_suspended),
        POOL_TEST(one_that_runs_cannot_be_freed),
        POOL_TEST(one_cannot_be_suspended_from_the_stack_of_another),
        POOL_TEST(an_overflow_is_a_fault_in_the_guard),
        POOL_TEST(an_overflow_without_a_guard_ends_the_program_at_the_next_suspend),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
