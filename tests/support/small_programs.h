/* Built-in programs and lists of operations on the hosts of a small network. */
#ifndef ICS_TESTS_SUPPORT_SMALL_PROGRAMS_H
#define ICS_TESTS_SUPPORT_SMALL_PROGRAMS_H

#include "protocols/programs/operations.h"
#include "protocols/programs/program.h"
#include "tests/support/small_processes.h"

typedef enum { ICS_SMALL_COROUTINE, ICS_SMALL_HANDLER } IcsSmallForm;

/* Starts a program by its name in traces. `parameters` is a JSON object in which ' stands for ". It
 * must be right, and the program must exist in that form. */
IcsProcess *ics_small_programs_start(IcsSmallNetwork *self, const char *host, const char *process,
                                     const char *program, IcsSmallForm form,
                                     const char *parameters);

/* Checks that parameters are refused with a message that has `words`. */
void ics_small_programs_assert_refused(const char *program, const char *parameters,
                                       const char *words);

/* Starts a process that carries out operations, a JSON array with ' for ". */
IcsProcess *ics_small_programs_operations(IcsSmallNetwork *self, const char *host,
                                          const char *process, const char *operations);

/* Reads operations: (transfer full), or NULL and the error. */
IcsOperations *ics_small_programs_read(const char *operations, GError **error);

#endif
