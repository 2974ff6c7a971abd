/* Explicit congestion notification at its limits: windows of one segment (RFC 3168, section 6.1.2)
 * and handshakes that fell back (section 6.1.1.1). */
#include <cmocka.h>

#include "tests/support/stream_script.h"

static int set_up(void **state)
{
    IcsStreamScript *script = ics_stream_script_new();
    script->config.use.ecn = true;
    *state = script;
    return 0;
}

static int tear_down(void **state)
{
    ics_stream_script_free(*state);
    return 0;
}

static IcsStreamScript *with_window(void **state, int congestion, int64_t segments)
{
    IcsStreamScript *script = *state;
    script->config.recovery.congestion = congestion;
    script->config.recovery.initial_window = segments;
    return script;
}

#define CONNECT                                                                                    \
    "0 open\n"                                                                                     \
    "0 > SEW 0:1(0)\n"                                                                             \
    "100 < S.E 0:1(0) ack 1 win 65535 <mss 1460>\n"                                                \
    "100 > . 1:1(0) ack 1\n"                                                                       \
    "100 write 60000\n"

/* The retransmission timer paces what is less than a segment in a round trip; RTO is 1 s. */
static void a_window_of_one_segment_sends_one_for_each_timeout(void **state)
{
    ics_stream_script_run(with_window(state, ICS_CONGESTION_RENO, 1),
                          CONNECT "100 > . 1:1461(1460) ect\n"
                                  "200 < .E 1:1(0) ack 1461 win 65535\n"
                                  "1200 > .W 1461:2921(1460) ect\n"
                                  "1300 < .E 1:1(0) ack 2921 win 65535\n"
                                  "1300 = cwnd 1460\n"
                                  "2300 > .W 2921:4381(1460) ect\n"
                                  "2400 < . 1:1(0) ack 4381 win 65535\n"
                                  "2400 > . 4381:7301(1460)* ect\n"
                                  "2400 = cwnd 2920\n");
}

static void a_window_of_two_segments_becomes_one(void **state, int congestion)
{
    ics_stream_script_run(with_window(state, congestion, 2),
                          CONNECT "100 > . 1:2921(1460)* ect\n"
                                  "200 < .E 1:1(0) ack 2921 win 65535\n"
                                  "200 > .W 2921:4381(1460) ect\n"
                                  "200 = cwnd 1460\n"
                                  "300 < .E 1:1(0) ack 4381 win 65535\n"
                                  "1300 > .W 4381:5841(1460) ect\n");
}

static void reno_goes_down_to_one_segment(void **state)
{
    a_window_of_two_segments_becomes_one(state, ICS_CONGESTION_RENO);
}

static void cubic_goes_down_to_one_segment(void **state)
{
    a_window_of_two_segments_becomes_one(state, ICS_CONGESTION_CUBIC);
}

static void a_fixed_window_does_not_wait(void **state)
{
    IcsStreamScript *script = with_window(state, ICS_CONGESTION_NONE, 1);
    script->config.recovery.fixed_window_bytes = 1460;
    ics_stream_script_run(script, CONNECT "100 > . 1:1461(1460) ect\n"
                                          "200 < .E 1:1(0) ack 1461 win 65535\n"
                                          "200 > .W 1461:2921(1460) ect\n");
}

/* Repetitions of what is lost do not wait. */
static void what_waits_for_the_timer_is_new_data_only(void **state)
{
    ics_stream_script_run(with_window(state, ICS_CONGESTION_RENO, 1),
                          CONNECT "100 > . 1:1461(1460) ect\n"
                                  "200 < .E 1:1(0) ack 1461 win 65535\n"
                                  "1200 > .W 1461:2921(1460) ect\n"
                                  "2200 > . 1461:2921(1460) {rto}\n"
                                  "2300 < . 1:1(0) ack 2921 win 65535\n"
                                  "2300 > .W 2921:4381(1460) ect\n"
                                  "2300 > . 4381:5841(1460) ect\n");
}

static void closing_while_it_waits_loses_nothing(void **state)
{
    ics_stream_script_run(with_window(state, ICS_CONGESTION_RENO, 1),
                          "0 open\n"
                          "0 > SEW 0:1(0)\n"
                          "100 < S.E 0:1(0) ack 1 win 65535 <mss 1460>\n"
                          "100 > . 1:1(0) ack 1\n"
                          "100 write 2000\n"
                          "100 > . 1:1461(1460) ect\n"
                          "200 < .E 1:1(0) ack 1461 win 65535\n"
                          "300 close\n"
                          "1200 > FP.W 1461:2002(540) ect\n"
                          "1300 < . 1:1(0) ack 2002 win 65535\n"
                          "1300 = state FIN-WAIT-2\n");
}

/* Section 6.1.1.1: who has sent a SYN without ECN must not set ECT, but echoes what it is told. */
static void after_a_plain_syn_no_data_is_ecn_capable(void **state)
{
    ics_stream_script_run(*state, "0 open\n"
                                  "0 > SEW 0:1(0)\n"
                                  "1000 > S 0:1(0) {syn}\n"
                                  "1100 < S.E 0:1(0) ack 1 win 65535 <mss 1460>\n"
                                  "1100 > . 1:1(0) ack 1\n"
                                  "1100 write 10\n"
                                  "1100 > P. 1:11(10)\n"
                                  "1200 < . 1:1461(1460) ack 11 win 65535 ce\n"
                                  "1201 < . 1461:2921(1460) ack 11 win 65535\n"
                                  "1201 > .E 11:11(0) ack 2921\n");
}

static void a_plain_syn_after_an_ecn_setup_syn_does_without(void **state)
{
    ics_stream_script_run(*state, "0 < SEW 0:1(0) win 65535 <mss 1460>\n"
                                  "0 > S.E 0:1(0) ack 1\n"
                                  "500 < S 0:1(0) win 65535 <mss 1460>\n"
                                  "500 > S. 0:1(0) ack 1\n"
                                  "600 < . 1:1(0) ack 1 win 65535\n"
                                  "600 write 10\n"
                                  "600 > P. 1:11(10)\n");
}

static void an_ecn_setup_syn_that_came_twice_keeps_it(void **state)
{
    ics_stream_script_run(*state, "0 < SEW 0:1(0) win 65535 <mss 1460>\n"
                                  "0 > S.E 0:1(0) ack 1\n"
                                  "500 < SEW 0:1(0) win 65535 <mss 1460>\n"
                                  "500 > S.E 0:1(0) ack 1\n"
                                  "600 < . 1:1(0) ack 1 win 65535\n"
                                  "600 write 10\n"
                                  "600 > P. 1:11(10) ect\n");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_window_of_one_segment_sends_one_for_each_timeout),
        TEST(reno_goes_down_to_one_segment),
        TEST(cubic_goes_down_to_one_segment),
        TEST(a_fixed_window_does_not_wait),
        TEST(what_waits_for_the_timer_is_new_data_only),
        TEST(closing_while_it_waits_loses_nothing),
        TEST(after_a_plain_syn_no_data_is_ecn_capable),
        TEST(a_plain_syn_after_an_ecn_setup_syn_does_without),
        TEST(an_ecn_setup_syn_that_came_twice_keeps_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
