#include <cmocka.h>
#include <execinfo.h>
#include <fenv.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "sim/coroutine.h"
#include "sim/fiber.h"

#ifdef ICS_FIBER_ASAN
/* Stacks of AddressSanitizer's own beside ours: switched, and dropped by a kill, like ours. */
const char *__asan_default_options(void)
{
    return "detect_stack_use_after_return=1";
}
#endif

/* What a test and its coroutine share. */
typedef struct {
    IcsStackPool *pool;
    IcsCoroutine *coroutine;
    guint steps;
    guint until;
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

    assert_int_equal(ics_stack_pool_in_use(run->pool), 0);
    ics_stack_pool_free(run->pool);
    g_free(run);
    return 0;
}

static void start(Run *run, IcsCoroutineFunc entry)
{
    run->coroutine = ics_coroutine_new(run->pool, entry, run);
    assert_non_null(run->coroutine);
}

static void count_steps(gpointer data)
{
    Run *run = data;

    while (++run->steps < run->until)
        ics_coroutine_suspend(run->coroutine);
}

static void nothing_runs_before_the_first_resume(void **state)
{
    Run *run = *state;

    run->until = 1;
    start(run, count_steps);
    assert_int_equal(run->steps, 0);
    assert_false(ics_coroutine_is_finished(run->coroutine));
    ics_coroutine_resume(run->coroutine);
    assert_int_equal(run->steps, 1);
    ics_coroutine_free(run->coroutine);
}

static void a_resume_runs_to_the_next_suspend(void **state)
{
    Run *run = *state;

    run->until = 100;
    start(run, count_steps);
    for (guint i = 1; i <= 99; i++) {
        ics_coroutine_resume(run->coroutine);
        assert_int_equal(run->steps, i);
        assert_false(ics_coroutine_is_finished(run->coroutine));
    }
    ics_coroutine_resume(run->coroutine);
    ics_coroutine_free(run->coroutine);
}

static void it_is_finished_when_its_entry_returns(void **state)
{
    Run *run = *state;

    run->until = 2;
    start(run, count_steps);
    ics_coroutine_resume(run->coroutine);
    assert_false(ics_coroutine_is_finished(run->coroutine));
    ics_coroutine_resume(run->coroutine);
    assert_true(ics_coroutine_is_finished(run->coroutine));
    ics_coroutine_free(run->coroutine);
}

/* More live values than there are callee-saved registers, so that all of these are in use; doubles
 * because AArch64 saves eight of them. */
static double mix_across(IcsCoroutine *coroutine, volatile guint64 *seed)
{
    guint64 a = seed[0], b = seed[1], c = seed[2], d = seed[3], e = seed[4], f = seed[5];
    guint64 g = seed[6], h = seed[7], i = seed[8], j = seed[9], k = seed[10], l = seed[11];
    double p = (double)seed[0], q = (double)seed[1], r = (double)seed[2], s = (double)seed[3];
    double t = (double)seed[4], u = (double)seed[5], v = (double)seed[6], w = (double)seed[7];

    for (guint round = 0; round < 10; round++) {
        a += b, b ^= c, c += d, d ^= e, e += f, f ^= g, g += h, h ^= i, i += j, j ^= k, k += l;
        l ^= a, p += q, q += r, r += s, s += t, t += u, u += v, v += w, w += 1;
        if (coroutine != NULL)
            ics_coroutine_suspend(coroutine);
    }
    return (double)((a ^ b ^ c ^ d ^ e ^ f ^ g ^ h ^ i ^ j ^ k ^ l) & 0xffffffff) + p + q + r + s +
           t + u + v + w;
}

typedef struct {
    IcsCoroutine *coroutine;
    guint64 seed[12];
    double result;
} Mix;

static void mix_in_a_coroutine(gpointer data)
{
    Mix *mix = data;

    mix->result = mix_across(mix->coroutine, mix->seed);
}

static void registers_survive_the_switch_on_both_sides(void **state)
{
    Run *run = *state;
    Mix mixes[2] = {0};

    for (guint m = 0; m < 2; m++) {
        for (guint i = 0; i < 12; i++)
            mixes[m].seed[i] = (guint64)1000003 * (m + 1) * (i + 7);
        mixes[m].coroutine = ics_coroutine_new(run->pool, mix_in_a_coroutine, &mixes[m]);
    }
    while (!ics_coroutine_is_finished(mixes[0].coroutine)) {
        ics_coroutine_resume(mixes[0].coroutine);
        ics_coroutine_resume(mixes[1].coroutine);
    }
    for (guint m = 0; m < 2; m++) {
        assert_true(mixes[m].result == mix_across(NULL, mixes[m].seed));
        ics_coroutine_free(mixes[m].coroutine);
    }
}

