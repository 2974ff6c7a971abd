/* Linux's netem as it is, correlations included: netem_enqueue() of net/sched/sch_netem.c with tc's
 * defaults. One element decides every stage of a packet:
 *
 *   duplicate? then lose? (both of one packet cancel to one copy); then, if there are two, the copy
 *   goes through the same on its own, without duplication; then corrupt one bit of the original,
 * and let it skip the delay (reorder, gap) or delay it.
 *
 * The random numbers are keyed as those of every sequential element: the step counts the calls of
 * netem_enqueue(), and each of netem's random numbers has a kind of draw of its own; its 32 bits
 * are the upper half of the draw. A correlated generator moves on with what was drawn, whatever a
 * driver of the choices makes of it. netem's queue limit, rate, slots and ECN are not here: links
 * have queues. */
#include "netmodel/fault_internal.h"
#include "netmodel/fault_kinds.h"
#include "netmodel/netem_arithmetic.h"

/* netem's generators, which are also the kinds of draw. */
typedef enum {
    NETEM_COMPAT_DUPLICATE,
    NETEM_COMPAT_LOSS,
    NETEM_COMPAT_CORRUPT,
    NETEM_COMPAT_REORDER,
    NETEM_COMPAT_DELAY,
    NETEM_COMPAT_N,
    /* Kinds of draw of their own. */
    NETEM_COMPAT_DRAW_PLACE = NETEM_COMPAT_N,
    NETEM_COMPAT_DRAW_START = 16, /* plus the generator: its state before the first number */
} NetemCompatDraw;

typedef struct NetemCompatGenerator {
    IcsNetemCrandom crandom;
    uint32_t percent;
    uint32_t random; /* the last number */
} NetemCompatGenerator;

/* What happens to one packet. */
typedef struct NetemCompatPlan {
    bool lost;
    bool skips_delay;
    uint32_t bit; /* to flip, from 1; 0: none */
    int64_t delay_ns;
} NetemCompatPlan;

typedef struct IcsNetemCompat {
    IcsFault fault;
    NetemCompatGenerator generators[NETEM_COMPAT_N];
    int64_t delay_ns;
    int32_t jitter_ns;
    uint32_t gap;     /* 0: no reordering */
    uint32_t counter; /* packets delayed since one skipped */
    IcsNetemTable table;
    /* about the packet that is decided on */
    uint64_t step;
    uint32_t length;
    uint32_t original_bit; /* flipped in the original, from 1; 0: none */
    bool was_damaged;      /* the original, before */
    NetemCompatPlan copy;
} IcsNetemCompat;

static const char *const netem_compat_distributions[] = {
#define NETEM_COMPAT_DISTRIBUTION(name, text) text,
    ICS_NETEM_DISTRIBUTIONS(NETEM_COMPAT_DISTRIBUTION)
#undef NETEM_COMPAT_DISTRIBUTION
        NULL,
};

static const IcsParameter netem_compat_parameters[] = {
    ICS_PARAMETER_TIME_ROW(IcsNetemCompatConfig, delay_ns, "delay", "0 ns", 0, ICS_DELAY_MAX_NS,
                           "netem's delay"),
    ICS_PARAMETER_TIME_ROW(IcsNetemCompatConfig, jitter_ns, "jitter", "0 ns", 0, INT32_MAX,
                           "of the delay; netem takes no more than 2147483647 ns"),
    ICS_PARAMETER_PROBABILITY_ROW(IcsNetemCompatConfig, delay_correlation, "delay-correlation",
                                  "0%", "of the jitter with the one before"),
    ICS_PARAMETER_NAME_ROW(IcsNetemCompatConfig, distribution, "distribution", "uniform",
                           netem_compat_distributions, "of the jitter",
                           ICS_PARAMETER_PRESENCE(IcsNetemCompatConfig, has_distribution)),
    ICS_PARAMETER_BOUNDED_STRING_ROW(IcsNetemCompatConfig, table, "table", NULL, 1, INT64_MAX,
                                     "table: a file of netem's format, beside the trace"),
    ICS_PARAMETER_PROBABILITY_ROW(IcsNetemCompatConfig, loss, "loss", "0%", "of a packet"),
    ICS_PARAMETER_PROBABILITY_ROW(IcsNetemCompatConfig, loss_correlation, "loss-correlation", "0%",
                                  "of the loss with the one before"),
    ICS_PARAMETER_PROBABILITY_ROW(IcsNetemCompatConfig, duplicate, "duplicate", "0%",
                                  "of a packet to be sent twice"),
    ICS_PARAMETER_PROBABILITY_ROW(IcsNetemCompatConfig, duplicate_correlation,
                                  "duplicate-correlation", "0%",
                                  "of the duplication with the one before"),
    ICS_PARAMETER_PROBABILITY_ROW(IcsNetemCompatConfig, reorder, "reorder", NULL,
                                  "of a packet to skip the delay",
                                  ICS_PARAMETER_PRESENCE(IcsNetemCompatConfig, has_reorder)),
    ICS_PARAMETER_PROBABILITY_ROW(IcsNetemCompatConfig, reorder_correlation, "reorder-correlation",
                                  "0%", "of the reordering with the one before"),
    ICS_PARAMETER_INTEGER_ROW(IcsNetemCompatConfig, gap, "gap", NULL, 1, INT32_MAX,
                              "after gap - 1 delayed packets one may skip the delay"),
    ICS_PARAMETER_PROBABILITY_ROW(IcsNetemCompatConfig, corrupt, "corrupt", "0%",
                                  "of a packet to have one bit flipped"),
    ICS_PARAMETER_PROBABILITY_ROW(IcsNetemCompatConfig, corrupt_correlation, "corrupt-correlation",
                                  "0%", "of the corruption with the one before"),
    ICS_PARAMETER_END,
};

