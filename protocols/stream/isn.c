#include "protocols/stream/isn.h"

#include <glib.h>

#include "protocols/stream/stream.h"

enum { ISN_TICK_NS = 4000 };

/* What a draw is for. */
enum { ISN_DRAW_NUMBER = 0, ISN_DRAW_TIMESTAMP = 1 };

void ics_isn_init(IcsIsn *self, uint64_t seed, const char *host)
{
    self->site = ics_draw_site_unnamed(seed, host, "isn", 0);
}

static uint32_t isn_draw(const IcsIsn *self, const IcsStreamName *name, uint32_t kind)
{
    const uint32_t counter[4] = {
        name->local_address,
        name->peer_address,
        (uint32_t)name->local_port << 16 | name->peer_port,
        kind,
    };
    return ics_philox(self->site.key, counter).word[0];
}

uint32_t ics_isn_number(const IcsIsn *self, int64_t now_ns, const IcsStreamName *name)
{
    g_assert(now_ns >= 0);
    return (uint32_t)(now_ns / ISN_TICK_NS) + isn_draw(self, name, ISN_DRAW_NUMBER);
}

uint32_t ics_isn_timestamp_offset(const IcsIsn *self, const IcsStreamName *name)
{
    return isn_draw(self, name, ISN_DRAW_TIMESTAMP);
}
