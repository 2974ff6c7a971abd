/* Synchronous sockets whose processes are many, are killed, are started again, or have no stack. */
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

static int bound(IcsProcess *self, uint16_t port)
{
    return ics_small_processes_bound(self, ICS_SOCKET_SYNCHRONOUS, port);
}

static void start(void **state, const char *host, const char *name, IcsProcessMain main)
{
    ics_small_processes_start(*state, host, name, main);
}

static void expect(void **state, const char *notes)
{
    IcsSmallNetwork *network = *state;
    ics_small_network_expect(network, notes);
    assert_int_equal(ics_packet_pool_in_use(network->network->packets), 0);
}

static void receive_text(IcsProcess *self, gconstpointer network, int socket)
{
    char text[9] = {0};
    int64_t n = ics_receive(self, socket, text, 8, 0);
    say(self, network, n < 0 ? "receive" : text, n);
}

static void send_name(IcsProcess *self, gconstpointer network)
{
    const char *name = ics_name(self);
    int socket = ics_socket(self, ICS_SOCKET_SYNCHRONOUS);
    say(self, network, "send",
        ics_send_to(self, socket, name, strlen(name), 0, at(network, "b", 7)));
}

static void take_three_late(IcsProcess *self, gconstpointer network)
{
    int socket = bound(self, 7);
    ics_sleep(self, 50 * MS);
    for (int i = 0; i < 3; i++) {
        receive_text(self, network, socket);
        ics_sleep(self, 50 * MS);
    }
}

static void several_senders_are_served_in_the_order_of_arrival(void **state)
{
    start(state, "b", "q", take_three_late);
    start(state, "a", "x", send_name);
    start(state, "a", "y", send_name);
    start(state, "a", "z", send_name);
    expect(state, "q x=1@50ms; x send=1@55ms; q y=1@100ms; y send=1@105ms; q z=1@150ms; "
                  "z send=1@155ms; ");
}

static void take_one(IcsProcess *self, gconstpointer network)
{
    receive_text(self, network, bound(self, 7));
    ics_sleep(self, 1000 * MS);
}

static void kill_at(IcsSmallNetwork *network, gpointer name)
{
    const char *host = strcmp(name, "q") == 0 ? "b" : "a";
    assert_int_equal(ics_host_processes_kill(ics_small_network_stack(network, host), name), 1);
}

static void wait_long(IcsProcess *self, G_GNUC_UNUSED gconstpointer network)
{
    bound(self, 7);
    ics_sleep(self, 10000 * MS);
}

static void a_receiver_that_is_killed_takes_nothing(void **state)
{
    IcsSmallNetwork *network = *state;
    start(state, "b", "q", wait_long);
    start(state, "a", "p", send_name);
    ics_small_network_at(network, 20 * MS, kill_at, "q");
    expect(state, "p send=ETIMEDOUT@27s; ");
    assert_int_equal(ics_small_network_dropped(network, "b", ICS_CAUSE_SOCKET_CLOSED), 1);
    assert_int_equal(ics_small_network_dropped(network, "b", ICS_CAUSE_NO_PORT), 15);
}

static void a_receiver_is_killed_in_its_receive(void **state)
{
    IcsSmallNetwork *network = *state;
    start(state, "b", "q", take_one);
    ics_small_network_at(network, 20 * MS, kill_at, "q");
    expect(state, "");
}

static void a_sender_is_killed_in_its_send(void **state)
{
    IcsSmallNetwork *network = *state;
    start(state, "b", "q", wait_long);
    start(state, "a", "p", send_name);
    ics_small_network_at(network, 220 * MS, kill_at, "p");
    expect(state, "");
    assert_int_equal(ics_small_network_direction(network, "a", "b")->counters.offered, 2);
}

static void send_from_5000(IcsProcess *self, gconstpointer network)
{
    int socket = bound(self, 5000);
    say(self, network, "send", ics_send_to(self, socket, "x", 1, 0, at(network, "b", 7)));
}

static void start_again(IcsSmallNetwork *network, G_GNUC_UNUSED gpointer data)
{
    ics_small_processes_start(network, "a", "p", send_from_5000);
}

