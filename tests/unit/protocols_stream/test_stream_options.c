/* What the ends agree on by the options of their SYNs, and what segments carry then: RFC 9293,
 * section 3.7.1; RFC 2018; RFC 6691; RFC 7323. */
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
static void everything_is_offered(void **state)
{
    IcsStreamScript *script = *state;
    script->config.use.timestamps = true;
    script->config.use.window_scaling = true;
    ics_stream_script_run(
        script, "7 open\n"
                "7 > S 0:1(0) win 65535 <mss 1460,sackOK,TS val 7 ecr 0,wscale 0>\n"
                "107 < S. 0:1(0) ack 1 win 65535 <mss 1460,sackOK,TS val 900 ecr 7,wscale 7>\n"
                "107 > . 1:1(0) ack 1 <TS val 107 ecr 900>\n");
}

static void what_is_switched_off_is_not_offered(void **state)
{
    IcsStreamScript *script = *state;
    script->config.use.sack = false;
    ics_stream_script_run(script, "0 open\n"
                                  "0 > S 0:1(0) win 65535 <mss 1460>\n");
}

static void what_the_peer_does_not_offer_is_not_used(void **state)
{
    IcsStreamScript *script = *state;
    script->config.use.timestamps = true;
    script->config.use.window_scaling = true;
    ics_stream_script_run(script, "0 open\n"
                                  "0 > S 0:1(0)\n"
                                  "100 < S. 0:1(0) ack 1 win 65535 <mss 1460>\n"
                                  "100 > . 1:1(0) ack 1 <>\n"
                                  "200 < . 1461:2921(1460) ack 1 win 65535\n"
                                  "200 > . 1:1(0) ack 1 <>\n"
                                  "200 write 1460\n"
                                  "200 > P. 1:1461(1460) ack 1 <>\n");
}

static void an_answer_offers_only_what_was_offered(void **state)
{
    IcsStreamScript *script = *state;
    script->config.use.timestamps = true;
    script->config.use.window_scaling = true;
    ics_stream_script_run(script, "50 < S 0:1(0) win 5000 <mss 1000,TS val 3 ecr 0>\n"
                                  "50 > S. 0:1(0) ack 1 <mss 1460,TS val 50 ecr 3>\n"
                                  "60 < . 1:1(0) ack 1 win 5000 <TS val 13 ecr 50>\n"
                                  "60 = state ESTABLISHED mss 1000\n");
}

/* RFC 6691: the MSS is without options; timestamps take 12 bytes. */
static void timestamps_take_their_room_from_the_data(void **state)
{
    IcsStreamScript *script = *state;
    script->config.use.timestamps = true;
    ics_stream_script_run(script, "0 open\n"
                                  "0 > S 0:1(0)\n"
                                  "100 < S. 0:1(0) ack 1 win 65535 <mss 1460,TS val 900 ecr 0>\n"
                                  "100 > . 1:1(0) ack 1\n"
                                  "100 write 2896\n"
                                  "100 > . 1:1449(1448) ack 1 <TS val 100 ecr 900>\n"
                                  "100 > P. 1449:2897(1448) ack 1 <TS val 100 ecr 900>\n");
}

/* RFC 7323, section 4.3: the echo is of the earliest segment that the ACK is for. */
static void a_delayed_ack_echoes_the_first_of_its_segments(void **state)
{
    IcsStreamScript *script = *state;
    script->config.use.timestamps = true;
    ics_stream_script_run(script, "0 open\n"
                                  "0 > S 0:1(0)\n"
                                  "100 < S. 0:1(0) ack 1 win 65535 <mss 1460,TS val 900 ecr 0>\n"
                                  "100 > . 1:1(0) ack 1\n"
                                  "200 < . 1:1449(1448) ack 1 win 65535 <TS val 1000 ecr 100>\n"
                                  "210 < . 1449:2897(1448) ack 1 win 65535 <TS val 1010 ecr 100>\n"
                                  "210 > . 1:1(0) ack 2897 <TS val 210 ecr 1000>\n"
                                  "220 < . 4345:5793(1448) ack 1 win 65535 <TS val 1020 ecr 210>\n"
                                  "220 > . 1:1(0) ack 2897 <TS val 220 ecr 1000>\n"
                                  "230 < . 2897:4345(1448) ack 1 win 65535 <TS val 1030 ecr 210>\n"
                                  "230 > . 1:1(0) ack 5793 <TS val 230 ecr 1030>\n");
}

