/* Options of stream sockets: their ranges, what they begin with, and what they do. */
#include <cmocka.h>
#include <string.h>

#include "protocols/stack/tcp.h"
#include "tests/support/stream_programs.h"

#define MS ICS_SMALL_NETWORK_MS
#define S  (1000 * MS)

static int64_t say(IcsProcess *self, gconstpointer network, const char *what, int64_t result)
{
    return ics_small_processes_say(self, network, what, result);
}

static void start(void **state, IcsProcessMain server, IcsProcessMain client)
{
    ics_small_processes_start(*state, "b", "server", server);
    ics_small_processes_start(*state, "a", "client", client);
}

static int64_t option(IcsProcess *self, int socket, IcsSocketOption which)
{
    int64_t value;
    g_assert_cmpint(ics_get_option(self, socket, which, &value), ==, 0);
    return value;
}

/* ---- values ---- */

typedef struct Row {
    IcsSocketOption option;
    int64_t first; /* what it begins with */
    int64_t good[2];
    int64_t bad[2];
} Row;

static const Row rows[] = {
    {ICS_OPTION_RECEIVE_TIMEOUT, ICS_FOREVER, {1, ICS_FOREVER}, {0, -1}},
    {ICS_OPTION_SEND_TIMEOUT, ICS_FOREVER, {1, ICS_FOREVER}, {0, -1}},
    {ICS_OPTION_NONBLOCKING, 0, {1, 0}, {0, 0}},
    {ICS_OPTION_SEND_BUFFER, 262144, {1, 1 << 30}, {0, (1 << 30) + INT64_C(1)}},
    {ICS_OPTION_RECEIVE_BUFFER, 262144, {1, 1 << 30}, {0, (1 << 30) + INT64_C(1)}},
    {ICS_OPTION_CONNECT_TIMEOUT, ICS_FOREVER, {1, ICS_FOREVER}, {0, -1}},
    {ICS_OPTION_NO_DELAY, 0, {1, 0}, {2, -1}},
    {ICS_OPTION_CORK, 0, {1, 0}, {2, -1}},
    {ICS_OPTION_KEEP_ALIVE, 0, {1, 0}, {2, -1}},
    {ICS_OPTION_KEEP_ALIVE_IDLE, 7200 * S, {1, S}, {0, -1}},
    {ICS_OPTION_KEEP_ALIVE_INTERVAL, 75 * S, {1, S}, {0, -1}},
    {ICS_OPTION_KEEP_ALIVE_PROBES, 9, {1, 127}, {0, 128}},
    {ICS_OPTION_LINGER, -1, {0, S}, {0, 0}},
    {ICS_OPTION_USER_TIMEOUT, 0, {0, S}, {-1, INT64_MAX}},
    {ICS_OPTION_MSS, 0, {88, 65495}, {87, 65496}},
    {ICS_OPTION_REUSE_ADDRESS, 0, {1, 0}, {2, -1}},
    {ICS_OPTION_CONGESTION_CONTROL, ICS_CONGESTION_CONTROL_CUBIC, {1, 2}, {3, -1}},
};

static bool takes_anything(IcsSocketOption which)
{
    return which == ICS_OPTION_NONBLOCKING || which == ICS_OPTION_LINGER;
}

static void set_everything(IcsProcess *self, G_GNUC_UNUSED gconstpointer network)
{
    int socket = ics_socket(self, ICS_SOCKET_STREAM);
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        const Row *row = &rows[i];
        g_assert_cmpint(option(self, socket, row->option), ==, row->first);
        for (int k = 0; k < 2; k++) {
            g_assert_cmpint(ics_set_option(self, socket, row->option, row->good[k]), ==, 0);
            g_assert_cmpint(option(self, socket, row->option), ==, row->good[k]);
        }
        for (int k = 0; k < 2 && !takes_anything(row->option); k++) {
            g_assert_cmpint(ics_set_option(self, socket, row->option, row->bad[k]), ==, -EINVAL);
            g_assert_cmpint(option(self, socket, row->option), ==, row->good[1]);
        }
    }
}

