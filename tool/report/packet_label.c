#include "tool/report/packet_label.h"

#include <glib.h>
#include <inttypes.h>

#include "protocols/wire/icmp.h"
#include "protocols/wire/ipv4.h"

static char *packet_label_icmp(const IcsPacket *packet, const IcsIpv4Header *ip)
{
    IcsIcmpMessage message;
    if (ics_icmp_parse(packet->bytes + ip->header_bytes, (size_t)packet->length - ip->header_bytes,
                       &message) != ICS_ICMP_OK) {
        return g_strdup("ICMP");
    }
    const char *name = message.type == ICS_ICMP_DESTINATION_UNREACHABLE
                           ? ics_icmp_unreachable_name(message.code)
                           : ics_icmp_type_name(message.type);
    return g_strdup_printf("ICMP %s", name != NULL ? name : "");
}

static char *packet_label_tcp(IcsTcpLabels *labels, const IcsPacket *packet,
                              const IcsIpv4Header *ip)
{
    g_autofree char *text = ics_tcp_labels_text(labels, packet, ip);
    return g_strdup_printf("%s%s%s", text, packet->fate.klass == ICS_FATE_REPEAT ? " again" : "",
                           packet->fate.copy > 0 ? " copy" : "");
}

static char *packet_label_text(const IcsPacket *packet, IcsTcpLabels *labels)
{
    const IcsMessageTag *message = &packet->message;
    IcsIpv4Header ip;
    bool is_ip = ics_ipv4_parse(packet->bytes, packet->length, &ip) == ICS_IPV4_OK;
    if (is_ip && ip.protocol == ICS_IPV4_PROTOCOL_TCP) {
        return packet_label_tcp(labels, packet, &ip);
    }
    if (message->flow != ICS_FLOW_NONE) {
        return g_strdup_printf("#%" PRIu64 "%s%s %" PRIu32 " B", message->ordinal + 1,
                               packet->fate.klass == ICS_FATE_REPEAT ? " again" : "",
                               packet->fate.copy > 0 ? " copy" : "", message->bytes);
    }
    if (!is_ip) {
        return g_strdup("packet");
    }
    if (ip.protocol == ICS_IPV4_PROTOCOL_ICMP) {
        return packet_label_icmp(packet, &ip);
    }
    return g_strdup(packet->fate.klass == ICS_FATE_CONTROL ? "ack" : "datagram");
}

char *ics_packet_label(const IcsPacket *packet, IcsTcpLabels *labels)
{
    char *text = packet_label_text(packet, labels);
    if (!packet->damaged) {
        return text;
    }
    char *label = g_strconcat(text, " damaged", NULL);
    g_free(text);
    return label;
}
