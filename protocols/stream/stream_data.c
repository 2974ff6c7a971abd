/* Text and FIN of an acceptable segment (RFC 9293, section 3.10.7.4, seventh and eighth). */
#include "protocols/stream/stream_internal.h"

/* What of a segment is taken: text cut to the window, and its FIN if nothing before it was cut. */
typedef struct StreamText {
    IcsSequenceRange range;
    const uint8_t *bytes; /* of range.first */
    bool has_fin;         /* at range.end */
} StreamText;

static bool stream_data_is_receiving(IcsStreamState state)
{
    return state == ICS_STREAM_ESTABLISHED || state == ICS_STREAM_FIN_WAIT_1 ||
           state == ICS_STREAM_FIN_WAIT_2;
}

/* What came again before RCV.NXT is noted for a D-SACK. The FIN may stand at the window's edge: it
 * needs no room, and a peer that closes while the window is shut is done at once. */
static StreamText stream_data_cut(IcsStream *self, IcsSequence sequence,
                                  const IcsStreamArrival *arrival)
{
    IcsStreamReceiving *receive = &self->receive;
    IcsSequence end = sequence + arrival->payload_bytes;
    IcsSequence edge = receive->next + ics_stream_receive_window(self);
    if (receive->has_fin) {
        edge = MIN(edge, receive->fin);
    }
    StreamText text = {
        .range = {MAX(sequence, receive->next), MIN(end, edge)},
        .has_fin = (arrival->header->flags & ICS_TCP_FIN) != 0 && end <= edge,
    };
    if (sequence < MIN(end, receive->next)) {
        ics_reassembly_note_duplicate(&receive->ranges,
                                      (IcsSequenceRange){sequence, MIN(end, receive->next)});
    }
    if (ics_sequence_range_is_empty(text.range)) {
        text.range.end = text.range.first;
        return text;
    }
    text.bytes = arrival->payload + (text.range.first - sequence);
    return text;
}

/* RCV.NXT has moved: to the user, or away when nobody will read it. */
static void stream_data_deliver(IcsStream *self)
{
    IcsStreamReceiving *receive = &self->receive;
    if (receive->shut_down) {
        receive->read = receive->next;
        ics_byte_ring_drop(&receive->ring, receive->next);
        return;
    }
    self->events |= ICS_STREAM_READABLE;
}

static IcsStreamVerdict stream_data_take_in_order(IcsStream *self, int64_t now_ns,
                                                  const StreamText *text)
{
    IcsStreamReceiving *receive = &self->receive;
    bool had_hole = !ics_reassembly_is_empty(&receive->ranges);
    uint32_t bytes = (uint32_t)ics_sequence_range_bytes(text->range);
    ics_byte_ring_write(&receive->ring, text->range.first, text->bytes, bytes);
    receive->next = ics_reassembly_advance(&receive->ranges, text->range.end);
    stream_data_deliver(self);
    ics_stream_owe_ack(self, now_ns,
                       had_hole ? ICS_STREAM_DATA_FILLED_HOLE : ICS_STREAM_DATA_IN_ORDER, bytes);
    return ICS_STREAM_VERDICT_ACCEPTED;
}

static IcsStreamVerdict stream_data_take_ahead(IcsStream *self, int64_t now_ns,
                                               const StreamText *text)
{
    IcsStreamReceiving *receive = &self->receive;
    uint32_t bytes = (uint32_t)ics_sequence_range_bytes(text->range);
    bool is_kept = ics_reassembly_add(&receive->ranges, text->range);
    if (is_kept) {
        ics_byte_ring_write(&receive->ring, text->range.first, text->bytes, bytes);
    }
    ics_stream_owe_ack(self, now_ns, ICS_STREAM_DATA_OUT_OF_ORDER, bytes);
    return is_kept ? ICS_STREAM_VERDICT_ACCEPTED : ICS_STREAM_VERDICT_NO_MEMORY;
}

static IcsStreamVerdict stream_data_take_text(IcsStream *self, int64_t now_ns,
                                              const StreamText *text)
{
    if (text->range.first == self->receive.next) {
        return stream_data_take_in_order(self, now_ns, text);
    }
    return stream_data_take_ahead(self, now_ns, text);
}

/* Eighth: the FIN is reached. */
static void stream_data_take_fin(IcsStream *self, int64_t now_ns)
{
    IcsStreamReceiving *receive = &self->receive;
    receive->fin_taken = true;
    receive->next = receive->fin + 1;
    self->events |= ICS_STREAM_READABLE;
    ics_stream_owe_ack(self, now_ns, ICS_STREAM_DATA_FILLED_HOLE, 0);
    if (self->state == ICS_STREAM_ESTABLISHED) {
        ics_stream_move(self, now_ns, ICS_STREAM_CLOSE_WAIT);
    } else if (self->state == ICS_STREAM_FIN_WAIT_1) {
        ics_stream_move(self, now_ns, ICS_STREAM_CLOSING);
    } else {
        ics_stream_move(self, now_ns, ICS_STREAM_TIME_WAIT);
    }
}

/* Whether something was kept that lies beyond: then that is no FIN of an honest peer. */
static bool stream_data_has_beyond(const IcsReassembly *ranges, IcsSequence sequence)
{
    return !ics_reassembly_is_empty(ranges) &&
           ics_reassembly_range(ranges, ranges->n_ranges - 1).end > sequence;
}

/* A FIN counts once; one beyond a hole waits for it to be filled. */
static void stream_data_note_fin(IcsStream *self, int64_t now_ns, const StreamText *text)
{
    IcsStreamReceiving *receive = &self->receive;
    if (text->has_fin && !receive->has_fin &&
        !stream_data_has_beyond(&receive->ranges, text->range.end)) {
        receive->has_fin = true;
        receive->fin = text->range.end;
    }
    if (!receive->has_fin) {
        return;
    }
    if (receive->next == receive->fin) {
        stream_data_take_fin(self, now_ns);
    } else if (text->has_fin) {
        self->wanted.ack = true;
    }
}

IcsStreamVerdict ics_stream_take_data(IcsStream *self, int64_t now_ns, IcsSequence sequence,
                                      const IcsStreamArrival *arrival)
{
    bool has_fin = (arrival->header->flags & ICS_TCP_FIN) != 0;
    if (arrival->payload_bytes == 0 && !has_fin) {
        return ICS_STREAM_VERDICT_ACCEPTED;
    }
    if (!stream_data_is_receiving(self->state)) {
        return ICS_STREAM_VERDICT_UNEXPECTED;
    }
    StreamText text = stream_data_cut(self, sequence, arrival);
    bool has_text = !ics_sequence_range_is_empty(text.range);
    /* RFC 9293, section 3.6.1; RFC 2525, section 2.17: the user is gone, the peer must know. */
    if (self->user_gone && has_text) {
        ics_stream_break(self, now_ns, ECONNABORTED);
        ics_stream_reject(self, arrival->header->acknowledgement);
        return ICS_STREAM_VERDICT_UNEXPECTED;
    }
    IcsStreamVerdict verdict = ICS_STREAM_VERDICT_ACCEPTED;
    if (has_text) {
        verdict = stream_data_take_text(self, now_ns, &text);
    } else if (!text.has_fin) {
        self->wanted.ack = true;
        verdict = ICS_STREAM_VERDICT_OUT_OF_WINDOW;
    }
    if (verdict != ICS_STREAM_VERDICT_NO_MEMORY) {
        stream_data_note_fin(self, now_ns, &text);
    }
    return verdict;
}
