/* The user's calls: RFC 9293, section 3.9.1, and what stream.h promises. */
#include <cmocka.h>
#include <errno.h>
#include <glib.h>
#include <string.h>

#include "tests/support/stream_alone.h"

static int setup(void **state)
{
    IcsStreamPair *pair = ics_stream_alone_new();
    pair->ends[ICS_PAIR_A].config.send_buffer_bytes = 3000;
    pair->ends[ICS_PAIR_A].config.use.nagle = false;
    pair->reads = false;
    ics_stream_alone_bring(pair, ICS_STREAM_ESTABLISHED);
    ics_stream_take_events(ics_stream_pair_a(pair));
    *state = pair;
    return 0;
}

static int teardown(void **state)
{
    ics_stream_pair_free(*state);
    return 0;
}

static const uint8_t bytes[10000];

static int64_t write_bytes(IcsStreamPair *pair, size_t n)
{
    int64_t taken = ics_stream_write(ics_stream_pair_a(pair), pair->now_ns, bytes, n);
    ics_stream_pair_flush(pair);
    return taken;
}

static void a_write_takes_what_the_buffer_has_room_for(void **state)
{
    IcsStreamPair *pair = *state;
    IcsStream *stream = ics_stream_pair_a(pair);
    assert_int_equal(ics_stream_writable_bytes(stream), 3000);
    assert_int_equal(write_bytes(pair, 1000), 1000);
    assert_int_equal(ics_stream_writable_bytes(stream), 2000);
    assert_int_equal(write_bytes(pair, 5000), 2000);
    assert_int_equal(ics_stream_writable_bytes(stream), 0);
    assert_int_equal(write_bytes(pair, 1), 0);
    assert_int_equal(write_bytes(pair, 0), 0);
    assert_int_equal(ics_stream_unacknowledged_bytes(stream), 3000);
    assert_int_equal(ics_stream_write_position(stream),
                     ics_sequence_first(pair->ends[ICS_PAIR_A].iss) + 3001);
}

static void who_found_no_room_is_told_when_there_is_some(void **state)
{
    IcsStreamPair *pair = *state;
    IcsStream *stream = ics_stream_pair_a(pair);
    write_bytes(pair, 5000);
    ics_stream_alone_hear(pair, ICS_TCP_ACK, 1, 537, 0);
    assert_int_equal(ics_stream_take_events(stream) & ICS_STREAM_WRITABLE, 0);
    ics_stream_alone_hear(pair, ICS_TCP_ACK, 1, 1001, 0);
    assert_int_equal(ics_stream_take_events(stream), ICS_STREAM_WRITABLE);
    ics_stream_alone_hear(pair, ICS_TCP_ACK, 1, 1537, 0);
    assert_int_equal(ics_stream_take_events(stream), 0);
}

static void unsent_bytes_wait_for_the_peers_window(void **state)
{
    IcsStreamPair *pair = *state;
    write_bytes(pair, 1500);
    assert_int_equal(ics_stream_unacknowledged_bytes(ics_stream_pair_a(pair)), 1500);
    assert_in_range(ics_stream_unsent_bytes(ics_stream_pair_a(pair)), 500, 1500);
    ics_stream_alone_hear(pair, ICS_TCP_ACK, 1, 537, 0);
    assert_int_equal(ics_stream_unsent_bytes(ics_stream_pair_a(pair)), 0);
}

static void a_read_takes_what_is_there(void **state)
{
    IcsStreamPair *pair = *state;
    IcsStream *stream = ics_stream_pair_a(pair);
    IcsTcpHeader header = ics_stream_pair_header(ICS_TCP_ACK, 1, 1);
    ics_stream_pair_inject(pair, ICS_PAIR_A, &header, "0123456789", 10);
    assert_int_equal(ics_stream_take_events(stream), ICS_STREAM_READABLE);
    char buffer[20];
    assert_int_equal(ics_stream_readable_bytes(stream), 10);
    assert_int_equal(ics_stream_read(stream, 0, buffer, 4, true), 4);
    assert_memory_equal(buffer, "0123", 4);
    assert_int_equal(ics_stream_read(stream, 0, buffer, 4, false), 4);
    assert_memory_equal(buffer, "0123", 4);
    assert_int_equal(ics_stream_read(stream, 0, NULL, 2, false), 2);
    assert_int_equal(ics_stream_read(stream, 0, buffer, sizeof(buffer), false), 4);
    assert_memory_equal(buffer, "6789", 4);
    assert_int_equal(ics_stream_read(stream, 0, buffer, sizeof(buffer), false), 0);
    assert_false(ics_stream_at_end(stream));
    assert_int_equal(ics_stream_read_position(stream),
                     ics_sequence_first(pair->ends[ICS_PAIR_B].iss) + 11);
}