static void take_for_ever(IcsProcess *self, gconstpointer network)
{
    int socket = bound(self, 7);
    ics_set_option(self, socket, ICS_OPTION_RECEIVE_TIMEOUT, 1000 * MS);
    for (int i = 0; i < 3; i++) {
        receive_text(self, network, socket);
    }
}

/* The second life of a process has the same name, address and port, and sends a first message too:
 * it must not be taken for a repetition. */
static void a_process_that_is_started_again_is_heard_again(void **state)
{
    start(state, "b", "q", take_for_ever);
    start(state, "a", "p", send_from_5000);
    ics_small_network_at(*state, 100 * MS, start_again, NULL);
    expect(state, "q x=1@5ms; p send=1@10ms; q x=1@105ms; p send=1@110ms; "
                  "q receive=ETIMEDOUT@1.105s; ");
}

static void send_twice_by_two_sockets(IcsProcess *self, gconstpointer network)
{
    for (int i = 0; i < 2; i++) {
        int socket = bound(self, 5000);
        say(self, network, "send", ics_send_to(self, socket, "x", 1, 0, at(network, "b", 7)));
        ics_close(self, socket);
    }
}

static void a_port_that_is_bound_again_is_another_sender(void **state)
{
    start(state, "b", "q", take_for_ever);
    start(state, "a", "p", send_twice_by_two_sockets);
    expect(state, "q x=1@5ms; p send=1@10ms; q x=1@15ms; p send=1@20ms; "
                  "q receive=ETIMEDOUT@1.015s; ");
}

/* ---- what is held ---- */

static void send_and_give_up(IcsProcess *self, gconstpointer network)
{
    int socket = ics_socket(self, ICS_SOCKET_SYNCHRONOUS);
    ics_set_option(self, socket, ICS_OPTION_SEND_TIMEOUT, 50 * MS);
    ics_send_to(self, socket, "x", 1, 0, at(network, "b", 7));
}

static void take_all_late(IcsProcess *self, gconstpointer network)
{
    char byte;
    int64_t n = 0;
    int socket = bound(self, 7);
    ics_sleep(self, 100 * MS);
    while (ics_receive(self, socket, &byte, 1, ICS_DONT_WAIT) == 1) {
        n++;
    }
    say(self, network, "taken", n);
}

static void a_socket_keeps_messages_of_64_senders(void **state)
{
    IcsSmallNetwork *network = *state;
    start(state, "b", "q", take_all_late);
    for (int i = 0; i < 70; i++) {
        g_autofree char *name = g_strdup_printf("p%d", i);
        ics_small_processes_start(network, "a", name, send_and_give_up);
    }
    expect(state, "q taken=64@100ms; ");
    assert_int_equal(ics_small_network_dropped(network, "b", ICS_CAUSE_RECEIVE_BUFFER_FULL), 6);
    assert_int_equal(ics_small_network_dropped_in_all(network, "b"), 6);
}

static void close_late(IcsProcess *self, gconstpointer network)
{
    int socket = bound(self, 7);
    ics_sleep(self, 10 * MS);
    say(self, network, "close", ics_close(self, socket));
}

static void what_a_closed_socket_held_is_lost(void **state)
{
    IcsSmallNetwork *network = *state;
    start(state, "b", "q", close_late);
    start(state, "a", "p", send_and_give_up);
    expect(state, "q close=0@10ms; ");
    assert_int_equal(ics_small_network_dropped(network, "b", ICS_CAUSE_SOCKET_CLOSED), 1);
}

static void crash_b(IcsSmallNetwork *network, G_GNUC_UNUSED gpointer data)
{
    ics_host_crash(ics_small_network_host(network, "b"));
}

static void what_a_crashed_host_held_is_lost_by_the_crash(void **state)
{
    IcsSmallNetwork *network = *state;
    ics_network_schedule_departures(network->network);
    start(state, "b", "q", wait_long);
    start(state, "a", "p", send_and_give_up);
    ics_small_network_at(network, 20 * MS, crash_b, NULL);
    expect(state, "");
    assert_int_equal(ics_small_network_dropped(network, "b", ICS_CAUSE_HOST_DOWN), 1);
    assert_int_equal(ics_small_network_dropped(network, "b", ICS_CAUSE_SOCKET_CLOSED), 0);
}

