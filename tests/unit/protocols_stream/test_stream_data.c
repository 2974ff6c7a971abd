/* Text and FIN that come in: RFC 9293, section 3.10.7.4, seventh and eighth; RFC 2018 and 2883 for
 * what is said about them. */
#include <cmocka.h>
#include <glib.h>
#include <string.h>

#include "tests/support/splitmix.h"
#include "tests/support/stream_alone.h"

static int setup(void **state)
{
    *state = ics_stream_alone_in(ICS_STREAM_ESTABLISHED);
    return 0;
}

static int setup_sack(void **state)
{
    IcsStreamPair *pair = ics_stream_alone_new();
    pair->ends[ICS_PAIR_A].config.use.sack = true;
    ics_stream_alone_bring(pair, ICS_STREAM_SYN_SENT);
    IcsTcpHeader syn = ics_stream_pair_header(ICS_TCP_SYN | ICS_TCP_ACK, 0, 1);
    syn.options.sack_permitted = true;
    ics_stream_pair_inject(pair, ICS_PAIR_A, &syn, NULL, 0);
    *state = pair;
    return 0;
}

static int teardown(void **state)
{
    ics_stream_pair_free(*state);
    return 0;
}

/* Bytes of the pattern from a sequence number to another; what A answered. */
static const char *hear_text(IcsStreamPair *pair, uint32_t first, uint32_t end, uint8_t flags)
{
    uint8_t bytes[5000];
    for (uint32_t i = first; i < end; i++) {
        bytes[i - first] = ics_stream_pair_byte(i - 1);
    }
    IcsTcpHeader header = ics_stream_pair_header(ICS_TCP_ACK | flags, first, 1);
    ics_stream_pair_clear_trace(pair);
    ics_stream_pair_inject(pair, ICS_PAIR_A, &header, bytes, end - first);
    return ics_stream_alone_said(pair);
}

static void assert_received(const IcsStreamPair *pair, uint32_t bytes)
{
    assert_int_equal(pair->ends[ICS_PAIR_A].received->len, bytes);
    assert_true(ics_stream_pair_is_intact(pair, ICS_PAIR_A));
}

static void data_out_of_order_is_kept(void **state)
{
    IcsStreamPair *pair = *state;
    assert_string_equal(hear_text(pair, 101, 201, 0), "A > B . 1:1(0) ack 1 win 5000");
    assert_string_equal(hear_text(pair, 301, 401, 0), "A > B . 1:1(0) ack 1 win 5000");
    assert_received(pair, 0);
    assert_string_equal(hear_text(pair, 1, 101, 0), "A > B . 1:1(0) ack 201 win 4800");
    assert_received(pair, 200);
    assert_string_equal(hear_text(pair, 201, 301, 0), "A > B . 1:1(0) ack 401 win 4600");
    assert_received(pair, 400);
}

static void what_came_before_is_cut_off(void **state)
{
    IcsStreamPair *pair = *state;
    hear_text(pair, 1, 101, 0);
    hear_text(pair, 51, 151, 0);
    assert_received(pair, 150);
    hear_text(pair, 141, 161, 0);
    assert_received(pair, 160);
}

static void pieces_may_overlap_in_any_way(void **state)
{
    IcsStreamPair *pair = *state;
    hear_text(pair, 201, 301, 0);
    hear_text(pair, 251, 351, 0);
    hear_text(pair, 151, 401, 0);
    hear_text(pair, 220, 230, 0);
    hear_text(pair, 11, 160, 0);
    assert_received(pair, 0);
    hear_text(pair, 1, 21, 0);
    assert_received(pair, 400);
}

static void what_goes_beyond_the_window_is_cut_off(void **state)
{
    IcsStreamPair *pair = *state;
    pair->reads = false;
    hear_text(pair, 1, 4001, 0);
    assert_string_equal(hear_text(pair, 4001, 5501, 0), "A > B . 1:1(0) ack 5001 win 0");
    assert_int_equal(ics_stream_readable_bytes(ics_stream_pair_a(pair)), 5000);
    assert_string_equal(hear_text(pair, 5001, 5501, 0), "A > B . 1:1(0) ack 5001 win 0");
    assert_int_equal(ics_stream_readable_bytes(ics_stream_pair_a(pair)), 5000);
}

static void random_pieces_make_the_stream(void **state)
{
    for (uint64_t seed = 1; seed <= 50; seed++) {
        g_autoptr(IcsStreamPair) pair = ics_stream_alone_in(ICS_STREAM_ESTABLISHED);
        uint64_t random = seed;
        uint32_t steps = 0;
        while (pair->ends[ICS_PAIR_A].received->len < 20000 && steps++ < 20000) {
            uint32_t next = pair->ends[ICS_PAIR_A].received->len + 1;
            uint32_t back = MIN((uint32_t)(ics_splitmix_next(&random) % 200), next - 1);
            uint32_t first = next - back + (uint32_t)(ics_splitmix_next(&random) % 3000);
            hear_text(pair, first, first + 1 + (uint32_t)(ics_splitmix_next(&random) % 400), 0);
            assert_true(ics_stream_pair_is_intact(pair, ICS_PAIR_A));
        }
        assert_in_range(pair->ends[ICS_PAIR_A].received->len, 20000, 26000);
    }
    (void)state;
}

