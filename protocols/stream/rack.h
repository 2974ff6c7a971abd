/* RACK (RFC 8985, section 6): what was sent before something that has arrived, and is overdue, is
 * lost. The names are the RFC's. It needs SACK. */
#ifndef ICS_PROTOCOLS_STREAM_RACK_H
#define ICS_PROTOCOLS_STREAM_RACK_H

#include <stdbool.h>
#include <stdint.h>

#include "protocols/stream/sent_segments.h"

typedef struct IcsRack {
    int64_t xmit_ns;    /* RACK.xmit_ts: when the latest sent segment that has arrived was sent */
    IcsSequence end;    /* RACK.end_seq: its end; 0: nothing has arrived yet */
    uint32_t order;     /* its place among transmissions, for those of one instant */
    int64_t rtt_ns;     /* RACK.rtt */
    int64_t min_rtt_ns; /* RACK.min_RTT: the least of this window of 300 s and the one before */
    int64_t window_min_ns; /* the least of this window alone */
    int64_t window_began_ns;
    IcsSequence fack;        /* RACK.fack */
    IcsSequence dsack_round; /* RACK.dsack_round; 0: none */
    int64_t reo_wnd_ns;      /* RACK.reo_wnd */
    uint32_t reo_wnd_mult;
    uint32_t reo_wnd_persist;
    bool reordering_seen;
} IcsRack;

/* What the reordering window depends on beside RACK's own state (step 4). */
typedef struct IcsRackSituation {
    IcsSequence una;     /* SND.UNA after the ACK */
    IcsSequence nxt;     /* SND.NXT */
    int64_t srtt_ns;     /* 0: not measured */
    uint32_t n_sacked;   /* RACK.segs_sacked */
    uint32_t dup_thresh; /* RACK.dup_thresh */
    bool has_dsack;      /* the ACK carries a D-SACK */
    bool in_recovery;    /* after a fast retransmit or a timeout */
    bool leaves_recovery;
} IcsRackSituation;

void ics_rack_init(IcsRack *self);

/* Steps 1 to 3 for one segment that is newly acknowledged, cumulatively or by SACK. `echo_ns` is
 * when the last transmission was made that the ACK's timestamp can mean (end of the echoed tick),
 * or -1 when it says nothing: without timestamps, and for what is acknowledged by SACK. */
void ics_rack_found(IcsRack *self, int64_t now_ns, const IcsSentSegment *segment, int64_t echo_ns);

/* Step 4, once for each ACK: sets reo_wnd_ns. */
void ics_rack_update_reordering_window(IcsRack *self, const IcsRackSituation *situation);

/* Step 5: marks what is lost. `*timeout_ns`: after how long to look again, for what may still be
 * only reordered (for the last original, and the first repetition, of those); 0: nothing is.
 * Returns the bytes newly marked. */
uint64_t ics_rack_detect_loss(const IcsRack *self, int64_t now_ns, IcsSentSegments *segments,
                              int64_t *timeout_ns);

#endif
