/* A host that is a door to the world outside of the simulation: another program, a kernel, a test.
 *
 * Instead of a protocol stack it has a receiver: what arrives from the simulated network, for
 * whatever address, is handed out; and packets of raw bytes can be pushed in. They leave by the
 * host's interfaces like those of any other host, so that links and faults treat them alike. Any
 * number of addresses can live behind the door.
 *
 * Nothing is known about the programs out there. The fate identity of a pushed packet is that of
 * the host's own packets to the neighbour that it is given to; its class is `first` for a UDP
 * datagram, which carries its bytes once, and `control` for everything else; its ordinal counts all
 * packets that came to this door, from 0. So the same packets pushed in the same order meet the
 * same fates. */
#ifndef ICS_NETMODEL_OUTSIDE_H
#define ICS_NETMODEL_OUTSIDE_H

#include "netmodel/host.h"

typedef struct IcsOutside IcsOutside;

/* A packet has come to the door at this virtual time. The packet is borrowed for the call. It may
 * be shorter or longer than its header says, or damaged: nothing has been looked at. */
typedef void (*IcsOutsideReceiver)(gpointer data, const IcsPacket *packet, int64_t at_ns);

/* What has passed, in packets. */
typedef struct IcsOutsideCounters {
    uint64_t pushed;   /* that were let in and given to an interface */
    uint64_t refused;  /* that died at the door; by cause in IcsHost.dropped */
    uint64_t received; /* that were handed out */
} IcsOutsideCounters;

/* Puts a door into a host that has no stack. Borrowed: the host owns it. */
IcsOutside *ics_outside_install(IcsHost *host);
/* NULL when the host is none. */
IcsOutside *ics_outside_of(const IcsHost *host);

/* Without a receiver (at the start, and NULL) what arrives disappears. */
void ics_outside_set_receiver(IcsOutside *self, IcsOutsideReceiver receiver, gpointer data);

/* Pushes n bytes in, at the present virtual time and on behalf of the host's node; borrowed. They
 * are one IPv4 packet (RFC 791), of which only what is needed to carry it is looked at: version,
 * header length, total length; bytes behind the total length are cut off. ICS_CAUSE_NONE when it
 * has been given to an interface; else the cause by which it died in the host: BAD_IP_HEADER,
 * NO_ROUTE, TOO_BIG for the interface's MTU, HOST_DOWN or HOST_PAUSED. May be called from the
 * receiver. */
IcsCause ics_outside_push(IcsOutside *self, const void *bytes, size_t n);

const IcsOutsideCounters *ics_outside_counters(const IcsOutside *self);

#endif
