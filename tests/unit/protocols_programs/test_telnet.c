/* Typing at a remote host. Over a link of 5 ms each way. */
#include <cmocka.h>

#include "tests/support/small_programs.h"

static void serve(void **state, const char *parameters)
{
    ics_small_programs_start(*state, "b", "server", "telnet-server", ICS_SMALL_COROUTINE,
                             parameters);
}

static void type(void **state, const char *parameters)
{
    ics_small_processes_note_all(*state);
    ics_small_programs_start(*state, "a", "client", "telnet-client", ICS_SMALL_COROUTINE,
                             parameters);
}

static void expect(void **state, const char *notes)
{
    ics_small_network_expect(*state, notes);
}

static void each_key_is_echoed_a_round_trip_later(void **state)
{
    serve(state, "{}");
    type(state, "{'to': 'b:23', 'keystrokes': 3, 'interval': '100ms'}");
    expect(state, "client: 3 keystrokes, 3 echoes; after 10000 us on average, 10000 us at most"
                  "@310ms; client returned 0@310ms; server/connection-1 returned 0@315ms; ");
}

static void without_delay_every_key_goes_at_once(void **state)
{
    serve(state, "{'no-delay': true}");
    type(state, "{'to': 'b:23', 'keystrokes': 3, 'interval': '1ms', 'no-delay': true}");
    expect(state, "client: 3 keystrokes, 3 echoes; after 10000 us on average, 10000 us at most"
                  "@22ms; client returned 0@22ms; server/connection-1 returned 0@27ms; ");
}

static void nobody_types(void **state)
{
    serve(state, "{}");
    type(state, "{'to': 'b:23', 'keystrokes': 0}");
    expect(state, "client: 0 keystrokes, 0 echoes; after 0 us on average, 0 us at most@10ms; "
                  "client returned 0@10ms; server/connection-1 returned 0@15ms; ");
}

static void a_server_that_leaves_is_told(void **state)
{
    ics_small_programs_operations(*state, "b", "server",
                                  "[{'do':'socket','socket':'l','type':'stream'},"
                                  " {'do':'bind','socket':'l','port':23},"
                                  " {'do':'listen','socket':'l'},"
                                  " {'do':'accept','socket':'l','connection':'c'},"
                                  " {'do':'receive','socket':'c','buffer':'9B'},"
                                  " {'do':'close','socket':'c'}]");
    type(state, "{'to': 'b:23', 'keystrokes': 5, 'interval': '100ms'}");
    expect(state, "server returned 0@15ms; "
                  "client: receive: EPIPE, broken pipe: the connection is closed for sending@20ms; "
                  "client: 1 keystrokes, 0 echoes; after 0 us on average, 0 us at most@20ms; "
                  "client exited 1@20ms; ");
}

#define TEST(function)                                                                             \
    cmocka_unit_test_setup_teardown(function, ics_small_network_setup, ics_small_network_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(each_key_is_echoed_a_round_trip_later),
        TEST(without_delay_every_key_goes_at_once),
        TEST(nobody_types),
        TEST(a_server_that_leaves_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
