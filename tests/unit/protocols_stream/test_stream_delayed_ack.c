/* When acknowledgements go out: RFC 9293, section 3.8.6.3; RFC 5681, section 4.2. */
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

static void a_lone_segment_is_acknowledged_after_40_ms(void **state)
{
    ics_stream_script_run(*state, CONNECT "200 < P. 1:101(100) ack 1 win 65535\n"
                                          "240 > . 1:1(0) ack 101\n"
                                          "240 = deadline never readable 100\n");
}

static void every_second_full_segment_is_acknowledged_at_once(void **state)
{
    ics_stream_script_run(*state, CONNECT "200 < . 1:1461(1460) ack 1 win 65535\n"
                                          "201 < . 1461:2921(1460) ack 1 win 65535\n"
                                          "201 > . 1:1(0) ack 2921\n"
                                          "202 < . 2921:4381(1460) ack 1 win 65535\n"
                                          "203 < . 4381:5841(1460) ack 1 win 65535\n"
                                          "203 > . 1:1(0) ack 5841\n"
                                          "204 < . 5841:7301(1460) ack 1 win 65535\n"
                                          "244 > . 1:1(0) ack 7301\n");
}

/* What is full is what the peer sends at most: its path may have a smaller MTU. */
static void smaller_full_segments_count_too(void **state)
{
    ics_stream_script_run(*state, CONNECT "200 < . 1:537(536) ack 1 win 65535\n"
                                          "201 < . 537:1073(536) ack 1 win 65535\n"
                                          "201 > . 1:1(0) ack 1073\n");
}

static void keystrokes_wait(void **state)
{
    ics_stream_script_run(*state, CONNECT "200 < P. 1:2(1) ack 1 win 65535\n"
                                          "210 < P. 2:3(1) ack 1 win 65535\n"
                                          "220 < P. 3:4(1) ack 1 win 65535\n"
                                          "240 > . 1:1(0) ack 4\n");
}

static void data_carries_the_acknowledgement(void **state)
{
    ics_stream_script_run(*state, CONNECT "200 < P. 1:2(1) ack 1 win 65535\n"
                                          "220 write 1\n"
                                          "220 > P. 1:2(1) ack 2\n"
                                          "230 < . 2:2(0) ack 2 win 65535\n"
                                          "300 = deadline never\n");
}

static void without_delay_every_segment_is_acknowledged(void **state)
{
    IcsStreamScript *script = *state;
    script->config.use.delayed_ack = false;
    ics_stream_script_run(script, CONNECT "200 < P. 1:2(1) ack 1 win 65535\n"
                                          "200 > . 1:1(0) ack 2\n"
                                          "201 < P. 2:3(1) ack 1 win 65535\n"
                                          "201 > . 1:1(0) ack 3\n");
}

static void the_delay_is_what_the_configuration_says(void **state)
{
    IcsStreamScript *script = *state;
    script->config.times.delayed_ack_ns = 500000000;
    ics_stream_script_run(script, CONNECT "200 < P. 1:2(1) ack 1 win 65535\n"
                                          "700 > . 1:1(0) ack 2\n");
}

static void out_of_order_data_is_acknowledged_at_once(void **state)
{
    ics_stream_script_run(*state, CONNECT "200 < . 1461:2921(1460) ack 1 win 65535\n"
                                          "200 > . 1:1(0) ack 1\n"
                                          "201 < . 2921:4381(1460) ack 1 win 65535\n"
                                          "201 > . 1:1(0) ack 1\n");
}

static void a_filled_hole_is_acknowledged_at_once(void **state)
{
    ics_stream_script_run(*state, CONNECT "200 < . 2921:4381(1460) ack 1 win 65535\n"
                                          "200 > . 1:1(0) ack 1\n"
                                          "210 < . 1:1461(1460) ack 1 win 65535\n"
                                          "210 > . 1:1(0) ack 1461\n"
                                          "220 < . 1461:2921(1460) ack 1 win 65535\n"
                                          "220 > . 1:1(0) ack 4381\n"
                                          "230 < . 4381:5841(1460) ack 1 win 65535\n"
                                          "270 > . 1:1(0) ack 5841\n");
}

static void a_duplicate_is_acknowledged_at_once(void **state)
{
    ics_stream_script_run(*state, CONNECT "200 < . 1:1461(1460) ack 1 win 65535\n"
                                          "240 > . 1:1(0) ack 1461\n"
                                          "250 < . 1:1461(1460) ack 1 win 65535\n"
                                          "250 > . 1:1(0) ack 1461\n");
}

