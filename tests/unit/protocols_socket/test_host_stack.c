/* A host's stack without a network: packets are pushed in and taken out by hand. */
#include <cmocka.h>
#include <glib.h>
#include <ipcsim/stack.h>
#include <pthread.h>
#include <string.h>

#include "protocols/wire/icmp.h"
#include "protocols/wire/ipv4.h"
#include "protocols/wire/tcp.h"
#include "tests/support/raw_packet.h"
#include "tests/support/splitmix.h"

#define LOCAL  ICS_RAW_ADDRESS(192, 168, 0, 1)
#define REMOTE ICS_RAW_ADDRESS(192, 0, 2, 1)
#define MS     INT64_C(1000000)
#define S      (1000 * MS)

static IcsHostStack *make(const char *stream)
{
    IcsHostStackConfig config = {.address = LOCAL, .seed = 1, .stream = stream};
    char *message = NULL;
    IcsHostStack *stack = ics_host_stack_new(&config, &message);
    assert_null(message);
    assert_non_null(stack);
    return stack;
}

static int setup(void **state)
{
    *state = make(NULL);
    return 0;
}

static int teardown(void **state)
{
    ics_host_stack_free(*state);
    return 0;
}

/* ---- TCP by hand ---- */

/* What the stack has sent last. */
typedef struct Sent {
    IcsTcpHeader header;
    size_t payload_bytes;
    uint8_t payload[2000];
    int64_t at_ns;
} Sent;

static void push(IcsHostStack *stack, IcsTcpHeader header, const void *payload, size_t n)
{
    static IcsRawPacket packet;
    uint8_t segment[2100];
    IcsByteSpans spans = {.first = payload, .first_bytes = n};
    size_t bytes = ics_tcp_emit(&header, REMOTE, LOCAL, &spans, segment);
    ics_raw_packet_ipv4(&packet, REMOTE, LOCAL, ICS_IPV4_PROTOCOL_TCP, segment, bytes);
    ics_host_stack_push(stack, packet.bytes, packet.n);
}

/* The next segment, at the instant at which it leaves; false when there will be none. */
static bool take(IcsHostStack *stack, Sent *sent)
{
    static uint8_t packet[65536];
    size_t n;
    while ((n = ics_host_stack_take(stack, packet, sizeof packet, &sent->at_ns)) == 0) {
        if (ics_host_stack_next(stack) == ICS_FOREVER) {
            return false;
        }
        ics_host_stack_advance(stack, ics_host_stack_next(stack));
    }
    size_t header_bytes = 0;
    const uint8_t *segment = packet + 20;
    assert_true(ics_tcp_verify(segment, n - 20, LOCAL, REMOTE));
    assert_int_equal(ics_tcp_parse(segment, n - 20, &sent->header, &header_bytes),
                     ICS_TCP_RESULT_OK);
    sent->payload_bytes = n - 20 - header_bytes;
    assert_true(sent->payload_bytes <= sizeof sent->payload);
    memcpy(sent->payload, segment + header_bytes, sent->payload_bytes);
    return true;
}

/* A listening socket at port 7. */
static int listen_at(IcsHostStack *stack)
{
    IcsProcess *process = ics_host_stack_process(stack);
    int s = ics_socket(process, ICS_SOCKET_STREAM);
    assert_int_equal(ics_bind(process, s, (IcsEndpoint){ICS_ANY_ADDRESS, 7}), 0);
    assert_int_equal(ics_listen(process, s, 5), 0);
    return s;
}

static IcsTcpHeader segment(uint8_t flags, uint32_t sequence, uint32_t acknowledgement)
{
    return (IcsTcpHeader){.source_port = 50000,
                          .destination_port = 7,
                          .sequence = sequence,
                          .acknowledgement = acknowledgement,
                          .flags = flags,
                          .window = 65535};
}

static IcsTcpHeader syn(void)
{
    IcsTcpHeader header = segment(ICS_TCP_SYN, 1000, 0);
    header.options = (IcsTcpOptions){.has_mss = true, .mss = 1000};
    return header;
}

/* Completes a handshake with the listener; the descriptor, and the stack's ISN. */
static int connect_to(IcsHostStack *stack, int listener, uint32_t *isn)
{
    Sent sent;
    push(stack, syn(), NULL, 0);
    assert_true(take(stack, &sent));
    assert_int_equal(sent.header.flags, ICS_TCP_SYN | ICS_TCP_ACK);
    assert_int_equal(sent.header.acknowledgement, 1001);
    assert_int_equal(sent.header.options.mss, 1460);
    *isn = sent.header.sequence;
    push(stack, segment(ICS_TCP_ACK, 1001, *isn + 1), NULL, 0);
    IcsEndpoint peer;
    int s = ics_accept(ics_host_stack_process(stack), listener, 0, &peer);
    assert_true(s >= 0);
    assert_int_equal(peer.address, REMOTE);
    assert_int_equal(peer.port, 50000);
    return s;
}

