/* A segment arrives (RFC 9293, section 3.10.7.4), in the RFC's order: sequence number, RST,
 * security, SYN, ACK, URG, text, FIN. Security and compartments do not exist here, and urgent data
 * stands in its place among the rest (section 3.8.5), so that the third and the sixth step are
 * empty. */
#include "protocols/stream/stream_internal.h"

/* Least time between answers to unacceptable segments without data: that of Linux. */
#define STREAM_INPUT_ANSWER_NS INT64_C(500000000)

/* An arrival with its numbers extended. `length` is SEG.LEN: data, SYN and FIN. */
typedef struct StreamSegment {
    const IcsStreamArrival *arrival;
    const IcsTcpHeader *header;
    IcsSequence sequence;
    IcsSequence ack;
    uint32_t length;
    uint8_t flags;
} StreamSegment;

/* An ACK of what is expected, in answer to a doubtful segment (RFC 5961), if the host has not sent
 * too many of them. */
static void stream_input_challenge(IcsStream *self, int64_t now_ns)
{
    if (self->challenges == NULL || ics_challenge_ack_allow(self->challenges, now_ns)) {
        self->wanted.ack = true;
    }
}

/* An ACK of what is expected, in answer to an unacceptable segment. One without data may be such an
 * answer itself, overtaken by later ones: answering each would let a channel that reorders and
 * duplicates multiply them for ever. */
static void stream_input_answer(IcsStream *self, int64_t now_ns, const StreamSegment *segment)
{
    if (segment->length > 0) {
        self->wanted.ack = true;
    } else if (now_ns - self->timers.answered_ns >= STREAM_INPUT_ANSWER_NS) {
        self->timers.answered_ns = now_ns;
        self->wanted.ack = true;
    }
}

/* The SYN or SYN-ACK that led to SYN-RECEIVED comes again: the peer does not know our SYN yet, or
 * both have opened at once and this is its SYN-ACK, of which only the ACK is new (RFC 9293,
 * figure 7). By its number it is too old; false when nothing remains to be done with it. */
static bool stream_input_repeated_syn(IcsStream *self, StreamSegment *segment)
{
    if (self->state != ICS_STREAM_SYN_RECEIVED || (segment->flags & ICS_TCP_SYN) == 0 ||
        (segment->flags & ICS_TCP_RST) != 0 || segment->sequence != self->receive.irs) {
        return true;
    }
    segment->flags &= (uint8_t)~ICS_TCP_SYN;
    segment->sequence++;
    segment->length--;
    if ((segment->flags & ICS_TCP_ACK) != 0) {
        return true;
    }
    ics_stream_answer_syn_again(self, segment->header);
    return false;
}

/* First. The four cases of RFC 9293, section 3.4, table 6. A closed window still lets in what
 * begins at RCV.NXT, for its ACK and RST (MUST-66); its text is cut off later. A segment without
 * text at the very edge is let in too: a peer that has filled the window sends all its ACKs there,
 * and they matter most when something before them was lost. */
static bool stream_input_is_acceptable(const IcsStream *self, const StreamSegment *segment)
{
    IcsSequence next = self->receive.next;
    IcsSequence edge = next + ics_stream_receive_window(self);
    if (segment->sequence == next) {
        return true;
    }
    if (segment->length == 0) {
        return next <= segment->sequence && segment->sequence <= edge;
    }
    IcsSequence last = segment->sequence + segment->length - 1;
    return (next <= segment->sequence && segment->sequence < edge) || (next <= last && last < edge);
}

/* RFC 5961, section 5: an ACK of what was never sent, or of what was acknowledged more than a
 * window ago, is not from the peer. Without it only the first is refused (RFC 9293). */
static bool stream_input_ack_is_credible(const IcsStream *self, IcsSequence ack)
{
    if (ack > self->send.next) {
        return false;
    }
    return !self->config->use.challenge_ack || ack + self->send.max_window >= self->send.una;
}

/* Old data came again: say which, by D-SACK. It was sent just now, so that its timestamp is the one
 * to be echoed, by the rule of RFC 7323, section 4.3, which does not ask for an acceptable segment:
 * our ACK was lost, and the time until the peer has sent again must not be taken for a round trip.
 */
static IcsStreamVerdict stream_input_old(IcsStream *self, int64_t now_ns,
                                         const StreamSegment *segment)
{
    const IcsStreamReceiving *receive = &self->receive;
    IcsSequence end = segment->sequence + segment->length;
    if (segment->length == 0 || end > receive->next ||
        segment->sequence + receive->limit < receive->next) {
        return ICS_STREAM_VERDICT_OUT_OF_WINDOW;
    }
    if ((segment->flags & ICS_TCP_ACK) != 0 && stream_input_ack_is_credible(self, segment->ack)) {
        ics_stream_note_timestamp(self, now_ns, segment->sequence, segment->header);
    }
    uint32_t payload_bytes = segment->arrival->payload_bytes;
    if (payload_bytes > 0) {
        IcsSequenceRange text = {segment->sequence, segment->sequence + payload_bytes};
        ics_reassembly_note_duplicate(&self->receive.ranges, text);
    }
    return ICS_STREAM_VERDICT_DUPLICATE;
}

