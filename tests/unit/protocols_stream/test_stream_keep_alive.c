/* Probes of an idle connection: RFC 9293, section 3.8.4. */
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

static IcsStreamScript *with_keep_alive(void **state)
{
    IcsStreamScript *script = *state;
    script->config.use.keep_alive = true;
    script->config.times.keep_alive_idle_ns = INT64_C(10000000000);
    script->config.times.keep_alive_interval_ns = INT64_C(1000000000);
    script->config.keep_alive_probes = 3;
    return script;
}

/* MUST-24: off unless asked for. */
static void without_it_an_idle_connection_is_silent_for_ever(void **state)
{
    ics_stream_script_run(*state, CONNECT "100 = deadline never\n");
}

static void an_idle_peer_is_probed_with_an_old_number(void **state)
{
    ics_stream_script_run(with_keep_alive(state), CONNECT "10100 > . 0:0(0) ack 1\n"
                                                          "10200 < . 1:1(0) ack 1 win 65535\n"
                                                          "20200 > . 0:0(0) ack 1\n"
                                                          "20300 < . 1:1(0) ack 1 win 65535\n"
                                                          "30299 = state ESTABLISHED\n"
                                                          "30300 > . 0:0(0) ack 1\n");
}

static void whatever_arrives_puts_the_probe_off(void **state)
{
    ics_stream_script_run(with_keep_alive(state), CONNECT "5000 < . 1:1(0) ack 1 win 65535\n"
                                                          "9000 < P. 1:2(1) ack 1 win 65535\n"
                                                          "9040 > . 1:1(0) ack 2\n"
                                                          "19000 > . 0:0(0) ack 2\n");
}

/* MUST-26: one unanswered probe says nothing. */
static void a_peer_that_answers_no_probe_is_gone(void **state)
{
    ics_stream_script_run(with_keep_alive(state), CONNECT "10100 > . 0:0(0) ack 1\n"
                                                          "11100 > . 0:0(0) ack 1\n"
                                                          "12100 > . 0:0(0) ack 1\n"
                                                          "13099 = state ESTABLISHED\n"
                                                          "13100 > R. 1:1(0) ack 1\n"
                                                          "13100 = state CLOSED error ETIMEDOUT\n");
}

static void a_late_answer_saves_the_connection(void **state)
{
    ics_stream_script_run(with_keep_alive(state), CONNECT "10100 > . 0:0(0) ack 1\n"
                                                          "11100 > . 0:0(0) ack 1\n"
                                                          "12100 > . 0:0(0) ack 1\n"
                                                          "13000 < . 1:1(0) ack 1 win 65535\n"
                                                          "23000 > . 0:0(0) ack 1\n"
                                                          "23000 = state ESTABLISHED\n");
}

/* MUST-25: only when no data is under way; then retransmissions probe. */
static void unacknowledged_data_is_probe_enough(void **state)
{
    ics_stream_script_run(with_keep_alive(state), CONNECT "8000 write 1\n"
                                                          "8000 > P. 1:2(1)\n"
                                                          "9000 > P. 1:2(1) {rto}\n"
                                                          "11000 > P. 1:2(1) {rto}\n"
                                                          "14000 < . 1:1(0) ack 2 win 65535\n"
                                                          "24000 > . 1:1(0) ack 1\n");
}

static void it_can_be_turned_on_and_off_while_it_runs(void **state)
{
    IcsStreamScript *script = with_keep_alive(state);
    script->config.use.keep_alive = false;
    ics_stream_script_run(script, CONNECT "5000 keep-alive on\n"
                                          "10100 > . 0:0(0) ack 1\n"
                                          "10200 < . 1:1(0) ack 1 win 65535\n"
                                          "15000 keep-alive off\n"
                                          "15000 = deadline never\n");
}

static void a_probe_has_the_usual_options(void **state)
{
    IcsStreamScript *script = with_keep_alive(state);
    script->config.use.timestamps = true;
    ics_stream_script_run(script, "0 open\n"
                                  "0 > S 0:1(0)\n"
                                  "100 < S. 0:1(0) ack 1 win 65535 <mss 1460,TS val 900 ecr 0>\n"
                                  "100 > . 1:1(0) ack 1\n"
                                  "10100 > . 0:0(0) ack 1 <TS val 10100 ecr 900>\n");
}

static void in_time_wait_nobody_is_probed(void **state)
{
    ics_stream_script_run(with_keep_alive(state), CONNECT "100 shutdown\n"
                                                          "100 > F. 1:2(0) ack 1\n"
                                                          "200 < F. 1:2(0) ack 2 win 65535\n"
                                                          "200 > . 2:2(0) ack 2\n"
                                                          "200 = state TIME-WAIT deadline 60200\n"
                                                          "60200 = state CLOSED\n");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(without_it_an_idle_connection_is_silent_for_ever),
        TEST(an_idle_peer_is_probed_with_an_old_number),
        TEST(whatever_arrives_puts_the_probe_off),
        TEST(a_peer_that_answers_no_probe_is_gone),
        TEST(a_late_answer_saves_the_connection),
        TEST(unacknowledged_data_is_probe_enough),
        TEST(it_can_be_turned_on_and_off_while_it_runs),
        TEST(a_probe_has_the_usual_options),
        TEST(in_time_wait_nobody_is_probed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
