/* The clock (CLOCK_MONOTONIC) and the waiting (ppoll(2)) of the machine. While it exists, SIGINT
 * and SIGTERM end a wait and with it the run; those that come later have their usual effect. */
#ifndef ICS_TOOL_LIVE_LIVE_MACHINE_H
#define ICS_TOOL_LIVE_LIVE_MACHINE_H

#include "tool/live/live.h"

/* Transfer full; NULL and ICS_ERROR_MACHINE. */
IcsLiveMachine *ics_live_machine_new(GError **error);
void ics_live_machine_free(IcsLiveMachine *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(IcsLiveMachine, ics_live_machine_free)

#endif
