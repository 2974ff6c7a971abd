#include <cmocka.h>
#include <glib.h>

#include "tests/support/splitmix.h"
#include "tool/report/reordering.h"

static void receive_all(IcsReordering *reordering, const uint64_t *sequence, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        ics_reordering_receive(reordering, sequence[i]);
    }
}

static void check(const uint64_t *sequence, size_t n, uint64_t reordered, uint64_t extent_max,
                  uint64_t extent_sum)
{
    IcsReordering reordering = {0};
    receive_all(&reordering, sequence, n);
    assert_int_equal(reordering.received, n);
    assert_int_equal(reordering.reordered, reordered);
    assert_int_equal(reordering.extent_max, extent_max);
    assert_int_equal(reordering.extent_sum, extent_sum);
    assert_int_equal(reordering.beyond, 0);
    ics_reordering_clear(&reordering);
}

/* RFC 4737, section 8.1: packet 4 is received behind packet 8; its extent is 8 - 4 = 4. */
static void a_single_late_packet_has_the_extent_of_the_rfc(void **state)
{
    (void)state;
    const uint64_t arrivals[] = {1, 2, 3, 5, 6, 7, 8, 4, 9, 10};
    check(arrivals, G_N_ELEMENTS(arrivals), 1, 4, 4);
}

/* RFC 4737, section 8.2: packet 7 overtakes 5 and 6; their extents are 1 and 2. */
static void a_single_early_packet_makes_two_late_ones(void **state)
{
    (void)state;
    const uint64_t arrivals[] = {1, 2, 3, 4, 7, 5, 6, 8, 9, 10};
    check(arrivals, G_N_ELEMENTS(arrivals), 2, 2, 1 + 2);
}

static void three_late_packets_in_their_own_order_count_from_the_first_overtaker(void **state)
{
    (void)state;
    const uint64_t arrivals[] = {1, 2, 3, 7, 8, 9, 10, 4, 5, 6, 11};
    check(arrivals, G_N_ELEMENTS(arrivals), 3, 6, 4 + 5 + 6);
}

static void nothing_is_reordered_in_order(void **state)
{
    (void)state;
    const uint64_t arrivals[] = {0, 1, 2, 3};
    check(arrivals, G_N_ELEMENTS(arrivals), 0, 0, 0);
}

static void loss_is_not_reordering(void **state)
{
    (void)state;
    const uint64_t arrivals[] = {0, 3, 4, 9, 100};
    check(arrivals, G_N_ELEMENTS(arrivals), 0, 0, 0);
}

static void behind_a_gap_only_what_was_received_counts(void **state)
{
    (void)state;
    const uint64_t arrivals[] = {0, 10, 20, 30, 5, 15, 25};
    check(arrivals, G_N_ELEMENTS(arrivals), 3, 3, 3 + 3 + 3);
}

static void reversed_packets_all_count_from_the_first(void **state)
{
    (void)state;
    const uint64_t arrivals[] = {4, 3, 2, 1, 0};
    check(arrivals, G_N_ELEMENTS(arrivals), 4, 4, 1 + 2 + 3 + 4);
}

/* The definition of section 4.2.1 word for word: i - j for the smallest j with s[j] > s[i]. */
static void check_by_definition(const uint64_t *s, size_t n)
{
    uint64_t reordered = 0;
    uint64_t extent_max = 0;
    uint64_t extent_sum = 0;
    for (size_t i = 0; i < n; i++) {
        size_t j = 0;
        while (j < i && s[j] <= s[i]) {
            j++;
        }
        reordered += j < i;
        extent_sum += i - j;
        extent_max = MAX(extent_max, i - j);
    }
    check(s, n, reordered, extent_max, extent_sum);
}

static void shuffle(uint64_t *s, size_t n, size_t reach, uint64_t *seed)
{
    for (size_t i = 0; i + 1 < n; i++) {
        size_t other = i + ics_splitmix_next(seed) % MIN(reach, n - i);
        uint64_t swapped = s[i];
        s[i] = s[other];
        s[other] = swapped;
    }
}

