/* Windows over 64 KiB: RFC 7323, section 2. */
#include <cmocka.h>

#include "tests/support/stream_script.h"

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

static IcsStreamScript *scaled(void **state, int64_t buffer_bytes)
{
    IcsStreamScript *script = *state;
    script->config.use.window_scaling = true;
    script->config.receive_buffer_bytes = buffer_bytes;
    return script;
}

static void the_shift_is_the_least_that_the_buffer_needs(void **state)
{
    ics_stream_script_run(scaled(state, 262144),
                          "0 open\n"
                          "0 > S 0:1(0) win 65535 <mss 1460,sackOK,wscale 3>\n");
}

static void a_buffer_of_65535_bytes_needs_no_shift_but_offers_scaling(void **state)
{
    ics_stream_script_run(scaled(state, 65535),
                          "0 open\n"
                          "0 > S 0:1(0) win 65535 <mss 1460,sackOK,wscale 0>\n");
}

/* Section 2.3: 2^30 less 2^14 is the largest window there is. */
static void a_gigabyte_needs_a_shift_of_14(void **state)
{
    ics_stream_script_run(scaled(state, 1073725440),
                          "0 open\n"
                          "0 > S 0:1(0) win 65535 <mss 1460,sackOK,wscale 14>\n"
                          "100 < S. 0:1(0) ack 1 win 65535 <mss 1460,wscale 14>\n"
                          "100 > . 1:1(0) ack 1 win 65535\n"
                          "100 = window 65535\n"
                          "200 < . 1:1(0) ack 1 win 65535\n"
                          "200 = window 1073725440\n"
                          "201 < . 1:1(0) ack 1 win 1\n"
                          "201 = window 16384\n"
                          "201 write 20000\n"
                          "201 > . 1:14601(1460)*\n"
                          "210 < . 1:1(0) ack 14601 win 1\n"
                          "210 > .. 14601:20001(1460)*\n");
}

/* Section 2.2: not scaled in SYN and SYN-ACK, scaled from then on. */
static void both_ends_scale_or_none_does(void **state)
{
    ics_stream_script_run(scaled(state, 262144), "0 open\n"
                                                 "0 > S 0:1(0) win 65535\n"
                                                 "100 < S. 0:1(0) ack 1 win 5000 <mss 1460>\n"
                                                 "100 > . 1:1(0) ack 1 win 65535\n"
                                                 "200 < . 1:1(0) ack 1 win 6000\n"
                                                 "200 = window 6000\n");
}

static void an_answer_scales_only_if_asked(void **state)
{
    ics_stream_script_run(scaled(state, 262144), "0 < S 0:1(0) win 5000 <mss 1460>\n"
                                                 "0 > S. 0:1(0) ack 1 win 65535 <mss 1460>\n"
                                                 "10 < . 1:1(0) ack 1 win 5000\n"
                                                 "10 = state ESTABLISHED window 5000\n");
}

static void an_answer_scales_if_asked(void **state)
{
    ics_stream_script_run(scaled(state, 262144),
                          "0 < S 0:1(0) win 5000 <mss 1460,wscale 2>\n"
                          "0 > S. 0:1(0) ack 1 win 65535 <mss 1460,wscale 3>\n"
                          "10 < . 1:1(0) ack 1 win 5000\n"
                          "10 = state ESTABLISHED window 20000\n"
                          "20 write 10\n"
                          "20 > P. 1:11(10) ack 1 win 32768\n");
}

/* Section 2.3: more than 14 is read as 14. */
static void a_shift_over_14_is_14(void **state)
{
    ics_stream_script_run(scaled(state, 262144),
                          "0 < S 0:1(0) win 5000 <mss 1460,wscale 15>\n"
                          "0 > S. 0:1(0) ack 1 win 65535 <mss 1460,wscale 3>\n"
                          "10 < . 1:1(0) ack 1 win 5000\n"
                          "10 = window 81920000\n");
}

static void where_scaling_is_off_it_is_neither_offered_nor_accepted(void **state)
{
    IcsStreamScript *script = scaled(state, 262144);
    script->config.use.window_scaling = false;
    ics_stream_script_run(script, "0 < S 0:1(0) win 5000 <mss 1460,wscale 2>\n"
                                  "0 > S. 0:1(0) ack 1 win 65535 <mss 1460>\n"
                                  "10 < . 1:1(0) ack 1 win 5000\n"
                                  "10 = window 5000\n");
}

/* Section 2.4: the field is rounded down; what was in the window stays in it. Shift 3: after 1001
 * bytes, 262144 - 1001 = 261143 are 32642 units of 8 and 7 bytes. */
static void what_was_announced_is_accepted_whatever_the_rounding(void **state)
{
    IcsStreamScript *script = scaled(state, 262144);
    script->config.use.delayed_ack = false;
    ics_stream_script_run(script, "0 open\n"
                                  "0 > S 0:1(0)\n"
                                  "100 < S. 0:1(0) ack 1 win 5000 <mss 1460,wscale 0>\n"
                                  "100 > . 1:1(0) ack 1 win 32768\n"
                                  "200 < . 1:1002(1001) ack 1 win 5000\n"
                                  "200 > . 1:1(0) ack 1002 win 32642\n"
                                  "201 < . 261945:262145(200) ack 1 win 5000\n"
                                  "201 > . 1:1(0) ack 1002 win 32642\n"
                                  "202 < . 1002:61002(60000) ack 1 win 5000\n"
                                  "202 > . 1:1(0) ack 61002\n"
                                  "203 < . 61002:121002(60000) ack 1 win 5000\n"
                                  "203 > . 1:1(0) ack 121002\n"
                                  "204 < . 121002:181002(60000) ack 1 win 5000\n"
                                  "204 > . 1:1(0) ack 181002\n"
                                  "205 < . 181002:241002(60000) ack 1 win 5000\n"
                                  "205 > . 1:1(0) ack 241002\n"
                                  "206 < . 241002:261945(20943) ack 1 win 5000\n"
                                  "206 > . 1:1(0) ack 262145 win 0\n"
                                  "206 = readable 262144\n");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(the_shift_is_the_least_that_the_buffer_needs),
        TEST(a_buffer_of_65535_bytes_needs_no_shift_but_offers_scaling),
        TEST(a_gigabyte_needs_a_shift_of_14),
        TEST(both_ends_scale_or_none_does),
        TEST(an_answer_scales_only_if_asked),
        TEST(an_answer_scales_if_asked),
        TEST(a_shift_over_14_is_14),
        TEST(where_scaling_is_off_it_is_neither_offered_nor_accepted),
        TEST(what_was_announced_is_accepted_whatever_the_rounding),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
