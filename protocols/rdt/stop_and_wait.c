/* Stop-and-wait with a one-bit sequence number: the alternating-bit protocol (Bartlett, Scantlebury
 * and Wilkinson 1969; rdt3.0 of Kurose and Ross; protocol 3 of Tanenbaum).
 *
 * The sender has one message under way and repeats it until it is acknowledged:
 *
 *              message: send DATA(bit), set timer, disable
 *      READY -----------------------------------------------> WAITING ---+
 *        ^                                                     |     ^   | timer: send DATA(bit)
 *        |    ACK(bit): cancel timer, bit = 1 - bit, enable    |     |   | again, set timer
 *        +-----------------------------------------------------+     +---+
 *
 *      Any other ACK, and what is damaged, is ignored: the timer is there for it.
 *
 * The receiver has one state, the bit that it expects:
 *
 *      DATA(expected):      deliver, send ACK(expected), expected = 1 - expected
 *      DATA(the other bit): it was delivered before and its ACK got lost; send ACK(that bit) again
 *      damaged:             ignored
 *
 * One bit tells a message from the one before it, and from no other. So nothing may overtake: a
 * late DATA(0) of message 0 looks like message 2, and a late ACK(0) of message 0 like that of
 * message 2. docs/RDT.md shows the run in which that happens. */
#include <glib.h>

#include "protocols/rdt/rdt_packet.h"
#include "protocols/rdt/rdt_protocols.h"

#define STOP_AND_WAIT_TIMER 0

typedef struct StopAndWait {
    int64_t timeout_ns;
    /* the sender */
    bool waiting;
    uint32_t bit;          /* of the next message, or of the one under way */
    IcsRdtKept *under_way; /* one */
    /* the receiver */
    uint32_t expected;
} StopAndWait;

static void *stop_and_wait_create(const IcsRdtConfig *config)
{
    StopAndWait *self = g_new0(StopAndWait, 1);
    self->timeout_ns = config->timeout_ns;
    self->under_way = ics_rdt_kept_new(1);
    return self;
}

static void stop_and_wait_destroy(void *machine)
{
    StopAndWait *self = machine;
    ics_rdt_kept_free(self->under_way, 1);
    g_free(self);
}

/* ---- the sender ---- */

static void stop_and_wait_transmit(const StopAndWait *self, IcsRdtActions *actions)
{
    ics_rdt_kept_send(self->under_way, actions);
    ics_rdt_set_timer(actions, STOP_AND_WAIT_TIMER, self->timeout_ns);
}

static void stop_and_wait_message(StopAndWait *self, const IcsRdtEvent *event,
                                  IcsRdtActions *actions)
{
    g_assert(!self->waiting);
    ics_rdt_kept_make_data(self->under_way, self->bit, event);
    self->waiting = true;
    ics_rdt_disable(actions);
    stop_and_wait_transmit(self, actions);
}

static void stop_and_wait_timer(const StopAndWait *self, IcsRdtActions *actions)
{
    if (self->waiting) {
        stop_and_wait_transmit(self, actions);
    }
}

static void stop_and_wait_ack(StopAndWait *self, uint32_t sequence, IcsRdtActions *actions)
{
    if (!self->waiting || sequence != self->bit) {
        return;
    }
    self->waiting = false;
    self->bit = 1 - self->bit;
    ics_rdt_cancel_timer(actions, STOP_AND_WAIT_TIMER);
    ics_rdt_enable(actions);
}

/* ---- the receiver ---- */

static void stop_and_wait_data(StopAndWait *self, const IcsRdtPacket *packet, uint64_t tag,
                               IcsRdtActions *actions)
{
    if (packet->sequence == self->expected) {
        ics_rdt_deliver(actions, packet->message, packet->n, tag);
        self->expected = 1 - self->expected;
    }
    ics_rdt_packet_send_ack(actions, packet->sequence);
}

/* ---- both ---- */

static void stop_and_wait_datagram(StopAndWait *self, const IcsRdtEvent *event,
                                   IcsRdtActions *actions)
{
    IcsRdtPacket packet;
    if (!ics_rdt_packet_read(event, &packet) || packet.sequence > 1) {
        return;
    }
    switch (packet.kind) {
    case ICS_RDT_DATA:
        stop_and_wait_data(self, &packet, event->tag, actions);
        return;
    case ICS_RDT_ACK:
        stop_and_wait_ack(self, packet.sequence, actions);
        return;
    }
}

static void stop_and_wait_handle(void *machine, const IcsRdtEvent *event, IcsRdtActions *actions)
{
    switch (event->kind) {
    case ICS_RDT_MESSAGE:
        stop_and_wait_message(machine, event, actions);
        return;
    case ICS_RDT_DATAGRAM:
        stop_and_wait_datagram(machine, event, actions);
        return;
    case ICS_RDT_TIMER:
        stop_and_wait_timer(machine, actions);
        return;
    case ICS_RDT_OPEN:
    case ICS_RDT_CLOSE:
        return;
    }
}

const IcsRdtClass ics_stop_and_wait_class = {
    .name = "stop-and-wait",
    .doc = "one message under way, a one-bit sequence number (alternating bit, rdt3.0)",
    .create = stop_and_wait_create,
    .handle = stop_and_wait_handle,
    .destroy = stop_and_wait_destroy,
};
