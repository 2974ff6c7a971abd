#include "protocols/stream/challenge_ack.h"

#include <glib.h>

void ics_challenge_ack_init(IcsChallengeAck *self, uint32_t limit, int64_t window_ns)
{
    g_assert(window_ns > 0);
    *self = (IcsChallengeAck){.limit = limit, .window_ns = window_ns, .window_end_ns = INT64_MIN};
}

bool ics_challenge_ack_allow(IcsChallengeAck *self, int64_t now_ns)
{
    if (now_ns >= self->window_end_ns) {
        self->window_end_ns = now_ns + self->window_ns;
        self->sent = 0;
    }
    if (self->sent >= self->limit)
        return false;
    self->sent++;
    return true;
}
