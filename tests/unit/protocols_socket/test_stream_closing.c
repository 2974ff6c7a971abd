/* The chapter's rules of closing: what has been sent still arrives; the reader drains its queue and
 * then meets the end of the stream; writing to a broken stream and using a closed socket are
 * errors; a process that ends closes its sockets. One link, 5 ms each way. */
#include <cmocka.h>
#include <string.h>

#include "tests/support/stream_programs.h"

#define MS ICS_SMALL_NETWORK_MS

static int64_t say(IcsProcess *self, gconstpointer network, const char *what, int64_t result)
{
    return ics_small_processes_say(self, network, what, result);
}

static void start(void **state, IcsProcessMain server, IcsProcessMain client)
{
    ics_small_processes_start(*state, "b", "server", server);
    ics_small_processes_start(*state, "a", "client", client);
}

static int accept_one(IcsProcess *self)
{
    return ics_stream_programs_accept(self, ics_stream_programs_listen(self, 7));
}

static void drain_one(IcsProcess *self, gconstpointer network)
{
    ics_stream_programs_say_drained(self, network, accept_one(self));
}

/* Far beyond what is in flight at once. */
static void send_and_close(IcsProcess *self, gconstpointer network)
{
    int socket = ics_stream_programs_connect(self, network, "b", 7);
    ics_stream_programs_send(self, socket, 200000);
    say(self, network, "close", ics_close(self, socket));
    say(self, network, "send", ics_send(self, socket, "x", 1, 0));
    say(self, network, "receive", ics_receive(self, socket, NULL, 1, 0));
    say(self, network, "shutdown", ics_shutdown(self, socket, ICS_SHUTDOWN_SEND));
    say(self, network, "close", ics_close(self, socket));
}

static void what_was_sent_arrives_after_close(void **state)
{
    start(state, drain_one, send_and_close);
    ics_small_network_run(*state);
    const IcsSmallNetwork *network = *state;
    const char *first = "client close=0@10ms; client send=EBADF@10ms; client receive=EBADF@10ms; "
                        "client shutdown=EBADF@10ms; client close=EBADF@10ms; "
                        "server drained=200000@";
    assert_true(g_str_has_prefix(network->notes->str, first));
}

static void send_and_return(IcsProcess *self, gconstpointer network)
{
    ics_stream_programs_send(self, ics_stream_programs_connect(self, network, "b", 7), 3000);
}

static void a_process_that_returns_closes_its_streams(void **state)
{
    start(state, drain_one, send_and_return);
    ics_small_network_expect(*state, "server drained=3000@15ms; ");
}

static void send_and_exit(IcsProcess *self, gconstpointer network)
{
    ics_stream_programs_send(self, ics_stream_programs_connect(self, network, "b", 7), 3000);
    ics_exit(self, 3);
}

static void a_process_that_exits_closes_its_streams(void **state)
{
    start(state, drain_one, send_and_exit);
    ics_small_network_expect(*state, "server drained=3000@15ms; ");
}

static void send_and_hang(IcsProcess *self, gconstpointer network)
{
    ics_stream_programs_send(self, ics_stream_programs_connect(self, network, "b", 7), 3000);
    ics_sleep(self, 10000 * MS);
}

static void kill_client(IcsSmallNetwork *self, G_GNUC_UNUSED gpointer data)
{
    ics_host_processes_kill(ics_small_network_stack(self, "a"), "client");
}

static void a_killed_process_closes_its_streams(void **state)
{
    start(state, drain_one, send_and_hang);
    ics_small_network_at(*state, 100 * MS, kill_client, NULL);
    ics_small_network_expect(*state, "server drained=3000@105ms; ");
}

/* ---- data that nobody reads ---- */

static void receive_a_little_and_close(IcsProcess *self, gconstpointer network)
{
    char buffer[10];
    int socket = accept_one(self);
    ics_sleep(self, 100 * MS);
    say(self, network, "receive", ics_receive(self, socket, buffer, sizeof buffer, 0));
    say(self, network, "close", ics_close(self, socket));
}

static void send_and_wait(IcsProcess *self, gconstpointer network)
{
    char buffer[10];
    int socket = ics_stream_programs_connect(self, network, "b", 7);
    ics_stream_programs_send(self, socket, 20);
    say(self, network, "receive", ics_receive(self, socket, buffer, sizeof buffer, 0));
    say(self, network, "receive", ics_receive(self, socket, buffer, sizeof buffer, 0));
    say(self, network, "send", ics_send(self, socket, "x", 1, 0));
}

/* RFC 9293, section 3.6.1; RFC 2525, section 2.17. */
static void closing_with_unread_data_resets(void **state)
{
    start(state, receive_a_little_and_close, send_and_wait);
    ics_small_network_expect(*state, "server receive=10@115ms; server close=0@115ms; "
                                     "client receive=ECONNRESET@120ms; client receive=0@120ms; "
                                     "client send=EPIPE@120ms; ");
}

