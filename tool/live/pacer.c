#include "tool/live/pacer.h"

#include <glib.h>

void ics_pacer_start(IcsPacer *self, int64_t clock_ns, int64_t stop_ns)
{
    *self = (IcsPacer){.started_ns = clock_ns, .stop_ns = stop_ns};
}

int64_t ics_pacer_virtual_ns(const IcsPacer *self, int64_t clock_ns)
{
    return CLAMP(clock_ns - self->started_ns, 0, self->stop_ns);
}

int64_t ics_pacer_clock_ns(const IcsPacer *self, int64_t virtual_ns)
{
    return virtual_ns < INT64_MAX - self->started_ns ? self->started_ns + virtual_ns : INT64_MAX;
}

int64_t ics_pacer_fire(IcsPacer *self, int64_t due_ns, int64_t clock_ns)
{
    int64_t lag_ns = MAX(clock_ns - self->started_ns - due_ns, 0);
    self->lag_max_ns = MAX(self->lag_max_ns, lag_ns);
    self->worst_ns = MAX(self->worst_ns, lag_ns);
    bool too_soon = self->has_told && clock_ns - self->told_at_ns < ICS_PACER_INTERVAL_NS;
    if (self->worst_ns <= ICS_PACER_LAG_NS || too_soon) {
        return 0;
    }
    int64_t told_ns = self->worst_ns;
    self->worst_ns = 0;
    self->told_at_ns = clock_ns;
    self->has_told = true;
    return told_ns;
}
