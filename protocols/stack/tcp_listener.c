/* Ports that listen: connections that are half-open or wait to be accepted.
 *
 *        SYN            handshake done            accept
 *   (none) --> HALF-OPEN --------------> READY ---------> its user's
 *                 | RST, timeout           |
 *                 +--> gone                +--> may break before: the user finds it so
 *
 * Both kinds together are at most `backlog`, so that every half-open one finds a place. */
#include "protocols/stack/tcp_internal.h"

void ics_tcp_listen(IcsTcpPort *port, const IcsTcpListenerClass *klass,
                    const IcsStreamConfig *config, uint32_t backlog)
{
    g_assert(port->binding.local_port != 0);
    if (port->listener == NULL) {
        port->listener = g_new0(IcsTcpListener, 1);
        port->listener->klass = klass;
        port->listener->port = port;
        port->listener->identities = g_hash_table_new_full(NULL, NULL, NULL, g_free);
        port->binding.listening = true;
    }
    const IcsStreamConfig *old = port->listener->config;
    port->listener->config = ics_tcp_config_ref(config);
    ics_tcp_config_unref(old);
    port->listener->backlog = CLAMP(backlog, 1, ICS_TCP_BACKLOG_MAX);
}

static IcsTcpIdentity *tcp_listener_identity(IcsTcpListener *self, uint32_t peer_address)
{
    gpointer key = GUINT_TO_POINTER(peer_address);
    IcsTcpIdentity *identity = g_hash_table_lookup(self->identities, key);
    if (identity == NULL) {
        identity = g_new0(IcsTcpIdentity, 1);
        identity->flow = self->klass->fate_flow(self->port, peer_address);
        g_hash_table_insert(self->identities, key, identity);
    }
    return identity;
}

IcsCause ics_tcp_listener_syn(IcsTcp *self, IcsTcpListener *listener, const IcsStreamName *name,
                              const IcsStreamArrival *syn, const uint32_t *least_iss)
{
    if (listener->n_half_open + listener->n_ready >= listener->backlog) {
        return ICS_CAUSE_LISTEN_QUEUE_FULL;
    }
    IcsTcpConnection *connection = ics_tcp_connection_new(self, listener->config);
    int result = ics_stream_table_add(&self->table, &connection->link, name);
    g_assert(result == 0);
    connection->listener = listener;
    connection->identity = tcp_listener_identity(listener, name->peer_address);
    connection->is_passive = true;
    listener->n_half_open++;
    ics_tcp_connection_begin(connection, name, least_iss);
    ics_stream_accept(&connection->stream, ics_tcp_now(self), syn);
    ics_tcp_run(connection);
    return ICS_CAUSE_NONE;
}

static void tcp_listener_append(IcsTcpListener *self, IcsTcpConnection *connection)
{
    self->n_half_open--;
    self->n_ready++;
    connection->is_ready = true;
    if (self->last_ready != NULL) {
        self->last_ready->next_ready = connection;
    } else {
        self->first_ready = connection;
    }
    self->last_ready = connection;
}

void ics_tcp_listener_follow(IcsTcpConnection *connection, uint32_t events)
{
    IcsTcpListener *self = connection->listener;
    if (!connection->is_ready && (events & ICS_STREAM_CONNECTED) != 0) {
        tcp_listener_append(self, connection);
        self->klass->ready(self->port);
    }
}

static void tcp_listener_unqueue(IcsTcpListener *self, IcsTcpConnection *connection)
{
    IcsTcpConnection *before = NULL;
    IcsTcpConnection *at = self->first_ready;
    for (; at != connection; before = at, at = at->next_ready) {
        g_assert(at != NULL);
    }
    if (before != NULL) {
        before->next_ready = connection->next_ready;
    } else {
        self->first_ready = connection->next_ready;
    }
    if (self->last_ready == connection) {
        self->last_ready = before;
    }
    connection->next_ready = NULL;
    connection->is_ready = false;
    self->n_ready--;
}

void ics_tcp_listener_remove(IcsTcpConnection *connection)
{
    IcsTcpListener *self = connection->listener;
    if (connection->is_ready) {
        tcp_listener_unqueue(self, connection);
    } else {
        self->n_half_open--;
    }
    connection->listener = NULL;
    connection->own = *connection->identity;
    connection->identity = &connection->own;
}

IcsTcpConnection *ics_tcp_accept(IcsTcpPort *port, IcsTcpUser *user, uint64_t fate_flow)
{
    IcsTcpConnection *connection = port->listener->first_ready;
    if (connection != NULL) {
        ics_tcp_listener_remove(connection);
        ics_tcp_set_fate_flow(connection, fate_flow);
        connection->user = user;
    }
    return connection;
}

/* ---- the end ---- */

/* The next one that is the listener's, NULL when there is none. */
static IcsTcpConnection *tcp_listener_pending(const IcsTcpListener *self, IcsTcpConnection *from)
{
    while (from != NULL && from->listener != self) {
        from = from->next;
    }
    return from;
}

/* `end` takes the connection away. */
static void tcp_port_unbind(IcsTcp *self, IcsTcpPort *port, void (*end)(IcsTcpConnection *))
{
    IcsTcpListener *listener = port->listener;
    if (listener != NULL) {
        IcsTcpConnection *next = NULL;
        for (IcsTcpConnection *at = tcp_listener_pending(listener, self->connections); at != NULL;
             at = next) {
            next = tcp_listener_pending(listener, at->next);
            end(at);
        }
        g_assert(listener->n_half_open == 0 && listener->n_ready == 0);
        g_hash_table_unref(listener->identities);
        ics_tcp_config_unref(listener->config);
        g_clear_pointer(&port->listener, g_free);
        port->binding.listening = false;
    }
    ics_stream_table_unbind(&self->table, &port->binding);
}

/* It is still the listener's meanwhile: the RST counts among the fates of that. */
static void tcp_listener_reset(IcsTcpConnection *connection)
{
    bool was_ready = connection->is_ready;
    ics_tcp_abort(connection);
    if (was_ready) {
        ics_tcp_connection_free(connection);
    }
}

void ics_tcp_unbind(IcsTcp *self, IcsTcpPort *port)
{
    tcp_port_unbind(self, port, tcp_listener_reset);
}

void ics_tcp_forget_port(IcsTcp *self, IcsTcpPort *port)
{
    tcp_port_unbind(self, port, ics_tcp_connection_free);
}