static void send_plain(IcsProcess *self, gconstpointer network)
{
    int socket = ics_socket(self, ICS_SOCKET_DATAGRAM);
    ics_send_to(self, socket, "plain", 5, 0, at(network, "b", 7));
    ics_send_to(self, socket, "", 0, 0, at(network, "b", 7));
}

static void a_plain_datagram_is_no_message(void **state)
{
    IcsSmallNetwork *network = *state;
    start(state, "b", "q", close_late);
    start(state, "a", "p", send_plain);
    expect(state, "q close=0@10ms; ");
    assert_int_equal(ics_small_network_dropped(network, "b", ICS_CAUSE_NO_PROTOCOL), 2);
}

/* DATA number 0 of session 1 from an address that no way leads to (rendezvous_wire.h). */
static void a_message_that_cannot_be_answered_is_taken_all_the_same(void **state)
{
    static const uint8_t data[] = "\x52\x56\x01\x01\0\0\0\1\0\0\0\0\0\2\0\0hi";
    IcsSmallNetwork *network = *state;
    IcsRawPacket packet;
    start(state, "b", "q", take_one);
    ics_small_network_run_until(network, 1);
    ics_raw_packet_udp(&packet, ICS_RAW_ADDRESS(192, 0, 2, 1), 5000,
                       ics_small_network_address(network, "b"), 7, "eighteen bytes....");
    memcpy(packet.bytes + 28, data, 18);
    ics_raw_packet_seal_udp(&packet);
    ics_small_network_inject(network, "b", &packet);
    expect(state, "q hi=2@0s; ");
    assert_int_equal(ics_small_network_n_sent(network), 0);
}

static void take_refused(IcsProcess *self, gconstpointer network)
{
    int socket = bound(self, 7);
    ics_connect(self, socket, at(network, "a", 5000));
    receive_text(self, network, socket);
    ics_sleep(self, 50 * MS);
    receive_text(self, network, socket);
}

static void send_and_close(IcsProcess *self, gconstpointer network)
{
    int socket = bound(self, 5000);
    ics_set_option(self, socket, ICS_OPTION_SEND_TIMEOUT, 1);
    say(self, network, "send", ics_send_to(self, socket, "x", 1, 0, at(network, "b", 7)));
    ics_close(self, socket);
}

/* The acknowledgement finds a closed port. */
static void a_refusal_is_told_to_the_next_receive(void **state)
{
    start(state, "b", "q", take_refused);
    start(state, "a", "p", send_and_close);
    expect(state, "p send=ETIMEDOUT@1ns; q x=1@5ms; q receive=ECONNREFUSED@55ms; ");
}

static void send_without_checksum(IcsProcess *self, gconstpointer network)
{
    int socket = ics_socket(self, ICS_SOCKET_SYNCHRONOUS);
    ics_set_option(self, socket, ICS_OPTION_CHECKSUM, 0);
    ics_send_to(self, socket, "x", 1, 0, at(network, "b", 7));
}

static void the_checksum_can_be_left_out(void **state)
{
    IcsSmallNetwork *network = *state;
    start(state, "b", "q", take_one);
    start(state, "a", "p", send_without_checksum);
    expect(state, "q x=1@5ms; ");
    size_t n;
    assert_int_equal(ics_raw_get16(ics_small_network_sent(network, 0, &n) + 26), 0);
    assert_int_not_equal(ics_raw_get16(ics_small_network_sent(network, 1, &n) + 26), 0);
}

/* ---- handlers ---- */

static void handler_start(IcsProcess *self, gconstpointer network)
{
    int socket = bound(self, 7);
    say(self, network, "watch", ics_watch(self, socket));
}

static void handler_ready(IcsProcess *self)
{
    gconstpointer network = self->program.config;
    for (;;) {
        char text[9] = {0};
        int64_t n = ics_receive(self, 0, text, 8, 0);
        if (n < 0) {
            return;
        }
        say(self, network, text, n);
    }
}

static const IcsProcessHandler handler = {.on_start = handler_start, .on_ready = handler_ready};

static void a_handler_receives_without_waiting(void **state)
{
    IcsSmallNetwork *network = *state;
    ics_small_processes_start_handler(network, "b", "h", &handler);
    start(state, "a", "x", send_name);
    start(state, "a", "y", send_name);
    expect(state, "h watch=0@0s; h x=1@5ms; h y=1@5ms; x send=1@10ms; y send=1@10ms; ");
}

