#include <cmocka.h>
#include <glib.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include "protocols/stream/byte_pool.h"

static void a_block_that_was_given_back_is_taken_again(void **state)
{
    (void)state;
    IcsBytePool pool;
    ics_byte_pool_init(&pool, 1 << 20);
    uint8_t *block = ics_byte_pool_take(&pool, 12);
    memset(block, 1, 1 << 12);
    ics_byte_pool_give(&pool, block, 12);
    assert_int_equal(pool.kept_bytes, 1 << 12);
    assert_ptr_equal(ics_byte_pool_take(&pool, 12), block);
    assert_int_equal(pool.kept_bytes, 0);
    ics_byte_pool_give(&pool, block, 12);
    ics_byte_pool_clear(&pool);
}

static void the_block_given_last_is_taken_first(void **state)
{
    (void)state;
    IcsBytePool pool;
    ics_byte_pool_init(&pool, 1 << 20);
    uint8_t *first = ics_byte_pool_take(&pool, 10), *second = ics_byte_pool_take(&pool, 10);
    ics_byte_pool_give(&pool, first, 10);
    ics_byte_pool_give(&pool, second, 10);
    assert_ptr_equal(ics_byte_pool_take(&pool, 10), second);
    assert_ptr_equal(ics_byte_pool_take(&pool, 10), first);
    ics_byte_pool_give(&pool, first, 10);
    ics_byte_pool_give(&pool, second, 10);
    ics_byte_pool_clear(&pool);
    assert_int_equal(pool.kept_bytes, 0);
}

static void blocks_of_one_size_are_not_taken_for_another(void **state)
{
    (void)state;
    IcsBytePool pool;
    ics_byte_pool_init(&pool, 1 << 20);
    uint8_t *small = ics_byte_pool_take(&pool, 10);
    ics_byte_pool_give(&pool, small, 10);
    uint8_t *large = ics_byte_pool_take(&pool, 11);
    memset(large, 2, 1 << 11);
    assert_int_equal(pool.kept_bytes, 1 << 10);
    ics_byte_pool_give(&pool, large, 11);
    assert_int_equal(pool.kept_bytes, 3 << 10);
    ics_byte_pool_clear(&pool);
}

static void no_more_is_kept_than_allowed(void **state)
{
    (void)state;
    IcsBytePool pool;
    ics_byte_pool_init(&pool, 5 << 10);
    uint8_t *blocks[6];
    for (int i = 0; i < 6; i++)
        blocks[i] = ics_byte_pool_take(&pool, 10);
    for (int i = 0; i < 6; i++)
        ics_byte_pool_give(&pool, blocks[i], 10);
    assert_int_equal(pool.kept_bytes, 5 << 10);
    ics_byte_pool_clear(&pool);
}

/* Neither leaks: the sanitizer counts. */
static void without_a_pool_or_with_one_of_zeros_nothing_is_kept(void **state)
{
    (void)state;
    IcsBytePool zeros = {0};
    ics_byte_pool_give(NULL, ics_byte_pool_take(NULL, 10), 10);
    ics_byte_pool_give(&zeros, ics_byte_pool_take(&zeros, 10), 10);
    assert_int_equal(zeros.kept_bytes, 0);
    ics_byte_pool_give(NULL, NULL, 0);
    ics_byte_pool_give(&zeros, NULL, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_block_that_was_given_back_is_taken_again),
        cmocka_unit_test(the_block_given_last_is_taken_first),
        cmocka_unit_test(blocks_of_one_size_are_not_taken_for_another),
        cmocka_unit_test(no_more_is_kept_than_allowed),
        cmocka_unit_test(without_a_pool_or_with_one_of_zeros_nothing_is_kept),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
