/* What `ipcsim compare` measures in each run. */
#ifndef ICS_TOOL_EXPERIMENTS_MEASURE_H
#define ICS_TOOL_EXPERIMENTS_MEASURE_H

#include "tool/report/result.h"

/* Name in results, head in tables, title in plots, unit, meaning. */
#define ICS_MEASURES(X)                                                                            \
    X(SENT, "sent", "sent", "messages sent", COUNT, "messages handed to sockets")                  \
    X(DELIVERED, "delivered", "delivered", "messages delivered", COUNT,                            \
      "distinct messages received at least once")                                                  \
    X(LOST, "lost", "lost", "messages lost", COUNT,                                                \
      "messages of which no copy arrived or is on its way")                                        \
    X(UNDECIDED, "undecided", "undecided", "messages undecided", COUNT,                            \
      "messages still on their way at the stop")                                                   \
    X(DUPLICATES, "duplicates", "dup", "duplicates delivered", COUNT, "further copies received")   \
    X(REORDERED, "reordered", "reordered", "messages out of order", COUNT,                         \
      "messages received after a later one (RFC 4737)")                                            \
    X(LATENCY_P50, "latency_p50_ns", "lat p50", "latency, median", TIME,                           \
      "median latency of delivered messages")                                                      \
    X(LATENCY_P99, "latency_p99_ns", "lat p99", "latency, 99th percentile", TIME,                  \
      "99th percentile of the latency of delivered messages")                                      \
    X(COMPLETION, "completion_ns", "completion", "completion time", TIME,                          \
      "arrival of the last distinct message, when none is missing")                                \
    X(GOODPUT, "goodput_bps", "goodput", "goodput", RATE,                                          \
      "payload from the first sent to the last received")                                          \
    X(WIRE_PER_BYTE, "wire_per_byte", "wire/byte", "wire bytes per delivered byte", RATIO,         \
      "bytes of IP offered to links for each delivered byte of payload")                           \
    X(RETRANSMISSIONS, "retransmissions", "retrans", "packets sent again", COUNT,                  \
      "packets that a protocol sent again")                                                        \
    X(SETUP_TIME, "setup_ns", "set-up", "set-up time", TIME,                                       \
      "from the first send to the first packet with data, when others went before it")             \
    X(SETUP_PACKETS, "setup_packets", "packets", "set-up packets", COUNT,                          \
      "packets before the first one with data")

typedef enum {
#define ICS_MEASURE(name, spelling, head, title, unit, meaning) ICS_MEASURE_##name,
    ICS_MEASURES(ICS_MEASURE)
#undef ICS_MEASURE
        ICS_N_MEASURES
} IcsMeasure;

typedef enum {
    ICS_MEASURE_UNIT_COUNT,
    ICS_MEASURE_UNIT_TIME, /* ns */
    ICS_MEASURE_UNIT_RATE, /* bit/s */
    ICS_MEASURE_UNIT_RATIO
} IcsMeasureUnit;

typedef struct IcsMeasureInfo {
    const char *name;
    const char *head;
    const char *title;
    IcsMeasureUnit unit;
    const char *meaning;
} IcsMeasureInfo;

const IcsMeasureInfo *ics_measure_info(IcsMeasure measure);

/* "count", "ns", "bit/s" or "ratio". */
const char *ics_measure_unit_name(IcsMeasureUnit unit);

/* A set of measures: bit 1 << IcsMeasure. */
#define ICS_MEASURES_ALL ((UINT32_C(1) << ICS_N_MEASURES) - 1)

/* Reads "delivered,completion_ns"; false and ICS_ERROR_INPUT, with the nearest name. */
bool ics_measures_parse(const char *list, uint32_t *set, GError **error);

/* All values of one run; one that is undefined has `of` 0. */
void ics_measures_take(const IcsFlowResult *flow, IcsRatio values[ICS_N_MEASURES]);

#endif
