/* What a packet is called in a picture: "#3 512 B", "#3 again 512 B", "ICMP port-unreachable". */
#ifndef ICS_TOOL_REPORT_PACKET_LABEL_H
#define ICS_TOOL_REPORT_PACKET_LABEL_H

#include "netmodel/packet.h"

/* Read from the packet's bytes and its message; damaged bytes give a label all the same. Transfer
 * full. */
char *ics_packet_label(const IcsPacket *packet);

#endif
