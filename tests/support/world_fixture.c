#include "tests/support/world_fixture.h"

#include <cmocka.h>

#include "sim/process.h"
#include "tests/support/trace_fixture.h"

static void world_fixture_observe(gpointer data, const IcsObservation *observation)
{
    IcsWorldFixture *self = data;
    char at[ICS_UNITS_TEXT_SIZE];
    GString *line = g_string_new(ics_time_format(observation->at_ns, at));
    g_string_append_printf(line, " %s", ics_observation_kind_name(observation->kind));
    if (observation->direction != NULL) {
        g_string_append_printf(line, " %s", observation->direction->name);
    } else if (observation->host != NULL && observation->process == NULL) {
        g_string_append_printf(line, " %s", observation->host->name);
    }
    if (observation->process != NULL) {
        g_string_append_printf(line, " %s", observation->process->name);
    }
    if (observation->cause != 0) {
        g_string_append_printf(line, " %s", ics_cause_name((IcsCause)observation->cause));
    }
    if (observation->text != NULL) {
        g_string_append_printf(line, " %s", observation->text);
    }
    g_ptr_array_add(self->lines, g_string_free(line, FALSE));
}

IcsWorldFixture *ics_world_fixture_new(const char *text, uint64_t kinds)
{
    g_autoptr(GError) error = NULL;
    IcsWorldFixture *self = g_new0(IcsWorldFixture, 1);
    self->lines = g_ptr_array_new_with_free_func(g_free);
    self->trace = ics_trace_fixture_parse(text);
    self->world = ics_world_new(self->trace, NULL, &error);
    if (self->world == NULL) {
        fail_msg("%s", error->message);
    }
    if (kinds != 0) {
        ics_bus_subscribe(&self->world->simulation->bus, kinds, world_fixture_observe, self);
    }
    return self;
}

void ics_world_fixture_free(IcsWorldFixture *self)
{
    ics_world_free(self->world);
    ics_trace_free(self->trace);
    g_ptr_array_unref(self->lines);
    g_free(self);
}

static void world_fixture_check(const IcsWorldFixture *self)
{
    g_autofree char *broken = ics_world_check_invariants(self->world);
    if (broken != NULL) {
        fail_msg("%s", broken);
    }
}

void ics_world_fixture_run_until(IcsWorldFixture *self, int64_t until_ns)
{
    ics_simulation_run(self->world->simulation, until_ns, UINT64_MAX);
    world_fixture_check(self);
}

void ics_world_fixture_run(IcsWorldFixture *self)
{
    assert_int_not_equal(ics_world_run(self->world, UINT64_MAX), ICS_STOP_BUDGET);
    world_fixture_check(self);
}

guint ics_world_fixture_count(const IcsWorldFixture *self, const char *pattern)
{
    guint n = 0;
    for (guint i = 0; i < self->lines->len; i++) {
        n += g_pattern_match_simple(pattern, g_ptr_array_index(self->lines, i));
    }
    return n;
}

const char *ics_world_fixture_first(const IcsWorldFixture *self, const char *pattern)
{
    for (guint i = 0; i < self->lines->len; i++) {
        if (g_pattern_match_simple(pattern, g_ptr_array_index(self->lines, i))) {
            return g_ptr_array_index(self->lines, i);
        }
    }
    return "";
}

uint64_t ics_world_fixture_digest(const char *text)
{
    g_autoptr(IcsWorldFixture) self = ics_world_fixture_new(text, 0);
    ics_world_fixture_run(self);
    return ics_world_digest(self->world);
}