typedef struct {
    IcsCoroutine *coroutine;
    int at_start;
    int after_resume;
    long rounded;
} Rounding;

/* fegetround(3) looks at one control word, on x86-64 the x87's; this obeys the one of the vectors.
 * A conversion, because Valgrind rounds all other arithmetic to nearest. */
static long round_a_half(void)
{
    volatile double half = 0.5;

    return lrint(half);
}

static void round_upward(gpointer data)
{
    Rounding *rounding = data;

    rounding->at_start = fegetround();
    fesetround(FE_UPWARD);
    ics_coroutine_suspend(rounding->coroutine);
    rounding->after_resume = fegetround();
    rounding->rounded = round_a_half();
}

static void each_side_keeps_its_own_rounding_mode(void **state)
{
    Run *run = *state;
    Rounding rounding = {0};

    rounding.coroutine = ics_coroutine_new(run->pool, round_upward, &rounding);
    ics_coroutine_resume(rounding.coroutine);
    assert_int_equal(fegetround(), FE_TONEAREST);
    assert_int_equal(round_a_half(), 0);
    ics_coroutine_resume(rounding.coroutine);
    assert_int_equal(rounding.after_resume, FE_UPWARD);
    assert_int_equal(rounding.rounded, 1);
    assert_int_equal(fegetround(), FE_TONEAREST);
    ics_coroutine_free(rounding.coroutine);
}

static void a_coroutine_starts_with_the_rounding_mode_of_its_creator(void **state)
{
    Run *run = *state;
    Rounding rounding = {0};

    fesetround(FE_TOWARDZERO);
    rounding.coroutine = ics_coroutine_new(run->pool, round_upward, &rounding);
    fesetround(FE_TONEAREST);
    ics_coroutine_resume(rounding.coroutine);
    assert_int_equal(rounding.at_start, FE_TOWARDZERO);
    ics_coroutine_free(rounding.coroutine);
}

/* printf keeps vector registers on the stack: a misaligned one is a fault on x86-64. */
static void print_a_double(gpointer data)
{
    char *text = data;

    snprintf(text, 32, "%.3f %d", 2.5, 7);
}

static void the_stack_is_aligned_for_vectors(void **state)
{
    Run *run = *state;
    char text[32] = "";
    IcsCoroutine *coroutine = ics_coroutine_new(run->pool, print_a_double, text);

    ics_coroutine_resume(coroutine);
    assert_string_equal(text, "2.500 7");
    ics_coroutine_free(coroutine);
}

enum { CHAIN = 50 };

typedef struct {
    IcsStackPool *pool;
    IcsCoroutine *links[CHAIN];
    guint started;
    guint finished;
} Chain;

static void resume_the_next(gpointer data)
{
    Chain *chain = data;
    guint me = chain->started++;

    if (me + 1 < CHAIN) {
        chain->links[me + 1] = ics_coroutine_new(chain->pool, resume_the_next, chain);
        ics_coroutine_resume(chain->links[me + 1]);
    }
    ics_coroutine_suspend(chain->links[me]);
    if (me + 1 < CHAIN)
        ics_coroutine_resume(chain->links[me + 1]);
    chain->finished++;
}

static void coroutines_resume_each_other_in_a_chain(void **state)
{
    Run *run = *state;
    Chain chain = {.pool = run->pool};

    chain.links[0] = ics_coroutine_new(run->pool, resume_the_next, &chain);
    ics_coroutine_resume(chain.links[0]);
    assert_int_equal(chain.started, CHAIN);
    assert_int_equal(chain.finished, 0);
    ics_coroutine_resume(chain.links[0]);
    assert_int_equal(chain.finished, CHAIN);
    for (guint i = 0; i < CHAIN; i++) {
        assert_true(ics_coroutine_is_finished(chain.links[i]));
        ics_coroutine_free(chain.links[i]);
    }
}

static guint recurse(Run *run, guint depth)
{
    volatile guint8 frame[64];
    guint below;

    frame[depth % 64] = (guint8)depth;
    run->steps++;
    ics_coroutine_suspend(run->coroutine);
    below = depth == 0 ? 0 : recurse(run, depth - 1);
    return frame[depth % 64] == (guint8)depth ? below + 1 : 0;
}

static void recurse_to_the_end(gpointer data)
{
    Run *run = data;

    run->steps = recurse(run, run->until);
}

static void it_suspends_at_every_depth_of_a_recursion(void **state)
{
    Run *run = *state;

    run->until = 150;
    start(run, recurse_to_the_end);
    while (!ics_coroutine_is_finished(run->coroutine))
        ics_coroutine_resume(run->coroutine);
    assert_int_equal(run->steps, 151);
    ics_coroutine_free(run->coroutine);
}

