/* A closed window and the probes of it: RFC 9293, section 3.8.6.1. */
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

/* The peer has closed its window; 4000 bytes wait, all that was sent is acknowledged. */
#define CLOSED_WINDOW                                                                              \
    "0 open\n"                                                                                     \
    "0 > S 0:1(0)\n"                                                                               \
    "100 < S. 0:1(0) ack 1 win 1460 <mss 1460>\n"                                                  \
    "100 > . 1:1(0) ack 1\n"                                                                       \
    "100 write 5460\n"                                                                             \
    "100 > . 1:1461(1460)\n"                                                                       \
    "200 < . 1:1(0) ack 1461 win 0\n"

/* SHLD-29, SHLD-30: the first after an RTO (1 s), then at intervals that double up to the largest
 * RTO (60 s); MUST-35: each with a byte. */
static void probes_come_at_growing_intervals(void **state)
{
    ics_stream_script_run(*state, CLOSED_WINDOW "1200 > . 1461:1462(1) {zero-window-probe}\n"
                                                "1300 < . 1:1(0) ack 1461 win 0\n"
                                                "3200 > . 1461:1462(1) {zero-window-probe}\n"
                                                "3300 < . 1:1(0) ack 1461 win 0\n"
                                                "7200 > . 1461:1462(1) {zero-window-probe}\n"
                                                "15200 > . 1461:1462(1) {zero-window-probe}\n"
                                                "31200 > . 1461:1462(1) {zero-window-probe}\n"
                                                "63200 > . 1461:1462(1) {zero-window-probe}\n"
                                                "123200 > . 1461:1462(1) {zero-window-probe}\n"
                                                "183200 > . 1461:1462(1) {zero-window-probe}\n"
                                                "183300 = state ESTABLISHED\n");
}

static void an_update_opens_the_window_at_once(void **state)
{
    ics_stream_script_run(*state, CLOSED_WINDOW "1000 < . 1:1(0) ack 1461 win 2920\n"
                                                "1000 > . 1461:4381(1460)*\n"
                                                "1100 < . 1:1(0) ack 4381 win 2920\n"
                                                "1100 > P. 4381:5461(1080)\n");
}

/* The answer to the probe says that the window is open: the byte goes again with the rest. */
static void an_answer_to_a_probe_opens_the_window(void **state)
{
    ics_stream_script_run(*state, CLOSED_WINDOW "1200 > . 1461:1462(1) {zero-window-probe}\n"
                                                "1300 < . 1:1(0) ack 1461 win 2920\n"
                                                "1300 > . 1461:4381(1460)*\n"
                                                "1400 < . 1:1(0) ack 4381 win 2920\n"
                                                "1400 > P. 4381:5461(1080)\n");
}

static void a_peer_may_take_the_byte_of_a_probe(void **state)
{
    ics_stream_script_run(*state, CLOSED_WINDOW "1200 > . 1461:1462(1) {zero-window-probe}\n"
                                                "1300 < . 1:1(0) ack 1462 win 0\n"
                                                "2300 > . 1462:1463(1) {zero-window-probe}\n"
                                                "2400 < . 1:1(0) ack 1463 win 2920\n"
                                                "2400 > . 1463:4383(1460)*\n"
                                                "2500 < . 1:1(0) ack 4383 win 2920\n"
                                                "2500 > P. 4383:5461(1078)\n"
                                                "2600 < . 1:1(0) ack 5461 win 2920\n"
                                                "2600 = flight 0 deadline never\n");
}

/* MUST-37: as long as it answers. */
static void a_peer_that_answers_is_probed_for_ever(void **state)
{
    IcsStreamScript *script = *state;
    script->config.recovery.max_rto_ns = 1000000000;
    script->config.data_retries = 2;
    ics_stream_script_run(script, CLOSED_WINDOW);
    for (int i = 0; i < 100; i++) {
        int at_ms = 1200 + 1000 * i;
        g_autofree char *lines = g_strdup_printf("%d > . 1461:1462(1) {zero-window-probe}\n"
                                                 "%d < . 1:1(0) ack 1461 win 0\n",
                                                 at_ms, at_ms + 100);
        ics_stream_script_run(script, lines);
    }
    ics_stream_script_run(script, "100500 = state ESTABLISHED\n");
}

