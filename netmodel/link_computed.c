/* Departures computed in advance: a drop-tail queue before a transmitter that nothing will change.
 */
#include <glib.h>

#include "netmodel/link_internal.h"
#include "netmodel/network.h"

/* Forgets those whose transmission has started. */
static void queue_ring_advance(IcsQueueRing *self, int64_t now_ns)
{
    while (self->n > 0 && self->slots[self->head].starts_ns <= now_ns) {
        self->bytes -= self->slots[self->head].bytes;
        self->head = (self->head + 1) & (self->capacity - 1);
        self->n--;
    }
}

static G_GNUC_NO_INLINE void queue_ring_grow(IcsQueueRing *self)
{
    uint32_t capacity = MAX(self->capacity * 2, 16U);
    IcsQueuedSlot *slots = g_new(IcsQueuedSlot, capacity);
    for (uint32_t i = 0; i < self->n; i++) {
        slots[i] = self->slots[(self->head + i) & (self->capacity - 1)];
    }
    g_free(self->slots);
    self->slots = slots;
    self->capacity = capacity;
    self->head = 0;
}

static void queue_ring_push(IcsQueueRing *self, int64_t starts_ns, uint32_t bytes)
{
    if (G_UNLIKELY(self->n == self->capacity)) {
        queue_ring_grow(self);
    }
    self->slots[(self->head + self->n) & (self->capacity - 1)] = (IcsQueuedSlot){starts_ns, bytes};
    self->n++;
    self->bytes += bytes;
}

static bool link_computed_has_room(const IcsLinkDirection *self, uint32_t bytes)
{
    const IcsDropTailConfig *limits = &self->limits;
    return (limits->packets == 0 || self->ring.n < (uint64_t)limits->packets) &&
           (limits->bytes == 0 || self->ring.bytes + bytes <= (uint64_t)limits->bytes);
}

/* The next departure that needs an event: of something that nothing arrives of (so that a run ends
 * when it has left), or behind the horizon. INT64_MAX when there is none. */
static int64_t link_computed_next_ns(const IcsLinkDirection *self)
{
    if (self->last_loss_ns > self->simulation->now_ns) {
        return self->last_loss_ns;
    }
    return self->waiting.first != NULL ? self->waiting.first->departs_ns : INT64_MAX;
}

static void link_computed_arm(IcsLinkDirection *self)
{
    int64_t next_ns = link_computed_next_ns(self);
    if (next_ns != INT64_MAX && !ics_event_is_queued(&self->departure)) {
        ics_link_direction_push_departure(self, next_ns);
    }
}

void ics_link_computed_departed(IcsLinkDirection *self)
{
    const IcsPacket *first = self->waiting.first;
    if (first != NULL && first->departs_ns <= self->simulation->now_ns) {
        ics_link_wire_enter(self, ics_packet_list_take(&self->waiting), first->departs_ns);
    }
    link_computed_arm(self);
}

/* Behind the horizon nothing is decided before its time. */
static void link_computed_wait(IcsLinkDirection *self, IcsPacket *packet, int64_t departs_ns)
{
    packet->departs_ns = departs_ns;
    ics_packet_list_append(&self->waiting, packet);
    link_computed_arm(self);
}

static void link_computed_depart(IcsLinkDirection *self, IcsPacket *packet, int64_t departs_ns)
{
    uint64_t lost = self->counters.dropped[ICS_CAUSE_LOSS];
    ics_link_wire_enter(self, packet, departs_ns);
    if (self->counters.dropped[ICS_CAUSE_LOSS] != lost &&
        (self->wire.last == NULL || self->wire.last->arrives_ns < departs_ns)) {
        self->last_loss_ns = departs_ns;
        link_computed_arm(self);
    }
}

void ics_link_computed_offer(IcsLinkDirection *self, IcsPacket *packet)
{
    int64_t now_ns = self->simulation->now_ns;
    queue_ring_advance(&self->ring, now_ns);
    if (!link_computed_has_room(self, packet->length)) {
        ics_link_direction_drop(self, packet, ICS_CAUSE_QUEUE_FULL, now_ns);
        return;
    }
    ics_link_direction_publish_queued(self, packet);
    int64_t starts_ns = MAX(now_ns, self->transmitter.busy_until_ns);
    if (starts_ns > now_ns) {
        queue_ring_push(&self->ring, starts_ns, packet->length);
        self->counters.queue_maximum = MAX(self->counters.queue_maximum, self->ring.n);
        self->counters.waited_ns += (uint64_t)(starts_ns - now_ns);
    }
    int64_t departs_ns = ics_transmitter_send(&self->transmitter, starts_ns, packet->length);
    self->counters.busy_ns += (uint64_t)(departs_ns - starts_ns);
    if (departs_ns > self->network->horizon_ns) {
        link_computed_wait(self, packet, departs_ns);
    } else {
        link_computed_depart(self, packet, departs_ns);
    }
}
