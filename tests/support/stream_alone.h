/* Machine A of a pair whose peer is the test: nothing reaches B, and what B would send is injected.
 * Options, delayed ACKs and window scaling are off and the receive buffer has 5000 bytes, so that
 * what A sends is short to read:
 *
 *     A > B . 1:1(0) ack 1 win 5000
 *
 * Numbers are relative: A's SYN is 0, its first byte 1; so are the peer's. */
#ifndef ICS_TESTS_SUPPORT_STREAM_ALONE_H
#define ICS_TESTS_SUPPORT_STREAM_ALONE_H

#include "tests/support/stream_pair.h"

/* A fresh A, CLOSED. */
IcsStreamPair *ics_stream_alone_new(void);
/* The same in that state, by the usual way there: SYN-RECEIVED, and no other, by a passive open.
 * The trace is empty. LISTEN: CLOSED, but a SYN is accepted. */
IcsStreamPair *ics_stream_alone_in(IcsStreamState state);
/* Brings a fresh A, whose configuration may have been changed, to that state. */
void ics_stream_alone_bring(IcsStreamPair *self, IcsStreamState state);

/* The peer's segment, with a window of 1000; what A answered last, "" for nothing. */
const char *ics_stream_alone_hear(IcsStreamPair *self, uint8_t flags, uint32_t sequence,
                                  uint32_t acknowledgement, uint32_t payload_bytes);
IcsStreamState ics_stream_alone_state(IcsStreamPair *self);
/* The state's name, for messages that can be read. */
const char *ics_stream_alone_state_name(IcsStreamPair *self);
/* What A has sent since the last call, all lines but without times. */
const char *ics_stream_alone_said(IcsStreamPair *self);

#endif