static void pieces_beyond_the_configured_number_are_dropped(void **state)
{
    g_autoptr(IcsStreamPair) pair = ics_stream_alone_new();
    pair->ends[ICS_PAIR_A].config.reassembly_ranges = 2;
    ics_stream_alone_bring(pair, ICS_STREAM_ESTABLISHED);
    hear_text(pair, 11, 21, 0);
    hear_text(pair, 31, 41, 0);
    hear_text(pair, 51, 61, ICS_TCP_FIN);
    assert_int_equal(pair->ends[ICS_PAIR_A].verdict, ICS_STREAM_VERDICT_NO_MEMORY);
    hear_text(pair, 1, 51, 0);
    assert_received(pair, 50);
    hear_text(pair, 51, 61, 0);
    assert_received(pair, 60);
    assert_int_equal(ics_stream_alone_state(pair), ICS_STREAM_ESTABLISHED);
    (void)state;
}

/* ---- the FIN ---- */

static void a_fin_with_text_ends_it(void **state)
{
    IcsStreamPair *pair = *state;
    assert_string_equal(hear_text(pair, 1, 11, ICS_TCP_FIN), "A > B . 1:1(0) ack 12 win 4989");
    assert_received(pair, 10);
    assert_true(ics_stream_at_end(ics_stream_pair_a(pair)));
    assert_string_equal(ics_stream_alone_state_name(pair), "CLOSE-WAIT");
}

static void a_fin_beyond_a_hole_waits(void **state)
{
    IcsStreamPair *pair = *state;
    assert_string_equal(hear_text(pair, 11, 21, ICS_TCP_FIN), "A > B . 1:1(0) ack 1 win 5000");
    assert_string_equal(ics_stream_alone_state_name(pair), "ESTABLISHED");
    assert_false(ics_stream_at_end(ics_stream_pair_a(pair)));
    assert_string_equal(hear_text(pair, 1, 11, 0), "A > B . 1:1(0) ack 22 win 4979");
    assert_received(pair, 20);
    assert_true(ics_stream_at_end(ics_stream_pair_a(pair)));
    assert_string_equal(ics_stream_alone_state_name(pair), "CLOSE-WAIT");
}

static void a_bare_fin_is_news_for_the_reader(void **state)
{
    IcsStreamPair *pair = *state;
    ics_stream_take_events(ics_stream_pair_a(pair));
    hear_text(pair, 1, 1, ICS_TCP_FIN);
    assert_int_equal(ics_stream_take_events(ics_stream_pair_a(pair)), ICS_STREAM_READABLE);
}

static void what_nobody_reads_takes_no_memory(void **state)
{
    IcsStreamPair *pair = *state;
    ics_stream_shutdown_receive(ics_stream_pair_a(pair), 0);
    hear_text(pair, 11, 21, 0);
    hear_text(pair, 1, 11, 0);
    assert_null(ics_stream_pair_a(pair)->receive.ring.bytes);
    assert_int_equal(ics_stream_readable_bytes(ics_stream_pair_a(pair)), 0);
}

static void a_bare_fin_beyond_a_hole_is_answered_and_waits(void **state)
{
    IcsStreamPair *pair = *state;
    assert_string_equal(hear_text(pair, 11, 11, ICS_TCP_FIN), "A > B . 1:1(0) ack 1 win 5000");
    hear_text(pair, 1, 11, 0);
    assert_string_equal(ics_stream_alone_state_name(pair), "CLOSE-WAIT");
}

static void nothing_is_taken_beyond_a_fin(void **state)
{
    IcsStreamPair *pair = *state;
    hear_text(pair, 11, 11, ICS_TCP_FIN);
    hear_text(pair, 12, 22, 0);
    hear_text(pair, 1, 31, 0);
    assert_received(pair, 10);
    assert_true(ics_stream_at_end(ics_stream_pair_a(pair)));
    hear_text(pair, 12, 22, 0);
    assert_received(pair, 10);
}

static void a_fin_before_data_that_has_come_is_no_fin(void **state)
{
    IcsStreamPair *pair = *state;
    hear_text(pair, 21, 31, 0);
    hear_text(pair, 11, 11, ICS_TCP_FIN);
    hear_text(pair, 1, 21, 0);
    assert_received(pair, 30);
    assert_string_equal(ics_stream_alone_state_name(pair), "ESTABLISHED");
}

static void a_fin_needs_no_room_in_the_window(void **state)
{
    IcsStreamPair *pair = *state;
    pair->reads = false;
    hear_text(pair, 1, 5001, ICS_TCP_FIN);
    assert_string_equal(ics_stream_alone_state_name(pair), "CLOSE-WAIT");
    assert_int_equal(ics_stream_readable_bytes(ics_stream_pair_a(pair)), 5000);
}

