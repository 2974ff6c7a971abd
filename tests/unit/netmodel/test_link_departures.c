/* A direction whose departures are computed and one whose departures are scheduled are the same
 * direction: equal digests, arrivals, drops, counters and ends, on random worlds. */
#include <cmocka.h>

#include "tests/support/fault_harness.h"
#include "tests/support/random_world.h"

#define WORLDS 2000

/* Everything that a run leaves behind. */
static char *outcome_of(IcsRandomWorld *world)
{
    static const char *const reasons[] = {"quiescent", "time", "budget"};
    IcsStopReason reason = ics_random_world_run(world);
    const IcsSimulation *simulation = world->fixture->simulation;
    GString *text = g_string_new(NULL);
    int64_t end_ns = reason == ICS_STOP_TIME ? simulation->now_ns : simulation->last_event_ns;
    g_string_append_printf(text, "digest %016" G_GINT64_MODIFIER "x, %s at %" G_GINT64_FORMAT "\n",
                           ics_network_digest(world->fixture->network), reasons[reason], end_ns);
    ics_link_fixture_describe(world->fixture, text);
    return g_string_free(text, FALSE);
}

static char *run(const IcsRandomWorldOptions *options)
{
    g_autoptr(IcsRandomWorld) world = ics_random_world_new(options);
    return outcome_of(world);
}

/* As an observer does that wants to be told of departures at their time. */
static char *run_watched(uint64_t seed)
{
    IcsRandomWorldOptions options = {.seed = seed, .observed = true};
    g_autoptr(IcsRandomWorld) world = ics_random_world_new(&options);
    ics_network_schedule_departures(world->fixture->network);
    return outcome_of(world);
}

static void assert_same(uint64_t seed, const char *what, const char *one, const char *other)
{
    if (g_strcmp0(one, other) != 0) {
        fail_msg("seed %" G_GUINT64_FORMAT ", %s:\n%s\n%s", seed, what, one, other);
    }
}

static void computed_and_scheduled_departures_give_the_same_run(void **state)
{
    (void)state;
    size_t worlds = ics_fault_harness_samples(WORLDS);
    for (uint64_t seed = 1; seed <= worlds; seed++) {
        g_autofree char *computed = run(&(IcsRandomWorldOptions){.seed = seed});
        g_autofree char *scheduled = run(&(IcsRandomWorldOptions){.seed = seed, .scheduled = true});
        assert_same(seed, "computed and scheduled", computed, scheduled);
    }
}

static void observers_change_nothing(void **state)
{
    (void)state;
    size_t worlds = ics_fault_harness_samples(WORLDS / 4);
    for (uint64_t seed = 1; seed <= worlds; seed++) {
        g_autofree char *alone = run(&(IcsRandomWorldOptions){.seed = seed});
        g_autofree char *observed = run(&(IcsRandomWorldOptions){.seed = seed, .observed = true});
        g_autofree char *watched = run_watched(seed);
        assert_same(seed, "alone and observed", alone, observed);
        assert_same(seed, "alone and watched in time", alone, watched);
    }
}

/* Conservation is asserted by the world itself, whatever state it is left in. */
static void worlds_that_change_can_be_repeated_and_lose_no_packet(void **state)
{
    (void)state;
    size_t worlds = ics_fault_harness_samples(WORLDS / 2);
    for (uint64_t seed = 1; seed <= worlds; seed++) {
        IcsRandomWorldOptions options = {.seed = seed, .changes = true};
        g_autofree char *first = run(&options);
        options.observed = true;
        g_autofree char *second = run(&options);
        assert_same(seed, "first and second run", first, second);
    }
}

/* A run in pieces is the run. */
static void a_run_may_be_interrupted_anywhere(void **state)
{
    (void)state;
    size_t worlds = ics_fault_harness_samples(WORLDS / 10);
    for (uint64_t seed = 1; seed <= worlds; seed++) {
        IcsRandomWorldOptions options = {.seed = seed, .changes = seed % 2 != 0};
        g_autofree char *whole = run(&options);
        g_autoptr(IcsRandomWorld) world = ics_random_world_new(&options);
        for (uint64_t events = 1; events < 40; events++) {
            ics_simulation_run(world->fixture->simulation, world->stop_ns, events);
            assert_null(ics_network_find_unconserved(world->fixture->network));
        }
        g_autofree char *pieces = outcome_of(world);
        assert_same(seed, "whole and in pieces", whole, pieces);
    }
}

#define TEST(name) cmocka_unit_test(name)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(computed_and_scheduled_departures_give_the_same_run),
        TEST(observers_change_nothing),
        TEST(worlds_that_change_can_be_repeated_and_lose_no_packet),
        TEST(a_run_may_be_interrupted_anywhere),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
