/* One run of a comparison: a world is made, run to its end and measured. */
#ifndef ICS_TOOL_EXPERIMENTS_COMPARISON_SAMPLE_H
#define ICS_TOOL_EXPERIMENTS_COMPARISON_SAMPLE_H

#include "tool/experiments/measure.h"

/* One flow in one run. */
typedef struct IcsComparisonFlow {
    char *name; /* owned */
    IcsRatio values[ICS_N_MEASURES];
} IcsComparisonFlow;

typedef struct IcsComparisonSample {
    bool done; /* else nothing below means anything */
    uint64_t seed;
    uint64_t digest;
    bool stopped_by_time;
    IcsRatio values[ICS_N_MEASURES]; /* of all flows of datagram sockets together */
    GArray *flows;                   /* of IcsComparisonFlow, or NULL; owned */
    GPtrArray *sequential; /* of char *, or NULL: elements that the traffic reached and whose
                              decisions depend on what came before; owned */
    char *broken;          /* a broken invariant, NULL: none; owned */
    GError *error;         /* the world could not be made; owned */
} IcsComparisonSample;

/* How a sample is taken. */
typedef struct IcsComparisonSampling {
    const IcsTrace *trace;
    const IcsTransportChoice *transport;
    uint64_t seed;
    uint64_t memory_limit_bytes; /* of the world; 0: none */
    bool with_flows;
    const gint *stop; /* not 0 any more: the run is given up; read atomically */
} IcsComparisonSampling;

/* Fills in a zeroed sample. It is not `done` when it was given up or the world could not be made.
 */
void ics_comparison_sample_take(IcsComparisonSample *self, const IcsComparisonSampling *sampling);
void ics_comparison_sample_clear(IcsComparisonSample *self);

#endif