static void a_round_trip_is_measured_by_the_echo_of_a_repetition(void **state)
{
    IcsStreamScript *script = *state;
    script->config.use.timestamps = true;
    ics_stream_script_run(script, "0 open\n"
                                  "0 > S 0:1(0)\n"
                                  "100 < S. 0:1(0) ack 1 win 65535 <mss 1460,TS val 900 ecr 0>\n"
                                  "100 > . 1:1(0) ack 1\n"
                                  "100 = srtt 100\n"
                                  "100 write 10\n"
                                  "100 > P. 1:11(10)\n"
                                  "1100 > P. 1:11(10) {rto}\n"
                                  "1100 = rto 2000\n"
                                  "1200 < . 1:1(0) ack 11 win 65535 <TS val 2000 ecr 1100>\n"
                                  "1200 = srtt 100 rto 1000\n");
}

/* Karn's algorithm: without timestamps it is not known which transmission the ACK is for. */
static void a_round_trip_of_a_repetition_is_not_measured_without_timestamps(void **state)
{
    ics_stream_script_run(*state, "0 open\n"
                                  "0 > S 0:1(0)\n"
                                  "100 < S. 0:1(0) ack 1 win 65535 <mss 1460>\n"
                                  "100 > . 1:1(0) ack 1\n"
                                  "100 write 10\n"
                                  "100 > P. 1:11(10)\n"
                                  "1100 > P. 1:11(10) {rto}\n"
                                  "1500 < . 1:1(0) ack 11 win 65535\n"
                                  "1500 = srtt 100 rto 2000\n");
}

static void the_configured_mss_is_announced_but_never_more_than_the_mtu(void **state)
{
    IcsStreamScript *script = *state;
    script->config.mss_bytes = 1000;
    ics_stream_script_run(script, "0 open\n"
                                  "0 > S 0:1(0) <mss 1000,sackOK>\n");
    ics_stream_script_free(script);
    script = *state = ics_stream_script_new();
    script->config.mss_bytes = 9000;
    ics_stream_script_run(script, "0 open\n"
                                  "0 > S 0:1(0) <mss 1460,sackOK>\n");
}

/* RFC 9293, section 3.7.1: what is sent is no larger than what one's own interface carries. */
static void the_mtu_of_the_interface_limits_segments_too(void **state)
{
    IcsStreamScript *script = *state;
    script->mtu_bytes = 576;
    ics_stream_script_run(script, "0 open\n"
                                  "0 > S 0:1(0) <mss 536,sackOK>\n"
                                  "100 < S. 0:1(0) ack 1 win 65535 <mss 1460>\n"
                                  "100 > . 1:1(0) ack 1\n"
                                  "100 = mss 536\n");
}

static void a_maximum_of_0_bytes_is_not_meant(void **state)
{
    ics_stream_script_run(*state, "0 open\n"
                                  "0 > S 0:1(0)\n"
                                  "100 < S. 0:1(0) ack 1 win 65535 <mss 0>\n"
                                  "100 > . 1:1(0) ack 1\n"
                                  "100 = mss 536\n");
}

/* Timestamps do not fit beside any data: it goes byte by byte. */
static void a_maximum_smaller_than_the_options_leaves_a_byte(void **state)
{
    IcsStreamScript *script = *state;
    script->config.use.timestamps = true;
    ics_stream_script_run(script, "0 open\n"
                                  "0 > S 0:1(0)\n"
                                  "100 < S. 0:1(0) ack 1 win 65535 <mss 12,TS val 900 ecr 0>\n"
                                  "100 > . 1:1(0) ack 1\n"
                                  "100 write 3\n"
                                  "100 > . 1:3(1)*\n"
                                  "100 > P. 3:4(1)\n");
}

/* RFC 1191: the segment that did not fit goes again in smaller ones. */
static void a_smaller_path_mtu_makes_smaller_segments(void **state)
{
    IcsStreamScript *script = *state;
    ics_stream_script_run(script, "0 open\n"
                                  "0 > S 0:1(0)\n"
                                  "100 < S. 0:1(0) ack 1 win 65535 <mss 1460>\n"
                                  "100 > . 1:1(0) ack 1\n"
                                  "100 write 2920\n"
                                  "100 > .. 1:2921(1460)*\n"
                                  "150 run\n");
    ics_stream_icmp(&script->stream, script->now_ns, script->iss + 1, 0, 1040);
    ics_stream_script_run(script, "150 run\n"
                                  "150 > . 1:1001(1000) {path-mtu}\n"
                                  "150 > . 1001:1461(460) {path-mtu}\n"
                                  "150 > . 1461:2461(1000) {path-mtu}\n"
                                  "150 > P. 2461:2921(460) {path-mtu}\n"
                                  "150 = mss 1000 cwnd 14600 ssthresh -1\n"
                                  "250 < . 1:1(0) ack 2921 win 65535\n"
                                  "250 = flight 0 deadline never\n"
                                  "250 write 2000\n"
                                  "250 > .. 2921:4921(1000)*\n");
}

