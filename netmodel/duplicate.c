/* Duplication: a packet leaves the transmitter once and arrives several times. */
#include "netmodel/fault_internal.h"
#include "netmodel/fault_kinds.h"

typedef struct IcsDuplicate {
    IcsFault fault;
    IcsProbability probability;
    uint32_t copies;
} IcsDuplicate;

static const IcsParameter duplicate_parameters[] = {
    ICS_PARAMETER_PROBABILITY_ROW(IcsDuplicateConfig, probability, "probability", NULL,
                                  "of a packet to be duplicated; 100% if the fault is narrowed",
                                  ICS_PARAMETER_PRESENCE(IcsDuplicateConfig, has_probability)),
    ICS_PARAMETER_INTEGER_ROW(IcsDuplicateConfig, copies, "copies", "1", 1, ICS_FAULT_COPIES_MAX,
                              "copies to add to the original"),
    ICS_PARAMETER_END,
};

static bool duplicate_init(IcsFault *fault, gconstpointer parameters, GError **error)
{
    IcsDuplicate *self = (IcsDuplicate *)fault;
    const IcsDuplicateConfig *config = parameters;
    g_assert(config->copies >= 1 && config->copies <= ICS_FAULT_COPIES_MAX);
    self->probability = config->probability;
    self->copies = (uint32_t)config->copies;
    return ics_fault_settle_probability(fault, config->has_probability, &self->probability, error);
}

/* The outcome is the number of copies. */
static int64_t duplicate_draw(const IcsChoice *choice, gconstpointer element)
{
    const IcsDuplicate *self = element;
    uint64_t u64 = ics_draw_u64(&choice->point->site, choice->fate, choice->draw);
    return ics_draw_happens(u64, self->probability) ? self->copies : 0;
}

static bool duplicate_decide(IcsFault *fault, IcsPassage *passage)
{
    IcsChoice choice = ics_fault_choice(fault, passage, 0);
    int64_t copies = ics_choose(passage->chooser, &choice, duplicate_draw, fault);
    passage->copies = (uint32_t)CLAMP(copies, 0, ICS_FAULT_COPIES_MAX);
    return passage->copies > 0;
}

static IcsProbability duplicate_requested(const IcsFault *fault)
{
    return ((const IcsDuplicate *)fault)->probability;
}

uint32_t ics_duplicate_copies(const IcsFault *fault)
{
    g_assert(fault->klass == &ics_duplicate_class);
    return ((const IcsDuplicate *)fault)->copies;
}

const IcsFaultClass ics_duplicate_class = {
    .name = "duplicate",
    .doc = "packets arrive more than once; each copy meets the later faults by its own draws",
    .stage = ICS_FAULT_STAGE_DUPLICATE,
    .config_bytes = sizeof(IcsDuplicateConfig),
    .parameters = duplicate_parameters,
    .fault_bytes = sizeof(IcsDuplicate),
    .init = duplicate_init,
    .decide = duplicate_decide,
    .requested = duplicate_requested,
};
