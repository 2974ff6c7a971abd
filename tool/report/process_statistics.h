/* What is counted about one process while it runs. */
#ifndef ICS_TOOL_REPORT_PROCESS_STATISTICS_H
#define ICS_TOOL_REPORT_PROCESS_STATISTICS_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#include "sim/process.h"

#define ICS_PROCESS_N_WAIT_REASONS             (0 ICS_WAIT_REASONS(ICS_PROCESS_ONE_REASON))
#define ICS_PROCESS_ONE_REASON(name, spelling) +1

/* Most lines of a process that are kept, of each sort, and the bytes of each. */
#define ICS_PROCESS_LINES_KEPT     8
#define ICS_PROCESS_LINE_BYTES     200
#define ICS_PROCESS_INTERVALS_KEPT INT64_C(64)

/* The waits of one reason. */
typedef struct IcsBlockedTime {
    uint64_t intervals;
    int64_t total_ns;
    int64_t longest_ns;
} IcsBlockedTime;

typedef struct IcsBlockedInterval {
    int64_t from_ns;
    int64_t to_ns;
    IcsWaitReason reason;
} IcsBlockedInterval;

/* Whether the wait is for somebody else: sleep and computing are not. */
bool ics_process_waits_for_others(IcsWaitReason reason);

/* What a process said: how many lines, and the first of them. */
typedef struct IcsProcessLines {
    uint64_t n;
    GPtrArray *first; /* of char *; NULL: none; owned */
} IcsProcessLines;

/* What the processes of one world may keep together beside their counts. */
typedef struct IcsProcessAllowance {
    uint32_t lines;
    uint32_t intervals;
} IcsProcessAllowance;

typedef struct IcsProcessStatistics {
    const IcsProcess *process; /* borrowed */
    int64_t started_ns;        /* ICS_TIME_NEVER: killed before its first line */
    int64_t ended_ns;          /* ICS_TIME_NEVER: it has not ended */
    IcsBlockedTime blocked[ICS_PROCESS_N_WAIT_REASONS];
    GArray *intervals; /* of IcsBlockedInterval, the first waits for others; NULL: none; owned */
    IcsProcessLines log;
    IcsProcessLines failed; /* operations that missed their expect */
} IcsProcessStatistics;

void ics_process_statistics_init(IcsProcessStatistics *self, const IcsProcess *process);
void ics_process_statistics_clear(IcsProcessStatistics *self);

void ics_process_statistics_started(IcsProcessStatistics *self, int64_t at_ns);
/* The wait that the process tells of (waiting_for, waiting_since_ns) is over. */
void ics_process_statistics_resumed(IcsProcessStatistics *self, int64_t at_ns,
                                    IcsProcessAllowance *allowance);
void ics_process_statistics_ended(IcsProcessStatistics *self, int64_t at_ns,
                                  IcsProcessAllowance *allowance);

/* One more line; kept while there is room. `text` is nullable. */
void ics_process_lines_add(IcsProcessLines *self, const char *text, IcsProcessAllowance *allowance);

/* The waits of one reason up to `end_ns`; a wait that goes on counts up to there. */
IcsBlockedTime ics_process_statistics_blocked_for(const IcsProcessStatistics *self,
                                                  IcsWaitReason reason, int64_t end_ns);

#endif
