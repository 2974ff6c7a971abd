/* Hosts and their interfaces. A host knows its protocol stack only as a small interface: packets
 * in, and what a crash does to it. */
#ifndef ICS_NETMODEL_HOST_H
#define ICS_NETMODEL_HOST_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#include "netmodel/fault.h"
#include "netmodel/link.h"
#include "netmodel/packet.h"

struct IcsNetwork;

typedef struct IcsHost IcsHost;
typedef struct IcsInterface IcsInterface;

#define ICS_HOST_STATES(X)                                                                         \
    X(UP, "up")                                                                                    \
    X(PAUSED, "paused")                                                                            \
    X(CRASHED, "crashed")

typedef enum {
#define ICS_HOST_STATE(name, spelling) ICS_HOST_##name,
    ICS_HOST_STATES(ICS_HOST_STATE)
#undef ICS_HOST_STATE
} IcsHostState;

/* Where a link ends in a host. */
struct IcsInterface {
    IcsHost *host;
    const char *name;          /* "eth0"; owned by the host */
    uint32_t index;            /* in its host */
    uint32_t address;          /* IPv4, host byte order */
    uint8_t prefix_bits;       /* 32: no subnet */
    IcsLinkDirection *out;     /* owned by the network; NULL: loopback */
    struct IcsInterface *peer; /* the far end */
    uint32_t paused_packets;   /* of the host's paused input, those that came in here */
};

/* What a host asks of its stack. */
typedef struct IcsStackClass {
    /* A packet has arrived; consumes it. `interface` is the one it came in by. */
    void (*input)(gpointer stack, IcsInterface *interface, IcsPacket *packet);
    /* Sockets and queues vanish silently; processes are gone already. */
    void (*crash)(gpointer stack);
    void (*free)(gpointer stack);
} IcsStackClass;

/* Packets that a paused host can keep for each interface. */
#define ICS_HOST_PAUSED_PACKETS 1000

struct IcsHost {
    struct IcsNetwork *network;
    const char *name;
    uint32_t node;
    IcsHostState state;
    uint32_t incarnation;  /* how often it was restarted */
    GPtrArray *interfaces; /* of IcsInterface, owned */
    IcsInterface *loopback;
    GHashTable *routes; /* address at the far end of a link, or neighbouring host -> IcsInterface;
                           keys are those of host_internal.h; NULL: it has no link */
    IcsInterface *default_route; /* for what no route leads to; NULL: none */
    uint32_t cached_destination;
    IcsInterface *cached_route; /* NULL: nothing cached */
    const IcsStackClass *stack_class;
    gpointer stack;
    IcsFault *send_omissions;
    IcsFault *receive_omissions;
    IcsPacketList paused_input;   /* arrived while it was paused, by all interfaces */
    IcsPacketList loopback_queue; /* on the way from the host to itself */
    IcsEvent loopback_arrival;
    uint64_t dropped[ICS_N_CAUSES]; /* in the host, not on a link */
};

/* Gives a packet to an interface; consumes it. Send omissions happen here. */
void ics_interface_send(IcsInterface *self, IcsPacket *packet);

/* A link direction hands over a packet that has arrived; consumes it. */
void ics_interface_receive(IcsInterface *self, IcsPacket *packet);

/* A packet dies in the host; consumes it. Counted, and told to observers. */
void ics_host_drop(IcsHost *self, IcsPacket *packet, IcsCause cause);

/* The interface through which a destination is reached: loopback for the host's own addresses and
 * 127.0.0.0/8, the link to a directly connected host, the default route otherwise; NULL when there
 * is none. */
IcsInterface *ics_host_route(IcsHost *self, uint32_t destination);
/* The interface for destinations that no link is known to lead to; NULL: they have none. */
void ics_host_set_default_route(IcsHost *self, IcsInterface *interface);
bool ics_host_owns_address(const IcsHost *self, uint32_t address);
/* The source address for packets that leave through the interface. */
uint32_t ics_host_source_address(const IcsHost *self, const IcsInterface *interface);

/* The verbs of the schedule. What they do to processes is up to the caller. */
void ics_host_crash(IcsHost *self);
void ics_host_restart(IcsHost *self);
void ics_host_pause(IcsHost *self);
void ics_host_resume(IcsHost *self);

const char *ics_host_state_name(IcsHostState state);

#endif
