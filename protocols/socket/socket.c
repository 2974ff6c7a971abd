#include <errno.h>
#include <ipcsim/socket.h>
#include <string.h>

#include "protocols/socket/stream_socket.h"
#include "protocols/wire/ipv4_address.h"

/* Of the longest name of a host, its end included: as in DNS (RFC 1035, section 2.3.4). Names are
 * looked up with each message, so that nothing is allocated for it. */
#define SOCKET_NAME_BYTES 256

/* ---- what all calls share ---- */

int ics_socket_take_error(IcsSocket *self)
{
    int error = self->pending_error;
    self->pending_error = 0;
    return -error;
}

int64_t ics_socket_deadline(const IcsSocket *self, int64_t timeout_ns)
{
    int64_t now_ns = self->process->simulation->now_ns;
    return timeout_ns > ICS_TIME_NEVER - now_ns ? ICS_TIME_NEVER : now_ns + timeout_ns;
}

bool ics_socket_may_block(const IcsSocket *self, int flags)
{
    return !self->nonblocking && (flags & ICS_DONT_WAIT) == 0 &&
           !ics_process_is_handler(self->process);
}

void ics_socket_take_turn(IcsProcess *process)
{
    IcsSocketTable *table = process->owner;
    int64_t now_ns = process->simulation->now_ns;
    if (table->called_ns != now_ns) {
        table->called_ns = now_ns;
        table->calls = 0;
    }
    if (G_UNLIKELY(++table->calls >= ICS_SOCKET_CALLS_AT_ONCE) &&
        !ics_process_is_handler(process)) {
        table->calls = 0;
        ics_process_yield(process);
    }
}

static void socket_publish(const IcsSocket *self, IcsObservationKind kind, uint16_t port)
{
    const IcsSimulation *simulation = self->process->simulation;
    if (ics_bus_wants(&simulation->bus, kind)) {
        IcsObservation observation = {.kind = kind,
                                      .node = self->process->node,
                                      .at_ns = simulation->now_ns,
                                      .host = self->stack->host,
                                      .process = self->process,
                                      .text = self->stream != NULL ? "tcp" : "udp",
                                      .value = port};
        ics_bus_publish(&simulation->bus, &observation);
    }
}

void ics_socket_publish_bound(const IcsSocket *self, uint16_t port)
{
    socket_publish(self, ICS_OBSERVE_SOCKET_BOUND, port);
}

void ics_socket_publish_closed(const IcsSocket *self, uint16_t port)
{
    socket_publish(self, ICS_OBSERVE_SOCKET_CLOSED, port);
}

static int socket_bind(IcsSocket *self, IcsEndpoint local)
{
    IcsPortTable *ports = &self->stack->udp_ports;
    IcsPortBinding *binding = &self->port.binding;
    int result = local.port != ICS_ANY_PORT
                     ? ics_port_table_bind(ports, binding, local.address, local.port)
                     : ics_port_table_bind_free(ports, binding, local.address);
    if (result == -EADDRINUSE && ics_host_processes_free_port(self->stack, local)) {
        result = ics_port_table_bind(ports, binding, local.address, local.port);
    }
    if (result == 0) {
        result = ics_transport_bound(self);
    }
    if (result == 0) {
        ics_socket_publish_bound(self, binding->local_port);
    }
    return result;
}

int ics_socket_autobind(IcsSocket *self)
{
    if (self->port.binding.local_port != 0) {
        return 0;
    }
    return socket_bind(self, (IcsEndpoint){ICS_ANY_ADDRESS, ICS_ANY_PORT});
}

/* ---- names ---- */

int ics_bind(IcsProcess *self, int descriptor, IcsEndpoint local)
{
    IcsSocket *socket = ics_socket_of(self, descriptor);
    if (socket == NULL) {
        return -EBADF;
    }
    if (socket->port.binding.local_port != 0) {
        return -EINVAL;
    }
    if (local.address != ICS_ANY_ADDRESS &&
        !ics_host_owns_address(socket->stack->host, local.address)) {
        return -EADDRNOTAVAIL;
    }
    if (socket->stream != NULL) {
        return ics_stream_socket_bind(socket->stream, local);
    }
    return socket_bind(socket, local);
}

int ics_connect(IcsProcess *self, int descriptor, IcsEndpoint peer)
{
    IcsSocket *socket = ics_socket_of(self, descriptor);
    if (socket == NULL) {
        return -EBADF;
    }
    if (peer.address == ICS_ANY_ADDRESS || peer.port == ICS_ANY_PORT) {
        return -EINVAL;
    }
    if (socket->stream != NULL) {
        return ics_stream_socket_connect(socket->stream, peer);
    }
    IcsInterface *interface;
    int result = ics_stack_find_udp_way(socket->stack, socket->port.binding.local_address,
                                        peer.address, 0, &interface);
    if (result == 0) {
        result = ics_socket_autobind(socket);
    }
    if (result == 0) {
        socket->port.binding.connected = true;
        socket->port.binding.peer_address = peer.address;
        socket->port.binding.peer_port = peer.port;
        socket->pending_error = 0;
    }
    return result;
}

