/* CoDel, controlled delay (RFC 8289): drops from the head of the queue when packets have waited
 * longer than `target` for as long as `interval`, at a rate that grows with the square root of the
 * number of drops until the queue drains. No decision of it is random. */
#ifndef ICS_NETMODEL_CODEL_H
#define ICS_NETMODEL_CODEL_H

#include "netmodel/queue.h"

typedef struct IcsCodelConfig {
    int64_t target_ns;
    int64_t interval_ns;
    int64_t limit_packets;
    bool ecn; /* mark packets that can be marked */
} IcsCodelConfig;

/* The time of the drop that follows one at `at_ns` when `count` (at least 1) have been made:
 * at + interval / sqrt(count), rounded down to whole ns (section 5.6). */
int64_t ics_codel_control_law(int64_t at_ns, int64_t interval_ns, uint64_t count);

extern const IcsQueueClass ics_codel_class;

#endif
