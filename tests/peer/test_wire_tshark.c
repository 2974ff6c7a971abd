/* Wireshark reads what our codecs write: every field as meant, every checksum good, and the
 * checksums of damaged packets bad, so that "good" means something. */
#include <cmocka.h>
#include <glib.h>
#include <glib/gstdio.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include "protocols/wire/icmp.h"
#include "protocols/wire/ipv4.h"
#include "protocols/wire/tcp.h"
#include "protocols/wire/udp.h"

enum { CLIENT = 0x0a000001, SERVER = 0x0a000002, PACKET_MAX_BYTES = 1500 };

/* One packet as text2pcap(1) reads it: an offset, then bytes in hexadecimal. */
static void append_packet(GString *dump, const uint8_t *packet, size_t n)
{
    for (size_t i = 0; i < n; i++)
        g_string_append_printf(dump, i == 0 ? "000000 %02x" : " %02x", packet[i]);
    g_string_append_c(dump, '\n');
}

static void run(const char *const *command, char **output)
{
    g_autoptr(GError) error = NULL;
    int status = 0;
    g_autofree char *complaints = NULL;
    gboolean ran = g_spawn_sync(NULL, (char **)command, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL,
                                output, &complaints, &status, &error);
    if (!ran || status != 0)
        fail_msg("%s: %s", command[0], error ? error->message : complaints);
}

/* The values of the fields, as tshark prints them: a line a packet, tabs between; of a field that
 * is there several times the first ("occurrence=f") or all ("occurrence=a"). */
static char *dissect(const GString *dump, const char *occurrence, const char *const *fields)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *directory = g_dir_make_tmp("ipcsim-wire-XXXXXX", &error);
    assert_non_null(directory);
    g_autofree char *text = g_build_filename(directory, "packets.txt", NULL);
    g_autofree char *capture = g_build_filename(directory, "packets.pcap", NULL);
    assert_true(g_file_set_contents(text, dump->str, (gssize)dump->len, &error));
    /* LINKTYPE_RAW: no link header */
    run((const char *const[]){"text2pcap", "-q", "-l", "101", text, capture, NULL}, NULL);

    g_autoptr(GPtrArray) command = g_ptr_array_new();
    static const char *const options[] = {
        "tshark", "-n",
        "-T",     "fields",
        "-o",     "ip.check_checksum:TRUE",
        "-o",     "udp.check_checksum:TRUE",
        "-o",     "tcp.check_checksum:TRUE",
        "-o",     "tcp.relative_sequence_numbers:FALSE",
        "-r",
    };
    for (size_t i = 0; i < G_N_ELEMENTS(options); i++)
        g_ptr_array_add(command, (char *)options[i]);
    g_ptr_array_add(command, capture);
    g_ptr_array_add(command, (char *)"-E");
    g_ptr_array_add(command, (char *)occurrence);
    for (; *fields; fields++) {
        g_ptr_array_add(command, (char *)"-e");
        g_ptr_array_add(command, (char *)*fields);
    }
    g_ptr_array_add(command, NULL);
    char *output = NULL;
    run((const char *const *)command->pdata, &output);
    g_unlink(text);
    g_unlink(capture);
    g_rmdir(directory);
    return output;
}

static size_t emit_ipv4(uint8_t *packet, uint8_t protocol, size_t data_bytes)
{
    IcsIpv4Header header = {
        .source = CLIENT,
        .destination = SERVER,
        .total_length = (uint16_t)(ICS_IPV4_HEADER_BYTES + data_bytes),
        .identification = 0xabcd,
        .flags = ICS_IPV4_FLAG_DONT_FRAGMENT,
        .ttl = 64,
        .protocol = protocol,
    };
    ics_ipv4_emit(&header, packet);
    return header.total_length;
}

static size_t emit_udp(uint8_t *packet, size_t payload_bytes)
{
    uint8_t payload[PACKET_MAX_BYTES];
    for (size_t i = 0; i < payload_bytes; i++)
        payload[i] = (uint8_t)(i * 7 + payload_bytes);
    IcsUdpHeader header = {40000, 6789, (uint16_t)(ICS_UDP_HEADER_BYTES + payload_bytes), 0};
    ics_udp_emit_copy(&header, CLIENT, SERVER, payload, packet + ICS_IPV4_HEADER_BYTES);
    return emit_ipv4(packet, ICS_IPV4_PROTOCOL_UDP, header.length);
}

