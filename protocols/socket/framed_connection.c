/* One connection that carries framed messages both ways. */
#include <errno.h>
#include <string.h>

#include "protocols/socket/framed_internal.h"
#include "protocols/wire/bytes.h"

/* A message with its length before it, that waits for room in the send buffer. */
typedef struct FramedFrame {
    IcsMessageTag tag;
    size_t n;
    size_t written;
    uint8_t bytes[];
} FramedFrame;

static int64_t framed_connection_now(const IcsFramedConnection *self)
{
    return self->owner->socket->process->simulation->now_ns;
}

static void framed_connection_happened(IcsTcpUser *user, G_GNUC_UNUSED uint32_t events)
{
    ics_framed_socket_wake(ICS_CONTAINER_OF(user, IcsFramedConnection, user)->owner);
}

static IcsFramedConnection *framed_connection_new(IcsFramedSocket *owner)
{
    IcsFramedConnection *self = g_new0(IcsFramedConnection, 1);
    self->user.happened = framed_connection_happened;
    self->owner = owner;
    self->flow = ICS_FLOW_NONE;
    g_queue_init(&self->frames);
    g_ptr_array_add(owner->connections, self);
    return self;
}

static IcsTcp *framed_connection_tcp(const IcsFramedSocket *owner)
{
    return ics_tcp_of(owner->socket->stack);
}

int ics_framed_connection_open(IcsFramedSocket *owner, IcsEndpoint peer,
                               IcsFramedConnection **connection)
{
    IcsFramedConnection *self = framed_connection_new(owner);
    IcsTcpRequest request = {
        .config = owner->config,
        .local_address = owner->socket->port.binding.local_address,
        .local_port = owner->socket->port.binding.local_port,
        .peer_address = peer.address,
        .peer_port = peer.port,
        .fate_flow = ics_socket_fate_flow(owner->socket, peer.address),
        .user = &self->user,
    };
    self->peer = peer;
    int result = ics_tcp_connect(framed_connection_tcp(owner), &request, &self->connection);
    if (result == -EADDRINUSE) {
        /* An earlier connection between the two ports still lasts, in TIME-WAIT perhaps. */
        request.local_port = 0;
        result = ics_tcp_connect(framed_connection_tcp(owner), &request, &self->connection);
    }
    if (result != 0) {
        g_ptr_array_remove(owner->connections, self);
        g_free(self);
        return result;
    }
    *connection = self;
    return 0;
}

IcsFramedConnection *ics_framed_connection_accept(IcsFramedSocket *owner)
{
    IcsFramedConnection *self = framed_connection_new(owner);
    const IcsStreamName *name = ics_stream_name(&owner->port.listener->first_ready->stream);
    self->peer = (IcsEndpoint){name->peer_address, name->peer_port};
    self->connection = ics_tcp_accept(&owner->port, &self->user,
                                      ics_socket_fate_flow(owner->socket, name->peer_address));
    return self;
}

static void framed_connection_free_frames(IcsFramedConnection *self, IcsCause cause)
{
    FramedFrame *frame;
    while ((frame = g_queue_pop_head(&self->frames)) != NULL) {
        if (frame->written == 0) {
            ics_socket_message_abandoned(self->owner->socket, &frame->tag, cause);
        }
        g_free(frame);
    }
}

void ics_framed_connection_free(IcsFramedConnection *self, IcsCause cause)
{
    framed_connection_free_frames(self, cause);
    if (cause == ICS_CAUSE_HOST_DOWN) {
        self->connection->user = NULL;
    } else {
        ics_tcp_release(self->connection);
    }
    g_free(self->arriving);
    g_free(self);
}

/* ---- send ---- */

static uint32_t framed_connection_open_flow(IcsFramedConnection *self)
{
    IcsSocket *socket = self->owner->socket;
    return ics_socket_add_flow(socket, &(IcsFlow){
                                           .transport = socket->transport->klass->name,
                                           .peer_address = self->peer.address,
                                           .peer_port = self->peer.port,
                                           .is_stream = true,
                                           .marks = ics_tcp_marks(self->connection),
                                       });
}

void ics_framed_connection_send(IcsFramedConnection *self, uint64_t ordinal, const void *bytes,
                                size_t n)
{
    if (self->flow == ICS_FLOW_NONE) {
        self->flow = framed_connection_open_flow(self);
        self->connection->first_message = ordinal;
    }
    FramedFrame *frame = g_malloc(sizeof(FramedFrame) + ICS_FRAME_LENGTH_BYTES + n);
    frame->tag = (IcsMessageTag){.sent_ns = framed_connection_now(self),
                                 .ordinal = ordinal - self->connection->first_message,
                                 .flow = self->flow,
                                 .bytes = (uint32_t)n};
    frame->n = ICS_FRAME_LENGTH_BYTES + n;
    frame->written = 0;
    ics_bytes_store_be32(frame->bytes, (uint32_t)n);
    if (n > 0) {
        memcpy(frame->bytes + ICS_FRAME_LENGTH_BYTES, bytes, n);
    }
    g_queue_push_tail(&self->frames, frame);
    ics_socket_stream_message_sent(self->owner->socket, self->connection->own.flow, &frame->tag);
}

