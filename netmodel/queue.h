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
 * accepted them (CoDel). The sink consumes the packet. */
typedef struct IcsQueueSettings {
    const char *place;
    const char *pointer; /* nullable */
    uint64_t seed;
    const IcsChooser *chooser;
    int64_t rate_bps; /* of the transmitter; 0: infinite */
    void (*drop)(gpointer sink, IcsPacket *packet, IcsCause cause, int64_t at_ns);
    gpointer sink;
} IcsQueueSettings;

struct IcsQueueClass {
    const char *name; /* as in the trace: "droptail" */
    const char *doc;
    size_t config_bytes;
    const IcsParameter *parameters;
    size_t queue_bytes; /* of the struct that begins with an IcsQueue */
    bool (*init)(IcsQueue *self, gconstpointer config, GError **error);
    void (*clear)(IcsQueue *self); /* nullable */
    /* Takes the packet (transfer full) and returns ICS_CAUSE_NONE, or leaves it with the caller and
     * returns why there is no room for it. */
    IcsCause (*enqueue)(IcsQueue *self, IcsPacket *packet, int64_t now_ns);
    /* The next packet to transmit (transfer full), NULL when there is none. */
    IcsPacket *(*dequeue)(IcsQueue *self, int64_t now_ns);
};

struct IcsQueue {
    const IcsQueueClass *klass;
    IcsQueueSettings settings;
    IcsChoicePoint point;
    uint64_t packets; /* inside, kept by enqueue and dequeue */
    uint64_t bytes;
};

/* Parameters of the plain drop-tail discipline: both limits may be given; at least one is. */
typedef struct IcsDropTailConfig {
    int64_t packets; /* 0: no limit by packets */
    int64_t bytes;   /* 0: no limit by bytes */
} IcsDropTailConfig;

/* All disciplines; ends with NULL. The first is "droptail". */
extern const IcsQueueClass *const ics_queue_classes[];
const IcsQueueClass *ics_queue_class_by_name(const char *name);

/* Transfer full; NULL and ICS_ERROR_INPUT on contradictions. */
IcsQueue *ics_queue_new(const IcsQueueClass *klass, gconstpointer config,
                        const IcsQueueSettings *settings, GError **error);
/* Frees the packets that are inside. */
void ics_queue_free(IcsQueue *self);

#endif