enum { MANY = 2000 };

static void thousands_take_turns(void **state)
{
    Run *run = *state;
    g_autofree Run *runs = g_new0(Run, MANY);

    for (guint i = 0; i < MANY; i++) {
        runs[i] = (Run){.pool = run->pool, .until = 4};
        start(&runs[i], count_steps);
    }
    assert_int_equal(ics_stack_pool_in_use(run->pool), MANY);
    for (guint turn = 1; turn <= 4; turn++) {
        for (guint i = 0; i < MANY; i++) {
            ics_coroutine_resume(runs[i].coroutine);
            assert_int_equal(runs[i].steps, turn);
        }
    }
    for (guint i = 0; i < MANY; i++) {
        assert_true(ics_coroutine_is_finished(runs[i].coroutine));
        ics_coroutine_free(runs[i].coroutine);
    }
}

static void one_that_never_ran_can_be_freed(void **state)
{
    Run *run = *state;

    start(run, count_steps);
    ics_coroutine_free(run->coroutine);
    assert_int_equal(run->steps, 0);
    ics_coroutine_free(NULL);
}

static guint descend(Run *run, guint depth)
{
    volatile guint8 frame[64];
    guint below = 0;

    frame[depth % 64] = 1;
    run->steps++;
    if (depth == 0)
        ics_coroutine_suspend(run->coroutine);
    else
        below = descend(run, depth - 1);
    return below + frame[depth % 64];
}

static void descend_and_suspend(gpointer data)
{
    Run *run = data;

    run->steps = descend(run, run->until);
}

static void fill_a_large_frame(gpointer data)
{
    Run *run = data;
    volatile guint8 frame[16 << 10];

    for (guint i = 0; i < sizeof frame; i++)
        frame[i] = (guint8)i;
    run->steps = frame[sizeof frame - 1];
    ics_coroutine_suspend(run->coroutine);
    run->steps = 0;
}

/* Killed deep inside, so that AddressSanitizer's red zones of many frames are left behind. */
static void a_stack_dropped_by_a_kill_is_clean_for_the_next(void **state)
{
    Run *run = *state;

    for (guint i = 0; i < 20; i++) {
        run->until = 150;
        start(run, recurse_to_the_end);
        for (guint depth = 0; depth < 60; depth++)
            ics_coroutine_resume(run->coroutine);
        ics_coroutine_free(run->coroutine);
        start(run, fill_a_large_frame);
        ics_coroutine_resume(run->coroutine);
        assert_int_equal(run->steps, 255);
        ics_coroutine_free(run->coroutine);
        assert_int_equal(run->steps, 255);
    }
    assert_int_equal(ics_stack_pool_peak(run->pool), 1);
}

/* Often enough to overflow what ThreadSanitizer keeps per stack, if the dead were not forgotten. */
static void many_killed_deep_inside_leave_nothing_behind(void **state)
{
    Run *run = *state;

    for (guint i = 0; i < 1500; i++) {
        run->steps = 0;
        run->until = 60;
        start(run, descend_and_suspend);
        ics_coroutine_resume(run->coroutine);
        assert_int_equal(run->steps, 61);
        ics_coroutine_free(run->coroutine);
    }
    assert_int_equal(ics_stack_pool_peak(run->pool), 1);
}

typedef struct {
    jmp_buf home;
    guint deepest;
    const guint8 *high;
    const guint8 *low;
    gboolean poisoned;
} Jump;

static guint dive(Jump *jump, guint depth)
{
    volatile guint8 frame[64];

    frame[depth % 64] = 1;
    jump->low = __builtin_frame_address(0);
    if (depth == 0)
        jump->high = jump->low;
    if (depth == jump->deepest)
        longjmp(jump->home, 1);
    return depth > jump->deepest ? 0 : dive(jump, depth + 1) + frame[depth % 64];
}

static void dive_and_jump_home(gpointer data)
{
    Jump *jump = data;

    if (setjmp(jump->home) == 0)
        dive(jump, 0);
#ifdef ICS_FIBER_ASAN
    jump->poisoned =
        __asan_region_is_poisoned((void *)jump->low, (gsize)(jump->high - jump->low)) != NULL;
#endif
}

/* AddressSanitizer wipes its red zones off the frames that a jump leaves, if it knows the stack. */
static void a_jump_out_of_frames_works_on_a_coroutines_stack(void **state)
{
    Run *run = *state;
    Jump jump = {.deepest = 20};
    IcsCoroutine *coroutine = ics_coroutine_new(run->pool, dive_and_jump_home, &jump);

    ics_coroutine_resume(coroutine);
    assert_true(ics_coroutine_is_finished(coroutine));
    assert_true(jump.low < jump.high);
    assert_false(jump.poisoned);
    ics_coroutine_free(coroutine);
}

