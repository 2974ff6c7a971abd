/* A reliable byte stream between two hosts: TCP (RFC 9293 and what docs/STREAM.md lists) as a
 * machine without I/O. It is told the time, what has arrived and what its user asks for; it says
 * what shall be sent now, and when it must be called next:
 *
 *     verdict = ics_stream_input(stream, now, &arrival);
 *     while (ics_stream_output(stream, now, &departure)) send(&departure);
 *     arm(ics_stream_deadline_ns(stream));   then: ics_stream_expire(stream, now), output again
 *
 * After every call that changes it, output is asked until it has no more. One struct is one
 * connection (a TCB); an idle one owns no memory beside it. */
#ifndef ICS_PROTOCOLS_STREAM_STREAM_H
#define ICS_PROTOCOLS_STREAM_STREAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "protocols/stream/byte_ring.h"
#include "protocols/stream/stream_config.h"
#include "protocols/stream/stream_state.h"
#include "protocols/wire/tcp.h"

typedef struct IcsStream IcsStream;
typedef struct IcsChallengeAck IcsChallengeAck;

/* The four numbers that name a connection, in host byte order. */
typedef struct IcsStreamName {
    uint32_t local_address;
    uint32_t peer_address;
    uint16_t local_port;
    uint16_t peer_port;
} IcsStreamName;

/* What a new machine is made from; all is borrowed and outlives it. */
typedef struct IcsStreamSetup {
    const IcsStreamConfig *config;
    IcsStreamName name;
    uint32_t mtu_bytes;          /* of the interface that it uses */
    uint32_t iss;                /* initial send sequence number: ics_isn_number() */
    uint32_t timestamp_offset;   /* added to the clock of its timestamps (RFC 7323, section 5.4) */
    IcsChallengeAck *challenges; /* the host's rate limit */
    IcsBytePool *pool;           /* nullable: where the buffers' memory comes from */
    /* Told of what happens in it; nullable. */
    void (*observe)(IcsStream *self, IcsStreamNote note, int64_t a, int64_t b);
} IcsStreamSetup;

/* A segment that came in; its checksum was right. */
typedef struct IcsStreamArrival {
    const IcsTcpHeader *header;
    const uint8_t *payload;
    uint32_t payload_bytes;
    bool congestion_experienced; /* IP's ECN field was CE */
} IcsStreamArrival;

/* A segment to be sent now. `header` is complete but for what the IP layer knows. */
typedef struct IcsStreamDeparture {
    IcsTcpHeader header;
    IcsByteSpans payload; /* in the stream's ring: until the next call that changes it */
    uint32_t payload_bytes;
    IcsSequence first;      /* of its first byte, SYN or FIN */
    IcsStreamRepeat repeat; /* ICS_STREAM_REPEAT_NONE: for the first time */
    bool ecn_capable;       /* IP's ECN field is to be ECT(0) */
} IcsStreamDeparture;

/* What its user may want to know since it asked last. */
enum {
    ICS_STREAM_READABLE = 1,  /* new data, or end of stream */
    ICS_STREAM_WRITABLE = 2,  /* there is room in the send buffer again */
    ICS_STREAM_CONNECTED = 4, /* it has become ESTABLISHED (or beyond) */
    ICS_STREAM_BROKEN = 8,    /* there is an error: reset, refused, timed out, unreachable */
    ICS_STREAM_ENDED = 16     /* it is CLOSED: nothing more will come or go */
};

/* A machine in state CLOSED. The struct, for whoever embeds it, is in stream_tcb.h. Clear it with
 * ics_stream_clear() before its memory goes. */
void ics_stream_init(IcsStream *self, const IcsStreamSetup *setup);
void ics_stream_clear(IcsStream *self);

/* ---- the user's calls (RFC 9293, section 3.9.1) ---- */

/* Active open: SYN-SENT. */
void ics_stream_open(IcsStream *self, int64_t now_ns);
/* Passive open: a SYN has come for a listener, this machine is to answer it: SYN-RECEIVED. The
 * caller has checked that it is a SYN without RST and ACK. */
void ics_stream_accept(IcsStream *self, int64_t now_ns, const IcsStreamArrival *syn);

/* Takes as many bytes as the send buffer has room for and returns how many (0: none). -ENOTCONN
 * before the connection, -EPIPE after shutdown or close, the connection's error once it is broken.
 */
int64_t ics_stream_write(IcsStream *self, int64_t now_ns, const void *bytes, size_t n);
/* Copies received bytes and frees their room unless `peek`; 0 when there are none, see
 * ics_stream_at_end(). `buffer` nullable: they are thrown away. */
size_t ics_stream_read(IcsStream *self, int64_t now_ns, void *buffer, size_t n, bool peek);

