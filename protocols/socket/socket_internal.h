/* Sockets as the files of this folder know them. */
#ifndef ICS_PROTOCOLS_SOCKET_SOCKET_INTERNAL_H
#define ICS_PROTOCOLS_SOCKET_SOCKET_INTERNAL_H

#include <ipcsim/socket.h>

#include "protocols/socket/transport.h"
#include "protocols/stack/tcp.h"
#include "sim/process.h"

/* Descriptors that one process can have open at once. */
#define ICS_SOCKETS_MAX 1024

/* Calls that a process can make at one instant before others have their turn, so that a program
 * that never blocks can be watched and interrupted. */
#define ICS_SOCKET_CALLS_AT_ONCE 100000

/* Linux's net.core.rmem_default, in bytes of payload. */
#define ICS_SOCKET_RECEIVE_BUFFER 212992

typedef struct IcsSocket IcsSocket;

/* A peer host of a socket: the fate identities of what is sent to it count here. */
typedef struct IcsSocketPeer {
    uint64_t hash;
    uint64_t next_ordinal[3]; /* by IcsFateClass */
} IcsSocketPeer;

/* A destination of a socket: a flow. */
typedef struct IcsSocketFlow {
    struct IcsSocketFlow *next; /* with the same hash */
    IcsSocketPeer *peer;
    IcsEndpoint to;
    uint32_t flow; /* index in the network's table */
    uint64_t next_message;
} IcsSocketFlow;

/* What a process has because it has sockets; IcsProcess.owner. */
typedef struct IcsSocketTable {
    IcsStack *stack;
    uint32_t incarnation; /* processes of this name that the host had before */
    IcsSocket **sockets;  /* by descriptor */
    uint32_t n_sockets;
    uint64_t next_ordinal; /* of the next socket in this process */
    IcsDrawSite draws;
    uint64_t next_draw;
    int64_t called_ns; /* the instant of the last call ... */
    uint32_t calls;    /* ... and how many there were at that instant */
} IcsSocketTable;

/* What a stream socket has for itself.
 *
 *              connect            connected
 *     FRESH ------------> CONNECTING ------> CONNECTED      (connection set)
 *       |  ^ connect failed   |
 *       |  +------------------+
 *       | listen
 *       +------> LISTENING                                  (port.listener set)
 */
typedef struct IcsStreamSocket {
    IcsTcpUser user;
    IcsTcpPort port;
    IcsSocket *socket;
    IcsTcpConnection *connection;  /* NULL: none */
    const IcsStreamConfig *config; /* a reference; NULL: the host's */
    IcsWaitQueue watchers;         /* a poll or a handler: woken by everything */
    int64_t connect_timeout_ns;
    int64_t linger_ns;
    uint64_t next_message;
    uint32_t flow; /* index; ICS_FLOW_NONE: nothing sent yet */
    bool reuse_address;
    bool cork;
    bool was_connected;
    bool error_told;   /* the error of a broken connection */
    bool receive_shut; /* by ics_shutdown() */
} IcsStreamSocket;

/* Sockets of datagrams and synchronous ones have a port of UDP; streams have one of TCP instead, so
 * that many idle connections take little memory. */
struct IcsSocket {
    IcsProcess *process;
    IcsStack *stack;
    IcsSocketType type;
    bool nonblocking;
    int pending_error; /* positive errno of the next call */
    uint64_t ordinal;  /* among all sockets that the process ever had */
    int64_t receive_timeout_ns;
    int64_t send_timeout_ns;
    IcsWaitQueue readers;
    IcsWaitQueue senders; /* synchronous sockets and streams */
    IcsWaiter watcher;
    IcsStreamSocket *stream; /* `of_stream`; NULL unless it is a stream socket */
    union {
        IcsStreamSocket of_stream;
        struct {
            IcsUdpPort port;
            IcsPacketList queue;  /* whole IP packets; the payload is found by the headers */
            int64_t queued_bytes; /* of payload */
            int64_t receive_buffer_bytes;
            GHashTable *peers;     /* address -> IcsSocketPeer; NULL: nothing sent yet */
            IcsSocketFlow **flows; /* hash table by destination */
            uint32_t n_flow_buckets;
            uint32_t n_flows;
            IcsSocketFlow *last_flow;
            struct IcsSynchronous *synchronous;  /* NULL on a datagram socket */
            const IcsTransportChoice *transport; /* NULL: not on another transport than UDP */
            gpointer transport_state;            /* of the transport's driver */
        };
    };
};

