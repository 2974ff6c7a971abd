/* What happens in connections, told to digest and observers. */
#include "protocols/stack/tcp_internal.h"

static IcsSimulation *tcp_observe_simulation(const IcsTcpConnection *self)
{
    return self->tcp->stack->host->network->simulation;
}

static void tcp_observe_publish(const IcsTcpConnection *self, IcsObservationKind kind, int64_t a,
                                int64_t b)
{
    const IcsSimulation *simulation = tcp_observe_simulation(self);
    if (ics_bus_wants(&simulation->bus, kind)) {
        IcsObservation observation = {.kind = kind,
                                      .node = self->tcp->stack->host->node,
                                      .at_ns = simulation->now_ns,
                                      .host = self->tcp->stack->host,
                                      .connection = self,
                                      .value = a,
                                      .second = b};
        ics_bus_publish(&simulation->bus, &observation);
    }
}

static void tcp_observe_state(const IcsTcpConnection *self, int64_t from, int64_t to)
{
    IcsSimulation *simulation = tcp_observe_simulation(self);
    const IcsStreamName *name = ics_stream_name(&self->stream);
    ics_digest_record(&simulation->nodes[self->tcp->stack->host->node].digest,
                      ICS_DIGEST_CONNECTION_STATE, simulation->now_ns, self->identity->flow,
                      (uint64_t)name->local_port << 16 | name->peer_port,
                      (uint64_t)from << 8 | (uint64_t)to);
    tcp_observe_publish(self, ICS_OBSERVE_CONNECTION_STATE, from, to);
}

void ics_tcp_observe_vanishing(const IcsTcpConnection *self)
{
    IcsStreamState state = ics_tcp_state(self);
    if (state != ICS_STREAM_CLOSED) {
        tcp_observe_publish(self, ICS_OBSERVE_CONNECTION_STATE, state, ICS_STREAM_CLOSED);
    }
}

void ics_tcp_observe(IcsStream *stream, IcsStreamNote note, int64_t a, int64_t b)
{
    IcsTcpConnection *self = ICS_CONTAINER_OF(stream, IcsTcpConnection, stream);
    switch (note) {
    case ICS_STREAM_NOTE_STATE:
        tcp_observe_state(self, a, b);
        return;
    case ICS_STREAM_NOTE_WINDOW:
        self->history.cwnd_max_bytes = MAX(self->history.cwnd_max_bytes, (uint64_t)a);
        tcp_observe_publish(self, ICS_OBSERVE_CONGESTION_WINDOW, a, b);
        return;
    case ICS_STREAM_NOTE_ROUND_TRIP:
        tcp_observe_publish(self, ICS_OBSERVE_ROUND_TRIP, a, b);
        return;
    case ICS_STREAM_NOTE_RECOVERY:
        tcp_observe_publish(self, ICS_OBSERVE_RECOVERY, a, b);
        return;
    case ICS_STREAM_NOTE_SCOREBOARD:
        tcp_observe_publish(self, ICS_OBSERVE_SCOREBOARD, a, b);
        return;
    case ICS_STREAM_NOTE_PEER_WINDOW:
        tcp_observe_publish(self, ICS_OBSERVE_PEER_WINDOW, a, b);
        return;
    }
}

void ics_tcp_observe_repeat(const IcsTcpConnection *self, const IcsStreamDeparture *departure,
                            const IcsMessageTag *message)
{
    const IcsSimulation *simulation = tcp_observe_simulation(self);
    if (ics_bus_wants(&simulation->bus, ICS_OBSERVE_SEGMENT_REPEATED)) {
        IcsObservation observation = {.kind = ICS_OBSERVE_SEGMENT_REPEATED,
                                      .node = self->tcp->stack->host->node,
                                      .at_ns = simulation->now_ns,
                                      .host = self->tcp->stack->host,
                                      .message = message,
                                      .connection = self,
                                      .text = ics_stream_repeat_name(departure->repeat),
                                      .value = departure->repeat,
                                      .second = departure->payload_bytes};
        ics_bus_publish(&simulation->bus, &observation);
    }
}
