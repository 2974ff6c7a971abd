/* Synchronous sockets: the rendezvous machine on UDP, with processes that block on it. */
#include <errno.h>
#include <string.h>

#include "protocols/rendezvous/rendezvous.h"
#include "protocols/socket/socket_internal.h"

/* The message on its way. */
typedef struct SynchronousSend {
    uint64_t peer;
    IcsMessageTag tag;
    bool done;
    int result; /* when done: 0 or a positive errno */
} SynchronousSend;

/* A message that a receive has taken from the machine, and the datagram that brought it. */
typedef struct SynchronousReceived {
    IcsRendezvousEvent event;
    IcsPacket *packet;
} SynchronousReceived;

typedef struct IcsSynchronous {
    IcsSocket *socket;
    IcsRendezvous *machine;
    uint32_t held_max; /* messages that the machine holds at most */
    IcsTimer timer;
    SynchronousSend send; /* one at most: the process blocks in it */
    GQueue delivered;     /* of SynchronousReceived */
    IcsPacketList held;   /* the datagrams whose messages the machine holds */
} IcsSynchronous;

static uint64_t synchronous_peer(IcsEndpoint endpoint)
{
    return ics_rendezvous_peer(endpoint.address, endpoint.port);
}

static IcsEndpoint synchronous_endpoint(uint64_t peer)
{
    return (IcsEndpoint){ics_rendezvous_peer_address(peer), ics_rendezvous_peer_port(peer)};
}

static int64_t synchronous_now(const IcsSynchronous *self)
{
    return self->socket->process->simulation->now_ns;
}

/* ---- from the machine to the network ---- */

static IcsFate synchronous_fate(const IcsSocketFlow *flow, const IcsRendezvousDatagram *datagram)
{
    return (IcsFate){
        .flow = flow->peer->hash,
        .ordinal = datagram->ordinal,
        .klass = (uint8_t)datagram->fate_class,
    };
}

static void synchronous_transmit(IcsSynchronous *self, const IcsRendezvousDatagram *datagram)
{
    IcsSocket *socket = self->socket;
    IcsEndpoint to = synchronous_endpoint(datagram->peer);
    uint32_t source = socket->port.binding.local_address;
    IcsInterface *interface;
    if (ics_stack_find_udp_way(socket->stack, source, to.address, datagram->n, &interface) != 0) {
        return;
    }
    const SynchronousSend *send = &self->send;
    bool is_message = datagram->fate_class != ICS_FATE_CONTROL;
    if (is_message && datagram->fate_class == ICS_FATE_REPEAT) {
        ics_socket_message_repeated(socket, &send->tag);
    }
    IcsUdpRequest request = {
        .source = source,
        .destination = to.address,
        .source_port = socket->port.binding.local_port,
        .destination_port = to.port,
        .payload = datagram->bytes,
        .payload_bytes = datagram->n,
        .fate = synchronous_fate(ics_socket_flow_to(socket, to), datagram),
        .message = is_message ? send->tag : (IcsMessageTag){.flow = ICS_FLOW_NONE},
        .without_checksum = socket->port.without_checksum,
    };
    ics_stack_send_udp(socket->stack, interface, &request);
}

/* ---- from the machine to the process ---- */

static void synchronous_finish_send(IcsSynchronous *self, const IcsRendezvousEvent *event)
{
    SynchronousSend *send = &self->send;
    g_assert(send->peer == event->peer && !send->done);
    send->done = true;
    send->result = event->error;
    ics_wait_queue_wake_all(&self->socket->senders);
}

/* What names a message at its receiver. */
typedef struct SynchronousName {
    uint64_t peer;
    uint32_t session;
    uint32_t sequence;
} SynchronousName;

static SynchronousName synchronous_name(const IcsPacket *packet)
{
    IcsDatagramView view = ics_datagram_view(packet);
    IcsRendezvousHeader header = {0};
    ics_rendezvous_wire_parse(view.payload, view.bytes, &header);
    return (SynchronousName){synchronous_peer(view.from), header.session, header.sequence};
}