static IcsStreamVerdict stream_input_unacceptable(IcsStream *self, int64_t now_ns,
                                                  const StreamSegment *segment)
{
    if ((segment->flags & ICS_TCP_RST) != 0) {
        return ICS_STREAM_VERDICT_OUT_OF_WINDOW;
    }
    if ((segment->flags & ICS_TCP_SYN) != 0 && self->config->use.challenge_ack) {
        stream_input_challenge(self, now_ns);
        return ICS_STREAM_VERDICT_CHALLENGED;
    }
    stream_input_answer(self, now_ns, segment);
    /* In TIME-WAIT the peer's FIN again: our ACK of it was lost. */
    bool is_fin_again = (segment->flags & ICS_TCP_FIN) != 0 && self->receive.fin_taken &&
                        segment->sequence + segment->length == self->receive.next;
    if (self->state == ICS_STREAM_TIME_WAIT && is_fin_again) {
        ics_stream_arm_time_wait(self, now_ns);
    }
    return stream_input_old(self, now_ns, segment);
}

/* First, with what RFC 7323, section 5.3, puts before it: PAWS (R1), and section 3.2: a segment
 * without the timestamps that were agreed on is dropped. */
static IcsStreamVerdict stream_input_sequence(IcsStream *self, int64_t now_ns,
                                              const StreamSegment *segment)
{
    bool has_rst = (segment->flags & ICS_TCP_RST) != 0;
    if (self->agreed.timestamps && !segment->header->options.has_timestamps && !has_rst) {
        return ICS_STREAM_VERDICT_PAWS;
    }
    if (!ics_stream_paws_accepts(self, now_ns, segment->header)) {
        stream_input_answer(self, now_ns, segment);
        return ICS_STREAM_VERDICT_PAWS;
    }
    if (!stream_input_is_acceptable(self, segment)) {
        return stream_input_unacceptable(self, now_ns, segment);
    }
    return ICS_STREAM_VERDICT_ACCEPTED;
}

/* An active open was refused. In CLOSE-WAIT the peer had nothing more to say, so that only writing
 * is concerned: a broken pipe, as 4.4BSD and Linux have it. In TIME-WAIT all of our data is known
 * to have arrived, before it (CLOSING and LAST-ACK too) a RST leaves that open. RFC 1337 would
 * ignore the RST in TIME-WAIT; RFC 9293 does not. */
static int stream_input_reset_error(const IcsStream *self)
{
    if (self->state == ICS_STREAM_SYN_RECEIVED && !self->passive) {
        return ECONNREFUSED;
    }
    if (self->state == ICS_STREAM_CLOSE_WAIT) {
        return EPIPE;
    }
    return self->state == ICS_STREAM_TIME_WAIT ? 0 : ECONNRESET;
}

/* Second: RFC 5961, section 3. */
static IcsStreamVerdict stream_input_rst(IcsStream *self, int64_t now_ns,
                                         const StreamSegment *segment)
{
    if ((segment->flags & ICS_TCP_RST) == 0) {
        return ICS_STREAM_VERDICT_ACCEPTED;
    }
    if (self->config->use.challenge_ack && segment->sequence != self->receive.next) {
        stream_input_challenge(self, now_ns);
        return ICS_STREAM_VERDICT_CHALLENGED;
    }
    ics_stream_break(self, now_ns, stream_input_reset_error(self));
    return ICS_STREAM_VERDICT_RESET;
}

/* Fourth: RFC 5961, section 4. A SYN in the window in SYN-RECEIVED means that the one before was an
 * old duplicate: back to LISTEN. */
static IcsStreamVerdict stream_input_syn(IcsStream *self, int64_t now_ns,
                                         const StreamSegment *segment)
{
    if ((segment->flags & ICS_TCP_SYN) == 0) {
        return ICS_STREAM_VERDICT_ACCEPTED;
    }
    if (self->state == ICS_STREAM_SYN_RECEIVED && self->passive) {
        ics_stream_break(self, now_ns, ECONNRESET);
        return ICS_STREAM_VERDICT_RESET;
    }
    if (self->config->use.challenge_ack) {
        stream_input_challenge(self, now_ns);
        return ICS_STREAM_VERDICT_CHALLENGED;
    }
    ics_stream_reset(self, now_ns, ECONNRESET);
    return ICS_STREAM_VERDICT_RESET;
}

