/* Any bytes as two addresses and a TCP segment: no read outside, the checksum agrees with a slow
 * one, and what was read, written again with the payload in two pieces, is read as the same. */
#include <glib.h>
#include <string.h>

#include "protocols/wire/tcp.h"
#include "tests/support/slow_checksum.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

typedef struct {
    uint32_t source;
    uint32_t destination;
} FuzzTcpEnds;

static IcsTcpResult fuzz_tcp_expected(const uint8_t *data, size_t size)
{
    if (size < 20)
        return ICS_TCP_RESULT_TOO_SHORT;
    size_t words = data[12] / 16;
    return words < 5 || 4 * words > size ? ICS_TCP_RESULT_BAD_DATA_OFFSET : ICS_TCP_RESULT_OK;
}

static void fuzz_tcp_compare_options(const IcsTcpOptions *a, const IcsTcpOptions *b)
{
    g_assert(a->has_mss == b->has_mss && a->mss == b->mss);
    g_assert(a->has_window_scale == b->has_window_scale && a->window_scale == b->window_scale);
    g_assert(a->sack_permitted == b->sack_permitted && a->has_timestamps == b->has_timestamps);
    g_assert(a->timestamp_value == b->timestamp_value && a->timestamp_echo == b->timestamp_echo);
    g_assert(a->n_sack_blocks == b->n_sack_blocks);
    size_t bytes = a->n_sack_blocks * sizeof a->sack_blocks[0];
    g_assert(memcmp(a->sack_blocks, b->sack_blocks, bytes) == 0);
}

static void fuzz_tcp_compare(const IcsTcpHeader *a, const IcsTcpHeader *b)
{
    g_assert(a->source_port == b->source_port && a->destination_port == b->destination_port);
    g_assert(a->sequence == b->sequence && a->acknowledgement == b->acknowledgement);
    g_assert(a->window == b->window && a->urgent_pointer == b->urgent_pointer);
    g_assert(a->flags == b->flags);
    fuzz_tcp_compare_options(&a->options, &b->options);
}

/* SACK blocks that stood unaligned may not fit when they are aligned. */
static void fuzz_tcp_fit(IcsTcpOptions *options)
{
    uint32_t max = ics_tcp_sack_blocks_max(options);
    options->n_sack_blocks = (uint8_t)MIN(options->n_sack_blocks, max);
}

static void fuzz_tcp_round_trip(FuzzTcpEnds ends, IcsTcpHeader *header, const uint8_t *payload,
                                size_t payload_bytes)
{
    fuzz_tcp_fit(&header->options);
    size_t header_bytes = ics_tcp_header_bytes(header), back_bytes;
    size_t n = header_bytes + payload_bytes;
    size_t split = payload_bytes == 0 ? 0 : header->sequence % (payload_bytes + 1);
    if (n > UINT16_MAX)
        return;
    g_autofree uint8_t *bytes = g_malloc(n);
    IcsByteSpans spans = {payload, split, payload + split, payload_bytes - split};
    IcsTcpHeader back;
    g_assert(ics_tcp_emit(header, ends.source, ends.destination, &spans, bytes) == n);
    g_assert(ics_slow_checksum_transport(ends.source, ends.destination, ICS_IPV4_PROTOCOL_TCP,
                                         bytes, n) == 0);
    g_assert(ics_tcp_parse(bytes, n, &back, &back_bytes) == ICS_TCP_RESULT_OK);
    g_assert(back_bytes == header_bytes);
    fuzz_tcp_compare(&back, header);
    g_assert(memcmp(bytes + header_bytes, payload, payload_bytes) == 0);
}

static void fuzz_tcp_verify(FuzzTcpEnds ends, const uint8_t *data, size_t size)
{
    uint16_t rest = ics_slow_checksum_transport(ends.source, ends.destination,
                                                ICS_IPV4_PROTOCOL_TCP, data, size);
    g_assert(ics_tcp_verify(data, size, ends.source, ends.destination) == (rest == 0));
}

static void fuzz_tcp_parse(FuzzTcpEnds ends, const uint8_t *data, size_t size)
{
    IcsTcpHeader header;
    size_t header_bytes;
    IcsTcpResult result = ics_tcp_parse(data, size, &header, &header_bytes);
    g_assert(result == fuzz_tcp_expected(data, size));
    if (result == ICS_TCP_RESULT_OK)
        fuzz_tcp_round_trip(ends, &header, data + header_bytes, size - header_bytes);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    FuzzTcpEnds ends = {0, 0};
    if (size >= 8) {
        ends.source = ics_bytes_load_be32(data);
        ends.destination = ics_bytes_load_be32(data + 4);
        data += 8;
        size -= 8;
    }
    /* In memory of its own size, so that a step too far is seen. */
    g_autofree uint8_t *segment = g_memdup2(data, size);
    if (size > 0 && size <= UINT16_MAX)
        fuzz_tcp_verify(ends, segment, size);
    fuzz_tcp_parse(ends, segment, size);
    return 0;
}
