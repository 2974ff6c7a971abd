/* The driver of one machine of protocols/rdt: tells it what happens and carries its actions out. */
#include <string.h>

#include "protocols/rendezvous/rendezvous_config.h"
#include "protocols/socket/rdt_internal.h"

/* A timer of a machine. */
typedef struct RdtTimer {
    IcsTimer timer;
    IcsRdtConversation *conversation;
    uint32_t number;
} RdtTimer;

/* A message that the machine does not want yet. */
typedef struct RdtWaiting {
    IcsRdtUnderWay what;
    size_t n;
    uint8_t bytes[];
} RdtWaiting;

static int64_t rdt_conversation_now(const IcsRdtConversation *self)
{
    return self->owner->socket->process->simulation->now_ns;
}

static uint32_t rdt_conversation_window(const IcsRdtSocket *owner)
{
    return (uint32_t)MAX(owner->config->window, 1);
}

/* ---- actions ---- */

/* An ordinal made of message and try, instead of counted, so that one repetition more moves no
 * decision about another message. */
static IcsFate rdt_conversation_repeat_fate(const IcsSocketFlow *flow,
                                            const IcsRdtUnderWay *message)
{
    return (IcsFate){
        .flow = flow->peer->hash,
        .ordinal = ics_rendezvous_try_ordinal((uint32_t)message->first_ordinal, message->tries),
        .klass = ICS_FATE_REPEAT,
    };
}

/* What a datagram is for the observers. */
static void rdt_conversation_identify(IcsRdtConversation *self, uint64_t tag,
                                      IcsUdpRequest *request)
{
    IcsSocket *socket = self->owner->socket;
    IcsSocketFlow *flow = ics_socket_flow_to(socket, self->peer);
    if (tag == ICS_RDT_NO_TAG) {
        request->fate = ics_socket_flow_fate(flow, ICS_FATE_CONTROL);
        request->message = (IcsMessageTag){.flow = ICS_FLOW_NONE};
        return;
    }
    IcsRdtUnderWay *message = &self->under_way[tag % rdt_conversation_window(self->owner)];
    g_assert(message->tag.ordinal == tag);
    request->message = message->tag;
    if (message->tries == 0) {
        request->fate = (IcsFate){
            .flow = flow->peer->hash, .ordinal = message->first_ordinal, .klass = ICS_FATE_FIRST};
    } else {
        request->fate = rdt_conversation_repeat_fate(flow, message);
        ics_socket_message_repeated(socket, &message->tag);
    }
    message->tries++;
}

static void rdt_conversation_transmit(IcsRdtSocket *owner, IcsEndpoint peer,
                                      const IcsUdpRequest *identity, const void *bytes, size_t n)
{
    IcsSocket *socket = owner->socket;
    const IcsPortBinding *binding = &socket->port.binding;
    IcsInterface *interface;
    if (ics_stack_find_udp_way(socket->stack, binding->local_address, peer.address, n,
                               &interface) != 0) {
        return;
    }
    IcsUdpRequest request = *identity;
    request.source = binding->local_address;
    request.destination = peer.address;
    request.source_port = binding->local_port;
    request.destination_port = peer.port;
    request.payload = bytes;
    request.payload_bytes = n;
    request.without_checksum = socket->port.without_checksum;
    ics_stack_send_udp(socket->stack, interface, &request);
}

static void rdt_conversation_send(IcsRdtConversation *self, const IcsRdtAction *action)
{
    IcsUdpRequest identity = {0};
    size_t n = ICS_RDT_SESSION_BYTES + action->n;
    g_autofree uint8_t *bytes = g_malloc(n);
    ics_rdt_session_emit(&self->session, bytes);
    memcpy(bytes + ICS_RDT_SESSION_BYTES, ics_rdt_actions_bytes(&self->owner->actions, action),
           action->n);
    rdt_conversation_identify(self, action->tag, &identity);
    rdt_conversation_transmit(self->owner, self->peer, &identity, bytes, n);
}

/* Packets whose messages may be delivered later have places by their ordinals. */
static size_t rdt_conversation_n_early(const IcsRdtConversation *self)
{
    return self->early != NULL ? (size_t)2 * rdt_conversation_window(self->owner) : 0;
}

