/* What an entry of the schedule does, in words: "down wire", "partition alice | bob, carol". */
#ifndef ICS_TRACES_ACTION_TEXT_H
#define ICS_TRACES_ACTION_TEXT_H

#include "traces/trace.h"

/* The action and what it acts on; of a partition's many hosts only the first of each side. Transfer
 * full. */
char *ics_action_text(const IcsTrace *trace, const IcsTraceAction *action);

#endif
