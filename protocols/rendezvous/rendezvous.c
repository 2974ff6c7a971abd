#include "protocols/rendezvous/rendezvous.h"

#include <errno.h>

struct IcsRendezvous {
    IcsRendezvousConfig config;
    IcsRendezvousSender sender;
    IcsRendezvousReceiver receiver;
    GQueue events; /* of IcsRendezvousEvent, owned */
};

IcsRendezvous *ics_rendezvous_new(const IcsRendezvousConfig *config)
{
    IcsRendezvous *self = g_new0(IcsRendezvous, 1);
    self->config = *config;
    ics_rendezvous_sender_init(&self->sender, &self->config);
    ics_rendezvous_receiver_init(&self->receiver, &self->config);
    g_queue_init(&self->events);
    return self;
}

static void rendezvous_event_free(gpointer data)
{
    IcsRendezvousEvent *event = data;
    g_free(event->bytes);
    g_free(event);
}

void ics_rendezvous_free(IcsRendezvous *self)
{
    if (self == NULL)
        return;
    ics_rendezvous_sender_clear(&self->sender);
    ics_rendezvous_receiver_clear(&self->receiver);
    g_queue_clear_full(&self->events, rendezvous_event_free);
    g_free(self);
}

static void rendezvous_report(IcsRendezvous *self, const IcsRendezvousEvent *event)
{
    g_queue_push_tail(&self->events, g_memdup2(event, sizeof *event));
}

static void rendezvous_deliver(IcsRendezvous *self, const IcsRendezvousMessage *message)
{
    const IcsRendezvousEvent event = {
        .kind = ICS_RENDEZVOUS_DELIVERED,
        .peer = message->peer,
        .session = message->session,
        .sequence = message->sequence,
        .bytes = message->bytes,
        .n = message->n,
    };
    rendezvous_report(self, &event);
}

int ics_rendezvous_send(IcsRendezvous *self, int64_t now_ns, uint64_t peer, const uint8_t *bytes,
                        size_t n)
{
    return ics_rendezvous_sender_send(&self->sender, now_ns, peer, bytes, n);
}

void ics_rendezvous_send_cancelled(IcsRendezvous *self, uint64_t peer)
{
    ics_rendezvous_sender_cancel(&self->sender, peer);
}

void ics_rendezvous_receive_issued(IcsRendezvous *self)
{
    IcsRendezvousMessage message;
    if (ics_rendezvous_receiver_issue(&self->receiver, &message))
        rendezvous_deliver(self, &message);
}

void ics_rendezvous_receive_cancelled(IcsRendezvous *self)
{
    ics_rendezvous_receiver_cancel(&self->receiver);
}

static void rendezvous_input_ack(IcsRendezvous *self, uint64_t peer,
                                 const IcsRendezvousHeader *header)
{
    const IcsRendezvousEvent event = {
        .kind = ICS_RENDEZVOUS_ACKNOWLEDGED,
        .peer = peer,
        .session = header->session,
        .sequence = header->sequence,
    };
    if (ics_rendezvous_sender_acknowledge(&self->sender, peer, header))
        rendezvous_report(self, &event);
}

IcsRendezvousResult ics_rendezvous_input(IcsRendezvous *self, int64_t now_ns, uint64_t peer,
                                         const uint8_t *bytes, size_t n)
{
    IcsRendezvousHeader header;
    IcsRendezvousMessage message;
    IcsRendezvousResult result = ics_rendezvous_wire_parse(bytes, n, &header);
    if (result != ICS_RENDEZVOUS_OK)
        return result;
    switch (header.type) {
    case ICS_RENDEZVOUS_ACK:
        rendezvous_input_ack(self, peer, &header);
        break;
    case ICS_RENDEZVOUS_DATA:
        if (ics_rendezvous_receiver_input(&self->receiver, now_ns, peer, &header,
                                          bytes + ICS_RENDEZVOUS_HEADER_BYTES, &message))
            rendezvous_deliver(self, &message);
        break;
    }
    return ICS_RENDEZVOUS_OK;
}

static void rendezvous_fail(IcsRendezvous *self, const IcsRendezvousDatagram *datagram)
{
    const IcsRendezvousEvent event = {
        .kind = ICS_RENDEZVOUS_FAILED,
        .peer = datagram->peer,
        .session = self->config.session,
        .sequence = datagram->sequence,
        .error = ETIMEDOUT,
    };
    rendezvous_report(self, &event);
}

bool ics_rendezvous_output(IcsRendezvous *self, int64_t now_ns, IcsRendezvousDatagram *datagram)
{
    if (ics_rendezvous_receiver_output(&self->receiver, datagram))
        return true;
    for (;;) {
        switch (ics_rendezvous_sender_output(&self->sender, now_ns, datagram)) {
        case ICS_RENDEZVOUS_SENDER_IDLE:
            return false;
        case ICS_RENDEZVOUS_SENDER_TRANSMITS:
            return true;
        case ICS_RENDEZVOUS_SENDER_GAVE_UP:
            rendezvous_fail(self, datagram);
            break;
        }
    }
}

bool ics_rendezvous_poll(IcsRendezvous *self, IcsRendezvousEvent *event)
{
    g_autofree IcsRendezvousEvent *head = g_queue_pop_head(&self->events);
    if (head == NULL)
        return false;
    *event = *head;
    return true;
}

int64_t ics_rendezvous_deadline(const IcsRendezvous *self)
{
    return ics_rendezvous_sender_deadline(&self->sender);
}

uint32_t ics_rendezvous_waiting(const IcsRendezvous *self)
{
    return self->receiver.waiting;
}

uint32_t ics_rendezvous_held(const IcsRendezvous *self)
{
    return self->receiver.held.length;
}

bool ics_rendezvous_holds(const IcsRendezvous *self, uint64_t peer, uint32_t session,
                          uint32_t sequence)
{
    return ics_rendezvous_receiver_holds(&self->receiver, peer, session, sequence);
}