/* The packet that brought this message: the one that is just arriving, or one that came early. */
static IcsPacket *rdt_conversation_take_packet(IcsRdtConversation *self, uint64_t tag)
{
    if (self->arriving != NULL && self->arriving->message.ordinal == tag) {
        return g_steal_pointer(&self->arriving);
    }
    if (self->early == NULL) {
        return NULL;
    }
    IcsPacket **early = &self->early[tag % rdt_conversation_n_early(self)];
    return *early != NULL && (*early)->message.ordinal == tag ? g_steal_pointer(early) : NULL;
}

/* For a packet that is gone, because its message was delivered before: the machine was deceived by
 * a late datagram and delivers the message once more. */
static IcsPacket *rdt_conversation_stand_in(const IcsRdtConversation *self, uint64_t tag)
{
    IcsPacket *packet = ics_packet_new(self->owner->socket->stack->host->network->packets, 0);
    packet->fate = self->latest_fate;
    packet->message = self->latest;
    packet->message.ordinal = tag;
    return packet;
}

static void rdt_conversation_deliver(IcsRdtConversation *self, const IcsRdtAction *action)
{
    IcsPacket *packet = rdt_conversation_take_packet(self, action->tag);
    if (packet == NULL) {
        packet = rdt_conversation_stand_in(self, action->tag);
    }
    self->expected = MAX(self->expected, action->tag + 1);
    ics_rdt_socket_receive(self->owner, packet, self->peer,
                           ics_rdt_actions_bytes(&self->owner->actions, action), action->n);
}

static void rdt_conversation_log(const IcsRdtConversation *self, const IcsRdtAction *action)
{
    IcsProcess *process = self->owner->socket->process;
    if (process->state != ICS_PROCESS_ENDED) {
        ics_process_log(process,
                        (const char *)ics_rdt_actions_bytes(&self->owner->actions, action));
    }
}

static void rdt_conversation_expired(IcsTimer *timer);

static RdtTimer *rdt_conversation_timer(IcsRdtConversation *self, uint32_t number)
{
    if (number >= self->timers->len) {
        g_ptr_array_set_size(self->timers, (gint)number + 1);
    }
    RdtTimer *timer = g_ptr_array_index(self->timers, number);
    if (timer == NULL) {
        const IcsProcess *process = self->owner->socket->process;
        timer = g_new0(RdtTimer, 1);
        timer->conversation = self;
        timer->number = number;
        ics_timer_init(&timer->timer, process->simulation, process->node, rdt_conversation_expired);
        g_ptr_array_index(self->timers, number) = timer;
    }
    return timer;
}

static void rdt_conversation_set_timer(IcsRdtConversation *self, const IcsRdtAction *action)
{
    RdtTimer *timer = rdt_conversation_timer(self, action->timer);
    self->timers_set += !ics_timer_is_armed(&timer->timer);
    ics_timer_arm(&timer->timer, rdt_conversation_now(self) + action->after_ns);
}

static void rdt_conversation_cancel_timer(IcsRdtConversation *self, const IcsRdtAction *action)
{
    RdtTimer *timer = rdt_conversation_timer(self, action->timer);
    self->timers_set -= ics_timer_is_armed(&timer->timer);
    ics_timer_disarm(&timer->timer);
}

static void rdt_conversation_act(IcsRdtConversation *self, const IcsRdtAction *action)
{
    switch (action->kind) {
    case ICS_RDT_ACTION_SEND:
        rdt_conversation_send(self, action);
        return;
    case ICS_RDT_ACTION_DELIVER:
        rdt_conversation_deliver(self, action);
        return;
    case ICS_RDT_ACTION_SET_TIMER:
        rdt_conversation_set_timer(self, action);
        return;
    case ICS_RDT_ACTION_CANCEL_TIMER:
        rdt_conversation_cancel_timer(self, action);
        return;
    case ICS_RDT_ACTION_ENABLE:
        self->enabled = true;
        return;
    case ICS_RDT_ACTION_DISABLE:
        self->enabled = false;
        return;
    case ICS_RDT_ACTION_LOG:
        rdt_conversation_log(self, action);
        return;
    }
}

/* ---- events ---- */

