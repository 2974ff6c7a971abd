/* SYN-SENT, and how a connection becomes ESTABLISHED (RFC 9293, sections 3.5 and 3.10.7.3). */
#include "protocols/stream/stream_internal.h"

/* -1 when the SYN or SYN-ACK was repeated (Karn), or when both were sent (simultaneous open). */
static int64_t stream_handshake_round_trip_ns(const IcsStream *self, int64_t now_ns)
{
    bool is_measurable = self->timers.syn_sent_ns >= 0 && self->timers.handshake_tries == 0;
    return is_measurable ? now_ns - self->timers.syn_sent_ns : -1;
}

static void stream_handshake_start_recovery(IcsStream *self, int64_t now_ns)
{
    IcsRecoveryPeer peer = {
        .smss_bytes = ics_stream_segment_bytes(self),
        .sack = self->agreed.sack,
        .ecn = self->agreed.ecn,
        .rtt_ns = stream_handshake_round_trip_ns(self, now_ns),
        .syn_repeats = self->timers.handshake_tries,
    };
    ics_stream_note_recovery(self, ics_recovery_established(&self->recovery, now_ns, &peer));
}

void ics_stream_establish(IcsStream *self, int64_t now_ns, IcsSequence sequence, IcsSequence ack,
                          const IcsTcpHeader *header)
{
    self->send.una = ack;
    self->wanted.syn = false;
    stream_handshake_start_recovery(self, now_ns);
    ics_stream_update_send_window(self, now_ns, sequence, ack, header);
    ics_stream_move(self, now_ns, ICS_STREAM_ESTABLISHED);
    if (self->send.fin_asked) {
        ics_stream_move(self, now_ns, ICS_STREAM_FIN_WAIT_1);
    }
}

/* The peer's SYN, whatever else comes with it. What may lie beyond it was not announced a window
 * yet; it is taken if the connection is ESTABLISHED by it, else the peer sends it again. */
static void stream_handshake_take_syn(IcsStream *self, int64_t now_ns, const IcsTcpHeader *syn)
{
    IcsStreamReceiving *receive = &self->receive;
    receive->irs = ics_sequence_first(syn->sequence);
    receive->next = receive->irs + 1;
    receive->read = receive->next;
    receive->acked = receive->irs;
    receive->edge = receive->next + MIN(receive->limit, UINT16_MAX);
    ics_byte_ring_init(&receive->ring, receive->next);
    self->send.wl1 = receive->irs;
    ics_stream_agree(self, now_ns, syn);
    ics_reassembly_init(&receive->ranges, (uint32_t)self->config->reassembly_ranges,
                        self->agreed.sack && self->config->use.dsack);
    self->timers.heard_ns = now_ns;
}

void ics_stream_accept(IcsStream *self, int64_t now_ns, const IcsStreamArrival *syn)
{
    g_assert(self->state == ICS_STREAM_CLOSED && self->error == 0);
    self->counters.segments_in++;
    self->passive = true;
    self->timers.syn_sent_ns = now_ns;
    self->wanted.syn = true;
    self->send.next = self->send.iss + 1;
    stream_handshake_take_syn(self, now_ns, syn->header);
    ics_stream_update_send_window(self, now_ns, self->receive.irs, self->send.una, syn->header);
    ics_stream_move(self, now_ns, ICS_STREAM_SYN_RECEIVED);
    ics_stream_arm_handshake(self, now_ns);
}

void ics_stream_answer_syn_again(IcsStream *self, const IcsTcpHeader *syn)
{
    self->wanted.syn = true;
    self->timers.syn_sent_ns = -1; /* which of them the peer will acknowledge is not known: Karn */
    /* RFC 3168, section 6.1.1.1: a peer that does without ECN now shall not be sent ECT. */
    self->agreed.ecn = self->agreed.ecn && ics_stream_is_ecn_setup(syn);
    self->send.ecn_capable = self->agreed.ecn;
}

/* Fourth: SYN without ACK: both ends have opened (RFC 9293, figure 7). */
static IcsStreamVerdict stream_handshake_cross(IcsStream *self, int64_t now_ns,
                                               const IcsTcpHeader *syn)
{
    stream_handshake_take_syn(self, now_ns, syn);
    ics_stream_update_send_window(self, now_ns, self->receive.irs, self->send.una, syn);
    self->timers.syn_sent_ns = -1;
    self->wanted.syn = true;
    ics_stream_move(self, now_ns, ICS_STREAM_SYN_RECEIVED);
    ics_stream_arm_handshake(self, now_ns);
    return ICS_STREAM_VERDICT_ACCEPTED;
}

/* Fourth: SYN with ACK, and what comes with it from the sixth step on. */
static IcsStreamVerdict stream_handshake_complete(IcsStream *self, int64_t now_ns,
                                                  const IcsStreamArrival *arrival, IcsSequence ack)
{
    stream_handshake_take_syn(self, now_ns, arrival->header);
    ics_stream_establish(self, now_ns, self->receive.irs, ack, arrival->header);
    self->wanted.ack = true;
    return ics_stream_take_data(self, now_ns, self->receive.next, arrival);
}

IcsStreamVerdict ics_stream_arrive_in_syn_sent(IcsStream *self, int64_t now_ns,
                                               const IcsStreamArrival *arrival)
{
    const IcsTcpHeader *header = arrival->header;
    bool has_ack = (header->flags & ICS_TCP_ACK) != 0;
    bool has_rst = (header->flags & ICS_TCP_RST) != 0;
    IcsSequence ack = ics_sequence_extend(self->send.next, header->acknowledgement);
    /* First: the ACK. */
    if (has_ack && (ack <= self->send.iss || ack > self->send.next)) {
        if (!has_rst) {
            ics_stream_reject(self, header->acknowledgement);
        }
        return ICS_STREAM_VERDICT_BAD_ACK;
    }
    /* Second: the RST, which counts only with an ACK of our SYN (RFC 5961, section 3.2). */
    if (has_rst) {
        if (!has_ack) {
            return ICS_STREAM_VERDICT_UNEXPECTED;
        }
        ics_stream_break(self, now_ns, ECONNREFUSED);
        return ICS_STREAM_VERDICT_RESET;
    }
    /* Third: security; there is none. Fifth: neither SYN nor RST. */
    if ((header->flags & ICS_TCP_SYN) == 0) {
        return ICS_STREAM_VERDICT_UNEXPECTED;
    }
    if (has_ack) {
        return stream_handshake_complete(self, now_ns, arrival, ack);
    }
    return stream_handshake_cross(self, now_ns, header);
}
