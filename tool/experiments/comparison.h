/* One workload over several transports: a world for each setting of the trace, seed and transport.
 * Each world stays on one thread; results are gathered by index, so that nothing depends on how
 * many threads there are. */
#ifndef ICS_TOOL_EXPERIMENTS_COMPARISON_H
#define ICS_TOOL_EXPERIMENTS_COMPARISON_H

#include "protocols/socket/transport.h"
#include "tool/experiments/comparison_sample.h"
#include "tool/experiments/estimate.h"

/* Worlds of one comparison. */
#define ICS_COMPARISON_WORLDS_MAX 1000000

/* What is compared. Borrowed, and outlives the comparison. */
typedef struct IcsComparisonPlan {
    GPtrArray *traces;           /* of IcsTrace: the settings; at least one */
    GPtrArray *transports;       /* of IcsTransportChoice: the rows; at least one */
    uint64_t seed;               /* of the first run; the next ones have seed + 1 ... */
    uint32_t runs;               /* of each row of each setting; at least 1 */
    uint32_t jobs;               /* threads; at least 1 */
    uint64_t memory_limit_bytes; /* for all worlds that run at once; 0: none */
    bool with_flows;             /* each flow apart, too */
} IcsComparisonPlan;

/* Asked and told now and then by the thread that called ics_comparison_run(). */
typedef struct IcsComparisonWatch {
    bool (*go_on)(gpointer data); /* false: no further world, and those that run are given up */
    void (*progress)(gpointer data, uint32_t done, uint32_t total); /* nullable */
    gpointer data;
} IcsComparisonWatch;

typedef struct IcsComparison {
    const IcsComparisonPlan *plan;
    IcsComparisonSample *samples; /* by ics_comparison_index() */
    uint32_t n_samples;
    uint32_t n_done;
    bool interrupted;
    GPtrArray *flow_names; /* of char *: with flows; in the order in which they were met */
} IcsComparison;

/* All flows together, where a flow is asked for. */
#define ICS_COMPARISON_TOTAL UINT32_MAX

/* Runs all worlds. Transfer full; NULL and ICS_ERROR_MACHINE when one does not fit into memory, or
 * another error that its making met. */
IcsComparison *ics_comparison_run(const IcsComparisonPlan *plan, const IcsComparisonWatch *watch,
                                  GError **error);
void ics_comparison_free(IcsComparison *self);

uint32_t ics_comparison_index(const IcsComparisonPlan *plan, uint32_t setting, uint32_t run,
                              uint32_t row);
const IcsComparisonSample *ics_comparison_sample(const IcsComparison *self, uint32_t setting,
                                                 uint32_t run, uint32_t row);

/* A row of a setting: of which flow (an index in flow_names, or ICS_COMPARISON_TOTAL). */
typedef struct IcsComparisonRow {
    uint32_t setting;
    uint32_t row;
    uint32_t flow;
} IcsComparisonRow;

/* The mean of a measure over the runs that are done. */
IcsEstimate ics_comparison_mean(const IcsComparison *self, const IcsComparisonRow *row,
                                IcsMeasure measure);
/* The mean of its differences from the first row, seed by seed. */
IcsEstimate ics_comparison_difference(const IcsComparison *self, const IcsComparisonRow *row,
                                      IcsMeasure measure);
/* Runs of the row that are done. */
uint32_t ics_comparison_runs_done(const IcsComparison *self, uint32_t setting, uint32_t row);

/* Why fates of the row and of the first one are not paired: the elements whose decisions depend on
 * which packets came before. Empty: all fates are. Transfer full: an array of char * that frees
 * them. */
GPtrArray *ics_comparison_unpaired(const IcsComparison *self, uint32_t setting, uint32_t row);

/* The same of all rows and settings together. */
GPtrArray *ics_comparison_all_unpaired(const IcsComparison *self);

/* Whether an invariant is broken in some world; `index` (out): the first such sample. */
bool ics_comparison_find_broken(const IcsComparison *self, uint32_t *index);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(IcsComparison, ics_comparison_free)

#endif
