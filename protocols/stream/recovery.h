/* All that an acknowledgement, or the lack of one, does to the sender: what may be sent, what is to
 * be sent again and when. Sequence numbers are what it knows of data; a FIN is one number like a
 * byte's. The SYN is not its business, but for the RTO, which is here.
 *
 *               DupThresh duplicates, or a loss by SACK or RACK
 *        OPEN ---------------------------------------------------> FAST RECOVERY
 *         ^ ^                                                         |   |
 *         | +------------ everything up to recovery_end is acked -----+   |
 *         |                                                               | RTO
 *         |   everything up to recovery_end is acked                      v
 *         +----------------------------------------------------------- LOSS <--- RTO in OPEN
 *
 * RFC 5681, 6298, 3042, 3168 (section 6.1.2); without SACK RFC 6582, with SACK RFC 6675 or, with
 * rack on, RFC 8985; RFC 6937. Each has its switch in IcsRecoveryConfig; with `fast_recovery` off,
 * duplicate ACKs lead to LOSS (Tahoe). While nothing is outstanding it owns no memory.
 *
 * What a caller does, in output():
 *
 *     for (;;) {
 *         bool new_data = there is unsent data (or FIN) that the peer's window allows;
 *         IcsStreamRepeat why = ics_recovery_next_repeat(r, new_data, &range);
 *         if (why != ICS_STREAM_REPEAT_NONE) {
 *             send range, or the beginning of it;
 *             ics_recovery_repeated(r, now, what was sent);
 *         } else if (new_data && ics_recovery_allowance_bytes(r) >= the segment's payload) {
 *             send it;
 *             ics_recovery_sent(r, now, its range);
 *         } else {
 *             break;
 *         }
 *     }
 */
#ifndef ICS_PROTOCOLS_STREAM_RECOVERY_H
#define ICS_PROTOCOLS_STREAM_RECOVERY_H

#include <stdbool.h>
#include <stdint.h>

#include "protocols/stream/congestion.h"
#include "protocols/stream/prr.h"
#include "protocols/stream/rack.h"
#include "protocols/stream/rto.h"
#include "protocols/stream/sent_segments.h"
#include "protocols/stream/sequence.h"
#include "protocols/stream/stream_config.h"
#include "protocols/stream/stream_state.h"
#include "protocols/stream/tlp.h"

/* A tick of the clock of timestamps: how exact echo_ns is. */
#define ICS_RECOVERY_TIMESTAMP_TICK_NS INT64_C(1000000)

typedef enum {
    ICS_RECOVERY_OPEN,
    ICS_RECOVERY_FAST, /* fast recovery: RFC 5681, 6582, 6675, 8985 */
    ICS_RECOVERY_LOSS  /* all was deemed lost, it is sent again in slow start */
} IcsRecoveryPhase;

/* What an event has changed: what its function returns, for observers and for the caller. */
enum {
    ICS_RECOVERY_CHANGED_WINDOW = 1,     /* cwnd or ssthresh */
    ICS_RECOVERY_CHANGED_ROUND_TRIP = 2, /* a sample was taken or the RTO backed off */
    ICS_RECOVERY_CHANGED_SCOREBOARD = 4, /* SACKed or lost bytes */
    ICS_RECOVERY_ENTERED = 8,            /* FAST or LOSS; its end is recovery_end */
    ICS_RECOVERY_LEFT = 16,              /* OPEN again */
    ICS_RECOVERY_TIMED_OUT = 32,         /* the RTO was due; see timeouts_in_row */
    ICS_RECOVERY_REDUCED = 64, /* cwnd was reduced: with ECN, set CWR on the next new data */
};

/* What the handshake has settled. */
typedef struct IcsRecoveryPeer {
    uint32_t smss_bytes;  /* largest payload of a segment, options taken off; over 0 */
    bool sack;            /* the peer sends SACK blocks */
    bool ecn;             /* ECE means something */
    int64_t rtt_ns;       /* of a SYN or SYN-ACK that was sent once; -1: not measured */
    uint32_t syn_repeats; /* times that it was sent again: more than one and the initial window is
                           * one segment (RFC 6928, section 2) */
} IcsRecoveryPeer;

