/* Packets that are to be overtaken: "reorder" by displacement. From its departure on such a packet
 * stands in a list, where it is told of the later packets of its flow that have been delivered. It
 * travels to the far end and waits there for the rest of them, or until its flush. A packet that
 * waits has not arrived yet, so hold and partition have their say when it goes on. */
#include <glib.h>

#include "netmodel/host.h"
#include "netmodel/link_internal.h"

static void link_displaced_publish(const IcsLinkDirection *self, const IcsPacket *packet)
{
    if (ics_bus_wants(&self->simulation->bus, ICS_OBSERVE_PACKET_REORDERED)) {
        IcsObservation observation = {.kind = ICS_OBSERVE_PACKET_REORDERED,
                                      .node = self->to->host->node,
                                      .at_ns = self->simulation->now_ns,
                                      .packet = packet,
                                      .message = &packet->message,
                                      .direction = self,
                                      .value = packet->overtaken};
        ics_bus_publish(&self->simulation->bus, &observation);
    }
}

/* Of its own copies none is later than a packet. */
static bool link_displaced_is_earlier(const IcsPacket *packet, uint64_t flow, uint64_t ordinal)
{
    return packet->fate.flow == flow &&
           packet->ordinal >> ICS_LINK_COPY_BITS < ordinal >> ICS_LINK_COPY_BITS;
}

static void link_displaced_count(IcsLinkDirection *self, uint64_t flow, uint64_t ordinal)
{
    for (IcsPacket *packet = self->displaced; packet != NULL; packet = packet->next) {
        if (link_displaced_is_earlier(packet, flow, ordinal)) {
            packet->overtakers_left -= packet->overtakers_left > 0;
            packet->overtaken++;
        }
    }
}

/* Arrives at last, and so passes others itself. */
static void link_displaced_let_go(IcsLinkDirection *self, IcsPacket *packet)
{
    uint64_t flow = packet->fate.flow;
    uint64_t ordinal = packet->ordinal;
    ics_link_list_remove(&self->displaced, packet);
    self->n_displaced--;
    ics_simulation_cancel(self->simulation, &packet->event);
    if (self->partitions > 0) {
        ics_link_direction_drop(self, packet, ICS_CAUSE_PARTITION, self->simulation->now_ns);
        return;
    }
    self->counters.reordered += packet->overtaken > 0;
    link_displaced_publish(self, packet);
    ics_link_wire_deliver(self, packet);
    link_displaced_count(self, flow, ordinal);
}

static void link_displaced_flush(IcsEvent *event);

static bool link_displaced_is_at_far_end(const IcsPacket *packet)
{
    return packet->event.fire == link_displaced_flush;
}

/* The packet that was offered first among those that have been overtaken often enough. */
static IcsPacket *link_displaced_next(const IcsLinkDirection *self)
{
    IcsPacket *found = NULL;
    for (IcsPacket *packet = self->displaced; packet != NULL; packet = packet->next) {
        if (packet->overtakers_left == 0 && link_displaced_is_at_far_end(packet) &&
            (found == NULL || packet->ordinal < found->ordinal)) {
            found = packet;
        }
    }
    return found;
}

static void link_displaced_settle(IcsLinkDirection *self)
{
    IcsPacket *packet;
    while ((packet = link_displaced_next(self)) != NULL) {
        link_displaced_let_go(self, packet);
    }
}

void ics_link_displaced_passed(IcsLinkDirection *self, uint64_t flow, uint64_t ordinal)
{
    link_displaced_count(self, flow, ordinal);
    link_displaced_settle(self);
}

/* Whether what is due must wait for a release. */
static bool link_displaced_is_held(const IcsLinkDirection *self)
{
    return self->held && self->partitions == 0;
}

static void link_displaced_flush(IcsEvent *event)
{
    IcsPacket *packet = ICS_CONTAINER_OF(event, IcsPacket, event);
    IcsLinkDirection *self = packet->direction;
    if (!link_displaced_is_held(self)) {
        link_displaced_let_go(self, packet);
        link_displaced_settle(self);
    }
}

/* Is at the far end. With jitter it may have been overtaken often enough on its way. */
static void link_displaced_arrived(IcsEvent *event)
{
    IcsPacket *packet = ICS_CONTAINER_OF(event, IcsPacket, event);
    IcsLinkDirection *self = packet->direction;
    if (link_displaced_is_held(self)) {
        return;
    }
    if (packet->overtakers_left == 0 || self->partitions > 0) {
        link_displaced_let_go(self, packet);
        link_displaced_settle(self);
        return;
    }
    ics_link_wire_push(self, packet, link_displaced_flush,
                       self->simulation->now_ns + packet->flush_ns);
}

void ics_link_displaced_travel(IcsLinkDirection *self, IcsPacket *packet)
{
    ics_link_list_push(&self->displaced, packet);
    self->n_displaced++;
    ics_link_wire_push(self, packet, link_displaced_arrived, packet->arrives_ns);
}

/* The first of those whose event has fired without effect. */
static IcsPacket *link_displaced_first_due(const IcsLinkDirection *self, const IcsEvent *before)
{
    IcsPacket *found = NULL;
    for (IcsPacket *packet = self->displaced; packet != NULL; packet = packet->next) {
        const IcsEvent *than = found != NULL ? &found->event : before;
        if (!ics_event_is_queued(&packet->event) && ics_event_is_before(&packet->event, than)) {
            found = packet;
        }
    }
    return found;
}

void ics_link_displaced_catch_up(IcsLinkDirection *self, const IcsEvent *before)
{
    IcsPacket *packet;
    while ((packet = link_displaced_first_due(self, before)) != NULL) {
        packet->event.fire(&packet->event);
    }
}
