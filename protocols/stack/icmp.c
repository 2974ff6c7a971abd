/* ICMP in a host (RFC 792; RFC 1122, section 3.2.2): echo, and what becomes of errors. */
#include "protocols/wire/icmp.h"

#include <errno.h>
#include <string.h>

#include "protocols/stack/tcp_internal.h"
#include "protocols/wire/udp.h"

static uint64_t stack_icmp_next_ordinal(IcsStack *self, uint64_t flow)
{
    gpointer key = GSIZE_TO_POINTER(flow);
    if (self->control_ordinals == NULL) {
        self->control_ordinals = g_hash_table_new(NULL, NULL);
    }
    size_t ordinal = GPOINTER_TO_SIZE(g_hash_table_lookup(self->control_ordinals, key));
    g_hash_table_insert(self->control_ordinals, key, GSIZE_TO_POINTER(ordinal + 1));
    return ordinal;
}

/* Packets of the stack itself carry no message; their fates are those of a flow from host to host.
 */
IcsFate ics_stack_control_fate(IcsStack *self, uint32_t destination)
{
    const IcsHost *peer = ics_network_host_by_address(self->host->network, destination);
    uint64_t flow = ics_fate_flow(self->host->name, UINT64_MAX, peer != NULL ? peer->name : "");
    return (IcsFate){
        .flow = flow,
        .ordinal = stack_icmp_next_ordinal(self, flow),
        .klass = ICS_FATE_CONTROL,
    };
}

static int stack_icmp_send(IcsStack *self, uint32_t source, uint32_t destination,
                           const IcsIcmpMessage *message)
{
    size_t bytes = ICS_ICMP_HEADER_BYTES + message->body_bytes;
    IcsInterface *interface;
    int result = ics_stack_find_way(self, destination, bytes, &interface);
    if (result != 0) {
        return result;
    }
    IcsPacket *packet = ics_stack_new_packet(self, (uint32_t)bytes);
    packet->fate = ics_stack_control_fate(self, destination);
    ics_icmp_emit(message, packet->bytes + ICS_IPV4_HEADER_BYTES);
    IcsIpRequest ip = {
        .source = source != 0 ? source : ics_stack_source_address(self, destination),
        .destination = destination,
        .protocol = ICS_IPV4_PROTOCOL_ICMP,
    };
    ics_stack_emit_ip(self, interface, packet, &ip);
    return 0;
}

int ics_stack_send_echo(IcsStack *self, uint32_t destination, uint16_t identifier,
                        uint16_t sequence, const void *data, size_t n)
{
    IcsIcmpMessage message = {
        .type = ICS_ICMP_ECHO_REQUEST,
        .rest = ics_icmp_rest_echo(identifier, sequence),
        .body = data,
        .body_bytes = n,
    };
    return stack_icmp_send(self, 0, destination, &message);
}

/* No error is sent about an ICMP error, to something that is not one host, or about a fragment that
 * is not the first (RFC 1122, section 3.2.2). Nobody asks for one about ICMP, and what came in was
 * whole, to an address of this host, and not from a group: only "nobody" is left as its source. */
void ics_stack_send_unreachable(IcsStack *self, const IcsPacket *packet, const IcsIpv4Header *ip,
                                IcsIcmpUnreachableCode code)
{
    if (ics_ipv4_address_is_unspecified(ip->source)) {
        return;
    }
    IcsIcmpMessage message =
        ics_icmp_error(ICS_ICMP_DESTINATION_UNREACHABLE, (uint8_t)code, 0, packet->bytes);
    stack_icmp_send(self, ip->destination, ip->source, &message);
}

/* The errno that an unreachable becomes, as on Linux (icmp(7)); 0: none. */
static int stack_icmp_errno(uint8_t code)
{
    switch (code) {
    case ICS_ICMP_UNREACHABLE_NET:
        return ENETUNREACH;
    case ICS_ICMP_UNREACHABLE_HOST:
        return EHOSTUNREACH;
    case ICS_ICMP_UNREACHABLE_PROTOCOL:
        return ENOPROTOOPT;
    case ICS_ICMP_UNREACHABLE_PORT:
        return ECONNREFUSED;
    case ICS_ICMP_UNREACHABLE_FRAGMENTATION_NEEDED:
        return EMSGSIZE;
    default:
        return 0;
    }
}

/* Brings an error to the port that sent the quoted datagram, if it is connected to that peer. */
static void stack_icmp_udp(IcsStack *self, const IcsIcmpMessage *message, const IcsIcmpQuote *quote)
{
    int error = stack_icmp_errno(message->code);
    IcsPortBinding *binding = ics_port_table_find(&self->udp_ports, quote->header.source,
                                                  ics_udp_view_source_port(quote->data));
    if (error == 0 || binding == NULL || !binding->connected ||
        binding->peer_address != quote->header.destination ||
        binding->peer_port != ics_udp_view_destination_port(quote->data)) {
        return;
    }
    IcsUdpPort *port = ICS_CONTAINER_OF(binding, IcsUdpPort, binding);
    port->refuse(port, error);
}

/* Time exceeded concerns connections only: what they send is sent again. */
static void stack_icmp_error(IcsStack *self, const IcsIcmpMessage *message)
{
    IcsIcmpQuote quote;
    if (ics_icmp_parse_quote(message, &quote) != ICS_ICMP_OK) {
        return;
    }
    if (quote.header.protocol == ICS_IPV4_PROTOCOL_TCP) {
        ics_stack_tcp_icmp(self, message, &quote);
    } else if (quote.header.protocol == ICS_IPV4_PROTOCOL_UDP &&
               message->type == ICS_ICMP_DESTINATION_UNREACHABLE) {
        stack_icmp_udp(self, message, &quote);
    }
}

static void stack_icmp_echo(IcsStack *self, const IcsIpv4Header *ip, const IcsIcmpMessage *request)
{
    IcsIcmpMessage reply = *request;
    reply.type = ICS_ICMP_ECHO_REPLY;
    stack_icmp_send(self, ip->destination, ip->source, &reply);
}

void ics_stack_icmp_input(IcsStack *self, IcsPacket *packet, const IcsIpv4Header *ip)
{
    IcsIcmpMessage message;
    size_t n = (size_t)(ip->total_length - ip->header_bytes);
    IcsIcmpResult result = ics_icmp_parse(packet->bytes + ip->header_bytes, n, &message);
    if (result != ICS_ICMP_OK) {
        ics_host_drop(self->host, packet,
                      result == ICS_ICMP_TOO_SHORT ? ICS_CAUSE_BAD_LENGTH : ICS_CAUSE_BAD_CHECKSUM);
        return;
    }
    if (message.type == ICS_ICMP_ECHO_REQUEST) {
        stack_icmp_echo(self, ip, &message);
    } else if (message.type == ICS_ICMP_DESTINATION_UNREACHABLE ||
               message.type == ICS_ICMP_TIME_EXCEEDED) {
        stack_icmp_error(self, &message);
    }
    ics_packet_free(packet);
}
