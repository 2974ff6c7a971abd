/* Synchronous communication as the chapter defines it: send blocks until the corresponding receive
 * is issued, receive until a message arrives. Over a link of 5 ms; repetitions after 200, 600, 1400
 * ms and so on, at last every 2 s (rendezvous_config.h). */
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

/* Runs; at the end no packet is left, and no synchronous socket has forgotten one. */
static void expect(void **state, const char *notes)
{
    IcsSmallNetwork *network = *state;
    ics_small_network_expect(network, notes);
    assert_int_equal(ics_packet_pool_in_use(network->network->packets), 0);
}

static void lose_nth(void **state, const char *from, const char *to, int64_t nth)
{
    IcsLossConfig config = {0};
    IcsFaultScopeConfig scope = {.nth = g_array_new(FALSE, FALSE, sizeof(int64_t))};
    g_array_append_val(scope.nth, nth);
    ics_small_network_fault(*state, from, to, &ics_loss_class, &config, &scope);
    g_array_unref(scope.nth);
}

static void lose_all(void **state, const char *from, const char *to)
{
    IcsLossConfig config = {.probability = ICS_PROBABILITY_ONE, .has_probability = true};
    ics_small_network_fault(*state, from, to, &ics_loss_class, &config, NULL);
}

static void send_text(IcsProcess *self, gconstpointer network, int socket, const char *text)
{
    int64_t n = ics_send_to(self, socket, text, strlen(text), 0, at(network, "b", 7));
    say(self, network, text, n);
}

static void receive_text(IcsProcess *self, gconstpointer network, int socket)
{
    char text[9] = {0};
    int64_t n = ics_receive(self, socket, text, 8, 0);
    say(self, network, n < 0 ? "receive" : text, n);
}

static void send_one(IcsProcess *self, gconstpointer network)
{
    send_text(self, network, ics_socket(self, ICS_SOCKET_SYNCHRONOUS), "one");
}

static void send_two(IcsProcess *self, gconstpointer network)
{
    int socket = ics_socket(self, ICS_SOCKET_SYNCHRONOUS);
    send_text(self, network, socket, "one");
    send_text(self, network, socket, "two");
}

static void take_one(IcsProcess *self, gconstpointer network)
{
    receive_text(self, network, bound(self, 7));
    ics_sleep(self, 60000 * MS);
}

static void take_two_late(IcsProcess *self, gconstpointer network)
{
    int socket = bound(self, 7);
    ics_sleep(self, 100 * MS);
    receive_text(self, network, socket);
    ics_sleep(self, 50 * MS);
    receive_text(self, network, socket);
}

/* ---- times ---- */

static void a_send_returns_when_the_acknowledgement_of_a_waiting_receive_comes(void **state)
{
    start(state, "b", "q", take_one);
    start(state, "a", "p", send_one);
    expect(state, "q one=3@5ms; p one=3@10ms; ");
}

static void a_send_blocks_until_the_receive_is_issued(void **state)
{
    start(state, "b", "q", take_two_late);
    start(state, "a", "p", send_two);
    expect(state, "q one=3@100ms; p one=3@105ms; q two=3@150ms; p two=3@155ms; ");
}

static void take_at_once(IcsProcess *self, gconstpointer network)
{
    int socket = bound(self, 7);
    for (int i = 0; i < 3; i++) {
        receive_text(self, network, socket);
    }
}

static void send_empty_and_long(IcsProcess *self, gconstpointer network)
{
    int socket = ics_socket(self, ICS_SOCKET_SYNCHRONOUS);
    send_text(self, network, socket, "");
    send_text(self, network, socket, "longer than the buffer");
    say(self, network, "nothing", ics_send_to(self, socket, NULL, 0, 0, at(network, "b", 7)));
}

static void messages_may_be_empty_or_lose_their_tails(void **state)
{
    start(state, "b", "q", take_at_once);
    start(state, "a", "p", send_empty_and_long);
    expect(state, "q =0@5ms; p =0@10ms; q longer t=8@15ms; p longer than the buffer=22@20ms; "
                  "q =0@25ms; p nothing=0@30ms; ");
}

/* ---- what a receiver is told ---- */

static void send_from_5000(IcsProcess *self, gconstpointer network)
{
    int socket = bound(self, 5000);
    ics_sleep(self, 3 * MS);
    send_text(self, network, socket, "one");
    send_text(self, network, socket, "two");
}

