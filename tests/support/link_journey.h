/* Random faults on a real link, measured at its far end from what arrives there: the rule
 * "Statistics in tests" of SEMANTICS.md. 20 seeds of 50,000 packets each make 10^6 (times
 * IPCSIM_SOAK). */
#ifndef ICS_TESTS_SUPPORT_LINK_JOURNEY_H
#define ICS_TESTS_SUPPORT_LINK_JOURNEY_H

#include "tests/support/fault_harness.h"
#include "tests/support/link_fixture.h"

#define ICS_JOURNEY_FAULTS      2
#define ICS_JOURNEY_INTERVAL_NS (ICS_NS_PER_MS / 10) /* between two packets */
/* 1000 bytes at 100 Mbit/s, 10 ms of way. */
#define ICS_JOURNEY_WAY_NS (80000 + 10 * ICS_NS_PER_MS)

/* The faults of a link, as they should be or a little wrong. */
typedef struct IcsJourneyLaw {
    IcsFixtureFault faults[ICS_JOURNEY_FAULTS];
    size_t n_faults;
} IcsJourneyLaw;

/* What the far end knows of a flow of `n` packets. */
typedef struct IcsJourney {
    size_t n;
    uint8_t *arrivals;   /* how often each of them arrived */
    int64_t *arrived_ns; /* when it did first */
    uint32_t *order;     /* ordinals of all arrivals, in their order */
    size_t n_order;
} IcsJourney;

/* One z-score of what arrived. */
typedef double (*IcsJourneyMeasure)(const IcsJourney *journey);

/* The rule of SEMANTICS.md: the measurement passes on the first law, and fails on the others, which
 * are 2 % less and 2 % more. */
void ics_journey_assert_law(const char *what, IcsJourneyMeasure measure,
                            const IcsJourneyLaw laws[3]);
/* The same with laws of one element each. */
void ics_journey_assert_element(const char *what, IcsJourneyMeasure measure,
                                const IcsFaultClass *klass, gconstpointer right, gconstpointer low,
                                gconstpointer high);

size_t ics_journey_lost(const IcsJourney *journey);

/* By how much a packet came later than over a link without faults. */
int64_t ics_journey_late_ns(const IcsJourney *journey, size_t ordinal);

/* How well the lengths of the bursts of losses follow `probabilities`; see
 * ics_fault_harness_runs_z(). */
double ics_journey_bursts_z(const IcsJourney *journey,
                            const double probabilities[ICS_FAULT_HARNESS_RUN_CELLS]);

/* How well the mean length of the bursts agrees with a law of that mean and variance. */
double ics_journey_mean_burst_z(const IcsJourney *journey, double mean, double variance);

#endif
