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

static void a_message_goes_out_at_once_and_is_pushed(void **state)
{
    ics_stream_script_run(*state, "0 open\n"
                                  "0 > S 0:1(0) win 65535 <mss 1460,sackOK>\n"
                                  "100 < S. 0:1(0) ack 1 win 65535 <mss 1460>\n"
                                  "100 > . 1:1(0) ack 1\n"
                                  "100 write 3000\n"
                                  "100 > . 1:2921(1460)* ack 1\n"
                                  "100 > P. 2921:3001(80) ack 1\n"
                                  "200 < . 1:1(0) ack 3001 win 65535\n"
                                  "200 = flight 0 state ESTABLISHED deadline never srtt 100\n");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_message_goes_out_at_once_and_is_pushed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
