/* Selective repeat (Kurose and Ross, section 3.4.4; protocol 6 of Tanenbaum): up to N messages
 * under way, each with a timer and an acknowledgement of its own; the receiver keeps what comes too
 * early, so that only what is missing is sent again.
 *
 * Messages are counted from 0 and never wrap around; the wire carries the count modulo S, where S =
 * 2^sequence_bits. Both ends have a window of N messages:
 *
 *      sender     acknowledged  |  under way, some acknowledged |  may be sent  |  may not yet
 *                ---------------+-------------------------------+---------------+-------------
 *                               base                            next            base + N
 *
 *      receiver     delivered   |  expected, some kept (early)                  |  not yet
 *                ---------------+-----------------------------------------------+-------------
 *                               expected                                        expected + N
 *
 *      message:  send DATA(next), set its timer, next + 1; if next == base + N, disable
 *      timer k:  send DATA(k) again, set its timer
 *      ACK(k), base <= k < next: cancel timer k; if k is base, move base up to the first that is
 *                not acknowledged, enable
 *      any other ACK: ignored
 *
 *      DATA(k), expected <= k < expected + N: keep it, send ACK(k); if k is expected, deliver it
 *                and those kept that follow it, move expected behind them
 *      DATA(k), expected - N <= k < expected: it was delivered before and its ACK got lost; send
 *                ACK(k) again, or the sender's window never moves
 *      any other DATA, and what is damaged: ignored
 *
 * N may be S / 2 at most, so that a window and the one before it have no number in common: which of
 * them a DATA belongs to is all that the receiver can tell. Where datagrams can overtake each
 * other, S must be larger: while one is in the network, base may advance by S - 2 N at most
 * (docs/RDT.md). */
#include <glib.h>

#include "protocols/rdt/rdt_packet.h"
#include "protocols/rdt/rdt_protocols.h"

/* A place in a window; message k has number k % N, and so has its timer. */
typedef struct SelectiveRepeatPlace {
    bool under_way; /* at the sender: sent and not acknowledged */
    bool arrived;   /* at the receiver */
} SelectiveRepeatPlace;

typedef struct SelectiveRepeat {
    IcsRdtConfig config;
    uint32_t mask; /* S - 1 */
    SelectiveRepeatPlace *places;
    /* the sender */
    uint64_t base;
    uint64_t next;
    IcsRdtKept *under_way;
    /* the receiver */
    uint64_t expected;
    IcsRdtKept *early;
} SelectiveRepeat;

static void *selective_repeat_create(const IcsRdtConfig *config)
{
    SelectiveRepeat *self = g_new0(SelectiveRepeat, 1);
    self->config = *config;
    self->mask = (UINT32_C(1) << config->sequence_bits) - 1;
    g_assert(config->window >= 1 && 2 * config->window <= self->mask + 1);
    self->places = g_new0(SelectiveRepeatPlace, config->window);
    self->under_way = ics_rdt_kept_new(config->window);
    self->early = ics_rdt_kept_new(config->window);
    return self;
}

static void selective_repeat_destroy(void *machine)
{
    SelectiveRepeat *self = machine;
    ics_rdt_kept_free(self->under_way, self->config.window);
    ics_rdt_kept_free(self->early, self->config.window);
    g_free(self->places);
    g_free(self);
}

static uint32_t selective_repeat_wire(const SelectiveRepeat *self, uint64_t count)
{
    return (uint32_t)count & self->mask;
}

static uint32_t selective_repeat_place(const SelectiveRepeat *self, uint64_t count)
{
    return (uint32_t)(count % self->config.window);
}

/* ---- the sender ---- */

static void selective_repeat_transmit(const SelectiveRepeat *self, uint32_t place,
                                      IcsRdtActions *actions)
{
    ics_rdt_kept_send(&self->under_way[place], actions);
    ics_rdt_set_timer(actions, place, self->config.timeout_ns);
}

