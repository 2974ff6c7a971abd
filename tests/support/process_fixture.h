/* Processes under test: a small world, a log of who did what when, and a wait queue to share. */
#ifndef ICS_TESTS_SUPPORT_PROCESS_FIXTURE_H
#define ICS_TESTS_SUPPORT_PROCESS_FIXTURE_H

#include <glib.h>

#include "sim/process.h"

/* A run that is stopped by nothing but the end of the events. */
#define ICS_PROCESS_FIXTURE_FOREVER (ICS_TIME_NEVER - 1)

typedef struct IcsProcessFixture {
    IcsSimulation *simulation; /* of the nodes "a" (1) and "b" (2) */
    GPtrArray *processes;      /* freed at the end, in order */
    GString *log;
    IcsWaitQueue queue;
    IcsProcess *other; /* whom a process acts on */
    IcsEvent event;
    void (*act)(struct IcsProcessFixture *self); /* what the event does */
} IcsProcessFixture;

/* Setup and teardown of a cmocka test; *state is the fixture. */
int ics_process_fixture_setup(void **state);
int ics_process_fixture_teardown(void **state);

/* A process on node "a", started; its config is the fixture. Transfer none. */
IcsProcess *ics_process_fixture_start(IcsProcessFixture *self, const char *name,
                                      IcsProcessMain main);
IcsProcess *ics_process_fixture_start_handler(IcsProcessFixture *self, const char *name,
                                              const IcsProcessHandler *handler);
/* Not started. */
IcsProcess *ics_process_fixture_create(IcsProcessFixture *self, const char *name,
                                       IcsProcessMain main);

/* Appends "NAME WHAT@TIME; " to the log. */
void ics_process_fixture_log(IcsProcessFixture *self, const char *name, const char *what);

/* Calls `act` once, on behalf of the world. */
void ics_process_fixture_at(IcsProcessFixture *self, int64_t at_ns,
                            void (*act)(IcsProcessFixture *self));

/* Runs to the end of the events. */
void ics_process_fixture_run(IcsProcessFixture *self);

/* Runs to the end, then compares the log. */
void ics_process_fixture_expect(IcsProcessFixture *self, const char *log);

#endif
