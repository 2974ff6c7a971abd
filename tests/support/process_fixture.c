#include "tests/support/process_fixture.h"

#include <cmocka.h>

static const char *const names[] = {"a", "b"};

static void process_fixture_fire(IcsEvent *event)
{
    IcsProcessFixture *self = ICS_CONTAINER_OF(event, IcsProcessFixture, event);
    self->act(self);
}

int ics_process_fixture_setup(void **state)
{
    IcsProcessFixture *self = g_new0(IcsProcessFixture, 1);
    self->simulation = ics_simulation_new(1, names, G_N_ELEMENTS(names));
    self->processes = g_ptr_array_new_with_free_func((GDestroyNotify)ics_process_free);
    self->log = g_string_new(NULL);
    ics_event_init(&self->event, process_fixture_fire);
    *state = self;
    return 0;
}

int ics_process_fixture_teardown(void **state)
{
    IcsProcessFixture *self = *state;
    ics_simulation_drop_events(self->simulation);
    g_ptr_array_unref(self->processes);
    assert_null(self->queue.first);
    assert_null(self->queue.last);
    ics_simulation_free(self->simulation);
    g_string_free(self->log, TRUE);
    g_free(self);
    return 0;
}

static IcsProcess *process_fixture_add(IcsProcessFixture *self, const char *name,
                                       const IcsProcessProgram *program)
{
    IcsProcess *process = ics_process_new(self->simulation, 1, name, program);
    g_ptr_array_add(self->processes, process);
    return process;
}

IcsProcess *ics_process_fixture_create(IcsProcessFixture *self, const char *name,
                                       IcsProcessMain main)
{
    return process_fixture_add(self, name, &(IcsProcessProgram){.main = main, .config = self});
}

IcsProcess *ics_process_fixture_start(IcsProcessFixture *self, const char *name,
                                      IcsProcessMain main)
{
    IcsProcess *process = ics_process_fixture_create(self, name, main);
    ics_process_start(process);
    return process;
}

IcsProcess *ics_process_fixture_start_handler(IcsProcessFixture *self, const char *name,
                                              const IcsProcessHandler *handler)
{
    IcsProcess *process =
        process_fixture_add(self, name, &(IcsProcessProgram){.handler = handler, .config = self});
    ics_process_start(process);
    return process;
}

void ics_process_fixture_log(IcsProcessFixture *self, const char *name, const char *what)
{
    g_string_append_printf(self->log, "%s %s@%" G_GINT64_FORMAT "; ", name, what,
                           ics_simulation_now(self->simulation));
}

void ics_process_fixture_at(IcsProcessFixture *self, int64_t at_ns,
                            void (*act)(IcsProcessFixture *self))
{
    self->act = act;
    ics_simulation_schedule(self->simulation, &self->event, at_ns, ICS_NODE_WORLD);
}

void ics_process_fixture_run(IcsProcessFixture *self)
{
    IcsStopReason reason =
        ics_simulation_run(self->simulation, ICS_PROCESS_FIXTURE_FOREVER, UINT64_MAX);
    assert_int_equal(reason, ICS_STOP_QUIESCENT);
}

void ics_process_fixture_expect(IcsProcessFixture *self, const char *log)
{
    ics_process_fixture_run(self);
    assert_string_equal(self->log->str, log);
}

void ics_process_fixture_say(const IcsProcess *self, gconstpointer fixture, const char *what)
{
    ics_process_fixture_log((IcsProcessFixture *)fixture, self->name, what);
}

void ics_process_fixture_say_ended(IcsProcess *self)
{
    ics_process_fixture_say(self, self->program.config, "ends");
}

void ics_process_fixture_run_once(IcsProcess *self, gconstpointer fixture)
{
    ics_process_fixture_say(self, fixture, "runs");
}

void ics_process_fixture_sleep_thrice(IcsProcess *self, gconstpointer fixture)
{
    for (int64_t at_ns = 10; at_ns <= 30; at_ns += 10) {
        ics_process_sleep_until(self, at_ns);
        ics_process_fixture_say(self, fixture, "wakes");
    }
}

static void process_fixture_wait(IcsProcess *self, gconstpointer fixture, int64_t deadline_ns)
{
    IcsWaitQueue *queue = &((IcsProcessFixture *)fixture)->queue;
    bool woken = ics_process_wait(self, queue, deadline_ns, ICS_WAIT_RECEIVE);
    ics_process_fixture_say(self, fixture, woken ? "woken" : "timed out");
}

void ics_process_fixture_wait(IcsProcess *self, gconstpointer fixture)
{
    process_fixture_wait(self, fixture, ICS_TIME_NEVER);
}

void ics_process_fixture_wait_until_50(IcsProcess *self, gconstpointer fixture)
{
    process_fixture_wait(self, fixture, 50);
}

void ics_process_fixture_wake_one(IcsProcessFixture *self)
{
    ics_wait_queue_wake_one(&self->queue);
}

void ics_process_fixture_wake_all(IcsProcessFixture *self)
{
    ics_wait_queue_wake_all(&self->queue);
}

void ics_process_fixture_kill_other(IcsProcessFixture *self)
{
    ics_process_kill(self->other, ICS_OUTCOME_KILLED);
}