/* ---- datagrams and ICMP ---- */

static void a_datagram_is_echoed(void **state)
{
    IcsHostStack *stack = *state;
    IcsProcess *process = ics_host_stack_process(stack);
    static IcsRawPacket packet;
    static uint8_t out[65536];
    char text[100];
    IcsReceived received;
    int s = ics_socket(process, ICS_SOCKET_DATAGRAM);
    assert_int_equal(ics_bind(process, s, (IcsEndpoint){LOCAL, 7}), 0);
    assert_int_equal(ics_receive(process, s, text, sizeof text, 0), -EAGAIN);
    ics_raw_packet_udp(&packet, REMOTE, 5000, LOCAL, 7, "hello");
    ics_host_stack_push(stack, packet.bytes, packet.n);
    assert_int_equal(ics_receive_from(process, s, text, sizeof text, 0, &received), 5);
    assert_int_equal(received.from.address, REMOTE);
    assert_int_equal(ics_send_to(process, s, text, 5, 0, received.from), 5);
    int64_t at_ns = -1;
    size_t n = ics_host_stack_take(stack, out, sizeof out, &at_ns);
    assert_int_equal(n, 33);
    assert_true(ics_raw_packet_is_right(out, n));
    assert_memory_equal(out + 28, "hello", 5);
    assert_int_equal(ics_raw_get16(out + 22), 5000);
    assert_int_equal(at_ns, 0);
    assert_int_equal(ics_host_stack_take(stack, out, sizeof out, NULL), 0);
}

static void a_ping_is_answered_at_once(void **state)
{
    static IcsRawPacket packet;
    uint8_t out[100];
    int64_t at_ns = 0;
    IcsRawIcmp echo = {.type = ICS_ICMP_ECHO_REQUEST, .rest = 0x12340001, .body = "ping", .n = 4};
    ics_host_stack_advance(*state, 3 * S);
    ics_raw_packet_icmp(&packet, REMOTE, LOCAL, &echo);
    ics_host_stack_push(*state, packet.bytes, packet.n);
    assert_int_equal(ics_host_stack_take(*state, out, sizeof out, &at_ns), 32);
    assert_true(ics_raw_packet_is_right(out, 32));
    assert_int_equal(out[20], ICS_ICMP_ECHO_REPLY);
    assert_int_equal(ics_raw_get32(out + 24), 0x12340001);
    assert_int_equal(at_ns, 3 * S);
}

static void a_port_that_nobody_has_is_unreachable(void **state)
{
    static IcsRawPacket packet;
    uint8_t out[100];
    ics_raw_packet_udp(&packet, REMOTE, 5000, LOCAL, 9, "x");
    ics_host_stack_push(*state, packet.bytes, packet.n);
    assert_true(ics_host_stack_take(*state, out, sizeof out, NULL) > 28);
    assert_int_equal(out[20], ICS_ICMP_DESTINATION_UNREACHABLE);
    assert_int_equal(out[21], ICS_ICMP_UNREACHABLE_PORT);
}

static void a_short_buffer_gets_the_beginning_and_the_length(void **state)
{
    static IcsRawPacket packet;
    uint8_t out[8] = {0};
    ics_raw_packet_udp(&packet, REMOTE, 5000, LOCAL, 9, "x");
    ics_host_stack_push(*state, packet.bytes, packet.n);
    assert_true(ics_host_stack_take(*state, out, sizeof out, NULL) > 28);
    assert_int_equal(out[0], 0x45);
    assert_int_equal(ics_host_stack_take(*state, NULL, 0, NULL), 0);
}

/* ---- streams ---- */

