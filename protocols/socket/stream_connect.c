/* How stream sockets come to their connections: connect, listen, accept; and to their processes. */
#include <errno.h>

#include "protocols/socket/stream_socket.h"

/* ---- connect ---- */

int ics_stream_socket_await_connection(IcsStreamSocket *self, int flags, int64_t deadline_ns)
{
    IcsSocket *socket = self->socket;
    while (ics_stream_socket_is_connecting(self)) {
        if (!ics_socket_may_block(socket, flags)) {
            return -EAGAIN;
        }
        if (!ics_process_wait(socket->process, &socket->senders, deadline_ns, ICS_WAIT_CONNECT)) {
            return -ETIMEDOUT;
        }
    }
    return 0;
}

/* The attempt has failed: the socket may try again. Returns `error`. */
static int stream_connect_forget(IcsStreamSocket *self, int error)
{
    ics_tcp_abort(g_steal_pointer(&self->connection));
    self->error_told = false;
    return error;
}

/* What an attempt has come to that is over. */
static int stream_connect_outcome(IcsStreamSocket *self)
{
    int error = ics_stream_error(&self->connection->stream);
    if (error != 0) {
        return stream_connect_forget(self, -error);
    }
    if (self->connection->history.established_ns < 0) {
        return stream_connect_forget(self, -ECONNRESET);
    }
    self->was_connected = true;
    return 0;
}

static int stream_connect_begin(IcsStreamSocket *self, IcsEndpoint peer)
{
    IcsTcpRequest request = {
        .config = ics_stream_socket_config(self),
        .local_address = self->port.binding.local_address,
        .local_port = self->port.binding.local_port,
        .peer_address = peer.address,
        .peer_port = peer.port,
        .fate_flow = ics_socket_fate_flow(self->socket, peer.address),
        .user = &self->user,
    };
    int result = ics_tcp_connect(ics_tcp_of(self->socket->stack), &request, &self->connection);
    if (result == 0) {
        ics_stream_set_cork(&self->connection->stream, ics_now(self->socket->process), self->cork);
        if (request.local_port == 0) {
            ics_socket_publish_bound(self->socket, ics_stream_socket_local(self).port);
        }
    }
    return result;
}

/* What a socket answers that has a connection already, or had one; 0: it may begin. */
static int stream_connect_check(IcsStreamSocket *self)
{
    if (self->port.listener != NULL) {
        return -EOPNOTSUPP;
    }
    if (self->connection == NULL) {
        return 0;
    }
    if (ics_stream_socket_is_connecting(self)) {
        return -EALREADY;
    }
    if (self->was_connected || self->connection->history.established_ns >= 0) {
        return -EISCONN;
    }
    bool was_told = self->error_told;
    int error = stream_connect_outcome(self);
    return was_told ? 0 : error;
}

int ics_stream_socket_connect(IcsStreamSocket *self, IcsEndpoint peer)
{
    int result = stream_connect_check(self);
    if (result == 0) {
        result = stream_connect_begin(self, peer);
    }
    if (result != 0) {
        return result;
    }
    int64_t deadline_ns = ics_socket_deadline(self->socket, self->connect_timeout_ns);
    result = ics_stream_socket_await_connection(self, 0, deadline_ns);
    if (result == -EAGAIN) {
        return -EINPROGRESS;
    }
    return result != 0 ? stream_connect_forget(self, result) : stream_connect_outcome(self);
}

/* ---- listen ---- */

static void stream_listen_ready(IcsTcpPort *port)
{
    IcsStreamSocket *self = ICS_CONTAINER_OF(port, IcsStreamSocket, port);
    ics_wait_queue_wake_all(&self->socket->readers);
    ics_wait_queue_wake_all(&self->watchers);
}

static uint64_t stream_listen_fate_flow(const IcsTcpPort *port, uint32_t peer_address)
{
    const IcsStreamSocket *self = ICS_CONTAINER_OF(port, IcsStreamSocket, port);
    return ics_socket_fate_flow(self->socket, peer_address);
}

static const IcsTcpListenerClass stream_listener_class = {
    .ready = stream_listen_ready,
    .fate_flow = stream_listen_fate_flow,
};

int ics_listen(IcsProcess *self, int descriptor, int backlog)
{
    IcsSocket *socket = ics_socket_of(self, descriptor);
    if (socket == NULL) {
        return -EBADF;
    }
    IcsStreamSocket *stream = socket->stream;
    if (stream == NULL) {
        return -EOPNOTSUPP;
    }
    if (stream->connection != NULL) {
        return -EISCONN;
    }
    if (stream->port.binding.local_port == 0) {
        int result = ics_stream_socket_bind(stream, (IcsEndpoint){ICS_ANY_ADDRESS, ICS_ANY_PORT});
        if (result != 0) {
            return result;
        }
    }
    ics_tcp_listen(&stream->port, &stream_listener_class, ics_stream_socket_config(stream),
                   (uint32_t)MAX(backlog, 1));
    return 0;
}

/* ---- accept ---- */

static IcsSocket *stream_accept_socket(IcsStreamSocket *listener, int descriptor)
{
    IcsSocket *made =
        ics_socket_table_make(listener->socket->process, descriptor, ICS_SOCKET_STREAM);
    IcsStreamSocket *stream = made->stream;
    uint32_t peer_address =
        ics_stream_name(&listener->port.listener->first_ready->stream)->peer_address;
    stream->connection =
        ics_tcp_accept(&listener->port, &stream->user, ics_socket_fate_flow(made, peer_address));
    stream->config = ics_tcp_config_ref(stream->connection->config);
    stream->was_connected = true;
    return made;
}

static int stream_accept_await(IcsStreamSocket *self, int flags)
{
    IcsSocket *socket = self->socket;
    int64_t deadline_ns = ics_socket_deadline(socket, socket->receive_timeout_ns);
    while (self->port.listener->first_ready == NULL) {
        if (!ics_socket_may_block(socket, flags)) {
            return -EAGAIN;
        }
        if (!ics_process_wait(socket->process, &socket->readers, deadline_ns, ICS_WAIT_ACCEPT)) {
            return -ETIMEDOUT;
        }
    }
    return 0;
}

int ics_accept(IcsProcess *self, int descriptor, int flags, IcsEndpoint *peer)
{
    const IcsSocket *socket = ics_socket_of(self, descriptor);
    if (socket == NULL) {
        return -EBADF;
    }
    if (socket->stream == NULL || socket->stream->port.listener == NULL) {
        return -EINVAL;
    }
    ics_socket_take_turn(self);
    int result = stream_accept_await(socket->stream, flags);
    if (result == 0) {
        result = ics_socket_table_free_descriptor(self);
    }
    if (result >= 0) {
        const IcsSocket *made = stream_accept_socket(socket->stream, result);
        if (peer != NULL) {
            ics_stream_socket_peer(made->stream, peer);
        }
    }
    return result;
}

/* ---- give ---- */

int ics_give(IcsProcess *self, int descriptor, IcsProcess *child)
{
    IcsSocket *socket = ics_socket_of(self, descriptor);
    if (socket == NULL) {
        return -EBADF;
    }
    if (socket->stream == NULL) {
        return -EOPNOTSUPP;
    }
    if (child->state == ICS_PROCESS_ENDED || ics_socket_table_stack(child) != socket->stack) {
        return -ESRCH;
    }
    int there = ics_socket_table_free_descriptor(child);
    if (there >= 0) {
        ics_socket_table_move(self, descriptor, child, there);
        ics_stream_socket_moved(socket->stream);
    }
    return there;
}
