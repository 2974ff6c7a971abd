/* A time-space diagram: hosts as columns, time downwards, packets as arrows, an X and its cause
 * where one dies, and what the processes wait for.
 *
 *        time    client                                                   server
 *      0.000 ms  o------------ #1 512 B ----------->                      |
 *                | asker blocks in receive                                |
 *     20.432 ms  :                      ------------ #1 512 B ----------->o
 *     30.000 ms  o------------ #2 512 B ----------->                      |
 *     30.432 ms  :                       ----- #2 512 B -----X loss       |
 *
 * A lifeline is ":" while a process of the host is blocked, "." while the host is paused, and there
 * is none while it is down. */
#ifndef ICS_TOOL_REPORT_TIMELINE_H
#define ICS_TOOL_REPORT_TIMELINE_H

#include <glib.h>

#include "traces/world.h"

/* Rows that are kept for a diagram when nobody asks for another number, and columns: the hosts that
 * come first. */
#define ICS_TIMELINE_DEFAULT_ROWS 100
#define ICS_TIMELINE_MAX_HOSTS    8

typedef struct IcsTimeline IcsTimeline;

/* Starts to watch; to be called before the world runs. Keeps the first `max_rows` rows. Transfer
 * full. */
IcsTimeline *ics_timeline_new(IcsWorld *world, guint max_rows);
void ics_timeline_free(IcsTimeline *self);

/* Appends the diagram, hosts in the order of the trace, at most `width` columns (at least 60) wide.
 */
void ics_timeline_render(const IcsTimeline *self, guint width, GString *out);

#endif
