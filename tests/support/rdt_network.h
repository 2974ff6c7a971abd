/* Two machines of protocols/rdt and a network between them that does what it wants: any datagram
 * may arrive next, be lost, damaged or arrive again, and any timer may expire at any moment. */
#ifndef ICS_TESTS_SUPPORT_RDT_NETWORK_H
#define ICS_TESTS_SUPPORT_RDT_NETWORK_H

#include <glib.h>
#include <ipcsim/rdt.h>
#include <stdbool.h>
#include <stdint.h>

typedef struct IcsRdtNetworkConfig {
    const IcsRdtClass *klass;
    uint32_t window;
    uint32_t bits;
    bool cumulative; /* its acknowledgements are of all messages up to the number */
    bool in_order;   /* no datagram overtakes another that goes the same way */
    /* Without order: how many messages the sender's base may advance by while a datagram is in the
     * network; then it is lost. */
    uint64_t advance_max;
    unsigned loss_percent;
    unsigned duplicate_percent;
    unsigned damage_percent;
    uint32_t messages; /* in each direction */
    uint32_t steps;    /* until the network heals */
} IcsRdtNetworkConfig;

/* Runs one schedule. NULL: everything was delivered once, in order, as it was sent, and no timer is
 * left. Else what went wrong; transfer full. */
char *ics_rdt_network_run(const IcsRdtNetworkConfig *config, uint64_t seed);

#endif
