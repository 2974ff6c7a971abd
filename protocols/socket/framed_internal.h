/* What the files share that carry messages by reliable streams: each message is framed by a 4-byte
 * length (big-endian) before it, on one connection between two sockets, which serves both ways. */
#ifndef ICS_PROTOCOLS_SOCKET_FRAMED_INTERNAL_H
#define ICS_PROTOCOLS_SOCKET_FRAMED_INTERNAL_H

#include "protocols/socket/socket_internal.h"
#include "protocols/stack/tcp.h"

#define ICS_FRAME_LENGTH_BYTES 4

/* stream_transport.c */
extern const IcsTransportDriver ics_framed_driver;

/* A message that has arrived, or is arriving. */
typedef struct IcsFramedMessage {
    IcsMessageTag tag;
    IcsEndpoint from;
    size_t n;
    size_t got; /* bytes of it that have been read */
    uint8_t bytes[];
} IcsFramedMessage;

/* A socket: its connections, and the messages that wait for its process. */
typedef struct IcsFramedSocket {
    IcsSocket *socket;
    IcsTcpPort port; /* listens where the socket is bound */
    const IcsStreamConfig *config;
    GPtrArray *connections;    /* of IcsFramedConnection, owned, in the order of their beginnings */
    GHashTable *next_messages; /* by endpoint: ordinal of the next message there */
    GQueue received;           /* of IcsFramedMessage */
    int64_t received_bytes;
    bool lingering; /* closed by its process */
    /* What a connection has told of is done in an event of its own, at the same instant: while it
     * tells, it must not be changed. */
    IcsTimer work;
} IcsFramedSocket;

/* One connection. */
typedef struct IcsFramedConnection {
    IcsTcpUser user;
    IcsFramedSocket *owner;
    IcsTcpConnection *connection;
    IcsEndpoint peer;
    uint32_t flow; /* index; ICS_FLOW_NONE: nothing sent yet */
    GQueue frames; /* to be written, when there is room */
    uint8_t length[ICS_FRAME_LENGTH_BYTES];
    size_t length_got;
    IcsFramedMessage *arriving; /* NULL: the length is being read */
} IcsFramedConnection;

/* ---- framed_connection.c ---- */

/* Asks the peer for a connection; 0 or an errno. */
int ics_framed_connection_open(IcsFramedSocket *owner, IcsEndpoint peer,
                               IcsFramedConnection **connection);
/* Takes the one that has waited longest at the socket's port. */
IcsFramedConnection *ics_framed_connection_accept(IcsFramedSocket *owner);
/* `cause` HOST_DOWN: it vanishes. Else it is closed in the background; frames that have not been
 * written are lost. */
void ics_framed_connection_free(IcsFramedConnection *self, IcsCause cause);

/* A message; copied. `ordinal`: its number among all to that peer, whatever the connection. */
void ics_framed_connection_send(IcsFramedConnection *self, uint64_t ordinal, const void *bytes,
                                size_t n);
/* Writes and reads what can be. False: it is over, and is to be freed. */
bool ics_framed_connection_work(IcsFramedConnection *self);

/* ---- stream_transport.c ---- */

/* Something is to be done. */
void ics_framed_socket_wake(IcsFramedSocket *self);
/* Takes another message? If not, the stream's own buffers fill and hold the peer up. */
bool ics_framed_socket_has_room(const IcsFramedSocket *self);
/* A whole message, for the process; transfer full. */
void ics_framed_socket_receive(IcsFramedSocket *self, IcsFramedMessage *message);

#endif
