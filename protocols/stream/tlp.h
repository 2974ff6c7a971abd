/* Tail loss probes (RFC 8985, section 7): when the last segments of a flight may have been lost,
 * send one more so that its ACK shows it. */
#ifndef ICS_PROTOCOLS_STREAM_TLP_H
#define ICS_PROTOCOLS_STREAM_TLP_H

#include <stdbool.h>
#include <stdint.h>

#include "protocols/stream/sequence.h"

/* TLP.max_ack_delay: how long a receiver may delay the ACK of a single segment. */
#define ICS_TLP_MAX_ACK_DELAY_NS INT64_C(200000000)

typedef struct IcsTlp {
    bool is_due;            /* the timer has run out, the probe is to be sent */
    IcsSequence end;        /* TLP.end_seq: SND.NXT when the probe was sent; 0: no probe is out */
    bool is_retransmission; /* TLP.is_retrans */
} IcsTlp;

/* What an ACK says about the probe that is out. */
typedef enum {
    ICS_TLP_UNDECIDED, /* or there is none */
    ICS_TLP_ENDED,     /* nothing was lost, or other means find it */
    ICS_TLP_REPAIRED   /* the probe has repaired a loss: the window must be reduced */
} IcsTlpOutcome;

typedef struct IcsTlpAck {
    IcsSequence ack;
    IcsSequenceRange dsack; /* empty: none */
    bool is_bare_duplicate; /* a duplicate ACK without any SACK block */
} IcsTlpAck;

/* The probe timeout, from now (section 7.2): 2 * SRTT, with the delay of the ACK of a single
 * segment added, 1 s without SRTT; no later than `rto_left_ns`, when the RTO is due. */
int64_t ics_tlp_pto_ns(int64_t srtt_ns, bool is_single_segment, int64_t rto_left_ns);

/* The probe that was due went out; `nxt` is SND.NXT after it. */
void ics_tlp_sent(IcsTlp *self, IcsSequence nxt, bool is_retransmission);

/* Section 7.4.2. The probe is forgotten unless the outcome is UNDECIDED. */
IcsTlpOutcome ics_tlp_ack(IcsTlp *self, const IcsTlpAck *ack);

#endif
