/* What process.c and wait_queue.c share. */
#ifndef ICS_SIM_PROCESS_INTERNAL_H
#define ICS_SIM_PROCESS_INTERNAL_H

#include "sim/process.h"

/* Appends a waiter to a queue; it must be in none. */
void ics_waiter_link(IcsWaiter *self, IcsWaitQueue *queue);
/* Takes it out; does nothing if it is in none. */
void ics_waiter_unlink(IcsWaiter *self);

/* Puts a waiting or new process into the list of those that run when the present event is done. */
void ics_process_make_ready(IcsProcess *self);

#endif