/* No more data will be written: FIN after what is in the send buffer. 0, -ENOTCONN. */
int ics_stream_shutdown(IcsStream *self, int64_t now_ns);
/* No more data will be read either: what arrives is thrown away. */
void ics_stream_shutdown_receive(IcsStream *self, int64_t now_ns);
/* The user is gone: FIN after what is in the send buffer; RST at once when received data is unread
 * (RFC 9293, section 3.6.1), and for data that arrives later. */
void ics_stream_close(IcsStream *self, int64_t now_ns);
/* RST; CLOSED. */
void ics_stream_abort(IcsStream *self, int64_t now_ns);

/* ---- the network ---- */

IcsStreamVerdict ics_stream_input(IcsStream *self, int64_t now_ns, const IcsStreamArrival *arrival);
/* False when there is nothing (more) to be sent at this instant. */
bool ics_stream_output(IcsStream *self, int64_t now_ns, IcsStreamDeparture *departure);
/* The instant at which ics_stream_expire() is due; ICS_TIME_NEVER: never. */
int64_t ics_stream_deadline_ns(const IcsStream *self);
void ics_stream_expire(IcsStream *self, int64_t now_ns);

/* An ICMP error about a segment of this connection whose sequence number was `sequence`
 * (RFC 9293, section 3.9.2.2; RFC 5927): `error` is the positive errno that it means;
 * `mtu_bytes` is over 0 for fragmentation needed. Hard errors break a connection that is being
 * opened; later ones are only remembered. */
void ics_stream_icmp(IcsStream *self, int64_t now_ns, uint32_t sequence, int error,
                     uint32_t mtu_bytes);

/* The reply to a segment that belongs to no connection (RFC 9293, section 3.10.7.1). False when it
 * is a RST itself. */
bool ics_stream_refuse(const IcsStreamArrival *arrival, IcsTcpHeader *reply);

/* ---- questions ---- */

IcsStreamState ics_stream_state(const IcsStream *self);
const IcsStreamName *ics_stream_name(const IcsStream *self);
/* ICS_STREAM_READABLE ... since the last call; forgotten by it. */
uint32_t ics_stream_take_events(IcsStream *self);
/* Bytes that a read would get now. */
size_t ics_stream_readable_bytes(const IcsStream *self);
/* Bytes that a write would take now. */
size_t ics_stream_writable_bytes(const IcsStream *self);
/* Bytes written that are not acknowledged yet, and those of them never sent. */
uint64_t ics_stream_unacknowledged_bytes(const IcsStream *self);
uint64_t ics_stream_unsent_bytes(const IcsStream *self);
/* Everything before the peer's FIN has been read. */
bool ics_stream_at_end(const IcsStream *self);
/* The FIN has been asked for. */
bool ics_stream_is_shut_down(const IcsStream *self);
/* Why it broke: ECONNREFUSED, ECONNRESET, ETIMEDOUT, EHOSTUNREACH ...; 0: it did not. */
int ics_stream_error(const IcsStream *self);
/* The next sequence number that its user will read, and that of the next byte it will write. */
IcsSequence ics_stream_read_position(const IcsStream *self);
IcsSequence ics_stream_write_position(const IcsStream *self);
/* A SYN may start a new incarnation of this connection in TIME-WAIT (RFC 9293, section 3.10.7.4,
 * RFC 6191). */
bool ics_stream_may_be_reused(const IcsStream *self, const IcsStreamArrival *syn);
/* That incarnation takes the place of this one, which is CLOSED then and keeps what is unread.
 * Returns the initial sequence number from which on nothing of this one can be mistaken (RFC 9293,
 * section 3.6.1, MAY-2). */
uint32_t ics_stream_give_way(IcsStream *self, int64_t now_ns);

/* Changes while it runs: those options that sockets can set. */
void ics_stream_set_nagle(IcsStream *self, int64_t now_ns, bool on);
void ics_stream_set_cork(IcsStream *self, int64_t now_ns, bool on);
void ics_stream_set_keep_alive(IcsStream *self, int64_t now_ns, bool on, int64_t idle_ns,
                               int64_t interval_ns, uint32_t probes);
void ics_stream_set_user_timeout(IcsStream *self, int64_t now_ns, int64_t timeout_ns);
void ics_stream_set_buffers(IcsStream *self, int64_t now_ns, uint32_t send_bytes,
                            uint32_t receive_bytes);

/* For reports: what it has measured and done. */
typedef struct IcsStreamFigures {
    int64_t srtt_ns; /* 0: not measured */
    int64_t rto_ns;
    uint64_t cwnd_bytes;
    uint64_t ssthresh_bytes;
    uint64_t in_flight_bytes;
    uint32_t mss_bytes;
    uint64_t segments_out;
    uint64_t segments_in;
    uint64_t repeated_segments;
    uint64_t repeated_bytes;
    uint64_t timeouts;
    uint64_t fast_retransmits;
} IcsStreamFigures;
void ics_stream_figures(const IcsStream *self, IcsStreamFigures *figures);

#endif
