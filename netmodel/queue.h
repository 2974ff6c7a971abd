/* Queue disciplines of a link direction. The plain drop-tail queue of a direction whose departures
 * are computed in advance is part of the direction itself (link_computed.c); everything here
 * holds packets and is asked for the next one when the transmitter is free.
 *
 * A discipline is one file and one row in ics_queue_classes (queue_table.c). */
#ifndef ICS_NETMODEL_QUEUE_H
#define ICS_NETMODEL_QUEUE_H

#include <glib.h>
#include <stdint.h>

#include "base/parameters.h"
#include "netmodel/cause.h"
#include "netmodel/packet.h"
#include "sim/choice.h"

typedef struct IcsQueue IcsQueue;
typedef struct IcsQueueClass IcsQueueClass;

/* Where a discipline's random decisions stand, and where packets go that it drops after having
 * accepted them (CoDel). The sink's drop consumes the packet. */
typedef struct IcsQueueSettings {
    const char *place;
    const char *pointer; /* nullable */
    uint64_t seed;
    const IcsChooser *chooser;
    int64_t rate_bps;  /* of the transmitter; 0: infinite */
    int64_t mtu_bytes; /* of the direction; 0: 1500 */
    void (*drop)(gpointer sink, IcsPacket *packet, IcsCause cause, int64_t at_ns);
    /* (nullable) A packet has been marked (ECN) and stays. */
    void (*mark)(gpointer sink, const IcsPacket *packet, int64_t at_ns);
    gpointer sink;
} IcsQueueSettings;

struct IcsQueueClass {
    const char *name; /* as in the trace: "droptail" */
    const char *doc;
    size_t config_bytes;
    const IcsParameter *parameters;
    size_t queue_bytes; /* of the struct that begins with an IcsQueue */
    bool (*init)(IcsQueue *self, gconstpointer config, GError **error);
    /* Frees what init made, but not the packets. Nullable. */
    void (*clear)(IcsQueue *self);
    /* Takes the packet (transfer full) and returns ICS_CAUSE_NONE, or leaves it with the caller and
     * returns why there is no room for it. */
    IcsCause (*enqueue)(IcsQueue *self, IcsPacket *packet, int64_t now_ns);
    /* The next packet to transmit (transfer full), NULL when there is none. */
    IcsPacket *(*dequeue)(IcsQueue *self, int64_t now_ns);
    /* The packet at the head, without any decision about it: for taking a queue apart. */
    IcsPacket *(*take)(IcsQueue *self);
};

struct IcsQueue {
    const IcsQueueClass *klass;
    IcsQueueSettings settings;
    IcsChoicePoint point; /* its element's name is the queue's own */
    uint64_t packets;     /* inside, kept by enqueue and dequeue */
    uint64_t bytes;
};

/* Parameters of the plain drop-tail discipline: both limits may be given; at least one is. */
typedef struct IcsDropTailConfig {
    int64_t packets; /* 0: no limit by packets */
    int64_t bytes;   /* 0: no limit by bytes */
} IcsDropTailConfig;

/* The limits of a queue of the class "droptail". */
IcsDropTailConfig ics_drop_tail_limits(const IcsQueue *queue);

/* All disciplines; ends with NULL. The first is "droptail". */
extern const IcsQueueClass *const ics_queue_classes[];
const IcsQueueClass *ics_queue_class_by_name(const char *name);

/* Transfer full; NULL and ICS_ERROR_INPUT on contradictions. */
IcsQueue *ics_queue_new(const IcsQueueClass *klass, gconstpointer config,
                        const IcsQueueSettings *settings, GError **error);
/* Frees the packets that are inside. */
void ics_queue_free(IcsQueue *self);

/* Takes a packet out of a queue that is given up (its host crashed): no discipline decides about
 * it. Transfer full; NULL when the queue is empty. */
static inline IcsPacket *ics_queue_take(IcsQueue *self)
{
    return self->klass->take(self);
}

/* For the disciplines: marks a packet that would be dropped (RFC 3168, section 5) and tells the
 * sink. False when its sender does not understand that: it is to be dropped. */
bool ics_queue_mark(IcsQueue *self, IcsPacket *packet, int64_t now_ns);

/* For the disciplines: a list of the queue gets a packet, or loses its first (NULL when it has
 * none), and the queue's counts follow. */
static inline void ics_queue_append(IcsQueue *self, IcsPacketList *list, IcsPacket *packet)
{
    ics_packet_list_append(list, packet);
    self->packets++;
    self->bytes += packet->length;
}

static inline IcsPacket *ics_queue_remove(IcsQueue *self, IcsPacketList *list)
{
    IcsPacket *packet = ics_packet_list_take(list);
    if (packet != NULL) {
        self->packets--;
        self->bytes -= packet->length;
    }
    return packet;
}

#endif
