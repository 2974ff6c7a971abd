/* Packets and their bytes.
 *
 * A packet is one thing that travels: an original or a copy. Its bytes lie in a counted buffer that
 * copies share; whoever changes them makes them its own first. Packets and buffers come from the
 * pool of their world: in the steady state nothing is allocated. */
#ifndef ICS_NETMODEL_PACKET_H
#define ICS_NETMODEL_PACKET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/draw.h"
#include "sim/event.h"
#include "sim/observation.h"

/* Room in front of the payload for all headers that the protocols put there. */
#define ICS_PACKET_HEADROOM 128

/* Largest packet: IPv4's total length. */
#define ICS_PACKET_MAX_BYTES 65535

/* IcsMessageTag.flow of a packet that carries no application message. */
#define ICS_FLOW_NONE UINT32_MAX

typedef struct IcsBuffer IcsBuffer;
typedef struct IcsPacket IcsPacket;
typedef struct IcsPacketPool IcsPacketPool;
struct IcsLinkDirection;
struct IcsInterface;

struct IcsPacket {
    IcsPacket *next;     /* in whatever list it stands */
    IcsPacket *previous; /* only in lists that are left from the middle */
    uint8_t *bytes;      /* first byte, inside buffer */
    IcsBuffer *buffer;
    IcsPacketPool *pool;
    uint32_t length;
    bool damaged;       /* its bytes are not those that were sent */
    uint64_t id;        /* for observers, from 1 */
    uint64_t parent_id; /* the packet that it is a copy of; 0 for an original */
    IcsFate fate;
    IcsMessageTag message;
    IcsEvent event;   /* its arrival, when it travels outside the order of its link */
    uint64_t ordinal; /* of its arrival's event key, drawn when it was offered */
    int64_t offered_ns;
    int64_t starts_ns;  /* scheduled departures: first bit enters the transmitter */
    int64_t departs_ns; /* last bit leaves the transmitter */
    int64_t arrives_ns;
    int64_t flush_ns;                   /* displaced: how long to wait at the far end at most */
    struct IcsLinkDirection *direction; /* where it travels */
    struct IcsInterface *interface;     /* where it arrived */
    uint32_t overtakers_left;           /* displaced: how many packets must still pass */
    uint32_t overtaken;                 /* displaced: how many have passed */
};

/* One pool a world; everything taken from it must be back before it is freed (asserted). */
IcsPacketPool *ics_packet_pool_new(void);
void ics_packet_pool_free(IcsPacketPool *self);
/* Packets that are out at the moment. */
uint64_t ics_packet_pool_in_use(const IcsPacketPool *self);
/* Blocks that were allocated from the system so far: constant in the steady state. */
uint64_t ics_packet_pool_allocations(const IcsPacketPool *self);

/* A packet of `length` bytes (not initialised, at most ICS_PACKET_MAX_BYTES) with
 * ICS_PACKET_HEADROOM before them. Everything else is zero, no message. Transfer full. */
IcsPacket *ics_packet_new(IcsPacketPool *pool, uint32_t length);

/* A copy that shares the bytes; its fate is that of copy number `index` by the choice element with
 * the given key. Transfer full. */
IcsPacket *ics_packet_copy(IcsPacket *self, uint64_t element_key, uint32_t index);

/* Consumes the packet. */
void ics_packet_free(IcsPacket *self);

/* Makes the bytes this packet's own (copy on write); pointers into them change. */
void ics_packet_make_writable(IcsPacket *self);

/* Moves the start of the packet forwards into the headroom by n bytes, or backwards over a header
 * that has been read; the bytes must be its own for push. */
void ics_packet_push(IcsPacket *self, uint32_t n);
void ics_packet_pull(IcsPacket *self, uint32_t n);

/* Cuts the packet to its first n bytes (n <= length). */
static inline void ics_packet_trim(IcsPacket *self, uint32_t n)
{
    self->length = n < self->length ? n : self->length;
}

/* A list, first in first out. Zero-initialised is empty. */
typedef struct IcsPacketList {
    IcsPacket *first;
    IcsPacket *last;
    uint64_t packets;
    uint64_t bytes;
} IcsPacketList;

static inline void ics_packet_list_append(IcsPacketList *self, IcsPacket *packet)
{
    packet->next = NULL;
    if (self->last != NULL) {
        self->last->next = packet;
    } else {
        self->first = packet;
    }
    self->last = packet;
    self->packets++;
    self->bytes += packet->length;
}

/* NULL when it is empty. */
static inline IcsPacket *ics_packet_list_take(IcsPacketList *self)
{
    IcsPacket *packet = self->first;
    if (packet != NULL) {
        self->first = packet->next;
        if (self->first == NULL) {
            self->last = NULL;
        }
        self->packets--;
        self->bytes -= packet->length;
        packet->next = NULL;
    }
    return packet;
}

#endif
