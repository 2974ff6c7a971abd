/* Worlds for tests: a trace is run, and what observers are told becomes lines of text such as
 * "1.5 s packet-dropped wire a->b p link-down". */
#ifndef ICS_SUPPORT_WORLD_FIXTURE_H
#define ICS_SUPPORT_WORLD_FIXTURE_H

#include <glib.h>

#include "traces/world.h"

typedef struct IcsWorldFixture {
    IcsTrace *trace;
    IcsWorld *world;
    GPtrArray *lines; /* of char * */
} IcsWorldFixture;

/* A world of the trace (' for "), of which observations of these kinds are kept (0: nothing is
 * observed). Transfer full. */
IcsWorldFixture *ics_world_fixture_new(const char *text, uint64_t kinds);

/* Takes it apart and frees it. */
void ics_world_fixture_free(IcsWorldFixture *self);

/* Runs up to and including a time; packets must be conserved. */
void ics_world_fixture_run_until(IcsWorldFixture *self, int64_t until_ns);
void ics_world_fixture_run(IcsWorldFixture *self);

/* How many lines match a pattern with * and ?, and the first that does ("" if none). */
guint ics_world_fixture_count(const IcsWorldFixture *self, const char *pattern);
const char *ics_world_fixture_first(const IcsWorldFixture *self, const char *pattern);

/* The digest of a run of the trace. */
uint64_t ics_world_fixture_digest(const char *text);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(IcsWorldFixture, ics_world_fixture_free)

#endif