/* ---- the peer has closed ---- */

static void accept_and_close(IcsProcess *self, G_GNUC_UNUSED gconstpointer network)
{
    ics_close(self, accept_one(self));
}

static void send_to_the_closed(IcsProcess *self, gconstpointer network)
{
    char buffer[10];
    int socket = ics_stream_programs_connect(self, network, "b", 7);
    say(self, network, "receive", ics_receive(self, socket, buffer, sizeof buffer, 0));
    say(self, network, "send", ics_send(self, socket, "x", 1, 0));
    ics_sleep(self, 100 * MS);
    say(self, network, "send", ics_send(self, socket, "x", 1, 0));
    say(self, network, "send", ics_send(self, socket, "x", 1, 0));
    say(self, network, "receive", ics_receive(self, socket, buffer, sizeof buffer, 0));
}

/* The first send cannot know that nobody reads; the RST that answers it tells the next. EPIPE, not
 * ECONNRESET, because the end of the stream has come before: as in BSD and Linux. */
static void writing_to_a_stream_whose_reader_is_gone_is_an_error(void **state)
{
    start(state, accept_and_close, send_to_the_closed);
    ics_small_network_expect(*state, "client receive=0@20ms; client send=1@20ms; "
                                     "client send=EPIPE@120ms; client send=EPIPE@120ms; "
                                     "client receive=0@120ms; ");
}

/* ---- half close ---- */

static void ask_and_shut_down(IcsProcess *self, gconstpointer network)
{
    int socket = ics_stream_programs_connect(self, network, "b", 7);
    ics_stream_programs_send(self, socket, 5);
    say(self, network, "shutdown", ics_shutdown(self, socket, ICS_SHUTDOWN_SEND));
    say(self, network, "shutdown", ics_shutdown(self, socket, ICS_SHUTDOWN_SEND));
    say(self, network, "send", ics_send(self, socket, "x", 1, 0));
    ics_stream_programs_say_drained(self, network, socket);
}

static void drain_and_answer(IcsProcess *self, gconstpointer network)
{
    int socket = accept_one(self);
    ics_stream_programs_say_drained(self, network, socket);
    ics_stream_programs_send(self, socket, 7000);
}

static void a_half_closed_stream_still_receives(void **state)
{
    start(state, drain_and_answer, ask_and_shut_down);
    ics_small_network_expect(*state, "client shutdown=0@10ms; client shutdown=0@10ms; "
                                     "client send=EPIPE@10ms; server drained=5@15ms; "
                                     "client drained=7000@20ms; ");
}

static void receive_no_more(IcsProcess *self, gconstpointer network)
{
    char buffer[10];
    int socket = accept_one(self);
    ics_sleep(self, 100 * MS);
    say(self, network, "shutdown", ics_shutdown(self, socket, ICS_SHUTDOWN_RECEIVE));
    say(self, network, "receive", ics_receive(self, socket, buffer, sizeof buffer, 0));
    ics_sleep(self, 100 * MS);
    say(self, network, "receive", ics_receive(self, socket, buffer, sizeof buffer, 0));
    say(self, network, "send", ics_send(self, socket, "bye", 3, 0));
}

static void send_twice(IcsProcess *self, gconstpointer network)
{
    char buffer[10];
    int socket = ics_stream_programs_connect(self, network, "b", 7);
    ics_stream_programs_send(self, socket, 500);
    ics_sleep(self, 150 * MS);
    ics_stream_programs_send(self, socket, 500);
    say(self, network, "receive", ics_receive(self, socket, buffer, sizeof buffer, 0));
}

static void a_reader_can_stop_reading(void **state)
{
    start(state, receive_no_more, send_twice);
    ics_small_network_expect(*state, "server shutdown=0@115ms; server receive=0@115ms; "
                                     "server receive=0@215ms; server send=3@215ms; "
                                     "client receive=3@220ms; ");
}

static void shut_down_both(IcsProcess *self, gconstpointer network)
{
    int fresh = ics_socket(self, ICS_SOCKET_STREAM);
    say(self, network, "fresh", ics_shutdown(self, fresh, ICS_SHUTDOWN_SEND));
    say(self, network, "which", ics_shutdown(self, fresh, (IcsShutdown)3));
    int datagrams = ics_socket(self, ICS_SOCKET_DATAGRAM);
    say(self, network, "datagrams", ics_shutdown(self, datagrams, ICS_SHUTDOWN_SEND));
    int socket = ics_stream_programs_connect(self, network, "b", 7);
    say(self, network, "both", ics_shutdown(self, socket, ICS_SHUTDOWN_BOTH));
    say(self, network, "receive", ics_receive(self, socket, NULL, 1, 0));
}