static void take_with_everything(IcsProcess *self, gconstpointer network)
{
    static const int64_t sent_ns[] = {3 * MS, 13 * MS};
    int socket = bound(self, 7);
    for (uint64_t i = 0; i < 2; i++) {
        IcsReceived received = {0};
        char text[3];
        say(self, network, "n", ics_receive_from(self, socket, text, 3 - i, 0, &received));
        g_assert_cmpint(received.from.address, ==, ics_small_network_address(network, "a"));
        g_assert_cmpint(received.from.port, ==, 5000);
        g_assert_cmpint(received.bytes, ==, 3);
        g_assert_cmpint(received.truncated, ==, i == 1);
        g_assert_cmpint(received.sent_ns, ==, sent_ns[i]);
        g_assert_cmpint(received.ordinal, ==, i);
    }
}

static void a_receiver_is_told_sender_length_truncation_and_send_time(void **state)
{
    start(state, "b", "q", take_with_everything);
    start(state, "a", "p", send_from_5000);
    expect(state, "q n=3@8ms; p one=3@13ms; q n=2@18ms; p two=3@23ms; ");
}

static void note_delivered(gpointer data, const IcsObservation *observation)
{
    ics_small_network_note(data, "%d of %u", (int)observation->value, observation->message->bytes);
}

static void observers_are_told_how_much_was_copied(void **state)
{
    IcsSmallNetwork *network = *state;
    ics_bus_subscribe(&network->simulation->bus, ICS_OBSERVE_MASK(MESSAGE_DELIVERED),
                      note_delivered, network);
    start(state, "b", "q", take_with_everything);
    start(state, "a", "p", send_from_5000);
    expect(state, "3 of 3@8ms; q n=3@8ms; p one=3@13ms; 2 of 3@18ms; q n=2@18ms; p two=3@23ms; ");
}

/* ---- loss and duplication ---- */

static void a_lost_message_is_repeated(void **state)
{
    lose_nth(state, "a", "b", 1);
    start(state, "b", "q", take_one);
    start(state, "a", "p", send_one);
    expect(state, "q one=3@205ms; p one=3@210ms; ");
}

static void a_lost_acknowledgement_is_repeated_but_the_message_is_not_taken_twice(void **state)
{
    IcsSmallNetwork *network = *state;
    lose_nth(state, "b", "a", 1);
    start(state, "b", "q", take_two_late);
    start(state, "a", "p", send_two);
    expect(state, "q one=3@100ms; p one=3@210ms; q two=3@215ms; p two=3@220ms; ");
    assert_int_equal(ics_small_network_dropped(network, "b", ICS_CAUSE_DUPLICATE), 1);
    assert_int_equal(ics_small_network_dropped_in_all(network, "b"), 1);
}

static void duplicates_are_taken_once(void **state)
{
    IcsSmallNetwork *network = *state;
    IcsDuplicateConfig config = {
        .probability = ICS_PROBABILITY_ONE, .has_probability = true, .copies = 3};
    ics_small_network_fault(network, "a", "b", &ics_duplicate_class, &config, NULL);
    ics_small_network_fault(network, "b", "a", &ics_duplicate_class, &config, NULL);
    start(state, "b", "q", take_two_late);
    start(state, "a", "p", send_two);
    expect(state, "q one=3@100ms; p one=3@105ms; q two=3@150ms; p two=3@155ms; ");
    assert_int_equal(ics_small_network_dropped(network, "b", ICS_CAUSE_DUPLICATE), 6);
}

static void damage_is_loss(void **state)
{
    IcsSmallNetwork *network = *state;
    IcsCorruptConfig config = {.bits = 1, .from_byte = 20};
    IcsFaultScopeConfig scope = {.until_ns = 100 * MS};
    ics_small_network_fault(network, "a", "b", &ics_corrupt_class, &config, &scope);
    start(state, "b", "q", take_one);
    start(state, "a", "p", send_one);
    expect(state, "q one=3@205ms; p one=3@210ms; ");
    assert_int_equal(ics_small_network_dropped_in_all(network, "b"), 1);
}

/* ---- giving up ---- */

static void send_with_timeout(IcsProcess *self, gconstpointer network)
{
    int socket = ics_socket(self, ICS_SOCKET_SYNCHRONOUS);
    ics_set_option(self, socket, ICS_OPTION_SEND_TIMEOUT, 50 * MS);
    send_text(self, network, socket, "one");
    ics_set_option(self, socket, ICS_OPTION_SEND_TIMEOUT, ICS_FOREVER);
    send_text(self, network, socket, "two");
}

