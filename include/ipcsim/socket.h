/* What a process of the simulated world can do: sockets, time, other processes. Programs written on
 * it read like the textbook's: blocking by default, non-blocking or with a time limit on demand.
 *
 * Every call is made by the process itself, with its own handle as the first argument. Results are
 * those of the system calls of the same names: 0 or a count on success, the negative of an errno
 * otherwise (-ECONNREFUSED; -ICS_EHOSTNOTFOUND for a name that no host has). Nothing here touches
 * the machine that runs the simulation. */
#ifndef IPCSIM_SOCKET_H
#define IPCSIM_SOCKET_H

#include <ipcsim/errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct IcsProcess IcsProcess;

/* No limit; an address or port left to the system. */
#define ICS_FOREVER      INT64_MAX
#define ICS_ANY_ADDRESS  0u
#define ICS_ANY_PORT     0u
#define ICS_DATAGRAM_MAX 65507 /* bytes of payload in one UDP datagram over IPv4 */

/* A message destination: an Internet address (host byte order) and a local port. */
typedef struct IcsEndpoint {
    uint32_t address;
    uint16_t port;
} IcsEndpoint;

/* ICS_SOCKET_DATAGRAM is UDP. ICS_SOCKET_SYNCHRONOUS is the chapter's synchronous communication on
 * top of it: send blocks until the corresponding receive has been issued. ICS_SOCKET_STREAM is TCP:
 * it is connected to one peer, or it listens for such connections. */
typedef enum { ICS_SOCKET_DATAGRAM, ICS_SOCKET_SYNCHRONOUS, ICS_SOCKET_STREAM } IcsSocketType;

/* Flags of send, receive and accept: return -EAGAIN instead of blocking; receive on a stream
 * without taking the bytes out. */
enum { ICS_DONT_WAIT = 1, ICS_PEEK = 2 };

/* What ICS_OPTION_CONGESTION_CONTROL chooses: RFC 9438, RFC 5681, or a fixed window. */
typedef enum {
    ICS_CONGESTION_CONTROL_CUBIC,
    ICS_CONGESTION_CONTROL_RENO,
    ICS_CONGESTION_CONTROL_NONE
} IcsCongestionControl;

/* Those of streams begin with what the trace's "stream" says. Those marked (c) are fixed when the
 * connection begins: -EISCONN later. What is set on a listening socket holds for the connections
 * that it accepts from then on. */
typedef enum {
    ICS_OPTION_RECEIVE_TIMEOUT, /* ns; ICS_FOREVER (the default): block without limit; 0 is refused.
                                   Also that of accept */
    ICS_OPTION_SEND_TIMEOUT,    /* ns; synchronous sockets and streams: the others do not block in
                                   send */
    ICS_OPTION_NONBLOCKING,     /* 0 or 1 */
    ICS_OPTION_RECEIVE_BUFFER,  /* bytes of payload that wait for receive, at least 1; synchronous
                                   sockets keep one message of each of 64 senders instead */
    ICS_OPTION_CHECKSUM,        /* 0: datagrams are sent without a checksum; default 1 */
    /* Of streams only: -ENOPROTOOPT on other sockets. */
    ICS_OPTION_SEND_BUFFER,     /* bytes that are not acknowledged yet, at least 1 */
    ICS_OPTION_CONNECT_TIMEOUT, /* ns; ICS_FOREVER (the default): as long as SYNs are repeated */
    ICS_OPTION_NO_DELAY,        /* 1: send small segments at once, without Nagle's algorithm */
    ICS_OPTION_CORK,            /* 1: send full segments only, until it is set to 0 again */
    ICS_OPTION_KEEP_ALIVE,      /* 1: probe an idle peer, and break the connection if it is gone */
    ICS_OPTION_KEEP_ALIVE_IDLE, /* ns of silence before the first probe */
    ICS_OPTION_KEEP_ALIVE_INTERVAL, /* ns between probes */
    ICS_OPTION_KEEP_ALIVE_PROBES,   /* unanswered ones that break the connection */
    ICS_OPTION_LINGER, /* ns; below 0 (the default): close returns at once and the system sends what
                          is left; 0: close throws it away and resets the connection; above: close
                          blocks until all is acknowledged, at most so long */
    ICS_OPTION_USER_TIMEOUT,  /* ns that sent data may stay unacknowledged before the
                                 connection breaks with -ETIMEDOUT; 0: as many repetitions as the
                                 trace allows */
    ICS_OPTION_MSS,           /* (c) largest segment in bytes, both ways; 0: what the MTU leaves */
    ICS_OPTION_REUSE_ADDRESS, /* 1: bind although old connections still use the port */
    ICS_OPTION_CONGESTION_CONTROL, /* (c) IcsCongestionControl */
    /* To be read only (-EINVAL to set). */
    ICS_OPTION_ERROR,       /* the positive errno that waits for the next call, which is forgotten;
                               0: none. What became of a connect that did not wait */
    ICS_OPTION_INPUT_QUEUE, /* bytes (datagrams: of the next one) that receive would get now */
    ICS_OPTION_OUTPUT_QUEUE /* bytes of a stream that the peer has not acknowledged yet */
} IcsSocketOption;

