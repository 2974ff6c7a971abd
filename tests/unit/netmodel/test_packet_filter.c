#include <cmocka.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include "base/error.h"
#include "netmodel/packet_filter.h"

/* 10.0.0.1:1000 -> 10.0.0.2:53, 3 bytes of UDP payload. */
static const uint8_t datagram[] = {
    0x45, 0,    0, 31, 0, 0,  0, 0, 64,  17,  0,   0, 10, 0, 0, 1, 10, 0, 0, 2, /* IPv4 */
    0x03, 0xe8, 0, 53, 0, 11, 0, 0, 'a', 'b', 'c',                              /* UDP */
};

static bool matches_bytes(const char *expression, const uint8_t *bytes, uint32_t length)
{
    GError *error = NULL;
    struct bpf_program *filter = ics_packet_filter_new(expression, &error);
    if (filter == NULL) {
        fail_msg("%s: %s", expression, error->message);
    }
    IcsPacketPool *pool = ics_packet_pool_new();
    IcsPacket *packet = ics_packet_new(pool, length);
    memcpy(packet->bytes, bytes, length);
    bool matches = ics_packet_filter_matches(filter, packet);
    ics_packet_free(packet);
    ics_packet_pool_free(pool);
    ics_packet_filter_free(filter);
    return matches;
}

static bool matches(const char *expression)
{
    return matches_bytes(expression, datagram, sizeof(datagram));
}

static void assert_refused(const char *expression, const char *words)
{
    g_autoptr(GError) error = NULL;
    struct bpf_program *filter = ics_packet_filter_new(expression, &error);
    if (filter != NULL) {
        fail_msg("%s was accepted", expression);
    }
    assert_true(g_error_matches(error, ICS_ERROR, ICS_ERROR_INPUT));
    if (strstr(error->message, words) == NULL) {
        fail_msg("\"%s\" does not say \"%s\"", error->message, words);
    }
}

static void addresses_and_ports_are_matched(void **state)
{
    (void)state;
    assert_true(matches("udp"));
    assert_true(matches("udp port 53"));
    assert_true(matches("udp dst port 53 and src host 10.0.0.1"));
    assert_true(matches("portrange 50-60"));
    assert_true(matches("net 10.0.0.0/8"));
    assert_true(matches("src net 10.0"));
    assert_true(matches("net 10.0.0.0 mask 255.255.255.0"));
    assert_true(matches("greater 31 and less 31"));
    assert_false(matches("tcp"));
    assert_false(matches("udp src port 53"));
    assert_false(matches("host 10.0.0.3"));
    assert_false(matches("ip6"));
}

static void bytes_are_matched_by_offset(void **state)
{
    (void)state;
    assert_true(matches("ip[9] = 17"));
    assert_true(matches("udp[8] = 0x61"));
    assert_true(matches("udp[8:2] == 0x6162 || len < 3"));
    assert_true(matches("ip[2:2] - 20 = udp[4:2]"));
    assert_false(matches("udp[8] & 0xf0 != 0x60"));
}

static void flags_of_tcp_have_their_names(void **state)
{
    (void)state;
    assert_false(matches("tcp[tcpflags] & (tcp-syn|tcp-ack) == tcp-syn"));
    assert_false(matches("tcp[tcpflags:1] & tcp-fin != 0"));
    assert_false(matches("icmp[icmptype] = icmp-echo"));
}

static void ipv6_addresses_are_no_names(void **state)
{
    (void)state;
    assert_false(matches("ip6 host fe80::1"));
    assert_false(matches("ip6 dst host ::1"));
    assert_false(matches("ip6 net 2001:db8::/32"));
}

static void names_are_never_looked_up(void **state)
{
    (void)state;
    const char *const expressions[] = {
        "host localhost",  "src server",     "port http",          "udp port domain",
        "net loopback",    "host 1host",     "host a.b.c",         "gateway server",
        "ip proto \\vmtp", "host 1.2.3.4.5", "portrange ftp-smtp", "host 10-1-1-1.example",
    };
    for (size_t i = 0; i < G_N_ELEMENTS(expressions); i++) {
        assert_refused(expressions[i], "are not looked up");
    }
}

static void what_libpcap_refuses_is_refused_in_its_words(void **state)
{
    (void)state;
    assert_refused("udp port", "libpcap says: ");
    assert_refused("udp and and", "syntax error");
    assert_refused("port 70000", "libpcap says: ");
    assert_refused("udp and tcp[", "libpcap says: ");
}

static void what_is_cut_off_does_not_match(void **state)
{
    (void)state;
    assert_false(matches_bytes("udp port 53", datagram, 20));
    assert_false(matches_bytes("udp", datagram, 9));
    assert_false(matches_bytes("ip", datagram, 0));
}

static void later_fragments_have_no_ports(void **state)
{
    (void)state;
    uint8_t fragment[sizeof(datagram)];
    memcpy(fragment, datagram, sizeof(fragment));
    fragment[7] = 185; /* offset 1480 */
    assert_false(matches_bytes("udp port 53", fragment, sizeof(fragment)));
    assert_true(matches_bytes("udp", fragment, sizeof(fragment)));
}

static gpointer compile_often(gpointer data)
{
    (void)data;
    for (int i = 0; i < 200; i++) {
        struct bpf_program *filter = ics_packet_filter_new("udp port 53 or tcp port 80", NULL);
        g_assert(filter != NULL);
        ics_packet_filter_free(filter);
    }
    return NULL;
}

static void several_threads_may_compile(void **state)
{
    (void)state;
    GThread *threads[4];
    for (size_t i = 0; i < G_N_ELEMENTS(threads); i++) {
        threads[i] = g_thread_new("filter", compile_often, NULL);
    }
    for (size_t i = 0; i < G_N_ELEMENTS(threads); i++) {
        g_thread_join(threads[i]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(addresses_and_ports_are_matched),
        cmocka_unit_test(bytes_are_matched_by_offset),
        cmocka_unit_test(flags_of_tcp_have_their_names),
        cmocka_unit_test(ipv6_addresses_are_no_names),
        cmocka_unit_test(names_are_never_looked_up),
        cmocka_unit_test(what_libpcap_refuses_is_refused_in_its_words),
        cmocka_unit_test(what_is_cut_off_does_not_match),
        cmocka_unit_test(later_fragments_have_no_ports),
        cmocka_unit_test(several_threads_may_compile),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
