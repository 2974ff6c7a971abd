/* What the files of the recovery share. Functions return what they have changed, as in recovery.h.
 */
#ifndef ICS_PROTOCOLS_STREAM_RECOVERY_INTERNAL_H
#define ICS_PROTOCOLS_STREAM_RECOVERY_INTERNAL_H

#include "protocols/stream/recovery.h"
#include "sim/simulation.h"

/* What one ACK was found to mean. */
typedef struct IcsRecoveryArrival {
    const IcsRecoveryAck *ack;
    int64_t now_ns;
    IcsSentFindings findings;
    uint64_t flight_bytes;  /* FlightSize before it */
    int64_t oldest_sent_ns; /* of what it acknowledges that was sent once; -1: nothing was */
    bool is_cumulative;     /* what is being found is acknowledged, not SACKed */
    bool has_repeated;      /* it acknowledges something that was sent again */
    bool advances;          /* SND.UNA */
    bool leaves;            /* it ends a stay in FAST or LOSS */
    IcsSequenceRange dsack; /* empty: none */
} IcsRecoveryArrival;

static inline bool ics_recovery_uses_rack(const IcsRecovery *self)
{
    return self->sack && self->config->rack;
}

static inline bool ics_recovery_uses_prr(const IcsRecovery *self)
{
    return self->sack && self->config->prr && !self->congestion.klass->is_fixed;
}

/* The timer of RFC 6298 begins anew. */
static inline void ics_recovery_restart_rto(IcsRecovery *self, int64_t now_ns)
{
    self->timers.rto_ns = now_ns + ics_rto_ns(&self->rto);
}

/* Nothing is outstanding. */
static inline void ics_recovery_stop_repeating(IcsRecovery *self)
{
    self->timers.rto_ns = ICS_TIME_NEVER;
    self->timers.pto_ns = ICS_TIME_NEVER;
    self->timers.reorder_ns = ICS_TIME_NEVER;
}

/* RFC 8985, section 7.2: arms the probe timer if a probe may be sent, stops it if not. */
void ics_recovery_schedule_probe(IcsRecovery *self, int64_t now_ns);

/* Something is lost and it was not the timer that says so: FAST, or LOSS when fast recovery is
 * off. */
uint32_t ics_recovery_enter(IcsRecovery *self, int64_t now_ns, IcsStreamRepeat why);

/* Everything is lost and sent again in slow start; ssthresh has been set. */
void ics_recovery_begin_loss(IcsRecovery *self, int64_t now_ns, IcsStreamRepeat why);

/* A congestion event: sets ssthresh. `flight_bytes` is FlightSize when it was noticed. */
void ics_recovery_reduce(IcsRecovery *self, int64_t now_ns, uint64_t flight_bytes);

/* RFC 6937: cwnd after so many bytes were delivered in FAST. */
void ics_recovery_apply_prr(IcsRecovery *self, uint64_t delivered_bytes);

/* By RACK, by SACK or by counting duplicates: what an ACK shows to be lost. */
uint32_t ics_recovery_find_losses(IcsRecovery *self, const IcsRecoveryArrival *arrival);

/* RACK step 5 and its timer; enters FAST when there is something new to be sent again. */
uint32_t ics_recovery_detect_by_rack(IcsRecovery *self, int64_t now_ns);

#endif
