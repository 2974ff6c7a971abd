/* Descriptors, names, peers and options of sockets: what <ipcsim/socket.h> promises, error by
 * error.
 */
#include <cmocka.h>
#include <string.h>

#include "tests/support/small_processes.h"

#define MS ICS_SMALL_NETWORK_MS

static int64_t say(IcsProcess *self, gconstpointer network, const char *what, int64_t result)
{
    return ics_small_processes_say(self, network, what, result);
}

static IcsEndpoint at(gconstpointer network, const char *host, uint16_t port)
{
    return ics_small_processes_endpoint(network, host, port);
}

/* Runs a program alone on host a. */
static void expect(void **state, IcsProcessMain main, const char *notes)
{
    IcsSmallNetwork *network = *state;
    ics_small_processes_start(network, "a", "p", main);
    ics_small_network_expect(network, notes);
}

/* ---- descriptors ---- */

static void open_close_open(IcsProcess *self, gconstpointer network)
{
    for (int i = 0; i < 3; i++) {
        say(self, network, "socket", ics_socket(self, ICS_SOCKET_DATAGRAM));
    }
    say(self, network, "close", ics_close(self, 1));
    say(self, network, "close", ics_close(self, 0));
    say(self, network, "socket", ics_socket(self, ICS_SOCKET_SYNCHRONOUS));
    say(self, network, "socket", ics_socket(self, ICS_SOCKET_DATAGRAM));
    say(self, network, "socket", ics_socket(self, ICS_SOCKET_DATAGRAM));
}

static void the_lowest_free_descriptor_is_given_out(void **state)
{
    expect(state, open_close_open,
           "p socket=0@0s; p socket=1@0s; p socket=2@0s; p close=0@0s; p close=0@0s; "
           "p socket=0@0s; p socket=1@0s; p socket=3@0s; ");
}

static void open_unknown_type(IcsProcess *self, gconstpointer network)
{
    say(self, network, "socket", ics_socket(self, (IcsSocketType)7));
    say(self, network, "socket", ics_socket(self, ICS_SOCKET_DATAGRAM));
}

static void an_unknown_type_is_no_socket(void **state)
{
    expect(state, open_unknown_type, "p socket=EINVAL@0s; p socket=0@0s; ");
}

static void open_too_many(IcsProcess *self, gconstpointer network)
{
    for (int i = 0; i < 1024; i++) {
        g_assert_cmpint(ics_socket(self, ICS_SOCKET_DATAGRAM), ==, i);
    }
    say(self, network, "socket", ics_socket(self, ICS_SOCKET_DATAGRAM));
    say(self, network, "close", ics_close(self, 1023));
    say(self, network, "socket", ics_socket(self, ICS_SOCKET_DATAGRAM));
}

static void a_process_has_1024_descriptors(void **state)
{
    expect(state, open_too_many, "p socket=EMFILE@0s; p close=0@0s; p socket=1023@0s; ");
}

/* The first and the 65537th socket of a process send. */
static void open_65537(IcsProcess *self, gconstpointer network)
{
    for (int i = 0; i <= 65536; i++) {
        int socket = ics_socket(self, ICS_SOCKET_DATAGRAM);
        if (i % 65536 == 0) {
            g_assert_cmpint(ics_send_to(self, socket, "x", 1, 0, at(network, "b", 7)), ==, 1);
        }
        ics_close(self, socket);
    }
}

static void no_socket_meets_the_fates_of_an_earlier_one(void **state)
{
    expect(state, open_65537, "");
    const IcsSmallNetwork *network = *state;
    const IcsFlowTable *flows = &network->network->flows;
    assert_int_equal(ics_flow_table_size(flows), 2);
    assert_int_equal(ics_flow_table_get(flows, 1)->socket, 65536);
    assert_true(ics_flow_table_get(flows, 0)->hash != ics_flow_table_get(flows, 1)->hash);
}

