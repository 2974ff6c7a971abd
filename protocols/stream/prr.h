/* Proportional rate reduction (RFC 6937) with the slow start reduction bound: during a recovery,
 * how much may be sent for what was delivered. */
#ifndef ICS_PROTOCOLS_STREAM_PRR_H
#define ICS_PROTOCOLS_STREAM_PRR_H

#include <stdint.h>

typedef struct IcsPrr {
    uint64_t delivered_bytes; /* prr_delivered */
    uint64_t out_bytes;       /* prr_out */
    uint64_t flight_bytes;    /* RecoverFS */
} IcsPrr;

/* A recovery begins with so many bytes from SND.UNA to SND.NXT (over 0). */
void ics_prr_begin(IcsPrr *self, uint64_t flight_bytes);

/* An ACK delivered so many bytes (newly acknowledged, cumulatively or by SACK); `pipe_bytes` is the
 * pipe after it. Returns sndcnt: the bytes that may be sent now. */
uint64_t ics_prr_ack(IcsPrr *self, uint64_t delivered_bytes, uint64_t pipe_bytes,
                     uint64_t ssthresh_bytes, uint32_t mss_bytes);

/* So many bytes were sent, new or again. */
static inline void ics_prr_sent(IcsPrr *self, uint64_t bytes)
{
    self->out_bytes += bytes;
}

#endif
