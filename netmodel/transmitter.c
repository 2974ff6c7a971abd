#include <glib.h>

#include "netmodel/link_internal.h"

#define TRANSMITTER_BIT_NS (INT64_C(8) * 1000000000)

/* The longest that anything is thought ahead: what is queued before a very slow transmitter. */
#define TRANSMITTER_MAX_NS (INT64_MAX / 2)

#define TRANSMITTER_SECOND_NS INT64_C(1000000000)

/* Rounded up: a bit has not left before it has left. */
static int64_t transmitter_time(IcsTransmitter *self, uint32_t bytes)
{
    if (bytes != self->cached_bytes) {
        int64_t work = (int64_t)bytes * TRANSMITTER_BIT_NS;
        self->cached_bytes = bytes;
        self->cached_ns = (work + self->rate_bps - 1) / self->rate_bps;
    }
    return self->cached_ns;
}

int64_t ics_transmitter_send(IcsTransmitter *self, int64_t start_ns, uint32_t bytes)
{
    int64_t departs_ns = start_ns;
    if (self->capacity != NULL) {
        departs_ns = ics_capacity_depart(self->capacity, &self->cursor, start_ns, bytes);
    } else if (self->rate_bps != 0) {
        departs_ns = MIN(start_ns + transmitter_time(self, bytes), TRANSMITTER_MAX_NS);
    }
    self->busy_until_ns = departs_ns;
    return departs_ns;
}

int64_t ics_transmitter_serve(IcsTransmitter *self, int64_t start_ns, uint32_t bytes)
{
    self->segment_ns = start_ns;
    self->segment_bits = (int64_t)bytes * 8;
    return ics_transmitter_send(self, start_ns, bytes);
}

static int64_t transmitter_bits_time(const IcsTransmitter *self, int64_t bits)
{
    int64_t work = bits * TRANSMITTER_SECOND_NS;
    return self->rate_bps == 0 ? 0 : (work + self->rate_bps - 1) / self->rate_bps;
}

/* Bits of this segment that have begun to be sent. */
static int64_t transmitter_bits_begun(const IcsTransmitter *self, int64_t now_ns)
{
    __int128 elapsed_ns = MAX(now_ns - self->segment_ns, 0);
    __int128 begun =
        (elapsed_ns * self->rate_bps + TRANSMITTER_SECOND_NS - 1) / TRANSMITTER_SECOND_NS;
    return (int64_t)MIN(begun, (__int128)self->segment_bits);
}

int64_t ics_transmitter_set_rate(IcsTransmitter *self, int64_t now_ns, int64_t rate_bps)
{
    int64_t begun = transmitter_bits_begun(self, now_ns);
    self->segment_ns += transmitter_bits_time(self, begun);
    self->segment_bits -= begun;
    self->rate_bps = rate_bps;
    self->cached_bytes = 0;
    self->cached_ns = 0;
    self->busy_until_ns = self->segment_ns + transmitter_bits_time(self, self->segment_bits);
    return self->busy_until_ns;
}

/* What the packet would have used of a capacity trace is there for others. */
void ics_transmitter_abort(IcsTransmitter *self, int64_t now_ns)
{
    self->busy_until_ns = now_ns;
    self->cursor = (IcsCapacityCursor){0};
}
