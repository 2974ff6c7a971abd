/* One fault element under test, without any link: packets with fates are made and asked about. */
#ifndef ICS_TESTS_SUPPORT_FAULT_HARNESS_H
#define ICS_TESTS_SUPPORT_FAULT_HARNESS_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#include "netmodel/fault_kinds.h"
#include "tests/support/statistics.h"

/* Packets per seed of the statistical tests: 20 seeds make 10^6. */
#define ICS_FAULT_HARNESS_PACKETS 50000

/* A driver of choices that always says the same, and keeps what it was asked. */
typedef struct IcsFaultOracle {
    IcsChoiceDriver driver;
    int64_t outcome;
    uint64_t asked;
    IcsChoice last;
} IcsFaultOracle;

typedef struct IcsFaultHarness {
    IcsPacketPool *pool;
    IcsChooser chooser;
    IcsFaultOracle oracle;            /* takes part once ics_fault_harness_force() was called */
    IcsFaultSettings settings;        /* to be changed before an element is made */
    const IcsFaultScopeConfig *scope; /* of the next element; NULL: everything */
    IcsFault *fault;                  /* made last; owned */
    IcsPacket *packet;                /* for ics_fault_harness_next(); owned */
    uint64_t next_ordinal;
} IcsFaultHarness;

/* No element yet; place "wire client->server", seed 1, the plain random source. */
IcsFaultHarness *ics_fault_harness_new(void);
/* Checks that no packet is lost sight of. */
void ics_fault_harness_free(IcsFaultHarness *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(IcsFaultHarness, ics_fault_harness_free)

/* The same as functions of a cmocka test; *state is the harness. */
int ics_fault_harness_setup(void **state);
int ics_fault_harness_teardown(void **state);

/* Makes the element in place of the one before; it must work. The scope config is used up. */
void ics_fault_harness_make(IcsFaultHarness *self, const IcsFaultClass *klass,
                            gconstpointer config);

/* Another element by the same settings. Transfer full. */
IcsFault *ics_fault_harness_new_fault(IcsFaultHarness *self, const IcsFaultClass *klass,
                                      gconstpointer config);

/* Checks that such an element is refused with ICS_ERROR_INPUT and a message that has `words`. */
void ics_fault_harness_assert_refused(IcsFaultHarness *self, const IcsFaultClass *klass,
                                      gconstpointer config, const char *words);

/* From now on every choice has this outcome. */
void ics_fault_harness_force(IcsFaultHarness *self, int64_t outcome);

/* A packet of zeros with the next ordinal as its fate. Transfer full. */
IcsPacket *ics_fault_harness_packet(IcsFaultHarness *self, uint32_t length);

/* Asks an element about a packet. */
IcsPassage ics_fault_harness_ask_fault(IcsFaultHarness *self, IcsFault *fault, IcsPacket *packet,
                                       int64_t at_ns);
/* Asks the harness' own. */
IcsPassage ics_fault_harness_ask(IcsFaultHarness *self, IcsPacket *packet, int64_t at_ns);

/* Asks about a packet of 100 bytes with the next ordinal; only for elements that leave its bytes
 * alone. The passage has no packet. */
IcsPassage ics_fault_harness_next(IcsFaultHarness *self, int64_t at_ns);

/* Whether each of the next `n` packets was lost, one per interval from 0 on. Transfer full. */
bool *ics_fault_harness_losses(IcsFaultHarness *self, size_t n, int64_t interval_ns);

/* n, times IPCSIM_SOAK if that is set in the environment. */
size_t ics_fault_harness_samples(size_t n);

/* One z-score: makes an element from `context` with harness->settings.seed as it is, and measures.
 */
typedef double (*IcsFaultMeasure)(IcsFaultHarness *harness, const void *context);

/* The rule of SEMANTICS.md for a measurement: it passes, and it fails on each of the elements that
 * are 2 % wrong. */
void ics_fault_harness_assert_law(const char *what, IcsFaultMeasure measure, const void *right,
                                  const void *low, const void *high);

/* Cells of a test of lengths of runs of losses: 1, 2, ... and all that is longer. */
#define ICS_FAULT_HARNESS_RUN_CELLS 12

/* How well the lengths of the runs of losses among `n` packets follow `probabilities` (one for each
 * cell): chi-square as a z-score. Runs that touch either end are left out. Lengths of different
 * runs must be independent. */
double ics_fault_harness_runs_z(const bool *lost, size_t n,
                                const double probabilities[ICS_FAULT_HARNESS_RUN_CELLS]);

/* The geometric distribution of runs, each of whose packets is the last with probability `stop`. */
void ics_fault_harness_geometric(double stop, double probabilities[ICS_FAULT_HARNESS_RUN_CELLS]);

#endif