static void a_bare_fin_is_taken_while_the_window_is_closed(void **state)
{
    IcsStreamPair *pair = *state;
    pair->reads = false;
    hear_text(pair, 1, 5001, 0);
    hear_text(pair, 5001, 5001, ICS_TCP_FIN);
    assert_string_equal(ics_stream_alone_state_name(pair), "CLOSE-WAIT");
}

static void a_fin_behind_text_beyond_the_window_is_not_taken(void **state)
{
    IcsStreamPair *pair = *state;
    pair->reads = false;
    hear_text(pair, 1, 4001, 0);
    hear_text(pair, 4001, 5002, ICS_TCP_FIN);
    assert_string_equal(ics_stream_alone_state_name(pair), "ESTABLISHED");
    assert_int_equal(ics_stream_readable_bytes(ics_stream_pair_a(pair)), 5000);
}

/* ---- SACK ---- */

static void holes_are_told_by_sack_the_newest_first(void **state)
{
    IcsStreamPair *pair = *state;
    assert_string_equal(hear_text(pair, 11, 21, 0), "A > B . 1:1(0) ack 1 win 5000 <sack 11:21>");
    assert_string_equal(hear_text(pair, 31, 41, 0),
                        "A > B . 1:1(0) ack 1 win 5000 <sack 31:41 11:21>");
    assert_string_equal(hear_text(pair, 21, 25, 0),
                        "A > B . 1:1(0) ack 1 win 5000 <sack 11:25 31:41>");
    assert_string_equal(hear_text(pair, 1, 11, 0), "A > B . 1:1(0) ack 25 win 4976 <sack 31:41>");
}

/* RFC 2883, section 4.1. */
static void duplicates_are_told_by_dsack_once(void **state)
{
    IcsStreamPair *pair = *state;
    hear_text(pair, 1, 101, 0);
    assert_string_equal(hear_text(pair, 1, 101, 0), "A > B . 1:1(0) ack 101 win 4900 <sack 1:101>");
    assert_int_equal(pair->ends[ICS_PAIR_A].verdict, ICS_STREAM_VERDICT_DUPLICATE);
    assert_string_equal(hear_text(pair, 51, 151, 0),
                        "A > B . 1:1(0) ack 151 win 4850 <sack 51:101>");
    assert_string_equal(hear_text(pair, 151, 161, 0), "A > B . 1:1(0) ack 161 win 4840");
    hear_text(pair, 201, 211, 0);
    assert_string_equal(hear_text(pair, 201, 211, 0),
                        "A > B . 1:1(0) ack 161 win 4840 <sack 201:211 201:211>");
}

static void without_dsack_duplicates_are_only_acknowledged(void **state)
{
    g_autoptr(IcsStreamPair) pair = ics_stream_alone_new();
    pair->ends[ICS_PAIR_A].config.use.sack = true;
    pair->ends[ICS_PAIR_A].config.use.dsack = false;
    ics_stream_alone_bring(pair, ICS_STREAM_SYN_SENT);
    IcsTcpHeader syn = ics_stream_pair_header(ICS_TCP_SYN | ICS_TCP_ACK, 0, 1);
    syn.options.sack_permitted = true;
    ics_stream_pair_inject(pair, ICS_PAIR_A, &syn, NULL, 0);
    hear_text(pair, 1, 101, 0);
    assert_string_equal(hear_text(pair, 1, 101, 0), "A > B . 1:1(0) ack 101 win 4900");
    (void)state;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
#define SACK(name) cmocka_unit_test_setup_teardown(name, setup_sack, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(data_out_of_order_is_kept),
        TEST(what_came_before_is_cut_off),
        TEST(pieces_may_overlap_in_any_way),
        TEST(what_goes_beyond_the_window_is_cut_off),
        cmocka_unit_test(random_pieces_make_the_stream),
        cmocka_unit_test(pieces_beyond_the_configured_number_are_dropped),
        TEST(a_fin_with_text_ends_it),
        TEST(a_fin_beyond_a_hole_waits),
        TEST(a_bare_fin_is_news_for_the_reader),
        TEST(what_nobody_reads_takes_no_memory),
        TEST(a_bare_fin_beyond_a_hole_is_answered_and_waits),
        TEST(nothing_is_taken_beyond_a_fin),
        TEST(a_fin_before_data_that_has_come_is_no_fin),
        TEST(a_fin_needs_no_room_in_the_window),
        TEST(a_bare_fin_is_taken_while_the_window_is_closed),
        TEST(a_fin_behind_text_beyond_the_window_is_not_taken),
        SACK(holes_are_told_by_sack_the_newest_first),
        SACK(duplicates_are_told_by_dsack_once),
        cmocka_unit_test(without_dsack_duplicates_are_only_acknowledged),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
