/* Any bytes as an ICMP message: what is accepted is right by a slow reading, comes back byte for
 * byte, and what it quotes lies inside it. Then the same bytes with their checksum mended. */
#include <glib.h>
#include <string.h>

#include "protocols/wire/icmp.h"
#include "tests/support/slow_checksum.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static IcsIcmpResult fuzz_icmp_expected(const uint8_t *data, size_t size)
{
    if (size < 8)
        return ICS_ICMP_TOO_SHORT;
    return ics_slow_checksum_sum(data, size) == 0xffff ? ICS_ICMP_OK : ICS_ICMP_BAD_CHECKSUM;
}

/* Of the two checksums that mean zero, the one that computing gives is written. */
static void fuzz_icmp_round_trip(const uint8_t *data, size_t size, const IcsIcmpMessage *message)
{
    g_autofree uint8_t *expected = g_memdup2(data, size);
    g_autofree uint8_t *written = g_malloc(size);
    memset(expected + 2, 0, 2);
    ics_bytes_store_be16(expected + 2, (uint16_t)~ics_slow_checksum_sum(expected, size));
    g_assert(ics_icmp_emit(message, written) == size);
    g_assert(memcmp(expected, written, size) == 0);
}

static void fuzz_icmp_quote(const uint8_t *data, size_t size, const IcsIcmpMessage *message)
{
    IcsIcmpQuote quote;
    if (ics_icmp_parse_quote(message, &quote) != ICS_ICMP_OK)
        return;
    g_assert(quote.data >= data + 28 && quote.data + quote.data_bytes <= data + size);
    g_assert(quote.header.header_bytes + quote.data_bytes <= quote.header.total_length);
}

static void fuzz_icmp_parse(const uint8_t *data, size_t size)
{
    IcsIcmpMessage message;
    IcsIcmpResult result = ics_icmp_parse(data, size, &message);
    g_assert(result == fuzz_icmp_expected(data, size));
    if (result != ICS_ICMP_OK)
        return;
    fuzz_icmp_round_trip(data, size, &message);
    fuzz_icmp_quote(data, size, &message);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    fuzz_icmp_parse(data, size);
    if (size < 8)
        return 0;
    g_autofree uint8_t *mended = g_memdup2(data, size);
    memset(mended + 2, 0, 2);
    ics_bytes_store_be16(mended + 2, (uint16_t)~ics_slow_checksum_sum(mended, size));
    fuzz_icmp_parse(mended, size);
    return 0;
}
