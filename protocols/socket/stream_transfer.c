/* Sending and receiving on streams. */
#include <errno.h>

#include "protocols/socket/stream_socket.h"

/* Of one message for the statistics; longer sends are several. */
#define STREAM_TRANSFER_MESSAGE_MAX (1u << 30)

/* ---- send ---- */

/* The flow to the peer, made when there is something to say. */
static void stream_transfer_open_flow(IcsStreamSocket *self)
{
    const IcsStreamName *name = ics_stream_name(&self->connection->stream);
    self->flow = ics_socket_add_flow(self->socket, &(IcsFlow){
                                                       .transport = "tcp",
                                                       .peer_address = name->peer_address,
                                                       .peer_port = name->peer_port,
                                                       .is_stream = true,
                                                       .marks = ics_tcp_marks(self->connection),
                                                   });
}

/* A message of `bytes` begins here. */
static void stream_transfer_begin_message(IcsStreamSocket *self, size_t bytes)
{
    if (self->flow == ICS_FLOW_NONE) {
        stream_transfer_open_flow(self);
    }
    IcsMessageTag tag = {
        .sent_ns = ics_now(self->socket->process),
        .ordinal = self->next_message++,
        .flow = self->flow,
        .bytes = (uint32_t)bytes,
    };
    ics_tcp_mark_message(self->connection, &tag);
    ics_socket_stream_message_sent(self->socket, self->connection->own.flow, &tag);
}

/* Why nothing can be sent now; 0: it can. */
static int stream_transfer_send_check(IcsStreamSocket *self, int flags, int64_t deadline_ns)
{
    if (self->connection == NULL) {
        return -ENOTCONN;
    }
    int result = ics_stream_socket_await_connection(self, flags, deadline_ns);
    if (result == 0) {
        result = ics_stream_socket_take_error(self);
    }
    if (result == 0 && (ics_tcp_state(self->connection) == ICS_STREAM_CLOSED ||
                        ics_stream_is_shut_down(&self->connection->stream))) {
        result = -EPIPE;
    }
    return result;
}

/* Blocks until there is room or none will ever be: 0, -ETIMEDOUT, or why there will not. */
static int stream_transfer_await_room(IcsStreamSocket *self, int64_t deadline_ns)
{
    IcsSocket *socket = self->socket;
    if (!ics_process_wait(socket->process, &socket->senders, deadline_ns, ICS_WAIT_SEND)) {
        return -ETIMEDOUT;
    }
    return stream_transfer_send_check(self, ICS_DONT_WAIT, deadline_ns);
}

/* One message, all of it unless something is in the way; then the mark ends where it got to. */
static int64_t stream_transfer_send_message(IcsStreamSocket *self, const uint8_t *bytes, size_t n,
                                            int64_t deadline_ns)
{
    size_t done = 0;
    int result = 0;
    stream_transfer_begin_message(self, n);
    while (done < n && result == 0) {
        int64_t taken = ics_tcp_write(self->connection, bytes + done, n - done);
        done += (size_t)MAX(taken, 0);
        if (done < n) {
            result = taken < 0 ? (int)taken : stream_transfer_await_room(self, deadline_ns);
        }
    }
    if (done < n) {
        ics_tcp_cut_message(self->connection);
    }
    return done > 0 ? (int64_t)done : result;
}

static int64_t stream_transfer_send_now(IcsStreamSocket *self, const uint8_t *bytes, size_t n)
{
    size_t room = MIN(n, ics_stream_writable_bytes(&self->connection->stream));
    if (room == 0) {
        return -EAGAIN;
    }
    stream_transfer_begin_message(self, room);
    return ics_tcp_write(self->connection, bytes, room);
}