/* Takes the datagram with this message out; NULL when there is none. */
static IcsPacket *synchronous_take_held(IcsSynchronous *self, SynchronousName name)
{
    IcsPacket *found = NULL;
    for (uint64_t n = self->held.packets; n > 0; n--) {
        IcsPacket *packet = ics_packet_list_take(&self->held);
        SynchronousName its = synchronous_name(packet);
        if (found == NULL && its.peer == name.peer && its.session == name.session &&
            its.sequence == name.sequence) {
            found = packet;
        } else {
            ics_packet_list_append(&self->held, packet);
        }
    }
    return found;
}

static void synchronous_finish_receive(IcsSynchronous *self, const IcsRendezvousEvent *event)
{
    SynchronousName name = {event->peer, event->session, event->sequence};
    IcsPacket *packet = synchronous_take_held(self, name);
    g_assert(packet != NULL);
    SynchronousReceived *received = g_new(SynchronousReceived, 1);
    *received = (SynchronousReceived){*event, packet};
    g_queue_push_tail(&self->delivered, received);
    ics_wait_queue_wake_one(&self->socket->readers);
}

static void synchronous_handle(IcsSynchronous *self, const IcsRendezvousEvent *event)
{
    switch (event->kind) {
    case ICS_RENDEZVOUS_DELIVERED:
        synchronous_finish_receive(self, event);
        return;
    case ICS_RENDEZVOUS_ACKNOWLEDGED:
    case ICS_RENDEZVOUS_FAILED:
        synchronous_finish_send(self, event);
        return;
    }
}

/* Lets the machine have its way after each thing it was told. */
static void synchronous_pump(IcsSynchronous *self)
{
    IcsRendezvousDatagram datagram;
    IcsRendezvousEvent event;
    while (ics_rendezvous_output(self->machine, synchronous_now(self), &datagram)) {
        synchronous_transmit(self, &datagram);
    }
    while (ics_rendezvous_poll(self->machine, &event)) {
        synchronous_handle(self, &event);
    }
    int64_t deadline_ns = ics_rendezvous_deadline(self->machine);
    if (deadline_ns == INT64_MAX) {
        ics_timer_disarm(&self->timer);
    } else {
        ics_timer_arm(&self->timer, MAX(deadline_ns, synchronous_now(self)));
    }
}

static void synchronous_timer_expired(IcsTimer *timer)
{
    synchronous_pump(ICS_CONTAINER_OF(timer, IcsSynchronous, timer));
}

/* ---- from the network to the machine ---- */

static bool synchronous_is_held(const IcsSynchronous *self, SynchronousName name)
{
    return ics_rendezvous_holds(self->machine, name.peer, name.session, name.sequence);
}

/* Why the machine did not hold what came last: it has no room, or had the message already. */
static IcsCause synchronous_refusal(const IcsSynchronous *self)
{
    return ics_rendezvous_held(self->machine) >= self->held_max ? ICS_CAUSE_RECEIVE_BUFFER_FULL
                                                                : ICS_CAUSE_DUPLICATE;
}

/* Datagrams whose messages the machine does not hold (any more) are over. */
static void synchronous_prune(IcsSynchronous *self, const IcsPacket *latest)
{
    for (uint64_t n = self->held.packets; n > 0; n--) {
        IcsPacket *packet = ics_packet_list_take(&self->held);
        if (synchronous_is_held(self, synchronous_name(packet))) {
            ics_packet_list_append(&self->held, packet);
        } else {
            ics_host_drop(self->socket->stack->host, packet,
                          packet == latest ? synchronous_refusal(self) : ICS_CAUSE_SUPERSEDED);
        }
    }
}

