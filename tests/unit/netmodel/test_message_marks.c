/* Messages of a byte stream: which segment carries which, and which have been read. */
#include <cmocka.h>

#include "netmodel/message_marks.h"

#define START 1000

/* Marks with messages of these lengths, the first one at START. */
static IcsMessageMarks *marks_of(const uint32_t *bytes, size_t n)
{
    IcsMessageMarks *marks = ics_message_marks_new();
    uint64_t end = START;
    for (size_t i = 0; i < n; i++) {
        end += bytes[i];
        ics_message_marks_push(marks, end, &(IcsMessageTag){.ordinal = i, .bytes = bytes[i]});
    }
    return marks;
}

static void assert_segment(IcsMessageMarks *marks, uint64_t first, uint64_t end, uint64_t ordinal,
                           uint64_t fragment)
{
    IcsMessageSegment segment;
    assert_true(ics_message_marks_send(marks, START + first, START + end, &segment));
    assert_int_equal(segment.tag.ordinal, ordinal);
    assert_int_equal(segment.fragment, fragment);
}

static void a_segment_is_that_of_its_message(void **state)
{
    (void)state;
    IcsMessageMarks *marks = marks_of((const uint32_t[]){100, 50, 1}, 3);
    IcsMessageSegment segment;
    assert_segment(marks, 0, 100, 0, 0);
    assert_segment(marks, 100, 150, 1, 0);
    assert_segment(marks, 150, 151, 2, 0);
    assert_false(ics_message_marks_send(marks, START + 151, START + 152, &segment));
    ics_message_marks_unref(marks);
}

static void a_long_message_has_fragments(void **state)
{
    (void)state;
    IcsMessageMarks *marks = marks_of((const uint32_t[]){250, 10}, 2);
    assert_segment(marks, 0, 100, 0, 0);
    assert_segment(marks, 100, 200, 0, 1);
    assert_segment(marks, 200, 240, 0, 2);
    assert_segment(marks, 240, 250, 0, 3);
    assert_segment(marks, 250, 260, 1, 0);
    ics_message_marks_unref(marks);
}

/* SEMANTICS: the ordinal is that of the message whose first byte the packet carries. */
static void a_segment_with_the_beginning_of_a_message_is_its_own(void **state)
{
    (void)state;
    IcsMessageMarks *marks = marks_of((const uint32_t[]){150, 20, 20, 200}, 4);
    assert_segment(marks, 0, 100, 0, 0);
    assert_segment(marks, 100, 200, 1, 0); /* 1, 2 and 3 begin in it */
    assert_segment(marks, 200, 300, 3, 1);
    assert_segment(marks, 300, 390, 3, 2);
    ics_message_marks_unref(marks);
}

static void a_segment_that_ends_with_its_message_begins_none(void **state)
{
    (void)state;
    IcsMessageMarks *marks = marks_of((const uint32_t[]){150, 20}, 2);
    assert_segment(marks, 0, 100, 0, 0);
    assert_segment(marks, 100, 150, 0, 1);
    assert_segment(marks, 150, 170, 1, 0);
    ics_message_marks_unref(marks);
}

static void every_byte_that_is_not_acknowledged_has_its_message(void **state)
{
    (void)state;
    IcsMessageTag tag;
    IcsMessageMarks *marks = marks_of((const uint32_t[]){100, 50, 1}, 3);
    assert_null(ics_message_marks_find(marks, START - 1));
    assert_int_equal(ics_message_marks_find(marks, START)->ordinal, 0);
    assert_int_equal(ics_message_marks_find(marks, START + 99)->ordinal, 0);
    assert_int_equal(ics_message_marks_find(marks, START + 100)->ordinal, 1);
    assert_int_equal(ics_message_marks_find(marks, START + 150)->ordinal, 2);
    assert_null(ics_message_marks_find(marks, START + 151));
    assert_true(ics_message_marks_take(marks, START + 100, &tag));
    assert_int_equal(ics_message_marks_find(marks, START)->ordinal, 0);
    ics_message_marks_acknowledge(marks, START + 100);
    assert_null(ics_message_marks_find(marks, START));
    assert_int_equal(ics_message_marks_find(marks, START + 100)->ordinal, 1);
    ics_message_marks_unref(marks);
}

static void messages_are_taken_when_their_last_byte_was_read(void **state)
{
    (void)state;
    IcsMessageTag tag;
    IcsMessageMarks *marks = marks_of((const uint32_t[]){100, 50}, 2);
    assert_false(ics_message_marks_take(marks, START + 99, &tag));
    assert_true(ics_message_marks_take(marks, START + 120, &tag));
    assert_int_equal(tag.ordinal, 0);
    assert_false(ics_message_marks_take(marks, START + 120, &tag));
    assert_true(ics_message_marks_take(marks, START + 150, &tag));
    assert_int_equal(tag.ordinal, 1);
    assert_false(ics_message_marks_take(marks, UINT64_MAX, &tag));
    ics_message_marks_unref(marks);
}

/* Whoever keeps up needs no memory beside the struct. */
static void memory_goes_back_when_all_is_over(void **state)
{
    (void)state;
    IcsMessageTag tag;
    IcsMessageMarks *marks = ics_message_marks_new();
    for (uint64_t i = 0; i < 1000; i++) {
        ics_message_marks_push(marks, START + i + 1, &(IcsMessageTag){.ordinal = i, .bytes = 1});
        assert_segment(marks, i, i + 1, i, 0);
    }
    assert_non_null(marks->far);
    for (uint64_t i = 0; i < 1000; i++) {
        assert_true(ics_message_marks_take(marks, UINT64_MAX, &tag));
        assert_int_equal(tag.ordinal, i);
        ics_message_marks_acknowledge(marks, START + i + 1);
    }
    assert_int_equal(marks->n, 0);
    assert_null(marks->far);
    ics_message_marks_unref(marks);
}

static void a_message_can_end_early(void **state)
{
    (void)state;
    IcsMessageTag tag;
    IcsMessageMarks *marks = marks_of((const uint32_t[]){100, 50}, 2);
    assert_false(ics_message_marks_cut(marks, START + 150, &tag));
    assert_false(ics_message_marks_cut(marks, START + 120, &tag));
    assert_int_equal(ics_message_marks_find(marks, START + 119)->bytes, 20);
    assert_null(ics_message_marks_find(marks, START + 120));
    assert_true(ics_message_marks_cut(marks, START + 100, &tag));
    assert_int_equal(tag.ordinal, 1);
    ics_message_marks_push(marks, START + 110, &(IcsMessageTag){.ordinal = 2, .bytes = 10});
    assert_segment(marks, 0, 110, 0, 0);
    ics_message_marks_unref(marks);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_segment_is_that_of_its_message),
        cmocka_unit_test(a_long_message_has_fragments),
        cmocka_unit_test(a_segment_with_the_beginning_of_a_message_is_its_own),
        cmocka_unit_test(a_segment_that_ends_with_its_message_begins_none),
        cmocka_unit_test(every_byte_that_is_not_acknowledged_has_its_message),
        cmocka_unit_test(messages_are_taken_when_their_last_byte_was_read),
        cmocka_unit_test(memory_goes_back_when_all_is_over),
        cmocka_unit_test(a_message_can_end_early),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
