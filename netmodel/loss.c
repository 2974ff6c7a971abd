/* Independent loss: every packet is lost with the same probability, whatever happened before. */
#include "netmodel/fault_internal.h"
#include "netmodel/fault_kinds.h"

typedef struct IcsLoss {
    IcsFault fault;
    IcsProbability probability;
} IcsLoss;

static const IcsParameter loss_parameters[] = {
    ICS_PARAMETER_PROBABILITY_ROW(IcsLossConfig, probability, "probability", NULL,
                                  "of a packet to be lost; 100% if the fault is narrowed",
                                  ICS_PARAMETER_PRESENCE(IcsLossConfig, has_probability)),
    ICS_PARAMETER_END,
};

static bool loss_init(IcsFault *fault, gconstpointer parameters, GError **error)
{
    IcsLoss *self = (IcsLoss *)fault;
    const IcsLossConfig *config = parameters;
    self->probability = config->probability;
    return ics_fault_settle_probability(fault, config->has_probability, &self->probability, error);
}

static int64_t loss_draw(const IcsChoice *choice, gconstpointer element)
{
    const IcsLoss *self = element;
    return ics_draw_happens(ics_draw_u64(&choice->point->site, choice->fate, choice->draw),
                            self->probability);
}

static bool loss_decide(IcsFault *fault, IcsPassage *passage)
{
    IcsChoice choice = ics_fault_choice(fault, passage, 0);
    bool lost = ics_choose(passage->chooser, &choice, loss_draw, fault) != 0;
    passage->lost |= lost;
    return lost;
}

static IcsProbability loss_requested(const IcsFault *fault)
{
    return ((const IcsLoss *)fault)->probability;
}

const IcsFaultClass ics_loss_class = {
    .name = "loss",
    .doc = "packets are lost, each with the same probability",
    .stage = ICS_FAULT_STAGE_LOSS,
    .config_bytes = sizeof(IcsLossConfig),
    .parameters = loss_parameters,
    .fault_bytes = sizeof(IcsLoss),
    .init = loss_init,
    .decide = loss_decide,
    .requested = loss_requested,
};
