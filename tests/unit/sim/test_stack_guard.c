/* What the pool does on other systems than this one: the two calls that make guards are replaced.
 */
#include <cmocka.h>
#include <errno.h>
#include <stdbool.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "sim/stack_pool.h"
#include "tests/support/child.h"

#define GUARD_INSTALL 102

static struct {
    bool advice_unknown; /* Linux before 6.13 */
    bool advice_ignored; /* qemu-user */
    guint areas_left;    /* of the process map, for mprotect */
    guint mprotect_calls;
} machine;

int madvise(void *address, size_t bytes, int advice)
{
    if (advice == GUARD_INSTALL && machine.advice_ignored)
        return 0;
    if (advice == GUARD_INSTALL && machine.advice_unknown) {
        errno = EINVAL;
        return -1;
    }
    return (int)syscall(SYS_madvise, address, bytes, advice);
}

int mprotect(void *address, size_t bytes, int protection)
{
    machine.mprotect_calls++;
    if (machine.areas_left == 0) {
        errno = ENOMEM;
        return -1;
    }
    machine.areas_left--;
    return (int)syscall(SYS_mprotect, address, bytes, protection);
}

static int with_a_pool(void **state)
{
    machine.advice_unknown = false;
    machine.advice_ignored = false;
    machine.areas_left = G_MAXUINT;
    machine.mprotect_calls = 0;
    *state = ics_stack_pool_new(0);
    return 0;
}

static int drop_the_pool(void **state)
{
    ics_stack_pool_free(*state);
    return 0;
}

static void write_one_byte(gpointer data)
{
    *(volatile guint8 *)data = 1;
}

static void assert_guarded(const IcsPooledStack *stack)
{
    guint8 *below = stack->bottom - 1;

    assert_null(stack->canary);
    assert_true(ics_test_child_faults_within(write_one_byte, below, below, 1));
}

static void a_kernel_without_lightweight_guards_protects_pages(void **state)
{
    IcsPooledStack *first;
    IcsPooledStack *second;

    machine.advice_unknown = true;
    first = ics_stack_pool_take(*state);
    second = ics_stack_pool_take(*state);
    assert_int_equal(machine.mprotect_calls, 2);
    assert_guarded(first);
    assert_guarded(second);
    ics_stack_pool_give_back(*state, first);
    ics_stack_pool_give_back(*state, second);
}

static void an_emulator_that_ignores_the_advice_is_found_out(void **state)
{
    IcsPooledStack *stack;

    machine.advice_ignored = true;
    stack = ics_stack_pool_take(*state);
    assert_int_equal(machine.mprotect_calls, 1);
    assert_guarded(stack);
    ics_stack_pool_give_back(*state, stack);
}

static void a_full_process_map_costs_guards_and_not_stacks(void **state)
{
    IcsPooledStack *stacks[6];

    machine.advice_unknown = true;
    machine.areas_left = 3;
    for (guint i = 0; i < 6; i++)
        stacks[i] = ics_stack_pool_take(*state);
    assert_guarded(stacks[2]);
    assert_non_null(stacks[3]->canary);
    assert_int_equal(ics_stack_pool_unguarded(*state), 3);
    assert_int_equal(machine.mprotect_calls, 4);
    for (guint i = 0; i < 6; i++)
        ics_stack_pool_give_back(*state, stacks[i]);
}

static void protected_pages_are_limited_to_4096_stacks(void **state)
{
    g_autoptr(GPtrArray) stacks = g_ptr_array_new();

    machine.advice_unknown = true;
    for (guint i = 0; i < 4096 + 10; i++)
        g_ptr_array_add(stacks, ics_stack_pool_take(*state));
    assert_int_equal(machine.mprotect_calls, 4096);
    assert_int_equal(ics_stack_pool_unguarded(*state), 10);
    for (guint i = 0; i < stacks->len; i++)
        ics_stack_pool_give_back(*state, g_ptr_array_index(stacks, i));
}

#define POOL_TEST(name) cmocka_unit_test_setup_teardown(name, with_a_pool, drop_the_pool)

int main(void)
{
    const struct CMUnitTest tests[] = {
        POOL_TEST(a_kernel_without_lightweight_guards_protects_pages),
        POOL_TEST(an_emulator_that_ignores_the_advice_is_found_out),
        POOL_TEST(a_full_process_map_costs_guards_and_not_stacks),
        POOL_TEST(protected_pages_are_limited_to_4096_stacks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
