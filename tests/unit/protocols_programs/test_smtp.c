/* Mail: the dialogue of RFC 5321, with our client and with others. Over a link of 5 ms each way. */
#include <cmocka.h>

#include "tests/support/small_programs.h"

static void serve(void **state)
{
    ics_small_processes_note_all(*state);
    ics_small_programs_start(*state, "b", "server", "smtp-server", ICS_SMALL_COROUTINE, "{}");
}

static void mail(void **state, const char *parameters)
{
    ics_small_programs_start(*state, "a", "client", "smtp-client", ICS_SMALL_COROUTINE, parameters);
}

static void expect(void **state, const char *notes)
{
    ics_small_network_expect(*state, notes);
}

/* Greeting with the connection, then EHLO, MAIL, RCPT, DATA, text, QUIT. */
static void a_mail_takes_eight_round_trips(void **state)
{
    serve(state);
    mail(state, "{'to': 'b:25', 'lines': 2, 'text': 'hello'}");
    expect(state, "server/connection-1: mail from <alice@a.example> for 1: 6 lines, 66 bytes"
                  "@65ms; server/connection-1 returned 0@75ms; "
                  "client: 1 of 1 messages sent@80ms; client returned 0@80ms; ");
}

static void a_dot_in_front_of_a_line_survives(void **state)
{
    serve(state);
    mail(state, "{'to': 'b:25', 'lines': 3, 'text': '.', 'subject': ''}");
    expect(state, "server/connection-1: mail from <alice@a.example> for 1: 7 lines, 54 bytes"
                  "@65ms; server/connection-1 returned 0@75ms; "
                  "client: 1 of 1 messages sent@80ms; client returned 0@80ms; ");
}

/* What somebody else may say, and what the server replies (section 4.2, 4.3.2). */
static void commands_out_of_order_are_refused(void **state)
{
    serve(state);
    ics_small_programs_operations(
        *state, "a", "client",
        "[{'do':'socket','socket':'s','type':'stream'},"
        " {'do':'connect','socket':'s','to':'b:25','expect':0},"
        " {'do':'receive','socket':'s','buffer':'99B',"
        "  'expect-text':'220 mail.example ready\\r\\n'},"
        " {'do':'send','socket':'s','text':'MAIL FROM:<a@b>\\r\\n'},"
        " {'do':'receive','socket':'s','buffer':'99B',"
        "  'expect-text':'503 Bad sequence of commands\\r\\n'},"
        " {'do':'send','socket':'s','text':'NONSENSE\\r\\n'},"
        " {'do':'receive','socket':'s','buffer':'99B',"
        "  'expect-text':'500 Command not recognized\\r\\n'},"
        " {'do':'send','socket':'s','text':'helo x\\r\\nmail from:<a@b>\\r\\nDATA\\r\\n'},"
        " {'do':'wait','time':'100ms'},"
        " {'do':'receive','socket':'s','buffer':'99B','expect-text':"
        "  '250 mail.example greets x\\r\\n250 OK\\r\\n503 Bad sequence of commands\\r\\n'},"
        " {'do':'close','socket':'s'}]");
    expect(state, "client returned 0@140ms; server/connection-1 returned 0@145ms; ");
}

static void a_client_that_hangs_up_ends_the_session(void **state)
{
    serve(state);
    ics_small_programs_operations(*state, "a", "client",
                                  "[{'do':'socket','socket':'s','type':'stream'},"
                                  " {'do':'connect','socket':'s','to':'b:25','expect':0},"
                                  " {'do':'receive','socket':'s','buffer':'99B'},"
                                  " {'do':'close','socket':'s'}]");
    expect(state, "client returned 0@20ms; server/connection-1 returned 0@25ms; ");
}

static void a_server_that_is_none_is_told(void **state)
{
    ics_small_processes_note_all(*state);
    ics_small_programs_start(*state, "b", "server", "telnet-server", ICS_SMALL_COROUTINE,
                             "{'port': 25}");
    ics_small_programs_operations(*state, "b", "killer", "[{'do':'wait','time':'1s'}]");
    mail(state, "{'to': 'b:26'}");
    expect(state, "client: connect: ECONNREFUSED, connection refused@10ms; client exited 1@10ms; "
                  "killer returned 0@1s; ");
}

#define TEST(function)                                                                             \
    cmocka_unit_test_setup_teardown(function, ics_small_network_setup, ics_small_network_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_mail_takes_eight_round_trips),    TEST(a_dot_in_front_of_a_line_survives),
        TEST(commands_out_of_order_are_refused), TEST(a_client_that_hangs_up_ends_the_session),
        TEST(a_server_that_is_none_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
