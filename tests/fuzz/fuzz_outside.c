/* Hostile packets at the door of a world in which a host has servers for UDP and TCP, and what the
 * host answers. The input is a list of steps: what to do (a byte), how many bytes (two), the bytes
 * of a packet. As they are; or with lengths and checksums mended, and on demand with the sequence
 * numbers that the host expects, so that connections come about.
 *
 * Whatever comes, what leaves the host is well formed, and packets are conserved. */
#include <glib.h>
#include <string.h>

#include "netmodel/outside.h"
#include "protocols/wire/bytes.h"
#include "protocols/wire/tcp.h"
#include "tests/support/slow_checksum.h"
#include "traces/world.h"

#define FUZZ_OUTSIDE_MS       INT64_C(1000000)
#define FUZZ_OUTSIDE_STEPS    200
#define FUZZ_OUTSIDE_IP_BYTES 20
#define FUZZ_OUTSIDE_HEADERS  40 /* of IP and TCP */

/* What a step does besides pushing: mend the packet; give it the numbers that are expected; let
 * time pass before, by 2^n ms for the upper five bits. */
#define FUZZ_OUTSIDE_MEND    1
#define FUZZ_OUTSIDE_FOLLOW  2
#define FUZZ_OUTSIDE_ADVANCE 3

static const char fuzz_outside_trace[] =
    "{\"ipcsim\": 1, \"stop\": \"1h\", \"hosts\": {\"inside\": {\"address\": \"10.9.0.2\"},"
    " \"outside\": {\"address\": \"10.9.0.1\"}}, \"links\": [{\"name\": \"wire\","
    " \"ends\": [\"inside\", \"outside\"], \"delay\": \"1ms\"}], \"processes\": ["
    " {\"name\": \"echo\", \"host\": \"inside\", \"program\": \"udp-echo-server\", \"port\": 7},"
    " {\"name\": \"tcp\", \"host\": \"inside\", \"program\": \"telnet-server\"}]}";

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

typedef struct {
    IcsWorld *world;
    IcsOutside *outside;
    uint32_t sequence;       /* of the next byte that the host will send ... */
    uint32_t acknowledgment; /* ... and expects, in the segment that it sent last */
} FuzzOutside;

static uint16_t fuzz_outside_transport_sum(const uint8_t *packet, size_t n)
{
    return ics_slow_checksum_transport(ics_bytes_load_be32(packet + 12),
                                       ics_bytes_load_be32(packet + 16), packet[9],
                                       packet + FUZZ_OUTSIDE_IP_BYTES, n - FUZZ_OUTSIDE_IP_BYTES);
}

static void fuzz_outside_receive(gpointer data, const IcsPacket *packet,
                                 G_GNUC_UNUSED int64_t at_ns)
{
    FuzzOutside *self = data;
    const uint8_t *bytes = packet->bytes;
    g_assert(packet->length >= FUZZ_OUTSIDE_IP_BYTES && bytes[0] == 0x45);
    g_assert(ics_bytes_load_be16(bytes + 2) == packet->length);
    g_assert(ics_slow_checksum_sum(bytes, FUZZ_OUTSIDE_IP_BYTES) == 0xffff);
    if (bytes[9] == ICS_IPV4_PROTOCOL_TCP) {
        g_assert(packet->length >= FUZZ_OUTSIDE_HEADERS);
        g_assert(fuzz_outside_transport_sum(bytes, packet->length) == 0);
        uint32_t header_bytes = (bytes[32] >> 4) * 4u;
        bool takes_number = (bytes[33] & 3) != 0; /* SYN or FIN */
        self->sequence = ics_bytes_load_be32(bytes + 24) + packet->length - FUZZ_OUTSIDE_IP_BYTES -
                         header_bytes + takes_number;
        self->acknowledgment = ics_bytes_load_be32(bytes + 28);
    }
}

/* ---- steps ---- */

/* Makes the bytes a packet from the outside to the host, of the length that they have. */
static void fuzz_outside_mend_ip(uint8_t *packet, size_t n)
{
    packet[0] = 0x45;
    ics_bytes_store_be16(packet + 2, (uint16_t)n);
    ics_bytes_store_be16(packet + 6, 0);
    packet[9] = packet[9] % 3 == 0   ? ICS_IPV4_PROTOCOL_TCP
                : packet[9] % 3 == 1 ? ICS_IPV4_PROTOCOL_UDP
                                     : ICS_IPV4_PROTOCOL_ICMP;
    ics_bytes_store_be32(packet + 12, 0x0a090001);
    ics_bytes_store_be32(packet + 16, 0x0a090002);
    ics_bytes_store_be16(packet + 10, 0);
    ics_bytes_store_be16(packet + 10,
                         (uint16_t)~ics_slow_checksum_sum(packet, FUZZ_OUTSIDE_IP_BYTES));
}

