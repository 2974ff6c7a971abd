#include "protocols/ip/ip_machine.h"

static bool ip_machine_source_is_possible(uint32_t source, bool from_loopback)
{
    return !ics_ipv4_address_is_multicast(source) &&
           !ics_ipv4_address_is_limited_broadcast(source) &&
           (from_loopback || !ics_ipv4_address_is_loopback(source));
}

IcsIpVerdict ics_ip_machine_input(const uint8_t *packet, size_t n, bool from_loopback,
                                  IcsIpv4Header *header)
{
    IcsIpv4Result result = ics_ipv4_parse(packet, n, header);
    if (result != ICS_IPV4_OK) {
        return result == ICS_IPV4_BAD_CHECKSUM ? ICS_IP_VERDICT_BAD_CHECKSUM
                                               : ICS_IP_VERDICT_BAD_HEADER;
    }
    if (!ip_machine_source_is_possible(header->source, from_loopback)) {
        return ICS_IP_VERDICT_BAD_SOURCE;
    }
    if ((header->flags & ICS_IPV4_FLAG_MORE_FRAGMENTS) != 0 || header->fragment_offset != 0) {
        return ICS_IP_VERDICT_FRAGMENT;
    }
    return ICS_IP_VERDICT_DELIVER;
}

void ics_ip_machine_emit(const IcsIpRequest *request, uint16_t *identification,
                         uint32_t payload_bytes, uint8_t *packet)
{
    IcsIpv4Header header = {
        .source = request->source,
        .destination = request->destination,
        .total_length = (uint16_t)(ICS_IPV4_HEADER_BYTES + payload_bytes),
        .identification = request->dont_fragment ? 0 : (*identification)++,
        .tos = request->tos,
        .flags = request->dont_fragment ? ICS_IPV4_FLAG_DONT_FRAGMENT : 0,
        .ttl = request->ttl != 0 ? request->ttl : ICS_IP_DEFAULT_TTL,
        .protocol = request->protocol,
    };
    ics_ipv4_emit(&header, packet);
}
