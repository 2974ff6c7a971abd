/* The retransmission queue with its scoreboard: one record for each segment that was sent and is
 * not acknowledged yet, in order of sequence numbers, without gaps. It knows which are SACKed (RFC
 * 2018), which are deemed lost, which have been sent again, and counts the pipe of RFC 6675,
 * section 4, as things change. An empty one owns no memory.
 *
 * An ACK costs O(records that it acknowledges or newly SACKs + log of the number of holes). */
#ifndef ICS_PROTOCOLS_STREAM_SENT_SEGMENTS_H
#define ICS_PROTOCOLS_STREAM_SENT_SEGMENTS_H

#include <stdbool.h>
#include <stdint.h>

#include "protocols/stream/sequence.h"

typedef struct IcsSentSegment {
    IcsSequence first;
    IcsSequence end;
    int64_t sent_ns; /* of its last transmission */
    uint32_t transmissions;
    bool sacked;
    bool lost;          /* its transmissions before the last, or all of them, are deemed lost */
    bool retransmitted; /* a repetition is under way: sent since it was marked lost, or by TLP */
} IcsSentSegment;

/* A repetition, in the order in which they were sent (for RACK). It is stale when its record has
 * gone, was SACKed, marked lost or sent again. */
typedef struct IcsRepetition {
    IcsSequence first;
    IcsSequence end;
    int64_t sent_ns;
} IcsRepetition;

typedef struct IcsSentSegments {
    IcsSentSegment *records; /* a ring, `capacity` is a power of two; NULL when empty */
    uint32_t capacity;
    uint32_t head;
    uint32_t count;

    IcsSequenceRange *ranges; /* what is SACKed, ascending, disjoint and not touching */
    uint32_t range_capacity;
    uint32_t range_head;
    uint32_t n_ranges;

    IcsRepetition *repetitions; /* a ring, oldest first */
    uint32_t repetition_capacity;
    uint32_t repetition_head;
    uint32_t n_repetitions;

    uint32_t n_sacked;       /* records that are SACKed */
    uint32_t n_lost_waiting; /* records that are lost, not SACKed and not retransmitted */
    uint64_t sacked_bytes;
    uint64_t lost_bytes;          /* of records that are lost and not SACKed */
    uint64_t retransmitted_bytes; /* of records that are retransmitted and not SACKed */
    IcsSequence first_waiting;    /* no record below it is lost and waiting */
    IcsSequence lost_until;       /* IsLost() was answered up to here (RFC 6675) */
    IcsSequence originals_until;  /* records sent once below it are SACKed or lost */
} IcsSentSegments;

/* What an acknowledgement found in the queue. Zero-initialise it; filled by
 * ics_sent_segments_acknowledge() and ics_sent_segments_sack(), which tell `found` each record that
 * is newly acknowledged or SACKed, before it changes. */
typedef struct IcsSentFindings IcsSentFindings;
struct IcsSentFindings {
    uint64_t acked_bytes;    /* newly acknowledged cumulatively, those SACKed before included */
    uint64_t sacked_bytes;   /* newly SACKed */
    uint64_t unsacked_bytes; /* of acked_bytes, those that were not SACKed before */
    void (*found)(void *context, const IcsSentSegment *segment); /* nullable; not for SACKed ones */
    void *context;
};

void ics_sent_segments_init(IcsSentSegments *self);
/* Forgets all records and gives the memory back. */
void ics_sent_segments_clear(IcsSentSegments *self);

/* A new segment was sent; `range` is not empty and begins where the last record ends. */
void ics_sent_segments_append(IcsSentSegments *self, int64_t now_ns, IcsSequenceRange range);

/* Part of what is in the queue was sent again: the records in the range become retransmitted.
 * Records that lie in it partly are split. */
void ics_sent_segments_retransmit(IcsSentSegments *self, int64_t now_ns, IcsSequenceRange range);

/* Everything before `ack` has arrived: those records go; one that lies on both sides is cut. */
void ics_sent_segments_acknowledge(IcsSentSegments *self, IcsSequence ack,
                                   IcsSentFindings *findings);

/* A SACK block. What is outside of the queue is left out; records are split at its edges. */
void ics_sent_segments_sack(IcsSentSegments *self, IcsSequenceRange block,
                            IcsSentFindings *findings);

/* Marks as lost what IsLost() of RFC 6675 says is lost and had not been said to be before: fewer
 * than `duplicate_threshold` separate SACKed ranges and no more than (duplicate_threshold - 1) *
 * smss_bytes SACKed bytes above it mean that it is not. Returns the bytes newly marked. */
uint64_t ics_sent_segments_mark_lost_by_sack(IcsSentSegments *self, uint32_t duplicate_threshold,
                                             uint32_t smss_bytes);

/* Marks the record at `index` as lost; a repetition of it that was under way is lost, too. It must
 * not be SACKed. Returns the bytes newly marked: 0 if it was waiting already. */
uint64_t ics_sent_segments_mark_lost(IcsSentSegments *self, uint32_t index);

/* A retransmission timeout: all that is not SACKed is lost and waiting to be sent again. If the
 * first record is SACKed the receiver has reneged (RFC 2018, section 8), and all SACKs are
 * forgotten first. Returns whether it has. */
bool ics_sent_segments_mark_all_lost(IcsSentSegments *self);

/* Record 0 is the oldest; `index` is below count. Valid until the queue changes. */
static inline const IcsSentSegment *ics_sent_segments_at(const IcsSentSegments *self,
                                                         uint32_t index)
{
    return &self->records[(self->head + index) & (self->capacity - 1)];
}

/* Index of the record that holds `sequence`, which is in the queue. */
uint32_t ics_sent_segments_find(const IcsSentSegments *self, IcsSequence sequence);

/* The first record at or after `index` that is not SACKed; count if there is none. Skips a SACKed
 * range in one step. */
uint32_t ics_sent_segments_next_unsacked(const IcsSentSegments *self, uint32_t index);

/* NextSeg() of RFC 6675, rule 1: the first record that is lost and waits to be sent again. NULL if
 * there is none. */
const IcsSentSegment *ics_sent_segments_next_lost(IcsSentSegments *self);

/* NextSeg(), rule 3: the first record at or after `from` that is not SACKed, not retransmitted, and
 * below the highest SACKed number. NULL if there is none. */
const IcsSentSegment *ics_sent_segments_next_hole(const IcsSentSegments *self, IcsSequence from);

/* The oldest repetition that is still under way, not SACKed and not marked lost since; NULL if
 * there is none. Drops stale ones. */
const IcsRepetition *ics_sent_segments_oldest_repetition(IcsSentSegments *self);
void ics_sent_segments_drop_repetition(IcsSentSegments *self);

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
    return ics_sent_segments_flight_bytes(self) - self->sacked_bytes - self->lost_bytes +
           self->retransmitted_bytes;
}

/* One past the highest SACKed number; 0: nothing is SACKed. */
static inline IcsSequence ics_sent_segments_sacked_end(const IcsSentSegments *self)
{
    return self->n_ranges == 0 ? 0 : self->ranges[self->range_head + self->n_ranges - 1].end;
}

#endif
