#include <cmocka.h>
#include <glib.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include "protocols/stream/reassembly.h"

enum { MAX_BLOCKS = 4 };

static IcsReassembly new_reassembly(uint32_t max_ranges)
{
    IcsReassembly reassembly;
    ics_reassembly_init(&reassembly, max_ranges, true);
    return reassembly;
}

static bool add(IcsReassembly *reassembly, IcsSequence first, IcsSequence end)
{
    return ics_reassembly_add(reassembly, (IcsSequenceRange){first, end});
}

static void note(IcsReassembly *reassembly, IcsSequence first, IcsSequence end)
{
    ics_reassembly_note_duplicate(reassembly, (IcsSequenceRange){first, end});
}

static char *text_of(const IcsSequenceRange ranges[], uint32_t n)
{
    GString *text = g_string_new(NULL);
    for (uint32_t i = 0; i < n; i++)
        g_string_append_printf(text, "%s%" G_GUINT64_FORMAT "-%" G_GUINT64_FORMAT, i ? " " : "",
                               ranges[i].first, ranges[i].end);
    return g_string_free(text, FALSE);
}

/* As the RFCs print them: "7000-7500 6000-6500". */
static void assert_blocks_of(IcsReassembly *reassembly, uint32_t max, const char *expected)
{
    IcsSequenceRange blocks[MAX_BLOCKS];
    bool promised = ics_reassembly_has_sack_blocks(reassembly);
    uint32_t n = ics_reassembly_sack_blocks(reassembly, blocks, max);
    g_autofree char *text = text_of(blocks, n);
    assert_string_equal(text, expected);
    assert_int_equal(promised, max > 0 ? n > 0 : promised);
}

static void assert_blocks(IcsReassembly *reassembly, const char *expected)
{
    assert_blocks_of(reassembly, 3, expected);
}

static void assert_ranges(const IcsReassembly *reassembly, const char *expected)
{
    g_autofree IcsSequenceRange *ranges = g_new0(IcsSequenceRange, reassembly->n_ranges + 1);
    for (uint32_t i = 0; i < reassembly->n_ranges; i++)
        ranges[i] = ics_reassembly_range(reassembly, i);
    g_autofree char *text = text_of(ranges, reassembly->n_ranges);
    assert_string_equal(text, expected);
}

static void one_of_zeros_is_empty_and_refuses_every_range(void **state)
{
    (void)state;
    IcsReassembly reassembly = {0};
    assert_true(ics_reassembly_is_empty(&reassembly));
    assert_false(ics_reassembly_has_sack_blocks(&reassembly));
    assert_false(add(&reassembly, 1, 2));
    assert_int_equal(ics_reassembly_advance(&reassembly, 10), 10);
    assert_blocks(&reassembly, "");
    assert_null(reassembly.ranges);
}

