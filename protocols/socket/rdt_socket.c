/* Datagram sockets whose messages go by a textbook protocol (protocols/rdt), over UDP. Each socket
 * that one sends to begins a conversation with a session number of its own; what comes in is told
 * apart by peer and session. A socket that is closed goes on in the background until what was sent
 * has arrived, and for a while answers repetitions, because acknowledgements may have got lost. */
#include <errno.h>
#include <string.h>

#include "base/hash.h"
#include "protocols/rdt/rdt_packet.h"
#include "protocols/socket/rdt_internal.h"

static int64_t rdt_socket_now(const IcsRdtSocket *self)
{
    return self->socket->process->simulation->now_ns;
}

/* ---- conversations ---- */

static gint64 rdt_socket_endpoint_key(IcsEndpoint endpoint)
{
    return (gint64)((uint64_t)endpoint.address << 16 | endpoint.port);
}

static IcsRdtConversation *rdt_socket_begin(IcsRdtSocket *self, IcsEndpoint peer,
                                            IcsRdtSession session)
{
    IcsRdtConversation *conversation = ics_rdt_conversation_new(self, peer, session);
    g_ptr_array_add(self->conversations, conversation);
    return conversation;
}

/* A number that no other conversation between these two had: a socket before this one, in an
 * earlier life of the process, included. */
static uint32_t rdt_socket_new_session(IcsRdtSocket *self, const IcsSocketFlow *flow)
{
    uint64_t hash = ics_hash_combine(flow->peer->hash, flow->to.port);
    hash = ics_hash_combine(hash, ics_socket_table_incarnation(self->socket->process));
    hash = ics_hash_combine(hash, self->begun++);
    return (uint32_t)hash & ICS_RDT_SESSION_MASK;
}

static IcsRdtConversation *rdt_socket_outgoing(IcsRdtSocket *self, const IcsSocketFlow *flow)
{
    gint64 key = rdt_socket_endpoint_key(flow->to);
    IcsRdtConversation *conversation = g_hash_table_lookup(self->outgoing, &key);
    if (conversation == NULL) {
        IcsRdtSession session = {.number = rdt_socket_new_session(self, flow)};
        conversation = rdt_socket_begin(self, flow->to, session);
        g_hash_table_insert(self->outgoing, g_memdup2(&key, sizeof key), conversation);
    }
    return conversation;
}

/* NULL when the peer has begun none with this number. */
static IcsRdtConversation *rdt_socket_incoming(const IcsRdtSocket *self, IcsEndpoint peer,
                                               uint32_t number)
{
    for (guint i = self->conversations->len; i > 0; i--) {
        IcsRdtConversation *conversation = g_ptr_array_index(self->conversations, i - 1);
        if (conversation->session.is_reply && conversation->session.number == number &&
            conversation->peer.address == peer.address && conversation->peer.port == peer.port) {
            return conversation;
        }
    }
    return NULL;
}

void ics_rdt_socket_give_up(IcsRdtSocket *self, IcsRdtConversation *conversation)
{
    gint64 key = rdt_socket_endpoint_key(conversation->peer);
    g_hash_table_remove(self->outgoing, &key);
    g_ptr_array_remove(self->conversations, conversation);
    ics_rdt_conversation_free(conversation, ICS_CAUSE_SOCKET_CLOSED);
}

/* ---- from the network ---- */

static void rdt_socket_refused(IcsRdtSocket *self, IcsRdtConversation *conversation)
{
    IcsUdpPort *port = &self->socket->port;
    ics_rdt_socket_give_up(self, conversation);
    if (port->binding.connected) {
        port->refuse(port, ECONNREFUSED);
    }
}

static void rdt_socket_input_reply(IcsRdtSocket *self, IcsPacket *packet,
                                   const IcsDatagramView *view, uint32_t number)
{
    gint64 key = rdt_socket_endpoint_key(view->from);
    IcsRdtConversation *conversation = g_hash_table_lookup(self->outgoing, &key);
    if (conversation == NULL || conversation->session.number != number) {
        ics_host_drop(self->socket->stack->host, packet, ICS_CAUSE_SUPERSEDED);
    } else if (view->bytes == ICS_RDT_SESSION_BYTES) {
        ics_packet_free(packet);
        rdt_socket_refused(self, conversation);
    } else {
        ics_rdt_conversation_input(conversation, packet, view->payload + ICS_RDT_SESSION_BYTES,
                                   view->bytes - ICS_RDT_SESSION_BYTES);
    }
}

