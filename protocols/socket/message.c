#include "protocols/socket/socket_internal.h"

static IcsObservation socket_observation(const IcsSocket *self, IcsObservationKind kind,
                                         const IcsMessageTag *tag)
{
    return (IcsObservation){
        .kind = kind,
        .node = self->process->node,
        .at_ns = self->process->simulation->now_ns,
        .host = self->stack->host,
        .process = self->process,
        .message = tag,
        .value = tag->bytes,
    };
}

void ics_socket_stream_message_sent(const IcsSocket *self, uint64_t fate_flow,
                                    const IcsMessageTag *tag)
{
    IcsSimulation *simulation = self->process->simulation;
    ics_digest_record(&simulation->nodes[self->process->node].digest, ICS_DIGEST_MESSAGE_SENT,
                      tag->sent_ns, fate_flow, tag->ordinal, tag->bytes);
    if (ics_bus_wants(&simulation->bus, ICS_OBSERVE_MESSAGE_SENT)) {
        IcsObservation observation = socket_observation(self, ICS_OBSERVE_MESSAGE_SENT, tag);
        ics_bus_publish(&simulation->bus, &observation);
    }
}

void ics_socket_message_sent(const IcsSocket *self, const IcsSocketFlow *flow,
                             const IcsMessageTag *tag)
{
    ics_socket_stream_message_sent(self, flow->peer->hash, tag);
}

void ics_socket_message_repeated(const IcsSocket *self, const IcsMessageTag *tag)
{
    IcsSimulation *simulation = self->process->simulation;
    if (ics_bus_wants(&simulation->bus, ICS_OBSERVE_MESSAGE_REPEATED)) {
        IcsObservation observation = socket_observation(self, ICS_OBSERVE_MESSAGE_REPEATED, tag);
        ics_bus_publish(&simulation->bus, &observation);
    }
}

void ics_socket_message_taken(const IcsSocket *self, const IcsPacket *packet, size_t bytes)
{
    IcsSimulation *simulation = self->process->simulation;
    const IcsMessageTag *tag = &packet->message;
    ics_digest_record(&simulation->nodes[self->process->node].digest, ICS_DIGEST_MESSAGE_DELIVERED,
                      simulation->now_ns, packet->fate.flow ^ packet->fate.lineage, tag->ordinal,
                      (uint64_t)packet->damaged << 32 | bytes);
    if (ics_bus_wants(&simulation->bus, ICS_OBSERVE_MESSAGE_DELIVERED)) {
        IcsObservation observation = socket_observation(self, ICS_OBSERVE_MESSAGE_DELIVERED, tag);
        observation.packet = packet;
        observation.damaged = packet->damaged;
        observation.value = (int64_t)bytes;
        ics_bus_publish(&simulation->bus, &observation);
    }
}

void ics_socket_stream_message_taken(const IcsSocket *self, const IcsMessageTag *tag)
{
    IcsSimulation *simulation = self->process->simulation;
    const IcsFlow *flow = ics_flow_table_get(&self->stack->host->network->flows, tag->flow);
    ics_digest_record(&simulation->nodes[self->process->node].digest, ICS_DIGEST_MESSAGE_DELIVERED,
                      simulation->now_ns, flow->hash, tag->ordinal, tag->bytes);
    if (ics_bus_wants(&simulation->bus, ICS_OBSERVE_MESSAGE_DELIVERED)) {
        IcsObservation observation = socket_observation(self, ICS_OBSERVE_MESSAGE_DELIVERED, tag);
        ics_bus_publish(&simulation->bus, &observation);
    }
}

void ics_socket_message_abandoned(const IcsSocket *self, const IcsMessageTag *tag, IcsCause cause)
{
    IcsSimulation *simulation = self->process->simulation;
    if (ics_bus_wants(&simulation->bus, ICS_OBSERVE_MESSAGE_ABANDONED)) {
        IcsObservation observation = socket_observation(self, ICS_OBSERVE_MESSAGE_ABANDONED, tag);
        observation.cause = cause;
        ics_bus_publish(&simulation->bus, &observation);
    }
}