static void rdt_conversation_tell(IcsRdtConversation *self, IcsRdtEvent event)
{
    IcsRdtSocket *owner = self->owner;
    event.now_ns = rdt_conversation_now(self);
    g_assert(owner->actions.list->len == 0);
    owner->protocol->handle(self->machine, &event, &owner->actions);
    for (guint i = 0; i < owner->actions.list->len; i++) {
        rdt_conversation_act(self, ics_rdt_actions_get(&owner->actions, i));
    }
    ics_rdt_actions_reset(&owner->actions);
}

static void rdt_conversation_give(IcsRdtConversation *self, const IcsRdtUnderWay *message,
                                  const uint8_t *bytes, size_t n)
{
    self->under_way[message->tag.ordinal % rdt_conversation_window(self->owner)] = *message;
    rdt_conversation_tell(
        self, (IcsRdtEvent){
                  .kind = ICS_RDT_MESSAGE, .bytes = bytes, .n = n, .tag = message->tag.ordinal});
}

/* Gives the machine what it wants to have by now. */
static void rdt_conversation_pump(IcsRdtConversation *self)
{
    while (self->enabled && !g_queue_is_empty(&self->waiting)) {
        RdtWaiting *waiting = g_queue_pop_head(&self->waiting);
        rdt_conversation_give(self, &waiting->what, waiting->bytes, waiting->n);
        g_free(waiting);
    }
}

static void rdt_conversation_expired(IcsTimer *expired)
{
    const RdtTimer *timer = ICS_CONTAINER_OF(expired, RdtTimer, timer);
    IcsRdtConversation *self = timer->conversation;
    IcsRdtSocket *owner = self->owner;
    self->timers_set--;
    if (rdt_conversation_now(self) - self->heard_ns >= owner->config->give_up_ns) {
        ics_rdt_socket_give_up(owner, self);
    } else {
        rdt_conversation_tell(self, (IcsRdtEvent){.kind = ICS_RDT_TIMER, .timer = timer->number});
        rdt_conversation_pump(self);
    }
    ics_rdt_socket_settle(owner);
}

void ics_rdt_conversation_send(IcsRdtConversation *self, const IcsMessageTag *tag,
                               uint64_t first_ordinal, const void *bytes, size_t n)
{
    IcsRdtUnderWay message = {.tag = *tag, .first_ordinal = first_ordinal};
    if (ics_rdt_conversation_is_idle(self)) {
        self->heard_ns = rdt_conversation_now(self);
    }
    if (self->enabled) {
        rdt_conversation_give(self, &message, bytes, n);
        return;
    }
    RdtWaiting *waiting = g_malloc(sizeof(RdtWaiting) + n);
    waiting->what = message;
    waiting->n = n;
    if (n > 0) {
        memcpy(waiting->bytes, bytes, n);
    }
    g_queue_push_tail(&self->waiting, waiting);
}

/* Keeps a packet whose message the machine may have kept; false when it has that one already. */
static bool rdt_conversation_keep(IcsRdtConversation *self, IcsPacket *packet)
{
    uint64_t ordinal = packet->message.ordinal;
    IcsPacket **early = &self->early[ordinal % rdt_conversation_n_early(self)];
    if (*early != NULL && (*early)->message.ordinal == ordinal) {
        return false;
    }
    if (*early != NULL) {
        ics_host_drop(self->owner->socket->stack->host, *early, ICS_CAUSE_DUPLICATE);
    }
    *early = packet;
    return true;
}

/* Why a packet was in vain from which the machine delivered no message, nor will. */
static IcsCause rdt_conversation_cause(const IcsRdtConversation *self, const IcsPacket *packet)
{
    if (packet->damaged) {
        return ICS_CAUSE_BAD_CHECKSUM;
    }
    bool waits_for_another = packet->message.ordinal >= self->expected && self->early == NULL &&
                             rdt_conversation_window(self->owner) > 1;
    return waits_for_another ? ICS_CAUSE_OUT_OF_ORDER : ICS_CAUSE_DUPLICATE;
}

/* The machine delivered no message from this packet. */
static void rdt_conversation_put_away(IcsRdtConversation *self, IcsPacket *packet)
{
    bool may_come_later =
        !packet->damaged && packet->message.ordinal >= self->expected && self->early != NULL;
    if (!may_come_later || !rdt_conversation_keep(self, packet)) {
        ics_host_drop(self->owner->socket->stack->host, packet,
                      rdt_conversation_cause(self, packet));
    }
}

