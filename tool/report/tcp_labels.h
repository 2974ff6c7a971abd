/* Short texts for TCP segments, as tcpdump writes them: sequence numbers count from those of the
 * SYNs, windows are in bytes. */
#ifndef ICS_TOOL_REPORT_TCP_LABELS_H
#define ICS_TOOL_REPORT_TCP_LABELS_H

#include <glib.h>

#include "netmodel/packet.h"
#include "protocols/wire/ipv4.h"

/* What is remembered of the SYNs seen. */
typedef struct IcsTcpLabels IcsTcpLabels;

IcsTcpLabels *ics_tcp_labels_new(void);
void ics_tcp_labels_free(IcsTcpLabels *self);

/**
 * ics_tcp_labels_text:
 * @self: (nullable): NULL: numbers are those of the wire
 * @ip: the header of @packet, whose protocol is TCP
 *
 * Returns: (transfer full): such as "SYN", "1:1461 ack 1 win 65535", "FIN 1461 ack 1 win 65535".
 */
char *ics_tcp_labels_text(IcsTcpLabels *self, const IcsPacket *packet, const IcsIpv4Header *ip);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(IcsTcpLabels, ics_tcp_labels_free)

#endif
