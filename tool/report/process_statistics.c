#include "tool/report/process_statistics.h"

#include <string.h>

bool ics_process_waits_for_others(IcsWaitReason reason)
{
    return reason != ICS_WAIT_SLEEP && reason != ICS_WAIT_COMPUTE;
}

static void process_lines_clear(IcsProcessLines *self)
{
    g_clear_pointer(&self->first, g_ptr_array_unref);
}

void ics_process_statistics_init(IcsProcessStatistics *self, const IcsProcess *process)
{
    *self = (IcsProcessStatistics){
        .process = process,
        .started_ns = ICS_TIME_NEVER,
        .ended_ns = ICS_TIME_NEVER,
    };
}

void ics_process_statistics_clear(IcsProcessStatistics *self)
{
    g_clear_pointer(&self->intervals, g_array_unref);
    process_lines_clear(&self->log);
    process_lines_clear(&self->failed);
}

void ics_process_statistics_started(IcsProcessStatistics *self, int64_t at_ns)
{
    self->started_ns = at_ns;
}

static void blocked_time_add(IcsBlockedTime *self, int64_t duration_ns)
{
    self->intervals++;
    self->total_ns += duration_ns;
    self->longest_ns = MAX(self->longest_ns, duration_ns);
}

static void process_statistics_keep_interval(IcsProcessStatistics *self, int64_t to_ns,
                                             IcsProcessAllowance *allowance)
{
    guint kept = self->intervals != NULL ? self->intervals->len : 0;
    if (kept == ICS_PROCESS_INTERVALS_KEPT || allowance->intervals == 0) {
        return;
    }
    if (self->intervals == NULL) {
        self->intervals = g_array_new(FALSE, FALSE, sizeof(IcsBlockedInterval));
    }
    IcsBlockedInterval interval = {self->process->waiting_since_ns, to_ns,
                                   self->process->waiting_for};
    g_array_append_val(self->intervals, interval);
    allowance->intervals--;
}

void ics_process_statistics_resumed(IcsProcessStatistics *self, int64_t at_ns,
                                    IcsProcessAllowance *allowance)
{
    IcsWaitReason reason = self->process->waiting_for;
    blocked_time_add(&self->blocked[reason], at_ns - self->process->waiting_since_ns);
    if (ics_process_waits_for_others(reason)) {
        process_statistics_keep_interval(self, at_ns, allowance);
    }
}

void ics_process_statistics_ended(IcsProcessStatistics *self, int64_t at_ns,
                                  IcsProcessAllowance *allowance)
{
    if (self->process->waiting_for != ICS_WAIT_NOTHING) {
        ics_process_statistics_resumed(self, at_ns, allowance);
    }
    self->ended_ns = at_ns;
}

/* At most ICS_PROCESS_LINE_BYTES of a line, and no half of a character. */
static char *process_lines_shorten(const char *text)
{
    const char *invalid;
    size_t n = strnlen(text, ICS_PROCESS_LINE_BYTES);
    if (n == ICS_PROCESS_LINE_BYTES && !g_utf8_validate(text, (gssize)n, &invalid)) {
        n = MAX((size_t)(invalid - text), n - 3);
    }
    return g_strndup(text, n);
}

void ics_process_lines_add(IcsProcessLines *self, const char *text, IcsProcessAllowance *allowance)
{
    guint kept = self->first != NULL ? self->first->len : 0;
    self->n++;
    if (kept == ICS_PROCESS_LINES_KEPT || allowance->lines == 0) {
        return;
    }
    if (self->first == NULL) {
        self->first = g_ptr_array_new_with_free_func(g_free);
    }
    g_ptr_array_add(self->first, process_lines_shorten(text != NULL ? text : ""));
    allowance->lines--;
}

IcsBlockedTime ics_process_statistics_blocked_for(const IcsProcessStatistics *self,
                                                  IcsWaitReason reason, int64_t end_ns)
{
    IcsBlockedTime blocked = self->blocked[reason];
    const IcsProcess *process = self->process;
    bool waits = self->ended_ns == ICS_TIME_NEVER && process->waiting_for == reason;
    if (waits && reason != ICS_WAIT_NOTHING) {
        blocked_time_add(&blocked, MAX(end_ns - process->waiting_since_ns, 0));
    }
    return blocked;
}