/* The payload lies in two pieces, broken after a third of it. */
static size_t emit_tcp(uint8_t *packet, const IcsTcpHeader *header, size_t payload_bytes)
{
    uint8_t payload[PACKET_MAX_BYTES];
    for (size_t i = 0; i < payload_bytes; i++)
        payload[i] = (uint8_t)(i * 11 + payload_bytes);
    size_t split = payload_bytes / 3;
    IcsByteSpans spans = {payload, split, payload + split, payload_bytes - split};
    size_t n = ics_tcp_emit(header, CLIENT, SERVER, &spans, packet + ICS_IPV4_HEADER_BYTES);
    return emit_ipv4(packet, ICS_IPV4_PROTOCOL_TCP, n);
}

static size_t emit_icmp(uint8_t *packet, const IcsIcmpMessage *message)
{
    size_t n = ics_icmp_emit(message, packet + ICS_IPV4_HEADER_BYTES);
    return emit_ipv4(packet, ICS_IPV4_PROTOCOL_ICMP, n);
}

static void assert_dissected(const GString *dump, const char *const *fields, const char *expected)
{
    g_autofree char *output = dissect(dump, "occurrence=f", fields);
    assert_string_equal(output, expected);
}

static void every_field_of_an_ipv4_header_is_read_as_meant(void **state)
{
    (void)state;
    static const char *const fields[] = {
        "ip.version", "ip.hdr_len",         "ip.dsfield.dscp", "ip.dsfield.ecn", "ip.len",
        "ip.id",      "ip.flags.df",        "ip.flags.mf",     "ip.frag_offset", "ip.ttl",
        "ip.proto",   "ip.checksum.status", "ip.src",          "ip.dst",         NULL,
    };
    g_autoptr(GString) dump = g_string_new(NULL);
    uint8_t packet[100] = {0};
    IcsIpv4Header header = {
        .source = 0xc0a80001,
        .destination = 0xe0000102,
        .total_length = 28,
        .identification = 0xbeef,
        .tos = 46 << 2 | ICS_IPV4_ECN_ECT0,
        .flags = ICS_IPV4_FLAG_MORE_FRAGMENTS,
        .fragment_offset = 1480,
        .ttl = 255,
        .protocol = 253,
    };
    ics_ipv4_emit(&header, packet);
    append_packet(dump, packet, 28);
    header.flags = ICS_IPV4_FLAG_DONT_FRAGMENT;
    header.fragment_offset = 0;
    header.ttl = 1;
    ics_ipv4_emit(&header, packet);
    append_packet(dump, packet, 28);
    /* ip.frag_offset is what the header holds: units of 8 bytes. */
    assert_dissected(dump, fields,
                     "4\t20\t46\t2\t28\t0xbeef\t0\t1\t185\t255\t253\t1\t192.168.0.1\t224.0.1.2\n"
                     "4\t20\t46\t2\t28\t0xbeef\t1\t0\t0\t1\t253\t1\t192.168.0.1\t224.0.1.2\n");
}

static void every_hop_of_a_forwarded_packet_has_a_good_checksum(void **state)
{
    (void)state;
    static const char *const fields[] = {"ip.ttl", "ip.checksum.status", NULL};
    g_autoptr(GString) dump = g_string_new(NULL);
    g_autoptr(GString) expected = g_string_new(NULL);
    uint8_t packet[ICS_IPV4_HEADER_BYTES];
    emit_ipv4(packet, 253, 0);
    for (unsigned ttl = 63; ttl > 0; ttl--) {
        ics_ipv4_decrement_ttl(packet);
        append_packet(dump, packet, sizeof packet);
        g_string_append_printf(expected, "%u\t1\n", ttl);
    }
    assert_dissected(dump, fields, expected->str);
}

