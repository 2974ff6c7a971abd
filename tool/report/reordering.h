/* Packet reordering metrics (RFC 4737), here of messages.
 *
 * A message with sequence number s is reordered when it is received after one with a larger number:
 * s < NextExp (section 3.3). Its extent is i - j, where i is its place in the order of reception
 * and j the place of the first one received whose number is larger (section 4.2.1). Further copies
 * of a message are left out, as section 3.3 demands: the caller passes each sequence number once.
 */
#ifndef ICS_TOOL_REPORT_REORDERING_H
#define ICS_TOOL_REPORT_REORDERING_H

#include <stdint.h>

/* Extents are known within so many sequence numbers below NextExp. */
#define ICS_REORDERING_WINDOW UINT64_C(65536)

/* Messages received one after the other, each with the next sequence number, none reordered. */
typedef struct IcsReorderingRun {
    uint64_t sequence; /* of the first */
    uint64_t place;    /* of the first in the order of reception, from 1 */
    uint64_t length;
} IcsReorderingRun;

/* Zero-initialised has received nothing, and has no memory. */
typedef struct IcsReordering {
    uint64_t next_expected; /* RFC 4737's NextExp */
    uint64_t received;
    uint64_t reordered;
    uint64_t extent_max;
    uint64_t extent_sum; /* over the reordered ones whose extent is known */
    uint64_t beyond;     /* reordered ones that came too late to know their extent */
    uint64_t forgotten;  /* sequence numbers below it have left the window */
    IcsReorderingRun latest;
    IcsReorderingRun *runs; /* the earlier ones, oldest first: a ring; owned */
    uint32_t room;          /* 0 or a power of two */
    uint32_t head;
    uint32_t n_runs;
} IcsReordering;

void ics_reordering_clear(IcsReordering *self);

/* The first copy of the message with this sequence number (from 0) has been received. */
void ics_reordering_receive(IcsReordering *self, uint64_t sequence);

/* Adds the results of another flow. Neither may receive afterwards. */
void ics_reordering_merge(IcsReordering *self, const IcsReordering *other);

#endif