/* Whether the whole frame has been written. */
static bool framed_connection_write_frame(IcsFramedConnection *self, FramedFrame *frame)
{
    if (ics_stream_writable_bytes(&self->connection->stream) == 0) {
        return false;
    }
    if (frame->written == 0) {
        ics_tcp_mark_frame(self->connection, &frame->tag, frame->n);
    }
    int64_t taken =
        ics_tcp_write(self->connection, frame->bytes + frame->written, frame->n - frame->written);
    frame->written += (size_t)MAX(taken, 0);
    return frame->written == frame->n;
}

static void framed_connection_write(IcsFramedConnection *self)
{
    while (!g_queue_is_empty(&self->frames) &&
           framed_connection_write_frame(self, g_queue_peek_head(&self->frames))) {
        g_free(g_queue_pop_head(&self->frames));
    }
}

/* ---- receive ---- */

static void framed_connection_begin_message(IcsFramedConnection *self)
{
    size_t n = ics_bytes_load_be32(self->length);
    self->arriving = g_malloc(sizeof(IcsFramedMessage) + n);
    self->arriving->from = self->peer;
    self->arriving->n = n;
    self->arriving->got = 0;
}

static void framed_connection_end_message(IcsFramedConnection *self)
{
    IcsFramedMessage *message = g_steal_pointer(&self->arriving);
    self->length_got = 0;
    if (!ics_tcp_take_message(self->connection, &message->tag)) {
        message->tag = (IcsMessageTag){.flow = ICS_FLOW_NONE};
    }
    ics_framed_socket_receive(self->owner, message);
}

/* Reads some bytes, at most to the end of a message. False when the length is none of ours. */
static bool framed_connection_read_some(IcsFramedConnection *self)
{
    if (self->arriving == NULL) {
        self->length_got += ics_tcp_read(self->connection, self->length + self->length_got,
                                         ICS_FRAME_LENGTH_BYTES - self->length_got, false);
        if (self->length_got < ICS_FRAME_LENGTH_BYTES) {
            return true;
        }
        if (ics_bytes_load_be32(self->length) > ICS_DATAGRAM_MAX) {
            return false;
        }
        framed_connection_begin_message(self);
    }
    IcsFramedMessage *message = self->arriving;
    message->got += ics_tcp_read(self->connection, message->bytes + message->got,
                                 message->n - message->got, false);
    if (message->got == message->n) {
        framed_connection_end_message(self);
    }
    return true;
}

static bool framed_connection_read(IcsFramedConnection *self)
{
    while (ics_stream_readable_bytes(&self->connection->stream) > 0 &&
           ics_framed_socket_has_room(self->owner)) {
        if (!framed_connection_read_some(self)) {
            return false;
        }
    }
    return true;
}

/* ---- what is due ---- */

/* A closed socket gives the connection up when all of its messages have arrived. */
static bool framed_connection_finish(IcsFramedConnection *self)
{
    if (!g_queue_is_empty(&self->frames)) {
        return true;
    }
    if (!ics_stream_is_shut_down(&self->connection->stream)) {
        ics_stream_shutdown(&self->connection->stream, framed_connection_now(self));
        self->connection->is_draining = true;
        ics_tcp_run(self->connection);
    }
    return !ics_tcp_is_drained(self->connection);
}

static bool framed_connection_is_over(const IcsFramedConnection *self)
{
    const IcsStream *stream = &self->connection->stream;
    return ics_tcp_state(self->connection) == ICS_STREAM_CLOSED ||
           (ics_stream_at_end(stream) && self->frames.length == 0);
}

bool ics_framed_connection_work(IcsFramedConnection *self)
{
    if (ics_tcp_state(self->connection) == ICS_STREAM_SYN_SENT ||
        ics_tcp_state(self->connection) == ICS_STREAM_SYN_RECEIVED) {
        return true;
    }
    framed_connection_write(self);
    if (!framed_connection_read(self)) {
        return false;
    }
    if (framed_connection_is_over(self)) {
        return ics_stream_readable_bytes(&self->connection->stream) > 0;
    }
    return !self->owner->lingering || framed_connection_finish(self);
}