static uint64_t netem_compat_u64(const IcsNetemCompat *self, uint32_t draw)
{
    return ics_draw_sequential_u64(&self->fault.point.site, self->step, draw);
}

/* init_crandom(). A correlation without anything to correlate is a mistake. */
static bool netem_compat_init_generator(IcsNetemCompat *self, NetemCompatDraw which,
                                        IcsProbability probability, IcsProbability correlation,
                                        GError **error)
{
    static const char *const names[] = {"duplicate", "loss", "corrupt", "reorder", "delay"};
    if (probability == 0 && correlation != 0) {
        return ics_fault_refuse(error, "a %s-correlation without %s does nothing", names[which],
                                which == NETEM_COMPAT_DELAY ? "jitter" : names[which]);
    }
    NetemCompatGenerator *generator = &self->generators[which];
    generator->percent = ics_netem_percent(probability);
    generator->crandom.rho = ics_netem_percent(correlation);
    generator->crandom.last =
        (uint32_t)(netem_compat_u64(self, NETEM_COMPAT_DRAW_START + which) >> 32);
    return true;
}

static bool netem_compat_init_generators(IcsNetemCompat *self, const IcsNetemCompatConfig *config,
                                         GError **error)
{
    IcsProbability jitters = config->jitter_ns > 0 ? ICS_PROBABILITY_ONE : 0;
    IcsProbability reorder = config->reorder;
    if (config->gap != 0 && !config->has_reorder) {
        reorder = ICS_PROBABILITY_ONE;
    }
    return netem_compat_init_generator(self, NETEM_COMPAT_DUPLICATE, config->duplicate,
                                       config->duplicate_correlation, error) &&
           netem_compat_init_generator(self, NETEM_COMPAT_LOSS, config->loss,
                                       config->loss_correlation, error) &&
           netem_compat_init_generator(self, NETEM_COMPAT_CORRUPT, config->corrupt,
                                       config->corrupt_correlation, error) &&
           netem_compat_init_generator(self, NETEM_COMPAT_REORDER, reorder,
                                       config->reorder_correlation, error) &&
           netem_compat_init_generator(self, NETEM_COMPAT_DELAY, jitters, config->delay_correlation,
                                       error);
}

static bool netem_compat_init_table(IcsNetemCompat *self, const IcsNetemCompatConfig *config,
                                    GError **error)
{
    if (config->has_distribution && config->jitter_ns == 0) {
        return ics_fault_refuse(error, "a distribution without jitter does nothing");
    }
    bool from_file = config->distribution == ICS_NETEM_TABLE;
    if (config->table != NULL && !from_file) {
        return ics_fault_refuse(error, "table belongs to the distribution \"table\"");
    }
    if (config->table == NULL && from_file) {
        return ics_fault_refuse(error, "the distribution \"table\" needs a table");
    }
    if (from_file) {
        return ics_netem_table_parse(&self->table, config->table, error);
    }
    ics_netem_table_init(&self->table, (IcsNetemDistribution)config->distribution);
    return true;
}

