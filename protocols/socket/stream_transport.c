/* Datagram sockets whose messages go by reliable streams. Where such a socket is bound it listens
 * for connections, and the first message to a peer asks for one; it serves both ways until one of
 * the sockets is closed. Messages that the stream does not take yet wait in a queue without limit,
 * so that nobody is kept from sending at the times at which he would send over UDP. */
#include <errno.h>
#include <string.h>

#include "protocols/socket/framed_internal.h"

/* The work of a socket's connections does not end with its process. */
static void framed_socket_settle(IcsFramedSocket *self)
{
    if (self->lingering && self->connections->len == 0) {
        ics_socket_end_linger(self->socket);
    }
}

/* ---- from the network ---- */

void ics_framed_socket_wake(IcsFramedSocket *self)
{
    if (!ics_timer_is_armed(&self->work)) {
        ics_timer_arm(&self->work, self->socket->process->simulation->now_ns);
    }
}

static void framed_socket_ready(IcsTcpPort *port)
{
    ics_framed_socket_wake(ICS_CONTAINER_OF(port, IcsFramedSocket, port));
}

static uint64_t framed_socket_fate_flow(const IcsTcpPort *port, uint32_t peer_address)
{
    const IcsFramedSocket *self = ICS_CONTAINER_OF(port, IcsFramedSocket, port);
    return ics_socket_fate_flow(self->socket, peer_address);
}

static const IcsTcpListenerClass framed_listener_class = {
    .ready = framed_socket_ready,
    .fate_flow = framed_socket_fate_flow,
};

/* As an ICMP error does over UDP. */
static void framed_socket_refuse(IcsFramedSocket *self, const IcsFramedConnection *connection)
{
    IcsUdpPort *port = &self->socket->port;
    int error = ics_stream_error(&connection->connection->stream);
    if (error == ECONNREFUSED && port->binding.connected && !self->lingering) {
        port->refuse(port, error);
    }
}

static void framed_socket_end_connection(IcsFramedSocket *self, IcsFramedConnection *connection)
{
    framed_socket_refuse(self, connection);
    g_ptr_array_remove(self->connections, connection);
    ics_framed_connection_free(connection, ICS_CAUSE_SOCKET_CLOSED);
}

static void framed_socket_work(IcsTimer *timer)
{
    IcsFramedSocket *self = ICS_CONTAINER_OF(timer, IcsFramedSocket, work);
    while (self->port.listener != NULL && self->port.listener->first_ready != NULL) {
        ics_framed_connection_accept(self);
    }
    for (guint i = 0; i < self->connections->len;) {
        IcsFramedConnection *connection = g_ptr_array_index(self->connections, i);
        if (ics_framed_connection_work(connection)) {
            i++;
        } else {
            framed_socket_end_connection(self, connection);
        }
    }
    framed_socket_settle(self);
}

/* Datagrams do not come to such a socket. */
static void framed_socket_deliver(IcsUdpPort *port, IcsPacket *packet,
                                  G_GNUC_UNUSED const IcsUdpDelivery *delivery)
{
    const IcsSocket *socket = ICS_CONTAINER_OF(port, IcsSocket, port);
    ics_host_drop(socket->stack->host, packet, ICS_CAUSE_NO_PROTOCOL);
}

/* ---- to the process ---- */

bool ics_framed_socket_has_room(const IcsFramedSocket *self)
{
    return self->lingering || self->received_bytes < self->socket->receive_buffer_bytes;
}

static void framed_socket_abandon(IcsFramedSocket *self, IcsFramedMessage *message, IcsCause cause)
{
    if (message->tag.flow != ICS_FLOW_NONE) {
        ics_socket_message_abandoned(self->socket, &message->tag, cause);
    }
    g_free(message);
}

/* A socket with a peer takes nobody else's messages. */
static bool framed_socket_accepts(const IcsFramedSocket *self, IcsEndpoint from)
{
    const IcsPortBinding *binding = &self->socket->port.binding;
    return !self->lingering && (!binding->connected || (binding->peer_address == from.address &&
                                                        binding->peer_port == from.port));
}

void ics_framed_socket_receive(IcsFramedSocket *self, IcsFramedMessage *message)
{
    if (!framed_socket_accepts(self, message->from)) {
        framed_socket_abandon(self, message, ICS_CAUSE_SOCKET_CLOSED);
        return;
    }
    g_queue_push_tail(&self->received, message);
    self->received_bytes += (int64_t)MAX(message->n, 1);
    ics_wait_queue_wake_one(&self->socket->readers);
}

static int64_t framed_socket_take(gpointer state, void *buffer, size_t n, IcsReceived *received)
{
    IcsFramedSocket *self = state;
    g_autofree IcsFramedMessage *message = g_queue_pop_head(&self->received);
    size_t copied = MIN(n, message->n);
    bool was_full = !ics_framed_socket_has_room(self);
    self->received_bytes -= (int64_t)MAX(message->n, 1);
    if (copied > 0) {
        memcpy(buffer, message->bytes, copied);
    }
    if (received != NULL) {
        *received = (IcsReceived){
            .from = message->from,
            .bytes = message->n,
            .truncated = copied < message->n,
            .sent_ns = message->tag.sent_ns,
            .ordinal = message->tag.ordinal,
        };
    }
    if (message->tag.flow != ICS_FLOW_NONE) {
        ics_socket_stream_message_taken(self->socket, &message->tag);
    }
    if (was_full) {
        ics_framed_socket_wake(self);
    }
    return (int64_t)copied;
}

