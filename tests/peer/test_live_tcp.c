/* The kernel's TCP and ours, through a TUN device and the simulated network: connections both ways,
 * ten megabytes each way through loss, duplication and reordering, refused ports, ends and resets,
 * and the kernel's options switched off. */
#include <cmocka.h>
#include <errno.h>
#include <ipcsim/socket.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/errno_name.h"
#include "protocols/socket/host_processes.h"
#include "tests/support/kernel_network.h"
#include "tests/support/kernel_stream.h"
#include "tests/support/trace_fixture.h"
#include "tool/live/live_machine.h"

#define TEST_SKIPPED 77

#define DEVICE        "sim0"
#define OUTSIDE       "10.9.0.1"
#define INSIDE        "10.9.0.2"
#define ECHO_PORT     7
#define KERNEL_PORT   5000
#define MEGABYTE      ((size_t)1000 * 1000)
#define PIECE_BYTES   65536
#define N_CONNECTIONS 16

#define WORLD(faults)                                                                              \
    "{'ipcsim': 1, 'stop': '10min',"                                                               \
    " 'hosts': {'inside': {'address': '" INSIDE "'}, 'outside': {'address': '" OUTSIDE "'}},"      \
    " 'links': [{'name': 'wire', 'ends': ['outside', 'inside'], 'delay': '1ms',"                   \
    "            'faults': [" faults "]}]}"
#define CLEAN WORLD("")
#define FAULTY                                                                                     \
    WORLD("{'kind': 'loss', 'probability': '2%'}, {'kind': 'duplicate', 'probability': '2%'},"     \
          "{'kind': 'reorder', 'probability': '2%', 'displacement': 3}")

/* ---- programs of the simulated host; what becomes of them is noted ---- */

static void note(const void *config, const char *what)
{
    g_string_append_printf((GString *)config, "%s ", what);
}

/* Sends back what comes, up to the end of the stream. */
static void echo_connection(IcsProcess *self, int connection, const void *config)
{
    uint8_t *bytes = ics_alloc(self, PIECE_BYTES);
    int64_t n;
    while ((n = ics_receive(self, connection, bytes, PIECE_BYTES, 0)) > 0 &&
           (n = ics_send(self, connection, bytes, (size_t)n, 0)) > 0) {
    }
    note(config, n == 0 ? "end" : ics_errno_name((int)-n));
    ics_close(self, connection);
}

static void echo_child(IcsProcess *self, const void *config)
{
    echo_connection(self, 0, config);
}

static void echo_server(IcsProcess *self, const void *config)
{
    int listener = ics_socket(self, ICS_SOCKET_STREAM);
    ics_bind(self, listener, (IcsEndpoint){ICS_ANY_ADDRESS, ECHO_PORT});
    ics_listen(self, listener, N_CONNECTIONS);
    for (;;) {
        int connection = ics_accept(self, listener, 0, NULL);
        ics_give(self, connection, ics_spawn(self, "connection", echo_child, config));
    }
}

/* Connects to the kernel, and sends back what that says. */
static void echo_client(IcsProcess *self, const void *config)
{
    IcsEndpoint peer;
    int connection = ics_socket(self, ICS_SOCKET_STREAM);
    ics_resolve_endpoint(self, "outside:5000", &peer);
    int result = ics_connect(self, connection, peer);
    if (result == 0) {
        echo_connection(self, connection, config);
    } else {
        note(config, ics_errno_name(-result));
    }
}

/* ---- a live run, with the kernel's side in another thread ---- */

typedef struct Fixture Fixture;

struct Fixture {
    IcsTrace *trace;
    IcsWorld *world;
    IcsAttachment *attachment;
    GString *notes;
    void (*act)(Fixture *fixture); /* the kernel's side */
    gint is_done;
    const char *last_note; /* ends the run instead of the kernel's side; nullable */
    IcsKernelExchange exchanges[N_CONNECTIONS];
    int listener;
    int result;
};

