#include <glib.h>

#include "netmodel/link_internal.h"

#define TRANSMITTER_BIT_NS (INT64_C(8) * 1000000000)

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
        departs_ns += transmitter_time(self, bytes);
    }
    self->busy_until_ns = departs_ns;
    return departs_ns;
}
