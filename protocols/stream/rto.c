#include "protocols/stream/rto.h"

#include <glib.h>

#include "base/units.h"

/* The weights of section 2.3 as divisors: alpha = 1/8, beta = 1/4; and K. */
enum { RTO_ALPHA_DIVISOR = 8, RTO_BETA_DIVISOR = 4, RTO_K = 4 };

/* Section 5.7. */
#define RTO_AFTER_SYN_TIMEOUT_NS (3 * ICS_NS_PER_S)

/* Keeps every sum below far from overflow; a round trip of 146 years is not told from one. */
#define RTO_SAMPLE_MAX_NS (INT64_MAX / 16)

/* n / d to the nearest integer, d > 0. */
static int64_t rto_divide(int64_t n, int64_t d)
{
    return n >= 0 ? (n + d / 2) / d : -((-n + d / 2) / d);
}

static int64_t rto_clamped(const IcsRto *self, int64_t rto_ns)
{
    return MIN(MAX(rto_ns, self->config->min_rto_ns), self->config->max_rto_ns);
}

void ics_rto_init(IcsRto *self, const IcsRecoveryConfig *config)
{
    *self = (IcsRto){.config = config, .rto_ns = config->initial_rto_ns};
}

static void rto_first_sample(IcsRto *self, int64_t rtt_ns)
{
    self->srtt_ns = rtt_ns;
    self->rttvar_ns = rto_divide(rtt_ns, 2);
}

static void rto_next_sample(IcsRto *self, int64_t rtt_ns, int64_t expected_samples)
{
    int64_t error_ns = rtt_ns - self->srtt_ns;
    /* RTTVAR first, with the old SRTT. */
    int64_t deviation_ns = ABS(error_ns) - self->rttvar_ns;
    self->rttvar_ns += rto_divide(deviation_ns, RTO_BETA_DIVISOR * expected_samples);
    self->srtt_ns += rto_divide(error_ns, RTO_ALPHA_DIVISOR * expected_samples);
    self->srtt_ns = MAX(self->srtt_ns, 1);
}

void ics_rto_sample(IcsRto *self, int64_t rtt_ns, uint32_t expected_samples)
{
    g_assert(rtt_ns >= 0 && expected_samples > 0);
    rtt_ns = CLAMP(rtt_ns, 1, RTO_SAMPLE_MAX_NS); /* SRTT of 0 means that there is none */
    if (ics_rto_has_sample(self)) {
        rto_next_sample(self, rtt_ns, expected_samples);
    } else {
        rto_first_sample(self, rtt_ns);
    }
    int64_t margin_ns = MAX(self->config->clock_granularity_ns, RTO_K * self->rttvar_ns);
    self->rto_ns = rto_clamped(self, self->srtt_ns + margin_ns);
    self->backoffs = 0;
}

void ics_rto_back_off(IcsRto *self)
{
    int64_t max_ns = self->config->max_rto_ns;
    self->rto_ns = self->rto_ns < max_ns / 2 ? 2 * self->rto_ns : MAX(max_ns, self->rto_ns);
    self->backoffs++;
}

void ics_rto_back_off_syn(IcsRto *self)
{
    ics_rto_back_off(self);
    self->syn_timed_out = true;
}

void ics_rto_established(IcsRto *self)
{
    if (!self->syn_timed_out) {
        return;
    }
    self->rto_ns = MAX(RTO_AFTER_SYN_TIMEOUT_NS, self->config->initial_rto_ns);
    self->backoffs = 0;
}
