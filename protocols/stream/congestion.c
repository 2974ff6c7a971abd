#include "protocols/stream/congestion.h"

#include <glib.h>
#include <string.h>

/* RFC 6928: ten segments, or 14600 bytes when segments are larger. */
#define CONGESTION_USUAL_SEGMENT_BYTES 1460
#define CONGESTION_SMALL_WINDOW        4

const IcsCongestionClass *const ics_congestion_classes[ICS_N_CONGESTION_KINDS] = {
    [ICS_CONGESTION_CUBIC] = &ics_cubic_class,
    [ICS_CONGESTION_RENO] = &ics_reno_class,
    [ICS_CONGESTION_NONE] = &ics_fixed_window_class,
};

const IcsCongestionClass *ics_congestion_class_by_name(const char *name)
{
    for (int kind = 0; kind < ICS_N_CONGESTION_KINDS; kind++) {
        if (strcmp(ics_congestion_classes[kind]->name, name) == 0) {
            return ics_congestion_classes[kind];
        }
    }
    return NULL;
}

void ics_congestion_init(IcsCongestion *self, const IcsRecoveryConfig *config, uint32_t smss_bytes)
{
    g_assert(smss_bytes > 0);
    *self = (IcsCongestion){
        .klass = ics_congestion_classes[config->congestion],
        .config = config,
        .cwnd_bytes = ics_congestion_initial_window(config, smss_bytes),
        .ssthresh_bytes = ICS_SSTHRESH_NONE,
        .smss_bytes = smss_bytes,
    };
    self->klass->init(self);
}

uint64_t ics_congestion_initial_window(const IcsRecoveryConfig *config, uint32_t smss_bytes)
{
    uint64_t segments = (uint64_t)config->initial_window;
    uint64_t window_bytes = segments * smss_bytes;
    if (segments <= CONGESTION_SMALL_WINDOW) {
        return window_bytes;
    }
    uint64_t usual_bytes = segments * CONGESTION_USUAL_SEGMENT_BYTES;
    return MIN(window_bytes, MAX(UINT64_C(2) * smss_bytes, usual_bytes));
}

uint64_t ics_congestion_half_flight(const IcsCongestion *self, uint64_t flight_bytes)
{
    return MAX(flight_bytes / 2, UINT64_C(2) * self->smss_bytes);
}

/* What one ACK adds at most: RFC 5681, section 3.1, and RFC 3465, section 2.3, where L is 2 unless
 * slow start follows a loss. */
static uint64_t congestion_growth_limit(const IcsCongestion *self)
{
    bool is_first = self->ssthresh_bytes == ICS_SSTHRESH_NONE;
    return self->config->byte_counting && is_first ? UINT64_C(2) * self->smss_bytes
                                                   : self->smss_bytes;
}

uint64_t ics_congestion_slow_start(IcsCongestion *self, uint64_t acked_bytes)
{
    uint64_t growth_bytes = MIN(acked_bytes, congestion_growth_limit(self));
    uint64_t room_bytes = self->ssthresh_bytes - self->cwnd_bytes;
    if (growth_bytes <= room_bytes) {
        self->cwnd_bytes += growth_bytes;
        return 0;
    }
    self->cwnd_bytes = self->ssthresh_bytes;
    return growth_bytes - room_bytes;
}
