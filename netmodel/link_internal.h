/* What the files of a link direction share. */
#ifndef ICS_NETMODEL_LINK_INTERNAL_H
#define ICS_NETMODEL_LINK_INTERNAL_H

#include "netmodel/link.h"

/* link.c: a packet on this direction dies; consumes it. */
void ics_link_direction_drop(IcsLinkDirection *self, IcsPacket *packet, IcsCause cause,
                             int64_t at_ns);

/* link.c: the direction has taken the packet. */
void ics_link_direction_publish_queued(IcsLinkDirection *self, const IcsPacket *packet);

/* link.c: queues the event at which something leaves the transmitter. */
void ics_link_direction_push_departure(IcsLinkDirection *self, int64_t departs_ns);

/* transmitter.c: when the packet has left if it starts at `start_ns`; moves the transmitter on. */
int64_t ics_transmitter_send(IcsTransmitter *self, int64_t start_ns, uint32_t bytes);
/* The same for a packet during whose service the rate may change. */
int64_t ics_transmitter_serve(IcsTransmitter *self, int64_t start_ns, uint32_t bytes);
/* Another rate, from the next bit on. With a packet in service (ics_transmitter_serve()) this
 * returns when it has left; without one the result means nothing. */
int64_t ics_transmitter_set_rate(IcsTransmitter *self, int64_t now_ns, int64_t rate_bps);
/* The packet in service is given up. */
void ics_transmitter_abort(IcsTransmitter *self, int64_t now_ns);

/* link_computed.c, link_scheduled.c: the two ways from the queue to the wire; consume the packet.
 */
void ics_link_computed_offer(IcsLinkDirection *self, IcsPacket *packet);
void ics_link_scheduled_offer(IcsLinkDirection *self, IcsPacket *packet);
/* The time of a departure event. */
void ics_link_computed_departed(IcsLinkDirection *self);
void ics_link_scheduled_departed(IcsLinkDirection *self);
/* Starts the next packet if the transmitter is free. */
void ics_link_scheduled_start(IcsLinkDirection *self);

/* link_wire.c: the packet has left the transmitter at `departs_ns`: fault elements, then the way to
 * the far end; consumes it. */
void ics_link_wire_enter(IcsLinkDirection *self, IcsPacket *packet, int64_t departs_ns);
void ics_link_wire_init(IcsLinkDirection *self);
/* Loses everything on the wire and held back. */
void ics_link_wire_clear(IcsLinkDirection *self, IcsCause cause);
uint64_t ics_link_wire_packets(const IcsLinkDirection *self);
/* Hands a packet to the interface at the far end; consumes it. */
void ics_link_wire_deliver(IcsLinkDirection *self, IcsPacket *packet);
/* Queues an arrival of the packet's own. */
void ics_link_wire_push(IcsLinkDirection *self, IcsPacket *packet, IcsEventFunc fire,
                        int64_t at_ns);

/* Packets offered together have ordinals that differ in these bits only: a packet and its copies.
 */
#define ICS_LINK_COPY_BITS 8

/* link_displaced.c: a packet sets out that is to be overtaken, to be at the far end at arrives_ns.
 */
void ics_link_displaced_travel(IcsLinkDirection *self, IcsPacket *packet);
/* A packet has been delivered. */
void ics_link_displaced_passed(IcsLinkDirection *self, uint64_t flow, uint64_t ordinal);
/* What fell due during a hold, before the given place in the order of events. */
void ics_link_displaced_catch_up(IcsLinkDirection *self, const IcsEvent *before);

/* A list that is left from the middle. */
static inline void ics_link_list_push(IcsPacket **first, IcsPacket *packet)
{
    packet->previous = NULL;
    packet->next = *first;
    if (*first != NULL) {
        (*first)->previous = packet;
    }
    *first = packet;
}

static inline void ics_link_list_remove(IcsPacket **first, IcsPacket *packet)
{
    if (packet->previous != NULL) {
        packet->previous->next = packet->next;
    } else {
        *first = packet->next;
    }
    if (packet->next != NULL) {
        packet->next->previous = packet->previous;
    }
    packet->next = NULL;
    packet->previous = NULL;
}

#endif