/* A closed socket only answers repetitions of what its process could take. */
static bool rdt_socket_accepts(IcsRdtSocket *self, const IcsRdtConversation *conversation,
                               const IcsPacket *packet)
{
    return !self->lingering ||
           (conversation != NULL && packet->message.ordinal < conversation->expected);
}

static bool rdt_socket_is_full(const IcsRdtSocket *self, const IcsDatagramView *view)
{
    return self->received_bytes > 0 &&
           self->received_bytes + view->bytes > self->socket->receive_buffer_bytes;
}

static void rdt_socket_input_message(IcsRdtSocket *self, IcsPacket *packet,
                                     const IcsDatagramView *view, uint32_t number)
{
    IcsHost *host = self->socket->stack->host;
    IcsRdtConversation *conversation = rdt_socket_incoming(self, view->from, number);
    if (!rdt_socket_accepts(self, conversation, packet)) {
        ics_rdt_conversation_refuse(self, view->from, number);
        ics_host_drop(host, packet, ICS_CAUSE_SOCKET_CLOSED);
        return;
    }
    if (rdt_socket_is_full(self, view)) {
        ics_host_drop(host, packet, ICS_CAUSE_RECEIVE_BUFFER_FULL);
        return;
    }
    if (conversation == NULL) {
        IcsRdtSession session = {.number = number, .is_reply = true};
        conversation = rdt_socket_begin(self, view->from, session);
    }
    ics_rdt_conversation_input(conversation, packet, view->payload + ICS_RDT_SESSION_BYTES,
                               view->bytes - ICS_RDT_SESSION_BYTES);
}

static void rdt_socket_deliver(IcsUdpPort *port, IcsPacket *packet,
                               G_GNUC_UNUSED const IcsUdpDelivery *delivery)
{
    IcsSocket *socket = ICS_CONTAINER_OF(port, IcsSocket, port);
    IcsRdtSocket *self = socket->transport_state;
    IcsDatagramView view = ics_datagram_view(packet);
    IcsRdtSession session;
    if (!ics_rdt_session_parse(view.payload, view.bytes, &session)) {
        ics_host_drop(socket->stack->host, packet, ICS_CAUSE_BAD_CHECKSUM);
    } else if (session.is_reply) {
        rdt_socket_input_reply(self, packet, &view, session.number);
    } else {
        rdt_socket_input_message(self, packet, &view, session.number);
    }
    ics_rdt_socket_settle(self);
}

/* ---- to the process ---- */

void ics_rdt_socket_receive(IcsRdtSocket *self, IcsPacket *packet, IcsEndpoint from,
                            const uint8_t *bytes, size_t n)
{
    if (self->lingering) {
        ics_host_drop(self->socket->stack->host, packet, ICS_CAUSE_SOCKET_CLOSED);
        return;
    }
    IcsRdtReceived *received = g_malloc(sizeof(IcsRdtReceived) + n);
    received->packet = packet;
    received->from = from;
    received->n = n;
    if (n > 0) {
        memcpy(received->bytes, bytes, n);
    }
    g_queue_push_tail(&self->received, received);
    self->received_bytes += (int64_t)MAX(n, 1);
    ics_wait_queue_wake_one(&self->socket->readers);
}

static int64_t rdt_socket_take(gpointer state, void *buffer, size_t n, IcsReceived *received)
{
    IcsRdtSocket *self = state;
    g_autofree IcsRdtReceived *message = g_queue_pop_head(&self->received);
    size_t copied = MIN(n, message->n);
    self->received_bytes -= (int64_t)MAX(message->n, 1);
    if (copied > 0) {
        memcpy(buffer, message->bytes, copied);
    }
    if (received != NULL) {
        *received = (IcsReceived){
            .from = message->from,
            .bytes = message->n,
            .truncated = copied < message->n,
            .sent_ns = message->packet->message.sent_ns,
            .ordinal = message->packet->message.ordinal,
        };
    }
    ics_socket_message_taken(self->socket, message->packet, copied);
    ics_packet_free(message->packet);
    return (int64_t)copied;
}

static uint64_t rdt_socket_queued(gpointer state)
{
    const IcsRdtSocket *self = state;
    return self->received.length;
}

