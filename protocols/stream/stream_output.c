/* What leaves now: the only place that makes segments.
 *
 * In this order: RST; SYN or SYN-ACK; what recovery wants to be sent again; new data and FIN; a
 * probe of a closed window or of a silent peer; an ACK that nothing else carried. */
#include "protocols/stream/stream_internal.h"

/* A segment of data that could go out. */
typedef struct StreamSegmentPlan {
    IcsSequence first;
    uint32_t bytes;
    bool has_fin;
    bool is_small;     /* less than a full segment */
    bool carries_sack; /* if there are blocks */
    IcsStreamRepeat repeat;
} StreamSegmentPlan;

static void stream_output_begin(IcsStream *self, IcsStreamDeparture *departure, IcsSequence first,
                                uint8_t flags)
{
    *departure = (IcsStreamDeparture){
        .header =
            {
                .source_port = self->name.local_port,
                .destination_port = self->name.peer_port,
                .sequence = ics_sequence_wire(first),
                .flags = flags,
            },
        .first = first,
    };
    self->counters.segments_out++;
}

/* Every segment of a synchronized connection: options, ACK, window, ECE. */
static void stream_output_acknowledge(IcsStream *self, IcsStreamDeparture *departure)
{
    IcsTcpHeader *header = &departure->header;
    header->flags |= ICS_TCP_ACK;
    header->acknowledgement = ics_sequence_wire(self->receive.next);
    header->window = ics_stream_announce_window(self, false);
    if (self->receive.ece) {
        header->flags |= ICS_TCP_ECE;
    }
    ics_stream_ack_is_sent(self);
}

static bool stream_output_rst(IcsStream *self, int64_t now_ns, IcsStreamDeparture *departure)
{
    stream_output_begin(self, departure, self->wanted.rst_sequence, ICS_TCP_RST);
    if (self->wanted.rst_ack) {
        departure->header.flags |= ICS_TCP_ACK;
        departure->header.acknowledgement = ics_sequence_wire(self->receive.next);
        ics_stream_usual_options(self, now_ns, false, &departure->header);
    }
    self->wanted.rst = false;
    return true;
}

/* RFC 3168, section 6.1.1: a SYN is repeated without ECN, in case that was what it died of. */
static uint8_t stream_output_syn_flags(const IcsStream *self)
{
    if (self->state == ICS_STREAM_SYN_RECEIVED) {
        return ICS_TCP_SYN | ICS_TCP_ACK | (self->agreed.ecn ? ICS_TCP_ECE : 0);
    }
    bool offers_ecn = self->config->use.ecn && self->timers.handshake_tries == 0;
    return ICS_TCP_SYN | (offers_ecn ? ICS_TCP_ECE | ICS_TCP_CWR : 0);
}

static bool stream_output_syn(IcsStream *self, int64_t now_ns, IcsStreamDeparture *departure)
{
    bool is_reply = self->state == ICS_STREAM_SYN_RECEIVED;
    bool is_repeat = self->timers.handshake_tries > 0;
    if (!is_reply && !is_repeat) {
        ics_stream_choose_window_shift(self);
    }
    stream_output_begin(self, departure, self->send.iss, stream_output_syn_flags(self));
    ics_stream_offer_options(self, now_ns, is_reply, &departure->header);
    departure->header.window = ics_stream_announce_window(self, true);
    if (is_reply) {
        departure->header.acknowledgement = ics_sequence_wire(self->receive.next);
        ics_stream_ack_is_sent(self);
    }
    departure->repeat = is_repeat ? ICS_STREAM_REPEAT_SYN : ICS_STREAM_REPEAT_NONE;
    self->counters.repeated_segments += is_repeat;
    self->wanted.syn = false;
    return true;
}

static bool stream_output_ack(IcsStream *self, int64_t now_ns, IcsStreamDeparture *departure)
{
    stream_output_begin(self, departure, ics_stream_bare_sequence(self), 0);
    ics_stream_usual_options(self, now_ns, true, &departure->header);
    stream_output_acknowledge(self, departure);
    return true;
}

/* RFC 9293, section 3.8.4: a segment that the peer has to answer. */
static bool stream_output_keep_alive(IcsStream *self, int64_t now_ns, IcsStreamDeparture *departure)
{
    stream_output_begin(self, departure, self->send.next - 1, 0);
    ics_stream_usual_options(self, now_ns, true, &departure->header);
    stream_output_acknowledge(self, departure);
    self->wanted.keep_alive_probe = false;
    return true;
}

/* The end of the window that the peer announced. */
static inline IcsSequence stream_output_edge(const IcsStream *self)
{
    return self->send.wl2 + self->send.window;
}

/* RFC 6691: SACK blocks take their room from the data; they stay away where they would take most of
 * it. */
static void stream_output_make_room_for_sack(const IcsStream *self, StreamSegmentPlan *plan,
                                             uint32_t *full_bytes)
{
    uint32_t sack_bytes = ics_stream_sack_bytes(self);
    if (sack_bytes <= *full_bytes / 2) {
        *full_bytes -= sack_bytes;
        plan->carries_sack = true;
    }
}

