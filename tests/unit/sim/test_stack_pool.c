#include <cmocka.h>
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sim/fiber.h"
#include "sim/stack_pool.h"
#include "tests/support/child.h"

#define STACK_BYTES ((size_t)64 << 10)

static int with_a_pool(void **state)
{
    *state = ics_stack_pool_new(STACK_BYTES);
    return 0;
}

static int drop_the_pool(void **state)
{
    ics_stack_pool_free(*state);
    return 0;
}

static void a_stack_has_the_bytes_asked_for_and_all_can_be_written(void **state)
{
    IcsPooledStack *stack = ics_stack_pool_take(*state);

    assert_true(stack->size_bytes >= STACK_BYTES);
    assert_int_equal((uintptr_t)(stack->bottom + stack->size_bytes) % 16, 0);
    memset(stack->bottom, 0xa5, stack->size_bytes);
    assert_int_equal(stack->bottom[0], 0xa5);
    assert_int_equal(stack->bottom[stack->size_bytes - 1], 0xa5);
    ics_stack_pool_give_back(*state, stack);
}

static void no_stack_is_smaller_than_asked_for(void **state)
{
    static const size_t sizes[] = {1, 4095, 4096, 4097, 100000, (size_t)8 << 20};

    (void)state;
    for (guint i = 0; i < G_N_ELEMENTS(sizes); i++) {
        g_autoptr(IcsStackPool) pool = ics_stack_pool_new(sizes[i]);
        IcsPooledStack *stacks[10];

        for (guint j = 0; j < 10; j++) {
            stacks[j] = ics_stack_pool_take(pool);
            assert_true(stacks[j]->size_bytes >= sizes[i]);
            memset(stacks[j]->bottom, 0, stacks[j]->size_bytes);
        }
        for (guint j = 0; j < 10; j++)
            ics_stack_pool_give_back(pool, stacks[j]);
    }
}

static void tops_of_neighbours_lie_at_different_offsets_in_their_pages(void **state)
{
    IcsPooledStack *stacks[8];
    guint offsets = 0;

    for (guint i = 0; i < 8; i++) {
        stacks[i] = ics_stack_pool_take(*state);
        offsets |= 1u << ((uintptr_t)(stacks[i]->bottom + stacks[i]->size_bytes) / 256 % 16);
    }
    assert_int_equal(__builtin_popcount(offsets), 8);
    for (guint i = 0; i < 8; i++)
        ics_stack_pool_give_back(*state, stacks[i]);
}

static void size_zero_means_at_least_64_kibibytes(void **state)
{
    g_autoptr(IcsStackPool) pool = ics_stack_pool_new(0);
    IcsPooledStack *stack = ics_stack_pool_take(pool);

    (void)state;
    assert_true(stack->size_bytes >= STACK_BYTES);
    ics_stack_pool_give_back(pool, stack);
}

static void the_stack_given_back_last_is_taken_first(void **state)
{
    IcsPooledStack *first = ics_stack_pool_take(*state);
    IcsPooledStack *second = ics_stack_pool_take(*state);

    ics_stack_pool_give_back(*state, first);
    ics_stack_pool_give_back(*state, second);
    assert_ptr_equal(ics_stack_pool_take(*state), second);
    assert_ptr_equal(ics_stack_pool_take(*state), first);
    ics_stack_pool_give_back(*state, first);
    ics_stack_pool_give_back(*state, second);
}

#ifdef ICS_FIBER_ASAN
static void a_stack_is_out_of_bounds_while_the_pool_has_it(void **state)
{
    IcsPooledStack *stack = ics_stack_pool_take(*state);

    assert_null(__asan_region_is_poisoned(stack->bottom, stack->size_bytes));
    ics_stack_pool_give_back(*state, stack);
    assert_true(__asan_address_is_poisoned(stack->bottom));
    assert_true(__asan_address_is_poisoned(stack->bottom + stack->size_bytes - 1));
    assert_ptr_equal(ics_stack_pool_take(*state), stack);
    assert_null(__asan_region_is_poisoned(stack->bottom, stack->size_bytes));
    ics_stack_pool_give_back(*state, stack);
}
#endif

static void stacks_in_use_and_their_peak_are_counted(void **state)
{
    IcsPooledStack *first = ics_stack_pool_take(*state);
    IcsPooledStack *second = ics_stack_pool_take(*state);

    assert_int_equal(ics_stack_pool_in_use(*state), 2);
    ics_stack_pool_give_back(*state, second);
    ics_stack_pool_give_back(*state, first);
    assert_int_equal(ics_stack_pool_in_use(*state), 0);
    first = ics_stack_pool_take(*state);
    assert_int_equal(ics_stack_pool_in_use(*state), 1);
    assert_int_equal(ics_stack_pool_peak(*state), 2);
    ics_stack_pool_give_back(*state, first);
}

static void a_new_pool_has_counted_nothing(void **state)
{
    assert_int_equal(ics_stack_pool_in_use(*state), 0);
    assert_int_equal(ics_stack_pool_peak(*state), 0);
    assert_int_equal(ics_stack_pool_unguarded(*state), 0);
}

/* More than one slab of them, each marked with its number at both ends. */
static void stacks_do_not_overlap(void **state)
{
    enum { STACKS = 200 };
    IcsPooledStack *stacks[STACKS];

    for (guint i = 0; i < STACKS; i++) {
        stacks[i] = ics_stack_pool_take(*state);
        memset(stacks[i]->bottom, (int)i, 16);
        memset(stacks[i]->bottom + stacks[i]->size_bytes - 16, (int)i, 16);
    }
    for (guint i = 0; i < STACKS; i++) {
        assert_int_equal(stacks[i]->bottom[15], i);
        assert_int_equal(stacks[i]->bottom[stacks[i]->size_bytes - 16], i);
        ics_stack_pool_give_back(*state, stacks[i]);
    }
}