/* Our FIN is acknowledged: on from the states that wait for it. */
static void stream_input_fin_acked(IcsStream *self, int64_t now_ns)
{
    switch (self->state) {
    case ICS_STREAM_FIN_WAIT_1:
        ics_stream_move(self, now_ns, ICS_STREAM_FIN_WAIT_2);
        break;
    case ICS_STREAM_CLOSING:
        ics_stream_move(self, now_ns, ICS_STREAM_TIME_WAIT);
        break;
    case ICS_STREAM_LAST_ACK:
        ics_stream_break(self, now_ns, 0);
        break;
    case ICS_STREAM_CLOSED:
    case ICS_STREAM_LISTEN:
    case ICS_STREAM_SYN_SENT:
    case ICS_STREAM_SYN_RECEIVED:
    case ICS_STREAM_ESTABLISHED:
    case ICS_STREAM_FIN_WAIT_2:
    case ICS_STREAM_CLOSE_WAIT:
    case ICS_STREAM_TIME_WAIT:
    case ICS_STREAM_N_STATES:
        break;
    }
}

/* Fifth. */
static IcsStreamVerdict stream_input_ack(IcsStream *self, int64_t now_ns,
                                         const StreamSegment *segment)
{
    if ((segment->flags & ICS_TCP_ACK) == 0) {
        return ICS_STREAM_VERDICT_UNEXPECTED;
    }
    if (self->state == ICS_STREAM_SYN_RECEIVED) {
        if (segment->ack <= self->send.una || segment->ack > self->send.next) {
            ics_stream_reject(self, segment->header->acknowledgement);
            return ICS_STREAM_VERDICT_BAD_ACK;
        }
        ics_stream_establish(self, now_ns, segment->sequence, segment->ack, segment->header);
    }
    if (!stream_input_ack_is_credible(self, segment->ack)) {
        stream_input_challenge(self, now_ns);
        return ICS_STREAM_VERDICT_BAD_ACK;
    }
    ics_stream_take_ack(self, now_ns, segment->sequence, segment->ack, segment->arrival);
    if (ics_stream_fin_acked(self)) {
        stream_input_fin_acked(self, now_ns);
    }
    return ICS_STREAM_VERDICT_ACCEPTED;
}

/* RFC 3168, section 6.1.3: CE is echoed until the sender says CWR, and again for a CE after it. A
 * sender that has reduced its window may have room for one segment only: its acknowledgement does
 * not wait (Linux and FreeBSD agree). */
static void stream_input_congestion(IcsStream *self, const StreamSegment *segment)
{
    if (!self->agreed.ecn) {
        return;
    }
    if ((segment->flags & ICS_TCP_CWR) != 0) {
        self->receive.ece = false;
        self->wanted.ack |= segment->arrival->payload_bytes > 0;
    }
    if (segment->arrival->congestion_experienced && segment->arrival->payload_bytes > 0) {
        self->receive.ece = true;
    }
}

static IcsStreamVerdict stream_input_segment(IcsStream *self, int64_t now_ns,
                                             StreamSegment *segment)
{
    if (!stream_input_repeated_syn(self, segment)) {
        return ICS_STREAM_VERDICT_DUPLICATE;
    }
    IcsStreamVerdict verdict = stream_input_sequence(self, now_ns, segment);
    if (verdict != ICS_STREAM_VERDICT_ACCEPTED) {
        return verdict;
    }
    verdict = stream_input_rst(self, now_ns, segment);
    if (verdict != ICS_STREAM_VERDICT_ACCEPTED) {
        return verdict;
    }
    verdict = stream_input_syn(self, now_ns, segment);
    if (verdict != ICS_STREAM_VERDICT_ACCEPTED) {
        return verdict;
    }
    verdict = stream_input_ack(self, now_ns, segment);
    if (verdict != ICS_STREAM_VERDICT_ACCEPTED || self->state == ICS_STREAM_CLOSED) {
        return verdict;
    }
    /* R3 of RFC 7323, section 5.3, but not from who does not know our numbers. */
    ics_stream_note_timestamp(self, now_ns, segment->sequence, segment->header);
    stream_input_congestion(self, segment);
    return ics_stream_take_data(self, now_ns, segment->sequence, segment->arrival);
}

IcsStreamVerdict ics_stream_input(IcsStream *self, int64_t now_ns, const IcsStreamArrival *arrival)
{
    const IcsTcpHeader *header = arrival->header;
    self->counters.segments_in++;
    if (self->state == ICS_STREAM_CLOSED || self->state == ICS_STREAM_LISTEN) {
        return ICS_STREAM_VERDICT_UNEXPECTED;
    }
    self->timers.heard_ns = now_ns;
    self->timers.keep_alive_unanswered = 0;
    IcsStreamVerdict verdict;
    if (self->state == ICS_STREAM_SYN_SENT) {
        verdict = ics_stream_arrive_in_syn_sent(self, now_ns, arrival);
    } else {
        StreamSegment segment = {
            .arrival = arrival,
            .header = header,
            .sequence = ics_sequence_extend(self->receive.next, header->sequence),
            .ack = ics_sequence_extend(self->send.una, header->acknowledgement),
            .length = arrival->payload_bytes + ((header->flags & ICS_TCP_SYN) != 0) +
                      ((header->flags & ICS_TCP_FIN) != 0),
            .flags = header->flags,
        };
        verdict = stream_input_segment(self, now_ns, &segment);
    }
    return verdict;
}
