/* SIGINT while something runs: it is noted, and the work ends with what there is so far. A second
 * one kills the program. */
#ifndef ICS_TOOL_CLI_INTERRUPT_H
#define ICS_TOOL_CLI_INTERRUPT_H

#include <signal.h>
#include <stdbool.h>

/* Begins to take note; `before` (out) is what ics_interrupt_end() puts back. */
void ics_interrupt_begin(struct sigaction *before);
void ics_interrupt_end(const struct sigaction *before);

/* Whether there was one since the beginning. */
bool ics_interrupt_came(void);

#endif