int ics_local_endpoint(IcsProcess *self, int descriptor, IcsEndpoint *local)
{
    const IcsSocket *socket = ics_socket_of(self, descriptor);
    if (socket == NULL) {
        return -EBADF;
    }
    if (socket->stream != NULL) {
        *local = ics_stream_socket_local(socket->stream);
        return 0;
    }
    const IcsPortBinding *binding = &socket->port.binding;
    *local = (IcsEndpoint){binding->local_address, binding->local_port};
    if (local->address == ICS_ANY_ADDRESS && binding->connected) {
        local->address = ics_stack_source_address(socket->stack, binding->peer_address);
    }
    return 0;
}

int ics_peer_endpoint(IcsProcess *self, int descriptor, IcsEndpoint *peer)
{
    const IcsSocket *socket = ics_socket_of(self, descriptor);
    if (socket == NULL) {
        return -EBADF;
    }
    if (socket->stream != NULL) {
        return ics_stream_socket_peer(socket->stream, peer);
    }
    const IcsPortBinding *binding = &socket->port.binding;
    if (!binding->connected) {
        return -ENOTCONN;
    }
    *peer = (IcsEndpoint){binding->peer_address, binding->peer_port};
    return 0;
}

int ics_resolve(IcsProcess *self, const char *name, uint32_t *address)
{
    const IcsNetwork *network = ics_socket_table_stack(self)->host->network;
    const IcsHost *host = ics_network_host_by_name(network, name);
    if (host != NULL && host->interfaces->len > 0) {
        const IcsInterface *first = g_ptr_array_index(host->interfaces, 0);
        *address = first->address;
        return 0;
    }
    if (strcmp(name, "localhost") == 0) {
        name = "127.0.0.1";
    }
    return ics_ipv4_address_parse(name, address) ? 0 : -ICS_EHOSTNOTFOUND;
}

static bool socket_parse_port(const char *text, uint16_t *port)
{
    guint64 number = 0;
    if (!g_ascii_string_to_unsigned(text, 10, 1, UINT16_MAX, &number, NULL)) {
        return false;
    }
    *port = (uint16_t)number;
    return true;
}

int ics_resolve_endpoint(IcsProcess *self, const char *text, IcsEndpoint *endpoint)
{
    const char *colon = strrchr(text, ':');
    if (colon == NULL || colon == text || !socket_parse_port(colon + 1, &endpoint->port)) {
        return -EINVAL;
    }
    char name[SOCKET_NAME_BYTES];
    size_t n = (size_t)(colon - text);
    if (n >= sizeof name) {
        return -ICS_EHOSTNOTFOUND;
    }
    memcpy(name, text, n);
    name[n] = '\0';
    return ics_resolve(self, name, &endpoint->address);
}

/* ---- send and receive ---- */

static int64_t socket_send(IcsSocket *self, const void *bytes, size_t n, int flags, IcsEndpoint to)
{
    ics_socket_take_turn(self->process);
    int result = ics_socket_take_error(self);
    if (result == 0) {
        result = ics_socket_autobind(self);
    }
    if (result != 0) {
        return result;
    }
    if (self->synchronous != NULL) {
        return ics_synchronous_send(self, bytes, n, flags, to);
    }
    return self->transport_state != NULL ? self->transport->klass->driver->send(self, bytes, n, to)
                                         : ics_datagram_send(self, bytes, n, to);
}

int64_t ics_send(IcsProcess *self, int descriptor, const void *bytes, size_t n, int flags)
{
    IcsSocket *socket = ics_socket_of(self, descriptor);
    if (socket == NULL) {
        return -EBADF;
    }
    if (socket->stream != NULL) {
        ics_socket_take_turn(self);
        return ics_stream_socket_send(socket->stream, bytes, n, flags);
    }
    const IcsPortBinding *binding = &socket->port.binding;
    if (!binding->connected) {
        return -EDESTADDRREQ;
    }
    IcsEndpoint to = {binding->peer_address, binding->peer_port};
    return socket_send(socket, bytes, n, flags, to);
}

int64_t ics_send_to(IcsProcess *self, int descriptor, const void *bytes, size_t n, int flags,
                    IcsEndpoint to)
{
    IcsSocket *socket = ics_socket_of(self, descriptor);
    if (socket == NULL) {
        return -EBADF;
    }
    if (to.port == ICS_ANY_PORT || to.address == ICS_ANY_ADDRESS) {
        return -EINVAL;
    }
    if (socket->stream != NULL) {
        return socket->stream->connection != NULL ? -EISCONN : -ENOTCONN;
    }
    return socket_send(socket, bytes, n, flags, to);
}

int64_t ics_receive(IcsProcess *self, int descriptor, void *buffer, size_t n, int flags)
{
    return ics_receive_from(self, descriptor, buffer, n, flags, NULL);
}

int64_t ics_receive_from(IcsProcess *self, int descriptor, void *buffer, size_t n, int flags,
                         IcsReceived *received)
{
    IcsSocket *socket = ics_socket_of(self, descriptor);
    if (socket == NULL) {
        return -EBADF;
    }
    ics_socket_take_turn(self);
    if (socket->stream != NULL) {
        return ics_stream_socket_receive(socket->stream, buffer, n, flags, received);
    }
    int result = ics_socket_autobind(socket);
    if (result != 0) {
        return result;
    }
    if (socket->synchronous != NULL) {
        return ics_synchronous_receive(socket, buffer, n, flags, received);
    }
    return socket->transport_state != NULL
               ? ics_transport_receive(socket, buffer, n, flags, received)
               : ics_datagram_receive(socket, buffer, n, flags, received);
}
