/* What is counted about one flow while it runs: O(1) for each observation. */
#ifndef ICS_TOOL_REPORT_FLOW_STATISTICS_H
#define ICS_TOOL_REPORT_FLOW_STATISTICS_H

#include "sim/observation.h"
#include "tool/report/conversations.h"
#include "tool/report/histogram.h"
#include "tool/report/jitter.h"
#include "tool/report/message_window.h"
#include "tool/report/reordering.h"

/* Zero-initialised has seen nothing, and has no memory. Latency, jitter, order and payload are
 * those of the first copy of each message that is received. */
typedef struct IcsFlowStatistics {
    IcsMessageWindow messages;
    IcsReordering order;
    IcsHistogram latency;
    IcsJitter jitter;
    uint64_t repeated;         /* retransmissions by a protocol */
    uint64_t wire_packets;     /* with its messages, offered to links, on every hop */
    uint64_t wire_bytes;       /* of IP, of these */
    uint64_t wire_repeats;     /* of these, sent again by a protocol */
    IcsControlCounts control;  /* without a message, of conversations that it opened: if followed */
    uint64_t setup_packets;    /* of these, before the first one with a message */
    int64_t setup_ns;          /* that the first message waited for these, the longest */
    uint64_t payload_bytes;    /* that processes took */
    int64_t first_sent_ns;     /* of no use while nothing was sent */
    int64_t last_delivered_ns; /* of no use while nothing was delivered */
} IcsFlowStatistics;

void ics_flow_statistics_clear(IcsFlowStatistics *self);

/* Observations about a message of this flow, of the kinds of the same names. */
void ics_flow_statistics_sent(IcsFlowStatistics *self, const IcsObservation *observation);
void ics_flow_statistics_repeated(IcsFlowStatistics *self, const IcsObservation *observation);
void ics_flow_statistics_offered(IcsFlowStatistics *self, const IcsObservation *observation);
/* A packet without a message, of a conversation that the flow opened. */
void ics_flow_statistics_control(IcsFlowStatistics *self, const IcsObservation *observation);
/* The packet is the first with a message of a conversation that had these packets before. */
void ics_flow_statistics_opened(IcsFlowStatistics *self, const IcsObservation *observation,
                                const IcsControlCounts *before);
void ics_flow_statistics_copied(IcsFlowStatistics *self, const IcsObservation *observation);
void ics_flow_statistics_dropped(IcsFlowStatistics *self, const IcsObservation *observation);
/* Of a flow whose messages are parts of a byte stream: PACKET_DROPPED, MESSAGE_ABANDONED. */
void ics_flow_statistics_met(IcsFlowStatistics *self, const IcsObservation *observation);
void ics_flow_statistics_abandoned(IcsFlowStatistics *self, const IcsObservation *observation);
void ics_flow_statistics_delivered(IcsFlowStatistics *self, const IcsObservation *observation);

/* Adds another flow of the same name. Of the jitters the larger one stays. Neither may be told
 * anything afterwards. */
void ics_flow_statistics_merge(IcsFlowStatistics *self, const IcsFlowStatistics *other);

#endif
