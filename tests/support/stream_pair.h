/* Two stream machines, A and B, joined by a channel in virtual time. Segments cross it as bytes on
 * the wire; what becomes of each is the test's to say. What was sent stands in a trace to read:
 *
 *     0.000 A > B S 0:0(0) win 65535 <mss 1460,sackOK,TS val 0 ecr 0,wscale 2>
 *     0.010 B > A S. 0:0(0) ack 1 win 65535 <mss 1460>
 *     0.020 A > B P. 1:101(100) ack 1 win 1024 (dropped)
 *
 * Numbers are relative to the sender's (ack, sack: the receiver's) initial ones; flags as tcpdump
 * writes them, with E for ECE and W for CWR. */
#ifndef ICS_TESTS_SUPPORT_STREAM_PAIR_H
#define ICS_TESTS_SUPPORT_STREAM_PAIR_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#include "protocols/stream/challenge_ack.h"
#include "protocols/stream/stream_tcb.h"

enum { ICS_PAIR_A, ICS_PAIR_B, ICS_PAIR_ENDS };

#define ICS_PAIR_MS INT64_C(1000000)
#define ICS_PAIR_S  INT64_C(1000000000)

typedef struct IcsStreamPair IcsStreamPair;

/* What the channel does to a segment. All zero: it arrives after the channel's delay. */
typedef struct IcsPairFate {
    bool drop;
    bool congestion_experienced;
    uint32_t copies;  /* beside the original */
    int64_t delay_ns; /* beside the channel's; of the copies too */
} IcsPairFate;

/* A segment as the channel sees it. */
typedef struct IcsPairSegment {
    int from;
    uint32_t ordinal; /* of those from there, from 0 */
    int64_t sent_ns;
    IcsTcpHeader header;
    uint32_t payload_bytes;
    IcsStreamRepeat repeat;
    bool ecn_capable;
} IcsPairSegment;

typedef IcsPairFate (*IcsPairDecide)(IcsStreamPair *self, const IcsPairSegment *segment,
                                     void *context);

typedef struct IcsPairEnd {
    IcsStreamConfig config; /* to be changed before the first call */
    IcsStream stream;
    IcsChallengeAck challenges;
    IcsStreamName name;
    uint32_t iss;
    uint32_t mtu_bytes;
    bool listens;             /* a SYN for a new machine is accepted, else it is refused */
    bool was_used;            /* the machine has been opened or accepted */
    IcsStreamVerdict verdict; /* of the last segment that came in */
    uint32_t n_sent;
    uint32_t n_received;
    GArray *states; /* of IcsStreamState: every one that was moved to */
    GByteArray *received;
} IcsPairEnd;

struct IcsStreamPair {
    IcsPairEnd ends[ICS_PAIR_ENDS];
    int64_t now_ns;
    int64_t delay_ns;     /* of the channel, each way */
    IcsPairDecide decide; /* nullable */
    void *context;
    GSequence *under_way; /* by arrival */
    uint64_t n_offered;
    GString *trace;
    GString *last; /* line of it */
    bool is_traced;
    bool reads; /* what arrives is read at once into `received` */
    uint32_t steps_at_now;
};

/* Both CLOSED, with the default configuration and initial sequence numbers 1000 and 5000; the
 * channel takes 10 ms; B listens. */
IcsStreamPair *ics_stream_pair_new(void);
void ics_stream_pair_free(IcsStreamPair *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(IcsStreamPair, ics_stream_pair_free)

/* The machine of one end, made anew: its host has forgotten the old one. */
void ics_stream_pair_restart(IcsStreamPair *self, int end);

/* Sends what both machines want to send now: after calls of the user. */
void ics_stream_pair_flush(IcsStreamPair *self);
/* Lets arrivals and deadlines happen up to and at `until_ns`, where the time stands then. */
void ics_stream_pair_run_until(IcsStreamPair *self, int64_t until_ns);
void ics_stream_pair_run_for(IcsStreamPair *self, int64_t ns);
/* Until nothing is under way and no deadline is set, or `limit_ns` is reached; whether it came to
 * rest. */
bool ics_stream_pair_settle(IcsStreamPair *self, int64_t limit_ns);
/* When something will happen next; ICS_TIME_NEVER. */
int64_t ics_stream_pair_next_ns(const IcsStreamPair *self);

/* A connects to B, and the handshake is run. */
void ics_stream_pair_connect(IcsStreamPair *self);
/* All is written and acknowledged, or `limit_ns` is reached; the bytes are ics_stream_pair_byte().
 */
void ics_stream_pair_transfer(IcsStreamPair *self, int from, size_t n, int64_t limit_ns);
static inline uint8_t ics_stream_pair_byte(uint64_t offset)
{
    return (uint8_t)(offset * 31 + (offset >> 8) * 7 + (offset >> 16));
}
/* Whether `received` of that end are the first bytes of the pattern. */
bool ics_stream_pair_is_intact(const IcsStreamPair *self, int end);

/* A segment from nowhere arrives at that end now. Numbers are relative, as in the trace. */
IcsStreamVerdict ics_stream_pair_inject(IcsStreamPair *self, int to, const IcsTcpHeader *header,
                                        const void *payload, uint32_t n);
IcsTcpHeader ics_stream_pair_header(uint8_t flags, uint32_t sequence, uint32_t acknowledgement);

IcsStream *ics_stream_pair_a(IcsStreamPair *self);
IcsStream *ics_stream_pair_b(IcsStreamPair *self);
/* The whole trace, or its last line, without the time. */
const char *ics_stream_pair_trace(IcsStreamPair *self);
const char *ics_stream_pair_last(IcsStreamPair *self);
void ics_stream_pair_clear_trace(IcsStreamPair *self);

#endif