static void synchronous_input_data(IcsSynchronous *self, IcsPacket *packet,
                                   const IcsDatagramView *view)
{
    SynchronousName name = synchronous_name(packet);
    bool had_it = synchronous_is_held(self, name);
    if (!had_it) {
        ics_packet_list_append(&self->held, packet);
    }
    ics_rendezvous_input(self->machine, synchronous_now(self), synchronous_peer(view->from),
                         view->payload, view->bytes);
    synchronous_pump(self);
    if (had_it) {
        ics_host_drop(self->socket->stack->host, packet, ICS_CAUSE_DUPLICATE);
        return;
    }
    if (synchronous_is_held(self, name)) {
        ics_wait_queue_wake_one(&self->socket->readers); /* a handler's, that issues its receive */
    }
    synchronous_prune(self, packet);
}

void ics_synchronous_deliver(IcsUdpPort *port, IcsPacket *packet,
                             G_GNUC_UNUSED const IcsUdpDelivery *delivery)
{
    IcsSocket *socket = ICS_CONTAINER_OF(port, IcsSocket, port);
    IcsSynchronous *self = socket->synchronous;
    IcsDatagramView view = ics_datagram_view(packet);
    IcsRendezvousHeader header;
    if (ics_rendezvous_wire_parse(view.payload, view.bytes, &header) != ICS_RENDEZVOUS_OK) {
        ics_host_drop(socket->stack->host, packet, ICS_CAUSE_NO_PROTOCOL);
    } else if (header.type == ICS_RENDEZVOUS_DATA) {
        synchronous_input_data(self, packet, &view);
    } else {
        ics_rendezvous_input(self->machine, synchronous_now(self), synchronous_peer(view.from),
                             view.payload, view.bytes);
        ics_packet_free(packet);
        synchronous_pump(self);
    }
}

/* ---- what processes call ---- */

struct IcsSynchronous *ics_synchronous_new(IcsSocket *socket)
{
    IcsSynchronous *self = g_new0(IcsSynchronous, 1);
    IcsProcess *process = socket->process;
    IcsRendezvousConfig config = ics_rendezvous_config_default((uint32_t)ics_random(process));
    self->socket = socket;
    self->machine = ics_rendezvous_new(&config);
    self->held_max = config.held_max;
    g_queue_init(&self->delivered);
    ics_timer_init(&self->timer, process->simulation, process->node, synchronous_timer_expired);
    return self;
}

static void synchronous_free_received(SynchronousReceived *received)
{
    g_free(received->event.bytes);
    g_free(received);
}

void ics_synchronous_free(struct IcsSynchronous *self, IcsCause cause)
{
    IcsHost *host = self->socket->stack->host;
    IcsPacket *packet;
    while ((packet = ics_packet_list_take(&self->held)) != NULL) {
        ics_host_drop(host, packet, cause);
    }
    SynchronousReceived *received;
    while ((received = g_queue_pop_head(&self->delivered)) != NULL) {
        ics_host_drop(host, received->packet, cause);
        synchronous_free_received(received);
    }
    ics_timer_clear(&self->timer);
    ics_rendezvous_free(self->machine);
    g_free(self);
}

static void synchronous_start_send(IcsSynchronous *self, IcsEndpoint to, size_t n)
{
    IcsSocketFlow *flow = ics_socket_flow_to(self->socket, to);
    self->send = (SynchronousSend){
        .peer = synchronous_peer(to),
        .tag =
            {
                .sent_ns = synchronous_now(self),
                .ordinal = flow->next_message++,
                .flow = flow->flow,
                .bytes = (uint32_t)n,
            },
    };
    ics_socket_message_sent(self->socket, flow, &self->send.tag);
}

