/* Any bytes as two addresses and a UDP datagram: what is accepted is right by a slow reading, and
 * comes back byte for byte. Then the same bytes with their checksum mended. */
#include <glib.h>
#include <string.h>

#include "protocols/wire/udp.h"
#include "tests/support/slow_checksum.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

typedef struct {
    uint32_t source;
    uint32_t destination;
} FuzzUdpEnds;

static IcsUdpResult fuzz_udp_expected(FuzzUdpEnds ends, const uint8_t *data, size_t size)
{
    if (size < 8)
        return ICS_UDP_TOO_SHORT;
    size_t length = data[4] * 256u + data[5];
    if (length < 8 || length > size)
        return ICS_UDP_BAD_LENGTH;
    gboolean has_checksum = data[6] != 0 || data[7] != 0;
    if (!has_checksum)
        return ICS_UDP_OK;
    uint16_t rest = ics_slow_checksum_transport(ends.source, ends.destination,
                                                ICS_IPV4_PROTOCOL_UDP, data, length);
    return rest == 0 ? ICS_UDP_OK : ICS_UDP_BAD_CHECKSUM;
}

static void fuzz_udp_round_trip(FuzzUdpEnds ends, const uint8_t *data, const IcsUdpHeader *header)
{
    g_autofree uint8_t *copied = g_malloc(header->length);
    g_autofree uint8_t *in_place = g_memdup2(data, header->length);
    ics_udp_emit_copy(header, ends.source, ends.destination, data + 8, copied);
    ics_udp_emit(header, ends.source, ends.destination, in_place);
    g_assert(memcmp(copied, in_place, header->length) == 0);
    if (header->checksum == 0)
        ics_udp_emit_without_checksum(header, in_place);
    g_assert(memcmp(in_place, data, header->length) == 0);
}

static void fuzz_udp_parse(FuzzUdpEnds ends, const uint8_t *data, size_t size)
{
    IcsUdpHeader header;
    IcsUdpResult result = ics_udp_parse(data, size, ends.source, ends.destination, &header);
    g_assert(result == fuzz_udp_expected(ends, data, size));
    if (result == ICS_UDP_OK)
        fuzz_udp_round_trip(ends, data, &header);
}

static void fuzz_udp_mend(FuzzUdpEnds ends, uint8_t *data, size_t size)
{
    ics_bytes_store_be16(data + 4, (uint16_t)size);
    memset(data + 6, 0, 2);
    uint16_t checksum = ics_slow_checksum_transport(ends.source, ends.destination,
                                                    ICS_IPV4_PROTOCOL_UDP, data, size);
    ics_bytes_store_be16(data + 6, checksum == 0 ? 0xffff : checksum);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    FuzzUdpEnds ends = {0, 0};
    if (size >= 8) {
        ends.source = ics_bytes_load_be32(data);
        ends.destination = ics_bytes_load_be32(data + 4);
        data += 8;
        size -= 8;
    }
    fuzz_udp_parse(ends, data, size);
    if (size < 8 || size > 65535)
        return 0;
    g_autofree uint8_t *mended = g_memdup2(data, size);
    fuzz_udp_mend(ends, mended, size);
    fuzz_udp_parse(ends, mended, size);
    return 0;
}