static void fuzz_outside_mend_tcp(const FuzzOutside *self, uint8_t *packet, size_t n, bool follow)
{
    uint8_t *segment = packet + FUZZ_OUTSIDE_IP_BYTES;
    ics_bytes_store_be16(segment, (uint16_t)(1024 + segment[0] % 4));
    ics_bytes_store_be16(segment + 2, 23);
    if (segment[12] >> 4 < 5 || (size_t)(segment[12] >> 4) * 4 > n - FUZZ_OUTSIDE_IP_BYTES) {
        segment[12] = 0x50;
    }
    if (follow) {
        /* A few bits stay the fuzzer's, to be around what is expected. */
        ics_bytes_store_be32(segment + 4, self->acknowledgment + segment[7] % 4);
        ics_bytes_store_be32(segment + 8, self->sequence - segment[11] % 4);
    }
    ics_bytes_store_be16(segment + 16, 0);
    ics_bytes_store_be16(segment + 16, fuzz_outside_transport_sum(packet, n));
}

static void fuzz_outside_mend_udp(uint8_t *packet, size_t n)
{
    uint8_t *datagram = packet + FUZZ_OUTSIDE_IP_BYTES;
    ics_bytes_store_be16(datagram + 2, datagram[2] % 2 == 0 ? 7 : 8);
    ics_bytes_store_be16(datagram + 4, (uint16_t)(n - FUZZ_OUTSIDE_IP_BYTES));
    ics_bytes_store_be16(datagram + 6, 0);
    uint16_t sum = fuzz_outside_transport_sum(packet, n);
    ics_bytes_store_be16(datagram + 6, sum != 0 ? sum : 0xffff);
}

static void fuzz_outside_mend(const FuzzOutside *self, uint8_t *packet, size_t n, bool follow)
{
    if (n < FUZZ_OUTSIDE_HEADERS) {
        return;
    }
    fuzz_outside_mend_ip(packet, n);
    if (packet[9] == ICS_IPV4_PROTOCOL_TCP) {
        fuzz_outside_mend_tcp(self, packet, n, follow);
    } else if (packet[9] == ICS_IPV4_PROTOCOL_UDP) {
        fuzz_outside_mend_udp(packet, n);
    }
}

static void fuzz_outside_advance(FuzzOutside *self, int64_t time_ns)
{
    IcsSimulation *simulation = self->world->simulation;
    int64_t until_ns = MIN(simulation->now_ns + time_ns, self->world->trace->stop_ns);
    ics_simulation_run(simulation, until_ns, UINT64_MAX);
    ics_simulation_advance(simulation, until_ns);
}

static void fuzz_outside_step(FuzzOutside *self, uint8_t what, const uint8_t *bytes, size_t n)
{
    g_autofree uint8_t *packet = g_memdup2(bytes, n);
    fuzz_outside_advance(self, FUZZ_OUTSIDE_MS << MIN(what >> FUZZ_OUTSIDE_ADVANCE, 16));
    if ((what & FUZZ_OUTSIDE_MEND) != 0) {
        fuzz_outside_mend(self, packet, n, (what & FUZZ_OUTSIDE_FOLLOW) != 0);
    }
    uint64_t pushed = ics_outside_counters(self->outside)->pushed;
    IcsCause cause = ics_outside_push(self->outside, packet, n);
    g_assert((cause == ICS_CAUSE_NONE) == (ics_outside_counters(self->outside)->pushed > pushed));
    g_assert(cause != ICS_CAUSE_NONE || (packet[0] >> 4 == 4 && n >= FUZZ_OUTSIDE_IP_BYTES));
}

static void fuzz_outside_steps(FuzzOutside *self, const uint8_t *data, size_t size)
{
    for (int i = 0; i < FUZZ_OUTSIDE_STEPS && size >= 3; i++) {
        size_t n = MIN((size_t)ics_bytes_load_be16(data + 1), size - 3);
        fuzz_outside_step(self, data[0], data + 3, n);
        data += 3 + n;
        size -= 3 + n;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const outside[] = {"outside", NULL};
    IcsWorldOptions options = {.outside = outside};
    g_autoptr(IcsTrace) trace = ics_trace_parse("fuzz", fuzz_outside_trace,
                                                sizeof fuzz_outside_trace - 1, NULL, NULL, NULL);
    g_autoptr(IcsWorld) world = ics_world_new(trace, &options, NULL);
    FuzzOutside self = {.world = world};
    self.outside = ics_outside_of(ics_network_host_by_name(world->network, "outside"));
    ics_outside_set_receiver(self.outside, fuzz_outside_receive, &self);
    fuzz_outside_steps(&self, data, size);
    fuzz_outside_advance(&self, 600 * 1000 * FUZZ_OUTSIDE_MS);
    g_assert(ics_world_check_invariants(world) == NULL);
    return 0;
}
