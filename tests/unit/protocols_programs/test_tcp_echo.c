/* The chapter's TCPClient and TCPServer. Over a link of 5 ms each way. */
#include <cmocka.h>

#include "tests/support/small_programs.h"

static void serve(void **state, const char *parameters)
{
    ics_small_programs_start(*state, "b", "server", "tcp-server", ICS_SMALL_COROUTINE, parameters);
}

static void ask(void **state, const char *parameters)
{
    ics_small_processes_note_all(*state);
    ics_small_programs_start(*state, "a", "client", "tcp-client", ICS_SMALL_COROUTINE, parameters);
}

/* What a client of its own says, in pieces with 100 ms between them. */
typedef struct {
    const char *pieces[3];
    size_t piece_bytes[3];
    const char *reply; /* expected; NULL: it does not wait for one */
    size_t reply_bytes;
} Talk;

static void talk_main(IcsProcess *self, gconstpointer data)
{
    const Talk *talk = data;
    uint8_t reply[16];
    IcsEndpoint server;
    int socket = ics_socket(self, ICS_SOCKET_STREAM);
    g_assert_cmpint(ics_resolve_endpoint(self, "b:7", &server), ==, 0);
    g_assert_cmpint(ics_connect(self, socket, server), ==, 0);
    for (size_t i = 0; i < 3 && talk->pieces[i] != NULL; i++) {
        ics_sleep(self, i > 0 ? 100 * ICS_SMALL_NETWORK_MS : 0);
        g_assert_cmpint(ics_send(self, socket, talk->pieces[i], talk->piece_bytes[i], 0), ==,
                        talk->piece_bytes[i]);
    }
    if (talk->reply != NULL) {
        g_assert_cmpint(ics_receive(self, socket, reply, sizeof reply, 0), ==, talk->reply_bytes);
        g_assert_cmpmem(reply, talk->reply_bytes, talk->reply, talk->reply_bytes);
    }
    ics_close(self, socket);
}

static void talk(void **state, const Talk *config)
{
    ics_small_processes_note_all(*state);
    ics_small_processes_start_with(*state, "a", "client", talk_main, config);
}

static void expect(void **state, const char *notes)
{
    ics_small_network_expect(*state, notes);
}

/* A round trip for the connection, one for the string. */
static void the_server_listens_to_port_7896_unless_told_otherwise(void **state)
{
    serve(state, "{}");
    ask(state, "{'to': 'b:7896'}");
    expect(state, "client: 1 replies to 1 messages@20ms; client returned 0@20ms; "
                  "server/connection-1 returned 0@25ms; ");
}

static void the_string_goes_as_write_utf_writes_it(void **state)
{
    static const Talk hi = {{"\0\2hi"}, {4}, "\0\2hi", 4};
    serve(state, "{'port': 7}");
    talk(state, &hi);
    expect(state, "client returned 0@20ms; server/connection-1 returned 0@25ms; ");
}

static void a_string_may_come_in_pieces(void **state)
{
    static const Talk pieces = {{"\0", "\3a", "bc"}, {1, 2, 2}, "\0\3abc", 5};
    serve(state, "{'port': 7}");
    talk(state, &pieces);
    expect(state, "client returned 0@220ms; server/connection-1 returned 0@225ms; ");
}

static void several_strings_take_a_round_trip_each(void **state)
{
    serve(state, "{'port': 7}");
    ask(state, "{'to': 'b:7', 'messages': 3, 'size': '10B', 'interval': '1ms'}");
    expect(state, "client: 3 replies to 3 messages@40ms; client returned 0@40ms; "
                  "server/connection-1 returned 0@45ms; ");
}

static void a_stream_that_ends_within_a_string_is_told(void **state)
{
    static const Talk cut = {{"\0\x09"
                              "abc"},
                             {5},
                             NULL,
                             0};
    serve(state, "{'port': 7}");
    talk(state, &cut);
    expect(state, "client returned 0@10ms; "
                  "server/connection-1: the stream ended 6 bytes early@15ms; "
                  "server/connection-1 returned 0@15ms; ");
}

static void a_closed_port_refuses_the_client(void **state)
{
    ask(state, "{'to': 'b:7'}");
    expect(state, "client: connect: ECONNREFUSED, connection refused@10ms; "
                  "client exited 1@10ms; ");
}

static void an_unknown_host_is_told_at_once(void **state)
{
    ask(state, "{'to': 'nobody:7'}");
    expect(state, "client: nobody:7: EHOSTNOTFOUND, unknown host@0s; "
                  "client exited 1@0s; ");
}

static void clients_do_not_wait_for_each_other(void **state)
{
    serve(state, "{'port': 7}");
    ics_small_programs_start(*state, "a", "one", "tcp-client", ICS_SMALL_COROUTINE,
                             "{'to': 'b:7', 'messages': 2, 'interval': '1s'}");
    ask(state, "{'to': 'b:7'}");
    expect(state, "client: 1 replies to 1 messages@20ms; client returned 0@20ms; "
                  "server/connection-2 returned 0@25ms; "
                  "one: 2 replies to 2 messages@1.02s; one returned 0@1.02s; "
                  "server/connection-1 returned 0@1.025s; ");
}

static void an_empty_string_has_a_length_of_zero(void **state)
{
    serve(state, "{'port': 7}");
    ask(state, "{'to': 'b:7', 'text': ''}");
    expect(state, "client: 1 replies to 1 messages@20ms; client returned 0@20ms; "
                  "server/connection-1 returned 0@25ms; ");
}

static void the_longest_string_has_65535_bytes(void **state)
{
    g_autofree char *longest = g_strnfill(65535, 'x');
    g_autofree char *longer = g_strnfill(65536, 'x');
    g_autofree char *parameters = g_strdup_printf("{'to': 'b:7', 'text': '%s'}", longer);
    ics_small_programs_assert_refused("tcp-client", parameters, "65535 bytes of writeUTF");
    ics_small_programs_assert_refused("tcp-client", "{'to': 'b:7', 'size': '64KiB'}", "size");
    serve(state, "{'port': 7}");
    g_free(parameters);
    parameters = g_strdup_printf("{'to': 'b:7', 'text': '%s'}", longest);
    ask(state, parameters);
    expect(state, "client: 1 replies to 1 messages@60ms; client returned 0@60ms; "
                  "server/connection-1 returned 0@65ms; ");
}

#define TEST(function)                                                                             \
    cmocka_unit_test_setup_teardown(function, ics_small_network_setup, ics_small_network_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(the_server_listens_to_port_7896_unless_told_otherwise),
        TEST(the_string_goes_as_write_utf_writes_it),
        TEST(a_string_may_come_in_pieces),
        TEST(several_strings_take_a_round_trip_each),
        TEST(a_stream_that_ends_within_a_string_is_told),
        TEST(a_closed_port_refuses_the_client),
        TEST(an_unknown_host_is_told_at_once),
        TEST(clients_do_not_wait_for_each_other),
        TEST(an_empty_string_has_a_length_of_zero),
        TEST(the_longest_string_has_65535_bytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
