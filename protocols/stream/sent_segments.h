/* The retransmission queue with its scoreboard: one record for each segment that was sent and is
 * not acknowledged yet, in order of sequence numbers, without gaps. It knows which are SACKed (RFC
 * 2018), which are deemed lost, which have been sent again, and counts the pipe of RFC 6675,
 * section 4, as things change. An empty one owns no memory.
 *
 * An ACK costs O(records that it acknowledges or newly SACKs + log of what is in the queue). */
#ifndef ICS_PROTOCOLS_STREAM_SENT_SEGMENTS_H
#define ICS_PROTOCOLS_STREAM_SENT_SEGMENTS_H

#include <stdbool.h>
#include <stdint.h>

#include "protocols/stream/repetitions.h"
#include "protocols/stream/sacked_ranges.h"
#include "protocols/stream/sequence.h"

typedef struct IcsSentSegment {
    IcsSequence first;
    IcsSequence end;
    int64_t sent_ns;       /* its last transmission */
    uint32_t order;        /* of that among all of the queue; it may wrap around */
    uint8_t transmissions; /* 1: never sent again; 255: or more */
    bool sacked;           /* the next two are false then */
    bool lost;             /* what was sent before the repetition under way, if any, is lost */
    bool retransmitted;    /* a repetition is under way */
} IcsSentSegment;

/* Running sums over the records; a record that is lost but not retransmitted is waiting. */
typedef struct IcsSentCounters {
    uint64_t sacked_bytes;
    uint64_t lost_bytes;
    uint64_t retransmitted_bytes;
    uint32_t n_sacked;
    uint32_t n_waiting;
} IcsSentCounters;

typedef struct IcsSentSegments {
    IcsSentSegment *records; /* a ring, `capacity` is a power of two; NULL when empty */
    uint32_t capacity;
    uint32_t head;
    uint32_t count;
    uint32_t n_transmissions;
    IcsSentCounters counters;
    IcsSackedRanges sacked;
    IcsRepetitions repetitions;
    IcsSequence waiting_from;   /* no record below it is waiting */
    IcsSequence lost_until;     /* RFC 6675's IsLost() was answered up to here */
    IcsSequence originals_from; /* no original (see below) is below it */
} IcsSentSegments;

/* What an acknowledgement found in the queue. Zero-initialise it and set `found`, if it is wanted:
 * it is told each record that is acknowledged or SACKed as a whole for the first time, before the
 * record changes. Sums are added up over several calls. */
typedef struct IcsSentFindings {
    uint64_t acked_bytes;     /* newly acknowledged cumulatively */
    uint64_t sacked_bytes;    /* newly SACKed */
    uint64_t delivered_bytes; /* of both, each byte once in its life */
    void (*found)(void *context, const IcsSentSegment *segment); /* nullable */
    void *context;
} IcsSentFindings;

void ics_sent_segments_init(IcsSentSegments *self);
/* Forgets all records and gives the memory back; it may be used again. */
void ics_sent_segments_clear(IcsSentSegments *self);

/* ---- events ---- */

/* A new segment was sent; `range` is not empty and begins where the last record ends. */
void ics_sent_segments_append(IcsSentSegments *self, int64_t now_ns, IcsSequenceRange range);

/* Part of what is in the queue was sent again: what is not SACKed of the range becomes
 * retransmitted. Records that lie in it partly are split. */
void ics_sent_segments_retransmit(IcsSentSegments *self, int64_t now_ns, IcsSequenceRange range);

/* Everything before `ack` has arrived: those records go; one that lies on both sides is cut. */
void ics_sent_segments_acknowledge(IcsSentSegments *self, IcsSequence ack,
                                   IcsSentFindings *findings);

/* A SACK block. What is outside of the queue is left out; records are split at its edges. */
void ics_sent_segments_sack(IcsSentSegments *self, IcsSequenceRange block,
                            IcsSentFindings *findings);

/* ---- losses (sent_segments_loss.c) ---- */

