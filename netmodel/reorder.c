/* Reordering, in one of two meanings.
 *
 * netem's: a packet skips the delay elements of the direction and so overtakes those that wait in
 * them. With `gap` g, g - 1 packets are delayed, then each one skips with the probability given
 * until one has, and so on (tc-netem(8)); that makes q / (1 + (g - 1) q) of all packets for the
 * probability q. The count makes it a sequential element; without a gap (or with 1) it is an
 * independent one.
 *
 * By displacement: a packet waits at the far end of the link until exactly k later packets of its
 * flow have passed, or until it is flushed. Whether it does is an independent draw; how far it gets
 * depends on the traffic. */
#include "netmodel/fault_internal.h"
#include "netmodel/fault_kinds.h"

typedef struct IcsReorder {
    IcsFault fault;
    IcsProbability probability;
    uint64_t gap;     /* netem's meaning, from 1 */
    uint64_t counter; /* packets delayed since one skipped */
    uint32_t displacement;
    int64_t flush_ns;
} IcsReorder;

static const IcsParameter reorder_parameters[] = {
    ICS_PARAMETER_PROBABILITY_ROW(IcsReorderConfig, probability, "probability", NULL,
                                  "of a packet to be reordered; 100% if the fault is narrowed or "
                                  "has a gap",
                                  ICS_PARAMETER_PRESENCE(IcsReorderConfig, has_probability)),
    ICS_PARAMETER_INTEGER_ROW(IcsReorderConfig, gap, "gap", NULL, 1, INT32_MAX,
                              "netem's meaning: after gap - 1 delayed packets one skips the delay"),
    ICS_PARAMETER_INTEGER_ROW(IcsReorderConfig, displacement, "displacement", NULL, 1, INT32_MAX,
                              "to be overtaken by so many later packets of its flow"),
    ICS_PARAMETER_TIME_ROW(IcsReorderConfig, flush_ns, "flush", NULL, 1, ICS_DELAY_MAX_NS,
                           "displacement: longest wait for them; 200 ms if not given"),
    ICS_PARAMETER_END,
};

static bool reorder_init_displacement(IcsReorder *self, const IcsReorderConfig *config,
                                      GError **error)
{
    if (config->gap != 0) {
        return ics_fault_refuse(error, "reorder works either by displacement or by skipping the "
                                       "delay: gap belongs to the latter");
    }
    self->displacement = (uint32_t)config->displacement;
    self->flush_ns = config->flush_ns != 0 ? config->flush_ns : ICS_REORDER_FLUSH_NS;
    self->fault.sequential = true;
    return ics_fault_settle_probability(&self->fault, config->has_probability, &self->probability,
                                        error);
}

static bool reorder_init(IcsFault *fault, gconstpointer parameters, GError **error)
{
    IcsReorder *self = (IcsReorder *)fault;
    const IcsReorderConfig *config = parameters;
    self->probability = config->probability;
    if (config->displacement != 0) {
        return reorder_init_displacement(self, config, error);
    }
    if (config->flush_ns != 0) {
        return ics_fault_refuse(error, "flush belongs to a reorder with a displacement");
    }
    self->gap = (uint64_t)MAX(config->gap, 1);
    self->fault.sequential = self->gap > 1 || ics_fault_scope_counts(&fault->scope);
    if (config->gap != 0 && !config->has_probability) {
        self->probability = ICS_PROBABILITY_ONE;
        return true;
    }
    return ics_fault_settle_probability(fault, config->has_probability, &self->probability, error);
}

bool ics_reorder_skips_delay(const IcsFault *fault)
{
    g_assert(fault->klass == &ics_reorder_class);
    return ((const IcsReorder *)fault)->displacement == 0;
}

/* The outcome is by how many packets to be overtaken. */
static int64_t reorder_draw_displacement(const IcsChoice *choice, gconstpointer element)
{
    const IcsReorder *self = element;
    uint64_t u64 = ics_draw_u64(&choice->point->site, choice->fate, choice->draw);
    return ics_draw_happens(u64, self->probability) ? self->displacement : 0;
}

/* The outcome is whether to skip the delay. */
static int64_t reorder_draw_skip(const IcsChoice *choice, gconstpointer element)
{
    const IcsReorder *self = element;
    const IcsDrawSite *site = &choice->point->site;
    uint64_t u64 = self->gap > 1 ? ics_draw_sequential_u64(site, choice->step, choice->draw)
                                 : ics_draw_u64(site, choice->fate, choice->draw);
    return ics_draw_happens(u64, self->probability);
}

static bool reorder_displace(IcsReorder *self, IcsPassage *passage)
{
    IcsChoice choice = ics_fault_choice(&self->fault, passage, 0);
    int64_t chosen = ics_choose(passage->chooser, &choice, reorder_draw_displacement, self);
    uint32_t displacement = (uint32_t)CLAMP(chosen, 0, INT32_MAX);
    if (displacement > passage->displacement) {
        passage->displacement = displacement;
        passage->flush_ns = self->flush_ns;
    }
    return displacement > 0;
}

/* netem_enqueue()'s counter. */
static bool reorder_skip(IcsReorder *self, IcsPassage *passage)
{
    bool skips = false;
    if (self->counter >= self->gap - 1) {
        IcsChoice choice = ics_fault_choice(&self->fault, passage, 0);
        skips = ics_choose(passage->chooser, &choice, reorder_draw_skip, self) != 0;
    }
    self->counter = skips ? 0 : self->counter + 1;
    if (self->gap > 1) {
        self->fault.step++;
    }
    passage->skips_delay |= skips;
    return skips;
}

static bool reorder_decide(IcsFault *fault, IcsPassage *passage)
{
    IcsReorder *self = (IcsReorder *)fault;
    return self->displacement > 0 ? reorder_displace(self, passage) : reorder_skip(self, passage);
}

static IcsProbability reorder_requested(const IcsFault *fault)
{
    const IcsReorder *self = (const IcsReorder *)fault;
    if (self->gap <= 1) {
        return self->probability;
    }
    IcsUint128 cycle = ICS_PROBABILITY_ONE + (IcsUint128)(self->gap - 1) * self->probability;
    return ics_fault_ratio(self->probability, cycle);
}

const IcsFaultClass ics_reorder_class = {
    .name = "reorder",
    .doc = "packets overtake others by skipping the delay, or are overtaken (displacement)",
    .stage = ICS_FAULT_STAGE_REORDER,
    .config_bytes = sizeof(IcsReorderConfig),
    .parameters = reorder_parameters,
    .fault_bytes = sizeof(IcsReorder),
    .init = reorder_init,
    .decide = reorder_decide,
    .requested = reorder_requested,
};
