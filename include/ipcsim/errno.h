/* Errors of the simulated world that <errno.h> has no name for. */
#ifndef IPCSIM_ERRNO_H
#define IPCSIM_ERRNO_H

#include <errno.h>

/* A name that no host of the trace has; beyond Linux's largest errno, 4095. */
#define ICS_EHOSTNOTFOUND 4096

#endif