static void a_stream_is_echoed(void **state)
{
    IcsHostStack *stack = *state;
    IcsProcess *process = ics_host_stack_process(stack);
    uint32_t isn = 0;
    char text[100];
    Sent sent;
    int s = connect_to(stack, listen_at(stack), &isn);
    push(stack, segment(ICS_TCP_ACK | ICS_TCP_PSH, 1001, isn + 1), "hello", 5);
    assert_int_equal(ics_receive(process, s, text, sizeof text, 0), 5);
    assert_int_equal(ics_send(process, s, text, 5, 0), 5);
    assert_true(take(stack, &sent));
    assert_int_equal(sent.header.sequence, isn + 1);
    assert_int_equal(sent.header.acknowledgement, 1006);
    assert_int_equal(sent.payload_bytes, 5);
    assert_memory_equal(sent.payload, "hello", 5);
    push(stack, segment(ICS_TCP_ACK | ICS_TCP_FIN, 1006, isn + 6), NULL, 0);
    assert_true(take(stack, &sent));
    assert_int_equal(sent.header.acknowledgement, 1007);
    assert_int_equal(ics_receive(process, s, text, sizeof text, 0), 0);
    assert_int_equal(ics_close(process, s), 0);
    assert_true(take(stack, &sent));
    assert_int_equal(sent.header.flags, ICS_TCP_FIN | ICS_TCP_ACK);
    push(stack, segment(ICS_TCP_ACK, 1007, isn + 7), NULL, 0);
    assert_false(take(stack, &sent));
}

/* RFC 6298: 1 s before the first measurement, doubled each time. */
static void a_syn_is_repeated_at_exact_times(void **state)
{
    static const int64_t at_s[] = {0, 1, 3, 7, 15, 31, 63};
    IcsHostStack *stack = *state;
    IcsProcess *process = ics_host_stack_process(stack);
    int s = ics_socket(process, ICS_SOCKET_STREAM);
    Sent sent;
    assert_int_equal(ics_connect(process, s, (IcsEndpoint){REMOTE, 80}), -EINPROGRESS);
    for (size_t i = 0; i < G_N_ELEMENTS(at_s); i++) {
        assert_true(take(stack, &sent));
        assert_int_equal(sent.at_ns, at_s[i] * S);
        assert_int_equal(sent.header.flags, ICS_TCP_SYN);
    }
    assert_false(take(stack, &sent));
    /* With an RTO of 64 s doubled there are at most 60 (section 2.5). */
    assert_int_equal(ics_host_stack_now(stack), (63 + 60) * S);
    int64_t error = 0;
    assert_int_equal(ics_get_option(process, s, ICS_OPTION_ERROR, &error), 0);
    assert_int_equal(error, ETIMEDOUT);
}

static void settings_reach_the_streams(void **state)
{
    (void)state;
    IcsHostStack *stack = make("sack=off, timestamps=off,window-scaling=off,initial-rto=300ms");
    IcsProcess *process = ics_host_stack_process(stack);
    int s = ics_socket(process, ICS_SOCKET_STREAM);
    Sent sent;
    assert_int_equal(ics_connect(process, s, (IcsEndpoint){REMOTE, 80}), -EINPROGRESS);
    assert_true(take(stack, &sent));
    assert_false(sent.header.options.sack_permitted);
    assert_false(sent.header.options.has_timestamps);
    assert_false(sent.header.options.has_window_scale);
    assert_true(take(stack, &sent));
    assert_int_equal(sent.at_ns, 300 * MS);
    ics_host_stack_free(stack);
}

/* ---- addresses ---- */

static void another_address_can_be_bound_and_reached(void **state)
{
    IcsHostStack *stack = *state;
    IcsProcess *process = ics_host_stack_process(stack);
    const uint32_t more = ICS_RAW_ADDRESS(10, 1, 2, 3);
    static IcsRawPacket packet;
    char text[10];
    int s = ics_socket(process, ICS_SOCKET_DATAGRAM);
    assert_int_equal(ics_bind(process, s, (IcsEndpoint){more, 7}), -EADDRNOTAVAIL);
    assert_true(ics_host_stack_add_address(stack, more));
    assert_false(ics_host_stack_add_address(stack, more));
    assert_int_equal(ics_bind(process, s, (IcsEndpoint){more, 7}), 0);
    ics_raw_packet_udp(&packet, REMOTE, 5000, more, 7, "x");
    ics_host_stack_push(stack, packet.bytes, packet.n);
    assert_int_equal(ics_receive(process, s, text, sizeof text, 0), 1);
}

static void addresses_that_no_host_can_have_are_refused(void **state)
{
    static const uint32_t addresses[] = {0, ICS_RAW_ADDRESS(127, 0, 0, 2),
                                         ICS_RAW_ADDRESS(224, 0, 0, 1), UINT32_MAX, LOCAL};
    for (size_t i = 0; i < G_N_ELEMENTS(addresses); i++) {
        assert_false(ics_host_stack_add_address(*state, addresses[i]));
    }
}

/* ---- bad input ---- */

static void refuse(const IcsHostStackConfig *config, const char *word)
{
    char *message = NULL;
    assert_null(ics_host_stack_new(config, &message));
    assert_non_null(message);
    assert_non_null(strstr(message, word));
    ics_host_stack_free_text(message);
    assert_null(ics_host_stack_new(config, NULL));
}