/* Every call with a descriptor that is not open. */
static void use_closed(IcsProcess *self, gconstpointer network, int socket)
{
    IcsEndpoint endpoint = at(network, "b", 7);
    uint8_t byte = 0;
    int64_t value = 0;
    g_assert_cmpint(ics_bind(self, socket, at(network, NULL, 7)), ==, -EBADF);
    g_assert_cmpint(ics_connect(self, socket, endpoint), ==, -EBADF);
    g_assert_cmpint(ics_send(self, socket, &byte, 1, 0), ==, -EBADF);
    g_assert_cmpint(ics_send_to(self, socket, &byte, 1, 0, endpoint), ==, -EBADF);
    g_assert_cmpint(ics_receive(self, socket, &byte, 1, 0), ==, -EBADF);
    g_assert_cmpint(ics_receive_from(self, socket, &byte, 1, 0, NULL), ==, -EBADF);
    g_assert_cmpint(ics_close(self, socket), ==, -EBADF);
    g_assert_cmpint(ics_set_option(self, socket, ICS_OPTION_NONBLOCKING, 1), ==, -EBADF);
    g_assert_cmpint(ics_get_option(self, socket, ICS_OPTION_NONBLOCKING, &value), ==, -EBADF);
    g_assert_cmpint(ics_local_endpoint(self, socket, &endpoint), ==, -EBADF);
    g_assert_cmpint(ics_peer_endpoint(self, socket, &endpoint), ==, -EBADF);
    g_assert_cmpint(ics_watch(self, socket), ==, -EBADF);
}

static void use_what_is_not_open(IcsProcess *self, gconstpointer network)
{
    static const int never[] = {-1, 0, 1, 1023, 1024, INT_MAX, INT_MIN};
    for (size_t i = 0; i < G_N_ELEMENTS(never); i++) {
        use_closed(self, network, never[i]);
    }
    int socket = ics_socket(self, ICS_SOCKET_DATAGRAM);
    say(self, network, "close", ics_close(self, socket));
    use_closed(self, network, socket);
}

static void no_call_takes_a_descriptor_that_is_not_open(void **state)
{
    expect(state, use_what_is_not_open, "p close=0@0s; ");
}

static void use_of_the_other(IcsProcess *self, gconstpointer network)
{
    use_closed(self, network, 0);
    say(self, network, "done", 0);
}

static void open_and_spawn(IcsProcess *self, gconstpointer network)
{
    g_assert_cmpint(ics_socket(self, ICS_SOCKET_DATAGRAM), ==, 0);
    ics_wait(self, ics_spawn(self, "child", use_of_the_other, network));
}

static void a_socket_belongs_to_the_process_that_made_it(void **state)
{
    expect(state, open_and_spawn, "p/child done=0@0s; ");
}

/* ---- bind ---- */

static void bind_many(IcsProcess *self, gconstpointer network)
{
    int one = ics_socket(self, ICS_SOCKET_DATAGRAM);
    int two = ics_socket(self, ICS_SOCKET_SYNCHRONOUS);
    int three = ics_socket(self, ICS_SOCKET_DATAGRAM);
    say(self, network, "bind", ics_bind(self, one, at(network, NULL, 7)));
    say(self, network, "again", ics_bind(self, one, at(network, NULL, 8)));
    say(self, network, "same", ics_bind(self, two, at(network, NULL, 7)));
    say(self, network, "one", ics_bind(self, two, at(network, "a", 7)));
    say(self, network, "other", ics_bind(self, two, at(network, "a", 8)));
    say(self, network, "loopback",
        ics_bind(self, three, (IcsEndpoint){ICS_RAW_ADDRESS(127, 0, 0, 1), 8}));
    say(self, network, "close", ics_close(self, one));
    one = ics_socket(self, ICS_SOCKET_DATAGRAM);
    say(self, network, "freed", ics_bind(self, one, at(network, NULL, 7)));
}

