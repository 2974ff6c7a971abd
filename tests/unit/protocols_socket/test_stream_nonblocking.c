/* Streams that do not block, poll, and handlers. One link, 5 ms each way. */
#include <cmocka.h>
#include <string.h>

#include "tests/support/stream_programs.h"

#define MS ICS_SMALL_NETWORK_MS

static int64_t say(IcsProcess *self, gconstpointer network, const char *what, int64_t result)
{
    return ics_small_processes_say(self, network, what, result);
}

static IcsEndpoint at(gconstpointer network, const char *host, uint16_t port)
{
    return ics_small_processes_endpoint(network, host, port);
}

static void start(void **state, IcsProcessMain server, IcsProcessMain client)
{
    ics_small_processes_start(*state, "b", "server", server);
    ics_small_processes_start(*state, "a", "client", client);
}

static int64_t error_of(IcsProcess *self, int socket)
{
    int64_t error;
    g_assert_cmpint(ics_get_option(self, socket, ICS_OPTION_ERROR, &error), ==, 0);
    return error;
}

static uint32_t poll_one(IcsProcess *self, int socket, uint32_t wanted, int64_t timeout_ns)
{
    IcsPollEntry entry = {.socket = socket, .wanted = wanted};
    int n = ics_poll(self, &entry, 1, timeout_ns);
    g_assert_cmpint(n, ==, entry.ready != 0);
    return entry.ready;
}

/* ---- connect ---- */

static void drain_one(IcsProcess *self, gconstpointer network)
{
    int socket = ics_stream_programs_accept(self, ics_stream_programs_listen(self, 7));
    ics_stream_programs_say_drained(self, network, socket);
}

static void connect_without_waiting(IcsProcess *self, gconstpointer network)
{
    int socket = ics_socket(self, ICS_SOCKET_STREAM);
    g_assert_cmpint(ics_set_option(self, socket, ICS_OPTION_NONBLOCKING, 1), ==, 0);
    say(self, network, "connect", ics_connect(self, socket, at(network, "b", 7)));
    say(self, network, "connect", ics_connect(self, socket, at(network, "b", 7)));
    say(self, network, "send", ics_send(self, socket, "x", 1, 0));
    say(self, network, "ready", poll_one(self, socket, ICS_POLL_WRITABLE, 0));
    say(self, network, "ready", poll_one(self, socket, ICS_POLL_WRITABLE, ICS_FOREVER));
    say(self, network, "error", error_of(self, socket));
    say(self, network, "connect", ics_connect(self, socket, at(network, "b", 7)));
    say(self, network, "send", ics_send(self, socket, "x", 1, 0));
}

static void a_connection_can_be_made_in_the_background(void **state)
{
    start(state, drain_one, connect_without_waiting);
    ics_small_network_expect(
        *state, "client connect=EINPROGRESS@0s; client connect=EALREADY@0s; client send=EAGAIN@0s; "
                "client ready=0@0s; client ready=2@10ms; client error=0@10ms; "
                "client connect=EISCONN@10ms; client send=1@10ms; server drained=1@15ms; ");
}

static void be_refused_without_waiting(IcsProcess *self, gconstpointer network)
{
    int socket = ics_socket(self, ICS_SOCKET_STREAM);
    g_assert_cmpint(ics_set_option(self, socket, ICS_OPTION_NONBLOCKING, 1), ==, 0);
    say(self, network, "connect", ics_connect(self, socket, at(network, "b", 9)));
    uint32_t ready = poll_one(self, socket, ICS_POLL_WRITABLE, ICS_FOREVER);
    say(self, network, "ready", ready);
    g_assert_cmpuint(ready, ==, ICS_POLL_WRITABLE | ICS_POLL_ERROR | ICS_POLL_HANG_UP);
    say(self, network, "error", error_of(self, socket));
    say(self, network, "error", error_of(self, socket));
    say(self, network, "connect", ics_connect(self, socket, at(network, "b", 9)));
    poll_one(self, socket, ICS_POLL_WRITABLE, ICS_FOREVER);
    say(self, network, "connect", ics_connect(self, socket, at(network, "b", 9)));
}

static void a_refusal_in_the_background_is_told_once(void **state)
{
    ics_small_processes_start(*state, "a", "client", be_refused_without_waiting);
    ics_small_network_expect(*state, "client connect=EINPROGRESS@0s; client ready=14@10ms; "
                                     "client error=111@10ms; client error=0@10ms; "
                                     "client connect=EINPROGRESS@10ms; "
                                     "client connect=ECONNREFUSED@20ms; ");
}

/* ---- send ---- */

