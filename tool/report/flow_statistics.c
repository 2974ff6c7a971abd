#include "tool/report/flow_statistics.h"

#include <glib.h>

#include "netmodel/packet.h"

void ics_flow_statistics_clear(IcsFlowStatistics *self)
{
    ics_message_window_clear(&self->messages);
    ics_reordering_clear(&self->order);
    ics_histogram_clear(&self->latency);
}

void ics_flow_statistics_sent(IcsFlowStatistics *self, const IcsObservation *observation)
{
    if (self->messages.sent == 0) {
        self->first_sent_ns = observation->at_ns;
    }
    ics_message_window_sent(&self->messages, observation->message->ordinal);
}

void ics_flow_statistics_repeated(IcsFlowStatistics *self, const IcsObservation *observation)
{
    self->repeated++;
    ics_message_window_copied(&self->messages, observation->message->ordinal);
}

void ics_flow_statistics_offered(IcsFlowStatistics *self, const IcsObservation *observation)
{
    self->wire_packets++;
    self->wire_bytes += observation->packet->length;
    self->wire_repeats += observation->packet->fate.klass == ICS_FATE_REPEAT;
}

void ics_flow_statistics_control(IcsFlowStatistics *self, const IcsObservation *observation)
{
    ics_control_counts_add(&self->control, observation->packet);
}

void ics_flow_statistics_opened(IcsFlowStatistics *self, const IcsObservation *observation,
                                const IcsControlCounts *before)
{
    if (before->packets > 0) {
        ics_control_counts_merge(&self->control, before);
        self->setup_packets += before->packets;
        self->setup_ns = MAX(self->setup_ns, observation->at_ns - observation->message->sent_ns);
    }
}

void ics_flow_statistics_copied(IcsFlowStatistics *self, const IcsObservation *observation)
{
    ics_message_window_copied(&self->messages, observation->message->ordinal);
}

void ics_flow_statistics_dropped(IcsFlowStatistics *self, const IcsObservation *observation)
{
    ics_message_window_dropped(&self->messages, observation->message->ordinal,
                               (IcsCause)observation->cause, observation->at_ns);
}

void ics_flow_statistics_met(IcsFlowStatistics *self, const IcsObservation *observation)
{
    ics_message_window_met(&self->messages, observation->message->ordinal,
                           (IcsCause)observation->cause, observation->at_ns);
}

void ics_flow_statistics_abandoned(IcsFlowStatistics *self, const IcsObservation *observation)
{
    ics_message_window_abandoned(&self->messages, observation->message->ordinal,
                                 (IcsCause)observation->cause, observation->at_ns);
}

void ics_flow_statistics_delivered(IcsFlowStatistics *self, const IcsObservation *observation)
{
    const IcsMessageTag *message = observation->message;
    IcsReception reception =
        ics_message_window_delivered(&self->messages, message->ordinal, observation->damaged);
    if (G_UNLIKELY(reception != ICS_RECEPTION_FIRST)) {
        return;
    }
    ics_reordering_receive(&self->order, message->ordinal);
    ics_histogram_record(&self->latency, observation->at_ns - message->sent_ns);
    ics_jitter_update(&self->jitter, message->sent_ns, observation->at_ns);
    self->payload_bytes += (uint64_t)observation->value;
    self->last_delivered_ns = observation->at_ns;
}

static void flow_statistics_merge_times(IcsFlowStatistics *self, const IcsFlowStatistics *other)
{
    if (other->messages.sent > 0) {
        self->first_sent_ns = self->messages.sent > 0
                                  ? MIN(self->first_sent_ns, other->first_sent_ns)
                                  : other->first_sent_ns;
    }
    if (other->messages.delivered > 0) {
        self->last_delivered_ns = self->messages.delivered > 0
                                      ? MAX(self->last_delivered_ns, other->last_delivered_ns)
                                      : other->last_delivered_ns;
    }
}

void ics_flow_statistics_merge(IcsFlowStatistics *self, const IcsFlowStatistics *other)
{
    flow_statistics_merge_times(self, other);
    ics_message_window_merge(&self->messages, &other->messages);
    ics_reordering_merge(&self->order, &other->order);
    ics_histogram_merge(&self->latency, &other->latency);
    if (ics_jitter_is_defined(&other->jitter) &&
        (!ics_jitter_is_defined(&self->jitter) ||
         ics_jitter_ns(&other->jitter) > ics_jitter_ns(&self->jitter))) {
        self->jitter = other->jitter;
    }
    self->repeated += other->repeated;
    self->wire_packets += other->wire_packets;
    self->wire_bytes += other->wire_bytes;
    self->wire_repeats += other->wire_repeats;
    ics_control_counts_merge(&self->control, &other->control);
    self->setup_packets += other->setup_packets;
    self->setup_ns = MAX(self->setup_ns, other->setup_ns);
    self->payload_bytes += other->payload_bytes;
}
