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
 * top of it: send blocks until the corresponding receive has been issued. */
typedef enum { ICS_SOCKET_DATAGRAM, ICS_SOCKET_SYNCHRONOUS } IcsSocketType;

/* Flags of send and receive: return -EAGAIN instead of blocking. */
enum { ICS_DONT_WAIT = 1 };

typedef enum {
    ICS_OPTION_RECEIVE_TIMEOUT, /* ns; ICS_FOREVER (the default): block without limit; 0 is refused
                                 */
    ICS_OPTION_SEND_TIMEOUT,    /* ns; synchronous sockets: the others do not block in send */
    ICS_OPTION_NONBLOCKING,     /* 0 or 1 */
    ICS_OPTION_RECEIVE_BUFFER,  /* bytes of payload that wait for receive, at least 1; datagram
                                   sockets: the others keep one message of each of 64 senders */
    ICS_OPTION_CHECKSUM         /* 0: datagrams are sent without a checksum; default 1 */
} IcsSocketOption;

/* What receive_from tells beside the bytes. */
typedef struct IcsReceived {
    IcsEndpoint from;
    size_t bytes;   /* of the message; more than were copied if it was truncated */
    bool truncated; /* the buffer was too short: the rest is gone */
    int64_t sent_ns;
    uint64_t ordinal; /* of the message in its flow, from 0; for measuring programs */
} IcsReceived;

/* A new socket: its descriptor (the lowest that is free: 0, 1, ...), or -EMFILE when the process
 * has 1024 of them, -EINVAL. Every call below gives -EBADF for a descriptor that is not open. A
 * socket belongs to the process that made it: no other one can read it. */
int ics_socket(IcsProcess *self, IcsSocketType type);

/* Makes the socket the receiver of a port. -EADDRINUSE when the port has a receiver, -EADDRNOTAVAIL
 * when the address is not the host's or no free port is left, -EINVAL when it is bound already. */
int ics_bind(IcsProcess *self, int socket, IcsEndpoint local);

/* Fixes the peer: send needs no destination, nobody else's messages are accepted any more (what
 * waits in the queue stays), and a port unreachable from the peer becomes -ECONNREFUSED of the next
 * send or receive. Binds to a free port if need be. -EINVAL without address or port, and for a way
 * out of the host from a loopback address, -ENETUNREACH, -EADDRNOTAVAIL when no free port is left.
 */
int ics_connect(IcsProcess *self, int socket, IcsEndpoint peer);

/* Sends one message (nullable when empty). A datagram socket returns as soon as the message has
 * been copied to the local buffer; a synchronous one when the receiver has issued its receive.
 * Binds to a free port if need be. Returns `n`, or -EMSGSIZE, -ENETUNREACH, -EDESTADDRREQ (send on
 * a socket without a peer), -EINVAL (no destination, or as for connect), -EADDRNOTAVAIL,
 * -ECONNREFUSED; on a synchronous socket also -ETIMEDOUT (the message may have been received all
 * the same) and -EOPNOTSUPP when it may not block. */
int64_t ics_send(IcsProcess *self, int socket, const void *bytes, size_t n, int flags);
int64_t ics_send_to(IcsProcess *self, int socket, const void *bytes, size_t n, int flags,
                    IcsEndpoint to);

/* Takes the next message from the socket's queue and returns how many bytes were copied. Blocks
 * while the queue is empty: for ever, until the receive timeout (-ETIMEDOUT), or not at all
 * (-EAGAIN; a handler never blocks). A message that is longer than the buffer loses its tail.
 * `received` is nullable, and set on success. Also -ECONNREFUSED, -EADDRNOTAVAIL. */
int64_t ics_receive(IcsProcess *self, int socket, void *buffer, size_t n, int flags);
int64_t ics_receive_from(IcsProcess *self, int socket, void *buffer, size_t n, int flags,
                         IcsReceived *received);

/* Gives the socket and its port up. What waits in its queue is lost. */
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

/* A handler (a process without a stack) calls this once for each socket that shall wake it: its
 * on_ready is called whenever something has arrived, and soon if something is there already.
 * -EINVAL for a second time, and in a coroutine. */
int ics_watch(IcsProcess *self, int socket);

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