static void a_port_has_one_receiver(void **state)
{
    expect(state, bind_many,
           "p bind=0@0s; p again=EINVAL@0s; p same=EADDRINUSE@0s; p one=EADDRINUSE@0s; "
           "p other=0@0s; p loopback=0@0s; p close=0@0s; p freed=0@0s; ");
}

static void bind_foreign(IcsProcess *self, gconstpointer network)
{
    int socket = ics_socket(self, ICS_SOCKET_DATAGRAM);
    say(self, network, "peer", ics_bind(self, socket, at(network, "b", 7)));
    say(self, network, "nobody",
        ics_bind(self, socket, (IcsEndpoint){ICS_RAW_ADDRESS(192, 0, 2, 1), 7}));
    say(self, network, "broadcast", ics_bind(self, socket, (IcsEndpoint){UINT32_MAX, 7}));
    say(self, network, "own", ics_bind(self, socket, at(network, "a", 7)));
}

static void only_addresses_of_the_host_can_be_bound(void **state)
{
    expect(state, bind_foreign,
           "p peer=EADDRNOTAVAIL@0s; p nobody=EADDRNOTAVAIL@0s; p broadcast=EADDRNOTAVAIL@0s; "
           "p own=0@0s; ");
}

static void bind_free(IcsProcess *self, gconstpointer network)
{
    IcsEndpoint local;
    for (int i = 0; i < 2; i++) {
        int socket = ics_socket(self, ICS_SOCKET_DATAGRAM);
        g_assert_cmpint(ics_local_endpoint(self, socket, &local), ==, 0);
        say(self, network, "before", local.port);
        say(self, network, "bind", ics_bind(self, socket, at(network, NULL, ICS_ANY_PORT)));
        g_assert_cmpint(ics_local_endpoint(self, socket, &local), ==, 0);
        say(self, network, "port", local.port);
        g_assert_cmpint(local.address, ==, ICS_ANY_ADDRESS);
    }
}

static void port_0_asks_for_one_that_is_free(void **state)
{
    expect(state, bind_free,
           "p before=0@0s; p bind=0@0s; p port=49152@0s; "
           "p before=0@0s; p bind=0@0s; p port=49153@0s; ");
}

static void take_all_ports(IcsProcess *self, G_GNUC_UNUSED gconstpointer network)
{
    for (int i = 0; i < 1024; i++) {
        int socket = ics_socket(self, ICS_SOCKET_DATAGRAM);
        g_assert_cmpint(ics_bind(self, socket, (IcsEndpoint){0, 0}), ==, 0);
    }
    ics_sleep(self, 10 * MS);
}

static void want_a_port(IcsProcess *self, gconstpointer network)
{
    uint8_t byte = 0;
    ics_sleep(self, 5 * MS);
    int socket = ics_socket(self, ICS_SOCKET_DATAGRAM);
    say(self, network, "bind", ics_bind(self, socket, at(network, NULL, 0)));
    say(self, network, "connect", ics_connect(self, socket, at(network, "b", 7)));
    say(self, network, "send", ics_send_to(self, socket, &byte, 1, 0, at(network, "b", 7)));
    say(self, network, "receive", ics_receive(self, socket, &byte, 1, 0));
    say(self, network, "own", ics_bind(self, socket, at(network, NULL, 80)));
}

static void a_host_without_a_free_port_says_so(void **state)
{
    IcsSmallNetwork *network = *state;
    for (int i = 0; i < 16; i++) {
        ics_small_processes_start(network, "a", "taker", take_all_ports);
    }
    expect(state, want_a_port,
           "p bind=EADDRNOTAVAIL@5ms; p connect=EADDRNOTAVAIL@5ms; p send=EADDRNOTAVAIL@5ms; "
           "p receive=EADDRNOTAVAIL@5ms; p own=0@5ms; ");
}

/* ---- connect ---- */

