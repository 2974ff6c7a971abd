#include "protocols/rendezvous/rendezvous_sender.h"

#include <errno.h>
#include <string.h>

/* One peer. It is kept for as long as the socket lives, since forgetting the sequence number would
 * make the peer take the next message for a repetition. */
typedef struct RendezvousSenderFlow {
    uint64_t peer;
    uint64_t messages; /* sent so far; the one under way is number messages - 1 */
    uint8_t *datagram; /* (nullable): header and message while one is under way */
    size_t datagram_bytes;
    uint32_t tries;      /* datagrams sent of it */
    int64_t interval_ns; /* until the next */
    int64_t deadline_ns;
    GList link; /* in `outstanding` */
} RendezvousSenderFlow;

static void rendezvous_sender_flow_free(gpointer data)
{
    RendezvousSenderFlow *flow = data;
    g_free(flow->datagram);
    g_free(flow);
}

void ics_rendezvous_sender_init(IcsRendezvousSender *self, const IcsRendezvousConfig *config)
{
    g_assert(config->retry_first_ns > 0 && config->retry_last_ns >= config->retry_first_ns);
    self->config = config;
    self->flows =
        g_hash_table_new_full(g_int64_hash, g_int64_equal, NULL, rendezvous_sender_flow_free);
    g_queue_init(&self->outstanding);
}

void ics_rendezvous_sender_clear(IcsRendezvousSender *self)
{
    g_hash_table_destroy(self->flows);
    g_queue_init(&self->outstanding); /* the links stood in the flows */
}

static RendezvousSenderFlow *rendezvous_sender_flow(IcsRendezvousSender *self, uint64_t peer)
{
    RendezvousSenderFlow *flow = g_hash_table_lookup(self->flows, &peer);
    if (flow == NULL) {
        flow = g_new0(RendezvousSenderFlow, 1);
        flow->peer = peer;
        flow->link.data = flow;
        g_hash_table_insert(self->flows, &flow->peer, flow);
    }
    return flow;
}

static uint32_t rendezvous_sender_sequence(const RendezvousSenderFlow *flow)
{
    return (uint32_t)(flow->messages - 1);
}

static void rendezvous_sender_encode(const IcsRendezvousSender *self, RendezvousSenderFlow *flow,
                                     const uint8_t *bytes, size_t n)
{
    IcsRendezvousHeader header = {
        .type = ICS_RENDEZVOUS_DATA,
        .session = self->config->session,
        .sequence = rendezvous_sender_sequence(flow),
        .length = (uint16_t)n,
    };
    flow->datagram_bytes = ICS_RENDEZVOUS_HEADER_BYTES + n;
    flow->datagram = g_malloc(flow->datagram_bytes);
    ics_rendezvous_wire_emit(&header, flow->datagram);
    if (n > 0)
        memcpy(flow->datagram + ICS_RENDEZVOUS_HEADER_BYTES, bytes, n);
}

int ics_rendezvous_sender_send(IcsRendezvousSender *self, int64_t now_ns, uint64_t peer,
                               const uint8_t *bytes, size_t n)
{
    if (n > ICS_RENDEZVOUS_MESSAGE_MAX_BYTES)
        return EMSGSIZE;
    RendezvousSenderFlow *flow = rendezvous_sender_flow(self, peer);
    if (flow->datagram != NULL)
        return EALREADY;
    flow->messages++;
    flow->tries = 0;
    flow->interval_ns = self->config->retry_first_ns;
    flow->deadline_ns = now_ns;
    rendezvous_sender_encode(self, flow, bytes, n);
    g_queue_push_tail_link(&self->outstanding, &flow->link);
    return 0;
}

static void rendezvous_sender_finish(IcsRendezvousSender *self, RendezvousSenderFlow *flow)
{
    g_queue_unlink(&self->outstanding, &flow->link);
    g_clear_pointer(&flow->datagram, g_free);
}

bool ics_rendezvous_sender_acknowledge(IcsRendezvousSender *self, uint64_t peer,
                                       const IcsRendezvousHeader *header)
{
    RendezvousSenderFlow *flow = g_hash_table_lookup(self->flows, &peer);
    if (flow == NULL || flow->datagram == NULL || header->session != self->config->session)
        return false;
    if (header->sequence != rendezvous_sender_sequence(flow))
        return false;
    rendezvous_sender_finish(self, flow);
    return true;
}

void ics_rendezvous_sender_cancel(IcsRendezvousSender *self, uint64_t peer)
{
    RendezvousSenderFlow *flow = g_hash_table_lookup(self->flows, &peer);
    if (flow != NULL && flow->datagram != NULL)
        rendezvous_sender_finish(self, flow);
}

static void rendezvous_sender_transmit(const IcsRendezvousSender *self, RendezvousSenderFlow *flow,
                                       int64_t now_ns, IcsRendezvousDatagram *datagram)
{
    bool is_first = flow->tries == 0;
    datagram->bytes = flow->datagram;
    datagram->n = flow->datagram_bytes;
    datagram->fate_class = is_first ? ICS_FATE_FIRST : ICS_FATE_REPEAT;
    datagram->ordinal = is_first ? flow->messages - 1
                                 : ics_rendezvous_try_ordinal(datagram->sequence, flow->tries - 1);
    flow->tries++;
    flow->deadline_ns =
        flow->interval_ns < INT64_MAX - now_ns ? now_ns + flow->interval_ns : INT64_MAX;
    flow->interval_ns = flow->interval_ns < self->config->retry_last_ns - flow->interval_ns
                            ? 2 * flow->interval_ns
                            : self->config->retry_last_ns;
}

static bool rendezvous_sender_has_tried_enough(const IcsRendezvousSender *self,
                                               const RendezvousSenderFlow *flow)
{
    uint32_t retries = self->config->retries;
    return retries != ICS_RENDEZVOUS_RETRY_FOREVER && flow->tries > retries;
}

IcsRendezvousSenderAction ics_rendezvous_sender_output(IcsRendezvousSender *self, int64_t now_ns,
                                                       IcsRendezvousDatagram *datagram)
{
    for (GList *link = self->outstanding.head; link != NULL; link = link->next) {
        RendezvousSenderFlow *flow = link->data;
        if (flow->deadline_ns > now_ns)
            continue;
        datagram->peer = flow->peer;
        datagram->sequence = rendezvous_sender_sequence(flow);
        if (rendezvous_sender_has_tried_enough(self, flow)) {
            rendezvous_sender_finish(self, flow);
            return ICS_RENDEZVOUS_SENDER_GAVE_UP;
        }
        rendezvous_sender_transmit(self, flow, now_ns, datagram);
        return ICS_RENDEZVOUS_SENDER_TRANSMITS;
    }
    return ICS_RENDEZVOUS_SENDER_IDLE;
}

int64_t ics_rendezvous_sender_deadline(const IcsRendezvousSender *self)
{
    int64_t deadline_ns = INT64_MAX;
    for (const GList *link = self->outstanding.head; link != NULL; link = link->next) {
        const RendezvousSenderFlow *flow = link->data;
        deadline_ns = MIN(deadline_ns, flow->deadline_ns);
    }
    return deadline_ns;
}
