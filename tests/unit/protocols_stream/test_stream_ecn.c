/* Explicit congestion notification: RFC 3168, section 6.1. */
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
static IcsStreamScript *with_ecn(void **state)
{
    IcsStreamScript *script = *state;
    script->config.use.ecn = true;
    return script;
}

#define ECN_CONNECT                                                                                \
    "0 open\n"                                                                                     \
    "0 > SEW 0:1(0)\n"                                                                             \
    "100 < S.E 0:1(0) ack 1 win 65535 <mss 1460>\n"                                                \
    "100 > . 1:1(0) ack 1\n"

/* Section 6.1.1. */
static void both_ends_must_be_capable(void **state)
{
    ics_stream_script_run(with_ecn(state), "0 open\n"
                                           "0 > SEW 0:1(0)\n"
                                           "100 < S. 0:1(0) ack 1 win 65535 <mss 1460>\n"
                                           "100 > . 1:1(0) ack 1\n"
                                           "100 write 10\n"
                                           "100 > P. 1:11(10)\n");
}

/* A SYN-ACK that echoes both flags comes from a host that does not know them. */
static void a_reflected_setup_is_none(void **state)
{
    ics_stream_script_run(with_ecn(state), "0 open\n"
                                           "0 > SEW 0:1(0)\n"
                                           "100 < S.EW 0:1(0) ack 1 win 65535 <mss 1460>\n"
                                           "100 > . 1:1(0) ack 1\n"
                                           "100 write 10\n"
                                           "100 > P. 1:11(10)\n");
}

static void an_answer_agrees_with_ece_alone(void **state)
{
    ics_stream_script_run(with_ecn(state), "0 < SEW 0:1(0) win 65535 <mss 1460>\n"
                                           "0 > S.E 0:1(0) ack 1\n"
                                           "10 < . 1:1(0) ack 1 win 65535\n"
                                           "10 write 10\n"
                                           "10 > P. 1:11(10) ect\n");
}

static void where_it_is_off_it_is_refused(void **state)
{
    ics_stream_script_run(*state, "0 < SEW 0:1(0) win 65535 <mss 1460>\n"
                                  "0 > S. 0:1(0) ack 1\n");
}

static void a_repeated_syn_does_not_ask_again(void **state)
{
    ics_stream_script_run(with_ecn(state), "0 open\n"
                                           "0 > SEW 0:1(0)\n"
                                           "1000 > S 0:1(0) {syn}\n");
}

/* Sections 6.1.4 and 6.1.5: neither ACKs nor repetitions. */
static void only_new_data_is_ecn_capable(void **state)
{
    ics_stream_script_run(with_ecn(state), ECN_CONNECT "100 write 10\n"
                                                       "100 > P. 1:11(10) ect\n"
                                                       "1100 > P. 1:11(10) {rto}\n");
}

/* Section 6.1.2: as for a loss, once in a round trip; CWR on the first new data after it. */
static void an_echo_halves_the_window_once_in_a_round_trip(void **state)
{
    ics_stream_script_run(with_ecn(state), ECN_CONNECT "100 write 60000\n"
                                                       "100 > . 1:14601(1460)* ect\n"
                                                       "200 < .E 1:1(0) ack 2921 win 65535\n"
                                                       "200 = cwnd 7300 ssthresh 7300\n"
                                                       "201 < .E 1:1(0) ack 5841 win 65535\n"
                                                       "202 < .E 1:1(0) ack 8761 win 65535\n"
                                                       "202 > .W 14601:16061(1460) ect\n"
                                                       "202 = cwnd 7300\n"
                                                       "203 < . 1:1(0) ack 11681 win 65535\n"
                                                       "203 > . 16061:18981(1460)* ect\n"
                                                       "203 = cwnd 7300\n"
                                                       "204 < . 1:1(0) ack 14601 win 65535\n"
                                                       "204 > . 18981:21901(1460)* ect\n"
                                                       "300 < .E 1:1(0) ack 16061 win 65535\n");
}

/* Section 6.1.3: ECE on every ACK until CWR has come, which is acknowledged at once. */
static void ce_is_echoed_until_cwr(void **state)
{
    ics_stream_script_run(with_ecn(state),
                          ECN_CONNECT "200 < . 1:1461(1460) ack 1 win 65535 ce\n"
                                      "201 < . 1461:2921(1460) ack 1 win 65535\n"
                                      "201 > .E 1:1(0) ack 2921\n"
                                      "202 < . 2921:4381(1460) ack 1 win 65535\n"
                                      "203 < . 4381:5841(1460) ack 1 win 65535\n"
                                      "203 > .E 1:1(0) ack 5841\n"
                                      "204 < .W 5841:7301(1460) ack 1 win 65535\n"
                                      "204 > . 1:1(0) ack 7301\n"
                                      "205 < . 7301:8761(1460) ack 1 win 65535\n"
                                      "206 < .W 8761:10221(1460) ack 1 win 65535 ce\n"
                                      "206 > .E 1:1(0) ack 10221\n"
                                      "207 < . 10221:11681(1460) ack 1 win 65535\n"
                                      "208 < . 11681:13141(1460) ack 1 win 65535\n"
                                      "208 > .E 1:1(0) ack 13141\n");
}

static void without_agreement_ce_says_nothing(void **state)
{
    ics_stream_script_run(*state, "0 open\n"
                                  "0 > S 0:1(0)\n"
                                  "100 < S. 0:1(0) ack 1 win 65535 <mss 1460>\n"
                                  "100 > . 1:1(0) ack 1\n"
                                  "200 < . 1:1461(1460) ack 1 win 65535 ce\n"
                                  "201 < . 1461:2921(1460) ack 1 win 65535\n"
                                  "201 > . 1:1(0) ack 2921\n");
}

static void without_an_echo_the_window_grows(void **state)
{
    ics_stream_script_run(with_ecn(state), ECN_CONNECT "100 write 14600\n"
                                                       "100 > .. 1:14601(1460)* ect\n"
                                                       "200 < . 1:1(0) ack 14601 win 65535\n"
                                                       "200 = cwnd 16060 ssthresh -1\n");
}

static void without_agreement_an_echo_says_nothing(void **state)
{
    ics_stream_script_run(*state, "0 open\n"
                                  "0 > S 0:1(0)\n"
                                  "100 < S. 0:1(0) ack 1 win 65535 <mss 1460>\n"
                                  "100 > . 1:1(0) ack 1\n"
                                  "100 write 14600\n"
                                  "100 > .. 1:14601(1460)*\n"
                                  "200 < .E 1:1(0) ack 14601 win 65535\n"
                                  "200 = cwnd 16060 ssthresh -1\n");
}

static void a_fin_without_data_is_not_ecn_capable(void **state)
{
    ics_stream_script_run(with_ecn(state), ECN_CONNECT "100 shutdown\n"
                                                       "100 > F. 1:2(0)\n");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(both_ends_must_be_capable),
        TEST(a_reflected_setup_is_none),
        TEST(an_answer_agrees_with_ece_alone),
        TEST(where_it_is_off_it_is_refused),
        TEST(a_repeated_syn_does_not_ask_again),
        TEST(only_new_data_is_ecn_capable),
        TEST(an_echo_halves_the_window_once_in_a_round_trip),
        TEST(ce_is_echoed_until_cwr),
        TEST(without_agreement_ce_says_nothing),
        TEST(without_an_echo_the_window_grows),
        TEST(without_agreement_an_echo_says_nothing),
        TEST(a_fin_without_data_is_not_ecn_capable),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
