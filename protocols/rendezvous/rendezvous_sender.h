/* The sending half of the rendezvous protocol: at most one message under way to each peer, repeated
 * until its acknowledgement or the last try. The diagram stands in rendezvous.h. */
#ifndef ICS_PROTOCOLS_RENDEZVOUS_RENDEZVOUS_SENDER_H
#define ICS_PROTOCOLS_RENDEZVOUS_RENDEZVOUS_SENDER_H

#include <glib.h>
#include <stdbool.h>

#include "protocols/rendezvous/rendezvous_config.h"
#include "protocols/rendezvous/rendezvous_wire.h"

typedef struct IcsRendezvousSender {
    const IcsRendezvousConfig *config; /* (transfer none) */
    GHashTable *flows;                 /* by peer: what the next sequence number is */
    GQueue outstanding;                /* flows with a message under way, by order of sending */
} IcsRendezvousSender;

/* What ics_rendezvous_sender_output() found due. */
typedef enum {
    ICS_RENDEZVOUS_SENDER_IDLE,
    ICS_RENDEZVOUS_SENDER_TRANSMITS,
    ICS_RENDEZVOUS_SENDER_GAVE_UP
} IcsRendezvousSenderAction;

/* `config` outlives the sender. */
void ics_rendezvous_sender_init(IcsRendezvousSender *self, const IcsRendezvousConfig *config);
void ics_rendezvous_sender_clear(IcsRendezvousSender *self);

/* Takes a copy of the message. 0, or EMSGSIZE over ICS_RENDEZVOUS_MESSAGE_MAX_BYTES, or EALREADY
 * while another message is under way to the peer. */
int ics_rendezvous_sender_send(IcsRendezvousSender *self, int64_t now_ns, uint64_t peer,
                               const uint8_t *bytes, size_t n);

/* An ACK arrived. Whether it ends the send to this peer; others are late ones. */
bool ics_rendezvous_sender_acknowledge(IcsRendezvousSender *self, uint64_t peer,
                                       const IcsRendezvousHeader *header);

/* Forgets the message under way to this peer, if there is one. */
void ics_rendezvous_sender_cancel(IcsRendezvousSender *self, uint64_t peer);

/* The next thing that is due: a datagram to send (which is set), or a send whose last try has gone
 * unanswered (`peer` and `sequence` of the datagram are set). To be called until IDLE. */
IcsRendezvousSenderAction ics_rendezvous_sender_output(IcsRendezvousSender *self, int64_t now_ns,
                                                       IcsRendezvousDatagram *datagram);

/* When something is due next; INT64_MAX for never. */
int64_t ics_rendezvous_sender_deadline(const IcsRendezvousSender *self);

#endif