static void connect_everywhere(IcsProcess *self, gconstpointer network)
{
    IcsEndpoint peer, local;
    int socket = ics_socket(self, ICS_SOCKET_DATAGRAM);
    say(self, network, "peer", ics_peer_endpoint(self, socket, &peer));
    say(self, network, "send", ics_send(self, socket, "x", 1, 0));
    say(self, network, "no-port", ics_connect(self, socket, at(network, "b", 0)));
    say(self, network, "no-host", ics_connect(self, socket, at(network, NULL, 7)));
    say(self, network, "no-way",
        ics_connect(self, socket, (IcsEndpoint){ICS_RAW_ADDRESS(192, 0, 2, 1), 7}));
    g_assert_cmpint(ics_local_endpoint(self, socket, &local), ==, 0);
    say(self, network, "unbound", local.port);
    say(self, network, "connect", ics_connect(self, socket, at(network, "b", 7)));
    say(self, network, "peer", ics_peer_endpoint(self, socket, &peer));
    g_assert_cmpint(peer.address, ==, ics_small_network_address(network, "b"));
    g_assert_cmpint(peer.port, ==, 7);
    g_assert_cmpint(ics_local_endpoint(self, socket, &local), ==, 0);
    g_assert_cmpint(local.address, ==, ics_small_network_address(network, "a"));
    say(self, network, "local", local.port);
    say(self, network, "bind", ics_bind(self, socket, at(network, NULL, 9)));
    say(self, network, "another", ics_connect(self, socket, at(network, "a", 9)));
    g_assert_cmpint(ics_peer_endpoint(self, socket, &peer), ==, 0);
    g_assert_cmpint(peer.address, ==, ics_small_network_address(network, "a"));
}

static void a_peer_is_fixed_and_can_be_changed(void **state)
{
    expect(state, connect_everywhere,
           "p peer=ENOTCONN@0s; p send=EDESTADDRREQ@0s; p no-port=EINVAL@0s; p no-host=EINVAL@0s; "
           "p no-way=ENETUNREACH@0s; p unbound=0@0s; p connect=0@0s; p peer=0@0s; "
           "p local=49152@0s; p bind=EINVAL@0s; p another=0@0s; ");
}

static void leave_from_loopback(IcsProcess *self, gconstpointer network)
{
    int socket = ics_socket(self, ICS_SOCKET_DATAGRAM);
    IcsEndpoint loopback = {ICS_RAW_ADDRESS(127, 0, 0, 1), 7};
    say(self, network, "bind", ics_bind(self, socket, loopback));
    say(self, network, "connect", ics_connect(self, socket, at(network, "b", 7)));
    say(self, network, "send", ics_send_to(self, socket, "x", 1, 0, at(network, "b", 7)));
    say(self, network, "inside", ics_connect(self, socket, at(network, "a", 7)));
}

static void a_loopback_address_does_not_leave_the_host(void **state)
{
    IcsSmallNetwork *network = *state;
    expect(state, leave_from_loopback,
           "p bind=0@0s; p connect=EINVAL@0s; p send=EINVAL@0s; p inside=0@0s; ");
    assert_int_equal(ics_small_network_n_sent(network), 0);
}

static void send_nowhere(IcsProcess *self, gconstpointer network)
{
    int socket = ics_socket(self, ICS_SOCKET_DATAGRAM);
    say(self, network, "port", ics_send_to(self, socket, "x", 1, 0, at(network, "b", 0)));
    say(self, network, "host", ics_send_to(self, socket, "x", 1, 0, at(network, NULL, 7)));
    IcsEndpoint far = {ICS_RAW_ADDRESS(192, 0, 2, 1), 7};
    say(self, network, "way", ics_send_to(self, socket, "x", 1, 0, far));
}

static void a_message_needs_a_destination(void **state)
{
    expect(state, send_nowhere, "p port=EINVAL@0s; p host=EINVAL@0s; p way=ENETUNREACH@0s; ");
}

/* ---- names ---- */