static void datagrams_of_many_lengths_have_good_checksums(void **state)
{
    (void)state;
    static const char *const fields[] = {"ip.checksum.status", "udp.srcport",         "udp.dstport",
                                         "udp.length",         "udp.checksum.status", NULL};
    g_autoptr(GString) dump = g_string_new(NULL);
    g_autoptr(GString) expected = g_string_new(NULL);
    uint8_t packet[PACKET_MAX_BYTES];
    for (unsigned n = 0; n <= 1472; n += n < 40 ? 1 : 179) {
        append_packet(dump, packet, emit_udp(packet, n));
        g_string_append_printf(expected, "1\t40000\t6789\t%u\t1\n", n + 8);
    }
    assert_dissected(dump, fields, expected->str);
}

static void every_field_of_a_segment_is_read_as_meant(void **state)
{
    (void)state;
    static const char *const fields[] = {
        "tcp.srcport",
        "tcp.dstport",
        "tcp.seq",
        "tcp.ack",
        "tcp.hdr_len",
        "tcp.flags",
        "tcp.flags.str",
        "tcp.window_size_value",
        "tcp.len",
        "tcp.checksum.status",
        "tcp.urgent_pointer",
        NULL,
    };
    g_autoptr(GString) dump = g_string_new(NULL);
    g_autoptr(GString) expected = g_string_new(NULL);
    uint8_t packet[PACKET_MAX_BYTES];
    /* As Wireshark draws them: reserved (4), CWR, ECE, URG, ACK, PSH, RST, SYN, FIN. */
    static const char letters[] = "FSRPAUEC";
    for (unsigned bit = 0; bit < 8; bit++) {
        IcsTcpHeader header = {
            .source_port = 40000,
            .destination_port = 7896,
            .sequence = 0xfffffff0,
            .acknowledgement = 0x80000001,
            .window = 64240,
            .flags = (uint8_t)(1u << bit),
        };
        header.urgent_pointer = header.flags == ICS_TCP_URG ? 5 : 0;
        append_packet(dump, packet, emit_tcp(packet, &header, 11));
        g_autoptr(GString) drawn = g_string_new(NULL);
        for (int place = 11; place >= 0; place--)
            g_string_append(drawn, place == (int)bit ? (char[]){letters[bit], 0} : "\u00b7");
        g_string_append_printf(expected,
                               "40000\t7896\t4294967280\t%s\t20\t0x%04x\t%s\t64240\t11\t1\t%u\n",
                               "2147483649", 1u << bit, drawn->str, header.urgent_pointer);
    }
    assert_dissected(dump, fields, expected->str);
}

static void segments_of_many_lengths_have_good_checksums(void **state)
{
    (void)state;
    static const char *const fields[] = {"ip.checksum.status", "tcp.hdr_len", "tcp.len",
                                         "tcp.checksum.status", NULL};
    g_autoptr(GString) dump = g_string_new(NULL);
    g_autoptr(GString) expected = g_string_new(NULL);
    uint8_t packet[PACKET_MAX_BYTES];
    for (unsigned n = 0; n <= 1448; n += n < 40 ? 1 : 176) {
        IcsTcpHeader header = {.source_port = 1, .destination_port = 2, .flags = ICS_TCP_ACK};
        header.options.has_timestamps = n % 2;
        header.options.timestamp_value = UINT32_MAX - n;
        append_packet(dump, packet, emit_tcp(packet, &header, n));
        g_string_append_printf(expected, "1\t%u\t%u\t1\n", n % 2 ? 32u : 20u, n);
    }
    assert_dissected(dump, fields, expected->str);
}

