/* Packets become segments, each for its connection, a listener, or nobody. */
#include <errno.h>

#include "netmodel/ecn.h"
#include "protocols/stack/tcp_internal.h"

static IcsCause tcp_input_cause(IcsStreamVerdict verdict)
{
    switch (verdict) {
    case ICS_STREAM_VERDICT_ACCEPTED:
    case ICS_STREAM_VERDICT_RESET:
        return ICS_CAUSE_NONE;
    case ICS_STREAM_VERDICT_DUPLICATE:
        return ICS_CAUSE_DUPLICATE;
    case ICS_STREAM_VERDICT_OUT_OF_WINDOW:
        return ICS_CAUSE_OUT_OF_WINDOW;
    case ICS_STREAM_VERDICT_PAWS:
        return ICS_CAUSE_OLD_DUPLICATE;
    case ICS_STREAM_VERDICT_NO_MEMORY:
        return ICS_CAUSE_RECEIVE_BUFFER_FULL;
    case ICS_STREAM_VERDICT_BAD_ACK:
    case ICS_STREAM_VERDICT_CHALLENGED:
    case ICS_STREAM_VERDICT_UNEXPECTED:
        return ICS_CAUSE_NOT_ACCEPTABLE;
    }
    g_assert_not_reached();
}

/* A SYN and nothing that would be answered otherwise (RFC 9293, section 3.10.7.2). */
static bool tcp_input_is_opening(const IcsTcpHeader *header)
{
    return (header->flags & (ICS_TCP_SYN | ICS_TCP_ACK | ICS_TCP_RST)) == ICS_TCP_SYN;
}

/* Nobody's: RST, unless it is one itself. */
static IcsCause tcp_input_refuse(IcsTcp *self, const IcsStreamName *name,
                                 const IcsStreamArrival *arrival)
{
    IcsTcpHeader reply;
    if (ics_stream_refuse(arrival, &reply)) {
        ics_tcp_send_refusal(self, name, &reply);
    }
    return ICS_CAUSE_NO_PORT;
}

/* For a port without that connection. In LISTEN a RST is ignored and an ACK refused. */
static IcsCause tcp_input_port(IcsTcp *self, const IcsStreamName *name,
                               const IcsStreamArrival *arrival, const uint32_t *least_iss)
{
    IcsStreamBinding *binding =
        ics_stream_table_find_listener(&self->table, name->local_address, name->local_port);
    if (binding == NULL || !tcp_input_is_opening(arrival->header)) {
        return tcp_input_refuse(self, name, arrival);
    }
    IcsTcpPort *port = ICS_CONTAINER_OF(binding, IcsTcpPort, binding);
    return ics_tcp_listener_syn(self, port->listener, name, arrival, least_iss);
}

/* One in TIME-WAIT gives way to a new incarnation, if somebody listens for that. */
static bool tcp_input_gives_way(const IcsTcp *self, const IcsTcpConnection *connection,
                                const IcsStreamName *name, const IcsStreamArrival *arrival)
{
    return ics_tcp_state(connection) == ICS_STREAM_TIME_WAIT &&
           tcp_input_is_opening(arrival->header) &&
           ics_stream_may_be_reused(&connection->stream, arrival) &&
           ics_stream_table_find_listener(&self->table, name->local_address, name->local_port) !=
               NULL;
}

static IcsCause tcp_input_connection(IcsTcpConnection *self, const IcsPacket *packet,
                                     const IcsStreamArrival *arrival)
{
    if (G_UNLIKELY(self->received == NULL && packet->message.flow != ICS_FLOW_NONE)) {
        ics_tcp_find_messages(self, packet);
    }
    IcsStreamVerdict verdict = ics_stream_input(&self->stream, ics_tcp_now(self->tcp), arrival);
    ics_tcp_run(self);
    return tcp_input_cause(verdict);
}

