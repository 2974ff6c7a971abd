/* File transfer: the dialogue of RFC 959 and its data connections. Over a link of 5 ms each way. */
#include <cmocka.h>

#include "protocols/programs/ftp.h"
#include "tests/support/small_programs.h"

static void serve(void **state)
{
    ics_small_processes_note_all(*state);
    ics_small_programs_start(*state, "b", "server", "ftp-server", ICS_SMALL_COROUTINE,
                             "{'file': 'book', 'size': '1000B'}");
}

static void transfer(void **state, const char *parameters)
{
    ics_small_programs_start(*state, "a", "client", "ftp-client", ICS_SMALL_COROUTINE, parameters);
}

static void expect(void **state, const char *notes)
{
    ics_small_network_expect(*state, notes);
}

/* The reply 226 waits for the delayed acknowledgement of 150 (Nagle). */
static void a_file_comes_in_passive_mode(void **state)
{
    serve(state);
    transfer(state, "{'to': 'b:21', 'file': 'book'}");
    expect(state, "server/connection-1: sent book: 1000 bytes@85ms; "
                  "client: get book: 1000 bytes, every one right@120ms; "
                  "server/connection-1 returned 0@125ms; client returned 0@130ms; ");
}

static void a_file_goes_in_active_mode(void **state)
{
    serve(state);
    transfer(state, "{'to': 'b:21', 'file': 'essay', 'action': 'put', 'mode': 'active',"
                    " 'size': '2000B'}");
    expect(state, "server/connection-1: stored essay: 2000 bytes@85ms; "
                  "client: put essay: 2000 bytes, every one right@120ms; "
                  "server/connection-1 returned 0@125ms; client returned 0@130ms; ");
}

static void a_file_that_is_not_there_is_refused(void **state)
{
    serve(state);
    transfer(state, "{'to': 'b:21', 'file': 'letter'}");
    expect(state, "client: refused: 550 Requested action not taken. File unavailable.@70ms; "
                  "server/connection-1 returned 0@75ms; client exited 1@80ms; ");
}

static void nobody_gets_a_file_without_logging_in(void **state)
{
    serve(state);
    ics_small_programs_operations(
        *state, "a", "client",
        "[{'do':'socket','socket':'s','type':'stream'},"
        " {'do':'connect','socket':'s','to':'b:21','expect':0},"
        " {'do':'receive','socket':'s','buffer':'99B'},"
        " {'do':'send','socket':'s','text':'RETR book\\r\\nPASS x\\r\\nQUIT\\r\\n'},"
        " {'do':'wait','time':'100ms'},"
        " {'do':'receive','socket':'s','buffer':'200B','expect-text':"
        "  '530 Not logged in.\\r\\n503 Bad sequence of commands.\\r\\n"
        "221 Service closing control connection.\\r\\n'},"
        " {'do':'close','socket':'s'}]");
    expect(state, "server/connection-1 returned 0@25ms; client returned 0@120ms; ");
}

static void ports_are_written_as_six_bytes(void **state)
{
    (void)state;
    char text[ICS_FTP_PORT_TEXT_BYTES];
    IcsEndpoint endpoint = {0xC0A80001, 0x1234};
    ics_ftp_format_port(endpoint, text);
    assert_string_equal(text, "192,168,0,1,18,52");
    endpoint = (IcsEndpoint){0};
    assert_true(ics_ftp_parse_port("192,168,0,1,18,52).", &endpoint));
    assert_int_equal(endpoint.address, 0xC0A80001);
    assert_int_equal(endpoint.port, 0x1234);
}

static void what_is_no_port_is_refused(void **state)
{
    (void)state;
    static const char *const wrong[] = {"",           "1,2,3,4,5",   "1,2,3,4,5,256", "a,2,3,4,5",
                                        "1,2,3,4,,6", "1 2 3 4 5 6", "-1,2,3,4,5,6",  "1,2,3,4,5,",
                                        "1,2,3,4,5;6"};
    for (size_t i = 0; i < G_N_ELEMENTS(wrong); i++) {
        IcsEndpoint endpoint;
        assert_false(ics_ftp_parse_port(wrong[i], &endpoint));
    }
}

#define TEST(function)                                                                             \
    cmocka_unit_test_setup_teardown(function, ics_small_network_setup, ics_small_network_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_file_comes_in_passive_mode),
        TEST(a_file_goes_in_active_mode),
        TEST(a_file_that_is_not_there_is_refused),
        TEST(nobody_gets_a_file_without_logging_in),
        cmocka_unit_test(ports_are_written_as_six_bytes),
        cmocka_unit_test(what_is_no_port_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
