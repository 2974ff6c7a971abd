/* Random operations on the event queue beside a list that is searched from end to end. */
#include <cmocka.h>
#include <glib.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/event_queue.h"
#include "tests/support/splitmix.h"

#define MOST_EVENTS 600u
#define OPERATIONS  25000u

/* Out of 16 operations; the rest pops. */
typedef struct {
    size_t events;
    unsigned pushes;
    unsigned removals;
    unsigned reschedules;
    unsigned limits;          /* pops with a limit */
    uint64_t step_ns;         /* times are multiples of it */
    unsigned most_steps_bits; /* a push lies up to 2^that steps ahead, each size as likely */
    int64_t first_ns;
    bool bursts; /* now and then 100 pushes up to somewhat behind the first event */
} Mix;

typedef struct {
    const Mix *mix;
    IcsEventQueue queue;
    IcsEvent events[MOST_EVENTS];
    bool pending[MOST_EVENTS];
    size_t pending_count;
    uint64_t random;
    uint64_t ordinal;
    int64_t now_ns;
} Run;

static uint64_t draw(Run *run, uint64_t below)
{
    return ics_splitmix_next(&run->random) % below;
}

/* The order of SEMANTICS.md, said once more. */
static bool fires_before(const IcsEvent *a, const IcsEvent *b)
{
    const uint64_t keys[2][4] = {
        {(uint64_t)a->at_ns, a->route >> 32, a->route & UINT32_MAX, a->ordinal},
        {(uint64_t)b->at_ns, b->route >> 32, b->route & UINT32_MAX, b->ordinal},
    };
    for (int i = 0; i < 4; i++) {
        if (keys[0][i] != keys[1][i]) {
            return keys[0][i] < keys[1][i];
        }
    }
    return false;
}

static IcsEvent *expected_first(Run *run)
{
    IcsEvent *first = NULL;
    for (size_t i = 0; i < run->mix->events; i++) {
        if (run->pending[i] && (first == NULL || fires_before(&run->events[i], first))) {
            first = &run->events[i];
        }
    }
    return first;
}

static IcsEvent *draw_event(Run *run, bool pending)
{
    size_t start = draw(run, run->mix->events);
    for (size_t i = 0; i < run->mix->events; i++) {
        size_t k = (start + i) % run->mix->events;
        if (run->pending[k] == pending) {
            return &run->events[k];
        }
    }
    return NULL;
}

static void mark(Run *run, const IcsEvent *event, bool pending)
{
    run->pending[event - run->events] = pending;
    run->pending_count += pending ? 1 : (size_t)-1;
}

static int64_t draw_time(Run *run)
{
    uint64_t steps = draw(run, UINT64_C(1) << draw(run, run->mix->most_steps_bits + 1));
    int64_t ahead_ns;
    int64_t at_ns;
    if (__builtin_mul_overflow((int64_t)steps, (int64_t)run->mix->step_ns, &ahead_ns) ||
        __builtin_add_overflow(run->now_ns, ahead_ns, &at_ns)) {
        return INT64_MAX;
    }
    return at_ns;
}

static uint64_t draw_route(Run *run)
{
    uint32_t receiver = (uint32_t)draw(run, 5);
    return ics_event_route(receiver, (uint32_t)draw(run, 5));
}

static void push_at(Run *run, int64_t at_ns)
{
    IcsEvent *event = draw_event(run, false);
    if (event == NULL) {
        return;
    }
    event->at_ns = at_ns;
    event->route = draw_route(run);
    event->ordinal = run->ordinal++;
    ics_event_queue_push(&run->queue, event);
    mark(run, event, true);
}

static void remove_one(Run *run)
{
    IcsEvent *event = draw_event(run, true);
    if (event != NULL) {
        ics_event_queue_remove(&run->queue, event);
        mark(run, event, false);
        assert_false(ics_event_is_queued(event));
    }
}

static void reschedule_one(Run *run)
{
    IcsEvent *event = draw_event(run, true);
    if (event != NULL) {
        int64_t at_ns = draw_time(run);
        ics_event_queue_reschedule(&run->queue, event, at_ns, draw_route(run), run->ordinal++);
        assert_int_equal(event->at_ns, at_ns);
    }
}

static void pop_one(Run *run, int64_t limit_ns)
{
    IcsEvent *expected = expected_first(run);
    if (expected != NULL && expected->at_ns > limit_ns) {
        expected = NULL;
    }
    assert_ptr_equal(ics_event_queue_pop_until(&run->queue, limit_ns), expected);
    if (expected != NULL) {
        mark(run, expected, false);
        assert_false(ics_event_is_queued(expected));
        run->now_ns = expected->at_ns;
    }
}

static void push_burst(Run *run)
{
    const IcsEvent *first = ics_event_queue_peek(&run->queue);
    if (first == NULL) {
        return;
    }
    uint64_t span_ns = (uint64_t)(first->at_ns - run->now_ns) * 5 / 4 + 1;
    for (int i = 0; i < 100; i++) {
        push_at(run, run->now_ns + (int64_t)draw(run, span_ns));
    }
}

