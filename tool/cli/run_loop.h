/* Runs a world to its end while a person watches: progress on standard error when it is a terminal
 * and the run takes longer than a second, and SIGINT ends the run with what there is so far. */
#ifndef ICS_TOOL_CLI_RUN_LOOP_H
#define ICS_TOOL_CLI_RUN_LOOP_H

#include "traces/world.h"

/* Returns how the run stopped: "quiescent", "time" or "interrupted" (static). A second SIGINT kills
 * the program. `go_on` is asked now and then: if it says no, the run is interrupted too. */
const char *ics_run_loop(IcsWorld *world, bool (*go_on)(gpointer data), gpointer data);

#endif