static int64_t resolve(IcsProcess *self, const char *name)
{
    uint32_t address = 0;
    int result = ics_resolve(self, name, &address);
    return result < 0 ? result : (int64_t)address;
}

static void resolve_names(IcsProcess *self, gconstpointer network)
{
    g_assert_cmpint(resolve(self, "a"), ==, ics_small_network_address(network, "a"));
    g_assert_cmpint(resolve(self, "b"), ==, ics_small_network_address(network, "b"));
    g_assert_cmpint(resolve(self, "localhost"), ==, ICS_RAW_ADDRESS(127, 0, 0, 1));
    g_assert_cmpint(resolve(self, "192.0.2.255"), ==, ICS_RAW_ADDRESS(192, 0, 2, 255));
    static const char *const unknown[] = {"",         "c",         "A",        "b ",      "1.2.3",
                                          "1.2.3.4.", "256.1.1.1", "01.2.3.4", "1.2.3.-4"};
    for (size_t i = 0; i < G_N_ELEMENTS(unknown); i++) {
        g_assert_cmpint(resolve(self, unknown[i]), ==, -ICS_EHOSTNOTFOUND);
    }
    say(self, network, "done", 0);
}

static void hosts_have_names_and_addresses_are_dotted_quads(void **state)
{
    expect(state, resolve_names, "p done=0@0s; ");
}

static void resolve_endpoints(IcsProcess *self, gconstpointer network)
{
    static const char *const malformed[] = {
        "",        "host", ":5",   ":",    "b:",   "b:0",    "b:65536",
        "b:99999", "b:-1", "b:+1", "b: 1", "b:1 ", "b:http", "b:99999999999999999999",
    };
    IcsEndpoint endpoint = {0};
    for (size_t i = 0; i < G_N_ELEMENTS(malformed); i++) {
        g_assert_cmpint(ics_resolve_endpoint(self, malformed[i], &endpoint), ==, -EINVAL);
    }
    g_assert_cmpint(ics_resolve_endpoint(self, "c:7", &endpoint), ==, -ICS_EHOSTNOTFOUND);
    g_assert_cmpint(ics_resolve_endpoint(self, "b:c:7", &endpoint), ==, -ICS_EHOSTNOTFOUND);
    g_autofree char *long_name = g_strdup_printf("%0300d:7", 0);
    g_assert_cmpint(ics_resolve_endpoint(self, long_name, &endpoint), ==, -ICS_EHOSTNOTFOUND);
    g_assert_cmpint(ics_resolve_endpoint(self, "b:1", &endpoint), ==, 0);
    g_assert_cmpint(endpoint.address, ==, ics_small_network_address(network, "b"));
    g_assert_cmpint(endpoint.port, ==, 1);
    g_assert_cmpint(ics_resolve_endpoint(self, "10.0.0.1:65535", &endpoint), ==, 0);
    g_assert_cmpint(endpoint.address, ==, ics_small_network_address(network, "a"));
    g_assert_cmpint(endpoint.port, ==, 65535);
    say(self, network, "done", 0);
}

static void an_endpoint_is_a_host_a_colon_and_a_port(void **state)
{
    expect(state, resolve_endpoints, "p done=0@0s; ");
}

/* ---- options ---- */

static int64_t option(IcsProcess *self, IcsSocketOption option)
{
    int64_t value = -1;
    int result = ics_get_option(self, 0, option, &value);
    return result < 0 ? result : value;
}

static void get_defaults(IcsProcess *self, gconstpointer network)
{
    ics_socket(self, ICS_SOCKET_DATAGRAM);
    g_assert_cmpint(option(self, ICS_OPTION_RECEIVE_TIMEOUT), ==, ICS_FOREVER);
    g_assert_cmpint(option(self, ICS_OPTION_SEND_TIMEOUT), ==, ICS_FOREVER);
    say(self, network, "nonblocking", option(self, ICS_OPTION_NONBLOCKING));
    say(self, network, "buffer", option(self, ICS_OPTION_RECEIVE_BUFFER));
    say(self, network, "checksum", option(self, ICS_OPTION_CHECKSUM));
    say(self, network, "unknown", option(self, (IcsSocketOption)99));
}