/* Full segments go whenever there is room for them. The rest is for a small one: the FIN and a tail
 * loss probe wait for nothing; Nagle's algorithm keeps one small segment under way at most, as
 * Minshall has changed it (RFC 9293, appendix A.3; what Linux does): the rest of a long message
 * does not wait for its full segments. A part of what is queued goes only if the window was never
 * twice as large (section 3.8.6.2.1). A cork does not hold what fills the send buffer: no more can
 * join it. */
static bool stream_output_small_may_go(const IcsStream *self, const StreamSegmentPlan *plan)
{
    const IcsStreamSending *send = &self->send;
    if (plan->has_fin || self->recovery.tlp.is_due || self->wanted.override) {
        return true;
    }
    bool is_corked = send->corked && !send->was_full;
    if (is_corked || (send->nagle && send->small_end > send->una)) {
        return false;
    }
    return plan->first + plan->bytes == send->end || !self->config->use.silly_window_avoidance ||
           plan->bytes >= send->max_window / 2;
}

/* The next new segment that the peer's window and the user's wishes let out. */
static bool stream_output_plan_new(const IcsStream *self, uint32_t full_bytes,
                                   StreamSegmentPlan *plan)
{
    const IcsStreamSending *send = &self->send;
    IcsSequence first = self->recovery.nxt;
    IcsSequence edge = stream_output_edge(self);
    if (first >= send->end + send->fin_asked || first >= edge) {
        return false;
    }
    uint64_t bytes = MIN(MIN(send->end - first, edge - first), full_bytes);
    plan->first = first;
    plan->bytes = (uint32_t)bytes;
    plan->has_fin = send->fin_asked && first + bytes == send->end && send->end < edge;
    plan->is_small = bytes < full_bytes;
    plan->repeat = ICS_STREAM_REPEAT_NONE;
    return !plan->is_small || stream_output_small_may_go(self, plan);
}

/* What recovery has named, cut to a segment and to the window. A window that was shrunk to nothing
 * is probed by one byte (RFC 9293, section 3.8.6). */
static bool stream_output_plan_repeat(const IcsStream *self, uint32_t full_bytes,
                                      IcsSequenceRange range, StreamSegmentPlan *plan)
{
    const IcsStreamSending *send = &self->send;
    IcsSequence edge = MAX(stream_output_edge(self), send->una + 1);
    if (range.first >= edge) {
        return false;
    }
    IcsSequence end = MIN(MIN(range.end, send->end), MIN(edge, range.first + full_bytes));
    plan->first = range.first;
    plan->bytes = (uint32_t)(end - range.first);
    plan->has_fin = range.end > send->end && end == send->end && end < edge;
    plan->is_small = false;
    return true;
}

static void stream_output_payload(IcsStream *self, const StreamSegmentPlan *plan,
                                  IcsStreamDeparture *departure)
{
    IcsTcpHeader *header = &departure->header;
    if (plan->has_fin) {
        header->flags |= ICS_TCP_FIN;
    }
    if (plan->bytes == 0) {
        return;
    }
    departure->payload = ics_byte_ring_view(&self->send.ring, plan->first, plan->bytes);
    departure->payload_bytes = plan->bytes;
    /* RFC 9293, section 3.9.1.2: on the last segment of what is queued. */
    if (plan->first + plan->bytes == self->send.end) {
        header->flags |= ICS_TCP_PSH;
    }
}

static inline IcsSequenceRange stream_output_range(const StreamSegmentPlan *plan)
{
    return (IcsSequenceRange){plan->first, plan->first + plan->bytes + plan->has_fin};
}

static void stream_output_new_data(IcsStream *self, int64_t now_ns, const StreamSegmentPlan *plan,
                                   IcsStreamDeparture *departure)
{
    IcsStreamSending *send = &self->send;
    IcsSequenceRange range = stream_output_range(plan);
    /* RFC 3168, section 6.1.5 and 6.1.2: neither repetitions nor segments without data are ECN
     * capable; CWR is on the first new data after a reduction. */
    departure->ecn_capable = send->ecn_capable && plan->bytes > 0;
    if (send->cwr_to_send && plan->bytes > 0) {
        departure->header.flags |= ICS_TCP_CWR;
        send->cwr_to_send = false;
    }
    if (plan->is_small) {
        send->small_end = plan->first + plan->bytes;
    }
    send->next = MAX(send->next, range.end);
    self->wanted.override = false;
    uint32_t changed = ics_recovery_sent(&self->recovery, now_ns, range);
    if (changed != 0) {
        ics_stream_note_recovery(self, changed);
    }
}

static void stream_output_repeat(IcsStream *self, int64_t now_ns, const StreamSegmentPlan *plan,
                                 IcsStreamDeparture *departure)
{
    bool is_fin_again = plan->bytes == 0 && plan->repeat == ICS_STREAM_REPEAT_RTO;
    departure->repeat = is_fin_again ? ICS_STREAM_REPEAT_FIN : plan->repeat;
    self->counters.repeated_segments++;
    self->counters.repeated_bytes += plan->bytes;
    uint32_t changed = ics_recovery_repeated(&self->recovery, now_ns, stream_output_range(plan));
    if (changed != 0) {
        ics_stream_note_recovery(self, changed);
    }
}

