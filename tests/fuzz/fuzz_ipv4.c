/* Any bytes as an IPv4 packet: what is accepted is right by a slow reading, and comes back byte for
 * byte. Then the same bytes with their checksum mended, so that the fuzzer gets behind it. */
#include <glib.h>
#include <string.h>

#include "protocols/wire/ipv4.h"
#include "tests/support/slow_checksum.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static IcsIpv4Result fuzz_ipv4_expected(const uint8_t *data, size_t size)
{
    size_t header_bytes = size > 0 ? 4 * (size_t)(data[0] & 15) : 0;
    if (size < 20)
        return ICS_IPV4_TOO_SHORT;
    if (data[0] / 16 != 4)
        return ICS_IPV4_BAD_VERSION;
    if (header_bytes < 20)
        return ICS_IPV4_BAD_HEADER_LENGTH;
    if (header_bytes > size)
        return ICS_IPV4_TOO_SHORT;
    if (ics_slow_checksum_sum(data, header_bytes) != 0xffff)
        return ICS_IPV4_BAD_CHECKSUM;
    size_t total_length = data[2] * 256u + data[3];
    return total_length < header_bytes || total_length > size ? ICS_IPV4_BAD_TOTAL_LENGTH
                                                              : ICS_IPV4_OK;
}

/* A checksum of ffff means the same as the 0000 that is written. */
static void fuzz_ipv4_round_trip(const uint8_t *data, const IcsIpv4Header *header)
{
    uint8_t expected[20], written[20];
    memcpy(expected, data, 20);
    if (header->checksum == 0xffff)
        memset(expected + 10, 0, 2);
    ics_ipv4_emit(header, written);
    g_assert(header->header_bytes > 20 || memcmp(expected, written, 20) == 0);
}

static void fuzz_ipv4_forward(const uint8_t *data, const IcsIpv4Header *header)
{
    uint8_t forwarded[60];
    if (header->ttl == 0)
        return;
    memcpy(forwarded, data, header->header_bytes);
    g_assert(ics_ipv4_decrement_ttl(forwarded) == header->ttl - 1);
    g_assert(ics_slow_checksum_sum(forwarded, header->header_bytes) == 0xffff);
}

static void fuzz_ipv4_parse(const uint8_t *data, size_t size)
{
    IcsIpv4Header header, quoted;
    IcsIpv4Result result = ics_ipv4_parse(data, size, &header);
    g_assert(result == fuzz_ipv4_expected(data, size));
    IcsIpv4Result quoted_result = ics_ipv4_parse_quoted(data, size, &quoted);
    if (result != ICS_IPV4_OK)
        return;
    g_assert(quoted_result == ICS_IPV4_OK && quoted.total_length == header.total_length);
    g_assert(header.header_bytes <= header.total_length && header.total_length <= size);
    fuzz_ipv4_round_trip(data, &header);
    fuzz_ipv4_forward(data, &header);
}

static void fuzz_ipv4_mend(uint8_t *data, size_t size)
{
    size_t said_bytes = 4 * (size_t)(data[0] & 15);
    size_t header_bytes = MIN(said_bytes, size);
    memset(data + 10, 0, 2);
    ics_bytes_store_be16(data + 10, (uint16_t)~ics_slow_checksum_sum(data, header_bytes));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    fuzz_ipv4_parse(data, size);
    if (size < 20)
        return 0;
    g_autofree uint8_t *mended = g_memdup2(data, size);
    fuzz_ipv4_mend(mended, size);
    fuzz_ipv4_parse(mended, size);
    return 0;
}