static void ignore_text(G_GNUC_UNUSED gpointer data, G_GNUC_UNUSED const char *text)
{
}

static bool is_under_way(gpointer data)
{
    Fixture *fixture = data;
    return fixture->last_note != NULL ? strcmp(fixture->notes->str, fixture->last_note) != 0
                                      : g_atomic_int_get(&fixture->is_done) == 0;
}

/* A packet for nobody lets the run look up. */
static void end_run(Fixture *fixture)
{
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(9)};
    to.sin_addr.s_addr = htonl(0x0a090002);
    g_atomic_int_set(&fixture->is_done, 1);
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    sendto(fd, "", 0, 0, (struct sockaddr *)(void *)&to, sizeof to);
    close(fd);
}

static gpointer kernel_side(gpointer data)
{
    Fixture *fixture = data;
    fixture->act(fixture);
    end_run(fixture);
    return NULL;
}

static void begin(Fixture *fixture, const char *text)
{
    static const char *const outside[] = {"outside", NULL};
    IcsWorldOptions options = {.outside = outside};
    fixture->trace = ics_trace_fixture_parse(text);
    fixture->world = ics_world_new(fixture->trace, &options, NULL);
    fixture->attachment = ics_attachment_parse("outside=tun:" DEVICE, NULL);
    assert_true(ics_attachment_open(fixture->attachment, NULL));
    ics_kernel_network_bring_up(DEVICE, OUTSIDE);
    fixture->listener = -1;
}

static void start(Fixture *fixture, const char *name, IcsProgramMain program)
{
    const IcsHost *host = ics_network_host_by_name(fixture->world->network, "inside");
    IcsProcessProgram made = {.main = program, .config = fixture->notes};
    uint32_t actor = ics_simulation_enter(fixture->world->simulation, host->node);
    ics_host_processes_start(ics_stack_of(host), name, &made);
    ics_simulation_enter(fixture->world->simulation, actor);
}

static void run(Fixture *fixture, void (*act)(Fixture *fixture))
{
    g_autoptr(GPtrArray) attachments = g_ptr_array_new();
    g_ptr_array_add(attachments, fixture->attachment);
    g_autoptr(IcsLiveMachine) machine = ics_live_machine_new(NULL);
    IcsLiveListener listener = {ignore_text, is_under_way, fixture};
    g_autoptr(IcsLive) live = ics_live_new(fixture->world, attachments, machine, &listener);
    fixture->act = act;
    GThread *thread = g_thread_new("kernel", kernel_side, fixture);
    const char *stopped = ics_live_run(live);
    g_thread_join(thread);
    assert_string_equal(stopped, "interrupted");
    assert_null(ics_world_check_invariants(fixture->world));
}

static int set_up(void **state)
{
    Fixture *fixture = g_new0(Fixture, 1);
    fixture->notes = g_string_new(NULL);
    *state = fixture;
    return 0;
}

static int tear_down(void **state)
{
    Fixture *fixture = *state;
    ics_world_free(fixture->world);
    ics_trace_free(fixture->trace);
    ics_attachment_free(fixture->attachment);
    g_string_free(fixture->notes, TRUE);
    g_free(fixture);
    return 0;
}

/* ---- exchanges ---- */

static void expect_exchanged(const IcsKernelExchange *exchange)
{
    assert_int_equal(exchange->error, 0);
    assert_int_equal(exchange->received, exchange->bytes);
    assert_string_equal(exchange->received_sha256, exchange->sent_sha256);
}

static void connect_and_exchange(Fixture *fixture)
{
    int fd = ics_kernel_stream_connect(INSIDE, ECHO_PORT);
    ics_kernel_stream_exchange(fd, &fixture->exchanges[0]);
}

static void accept_and_exchange(Fixture *fixture)
{
    int fd = ics_kernel_stream_accept(fixture->listener);
    ics_kernel_stream_exchange(fd, &fixture->exchanges[0]);
    close(fixture->listener);
}