/* Which half of a connection is given up. */
typedef enum { ICS_SHUTDOWN_RECEIVE, ICS_SHUTDOWN_SEND, ICS_SHUTDOWN_BOTH } IcsShutdown;

/* What receive_from tells beside the bytes. On a stream only the first two say something. */
typedef struct IcsReceived {
    IcsEndpoint from;
    size_t bytes;   /* of the message; more than were copied if it was truncated */
    bool truncated; /* the buffer was too short: the rest is gone */
    int64_t sent_ns;
    uint64_t ordinal; /* of the message in its flow, from 0; for measuring programs */
} IcsReceived;

/* A new socket: its descriptor (the lowest that is free: 0, 1, ...), or -EMFILE when the process
 * has 1024 of them, -EINVAL. Every call below gives -EBADF for a descriptor that is not open. A
 * socket belongs to the process that made it, or to the one that it was given to: no other one can
 * read it. */
int ics_socket(IcsProcess *self, IcsSocketType type);

/* Makes the socket the receiver of a port. -EADDRINUSE when the port has a receiver (on a stream
 * also while an old connection uses it, TIME-WAIT included, unless ICS_OPTION_REUSE_ADDRESS is
 * set), -EADDRNOTAVAIL when the address is not the host's or no free port is left, -EINVAL when it
 * is bound already. */
int ics_bind(IcsProcess *self, int socket, IcsEndpoint local);

/* Fixes the peer: send needs no destination, nobody else's messages are accepted any more (what
 * waits in the queue stays), and a port unreachable from the peer becomes -ECONNREFUSED of the next
 * send or receive. Binds to a free port if need be. -EINVAL without address or port, and for a way
 * out of the host from a loopback address, -ENETUNREACH, -EADDRNOTAVAIL when no free port is left.
 *
 * On a stream it asks the peer for a connection and blocks until there is one: 0, -ECONNREFUSED
 * when nobody listens there, -ETIMEDOUT when no answer came before the connect timeout or the last
 * repetition of the SYN, -EHOSTUNREACH or -ENETUNREACH when the network says so, -ECONNRESET. After
 * each of these the socket may connect again. A socket that may not block gives -EINPROGRESS: it
 * becomes writable when the connection stands or has failed (ICS_OPTION_ERROR), and until then a
 * further connect gives -EALREADY. -EISCONN when it has a peer, -EADDRINUSE when this connection
 * exists, -EOPNOTSUPP on a listening socket. */
int ics_connect(IcsProcess *self, int socket, IcsEndpoint peer);

/* Lets a stream wait for connections; binds to a free port if need be. At most `backlog` of them
 * (under 1 counts as 1, over 4096 as that), half-open ones included, wait to be accepted; a SYN
 * for one more is dropped, so that its sender repeats it. -EOPNOTSUPP on other sockets, -EISCONN
 * on one that has a peer; listening again sets the backlog only. */
int ics_listen(IcsProcess *self, int socket, int backlog);

/* Takes the connection that has waited longest: the descriptor of a new socket of the calling
 * process. Blocks while there is none, as receive does: -ETIMEDOUT, -EAGAIN. `peer` is nullable.
 * -EINVAL on a socket that does not listen, -EMFILE. */
int ics_accept(IcsProcess *self, int socket, int flags, IcsEndpoint *peer);

/* Gives up a half of a connection, or both. ICS_SHUTDOWN_SEND: what has been sent still arrives,
 * then the peer's receive meets the end of the stream; sending here is -EPIPE.
 * ICS_SHUTDOWN_RECEIVE: receive meets the end of the stream; what has arrived and what still
 * arrives is thrown away. -ENOTCONN without a connection. */