static void step(Run *run)
{
    uint64_t kind = draw(run, 16);
    const Mix *mix = run->mix;
    if (mix->bursts && draw(run, 256) == 0) {
        push_burst(run);
    } else if (kind < mix->pushes) {
        push_at(run, draw_time(run));
    } else if (kind < mix->pushes + mix->removals) {
        remove_one(run);
    } else if (kind < mix->pushes + mix->removals + mix->reschedules) {
        reschedule_one(run);
    } else if (kind < mix->pushes + mix->removals + mix->reschedules + mix->limits) {
        assert_ptr_equal(ics_event_queue_peek(&run->queue), expected_first(run));
        pop_one(run, draw_time(run));
    } else {
        pop_one(run, INT64_MAX);
    }
    assert_int_equal(ics_event_queue_size(&run->queue), run->pending_count);
}

static void run_mix(const Mix *mix)
{
    for (uint64_t seed = 1; seed <= 3; seed++) {
        Run *run = g_new0(Run, 1);
        run->mix = mix;
        run->random = seed;
        run->now_ns = mix->first_ns;
        ics_event_queue_init(&run->queue);
        for (size_t i = 0; i < MOST_EVENTS; i++) {
            ics_event_init(&run->events[i], NULL);
        }
        for (size_t i = 0; i < OPERATIONS; i++) {
            step(run);
        }
        while (run->pending_count > 0) {
            pop_one(run, INT64_MAX);
        }
        ics_event_queue_clear(&run->queue);
        g_free(run);
    }
}

static void a_few_events(void **state)
{
    (void)state;
    const Mix mix = {.events = 9,
                     .pushes = 7,
                     .removals = 1,
                     .reschedules = 1,
                     .limits = 2,
                     .step_ns = 1,
                     .most_steps_bits = 20};
    run_mix(&mix);
}

static void as_many_as_the_front_holds(void **state)
{
    (void)state;
    const Mix mix = {.events = 70,
                     .pushes = 8,
                     .removals = 1,
                     .reschedules = 1,
                     .limits = 1,
                     .step_ns = 1,
                     .most_steps_bits = 8};
    run_mix(&mix);
}

static void many_events_of_all_distances(void **state)
{
    (void)state;
    const Mix mix = {.events = MOST_EVENTS,
                     .pushes = 8,
                     .removals = 1,
                     .reschedules = 1,
                     .limits = 1,
                     .step_ns = 1,
                     .most_steps_bits = 40};
    run_mix(&mix);
}

static void many_events_at_few_times(void **state)
{
    (void)state;
    const Mix mix = {.events = MOST_EVENTS,
                     .pushes = 9,
                     .removals = 1,
                     .reschedules = 1,
                     .limits = 1,
                     .step_ns = 1000000000,
                     .most_steps_bits = 1};
    run_mix(&mix);
}

static void many_events_at_times_side_by_side(void **state)
{
    (void)state;
    const Mix mix = {.events = MOST_EVENTS,
                     .pushes = 9,
                     .removals = 0,
                     .reschedules = 3,
                     .limits = 2,
                     .step_ns = 1,
                     .most_steps_bits = 4};
    run_mix(&mix);
}

static void mostly_looks_ahead(void **state)
{
    (void)state;
    const Mix mix = {.events = MOST_EVENTS,
                     .pushes = 8,
                     .removals = 0,
                     .reschedules = 0,
                     .limits = 8,
                     .step_ns = 10,
                     .most_steps_bits = 12};
    run_mix(&mix);
}

static void bursts_of_earlier_events(void **state)
{
    (void)state;
    const Mix mix = {.events = MOST_EVENTS,
                     .pushes = 7,
                     .removals = 1,
                     .reschedules = 1,
                     .limits = 1,
                     .step_ns = 1 << 20,
                     .most_steps_bits = 14,
                     .bursts = true};
    run_mix(&mix);
}

static void many_events_in_a_microsecond(void **state)
{
    (void)state;
    const Mix mix = {.events = MOST_EVENTS,
                     .pushes = 9,
                     .removals = 0,
                     .reschedules = 0,
                     .limits = 0,
                     .step_ns = 1,
                     .most_steps_bits = 11};
    run_mix(&mix);
}

static void mostly_removals(void **state)
{
    (void)state;
    const Mix mix = {.events = MOST_EVENTS,
                     .pushes = 8,
                     .removals = 6,
                     .reschedules = 1,
                     .limits = 0,
                     .step_ns = 500,
                     .most_steps_bits = 16};
    run_mix(&mix);
}

static void the_end_of_time(void **state)
{
    (void)state;
    const Mix mix = {.events = MOST_EVENTS,
                     .pushes = 8,
                     .removals = 1,
                     .reschedules = 1,
                     .limits = 1,
                     .step_ns = 1,
                     .most_steps_bits = 45,
                     .first_ns = INT64_MAX - (INT64_C(1) << 50)};
    run_mix(&mix);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_few_events),
        cmocka_unit_test(as_many_as_the_front_holds),
        cmocka_unit_test(many_events_of_all_distances),
        cmocka_unit_test(many_events_at_few_times),
        cmocka_unit_test(many_events_at_times_side_by_side),
        cmocka_unit_test(mostly_looks_ahead),
        cmocka_unit_test(bursts_of_earlier_events),
        cmocka_unit_test(many_events_in_a_microsecond),
        cmocka_unit_test(mostly_removals),
        cmocka_unit_test(the_end_of_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