static bool netem_compat_init(IcsFault *fault, gconstpointer parameters, GError **error)
{
    IcsNetemCompat *self = (IcsNetemCompat *)fault;
    const IcsNetemCompatConfig *config = parameters;
    bool reorders = config->has_reorder || config->gap != 0;
    if (reorders && config->delay_ns == 0 && config->jitter_ns == 0) {
        return ics_fault_refuse(error, "netem reorders by skipping the delay, but there is none");
    }
    g_assert(config->jitter_ns >= 0 && config->jitter_ns <= INT32_MAX);
    self->delay_ns = config->delay_ns;
    self->jitter_ns = (int32_t)config->jitter_ns;
    self->gap = reorders ? (uint32_t)MAX(config->gap, 1) : 0;
    return netem_compat_init_generators(self, config, error) &&
           netem_compat_init_table(self, config, error);
}

static void netem_compat_clear(IcsFault *fault)
{
    ics_netem_table_clear(&((IcsNetemCompat *)fault)->table);
}

/* get_crandom(): the generator moves on. */
static NetemCompatGenerator *netem_compat_random(IcsNetemCompat *self, NetemCompatDraw which)
{
    NetemCompatGenerator *generator = &self->generators[which];
    uint32_t value = (uint32_t)(netem_compat_u64(self, which) >> 32);
    generator->random = ics_netem_crandom(&generator->crandom, value);
    return generator;
}

/* Duplicate, lose and reorder: whether the number is within the percentage. */
static int64_t netem_compat_draw_event(const IcsChoice *choice, gconstpointer element)
{
    const IcsNetemCompat *self = element;
    const NetemCompatGenerator *generator = &self->generators[choice->draw];
    return generator->percent >= generator->random;
}

/* The outcome is the number of the bit in the packet, counted from 1. */
static int64_t netem_compat_draw_bit(const IcsChoice *choice, gconstpointer element)
{
    const IcsNetemCompat *self = element;
    if (netem_compat_draw_event(choice, element) == 0) {
        return 0;
    }
    IcsDrawPair place =
        ics_draw_sequential_pair(&choice->point->site, choice->step, NETEM_COMPAT_DRAW_PLACE);
    int64_t byte = (int64_t)ics_draw_below(place.first, self->length);
    int64_t shift = (int64_t)ics_draw_below(place.second, 8);
    return 8 * byte + (7 - shift) + 1;
}

/* The outcome is the delay in ns. A packet that was due before it came leaves at once. */
static int64_t netem_compat_draw_delay(const IcsChoice *choice, gconstpointer element)
{
    const IcsNetemCompat *self = element;
    uint32_t random = self->generators[choice->draw].random;
    int64_t delay_ns = ics_netem_tabledist(self->delay_ns, self->jitter_ns, random, &self->table);
    return MAX(delay_ns, 0);
}

static int64_t netem_compat_choose(IcsNetemCompat *self, const IcsPassage *passage,
                                   const IcsFate *fate, NetemCompatDraw which, IcsChoiceDraw draw)
{
    IcsChoice choice = ics_fault_choice(&self->fault, passage, which);
    choice.fate = fate;
    choice.step = self->step;
    return ics_choose(passage->chooser, &choice, draw, self);
}

/* "q->duplicate && q->duplicate >= get_crandom()", and the same for loss. */
static bool netem_compat_happens(IcsNetemCompat *self, const IcsPassage *passage,
                                 const IcsFate *fate, NetemCompatDraw which)
{
    if (self->generators[which].percent == 0) {
        return false;
    }
    netem_compat_random(self, which);
    return netem_compat_choose(self, passage, fate, which, netem_compat_draw_event) != 0;
}

static uint32_t netem_compat_corrupt(IcsNetemCompat *self, const IcsPassage *passage,
                                     const IcsFate *fate)
{
    if (self->generators[NETEM_COMPAT_CORRUPT].percent == 0) {
        return 0;
    }
    netem_compat_random(self, NETEM_COMPAT_CORRUPT);
    int64_t bit =
        netem_compat_choose(self, passage, fate, NETEM_COMPAT_CORRUPT, netem_compat_draw_bit);
    return bit > 0 && bit <= 8 * (int64_t)self->length ? (uint32_t)bit : 0;
}

/* Whether the packet goes to the head of the queue; netem does not draw inside a gap. */
static bool netem_compat_skip(IcsNetemCompat *self, const IcsPassage *passage, const IcsFate *fate)
{
    bool skips = false;
    if (self->gap > 0 && self->counter >= self->gap - 1) {
        netem_compat_random(self, NETEM_COMPAT_REORDER);
        skips = netem_compat_choose(self, passage, fate, NETEM_COMPAT_REORDER,
                                    netem_compat_draw_event) != 0;
    }
    self->counter = skips ? 0 : self->counter + 1;
    return skips;
}

