/* A receive buffer that is made smaller after the SYN has said how windows are scaled (RFC 7323,
 * section 2.3): the window must still open. */
#include <cmocka.h>

#include "tests/support/stream_script.h"

static int set_up(void **state)
{
    IcsStreamScript *script = ics_stream_script_new();
    script->config.use.window_scaling = true;
    script->config.receive_buffer_bytes = 1073725440;
    *state = script;
    return 0;
}

static int tear_down(void **state)
{
    ics_stream_script_free(*state);
    return 0;
}

static void less_than_a_unit_of_the_window_before_the_answer(void **state)
{
    ics_stream_script_run(*state, "0 open\n"
                                  "0 > S 0:1(0) win 65535 <mss 1460,sackOK,wscale 14>\n"
                                  "50 buffers 65535 8192\n"
                                  "100 < S. 0:1(0) ack 1 win 65535 <mss 1460,wscale 0>\n"
                                  "100 > . 1:1(0) ack 1 win 2\n");
}

/* 65535 bytes were announced by the SYN-ACK; once they have come and been read there is room. */
static void less_than_a_unit_of_the_window_after_the_handshake(void **state)
{
    ics_stream_script_run(*state, "0 < S 0:1(0) win 65535 <mss 65495,wscale 0>\n"
                                  "0 > S. 0:1(0) ack 1 win 65535 <mss 1460,wscale 14>\n"
                                  "10 < . 1:1(0) ack 1 win 65535\n"
                                  "10 buffers 65535 8192\n"
                                  "20 < . 1:65001(65000) ack 1 win 65535\n"
                                  "20 > . 1:1(0) ack 65001 win 0\n"
                                  "70 read 65000\n"
                                  "70 > . 1:1(0) ack 65001 win 2\n");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(less_than_a_unit_of_the_window_before_the_answer),
        TEST(less_than_a_unit_of_the_window_after_the_handshake),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
