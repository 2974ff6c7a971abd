/* One direction of a full-duplex link: a queue, a transmitter (rate), the wire (propagation delay),
 * and the fault elements that act on the wire.
 *
 *   offer --> [queue] --> [transmitter] --> duplicate, loss, corrupt, truncate, reorder or delay
 *                                             |
 *                        interface <-- [hold] <-- [partition] <-- wire
 *
 * Two ways to compute the same thing. A drop-tail direction whose state nothing can change before
 * the packet leaves computes the departure when the packet is offered: one event a hop. All others
 * schedule the departure: two events a hop. Both give the same digest. */
#ifndef ICS_NETMODEL_LINK_H
#define ICS_NETMODEL_LINK_H

#include "netmodel/capacity.h"
#include "netmodel/fault.h"
#include "netmodel/queue.h"
#include "sim/simulation.h"

struct IcsInterface;
struct IcsNetwork;

#define ICS_LINK_DEFAULT_MTU 1500

typedef struct IcsLinkDirection IcsLinkDirection;

/* What a direction is made from. Strings and `capacity` are borrowed and outlive it. */
typedef struct IcsLinkConfig {
    const char *name;            /* of the link */
    const char *pointer;         /* JSON pointer of the link, nullable */
    int64_t rate_bps;            /* 0: infinite */
    int64_t delay_ns;            /* propagation */
    int64_t mtu_bytes;           /* largest IP packet */
    const IcsCapacity *capacity; /* instead of a rate, nullable */
    const IcsQueueClass *queue;  /* NULL: drop-tail */
    gconstpointer queue_config;  /* of its class; NULL: its defaults */
    bool scheduled;              /* schedule the departures, whatever the discipline */
} IcsLinkConfig;

/* What has been counted; packets and bytes of IP. */
typedef struct IcsLinkCounters {
    uint64_t offered;
    uint64_t offered_bytes;
    uint64_t copies;
    uint64_t departed;
    uint64_t departed_bytes;
    uint64_t delivered;
    uint64_t delivered_bytes;
    uint64_t dropped[ICS_N_CAUSES];
    uint64_t damaged;
    uint64_t marked; /* by the queue: congestion experienced (RFC 3168) */
    uint64_t reordered;
    uint64_t queue_maximum; /* packets that waited at once */
    uint64_t waited_ns;     /* sum over packets of the time in the queue */
    uint64_t busy_ns;       /* time that the transmitter was sending */
} IcsLinkCounters;

/* A packet that waits in a computed queue. */
typedef struct IcsQueuedSlot {
    int64_t starts_ns; /* of its transmission */
    uint32_t bytes;
} IcsQueuedSlot;

/* The occupancy of a computed drop-tail queue: a ring of starts. */
typedef struct IcsQueueRing {
    IcsQueuedSlot *slots;
    uint32_t capacity; /* a power of two */
    uint32_t head;
    uint32_t n;
    uint64_t bytes;
} IcsQueueRing;

/* When a packet that starts to be sent now has left. */
typedef struct IcsTransmitter {
    int64_t rate_bps; /* 0: infinite */
    const IcsCapacity *capacity;
    IcsCapacityCursor cursor;
    int64_t busy_until_ns;
    uint32_t cached_bytes; /* the last length that was asked for ... */
    int64_t cached_ns;     /* ... and its time */
    int64_t segment_ns;    /* scheduled: since when the packet in service goes at this rate ... */
    int64_t segment_bits;  /* ... and how many of its bits were left then */
} IcsTransmitter;

struct IcsLinkDirection {
    struct IcsNetwork *network;
    IcsSimulation *simulation;
    struct IcsInterface *from;
    struct IcsInterface *to;
    uint64_t route; /* of its arrivals' event keys */
    IcsTransmitter transmitter;
    int64_t delay_ns;
    uint32_t mtu_bytes;
    bool scheduled;
    bool down;
    bool held;
    uint32_t partitions; /* how many partitions stand on it */
    IcsQueueRing ring;   /* computed departures */
    IcsDropTailConfig limits;
    IcsPacketList waiting;    /* computed: leaves after the run's end, so nothing is decided */
    int64_t last_loss_ns;     /* computed: when something left that nothing arrives of */
    IcsQueue *queue;          /* scheduled departures */
    int64_t queue_changed_ns; /* when the length of `queue` changed last */
    IcsPacket *in_service;
    IcsEvent departure;
    IcsPacketList wire; /* in order of arrival; only the first has an event */
    IcsEvent arrival;
    IcsPacket *strays; /* out of order: each has its own event */
    uint64_t n_strays;
    IcsPacket *displaced; /* to be overtaken, on their way or waiting at the far end */
    uint64_t n_displaced;
    IcsPacketList held_back; /* by hold */
    int64_t latest_arrival_ns;
    IcsFault *faults;
    IcsLinkCounters counters;
    IcsDigest offered;
    IcsDigest fates;
    IcsDigest arrived;
    const char *name;      /* "wire client->server" */
    const char *link_name; /* "wire" */
    const char *pointer;
};

/* Transfer full. `from` and `to` are the interfaces at its ends. NULL and ICS_ERROR_INPUT when the
 * queue's parameters contradict each other. */
IcsLinkDirection *ics_link_direction_new(struct IcsNetwork *network, struct IcsInterface *from,
                                         struct IcsInterface *to, const IcsLinkConfig *config,
                                         GError **error);
/* Frees the packets that are on it. */
void ics_link_direction_free(IcsLinkDirection *self);

/* Gives a packet to the direction; consumes it. It is not longer than the MTU (else it dies). */
void ics_link_direction_offer(IcsLinkDirection *self, IcsPacket *packet);

/* The verbs of the schedule. All but partition, hold and release need scheduled departures. A rate
 * takes effect at the next bit, a delay for packets that leave from now on. Verbs that find the
 * direction as they want it do nothing. */
void ics_link_direction_down(IcsLinkDirection *self);
void ics_link_direction_up(IcsLinkDirection *self);
void ics_link_direction_set_rate(IcsLinkDirection *self, int64_t rate_bps);
void ics_link_direction_set_delay(IcsLinkDirection *self, int64_t delay_ns);
void ics_link_direction_hold(IcsLinkDirection *self);
void ics_link_direction_release(IcsLinkDirection *self);
void ics_link_direction_partition(IcsLinkDirection *self);
void ics_link_direction_repair(IcsLinkDirection *self);
/* Loses the queue and the packet in service: the sending host crashed. */
void ics_link_direction_flush(IcsLinkDirection *self, IcsCause cause);

/* Packets inside: queued, in service, on the wire, held. */
uint64_t ics_link_direction_in_flight(const IcsLinkDirection *self);

/* Whether offered + copies = delivered + dropped + in flight. */
bool ics_link_direction_is_conserved(const IcsLinkDirection *self);

/* Sum over packets of the time they waited, and time that the transmitter was busy, up to now. */
uint64_t ics_link_direction_waited_ns(const IcsLinkDirection *self);
uint64_t ics_link_direction_busy_ns(const IcsLinkDirection *self);

void ics_link_direction_fold_digest(const IcsLinkDirection *self, IcsDigest *into);

#endif