/* An acceptable acknowledgement, all numbers extended to 64 bits. */
typedef struct IcsRecoveryAck {
    IcsSequence ack;              /* not above SND.NXT; below SND.UNA only its SACK blocks count */
    const IcsSequenceRange *sack; /* the option's blocks in their order, a D-SACK included */
    uint32_t n_sack;
    int64_t echo_ns;   /* the sender's time at which the echoed timestamp's tick began; -1: none */
    bool is_duplicate; /* RFC 5681, section 2: data is outstanding, the segment carries none, no SYN
                        * nor FIN, ack is SND.UNA, and the window field is the last one */
    bool ece;          /* its ECE flag */
} IcsRecoveryAck;

/* Timers, ICS_TIME_NEVER when they do not run. */
typedef struct IcsRecoveryTimers {
    int64_t rto_ns;
    int64_t pto_ns;     /* of a tail loss probe */
    int64_t reorder_ns; /* RACK's */
    int64_t ecn_ns;     /* no new data before it: a window of one segment was to be reduced */
} IcsRecoveryTimers;

/* One stay in FAST or LOSS. */
typedef struct IcsRecoveryEpisode {
    IcsStreamRepeat why;  /* what the first repetition is for */
    bool forced;          /* which is to be sent whatever cwnd says */
    bool was_partial;     /* a partial ACK has come */
    bool rescued;         /* rule 4 of NextSeg() was used */
    IcsSequence high_rxt; /* HighRxt of RFC 6675, exclusive */
} IcsRecoveryEpisode;

/* How much of cwnd is used. */
typedef struct IcsRecoveryUse {
    IcsSequence round_end;  /* when this is acknowledged a new round begins */
    uint64_t most_bytes;    /* in flight in this round */
    uint64_t limited_bytes; /* sent by limited transmit since SND.UNA advanced */
    int64_t last_sent_ns;   /* -1: nothing was */
} IcsRecoveryUse;

/* RFC 3168, section 6.1.2. */
typedef struct IcsRecoveryEcn {
    bool on;
    IcsSequence end; /* no second reduction before this is acknowledged */
} IcsRecoveryEcn;

typedef struct IcsRecovery {
    const IcsRecoveryConfig *config;
    IcsRecoveryPhase phase;
    bool sack;
    uint32_t duplicates;      /* duplicate ACKs in a row */
    uint32_t timeouts_in_row; /* of the RTO, without an ACK of new data in between */
    IcsSequence una;
    IcsSequence nxt;
    IcsSequence recovery_end; /* `recover` of RFC 6582, RecoveryPoint of 6675: SND.NXT on entry */
    IcsRecoveryEpisode episode;
    IcsRecoveryUse use;
    IcsRecoveryEcn ecn;
    IcsRecoveryTimers timers;
    IcsRto rto;
    IcsCongestion congestion;
    IcsSentSegments segments;
    IcsRack rack;
    IcsTlp tlp;
    IcsPrr prr;
    uint64_t n_timeouts;         /* of the whole connection */
    uint64_t n_fast_retransmits; /* entries to FAST, or to LOSS without a timeout */
} IcsRecovery;

/* Before the SYN. `config` is borrowed and outlives it. `iss` is the SYN's number: SND.UNA and
 * SND.NXT become iss + 1. */
void ics_recovery_init(IcsRecovery *self, const IcsRecoveryConfig *config, IcsSequence iss);
/* Forgets what is outstanding, stops the timers, gives the memory back. May be called twice. */
void ics_recovery_clear(IcsRecovery *self);

/* ---- the handshake ---- */

/* The caller's timer of the SYN or SYN-ACK has run out: its next one takes
 * ics_recovery_rto_ns(). */
