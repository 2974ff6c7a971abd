#include <errno.h>

#include "protocols/socket/stream_socket.h"

static IcsSocketTable *socket_table_of(const IcsProcess *process)
{
    return process->owner;
}

IcsStack *ics_socket_table_stack(const IcsProcess *process)
{
    return socket_table_of(process)->stack;
}

uint32_t ics_socket_table_incarnation(const IcsProcess *process)
{
    return socket_table_of(process)->incarnation;
}

uint64_t ics_socket_table_queued(const IcsProcess *process)
{
    const IcsSocketTable *table = socket_table_of(process);
    uint64_t packets = 0;
    for (uint32_t i = 0; i < table->n_sockets; i++) {
        const IcsSocket *socket = table->sockets[i];
        if (socket != NULL && socket->stream == NULL) {
            packets += socket->queue.packets;
            packets +=
                socket->synchronous != NULL ? ics_synchronous_queued(socket->synchronous) : 0;
            packets += ics_transport_queued(socket);
        }
    }
    return packets;
}

IcsSocket *ics_socket_of(const IcsProcess *process, int descriptor)
{
    const IcsSocketTable *table = socket_table_of(process);
    if (descriptor < 0 || (uint32_t)descriptor >= table->n_sockets) {
        return NULL;
    }
    return table->sockets[descriptor];
}

static void socket_refuse(IcsUdpPort *port, int error)
{
    IcsSocket *self = ICS_CONTAINER_OF(port, IcsSocket, port);
    self->pending_error = error;
    ics_wait_queue_wake_all(&self->readers);
    ics_wait_queue_wake_all(&self->senders);
}

static void socket_init_datagram(IcsSocket *self)
{
    self->receive_buffer_bytes = ICS_SOCKET_RECEIVE_BUFFER;
    self->port.refuse = socket_refuse;
    self->port.deliver = ics_datagram_deliver;
    if (self->type == ICS_SOCKET_SYNCHRONOUS) {
        self->synchronous = ics_synchronous_new(self);
        self->port.deliver = ics_synchronous_deliver;
    } else {
        ics_transport_open(self);
    }
}

/* A stream has less of its own than a datagram socket, and there may be many. */
static size_t socket_bytes(IcsSocketType type)
{
    return type == ICS_SOCKET_STREAM ? offsetof(IcsSocket, of_stream) + sizeof(IcsStreamSocket)
                                     : sizeof(IcsSocket);
}

static IcsSocket *socket_new(IcsProcess *process, IcsSocketType type)
{
    IcsSocketTable *table = socket_table_of(process);
    IcsSocket *self = g_malloc0(socket_bytes(type));
    self->process = process;
    self->stack = table->stack;
    self->type = type;
    self->ordinal = table->next_ordinal++;
    self->receive_timeout_ns = ICS_FOREVER;
    self->send_timeout_ns = ICS_FOREVER;
    if (type == ICS_SOCKET_STREAM) {
        self->stream = &self->of_stream;
        ics_stream_socket_init(self->stream, self);
    } else {
        socket_init_datagram(self);
    }
    return self;
}

int ics_socket_table_free_descriptor(IcsProcess *process)
{
    IcsSocketTable *self = socket_table_of(process);
    for (uint32_t i = 0; i < self->n_sockets; i++) {
        if (self->sockets[i] == NULL) {
            return (int)i;
        }
    }
    if (self->n_sockets == ICS_SOCKETS_MAX) {
        return -EMFILE;
    }
    self->sockets = g_renew(IcsSocket *, self->sockets, self->n_sockets + 1);
    self->sockets[self->n_sockets] = NULL;
    return (int)self->n_sockets++;
}

int ics_socket(IcsProcess *self, IcsSocketType type)
{
    if (type != ICS_SOCKET_DATAGRAM && type != ICS_SOCKET_SYNCHRONOUS &&
        type != ICS_SOCKET_STREAM) {
        return -EINVAL;
    }
    int descriptor = ics_socket_table_free_descriptor(self);
    if (descriptor >= 0) {
        ics_socket_table_make(self, descriptor, type);
    }
    return descriptor;
}

IcsSocket *ics_socket_table_make(IcsProcess *process, int descriptor, IcsSocketType type)
{
    IcsSocket *made = socket_new(process, type);
    socket_table_of(process)->sockets[descriptor] = made;
    return made;
}

