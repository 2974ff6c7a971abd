/* ICMP errors about segments of a connection (RFC 9293, section 3.9.2.2; RFC 5927). */
#include "protocols/stream/stream_internal.h"

/* Every IPv4 host takes packets of this size (RFC 791), and no path has a smaller MTU. */
#define STREAM_ICMP_MTU_MIN_BYTES 68

/* RFC 5927, section 4.1: only what is under way can have met the error. */
static bool stream_icmp_is_credible(const IcsStream *self, uint32_t wire)
{
    IcsSequence sequence = ics_sequence_extend(self->send.una, wire);
    return self->send.una <= sequence && sequence < self->send.next;
}

/* RFC 1122, section 4.2.3.9: of the unreachable codes these three; RFC 5927, section 5.2 takes even
 * them for soft once the connection is synchronized. */
static bool stream_icmp_is_hard(int error)
{
    return error == ECONNREFUSED || error == ENOPROTOOPT;
}

static bool stream_icmp_is_opening(IcsStreamState state)
{
    return state == ICS_STREAM_SYN_SENT || state == ICS_STREAM_SYN_RECEIVED;
}

void ics_stream_icmp(IcsStream *self, int64_t now_ns, uint32_t sequence, int error,
                     uint32_t mtu_bytes)
{
    if (self->state == ICS_STREAM_CLOSED || !stream_icmp_is_credible(self, sequence)) {
        return;
    }
    if (mtu_bytes > 0) {
        if (mtu_bytes >= STREAM_ICMP_MTU_MIN_BYTES && mtu_bytes < self->send.path_mtu) {
            ics_stream_set_path_mtu(self, mtu_bytes);
        }
        return;
    }
    if (stream_icmp_is_hard(error) && stream_icmp_is_opening(self->state)) {
        ics_stream_break(self, now_ns, error);
        return;
    }
    self->soft_error = error;
}