static void a_path_mtu_is_never_under_68_bytes_nor_raised_by_a_message(void **state)
{
    IcsStreamScript *script = *state;
    ics_stream_script_run(script, "0 open\n"
                                  "0 > S 0:1(0)\n"
                                  "100 < S. 0:1(0) ack 1 win 65535 <mss 1460>\n"
                                  "100 > . 1:1(0) ack 1\n"
                                  "100 cork on\n"
                                  "100 write 1460\n"
                                  "100 > P. 1:1461(1460)\n");
    ics_stream_icmp(&script->stream, script->now_ns, script->iss + 1, 0, 67);
    ics_stream_script_run(script, "100 = mss 1460\n");
    ics_stream_icmp(&script->stream, script->now_ns, script->iss + 1, 0, 68);
    ics_stream_script_run(script, "100 run\n"
                                  "100 > .. 1:1461(28)* {path-mtu}\n"
                                  "100 = mss 28\n");
    ics_stream_icmp(&script->stream, script->now_ns, script->iss + 1, 0, 1500);
    ics_stream_script_run(script, "100 = mss 28\n");
}

/* As TCP_MAXSEG does. */
static void the_configured_mss_limits_what_is_sent_too(void **state)
{
    IcsStreamScript *script = *state;
    script->config.mss_bytes = 1000;
    ics_stream_script_run(script, "0 open\n"
                                  "0 > S 0:1(0) <mss 1000,sackOK>\n"
                                  "100 < S. 0:1(0) ack 1 win 65535 <mss 1460>\n"
                                  "100 > . 1:1(0) ack 1\n"
                                  "100 = mss 1000\n");
}

/* RFC 7323, section 3.2. */
static void a_reset_has_timestamps_too(void **state)
{
    IcsStreamScript *script = *state;
    script->config.use.timestamps = true;
    ics_stream_script_run(script, "0 open\n"
                                  "0 > S 0:1(0)\n"
                                  "100 < S. 0:1(0) ack 1 win 65535 <mss 1460,TS val 900 ecr 0>\n"
                                  "100 > . 1:1(0) ack 1\n"
                                  "200 abort\n"
                                  "200 > R. 1:1(0) ack 1 <TS val 200 ecr 900>\n");
}

/* RFC 7323, section 4.3: the SYN-ACK is the last ACK sent, and what begins there is echoed. */
static void the_first_data_after_a_passive_open_is_echoed(void **state)
{
    IcsStreamScript *script = *state;
    script->config.use.timestamps = true;
    ics_stream_script_run(script, "50 < S 0:1(0) win 5000 <mss 1000,TS val 3 ecr 0>\n"
                                  "50 > S. 0:1(0) ack 1 <mss 1460,TS val 50 ecr 3>\n"
                                  "60 < . 1:1(0) ack 1 win 5000 <TS val 13 ecr 50>\n"
                                  "70 < P. 1:2(1) ack 1 win 5000 <TS val 20 ecr 50>\n"
                                  "110 > . 1:1(0) ack 2 <TS val 110 ecr 20>\n");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(everything_is_offered),
        TEST(what_is_switched_off_is_not_offered),
        TEST(what_the_peer_does_not_offer_is_not_used),
        TEST(an_answer_offers_only_what_was_offered),
        TEST(timestamps_take_their_room_from_the_data),
        TEST(a_delayed_ack_echoes_the_first_of_its_segments),
        TEST(a_round_trip_is_measured_by_the_echo_of_a_repetition),
        TEST(a_round_trip_of_a_repetition_is_not_measured_without_timestamps),
        TEST(the_configured_mss_is_announced_but_never_more_than_the_mtu),
        TEST(the_mtu_of_the_interface_limits_segments_too),
        TEST(a_maximum_of_0_bytes_is_not_meant),
        TEST(a_maximum_smaller_than_the_options_leaves_a_byte),
        TEST(a_smaller_path_mtu_makes_smaller_segments),
        TEST(a_path_mtu_is_never_under_68_bytes_nor_raised_by_a_message),
        TEST(the_configured_mss_limits_what_is_sent_too),
        TEST(a_reset_has_timestamps_too),
        TEST(the_first_data_after_a_passive_open_is_echoed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