static void the_options_of_a_syn_are_read_as_meant(void **state)
{
    (void)state;
    static const char *const fields[] = {
        "tcp.hdr_len",
        "tcp.options.mss_val",
        "tcp.options.sack_perm",
        "tcp.options.timestamp.tsval",
        "tcp.options.timestamp.tsecr",
        "tcp.options.wscale.shift",
        "tcp.checksum.status",
        "_ws.malformed",
        NULL,
    };
    g_autoptr(GString) dump = g_string_new(NULL);
    uint8_t packet[PACKET_MAX_BYTES];
    IcsTcpHeader header = {
        .source_port = 1,
        .destination_port = 2,
        .flags = ICS_TCP_SYN,
        .options = {.has_mss = true,
                    .mss = 1460,
                    .sack_permitted = true,
                    .has_timestamps = true,
                    .timestamp_value = 4000000001,
                    .timestamp_echo = 17,
                    .has_window_scale = true,
                    .window_scale = 14},
    };
    append_packet(dump, packet, emit_tcp(packet, &header, 0));
    header.options.has_timestamps = false;
    append_packet(dump, packet, emit_tcp(packet, &header, 0));
    header.options.sack_permitted = false;
    header.options.has_window_scale = false;
    append_packet(dump, packet, emit_tcp(packet, &header, 0));
    assert_dissected(dump, fields,
                     "40\t1460\t0402\t4000000001\t17\t14\t1\t\n"
                     "32\t1460\t0402\t\t\t14\t1\t\n"
                     "24\t1460\t\t\t\t\t1\t\n");
}

static void sack_blocks_are_read_as_meant(void **state)
{
    (void)state;
    static const char *const fields[] = {
        "tcp.hdr_len",
        "tcp.options.sack.count",
        "tcp.options.sack_le",
        "tcp.options.sack_re",
        "tcp.checksum.status",
        "_ws.malformed",
        NULL,
    };
    g_autoptr(GString) dump = g_string_new(NULL);
    uint8_t packet[PACKET_MAX_BYTES];
    IcsTcpHeader header = {
        .source_port = 1,
        .destination_port = 2,
        .acknowledgement = 1000,
        .flags = ICS_TCP_ACK,
        .options = {.n_sack_blocks = 4,
                    .sack_blocks = {{7000, 7500}, {2000, 2500}, {3000, 3500}, {5000, 5500}}},
    };
    append_packet(dump, packet, emit_tcp(packet, &header, 0));
    header.options.has_timestamps = true;
    header.options.n_sack_blocks = 3;
    append_packet(dump, packet, emit_tcp(packet, &header, 100));
    g_autofree char *output = dissect(dump, "occurrence=a", fields);
    assert_string_equal(output, "56\t4\t7000,2000,3000,5000\t7500,2500,3500,5500\t1\t\n"
                                "60\t3\t7000,2000,3000\t7500,2500,3500\t1\t\n");
}

/* 2 is Wireshark's "unverified", 3 its "not present". */
static void a_datagram_without_checksum_is_seen_to_have_none(void **state)
{
    (void)state;
    static const char *const fields[] = {"udp.checksum.status", NULL};
    g_autoptr(GString) dump = g_string_new(NULL);
    uint8_t packet[PACKET_MAX_BYTES];
    size_t n = emit_udp(packet, 10);
    IcsUdpHeader header = {40000, 6789, 18, 0};
    ics_udp_emit_without_checksum(&header, packet + ICS_IPV4_HEADER_BYTES);
    append_packet(dump, packet, n);
    assert_dissected(dump, fields, "3\n");
}

static void damaged_packets_have_bad_checksums(void **state)
{
    (void)state;
    static const char *const fields[] = {"ip.checksum.status", "udp.checksum.status",
                                         "icmp.checksum.status", "tcp.checksum.status", NULL};
    g_autoptr(GString) dump = g_string_new(NULL);
    uint8_t packet[PACKET_MAX_BYTES];
    size_t n = emit_udp(packet, 100);
    packet[8] ^= 1; /* TTL */
    append_packet(dump, packet, n);
    n = emit_udp(packet, 100);
    packet[n - 1] ^= 1;
    append_packet(dump, packet, n);
    IcsIcmpMessage message = {.type = ICS_ICMP_ECHO_REQUEST, .rest = ics_icmp_rest_echo(1, 1)};
    n = emit_icmp(packet, &message);
    packet[n - 1] ^= 1;
    append_packet(dump, packet, n);
    IcsTcpHeader header = {.source_port = 1, .destination_port = 2, .flags = ICS_TCP_ACK};
    n = emit_tcp(packet, &header, 100);
    packet[n - 1] ^= 1;
    append_packet(dump, packet, n);
    assert_dissected(dump, fields, "0\t1\t\t\n1\t0\t\t\n1\t\t0\t\n1\t\t\t0\n");
}

