#include "protocols/wire/udp.h"

#include <errno.h>
#include <string.h>

#include "protocols/stack/stack_internal.h"

static void stack_udp_write(const IcsUdpRequest *request, uint32_t source, uint8_t *datagram)
{
    IcsUdpHeader header = {
        .source_port = request->source_port,
        .destination_port = request->destination_port,
        .length = (uint16_t)(ICS_UDP_HEADER_BYTES + request->payload_bytes),
    };
    if (G_UNLIKELY(request->without_checksum)) {
        ics_udp_emit_without_checksum(&header, datagram);
        if (request->payload_bytes > 0) {
            memcpy(datagram + ICS_UDP_HEADER_BYTES, request->payload, request->payload_bytes);
        }
        return;
    }
    ics_udp_emit_copy(&header, source, request->destination, request->payload, datagram);
}

int ics_stack_find_udp_way(IcsStack *self, uint32_t source, uint32_t destination, size_t n,
                           IcsInterface **interface)
{
    if (n > ICS_UDP_PAYLOAD_MAX_BYTES) {
        return -EMSGSIZE;
    }
    int result = ics_stack_find_way(self, destination, ICS_UDP_HEADER_BYTES + n, interface);
    if (result == 0 && ics_ipv4_address_is_loopback(source) && *interface != self->host->loopback) {
        return -EINVAL;
    }
    return result;
}

void ics_stack_send_udp(IcsStack *self, IcsInterface *interface, const IcsUdpRequest *request)
{
    uint32_t bytes = (uint32_t)(ICS_UDP_HEADER_BYTES + request->payload_bytes);
    uint32_t source = request->source != 0 ? request->source
                                           : ics_stack_source_address(self, request->destination);
    IcsPacket *packet = ics_stack_new_packet(self, bytes);
    packet->fate = request->fate;
    packet->message = request->message;
    stack_udp_write(request, source, packet->bytes + ICS_IPV4_HEADER_BYTES);
    IcsIpRequest ip = {
        .source = source,
        .destination = request->destination,
        .protocol = ICS_IPV4_PROTOCOL_UDP,
    };
    ics_stack_emit_ip(self, interface, packet, &ip);
}

void ics_stack_udp_input(IcsStack *self, IcsPacket *packet, const IcsIpv4Header *ip)
{
    IcsUdpArrival arrival;
    switch (ics_udp_machine_input(&self->udp_ports, ip, packet->bytes, &arrival)) {
    case ICS_UDP_VERDICT_DELIVER: {
        IcsUdpPort *port = ICS_CONTAINER_OF(arrival.binding, IcsUdpPort, binding);
        IcsUdpDelivery delivery = {ip->source, arrival.source_port, arrival.payload_offset,
                                   arrival.payload_bytes};
        port->deliver(port, packet, &delivery);
        return;
    }
    case ICS_UDP_VERDICT_BAD_LENGTH:
        ics_host_drop(self->host, packet, ICS_CAUSE_BAD_LENGTH);
        return;
    case ICS_UDP_VERDICT_BAD_CHECKSUM:
        ics_host_drop(self->host, packet, ICS_CAUSE_BAD_CHECKSUM);
        return;
    case ICS_UDP_VERDICT_NO_PORT:
        ics_stack_send_unreachable(self, packet, ip, ICS_ICMP_UNREACHABLE_PORT);
        ics_host_drop(self->host, packet, ICS_CAUSE_NO_PORT);
        return;
    case ICS_UDP_VERDICT_NOT_CONNECTED:
        ics_stack_send_unreachable(self, packet, ip, ICS_ICMP_UNREACHABLE_PORT);
        ics_host_drop(self->host, packet, ICS_CAUSE_NOT_CONNECTED);
        return;
    }
}
