/* The observation bus: subscribers by kind. With no subscriber for a kind, that kind costs a test
 * of one bit. */
#ifndef ICS_SIM_BUS_H
#define ICS_SIM_BUS_H

#include <glib.h>

#include "sim/observation.h"

typedef void (*IcsObserverFunc)(gpointer self, const IcsObservation *observation);

typedef struct IcsBusSubscriber {
    IcsObserverFunc observe;
    gpointer self;
} IcsBusSubscriber;

typedef struct IcsBus {
    uint64_t wanted;                              /* union of the subscribers' kinds */
    GArray *subscribers[ICS_OBSERVATION_N_KINDS]; /* of IcsBusSubscriber; NULL: none */
} IcsBus;

void ics_bus_init(IcsBus *self);
void ics_bus_clear(IcsBus *self);

/* Calls `observe(observer, ...)` for every observation of the given kinds, in the order of
 * subscription. The observer is borrowed and must outlive the bus. An observer must not change the
 * world. */
void ics_bus_subscribe(IcsBus *self, uint64_t kinds, IcsObserverFunc observe, gpointer observer);

static inline bool ics_bus_wants(const IcsBus *self, IcsObservationKind kind)
{
    return G_UNLIKELY((self->wanted >> kind & 1) != 0);
}

/* Tells all subscribers of the observation's kind. */
void ics_bus_publish(const IcsBus *self, const IcsObservation *observation);

#endif
