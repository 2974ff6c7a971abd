/* The fixed RTP header (RFC 3550, section 5.1), as far as the voice programs need it. */
#ifndef ICS_PROTOCOLS_PROGRAMS_RTP_H
#define ICS_PROTOCOLS_PROGRAMS_RTP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ICS_RTP_HEADER_BYTES 12
#define ICS_RTP_PCMU         0    /* payload type: G.711 mu-law, RFC 3551, section 6 */
#define ICS_RTP_PCMU_CLOCK   8000 /* timestamp units a second */

typedef struct IcsRtpHeader {
    uint32_t timestamp;
    uint32_t source; /* SSRC */
    uint16_t sequence;
    uint8_t payload_type;
    bool marker;
} IcsRtpHeader;

/* Version 2, without padding, extension and contributing sources. */
void ics_rtp_emit(const IcsRtpHeader *self, uint8_t bytes[ICS_RTP_HEADER_BYTES]);

/* False when it is too short, of another version, or has parts that emit does not write. */
bool ics_rtp_parse(const uint8_t *bytes, size_t n, IcsRtpHeader *self);

#endif
