/* The result of a run: everything that reports say, in numbers. It is taken from the statistics and
 * the world at the end and needs neither of them afterwards. */
#ifndef ICS_TOOL_REPORT_RESULT_H
#define ICS_TOOL_REPORT_RESULT_H

#include "base/arena.h"
#include "tool/report/cause_counts.h"
#include "tool/report/process_statistics.h"
#include "tool/report/ratio.h"
#include "tool/report/statistics.h"

/* Of the first copy of each delivered message. Of no use while n is 0. */
typedef struct IcsLatencyResult {
    uint64_t n;
    int64_t min_ns;
    int64_t p50_ns;
    int64_t p90_ns;
    int64_t p99_ns;
    int64_t max_ns;
    int64_t mean_ns;
} IcsLatencyResult;

/* RFC 4737. */
typedef struct IcsReorderingResult {
    uint64_t reordered;
    uint64_t received;
    uint64_t extent_max;
    uint64_t extent_sum; /* of `extents` of the reordered ones; the others came too late to know */
    uint64_t extents;
} IcsReorderingResult;

/* All flows of one name: one process sends, by whichever of its sockets, another one receives. */
typedef struct IcsFlowResult {
    const char *name; /* "asker -> echo" */
    const char *transport;
    bool is_datagram; /* of datagram sockets */
    uint32_t flows;   /* how many are joined in it */
    uint64_t sent;
    uint64_t delivered;
    uint64_t undecided;
    IcsCauseCounts lost;
    uint64_t duplicates;
    uint64_t damaged;
    uint64_t repeated;
    uint64_t beyond_window; /* receptions too late to say whether they were duplicates */
    IcsReorderingResult order;
    IcsLatencyResult latency;
    int64_t jitter_ns; /* -1: undefined */
    uint64_t payload_bytes;
    int64_t payload_ns;        /* from the first sent to the last received */
    int64_t last_delivered_ns; /* -1: undefined */
    uint64_t wire_packets;
    uint64_t wire_bytes;
    uint64_t retransmissions; /* packets that a protocol sent again */
    /* Of no use unless the statistics follow control packets: */
    IcsControlCounts control; /* packets without a message */
    uint64_t setup_packets;
    int64_t setup_ns;
} IcsFlowResult;

/* One end of a connection. */
typedef struct IcsConnectionResult {
    const char *host;
    const char *local; /* "client:49152" */
    const char *peer;  /* "server:7896" */
    bool is_passive;   /* it came to a listener */
    const char *state; /* "ESTABLISHED" ..., at the end */
    int64_t began_ns;
    int64_t setup_ns; /* from SYN to ESTABLISHED; -1: it never came to that */
    uint64_t sent_bytes;
    uint64_t received_bytes;
    IcsStreamFigures figures;
    uint64_t cwnd_max_bytes;
    uint64_t repeats[ICS_CONNECTION_N_REPEATS]; /* by IcsStreamRepeat */
} IcsConnectionResult;

/* One fault element. */
typedef struct IcsFaultResult {
    const char *kind;
    const char *name;         /* nullable */
    const char *pointer;      /* nullable */
    IcsProbability requested; /* ICS_FAULT_RATE_UNKNOWN: none to state */
    IcsRatio realised;        /* packets to which something happened, of those it decided on */
} IcsFaultResult;

/* What was counted on a direction, as in IcsLinkCounters. */
typedef struct IcsLinkTotals {
    uint64_t offered;
    uint64_t offered_bytes;
    uint64_t copies;
    uint64_t departed;
    uint64_t departed_bytes;
    uint64_t delivered;
    uint64_t delivered_bytes;
    uint64_t damaged;
    uint64_t reordered;
    uint64_t marked; /* congestion experienced */
    uint64_t queue_maximum;
    uint64_t waited_ns; /* sum over packets of the time in the queue, up to the end */
    uint64_t busy_ns;   /* up to the end */
} IcsLinkTotals;

/* One direction of a link. */
typedef struct IcsLinkResult {
    const char *name;    /* "wire client->server" */
    const char *link;    /* "wire" */
    const char *pointer; /* of the link, nullable */
    int64_t rate_bps;    /* 0: infinite; of a capacity trace the rate in the long run */
    bool has_capacity;   /* a capacity trace */
    int64_t delay_ns;
    IcsLinkTotals counters;
    IcsCauseCounts dropped;
    uint64_t in_flight;
    bool conserved;
    IcsFaultResult *faults;
    uint32_t n_faults;
} IcsLinkResult;

