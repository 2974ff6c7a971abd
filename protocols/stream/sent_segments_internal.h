/* What the files of the retransmission queue share. */
#ifndef ICS_PROTOCOLS_STREAM_SENT_SEGMENTS_INTERNAL_H
#define ICS_PROTOCOLS_STREAM_SENT_SEGMENTS_INTERNAL_H

#include "protocols/stream/sent_segments.h"

static inline IcsSentSegment *ics_sent_segments_record(IcsSentSegments *self, uint32_t index)
{
    return &self->records[(self->head + index) & (self->capacity - 1)];
}

static inline bool ics_sent_segment_is_waiting(const IcsSentSegment *self)
{
    return self->lost && !self->retransmitted;
}

/* Takes the record out of the sums, before it changes, or puts it back, after it. */
void ics_sent_segments_discount(IcsSentSegments *self, const IcsSentSegment *record);
void ics_sent_segments_count_in(IcsSentSegments *self, const IcsSentSegment *record);

#endif