static void selective_repeat_message(SelectiveRepeat *self, const IcsRdtEvent *event,
                                     IcsRdtActions *actions)
{
    g_assert(self->next < self->base + self->config.window);
    uint32_t place = selective_repeat_place(self, self->next);
    uint32_t sequence = selective_repeat_wire(self, self->next);
    ics_rdt_kept_make_data(&self->under_way[place], sequence, event);
    self->places[place].under_way = true;
    self->next++;
    selective_repeat_transmit(self, place, actions);
    if (self->next == self->base + self->config.window) {
        ics_rdt_disable(actions);
    }
}

static void selective_repeat_timer(const SelectiveRepeat *self, uint32_t place,
                                   IcsRdtActions *actions)
{
    if (place < self->config.window && self->places[place].under_way) {
        selective_repeat_transmit(self, place, actions);
    }
}

static void selective_repeat_ack(SelectiveRepeat *self, uint32_t sequence, IcsRdtActions *actions)
{
    uint64_t count = self->base + selective_repeat_wire(self, sequence - self->base);
    if (count >= self->next) {
        return;
    }
    uint32_t place = selective_repeat_place(self, count);
    self->places[place].under_way = false;
    ics_rdt_cancel_timer(actions, place);
    if (count != self->base) {
        return;
    }
    while (self->base < self->next &&
           !self->places[selective_repeat_place(self, self->base)].under_way) {
        self->base++;
    }
    ics_rdt_enable(actions);
}

/* ---- the receiver ---- */

static void selective_repeat_deliver(SelectiveRepeat *self, IcsRdtActions *actions)
{
    uint32_t place;
    while (place = selective_repeat_place(self, self->expected), self->places[place].arrived) {
        ics_rdt_kept_deliver(&self->early[place], actions);
        self->places[place].arrived = false;
        self->expected++;
    }
}

static void selective_repeat_keep(SelectiveRepeat *self, uint64_t count, const IcsRdtPacket *packet,
                                  uint64_t tag)
{
    uint32_t place = selective_repeat_place(self, count);
    if (!self->places[place].arrived) {
        ics_rdt_kept_store(&self->early[place], packet, tag);
        self->places[place].arrived = true;
    }
}

static void selective_repeat_data(SelectiveRepeat *self, const IcsRdtPacket *packet, uint64_t tag,
                                  IcsRdtActions *actions)
{
    uint32_t ahead = selective_repeat_wire(self, packet->sequence - self->expected);
    uint32_t behind = selective_repeat_wire(self, self->expected - packet->sequence);
    if (ahead < self->config.window) {
        selective_repeat_keep(self, self->expected + ahead, packet, tag);
        ics_rdt_packet_send_ack(actions, packet->sequence);
        selective_repeat_deliver(self, actions);
    } else if (behind <= self->config.window) {
        ics_rdt_packet_send_ack(actions, packet->sequence);
    }
}

/* ---- both ---- */

static void selective_repeat_datagram(SelectiveRepeat *self, const IcsRdtEvent *event,
                                      IcsRdtActions *actions)
{
    IcsRdtPacket packet;
    if (!ics_rdt_packet_read(event, &packet) || packet.sequence > self->mask) {
        return;
    }
    switch (packet.kind) {
    case ICS_RDT_DATA:
        selective_repeat_data(self, &packet, event->tag, actions);
        return;
    case ICS_RDT_ACK:
        selective_repeat_ack(self, packet.sequence, actions);
        return;
    }
}

static void selective_repeat_handle(void *machine, const IcsRdtEvent *event, IcsRdtActions *actions)
{
    switch (event->kind) {
    case ICS_RDT_MESSAGE:
        selective_repeat_message(machine, event, actions);
        return;
    case ICS_RDT_DATAGRAM:
        selective_repeat_datagram(machine, event, actions);
        return;
    case ICS_RDT_TIMER:
        selective_repeat_timer(machine, event->timer, actions);
        return;
    case ICS_RDT_OPEN:
    case ICS_RDT_CLOSE:
        return;
    }
}

const IcsRdtClass ics_selective_repeat_class = {
    .name = "selective-repeat",
    .doc = "a window of messages under way, each with its own acknowledgement and timer",
    .reassembles = true,
    .create = selective_repeat_create,
    .handle = selective_repeat_handle,
    .destroy = selective_repeat_destroy,
};