static IcsCause tcp_input_segment(IcsTcp *self, const IcsPacket *packet, const IcsStreamName *name,
                                  const IcsStreamArrival *arrival)
{
    IcsStreamLink *link = ics_stream_table_find(&self->table, name);
    if (G_UNLIKELY(link == NULL)) {
        return tcp_input_port(self, name, arrival, NULL);
    }
    IcsTcpConnection *connection = ICS_CONTAINER_OF(link, IcsTcpConnection, link);
    if (G_UNLIKELY(tcp_input_gives_way(self, connection, name, arrival))) {
        uint32_t least_iss = ics_stream_give_way(&connection->stream, ics_tcp_now(self));
        ics_tcp_run(connection);
        return tcp_input_port(self, name, arrival, &least_iss);
    }
    return tcp_input_connection(connection, packet, arrival);
}

static IcsCause tcp_input_parse(IcsTcp *self, const IcsPacket *packet, const IcsIpv4Header *ip)
{
    const uint8_t *segment = packet->bytes + ip->header_bytes;
    size_t n = (size_t)(ip->total_length - ip->header_bytes);
    IcsTcpHeader header;
    size_t header_bytes = 0;
    if (!ics_tcp_verify(segment, n, ip->source, ip->destination)) {
        return ICS_CAUSE_BAD_CHECKSUM;
    }
    if (ics_tcp_parse(segment, n, &header, &header_bytes) != ICS_TCP_RESULT_OK) {
        return ICS_CAUSE_BAD_LENGTH;
    }
    IcsStreamName name = {ip->destination, ip->source, header.destination_port, header.source_port};
    IcsStreamArrival arrival = {
        .header = &header,
        .payload = segment + header_bytes,
        .payload_bytes = (uint32_t)(n - header_bytes),
        .congestion_experienced = (ip->tos & ICS_ECN_CE) == ICS_ECN_CE,
    };
    return tcp_input_segment(self, packet, &name, &arrival);
}

void ics_stack_tcp_input(IcsStack *self, IcsPacket *packet, const IcsIpv4Header *ip)
{
    IcsCause cause = tcp_input_parse(ics_tcp_of(self), packet, ip);
    if (G_UNLIKELY(cause != ICS_CAUSE_NONE)) {
        ics_host_drop(self->host, packet, cause);
    } else {
        ics_packet_free(packet);
    }
}

/* ---- ICMP ---- */

/* What an error means to a connection; 0: nothing. */
static int tcp_icmp_errno(const IcsIcmpMessage *message)
{
    if (message->type == ICS_ICMP_TIME_EXCEEDED) {
        return EHOSTUNREACH;
    }
    switch (message->code) {
    case ICS_ICMP_UNREACHABLE_PROTOCOL:
        return ENOPROTOOPT;
    case ICS_ICMP_UNREACHABLE_PORT:
        return ECONNREFUSED;
    case ICS_ICMP_UNREACHABLE_FRAGMENTATION_NEEDED:
        return EMSGSIZE;
    case ICS_ICMP_UNREACHABLE_NET:
        return ENETUNREACH;
    default:
        return EHOSTUNREACH;
    }
}

void ics_stack_tcp_icmp(IcsStack *self, const IcsIcmpMessage *message, const IcsIcmpQuote *quote)
{
    IcsTcp *tcp = ics_tcp_of(self);
    IcsStreamName name = {quote->header.source, quote->header.destination,
                          ics_tcp_view_source_port(quote->data),
                          ics_tcp_view_destination_port(quote->data)};
    IcsStreamLink *link = ics_stream_table_find(&tcp->table, &name);
    if (link == NULL) {
        return;
    }
    IcsTcpConnection *connection = ICS_CONTAINER_OF(link, IcsTcpConnection, link);
    int error = tcp_icmp_errno(message);
    uint32_t mtu_bytes = error == EMSGSIZE ? ics_icmp_next_hop_mtu(message) : 0;
    ics_stream_icmp(&connection->stream, ics_tcp_now(tcp), ics_tcp_view_sequence(quote->data),
                    error, mtu_bytes);
    ics_tcp_run(connection);
}
