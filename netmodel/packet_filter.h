/* Filter expressions over packets, in the language of pcap-filter(7), compiled by libpcap for
 * LINKTYPE_RAW. No capture rights are needed, and no name of a host, port, network or protocol is
 * ever looked up on this machine: such a word is refused, so that an expression means the same
 * everywhere. */
#ifndef ICS_NETMODEL_PACKET_FILTER_H
#define ICS_NETMODEL_PACKET_FILTER_H

#include <glib.h>
#include <stdbool.h>

#include "netmodel/packet.h"

struct bpf_program;

/* Transfer full; NULL and ICS_ERROR_INPUT, in libpcap's words, when the expression is refused. */
struct bpf_program *ics_packet_filter_new(const char *expression, GError **error);
void ics_packet_filter_free(struct bpf_program *self);

bool ics_packet_filter_matches(const struct bpf_program *self, const IcsPacket *packet);

#endif