static void a_fin_is_acknowledged_at_once(void **state)
{
    ics_stream_script_run(*state, CONNECT "200 < FP. 1:102(100) ack 1 win 65535\n"
                                          "200 > . 1:1(0) ack 102\n"
                                          "200 = state CLOSE-WAIT\n");
}

/* RFC 2018, section 4, and RFC 2883, section 4: the newest block first, a duplicate before it. */
static void sack_blocks_tell_the_newest_first_and_duplicates_before_them(void **state)
{
    ics_stream_script_run(*state, "0 open\n"
                                  "0 > S 0:1(0) <mss 1460,sackOK>\n"
                                  "100 < S. 0:1(0) ack 1 win 65535 <mss 1460,sackOK>\n"
                                  "100 > . 1:1(0) ack 1 <>\n"
                                  "200 < . 1001:2001(1000) ack 1 win 65535\n"
                                  "200 > . 1:1(0) ack 1 <sack 1001:2001>\n"
                                  "201 < . 3001:4001(1000) ack 1 win 65535\n"
                                  "201 > . 1:1(0) ack 1 <sack 3001:4001 1001:2001>\n"
                                  "202 < . 2001:3001(1000) ack 1 win 65535\n"
                                  "202 > . 1:1(0) ack 1 <sack 1001:4001>\n"
                                  "203 < . 2001:3001(1000) ack 1 win 65535\n"
                                  "203 > . 1:1(0) ack 1 <sack 2001:3001 1001:4001>\n"
                                  "204 < . 1:1001(1000) ack 1 win 65535\n"
                                  "204 > . 1:1(0) ack 4001 <>\n"
                                  "205 < . 1:1001(1000) ack 1 win 65535\n"
                                  "205 > . 1:1(0) ack 4001 <sack 1:1001>\n");
}

/* RFC 6691: what the option takes is taken from the data. */
static void sack_blocks_on_data_leave_it_less_room(void **state)
{
    ics_stream_script_run(*state, "0 open\n"
                                  "0 > S 0:1(0) <mss 1460,sackOK>\n"
                                  "100 < S. 0:1(0) ack 1 win 65535 <mss 1460,sackOK>\n"
                                  "100 > . 1:1(0) ack 1 <>\n"
                                  "200 < . 1001:2001(1000) ack 1 win 65535\n"
                                  "200 > . 1:1(0) ack 1 <sack 1001:2001>\n"
                                  "201 < . 3001:4001(1000) ack 1 win 65535\n"
                                  "201 > . 1:1(0) ack 1 <sack 3001:4001 1001:2001>\n"
                                  "210 write 3000\n"
                                  "210 > . 1:1441(1440) ack 1 <sack 3001:4001 1001:2001>\n"
                                  "210 > . 1441:2881(1440) ack 1\n"
                                  "210 > P. 2881:3001(120) ack 1\n");
}

/* Where SACK blocks would take most of a segment they go by themselves. */
static void tiny_segments_leave_sack_blocks_to_bare_acks(void **state)
{
    ics_stream_script_run(*state, "0 open\n"
                                  "0 > S 0:1(0) <mss 1460,sackOK>\n"
                                  "100 < S. 0:1(0) ack 1 win 0 <mss 20,sackOK>\n"
                                  "100 > . 1:1(0) ack 1 <>\n"
                                  "150 write 20\n"
                                  "200 < . 11:21(10) ack 1 win 100\n"
                                  "200 > P. 1:21(20) ack 1 <>\n"
                                  "200 > . 21:21(0) ack 1 <sack 11:21>\n");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_lone_segment_is_acknowledged_after_40_ms),
        TEST(every_second_full_segment_is_acknowledged_at_once),
        TEST(smaller_full_segments_count_too),
        TEST(keystrokes_wait),
        TEST(data_carries_the_acknowledgement),
        TEST(without_delay_every_segment_is_acknowledged),
        TEST(the_delay_is_what_the_configuration_says),
        TEST(out_of_order_data_is_acknowledged_at_once),
        TEST(a_filled_hole_is_acknowledged_at_once),
        TEST(a_duplicate_is_acknowledged_at_once),
        TEST(a_fin_is_acknowledged_at_once),
        TEST(sack_blocks_tell_the_newest_first_and_duplicates_before_them),
        TEST(sack_blocks_on_data_leave_it_less_room),
        TEST(tiny_segments_leave_sack_blocks_to_bare_acks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
