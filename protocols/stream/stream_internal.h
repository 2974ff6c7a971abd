/* What the files of the machine call of one another. */
#ifndef ICS_PROTOCOLS_STREAM_STREAM_INTERNAL_H
#define ICS_PROTOCOLS_STREAM_STREAM_INTERNAL_H

#include <errno.h>
#include <glib.h>

#include "protocols/stream/challenge_ack.h"
#include "protocols/stream/stream_tcb.h"
#include "sim/simulation.h"

/* ---- moves (stream_move.c): the only place where the state changes ---- */

/* Tells the observer, sets what each state needs (timers, events) and forgets what it does not. */
void ics_stream_move(IcsStream *self, int64_t now_ns, IcsStreamState to);
/* FIN-WAIT-2 does not last for ever once nobody waits for the peer's FIN: to be called when one of
 * both has come. */
void ics_stream_limit_fin_wait_2(IcsStream *self, int64_t now_ns);
/* The connection is gone: CLOSED with that error (0: none); buffers of the sender are dropped, what
 * the user has not read stays readable unless it was a reset. */
void ics_stream_break(IcsStream *self, int64_t now_ns, int error);
/* Asks for a RST with ics_stream_bare_sequence() and an ACK of RCV.NXT, and breaks. */
void ics_stream_reset(IcsStream *self, int64_t now_ns, int error);
/* Asks for <SEQ=SEG.ACK><CTL=RST>: the reply to a segment that this connection does not own (it
 * stays as it is). */
void ics_stream_reject(IcsStream *self, uint32_t segment_ack);

static inline void ics_stream_note(IcsStream *self, IcsStreamNote note, int64_t a, int64_t b)
{
    if (self->observe != NULL) {
        self->observe(self, note, a, b);
    }
}

/* SYN was sent and acknowledged, and so was everything up to it. */
static inline bool ics_stream_is_synchronized(const IcsStream *self)
{
    return self->state >= ICS_STREAM_ESTABLISHED;
}

/* The FIN has been sent / acknowledged. */
static inline bool ics_stream_fin_sent(const IcsStream *self)
{
    return self->send.fin_asked && self->send.next > self->send.end;
}
static inline bool ics_stream_fin_acked(const IcsStream *self)
{
    return self->send.fin_asked && self->send.una > self->send.end;
}

/* One past the last byte that the user can read. */
static inline IcsSequence ics_stream_readable_end(const IcsStream *self)
{
    return self->receive.fin_taken ? self->receive.fin : self->receive.next;
}

/* ---- the handshake (stream_handshake.c) ---- */

/* RFC 9293, section 3.10.7.3: an arrival in SYN-SENT. */
IcsStreamVerdict ics_stream_arrive_in_syn_sent(IcsStream *self, int64_t now_ns,
                                               const IcsStreamArrival *arrival);
/* The peer has acknowledged our SYN by a segment with these numbers: ESTABLISHED, and on to
 * FIN-WAIT-1 if the user has closed meanwhile. */
void ics_stream_establish(IcsStream *self, int64_t now_ns, IcsSequence sequence, IcsSequence ack,
                          const IcsTcpHeader *header);

/* The peer's SYN has come again in SYN-RECEIVED: so does our answer. */
void ics_stream_answer_syn_again(IcsStream *self, const IcsTcpHeader *syn);

/* ---- options (stream_options.c) ---- */

/* RFC 3168, section 6.1.1: an ECN-setup SYN has ECE and CWR, an ECN-setup SYN-ACK only ECE. */
bool ics_stream_is_ecn_setup(const IcsTcpHeader *syn);

/* Those of our SYN or SYN-ACK; `reply`: only what the peer has offered. */
void ics_stream_offer_options(const IcsStream *self, int64_t now_ns, bool reply, IcsTcpHeader *out);
/* The peer's SYN: what is agreed on, its MSS, its shift. Sets send.mss and recovery's SMSS. */
void ics_stream_agree(IcsStream *self, int64_t now_ns, const IcsTcpHeader *syn);
/* Options of every other segment: timestamps, SACK blocks when `sack`. */
void ics_stream_usual_options(IcsStream *self, int64_t now_ns, bool sack, IcsTcpHeader *out);
/* Largest payload of a segment with the options of usual data segments. */
uint32_t ics_stream_segment_bytes(const IcsStream *self);
/* Whether an ACK has SACK blocks now, and the bytes of the option, aligned. */
bool ics_stream_has_sack(const IcsStream *self);
uint32_t ics_stream_sack_bytes(const IcsStream *self);
/* Rcv.Wind.Shift for our SYN, from the size of the receive buffer (RFC 7323, section 2.3). */
void ics_stream_choose_window_shift(IcsStream *self);
/* The timestamp clock: 1 ms of virtual time a tick. */
uint32_t ics_stream_timestamp(const IcsStream *self, int64_t now_ns);
/* Sets send.mss again after a change of the path MTU. */
void ics_stream_set_path_mtu(IcsStream *self, uint32_t mtu_bytes);