static void expect_echo(Fixture *fixture, const char *text, size_t bytes)
{
    begin(fixture, text);
    start(fixture, "server", echo_server);
    fixture->exchanges[0] = (IcsKernelExchange){.bytes = bytes, .seed = bytes};
    run(fixture, connect_and_exchange);
    expect_exchanged(&fixture->exchanges[0]);
    assert_string_equal(fixture->notes->str, "end ");
}

static void the_kernel_connects_to_us_and_sends_nothing(void **state)
{
    expect_echo(*state, CLEAN, 0);
}

static void the_kernel_sends_a_megabyte_and_gets_it_back(void **state)
{
    expect_echo(*state, CLEAN, MEGABYTE);
}

static void ten_megabytes_each_way_survive_loss_duplication_and_reordering(void **state)
{
    expect_echo(*state, FAULTY, 10 * MEGABYTE);
}

static void we_connect_to_the_kernel_and_ten_megabytes_each_way_survive(void **state)
{
    Fixture *fixture = *state;
    begin(fixture, FAULTY);
    fixture->listener = ics_kernel_stream_listen(OUTSIDE, KERNEL_PORT);
    fixture->exchanges[0] = (IcsKernelExchange){.bytes = 10 * MEGABYTE, .seed = 4};
    start(fixture, "client", echo_client);
    run(fixture, accept_and_exchange);
    expect_exchanged(&fixture->exchanges[0]);
    assert_string_equal(fixture->notes->str, "end ");
}

static gpointer exchange_one(gpointer data)
{
    int fd = ics_kernel_stream_connect(INSIDE, ECHO_PORT);
    ics_kernel_stream_exchange(fd, data);
    return NULL;
}

static void exchange_all(Fixture *fixture)
{
    GThread *threads[N_CONNECTIONS];
    for (int i = 0; i < N_CONNECTIONS; i++) {
        threads[i] = g_thread_new("connection", exchange_one, &fixture->exchanges[i]);
    }
    for (int i = 0; i < N_CONNECTIONS; i++) {
        g_thread_join(threads[i]);
    }
}

static void many_connections_at_once_are_kept_apart(void **state)
{
    Fixture *fixture = *state;
    begin(fixture, FAULTY);
    start(fixture, "server", echo_server);
    for (size_t i = 0; i < N_CONNECTIONS; i++) {
        fixture->exchanges[i] = (IcsKernelExchange){.bytes = 50000 + i, .seed = i};
    }
    run(fixture, exchange_all);
    for (size_t i = 0; i < N_CONNECTIONS; i++) {
        expect_exchanged(&fixture->exchanges[i]);
    }
}

/* ---- the kernel without some of its options ---- */

typedef struct {
    const char *title;
    const char *sysctl;
    const char *off;
    const char *on;
} KernelOption;

static KernelOption kernel_options[] = {
    {"without_sack_the_exchange_succeeds", "ipv4/tcp_sack", "0", "1"},
    {"without_timestamps_the_exchange_succeeds", "ipv4/tcp_timestamps", "0", "1"},
    {"without_window_scaling_the_exchange_succeeds", "ipv4/tcp_window_scaling", "0", "1"},
    {"with_ecn_the_exchange_succeeds", "ipv4/tcp_ecn", "1", "2"},
    {"with_small_buffers_the_exchange_succeeds", "ipv4/tcp_rmem", "4096 8192 8192",
     "4096 131072 6291456"},
};

static void an_exchange_with_the_kernels_option_succeeds(void **state)
{
    const KernelOption *option = *state;
    void *fixture;
    set_up(&fixture);
    ics_kernel_network_set(option->sysctl, option->off);
    expect_echo(fixture, FAULTY, MEGABYTE);
    ics_kernel_network_set(option->sysctl, option->on);
    tear_down(&fixture);
}

/* ---- refusals, ends and resets ---- */

