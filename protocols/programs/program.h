/* The built-in programs: one file and one row in ics_program_classes (program_table.c) each. They
 * are written on <ipcsim/socket.h> as a student would write them. */
#ifndef ICS_PROTOCOLS_PROGRAMS_PROGRAM_H
#define ICS_PROTOCOLS_PROGRAMS_PROGRAM_H

#include <glib.h>

#include "base/parameters.h"
#include "sim/process.h"

typedef struct IcsProgramClass {
    const char *name; /* as in the trace: "udp-echo-server" */
    const char *doc;
    size_t config_bytes;
    /* A string that is called "to" is an endpoint, "host:port": the loader checks its host. */
    const IcsParameter *parameters;
    /* Checks the parameters against each other; nullable. ICS_ERROR_INPUT. */
    bool (*check)(gconstpointer config, GError **error);
    IcsProcessMain main;              /* blocking style */
    const IcsProcessHandler *handler; /* the same program without a stack; nullable */
} IcsProgramClass;

/* All programs by name; ends with NULL. */
extern const IcsProgramClass *const ics_program_classes[];
/* NULL when there is none of that name. */
const IcsProgramClass *ics_program_class_by_name(const char *name);

#endif
