/* What a trace expects of its run: bounds on metrics. The names of the metrics are here, their
 * values are tool/report's. */
#ifndef ICS_TRACES_EXPECTATION_H
#define ICS_TRACES_EXPECTATION_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#define ICS_METRIC_TARGETS(X)                                                                      \
    X(FLOW, "flow")                                                                                \
    X(LINK, "link")                                                                                \
    X(HOST, "host")                                                                                \
    X(PROCESS, "process")                                                                          \
    X(RUN, "run")

typedef enum {
#define ICS_METRIC_TARGET(name, spelling) ICS_METRIC_OF_##name,
    ICS_METRIC_TARGETS(ICS_METRIC_TARGET)
#undef ICS_METRIC_TARGET
} IcsMetricTarget;

/* How a metric's value is written in the trace: a count, a time in ns ("20ms"), bytes, bit/s, or a
 * ratio in units of 2^-63 ("10%"; one is INT64_MAX). */
typedef enum {
    ICS_METRIC_COUNT,
    ICS_METRIC_TIME,
    ICS_METRIC_BYTES,
    ICS_METRIC_RATE,
    ICS_METRIC_RATIO
} IcsMetricUnit;

/* Name, spelling, target, unit, meaning. "lost" and "dropped" take a "cause". */
#define ICS_METRICS(X)                                                                             \
    X(SENT, "sent", FLOW, COUNT, "messages handed to the socket")                                  \
    X(DELIVERED, "delivered", FLOW, COUNT, "distinct messages received at least once")             \
    X(LOST, "lost", FLOW, COUNT, "messages of which no copy arrived or is on its way")             \
    X(UNDECIDED, "undecided", FLOW, COUNT, "messages still on their way at the stop")              \
    X(DUPLICATES, "duplicates", FLOW, COUNT, "further copies received")                            \
    X(REORDERED, "reordered", FLOW, COUNT, "messages received after a later one (RFC 4737)")       \
    X(DAMAGED, "damaged", FLOW, COUNT, "messages received with other bytes than were sent")        \
    X(REPEATED, "repeated", FLOW, COUNT, "retransmissions")                                        \
    X(DELIVERY_RATIO, "delivery-ratio", FLOW, RATIO, "delivered of sent")                          \
    X(REORDERED_RATIO, "reordered-ratio", FLOW, RATIO, "reordered of received (RFC 4737)")         \
    X(REORDERED_EXTENT, "reordered-extent", FLOW, COUNT, "largest reordering extent (RFC 4737)")   \
    X(LATENCY_MIN, "latency-min", FLOW, TIME, "shortest one-way latency")                          \
    X(LATENCY_P50, "latency-p50", FLOW, TIME, "median latency")                                    \
    X(LATENCY_P90, "latency-p90", FLOW, TIME, "latency, 90th percentile")                          \
    X(LATENCY_P99, "latency-p99", FLOW, TIME, "latency, 99th percentile")                          \
    X(LATENCY_MAX, "latency-max", FLOW, TIME, "longest latency")                                   \
    X(JITTER, "jitter", FLOW, TIME, "interarrival jitter at the end (RFC 3550)")                   \
    X(GOODPUT, "goodput", FLOW, RATE,                                                              \
      "payload delivered over the time from first sent to last received")                          \
    X(WIRE_BYTES, "wire-bytes", FLOW, BYTES, "bytes of IP offered to links for its messages")      \
    X(OVERHEAD, "overhead", FLOW, RATIO, "wire bytes that are no delivered payload, of all")       \
    X(OFFERED, "offered", LINK, COUNT, "packets given to the direction")                           \
    X(COPIES, "copies", LINK, COUNT, "copies made by duplication")                                 \
    X(ARRIVED, "arrived", LINK, COUNT, "packets that reached the far end")                         \
    X(DROPPED, "dropped", LINK, COUNT, "packets that died, by cause if one is given")              \
    X(CORRUPTED, "corrupted", LINK, COUNT, "packets that were damaged on the wire")                \
    X(OVERTAKEN, "overtaken", LINK, COUNT, "packets that were displaced")                          \
    X(QUEUE_MAXIMUM, "queue-maximum", LINK, COUNT, "packets that waited at once")                  \
    X(UTILISATION, "utilisation", LINK, RATIO, "time that the transmitter was busy")               \
    X(HOST_DROPPED, "dropped", HOST, COUNT, "packets that died in the host, by cause if given")    \
    X(OPERATIONS_FAILED, "operations-failed", PROCESS, COUNT,                                      \
      "operations that missed their expect")                                                       \
    X(BLOCKED, "blocked", PROCESS, TIME, "time spent waiting, sleep left out")                     \
    X(BLOCKED_INTERVALS, "blocked-intervals", PROCESS, COUNT,                                      \
      "how often it waited, sleep left out")                                                       \
    X(EXIT_CODE, "exit-code", PROCESS, COUNT, "of an ended process")                               \
    X(EVENTS, "events", RUN, COUNT, "model events: what the digest covers")                        \
    X(DURATION, "duration", RUN, TIME, "virtual time of the last event, or the stop")

typedef enum {
#define ICS_METRIC(name, spelling, target, unit, meaning) ICS_METRIC_##name,
    ICS_METRICS(ICS_METRIC)
#undef ICS_METRIC
        ICS_N_METRICS
} IcsMetric;

/* A row of the table above. */
typedef struct IcsMetricInfo {
    const char *name; /* as in the trace */
    IcsMetricTarget target;
    IcsMetricUnit unit;
    const char *meaning;
} IcsMetricInfo;

const IcsMetricInfo *ics_metric_info(IcsMetric metric);

/* "flow", "link", "host", "process", "run". */
const char *ics_metric_target_name(IcsMetricTarget target);

/* Whether it may be narrowed by a cause. */
bool ics_metric_takes_cause(IcsMetric metric);

typedef struct IcsTraceExpectation {
    IcsMetricTarget target;
    const char *name; /* "asker -> echo" or "asker -> server:6789"; "wire client->server"; a host's
                         or process's; NULL: run */
    IcsMetric metric;
    const char *cause; /* spelling of an IcsCause, nullable */
    int64_t min;       /* INT64_MIN: no bound */
    int64_t max;       /* INT64_MAX: no bound */
    const char *pointer;
} IcsTraceExpectation;

#endif
