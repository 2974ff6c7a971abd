/* Protection against wrapped sequence numbers (RFC 7323, section 5). */
#include "protocols/stream/stream_internal.h"

/* Section 5.5: after so long without a segment the peer's clock may have gone half round. */
#define STREAM_PAWS_VALID_NS (INT64_C(24) * 24 * 3600 * 1000000000)

/* Whether `a` is before `b` on a clock of 32 bits. */
static inline bool stream_paws_is_before(uint32_t a, uint32_t b)
{
    return (int32_t)(a - b) < 0;
}

bool ics_stream_paws_accepts(const IcsStream *self, int64_t now_ns, const IcsTcpHeader *header)
{
    if (!self->agreed.timestamps || !header->options.has_timestamps ||
        (header->flags & ICS_TCP_RST) != 0) {
        return true;
    }
    if (!stream_paws_is_before(header->options.timestamp_value, self->receive.ts_recent)) {
        return true;
    }
    return now_ns - self->receive.ts_recent_ns > STREAM_PAWS_VALID_NS;
}

void ics_stream_note_timestamp(IcsStream *self, int64_t now_ns, IcsSequence sequence,
                               const IcsTcpHeader *header)
{
    if (!self->agreed.timestamps || !header->options.has_timestamps ||
        sequence > self->receive.acked) {
        return;
    }
    self->receive.ts_recent = header->options.timestamp_value;
    self->receive.ts_recent_ns = now_ns;
}
