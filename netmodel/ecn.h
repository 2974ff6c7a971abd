/* Explicit congestion notification in IPv4 headers (RFC 3168, section 5): a queue that would drop a
 * packet early marks it instead, when its sender has said that it understands. */
#ifndef ICS_NETMODEL_ECN_H
#define ICS_NETMODEL_ECN_H

#include <stdbool.h>

#include "netmodel/packet.h"

/* The two low bits of the second byte. */
enum { ICS_ECN_NOT_ECT = 0, ICS_ECN_ECT_1 = 1, ICS_ECN_ECT_0 = 2, ICS_ECN_CE = 3 };

/* Whether it is an IPv4 packet that may be marked: ECT, or CE already. */
bool ics_ecn_is_capable(const IcsPacket *packet);

/* Marks a capable packet as having met congestion; the header's checksum is kept right (RFC 1624).
 * Copies the bytes if it shares them. False when it was marked already. */
bool ics_ecn_mark(IcsPacket *packet);

#endif
