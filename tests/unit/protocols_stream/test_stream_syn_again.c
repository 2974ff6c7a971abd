/* A SYN that comes again in SYN-RECEIVED (RFC 9293, section 3.10.7.4) and what it does to the
 * measurement of the round trip (RFC 6298, section 3: Karn). */
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

/* 600 ms after the first SYN-ACK, 100 ms after the second: neither is a sample. */
static void an_answer_to_a_syn_ack_that_was_sent_twice_is_no_sample(void **state)
{
    IcsStreamScript *script = *state;
    ics_stream_script_run(script, "0 < S 0:1(0) win 65535 <mss 1460>\n"
                                  "0 > S. 0:1(0) ack 1\n"
                                  "500 < S 0:1(0) win 65535 <mss 1460>\n"
                                  "500 > S. 0:1(0) ack 1\n"
                                  "600 < . 1:1(0) ack 1 win 65535\n"
                                  "600 = state ESTABLISHED\n");
    assert_int_equal(script->stream.recovery.rto.srtt_ns, 0);
}

static void an_answer_to_the_only_syn_ack_is_one(void **state)
{
    IcsStreamScript *script = *state;
    ics_stream_script_run(script, "0 < S 0:1(0) win 65535 <mss 1460>\n"
                                  "0 > S. 0:1(0) ack 1\n"
                                  "600 < . 1:1(0) ack 1 win 65535\n"
                                  "600 = state ESTABLISHED\n");
    assert_int_equal(script->stream.recovery.rto.srtt_ns, INT64_C(600000000));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(an_answer_to_a_syn_ack_that_was_sent_twice_is_no_sample),
        TEST(an_answer_to_the_only_syn_ack_is_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