typedef struct IcsHostResult {
    const char *name;
    const char *state; /* "up", "paused", "crashed" */
    uint32_t restarts;
    IcsCauseCounts dropped;
    IcsFaultResult *faults;
    uint32_t n_faults;
} IcsHostResult;

/* One life of a process. */
typedef struct IcsProcessResult {
    const char *name;
    const char *host;
    bool has_operations; /* the trace tells it, or its ancestor, operation by operation */
    const char *outcome; /* "returned" ...; "not-started" for one of the trace that never ran */
    int exit_code;
    int64_t started_ns; /* ICS_TIME_NEVER: it did not run */
    int64_t ended_ns;   /* ICS_TIME_NEVER: it has not ended */
    IcsBlockedTime blocked[ICS_PROCESS_N_WAIT_REASONS];
    GArray *intervals; /* of IcsBlockedInterval; the first of them; nullable */
    uint64_t log_lines;
    GPtrArray *log; /* of char *; the first of them; nullable */
    uint64_t operations_failed;
    GPtrArray *failures; /* of char *; the first of them; nullable */
} IcsProcessResult;

/* All its waits for others: sleep and computing are left out. */
IcsBlockedTime ics_process_result_waits(const IcsProcessResult *self);

/* The value of a metric. */
typedef struct IcsMetricValue {
    bool is_defined;
    int64_t value;  /* in the metric's unit; a ratio in units of 2^-63, INT64_MAX for 1 */
    IcsRatio ratio; /* of a ratio: the same, exactly */
} IcsMetricValue;

typedef struct IcsExpectationResult {
    IcsTraceExpectation expected; /* its strings belong to the result */
    IcsMetricValue value;
    bool ok;
} IcsExpectationResult;

/* A host that the outside stood in for; packets. */
typedef struct IcsDoorResult {
    const char *host;
    const char *to;     /* "tun:x", "fd:7" */
    uint64_t in;        /* from outside into the simulated network */
    uint64_t refused;   /* from outside, and died at once; by cause in the host's result */
    uint64_t out;       /* from the simulated network to the outside */
    uint64_t not_taken; /* that came out, and for which there was no room outside */
} IcsDoorResult;

/* What a run by the wall clock has that others have not. */
typedef struct IcsLiveResult {
    int64_t lag_max_ns; /* the most by which an event was late */
    const IcsDoorResult *doors;
    uint32_t n_doors;
} IcsLiveResult;

/* What the caller knows about the run. Everything is copied. */
typedef struct IcsRunInfo {
    const char *command;       /* "run" */
    const char *stopped;       /* "quiescent", "time" or "interrupted" */
    const IcsLiveResult *live; /* NULL: the run was not paced */
} IcsRunInfo;

typedef struct IcsResult {
    const char *command;
    const char *stopped;
    const char *title;
    const char *look_at; /* nullable */
    const char *sha256;
    uint64_t seed;
    int64_t virtual_ns;
    uint64_t digest;
    const IcsLiveResult *live; /* NULL: the run was not paced, and can be repeated */
    uint64_t events;           /* of the model: what the digest covers, whoever watches */
    const char *broken;        /* a broken invariant, NULL: none */
    GArray *flows;             /* of IcsFlowResult, in the order of their first messages */
    GArray *links;             /* of IcsLinkResult, in the order of the file */
    GArray *connections;       /* of IcsConnectionResult, in the order of their beginning */
    uint64_t more_connections; /* ends that are not in it */
    GArray *hosts;             /* of IcsHostResult, by name */
    GArray *processes;    /* of IcsProcessResult: in the order of the file, then of their starts */
    GArray *expectations; /* of IcsExpectationResult, in the order of the file */
    GPtrArray *warnings;  /* of char * */
    bool ok;              /* every expectation held */
    IcsArena arena;
} IcsResult;

/* Takes the result of a run that has ended or was interrupted. Transfer full. */
IcsResult *ics_result_new(const IcsStatistics *statistics, const IcsRunInfo *info);
void ics_result_free(IcsResult *self);

/* All flows of datagram sockets as one, without a name. What it owns is freed by
 * ics_flow_result_clear(). */
IcsFlowResult ics_result_datagram_flows(const IcsStatistics *statistics);
void ics_flow_result_clear(gpointer flow_result);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(IcsResult, ics_result_free)

#endif
