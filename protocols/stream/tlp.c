#include "protocols/stream/tlp.h"

#include <glib.h>

#include "base/units.h"

int64_t ics_tlp_pto_ns(int64_t srtt_ns, bool is_single_segment, int64_t rto_left_ns)
{
    int64_t pto_ns = ICS_NS_PER_S;
    if (srtt_ns > 0) {
        pto_ns = 2 * srtt_ns + (is_single_segment ? ICS_TLP_MAX_ACK_DELAY_NS : 0);
    }
    return MIN(pto_ns, rto_left_ns);
}

void ics_tlp_sent(IcsTlp *self, IcsSequence nxt, bool is_retransmission)
{
    self->is_due = false;
    self->end = nxt;
    self->is_retransmission = is_retransmission;
}

static IcsTlpOutcome tlp_outcome(const IcsTlp *self, const IcsTlpAck *ack)
{
    if (self->end == 0 || ack->ack < self->end) {
        return ICS_TLP_UNDECIDED;
    }
    if (!self->is_retransmission) {
        return ICS_TLP_ENDED;
    }
    if (!ics_sequence_range_is_empty(ack->dsack) && ack->dsack.end == self->end) {
        return ICS_TLP_ENDED; /* case 1: original and probe have arrived */
    }
    if (ack->ack > self->end) {
        return ICS_TLP_REPAIRED; /* case 2: later data is acknowledged, and no D-SACK came */
    }
    return ack->is_bare_duplicate ? ICS_TLP_ENDED /* case 3 */ : ICS_TLP_UNDECIDED;
}

IcsTlpOutcome ics_tlp_ack(IcsTlp *self, const IcsTlpAck *ack)
{
    IcsTlpOutcome outcome = tlp_outcome(self, ack);
    if (outcome != ICS_TLP_UNDECIDED) {
        self->end = 0;
    }
    return outcome;
}
