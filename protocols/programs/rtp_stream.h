/* What a listener knows about an RTP stream: which packets have come, unwrapped (RFC 3550, sections
 * A.1 and A.3). */
#ifndef ICS_PROTOCOLS_PROGRAMS_RTP_STREAM_H
#define ICS_PROTOCOLS_PROGRAMS_RTP_STREAM_H

#include "protocols/programs/rtp.h"

typedef enum {
    ICS_RTP_STREAM_NEW,
    ICS_RTP_STREAM_DUPLICATE,
    ICS_RTP_STREAM_FOREIGN /* of another source: not counted */
} IcsRtpStreamNews;

/* Zero-initialised: nothing has come. Places are sequence numbers relative to that of the packet
 * that came first; a packet is taken for the nearest place to the highest, up to 32,768 behind. */
typedef struct IcsRtpStream {
    uint32_t source;
    uint32_t first_timestamp;
    uint16_t first_sequence;
    int64_t lowest; /* place */
    int64_t highest;
    int64_t highest_timestamp; /* of the packet at the highest place, relative to the first's */
    int64_t packets;           /* that came, duplicates apart */
    int64_t duplicates;
    uint64_t seen[65536 / 64]; /* a bit for each of the last 65,536 places */
} IcsRtpStream;

/* Takes note of a packet. `timestamp` (out): relative to that of the packet that came first, set
 * unless it is FOREIGN. */
IcsRtpStreamNews ics_rtp_stream_take(IcsRtpStream *self, const IcsRtpHeader *header,
                                     int64_t *timestamp);

/* Packets between the lowest and the highest that have not come. */
int64_t ics_rtp_stream_missing(const IcsRtpStream *self);

#endif