/* How datagram sockets work on a transport other than UDP. `state` is IcsSocket.transport_state. */
typedef struct IcsTransportDriver {
    gpointer (*open)(IcsSocket *socket);
    /* Frees it; packets that it holds die of `cause`. */
    void (*free)(gpointer state, IcsCause cause);
    /* The process has closed the socket, or ended. False: nothing is left to be done. Else the
     * driver goes on until it calls ics_socket_end_linger(). */
    bool (*linger)(gpointer state);
    /* (nullable) The socket has its port. 0, or an errno: it cannot have it. */
    int (*bound)(gpointer state);
    /* As ics_datagram_send(). */
    int64_t (*send)(IcsSocket *socket, const void *bytes, size_t n, IcsEndpoint to);
    /* The next message; there is one. `received` is nullable. */
    int64_t (*take)(gpointer state, void *buffer, size_t n, IcsReceived *received);
    /* Messages that wait for a receive. */
    uint64_t (*queued)(gpointer state);
    void (*deliver)(IcsUdpPort *port, IcsPacket *packet, const IcsUdpDelivery *delivery);
} IcsTransportDriver;

/* transport_socket.c: a datagram socket on the transport of its stack, if that has a driver. */
void ics_transport_open(IcsSocket *self);
/* It has been bound; 0, or an errno, and it is bound no longer. */
int ics_transport_bound(IcsSocket *self);
int64_t ics_transport_receive(IcsSocket *self, void *buffer, size_t n, int flags,
                              IcsReceived *received);
/* Messages that wait for a receive; 0 where there is no driver. */
uint64_t ics_transport_queued(const IcsSocket *self);

/* host_processes.c: a socket without a process goes on in the background ... */
void ics_host_processes_adopt(IcsStack *stack, IcsSocket *socket);
void ics_host_processes_abandon(IcsStack *stack, IcsSocket *socket);
/* ... until it is done, or somebody binds its port. Whether there was such a socket. */
bool ics_host_processes_free_port(IcsStack *stack, IcsEndpoint local);

/* socket_table.c: the driver of a closed socket is done; frees the socket. */
void ics_socket_end_linger(IcsSocket *self);
/* NULL when the descriptor is not open. */
IcsSocket *ics_socket_of(const IcsProcess *process, int descriptor);
/* The lowest descriptor that is free, for ics_socket_table_make() or _move() to use; -EMFILE. */
int ics_socket_table_free_descriptor(IcsProcess *process);
/* A new socket at a free descriptor. */
IcsSocket *ics_socket_table_make(IcsProcess *process, int descriptor, IcsSocketType type);
/* It becomes another process's, where `to` is free. */
void ics_socket_table_move(IcsProcess *from, int descriptor, IcsProcess *process, int to);
/* Its process gives it up; queued packets die of `cause`. Unless the host is down, what its
 * transport has still to do goes on. */
void ics_socket_destroy(IcsSocket *self, IcsCause cause);
/* Gives up everything. */
void ics_socket_free(IcsSocket *self, IcsCause cause);
/* Sets up and takes apart the table of a process. */
void ics_socket_table_attach(IcsProcess *process, IcsStack *stack, uint32_t incarnation);
IcsStack *ics_socket_table_stack(const IcsProcess *process);
uint32_t ics_socket_table_incarnation(const IcsProcess *process);
/* Packets that wait in the process's sockets. */
uint64_t ics_socket_table_queued(const IcsProcess *process);