static void fill_without_waiting(IcsProcess *self, gconstpointer network)
{
    int socket = ics_stream_programs_connect(self, network, "b", 7);
    uint8_t *bytes = ics_alloc(self, 300000);
    say(self, network, "send", ics_send(self, socket, bytes, 300000, ICS_DONT_WAIT));
    say(self, network, "send", ics_send(self, socket, bytes, 300000, ICS_DONT_WAIT));
    say(self, network, "ready", poll_one(self, socket, ICS_POLL_WRITABLE, 0));
    say(self, network, "ready", poll_one(self, socket, ICS_POLL_WRITABLE, ICS_FOREVER));
    int64_t n = ics_send(self, socket, bytes, 300000, ICS_DONT_WAIT);
    g_assert_cmpint(n, >, 0);
    g_assert_cmpint(n, <, 262144);
}

/* The buffer of 262144 bytes is said to have room again when a third of it is free: 10, 20 and 40
 * segments of slow start later. */
static void send_takes_what_fits(void **state)
{
    start(state, drain_one, fill_without_waiting);
    ics_small_network_run(*state);
    const IcsSmallNetwork *network = *state;
    const char *first = "client send=262144@10ms; client send=EAGAIN@10ms; client ready=0@10ms; "
                        "client ready=2@50ms; ";
    assert_true(g_str_has_prefix(network->notes->str, first));
}

/* ---- poll of several ---- */

static void serve_by_poll(IcsProcess *self, gconstpointer network)
{
    IcsPollEntry entries[3] = {
        {.socket = ics_stream_programs_listen(self, 7), .wanted = ICS_POLL_READABLE},
        {.socket = ics_small_processes_bound(self, ICS_SOCKET_DATAGRAM, 9),
         .wanted = ICS_POLL_READABLE},
    };
    char buffer[100];
    size_t n = 2;
    for (int i = 0; i < 4; i++) {
        g_assert_cmpint(ics_poll(self, entries, n, ICS_FOREVER), ==, 1);
        if (entries[0].ready != 0) {
            entries[n++] = (IcsPollEntry){
                .socket = ics_accept(self, entries[0].socket, ICS_DONT_WAIT, NULL),
                .wanted = ICS_POLL_READABLE,
            };
            say(self, network, "accepted", 0);
        } else {
            const IcsPollEntry *entry = entries[1].ready != 0 ? &entries[1] : &entries[2];
            say(self, network, entry == &entries[1] ? "datagram" : "stream",
                ics_receive(self, entry->socket, buffer, sizeof buffer, ICS_DONT_WAIT));
        }
    }
}

static void send_both_kinds(IcsProcess *self, gconstpointer network)
{
    int datagrams = ics_socket(self, ICS_SOCKET_DATAGRAM);
    ics_send_to(self, datagrams, "hey", 3, 0, at(network, "b", 9));
    int socket = ics_stream_programs_connect(self, network, "b", 7);
    ics_sleep(self, 30 * MS);
    ics_stream_programs_send(self, socket, 10);
}

static void poll_waits_for_several_sockets(void **state)
{
    start(state, serve_by_poll, send_both_kinds);
    ics_small_network_expect(*state, "server datagram=3@5ms; server accepted=0@15ms; "
                                     "server stream=10@45ms; server stream=0@45ms; ");
}

static void poll_oddly(IcsProcess *self, gconstpointer network)
{
    int datagrams = ics_socket(self, ICS_SOCKET_DATAGRAM);
    int fresh = ics_socket(self, ICS_SOCKET_STREAM);
    say(self, network, "timeout", ics_poll(self, NULL, 0, 10 * MS));
    say(self, network, "timeout", poll_one(self, datagrams, ICS_POLL_READABLE, 10 * MS));
    say(self, network, "datagrams", poll_one(self, datagrams, ICS_POLL_WRITABLE, ICS_FOREVER));
    say(self, network, "fresh", poll_one(self, fresh, ICS_POLL_READABLE, ICS_FOREVER));
    say(self, network, "not open", poll_one(self, 9, 0, ICS_FOREVER));
    IcsPollEntry twice[2] = {{.socket = datagrams, .wanted = ICS_POLL_READABLE},
                             {.socket = datagrams, .wanted = ICS_POLL_READABLE}};
    say(self, network, "twice", ics_poll(self, twice, 2, 10 * MS));
    say(self, network, "past", ics_poll(self, twice, 2, -1));
    say(self, network, "too many", ics_poll(self, twice, 1025, 0));
}

static void poll_answers_odd_questions(void **state)
{
    ics_small_processes_start(*state, "a", "p", poll_oddly);
    ics_small_network_expect(*state,
                             "p timeout=0@10ms; p timeout=0@20ms; p datagrams=2@20ms; "
                             "p fresh=8@20ms; p not open=16@20ms; p twice=0@30ms; p past=0@30ms; "
                             "p too many=EINVAL@30ms; ");
}

