#include <cmocka.h>
#include <glib.h>
#include <string.h>

#include "base/arena.h"
#include "tests/support/child.h"

static void an_unused_arena_has_no_memory(void **state)
{
    (void)state;
    IcsArena arena;

    ics_arena_init(&arena);
    assert_null(arena.chunks);
    ics_arena_clear(&arena);
    ics_arena_clear(&arena);
}

static void memory_is_zeroed_aligned_and_apart(void **state)
{
    (void)state;
    IcsArena arena;
    uint8_t *blocks[3000];
    size_t sizes[3000];

    ics_arena_init(&arena);
    for (size_t i = 0; i < G_N_ELEMENTS(blocks); i++) {
        sizes[i] = i * 7919 % 700;
        blocks[i] = ics_arena_alloc(&arena, sizes[i]);
        assert_int_equal((uintptr_t)blocks[i] % ICS_ARENA_ALIGNMENT, 0);
        for (size_t j = 0; j < sizes[i]; j++) {
            assert_int_equal(blocks[i][j], 0);
        }
        memset(blocks[i], (int)(i % 255 + 1), sizes[i]);
    }
    for (size_t i = 0; i < G_N_ELEMENTS(blocks); i++) {
        for (size_t j = 0; j < sizes[i]; j++) {
            assert_int_equal(blocks[i][j], i % 255 + 1);
        }
    }
    ics_arena_clear(&arena);
    assert_null(arena.chunks);
}

static void empty_blocks_are_apart_too(void **state)
{
    (void)state;
    IcsArena arena;

    ics_arena_init(&arena);
    void *first = ics_arena_alloc(&arena, 0);
    void *second = ics_arena_alloc(&arena, 0);
    assert_non_null(first);
    assert_ptr_not_equal(first, second);
    assert_non_null(ics_arena_memdup(&arena, NULL, 0));
    ics_arena_clear(&arena);
}

static void a_large_block_leaves_the_room_of_the_first_chunk_in_use(void **state)
{
    (void)state;
    IcsArena arena;

    ics_arena_init(&arena);
    uint8_t *small = ics_arena_alloc(&arena, 16);
    uint8_t *large = ics_arena_alloc(&arena, 1 << 20);
    uint8_t *next = ics_arena_alloc(&arena, 16);
    memset(large, 1, 1 << 20);
    assert_ptr_equal(next, small + 16);
    assert_int_equal(*next, 0);
    ics_arena_clear(&arena);
}

static void a_large_block_may_come_first(void **state)
{
    (void)state;
    IcsArena arena;

    ics_arena_init(&arena);
    uint8_t *large = ics_arena_alloc(&arena, 1 << 20);
    memset(large, 1, 1 << 20);
    memset(ics_arena_alloc(&arena, 100), 2, 100);
    assert_int_equal(large[(1 << 20) - 1], 1);
    ics_arena_clear(&arena);
}

static void copies_are_equal_and_their_own(void **state)
{
    (void)state;
    IcsArena arena;
    char text[] = "text";

    ics_arena_init(&arena);
    char *copy = ics_arena_strdup(&arena, text);
    uint8_t *bytes = ics_arena_memdup(&arena, "a\0b", 3);
    text[0] = 'x';
    assert_string_equal(copy, "text");
    assert_memory_equal(bytes, "a\0b", 3);
    assert_int_equal(*ics_arena_strdup(&arena, ""), '\0');
    ics_arena_clear(&arena);
}

static void typed_blocks_have_their_sizes(void **state)
{
    (void)state;
    IcsArena arena;

    ics_arena_init(&arena);
    int64_t *one = ics_arena_new(&arena, int64_t);
    int64_t *many = ics_arena_new_array(&arena, int64_t, 100);
    *one = 1;
    for (int i = 0; i < 100; i++) {
        assert_int_equal(many[i], 0);
        many[i] = i;
    }
    assert_int_equal(*one, 1);
    ics_arena_clear(&arena);
}

static void allocate_too_many(gpointer data)
{
    IcsArena arena;

    (void)data;
    ics_arena_init(&arena);
    ics_arena_alloc_array(&arena, G_MAXSIZE / 2, 3);
}

static void allocate_too_much(gpointer data)
{
    IcsArena arena;

    (void)data;
    ics_arena_init(&arena);
    ics_arena_alloc(&arena, G_MAXSIZE);
}

static void a_size_that_overflows_asserts(void **state)
{
    (void)state;
    assert_true(ics_test_child_aborts(allocate_too_many, NULL));
    assert_true(ics_test_child_aborts(allocate_too_much, NULL));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_unused_arena_has_no_memory),
        cmocka_unit_test(memory_is_zeroed_aligned_and_apart),
        cmocka_unit_test(empty_blocks_are_apart_too),
        cmocka_unit_test(a_large_block_leaves_the_room_of_the_first_chunk_in_use),
        cmocka_unit_test(a_large_block_may_come_first),
        cmocka_unit_test(copies_are_equal_and_their_own),
        cmocka_unit_test(typed_blocks_have_their_sizes),
        cmocka_unit_test(a_size_that_overflows_asserts),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
