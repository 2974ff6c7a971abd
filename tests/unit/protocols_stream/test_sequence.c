#include <cmocka.h>
#include <setjmp.h>
#include <stdarg.h>

#include "protocols/stream/sequence.h"
#include "tests/support/splitmix.h"

#define TWO_TO_31 (UINT64_C(1) << 31)
#define TWO_TO_32 (UINT64_C(1) << 32)

static void the_first_number_has_the_low_bits_of_the_wire(void **state)
{
    (void)state;
    assert_true(ics_sequence_first(0) == TWO_TO_32);
    assert_true(ics_sequence_first(UINT32_MAX) == 2 * TWO_TO_32 - 1);
    assert_int_equal(ics_sequence_wire(ics_sequence_first(0x89abcdef)), 0x89abcdef);
}

static void numbers_before_the_first_one_exist(void **state)
{
    (void)state;
    IcsSequence first = ics_sequence_first(0);
    assert_true(ics_sequence_extend(first, UINT32_MAX) == first - 1);
    assert_true(ics_sequence_extend(first, 0x80000000) == first - TWO_TO_31);
}

static void the_wire_wraps_around_and_the_number_goes_on(void **state)
{
    (void)state;
    IcsSequence last = ics_sequence_first(UINT32_MAX);
    assert_true(ics_sequence_extend(last, 0) == last + 1);
    assert_true(ics_sequence_extend(last, 999) == last + 1000);
    assert_true(ics_sequence_extend(last + 1, UINT32_MAX) == last);
    assert_true(ics_sequence_extend(last, UINT32_MAX) == last);
}

/* RFC 9293, section 3.4: a number is compared within half the space. */
static void the_nearest_number_is_less_than_half_the_space_away(void **state)
{
    (void)state;
    uint64_t seed = 1;
    for (int round = 0; round < 100000; round++) {
        IcsSequence reference = TWO_TO_32 + (ics_splitmix_next(&seed) >> 8);
        uint32_t wire = (uint32_t)ics_splitmix_next(&seed);
        IcsSequence number = ics_sequence_extend(reference, wire);
        assert_int_equal((uint32_t)number, wire);
        assert_true(number + TWO_TO_31 >= reference && number < reference + TWO_TO_31);
    }
}

static void half_the_space_away_is_before(void **state)
{
    (void)state;
    IcsSequence reference = ics_sequence_first(1000);
    assert_true(ics_sequence_extend(reference, 1000 + 0x7fffffffu) == reference + 0x7fffffff);
    assert_true(ics_sequence_extend(reference, 1000 + 0x80000000u) == reference - TWO_TO_31);
}

/* 2^56 bytes are 2^24 times around. */
static void a_long_stream_stays_exact(void **state)
{
    (void)state;
    IcsSequence number = ics_sequence_first(0xfffffff0);
    for (int i = 0; i < 1000000; i++) {
        IcsSequence next = number + 0x7fffffff;
        assert_true(ics_sequence_extend(number, ics_sequence_wire(next)) == next);
        number = next;
    }
}

static void a_range_ends_before_its_end(void **state)
{
    (void)state;
    IcsSequenceRange range = {10, 20}, empty = {10, 10}, backwards = {20, 10};
    assert_true(ics_sequence_range_bytes(range) == 10);
    assert_false(ics_sequence_range_is_empty(range));
    assert_true(ics_sequence_range_is_empty(empty));
    assert_true(ics_sequence_range_is_empty(backwards));
    assert_false(ics_sequence_range_contains(range, 9));
    assert_true(ics_sequence_range_contains(range, 10));
    assert_true(ics_sequence_range_contains(range, 19));
    assert_false(ics_sequence_range_contains(range, 20));
    assert_false(ics_sequence_range_contains(empty, 10));
}

static void assert_intersection(IcsSequenceRange a, IcsSequenceRange b, IcsSequenceRange expected)
{
    IcsSequenceRange ab = ics_sequence_range_intersection(a, b);
    IcsSequenceRange ba = ics_sequence_range_intersection(b, a);
    assert_true(ab.first == expected.first && ab.end == expected.end);
    assert_true(ba.first == expected.first && ba.end == expected.end);
}

static void an_intersection_is_what_both_have(void **state)
{
    (void)state;
    IcsSequenceRange range = {10, 20};
    assert_intersection(range, (IcsSequenceRange){15, 25}, (IcsSequenceRange){15, 20});
    assert_intersection(range, (IcsSequenceRange){12, 13}, (IcsSequenceRange){12, 13});
    assert_intersection(range, range, range);
    IcsSequenceRange touching = {20, 30}, apart = {40, 50};
    assert_true(ics_sequence_range_is_empty(ics_sequence_range_intersection(range, touching)));
    assert_true(ics_sequence_range_is_empty(ics_sequence_range_intersection(range, apart)));
    assert_true(ics_sequence_range_is_empty(ics_sequence_range_intersection(apart, range)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_first_number_has_the_low_bits_of_the_wire),
        cmocka_unit_test(numbers_before_the_first_one_exist),
        cmocka_unit_test(the_wire_wraps_around_and_the_number_goes_on),
        cmocka_unit_test(the_nearest_number_is_less_than_half_the_space_away),
        cmocka_unit_test(half_the_space_away_is_before),
        cmocka_unit_test(a_long_stream_stays_exact),
        cmocka_unit_test(a_range_ends_before_its_end),
        cmocka_unit_test(an_intersection_is_what_both_have),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
