/* TCP of a host: joins the machines of its connections with packets, timers and the table of who
 * receives what. Segments in from IPv4, segments out to it; sockets stand above and are known as
 * IcsTcpUser (of a connection) and IcsTcpPort (bound, perhaps listening). */
#ifndef ICS_PROTOCOLS_STACK_TCP_H
#define ICS_PROTOCOLS_STACK_TCP_H

#include "netmodel/message_marks.h"
#include "protocols/stack/stack.h"
#include "protocols/stream/challenge_ack.h"
#include "protocols/stream/isn.h"
#include "protocols/stream/stream_table.h"
#include "protocols/stream/stream_tcb.h"
#include "sim/timer.h"

/* Connections that may wait for one listener. */
#define ICS_TCP_BACKLOG_MAX 4096

typedef struct IcsTcp IcsTcp;
typedef struct IcsTcpConnection IcsTcpConnection;
typedef struct IcsTcpListener IcsTcpListener;
typedef struct IcsTcpUser IcsTcpUser;
typedef struct IcsTcpPort IcsTcpPort;

/* The fate identities of packets to one peer count here (SEMANTICS, "Fates"). */
typedef struct IcsTcpIdentity {
    uint64_t flow;            /* as of ics_fate_flow() */
    uint64_t next_ordinal[3]; /* by IcsFateClass; those of FIRST are the messages' */
} IcsTcpIdentity;

/* A socket as its connection knows it, embedded in it. */
struct IcsTcpUser {
    /* Something happened: ICS_STREAM_READABLE ...; the connection may be asked, not changed. */
    void (*happened)(IcsTcpUser *self, uint32_t events);
};

/* What reports want to know of a connection beside its machine's figures. */
typedef struct IcsTcpHistory {
    uint64_t id;            /* in its host, from 1 */
    int64_t began_ns;       /* SYN sent or received */
    int64_t established_ns; /* -1: not yet */
    uint64_t cwnd_max_bytes;
    uint64_t written_bytes; /* by its user */
    uint64_t read_bytes;
} IcsTcpHistory;

/* A connection; made when its SYN is sent or received, and gone when it is CLOSED and nobody is its
 * user. */
struct IcsTcpConnection {
    IcsStream stream;
    IcsStreamLink link;
    IcsTimer timer;
    IcsTcp *tcp;
    IcsTcpConnection *previous; /* of all of the host */
    IcsTcpConnection *next;
    const IcsStreamConfig *config; /* a reference */
    IcsTcpUser *user;              /* NULL: not accepted yet, or it has gone */
    IcsTcpListener *listener;      /* while it is half-open or waits to be accepted */
    IcsTcpConnection *next_ready;  /* that waits to be accepted behind it */
    bool is_ready;                 /* it waits to be accepted */
    bool is_passive;               /* it came to a listener */
    bool is_draining;              /* its user waits until ics_tcp_is_drained() */
    IcsTcpIdentity *identity;      /* its own, or while nobody has accepted it the listener's */
    IcsTcpIdentity own;
    uint64_t first_message;    /* ordinal for fates of its user's message 0: 0, unless it goes on
                                  where another connection ended */
    IcsSequence sent_end;      /* what lies before has been sent at least once */
    IcsMessageMarks *sent;     /* a reference; NULL: no message so far */
    IcsMessageMarks *received; /* a reference; NULL: no message so far */
    IcsTcpHistory history;
};

/* A bound port, embedded in a socket, which does not move. Zero-initialised is not bound. */
struct IcsTcpPort {
    IcsStreamBinding binding;
    IcsTcpListener *listener; /* NULL: it does not listen */
};

/* What a listener asks of its socket. */
typedef struct IcsTcpListenerClass {
    /* One more connection waits to be accepted. */
    void (*ready)(IcsTcpPort *port);
    /* The flow of fates for packets to a peer of a connection that nobody has accepted yet. */
    uint64_t (*fate_flow)(const IcsTcpPort *port, uint32_t peer_address);
} IcsTcpListenerClass;

struct IcsTcpListener {
    const IcsTcpListenerClass *klass;
    IcsTcpPort *port;
    const IcsStreamConfig *config; /* of its connections; a reference */
    uint32_t backlog;
    uint32_t n_half_open;
    uint32_t n_ready;
    IcsTcpConnection *first_ready;
    IcsTcpConnection *last_ready;
    GHashTable *identities; /* peer's address -> IcsTcpIdentity, which it owns */
};

/* All of TCP that a host remembers; made when it is needed first. */
struct IcsTcp {
    IcsStack *stack;
    IcsStreamTable table;
    IcsIsn isn;
    IcsChallengeAck challenges;
    const IcsStreamConfig *config; /* of new streams; a reference */
    IcsTcpConnection *connections; /* all, those without a user too */
    uint32_t n_connections;
    uint64_t next_id;
    IcsBytePool buffers;
};

