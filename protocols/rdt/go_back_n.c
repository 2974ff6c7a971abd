/* Go-back-N (Kurose and Ross, section 3.4.3; protocol 5 of Tanenbaum): up to N messages under way;
 * the receiver takes them in order only, so that a loss makes the sender go back to it and send
 * that message and all after it again.
 *
 * Messages are counted from 0 and never wrap around; the wire carries the count modulo S, where S =
 * 2^sequence_bits. The sender holds the messages base .. next - 1:
 *
 *            acknowledged   |     under way     |    may be sent    |  may not yet
 *      ---------------------+-------------------+-------------------+---------------
 *                           base                next                base + N
 *
 *      message:  send DATA(next), next + 1; if it is the only one under way, set timer;
 *                if next == base + N, disable
 *      ACK(k), base <= k < next:
 *                base = k + 1 (all up to k have arrived), enable;
 *                cancel timer if nothing is under way, else set it anew
 *      timer:    send DATA(base) .. DATA(next - 1) again, set timer
 *      any other ACK, and what is damaged: ignored
 *
 * The receiver has one state, the count of the message that it expects:
 *
 *      DATA(expected):  deliver, expected + 1, send ACK(expected - 1)
 *      any other DATA:  discard, send ACK(expected - 1) again
 *      damaged:         ignored
 *
 * N may be S - 1 at most: with N = S, a sender whose S ACKs all got lost repeats DATA(0), and the
 * receiver takes that for the message after them. Where datagrams can overtake each other, S must
 * be larger: while one is in the network, base may advance by less than S - N (docs/RDT.md). */
#include <glib.h>

#include "protocols/rdt/rdt_packet.h"
#include "protocols/rdt/rdt_protocols.h"

#define GO_BACK_N_TIMER 0

typedef struct GoBackN {
    IcsRdtConfig config;
    uint32_t mask; /* S - 1 */
    /* the sender */
    uint64_t base;
    uint64_t next;
    IcsRdtKept *under_way; /* message k at k % N */
    /* the receiver */
    uint64_t expected;
} GoBackN;

static void *go_back_n_create(const IcsRdtConfig *config)
{
    GoBackN *self = g_new0(GoBackN, 1);
    self->config = *config;
    self->mask = (UINT32_C(1) << config->sequence_bits) - 1;
    g_assert(config->window >= 1 && config->window <= self->mask);
    self->under_way = ics_rdt_kept_new(config->window);
    return self;
}

static void go_back_n_destroy(void *machine)
{
    GoBackN *self = machine;
    ics_rdt_kept_free(self->under_way, self->config.window);
    g_free(self);
}

static uint32_t go_back_n_wire(const GoBackN *self, uint64_t count)
{
    return (uint32_t)count & self->mask;
}

/* ---- the sender ---- */

static IcsRdtKept *go_back_n_kept(const GoBackN *self, uint64_t count)
{
    return &self->under_way[count % self->config.window];
}

static void go_back_n_message(GoBackN *self, const IcsRdtEvent *event, IcsRdtActions *actions)
{
    g_assert(self->next < self->base + self->config.window);
    IcsRdtKept *kept = go_back_n_kept(self, self->next);
    ics_rdt_kept_make_data(kept, go_back_n_wire(self, self->next), event);
    ics_rdt_kept_send(kept, actions);
    if (self->base == self->next) {
        ics_rdt_set_timer(actions, GO_BACK_N_TIMER, self->config.timeout_ns);
    }
    self->next++;
    if (self->next == self->base + self->config.window) {
        ics_rdt_disable(actions);
    }
}

static void go_back_n_timer(const GoBackN *self, IcsRdtActions *actions)
{
    if (self->base == self->next) {
        return;
    }
    for (uint64_t k = self->base; k < self->next; k++) {
        ics_rdt_kept_send(go_back_n_kept(self, k), actions);
    }
    ics_rdt_set_timer(actions, GO_BACK_N_TIMER, self->config.timeout_ns);
}

static void go_back_n_ack(GoBackN *self, uint32_t sequence, IcsRdtActions *actions)
{
    uint64_t newly = go_back_n_wire(self, sequence - self->base) + UINT64_C(1);
    if (newly > self->next - self->base) {
        return;
    }
    self->base += newly;
    ics_rdt_enable(actions);
    if (self->base == self->next) {
        ics_rdt_cancel_timer(actions, GO_BACK_N_TIMER);
    } else {
        ics_rdt_set_timer(actions, GO_BACK_N_TIMER, self->config.timeout_ns);
    }
}

/* ---- the receiver ---- */

static void go_back_n_data(GoBackN *self, const IcsRdtPacket *packet, uint64_t tag,
                           IcsRdtActions *actions)
{
    if (packet->sequence == go_back_n_wire(self, self->expected)) {
        ics_rdt_deliver(actions, packet->message, packet->n, tag);
        self->expected++;
    }
    ics_rdt_packet_send_ack(actions, go_back_n_wire(self, self->expected - 1));
}

/* ---- both ---- */

static void go_back_n_datagram(GoBackN *self, const IcsRdtEvent *event, IcsRdtActions *actions)
{
    IcsRdtPacket packet;
    if (!ics_rdt_packet_read(event, &packet) || packet.sequence > self->mask) {
        return;
    }
    switch (packet.kind) {
    case ICS_RDT_DATA:
        go_back_n_data(self, &packet, event->tag, actions);
        return;
    case ICS_RDT_ACK:
        go_back_n_ack(self, packet.sequence, actions);
        return;
    }
}

static void go_back_n_handle(void *machine, const IcsRdtEvent *event, IcsRdtActions *actions)
{
    switch (event->kind) {
    case ICS_RDT_MESSAGE:
        go_back_n_message(machine, event, actions);
        return;
    case ICS_RDT_DATAGRAM:
        go_back_n_datagram(machine, event, actions);
        return;
    case ICS_RDT_TIMER:
        go_back_n_timer(machine, actions);
        return;
    case ICS_RDT_OPEN:
    case ICS_RDT_CLOSE:
        return;
    }
}

const IcsRdtClass ics_go_back_n_class = {
    .name = "go-back-n",
    .doc = "a window of messages under way, cumulative acknowledgements, one timer",
    .create = go_back_n_create,
    .handle = go_back_n_handle,
    .destroy = go_back_n_destroy,
};
