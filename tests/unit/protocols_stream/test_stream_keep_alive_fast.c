/* Keep-alive at short intervals: the answers to probes (RFC 9293, section 3.8.4). */
#include <cmocka.h>

#include "tests/support/stream_pair.h"
#include "tests/support/stream_script.h"

/* Linux answers an unacceptable segment every 500 ms; a probe must not be lost by that. */
static void every_probe_is_answered(G_GNUC_UNUSED void **state)
{
    IcsStreamScript *script = ics_stream_script_new();
    ics_stream_script_run(script, "0 < S 0:1(0) win 65535 <mss 1460>\n"
                                  "0 > S. 0:1(0) ack 1\n"
                                  "10 < . 1:1(0) ack 1 win 65535\n"
                                  "100 < . 0:0(0) ack 1 win 65535\n"
                                  "100 > . 1:1(0) ack 1\n"
                                  "150 < . 0:0(0) ack 1 win 65535\n"
                                  "150 > . 1:1(0) ack 1\n");
    ics_stream_script_free(script);
}

static void a_peer_that_lives_is_never_given_up(G_GNUC_UNUSED void **state)
{
    g_autoptr(IcsStreamPair) pair = ics_stream_pair_new();
    IcsStreamConfig *config = &pair->ends[ICS_PAIR_A].config;
    config->use.keep_alive = true;
    config->times.keep_alive_idle_ns = 100 * ICS_PAIR_MS;
    config->times.keep_alive_interval_ns = 50 * ICS_PAIR_MS;
    config->keep_alive_probes = 2;
    ics_stream_pair_connect(pair);
    ics_stream_pair_run_for(pair, 10 * ICS_PAIR_S);
    assert_int_equal(ics_stream_state(ics_stream_pair_a(pair)), ICS_STREAM_ESTABLISHED);
    assert_int_equal(ics_stream_error(ics_stream_pair_a(pair)), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_probe_is_answered),
        cmocka_unit_test(a_peer_that_lives_is_never_given_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
