/* CUBIC, RFC 9438. The names are the RFC's; windows are in bytes, so C, which the RFC gives in
 * segments, is multiplied by SMSS. Times within an epoch are in microseconds: their cubes fit 128
 * bits. */
#include <glib.h>

#include "base/units.h"
#include "protocols/stream/congestion.h"

typedef unsigned __int128 CubicWide;

/* Section 4.5: beta_cubic = 7/10, C = 2/5, alpha_cubic = 3 * (1 - beta) / (1 + beta) = 9/17, and
 * (1 + beta_cubic) / 2 = 17/20. */
enum {
    CUBIC_BETA_NUMERATOR = 7,
    CUBIC_BETA_DENOMINATOR = 10,
    CUBIC_C_NUMERATOR = 2,
    CUBIC_C_DENOMINATOR = 5,
    CUBIC_ALPHA_NUMERATOR = 9,
    CUBIC_ALPHA_DENOMINATOR = 17,
    CUBIC_CONVERGENCE_NUMERATOR = 17,
    CUBIC_CONVERGENCE_DENOMINATOR = 20
};

#define CUBIC_US_PER_S        UINT64_C(1000000)
#define CUBIC_US3_PER_S3      ((CubicWide)CUBIC_US_PER_S * CUBIC_US_PER_S * CUBIC_US_PER_S)
#define CUBIC_DISTANCE_MAX_US INT64_C(10000000000)

/* floor of the cube root, bit by bit. */
static uint64_t cubic_root(CubicWide n)
{
    uint64_t root = 0;
    for (int bit = 41; bit >= 0; bit--) {
        CubicWide candidate = root | UINT64_C(1) << bit;
        if (candidate * candidate * candidate <= n) {
            root = (uint64_t)candidate;
        }
    }
    return root;
}

/* K in microseconds: figure 2 of the RFC. `distance_bytes` is W_max - cwnd_epoch. */
static int64_t cubic_k_us(const IcsCongestion *self, uint64_t distance_bytes)
{
    CubicWide numerator = (CubicWide)distance_bytes * CUBIC_C_DENOMINATOR * CUBIC_US3_PER_S3;
    return (int64_t)cubic_root(numerator / ((CubicWide)CUBIC_C_NUMERATOR * self->smss_bytes));
}

/* W_cubic(t), figure 1. */
static uint64_t cubic_window(const IcsCongestion *self, int64_t t_ns)
{
    const IcsCubic *cubic = &self->u.cubic;
    int64_t from_k_us = t_ns / ICS_NS_PER_US - cubic->k_us;
    CubicWide distance_us = (CubicWide)MIN(ABS(from_k_us), CUBIC_DISTANCE_MAX_US);
    CubicWide cube_us3 = distance_us * distance_us * distance_us;
    uint64_t offset_bytes = (uint64_t)(cube_us3 * CUBIC_C_NUMERATOR * self->smss_bytes /
                                       (CUBIC_C_DENOMINATOR * CUBIC_US3_PER_S3));
    if (from_k_us >= 0) {
        return cubic->w_max_bytes + offset_bytes;
    }
    return cubic->w_max_bytes > offset_bytes ? cubic->w_max_bytes - offset_bytes : 0;
}

static void cubic_init(IcsCongestion *self)
{
    self->u.cubic = (IcsCubic){.epoch_ns = -1, .paused_ns = -1};
}

/* Congestion avoidance begins. Without a loss since the last timeout, or the start, K is 0 and
 * W_max the window (sections 4.8 and 4.10). */
static void cubic_begin_epoch(IcsCongestion *self, int64_t now_ns)
{
    IcsCubic *cubic = &self->u.cubic;
    if (!cubic->has_w_max || cubic->w_max_bytes <= self->cwnd_bytes) {
        cubic->w_max_bytes = self->cwnd_bytes;
        cubic->k_us = 0;
    } else {
        cubic->k_us = cubic_k_us(self, cubic->w_max_bytes - self->cwnd_bytes);
    }
    cubic->epoch_ns = now_ns;
    cubic->w_est_bytes = self->cwnd_bytes;
    cubic->w_est_remainder = 0;
    cubic->growth_remainder = 0;
}

/* Adds numerator / denominator and keeps what the division leaves for the next time. */
static void cubic_grow(uint64_t *window_bytes, uint64_t *remainder, CubicWide numerator,
                       uint64_t denominator)
{
    numerator += *remainder;
    *window_bytes += (uint64_t)(numerator / denominator);
    *remainder = (uint64_t)(numerator % denominator);
}

