#include "protocols/stream/stream_internal.h"

/* Room for two units of the window field there always is: a buffer that the user has made smaller
 * than what the SYN's shift was chosen for could never be announced. */
static uint64_t stream_window_limit(const IcsStream *self)
{
    const IcsStreamReceiving *receive = &self->receive;
    uint64_t least = receive->window_shift > 0 ? UINT64_C(2) << receive->window_shift : 0;
    return MAX(receive->limit, least);
}

/* The furthest right edge that the buffer has room for and that the window field can say. */
static IcsSequence stream_window_possible_edge(const IcsStream *self, uint8_t shift)
{
    const IcsStreamReceiving *receive = &self->receive;
    IcsSequence room_end = receive->read + stream_window_limit(self);
    if (room_end <= receive->next) {
        return receive->next;
    }
    uint64_t field = MIN((room_end - receive->next) >> shift, UINT16_MAX);
    return receive->next + (field << shift);
}

/* The receiver's silly window avoidance: the edge stays until the buffer has room beyond it for
 * half of itself or a full segment (RFC 9293, section 3.8.6.2.2). Where the window field is what
 * limits it, there always is. */
static bool stream_window_may_move(const IcsStream *self, IcsSequence to)
{
    const IcsStreamReceiving *receive = &self->receive;
    if (to <= receive->edge) {
        return false;
    }
    uint64_t limit = stream_window_limit(self);
    uint64_t least = MIN(limit / 2, ics_stream_segment_bytes(self));
    uint64_t kept_back = receive->read + limit - receive->edge;
    return !self->config->use.silly_window_avoidance || kept_back >= least;
}

/* A window of a SYN is never scaled (RFC 7323, section 2.2). */
static uint16_t stream_window_of_syn(IcsStream *self)
{
    IcsStreamReceiving *receive = &self->receive;
    uint16_t window = (uint16_t)MIN(receive->limit, UINT16_MAX);
    if (self->state == ICS_STREAM_SYN_SENT) {
        return window;
    }
    receive->edge = MAX(receive->edge, receive->next + window);
    return (uint16_t)MIN(ics_stream_receive_window(self), UINT16_MAX);
}

uint16_t ics_stream_announce_window(IcsStream *self, bool syn)
{
    if (syn) {
        return stream_window_of_syn(self);
    }
    IcsStreamReceiving *receive = &self->receive;
    IcsSequence possible = stream_window_possible_edge(self, receive->window_shift);
    if (stream_window_may_move(self, possible)) {
        receive->edge = possible;
    }
    /* Rounded down, so that what is announced may end a little before the edge, which stays as the
     * end of what is accepted (RFC 7323, section 2.4). */
    return (uint16_t)MIN(ics_stream_receive_window(self) >> receive->window_shift, UINT16_MAX);
}

uint32_t ics_stream_receive_window(const IcsStream *self)
{
    const IcsStreamReceiving *receive = &self->receive;
    return receive->edge > receive->next ? (uint32_t)(receive->edge - receive->next) : 0;
}

bool ics_stream_window_opened(const IcsStream *self)
{
    IcsSequence possible = stream_window_possible_edge(self, self->receive.window_shift);
    if (!stream_window_may_move(self, possible)) {
        return false;
    }
    if (!self->config->use.silly_window_avoidance) {
        return true;
    }
    /* A SYN's window is not scaled: the first acknowledgement of data will say how large it is. */
    uint64_t window = ics_stream_receive_window(self);
    if (self->receive.acked == self->receive.irs + 1 &&
        window >= 2 * (uint64_t)ics_stream_segment_bytes(self)) {
        return false;
    }
    /* While more than half of the buffer is on offer the usual acknowledgements say it in time. */
    return window <= self->receive.limit / 2 && possible - self->receive.next >= 2 * window;
}

/* A peer that has not taken the byte which probes its closed window, or what a shrunk window has
 * cut off, would not accept an ACK or a RST from beyond. Until it has answered the probe it may as
 * well have taken the byte: two ends that both thought too little would drop each other's ACKs.
 * What a scaled window says too little by rounding is no shrinking (RFC 7323, section 2.4). */
IcsSequence ics_stream_bare_sequence(const IcsStream *self)
{
    const IcsStreamSending *send = &self->send;
    if (!ics_stream_is_synchronized(self)) {
        return send->next;
    }
    if (ics_recovery_is_idle(&self->recovery)) {
        return send->probe_refused ? self->recovery.nxt : send->next;
    }
    IcsSequence edge = MAX(send->wl2 + send->window, send->una);
    bool is_beyond = send->next > edge && send->next - edge >= UINT64_C(1) << send->window_shift;
    return is_beyond ? edge : send->next;
}

static void stream_window_set(IcsStream *self, uint64_t window)
{
    IcsStreamSending *send = &self->send;
    send->window = window;
    send->max_window = MAX(send->max_window, window);
    ics_stream_note(self, ICS_STREAM_NOTE_PEER_WINDOW, (int64_t)window,
                    (int64_t)(send->next - send->una));
}

void ics_stream_update_send_window(IcsStream *self, int64_t now_ns, IcsSequence sequence,
                                   IcsSequence ack, const IcsTcpHeader *header)
{
    IcsStreamSending *send = &self->send;
    (void)now_ns;
    if (send->wl1 > sequence || (send->wl1 == sequence && send->wl2 > ack)) {
        return;
    }
    uint8_t shift = header->flags & ICS_TCP_SYN ? 0 : send->window_shift;
    uint64_t window = (uint64_t)header->window << shift;
    /* The timer of a closed or silly window begins anew when there is room that was not. */
    if (ack + window > send->wl2 + send->window) {
        self->timers.persist_ns = ICS_TIME_NEVER;
        self->timers.persist_backoff = 0;
    }
    send->wl1 = sequence;
    send->wl2 = ack;
    if (window != send->window) {
        stream_window_set(self, window);
    }
}
