#include "protocols/stream/prr.h"

#include <glib.h>

void ics_prr_begin(IcsPrr *self, uint64_t flight_bytes)
{
    g_assert(flight_bytes > 0);
    *self = (IcsPrr){.flight_bytes = flight_bytes};
}

static uint64_t prr_left(uint64_t allowed_bytes, uint64_t out_bytes)
{
    return allowed_bytes > out_bytes ? allowed_bytes - out_bytes : 0;
}

/* Section 3, the algorithm. */
uint64_t ics_prr_ack(IcsPrr *self, uint64_t delivered_bytes, uint64_t pipe_bytes,
                     uint64_t ssthresh_bytes, uint32_t mss_bytes)
{
    self->delivered_bytes += delivered_bytes;
    if (pipe_bytes > ssthresh_bytes) {
        unsigned __int128 product = (unsigned __int128)self->delivered_bytes * ssthresh_bytes;
        product += self->flight_bytes - 1; /* CEIL */
        return prr_left((uint64_t)(product / self->flight_bytes), self->out_bytes);
    }
    uint64_t conserved_bytes = prr_left(self->delivered_bytes, self->out_bytes);
    uint64_t limit_bytes = MAX(conserved_bytes, delivered_bytes) + mss_bytes;
    return MIN(ssthresh_bytes - pipe_bytes, limit_bytes);
}