int ics_shutdown(IcsProcess *self, int socket, IcsShutdown how);

/* Hands a stream (listening or connected) over to a process of the same host, whose socket it is
 * from now on: a server that accepts can leave the connection to a child. Returns the descriptor
 * there, the lowest that is free; a child that has just been spawned gets 0 before it runs its
 * first line, provided that the parent has not blocked in between. The descriptor here is closed.
 * -EOPNOTSUPP for other sockets, -EMFILE when the child has too many, -ESRCH when it has ended.
 *
 *     int connection = ics_accept(self, listener, 0, NULL);
 *     IcsProcess *child = ics_spawn(self, "connection", serve, NULL);
 *     ics_give(self, connection, child);
 */
int ics_give(IcsProcess *self, int socket, IcsProcess *child);

/* Sends one message (nullable when empty). A datagram socket returns as soon as the message has
 * been copied to the local buffer; a synchronous one when the receiver has issued its receive.
 * Binds to a free port if need be. Returns `n`, or -EMSGSIZE, -ENETUNREACH, -EDESTADDRREQ (send on
 * a socket without a peer), -EINVAL (no destination, or as for connect), -EADDRNOTAVAIL,
 * -ECONNREFUSED; on a synchronous socket also -ETIMEDOUT (the message may have been received all
 * the same) and -EOPNOTSUPP when it may not block.
 *
 * A stream takes the bytes into its send buffer, and they arrive in order behind those sent before,
 * with no trace of the borders between calls. It blocks until all have been taken, and returns
 * fewer than `n` only if it may not block (-EAGAIN for none), when the send timeout has come
 * (-ETIMEDOUT for none) or the connection broke meanwhile. -EPIPE after shutdown or when the
 * connection is over; -ECONNRESET, -ETIMEDOUT, -EHOSTUNREACH ... once when it has broken, and
 * -EPIPE from then on; -ENOTCONN without a connection. Send_to gives -EISCONN. */
int64_t ics_send(IcsProcess *self, int socket, const void *bytes, size_t n, int flags);
int64_t ics_send_to(IcsProcess *self, int socket, const void *bytes, size_t n, int flags,
                    IcsEndpoint to);

/* Takes the next message from the socket's queue and returns how many bytes were copied. Blocks
 * while the queue is empty: for ever, until the receive timeout (-ETIMEDOUT), or not at all
 * (-EAGAIN; a handler never blocks). A message that is longer than the buffer loses its tail.
 * `received` is nullable, and set on success. Also -ECONNREFUSED, -EADDRNOTAVAIL.
 *
 * From a stream it takes what has arrived, from 1 to `n` bytes, and blocks only while there is
 * nothing. 0 is the end of the stream: the peer has shut down or closed, and everything before has
 * been received (also for an `n` of 0, at once). A connection that broke gives its error once,
 * -ECONNRESET, -ETIMEDOUT, -EHOSTUNREACH ..., and 0 from then on; -ENOTCONN without a connection.
 */
int64_t ics_receive(IcsProcess *self, int socket, void *buffer, size_t n, int flags);
int64_t ics_receive_from(IcsProcess *self, int socket, void *buffer, size_t n, int flags,
                         IcsReceived *received);

/* Gives the socket and its port up. What waits in its queue is lost.
 *
 * A connection is closed in the background: what has been sent still arrives, then the peer meets
 * the end of the stream, and the port stays in use for TIME-WAIT. If data has arrived that nobody
 * has received, the connection is reset instead (RFC 9293, section 3.6.1; RFC 2525, section 2.17).
 * A listening socket resets those that wait to be accepted. ICS_OPTION_LINGER changes it; then
 * -EAGAIN (the descriptor is closed all the same): not everything was acknowledged in time. The
 * same happens to all sockets of a process when it ends, except that nothing blocks. */
int ics_close(IcsProcess *self, int socket);

/* -EINVAL for a value out of range, -ENOPROTOOPT for an unknown option. */
int ics_set_option(IcsProcess *self, int socket, IcsSocketOption option, int64_t value);
int ics_get_option(IcsProcess *self, int socket, IcsSocketOption option, int64_t *value);

/* Where the socket is bound, and its peer (-ENOTCONN). */
int ics_local_endpoint(IcsProcess *self, int socket, IcsEndpoint *local);
int ics_peer_endpoint(IcsProcess *self, int socket, IcsEndpoint *peer);

