#include "protocols/stream/stream_internal.h"

/* A process that waits for room is told when a third of the buffer is free, not for every ACK. */
#define STREAM_ACK_ROOM_DIVISOR 3

void ics_stream_note_recovery(IcsStream *self, uint32_t changed)
{
    const IcsRecovery *recovery = &self->recovery;
    if (changed & ICS_RECOVERY_REDUCED) {
        self->send.cwr_to_send = self->agreed.ecn;
    }
    if (self->observe == NULL) {
        return;
    }
    if (changed & ICS_RECOVERY_CHANGED_ROUND_TRIP) {
        ics_stream_note(self, ICS_STREAM_NOTE_ROUND_TRIP, recovery->rto.srtt_ns,
                        ics_recovery_rto_ns(recovery));
    }
    if (changed & ICS_RECOVERY_CHANGED_SCOREBOARD) {
        ics_stream_note(self, ICS_STREAM_NOTE_SCOREBOARD,
                        (int64_t)ics_recovery_sacked_bytes(recovery),
                        (int64_t)ics_recovery_lost_bytes(recovery));
    }
    if (changed & (ICS_RECOVERY_ENTERED | ICS_RECOVERY_LEFT)) {
        ics_stream_note(self, ICS_STREAM_NOTE_RECOVERY, recovery->phase != ICS_RECOVERY_OPEN,
                        ics_sequence_wire(recovery->recovery_end));
    }
    if (changed & ICS_RECOVERY_CHANGED_WINDOW) {
        uint64_t ssthresh_bytes = ics_recovery_ssthresh_bytes(recovery);
        ics_stream_note(self, ICS_STREAM_NOTE_WINDOW, (int64_t)ics_recovery_cwnd_bytes(recovery),
                        ssthresh_bytes == ICS_SSTHRESH_NONE ? -1 : (int64_t)ssthresh_bytes);
    }
}

/* RFC 5681, section 2: the five conditions. */
static bool stream_ack_is_duplicate(const IcsStream *self, IcsSequence ack,
                                    const IcsStreamArrival *arrival)
{
    const IcsTcpHeader *header = arrival->header;
    const IcsStreamSending *send = &self->send;
    return ack == send->una && !ics_recovery_is_idle(&self->recovery) &&
           arrival->payload_bytes == 0 && (header->flags & (ICS_TCP_SYN | ICS_TCP_FIN)) == 0 &&
           (uint64_t)header->window << send->window_shift == send->window;
}

/* When the tick began that the echoed timestamp names; -1: it names none of this connection. */
static int64_t stream_ack_echo_ns(const IcsStream *self, int64_t now_ns, const IcsTcpHeader *header)
{
    if (!self->agreed.timestamps || !header->options.has_timestamps) {
        return -1;
    }
    int64_t now_ticks = now_ns / ICS_RECOVERY_TIMESTAMP_TICK_NS;
    uint32_t age_ticks = ics_stream_timestamp(self, now_ns) - header->options.timestamp_echo;
    if (age_ticks > now_ticks) {
        return -1;
    }
    return (now_ticks - age_ticks) * ICS_RECOVERY_TIMESTAMP_TICK_NS;
}

/* Blocks beyond what was sent, or without bytes, are nobody's. */
static uint32_t stream_ack_sack_blocks(const IcsStream *self, const IcsTcpOptions *options,
                                       IcsSequenceRange blocks[])
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < options->n_sack_blocks; i++) {
        IcsSequenceRange block = {
            .first = ics_sequence_extend(self->send.una, options->sack_blocks[i].first),
            .end = ics_sequence_extend(self->send.una, options->sack_blocks[i].end),
        };
        if (!ics_sequence_range_is_empty(block) && block.end <= self->send.next) {
            blocks[n++] = block;
        }
    }
    return n;
}

static void stream_ack_tell_recovery(IcsStream *self, int64_t now_ns, IcsSequence ack,
                                     const IcsStreamArrival *arrival)
{
    const IcsTcpHeader *header = arrival->header;
    IcsSequenceRange blocks[ICS_TCP_SACK_BLOCKS_MAX];
    IcsRecoveryAck event = {
        .ack = ack,
        .sack = blocks,
        .echo_ns = stream_ack_echo_ns(self, now_ns, header),
        .is_duplicate = stream_ack_is_duplicate(self, ack, arrival),
        .ece = self->agreed.ecn && (header->flags & ICS_TCP_ECE) != 0,
    };
    if (self->agreed.sack && header->options.n_sack_blocks > 0) {
        event.n_sack = stream_ack_sack_blocks(self, &header->options, blocks);
    }
    uint32_t changed = ics_recovery_acknowledged(&self->recovery, now_ns, &event);
    if (changed != 0) {
        ics_stream_note_recovery(self, changed);
    }
}

/* Nothing is outstanding, and it says nothing of what was: most segments that carry data to here.
 */
static bool stream_ack_is_idle_talk(const IcsStream *self, bool is_new, const IcsTcpHeader *header)
{
    return !is_new && ics_recovery_is_idle(&self->recovery) && header->options.n_sack_blocks == 0 &&
           (header->flags & ICS_TCP_ECE) == 0;
}

static void stream_ack_free_room(IcsStream *self)
{
    IcsStreamSending *send = &self->send;
    ics_byte_ring_drop(&send->ring, MIN(send->una, send->end));
    if (send->was_full) {
        uint64_t used_bytes = ics_byte_ring_bytes(&send->ring);
        if (used_bytes + send->limit / STREAM_ACK_ROOM_DIVISOR <= send->limit) {
            send->was_full = false;
            self->events |= ICS_STREAM_WRITABLE;
        }
    }
}

bool ics_stream_take_ack(IcsStream *self, int64_t now_ns, IcsSequence sequence, IcsSequence ack,
                         const IcsStreamArrival *arrival)
{
    IcsStreamSending *send = &self->send;
    bool is_new = ack > send->una;
    /* A byte that probed a closed window was not recovery's. */
    if (ack > self->recovery.nxt) {
        ics_recovery_skip(&self->recovery, ack);
    }
    if (!stream_ack_is_idle_talk(self, is_new, arrival->header)) {
        stream_ack_tell_recovery(self, now_ns, ack, arrival);
    }
    if (is_new) {
        send->una = ack;
        stream_ack_free_room(self);
    }
    /* An answer to a probe is progress, too: the peer lives (RFC 9293, section 3.8.6.1). */
    if (is_new || send->window == 0) {
        self->timers.unacked_since_ns = now_ns;
    }
    self->timers.unanswered = 0;
    if (ack >= send->una) {
        ics_stream_update_send_window(self, now_ns, sequence, ack, arrival->header);
    }
    send->probe_refused = send->una == self->recovery.nxt && send->window == 0;
    return is_new;
}