static void poll_to_the_end(IcsProcess *self, gconstpointer network)
{
    char buffer[100];
    const uint32_t both = ICS_POLL_READABLE | ICS_POLL_WRITABLE;
    int socket = ics_stream_programs_accept(self, ics_stream_programs_listen(self, 7));
    say(self, network, "open", poll_one(self, socket, both, 0));
    say(self, network, "data", poll_one(self, socket, ICS_POLL_READABLE, ICS_FOREVER));
    say(self, network, "receive", ics_receive(self, socket, buffer, sizeof buffer, 0));
    say(self, network, "end", poll_one(self, socket, ICS_POLL_READABLE, ICS_FOREVER));
    say(self, network, "receive", ics_receive(self, socket, buffer, sizeof buffer, 0));
    ics_shutdown(self, socket, ICS_SHUTDOWN_SEND);
    say(self, network, "over", poll_one(self, socket, 0, ICS_FOREVER));
}

static void send_a_little_and_close(IcsProcess *self, gconstpointer network)
{
    int socket = ics_stream_programs_connect(self, network, "b", 7);
    ics_sleep(self, 30 * MS);
    ics_stream_programs_send(self, socket, 10);
    ics_sleep(self, 30 * MS);
}

static void poll_sees_data_and_the_end(void **state)
{
    start(state, poll_to_the_end, send_a_little_and_close);
    ics_small_network_expect(*state, "server open=2@15ms; server data=1@45ms; "
                                     "server receive=10@45ms; server end=1@75ms; "
                                     "server receive=0@75ms; server over=8@75ms; ");
}

/* ---- handlers ---- */

typedef struct Watching {
    int listener;
    int connection; /* -1: none yet */
} Watching;

static void watch_start(IcsProcess *self, G_GNUC_UNUSED gconstpointer network)
{
    Watching *data = ics_alloc(self, sizeof *data);
    data->listener = ics_stream_programs_listen(self, 7);
    data->connection = -1;
    self->program_data = data;
    g_assert_cmpint(ics_accept(self, data->listener, 0, NULL), ==, -EAGAIN);
    g_assert_cmpint(ics_watch(self, data->listener), ==, 0);
    g_assert_cmpint(ics_watch(self, data->listener), ==, -EINVAL);
}

static void watch_ready(IcsProcess *self)
{
    gconstpointer network = self->program.config;
    Watching *data = self->program_data;
    char buffer[100];
    if (data->connection < 0) {
        data->connection = ics_accept(self, data->listener, 0, NULL);
        say(self, network, "accept", data->connection);
        g_assert_cmpint(ics_watch(self, data->connection), ==, 0);
        return;
    }
    int64_t n;
    while ((n = ics_receive(self, data->connection, buffer, sizeof buffer, 0)) > 0) {
        say(self, network, "receive", n);
        say(self, network, "send", ics_send(self, data->connection, buffer, (size_t)n, 0));
    }
    if (n == 0) {
        say(self, network, "close", ics_close(self, data->connection));
        ics_process_finish(self);
    }
}

static void watch_timer(G_GNUC_UNUSED IcsProcess *self)
{
}

static const IcsProcessHandler watching = {watch_start, watch_ready, watch_timer};

static void ask(IcsProcess *self, gconstpointer network)
{
    char buffer[100];
    int socket = ics_stream_programs_connect(self, network, "b", 7);
    ics_sleep(self, 10 * MS);
    ics_stream_programs_send(self, socket, 10);
    say(self, network, "receive", ics_receive(self, socket, buffer, sizeof buffer, 0));
}

static void a_handler_is_woken_by_streams(void **state)
{
    ics_small_processes_start_handler(*state, "b", "server", &watching);
    ics_small_processes_start(*state, "a", "client", ask);
    ics_small_network_expect(*state, "server accept=1@15ms; server receive=10@25ms; "
                                     "server send=10@25ms; client receive=10@30ms; "
                                     "server close=0@35ms; ");
}

#define STREAM_TEST(name)                                                                          \
    cmocka_unit_test_setup_teardown(name, ics_small_network_setup, ics_small_network_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        STREAM_TEST(a_connection_can_be_made_in_the_background),
        STREAM_TEST(a_refusal_in_the_background_is_told_once),
        STREAM_TEST(send_takes_what_fits),
        STREAM_TEST(poll_waits_for_several_sockets),
        STREAM_TEST(poll_answers_odd_questions),
        STREAM_TEST(poll_sees_data_and_the_end),
        STREAM_TEST(a_handler_is_woken_by_streams),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
