/* What a packet is called in a picture: "#3 512 B", "#3 again 512 B", "ICMP port-unreachable",
 * "1:1461 ack 1 win 65535". */
#ifndef ICS_TOOL_REPORT_PACKET_LABEL_H
#define ICS_TOOL_REPORT_PACKET_LABEL_H

#include "netmodel/packet.h"
#include "tool/report/tcp_labels.h"

/* Read from the packet's bytes and its message; damaged bytes give a label all the same. `labels`
 * is nullable, see there. Transfer full. */
char *ics_packet_label(const IcsPacket *packet, IcsTcpLabels *labels);

#endif