static void options_have_ranges_and_keep_their_values(void **state)
{
    ics_small_processes_start(*state, "a", "p", set_everything);
    ics_small_network_expect(*state, "");
}

static void set_what_is_not_there(IcsProcess *self, gconstpointer network)
{
    int64_t value;
    int stream = ics_socket(self, ICS_SOCKET_STREAM);
    int datagrams = ics_socket(self, ICS_SOCKET_DATAGRAM);
    say(self, network, "checksum", ics_set_option(self, stream, ICS_OPTION_CHECKSUM, 0));
    say(self, network, "unknown", ics_set_option(self, stream, (IcsSocketOption)99, 0));
    say(self, network, "error", ics_set_option(self, stream, ICS_OPTION_ERROR, 0));
    say(self, network, "queue", ics_set_option(self, stream, ICS_OPTION_OUTPUT_QUEUE, 0));
    say(self, network, "mss", ics_set_option(self, datagrams, ICS_OPTION_MSS, 1000));
    say(self, network, "mss", ics_get_option(self, datagrams, ICS_OPTION_MSS, &value));
    say(self, network, "error", option(self, datagrams, ICS_OPTION_ERROR));
    say(self, network, "queue", option(self, datagrams, ICS_OPTION_INPUT_QUEUE));
    say(self, network, "not open", ics_set_option(self, 9, ICS_OPTION_MSS, 1000));
}

static void options_belong_to_kinds_of_sockets(void **state)
{
    ics_small_processes_start(*state, "a", "p", set_what_is_not_there);
    ics_small_network_expect(
        *state, "p checksum=ENOPROTOOPT@0s; p unknown=ENOPROTOOPT@0s; p error=EINVAL@0s; "
                "p queue=EINVAL@0s; p mss=ENOPROTOOPT@0s; p mss=ENOPROTOOPT@0s; p error=0@0s; "
                "p queue=0@0s; p not open=EBADF@0s; ");
}

/* ---- what they do ---- */

static void accept_one_and_drain(IcsProcess *self, gconstpointer network)
{
    int listener = ics_stream_programs_listen(self, 7);
    ics_set_option(self, listener, ICS_OPTION_NO_DELAY, 1);
    int socket = ics_stream_programs_accept(self, listener);
    say(self, network, "no delay", option(self, socket, ICS_OPTION_NO_DELAY));
    ics_stream_programs_say_drained(self, network, socket);
}

static void send_two_small_ones(IcsProcess *self, gconstpointer network)
{
    int socket = ics_stream_programs_connect(self, network, "b", 7);
    say(self, network, "mss", ics_set_option(self, socket, ICS_OPTION_MSS, 1000));
    say(self, network, "cc", ics_set_option(self, socket, ICS_OPTION_CONGESTION_CONTROL, 1));
    ics_stream_programs_send(self, socket, 10);
    ics_stream_programs_send(self, socket, 10);
    say(self, network, "queue", option(self, socket, ICS_OPTION_OUTPUT_QUEUE));
    ics_sleep(self, 200 * MS);
    say(self, network, "queue", option(self, socket, ICS_OPTION_OUTPUT_QUEUE));
}

static void a_listener_hands_its_settings_on(void **state)
{
    start(state, accept_one_and_drain, send_two_small_ones);
    ics_small_network_expect(
        *state, "client mss=EISCONN@10ms; client cc=EISCONN@10ms; client queue=20@10ms; "
                "server no delay=1@15ms; client queue=0@210ms; server drained=20@215ms; ");
}

static guint segments_with_data(const IcsSmallNetwork *network)
{
    guint n_data = 0;
    for (guint i = 0; i < ics_small_network_n_sent(network); i++) {
        size_t n;
        const uint8_t *packet = ics_small_network_sent(network, i, &n);
        n_data += n > 20 + ((size_t)packet[32] >> 4) * 4;
    }
    return n_data;
}

static void drain_one(IcsProcess *self, gconstpointer network)
{
    int socket = ics_stream_programs_accept(self, ics_stream_programs_listen(self, 7));
    ics_stream_programs_say_drained(self, network, socket);
}

