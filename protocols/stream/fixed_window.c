/* "none": the window is what the configuration says, whatever happens in the network. */
#include <glib.h>

#include "protocols/stream/congestion.h"

static void fixed_window_init(IcsCongestion *self)
{
    uint64_t window_bytes = (uint64_t)self->config->fixed_window_bytes;
    /* Less than a segment would never let one out. */
    self->cwnd_bytes = MAX(window_bytes, self->smss_bytes);
}

static void fixed_window_on_ack(IcsCongestion *self, const IcsCongestionAck *ack)
{
    (void)self;
    (void)ack;
}

static void fixed_window_on_loss(IcsCongestion *self, int64_t now_ns, uint64_t flight_bytes)
{
    (void)self;
    (void)now_ns;
    (void)flight_bytes;
}

static void fixed_window_on_time(IcsCongestion *self, int64_t now_ns)
{
    (void)self;
    (void)now_ns;
}

const IcsCongestionClass ics_fixed_window_class = {
    .name = "none",
    .is_fixed = true,
    .init = fixed_window_init,
    .on_ack = fixed_window_on_ack,
    .on_loss = fixed_window_on_loss,
    .on_timeout = fixed_window_on_time,
    .on_idle = fixed_window_on_time,
};
