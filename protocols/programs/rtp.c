#include "protocols/programs/rtp.h"

#include "protocols/wire/bytes.h"

#define RTP_VERSION_ONLY 0x80 /* V=2, P=0, X=0, CC=0 */
#define RTP_MARKER       0x80

void ics_rtp_emit(const IcsRtpHeader *self, uint8_t bytes[ICS_RTP_HEADER_BYTES])
{
    bytes[0] = RTP_VERSION_ONLY;
    bytes[1] = (uint8_t)((self->marker ? RTP_MARKER : 0) | (self->payload_type & 0x7f));
    ics_bytes_store_be16(bytes + 2, self->sequence);
    ics_bytes_store_be32(bytes + 4, self->timestamp);
    ics_bytes_store_be32(bytes + 8, self->source);
}

bool ics_rtp_parse(const uint8_t *bytes, size_t n, IcsRtpHeader *self)
{
    if (n < ICS_RTP_HEADER_BYTES || bytes[0] != RTP_VERSION_ONLY) {
        return false;
    }
    self->marker = (bytes[1] & RTP_MARKER) != 0;
    self->payload_type = bytes[1] & 0x7f;
    self->sequence = ics_bytes_load_be16(bytes + 2);
    self->timestamp = ics_bytes_load_be32(bytes + 4);
    self->source = ics_bytes_load_be32(bytes + 8);
    return true;
}