/* ---- accounting ---- */

typedef struct {
    uint64_t sent, repeated, delivered;
} Messages;

static void count_message(gpointer data, const IcsObservation *observation)
{
    Messages *self = data;
    self->sent += observation->kind == ICS_OBSERVE_MESSAGE_SENT;
    self->repeated += observation->kind == ICS_OBSERVE_MESSAGE_REPEATED;
    self->delivered += observation->kind == ICS_OBSERVE_MESSAGE_DELIVERED;
}

static void send_fifty(IcsProcess *self, gconstpointer network)
{
    int socket = ics_socket(self, ICS_SOCKET_SYNCHRONOUS);
    for (int i = 0; i < 50; i++) {
        g_assert_cmpint(ics_send_to(self, socket, "message", 7, 0, at(network, "b", 7)), ==, 7);
    }
}

static void take_fifty(IcsProcess *self, G_GNUC_UNUSED gconstpointer network)
{
    char text[7];
    int socket = bound(self, 7);
    for (uint64_t i = 0; i < 50; i++) {
        IcsReceived received;
        g_assert_cmpint(ics_receive_from(self, socket, text, 7, 0, &received), ==, 7);
        g_assert_cmpint(received.ordinal, ==, i);
    }
    ics_sleep(self, 60000 * MS);
}

/* Every packet of a message is sent, and taken, dropped by a cause, or lost on the link. */
static void every_packet_is_accounted_for_over_loss_and_duplication(void **state)
{
    IcsSmallNetwork *network = *state;
    IcsLossConfig loss = {.probability = ICS_PROBABILITY_ONE / 4, .has_probability = true};
    IcsDuplicateConfig duplicate = {
        .probability = ICS_PROBABILITY_ONE / 4, .has_probability = true, .copies = 1};
    Messages messages = {0};
    ics_small_network_fault(network, "a", "b", &ics_loss_class, &loss, NULL);
    ics_small_network_fault(network, "b", "a", &ics_loss_class, &loss, NULL);
    ics_small_network_fault(network, "a", "b", &ics_duplicate_class, &duplicate, NULL);
    ics_small_network_fault(network, "b", "a", &ics_duplicate_class, &duplicate, NULL);
    ics_bus_subscribe(&network->simulation->bus, ICS_OBSERVE_EVERYTHING, count_message, &messages);
    start(state, "b", "q", take_fifty);
    start(state, "a", "p", send_fifty);
    expect(state, "");
    const IcsLinkCounters *forth = &ics_small_network_direction(network, "a", "b")->counters;
    assert_int_equal(messages.sent, 50);
    assert_int_equal(messages.delivered, 50);
    assert_int_equal(forth->offered, messages.sent + messages.repeated);
    assert_int_equal(forth->delivered, messages.delivered + ics_small_network_dropped(
                                                                network, "b", ICS_CAUSE_DUPLICATE));
    assert_int_equal(ics_small_network_dropped_in_all(network, "b"),
                     ics_small_network_dropped(network, "b", ICS_CAUSE_DUPLICATE));
    assert_true(messages.repeated > 0);
}

#define TEST(function)                                                                             \
    cmocka_unit_test_setup_teardown(function, ics_small_network_setup, ics_small_network_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(several_senders_are_served_in_the_order_of_arrival),
        TEST(a_receiver_that_is_killed_takes_nothing),
        TEST(a_receiver_is_killed_in_its_receive),
        TEST(a_sender_is_killed_in_its_send),
        TEST(a_process_that_is_started_again_is_heard_again),
        TEST(a_port_that_is_bound_again_is_another_sender),
        TEST(a_socket_keeps_messages_of_64_senders),
        TEST(what_a_closed_socket_held_is_lost),
        TEST(what_a_crashed_host_held_is_lost_by_the_crash),
        TEST(a_plain_datagram_is_no_message),
        TEST(a_message_that_cannot_be_answered_is_taken_all_the_same),
        TEST(a_refusal_is_told_to_the_next_receive),
        TEST(the_checksum_can_be_left_out),
        TEST(a_handler_receives_without_waiting),
        TEST(every_packet_is_accounted_for_over_loss_and_duplication),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