static void send_five(IcsProcess *self, int socket)
{
    for (int i = 0; i < 5; i++) {
        ics_stream_programs_send(self, socket, 10);
    }
}

static void send_five_by_nagle(IcsProcess *self, gconstpointer network)
{
    send_five(self, ics_stream_programs_connect(self, network, "b", 7));
}

static void send_five_at_once(IcsProcess *self, gconstpointer network)
{
    int socket = ics_socket(self, ICS_SOCKET_STREAM);
    ics_set_option(self, socket, ICS_OPTION_NO_DELAY, 1);
    ics_connect(self, socket, ics_small_processes_endpoint(network, "b", 7));
    send_five(self, socket);
}

static void send_five_corked(IcsProcess *self, gconstpointer network)
{
    int socket = ics_socket(self, ICS_SOCKET_STREAM);
    ics_set_option(self, socket, ICS_OPTION_CORK, 1);
    ics_connect(self, socket, ics_small_processes_endpoint(network, "b", 7));
    send_five(self, socket);
    ics_sleep(self, 50 * MS);
    ics_set_option(self, socket, ICS_OPTION_CORK, 0);
}

static void expect_segments(void **state, IcsProcessMain client, guint n)
{
    start(state, drain_one, client);
    ics_small_network_run(*state);
    assert_int_equal(segments_with_data(*state), n);
}

static void nagle_joins_small_sends(void **state)
{
    expect_segments(state, send_five_by_nagle, 2);
}

static void no_delay_sends_each_by_itself(void **state)
{
    expect_segments(state, send_five_at_once, 5);
}

static void cork_holds_all_back(void **state)
{
    expect_segments(state, send_five_corked, 1);
}

static void connect_with_settings(IcsProcess *self, gconstpointer network)
{
    IcsConnectionInfo info;
    int socket = ics_socket(self, ICS_SOCKET_STREAM);
    g_assert_cmpint(ics_connection_info(self, socket, &info), ==, 0);
    g_assert_cmpstr(info.state, ==, "CLOSED");
    ics_set_option(self, socket, ICS_OPTION_MSS, 500);
    ics_connect(self, socket, ics_small_processes_endpoint(network, "b", 7));
    g_assert_cmpint(ics_connection_info(self, socket, &info), ==, 0);
    g_assert_cmpstr(info.state, ==, "ESTABLISHED");
    g_assert_cmpint(info.srtt_ns, ==, 10 * MS);
    g_assert_cmpuint(info.mss_bytes, <=, 1460);
    g_assert_cmpuint(info.ssthresh_bytes, ==, UINT64_MAX);
    ics_stream_programs_send(self, socket, 10);
    g_assert_cmpint(ics_connection_info(self, socket, &info), ==, 0);
    g_assert_cmpuint(info.in_flight_bytes, ==, 10);
    int datagrams = ics_socket(self, ICS_SOCKET_DATAGRAM);
    g_assert_cmpint(ics_connection_info(self, datagrams, &info), ==, -EOPNOTSUPP);
    g_assert_cmpint(ics_connection_info(self, 9, &info), ==, -EBADF);
    int listener = ics_stream_programs_listen(self, 9);
    g_assert_cmpint(ics_connection_info(self, listener, &info), ==, 0);
    g_assert_cmpstr(info.state, ==, "LISTEN");
}

static void a_connection_tells_what_it_has_measured(void **state)
{
    start(state, drain_one, connect_with_settings);
    ics_small_network_run(*state);
    const IcsSmallNetwork *network = *state;
    assert_string_equal(network->notes->str, "server drained=10@15ms; ");
}

#define STREAM_TEST(name)                                                                          \
    cmocka_unit_test_setup_teardown(name, ics_small_network_setup, ics_small_network_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        STREAM_TEST(options_have_ranges_and_keep_their_values),
        STREAM_TEST(options_belong_to_kinds_of_sockets),
        STREAM_TEST(a_listener_hands_its_settings_on),
        STREAM_TEST(nagle_joins_small_sends),
        STREAM_TEST(no_delay_sends_each_by_itself),
        STREAM_TEST(cork_holds_all_back),
        STREAM_TEST(a_connection_tells_what_it_has_measured),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
