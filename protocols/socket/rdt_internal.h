/* What the files share that carry messages by the textbook protocols of protocols/rdt. */
#ifndef ICS_PROTOCOLS_SOCKET_RDT_INTERNAL_H
#define ICS_PROTOCOLS_SOCKET_RDT_INTERNAL_H

#include "protocols/rdt/rdt_actions.h"
#include "protocols/socket/rdt_session.h"
#include "protocols/socket/socket_internal.h"

typedef struct IcsRdtTransportConfig {
    int64_t window;
    int64_t sequence_bits;
    int64_t timeout_ns;
    int64_t give_up_ns;
    int64_t linger_ns;
} IcsRdtTransportConfig;

/* A transport and the protocol that it runs. */
typedef struct IcsRdtTransport {
    IcsTransportClass klass;
    const IcsRdtClass *protocol;
} IcsRdtTransport;

/* rdt_transport.c */
extern const IcsRdtTransport ics_rdt_abp_transport;
extern const IcsRdtTransport ics_rdt_gbn_transport;
extern const IcsRdtTransport ics_rdt_sr_transport;

/* rdt_socket.c */
extern const IcsTransportDriver ics_rdt_driver;

/* A message that waits for its process. */
typedef struct IcsRdtReceived {
    IcsPacket *packet; /* that brought it */
    IcsEndpoint from;
    size_t n;
    uint8_t bytes[];
} IcsRdtReceived;

/* A socket: its conversations, and what they have delivered. */
typedef struct IcsRdtSocket {
    IcsSocket *socket;
    const IcsRdtTransportConfig *config;
    const IcsRdtClass *protocol;
    GPtrArray *conversations; /* of IcsRdtConversation, owned, in the order of their beginnings */
    GHashTable *outgoing;     /* by endpoint: the conversation that sends there now */
    uint32_t begun;           /* conversations that sent, ever */
    IcsRdtActions actions;    /* of the machine that is being handled */
    GQueue received;          /* of IcsRdtReceived */
    int64_t received_bytes;
    bool lingering; /* closed by its process */
    IcsTimer linger;
} IcsRdtSocket;

/* A message that was given to the machine. */
typedef struct IcsRdtUnderWay {
    IcsMessageTag tag;
    uint64_t first_ordinal; /* of its fate */
    uint32_t tries;
} IcsRdtUnderWay;

/* One direction between two sockets: a machine of the sender and one of the receiver. */
typedef struct IcsRdtConversation {
    IcsRdtSocket *owner;
    void *machine;
    IcsEndpoint peer;
    IcsRdtSession session; /* as this end sends it */
    GPtrArray *timers;     /* by number; NULL: never set */
    uint32_t timers_set;
    int64_t heard_ns; /* when the peer was heard last, or began to be waited for */
    /* sender */
    bool enabled;
    GQueue waiting;            /* of messages that the machine does not want yet */
    IcsRdtUnderWay *under_way; /* by ordinal modulo the window */
    /* receiver */
    uint64_t expected;    /* ordinal after that of the latest message delivered */
    IcsPacket *arriving;  /* the one that the machine is being told of */
    IcsMessageTag latest; /* of the packet that arrived last */
    IcsFate latest_fate;
    IcsPacket **early; /* by ordinal modulo twice the window: what may be delivered later */
} IcsRdtConversation;

/* ---- rdt_conversation.c ---- */

IcsRdtConversation *ics_rdt_conversation_new(IcsRdtSocket *owner, IcsEndpoint peer,
                                             IcsRdtSession session);
/* Packets that it holds die of `cause`. */
void ics_rdt_conversation_free(IcsRdtConversation *self, IcsCause cause);

/* A message of the process; copied. `first_ordinal` is that of its fate. */
void ics_rdt_conversation_send(IcsRdtConversation *self, const IcsMessageTag *tag,
                               uint64_t first_ordinal, const void *bytes, size_t n);
/* The protocol's datagram of `n` bytes at `bytes` in a packet; consumes the packet. */
void ics_rdt_conversation_input(IcsRdtConversation *self, IcsPacket *packet, const uint8_t *bytes,
                                size_t n);
/* No message will come any more. */
void ics_rdt_conversation_close(IcsRdtConversation *self);
/* Whether a sender has nothing left to do. */
bool ics_rdt_conversation_is_idle(const IcsRdtConversation *self);
/* A reply without a datagram: tells the sender that nobody is there. */
void ics_rdt_conversation_refuse(IcsRdtSocket *owner, IcsEndpoint peer, uint32_t session);

/* ---- rdt_socket.c ---- */

/* A message for the process; consumes the packet. */
void ics_rdt_socket_receive(IcsRdtSocket *self, IcsPacket *packet, IcsEndpoint from,
                            const uint8_t *bytes, size_t n);
/* The conversation has waited in vain, or was refused: its messages are lost. Frees it. */
void ics_rdt_socket_give_up(IcsRdtSocket *self, IcsRdtConversation *conversation);
/* To be called last whenever something has happened: a closed socket whose work is done goes, and
 * `self` with it. */
void ics_rdt_socket_settle(IcsRdtSocket *self);

#endif