static void a_bad_configuration_is_refused_with_a_sentence(void **state)
{
    (void)state;
    refuse(&(IcsHostStackConfig){.address = 0}, "address");
    refuse(&(IcsHostStackConfig){.address = ICS_RAW_ADDRESS(224, 0, 0, 1)}, "address");
    refuse(&(IcsHostStackConfig){.address = LOCAL, .prefix_bits = 33}, "32");
    refuse(&(IcsHostStackConfig){.address = LOCAL, .mtu_bytes = 67}, "68");
    refuse(&(IcsHostStackConfig){.address = LOCAL, .mtu_bytes = 70000}, "70000");
    refuse(&(IcsHostStackConfig){.address = LOCAL, .stream = "sakc=off"}, "\"sack\"");
    refuse(&(IcsHostStackConfig){.address = LOCAL, .stream = "sack"}, "NAME=VALUE");
    refuse(&(IcsHostStackConfig){.address = LOCAL, .stream = "min-rto=5"}, "min-rto");
}

/* Whatever comes: nothing breaks, and the stack still answers. */
static void hostile_packets_do_no_harm(void **state)
{
    IcsHostStack *stack = *state;
    uint64_t seed = 42;
    uint8_t packet[1600];
    uint32_t isn = 0;
    int s = connect_to(stack, listen_at(stack), &isn);
    for (int i = 0; i < 20000; i++) {
        size_t n = ics_splitmix_next(&seed) % sizeof packet;
        ics_splitmix_fill(&seed, packet, n);
        if (i % 2 == 0 && n >= 40) {
            static const uint8_t head[] = {0x45, 0};
            memcpy(packet, head, sizeof head);
            packet[9] = ICS_IPV4_PROTOCOL_TCP;
        }
        ics_host_stack_push(stack, packet, n);
    }
    ics_host_stack_push(stack, packet, 0);
    while (ics_host_stack_take(stack, NULL, 0, NULL) > 0) {
    }
    assert_int_equal(ics_send(ics_host_stack_process(stack), s, "x", 1, 0), 1);
    Sent sent;
    assert_true(take(stack, &sent));
    assert_int_equal(sent.payload_bytes, 1);
}

static void the_past_cannot_be_gone_to(void **state)
{
    ics_host_stack_advance(*state, 5 * S);
    ics_host_stack_advance(*state, 3 * S);
    assert_int_equal(ics_host_stack_now(*state), 5 * S);
    assert_int_equal(ics_host_stack_next(*state), ICS_FOREVER);
    ics_host_stack_advance(*state, ICS_FOREVER);
    assert_int_equal(ics_host_stack_now(*state), 5 * S);
}

/* ---- determinism ---- */

/* A hash of everything that a fixed dialogue makes a stack send. */
static uint64_t dialogue(uint64_t seed)
{
    IcsHostStackConfig config = {.address = LOCAL, .seed = seed};
    IcsHostStack *stack = ics_host_stack_new(&config, NULL);
    IcsProcess *process = ics_host_stack_process(stack);
    static uint8_t packet[65536];
    uint64_t hash = 14695981039346656037U;
    uint32_t isn = 0;
    int s = connect_to(stack, listen_at(stack), &isn);
    ics_send(process, s, "hello", 5, 0);
    hash ^= isn;
    for (int i = 0; i < 5; i++) {
        ics_host_stack_advance(stack, ics_host_stack_next(stack));
        int64_t at_ns = 0;
        size_t n = ics_host_stack_take(stack, packet, sizeof packet, &at_ns);
        for (size_t k = 0; k < n; k++) {
            hash = (hash ^ packet[k]) * 1099511628211U;
        }
        hash = (hash ^ (uint64_t)at_ns) * 1099511628211U;
    }
    ics_host_stack_free(stack);
    return hash;
}

static void the_same_calls_give_the_same_bytes(void **state)
{
    (void)state;
    assert_int_equal(dialogue(7), dialogue(7));
    assert_int_not_equal(dialogue(7), dialogue(8));
}

/* ---- two stacks ---- */

#define BULK_BYTES 300000

/* Two stacks of one thread, joined by a loop without delay; each thread has a pair of its own. */
typedef struct Pair {
    IcsHostStack *client;
    IcsHostStack *server;
    uint64_t received;
    bool ended;
    bool intact;
} Pair;

