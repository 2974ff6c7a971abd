#include "tool/report/cause_counts.h"

#include <glib.h>

void ics_cause_counts_clear(IcsCauseCounts *self)
{
    g_clear_pointer(&self->by_cause, g_free);
}

void ics_cause_counts_add(IcsCauseCounts *self, IcsCause cause, uint64_t n)
{
    g_assert((unsigned)cause < ICS_N_CAUSES);
    if (n == 0) {
        return;
    }
    if (self->by_cause == NULL) {
        self->by_cause = g_new0(uint64_t, ICS_N_CAUSES);
    }
    self->by_cause[cause] += n;
}

void ics_cause_counts_take_back(IcsCauseCounts *self, IcsCause cause)
{
    g_assert(ics_cause_counts_get(self, cause) > 0);
    self->by_cause[cause]--;
}

void ics_cause_counts_merge(IcsCauseCounts *self, const IcsCauseCounts *other)
{
    for (int cause = 0; other->by_cause != NULL && cause < ICS_N_CAUSES; cause++) {
        ics_cause_counts_add(self, (IcsCause)cause, other->by_cause[cause]);
    }
}

uint64_t ics_cause_counts_get(const IcsCauseCounts *self, IcsCause cause)
{
    g_assert((unsigned)cause < ICS_N_CAUSES);
    return self->by_cause != NULL ? self->by_cause[cause] : 0;
}

uint64_t ics_cause_counts_total(const IcsCauseCounts *self)
{
    uint64_t total = 0;
    for (int cause = 0; self->by_cause != NULL && cause < ICS_N_CAUSES; cause++) {
        total += self->by_cause[cause];
    }
    return total;
}