/* The host's TCP, made if need be. Borrowed. */
IcsTcp *ics_tcp_of(IcsStack *stack);
/* NULL as long as nothing needed it. */
IcsTcp *ics_tcp_if_any(const IcsStack *stack);
/* What the host's streams are from now on, those that exist excepted; copied. */
void ics_tcp_configure(IcsStack *stack, const IcsStreamConfig *config);

/* Settings are shared by counted references and never change. A copy with one reference: */
IcsStreamConfig *ics_tcp_config_new(const IcsStreamConfig *config);
const IcsStreamConfig *ics_tcp_config_ref(const IcsStreamConfig *config);
void ics_tcp_config_unref(const IcsStreamConfig *config); /* nullable */

/* ---- ports ---- */

/* Binds; address 0: all, number 0: one that is free. -EADDRINUSE, -EADDRNOTAVAIL. */
int ics_tcp_bind(IcsTcp *self, IcsTcpPort *port, uint32_t address, uint16_t number, bool reuse);
/* Gives the port up, if it is bound; connections that nobody has accepted are reset. */
void ics_tcp_unbind(IcsTcp *self, IcsTcpPort *port);
/* `port` is bound. Called again it sets settings and backlog only. */
void ics_tcp_listen(IcsTcpPort *port, const IcsTcpListenerClass *klass,
                    const IcsStreamConfig *config, uint32_t backlog);
/* The connection that has waited longest, NULL when there is none. It is the user's from now on,
 * until ics_tcp_release() or ics_tcp_abort(); its packets have fates of that flow. It may be broken
 * or over already. */
IcsTcpConnection *ics_tcp_accept(IcsTcpPort *port, IcsTcpUser *user, uint64_t fate_flow);

/* ---- connections ---- */

typedef struct IcsTcpRequest {
    const IcsStreamConfig *config; /* another reference is taken */
    uint32_t local_address;        /* 0: that of the interface which leads there */
    uint16_t local_port;           /* 0: one that is free */
    uint32_t peer_address;
    uint16_t peer_port;
    uint64_t fate_flow;
    IcsTcpUser *user;
} IcsTcpRequest;

/* Begins to connect. 0 and the connection, which is the user's until ics_tcp_release() or
 * ics_tcp_abort(); -EADDRINUSE, -EADDRNOTAVAIL, -ENETUNREACH, -EINVAL for a way out of the host
 * from a loopback address. */
int ics_tcp_connect(IcsTcp *self, const IcsTcpRequest *request, IcsTcpConnection **connection);

/* Lets the machine have its way after a call that changed it: segments, events, timer. A connection
 * that is over and has no user is gone afterwards. */
void ics_tcp_run(IcsTcpConnection *self);

/* ics_stream_write() and ics_stream_read(), and lets the machine have its way. */
int64_t ics_tcp_write(IcsTcpConnection *self, const void *bytes, size_t n);
size_t ics_tcp_read(IcsTcpConnection *self, void *buffer, size_t n, bool peek);

/* Another owner: from now on packets have fates of that flow. */
void ics_tcp_set_fate_flow(IcsTcpConnection *self, uint64_t fate_flow);

/* A message of `bytes` (over 0) begins with the next byte that will be written; to be called before
 * it is. A flow that carries the connection's messages needs ics_tcp_marks() beforehand. */
void ics_tcp_mark_message(IcsTcpConnection *self, const IcsMessageTag *tag);
/* The same for a message that takes `bytes` (over 0) of the stream, whatever it has itself. */
void ics_tcp_mark_frame(IcsTcpConnection *self, const IcsMessageTag *tag, uint64_t bytes);
/* The message marked last ends with the last byte written: no more of it will come. */
void ics_tcp_cut_message(IcsTcpConnection *self);
/* For the flow's entry in the table of flows. Borrowed. */
IcsMessageMarks *ics_tcp_marks(IcsTcpConnection *self);
/* The next message of the peer of which the user has read every byte; false: there is none. */
bool ics_tcp_take_message(IcsTcpConnection *self, IcsMessageTag *tag);

/* The user reads no more: messages that still come reach nobody. */
void ics_tcp_stop_reading(IcsTcpConnection *self);
/* The user goes: the connection is closed in the background (or reset, if data is unread). */
void ics_tcp_release(IcsTcpConnection *self);
/* The user goes; RST. */
void ics_tcp_abort(IcsTcpConnection *self);

static inline IcsStreamState ics_tcp_state(const IcsTcpConnection *self)
{
    return ics_stream_state(&self->stream);
}

/* All that was written, and the FIN, is acknowledged, or never will be. With is_draining set the
 * user is told ICS_STREAM_WRITABLE then. */
bool ics_tcp_is_drained(const IcsTcpConnection *self);

/* ---- crash ---- */

/* The socket vanishes with its host: nothing is sent. */
void ics_tcp_forget_port(IcsTcp *self, IcsTcpPort *port);

#endif