/* The address of a host by its name in the trace, or of a dotted quad: 0 or -ICS_EHOSTNOTFOUND. */
int ics_resolve(IcsProcess *self, const char *name, uint32_t *address);
/* "host:port": the same, -EINVAL when it is not of that form. */
int ics_resolve_endpoint(IcsProcess *self, const char *text, IcsEndpoint *endpoint);

/* What a socket is ready for. */
enum {
    ICS_POLL_READABLE = 1, /* receive or accept would not block: data, end of stream, an error */
    ICS_POLL_WRITABLE = 2, /* send would take something, or fail at once */
    ICS_POLL_ERROR = 4,    /* an error waits for the next call */
    ICS_POLL_HANG_UP = 8,  /* the connection is over in both directions */
    ICS_POLL_INVALID = 16  /* no such descriptor is open */
};

typedef struct IcsPollEntry {
    int socket;
    uint32_t wanted; /* ICS_POLL_READABLE, ICS_POLL_WRITABLE; the others are always reported */
    uint32_t ready;  /* set by the call */
} IcsPollEntry;

/* Blocks until at least one of `n` sockets is ready for something that is wanted, at most
 * `timeout_ns` (0: not at all, nor ever in a handler; ICS_FOREVER). Returns how many are: 0 is the
 * timeout. `entries` is nullable when n is 0. -EINVAL for more than 1024 of them. */
int ics_poll(IcsProcess *self, IcsPollEntry *entries, size_t n, int64_t timeout_ns);

/* A handler (a process without a stack) calls this once for each socket that shall wake it: its
 * on_ready is called whenever something has arrived, a connection waits to be accepted, has been
 * made or broken, or there is room in the send buffer again; and soon if the socket is readable
 * already. -EINVAL for a second time, and in a coroutine. */
int ics_watch(IcsProcess *self, int socket);

/* What a connection has measured and done. */
typedef struct IcsConnectionInfo {
    const char *state; /* "ESTABLISHED" ..., RFC 9293, section 3.3.2; static */
    int64_t srtt_ns;   /* smoothed round-trip time; 0: not measured */
    int64_t rto_ns;    /* retransmission timeout */
    uint64_t cwnd_bytes;
    uint64_t ssthresh_bytes; /* UINT64_MAX: none yet */
    uint64_t in_flight_bytes;
    uint32_t mss_bytes;
    uint64_t segments_out;
    uint64_t segments_in;
    uint64_t repeated_segments;
    uint64_t repeated_bytes;
    uint64_t timeouts;
    uint64_t fast_retransmits;
} IcsConnectionInfo;

/* 0, -EOPNOTSUPP on other sockets; of one without a connection the state is "CLOSED" or "LISTEN".
 */
int ics_connection_info(IcsProcess *self, int socket, IcsConnectionInfo *info);

/* ---- time ---- */

/* Virtual time since the start of the run, in ns. */
int64_t ics_now(const IcsProcess *self);
void ics_sleep(IcsProcess *self, int64_t duration_ns);
void ics_sleep_until(IcsProcess *self, int64_t at_ns);
/* Is busy for a time: the process takes nothing meanwhile, and does not count as blocked. */
void ics_compute(IcsProcess *self, int64_t duration_ns);

/* ---- processes ---- */

typedef void (*IcsProgramMain)(IcsProcess *self, const void *config);

/* Starts another process on the same host. `config` is borrowed and must outlive it; the child's
 * name is the parent's, a slash and `name`. NULL when the host has had 100,000 processes. */
IcsProcess *ics_spawn(IcsProcess *self, const char *name, IcsProgramMain program,
                      const void *config);
/* Blocks until the child has ended. Returns its exit code, 0 if its program returned, -EINTR if it
 * was killed, -ENOMEM if the machine had no stack for it. */
int ics_wait(IcsProcess *self, IcsProcess *child);
/* Ends the calling process, a coroutine; its sockets are closed. Does not return. */
void ics_exit(IcsProcess *self, int exit_code) __attribute__((noreturn));
/* Zeroed memory that lives as long as the process. */
void *ics_alloc(IcsProcess *self, size_t bytes);
const char *ics_name(const IcsProcess *self);

/* The next 64 random bits of this process: the same for the same seed, whatever others do. */
uint64_t ics_random(IcsProcess *self);

/* Says something in the report and the event log. */
void ics_log(IcsProcess *self, const char *format, ...) __attribute__((format(printf, 2, 3)));

#ifdef __cplusplus
}
#endif

#endif