static void a_send_can_give_up_and_the_next_one_starts_anew(void **state)
{
    IcsSmallNetwork *network = *state;
    start(state, "b", "q", take_two_late); /* its first receive is issued at 100 ms */
    start(state, "a", "p", send_with_timeout);
    ics_small_network_run_until(network, 99 * MS);
    assert_int_equal(ics_small_network_dropped(network, "b", ICS_CAUSE_SUPERSEDED), 1);
    expect(state, "p one=ETIMEDOUT@50ms; q two=3@100ms; p two=3@105ms; ");
}

static void a_send_that_gave_up_is_repeated_no_more(void **state)
{
    IcsSmallNetwork *network = *state;
    lose_all(state, "b", "a");
    start(state, "b", "q", take_one);
    start(state, "a", "p", send_with_timeout);
    ics_small_network_run_until(network, 150 * MS);
    assert_int_equal(ics_small_network_direction(network, "a", "b")->counters.offered, 2);
    assert_string_equal(network->notes->str, "q one=3@5ms; p one=ETIMEDOUT@50ms; ");
    ics_host_processes_kill(ics_small_network_stack(network, "a"), "p");
    ics_host_processes_kill(ics_small_network_stack(network, "b"), "q");
    ics_small_network_run(network);
}

static void without_any_answer_a_send_fails_after_its_last_try(void **state)
{
    IcsSmallNetwork *network = *state;
    lose_all(state, "a", "b");
    start(state, "a", "p", send_one);
    expect(state, "p one=ETIMEDOUT@27s; "); /* 0.2 + 0.4 + 0.8 + 1.6 + 12 * 2 s */
    assert_int_equal(ics_small_network_direction(network, "a", "b")->counters.offered, 16);
}

static void receive_with_timeout(IcsProcess *self, gconstpointer network)
{
    int socket = bound(self, 7);
    ics_set_option(self, socket, ICS_OPTION_RECEIVE_TIMEOUT, 30 * MS);
    receive_text(self, network, socket);
    receive_text(self, network, socket);
    ics_set_option(self, socket, ICS_OPTION_NONBLOCKING, 1);
    receive_text(self, network, socket);
    ics_sleep(self, 40 * MS);
    receive_text(self, network, socket);
    receive_text(self, network, socket);
}

static void send_at_50(IcsProcess *self, gconstpointer network)
{
    ics_sleep(self, 70 * MS);
    send_one(self, network);
}

static void a_receive_that_gave_up_takes_nothing(void **state)
{
    start(state, "b", "q", receive_with_timeout);
    start(state, "a", "p", send_at_50);
    expect(state, "q receive=ETIMEDOUT@30ms; q receive=ETIMEDOUT@60ms; q receive=EAGAIN@60ms; "
                  "q one=3@100ms; q receive=EAGAIN@100ms; p one=3@105ms; ");
}

static void send_without_waiting(IcsProcess *self, gconstpointer network)
{
    int socket = ics_socket(self, ICS_SOCKET_SYNCHRONOUS);
    IcsEndpoint to = at(network, "b", 7);
    say(self, network, "flag", ics_send_to(self, socket, "x", 1, ICS_DONT_WAIT, to));
    ics_set_option(self, socket, ICS_OPTION_NONBLOCKING, 1);
    say(self, network, "option", ics_send_to(self, socket, "x", 1, 0, to));
}

static void a_synchronous_send_must_be_allowed_to_block(void **state)
{
    IcsSmallNetwork *network = *state;
    start(state, "a", "p", send_without_waiting);
    expect(state, "p flag=EOPNOTSUPP@0s; p option=EOPNOTSUPP@0s; ");
    assert_int_equal(ics_small_network_n_sent(network), 0);
}

static void send_too_long(IcsProcess *self, gconstpointer network)
{
    static uint8_t bytes[65508];
    int socket = ics_socket(self, ICS_SOCKET_SYNCHRONOUS);
    IcsEndpoint inside = {ICS_RAW_ADDRESS(127, 0, 0, 1), 7};
    IcsEndpoint nowhere = {ICS_RAW_ADDRESS(192, 0, 2, 1), 7};
    say(self, network, "mtu", ics_send_to(self, socket, bytes, 1457, 0, at(network, "b", 7)));
    say(self, network, "long", ics_send_to(self, socket, bytes, 65507, 0, inside));
    say(self, network, "longer", ics_send_to(self, socket, bytes, 65492, 0, inside));
    say(self, network, "huge", ics_send_to(self, socket, bytes, SIZE_MAX, 0, inside));
    say(self, network, "nowhere", ics_send_to(self, socket, bytes, 1, 0, nowhere));
    say(self, network, "nobody", ics_send(self, socket, bytes, 1, 0));
}