/* socket_flow.c: of the fates of what the socket sends to the host with that address. */
uint64_t ics_socket_fate_flow(const IcsSocket *self, uint32_t peer_address);
/* Adds a flow of the socket to the network's table; `flow` says transport, peer and the rest of
 * what concerns a stream. Returns its index. */
uint32_t ics_socket_add_flow(const IcsSocket *self, const IcsFlow *flow);
/* The flow to a destination, made on first use. */
IcsSocketFlow *ics_socket_flow_to(IcsSocket *self, IcsEndpoint to);
void ics_socket_flows_free(IcsSocket *self);
/* Identity of the next packet of that class to the flow's peer. */
IcsFate ics_socket_flow_fate(IcsSocketFlow *self, IcsFateClass klass);

/* socket.c: counts a call that need not block. */
void ics_socket_take_turn(IcsProcess *process);
/* Tells observers that it is the receiver of a port, or no longer. */
void ics_socket_publish_bound(const IcsSocket *self, uint16_t port);
void ics_socket_publish_closed(const IcsSocket *self, uint16_t port);
/* Binds to a free port if the socket has none; 0 or an errno. */
int ics_socket_autobind(IcsSocket *self);
/* 0 or the negative errno that waits for the next call, which is forgotten. */
int ics_socket_take_error(IcsSocket *self);
/* The instant at which a call with this time limit gives up. */
int64_t ics_socket_deadline(const IcsSocket *self, int64_t timeout_ns);
bool ics_socket_may_block(const IcsSocket *self, int flags);

/* message.c: tells digest and observers of a message that is sent, sent again, or taken. */
void ics_socket_message_sent(const IcsSocket *self, const IcsSocketFlow *flow,
                             const IcsMessageTag *tag);
void ics_socket_message_repeated(const IcsSocket *self, const IcsMessageTag *tag);
void ics_socket_message_taken(const IcsSocket *self, const IcsPacket *packet, size_t bytes);
/* The same for messages of a stream. */
void ics_socket_stream_message_sent(const IcsSocket *self, uint64_t fate_flow,
                                    const IcsMessageTag *tag);
void ics_socket_stream_message_taken(const IcsSocket *self, const IcsMessageTag *tag);
/* Of a message that this socket lost: it had not gone out yet, or its process did not take it. */
void ics_socket_message_abandoned(const IcsSocket *self, const IcsMessageTag *tag, IcsCause cause);

/* datagram.c */
int64_t ics_datagram_send(IcsSocket *self, const void *bytes, size_t n, IcsEndpoint to);
int64_t ics_datagram_receive(IcsSocket *self, void *buffer, size_t n, int flags,
                             IcsReceived *received);
void ics_datagram_deliver(IcsUdpPort *port, IcsPacket *packet, const IcsUdpDelivery *delivery);

/* Where the payload of a packet in a socket's queue lies, and who sent it. */
typedef struct IcsDatagramView {
    const uint8_t *payload;
    uint32_t bytes;
    IcsEndpoint from;
} IcsDatagramView;
IcsDatagramView ics_datagram_view(const IcsPacket *packet);

/* synchronous.c */
struct IcsSynchronous *ics_synchronous_new(IcsSocket *socket);
/* What it holds dies of `cause`. */
void ics_synchronous_free(struct IcsSynchronous *self, IcsCause cause);
/* Packets whose messages wait for a receive. */
uint64_t ics_synchronous_queued(const struct IcsSynchronous *self);
int64_t ics_synchronous_send(IcsSocket *self, const void *bytes, size_t n, int flags,
                             IcsEndpoint to);
int64_t ics_synchronous_receive(IcsSocket *self, void *buffer, size_t n, int flags,
                                IcsReceived *received);
void ics_synchronous_deliver(IcsUdpPort *port, IcsPacket *packet, const IcsUdpDelivery *delivery);

#endif