static void ranges_that_overlap_or_touch_become_one(void **state)
{
    (void)state;
    static const struct {
        IcsSequenceRange range;
        const char *expected;
    } rows[] = {
        {{50, 90}, "50-90 100-200 300-400"},
        {{50, 100}, "50-200 300-400"},
        {{50, 101}, "50-200 300-400"},
        {{50, 200}, "50-200 300-400"},
        {{50, 250}, "50-250 300-400"},
        {{50, 300}, "50-400"},
        {{50, 500}, "50-500"},
        {{100, 200}, "100-200 300-400"},
        {{100, 101}, "100-200 300-400"},
        {{199, 200}, "100-200 300-400"},
        {{120, 130}, "100-200 300-400"},
        {{150, 250}, "100-250 300-400"},
        {{200, 250}, "100-250 300-400"},
        {{200, 300}, "100-400"},
        {{199, 301}, "100-400"},
        {{201, 299}, "100-200 201-299 300-400"},
        {{201, 300}, "100-200 201-400"},
        {{250, 251}, "100-200 250-251 300-400"},
        {{400, 401}, "100-200 300-401"},
        {{401, 402}, "100-200 300-400 401-402"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        IcsReassembly reassembly = new_reassembly(64);
        assert_true(add(&reassembly, 300, 400));
        assert_true(add(&reassembly, 100, 200));
        assert_true(ics_reassembly_add(&reassembly, rows[i].range));
        assert_ranges(&reassembly, rows[i].expected);
        ics_reassembly_clear(&reassembly);
    }
}

static void the_next_byte_is_the_end_of_the_range_that_was_reached(void **state)
{
    (void)state;
    IcsReassembly reassembly = new_reassembly(64);
    add(&reassembly, 100, 200);
    add(&reassembly, 300, 400);
    assert_int_equal(ics_reassembly_advance(&reassembly, 99), 99);
    assert_ranges(&reassembly, "100-200 300-400");
    assert_int_equal(ics_reassembly_advance(&reassembly, 100), 200);
    assert_ranges(&reassembly, "300-400");
    assert_int_equal(ics_reassembly_advance(&reassembly, 350), 400);
    assert_true(ics_reassembly_is_empty(&reassembly));
    assert_null(reassembly.ranges);
}

static void advancing_over_several_ranges_removes_them(void **state)
{
    (void)state;
    IcsReassembly reassembly = new_reassembly(64);
    add(&reassembly, 100, 200);
    add(&reassembly, 300, 400);
    add(&reassembly, 500, 600);
    assert_int_equal(ics_reassembly_advance(&reassembly, 450), 450);
    assert_ranges(&reassembly, "500-600");
    assert_int_equal(ics_reassembly_advance(&reassembly, 1000), 1000);
    assert_true(ics_reassembly_is_empty(&reassembly));
}

/* There may be many ranges, there mostly are few. */
static void memory_grows_with_the_ranges(void **state)
{
    (void)state;
    IcsReassembly reassembly = new_reassembly(1000);
    for (uint32_t i = 1; i <= 1000; i++) {
        assert_true(add(&reassembly, 10 * i, 10 * i + 5));
        assert_in_range(reassembly.n_allocated, i, MAX(4, 2 * i));
    }
    assert_int_equal(reassembly.n_allocated, 1000);
    ics_reassembly_clear(&reassembly);
}

static void the_number_of_ranges_is_bounded(void **state)
{
    (void)state;
    IcsReassembly reassembly = new_reassembly(3);
    assert_true(add(&reassembly, 100, 110));
    assert_true(add(&reassembly, 200, 210));
    assert_true(add(&reassembly, 300, 310));
    assert_false(add(&reassembly, 400, 410));
    assert_false(add(&reassembly, 150, 160));
    assert_ranges(&reassembly, "100-110 200-210 300-310");
    assert_true(add(&reassembly, 310, 320));
    assert_true(add(&reassembly, 110, 200));
    assert_ranges(&reassembly, "100-210 300-320");
    assert_true(add(&reassembly, 400, 410));
    assert_false(add(&reassembly, 500, 510));
    ics_reassembly_clear(&reassembly);
    assert_true(add(&reassembly, 500, 510));
    ics_reassembly_clear(&reassembly);
}

/* RFC 2018, section 6, case 2: the left window edge is 5000, of eight segments of 500 bytes the
 * first is lost. */
static void rfc_2018_case_2_the_first_segment_is_lost(void **state)
{
    (void)state;
    static const char *const expected[] = {
        "5500-6000", "5500-6500", "5500-7000", "5500-7500", "5500-8000", "5500-8500", "5500-9000",
    };
    IcsReassembly reassembly = new_reassembly(64);
    for (uint32_t i = 0; i < G_N_ELEMENTS(expected); i++) {
        add(&reassembly, 5500 + 500 * i, 6000 + 500 * i);
        assert_blocks(&reassembly, expected[i]);
    }
    assert_int_equal(ics_reassembly_advance(&reassembly, 5500), 9000);
    assert_blocks(&reassembly, "");
}

/* Case 3: the second, fourth, sixth and eighth are lost; then the fourth comes, then the second. */
static void rfc_2018_case_3_every_second_segment_is_lost(void **state)
{
    (void)state;
    IcsReassembly reassembly = new_reassembly(64);
    assert_int_equal(ics_reassembly_advance(&reassembly, 5500), 5500);
    assert_blocks(&reassembly, "");
    add(&reassembly, 6000, 6500);
    assert_blocks(&reassembly, "6000-6500");
    add(&reassembly, 7000, 7500);
    assert_blocks(&reassembly, "7000-7500 6000-6500");
    add(&reassembly, 8000, 8500);
    assert_blocks(&reassembly, "8000-8500 7000-7500 6000-6500");
    add(&reassembly, 6500, 7000);
    assert_blocks(&reassembly, "6000-7500 8000-8500");
    assert_int_equal(ics_reassembly_advance(&reassembly, 6000), 7500);
    assert_blocks(&reassembly, "8000-8500");
    ics_reassembly_clear(&reassembly);
}

/* RFC 2883, section 4.1.1. */
static void rfc_2883_a_duplicate_below_the_acknowledgement(void **state)
{
    (void)state;
    IcsReassembly reassembly = new_reassembly(64);
    note(&reassembly, 3000, 3500);
    assert_true(ics_reassembly_has_sack_blocks(&reassembly));
    assert_blocks(&reassembly, "3000-3500");
    assert_blocks(&reassembly, "");
}

/* Section 4.1.2. */
static void rfc_2883_a_duplicate_and_an_out_of_order_segment(void **state)
{
    (void)state;
    IcsReassembly reassembly = new_reassembly(64);
    add(&reassembly, 4500, 5000);
    assert_blocks(&reassembly, "4500-5000");
    note(&reassembly, 3000, 3500);
    assert_blocks(&reassembly, "3000-3500 4500-5000");
    assert_blocks(&reassembly, "4500-5000");
    ics_reassembly_clear(&reassembly);
}

/* Section 4.1.3. */
static void rfc_2883_a_duplicate_of_an_out_of_order_segment(void **state)
{
    (void)state;
    IcsReassembly reassembly = new_reassembly(64);
    add(&reassembly, 4500, 5000);
    assert_blocks(&reassembly, "4500-5000");
    add(&reassembly, 5000, 5500);
    assert_blocks(&reassembly, "4500-5500");
    add(&reassembly, 5000, 5500);
    assert_blocks(&reassembly, "5000-5500 4500-5500");
    ics_reassembly_clear(&reassembly);
}

/* Section 4.2.1: 1000-1499 is expected, 2000-2499 there; 1000-1499 comes late, then 1000-1999. */
static void rfc_2883_a_single_duplicate_subsegment(void **state)
{
    (void)state;
    IcsReassembly reassembly = new_reassembly(64);
    add(&reassembly, 2000, 2500);
    assert_blocks(&reassembly, "2000-2500");
    assert_int_equal(ics_reassembly_advance(&reassembly, 1500), 1500);
    assert_blocks(&reassembly, "2000-2500");
    note(&reassembly, 1000, 1500);
    assert_int_equal(ics_reassembly_advance(&reassembly, 2000), 2500);
    assert_blocks(&reassembly, "1000-1500");
    assert_blocks(&reassembly, "");
}

/* Section 4.2.2: of two duplicate subsegments that the acknowledgement covers the first is
 * reported. */
static void rfc_2883_two_duplicate_subsegments_below_the_acknowledgement(void **state)
{
    (void)state;
    IcsReassembly reassembly = new_reassembly(64);
    add(&reassembly, 3000, 3500);
    assert_blocks(&reassembly, "3000-3500");
    assert_int_equal(ics_reassembly_advance(&reassembly, 1500), 1500);
    assert_blocks(&reassembly, "3000-3500");
    add(&reassembly, 2000, 2500);
    assert_blocks(&reassembly, "2000-2500 3000-3500");
    note(&reassembly, 1000, 1500);
    assert_int_equal(ics_reassembly_advance(&reassembly, 2500), 2500);
    assert_blocks(&reassembly, "1000-1500 3000-3500");
    ics_reassembly_clear(&reassembly);
}

/* Section 4.2.3: two duplicate subsegments that it does not cover. */
static void rfc_2883_two_duplicate_subsegments_beyond_the_acknowledgement(void **state)
{
    (void)state;
    IcsReassembly reassembly = new_reassembly(64);
    add(&reassembly, 3500, 4000);
    assert_blocks(&reassembly, "3500-4000");
    add(&reassembly, 1500, 2000);
    assert_blocks(&reassembly, "1500-2000 3500-4000");
    add(&reassembly, 2500, 3000);
    assert_blocks(&reassembly, "2500-3000 1500-2000 3500-4000");
    add(&reassembly, 1500, 3000);
    assert_blocks(&reassembly, "1500-2000 1500-3000 3500-4000");
    ics_reassembly_clear(&reassembly);
}

/* In-order data that reaches into a range: what of the range it brought again is a duplicate. */
static void in_order_data_that_overlaps_a_range_is_a_duplicate_of_it(void **state)
{
    (void)state;
    IcsReassembly reassembly = new_reassembly(64);
    add(&reassembly, 200, 300);
    assert_blocks(&reassembly, "200-300");
    assert_int_equal(ics_reassembly_advance(&reassembly, 250), 300);
    assert_blocks(&reassembly, "200-250");
    add(&reassembly, 400, 500);
    assert_int_equal(ics_reassembly_advance(&reassembly, 600), 600);
    assert_blocks(&reassembly, "400-500");
}

static void an_older_range_comes_second_once_its_duplicate_is_reported(void **state)
{
    (void)state;
    IcsReassembly reassembly = new_reassembly(64);
    add(&reassembly, 100, 200);
    add(&reassembly, 300, 400);
    add(&reassembly, 500, 600);
    note(&reassembly, 120, 130);
    assert_blocks(&reassembly, "120-130 100-200 500-600");
    assert_blocks(&reassembly, "100-200 500-600 300-400");
    note(&reassembly, 300, 400);
    assert_blocks(&reassembly, "300-400 300-400 100-200");
    ics_reassembly_clear(&reassembly);
}

static void without_d_sack_duplicates_are_not_reported(void **state)
{
    (void)state;
    IcsReassembly reassembly;
    ics_reassembly_init(&reassembly, 64, false);
    add(&reassembly, 4500, 5000);
    add(&reassembly, 4500, 5000);
    note(&reassembly, 1000, 1500);
    assert_blocks(&reassembly, "4500-5000");
    assert_int_equal(ics_reassembly_advance(&reassembly, 4600), 5000);
    assert_false(ics_reassembly_has_sack_blocks(&reassembly));
    assert_blocks(&reassembly, "");
}

static void no_more_blocks_are_given_than_fit(void **state)
{
    (void)state;
    IcsReassembly reassembly = new_reassembly(64);
    for (uint32_t i = 1; i <= 6; i++)
        add(&reassembly, 100 * i, 100 * i + 10);
    assert_blocks_of(&reassembly, 0, "");
    assert_blocks_of(&reassembly, 1, "600-610");
    assert_blocks_of(&reassembly, 4, "600-610 500-510 400-410 300-310");
    note(&reassembly, 1, 2);
    assert_blocks_of(&reassembly, 1, "1-2");
    note(&reassembly, 1, 2);
    assert_blocks_of(&reassembly, 2, "1-2 600-610");
    note(&reassembly, 1, 2);
    assert_blocks_of(&reassembly, 4, "1-2 600-610 500-510 400-410");
    ics_reassembly_clear(&reassembly);
}

/* RFC 2018, section 4: a block is repeated in at least three acknowledgements. */
static void blocks_are_repeated_most_recent_first_whatever_their_order(void **state)
{
    (void)state;
    IcsReassembly reassembly = new_reassembly(64);
    add(&reassembly, 500, 510);
    add(&reassembly, 100, 110);
    add(&reassembly, 300, 310);
    assert_blocks(&reassembly, "300-310 100-110 500-510");
    add(&reassembly, 510, 520);
    assert_blocks(&reassembly, "500-520 300-310 100-110");
    add(&reassembly, 700, 710);
    assert_blocks(&reassembly, "700-710 500-520 300-310");
    assert_int_equal(ics_reassembly_advance(&reassembly, 100), 110);
    assert_blocks(&reassembly, "700-710 500-520 300-310");
    ics_reassembly_clear(&reassembly);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_of_zeros_is_empty_and_refuses_every_range),
        cmocka_unit_test(ranges_that_overlap_or_touch_become_one),
        cmocka_unit_test(the_next_byte_is_the_end_of_the_range_that_was_reached),
        cmocka_unit_test(advancing_over_several_ranges_removes_them),
        cmocka_unit_test(memory_grows_with_the_ranges),
        cmocka_unit_test(the_number_of_ranges_is_bounded),
        cmocka_unit_test(rfc_2018_case_2_the_first_segment_is_lost),
        cmocka_unit_test(rfc_2018_case_3_every_second_segment_is_lost),
        cmocka_unit_test(rfc_2883_a_duplicate_below_the_acknowledgement),
        cmocka_unit_test(rfc_2883_a_duplicate_and_an_out_of_order_segment),
        cmocka_unit_test(rfc_2883_a_duplicate_of_an_out_of_order_segment),
        cmocka_unit_test(rfc_2883_a_single_duplicate_subsegment),
        cmocka_unit_test(rfc_2883_two_duplicate_subsegments_below_the_acknowledgement),
        cmocka_unit_test(rfc_2883_two_duplicate_subsegments_beyond_the_acknowledgement),
        cmocka_unit_test(in_order_data_that_overlaps_a_range_is_a_duplicate_of_it),
        cmocka_unit_test(an_older_range_comes_second_once_its_duplicate_is_reported),
        cmocka_unit_test(without_d_sack_duplicates_are_not_reported),
        cmocka_unit_test(no_more_blocks_are_given_than_fit),
        cmocka_unit_test(blocks_are_repeated_most_recent_first_whatever_their_order),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
