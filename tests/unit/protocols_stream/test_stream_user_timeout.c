/* When a connection is given up: RFC 9293, sections 3.8.3 and 3.9.1.7; RFC 5482. */
#include <cmocka.h>
#include <errno.h>

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

/* RFC 6298, section 5.5 and 2.5: 1 s, doubled, up to 60 s; syn-retries times. */
static void a_syn_goes_out_again_at_doubled_intervals_until_it_times_out(void **state)
{
    ics_stream_script_run(*state, "0 open\n"
                                  "0 > S 0:1(0)\n"
                                  "1000 > S 0:1(0) {syn}\n"
                                  "3000 > S 0:1(0) {syn}\n"
                                  "7000 > S 0:1(0) {syn}\n"
                                  "15000 > S 0:1(0) {syn}\n"
                                  "31000 > S 0:1(0) {syn}\n"
                                  "63000 > S 0:1(0) {syn}\n"
                                  "122999 = state SYN-SENT\n"
                                  "123000 = state CLOSED error ETIMEDOUT deadline never\n");
}

static void a_syn_ack_goes_out_again_too(void **state)
{
    IcsStreamScript *script = *state;
    script->config.syn_retries = 2;
    ics_stream_script_run(script, "0 < S 0:1(0) win 5000 <mss 1460>\n"
                                  "0 > S. 0:1(0) ack 1\n"
                                  "1000 > S. 0:1(0) ack 1 {syn}\n"
                                  "3000 > S. 0:1(0) ack 1 {syn}\n"
                                  "7000 = state CLOSED error ETIMEDOUT\n");
}

/* RFC 6298, section 5.7: after a SYN that timed out the RTO is 3 s; Karn: its round trip does not
 * count. RFC 6928, section 2: one repetition leaves the initial window. */
static void after_a_repeated_syn_the_rto_is_3_s(void **state)
{
    ics_stream_script_run(*state, "0 open\n"
                                  "0 > S 0:1(0)\n"
                                  "1000 > S 0:1(0) {syn}\n"
                                  "1100 < S. 0:1(0) ack 1 win 65535 <mss 1460>\n"
                                  "1100 > . 1:1(0) ack 1\n"
                                  "1100 = rto 3000 srtt 0 cwnd 14600\n"
                                  "1100 write 10\n"
                                  "1100 > P. 1:11(10)\n"
                                  "4100 > P. 1:11(10) {rto}\n");
}

static void after_a_syn_repeated_twice_the_window_is_one_segment(void **state)
{
    ics_stream_script_run(*state, "0 open\n"
                                  "0 > S 0:1(0)\n"
                                  "1000 > S 0:1(0) {syn}\n"
                                  "3000 > S 0:1(0) {syn}\n"
                                  "3100 < S. 0:1(0) ack 1 win 65535 <mss 1460>\n"
                                  "3100 > . 1:1(0) ack 1\n"
                                  "3100 = cwnd 1460\n");
}

/* MUST-20, R2: 15 retransmissions by default; here 4. */
static void data_is_given_up_after_so_many_retransmissions(void **state)
{
    IcsStreamScript *script = *state;
    script->config.data_retries = 4;
    ics_stream_script_run(script, CONNECT "100 write 10\n"
                                          "100 > P. 1:11(10)\n"
                                          "1100 > P. 1:11(10) {rto}\n"
                                          "3100 > P. 1:11(10) {rto}\n"
                                          "7100 > P. 1:11(10) {rto}\n"
                                          "15100 > P. 1:11(10) {rto}\n"
                                          "31099 = state ESTABLISHED error 0\n"
                                          "31100 = state CLOSED error ETIMEDOUT deadline never\n");
}

static void a_user_timeout_counts_from_the_first_unacknowledged_byte(void **state)
{
    ics_stream_script_run(*state, CONNECT "100 user-timeout 5000\n"
                                          "100 = deadline never\n"
                                          "1000 write 10\n"
                                          "1000 > P. 1:11(10)\n"
                                          "2000 > P. 1:11(10) {rto}\n"
                                          "4000 > P. 1:11(10) {rto}\n"
                                          "5999 = state ESTABLISHED\n"
                                          "6000 = state CLOSED error ETIMEDOUT\n");
}

