/* Segments become packets. */
#include "netmodel/ecn.h"
#include "protocols/stack/tcp_internal.h"

static const IcsMessageTag tcp_no_message = {.flow = ICS_FLOW_NONE};

static IcsFate tcp_counted_fate(IcsTcpIdentity *identity, IcsFateClass klass)
{
    return (IcsFate){
        .flow = identity->flow,
        .ordinal = identity->next_ordinal[klass]++,
        .klass = (uint8_t)klass,
    };
}

/* A segment whose bytes go out for the first time: the ordinal is that of the message whose first
 * byte it carries. One that only continues a message has the number of the segments before it. */
static void tcp_stamp_first(IcsTcpConnection *self, const IcsStreamDeparture *departure,
                            IcsPacket *packet)
{
    IcsSequence end = departure->first + departure->payload_bytes;
    IcsMessageSegment segment;
    self->sent_end = end;
    if (self->sent == NULL ||
        !ics_message_marks_send(self->sent, departure->first, end, &segment)) {
        packet->fate = tcp_counted_fate(self->identity, ICS_FATE_FIRST);
        return;
    }
    packet->message = segment.tag;
    packet->fate = (IcsFate){
        .flow = self->identity->flow,
        .ordinal = self->first_message + segment.tag.ordinal,
        .lineage = segment.fragment >> 16,
        .fragment = (uint16_t)segment.fragment,
        .klass = ICS_FATE_FIRST,
    };
}

static void tcp_stamp_again(IcsTcpConnection *self, const IcsStreamDeparture *departure,
                            IcsPacket *packet)
{
    packet->fate = tcp_counted_fate(self->identity, ICS_FATE_REPEAT);
    const IcsMessageTag *tag =
        self->sent != NULL ? ics_message_marks_find(self->sent, departure->first) : NULL;
    if (tag != NULL) {
        packet->message = *tag;
    }
    self->sent_end = MAX(self->sent_end, departure->first + departure->payload_bytes);
}

/* Who the packet of a segment is: its fate and message. */
static void tcp_stamp(IcsTcpConnection *self, const IcsStreamDeparture *departure,
                      IcsPacket *packet)
{
    packet->message = tcp_no_message;
    if (departure->payload_bytes == 0) {
        packet->fate = tcp_counted_fate(self->identity, ICS_FATE_CONTROL);
    } else if (departure->first >= self->sent_end) {
        tcp_stamp_first(self, departure, packet);
    } else {
        tcp_stamp_again(self, departure, packet);
    }
}

static IcsPacket *tcp_packet(IcsStack *stack, const IcsStreamName *name, const IcsTcpHeader *header,
                             const IcsByteSpans *payload)
{
    size_t bytes = ics_tcp_header_bytes(header);
    if (payload != NULL) {
        bytes += payload->first_bytes + payload->second_bytes;
    }
    IcsPacket *packet = ics_stack_new_packet(stack, (uint32_t)bytes);
    ics_tcp_emit(header, name->local_address, name->peer_address, payload,
                 packet->bytes + ICS_IPV4_HEADER_BYTES);
    return packet;
}

/* TCP finds the path's MTU (RFC 1191), so that its packets must not be fragmented. */
static void tcp_transmit(IcsStack *stack, const IcsStreamName *name, IcsPacket *packet, uint8_t tos)
{
    IcsIpRequest ip = {
        .source = name->local_address,
        .destination = name->peer_address,
        .protocol = ICS_IPV4_PROTOCOL_TCP,
        .tos = tos,
        .dont_fragment = true,
    };
    ics_stack_emit_ip(stack, ics_host_route(stack->host, name->peer_address), packet, &ip);
}

void ics_tcp_send(IcsTcpConnection *self, const IcsStreamDeparture *departure)
{
    IcsStack *stack = self->tcp->stack;
    const IcsStreamName *name = ics_stream_name(&self->stream);
    IcsPacket *packet = tcp_packet(stack, name, &departure->header,
                                   departure->payload_bytes > 0 ? &departure->payload : NULL);
    tcp_stamp(self, departure, packet);
    if (departure->repeat != ICS_STREAM_REPEAT_NONE) {
        ics_tcp_observe_repeat(self, departure, &packet->message);
    }
    tcp_transmit(stack, name, packet, departure->ecn_capable ? ICS_ECN_ECT_0 : ICS_ECN_NOT_ECT);
}

void ics_tcp_send_refusal(IcsTcp *self, const IcsStreamName *name, const IcsTcpHeader *header)
{
    if (ics_host_route(self->stack->host, name->peer_address) == NULL) {
        return;
    }
    IcsPacket *packet = tcp_packet(self->stack, name, header, NULL);
    packet->fate = ics_stack_control_fate(self->stack, name->peer_address);
    packet->message = tcp_no_message;
    tcp_transmit(self->stack, name, packet, ICS_ECN_NOT_ECT);
}
