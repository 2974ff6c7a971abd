/* Random worlds: two to four hosts, links of all kinds with random fault chains, bursts with many
 * ties in time, stacks that answer and have timers, holds, partitions and pauses. The same seed
 * makes the same world, whichever way its departures are computed. */
#ifndef ICS_TESTS_SUPPORT_RANDOM_WORLD_H
#define ICS_TESTS_SUPPORT_RANDOM_WORLD_H

#include "tests/support/link_fixture.h"

typedef struct IcsRandomWorldOptions {
    uint64_t seed;
    bool scheduled; /* schedule the departures of every direction */
    bool observed;  /* somebody watches everything */
    bool changes;   /* with verbs that only scheduled directions know */
} IcsRandomWorldOptions;

typedef struct IcsRandomWorld {
    IcsLinkFixture *fixture;
    uint64_t state;
    int64_t stop_ns;
    GPtrArray *capacities;
    struct IcsRandomTimer *timers; /* one for each host */
} IcsRandomWorld;

/* Built, not run. Transfer full. */
IcsRandomWorld *ics_random_world_new(const IcsRandomWorldOptions *options);
/* Checks conservation and that no packet is lost sight of. */
void ics_random_world_free(IcsRandomWorld *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(IcsRandomWorld, ics_random_world_free)

/* Runs it until its stop, perhaps in the middle of everything. */
IcsStopReason ics_random_world_run(IcsRandomWorld *self);

#endif