void ics_socket_table_move(IcsProcess *from, int descriptor, IcsProcess *process, int to)
{
    IcsSocket *socket = g_steal_pointer(&socket_table_of(from)->sockets[descriptor]);
    if (socket->watcher.queue != NULL) {
        ics_process_unwatch(&socket->watcher);
    }
    socket->process = process;
    socket->ordinal = socket_table_of(process)->next_ordinal++;
    socket_table_of(process)->sockets[to] = socket;
}

/* Nobody waits for it any more. */
static void socket_detach(IcsSocket *self)
{
    uint16_t port = self->stream != NULL ? ics_stream_socket_local(self->stream).port
                                         : self->port.binding.local_port;
    if (port != 0) {
        ics_socket_publish_closed(self, port);
    }
    if (self->watcher.queue != NULL) {
        ics_process_unwatch(&self->watcher);
    }
    ics_wait_queue_clear(&self->readers);
    ics_wait_queue_clear(&self->senders);
}

static void socket_clear_datagram(IcsSocket *self, IcsCause cause)
{
    if (self->transport_state != NULL) {
        self->transport->klass->driver->free(self->transport_state, cause);
    }
    ics_port_table_unbind(&self->stack->udp_ports, &self->port.binding);
    if (self->synchronous != NULL) {
        ics_synchronous_free(self->synchronous, cause);
    }
    IcsPacket *packet;
    while ((packet = ics_packet_list_take(&self->queue)) != NULL) {
        ics_host_drop(self->stack->host, packet, cause);
    }
    ics_socket_flows_free(self);
}

void ics_socket_free(IcsSocket *self, IcsCause cause)
{
    if (self->stream != NULL) {
        ics_stream_socket_clear(self->stream, cause);
    } else {
        socket_clear_datagram(self, cause);
    }
    g_free(self);
}

void ics_socket_destroy(IcsSocket *self, IcsCause cause)
{
    socket_detach(self);
    if (self->stream == NULL && self->transport_state != NULL && cause != ICS_CAUSE_HOST_DOWN &&
        self->transport->klass->driver->linger(self->transport_state)) {
        ics_host_processes_adopt(self->stack, self);
        return;
    }
    ics_socket_free(self, cause);
}

void ics_socket_end_linger(IcsSocket *self)
{
    ics_host_processes_abandon(self->stack, self);
    ics_socket_free(self, ICS_CAUSE_SOCKET_CLOSED);
}

int ics_close(IcsProcess *self, int descriptor)
{
    IcsSocket *socket = ics_socket_of(self, descriptor);
    if (socket == NULL) {
        return -EBADF;
    }
    int result = socket->stream != NULL ? ics_stream_socket_linger(socket->stream) : 0;
    socket_table_of(self)->sockets[descriptor] = NULL;
    ics_socket_destroy(socket, ICS_CAUSE_SOCKET_CLOSED);
    return result;
}

uint64_t ics_random(IcsProcess *self)
{
    IcsSocketTable *table = socket_table_of(self);
    return ics_draw_sequential_u64(&table->draws, table->next_draw++, 0);
}

/* The system closes what an ended process had open; a crashed host just forgets it. */
static void socket_table_process_ended(IcsProcess *process)
{
    IcsSocketTable *table = socket_table_of(process);
    IcsCause cause =
        process->outcome == ICS_OUTCOME_CRASHED ? ICS_CAUSE_HOST_DOWN : ICS_CAUSE_SOCKET_CLOSED;
    for (uint32_t i = 0; i < table->n_sockets; i++) {
        if (table->sockets[i] != NULL) {
            ics_socket_destroy(g_steal_pointer(&table->sockets[i]), cause);
        }
    }
    g_clear_pointer(&table->sockets, g_free);
    table->n_sockets = 0;
}

void ics_socket_table_attach(IcsProcess *process, IcsStack *stack, uint32_t incarnation)
{
    IcsSocketTable *table = g_new0(IcsSocketTable, 1);
    table->stack = stack;
    table->incarnation = incarnation;
    table->draws = ics_draw_site(process->simulation->seed, process->name, "process");
    table->draws.key ^= incarnation;
    process->owner = table;
    process->on_end = socket_table_process_ended;
}
