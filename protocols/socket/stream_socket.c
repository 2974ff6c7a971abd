#include "protocols/socket/stream_socket.h"

#include <errno.h>

static void stream_socket_happened(IcsTcpUser *user, uint32_t events)
{
    IcsStreamSocket *self = ICS_CONTAINER_OF(user, IcsStreamSocket, user);
    const uint32_t over = ICS_STREAM_CONNECTED | ICS_STREAM_BROKEN | ICS_STREAM_ENDED;
    if ((events & (over | ICS_STREAM_READABLE)) != 0) {
        ics_wait_queue_wake_all(&self->socket->readers);
    }
    if ((events & (over | ICS_STREAM_WRITABLE)) != 0) {
        ics_wait_queue_wake_all(&self->socket->senders);
    }
    ics_wait_queue_wake_all(&self->watchers);
}

void ics_stream_socket_init(IcsStreamSocket *self, IcsSocket *socket)
{
    self->user.happened = stream_socket_happened;
    self->socket = socket;
    self->connect_timeout_ns = ICS_FOREVER;
    self->linger_ns = -1;
    self->flow = ICS_FLOW_NONE;
}

static void stream_socket_end(IcsStreamSocket *self)
{
    IcsTcpConnection *connection = g_steal_pointer(&self->connection);
    if (connection == NULL) {
        return;
    }
    if (self->linger_ns == 0) {
        ics_tcp_abort(connection);
    } else {
        ics_tcp_release(connection);
    }
}

void ics_stream_socket_clear(IcsStreamSocket *self, IcsCause cause)
{
    IcsTcp *tcp = ics_tcp_of(self->socket->stack);
    ics_wait_queue_clear(&self->watchers);
    if (cause == ICS_CAUSE_HOST_DOWN) {
        if (self->connection != NULL) {
            self->connection->user = NULL;
        }
        ics_tcp_forget_port(tcp, &self->port);
    } else {
        stream_socket_end(self);
        ics_tcp_unbind(tcp, &self->port);
    }
    ics_tcp_config_unref(self->config);
}

/* Data that nobody has read makes a reset of the close: there is nothing to wait for. */
static bool stream_socket_may_linger(const IcsStreamSocket *self)
{
    return self->connection != NULL && self->linger_ns > 0 &&
           self->connection->history.established_ns >= 0 &&
           ics_stream_readable_bytes(&self->connection->stream) == 0 &&
           ics_socket_may_block(self->socket, 0);
}

int ics_stream_socket_linger(IcsStreamSocket *self)
{
    if (!stream_socket_may_linger(self)) {
        return 0;
    }
    IcsTcpConnection *connection = self->connection;
    int64_t deadline_ns = ics_socket_deadline(self->socket, self->linger_ns);
    ics_stream_shutdown(&connection->stream, self->socket->process->simulation->now_ns);
    connection->is_draining = true;
    ics_tcp_run(connection);
    while (!ics_tcp_is_drained(connection)) {
        if (!ics_process_wait(self->socket->process, &self->socket->senders, deadline_ns,
                              ICS_WAIT_SEND)) {
            return -EAGAIN;
        }
    }
    return 0;
}

const IcsStreamConfig *ics_stream_socket_config(const IcsStreamSocket *self)
{
    return self->config != NULL ? self->config : ics_tcp_of(self->socket->stack)->config;
}

void ics_stream_socket_moved(IcsStreamSocket *self)
{
    const IcsSocket *socket = self->socket;
    self->flow = ICS_FLOW_NONE;
    self->next_message = 0;
    if (self->connection != NULL) {
        const IcsStreamName *name = ics_stream_name(&self->connection->stream);
        ics_tcp_set_fate_flow(self->connection, ics_socket_fate_flow(socket, name->peer_address));
    }
    if (self->port.listener != NULL ||
        (self->connection != NULL && !self->connection->is_passive)) {
        ics_socket_publish_bound(socket, ics_stream_socket_local(self).port);
    }
}

/* ---- questions ---- */

bool ics_stream_socket_is_connecting(const IcsStreamSocket *self)
{
    return self->connection != NULL && !self->was_connected &&
           (ics_tcp_state(self->connection) == ICS_STREAM_SYN_SENT ||
            ics_tcp_state(self->connection) == ICS_STREAM_SYN_RECEIVED);
}