static bool move_packets(IcsHostStack *from, IcsHostStack *to)
{
    uint8_t packet[2000];
    bool any = false;
    size_t n;
    while ((n = ics_host_stack_take(from, packet, sizeof packet, NULL)) > 0) {
        ics_host_stack_push(to, packet, n);
        any = true;
    }
    return any;
}

static void serve(Pair *pair, int listener, int *s)
{
    IcsProcess *process = ics_host_stack_process(pair->server);
    uint8_t bytes[5000];
    if (*s < 0) {
        *s = ics_accept(process, listener, ICS_DONT_WAIT, NULL);
    }
    int64_t n = 1;
    while (*s >= 0 && !pair->ended && n > 0) {
        n = ics_receive(process, *s, bytes, sizeof bytes, ICS_DONT_WAIT);
        for (int64_t i = 0; i < n; i++) {
            pair->intact &= bytes[i] == (uint8_t)((pair->received + (uint64_t)i) % 251);
        }
        pair->received += (uint64_t)(n > 0 ? n : 0);
        pair->ended = n == 0;
    }
}

static void feed(const Pair *pair, int s, uint64_t *sent)
{
    IcsProcess *process = ics_host_stack_process(pair->client);
    uint8_t bytes[4000];
    int64_t n = 1;
    while (n > 0 && *sent < BULK_BYTES) {
        for (size_t i = 0; i < sizeof bytes; i++) {
            bytes[i] = (uint8_t)((*sent + i) % 251);
        }
        n = ics_send(process, s, bytes, MIN(sizeof bytes, BULK_BYTES - *sent), ICS_DONT_WAIT);
        *sent += (uint64_t)(n > 0 ? n : 0);
    }
    if (*sent == BULK_BYTES) {
        ics_shutdown(process, s, ICS_SHUTDOWN_SEND);
    }
}

static void *run_pair(void *data)
{
    Pair *pair = data;
    IcsHostStackConfig client = {.address = REMOTE, .seed = 1};
    IcsHostStackConfig server = {.address = LOCAL, .seed = 2};
    pair->client = ics_host_stack_new(&client, NULL);
    pair->server = ics_host_stack_new(&server, NULL);
    int listener = listen_at(pair->server);
    int accepted = -1;
    uint64_t sent = 0;
    IcsProcess *process = ics_host_stack_process(pair->client);
    int s = ics_socket(process, ICS_SOCKET_STREAM);
    ics_connect(process, s, (IcsEndpoint){LOCAL, 7});
    for (int rounds = 0; !pair->ended && rounds < 100000; rounds++) {
        bool forth = move_packets(pair->client, pair->server);
        serve(pair, listener, &accepted);
        bool back = move_packets(pair->server, pair->client);
        feed(pair, s, &sent);
        if (!forth && !back) {
            ics_host_stack_advance(pair->client, ics_host_stack_now(pair->client) + MS);
            ics_host_stack_advance(pair->server, ics_host_stack_now(pair->server) + MS);
        }
    }
    ics_host_stack_free(pair->client);
    ics_host_stack_free(pair->server);
    return NULL;
}

static void two_stacks_talk_in_each_of_two_threads(void **state)
{
    (void)state;
    Pair pairs[2] = {{.intact = true}, {.intact = true}};
    pthread_t threads[2];
    for (int i = 0; i < 2; i++) {
        assert_int_equal(pthread_create(&threads[i], NULL, run_pair, &pairs[i]), 0);
    }
    for (int i = 0; i < 2; i++) {
        assert_int_equal(pthread_join(threads[i], NULL), 0);
        assert_true(pairs[i].ended);
        assert_true(pairs[i].intact);
        assert_int_equal(pairs[i].received, BULK_BYTES);
    }
}

#define WITH_STACK(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_STACK(a_datagram_is_echoed),
        WITH_STACK(a_ping_is_answered_at_once),
        WITH_STACK(a_port_that_nobody_has_is_unreachable),
        WITH_STACK(a_short_buffer_gets_the_beginning_and_the_length),
        WITH_STACK(a_stream_is_echoed),
        WITH_STACK(a_syn_is_repeated_at_exact_times),
        cmocka_unit_test(settings_reach_the_streams),
        WITH_STACK(another_address_can_be_bound_and_reached),
        WITH_STACK(addresses_that_no_host_can_have_are_refused),
        cmocka_unit_test(a_bad_configuration_is_refused_with_a_sentence),
        WITH_STACK(hostile_packets_do_no_harm),
        WITH_STACK(the_past_cannot_be_gone_to),
        cmocka_unit_test(the_same_calls_give_the_same_bytes),
        cmocka_unit_test(two_stacks_talk_in_each_of_two_threads),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
