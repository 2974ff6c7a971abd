/* The metrics of hosts, of processes and of the run. */
#include <string.h>

#include "tool/report/metric_internal.h"

static IcsMetricValue metric_host_dropped(const IcsMetricSubject *subject)
{
    return ics_metric_causes(&subject->host->dropped, subject->cause);
}

/* The next life of the subject's process, from *at on; NULL: there is none. */
static const IcsProcessResult *metric_next_life(const IcsMetricSubject *subject, guint *at)
{
    const GArray *processes = subject->run->processes;
    while (*at < processes->len) {
        const IcsProcessResult *process = &g_array_index(processes, IcsProcessResult, (*at)++);
        if (strcmp(process->name, subject->process) == 0) {
            return process;
        }
    }
    return NULL;
}

static IcsMetricValue metric_operations_failed(const IcsMetricSubject *subject)
{
    uint64_t failed = 0;
    guint at = 0;
    for (const IcsProcessResult *life; (life = metric_next_life(subject, &at)) != NULL;) {
        failed += life->operations_failed;
    }
    return ics_metric_count(failed);
}

/* The waits for others of all lives. */
static IcsBlockedTime metric_waits(const IcsMetricSubject *subject)
{
    IcsBlockedTime all = {0};
    guint at = 0;
    for (const IcsProcessResult *life; (life = metric_next_life(subject, &at)) != NULL;) {
        IcsBlockedTime waits = ics_process_result_waits(life);
        all.intervals += waits.intervals;
        all.total_ns += waits.total_ns;
    }
    return all;
}

static IcsMetricValue metric_blocked(const IcsMetricSubject *subject)
{
    return ics_metric_count((uint64_t)metric_waits(subject).total_ns);
}

static IcsMetricValue metric_blocked_intervals(const IcsMetricSubject *subject)
{
    return ics_metric_count(metric_waits(subject).intervals);
}

/* Of the last life that has ended. */
static IcsMetricValue metric_exit_code(const IcsMetricSubject *subject)
{
    IcsMetricValue value = ics_metric_undefined();
    guint at = 0;
    for (const IcsProcessResult *life; (life = metric_next_life(subject, &at)) != NULL;) {
        if (life->ended_ns != ICS_TIME_NEVER) {
            value = (IcsMetricValue){.is_defined = true, .value = life->exit_code};
        }
    }
    return value;
}

static IcsMetricValue metric_events(const IcsMetricSubject *subject)
{
    return ics_metric_count(subject->run->events);
}

static IcsMetricValue metric_duration(const IcsMetricSubject *subject)
{
    return ics_metric_count((uint64_t)subject->run->virtual_ns);
}

const IcsMetricFunc ics_metric_run_funcs[ICS_N_METRICS] = {
    [ICS_METRIC_HOST_DROPPED] = metric_host_dropped,
    [ICS_METRIC_OPERATIONS_FAILED] = metric_operations_failed,
    [ICS_METRIC_BLOCKED] = metric_blocked,
    [ICS_METRIC_BLOCKED_INTERVALS] = metric_blocked_intervals,
    [ICS_METRIC_EXIT_CODE] = metric_exit_code,
    [ICS_METRIC_EVENTS] = metric_events,
    [ICS_METRIC_DURATION] = metric_duration,
};
