/* Datagram sockets: UDP with a bounded receive queue. */
#include <errno.h>
#include <string.h>

#include "protocols/socket/socket_internal.h"
#include "protocols/wire/udp.h"

IcsDatagramView ics_datagram_view(const IcsPacket *packet)
{
    const uint8_t *udp = packet->bytes + ics_ipv4_view_header_bytes(packet->bytes);
    return (IcsDatagramView){
        .payload = udp + ICS_UDP_HEADER_BYTES,
        .bytes = (uint32_t)(ics_udp_view_length(udp) - ICS_UDP_HEADER_BYTES),
        .from = {ics_ipv4_view_source(packet->bytes), ics_udp_view_source_port(udp)},
    };
}

int64_t ics_datagram_send(IcsSocket *self, const void *bytes, size_t n, IcsEndpoint to)
{
    IcsInterface *interface;
    uint32_t source = self->port.binding.local_address;
    int result = ics_stack_find_udp_way(self->stack, source, to.address, n, &interface);
    if (result != 0) {
        return result;
    }
    IcsSocketFlow *flow = ics_socket_flow_to(self, to);
    IcsUdpRequest request = {
        .source = source,
        .destination = to.address,
        .source_port = self->port.binding.local_port,
        .destination_port = to.port,
        .payload = bytes,
        .payload_bytes = n,
        .fate = ics_socket_flow_fate(flow, ICS_FATE_FIRST),
        .message = {.sent_ns = self->process->simulation->now_ns,
                    .ordinal = flow->next_message++,
                    .flow = flow->flow,
                    .bytes = (uint32_t)n},
        .without_checksum = self->port.without_checksum,
    };
    ics_socket_message_sent(self, flow, &request.message);
    ics_stack_send_udp(self->stack, interface, &request);
    return (int64_t)n;
}

void ics_datagram_deliver(IcsUdpPort *port, IcsPacket *packet, const IcsUdpDelivery *delivery)
{
    IcsSocket *self = ICS_CONTAINER_OF(port, IcsSocket, port);
    /* One message always fits, however long: a buffer shorter than a message would block it for
     * ever. Empty ones count as one byte, so that they cannot queue without end. */
    int64_t bytes = MAX(delivery->payload_bytes, 1U);
    if (self->queue.first != NULL && self->queued_bytes + bytes > self->receive_buffer_bytes) {
        ics_host_drop(self->stack->host, packet, ICS_CAUSE_RECEIVE_BUFFER_FULL);
        return;
    }
    self->queued_bytes += bytes;
    ics_packet_list_append(&self->queue, packet);
    ics_wait_queue_wake_one(&self->readers);
}

static int64_t datagram_take(IcsSocket *self, void *buffer, size_t n, IcsReceived *received)
{
    IcsPacket *packet = ics_packet_list_take(&self->queue);
    IcsDatagramView view = ics_datagram_view(packet);
    size_t copied = MIN(n, view.bytes);
    self->queued_bytes -= MAX(view.bytes, 1U);
    if (copied > 0) {
        memcpy(buffer, view.payload, copied);
    }
    if (received != NULL) {
        *received = (IcsReceived){
            .from = view.from,
            .bytes = view.bytes,
            .truncated = copied < view.bytes,
            .sent_ns = packet->message.sent_ns,
            .ordinal = packet->message.ordinal,
        };
    }
    ics_socket_message_taken(self, packet, copied);
    ics_packet_free(packet);
    return (int64_t)copied;
}

int64_t ics_datagram_receive(IcsSocket *self, void *buffer, size_t n, int flags,
                             IcsReceived *received)
{
    int64_t deadline_ns = ics_socket_deadline(self, self->receive_timeout_ns);
    int error;
    while ((error = ics_socket_take_error(self)) == 0 && self->queue.first == NULL) {
        if (!ics_socket_may_block(self, flags)) {
            return -EAGAIN;
        }
        if (!ics_process_wait(self->process, &self->readers, deadline_ns, ICS_WAIT_RECEIVE)) {
            return -ETIMEDOUT;
        }
    }
    return error != 0 ? error : datagram_take(self, buffer, n, received);
}
