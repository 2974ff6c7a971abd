/* Interarrival jitter (RFC 3550, section 6.4.1): the mean deviation of the difference in transit
 * time between two messages received one after the other, smoothed with gain 1/16. */
#ifndef ICS_TOOL_REPORT_JITTER_H
#define ICS_TOOL_REPORT_JITTER_H

#include <stdbool.h>
#include <stdint.h>

/* Zero-initialised has seen nothing. */
typedef struct IcsJitter {
    int64_t transit_ns; /* of the message received last */
    int64_t scaled;     /* the estimate in ns, times 16 */
    uint64_t received;
} IcsJitter;

/* A message has been received; in the order of reception. A difference of more than 9 years counts
 * as one of 9 years. */
void ics_jitter_update(IcsJitter *self, int64_t sent_ns, int64_t received_ns);

/* Whether there was a difference to measure: two messages or more. */
bool ics_jitter_is_defined(const IcsJitter *self);

/* The estimate, as RFC 3550, appendix A.8, reports it: scaled >> 4. */
int64_t ics_jitter_ns(const IcsJitter *self);

#endif
