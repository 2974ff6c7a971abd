#include "protocols/stack/stack.h"

#include "protocols/stack/tcp_internal.h"

static IcsCause stack_cause_of(IcsIpVerdict verdict)
{
    switch (verdict) {
    case ICS_IP_VERDICT_DELIVER:
        return ICS_CAUSE_NONE;
    case ICS_IP_VERDICT_BAD_CHECKSUM:
        return ICS_CAUSE_BAD_IP_CHECKSUM;
    case ICS_IP_VERDICT_BAD_HEADER:
    case ICS_IP_VERDICT_BAD_SOURCE:
    case ICS_IP_VERDICT_FRAGMENT:
        return ICS_CAUSE_BAD_IP_HEADER;
    }
    g_assert_not_reached();
}

static void stack_dispatch(IcsStack *self, IcsPacket *packet, const IcsIpv4Header *ip)
{
    ics_packet_trim(packet, ip->total_length);
    switch (ip->protocol) {
    case ICS_IPV4_PROTOCOL_TCP:
        ics_stack_tcp_input(self, packet, ip);
        return;
    case ICS_IPV4_PROTOCOL_UDP:
        ics_stack_udp_input(self, packet, ip);
        return;
    case ICS_IPV4_PROTOCOL_ICMP:
        ics_stack_icmp_input(self, packet, ip);
        return;
    default:
        ics_stack_send_unreachable(self, packet, ip, ICS_ICMP_UNREACHABLE_PROTOCOL);
        ics_host_drop(self->host, packet, ICS_CAUSE_NO_PROTOCOL);
        return;
    }
}

/* A directed broadcast to the interface's network (RFC 1122, section 3.2.1.3 (d)). */
static bool stack_is_broadcast(const IcsInterface *interface, uint32_t address)
{
    IcsIpv4Prefix network = {interface->address, interface->prefix_bits};
    return interface->prefix_bits < 31 && address == ics_ipv4_prefix_broadcast(network);
}

/* Loopback addresses must not appear outside a host (RFC 1122, section 3.2.1.3 (g)). */
static bool stack_is_for_us(const IcsStack *self, const IcsInterface *interface,
                            uint32_t destination)
{
    return destination == interface->address ||
           (ics_host_owns_address(self->host, destination) &&
            (interface == self->host->loopback || !ics_ipv4_address_is_loopback(destination)));
}

static void stack_input(gpointer stack, IcsInterface *interface, IcsPacket *packet)
{
    IcsStack *self = stack;
    IcsIpv4Header ip;
    IcsIpVerdict verdict =
        ics_ip_machine_input(packet->bytes, packet->length, interface == self->host->loopback, &ip);
    if (G_UNLIKELY(verdict != ICS_IP_VERDICT_DELIVER)) {
        ics_host_drop(self->host, packet, stack_cause_of(verdict));
    } else if (G_UNLIKELY(stack_is_broadcast(interface, ip.source))) {
        ics_host_drop(self->host, packet, stack_cause_of(ICS_IP_VERDICT_BAD_SOURCE));
    } else if (G_UNLIKELY(!stack_is_for_us(self, interface, ip.destination))) {
        ics_host_drop(self->host, packet, ICS_CAUSE_NOT_FOR_US);
    } else {
        stack_dispatch(self, packet, &ip);
    }
}

static void stack_crash(gpointer stack)
{
    IcsStack *self = stack;
    if (self->processes_crash != NULL) {
        self->processes_crash(self);
    }
    ics_port_table_clear(&self->udp_ports);
    if (self->tcp != NULL) {
        ics_tcp_crash(self->tcp);
    }
}

static void stack_free(gpointer stack)
{
    IcsStack *self = stack;
    if (self->processes_free != NULL) {
        self->processes_free(self);
    }
    ics_port_table_clear(&self->udp_ports);
    ics_tcp_free(self->tcp);
    g_clear_pointer(&self->control_ordinals, g_hash_table_unref);
    g_free(self);
}

static const IcsStackClass stack_class = {stack_input, stack_crash, stack_free};

IcsStack *ics_stack_install(IcsHost *host)
{
    g_assert(host->stack == NULL);
    IcsStack *self = g_new0(IcsStack, 1);
    self->host = host;
    host->stack = self;
    host->stack_class = &stack_class;
    return self;
}

IcsStack *ics_stack_of(const IcsHost *host)
{
    return host->stack;
}
