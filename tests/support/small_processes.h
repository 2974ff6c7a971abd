/* Processes on the hosts of a small network: C functions and built-in programs. What they say is
 * noted, so that a test compares one line with what should have happened. What must hold inside a
 * process is checked with g_assert_...: cmocka's own would jump off the coroutine's stack. */
#ifndef ICS_TESTS_SUPPORT_SMALL_PROCESSES_H
#define ICS_TESTS_SUPPORT_SMALL_PROCESSES_H

#include <ipcsim/socket.h>

#include "protocols/socket/host_processes.h"
#include "tests/support/small_network.h"

/* Starts a coroutine or a handler whose config is the network. */
IcsProcess *ics_small_processes_start(IcsSmallNetwork *self, const char *host, const char *name,
                                      IcsProcessMain main);
IcsProcess *ics_small_processes_start_handler(IcsSmallNetwork *self, const char *host,
                                              const char *name, const IcsProcessHandler *handler);
/* The same with a config of its own, which is borrowed. */
IcsProcess *ics_small_processes_start_with(IcsSmallNetwork *self, const char *host,
                                           const char *name, IcsProcessMain main,
                                           gconstpointer config);

/* Notes "NAME WHAT=RESULT@TIME", the result as a number or the name of an errno. `network` is the
 * config of the process. Returns the result. */
int64_t ics_small_processes_say(IcsProcess *self, gconstpointer network, const char *what,
                                int64_t result);

/* Notes from now on what processes log, what operations did not do, and how processes end. */
void ics_small_processes_note_all(IcsSmallNetwork *self);

/* Host and port; ICS_ANY_ADDRESS for NULL. */
IcsEndpoint ics_small_processes_endpoint(gconstpointer network, const char *host, uint16_t port);

/* A new socket of a process, bound to a port of all addresses. */
int ics_small_processes_bound(IcsProcess *self, IcsSocketType type, uint16_t port);

#endif
