#include "netmodel/ecn.h"

#define ECN_MASK          3
#define ECN_HEADER_BYTES  20
#define ECN_CHECKSUM_BYTE 10

static int ecn_field(const IcsPacket *packet)
{
    return packet->bytes[1] & ECN_MASK;
}

bool ics_ecn_is_capable(const IcsPacket *packet)
{
    return packet->length >= ECN_HEADER_BYTES && packet->bytes[0] >> 4 == 4 &&
           ecn_field(packet) != ICS_ECN_NOT_ECT;
}

/* HC' = ~(~HC + ~m + m'), RFC 1624, equation 3; m' - m is what was added to the first word. */
static void ecn_update_checksum(uint8_t *header, uint32_t old_word, uint32_t new_word)
{
    uint32_t checksum = (uint32_t)header[ECN_CHECKSUM_BYTE] << 8 | header[ECN_CHECKSUM_BYTE + 1];
    uint32_t sum = (~checksum & 0xFFFF) + (~old_word & 0xFFFF) + new_word;
    sum = (sum & 0xFFFF) + (sum >> 16);
    sum = (sum & 0xFFFF) + (sum >> 16);
    header[ECN_CHECKSUM_BYTE] = (uint8_t)(~sum >> 8);
    header[ECN_CHECKSUM_BYTE + 1] = (uint8_t)~sum;
}

bool ics_ecn_mark(IcsPacket *packet)
{
    if (ecn_field(packet) == ICS_ECN_CE) {
        return false;
    }
    ics_packet_make_writable(packet);
    uint8_t *header = packet->bytes;
    uint32_t old_word = (uint32_t)header[0] << 8 | header[1];
    header[1] |= ICS_ECN_CE;
    ecn_update_checksum(header, old_word, old_word | ICS_ECN_CE);
    return true;
}