static bool stream_output_is_allowed(IcsStream *self, int64_t now_ns, uint32_t bytes)
{
    uint32_t changed = ics_recovery_about_to_send(&self->recovery, now_ns);
    if (changed != 0) {
        ics_stream_note_recovery(self, changed);
    }
    return ics_recovery_allowance_bytes(&self->recovery) >= bytes;
}

static bool stream_output_plan(IcsStream *self, int64_t now_ns, uint32_t full_bytes,
                               StreamSegmentPlan *plan)
{
    bool has_new = stream_output_plan_new(self, full_bytes, plan);
    IcsSequenceRange range;
    IcsStreamRepeat repeat = ics_recovery_next_repeat(&self->recovery, has_new, &range);
    if (repeat != ICS_STREAM_REPEAT_NONE) {
        plan->repeat = repeat;
        return stream_output_plan_repeat(self, full_bytes, range, plan);
    }
    return has_new && stream_output_is_allowed(self, now_ns, plan->bytes);
}

/* A segment with payload or FIN and all that every segment carries. */
static void stream_output_segment(IcsStream *self, int64_t now_ns, const StreamSegmentPlan *plan,
                                  IcsStreamDeparture *departure)
{
    stream_output_begin(self, departure, plan->first, 0);
    ics_stream_usual_options(self, now_ns, plan->carries_sack, &departure->header);
    bool owes_sack = self->wanted.ack && !plan->carries_sack && ics_stream_has_sack(self);
    stream_output_acknowledge(self, departure);
    self->wanted.ack = owes_sack;
    stream_output_payload(self, plan, departure);
}

static bool stream_output_data(IcsStream *self, int64_t now_ns, IcsStreamDeparture *departure)
{
    if (self->send.una == self->send.end + self->send.fin_asked) {
        return false;
    }
    uint32_t full_bytes = ics_stream_segment_bytes(self);
    StreamSegmentPlan plan = {0};
    if (ics_stream_has_sack(self)) {
        stream_output_make_room_for_sack(self, &plan, &full_bytes);
    }
    if (!stream_output_plan(self, now_ns, full_bytes, &plan)) {
        return false;
    }
    stream_output_segment(self, now_ns, &plan, departure);
    if (plan.repeat == ICS_STREAM_REPEAT_NONE) {
        stream_output_new_data(self, now_ns, &plan, departure);
    } else {
        stream_output_repeat(self, now_ns, &plan, departure);
    }
    return true;
}

/* One byte, or the FIN, beyond a closed window (RFC 9293, section 3.8.6.1). SND.NXT goes over it,
 * but recovery does not know of it: once the window opens it is sent as if for the first time. */
static bool stream_output_probe(IcsStream *self, int64_t now_ns, IcsStreamDeparture *departure)
{
    IcsStreamSending *send = &self->send;
    StreamSegmentPlan plan = {.first = self->recovery.nxt, .repeat = ICS_STREAM_REPEAT_PROBE};
    self->wanted.probe = false;
    if (!ics_recovery_is_idle(&self->recovery) || plan.first >= send->end + send->fin_asked) {
        return false;
    }
    plan.bytes = plan.first < send->end;
    plan.has_fin = plan.bytes == 0;
    stream_output_segment(self, now_ns, &plan, departure);
    departure->repeat = plan.repeat;
    if (send->next > plan.first) {
        self->counters.repeated_segments++;
        self->counters.repeated_bytes += plan.bytes;
    }
    send->next = MAX(send->next, plan.first + 1);
    send->probe_refused = false;
    return true;
}

static bool stream_output_in_handshake(IcsStream *self, int64_t now_ns,
                                       IcsStreamDeparture *departure)
{
    if (self->wanted.syn) {
        return stream_output_syn(self, now_ns, departure);
    }
    if (self->wanted.ack && self->state == ICS_STREAM_SYN_RECEIVED) {
        return stream_output_ack(self, now_ns, departure);
    }
    return false;
}

/* What an established connection sends beside data. */
static bool stream_output_other(IcsStream *self, int64_t now_ns, IcsStreamDeparture *departure)
{
    if (self->wanted.probe && stream_output_probe(self, now_ns, departure)) {
        return true;
    }
    if (self->wanted.keep_alive_probe) {
        return stream_output_keep_alive(self, now_ns, departure);
    }
    return self->wanted.ack && stream_output_ack(self, now_ns, departure);
}

bool ics_stream_output(IcsStream *self, int64_t now_ns, IcsStreamDeparture *departure)
{
    if (self->wanted.rst) {
        return stream_output_rst(self, now_ns, departure);
    }
    if (!ics_stream_is_synchronized(self)) {
        return stream_output_in_handshake(self, now_ns, departure);
    }
    if (stream_output_data(self, now_ns, departure) ||
        stream_output_other(self, now_ns, departure)) {
        return true;
    }
    ics_stream_review_timers(self, now_ns);
    return false;
}
