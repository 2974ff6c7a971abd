/* Synchronous communication, as the chapter defines it: a send blocks until the corresponding
 * receive has been issued, and a receive until a message arrives. Sans I/O, over UDP datagrams
 * (rendezvous_wire.h); one machine a socket, which may send and receive.
 *
 * The sender, for each peer:
 *
 *     IDLE ---------- send: DATA, tries = 1 --------------------------> UNDER WAY
 *     UNDER WAY ----- deadline, tries <= retries: DATA again, tries + 1,
 *                     interval doubled -------------------------------> UNDER WAY
 *     UNDER WAY ----- ACK of this session and sequence ---------------> IDLE (acknowledged)
 *     UNDER WAY ----- deadline, tries > retries ----------------------> IDLE (failed, ETIMEDOUT)
 *     UNDER WAY ----- send cancelled ---------------------------------> IDLE
 *     either -------- any other ACK: ignored
 *
 * The receiver, for each sender's peer and session. DATA(n) is new when n is after the sequence
 * number taken last and after the one held:
 *
 *     NOTHING HELD -- new, a receive waits: ACK ----------------------> NOTHING HELD (delivered)
 *     NOTHING HELD -- new, no receive waits, room --------------------> HELD
 *     NOTHING HELD -- new, no receive waits, no room: ignored
 *     HELD ---------- receive issued, first in line: ACK -------------> NOTHING HELD (delivered)
 *     HELD ---------- new: takes the place, end of the line ----------> HELD
 *     either -------- the one taken last: ACK again (the first ACK was lost)
 *     either -------- the one held, or an older one: ignored
 *
 * So a send that was acknowledged was received exactly once, and a send that failed at most once:
 * the sender cannot know whether the last tries or only their acknowledgements were lost, or the
 * message is still held. Messages of one sender are delivered in the order of their sends.
 *
 * Every call may make datagrams and events due. After each, and when the deadline has come, the
 * caller takes datagrams from ics_rendezvous_output() and then events from ics_rendezvous_poll(),
 * both until they are exhausted. */
#ifndef ICS_PROTOCOLS_RENDEZVOUS_RENDEZVOUS_H
#define ICS_PROTOCOLS_RENDEZVOUS_RENDEZVOUS_H

#include "protocols/rendezvous/rendezvous_config.h"
#include "protocols/rendezvous/rendezvous_receiver.h"
#include "protocols/rendezvous/rendezvous_sender.h"
#include "protocols/rendezvous/rendezvous_wire.h"

typedef struct IcsRendezvous IcsRendezvous;

typedef enum {
    ICS_RENDEZVOUS_DELIVERED,    /* a receive has its message */
    ICS_RENDEZVOUS_ACKNOWLEDGED, /* a send is complete: the receive was issued */
    ICS_RENDEZVOUS_FAILED        /* a send gave up */
} IcsRendezvousEventKind;

typedef struct IcsRendezvousEvent {
    IcsRendezvousEventKind kind;
    uint64_t peer;
    uint32_t session; /* the sender's: of the peer if DELIVERED, else our own */
    uint32_t sequence;
    int error;      /* FAILED: ETIMEDOUT */
    uint8_t *bytes; /* DELIVERED: (transfer full) (nullable when empty): g_free() */
    size_t n;
} IcsRendezvousEvent;

/* (transfer full): the config is copied. */
IcsRendezvous *ics_rendezvous_new(const IcsRendezvousConfig *config);

/* Nullable. Nothing is sent: to its peers the machine falls silent. */
void ics_rendezvous_free(IcsRendezvous *self);

/* Sends a message (nullable when empty), of which a copy is kept until the event that ends the
 * send. Returns 0, EMSGSIZE for more than ICS_RENDEZVOUS_MESSAGE_MAX_BYTES, or EALREADY while a
 * send to the same peer is under way. */
int ics_rendezvous_send(IcsRendezvous *self, int64_t now_ns, uint64_t peer, const uint8_t *bytes,
                        size_t n);

/* A process gives its send up before the machine does, or ends. It is repeated no more and no event
 * will come of it, though what was sent may still be received. Nothing happens when no send to this
 * peer is under way. */
void ics_rendezvous_send_cancelled(IcsRendezvous *self, uint64_t peer);

/* A process has issued a receive. Several may be under way; each gets one DELIVERED. */
void ics_rendezvous_receive_issued(IcsRendezvous *self);

/* A receive without a message timed out or its process ended. */
void ics_rendezvous_receive_cancelled(IcsRendezvous *self);

/* A datagram arrived, with a good UDP checksum. What is not OK was ignored. */
IcsRendezvousResult ics_rendezvous_input(IcsRendezvous *self, int64_t now_ns, uint64_t peer,
                                         const uint8_t *bytes, size_t n);

/* The next datagram that is to be sent now; false when there is none. */
bool ics_rendezvous_output(IcsRendezvous *self, int64_t now_ns, IcsRendezvousDatagram *datagram);

/* The next thing that happened; false when there is none. */
bool ics_rendezvous_poll(IcsRendezvous *self, IcsRendezvousEvent *event);

/* When ics_rendezvous_output() must be called again; INT64_MAX for not before something else
 * happens. */
int64_t ics_rendezvous_deadline(const IcsRendezvous *self);

/* Receives issued that have no message yet, and messages held for receives to come. */
uint32_t ics_rendezvous_waiting(const IcsRendezvous *self);
uint32_t ics_rendezvous_held(const IcsRendezvous *self);

/* Whether this message is one of those held. */
bool ics_rendezvous_holds(const IcsRendezvous *self, uint64_t peer, uint32_t session,
                          uint32_t sequence);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(IcsRendezvous, ics_rendezvous_free)

#endif
