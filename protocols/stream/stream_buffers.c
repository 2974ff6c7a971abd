/* What the user writes and reads, and the room for it. */
#include "protocols/stream/stream_internal.h"

/* The first byte that is not acknowledged, or will be the first to be sent. */
static IcsSequence stream_buffers_first_unacknowledged(const IcsStream *self)
{
    return MAX(self->send.una, self->send.iss + 1);
}

static int stream_buffers_write_error(const IcsStream *self)
{
    if (self->error != 0) {
        return self->error;
    }
    switch (self->state) {
    case ICS_STREAM_ESTABLISHED:
    case ICS_STREAM_CLOSE_WAIT:
        return 0;
    case ICS_STREAM_LISTEN:
    case ICS_STREAM_SYN_SENT:
    case ICS_STREAM_SYN_RECEIVED:
        return self->send.fin_asked ? EPIPE : ENOTCONN;
    case ICS_STREAM_CLOSED:
        return self->send.fin_asked || self->user_gone ? EPIPE : ENOTCONN;
    case ICS_STREAM_FIN_WAIT_1:
    case ICS_STREAM_FIN_WAIT_2:
    case ICS_STREAM_CLOSING:
    case ICS_STREAM_LAST_ACK:
    case ICS_STREAM_TIME_WAIT:
    case ICS_STREAM_N_STATES:
        break;
    }
    return EPIPE;
}

int64_t ics_stream_write(IcsStream *self, int64_t now_ns, const void *bytes, size_t n)
{
    int error = stream_buffers_write_error(self);
    (void)now_ns;
    if (error != 0) {
        return -error;
    }
    size_t taken = MIN(n, ics_stream_writable_bytes(self));
    ics_byte_ring_write(&self->send.ring, self->send.end, bytes, taken);
    self->send.end += taken;
    self->send.was_full = ics_stream_writable_bytes(self) == 0;
    return (int64_t)taken;
}

size_t ics_stream_read(IcsStream *self, int64_t now_ns, void *buffer, size_t n, bool peek)
{
    IcsStreamReceiving *receive = &self->receive;
    size_t taken = MIN(n, ics_stream_readable_bytes(self));
    (void)now_ns;
    if (buffer != NULL && taken > 0) {
        ics_byte_ring_read(&receive->ring, receive->read, buffer, taken);
    }
    if (peek || taken == 0) {
        return taken;
    }
    receive->read += taken;
    ics_byte_ring_drop(&receive->ring, receive->read);
    if (self->state != ICS_STREAM_CLOSED && !receive->fin_taken && ics_stream_window_opened(self)) {
        self->wanted.ack = true;
    }
    return taken;
}

size_t ics_stream_readable_bytes(const IcsStream *self)
{
    return (size_t)(ics_stream_readable_end(self) - self->receive.read);
}

size_t ics_stream_writable_bytes(const IcsStream *self)
{
    uint64_t used_bytes = ics_stream_unacknowledged_bytes(self);
    if (stream_buffers_write_error(self) != 0 || used_bytes >= self->send.limit) {
        return 0;
    }
    return (size_t)(self->send.limit - used_bytes);
}

uint64_t ics_stream_unacknowledged_bytes(const IcsStream *self)
{
    IcsSequence first = stream_buffers_first_unacknowledged(self);
    return first < self->send.end ? self->send.end - first : 0;
}

uint64_t ics_stream_unsent_bytes(const IcsStream *self)
{
    IcsSequence first = MAX(self->send.next, self->send.iss + 1);
    return first < self->send.end ? self->send.end - first : 0;
}

bool ics_stream_at_end(const IcsStream *self)
{
    return self->receive.fin_taken && self->receive.read == self->receive.fin;
}

IcsSequence ics_stream_read_position(const IcsStream *self)
{
    return self->receive.read;
}

IcsSequence ics_stream_write_position(const IcsStream *self)
{
    return self->send.end;
}

void ics_stream_set_buffers(IcsStream *self, int64_t now_ns, uint32_t send_bytes,
                            uint32_t receive_bytes)
{
    self->send.limit = send_bytes;
    self->receive.limit = receive_bytes;
    bool is_full = ics_stream_writable_bytes(self) == 0;
    if (self->send.was_full && !is_full) {
        self->events |= ICS_STREAM_WRITABLE;
    }
    self->send.was_full = is_full; /* a smaller buffer may be full without a write */
    if (ics_stream_is_synchronized(self) && !self->receive.fin_taken &&
        ics_stream_window_opened(self)) {
        self->wanted.ack = true;
    }
    ics_stream_review_timers(self, now_ns);
}