static int64_t rdt_socket_send(IcsSocket *socket, const void *bytes, size_t n, IcsEndpoint to)
{
    IcsRdtSocket *self = socket->transport_state;
    IcsInterface *interface;
    size_t datagram_bytes = ICS_RDT_SESSION_BYTES + ICS_RDT_HEADER_BYTES + n;
    int result = ics_stack_find_udp_way(socket->stack, socket->port.binding.local_address,
                                        to.address, datagram_bytes, &interface);
    if (result != 0) {
        return result;
    }
    IcsSocketFlow *flow = ics_socket_flow_to(socket, to);
    IcsMessageTag tag = {.sent_ns = rdt_socket_now(self),
                         .ordinal = flow->next_message++,
                         .flow = flow->flow,
                         .bytes = (uint32_t)n};
    uint64_t first_ordinal = ics_socket_flow_fate(flow, ICS_FATE_FIRST).ordinal;
    ics_socket_message_sent(socket, flow, &tag);
    ics_rdt_conversation_send(rdt_socket_outgoing(self, flow), &tag, first_ordinal, bytes, n);
    return (int64_t)n;
}

/* ---- beginning and end ---- */

static bool rdt_socket_is_done(const IcsRdtSocket *self)
{
    for (guint i = 0; i < self->conversations->len; i++) {
        const IcsRdtConversation *conversation = g_ptr_array_index(self->conversations, i);
        if (!conversation->session.is_reply && !ics_rdt_conversation_is_idle(conversation)) {
            return false;
        }
    }
    return !ics_timer_is_armed(&self->linger);
}

/* When a peer that is heard no more cannot be waiting for an acknowledgement. */
static int64_t rdt_socket_linger_until(const IcsRdtSocket *self)
{
    int64_t until_ns = 0;
    for (guint i = 0; i < self->conversations->len; i++) {
        const IcsRdtConversation *conversation = g_ptr_array_index(self->conversations, i);
        if (conversation->session.is_reply) {
            until_ns = MAX(until_ns, conversation->heard_ns + self->config->linger_ns);
        }
    }
    return until_ns;
}

static void rdt_socket_keep_lingering(IcsRdtSocket *self)
{
    int64_t until_ns = rdt_socket_linger_until(self);
    if (until_ns > rdt_socket_now(self)) {
        ics_timer_arm(&self->linger, until_ns);
    }
}

static void rdt_socket_linger_expired(IcsTimer *timer)
{
    IcsRdtSocket *self = ICS_CONTAINER_OF(timer, IcsRdtSocket, linger);
    rdt_socket_keep_lingering(self);
    ics_rdt_socket_settle(self);
}

void ics_rdt_socket_settle(IcsRdtSocket *self)
{
    if (self->lingering && rdt_socket_is_done(self)) {
        ics_socket_end_linger(self->socket);
    }
}

static void rdt_socket_forget_received(IcsRdtSocket *self, IcsCause cause)
{
    IcsRdtReceived *received;
    while ((received = g_queue_pop_head(&self->received)) != NULL) {
        ics_host_drop(self->socket->stack->host, received->packet, cause);
        g_free(received);
    }
    self->received_bytes = 0;
}

static bool rdt_socket_linger(gpointer state)
{
    IcsRdtSocket *self = state;
    rdt_socket_forget_received(self, ICS_CAUSE_SOCKET_CLOSED);
    self->lingering = true;
    for (guint i = 0; i < self->conversations->len; i++) {
        ics_rdt_conversation_close(g_ptr_array_index(self->conversations, i));
    }
    rdt_socket_keep_lingering(self);
    return !rdt_socket_is_done(self);
}

static gpointer rdt_socket_open(IcsSocket *socket)
{
    const IcsRdtTransport *transport =
        ICS_CONTAINER_OF(socket->transport->klass, const IcsRdtTransport, klass);
    IcsRdtSocket *self = g_new0(IcsRdtSocket, 1);
    self->socket = socket;
    self->config = socket->transport->config;
    self->protocol = transport->protocol;
    self->conversations = g_ptr_array_new();
    self->outgoing = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, NULL);
    ics_rdt_actions_init(&self->actions);
    g_queue_init(&self->received);
    ics_timer_init(&self->linger, socket->process->simulation, socket->process->node,
                   rdt_socket_linger_expired);
    return self;
}

static void rdt_socket_free(gpointer state, IcsCause cause)
{
    IcsRdtSocket *self = state;
    rdt_socket_forget_received(self, cause);
    for (guint i = 0; i < self->conversations->len; i++) {
        ics_rdt_conversation_free(g_ptr_array_index(self->conversations, i), cause);
    }
    g_ptr_array_unref(self->conversations);
    g_hash_table_unref(self->outgoing);
    ics_rdt_actions_clear(&self->actions);
    ics_timer_clear(&self->linger);
    g_free(self);
}

const IcsTransportDriver ics_rdt_driver = {
    .open = rdt_socket_open,
    .free = rdt_socket_free,
    .linger = rdt_socket_linger,
    .send = rdt_socket_send,
    .take = rdt_socket_take,
    .queued = rdt_socket_queued,
    .deliver = rdt_socket_deliver,
};
