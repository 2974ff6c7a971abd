/* A queue that grows, wraps around and gives its memory back. */
#include <cmocka.h>

#include "protocols/stream/repetitions.h"

static void push(IcsRepetitions *queue, int64_t sent_ns)
{
    ics_repetitions_push(queue, &(IcsRepetition){{(IcsSequence)sent_ns, 1000}, sent_ns});
}

static void the_oldest_comes_first(void **state)
{
    (void)state;
    IcsRepetitions queue = {0};
    int64_t pushed_ns = 0;
    int64_t popped_ns = 0;
    for (int round = 0; round < 50; round++) {
        for (int i = 0; i < 7; i++) {
            push(&queue, pushed_ns++);
        }
        for (int i = 0; i < 6; i++) {
            assert_int_equal(ics_repetitions_at(&queue, 0)->sent_ns, popped_ns);
            ics_repetitions_pop(&queue);
            popped_ns++;
        }
    }
    assert_int_equal(queue.count, 50);
    for (uint32_t i = 0; i < queue.count; i++) {
        assert_int_equal(ics_repetitions_at(&queue, i)->sent_ns, popped_ns + i);
    }
    ics_repetitions_clear(&queue);
}

static void the_last_takes_the_memory_with_it(void **state)
{
    (void)state;
    IcsRepetitions queue = {0};
    push(&queue, 1);
    push(&queue, 2);
    ics_repetitions_pop(&queue);
    assert_non_null(queue.ring);
    ics_repetitions_pop(&queue);
    assert_null(queue.ring);
    assert_int_equal(queue.capacity, 0);
    push(&queue, 3);
    assert_int_equal(ics_repetitions_at(&queue, 0)->sent_ns, 3);
    ics_repetitions_clear(&queue);
    ics_repetitions_clear(&queue);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_oldest_comes_first),
        cmocka_unit_test(the_last_takes_the_memory_with_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