int64_t ics_stream_socket_send(IcsStreamSocket *self, const void *bytes, size_t n, int flags)
{
    int64_t deadline_ns = ics_socket_deadline(self->socket, self->socket->send_timeout_ns);
    int result = stream_transfer_send_check(self, flags, deadline_ns);
    if (result != 0 || n == 0) {
        return result;
    }
    if (!ics_socket_may_block(self->socket, flags)) {
        return stream_transfer_send_now(self, bytes, MIN(n, STREAM_TRANSFER_MESSAGE_MAX));
    }
    size_t done = 0;
    while (done < n) {
        size_t piece = MIN(n - done, STREAM_TRANSFER_MESSAGE_MAX);
        int64_t taken =
            stream_transfer_send_message(self, (const uint8_t *)bytes + done, piece, deadline_ns);
        done += (size_t)MAX(taken, 0);
        if (taken < (int64_t)piece) {
            return done > 0 ? (int64_t)done : taken;
        }
    }
    return (int64_t)done;
}

/* ---- receive ---- */

/* Tells of the messages whose last byte has been read. */
static void stream_transfer_tell_messages(IcsStreamSocket *self)
{
    IcsMessageTag tag;
    while (ics_tcp_take_message(self->connection, &tag)) {
        ics_socket_stream_message_taken(self->socket, &tag);
    }
}

static int64_t stream_transfer_take(IcsStreamSocket *self, void *buffer, size_t n, int flags)
{
    size_t taken = ics_tcp_read(self->connection, buffer, n, (flags & ICS_PEEK) != 0);
    stream_transfer_tell_messages(self);
    return (int64_t)taken;
}

/* Nothing to read, now or ever. */
static bool stream_transfer_is_over(const IcsStreamSocket *self)
{
    return self->receive_shut || ics_stream_at_end(&self->connection->stream) ||
           ics_tcp_state(self->connection) == ICS_STREAM_CLOSED;
}

/* Blocks until there is something to read (1), or never will be: 0 at the end, or an error. */
static int stream_transfer_await_data(IcsStreamSocket *self, int flags)
{
    IcsSocket *socket = self->socket;
    int64_t deadline_ns = ics_socket_deadline(socket, socket->receive_timeout_ns);
    while (ics_stream_readable_bytes(&self->connection->stream) == 0) {
        int error = ics_stream_socket_take_error(self);
        if (error != 0 || stream_transfer_is_over(self)) {
            return error;
        }
        if (!ics_socket_may_block(socket, flags)) {
            return -EAGAIN;
        }
        if (!ics_process_wait(socket->process, &socket->readers, deadline_ns, ICS_WAIT_RECEIVE)) {
            return -ETIMEDOUT;
        }
    }
    return 1;
}

int64_t ics_stream_socket_receive(IcsStreamSocket *self, void *buffer, size_t n, int flags,
                                  IcsReceived *received)
{
    if (self->connection == NULL) {
        return -ENOTCONN;
    }
    int64_t result = n > 0 ? stream_transfer_await_data(self, flags) : 0;
    if (result > 0) {
        result = stream_transfer_take(self, buffer, n, flags);
    }
    if (result >= 0 && received != NULL) {
        *received = (IcsReceived){.bytes = (size_t)result};
        ics_stream_socket_peer(self, &received->from);
    }
    return result;
}

int ics_shutdown(IcsProcess *self, int descriptor, IcsShutdown how)
{
    const IcsSocket *socket = ics_socket_of(self, descriptor);
    if (socket == NULL) {
        return -EBADF;
    }
    if (how != ICS_SHUTDOWN_RECEIVE && how != ICS_SHUTDOWN_SEND && how != ICS_SHUTDOWN_BOTH) {
        return -EINVAL;
    }
    IcsStreamSocket *stream = socket->stream;
    if (stream == NULL) {
        return -EOPNOTSUPP;
    }
    if (stream->connection == NULL || ics_stream_socket_is_connecting(stream) ||
        ics_tcp_state(stream->connection) == ICS_STREAM_CLOSED) {
        return -ENOTCONN;
    }
    IcsStream *machine = &stream->connection->stream;
    if (how != ICS_SHUTDOWN_SEND && !stream->receive_shut) {
        stream->receive_shut = true;
        ics_tcp_stop_reading(stream->connection);
        ics_stream_shutdown_receive(machine, ics_now(self));
    }
    if (how != ICS_SHUTDOWN_RECEIVE) {
        ics_stream_shutdown(machine, ics_now(self));
    }
    ics_tcp_run(stream->connection);
    return 0;
}