static void options_have_defaults(void **state)
{
    expect(state, get_defaults,
           "p nonblocking=0@0s; p buffer=212992@0s; p checksum=1@0s; p unknown=ENOPROTOOPT@0s; ");
}

static void set_options(IcsProcess *self, gconstpointer network)
{
    static const struct {
        IcsSocketOption option;
        int64_t value, stored;
    } good[] = {
        {ICS_OPTION_RECEIVE_TIMEOUT, 1, 1}, {ICS_OPTION_RECEIVE_TIMEOUT, ICS_FOREVER, ICS_FOREVER},
        {ICS_OPTION_SEND_TIMEOUT, 5, 5},    {ICS_OPTION_NONBLOCKING, 7, 1},
        {ICS_OPTION_NONBLOCKING, 0, 0},     {ICS_OPTION_RECEIVE_BUFFER, 1, 1},
        {ICS_OPTION_CHECKSUM, 0, 0},        {ICS_OPTION_CHECKSUM, 1, 1},
    };
    static const struct {
        IcsSocketOption option;
        int64_t value;
        int error;
    } bad[] = {
        {ICS_OPTION_RECEIVE_TIMEOUT, 0, -EINVAL}, {ICS_OPTION_RECEIVE_TIMEOUT, -1, -EINVAL},
        {ICS_OPTION_SEND_TIMEOUT, 0, -EINVAL},    {ICS_OPTION_SEND_TIMEOUT, INT64_MIN, -EINVAL},
        {ICS_OPTION_RECEIVE_BUFFER, 0, -EINVAL},  {ICS_OPTION_RECEIVE_BUFFER, -5, -EINVAL},
        {(IcsSocketOption)99, 1, -ENOPROTOOPT},
    };
    ics_socket(self, ICS_SOCKET_DATAGRAM);
    for (size_t i = 0; i < G_N_ELEMENTS(good); i++) {
        g_assert_cmpint(ics_set_option(self, 0, good[i].option, good[i].value), ==, 0);
        g_assert_cmpint(option(self, good[i].option), ==, good[i].stored);
    }
    for (size_t i = 0; i < G_N_ELEMENTS(bad); i++) {
        int64_t before = option(self, bad[i].option);
        g_assert_cmpint(ics_set_option(self, 0, bad[i].option, bad[i].value), ==, bad[i].error);
        g_assert_cmpint(option(self, bad[i].option), ==, before);
    }
    say(self, network, "done", 0);
}

static void options_are_kept_and_bad_values_refused(void **state)
{
    expect(state, set_options, "p done=0@0s; ");
}

#define TEST(function)                                                                             \
    cmocka_unit_test_setup_teardown(function, ics_small_network_setup, ics_small_network_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(the_lowest_free_descriptor_is_given_out),
        TEST(an_unknown_type_is_no_socket),
        TEST(a_process_has_1024_descriptors),
        TEST(no_socket_meets_the_fates_of_an_earlier_one),
        TEST(no_call_takes_a_descriptor_that_is_not_open),
        TEST(a_socket_belongs_to_the_process_that_made_it),
        TEST(a_port_has_one_receiver),
        TEST(only_addresses_of_the_host_can_be_bound),
        TEST(port_0_asks_for_one_that_is_free),
        TEST(a_host_without_a_free_port_says_so),
        TEST(a_peer_is_fixed_and_can_be_changed),
        TEST(a_loopback_address_does_not_leave_the_host),
        TEST(a_message_needs_a_destination),
        TEST(hosts_have_names_and_addresses_are_dotted_quads),
        TEST(an_endpoint_is_a_host_a_colon_and_a_port),
        TEST(options_have_defaults),
        TEST(options_are_kept_and_bad_values_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
