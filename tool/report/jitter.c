#include "tool/report/jitter.h"

#include <glib.h>

/* The gain is 1 / 2^4; half of it rounds (RFC 3550, appendix A.8). */
#define JITTER_GAIN_SHIFT 4
#define JITTER_ROUNDING   (1 << (JITTER_GAIN_SHIFT - 1))

/* Of which the estimate's sixteenfold still fits: 9 years. */
#define JITTER_LONGEST_NS (INT64_MAX >> (JITTER_GAIN_SHIFT + 1))

void ics_jitter_update(IcsJitter *self, int64_t sent_ns, int64_t received_ns)
{
    int64_t transit_ns = received_ns - sent_ns;
    if (self->received > 0) {
        int64_t difference_ns = MIN(ABS(transit_ns - self->transit_ns), JITTER_LONGEST_NS);
        self->scaled += difference_ns - ((self->scaled + JITTER_ROUNDING) >> JITTER_GAIN_SHIFT);
    }
    self->transit_ns = transit_ns;
    self->received++;
}

bool ics_jitter_is_defined(const IcsJitter *self)
{
    return self->received > 1;
}

int64_t ics_jitter_ns(const IcsJitter *self)
{
    return self->scaled >> JITTER_GAIN_SHIFT;
}
