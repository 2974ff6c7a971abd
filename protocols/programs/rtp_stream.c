#include "protocols/programs/rtp_stream.h"

#include <glib.h>

static uint64_t rtp_stream_bit(uint16_t sequence)
{
    return UINT64_C(1) << sequence % 64;
}

static void rtp_stream_start(IcsRtpStream *self, const IcsRtpHeader *header)
{
    self->source = header->source;
    self->first_sequence = header->sequence;
    self->first_timestamp = header->timestamp;
    self->seen[header->sequence / 64] = rtp_stream_bit(header->sequence);
    self->packets = 1;
}

/* Makes the place the highest; those it leaps over have not come yet. */
static void rtp_stream_advance(IcsRtpStream *self, int64_t place, int64_t timestamp)
{
    while (self->highest < place) {
        uint16_t sequence = (uint16_t)(self->first_sequence + (uint64_t)++self->highest);
        self->seen[sequence / 64] &= ~rtp_stream_bit(sequence);
    }
    self->highest_timestamp = timestamp;
}

static IcsRtpStreamNews rtp_stream_mark(IcsRtpStream *self, uint16_t sequence)
{
    uint64_t *word = &self->seen[sequence / 64];
    if ((*word & rtp_stream_bit(sequence)) != 0) {
        self->duplicates++;
        return ICS_RTP_STREAM_DUPLICATE;
    }
    *word |= rtp_stream_bit(sequence);
    self->packets++;
    return ICS_RTP_STREAM_NEW;
}

IcsRtpStreamNews ics_rtp_stream_take(IcsRtpStream *self, const IcsRtpHeader *header,
                                     int64_t *timestamp)
{
    if (self->packets == 0) {
        rtp_stream_start(self, header);
        *timestamp = 0;
        return ICS_RTP_STREAM_NEW;
    }
    if (header->source != self->source) {
        return ICS_RTP_STREAM_FOREIGN;
    }
    uint16_t newest = (uint16_t)(self->first_sequence + (uint64_t)self->highest);
    uint32_t latest = (uint32_t)(self->first_timestamp + (uint64_t)self->highest_timestamp);
    int64_t place = self->highest + (int16_t)(header->sequence - newest);
    *timestamp = self->highest_timestamp + (int32_t)(header->timestamp - latest);
    if (place > self->highest) {
        rtp_stream_advance(self, place, *timestamp);
    }
    self->lowest = MIN(self->lowest, place);
    return rtp_stream_mark(self, header->sequence);
}

int64_t ics_rtp_stream_missing(const IcsRtpStream *self)
{
    return self->packets > 0 ? self->highest - self->lowest + 1 - self->packets : 0;
}
