/* Lazy timers beside a reference that takes its event out and queues it anew at every arming: the
 * same random programs must expire in the same order at the same times. */
#include <cmocka.h>
#include <glib.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/simulation.h"
#include "sim/timer.h"
#include "tests/support/splitmix.h"

#define TIMERS 12u
#define NODES  3u
#define STOP   INT64_C(20000)

typedef struct World World;

typedef struct {
    IcsTimer lazy;
    IcsEvent eager;
    World *world;
    uint32_t id;
} Subject;

struct World {
    IcsSimulation *simulation;
    bool is_lazy;
    Subject subjects[TIMERS];
    IcsEvent tick;
    uint64_t random; /* read in the order of events: one difference moves everything behind it */
    int64_t spread_ns;
    GArray *log; /* of int64_t: time, who */
};

static uint32_t node_of(const Subject *subject)
{
    return 1 + subject->id % NODES;
}

static void arm(Subject *subject, int64_t deadline_ns)
{
    IcsSimulation *simulation = subject->world->simulation;
    if (subject->world->is_lazy) {
        ics_timer_arm(&subject->lazy, deadline_ns);
        return;
    }
    ics_simulation_cancel(simulation, &subject->eager);
    ics_simulation_schedule(simulation, &subject->eager, deadline_ns, node_of(subject));
}

static void disarm(Subject *subject)
{
    if (subject->world->is_lazy) {
        ics_timer_disarm(&subject->lazy);
    } else {
        ics_simulation_cancel(subject->world->simulation, &subject->eager);
    }
}

static bool is_armed(const Subject *subject)
{
    return subject->world->is_lazy ? ics_timer_is_armed(&subject->lazy)
                                   : ics_event_is_queued(&subject->eager);
}

/* Arms and disarms a few timers, of whatever node. */
static void act(World *world, int64_t who)
{
    int64_t now_ns = ics_simulation_now(world->simulation);
    g_array_append_val(world->log, now_ns);
    g_array_append_val(world->log, who);
    for (uint64_t n = ics_splitmix_next(&world->random) % 4; n > 0; n--) {
        uint64_t draw = ics_splitmix_next(&world->random);
        Subject *subject = &world->subjects[draw % TIMERS];
        int64_t armed = is_armed(subject);
        g_array_append_val(world->log, armed);
        if (draw >> 32 & 3) {
            arm(subject, now_ns + (int64_t)((draw >> 40) % (uint64_t)world->spread_ns));
        } else {
            disarm(subject);
        }
    }
}

static void expire_lazy(IcsTimer *timer)
{
    Subject *subject = ICS_CONTAINER_OF(timer, Subject, lazy);
    act(subject->world, subject->id);
}

static void fire_eager(IcsEvent *event)
{
    Subject *subject = ICS_CONTAINER_OF(event, Subject, eager);
    act(subject->world, subject->id);
}

static void fire_tick(IcsEvent *event)
{
    World *world = ICS_CONTAINER_OF(event, World, tick);
    int64_t next_ns = ics_simulation_now(world->simulation) + 7;
    act(world, -1);
    if (next_ns < STOP) {
        ics_simulation_schedule(world->simulation, event, next_ns,
                                (uint32_t)(ics_splitmix_next(&world->random) % (NODES + 1)));
    }
}

static World *world_new(bool is_lazy, uint64_t seed, int64_t spread_ns)
{
    static const char *const names[NODES] = {"a", "b", "c"};
    World *world = g_new0(World, 1);
    world->simulation = ics_simulation_new(seed, names, NODES);
    world->is_lazy = is_lazy;
    world->random = seed;
    world->spread_ns = spread_ns;
    world->log = g_array_new(FALSE, FALSE, sizeof(int64_t));
    for (uint32_t i = 0; i < TIMERS; i++) {
        Subject *subject = &world->subjects[i];
        subject->world = world;
        subject->id = i;
        ics_event_init(&subject->eager, fire_eager);
        ics_timer_init(&subject->lazy, world->simulation, node_of(subject), expire_lazy);
    }
    ics_event_init(&world->tick, fire_tick);
    ics_simulation_schedule(world->simulation, &world->tick, 0, ICS_NODE_WORLD);
    return world;
}

static void world_free(World *world)
{
    for (size_t i = 0; i < TIMERS; i++) {
        ics_timer_clear(&world->subjects[i].lazy);
    }
    g_array_free(world->log, TRUE);
    ics_simulation_free(world->simulation);
    g_free(world);
}

/* In pieces, so that the stop falls between, before and behind events of all kinds. */
static void run_side_by_side(World *lazy, World *eager)
{
    for (int64_t until_ns = 0; until_ns < STOP + 10 * lazy->spread_ns; until_ns += 1013) {
        assert_int_equal(ics_simulation_run(lazy->simulation, until_ns, UINT64_MAX),
                         ics_simulation_run(eager->simulation, until_ns, UINT64_MAX));
        assert_int_equal(lazy->simulation->events, eager->simulation->events);
        assert_int_equal(lazy->simulation->last_event_ns, eager->simulation->last_event_ns);
    }
}

static void assert_same_runs(int64_t spread_ns)
{
    for (uint64_t seed = 1; seed <= 10; seed++) {
        World *lazy = world_new(true, seed, spread_ns);
        World *eager = world_new(false, seed, spread_ns);
        run_side_by_side(lazy, eager);
        assert_int_equal(lazy->log->len, eager->log->len);
        assert_memory_equal(lazy->log->data, eager->log->data, lazy->log->len * sizeof(int64_t));
        assert_in_range(lazy->log->len, 4000, UINT32_MAX);
        world_free(lazy);
        world_free(eager);
    }
}

static void deadlines_that_mostly_tie_expire_as_with_eager_timers(void **state)
{
    (void)state;
    assert_same_runs(3);
}

static void deadlines_near_each_other_expire_as_with_eager_timers(void **state)
{
    (void)state;
    assert_same_runs(40);
}

static void deadlines_that_are_mostly_moved_expire_as_with_eager_timers(void **state)
{
    (void)state;
    assert_same_runs(2000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(deadlines_that_mostly_tie_expire_as_with_eager_timers),
        cmocka_unit_test(deadlines_near_each_other_expire_as_with_eager_timers),
        cmocka_unit_test(deadlines_that_are_mostly_moved_expire_as_with_eager_timers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
