/* A set of numbers as ranges, against an array of flags. */
#include <cmocka.h>
#include <glib.h>
#include <string.h>

#include "protocols/stream/sacked_ranges.h"
#include "tests/support/splitmix.h"

enum { NUMBERS = 200, STEPS = 4000 };

static IcsSequenceRange range(IcsSequence first, IcsSequence end)
{
    return (IcsSequenceRange){first, end};
}

static void assert_set_is(const IcsSackedRanges *set, const bool has[NUMBERS])
{
    uint32_t n = 0;
    for (uint32_t at = 0; at < NUMBERS; at++) {
        bool begins = has[at] && (at == 0 || !has[at - 1]);
        if (begins) {
            assert_true(n < set->count);
            assert_int_equal(ics_sacked_ranges_at(set, n).first, at);
        }
        bool ends = has[at] && (at == NUMBERS - 1 || !has[at + 1]);
        if (ends) {
            assert_int_equal(ics_sacked_ranges_at(set, n).end, at + 1);
            n++;
        }
    }
    assert_int_equal(set->count, n);
}

static void assert_first_gap_is_right(const IcsSackedRanges *set, const bool has[NUMBERS],
                                      IcsSequenceRange where)
{
    IcsSequence first = where.first;
    while (first < where.end && has[first]) {
        first++;
    }
    IcsSequence end = first;
    while (end < where.end && !has[end]) {
        end++;
    }
    IcsSequenceRange gap = {0, 0};
    assert_int_equal(ics_sacked_ranges_first_gap(set, where, &gap), first < where.end);
    if (first < where.end) {
        assert_int_equal(gap.first, first);
        assert_int_equal(gap.end, end);
    }
}

static void it_is_the_set_of_what_was_added(void **state)
{
    (void)state;
    IcsSackedRanges set = {0};
    bool has[NUMBERS] = {false};
    uint64_t random = 5;
    IcsSequence dropped = 0;
    for (int i = 0; i < STEPS; i++) {
        IcsSequence first = ics_splitmix_next(&random) % (NUMBERS - 1);
        IcsSequence end = first + 1 + ics_splitmix_next(&random) % 12;
        end = MIN(end, NUMBERS);
        if (i % 60 == 59) { /* begin again */
            ics_sacked_ranges_clear(&set);
            memset(has, 0, sizeof has);
            dropped = 0;
        } else if (ics_splitmix_next(&random) % 5 == 0) {
            dropped = MAX(dropped, first / 2);
            ics_sacked_ranges_drop(&set, dropped);
            memset(has, 0, dropped * sizeof *has);
        } else if (first >= dropped) {
            ics_sacked_ranges_add(&set, range(first, end));
            memset(has + first, 1, (end - first) * sizeof *has);
        }
        assert_set_is(&set, has);
        assert_first_gap_is_right(&set, has, range(first, end));
    }
    ics_sacked_ranges_clear(&set);
}

static void neighbours_become_one(void **state)
{
    (void)state;
    IcsSackedRanges set = {0};
    ics_sacked_ranges_add(&set, range(10, 20));
    ics_sacked_ranges_add(&set, range(30, 40));
    assert_int_equal(set.count, 2);
    ics_sacked_ranges_add(&set, range(20, 30));
    assert_int_equal(set.count, 1);
    assert_int_equal(ics_sacked_ranges_at(&set, 0).first, 10);
    assert_int_equal(ics_sacked_ranges_end(&set), 40);
    ics_sacked_ranges_clear(&set);
}

static void an_empty_one_owns_nothing(void **state)
{
    (void)state;
    IcsSackedRanges set = {0};
    IcsSequenceRange gap;
    assert_int_equal(ics_sacked_ranges_end(&set), 0);
    assert_int_equal(ics_sacked_ranges_lost_below(&set, 1, 0), 0);
    assert_true(ics_sacked_ranges_first_gap(&set, range(3, 5), &gap));
    assert_int_equal(gap.end, 5);
    ics_sacked_ranges_add(&set, range(1, 2));
    ics_sacked_ranges_drop(&set, 2);
    assert_null(set.ranges);
    ics_sacked_ranges_clear(&set);
}

static void many_ranges_grow_and_move_up(void **state)
{
    (void)state;
    IcsSackedRanges set = {0};
    for (IcsSequence at = 0; at < 20000; at += 2) {
        ics_sacked_ranges_add(&set, range(at, at + 1));
        ics_sacked_ranges_drop(&set, at > 100 ? at - 100 : 0);
    }
    assert_int_equal(set.count, 51);
    assert_true(set.capacity <= 256); /* what was dropped is used again */
    ics_sacked_ranges_clear(&set);
}

static void ranges_or_bytes_above_make_a_loss(void **state)
{
    (void)state;
    IcsSackedRanges set = {0};
    ics_sacked_ranges_add(&set, range(10, 15));
    ics_sacked_ranges_add(&set, range(20, 25));
    assert_int_equal(ics_sacked_ranges_lost_below(&set, 3, 10), 0); /* 10 are not more than 10 */
    assert_int_equal(ics_sacked_ranges_lost_below(&set, 3, 9), 10);
    assert_int_equal(ics_sacked_ranges_lost_below(&set, 3, 4), 20);
    ics_sacked_ranges_add(&set, range(30, 31));
    assert_int_equal(ics_sacked_ranges_lost_below(&set, 3, 100), 10);
    assert_int_equal(ics_sacked_ranges_lost_below(&set, 1, 100), 30);
    ics_sacked_ranges_clear(&set);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_is_the_set_of_what_was_added),
        cmocka_unit_test(neighbours_become_one),
        cmocka_unit_test(an_empty_one_owns_nothing),
        cmocka_unit_test(many_ranges_grow_and_move_up),
        cmocka_unit_test(ranges_or_bytes_above_make_a_loss),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