static void finished_ones_leave_their_stack_to_the_next(void **state)
{
    Run *run = *state;

    for (guint i = 0; i < 500; i++) {
        run->steps = 0;
        run->until = 1;
        start(run, count_steps);
        ics_coroutine_resume(run->coroutine);
        assert_true(ics_coroutine_is_finished(run->coroutine));
        ics_coroutine_free(run->coroutine);
    }
    assert_int_equal(ics_stack_pool_peak(run->pool), 1);
}

static void kill_the_other(gpointer data)
{
    Run *victim = data;

    ics_coroutine_free(victim->coroutine);
    start(victim, count_steps);
    ics_coroutine_resume(victim->coroutine);
}

static void one_coroutine_kills_another_and_reuses_its_stack(void **state)
{
    Run *run = *state;
    IcsCoroutine *killer;

    run->until = 9;
    start(run, count_steps);
    ics_coroutine_resume(run->coroutine);
    killer = ics_coroutine_new(run->pool, kill_the_other, run);
    ics_coroutine_resume(killer);
    assert_true(ics_coroutine_is_finished(killer));
    assert_int_equal(run->steps, 2);
    assert_int_equal(ics_stack_pool_peak(run->pool), 2);
    ics_coroutine_free(run->coroutine);
    ics_coroutine_free(killer);
}

static void start_another_and_end(gpointer data)
{
    Run *run = data;

    run->until = 2;
    start(run, count_steps);
    ics_coroutine_resume(run->coroutine);
}

static void one_outlives_the_coroutine_that_started_it(void **state)
{
    Run *run = *state;
    IcsCoroutine *starter = ics_coroutine_new(run->pool, start_another_and_end, run);

    ics_coroutine_resume(starter);
    ics_coroutine_free(starter);
    ics_coroutine_resume(run->coroutine);
    assert_int_equal(run->steps, 2);
    assert_true(ics_coroutine_is_finished(run->coroutine));
    ics_coroutine_free(run->coroutine);
}

static void take_a_backtrace(gpointer data)
{
    Run *run = data;
    void *frames[64];

    run->steps = (guint)backtrace(frames, G_N_ELEMENTS(frames));
}

static void a_backtrace_ends_at_the_first_frame_of_the_stack(void **state)
{
    Run *run = *state;

    start(run, take_a_backtrace);
    ics_coroutine_resume(run->coroutine);
    assert_in_range(run->steps, 2, 8);
    ics_coroutine_free(run->coroutine);
}

static void those_without_a_guard_run_like_the_others(void **state)
{
    Run *run = *state;

    ics_stack_pool_limit_guards(run->pool, 0);
    it_suspends_at_every_depth_of_a_recursion(state);
    run->steps = 0;
    a_resume_runs_to_the_next_suspend(state);
    assert_int_equal(ics_stack_pool_unguarded(run->pool), 1);
}

#define POOL_TEST(name) cmocka_unit_test_setup_teardown(name, with_a_pool, drop_the_pool)

int main(void)
{
    const struct CMUnitTest tests[] = {
        POOL_TEST(nothing_runs_before_the_first_resume),
        POOL_TEST(a_resume_runs_to_the_next_suspend),
        POOL_TEST(it_is_finished_when_its_entry_returns),
        POOL_TEST(registers_survive_the_switch_on_both_sides),
        POOL_TEST(each_side_keeps_its_own_rounding_mode),
        POOL_TEST(a_coroutine_starts_with_the_rounding_mode_of_its_creator),
        POOL_TEST(the_stack_is_aligned_for_vectors),
        POOL_TEST(coroutines_resume_each_other_in_a_chain),
        POOL_TEST(it_suspends_at_every_depth_of_a_recursion),
        POOL_TEST(thousands_take_turns),
        POOL_TEST(one_that_never_ran_can_be_freed),
        POOL_TEST(a_stack_dropped_by_a_kill_is_clean_for_the_next),
        POOL_TEST(many_killed_deep_inside_leave_nothing_behind),
        POOL_TEST(a_jump_out_of_frames_works_on_a_coroutines_stack),
        POOL_TEST(finished_ones_leave_their_stack_to_the_next),
        POOL_TEST(one_coroutine_kills_another_and_reuses_its_stack),
        POOL_TEST(one_outlives_the_coroutine_that_started_it),
        POOL_TEST(a_backtrace_ends_at_the_first_frame_of_the_stack),
        POOL_TEST(those_without_a_guard_run_like_the_others),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