/* Blocks until the receiver has issued its receive, or there is no hope of it. */
static int64_t synchronous_await(IcsSynchronous *self)
{
    IcsSocket *socket = self->socket;
    const SynchronousSend *send = &self->send;
    int64_t deadline_ns = ics_socket_deadline(socket, socket->send_timeout_ns);
    while (!send->done) {
        bool woken =
            ics_process_wait(socket->process, &socket->senders, deadline_ns, ICS_WAIT_SEND);
        int error = woken ? ics_socket_take_error(socket) : -ETIMEDOUT;
        if (error != 0 && !send->done) {
            ics_rendezvous_send_cancelled(self->machine, send->peer);
            synchronous_pump(self);
            return error;
        }
    }
    return send->result == 0 ? (int64_t)send->tag.bytes : -send->result;
}

int64_t ics_synchronous_send(IcsSocket *self, const void *bytes, size_t n, int flags,
                             IcsEndpoint to)
{
    IcsSynchronous *synchronous = self->synchronous;
    IcsInterface *interface;
    if (!ics_socket_may_block(self, flags)) {
        return -EOPNOTSUPP;
    }
    if (n > ICS_RENDEZVOUS_MESSAGE_MAX_BYTES) {
        return -EMSGSIZE;
    }
    int result = ics_stack_find_udp_way(self->stack, self->port.binding.local_address, to.address,
                                        ICS_RENDEZVOUS_HEADER_BYTES + n, &interface);
    if (result != 0) {
        return result;
    }
    result = ics_rendezvous_send(synchronous->machine, synchronous_now(synchronous),
                                 synchronous_peer(to), bytes, n);
    g_assert(result == 0);
    synchronous_start_send(synchronous, to, n);
    synchronous_pump(synchronous);
    return synchronous_await(synchronous);
}

uint64_t ics_synchronous_queued(const struct IcsSynchronous *self)
{
    return self->held.packets + self->delivered.length;
}

static int64_t synchronous_take(IcsSynchronous *self, void *buffer, size_t n, IcsReceived *received)
{
    SynchronousReceived *message = g_queue_pop_head(&self->delivered);
    const IcsRendezvousEvent *event = &message->event;
    size_t copied = MIN(n, event->n);
    if (copied > 0) {
        memcpy(buffer, event->bytes, copied);
    }
    if (received != NULL) {
        *received = (IcsReceived){
            .from = synchronous_endpoint(event->peer),
            .bytes = event->n,
            .truncated = copied < event->n,
            .sent_ns = message->packet->message.sent_ns,
            .ordinal = message->packet->message.ordinal,
        };
    }
    ics_socket_message_taken(self->socket, message->packet, copied);
    ics_packet_free(message->packet);
    synchronous_free_received(message);
    return (int64_t)copied;
}

/* Blocks until the receive that has been issued has its message. */
static int synchronous_await_message(IcsSynchronous *self, int flags)
{
    IcsSocket *socket = self->socket;
    int64_t deadline_ns = ics_socket_deadline(socket, socket->receive_timeout_ns);
    while (g_queue_is_empty(&self->delivered)) {
        if (!ics_socket_may_block(socket, flags)) {
            return -EAGAIN;
        }
        if (!ics_process_wait(socket->process, &socket->readers, deadline_ns, ICS_WAIT_RECEIVE)) {
            return -ETIMEDOUT;
        }
        int error = ics_socket_take_error(socket);
        if (error != 0 && g_queue_is_empty(&self->delivered)) {
            return error;
        }
    }
    return 0;
}

int64_t ics_synchronous_receive(IcsSocket *self, void *buffer, size_t n, int flags,
                                IcsReceived *received)
{
    IcsSynchronous *synchronous = self->synchronous;
    int error = ics_socket_take_error(self);
    if (error != 0) {
        return error;
    }
    ics_rendezvous_receive_issued(synchronous->machine);
    synchronous_pump(synchronous);
    error = synchronous_await_message(synchronous, flags);
    if (error != 0) {
        ics_rendezvous_receive_cancelled(synchronous->machine);
        return error;
    }
    return synchronous_take(synchronous, buffer, n, received);
}
