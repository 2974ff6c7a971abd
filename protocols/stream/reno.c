/* RFC 5681: slow start, and congestion avoidance by counting acknowledgements or, with
 * `byte_counting`, the bytes that they acknowledge. */
#include <glib.h>

#include "protocols/stream/congestion.h"

static void reno_init(IcsCongestion *self)
{
    self->u.reno.acked_bytes = 0;
}

/* Section 3.1: of each ACK one segment at most counts, which is what its equation (3) comes to:
 * with delayed acknowledgements cwnd grows by half a segment in a round trip. RFC 3465, which the
 * same section recommends, counts all bytes and grows by a whole one. Either way an ACK that is
 * split gains nothing. */
static uint64_t reno_counted_bytes(const IcsCongestion *self, uint64_t acked_bytes)
{
    uint64_t most_bytes = self->config->byte_counting ? self->cwnd_bytes : self->smss_bytes;
    return MIN(acked_bytes, most_bytes);
}

/* One segment for each window of counted bytes. */
static void reno_avoid_congestion(IcsCongestion *self, uint64_t acked_bytes)
{
    self->u.reno.acked_bytes += acked_bytes;
    if (self->u.reno.acked_bytes >= self->cwnd_bytes) {
        self->u.reno.acked_bytes -= self->cwnd_bytes;
        self->cwnd_bytes += self->smss_bytes;
    }
}

static void reno_on_ack(IcsCongestion *self, const IcsCongestionAck *ack)
{
    if (!ack->window_was_used) {
        return;
    }
    uint64_t acked_bytes = ack->acked_bytes;
    if (ics_congestion_is_slow_start(self)) {
        acked_bytes = ics_congestion_slow_start(self, acked_bytes);
    }
    if (acked_bytes > 0) {
        reno_avoid_congestion(self, reno_counted_bytes(self, acked_bytes));
    }
}

static void reno_on_loss(IcsCongestion *self, int64_t now_ns, uint64_t flight_bytes)
{
    (void)now_ns;
    self->ssthresh_bytes = ics_congestion_half_flight(self, flight_bytes);
    self->u.reno.acked_bytes = 0;
}

static void reno_on_timeout(IcsCongestion *self, int64_t now_ns)
{
    (void)now_ns;
    self->cwnd_bytes = self->smss_bytes;
    self->u.reno.acked_bytes = 0;
}

static void reno_on_idle(IcsCongestion *self, int64_t now_ns)
{
    (void)now_ns;
    if (self->config->idle_restart) {
        uint64_t initial_bytes = ics_congestion_initial_window(self->config, self->smss_bytes);
        self->cwnd_bytes = MIN(self->cwnd_bytes, initial_bytes);
    }
}

const IcsCongestionClass ics_reno_class = {
    .name = "reno",
    .init = reno_init,
    .on_ack = reno_on_ack,
    .on_loss = reno_on_loss,
    .on_timeout = reno_on_timeout,
    .on_idle = reno_on_idle,
};
