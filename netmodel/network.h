/* All hosts and links of a world. */
#ifndef ICS_NETMODEL_NETWORK_H
#define ICS_NETMODEL_NETWORK_H

#include "netmodel/flow.h"
#include "netmodel/host.h"
#include "netmodel/link.h"

typedef struct IcsNetwork {
    IcsSimulation *simulation;
    IcsPacketPool *packets;
    GPtrArray *hosts;      /* of IcsHost, owned; hosts[i] is node i + 1 */
    GPtrArray *directions; /* of IcsLinkDirection, owned; a link's two stand side by side */
    GHashTable *by_name;   /* host's name -> IcsHost */
    GHashTable *by_address;
    IcsFlowTable flows;
    int64_t horizon_ns; /* the run's end: what would leave later is not decided any more */
} IcsNetwork;

/* A network with a host for each node of the simulation, which is borrowed. Transfer full. */
IcsNetwork *ics_network_new(IcsSimulation *simulation, int64_t horizon_ns);
/* Frees hosts, stacks, links and packets; processes must be gone before. */
void ics_network_free(IcsNetwork *self);

/* Nullable. */
IcsHost *ics_network_host_by_name(const IcsNetwork *self, const char *name);
IcsHost *ics_network_host_by_address(const IcsNetwork *self, uint32_t address);
/* The host of a node (1 .. n). */
IcsHost *ics_network_host(const IcsNetwork *self, uint32_t node);

/* Adds an interface with an address to a host. False and ICS_ERROR_INPUT when another host has the
 * address. `name` is copied; borrowed return. */
IcsInterface *ics_network_add_interface(IcsNetwork *self, IcsHost *host, const char *name,
                                        uint32_t address, uint8_t prefix_bits, GError **error);

/* Joins two interfaces that no link ends at by two directions. False and the queue's error. */
bool ics_network_add_link(IcsNetwork *self, IcsInterface *a, IcsInterface *b,
                          const IcsLinkConfig *a_to_b, const IcsLinkConfig *b_to_a, GError **error);

/* The direction of the named link that leaves the named host; NULL when there is none. */
IcsLinkDirection *ics_network_direction(const IcsNetwork *self, const char *link,
                                        const char *from_host);

/* Fills in the routes to directly connected hosts; called once, when all links are there. */
void ics_network_connect_routes(IcsNetwork *self);

/* Schedules the departures of every direction, so that observers are told of each packet's
 * departure at its time. To be called before the run. */
void ics_network_schedule_departures(IcsNetwork *self);

/* The first direction that has lost count of its packets, NULL when all are right. */
const IcsLinkDirection *ics_network_find_unconserved(const IcsNetwork *self);

/* The digest of the run so far: nodes, then directions, in name order. */
uint64_t ics_network_digest(const IcsNetwork *self);
/* Model events so far: the records of the digest. */
uint64_t ics_network_model_events(const IcsNetwork *self);

#endif
