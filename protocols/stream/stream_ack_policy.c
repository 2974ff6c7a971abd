#include "protocols/stream/stream_internal.h"

/* The least that counts as a full segment unless the peer's MSS is smaller: keystrokes are none. */
#define STREAM_ACK_POLICY_FULL_BYTES 536

/* Of IPv4 and TCP without options. */
#define STREAM_ACK_POLICY_HEADERS_BYTES 40

static uint32_t stream_ack_policy_full_bytes(const IcsStream *self)
{
    uint32_t least = MIN(STREAM_ACK_POLICY_FULL_BYTES, ics_stream_segment_bytes(self));
    return MAX(self->receive.largest_segment, least);
}

/* More than one full segment: at the latest every second one is acknowledged at once (RFC 9293,
 * section 3.8.6.3, SHLD-19; RFC 5681, section 4.2). */
static bool stream_ack_policy_is_due(const IcsStream *self)
{
    return self->receive.unacked_bytes > stream_ack_policy_full_bytes(self);
}

void ics_stream_owe_ack(IcsStream *self, int64_t now_ns, IcsStreamDataKind kind, uint32_t bytes)
{
    IcsStreamReceiving *receive = &self->receive;
    receive->unacked_bytes += bytes;
    /* What is larger than the interface can receive are several that were joined on the way. */
    uint32_t segment_bytes = MIN(bytes, self->mtu_bytes - STREAM_ACK_POLICY_HEADERS_BYTES);
    receive->largest_segment = MAX(receive->largest_segment, segment_bytes);
    bool may_wait =
        kind == ICS_STREAM_DATA_IN_ORDER && self->config->use.delayed_ack && !receive->fin_taken;
    if (!may_wait || stream_ack_policy_is_due(self)) {
        self->wanted.ack = true;
    } else if (self->timers.delayed_ack_ns == ICS_TIME_NEVER) {
        self->timers.delayed_ack_ns = now_ns + self->config->times.delayed_ack_ns;
    }
}

void ics_stream_ack_is_sent(IcsStream *self)
{
    self->wanted.ack = false;
    self->timers.delayed_ack_ns = ICS_TIME_NEVER;
    self->receive.unacked_bytes = 0;
    self->receive.acked = self->receive.next;
}