static void random_orders_agree_with_the_definition(void **state)
{
    (void)state;
    uint64_t seed = 6;
    for (size_t round = 0; round < 200; round++) {
        uint64_t s[300];
        size_t n = 0;
        for (uint64_t sequence = 0; n < G_N_ELEMENTS(s); sequence++) {
            s[n] = sequence;
            n += ics_splitmix_next(&seed) % 5 > 0;
        }
        shuffle(s, n, 1 + round / 2, &seed);
        check_by_definition(s, n);
    }
}

static void runs_take_no_memory_while_nothing_is_missing(void **state)
{
    (void)state;
    IcsReordering reordering = {0};
    for (uint64_t i = 0; i < 1000000; i++) {
        ics_reordering_receive(&reordering, i);
    }
    assert_null(reordering.runs);
    ics_reordering_clear(&reordering);
}

static void memory_is_bounded_when_every_other_one_is_lost(void **state)
{
    (void)state;
    IcsReordering reordering = {0};
    for (uint64_t i = 0; i < 1000000; i++) {
        ics_reordering_receive(&reordering, 2 * i);
    }
    assert_in_range(reordering.room, 1, ICS_REORDERING_WINDOW);
    ics_reordering_clear(&reordering);
}

/* Every even number in order; then odd ones at, and beyond, the edge of the window. */
static void beyond_the_window_the_extent_is_counted_as_unknown(void **state)
{
    (void)state;
    const uint64_t n = 100000;
    IcsReordering reordering = {0};
    for (uint64_t i = 0; i < n; i++) {
        ics_reordering_receive(&reordering, 2 * i);
    }
    ics_reordering_receive(&reordering, 1);
    assert_int_equal(reordering.reordered, 1);
    assert_int_equal(reordering.beyond, 1);
    assert_int_equal(reordering.extent_sum, 0);
    uint64_t inside = 2 * n - ICS_REORDERING_WINDOW + 1;
    ics_reordering_receive(&reordering, inside);
    assert_int_equal(reordering.beyond, 1);
    assert_int_equal(reordering.extent_sum, n + 2 - ((inside + 1) / 2 + 1));
    ics_reordering_clear(&reordering);
}

static void merging_adds_what_was_counted(void **state)
{
    (void)state;
    const uint64_t left_arrivals[] = {0, 2, 1};
    const uint64_t right_arrivals[] = {3, 0, 1, 2};
    IcsReordering left = {0};
    IcsReordering right = {0};
    receive_all(&left, left_arrivals, 3);
    receive_all(&right, right_arrivals, 4);
    ics_reordering_merge(&left, &right);
    assert_int_equal(left.received, 7);
    assert_int_equal(left.reordered, 4);
    assert_int_equal(left.extent_max, 3);
    assert_int_equal(left.extent_sum, 1 + 1 + 2 + 3);
    ics_reordering_clear(&left);
    ics_reordering_clear(&right);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_single_late_packet_has_the_extent_of_the_rfc),
        cmocka_unit_test(a_single_early_packet_makes_two_late_ones),
        cmocka_unit_test(three_late_packets_in_their_own_order_count_from_the_first_overtaker),
        cmocka_unit_test(nothing_is_reordered_in_order),
        cmocka_unit_test(loss_is_not_reordering),
        cmocka_unit_test(behind_a_gap_only_what_was_received_counts),
        cmocka_unit_test(reversed_packets_all_count_from_the_first),
        cmocka_unit_test(random_orders_agree_with_the_definition),
        cmocka_unit_test(runs_take_no_memory_while_nothing_is_missing),
        cmocka_unit_test(memory_is_bounded_when_every_other_one_is_lost),
        cmocka_unit_test(beyond_the_window_the_extent_is_counted_as_unknown),
        cmocka_unit_test(merging_adds_what_was_counted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
