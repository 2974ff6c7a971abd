/* The processes of a host: what restarts with it, what dies with it, and the sockets they own. */
#ifndef ICS_PROTOCOLS_SOCKET_HOST_PROCESSES_H
#define ICS_PROTOCOLS_SOCKET_HOST_PROCESSES_H

#include "protocols/stack/stack.h"
#include "sim/process.h"

/* Processes that one host can have had, the ended ones included, before spawn refuses another: they
 * are kept for the report, and a program that spawns for ever must not eat the machine. */
#define ICS_HOST_PROCESSES_MAX 100000

/* Starts a process on the stack's host: it gets a table of sockets and runs its first line within
 * the present instant. `name` is copied; the program's config is borrowed. Owned by the stack,
 * alive (if perhaps ended) until the world is freed. */
IcsProcess *ics_host_processes_start(IcsStack *stack, const char *name,
                                     const IcsProcessProgram *program);

/* Ends all that run on the host, e.g. because it crashes (ICS_OUTCOME_CRASHED: their sockets vanish
 * silently). */
void ics_host_processes_end(IcsStack *stack, IcsProcessOutcome outcome);

/* Ends the processes of that name (and their children); returns how many there were. */
uint32_t ics_host_processes_kill(IcsStack *stack, const char *name);

/* All that were ever started, in order. Borrowed. */
const GPtrArray *ics_host_processes_all(const IcsStack *stack);

/* Packets that wait in the sockets of the host's processes. */
uint64_t ics_host_processes_queued(const IcsStack *stack);

#endif