static void a_message_that_does_not_fit_with_its_header_is_refused(void **state)
{
    start(state, "a", "p", send_too_long);
    expect(state,
           "p mtu=EMSGSIZE@0s; p long=EMSGSIZE@0s; p longer=EMSGSIZE@0s; p huge=EMSGSIZE@0s; "
           "p nowhere=ENETUNREACH@0s; p nobody=EDESTADDRREQ@0s; ");
}

static void send_longest(IcsProcess *self, gconstpointer network)
{
    static const uint8_t bytes[65491];
    int socket = ics_socket(self, ICS_SOCKET_SYNCHRONOUS);
    say(self, network, "send", ics_send_to(self, socket, bytes, 65491, 0, at(network, "b", 7)));
    say(self, network, "mtu", ics_send_to(self, socket, bytes, 1456, 0, at(network, "b", 7)));
}

static void the_longest_message_fills_a_datagram(void **state)
{
    start(state, "b", "q", take_two_late);
    start(state, "b", "p", send_longest);
    ics_small_network_run(*state);
    IcsSmallNetwork *network = *state;
    assert_non_null(strstr(network->notes->str, "p send=65491@100ms; "));
    assert_non_null(strstr(network->notes->str, "p mtu=1456@150ms; "));
}

/* ---- peers that are not there ---- */

static void send_to_nobody(IcsProcess *self, gconstpointer network)
{
    int socket = ics_socket(self, ICS_SOCKET_SYNCHRONOUS);
    ics_connect(self, socket, at(network, "b", 7));
    say(self, network, "send", ics_send(self, socket, "x", 1, 0));
    say(self, network, "again", ics_send(self, socket, "x", 1, 0));
}

static void a_connected_sender_is_refused_at_once(void **state)
{
    start(state, "a", "p", send_to_nobody);
    expect(state, "p send=ECONNREFUSED@10ms; p again=ECONNREFUSED@20ms; ");
}

static void take_connected(IcsProcess *self, gconstpointer network)
{
    int socket = bound(self, 7);
    ics_connect(self, socket, at(network, "a", 5000));
    ics_sleep(self, 20 * MS);
    receive_text(self, network, socket);
    receive_text(self, network, socket);
}

static void send_and_vanish(IcsProcess *self, gconstpointer network)
{
    int socket = bound(self, 5000);
    ics_set_option(self, socket, ICS_OPTION_SEND_TIMEOUT, 10 * MS);
    send_text(self, network, socket, "one");
}

static void a_connected_receiver_is_told_that_its_sender_is_gone(void **state)
{
    start(state, "b", "q", take_connected);
    start(state, "a", "p", send_and_vanish);
    expect(state, "p one=ETIMEDOUT@10ms; q one=3@20ms; q receive=ECONNREFUSED@30ms; ");
}

#define TEST(function)                                                                             \
    cmocka_unit_test_setup_teardown(function, ics_small_network_setup, ics_small_network_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_send_returns_when_the_acknowledgement_of_a_waiting_receive_comes),
        TEST(a_send_blocks_until_the_receive_is_issued),
        TEST(messages_may_be_empty_or_lose_their_tails),
        TEST(a_receiver_is_told_sender_length_truncation_and_send_time),
        TEST(observers_are_told_how_much_was_copied),
        TEST(a_lost_message_is_repeated),
        TEST(a_lost_acknowledgement_is_repeated_but_the_message_is_not_taken_twice),
        TEST(duplicates_are_taken_once),
        TEST(damage_is_loss),
        TEST(a_send_can_give_up_and_the_next_one_starts_anew),
        TEST(a_send_that_gave_up_is_repeated_no_more),
        TEST(without_any_answer_a_send_fails_after_its_last_try),
        TEST(a_receive_that_gave_up_takes_nothing),
        TEST(a_synchronous_send_must_be_allowed_to_block),
        TEST(a_message_that_does_not_fit_with_its_header_is_refused),
        TEST(the_longest_message_fills_a_datagram),
        TEST(a_connected_sender_is_refused_at_once),
        TEST(a_connected_receiver_is_told_that_its_sender_is_gone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