static void connect_to_nobody(Fixture *fixture)
{
    fixture->result = ics_kernel_stream_connect(INSIDE, ECHO_PORT);
}

static void a_closed_port_refuses_the_kernel(void **state)
{
    Fixture *fixture = *state;
    begin(fixture, CLEAN);
    run(fixture, connect_to_nobody);
    assert_int_equal(fixture->result, -ECONNREFUSED);
}

static void do_nothing(G_GNUC_UNUSED Fixture *fixture)
{
}

static void a_closed_port_of_the_kernel_refuses_us(void **state)
{
    Fixture *fixture = *state;
    begin(fixture, CLEAN);
    start(fixture, "client", echo_client);
    fixture->last_note = "ECONNREFUSED ";
    run(fixture, do_nothing);
}

static void reset_and_exchange(Fixture *fixture)
{
    struct linger at_once = {.l_onoff = 1, .l_linger = 0};
    char byte = 'x';
    int fd = ics_kernel_stream_connect(INSIDE, ECHO_PORT);
    send(fd, &byte, 1, MSG_NOSIGNAL);
    fixture->result = (int)recv(fd, &byte, 1, 0);
    setsockopt(fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    close(fd);
    connect_and_exchange(fixture);
}

static void a_reset_of_the_kernel_is_an_error_of_ours(void **state)
{
    Fixture *fixture = *state;
    begin(fixture, CLEAN);
    start(fixture, "server", echo_server);
    run(fixture, reset_and_exchange);
    assert_int_equal(fixture->result, 1);
    assert_string_equal(fixture->notes->str, "ECONNRESET end ");
}

/* Closes with a byte that it has not read: the peer is reset (RFC 9293, section 3.6.1). */
static void impatient_server(IcsProcess *self, G_GNUC_UNUSED const void *config)
{
    int listener = ics_socket(self, ICS_SOCKET_STREAM);
    ics_bind(self, listener, (IcsEndpoint){ICS_ANY_ADDRESS, ECHO_PORT});
    ics_listen(self, listener, 1);
    int connection = ics_accept(self, listener, 0, NULL);
    char byte;
    ics_receive(self, connection, &byte, 1, 0);
    ics_close(self, connection);
}

static void send_too_much(Fixture *fixture)
{
    char bytes[2] = "xy";
    int fd = ics_kernel_stream_connect(INSIDE, ECHO_PORT);
    send(fd, bytes, sizeof bytes, MSG_NOSIGNAL);
    fixture->result = recv(fd, bytes, 1, 0) < 0 ? -errno : 0;
    close(fd);
}

static void a_reset_of_ours_is_an_error_of_the_kernel(void **state)
{
    Fixture *fixture = *state;
    begin(fixture, CLEAN);
    start(fixture, "server", impatient_server);
    run(fixture, send_too_much);
    assert_int_equal(fixture->result, -ECONNRESET);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
#define OPTION(i)                                                                                  \
    {                                                                                              \
        kernel_options[i].title, an_exchange_with_the_kernels_option_succeeds, NULL, NULL,         \
            &kernel_options[i]                                                                     \
    }

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(the_kernel_connects_to_us_and_sends_nothing),
        TEST(the_kernel_sends_a_megabyte_and_gets_it_back),
        TEST(ten_megabytes_each_way_survive_loss_duplication_and_reordering),
        TEST(we_connect_to_the_kernel_and_ten_megabytes_each_way_survive),
        TEST(many_connections_at_once_are_kept_apart),
        OPTION(0),
        OPTION(1),
        OPTION(2),
        OPTION(3),
        OPTION(4),
        TEST(a_closed_port_refuses_the_kernel),
        TEST(a_closed_port_of_the_kernel_refuses_us),
        TEST(a_reset_of_the_kernel_is_an_error_of_ours),
        TEST(a_reset_of_ours_is_an_error_of_the_kernel),
    };
    if (!ics_kernel_network_enter()) {
        return TEST_SKIPPED;
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