static int64_t netem_compat_delay(IcsNetemCompat *self, const IcsPassage *passage,
                                  const IcsFate *fate)
{
    if (self->jitter_ns == 0) {
        return self->delay_ns;
    }
    netem_compat_random(self, NETEM_COMPAT_DELAY);
    int64_t delay_ns =
        netem_compat_choose(self, passage, fate, NETEM_COMPAT_DELAY, netem_compat_draw_delay);
    return CLAMP(delay_ns, 0, ICS_DELAY_MAX_NS);
}

/* What comes after duplication and loss. */
static void netem_compat_finish(IcsNetemCompat *self, const IcsPassage *passage,
                                const IcsFate *fate, NetemCompatPlan *plan)
{
    plan->bit = netem_compat_corrupt(self, passage, fate);
    plan->skips_delay = netem_compat_skip(self, passage, fate);
    if (!plan->skips_delay) {
        plan->delay_ns = netem_compat_delay(self, passage, fate);
    }
}

/* The copy's own way through netem_enqueue(), before the original goes on. */
static void netem_compat_plan_copy(IcsNetemCompat *self, const IcsPassage *passage)
{
    IcsFate fate = ics_fate_for_copy(&passage->packet->fate, self->fault.point.site.key, 1);
    self->step++;
    self->copy = (NetemCompatPlan){0};
    self->copy.lost = netem_compat_happens(self, passage, &fate, NETEM_COMPAT_LOSS);
    if (!self->copy.lost) {
        netem_compat_finish(self, passage, &fate, &self->copy);
    }
    self->step--;
}

static bool netem_compat_carry_out(const NetemCompatPlan *plan, IcsPassage *passage)
{
    passage->lost = plan->lost;
    passage->skips_delay = plan->skips_delay;
    passage->delay_ns = plan->delay_ns;
    if (plan->bit > 0) {
        ics_packet_make_writable(passage->packet);
        ics_fault_flip(passage->packet, plan->bit - 1);
        passage->packet->damaged = true;
        passage->bits_flipped++;
    }
    return plan->lost || plan->skips_delay || plan->delay_ns > 0 || plan->bit > 0;
}

static bool netem_compat_decide_original(IcsNetemCompat *self, IcsPassage *passage)
{
    IcsPacket *packet = passage->packet;
    const IcsFate *fate = &packet->fate;
    NetemCompatPlan plan = {0};
    self->step = self->fault.step;
    self->length = packet->length;
    bool duplicated = netem_compat_happens(self, passage, fate, NETEM_COMPAT_DUPLICATE);
    bool lost = netem_compat_happens(self, passage, fate, NETEM_COMPAT_LOSS);
    plan.lost = lost && !duplicated;
    passage->copies = duplicated && !lost;
    if (passage->copies > 0) {
        netem_compat_plan_copy(self, passage);
    }
    if (!plan.lost) {
        netem_compat_finish(self, passage, fate, &plan);
    }
    self->fault.step += 1 + passage->copies;
    self->original_bit = plan.bit;
    self->was_damaged = packet->damaged;
    bool happened = netem_compat_carry_out(&plan, passage);
    return happened || passage->copies > 0;
}

/* The copy was made of the original after its bit had been flipped, and netem's before: mend it. */
static bool netem_compat_decide_copy(IcsNetemCompat *self, IcsPassage *passage)
{
    if (self->original_bit > 0) {
        ics_packet_make_writable(passage->packet);
        ics_fault_flip(passage->packet, self->original_bit - 1);
        passage->packet->damaged = self->was_damaged;
    }
    return netem_compat_carry_out(&self->copy, passage);
}

static bool netem_compat_decide(IcsFault *fault, IcsPassage *passage)
{
    IcsNetemCompat *self = (IcsNetemCompat *)fault;
    return passage->is_copy ? netem_compat_decide_copy(self, passage)
                            : netem_compat_decide_original(self, passage);
}

const IcsFaultClass ics_netem_compat_class = {
    .name = "netem-compat",
    .doc = "Linux's netem, correlations included; decides everything on its direction alone",
    .stage = ICS_FAULT_STAGE_DUPLICATE,
    .sequential = true,
    .whole = true,
    .config_bytes = sizeof(IcsNetemCompatConfig),
    .parameters = netem_compat_parameters,
    .file_parameter = "table",
    .fault_bytes = sizeof(IcsNetemCompat),
    .init = netem_compat_init,
    .clear = netem_compat_clear,
    .decide = netem_compat_decide,
};