static int stream_socket_error(const IcsStreamSocket *self)
{
    return self->connection != NULL && !self->error_told
               ? ics_stream_error(&self->connection->stream)
               : 0;
}

int ics_stream_socket_take_error(IcsStreamSocket *self)
{
    int error = stream_socket_error(self);
    if (error != 0) {
        self->error_told = true;
    }
    return -error;
}

static uint32_t stream_socket_ready_connection(const IcsStreamSocket *self)
{
    const IcsStream *stream = &self->connection->stream;
    uint32_t ready = stream_socket_error(self) != 0 ? ICS_POLL_ERROR : 0;
    bool is_closed = ics_stream_state(stream) == ICS_STREAM_CLOSED;
    bool ends = is_closed || self->receive_shut || ics_stream_at_end(stream);
    if (ics_stream_readable_bytes(stream) > 0 || ends) {
        ready |= ICS_POLL_READABLE;
    }
    if (ics_stream_writable_bytes(stream) > 0 || is_closed || ics_stream_is_shut_down(stream)) {
        ready |= ICS_POLL_WRITABLE;
    }
    if (is_closed || (ends && ics_stream_is_shut_down(stream))) {
        ready |= ICS_POLL_HANG_UP;
    }
    return ready;
}

uint32_t ics_stream_socket_ready(const IcsStreamSocket *self)
{
    if (self->port.listener != NULL) {
        return self->port.listener->first_ready != NULL ? ICS_POLL_READABLE : 0;
    }
    return self->connection != NULL ? stream_socket_ready_connection(self) : ICS_POLL_HANG_UP;
}

IcsEndpoint ics_stream_socket_local(const IcsStreamSocket *self)
{
    if (self->connection != NULL) {
        const IcsStreamName *name = ics_stream_name(&self->connection->stream);
        return (IcsEndpoint){name->local_address, name->local_port};
    }
    return (IcsEndpoint){self->port.binding.local_address, self->port.binding.local_port};
}

int ics_stream_socket_peer(const IcsStreamSocket *self, IcsEndpoint *peer)
{
    if (self->connection == NULL || ics_stream_socket_is_connecting(self)) {
        return -ENOTCONN;
    }
    const IcsStreamName *name = ics_stream_name(&self->connection->stream);
    *peer = (IcsEndpoint){name->peer_address, name->peer_port};
    return 0;
}

int ics_stream_socket_bind(IcsStreamSocket *self, IcsEndpoint local)
{
    if (self->connection != NULL || self->port.binding.local_port != 0) {
        return -EINVAL;
    }
    int result = ics_tcp_bind(ics_tcp_of(self->socket->stack), &self->port, local.address,
                              local.port, self->reuse_address);
    if (result == 0) {
        ics_socket_publish_bound(self->socket, self->port.binding.local_port);
    }
    return result;
}

int ics_connection_info(IcsProcess *self, int descriptor, IcsConnectionInfo *info)
{
    const IcsSocket *socket = ics_socket_of(self, descriptor);
    if (socket == NULL) {
        return -EBADF;
    }
    if (socket->stream == NULL) {
        return -EOPNOTSUPP;
    }
    const IcsTcpConnection *connection = socket->stream->connection;
    if (connection == NULL) {
        IcsStreamState state =
            socket->stream->port.listener != NULL ? ICS_STREAM_LISTEN : ICS_STREAM_CLOSED;
        *info = (IcsConnectionInfo){.state = ics_stream_state_name(state)};
        return 0;
    }
    IcsStreamFigures figures;
    ics_stream_figures(&connection->stream, &figures);
    *info = (IcsConnectionInfo){
        .state = ics_stream_state_name(ics_tcp_state(connection)),
        .srtt_ns = figures.srtt_ns,
        .rto_ns = figures.rto_ns,
        .cwnd_bytes = figures.cwnd_bytes,
        .ssthresh_bytes = figures.ssthresh_bytes,
        .in_flight_bytes = figures.in_flight_bytes,
        .mss_bytes = figures.mss_bytes,
        .segments_out = figures.segments_out,
        .segments_in = figures.segments_in,
        .repeated_segments = figures.repeated_segments,
        .repeated_bytes = figures.repeated_bytes,
        .timeouts = figures.timeouts,
        .fast_retransmits = figures.fast_retransmits,
    };
    return 0;
}
