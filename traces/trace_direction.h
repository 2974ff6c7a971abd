/* What a link direction is made from: the link's settings, or its own under "from". */
#ifndef ICS_TRACES_TRACE_DIRECTION_H
#define ICS_TRACES_TRACE_DIRECTION_H

#include "traces/trace_reader.h"

/* Reads rate, delay, mtu, capacity and queue of a link object and of the members of its "from" into
 * the configs of the link, whose ends are known. `keys`: all that the link object may have. */
bool ics_trace_direction_read(IcsTraceReader *self, const IcsJsonNode *node, IcsTraceLink *link,
                              const char *const *keys, GError **error);

#endif