/* Marks as lost what IsLost() of RFC 6675 says is lost: `duplicate_threshold` separate SACKed
 * ranges, or more than (duplicate_threshold - 1) * smss_bytes SACKed bytes, lie above it. A
 * repetition that is under way remains so. Returns the bytes newly marked. */
uint64_t ics_sent_segments_mark_lost_by_sack(IcsSentSegments *self, uint32_t duplicate_threshold,
                                             uint32_t smss_bytes);

/* Marks the record at `index`, which is not SACKed, as lost with all its repetitions. Returns the
 * bytes that are newly waiting: 0 if it was already. */
uint64_t ics_sent_segments_mark_lost(IcsSentSegments *self, uint32_t index);

/* A retransmission timeout: all that is not SACKed is lost and waits. If the first record is SACKed
 * the receiver has reneged (RFC 2018, section 8), and all SACKs are forgotten first. Returns
 * whether it has. */
bool ics_sent_segments_mark_all_lost(IcsSentSegments *self);

/* NextSeg() of RFC 6675, rule 1: the first record that waits. NULL if there is none. */
const IcsSentSegment *ics_sent_segments_next_waiting(IcsSentSegments *self);

/* NextSeg(), rule 3: the first record at or after `from` that is not SACKed, not retransmitted, and
 * below the highest SACKed number. NULL if there is none. */
const IcsSentSegment *ics_sent_segments_next_hole(const IcsSentSegments *self, IcsSequence from);

/* The last record that is not SACKed; NULL if there is none. */
const IcsSentSegment *ics_sent_segments_last_unsacked(const IcsSentSegments *self);

/* ---- in the order of their transmission, for RACK (sent_segments_loss.c) ---- */

/* Originals are records that were sent once and are neither SACKed nor lost; their order is that of
 * their numbers. The index of the first at or after `index`; count if there is none. */
uint32_t ics_sent_segments_next_original(const IcsSentSegments *self, uint32_t index);
/* The first of all, found faster. */
uint32_t ics_sent_segments_first_original(IcsSentSegments *self);

/* The index of a record whose repetition is under way, and none was sent earlier; count if there is
 * none. */
uint32_t ics_sent_segments_oldest_repetition(IcsSentSegments *self);

/* ---- questions ---- */

/* Record 0 is the oldest; `index` is below count. Valid until the queue changes. */
static inline const IcsSentSegment *ics_sent_segments_at(const IcsSentSegments *self,
                                                         uint32_t index)
{
    return &self->records[(self->head + index) & (self->capacity - 1)];
}

/* Index of the first record that ends after `sequence`; count if there is none. */
uint32_t ics_sent_segments_find(const IcsSentSegments *self, IcsSequence sequence);

/* The first record at or after `index` that is not SACKed; count if there is none. Passes a SACKed
 * range in one step. */
uint32_t ics_sent_segments_next_unsacked(const IcsSentSegments *self, uint32_t index);

static inline bool ics_sent_segments_is_empty(const IcsSentSegments *self)
{
    return self->count == 0;
}

/* SND.UNA and SND.NXT of what is in the queue, which is not empty. */
static inline IcsSequence ics_sent_segments_first(const IcsSentSegments *self)
{
    return ics_sent_segments_at(self, 0)->first;
}
static inline IcsSequence ics_sent_segments_end(const IcsSentSegments *self)
{
    return ics_sent_segments_at(self, self->count - 1)->end;
}

/* FlightSize of RFC 5681: all that is not acknowledged cumulatively. */
static inline uint64_t ics_sent_segments_flight_bytes(const IcsSentSegments *self)
{
    return self->count == 0 ? 0 : ics_sent_segments_end(self) - ics_sent_segments_first(self);
}

/* RFC 6675, section 4: what is deemed to be in the network. */
static inline uint64_t ics_sent_segments_pipe_bytes(const IcsSentSegments *self)
{
    return ics_sent_segments_flight_bytes(self) - self->counters.sacked_bytes -
           self->counters.lost_bytes + self->counters.retransmitted_bytes;
}

static inline uint64_t ics_sent_segment_bytes(const IcsSentSegment *self)
{
    return self->end - self->first;
}

#endif
