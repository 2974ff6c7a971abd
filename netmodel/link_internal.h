/* What the files of a link direction share. */
#ifndef ICS_NETMODEL_LINK_INTERNAL_H
#define ICS_NETMODEL_LINK_INTERNAL_H

#include "netmodel/link.h"

/* link.c: a packet on this direction dies; consumes it. */
void ics_link_direction_drop(IcsLinkDirection *self, IcsPacket *packet, IcsCause cause,
                             int64_t at_ns);

/* link.c: the direction has taken the packet. */
void ics_link_direction_publish_queued(IcsLinkDirection *self, const IcsPacket *packet);

/* transmitter.c: when the packet has left if it starts at `start_ns`; moves the transmitter on. */
int64_t ics_transmitter_send(IcsTransmitter *self, int64_t start_ns, uint32_t bytes);

/* link_computed.c, link_scheduled.c: the two ways from the queue to the wire; consume the packet.
 */
void ics_link_computed_offer(IcsLinkDirection *self, IcsPacket *packet);
void ics_link_scheduled_offer(IcsLinkDirection *self, IcsPacket *packet);
void ics_link_scheduled_init(IcsLinkDirection *self);
/* Starts the next packet if the transmitter is free. */
void ics_link_scheduled_start(IcsLinkDirection *self);

/* link_wire.c: the packet has left the transmitter at `departs_ns`: fault elements, then the way to
 * the far end; consumes it. */
void ics_link_wire_enter(IcsLinkDirection *self, IcsPacket *packet, int64_t departs_ns);
void ics_link_wire_init(IcsLinkDirection *self);
/* Loses, or only frees, everything on the wire and held back. */
void ics_link_wire_clear(IcsLinkDirection *self, IcsCause cause);
uint64_t ics_link_wire_packets(const IcsLinkDirection *self);

#endif
