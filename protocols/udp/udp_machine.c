#include "protocols/udp/udp_machine.h"

#include "protocols/wire/udp.h"

static IcsUdpVerdict udp_machine_refuse(IcsUdpResult result)
{
    return result == ICS_UDP_BAD_CHECKSUM ? ICS_UDP_VERDICT_BAD_CHECKSUM
                                          : ICS_UDP_VERDICT_BAD_LENGTH;
}

static inline bool udp_machine_is_peer(const IcsPortBinding *binding, const IcsIpv4Header *ip,
                                       uint16_t source_port)
{
    return !binding->connected ||
           (binding->peer_address == ip->source && binding->peer_port == source_port);
}

IcsUdpVerdict ics_udp_machine_input(const IcsPortTable *ports, const IcsIpv4Header *ip,
                                    const uint8_t *packet, IcsUdpArrival *arrival)
{
    IcsUdpHeader header;
    IcsUdpResult result =
        ics_udp_parse(packet + ip->header_bytes, (size_t)(ip->total_length - ip->header_bytes),
                      ip->source, ip->destination, &header);
    if (result != ICS_UDP_OK) {
        return udp_machine_refuse(result);
    }
    arrival->source_port = header.source_port;
    arrival->destination_port = header.destination_port;
    arrival->payload_offset = ip->header_bytes + ICS_UDP_HEADER_BYTES;
    arrival->payload_bytes = header.length - ICS_UDP_HEADER_BYTES;
    arrival->binding = ics_port_table_find(ports, ip->destination, header.destination_port);
    if (arrival->binding == NULL) {
        return ICS_UDP_VERDICT_NO_PORT;
    }
    if (!udp_machine_is_peer(arrival->binding, ip, header.source_port)) {
        return ICS_UDP_VERDICT_NOT_CONNECTED;
    }
    return ICS_UDP_VERDICT_DELIVER;
}