static void progress_starts_the_user_timeout_anew(void **state)
{
    ics_stream_script_run(*state, CONNECT "100 user-timeout 5000\n"
                                          "1000 write 3000\n"
                                          "1000 > .. 1:3001(1460)*\n"
                                          "2000 > . 1:1461(1460) {rto}\n"
                                          "4000 > . 1:1461(1460) {rto}\n"
                                          "4100 < . 1:1(0) ack 1461 win 65535\n"
                                          "4100 > . 1461:2921(1460) {rto}\n"
                                          "4100 > P. 2921:3001(80) {rto}\n"
                                          "8100 > . 1461:2921(1460) {rto}\n"
                                          "9099 = state ESTABLISHED\n"
                                          "9100 = state CLOSED error ETIMEDOUT\n");
}

static void a_user_timeout_goes_for_the_handshake(void **state)
{
    IcsStreamScript *script = *state;
    script->config.times.user_timeout_ns = INT64_C(2500000000);
    ics_stream_script_run(script, "0 open\n"
                                  "0 > S 0:1(0)\n"
                                  "1000 > S 0:1(0) {syn}\n"
                                  "2499 = state SYN-SENT\n"
                                  "2500 = state CLOSED error ETIMEDOUT\n");
}

/* The time of the handshake is not the data's. */
static void the_user_timeout_begins_anew_with_the_connection(void **state)
{
    IcsStreamScript *script = *state;
    script->config.times.user_timeout_ns = INT64_C(2500000000);
    ics_stream_script_run(script, "1000 open\n"
                                  "1000 > S 0:1(0)\n"
                                  "2000 > S 0:1(0) {syn}\n"
                                  "2100 < S. 0:1(0) ack 1 win 65535 <mss 1460>\n"
                                  "2100 > . 1:1(0) ack 1\n"
                                  "2100 = deadline never\n"
                                  "2200 write 10\n"
                                  "2200 > P. 1:11(10)\n"
                                  "4699 = state ESTABLISHED\n"
                                  "4700 = state CLOSED error ETIMEDOUT\n");
}

static void acknowledged_data_stops_the_user_timeout(void **state)
{
    ics_stream_script_run(*state, CONNECT "100 user-timeout 5000\n"
                                          "1000 write 10\n"
                                          "1000 > P. 1:11(10)\n"
                                          "1100 < . 1:1(0) ack 11 win 65535\n"
                                          "1100 = deadline never\n");
}

/* Only for a closed window do answers without progress count. */
static void old_acks_do_not_save_a_connection_that_gets_nothing_through(void **state)
{
    IcsStreamScript *script = *state;
    script->config.data_retries = 2;
    ics_stream_script_run(script, CONNECT "100 write 10\n"
                                          "100 > P. 1:11(10)\n"
                                          "1100 > P. 1:11(10) {rto}\n"
                                          "1200 < . 1:1(0) ack 1 win 65535\n"
                                          "3100 > P. 1:11(10) {rto}\n"
                                          "3200 < . 1:1(0) ack 1 win 65535\n"
                                          "7099 = state ESTABLISHED\n"
                                          "7100 = state CLOSED error ETIMEDOUT\n");
}

/* RFC 9293, section 3.9.2.2: an ICMP error is not believed, but told when it proves right. */
static void an_icmp_error_is_the_better_reason(void **state)
{
    IcsStreamScript *script = *state;
    script->config.syn_retries = 0;
    ics_stream_script_run(script, "0 open\n"
                                  "0 > S 0:1(0)\n"
                                  "500 run\n");
    ics_stream_icmp(&script->stream, script->now_ns, script->iss, EHOSTUNREACH, 0);
    ics_stream_script_run(script, "999 = state SYN-SENT error 0\n"
                                  "1000 = state CLOSED error EHOSTUNREACH\n");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_syn_goes_out_again_at_doubled_intervals_until_it_times_out),
        TEST(a_syn_ack_goes_out_again_too),
        TEST(after_a_repeated_syn_the_rto_is_3_s),
        TEST(after_a_syn_repeated_twice_the_window_is_one_segment),
        TEST(data_is_given_up_after_so_many_retransmissions),
        TEST(a_user_timeout_counts_from_the_first_unacknowledged_byte),
        TEST(progress_starts_the_user_timeout_anew),
        TEST(a_user_timeout_goes_for_the_handshake),
        TEST(the_user_timeout_begins_anew_with_the_connection),
        TEST(acknowledged_data_stops_the_user_timeout),
        TEST(old_acks_do_not_save_a_connection_that_gets_nothing_through),
        TEST(an_icmp_error_is_the_better_reason),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
