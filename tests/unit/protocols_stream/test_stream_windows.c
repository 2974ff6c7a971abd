/* The window that a receiver announces: RFC 9293, sections 3.8.6 and 3.8.6.2.2. */
#include <cmocka.h>

#include "tests/support/stream_script.h"

#define CONNECT                                                                                    \
    "0 open\n"                                                                                     \
    "0 > S 0:1(0) win 65535 <mss 1460,sackOK>\n"                                                   \
    "100 < S. 0:1(0) ack 1 win 65535 <mss 1460>\n"                                                 \
    "100 > . 1:1(0) ack 1\n"

static int set_up(void **state)
{
    *state = ics_stream_script_new();
    return 0;
}

static int tear_down(void **state)
{
    ics_stream_script_free(*state);
    return 0;
}

/* A receiver with a buffer of four full segments and a bit. */
static IcsStreamScript *with_buffer(void **state, int64_t bytes)
{
    IcsStreamScript *script = *state;
    script->config.receive_buffer_bytes = bytes;
    script->config.use.delayed_ack = false;
    ics_stream_script_run(script, "0 open\n"
                                  "0 > S 0:1(0)\n"
                                  "100 < S. 0:1(0) ack 1 win 65535 <mss 1460>\n"
                                  "100 > . 1:1(0) ack 1\n");
    return script;
}

static void unread_data_closes_the_window(void **state)
{
    ics_stream_script_run(with_buffer(state, 6000), "200 < . 1:1461(1460) ack 1 win 65535\n"
                                                    "200 > . 1:1(0) ack 1461 win 4540\n"
                                                    "201 < . 1461:2921(1460) ack 1 win 65535\n"
                                                    "201 > . 1:1(0) ack 2921 win 3080\n"
                                                    "202 < . 2921:4381(1460) ack 1 win 65535\n"
                                                    "202 > . 1:1(0) ack 4381 win 1620\n"
                                                    "203 < . 4381:5841(1460) ack 1 win 65535\n"
                                                    "203 > . 1:1(0) ack 5841 win 160\n"
                                                    "204 < . 5841:6001(160) ack 1 win 65535\n"
                                                    "204 > . 1:1(0) ack 6001 win 0\n");
}

static void data_that_is_read_at_once_leaves_the_window_open(void **state)
{
    ics_stream_script_run(with_buffer(state, 6000), "200 < . 1:1461(1460) ack 1 win 65535\n"
                                                    "200 > . 1:1(0) ack 1461 win 4540\n"
                                                    "200 read 1460\n"
                                                    "201 < . 1461:2921(1460) ack 1 win 65535\n"
                                                    "201 > . 1:1(0) ack 2921 win 4540\n"
                                                    "201 read 1460\n");
}

/* The edge moves by a full segment (less than half the buffer here) or not at all; a closed window
 * is opened at once. */
static void a_closed_window_opens_by_a_full_segment(void **state)
{
    ics_stream_script_run(with_buffer(state, 6000), "200 < . 1:5841(1460)* ack 1 win 65535\n"
                                                    "200 > . 1:1(0) ack 1461\n"
                                                    "200 > . 1:1(0) ack 2921\n"
                                                    "200 > . 1:1(0) ack 4381\n"
                                                    "200 > . 1:1(0) ack 5841 win 160\n"
                                                    "201 < . 5841:6001(160) ack 1 win 65535\n"
                                                    "201 > . 1:1(0) ack 6001 win 0\n"
                                                    "300 read 1459\n"
                                                    "301 read 1\n"
                                                    "301 > . 1:1(0) ack 6001 win 1460\n"
                                                    "302 read 1459\n"
                                                    "303 read 2000\n"
                                                    "303 > . 1:1(0) ack 6001 win 4919\n");
}

static void half_of_a_small_buffer_opens_the_window(void **state)
{
    ics_stream_script_run(with_buffer(state, 1000), "200 < . 1:1001(1000) ack 1 win 65535\n"
                                                    "200 > . 1:1(0) ack 1001 win 0\n"
                                                    "300 read 499\n"
                                                    "301 read 1\n"
                                                    "301 > . 1:1(0) ack 1001 win 500\n");
}

static void without_avoidance_every_byte_opens_the_window(void **state)
{
    IcsStreamScript *script = *state;
    script->config.use.silly_window_avoidance = false;
    ics_stream_script_run(with_buffer(state, 1000), "200 < . 1:1001(1000) ack 1 win 65535\n"
                                                    "200 > . 1:1(0) ack 1001 win 0\n"
                                                    "300 read 1\n"
                                                    "300 > . 1:1(0) ack 1001 win 1\n"
                                                    "301 read 1\n"
                                                    "301 > . 1:1(0) ack 1001 win 2\n");
}

