/* Which sequence number an ACK or a RST has while the peer's window is closed or has shrunk: one
 * that the peer can accept (RFC 9293, section 3.10.7.4, first), for its ACK and RST must be taken
 * even then (MUST-66). */
#include <cmocka.h>
#include <errno.h>

#include "tests/support/stream_pair.h"
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

/* One byte has probed the window, and the peer has not taken it. */
#define PROBED                                                                                     \
    "0 open\n"                                                                                     \
    "0 > S 0:1(0)\n"                                                                               \
    "100 < S. 0:1(0) ack 1 win 1460 <mss 1460>\n"                                                  \
    "100 > . 1:1(0) ack 1\n"                                                                       \
    "100 write 5460\n"                                                                             \
    "100 > . 1:1461(1460)\n"                                                                       \
    "200 < . 1:1(0) ack 1461 win 0\n"                                                              \
    "1200 > . 1461:1462(1) {zero-window-probe}\n"                                                  \
    "1300 < . 1:1(0) ack 1461 win 0\n"

static void an_ack_after_a_probe_does_not_count_its_byte(void **state)
{
    ics_stream_script_run(*state, PROBED "1400 < . 1:1461(1460) ack 1461 win 0\n"
                                         "1401 < . 1461:2921(1460) ack 1461 win 0\n"
                                         "1401 > . 1461:1461(0) ack 2921\n");
}

static void a_reset_after_a_probe_does_not_count_its_byte(void **state)
{
    ics_stream_script_run(*state, PROBED "1400 abort\n"
                                         "1400 > R. 1461:1461(0) ack 1\n");
}

/* The FIN, too, probes a closed window. */
static void an_ack_does_not_count_a_fin_that_probed(void **state)
{
    ics_stream_script_run(*state, "0 open\n"
                                  "0 > S 0:1(0)\n"
                                  "100 < S. 0:1(0) ack 1 win 1460 <mss 1460>\n"
                                  "100 > . 1:1(0) ack 1\n"
                                  "100 write 1460\n"
                                  "100 > P. 1:1461(1460)\n"
                                  "200 < . 1:1(0) ack 1461 win 0\n"
                                  "200 shutdown\n"
                                  "1200 > F. 1461:1462(0) {zero-window-probe}\n"
                                  "1300 < . 1:1(0) ack 1461 win 0\n"
                                  "1400 < . 1:1461(1460) ack 1461 win 0\n"
                                  "1401 < . 1461:2921(1460) ack 1461 win 0\n"
                                  "1401 > . 1461:1461(0) ack 2921\n"
                                  "1500 < . 2921:2921(0) ack 1462 win 0\n"
                                  "1600 = state FIN-WAIT-2\n"
                                  "1700 < . 2921:4381(1460) ack 1462 win 0\n"
                                  "1701 < . 4381:5841(1460) ack 1462 win 0\n"
                                  "1701 > . 1462:1462(0) ack 5841\n");
}

/* What is under way lies beyond the window that the peer has taken back. */
static void an_ack_stays_within_a_window_that_has_shrunk(void **state)
{
    ics_stream_script_run(*state, "0 open\n"
                                  "0 > S 0:1(0)\n"
                                  "100 < S. 0:1(0) ack 1 win 5840 <mss 1460>\n"
                                  "100 > . 1:1(0) ack 1\n"
                                  "100 write 5840\n"
                                  "100 > .. 1:5841(1460)*\n"
                                  "200 < . 1:1(0) ack 1461 win 1000\n"
                                  "300 < . 1:1461(1460) ack 1461 win 1000\n"
                                  "301 < . 1461:2921(1460) ack 1461 win 1000\n"
                                  "301 > . 2461:2461(0) ack 2921\n"
                                  "400 abort\n"
                                  "400 > R. 2461:2461(0) ack 2921\n");
}

/* Rounded down by less than a unit, it has not. */
static void a_scaled_window_that_is_rounded_has_not_shrunk(void **state)
{
    IcsStreamScript *script = *state;
    script->config.use.window_scaling = true;
    ics_stream_script_run(script, "0 open\n"
                                  "0 > S 0:1(0)\n"
                                  "100 < S. 0:1(0) ack 1 win 2048 <mss 1460,wscale 10>\n"
                                  "100 > . 1:1(0) ack 1\n"
                                  "100 write 2048\n"
                                  "100 > . 1:1461(1460)\n"
                                  "100 > P. 1461:2049(588)\n"
                                  "200 < . 1:1(0) ack 1461 win 0\n"
                                  "300 < . 1:1461(1460) ack 1461 win 0\n"
                                  "301 < . 1461:2921(1460) ack 1461 win 0\n"
                                  "301 > . 2049:2049(0) ack 2921\n");
}

/* Both read nothing: each has a probe under way, and hears the other's acknowledgements. */
static void two_closed_windows_do_not_shut_out_the_acks(G_GNUC_UNUSED void **state)
{
    g_autoptr(IcsStreamPair) pair = ics_stream_pair_new();
    static const uint8_t bytes[60000];
    for (int end = 0; end < ICS_PAIR_ENDS; end++) {
        pair->ends[end].config.receive_buffer_bytes = 20000;
    }
    pair->reads = false;
    ics_stream_pair_connect(pair);
    assert_int_equal(ics_stream_write(ics_stream_pair_a(pair), pair->now_ns, bytes, 60000), 60000);
    ics_stream_pair_flush(pair);
    ics_stream_pair_run_for(pair, 30 * ICS_PAIR_S);
    assert_int_equal(ics_stream_write(ics_stream_pair_b(pair), pair->now_ns, bytes, 10000), 10000);
    ics_stream_pair_flush(pair);
    ics_stream_pair_run_for(pair, ICS_PAIR_S);
    assert_int_equal(ics_stream_unacknowledged_bytes(ics_stream_pair_b(pair)), 0);
    assert_int_equal(ics_stream_readable_bytes(ics_stream_pair_a(pair)), 10000);
}

static void a_reset_reaches_a_peer_whose_window_is_closed(G_GNUC_UNUSED void **state)
{
    g_autoptr(IcsStreamPair) pair = ics_stream_pair_new();
    static const uint8_t bytes[60000];
    pair->ends[ICS_PAIR_B].config.receive_buffer_bytes = 20000;
    pair->reads = false;
    ics_stream_pair_connect(pair);
    assert_int_equal(ics_stream_write(ics_stream_pair_a(pair), pair->now_ns, bytes, 60000), 60000);
    ics_stream_pair_flush(pair);
    ics_stream_pair_run_for(pair, 30 * ICS_PAIR_S);
    ics_stream_abort(ics_stream_pair_a(pair), pair->now_ns);
    ics_stream_pair_flush(pair);
    ics_stream_pair_run_for(pair, ICS_PAIR_S);
    assert_int_equal(ics_stream_error(ics_stream_pair_b(pair)), ECONNRESET);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(an_ack_after_a_probe_does_not_count_its_byte),
        TEST(a_reset_after_a_probe_does_not_count_its_byte),
        TEST(an_ack_does_not_count_a_fin_that_probed),
        TEST(an_ack_stays_within_a_window_that_has_shrunk),
        TEST(a_scaled_window_that_is_rounded_has_not_shrunk),
        cmocka_unit_test(two_closed_windows_do_not_shut_out_the_acks),
        cmocka_unit_test(a_reset_reaches_a_peer_whose_window_is_closed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