static void echoes_are_read_as_meant(void **state)
{
    (void)state;
    static const char *const fields[] = {
        "ip.checksum.status", "icmp.type", "icmp.code", "icmp.checksum.status",
        "icmp.ident",         "icmp.seq",  "data.len",  NULL};
    g_autoptr(GString) dump = g_string_new(NULL);
    uint8_t packet[PACKET_MAX_BYTES];
    IcsIcmpMessage message = {
        .type = ICS_ICMP_ECHO_REQUEST,
        .rest = ics_icmp_rest_echo(513, 7),
        .body = (const uint8_t *)"hello",
        .body_bytes = 5,
    };
    append_packet(dump, packet, emit_icmp(packet, &message));
    message.type = ICS_ICMP_ECHO_REPLY;
    append_packet(dump, packet, emit_icmp(packet, &message));
    assert_dissected(dump, fields, "1\t8\t0\t1\t513\t7\t5\n1\t0\t0\t1\t513\t7\t5\n");
}

/* occurrence=f gives the outer packet's fields; those of the quoted one come from udp.*. */
static void errors_and_what_they_quote_are_read_as_meant(void **state)
{
    (void)state;
    static const char *const fields[] = {
        "ip.len",   "ip.checksum.status", "icmp.type", "icmp.code", "icmp.checksum.status",
        "icmp.mtu", "udp.dstport",        NULL};
    g_autoptr(GString) dump = g_string_new(NULL);
    uint8_t packet[PACKET_MAX_BYTES], original[PACKET_MAX_BYTES];
    emit_udp(original, 1000);
    IcsIcmpMessage message =
        ics_icmp_error(ICS_ICMP_DESTINATION_UNREACHABLE, ICS_ICMP_UNREACHABLE_PORT, 0, original);
    append_packet(dump, packet, emit_icmp(packet, &message));
    message =
        ics_icmp_error(ICS_ICMP_DESTINATION_UNREACHABLE, ICS_ICMP_UNREACHABLE_FRAGMENTATION_NEEDED,
                       ics_icmp_rest_mtu(1280), original);
    append_packet(dump, packet, emit_icmp(packet, &message));
    emit_udp(original, 0);
    message = ics_icmp_error(ICS_ICMP_TIME_EXCEEDED, ICS_ICMP_EXCEEDED_TTL, 0, original);
    append_packet(dump, packet, emit_icmp(packet, &message));
    message = ics_icmp_error(ICS_ICMP_PARAMETER_PROBLEM, 0, ics_icmp_rest_pointer(1), original);
    append_packet(dump, packet, emit_icmp(packet, &message));
    assert_dissected(dump, fields,
                     "576\t1\t3\t3\t1\t\t6789\n"
                     "576\t1\t3\t4\t1\t1280\t6789\n"
                     "56\t1\t11\t0\t1\t\t6789\n"
                     "56\t1\t12\t0\t1\t\t6789\n");
}

static gboolean has_program(const char *name)
{
    g_autofree char *path = g_find_program_in_path(name);
    return path != NULL;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_field_of_an_ipv4_header_is_read_as_meant),
        cmocka_unit_test(every_hop_of_a_forwarded_packet_has_a_good_checksum),
        cmocka_unit_test(datagrams_of_many_lengths_have_good_checksums),
        cmocka_unit_test(every_field_of_a_segment_is_read_as_meant),
        cmocka_unit_test(segments_of_many_lengths_have_good_checksums),
        cmocka_unit_test(the_options_of_a_syn_are_read_as_meant),
        cmocka_unit_test(sack_blocks_are_read_as_meant),
        cmocka_unit_test(a_datagram_without_checksum_is_seen_to_have_none),
        cmocka_unit_test(damaged_packets_have_bad_checksums),
        cmocka_unit_test(echoes_are_read_as_meant),
        cmocka_unit_test(errors_and_what_they_quote_are_read_as_meant),
    };
    if (!has_program("tshark") || !has_program("text2pcap"))
        return 77;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
