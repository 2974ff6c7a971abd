/* What host.c and network.c share. */
#ifndef ICS_NETMODEL_HOST_INTERNAL_H
#define ICS_NETMODEL_HOST_INTERNAL_H

#include "netmodel/host.h"

void ics_host_init_loopback(IcsHost *self);

/* Keys of IcsHost.routes: an address, and a neighbour. They never coincide. */
static inline gpointer ics_host_address_key(uint32_t address)
{
    return GSIZE_TO_POINTER((gsize)address);
}

static inline gpointer ics_host_neighbour_key(const IcsHost *neighbour)
{
    G_STATIC_ASSERT(sizeof(gsize) == 8);
    return GSIZE_TO_POINTER((gsize)1 << 32 | neighbour->node);
}

#endif