static void write_one_byte(gpointer data)
{
    *(volatile guint8 *)data = 1;
}

static void the_bytes_below_a_guarded_stack_cannot_be_written(void **state)
{
    IcsPooledStack *stack = ics_stack_pool_take(*state);
    size_t page_bytes = (size_t)sysconf(_SC_PAGESIZE);

    assert_null(stack->canary);
    assert_true(
        ics_test_child_faults_within(write_one_byte, stack->bottom - 1, stack->bottom - 1, 1));
    assert_true(ics_test_child_faults_within(write_one_byte, stack->bottom - page_bytes,
                                             stack->bottom - page_bytes, 1));
    ics_stack_pool_give_back(*state, stack);
}

static void stacks_beyond_the_limit_of_guards_have_a_canary(void **state)
{
    IcsPooledStack *stacks[3];

    ics_stack_pool_limit_guards(*state, 2);
    for (guint i = 0; i < 3; i++)
        stacks[i] = ics_stack_pool_take(*state);
    assert_null(stacks[0]->canary);
    assert_null(stacks[1]->canary);
    assert_non_null(stacks[2]->canary);
    assert_int_equal(ics_stack_pool_unguarded(*state), 1);
    for (guint i = 0; i < 3; i++)
        ics_stack_pool_give_back(*state, stacks[i]);
}

static void a_stack_without_guard_is_as_large_and_passes_its_check_when_full(void **state)
{
    IcsPooledStack *stack;

    ics_stack_pool_limit_guards(*state, 0);
    stack = ics_stack_pool_take(*state);
    assert_true(stack->size_bytes >= STACK_BYTES);
    memset(stack->bottom, 0, stack->size_bytes);
    ics_stack_check(stack);
    ics_stack_pool_give_back(*state, stack);
}

typedef struct {
    IcsStackPool *pool;
    IcsPooledStack *stack;
} Loan;

static void write_below_and_give_back(gpointer data)
{
    const Loan *loan = data;

    loan->stack->bottom[-1] ^= 1;
    ics_stack_pool_give_back(loan->pool, loan->stack);
}

static void write_below_and_check(gpointer data)
{
    const Loan *loan = data;

    loan->stack->bottom[-64] ^= 1;
    ics_stack_check(loan->stack);
}

static void one_bit_below_a_stack_without_guard_ends_the_program(void **state)
{
    Loan loan = {.pool = *state};

    ics_stack_pool_limit_guards(loan.pool, 0);
    loan.stack = ics_stack_pool_take(loan.pool);
    assert_true(ics_test_child_aborts(write_below_and_give_back, &loan));
    assert_true(ics_test_child_aborts(write_below_and_check, &loan));
    ics_stack_pool_give_back(loan.pool, loan.stack);
}

static void memory_that_the_system_refuses_is_reported_and_changes_nothing(void **state)
{
    g_autoptr(IcsStackPool) pool = ics_stack_pool_new((size_t)1 << 62);

    (void)state;
    errno = 0;
    assert_null(ics_stack_pool_take(pool));
    assert_int_not_equal(errno, 0);
    assert_null(ics_stack_pool_take(pool));
    assert_int_equal(ics_stack_pool_in_use(pool), 0);
    assert_int_equal(ics_stack_pool_peak(pool), 0);
}

static void free_the_pool(gpointer data)
{
    ics_stack_pool_free(data);
}

static void a_pool_is_not_freed_while_a_stack_is_in_use(void **state)
{
    IcsPooledStack *stack = ics_stack_pool_take(*state);

    assert_true(ics_test_child_aborts(free_the_pool, *state));
    ics_stack_pool_give_back(*state, stack);
}

static void freeing_no_pool_does_nothing(void **state)
{
    (void)state;
    ics_stack_pool_free(NULL);
}

#define POOL_TEST(name) cmocka_unit_test_setup_teardown(name, with_a_pool, drop_the_pool)

int main(void)
{
    const struct CMUnitTest tests[] = {
        POOL_TEST(a_stack_has_the_bytes_asked_for_and_all_can_be_written),
        cmocka_unit_test(no_stack_is_smaller_than_asked_for),
        POOL_TEST(tops_of_neighbours_lie_at_different_offsets_in_their_pages),
        cmocka_unit_test(size_zero_means_at_least_64_kibibytes),
        POOL_TEST(the_stack_given_back_last_is_taken_first),
#ifdef ICS_FIBER_ASAN
        POOL_TEST(a_stack_is_out_of_bounds_while_the_pool_has_it),
#endif
        POOL_TEST(stacks_in_use_and_their_peak_are_counted),
        POOL_TEST(a_new_pool_has_counted_nothing),
        POOL_TEST(stacks_do_not_overlap),
        POOL_TEST(the_bytes_below_a_guarded_stack_cannot_be_written),
        POOL_TEST(stacks_beyond_the_limit_of_guards_have_a_canary),
        POOL_TEST(a_stack_without_guard_is_as_large_and_passes_its_check_when_full),
        POOL_TEST(one_bit_below_a_stack_without_guard_ends_the_program),
        cmocka_unit_test(memory_that_the_system_refuses_is_reported_and_changes_nothing),
        POOL_TEST(a_pool_is_not_freed_while_a_stack_is_in_use),
        cmocka_unit_test(freeing_no_pool_does_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
