/* Pacing: virtual time follows a clock of the machine, and how far it falls behind is watched.
 *
 * Times of the clock and virtual times are both in ns; the clock may begin anywhere. An event that
 * is fired when its time has passed on the clock already is late; how late it is, is the lag. */
#ifndef ICS_TOOL_LIVE_PACER_H
#define ICS_TOOL_LIVE_PACER_H

#include <stdbool.h>
#include <stdint.h>

/* A lag over this is worth a word, but no more often than that. */
#define ICS_PACER_LAG_NS      INT64_C(20000000)
#define ICS_PACER_INTERVAL_NS INT64_C(1000000000)

typedef struct IcsPacer {
    int64_t started_ns; /* the clock at virtual time 0 */
    int64_t stop_ns;    /* virtual time never passes this */
    int64_t lag_max_ns;
    int64_t worst_ns;   /* largest lag since the last word */
    int64_t told_at_ns; /* the clock at the last word */
    bool has_told;
} IcsPacer;

void ics_pacer_start(IcsPacer *self, int64_t clock_ns, int64_t stop_ns);

/* Which virtual time it is by the clock. */
int64_t ics_pacer_virtual_ns(const IcsPacer *self, int64_t clock_ns);
/* The clock at a virtual time; INT64_MAX stays INT64_MAX. */
int64_t ics_pacer_clock_ns(const IcsPacer *self, int64_t virtual_ns);

/* An event that was due at a virtual time is fired now. Returns the lag to tell about, 0 most of
 * the time: the worst since the last word, when it is over ICS_PACER_LAG_NS and the last word is
 * ICS_PACER_INTERVAL_NS ago. */
int64_t ics_pacer_fire(IcsPacer *self, int64_t due_ns, int64_t clock_ns);

#endif
