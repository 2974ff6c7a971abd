/* The world's failures: one GError domain whose codes are the exit statuses of the command. */
#ifndef ICS_BASE_ERROR_H
#define ICS_BASE_ERROR_H

#include <glib.h>

/* The domain of every GError that ipcsim raises. */
#define ICS_ERROR (ics_error_quark())

/**
 * Whose failure it was.
 *
 * INPUT: the request or the input was wrong (exit status 2).
 * MACHINE: a file, the disk or the memory failed (exit status 3).
 * INVARIANT: our own fault, a broken invariant (exit status 4).
 */
typedef enum {
    ICS_ERROR_INPUT = 2,
    ICS_ERROR_MACHINE = 3,
    ICS_ERROR_INVARIANT = 4,
} IcsError;

GQuark ics_error_quark(void);

/**
 * The exit status that SEMANTICS ("Results") gives an error: 2, 3 or 4. Errors of GOption (the
 * command line) are the request's fault, 2; errors of any other domain come from the machine, 3.
 */
int ics_error_exit_status(const GError *error);

#endif
