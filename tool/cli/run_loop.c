#include "tool/cli/run_loop.h"

#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

#include "tool/cli/interrupt.h"

#define RUN_LOOP_EVENTS        20000 /* most between two looks at clock and signal */
#define RUN_LOOP_PATIENCE_US   20000 /* longest that they should take */
#define RUN_LOOP_FIRST_US      1000000
#define RUN_LOOP_INTERVAL_US   200000
#define RUN_LOOP_ERASE_TO_EDGE "\033[K"

/* One event can be a hundred thousand operations of a process, so that some milliseconds of work
 * are found out by trying. How a run is cut into pieces changes nothing in it. */
static uint64_t run_loop_next_budget(uint64_t events, gint64 took_us)
{
    if (took_us > RUN_LOOP_PATIENCE_US) {
        return MAX(events / 8, 1U);
    }
    return took_us < RUN_LOOP_PATIENCE_US / 4 ? MIN(events * 2, RUN_LOOP_EVENTS) : events;
}

typedef struct {
    bool shown;
    gint64 next_us;
} RunLoopProgress;

static void run_loop_show(RunLoopProgress *progress, const IcsWorld *world)
{
    gint64 now_us = g_get_monotonic_time();
    if (now_us < progress->next_us || !isatty(STDERR_FILENO)) {
        return;
    }
    progress->next_us = now_us + RUN_LOOP_INTERVAL_US;
    progress->shown = true;
    const IcsSimulation *simulation = world->simulation;
    char text[ICS_UNITS_TEXT_SIZE];
    int64_t whole_ms = simulation->now_ns / 1000000 * 1000000;
    fprintf(stderr, "\rsimulated %s", ics_time_format(whole_ms, text));
    if (world->trace->has_stop) {
        fprintf(stderr, " of %s", ics_time_format(world->trace->stop_ns, text));
    }
    fprintf(stderr, ", %" PRIu64 " events " RUN_LOOP_ERASE_TO_EDGE, simulation->events);
}

static const char *run_loop_go(IcsWorld *world, bool (*go_on)(gpointer data), gpointer data)
{
    RunLoopProgress progress = {.next_us = g_get_monotonic_time() + RUN_LOOP_FIRST_US};
    IcsStopReason reason = ICS_STOP_BUDGET;
    uint64_t events = 1;
    while (reason == ICS_STOP_BUDGET && !ics_interrupt_came() && go_on(data)) {
        gint64 started_us = g_get_monotonic_time();
        reason = ics_world_run(world, events);
        events = run_loop_next_budget(events, g_get_monotonic_time() - started_us);
        run_loop_show(&progress, world);
    }
    if (progress.shown) {
        fputs("\r" RUN_LOOP_ERASE_TO_EDGE, stderr);
    }
    return reason == ICS_STOP_BUDGET ? "interrupted" : ics_stop_reason_name(reason);
}

const char *ics_run_loop(IcsWorld *world, bool (*go_on)(gpointer data), gpointer data)
{
    struct sigaction before;
    ics_interrupt_begin(&before);
    const char *stopped = run_loop_go(world, go_on, data);
    ics_interrupt_end(&before);
    return stopped;
}