/* A window that is half open needs no announcement of its own: ACKs will carry it. */
static void a_wide_window_is_not_announced_for_every_read(void **state)
{
    ics_stream_script_run(with_buffer(state, 60000), "200 < . 1:1461(1460) ack 1 win 65535\n"
                                                     "200 > . 1:1(0) ack 1461 win 58540\n"
                                                     "300 read 1460\n"
                                                     "400 < . 1461:1561(100) ack 1 win 65535\n"
                                                     "400 > . 1:1(0) ack 1561 win 59900\n");
}

/* RFC 9293, section 3.8.6: the right edge does not move left. */
static void a_smaller_buffer_does_not_shrink_the_window(void **state)
{
    ics_stream_script_run(with_buffer(state, 6000), "150 buffers 65535 3000\n"
                                                    "200 < . 1:1461(1460) ack 1 win 65535\n"
                                                    "200 > . 1:1(0) ack 1461 win 4540\n"
                                                    "200 read 1460\n"
                                                    "201 < . 1461:4461(3000) ack 1 win 65535\n"
                                                    "201 > . 1:1(0) ack 4461 win 1540\n");
}

static void a_larger_buffer_widens_it(void **state)
{
    ics_stream_script_run(with_buffer(state, 6000), "150 < . 1:1001(1000) ack 1 win 65535\n"
                                                    "150 > . 1:1(0) ack 1001 win 5000\n"
                                                    "150 buffers 65535 30000\n"
                                                    "150 > . 1:1(0) ack 1001 win 29000\n");
}

/* Before the peer has sent anything the window of the SYN is enough for it to begin with. */
static void the_first_acknowledgement_says_how_large_a_larger_buffer_is(void **state)
{
    ics_stream_script_run(with_buffer(state, 6000), "150 buffers 65535 30000\n"
                                                    "200 < . 1:1001(1000) ack 1 win 65535\n"
                                                    "200 > . 1:1(0) ack 1001 win 29000\n");
}

static void what_lies_beyond_the_window_is_cut_off(void **state)
{
    ics_stream_script_run(with_buffer(state, 1000), "200 < . 1:1461(1460) ack 1 win 65535\n"
                                                    "200 > . 1:1(0) ack 1001 win 0\n"
                                                    "200 = readable 1000\n"
                                                    "201 < . 1001:1101(100) ack 1 win 65535\n"
                                                    "201 > . 1:1(0) ack 1001 win 0\n");
}

static void once_nobody_reads_the_window_stays_open(void **state)
{
    IcsStreamScript *script = with_buffer(state, 6000);
    ics_stream_shutdown_receive(&script->stream, script->now_ns);
    ics_stream_script_run(script, "200 < . 1:5841(1460)* ack 1 win 65535\n"
                                  "200 > . 1:1(0) ack 1461 win 6000\n"
                                  "200 > . 1:1(0) ack 2921 win 6000\n"
                                  "200 > . 1:1(0) ack 4381 win 6000\n"
                                  "200 > . 1:1(0) ack 5841 win 6000\n");
}

/* Less than half of the buffer is on offer: an update is sent when it doubles the window. */
static void a_narrow_window_is_announced_when_it_has_doubled(void **state)
{
    ics_stream_script_run(with_buffer(state, 6000), "200 < . 1:1461(1460) ack 1 win 65535\n"
                                                    "200 > . 1:1(0) ack 1461\n"
                                                    "201 < . 1461:3501(2040) ack 1 win 65535\n"
                                                    "201 > . 1:1(0) ack 3501 win 2500\n"
                                                    "300 read 1460\n"
                                                    "301 read 1039\n"
                                                    "302 read 1\n"
                                                    "302 > . 1:1(0) ack 3501 win 5000\n");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(unread_data_closes_the_window),
        TEST(data_that_is_read_at_once_leaves_the_window_open),
        TEST(a_closed_window_opens_by_a_full_segment),
        TEST(half_of_a_small_buffer_opens_the_window),
        TEST(without_avoidance_every_byte_opens_the_window),
        TEST(a_wide_window_is_not_announced_for_every_read),
        TEST(a_smaller_buffer_does_not_shrink_the_window),
        TEST(a_larger_buffer_widens_it),
        TEST(the_first_acknowledgement_says_how_large_a_larger_buffer_is),
        TEST(what_lies_beyond_the_window_is_cut_off),
        TEST(once_nobody_reads_the_window_stays_open),
        TEST(a_narrow_window_is_announced_when_it_has_doubled),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