void ics_recovery_handshake_timed_out(IcsRecovery *self);
/* The handshake is over, before any data is sent. Sets cwnd to the initial window. */
uint32_t ics_recovery_established(IcsRecovery *self, int64_t now_ns, const IcsRecoveryPeer *peer);

/* ---- events; each returns what it has changed (ICS_RECOVERY_CHANGED_WINDOW ...) ---- */

/* There is new data to be sent. If nothing is outstanding and nothing was sent for an RTO, cwnd
 * falls to the restart window (RFC 5681, section 4.1). To be called before the allowance is asked
 * for; cheap. */
uint32_t ics_recovery_about_to_send(IcsRecovery *self, int64_t now_ns);
/* New data (or FIN) went out; range.first is SND.NXT. */
uint32_t ics_recovery_sent(IcsRecovery *self, int64_t now_ns, IcsSequenceRange range);
/* What ics_recovery_next_repeat() named, or the beginning of it, went out again. */
uint32_t ics_recovery_repeated(IcsRecovery *self, int64_t now_ns, IcsSequenceRange range);
/* An acceptable ACK came, new or not. */
uint32_t ics_recovery_acknowledged(IcsRecovery *self, int64_t now_ns, const IcsRecoveryAck *ack);
/* To be called at ics_recovery_deadline_ns() or later; does nothing before it. */
uint32_t ics_recovery_expire(IcsRecovery *self, int64_t now_ns);
/* The path MTU has become smaller. cwnd keeps its bytes. Records that are larger did not get
 * through: they are sent again in pieces, which is no sign of congestion (RFC 1191, section 6.5).
 */
void ics_recovery_set_smss(IcsRecovery *self, uint32_t smss_bytes);

/* Numbers up to `nxt` (at least SND.NXT) were used without telling recovery, for example by a
 * zero-window probe, and have been acknowledged: to be called before
 * ics_recovery_acknowledged(). With nothing outstanding SND.UNA becomes `nxt`, too. */
void ics_recovery_skip(IcsRecovery *self, IcsSequence nxt);

/* ---- questions ---- */

/* Bytes of new data that the congestion state lets out now; the peer's window and silly windows are
 * the caller's. At least one SMSS when a tail loss probe is due (Nagle must not hold it). */
uint64_t ics_recovery_allowance_bytes(const IcsRecovery *self);

/* What is to be sent again now, at most one SMSS and a FIN after it; NONE and an untouched range
 * when nothing is. `new_data`: new data could be sent instead (then no hole that is not deemed lost
 * is filled and no old segment serves as a probe). */
IcsStreamRepeat ics_recovery_next_repeat(IcsRecovery *self, bool new_data, IcsSequenceRange *range);

/* The earliest of its timers; ICS_TIME_NEVER. */
int64_t ics_recovery_deadline_ns(const IcsRecovery *self);

static inline int64_t ics_recovery_rto_ns(const IcsRecovery *self)
{
    return ics_rto_ns(&self->rto);
}
static inline bool ics_recovery_is_idle(const IcsRecovery *self)
{
    return ics_sent_segments_is_empty(&self->segments);
}
static inline uint64_t ics_recovery_cwnd_bytes(const IcsRecovery *self)
{
    return self->congestion.cwnd_bytes;
}
/* ICS_SSTHRESH_NONE before the first loss. */
static inline uint64_t ics_recovery_ssthresh_bytes(const IcsRecovery *self)
{
    return self->congestion.ssthresh_bytes;
}
static inline uint64_t ics_recovery_flight_bytes(const IcsRecovery *self)
{
    return ics_sent_segments_flight_bytes(&self->segments);
}
static inline uint64_t ics_recovery_pipe_bytes(const IcsRecovery *self)
{
    return ics_sent_segments_pipe_bytes(&self->segments);
}
static inline uint64_t ics_recovery_sacked_bytes(const IcsRecovery *self)
{
    return self->segments.counters.sacked_bytes;
}
static inline uint64_t ics_recovery_lost_bytes(const IcsRecovery *self)
{
    return self->segments.counters.lost_bytes;
}

#endif