static uint64_t framed_socket_queued(gpointer state)
{
    const IcsFramedSocket *self = state;
    return self->received.length;
}

/* ---- send ---- */

static uint64_t framed_socket_next_message(IcsFramedSocket *self, IcsEndpoint to)
{
    gint64 key = (gint64)((uint64_t)to.address << 16 | to.port);
    uint64_t *next = g_hash_table_lookup(self->next_messages, &key);
    if (next == NULL) {
        next = g_new0(uint64_t, 1);
        g_hash_table_insert(self->next_messages, g_memdup2(&key, sizeof key), next);
    }
    return (*next)++;
}

/* One that is over, but has not been dealt with yet, does not count. */
static IcsFramedConnection *framed_socket_find(const IcsFramedSocket *self, IcsEndpoint to)
{
    for (guint i = 0; i < self->connections->len; i++) {
        IcsFramedConnection *connection = g_ptr_array_index(self->connections, i);
        if (connection->peer.address == to.address && connection->peer.port == to.port &&
            ics_tcp_state(connection->connection) != ICS_STREAM_CLOSED) {
            return connection;
        }
    }
    return NULL;
}

static int64_t framed_socket_send(IcsSocket *socket, const void *bytes, size_t n, IcsEndpoint to)
{
    IcsFramedSocket *self = socket->transport_state;
    IcsFramedConnection *connection = framed_socket_find(self, to);
    IcsInterface *interface;
    int result = ics_stack_find_udp_way(socket->stack, socket->port.binding.local_address,
                                        to.address, n, &interface);
    if (result == 0 && connection == NULL) {
        result = ics_framed_connection_open(self, to, &connection);
    }
    if (result != 0) {
        return result;
    }
    ics_framed_connection_send(connection, framed_socket_next_message(self, to), bytes, n);
    ics_framed_socket_wake(self);
    return (int64_t)n;
}

/* ---- beginning and end ---- */

static gpointer framed_socket_open(IcsSocket *socket)
{
    IcsStreamConfig config = *ics_tcp_of(socket->stack)->config;
    ics_transport_choice_apply(socket->transport, &config);
    IcsFramedSocket *self = g_new0(IcsFramedSocket, 1);
    self->socket = socket;
    self->config = ics_tcp_config_new(&config);
    self->connections = g_ptr_array_new();
    self->next_messages = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, g_free);
    g_queue_init(&self->received);
    ics_timer_init(&self->work, socket->process->simulation, socket->process->node,
                   framed_socket_work);
    return self;
}

static int framed_socket_bound(gpointer state)
{
    IcsFramedSocket *self = state;
    IcsTcp *tcp = ics_tcp_of(self->socket->stack);
    const IcsPortBinding *binding = &self->socket->port.binding;
    int result = ics_tcp_bind(tcp, &self->port, binding->local_address, binding->local_port, true);
    if (result == 0) {
        ics_tcp_listen(&self->port, &framed_listener_class, self->config, ICS_TCP_BACKLOG_MAX);
    }
    return result;
}

static void framed_socket_forget_received(IcsFramedSocket *self, IcsCause cause)
{
    IcsFramedMessage *message;
    while ((message = g_queue_pop_head(&self->received)) != NULL) {
        framed_socket_abandon(self, message, cause);
    }
    self->received_bytes = 0;
}

static bool framed_socket_linger(gpointer state)
{
    IcsFramedSocket *self = state;
    self->lingering = true;
    framed_socket_forget_received(self, ICS_CAUSE_SOCKET_CLOSED);
    ics_tcp_unbind(ics_tcp_of(self->socket->stack), &self->port);
    ics_framed_socket_wake(self);
    return self->connections->len > 0;
}

static void framed_socket_free(gpointer state, IcsCause cause)
{
    IcsFramedSocket *self = state;
    IcsTcp *tcp = ics_tcp_of(self->socket->stack);
    framed_socket_forget_received(self, cause);
    for (guint i = 0; i < self->connections->len; i++) {
        ics_framed_connection_free(g_ptr_array_index(self->connections, i), cause);
    }
    if (cause == ICS_CAUSE_HOST_DOWN) {
        ics_tcp_forget_port(tcp, &self->port);
    } else {
        ics_tcp_unbind(tcp, &self->port);
    }
    g_ptr_array_unref(self->connections);
    g_hash_table_unref(self->next_messages);
    ics_timer_clear(&self->work);
    ics_tcp_config_unref(self->config);
    g_free(self);
}

const IcsTransportDriver ics_framed_driver = {
    .open = framed_socket_open,
    .free = framed_socket_free,
    .linger = framed_socket_linger,
    .bound = framed_socket_bound,
    .send = framed_socket_send,
    .take = framed_socket_take,
    .queued = framed_socket_queued,
    .deliver = framed_socket_deliver,
};
