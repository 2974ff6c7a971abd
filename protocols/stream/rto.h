/* The retransmission timeout of RFC 6298, in integers of nanoseconds. It holds no timer: it says
 * how long one is to run. */
#ifndef ICS_PROTOCOLS_STREAM_RTO_H
#define ICS_PROTOCOLS_STREAM_RTO_H

#include <stdbool.h>
#include <stdint.h>

#include "protocols/stream/stream_config.h"

typedef struct IcsRto {
    const IcsRecoveryConfig *config; /* initial_rto_ns, min_rto_ns, max_rto_ns, granularity */
    int64_t srtt_ns;                 /* SRTT; 0 before the first sample */
    int64_t rttvar_ns;               /* RTTVAR */
    int64_t rto_ns;                  /* what a timer is to be set to; backed off */
    uint32_t backoffs;               /* doublings since the last sample */
    bool syn_timed_out;
} IcsRto;

/* Section 2.1. `config` is borrowed and outlives it. */
void ics_rto_init(IcsRto *self, const IcsRecoveryConfig *config);

/* A round trip was measured (>= 0): sections 2.2 to 2.5. SRTT and RTTVAR move by 1/8 and 1/4,
 * rounded to the nearest nanosecond; with `expected_samples` measurements in a round trip (at least
 * 1), by 1/8 and 1/4 of one expected_samples-th (RFC 7323, appendix G). Ends a back-off. */
void ics_rto_sample(IcsRto *self, int64_t rtt_ns, uint32_t expected_samples);

/* The timer has run out, section 5.5: doubles, up to the maximum. */
void ics_rto_back_off(IcsRto *self);

/* The timer of a SYN or SYN-ACK has run out: backs off, and remembers it for
 * ics_rto_established(). */
void ics_rto_back_off_syn(IcsRto *self);

/* The handshake is over: if a SYN of ours timed out the RTO becomes 3 s, or the initial RTO if that
 * is more, until the next sample (section 5.7). To be called after
 * the handshake's own sample, if there is one. */
void ics_rto_established(IcsRto *self);

static inline int64_t ics_rto_ns(const IcsRto *self)
{
    return self->rto_ns;
}

static inline bool ics_rto_has_sample(const IcsRto *self)
{
    return self->srtt_ns > 0;
}

#endif
