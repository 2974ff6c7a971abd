/* What host.c and network.c share. */
#ifndef ICS_NETMODEL_HOST_INTERNAL_H
#define ICS_NETMODEL_HOST_INTERNAL_H

#include "netmodel/host.h"

void ics_host_init_loopback(IcsHost *self);

#endif
