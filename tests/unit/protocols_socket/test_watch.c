/* Sockets of handlers: processes without a stack, woken by what arrives. */
#include <cmocka.h>
#include <string.h>

#include "tests/support/small_processes.h"

#define MS ICS_SMALL_NETWORK_MS

static int64_t say(IcsProcess *self, const char *what, int64_t result)
{
    return ics_small_processes_say(self, self->program.config, what, result);
}

static IcsEndpoint at(gconstpointer network, const char *host, uint16_t port)
{
    return ics_small_processes_endpoint(network, host, port);
}

static void start(void **state, const IcsProcessHandler *handler)
{
    ics_small_processes_start_handler(*state, "b", "h", handler);
}

static void expect(void **state, const char *notes)
{
    ics_small_network_expect(*state, notes);
}

static void receive_all(IcsProcess *self, int socket)
{
    int64_t n;
    do {
        char text[9] = {0};
        n = ics_receive(self, socket, text, 8, 0);
        say(self, n < 0 ? "receive" : text, n);
    } while (n >= 0);
}

static void ready(IcsProcess *self)
{
    receive_all(self, 0);
}

static void bind_and_watch(IcsProcess *self, G_GNUC_UNUSED gconstpointer network)
{
    int socket = ics_small_processes_bound(self, ICS_SOCKET_DATAGRAM, 7);
    say(self, "watch", ics_watch(self, socket));
    say(self, "again", ics_watch(self, socket));
    receive_all(self, socket);
}

static const IcsProcessHandler watcher = {.on_start = bind_and_watch, .on_ready = ready};

static void send_two(IcsProcess *self, gconstpointer network)
{
    int socket = ics_socket(self, ICS_SOCKET_DATAGRAM);
    ics_send_to(self, socket, "one", 3, 0, at(network, "b", 7));
    ics_sleep(self, 10 * MS);
    ics_send_to(self, socket, "two", 3, 0, at(network, "b", 7));
}

static void a_handler_is_woken_by_each_arrival_and_never_blocks(void **state)
{
    start(state, &watcher);
    ics_small_processes_start(*state, "a", "p", send_two);
    expect(state, "h watch=0@0s; h again=EINVAL@0s; h receive=EAGAIN@0s; h one=3@5ms; "
                  "h receive=EAGAIN@5ms; h two=3@15ms; h receive=EAGAIN@15ms; ");
}

static void bind_and_set_timer(IcsProcess *self, G_GNUC_UNUSED gconstpointer network)
{
    ics_small_processes_bound(self, ICS_SOCKET_DATAGRAM, 7);
    ics_process_set_timer(self, 8 * MS);
}

static void watch_now(IcsProcess *self)
{
    say(self, "watch", ics_watch(self, 0));
}

static const IcsProcessHandler late = {
    .on_start = bind_and_set_timer, .on_ready = ready, .on_timer = watch_now};

static void a_watch_that_comes_late_wakes_for_what_is_there(void **state)
{
    start(state, &late);
    ics_small_processes_start(*state, "a", "p", send_two);
    expect(state, "h watch=0@8ms; h one=3@8ms; h receive=EAGAIN@8ms; h two=3@15ms; "
                  "h receive=EAGAIN@15ms; ");
}

static void connect_and_send(IcsProcess *self, gconstpointer network)
{
    int socket = ics_socket(self, ICS_SOCKET_DATAGRAM);
    ics_connect(self, socket, at(network, "a", 9));
    ics_watch(self, socket);
    say(self, "send", ics_send(self, socket, "x", 1, 0));
}

static const IcsProcessHandler refused = {.on_start = connect_and_send, .on_ready = ready};

static void a_refusal_wakes_a_handler(void **state)
{
    start(state, &refused);
    expect(state, "h send=1@0s; h receive=ECONNREFUSED@10ms; ");
}

static void take_and_close(IcsProcess *self)
{
    char byte;
    say(self, "receive", ics_receive(self, 0, &byte, 1, 0));
    say(self, "close", ics_close(self, 0));
    say(self, "closed", ics_receive(self, 0, &byte, 1, 0));
}

static const IcsProcessHandler closer = {.on_start = bind_and_watch, .on_ready = take_and_close};

static void a_watched_socket_can_be_closed(void **state)
{
    IcsSmallNetwork *network = *state;
    start(state, &closer);
    ics_small_processes_start(network, "a", "p", send_two);
    expect(state, "h watch=0@0s; h again=EINVAL@0s; h receive=EAGAIN@0s; h receive=1@5ms; "
                  "h close=0@5ms; h closed=EBADF@5ms; ");
    assert_int_equal(ics_small_network_dropped(network, "b", ICS_CAUSE_NO_PORT), 1);
}