void ics_rdt_conversation_input(IcsRdtConversation *self, IcsPacket *packet, const uint8_t *bytes,
                                size_t n)
{
    IcsRdtEvent event = {
        .kind = ICS_RDT_DATAGRAM, .bytes = bytes, .n = n, .tag = packet->message.ordinal};
    self->heard_ns = rdt_conversation_now(self);
    self->arriving = packet;
    self->latest = packet->message;
    self->latest_fate = packet->fate;
    rdt_conversation_tell(self, event);
    packet = g_steal_pointer(&self->arriving);
    if (packet != NULL && self->session.is_reply) {
        rdt_conversation_put_away(self, packet);
    } else if (packet != NULL) {
        ics_packet_free(packet);
    }
    rdt_conversation_pump(self);
}

void ics_rdt_conversation_close(IcsRdtConversation *self)
{
    rdt_conversation_tell(self, (IcsRdtEvent){.kind = ICS_RDT_CLOSE});
}

bool ics_rdt_conversation_is_idle(const IcsRdtConversation *self)
{
    return self->timers_set == 0 && self->waiting.length == 0;
}

void ics_rdt_conversation_refuse(IcsRdtSocket *owner, IcsEndpoint peer, uint32_t session)
{
    IcsRdtSession reply = {.number = session, .is_reply = true};
    uint8_t bytes[ICS_RDT_SESSION_BYTES];
    IcsSocketFlow *flow = ics_socket_flow_to(owner->socket, peer);
    IcsUdpRequest identity = {
        .fate = ics_socket_flow_fate(flow, ICS_FATE_CONTROL),
        .message = {.flow = ICS_FLOW_NONE},
    };
    ics_rdt_session_emit(&reply, bytes);
    rdt_conversation_transmit(owner, peer, &identity, bytes, sizeof bytes);
}

/* ---- beginning and end ---- */

static void rdt_conversation_free_timer(gpointer data)
{
    RdtTimer *timer = data;
    if (timer != NULL) {
        ics_timer_clear(&timer->timer);
        g_free(timer);
    }
}

IcsRdtConversation *ics_rdt_conversation_new(IcsRdtSocket *owner, IcsEndpoint peer,
                                             IcsRdtSession session)
{
    uint32_t window = rdt_conversation_window(owner);
    IcsRdtConfig config = {
        .window = window,
        .sequence_bits = (uint32_t)MAX(owner->config->sequence_bits, 1),
        .timeout_ns = owner->config->timeout_ns,
    };
    IcsRdtConversation *self = g_new0(IcsRdtConversation, 1);
    self->owner = owner;
    self->peer = peer;
    self->session = session;
    self->machine = owner->protocol->create(&config);
    self->timers = g_ptr_array_new_with_free_func(rdt_conversation_free_timer);
    self->heard_ns = rdt_conversation_now(self);
    self->enabled = true;
    g_queue_init(&self->waiting);
    if (!session.is_reply) {
        self->under_way = g_new0(IcsRdtUnderWay, window);
    } else if (owner->protocol->reassembles) {
        self->early = g_new0(IcsPacket *, 2 * (size_t)window);
    }
    rdt_conversation_tell(self, (IcsRdtEvent){.kind = ICS_RDT_OPEN});
    return self;
}

static void rdt_conversation_abandon_waiting(IcsRdtConversation *self, IcsCause cause)
{
    RdtWaiting *waiting;
    while ((waiting = g_queue_pop_head(&self->waiting)) != NULL) {
        ics_socket_message_abandoned(self->owner->socket, &waiting->what.tag, cause);
        g_free(waiting);
    }
}

void ics_rdt_conversation_free(IcsRdtConversation *self, IcsCause cause)
{
    for (size_t i = 0; i < rdt_conversation_n_early(self); i++) {
        if (self->early[i] != NULL) {
            ics_host_drop(self->owner->socket->stack->host, self->early[i], cause);
        }
    }
    rdt_conversation_abandon_waiting(self, cause);
    self->owner->protocol->destroy(self->machine);
    g_ptr_array_unref(self->timers);
    g_free(self->under_way);
    g_free(self->early);
    g_free(self);
}
