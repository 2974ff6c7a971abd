/* Names of flows for people: by the sending process and the one that receives from the port. Knows
 * who bound which port last. */
#ifndef ICS_TRACES_FLOW_NAMES_H
#define ICS_TRACES_FLOW_NAMES_H

#include "netmodel/network.h"

typedef struct IcsFlowNames {
    const IcsNetwork *network; /* borrowed */
    GHashTable *receivers;     /* host and port -> name of the process that bound it last */
    uint64_t changes;          /* how often a port got another receiver: names may differ then */
} IcsFlowNames;

/* Subscribes to the network's bus. Transfer full; must outlive the run. */
IcsFlowNames *ics_flow_names_new(const IcsNetwork *network);
void ics_flow_names_free(IcsFlowNames *self);

/* "asker -> echo", or "asker -> server:6789" where nobody has received from the port. Transfer
 * full. */
char *ics_flow_names_text(const IcsFlowNames *self, uint32_t flow);

/* "asker -> server:6789", whoever receives there. Transfer full. */
char *ics_flow_names_text_by_port(const IcsFlowNames *self, uint32_t flow);

#endif