static void a_peer_that_does_not_answer_is_given_up(void **state)
{
    IcsStreamScript *script = *state;
    script->config.data_retries = 3;
    ics_stream_script_run(script, CLOSED_WINDOW "1200 > . 1461:1462(1) {zero-window-probe}\n"
                                                "3200 > . 1461:1462(1) {zero-window-probe}\n"
                                                "7200 > . 1461:1462(1) {zero-window-probe}\n"
                                                "15199 = state ESTABLISHED\n"
                                                "15200 = state CLOSED error ETIMEDOUT\n");
}

/* With nothing but the FIN left, that is what probes. */
static void a_fin_waits_for_the_window_and_probes_it(void **state)
{
    ics_stream_script_run(*state, "0 open\n"
                                  "0 > S 0:1(0)\n"
                                  "100 < S. 0:1(0) ack 1 win 1460 <mss 1460>\n"
                                  "100 > . 1:1(0) ack 1\n"
                                  "100 write 1460\n"
                                  "100 > P. 1:1461(1460)\n"
                                  "200 < . 1:1(0) ack 1461 win 0\n"
                                  "210 shutdown\n"
                                  "1210 > F. 1461:1462(0) {zero-window-probe}\n"
                                  "1300 < . 1:1(0) ack 1462 win 0\n"
                                  "1300 = state FIN-WAIT-2 flight 0 deadline never\n");
}

/* RFC 9293, section 3.8.6: a peer should not, but may, take back what it has offered. */
static void a_window_that_was_shrunk_is_retransmitted_into_by_one_byte(void **state)
{
    ics_stream_script_run(*state, "0 open\n"
                                  "0 > S 0:1(0)\n"
                                  "100 < S. 0:1(0) ack 1 win 2920 <mss 1460>\n"
                                  "100 > . 1:1(0) ack 1\n"
                                  "100 write 2920\n"
                                  "100 > . 1:1461(1460)\n"
                                  "100 > P. 1461:2921(1460)\n"
                                  "200 < . 1:1(0) ack 1 win 0\n"
                                  "1100 > . 1:2(1) {rto}\n"
                                  "1200 < . 1:1(0) ack 1 win 2920\n"
                                  "1200 > . 2:1461(1459) {rto}\n"
                                  "1300 < . 1:1(0) ack 1461 win 2920\n"
                                  "1300 > P. 1461:2921(1460) {rto}\n");
}

static void a_peer_that_has_shrunk_its_window_and_answers_is_not_given_up(void **state)
{
    IcsStreamScript *script = *state;
    script->config.data_retries = 2;
    script->config.recovery.max_rto_ns = 1000000000;
    ics_stream_script_run(script, "0 open\n"
                                  "0 > S 0:1(0)\n"
                                  "100 < S. 0:1(0) ack 1 win 2920 <mss 1460>\n"
                                  "100 > . 1:1(0) ack 1\n"
                                  "100 write 10\n"
                                  "100 > P. 1:11(10)\n"
                                  "200 < . 1:1(0) ack 1 win 0\n");
    for (int at_ms = 1100; at_ms < 20000; at_ms += 1000) {
        g_autofree char *lines = g_strdup_printf("%d > . 1:2(1) {rto}\n"
                                                 "%d < . 1:1(0) ack 1 win 0\n",
                                                 at_ms, at_ms + 100);
        ics_stream_script_run(script, lines);
    }
    ics_stream_script_run(script, "20100 > . 1:2(1) {rto}\n"
                                  "21100 > . 1:2(1) {rto}\n"
                                  "22099 = state ESTABLISHED\n"
                                  "22100 = state CLOSED error ETIMEDOUT\n");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(probes_come_at_growing_intervals),
        TEST(an_update_opens_the_window_at_once),
        TEST(an_answer_to_a_probe_opens_the_window),
        TEST(a_peer_may_take_the_byte_of_a_probe),
        TEST(a_peer_that_answers_is_probed_for_ever),
        TEST(a_peer_that_does_not_answer_is_given_up),
        TEST(a_fin_waits_for_the_window_and_probes_it),
        TEST(a_window_that_was_shrunk_is_retransmitted_into_by_one_byte),
        TEST(a_peer_that_has_shrunk_its_window_and_answers_is_not_given_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
