/* What the files of the stack share. */
#ifndef ICS_PROTOCOLS_STACK_STACK_INTERNAL_H
#define ICS_PROTOCOLS_STACK_STACK_INTERNAL_H

#include "protocols/stack/stack.h"
#include "protocols/wire/icmp.h"

/* ip_output.c: a packet of `payload_bytes` behind an IPv4 header whose place is left open; the
 * caller writes the payload and calls ics_stack_emit_ip(). */
IcsPacket *ics_stack_new_packet(IcsStack *self, uint32_t payload_bytes);
/* Finds the way, 0 or -ENETUNREACH, -EMSGSIZE. `interface` is set on success. */
int ics_stack_find_way(IcsStack *self, uint32_t destination, size_t payload_bytes,
                       IcsInterface **interface);
/* Writes the IP header and sends; consumes the packet. */
void ics_stack_emit_ip(IcsStack *self, IcsInterface *interface, IcsPacket *packet,
                       const IcsIpRequest *request);

/* icmp.c: the identity of a packet that the stack itself sends, from host to host. */
IcsFate ics_stack_control_fate(IcsStack *self, uint32_t destination);
/* Input consumes the packet. */
void ics_stack_icmp_input(IcsStack *self, IcsPacket *packet, const IcsIpv4Header *ip);
/* Destination unreachable about a packet that came in (RFC 1122, section 3.2.2.1); borrows it. */
void ics_stack_send_unreachable(IcsStack *self, const IcsPacket *packet, const IcsIpv4Header *ip,
                                IcsIcmpUnreachableCode code);

/* udp.c: input consumes the packet. */
void ics_stack_udp_input(IcsStack *self, IcsPacket *packet, const IcsIpv4Header *ip);

#endif