/* Figure 4: W_est grows as Reno's window would on the average. */
static void cubic_grow_estimate(IcsCongestion *self, uint64_t acked_bytes)
{
    IcsCubic *cubic = &self->u.cubic;
    bool caught_up = cubic->w_est_bytes >= cubic->cwnd_prior_bytes;
    uint32_t alpha = caught_up ? CUBIC_ALPHA_DENOMINATOR : CUBIC_ALPHA_NUMERATOR;
    CubicWide numerator = (CubicWide)acked_bytes * self->smss_bytes * alpha;
    cubic_grow(&cubic->w_est_bytes, &cubic->w_est_remainder, numerator,
               CUBIC_ALPHA_DENOMINATOR * self->cwnd_bytes);
}

/* Section 4.2: what cwnd shall be a round trip from now. */
static uint64_t cubic_target(const IcsCongestion *self, int64_t t_ns, int64_t srtt_ns)
{
    uint64_t target_bytes = cubic_window(self, t_ns + srtt_ns);
    return CLAMP(target_bytes, self->cwnd_bytes, self->cwnd_bytes + self->cwnd_bytes / 2);
}

static void cubic_avoid_congestion(IcsCongestion *self, const IcsCongestionAck *ack,
                                   uint64_t acked_bytes)
{
    IcsCubic *cubic = &self->u.cubic;
    int64_t t_ns = ack->now_ns - cubic->epoch_ns;
    cubic_grow_estimate(self, acked_bytes);
    if (cubic_window(self, t_ns) < cubic->w_est_bytes) { /* section 4.3: Reno-friendly region */
        self->cwnd_bytes = MAX(self->cwnd_bytes, cubic->w_est_bytes);
        return;
    }
    uint64_t distance_bytes = cubic_target(self, t_ns, ack->srtt_ns) - self->cwnd_bytes;
    cubic_grow(&self->cwnd_bytes, &cubic->growth_remainder, (CubicWide)distance_bytes * acked_bytes,
               self->cwnd_bytes);
}

/* Section 5.8: time in which the window is not used does not count. */
static void cubic_note_use(IcsCubic *cubic, int64_t now_ns, bool was_used)
{
    if (!was_used) {
        cubic->paused_ns = cubic->paused_ns < 0 ? now_ns : cubic->paused_ns;
        return;
    }
    if (cubic->paused_ns >= 0 && cubic->epoch_ns >= 0) {
        cubic->epoch_ns += now_ns - MAX(cubic->paused_ns, cubic->epoch_ns);
    }
    cubic->paused_ns = -1;
}

static void cubic_on_ack(IcsCongestion *self, const IcsCongestionAck *ack)
{
    cubic_note_use(&self->u.cubic, ack->now_ns, ack->window_was_used);
    if (!ack->window_was_used) {
        return;
    }
    uint64_t acked_bytes = ack->acked_bytes;
    if (ics_congestion_is_slow_start(self)) {
        acked_bytes = ics_congestion_slow_start(self, acked_bytes);
    }
    if (acked_bytes == 0) {
        return;
    }
    if (self->u.cubic.epoch_ns < 0) {
        cubic_begin_epoch(self, ack->now_ns);
    }
    cubic_avoid_congestion(self, ack, MIN(acked_bytes, self->cwnd_bytes));
}

/* Sections 4.6 and 4.7. */
static void cubic_on_loss(IcsCongestion *self, int64_t now_ns, uint64_t flight_bytes)
{
    (void)now_ns;
    IcsCubic *cubic = &self->u.cubic;
    uint64_t cwnd_bytes = self->cwnd_bytes;
    bool gives_way = cubic->has_w_max && cwnd_bytes < cubic->w_max_bytes;
    cubic->w_max_bytes =
        gives_way ? cwnd_bytes * CUBIC_CONVERGENCE_NUMERATOR / CUBIC_CONVERGENCE_DENOMINATOR
                  : cwnd_bytes;
    cubic->has_w_max = true;
    cubic->cwnd_prior_bytes = cwnd_bytes;
    cubic->epoch_ns = -1;
    self->ssthresh_bytes = MAX(flight_bytes * CUBIC_BETA_NUMERATOR / CUBIC_BETA_DENOMINATOR,
                               UINT64_C(2) * self->smss_bytes);
}

/* Section 4.8. */
static void cubic_on_timeout(IcsCongestion *self, int64_t now_ns)
{
    (void)now_ns;
    self->u.cubic.has_w_max = false;
    self->u.cubic.epoch_ns = -1;
    self->cwnd_bytes = self->smss_bytes;
}

static void cubic_on_idle(IcsCongestion *self, int64_t now_ns)
{
    self->u.cubic.epoch_ns = -1;
    ics_reno_class.on_idle(self, now_ns);
}

const IcsCongestionClass ics_cubic_class = {
    .name = "cubic",
    .init = cubic_init,
    .on_ack = cubic_on_ack,
    .on_loss = cubic_on_loss,
    .on_timeout = cubic_on_timeout,
    .on_idle = cubic_on_idle,
};