static void both_halves_can_be_given_up(void **state)
{
    start(state, drain_one, shut_down_both);
    ics_small_network_expect(*state, "client fresh=ENOTCONN@0s; client which=EINVAL@0s; "
                                     "client datagrams=EOPNOTSUPP@0s; client both=0@10ms; "
                                     "client receive=0@10ms; server drained=0@15ms; ");
}

/* ---- linger ---- */

static int connect_with_linger(IcsProcess *self, gconstpointer network, int64_t linger_ns)
{
    int socket = ics_stream_programs_connect(self, network, "b", 7);
    g_assert_cmpint(ics_set_option(self, socket, ICS_OPTION_LINGER, linger_ns), ==, 0);
    return socket;
}

static void close_with_linger_0(IcsProcess *self, gconstpointer network)
{
    int socket = connect_with_linger(self, network, 0);
    ics_stream_programs_send(self, socket, 100000);
    say(self, network, "close", ics_close(self, socket));
}

static void linger_0_resets(void **state)
{
    start(state, drain_one, close_with_linger_0);
    ics_small_network_run(*state);
    const IcsSmallNetwork *network = *state;
    assert_non_null(strstr(network->notes->str, "client close=0@10ms; server drained="));
    assert_non_null(strstr(network->notes->str, "ECONNRESET"));
}

static void close_with_linger(IcsProcess *self, gconstpointer network)
{
    int socket = connect_with_linger(self, network, 1000 * MS);
    ics_stream_programs_send(self, socket, 100);
    say(self, network, "close", ics_close(self, socket));
    say(self, network, "descriptor", ics_socket(self, ICS_SOCKET_DATAGRAM));
}

static void close_lingers_until_all_is_acknowledged(void **state)
{
    start(state, drain_one, close_with_linger);
    ics_small_network_expect(*state, "server drained=100@15ms; client close=0@20ms; "
                                     "client descriptor=0@20ms; ");
}

static void accept_and_sleep(IcsProcess *self, G_GNUC_UNUSED gconstpointer network)
{
    accept_one(self);
    ics_sleep(self, 5000 * MS);
}

/* More than the receiver's buffer: it cannot be acknowledged before the reader reads. */
static void close_with_short_linger(IcsProcess *self, gconstpointer network)
{
    int socket = connect_with_linger(self, network, 200 * MS);
    ics_stream_programs_send(self, socket, 400000);
    say(self, network, "sent", 0);
    say(self, network, "close", ics_close(self, socket));
    say(self, network, "close", ics_close(self, socket));
}

static void close_while_connecting(IcsProcess *self, gconstpointer network)
{
    int socket = ics_socket(self, ICS_SOCKET_STREAM);
    ics_set_option(self, socket, ICS_OPTION_LINGER, 1000 * MS);
    ics_set_option(self, socket, ICS_OPTION_NONBLOCKING, 1);
    IcsEndpoint peer = ics_small_processes_endpoint(network, "b", 7);
    say(self, network, "connect", ics_connect(self, socket, peer));
    ics_set_option(self, socket, ICS_OPTION_NONBLOCKING, 0);
    say(self, network, "close", ics_close(self, socket));
}

static void nothing_lingers_before_there_is_a_connection(void **state)
{
    ics_small_processes_start(*state, "a", "client", close_while_connecting);
    ics_small_network_expect(*state, "client connect=EINPROGRESS@0s; client close=0@0s; ");
}

static void close_lingers_no_longer_than_asked(void **state)
{
    start(state, accept_and_sleep, close_with_short_linger);
    ics_small_network_run(*state);
    const IcsSmallNetwork *network = *state;
    assert_non_null(strstr(network->notes->str, "client close=EAGAIN@"));
    assert_non_null(strstr(network->notes->str, "client close=EBADF@"));
}

#define STREAM_TEST(name)                                                                          \
    cmocka_unit_test_setup_teardown(name, ics_small_network_setup, ics_small_network_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        STREAM_TEST(what_was_sent_arrives_after_close),
        STREAM_TEST(a_process_that_returns_closes_its_streams),
        STREAM_TEST(a_process_that_exits_closes_its_streams),
        STREAM_TEST(a_killed_process_closes_its_streams),
        STREAM_TEST(closing_with_unread_data_resets),
        STREAM_TEST(writing_to_a_stream_whose_reader_is_gone_is_an_error),
        STREAM_TEST(a_half_closed_stream_still_receives),
        STREAM_TEST(a_reader_can_stop_reading),
        STREAM_TEST(both_halves_can_be_given_up),
        STREAM_TEST(linger_0_resets),
        STREAM_TEST(close_lingers_until_all_is_acknowledged),
        STREAM_TEST(close_lingers_no_longer_than_asked),
        STREAM_TEST(nothing_lingers_before_there_is_a_connection),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