static void reading_opens_a_closed_window_at_once(void **state)
{
    IcsStreamPair *pair = *state;
    ics_stream_alone_hear(pair, ICS_TCP_ACK, 1, 1, 5000);
    assert_string_equal(ics_stream_pair_last(pair), "A > B . 1:1(0) ack 5001 win 0");
    /* Not for a little, though: silly windows. */
    ics_stream_read(ics_stream_pair_a(pair), 0, NULL, 100, false);
    ics_stream_pair_flush(pair);
    assert_string_equal(ics_stream_alone_said(pair), "");
    ics_stream_read(ics_stream_pair_a(pair), 0, NULL, 2900, false);
    ics_stream_pair_flush(pair);
    assert_string_equal(ics_stream_alone_said(pair), "A > B . 1:1(0) ack 5001 win 3000");
}

static void memory_is_given_back_when_nothing_is_stored(void **state)
{
    IcsStreamPair *pair = *state;
    IcsStream *stream = ics_stream_pair_a(pair);
    assert_null(stream->send.ring.bytes);
    assert_null(stream->receive.ring.bytes);
    write_bytes(pair, 100);
    ics_stream_alone_hear(pair, ICS_TCP_ACK, 101, 1, 100);
    ics_stream_alone_hear(pair, ICS_TCP_ACK, 1, 101, 100);
    assert_non_null(stream->receive.ring.bytes);
    ics_stream_read(stream, 0, NULL, 200, false);
    assert_null(stream->send.ring.bytes);
    assert_null(stream->receive.ring.bytes);
    assert_null(stream->receive.ranges.ranges);
    assert_null(stream->recovery.segments.records);
}

static void an_idle_connection_is_small(void **state)
{
    (void)state;
    assert_in_range(sizeof(IcsStream), 1, 1600);
}

static void after_a_shutdown_writing_is_a_broken_pipe(void **state)
{
    IcsStreamPair *pair = *state;
    assert_false(ics_stream_is_shut_down(ics_stream_pair_a(pair)));
    assert_int_equal(ics_stream_shutdown(ics_stream_pair_a(pair), 0), 0);
    assert_true(ics_stream_is_shut_down(ics_stream_pair_a(pair)));
    assert_int_equal(write_bytes(pair, 1), -EPIPE);
    assert_int_equal(ics_stream_writable_bytes(ics_stream_pair_a(pair)), 0);
}

static void a_broken_connection_says_why(void **state)
{
    IcsStreamPair *pair = *state;
    write_bytes(pair, 100);
    ics_stream_alone_hear(pair, ICS_TCP_RST, 1, 0, 0);
    assert_int_equal(write_bytes(pair, 1), -ECONNRESET);
    assert_int_equal(ics_stream_shutdown(ics_stream_pair_a(pair), 0), -ENOTCONN);
    assert_int_equal(ics_stream_error(ics_stream_pair_a(pair)), ECONNRESET);
    assert_int_equal(ics_stream_unsent_bytes(ics_stream_pair_a(pair)), 0);
}

static void buffers_can_be_changed(void **state)
{
    IcsStreamPair *pair = *state;
    IcsStream *stream = ics_stream_pair_a(pair);
    write_bytes(pair, 5000);
    ics_stream_set_buffers(stream, 0, 2000, 5000);
    assert_int_equal(ics_stream_writable_bytes(stream), 0);
    assert_int_equal(ics_stream_take_events(stream) & ICS_STREAM_WRITABLE, 0);
    ics_stream_set_buffers(stream, 0, 4000, 5000);
    assert_int_equal(ics_stream_writable_bytes(stream), 1000);
    assert_int_equal(ics_stream_take_events(stream) & ICS_STREAM_WRITABLE, ICS_STREAM_WRITABLE);
}

