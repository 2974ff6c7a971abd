/*
 * What a segment costs outside the state machine: ns per call for writing it from a send buffer,
 * verifying and reading it, putting its bytes into a receive buffer and keeping account of them.
 * The best of many repetitions; everything in the caches.
 */
#include <glib.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "protocols/stream/byte_ring.h"
#include "protocols/stream/reassembly.h"
#include "protocols/wire/tcp.h"

#define CALLS       500
#define REPETITIONS 400
#define BUFFERS     8
#define STRIDE      1792 /* keeps the ends of a copy half a page apart, modulo pages */

enum { SOURCE = 0x0a000001, DESTINATION = 0x0a000002, MSS = 1448, RING_BYTES = 65536 };

static uint8_t segments[BUFFERS * STRIDE], bytes[RING_BYTES];

/* What the workloads work on; one at a time. */
static struct {
    IcsTcpHeader header;
    IcsByteRing ring;
    IcsBytePool pool;
    IcsReassembly reassembly;
    size_t payload_bytes;
} world;

/* Every workload returns what it computed, so that nothing is optimised away. */
typedef uint64_t (*Workload)(size_t i);

/* The clock that reads without a system call. */
static int64_t now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * INT64_C(1000000000) + now.tv_nsec;
}

static void measure(const char *name, Workload volatile workload)
{
    int64_t best_ns = INT64_MAX;
    uint64_t sum = 0;
    for (int repetition = 0; repetition < REPETITIONS; repetition++) {
        int64_t start_ns = now_ns();
        for (size_t i = 0; i < CALLS; i++)
            sum += workload(i);
        best_ns = MIN(best_ns, now_ns() - start_ns);
    }
    printf("%-52s %8.1f ns   (%04x)\n", name, (double)best_ns / CALLS, (unsigned)sum & 0xffff);
}

static uint8_t *segment(size_t i)
{
    return segments + i % BUFFERS * STRIDE + 20;
}

static uint64_t emit(size_t i)
{
    world.header.sequence = (uint32_t)i;
    IcsByteSpans payload = ics_byte_ring_view(
        &world.ring, world.ring.head + i % BUFFERS * world.payload_bytes, world.payload_bytes);
    ics_tcp_emit(&world.header, SOURCE, DESTINATION, &payload, segment(i));
    return ics_tcp_view_checksum(segment(i));
}

/* The payload lies across the ring's end, odd bytes before it. */
static uint64_t emit_broken(size_t i)
{
    world.header.sequence = (uint32_t)i;
    IcsByteSpans payload = {bytes + i % 64, 723, bytes, world.payload_bytes - 723};
    ics_tcp_emit(&world.header, SOURCE, DESTINATION, &payload, segment(i));
    return ics_tcp_view_checksum(segment(i));
}

static uint64_t verify(size_t i)
{
    size_t n = ics_tcp_header_bytes(&world.header) + world.payload_bytes;
    return ics_tcp_verify(segment(i), n, SOURCE, DESTINATION);
}

static uint64_t parse(size_t i)
{
    IcsTcpHeader header;
    size_t header_bytes;
    ics_tcp_parse(segment(i), MSS, &header, &header_bytes);
    return header.sequence + header.options.timestamp_value + header_bytes;
}

static uint64_t write_and_drop(size_t i)
{
    ics_byte_ring_write(&world.ring, world.ring.tail, bytes + i % 64, world.payload_bytes);
    uint64_t first = *ics_byte_ring_view(&world.ring, world.ring.head, 1).first;
    ics_byte_ring_drop(&world.ring, world.ring.tail);
    return first;
}

/* A full send buffer: as much is written as was acknowledged. */
static uint64_t drop_and_write(size_t i)
{
    ics_byte_ring_drop(&world.ring, world.ring.head + world.payload_bytes);
    ics_byte_ring_write(&world.ring, world.ring.tail, bytes + i % 64, world.payload_bytes);
    return world.ring.tail;
}

static uint64_t tell_sack_blocks(void)
{
    IcsSequenceRange blocks[3];
    ics_reassembly_sack_blocks(&world.reassembly, blocks, 3);
    return blocks[0].end;
}

/* Behind one hole the newest range grows. */
static uint64_t extend(size_t i)
{
    (void)i;
    static IcsSequence next;
    next = MAX(next, UINT64_C(1) << 40);
    ics_reassembly_add(&world.reassembly, (IcsSequenceRange){next, next + MSS});
    next += MSS;
    return tell_sack_blocks();
}

static void measure_segments(const char *kind, size_t payload_bytes)
{
    world.payload_bytes = payload_bytes;
    char name[64];
    g_snprintf(name, sizeof name, "emit %zu B, %s", payload_bytes, kind);
    measure(name, emit);
    g_snprintf(name, sizeof name, "verify %zu B, %s", payload_bytes, kind);
    measure(name, verify);
    g_snprintf(name, sizeof name, "parse, %s", kind);
    measure(name, parse);
}

static void measure_wire(void)
{
    ics_byte_ring_write(&world.ring, 0, bytes, RING_BYTES / 2);
    world.header = (IcsTcpHeader){.source_port = 1, .destination_port = 2, .flags = ICS_TCP_ACK};
    measure_segments("no options", 0);
    measure_segments("no options", 1460);
    world.header.options.has_timestamps = true;
    measure_segments("timestamps", 0);
    measure_segments("timestamps", MSS);
    measure("emit 1448 B in two pieces, timestamps", emit_broken);
    world.header.options.n_sack_blocks = 3;
    measure_segments("timestamps and 3 SACK blocks", 0);
    ics_byte_ring_clear(&world.ring);
}

static void measure_rings(void)
{
    static const size_t sizes[] = {1, MSS, RING_BYTES - 64};
    char name[64];
    ics_byte_pool_init(&world.pool, 1 << 20);
    ics_byte_ring_set_pool(&world.ring, &world.pool);
    for (size_t i = 0; i < G_N_ELEMENTS(sizes); i++) {
        world.payload_bytes = sizes[i];
        g_snprintf(name, sizeof name, "ring: write %zu B, read all, with a pool", sizes[i]);
        measure(name, write_and_drop);
    }
    ics_byte_pool_clear(&world.pool);
    ics_byte_ring_set_pool(&world.ring, NULL);
    for (size_t i = 0; i < G_N_ELEMENTS(sizes); i++) {
        world.payload_bytes = sizes[i];
        g_snprintf(name, sizeof name, "ring: write %zu B, read all, without", sizes[i]);
        measure(name, write_and_drop);
    }
    ics_byte_ring_write(&world.ring, world.ring.tail, bytes, RING_BYTES);
    world.payload_bytes = MSS;
    measure("ring: drop 1448 B of 64 KiB, write 1448 B", drop_and_write);
    ics_byte_ring_clear(&world.ring);
}

static void measure_reassembly(uint32_t ranges)
{
    char name[64];
    ics_reassembly_init(&world.reassembly, 2048, true);
    for (uint64_t i = 1; i < ranges; i++)
        ics_reassembly_add(&world.reassembly, (IcsSequenceRange){i * 3000, i * 3000 + MSS});
    g_snprintf(name, sizeof name, "reassembly: extend one of %u ranges, SACK", ranges);
    measure(name, extend);
    ics_reassembly_clear(&world.reassembly);
}

int main(void)
{
    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (uint8_t)(i * 2654435761u >> 24);
    measure_wire();
    measure_rings();
    static const uint32_t ranges[] = {1, 10, 100, 1000};
    for (size_t i = 0; i < G_N_ELEMENTS(ranges); i++)
        measure_reassembly(ranges[i]);
    return 0;
}
