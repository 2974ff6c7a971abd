/* The statistics of a run: a subscriber that is always there. Memory grows with flows and
 * processes, not with packets. */
#ifndef ICS_TOOL_REPORT_STATISTICS_H
#define ICS_TOOL_REPORT_STATISTICS_H

#include "tool/report/connection_statistics.h"
#include "tool/report/flow_statistics.h"
#include "tool/report/process_statistics.h"
#include "traces/world.h"

typedef struct IcsStatistics IcsStatistics;

/* Subscribes to the world's bus; to be called before the run. The world is borrowed, and the
 * statistics must outlive its run; they are read before it is freed. Transfer full. */
IcsStatistics *ics_statistics_new(const IcsWorld *world);
/* Also counts packets without a message (handshakes, acknowledgements) to the flow that opened
 * their conversation. To be called before the run; a few nanoseconds a packet. */
void ics_statistics_follow_control(IcsStatistics *self);
void ics_statistics_free(IcsStatistics *self);

/* Flows by their index in the network's table, as far as messages were sent. Borrowed. */
uint32_t ics_statistics_flows(const IcsStatistics *self);
IcsFlowStatistics *ics_statistics_flow(const IcsStatistics *self, uint32_t flow);

/* Processes by their id; NULL for one that was never heard of. Borrowed. */
uint32_t ics_statistics_processes(const IcsStatistics *self);
const IcsProcessStatistics *ics_statistics_process(const IcsStatistics *self, uint32_t id);

/* The ends of all connections. Borrowed. */
const IcsConnectionTable *ics_statistics_connections(const IcsStatistics *self);

const IcsWorld *ics_statistics_world(const IcsStatistics *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(IcsStatistics, ics_statistics_free)

#endif