/* It is full without a write that did not fit. */
static void a_buffer_made_too_small_tells_when_there_is_room_again(void **state)
{
    IcsStreamPair *pair = *state;
    IcsStream *stream = ics_stream_pair_a(pair);
    write_bytes(pair, 500);
    ics_stream_set_buffers(stream, 0, 400, 5000);
    assert_int_equal(ics_stream_take_events(stream) & ICS_STREAM_WRITABLE, 0);
    ics_stream_alone_hear(pair, ICS_TCP_ACK, 1, 501, 0);
    assert_int_equal(ics_stream_writable_bytes(stream), 400);
    assert_int_equal(ics_stream_take_events(stream) & ICS_STREAM_WRITABLE, ICS_STREAM_WRITABLE);
}

static void a_larger_receive_buffer_opens_the_window(void **state)
{
    IcsStreamPair *pair = *state;
    ics_stream_alone_hear(pair, ICS_TCP_ACK, 1, 1, 5000);
    ics_stream_set_buffers(ics_stream_pair_a(pair), 0, 3000, 8000);
    ics_stream_pair_flush(pair);
    assert_string_equal(ics_stream_alone_said(pair), "A > B . 1:1(0) ack 5001 win 3000");
}

/* RFC 9293, section 3.8.6: the right edge does not move to the left. */
static void a_smaller_receive_buffer_does_not_shrink_the_window(void **state)
{
    IcsStreamPair *pair = *state;
    ics_stream_set_buffers(ics_stream_pair_a(pair), 0, 3000, 1000);
    ics_stream_alone_hear(pair, ICS_TCP_ACK, 1, 1, 100);
    assert_string_equal(ics_stream_pair_last(pair), "A > B . 1:1(0) ack 101 win 4900");
    ics_stream_alone_hear(pair, ICS_TCP_ACK, 101, 1, 4900);
    assert_int_equal(ics_stream_readable_bytes(ics_stream_pair_a(pair)), 5000);
}

static void figures_tell_what_was_done(void **state)
{
    IcsStreamPair *pair = *state;
    write_bytes(pair, 1000);
    IcsStreamFigures figures;
    ics_stream_figures(ics_stream_pair_a(pair), &figures);
    assert_int_equal(figures.mss_bytes, 536);
    assert_int_equal(figures.segments_in, 1);
    /* SYN, ACK and two of data. */
    assert_int_equal(figures.segments_out, 4);
    assert_int_equal(figures.in_flight_bytes, 1000);
    assert_int_equal(figures.repeated_segments, 0);
    ics_stream_pair_run_for(pair, 1500 * ICS_PAIR_MS);
    ics_stream_figures(ics_stream_pair_a(pair), &figures);
    assert_int_equal(figures.timeouts, 1);
    assert_int_equal(figures.repeated_segments, 1);
    assert_int_equal(figures.repeated_bytes, 536);
}

static void nagle_and_cork_hold_small_segments_back(void **state)
{
    IcsStreamPair *pair = *state;
    IcsStream *stream = ics_stream_pair_a(pair);
    ics_stream_set_cork(stream, 0, true);
    write_bytes(pair, 10);
    assert_string_equal(ics_stream_alone_said(pair), "");
    ics_stream_set_cork(stream, 0, false);
    ics_stream_pair_flush(pair);
    assert_string_equal(ics_stream_alone_said(pair), "A > B P. 1:11(10) ack 1 win 5000");
    ics_stream_set_nagle(stream, 0, true);
    write_bytes(pair, 10);
    assert_string_equal(ics_stream_alone_said(pair), "");
    ics_stream_set_nagle(stream, 0, false);
    ics_stream_pair_flush(pair);
    assert_string_equal(ics_stream_alone_said(pair), "A > B P. 11:21(10) ack 1 win 5000");
}

