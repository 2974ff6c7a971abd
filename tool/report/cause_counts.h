/* How many died of which cause. Most of a world's flows and hosts never lose anything: the counts
 * are made with the first death. */
#ifndef ICS_TOOL_REPORT_CAUSE_COUNTS_H
#define ICS_TOOL_REPORT_CAUSE_COUNTS_H

#include <stdint.h>

#include "netmodel/cause.h"

/* Zero-initialised is all zero, and has no memory. */
typedef struct IcsCauseCounts {
    uint64_t *by_cause; /* ICS_N_CAUSES of them, or NULL; owned */
} IcsCauseCounts;

void ics_cause_counts_clear(IcsCauseCounts *self);

void ics_cause_counts_add(IcsCauseCounts *self, IcsCause cause, uint64_t n);
/* Takes one back that was added before. */
void ics_cause_counts_take_back(IcsCauseCounts *self, IcsCause cause);
void ics_cause_counts_merge(IcsCauseCounts *self, const IcsCauseCounts *other);

uint64_t ics_cause_counts_get(const IcsCauseCounts *self, IcsCause cause);
uint64_t ics_cause_counts_total(const IcsCauseCounts *self);

#endif
