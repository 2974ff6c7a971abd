#include <errno.h>

#include "protocols/stack/stack_internal.h"

IcsPacket *ics_stack_new_packet(IcsStack *self, uint32_t payload_bytes)
{
    return ics_packet_new(self->host->network->packets, ICS_IPV4_HEADER_BYTES + payload_bytes);
}

int ics_stack_find_way(IcsStack *self, uint32_t destination, size_t payload_bytes,
                       IcsInterface **interface)
{
    size_t length = ICS_IPV4_HEADER_BYTES + payload_bytes;
    IcsInterface *way = ics_host_route(self->host, destination);
    if (way == NULL) {
        return -ENETUNREACH;
    }
    if (length > ICS_IPV4_PACKET_MAX_BYTES || (way->out != NULL && length > way->out->mtu_bytes)) {
        return -EMSGSIZE;
    }
    *interface = way;
    return 0;
}

void ics_stack_emit_ip(IcsStack *self, IcsInterface *interface, IcsPacket *packet,
                       const IcsIpRequest *request)
{
    ics_ip_machine_emit(request, &self->identification, packet->length - ICS_IPV4_HEADER_BYTES,
                        packet->bytes);
    ics_interface_send(interface, packet);
}

uint32_t ics_stack_source_address(IcsStack *self, uint32_t destination)
{
    const IcsInterface *interface = ics_host_route(self->host, destination);
    if (interface == NULL) {
        return 0;
    }
    /* Towards oneself the source is the destination, as on Linux. */
    return interface == self->host->loopback ? destination
                                             : ics_host_source_address(self->host, interface);
}
