#include "protocols/stream/rack.h"

#include <glib.h>

#include "base/units.h"

/* How long a least round trip counts (section 6.2, step 1). */
#define RACK_MIN_RTT_WINDOW_NS (300 * ICS_NS_PER_S)

enum { RACK_REO_WND_PERSIST = 16, RACK_REO_WND_DIVISOR = 4, RACK_REO_WND_MULT_MAX = 255 };

void ics_rack_init(IcsRack *self)
{
    *self = (IcsRack){
        .min_rtt_ns = INT64_MAX,
        .window_min_ns = INT64_MAX,
        .reo_wnd_mult = 1,
    };
}

/* RACK_sent_after() of section 6.2: negative when the latest that has arrived was sent before the
 * segment. Of what was sent at one instant the RFC takes the higher number for the later; here it
 * is known, and a repetition may well be the later one. */
static int64_t rack_sent_after(const IcsRack *self, const IcsSentSegment *segment)
{
    if (self->xmit_ns != segment->sent_ns) {
        return self->xmit_ns - segment->sent_ns;
    }
    if (self->order != segment->order) {
        return (int32_t)(self->order - segment->order);
    }
    return (int64_t)(self->end - segment->end);
}

/* Step 1. */
static void rack_note_min_rtt(IcsRack *self, int64_t now_ns, int64_t rtt_ns)
{
    if (now_ns - self->window_began_ns > RACK_MIN_RTT_WINDOW_NS) {
        self->min_rtt_ns = self->window_min_ns;
        self->window_min_ns = INT64_MAX;
        self->window_began_ns = now_ns;
    }
    self->window_min_ns = MIN(self->window_min_ns, rtt_ns);
    self->min_rtt_ns = MIN(self->min_rtt_ns, rtt_ns);
}

/* Step 2: false when the ACK may be of an earlier transmission. */
static bool rack_is_of_last_transmission(const IcsRack *self, const IcsSentSegment *segment,
                                         int64_t rtt_ns, int64_t echo_ns)
{
    if (segment->transmissions == 1) {
        return true;
    }
    return (echo_ns < 0 || echo_ns >= segment->sent_ns) && rtt_ns >= self->min_rtt_ns;
}

/* Step 3. */
static void rack_detect_reordering(IcsRack *self, const IcsSentSegment *segment)
{
    if (segment->end > self->fack) {
        self->fack = segment->end;
    } else if (segment->end < self->fack && segment->transmissions == 1) {
        self->reordering_seen = true;
    }
}

void ics_rack_found(IcsRack *self, int64_t now_ns, const IcsSentSegment *segment, int64_t echo_ns)
{
    int64_t rtt_ns = now_ns - segment->sent_ns;
    rack_detect_reordering(self, segment);
    if (!rack_is_of_last_transmission(self, segment, rtt_ns, echo_ns)) {
        return;
    }
    if (segment->transmissions == 1) {
        rack_note_min_rtt(self, now_ns, rtt_ns);
    }
    self->rtt_ns = rtt_ns;
    if (rack_sent_after(self, segment) < 0) {
        self->xmit_ns = segment->sent_ns;
        self->order = segment->order;
        self->end = segment->end;
    }
}

/* Step 4, first half: more tolerance when repetitions turn out to have been superfluous. */
static void rack_adapt(IcsRack *self, const IcsRackSituation *situation)
{
    if (self->dsack_round != 0 && situation->una >= self->dsack_round) {
        self->dsack_round = 0;
    }
    if (self->dsack_round == 0 && situation->has_dsack) {
        self->dsack_round = situation->nxt;
        self->reo_wnd_mult = MIN(self->reo_wnd_mult + 1, RACK_REO_WND_MULT_MAX);
        self->reo_wnd_persist = RACK_REO_WND_PERSIST;
        return;
    }
    if (!situation->leaves_recovery) {
        return;
    }
    self->reo_wnd_persist -= self->reo_wnd_persist > 0;
    if (self->reo_wnd_persist == 0) {
        self->reo_wnd_mult = 1;
    }
}

void ics_rack_update_reordering_window(IcsRack *self, const IcsRackSituation *situation)
{
    rack_adapt(self, situation);
    bool is_sure = situation->in_recovery || situation->n_sacked >= situation->dup_thresh;
    if ((!self->reordering_seen && is_sure) || self->min_rtt_ns == INT64_MAX) {
        self->reo_wnd_ns = 0;
        return;
    }
    int64_t window_ns = self->reo_wnd_mult * (self->min_rtt_ns / RACK_REO_WND_DIVISOR);
    self->reo_wnd_ns = MIN(window_ns, situation->srtt_ns);
}

/* How long until the segment is overdue; not over 0: it is. */
static int64_t rack_remaining_ns(const IcsRack *self, int64_t now_ns, const IcsSentSegment *segment)
{
    return segment->sent_ns + self->rtt_ns + self->reo_wnd_ns - now_ns;
}

static bool rack_is_suspect(const IcsRack *self, const IcsSentSegment *segment)
{
    return rack_sent_after(self, segment) > 0;
}

/* Those sent once, in the order of their transmission. */
static uint64_t rack_detect_among_originals(const IcsRack *self, int64_t now_ns,
                                            IcsSentSegments *segments, int64_t *timeout_ns)
{
    uint64_t lost_bytes = 0;
    uint32_t index = ics_sent_segments_first_original(segments);
    while (index < segments->count) {
        const IcsSentSegment *segment = ics_sent_segments_at(segments, index);
        if (!rack_is_suspect(self, segment)) {
            break;
        }
        int64_t remaining_ns = rack_remaining_ns(self, now_ns, segment);
        if (remaining_ns <= 0) {
            lost_bytes += ics_sent_segments_mark_lost(segments, index);
        } else {
            *timeout_ns = MAX(*timeout_ns, remaining_ns);
        }
        index = ics_sent_segments_next_original(segments, index + 1);
    }
    return lost_bytes;
}

static uint64_t rack_detect_among_repetitions(const IcsRack *self, int64_t now_ns,
                                              IcsSentSegments *segments, int64_t *timeout_ns)
{
    uint64_t lost_bytes = 0;
    for (;;) {
        uint32_t index = ics_sent_segments_oldest_repetition(segments);
        if (index == segments->count) {
            return lost_bytes;
        }
        const IcsSentSegment *segment = ics_sent_segments_at(segments, index);
        if (!rack_is_suspect(self, segment)) {
            return lost_bytes;
        }
        int64_t remaining_ns = rack_remaining_ns(self, now_ns, segment);
        if (remaining_ns > 0) {
            *timeout_ns = MAX(*timeout_ns, remaining_ns);
            return lost_bytes;
        }
        lost_bytes += ics_sent_segments_mark_lost(segments, index);
    }
}

uint64_t ics_rack_detect_loss(const IcsRack *self, int64_t now_ns, IcsSentSegments *segments,
                              int64_t *timeout_ns)
{
    *timeout_ns = 0;
    if (self->end == 0) {
        return 0;
    }
    return rack_detect_among_originals(self, now_ns, segments, timeout_ns) +
           rack_detect_among_repetitions(self, now_ns, segments, timeout_ns);
}
