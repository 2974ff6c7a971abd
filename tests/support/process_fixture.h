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
    guint count;       /* for a process that does something so many times */
    IcsEvent event;
    void (*act)(struct IcsProcessFixture *self);
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

/* What processes do, as mains: say "runs" and return; sleep until 10, 20 and 30 and say "wakes"
 * each time; wait in the fixture's queue, for ever or until 50, and say "woken" or "timed out". */
void ics_process_fixture_run_once(IcsProcess *self, gconstpointer fixture);
void ics_process_fixture_sleep_thrice(IcsProcess *self, gconstpointer fixture);
void ics_process_fixture_wait(IcsProcess *self, gconstpointer fixture);
void ics_process_fixture_wait_until_50(IcsProcess *self, gconstpointer fixture);

/* A process says something; an on_end that says "ends". */
void ics_process_fixture_say(const IcsProcess *self, gconstpointer fixture, const char *what);
void ics_process_fixture_say_ended(IcsProcess *self);

/* What an event does: wakes the queue, kills `other`. */
void ics_process_fixture_wake_one(IcsProcessFixture *self);
void ics_process_fixture_wake_all(IcsProcessFixture *self);
void ics_process_fixture_kill_other(IcsProcessFixture *self);

#endif