static void take_and_finish(IcsProcess *self)
{
    say(self, "ready", 0);
    ics_process_finish(self);
}

static const IcsProcessHandler finisher = {.on_start = bind_and_watch, .on_ready = take_and_finish};

static void a_handler_that_finishes_has_its_sockets_closed(void **state)
{
    IcsSmallNetwork *network = *state;
    ics_small_processes_note_all(network);
    start(state, &finisher);
    ics_small_processes_start(network, "a", "p", send_two);
    expect(state, "h watch=0@0s; h again=EINVAL@0s; h receive=EAGAIN@0s; h ready=0@5ms; "
                  "h returned 0@5ms; p returned 0@10ms; ");
    assert_int_equal(ics_small_network_dropped(network, "b", ICS_CAUSE_SOCKET_CLOSED), 1);
    assert_int_equal(ics_small_network_dropped(network, "b", ICS_CAUSE_NO_PORT), 1);
}

static void kill_h(IcsSmallNetwork *network, G_GNUC_UNUSED gpointer data)
{
    ics_host_processes_kill(ics_small_network_stack(network, "b"), "h");
}

static void a_watching_handler_can_be_killed(void **state)
{
    IcsSmallNetwork *network = *state;
    start(state, &watcher);
    ics_small_processes_start(network, "a", "p", send_two);
    ics_small_network_at(network, 10 * MS, kill_h, NULL);
    expect(state, "h watch=0@0s; h again=EINVAL@0s; h receive=EAGAIN@0s; h one=3@5ms; "
                  "h receive=EAGAIN@5ms; ");
    assert_int_equal(ics_small_network_dropped(network, "b", ICS_CAUSE_NO_PORT), 1);
}

static void watch_two(IcsProcess *self, G_GNUC_UNUSED gconstpointer network)
{
    ics_watch(self, ics_small_processes_bound(self, ICS_SOCKET_DATAGRAM, 7));
    ics_watch(self, ics_small_processes_bound(self, ICS_SOCKET_DATAGRAM, 8));
}

static void ready_two(IcsProcess *self)
{
    receive_all(self, 0);
    receive_all(self, 1);
}

static const IcsProcessHandler both = {.on_start = watch_two, .on_ready = ready_two};

static void send_to_both(IcsProcess *self, gconstpointer network)
{
    int socket = ics_socket(self, ICS_SOCKET_DATAGRAM);
    ics_send_to(self, socket, "eight", 5, 0, at(network, "b", 8));
    ics_sleep(self, 1 * MS);
    ics_send_to(self, socket, "seven", 5, 0, at(network, "b", 7));
}

static void a_handler_watches_several_sockets(void **state)
{
    start(state, &both);
    ics_small_processes_start(*state, "a", "p", send_to_both);
    expect(state, "h receive=EAGAIN@5ms; h eight=5@5ms; h receive=EAGAIN@5ms; h seven=5@6ms; "
                  "h receive=EAGAIN@6ms; h receive=EAGAIN@6ms; ");
}

static void coroutine_watches(IcsProcess *self, G_GNUC_UNUSED gconstpointer network)
{
    say(self, "watch", ics_watch(self, ics_socket(self, ICS_SOCKET_DATAGRAM)));
}

static void a_coroutine_cannot_watch(void **state)
{
    ics_small_processes_start(*state, "b", "h", coroutine_watches);
    expect(state, "h watch=EINVAL@0s; ");
}

static void spawn_child(IcsProcess *self, gconstpointer network)
{
    ics_spawn(self, "c", coroutine_watches, network);
    ics_process_exit(self, 9);
}

static const IcsProcessHandler parent = {.on_start = spawn_child};

static void a_handler_can_spawn_and_exit(void **state)
{
    ics_small_processes_note_all(*state);
    start(state, &parent);
    expect(state, "h exited 9@0s; h/c watch=EINVAL@0s; h/c returned 0@0s; ");
}

#define TEST(function)                                                                             \
    cmocka_unit_test_setup_teardown(function, ics_small_network_setup, ics_small_network_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_handler_is_woken_by_each_arrival_and_never_blocks),
        TEST(a_watch_that_comes_late_wakes_for_what_is_there),
        TEST(a_refusal_wakes_a_handler),
        TEST(a_watched_socket_can_be_closed),
        TEST(a_handler_that_finishes_has_its_sockets_closed),
        TEST(a_watching_handler_can_be_killed),
        TEST(a_handler_watches_several_sockets),
        TEST(a_coroutine_cannot_watch),
        TEST(a_handler_can_spawn_and_exit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
