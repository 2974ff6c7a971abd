/* Flows: who sends messages to whom. A flow is what one socket of one process sends to one peer;
 * its hash is the stable part of the fate identities of its packets. */
#ifndef ICS_NETMODEL_FLOW_H
#define ICS_NETMODEL_FLOW_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#include "netmodel/message_marks.h"

typedef struct IcsFlow {
    uint64_t hash;           /* of process, ordinal of the socket in it, name of the peer */
    const char *process;     /* of the sender; owned by the table */
    const char *transport;   /* "udp"; static */
    const char *source_host; /* borrowed from the network */
    const char *peer_host;   /* name or, for a foreign address, its text; owned by the table */
    uint32_t peer_address;   /* host byte order */
    uint16_t peer_port;
    uint64_t socket;      /* ordinal in its process, from 0 */
    uint32_t incarnation; /* of the process: how often it had been started before */
    bool is_datagram;     /* of a datagram socket, whatever carries its messages */
    bool is_stream;       /* messages are parts of a byte stream: several packets carry one, one may
                             carry several, and no packet's death is that of a message */
    IcsMessageMarks *marks; /* of a stream, nullable: where its messages end; a reference */
} IcsFlow;

/* All flows of a world, by index. Zero-initialised is empty. */
typedef struct IcsFlowTable {
    GArray *flows;       /* of IcsFlow */
    GStringChunk *names; /* of processes and peers, each once */
} IcsFlowTable;

/* The hash of a flow with that sender, socket and peer. */
uint64_t ics_flow_hash(const char *process, uint64_t socket, const char *peer_host,
                       uint32_t incarnation);
/* Adds a flow; strings are copied, `marks` gets another reference, the hash is computed here.
 * Returns its index. */
uint32_t ics_flow_table_add(IcsFlowTable *self, const IcsFlow *flow);
const IcsFlow *ics_flow_table_get(const IcsFlowTable *self, uint32_t index);
uint32_t ics_flow_table_size(const IcsFlowTable *self);
void ics_flow_table_clear(IcsFlowTable *self);

#endif
