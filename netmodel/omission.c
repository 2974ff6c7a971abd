/* Omission failures of a host (Coulouris et al., "Distributed Systems", failure model): a message
 * that a process sent never reaches the outgoing buffer, or one that arrived never reaches the
 * process. */
#include "netmodel/fault_internal.h"
#include "netmodel/fault_kinds.h"

typedef struct IcsOmission {
    IcsFault fault;
    IcsProbability probability;
} IcsOmission;

static const IcsParameter omission_parameters[] = {
    ICS_PARAMETER_PROBABILITY_ROW(IcsOmissionConfig, probability, "probability", NULL,
                                  "of a packet to be omitted; 100% if the fault is narrowed",
                                  ICS_PARAMETER_PRESENCE(IcsOmissionConfig, has_probability)),
    ICS_PARAMETER_END,
};

static bool omission_init(IcsFault *fault, gconstpointer parameters, GError **error)
{
    IcsOmission *self = (IcsOmission *)fault;
    const IcsOmissionConfig *config = parameters;
    self->probability = config->probability;
    return ics_fault_settle_probability(fault, config->has_probability, &self->probability, error);
}

static int64_t omission_draw(const IcsChoice *choice, gconstpointer element)
{
    const IcsOmission *self = element;
    return ics_draw_happens(ics_draw_u64(&choice->point->site, choice->fate, choice->draw),
                            self->probability);
}

static bool omission_decide(IcsFault *fault, IcsPassage *passage)
{
    IcsChoice choice = ics_fault_choice(fault, passage, 0);
    bool lost = ics_choose(passage->chooser, &choice, omission_draw, fault) != 0;
    passage->lost |= lost;
    return lost;
}

static IcsProbability omission_requested(const IcsFault *fault)
{
    return ((const IcsOmission *)fault)->probability;
}

const IcsFaultClass ics_send_omission_class = {
    .name = "send-omission",
    .doc = "packets are lost between the sending process and its host's output buffer",
    .stage = ICS_FAULT_STAGE_SEND_OMISSION,
    .config_bytes = sizeof(IcsOmissionConfig),
    .parameters = omission_parameters,
    .fault_bytes = sizeof(IcsOmission),
    .init = omission_init,
    .decide = omission_decide,
    .requested = omission_requested,
};

const IcsFaultClass ics_receive_omission_class = {
    .name = "receive-omission",
    .doc = "packets are lost between the host's input buffer and the receiving process",
    .stage = ICS_FAULT_STAGE_RECEIVE_OMISSION,
    .config_bytes = sizeof(IcsOmissionConfig),
    .parameters = omission_parameters,
    .fault_bytes = sizeof(IcsOmission),
    .init = omission_init,
    .decide = omission_decide,
    .requested = omission_requested,
};
