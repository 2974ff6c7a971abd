/* A sender's recovery, played packet by packet. Each row is an event, then what is sent because of
 * it and how the windows stand after that. Segments are numbered from 1 and have 1000 bytes each.
 *
 * An event is words: a time "@120" in milliseconds, then what happens:
 *
 *     send 10        the process has 10 more segments to send
 *     ack 5          an ACK that wants segment 5 next; then, in any order:
 *       sack 7-9 11    SACK blocks, the newest first (a D-SACK too: the first)
 *       ece            with the ECE flag
 *       echo 100       a timestamp echo of what was sent at 100 ms
 *       data           the ACK came with data, so that it is no duplicate (RFC 5681)
 *     timer          the deadline is now, at exactly this time
 *
 * What is sent is words: N and a number for a new segment; for a repetition F (fast retransmit), P
 * (partial ACK), S (SACK), K (RACK), L (tail loss probe) or O (timeout), and a number. */
#ifndef ICS_TESTS_SUPPORT_RECOVERY_SCENARIO_H
#define ICS_TESTS_SUPPORT_RECOVERY_SCENARIO_H

#include <glib.h>

#include "protocols/stream/recovery.h"

#define ICS_SCENARIO_SMSS 1000
/* For `ssthresh` of a row: none yet. */
#define ICS_SCENARIO_NONE 0

typedef struct IcsScenarioRow {
    const char *event;
    const char *sent;
    uint64_t cwnd;     /* bytes, like the rest */
    uint64_t ssthresh; /* ICS_SCENARIO_NONE */
    uint64_t pipe;
} IcsScenarioRow;

typedef struct IcsRecoveryScenario {
    IcsRecoveryConfig config;
    IcsRecovery recovery;
    IcsSequence start;   /* of segment 1 */
    uint64_t data_bytes; /* that the process has written */
    int64_t now_ns;
    uint32_t changed; /* by the events of the last row */
} IcsRecoveryScenario;

/* Reno, everything on but RACK, TLP and PRR, an initial window of 10, an RTO floor of 200 ms. The
 * SYN has the wire's last number but 4999, so that numbers wrap around early. */
void ics_recovery_scenario_config(IcsRecoveryConfig *config);

/* After a handshake at time 0 that measured 100 ms. Clear it with ics_recovery_clear(). */
void ics_recovery_scenario_begin(IcsRecoveryScenario *self, const IcsRecoveryConfig *config,
                                 bool sack);

/* Plays rows; the test fails at the first that is different. */
void ics_recovery_scenario_play(IcsRecoveryScenario *self, const IcsScenarioRow *rows, size_t n);

#define ICS_RECOVERY_SCENARIO_PLAY(self, rows)                                                     \
    ics_recovery_scenario_play(self, rows, sizeof(rows) / sizeof *(rows))

#endif