/* ---- windows (stream_window.c) ---- */

/* Moves the right edge if the receiver's SWS avoidance allows, and gives the field for a header
 * (not scaled when `syn`). */
uint16_t ics_stream_announce_window(IcsStream *self, bool syn);
/* RCV.WND: from RCV.NXT to the announced edge. */
uint32_t ics_stream_receive_window(const IcsStream *self);
/* The user has read: whether the window shall be announced at once. */
bool ics_stream_window_opened(const IcsStream *self);
/* The sequence number of a segment without data: SND.NXT, or less if the peer's window ends before
 * it. */
IcsSequence ics_stream_bare_sequence(const IcsStream *self);
/* A window in an acceptable segment: SND.WND, WL1, WL2 (RFC 9293, section 3.10.7.4, fifth). */
void ics_stream_update_send_window(IcsStream *self, int64_t now_ns, IcsSequence sequence,
                                   IcsSequence ack, const IcsTcpHeader *header);

/* ---- acknowledgements that come in (stream_ack.c) ---- */

/* The fifth step of RFC 9293, section 3.10.7.4, in a synchronized state: `ack` (extended) is within
 * (or below) what was sent; duplicate ACKs, SACK, ECE, window. Frees the ring, tells recovery and
 * the user. Returns whether it acknowledges anything new. */
bool ics_stream_take_ack(IcsStream *self, int64_t now_ns, IcsSequence sequence, IcsSequence ack,
                         const IcsStreamArrival *arrival);

/* What recovery says that an event has changed (ICS_RECOVERY_CHANGED_WINDOW ...): to the observer,
 * and CWR of RFC 3168. */
void ics_stream_note_recovery(IcsStream *self, uint32_t changed);

/* ---- acknowledgements that go out (stream_ack_policy.c) ---- */

typedef enum {
    ICS_STREAM_DATA_IN_ORDER,
    ICS_STREAM_DATA_FILLED_HOLE, /* all or part of a gap: ACK at once (RFC 5681, section 4.2) */
    ICS_STREAM_DATA_OUT_OF_ORDER,
    ICS_STREAM_DATA_DUPLICATE,
} IcsStreamDataKind;

/* Data (or a FIN) has arrived: now or later? */
void ics_stream_owe_ack(IcsStream *self, int64_t now_ns, IcsStreamDataKind kind, uint32_t bytes);
/* A segment leaves that acknowledges all. */
void ics_stream_ack_is_sent(IcsStream *self);

/* ---- data that comes in (stream_data.c) ---- */

/* The seventh and eighth step: text and FIN of an acceptable segment, which begins at `sequence`
 * and is cut to the window here. */
IcsStreamVerdict ics_stream_take_data(IcsStream *self, int64_t now_ns, IcsSequence sequence,
                                      const IcsStreamArrival *arrival);

/* ---- timestamps (stream_paws.c) ---- */

/* RFC 7323, section 5.3, R1: false when the segment is to be dropped (and acknowledged). */
bool ics_stream_paws_accepts(const IcsStream *self, int64_t now_ns, const IcsTcpHeader *header);
/* R3: TS.Recent, when the segment begins at or before Last.ACK.sent. */
void ics_stream_note_timestamp(IcsStream *self, int64_t now_ns, IcsSequence sequence,
                               const IcsTcpHeader *header);

/* ---- timers (stream_timers.c) ---- */

/* SYN or SYN-ACK goes out: when again. */
void ics_stream_arm_handshake(IcsStream *self, int64_t now_ns);
/* After every ACK and output: persist timer by window and data, user timeout, keep-alive. */
void ics_stream_review_timers(IcsStream *self, int64_t now_ns);
/* TIME-WAIT (again): two MSL from now. */
void ics_stream_arm_time_wait(IcsStream *self, int64_t now_ns);

#endif
