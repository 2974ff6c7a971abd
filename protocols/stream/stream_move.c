/* The state of a connection and its only changes (RFC 9293, section 3.3.2, figure 5).
 *
 *                             +---------+ ---------\      active OPEN
 *                             |  CLOSED |            \    -----------
 *                             +---------+<---------\   \   create TCB
 *                               |     ^              \   \  snd SYN
 *                  passive OPEN |     |   CLOSE        \   \
 *                  ------------ |     | ----------       \   \
 *                   create TCB  |     | delete TCB         \   \
 *                               V     |                      \   \
 *           rcv RST (note 1)  +---------+            CLOSE    |    \
 *        -------------------->|  LISTEN |          ---------- |     |
 *       /                     +---------+          delete TCB |     |
 *      /           rcv SYN      |     |     SEND              |     |
 *     /           -----------   |     |    -------            |     V
 * +--------+      snd SYN,ACK  /       \   snd SYN          +--------+
 * |        |<-----------------           ------------------>|        |
 * |  SYN   |                    rcv SYN                     |  SYN   |
 * |  RCVD  |<-----------------------------------------------|  SENT  |
 * |        |                  snd SYN,ACK                   |        |
 * |        |------------------           -------------------|        |
 * +--------+   rcv ACK of SYN  \       /  rcv SYN,ACK       +--------+
 *    |         --------------   |     |   -----------
 *    |                x         |     |     snd ACK
 *    |                          V     V
 *    |  CLOSE                 +---------+
 *    | -------                |  ESTAB  |
 *    | snd FIN                +---------+
 *    |                 CLOSE    |     |    rcv FIN
 *    V                -------   |     |    -------
 * +---------+         snd FIN  /       \   snd ACK         +---------+
 * |  FIN    |<----------------          ------------------>|  CLOSE  |
 * | WAIT-1  |------------------                            |   WAIT  |
 * +---------+          rcv FIN  \                          +---------+
 *   | rcv ACK of FIN   -------   |                          CLOSE  |
 *   | --------------   snd ACK   |                         ------- |
 *   V        x                   V                         snd FIN V
 * +---------+               +---------+                    +---------+
 * |FINWAIT-2|               | CLOSING |                    | LAST-ACK|
 * +---------+               +---------+                    +---------+
 *   |              rcv ACK of FIN |                 rcv ACK of FIN |
 *   |  rcv FIN     -------------- |    Timeout=2MSL -------------- |
 *   |  -------            x       V    ------------        x       V
 *    \ snd ACK              +---------+delete TCB          +---------+
 *      -------------------->|TIME-WAIT|------------------->| CLOSED  |
 *                           +---------+                    +---------+
 *
 * Note 1: to LISTEN after a passive open; after an active one the connection is CLOSED. A machine
 * is one connection: LISTEN is its listener's, and the machine of a passive open is CLOSED.
 *
 * Not in the figure: a RST, an ABORT and the user timeout lead from every state to CLOSED. A CLOSE
 * in SYN-RECEIVED waits here until the SYN is acknowledged; then ESTABLISHED and FIN-WAIT-1 follow
 * at one instant. */
#include "protocols/stream/stream_internal.h"

static void stream_move_stop_timers(IcsStream *self)
{
    IcsStreamTimers *timers = &self->timers;
    timers->delayed_ack_ns = ICS_TIME_NEVER;
    timers->persist_ns = ICS_TIME_NEVER;
    timers->keep_alive_ns = ICS_TIME_NEVER;
    timers->handshake_ns = ICS_TIME_NEVER;
    timers->linger_ns = ICS_TIME_NEVER;
    timers->user_ns = ICS_TIME_NEVER;
}

/* What the user has not read stays. */
static void stream_move_to_closed(IcsStream *self)
{
    stream_move_stop_timers(self);
    self->wanted = (IcsStreamWanted){0};
    ics_recovery_clear(&self->recovery);
    ics_byte_ring_clear(&self->send.ring);
    ics_reassembly_clear(&self->receive.ranges);
    if (self->receive.read == ics_stream_readable_end(self)) {
        ics_byte_ring_clear(&self->receive.ring);
    }
    self->events |= ICS_STREAM_ENDED | ICS_STREAM_READABLE | ICS_STREAM_WRITABLE;
}

void ics_stream_limit_fin_wait_2(IcsStream *self, int64_t now_ns)
{
    int64_t limit_ns = self->config->times.fin_wait_2_ns;
    if (self->state == ICS_STREAM_FIN_WAIT_2 && self->user_gone && limit_ns > 0) {
        self->timers.linger_ns = now_ns + limit_ns;
    }
}

void ics_stream_move(IcsStream *self, int64_t now_ns, IcsStreamState to)
{
    IcsStreamState from = self->state;
    self->state = to;
    switch (to) {
    case ICS_STREAM_CLOSED:
        stream_move_to_closed(self);
        break;
    case ICS_STREAM_ESTABLISHED:
        self->timers.handshake_ns = ICS_TIME_NEVER;
        self->timers.user_ns = ICS_TIME_NEVER;
        self->events |= ICS_STREAM_CONNECTED | ICS_STREAM_WRITABLE;
        break;
    case ICS_STREAM_FIN_WAIT_2:
        ics_stream_limit_fin_wait_2(self, now_ns);
        break;
    case ICS_STREAM_TIME_WAIT:
        stream_move_stop_timers(self);
        ics_stream_arm_time_wait(self, now_ns);
        break;
    case ICS_STREAM_LISTEN:
    case ICS_STREAM_SYN_SENT:
    case ICS_STREAM_SYN_RECEIVED:
    case ICS_STREAM_FIN_WAIT_1:
    case ICS_STREAM_CLOSE_WAIT:
    case ICS_STREAM_CLOSING:
    case ICS_STREAM_LAST_ACK:
    case ICS_STREAM_N_STATES:
        break;
    }
    ics_stream_note(self, ICS_STREAM_NOTE_STATE, from, to);
}

void ics_stream_break(IcsStream *self, int64_t now_ns, int error)
{
    if (self->state == ICS_STREAM_CLOSED) {
        return;
    }
    if (error != 0) {
        self->error = error;
        self->events |= ICS_STREAM_BROKEN;
    }
    if (error == ECONNRESET || error == ECONNABORTED) {
        ics_byte_ring_clear(&self->receive.ring);
        self->receive.read = ics_stream_readable_end(self);
    }
    ics_stream_move(self, now_ns, ICS_STREAM_CLOSED);
}

void ics_stream_reset(IcsStream *self, int64_t now_ns, int error)
{
    IcsSequence sequence = ics_stream_bare_sequence(self);
    ics_stream_break(self, now_ns, error);
    self->wanted.rst = true;
    self->wanted.rst_ack = true;
    self->wanted.rst_sequence = sequence;
}

void ics_stream_reject(IcsStream *self, uint32_t segment_ack)
{
    self->wanted.rst = true;
    self->wanted.rst_ack = false;
    self->wanted.rst_sequence = segment_ack;
}
