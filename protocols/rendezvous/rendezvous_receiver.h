/* The receiving half of the rendezvous protocol: holds messages until a receive takes them, and
 * only then acknowledges. The diagram stands in rendezvous.h. */
#ifndef ICS_PROTOCOLS_RENDEZVOUS_RENDEZVOUS_RECEIVER_H
#define ICS_PROTOCOLS_RENDEZVOUS_RENDEZVOUS_RECEIVER_H

#include <glib.h>
#include <stdbool.h>

#include "protocols/rendezvous/rendezvous_config.h"
#include "protocols/rendezvous/rendezvous_wire.h"

/* A message that a receive has taken. */
typedef struct IcsRendezvousMessage {
    uint64_t peer;
    uint8_t *bytes; /* (transfer full) (nullable when empty): g_free() */
    size_t n;
    uint32_t session; /* the sender's */
    uint32_t sequence;
} IcsRendezvousMessage;

typedef struct IcsRendezvousReceiver {
    const IcsRendezvousConfig *config; /* (transfer none) */
    uint32_t waiting;                  /* receives issued that have no message yet */
    GHashTable *remotes;               /* by peer and session: the senders remembered */
    GQueue by_age;                     /* the same, by when they were last heard */
    GQueue held;                       /* those with a message held, by arrival */
    GQueue acks;                       /* those to whom an ACK is due */
    uint8_t ack[ICS_RENDEZVOUS_HEADER_BYTES];
} IcsRendezvousReceiver;

/* `config` outlives the receiver. */
void ics_rendezvous_receiver_init(IcsRendezvousReceiver *self, const IcsRendezvousConfig *config);
void ics_rendezvous_receiver_clear(IcsRendezvousReceiver *self);

/* A receive was issued. Whether it takes the message held longest (which is set); else it waits. */
bool ics_rendezvous_receiver_issue(IcsRendezvousReceiver *self, IcsRendezvousMessage *message);

/* A waiting receive gives up. Nothing was acknowledged for it. */
void ics_rendezvous_receiver_cancel(IcsRendezvousReceiver *self);

/* A DATA arrived; `bytes` is the message of `header->length` bytes (borrowed). Whether a waiting
 * receive takes it (then `message` is set). */
bool ics_rendezvous_receiver_input(IcsRendezvousReceiver *self, int64_t now_ns, uint64_t peer,
                                   const IcsRendezvousHeader *header, const uint8_t *bytes,
                                   IcsRendezvousMessage *message);

/* Whether this message waits for a receive. */
bool ics_rendezvous_receiver_holds(const IcsRendezvousReceiver *self, uint64_t peer,
                                   uint32_t session, uint32_t sequence);

/* Whether an ACK is to be sent (then `datagram` is set). To be called until false. */
bool ics_rendezvous_receiver_output(IcsRendezvousReceiver *self, IcsRendezvousDatagram *datagram);

#endif
