/* Every observation of a run as JSON Lines, in the order in which it happened; docs/RESULTS.md says
 * which kind has which fields. Flows are named by port ("asker -> server:6789"), since their
 * receiver may bind it later or change. */
#ifndef ICS_TOOL_REPORT_EVENT_LOG_H
#define ICS_TOOL_REPORT_EVENT_LOG_H

#include <glib.h>

#include "traces/world.h"

typedef struct IcsEventLog IcsEventLog;

/* Starts to log; to be called before the world runs. Departures are scheduled from now on, so that
 * each event stands at its time. "-" is standard output. Transfer full; NULL and
 * ICS_ERROR_MACHINE. */
IcsEventLog *ics_event_log_open(IcsWorld *world, const char *path, GError **error);

/* Whether everything has been written so far. After a failure nothing more is. */
bool ics_event_log_is_well(const IcsEventLog *self);

/* Ends the log (also of a run that was interrupted) and frees it. False and ICS_ERROR_MACHINE when
 * not all of it could be written: then there is no file. */
bool ics_event_log_close(IcsEventLog *self, GError **error);

/* Frees it; there is no file, or the old one. */
void ics_event_log_discard(IcsEventLog *self);

#endif