static void a_closed_machine_takes_no_segments(void **state)
{
    g_autoptr(IcsStreamPair) pair = ics_stream_alone_in(ICS_STREAM_CLOSED);
    IcsTcpHeader header = ics_stream_pair_header(ICS_TCP_SYN, 0, 0);
    IcsStreamArrival arrival = {.header = &header};
    assert_int_equal(ics_stream_input(ics_stream_pair_a(pair), 0, &arrival),
                     ICS_STREAM_VERDICT_UNEXPECTED);
    ics_stream_pair_flush(pair);
    assert_string_equal(ics_stream_alone_said(pair), "");
    assert_int_equal(ics_stream_alone_state(pair), ICS_STREAM_CLOSED);
    (void)state;
}

/* Any segment of the peer, even an old one, starts the silence and the count of probes anew. */
static void a_peer_that_answers_is_kept_alive(void **state)
{
    IcsStreamPair *pair = *state;
    IcsStream *stream = ics_stream_pair_a(pair);
    ics_stream_set_keep_alive(stream, 0, true, 10 * ICS_PAIR_S, ICS_PAIR_S, 2);
    for (int64_t s = 11; s < 200; s += 11) {
        ics_stream_pair_run_until(pair, s * ICS_PAIR_S);
        ics_stream_alone_hear(pair, ICS_TCP_ACK, 1, 1, 0);
    }
    assert_int_equal(ics_stream_error(stream), 0);
    assert_in_range(pair->ends[ICS_PAIR_A].n_sent, 16, 40);
}

static void keep_alive_can_be_switched_on(void **state)
{
    IcsStreamPair *pair = *state;
    IcsStream *stream = ics_stream_pair_a(pair);
    assert_int_equal(ics_stream_pair_next_ns(pair), INT64_MAX);
    ics_stream_set_keep_alive(stream, 0, true, 10 * ICS_PAIR_S, ICS_PAIR_S, 2);
    assert_int_equal(ics_stream_pair_next_ns(pair), 10 * ICS_PAIR_S);
    ics_stream_pair_run_until(pair, 12 * ICS_PAIR_S);
    assert_int_equal(ics_stream_error(stream), ETIMEDOUT);
}

static void a_user_timeout_breaks_the_connection(void **state)
{
    IcsStreamPair *pair = *state;
    ics_stream_set_user_timeout(ics_stream_pair_a(pair), 0, 5 * ICS_PAIR_S);
    write_bytes(pair, 10);
    ics_stream_pair_run_until(pair, 5 * ICS_PAIR_S - 1);
    assert_string_equal(ics_stream_alone_state_name(pair), "ESTABLISHED");
    ics_stream_pair_run_until(pair, 5 * ICS_PAIR_S);
    assert_string_equal(ics_stream_alone_state_name(pair), "CLOSED");
    assert_int_equal(ics_stream_error(ics_stream_pair_a(pair)), ETIMEDOUT);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_write_takes_what_the_buffer_has_room_for),
        TEST(who_found_no_room_is_told_when_there_is_some),
        TEST(unsent_bytes_wait_for_the_peers_window),
        TEST(a_read_takes_what_is_there),
        TEST(reading_opens_a_closed_window_at_once),
        TEST(memory_is_given_back_when_nothing_is_stored),
        cmocka_unit_test(an_idle_connection_is_small),
        TEST(after_a_shutdown_writing_is_a_broken_pipe),
        TEST(a_broken_connection_says_why),
        TEST(buffers_can_be_changed),
        TEST(a_buffer_made_too_small_tells_when_there_is_room_again),
        TEST(a_larger_receive_buffer_opens_the_window),
        TEST(a_smaller_receive_buffer_does_not_shrink_the_window),
        TEST(figures_tell_what_was_done),
        TEST(nagle_and_cork_hold_small_segments_back),
        cmocka_unit_test(a_closed_machine_takes_no_segments),
        TEST(a_peer_that_answers_is_kept_alive),
        TEST(keep_alive_can_be_switched_on),
        TEST(a_user_timeout_breaks_the_connection),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
