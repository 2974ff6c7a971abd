/* What happens in connections, as members of a line of the event log. */
#ifndef ICS_TOOL_REPORT_EVENT_LOG_CONNECTION_H
#define ICS_TOOL_REPORT_EVENT_LOG_CONNECTION_H

#include "base/json_writer.h"
#include "sim/observation.h"

/* Writes which connection it is, and what only this kind of observation has. */
void ics_event_log_connection(IcsJsonWriter *writer, const IcsObservation *observation);

#endif
