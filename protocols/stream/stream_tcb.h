/* The transmission control block: what a connection remembers (RFC 9293, section 3.3.1). Only the
 * files of this folder look inside; others include this to embed it. */
#ifndef ICS_PROTOCOLS_STREAM_STREAM_TCB_H
#define ICS_PROTOCOLS_STREAM_STREAM_TCB_H

#include "protocols/stream/byte_ring.h"
#include "protocols/stream/reassembly.h"
#include "protocols/stream/recovery.h"
#include "protocols/stream/sequence.h"
#include "protocols/stream/stream.h"

/* The sending side. SND.UNA <= SND.NXT <= end (+ 1 with the FIN). */
typedef struct IcsStreamSending {
    IcsByteRing ring;    /* bytes from SND.UNA to end */
    IcsSequence iss;     /* of the SYN */
    IcsSequence una;     /* SND.UNA */
    IcsSequence next;    /* SND.NXT: it never goes back; repetitions are recovery's business */
    IcsSequence end;     /* one past the last byte written; the FIN's number once it is asked for */
    IcsSequence wl1;     /* SND.WL1 */
    IcsSequence wl2;     /* SND.WL2 */
    uint64_t window;     /* SND.WND in bytes, scaled */
    uint64_t max_window; /* the largest that the peer ever announced (Nagle, SWS, RFC 5961) */
    uint32_t limit;      /* of the ring, in bytes */
    uint32_t mss;      /* largest payload without options (RFC 6691): min(peer's, path MTU - 40) */
    uint32_t peer_mss; /* announced by the peer, or 536 */
    uint32_t path_mtu;
    uint8_t window_shift; /* Snd.Wind.Shift: how the peer's window field is to be read */
    bool fin_asked : 1;   /* the user has closed its half */
    bool corked : 1;      /* TCP_CORK: only full segments */
    bool nagle : 1;
    bool was_full : 1;      /* a write did not fit: tell the user when there is room */
    bool cwr_to_send : 1;   /* RFC 3168: set CWR on the next new data */
    bool ecn_capable : 1;   /* new data has ECT(0) */
    bool probe_refused : 1; /* the peer has answered the last probe and not taken it */
    IcsSequence small_end;  /* Minshall: end of the last segment sent that was not full */
} IcsStreamSending;

/* The receiving side. */
typedef struct IcsStreamReceiving {
    IcsByteRing ring;         /* bytes from `read`, with holes from `next` on */
    IcsReassembly ranges;     /* what is there beyond `next` */
    IcsSequence irs;          /* of the peer's SYN */
    IcsSequence next;         /* RCV.NXT */
    IcsSequence read;         /* the first byte that the user has not read */
    IcsSequence edge;         /* right edge of the window announced last: it never shrinks */
    IcsSequence fin;          /* the peer's FIN's number, when has_fin */
    IcsSequence acked;        /* Last.ACK.sent (RFC 7323) */
    uint32_t limit;           /* of the ring, in bytes */
    uint32_t largest_segment; /* seen from the peer: what delayed ACKs count as a full one */
    uint32_t ts_recent;
    int64_t ts_recent_ns;   /* when it was set (24 days: RFC 7323, section 5.5) */
    uint32_t unacked_bytes; /* in order, arrived since the last ACK went out */
    uint8_t window_shift;   /* Rcv.Wind.Shift */
    bool has_fin : 1;       /* a FIN was seen (perhaps beyond a hole) */
    bool fin_taken : 1;     /* RCV.NXT went over it */
    bool shut_down : 1;     /* data is thrown away */
    bool ece : 1;           /* RFC 3168: echo until CWR comes */
} IcsStreamReceiving;

/* Agreed on by the SYNs. */
typedef struct IcsStreamAgreed {
    bool sack : 1;
    bool timestamps : 1;
    bool window_scaling : 1;
    bool ecn : 1;
} IcsStreamAgreed;

/* Instants, ICS_TIME_NEVER when not set; retransmission has its own in `recovery`. */
typedef struct IcsStreamTimers {
    int64_t delayed_ack_ns;
    int64_t persist_ns; /* zero-window probe, or SWS override */
    int64_t keep_alive_ns;
    int64_t handshake_ns;     /* SYN or SYN-ACK again */
    int64_t linger_ns;        /* TIME-WAIT's end, or FIN-WAIT-2's */
    int64_t user_ns;          /* RFC 9293, section 3.8.3: unacknowledged for too long */
    int64_t unacked_since_ns; /* the oldest unacknowledged byte, or the last progress */
    int64_t syn_sent_ns;      /* the first SYN or SYN-ACK; -1: its round trip cannot be measured */
    int64_t heard_ns;         /* the last segment from the peer */
    int64_t answered_ns;      /* the last answer to an unacceptable segment without data */
    int64_t keep_alive_idle_ns;
    int64_t keep_alive_interval_ns;
    int64_t user_timeout_ns;
    uint8_t keep_alive_probes; /* allowed */
    uint8_t keep_alive_unanswered;
    uint8_t persist_backoff;
    uint32_t unanswered;     /* probes of a closed window, since the last ACK */
    uint8_t handshake_tries; /* repetitions of the SYN or SYN-ACK */
    bool keep_alive : 1;
} IcsStreamTimers;

/* What output() has to send beside data. */
typedef struct IcsStreamWanted {
    bool ack : 1;     /* now */
    bool syn : 1;     /* SYN or SYN-ACK, by the state */
    bool rst : 1;     /* a CLOSED machine sends it too, and then nothing more */
    bool rst_ack : 1; /* it has ACK of RCV.NXT; else the wire's ACK field is 0 */
    bool probe : 1;   /* one byte beyond a closed window */
    bool keep_alive_probe : 1;
    bool override : 1; /* a silly segment has waited long enough (RFC 9293, section 3.8.6.2.1) */
    IcsSequence rst_sequence; /* of the RST */
} IcsStreamWanted;

typedef struct IcsStreamCounters {
    uint64_t segments_out;
    uint64_t segments_in;
    uint64_t repeated_segments;
    uint64_t repeated_bytes;
} IcsStreamCounters;

struct IcsStream {
    const IcsStreamConfig *config;
    void (*observe)(IcsStream *self, IcsStreamNote note, int64_t a, int64_t b);
    IcsChallengeAck *challenges;
    IcsStreamName name;
    IcsStreamState state;
    int error;       /* positive errno; 0: none */
    int soft_error;  /* by ICMP, told if it times out (RFC 9293, section 3.9.2.2) */
    uint32_t events; /* ICS_STREAM_READABLE ..., to be taken */
    uint32_t mtu_bytes;
    uint32_t timestamp_offset;
    bool passive : 1;   /* it came from LISTEN: a RST in SYN-RECEIVED goes back there */
    bool user_gone : 1; /* ics_stream_close(): nobody reads any more */
    IcsStreamAgreed agreed;
    IcsStreamSending send;
    IcsStreamReceiving receive;
    IcsRecovery recovery;
    IcsStreamTimers timers;
    IcsStreamWanted wanted;
    IcsStreamCounters counters;
};

#endif
