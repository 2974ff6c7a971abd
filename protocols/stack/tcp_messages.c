/* The messages that a stream carries, as statistics and fates know them. Nothing that a connection
 * does depends on them. */
#include "protocols/stack/tcp_internal.h"

static void tcp_messages_abandon(const IcsTcpConnection *self, const IcsMessageTag *tag)
{
    const IcsHost *host = self->tcp->stack->host;
    const IcsSimulation *simulation = host->network->simulation;
    if (ics_bus_wants(&simulation->bus, ICS_OBSERVE_MESSAGE_ABANDONED)) {
        IcsObservation observation = {.kind = ICS_OBSERVE_MESSAGE_ABANDONED,
                                      .node = host->node,
                                      .at_ns = simulation->now_ns,
                                      .host = host,
                                      .message = tag,
                                      .connection = self,
                                      .cause = ICS_CAUSE_SOCKET_CLOSED,
                                      .value = tag->bytes};
        ics_bus_publish(&simulation->bus, &observation);
    }
}

/* Messages that end at or before `until` and that nobody will take. */
static void tcp_messages_abandon_until(const IcsTcpConnection *self, IcsMessageMarks *marks,
                                       IcsSequence until)
{
    IcsMessageTag tag;
    while (ics_message_marks_take(marks, until, &tag)) {
        if (marks->had_receiver || until == UINT64_MAX) {
            tcp_messages_abandon(self, &tag);
        }
    }
}

IcsMessageMarks *ics_tcp_marks(IcsTcpConnection *self)
{
    if (self->sent == NULL) {
        self->sent = ics_message_marks_new();
    }
    return self->sent;
}

static IcsSequence tcp_messages_acknowledged(const IcsTcpConnection *self)
{
    return ics_stream_write_position(&self->stream) -
           ics_stream_unacknowledged_bytes(&self->stream);
}

void ics_tcp_review_messages(IcsTcpConnection *self)
{
    if (self->sent != NULL && self->sent->n > 0) {
        ics_message_marks_acknowledge(self->sent, tcp_messages_acknowledged(self));
    }
}

void ics_tcp_mark_frame(IcsTcpConnection *self, const IcsMessageTag *tag, uint64_t bytes)
{
    IcsMessageMarks *marks = ics_tcp_marks(self);
    IcsSequence at = ics_stream_write_position(&self->stream);
    if (!marks->has_receiver) {
        /* What has been acknowledged before anybody asked for messages went to no process. */
        tcp_messages_abandon_until(self, marks, tcp_messages_acknowledged(self));
    }
    ics_message_marks_push_frame(marks, at, at + bytes, tag);
}

void ics_tcp_mark_message(IcsTcpConnection *self, const IcsMessageTag *tag)
{
    ics_tcp_mark_frame(self, tag, tag->bytes);
}

void ics_tcp_cut_message(IcsTcpConnection *self)
{
    IcsMessageTag tag;
    if (ics_message_marks_cut(self->sent, ics_stream_write_position(&self->stream), &tag)) {
        tcp_messages_abandon(self, &tag);
    }
}

void ics_tcp_find_messages(IcsTcpConnection *self, const IcsPacket *packet)
{
    const IcsFlowTable *flows = &self->tcp->stack->host->network->flows;
    IcsMessageMarks *marks = ics_flow_table_get(flows, packet->message.flow)->marks;
    if (marks == NULL || marks->had_receiver) {
        return;
    }
    self->received = ics_message_marks_ref(marks);
    marks->has_receiver = true;
    marks->had_receiver = true;
}

bool ics_tcp_take_message(IcsTcpConnection *self, IcsMessageTag *tag)
{
    return self->received != NULL && self->received->has_receiver &&
           ics_message_marks_take(self->received, ics_stream_read_position(&self->stream), tag);
}

static void tcp_messages_review(const IcsTcpConnection *self, IcsMessageMarks *marks)
{
    if (!marks->has_sender && !marks->has_receiver) {
        tcp_messages_abandon_until(self, marks, UINT64_MAX);
    }
}

void ics_tcp_leave_messages(IcsTcpConnection *self, bool as_sender, bool as_receiver)
{
    if (as_receiver && self->received != NULL) {
        self->received->has_receiver = false;
        tcp_messages_review(self, self->received);
        g_clear_pointer(&self->received, ics_message_marks_unref);
    }
    if (as_sender && self->sent != NULL) {
        self->sent->has_sender = false;
        ics_message_marks_acknowledge(self->sent, UINT64_MAX);
        tcp_messages_review(self, self->sent);
        g_clear_pointer(&self->sent, ics_message_marks_unref);
    }
}

void ics_tcp_stop_reading(IcsTcpConnection *self)
{
    if (self->received != NULL) {
        self->received->has_receiver = false;
    }
}
