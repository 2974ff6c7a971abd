/* The states of a connection and what an observer of one is told. */
#ifndef ICS_PROTOCOLS_STREAM_STREAM_STATE_H
#define ICS_PROTOCOLS_STREAM_STREAM_STATE_H

#include <stdbool.h>
#include <stdint.h>

/* RFC 9293, section 3.3.2. The numbers enter digests. */
#define ICS_STREAM_STATES(X)                                                                       \
    X(CLOSED, "CLOSED")                                                                            \
    X(LISTEN, "LISTEN")                                                                            \
    X(SYN_SENT, "SYN-SENT")                                                                        \
    X(SYN_RECEIVED, "SYN-RECEIVED")                                                                \
    X(ESTABLISHED, "ESTABLISHED")                                                                  \
    X(FIN_WAIT_1, "FIN-WAIT-1")                                                                    \
    X(FIN_WAIT_2, "FIN-WAIT-2")                                                                    \
    X(CLOSE_WAIT, "CLOSE-WAIT")                                                                    \
    X(CLOSING, "CLOSING")                                                                          \
    X(LAST_ACK, "LAST-ACK")                                                                        \
    X(TIME_WAIT, "TIME-WAIT")

typedef enum {
#define ICS_STREAM_STATE(name, spelling) ICS_STREAM_##name,
    ICS_STREAM_STATES(ICS_STREAM_STATE)
#undef ICS_STREAM_STATE
        ICS_STREAM_N_STATES
} IcsStreamState;

const char *ics_stream_state_name(IcsStreamState state);

/* Why a segment went out again. Name, spelling, meaning. */
#define ICS_STREAM_REPEATS(X)                                                                      \
    X(NONE, "none", "it goes out for the first time")                                              \
    X(SYN, "syn", "the handshake timed out")                                                       \
    X(RTO, "rto", "the retransmission timeout (RFC 6298)")                                         \
    X(FAST, "fast-retransmit", "duplicate acknowledgements (RFC 5681)")                            \
    X(PARTIAL, "partial-ack", "a partial acknowledgement in recovery (RFC 6582)")                  \
    X(SACK, "sack", "a hole in the SACK scoreboard (RFC 6675)")                                    \
    X(RACK, "rack", "something sent later has arrived (RFC 8985)")                                 \
    X(TLP, "tail-loss-probe", "no acknowledgement for two round trips (RFC 8985)")                 \
    X(PROBE, "zero-window-probe", "the peer's window is closed (RFC 9293)")                        \
    X(FIN, "fin", "the FIN timed out")                                                             \
    X(MTU, "path-mtu", "it was larger than the path's MTU (RFC 1191)")

typedef enum {
#define ICS_STREAM_REPEAT(name, spelling, doc) ICS_STREAM_REPEAT_##name,
    ICS_STREAM_REPEATS(ICS_STREAM_REPEAT)
#undef ICS_STREAM_REPEAT
} IcsStreamRepeat;

const char *ics_stream_repeat_name(IcsStreamRepeat repeat);

/* What became of a segment that came in. Name, spelling, meaning. */
#define ICS_STREAM_VERDICTS(X)                                                                     \
    X(ACCEPTED, "accepted", "processed")                                                           \
    X(DUPLICATE, "duplicate", "all its bytes were there already")                                  \
    X(OUT_OF_WINDOW, "out-of-window", "not acceptable by its sequence number")                     \
    X(BAD_ACK, "bad-ack", "acknowledges what was never sent, or far too old")                      \
    X(PAWS, "paws", "its timestamp is older than one seen before (RFC 7323)")                      \
    X(CHALLENGED, "challenged", "a doubtful RST or SYN, answered by an ACK (RFC 5961)")            \
    X(RESET, "reset", "a valid RST: the connection is gone")                                       \
    X(NO_MEMORY, "no-memory", "its data did not fit what the receiver may keep")                   \
    X(UNEXPECTED, "unexpected", "makes no sense in the connection's state")

typedef enum {
#define ICS_STREAM_VERDICT(name, spelling, doc) ICS_STREAM_VERDICT_##name,
    ICS_STREAM_VERDICTS(ICS_STREAM_VERDICT)
#undef ICS_STREAM_VERDICT
} IcsStreamVerdict;

const char *ics_stream_verdict_name(IcsStreamVerdict verdict);

/* What happened in a connection, for observers. */
typedef enum {
    ICS_STREAM_NOTE_STATE,      /* a: old IcsStreamState, b: new */
    ICS_STREAM_NOTE_WINDOW,     /* a: cwnd, b: ssthresh (-1: none yet), in bytes */
    ICS_STREAM_NOTE_ROUND_TRIP, /* a: SRTT, b: RTO, in ns; after a sample or a back-off */
    ICS_STREAM_NOTE_RECOVERY,   /* a: 1 entered, 0 left; b: sequence number of its end (wire) */
    ICS_STREAM_NOTE_SCOREBOARD, /* a: bytes SACKed, b: bytes marked lost */
    ICS_STREAM_NOTE_PEER_WINDOW /* a: bytes that the peer accepts; b: bytes under way */
} IcsStreamNote;

#endif
