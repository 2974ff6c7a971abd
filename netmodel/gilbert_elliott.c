/* Gilbert-Elliott loss: a good and a bad state, each with a loss probability of its own.
 *
 *              p
 *        ----------->
 *   good              bad        a packet is lost with 1-k in good, with 1-h in bad
 *        <-----------
 *              r
 *
 * As loss_gilb_ell() of Linux's net/sched/sch_netem.c: a packet is lost by the state that it meets,
 * and the state moves with every packet (there the move is drawn first, but the loss is still drawn
 * by the state before it, so the order of the two draws makes no difference). The first packet
 * meets the good state. Long-run loss is (p (1-h) + r (1-k)) / (p + r); with 1-h = 1 and 1-k = 0
 * bursts have a geometric length of mean 1/r.
 *
 * With a clock the state moves once a slot: all packets of slot n meet the state after n moves, and
 * each is lost by a draw of its own fate. */
#include <inttypes.h>

#include "netmodel/fault_internal.h"
#include "netmodel/fault_kinds.h"

typedef enum {
    GILBERT_ELLIOTT_DRAW_LOSS,
    GILBERT_ELLIOTT_DRAW_MOVE,
} GilbertElliottDraw;

/* What one move does, for each state at once; 0: nothing moves. A move is known without the state,
 * so that the state after a long silence is found from the last moves alone. */
typedef enum {
    GILBERT_ELLIOTT_TO_BAD = 1,  /* from the good state */
    GILBERT_ELLIOTT_TO_GOOD = 2, /* from the bad state */
    GILBERT_ELLIOTT_SWAP = GILBERT_ELLIOTT_TO_BAD | GILBERT_ELLIOTT_TO_GOOD,
} GilbertElliottMove;

typedef struct IcsGilbertElliott {
    IcsFault fault;
    IcsProbability p;
    IcsProbability r;
    IcsProbability lost_in_bad;
    IcsProbability lost_in_good;
    IcsProbability requested;
    bool bad;
} IcsGilbertElliott;

static const IcsParameter gilbert_elliott_parameters[] = {
    ICS_PARAMETER_PROBABILITY_ROW(IcsGilbertElliottConfig, p, "p", NULL,
                                  "to go from the good to the bad state, per packet or slot",
                                  ICS_PARAMETER_PRESENCE(IcsGilbertElliottConfig, has_p)),
    ICS_PARAMETER_PROBABILITY_ROW(IcsGilbertElliottConfig, r, "r", NULL,
                                  "to go from the bad to the good state; 1 - p if not given",
                                  ICS_PARAMETER_PRESENCE(IcsGilbertElliottConfig, has_r)),
    ICS_PARAMETER_PROBABILITY_ROW(IcsGilbertElliottConfig, one_minus_h, "1-h", NULL,
                                  "loss in the bad state; 100% if not given",
                                  ICS_PARAMETER_PRESENCE(IcsGilbertElliottConfig, has_one_minus_h)),
    ICS_PARAMETER_PROBABILITY_ROW(IcsGilbertElliottConfig, one_minus_k, "1-k", NULL,
                                  "loss in the good state; 0% if not given",
                                  ICS_PARAMETER_PRESENCE(IcsGilbertElliottConfig, has_one_minus_k)),
    ICS_PARAMETER_PROBABILITY_ROW(IcsGilbertElliottConfig, rate, "rate", NULL,
                                  "long-run loss, with mean-burst instead of p and r",
                                  ICS_PARAMETER_PRESENCE(IcsGilbertElliottConfig, has_rate)),
    ICS_PARAMETER_INTEGER_ROW(IcsGilbertElliottConfig, mean_burst, "mean-burst", NULL, 1, INT32_MAX,
                              "mean number of packets (or slots) lost in a row",
                              ICS_PARAMETER_PRESENCE(IcsGilbertElliottConfig, has_mean_burst)),
    ICS_PARAMETER_END,
};

/* The rounded p = rate r / (1 - rate), r = 1 / mean-burst, from exact fractions. */
static bool gilbert_elliott_init_by_meaning(IcsGilbertElliott *self,
                                            const IcsGilbertElliottConfig *config, GError **error)
{
    if (!config->has_rate || !config->has_mean_burst) {
        return ics_fault_refuse(error, "gilbert-elliott needs both rate and mean-burst");
    }
    IcsUint128 burst = (IcsUint128)config->mean_burst;
    IcsUint128 received = burst * (ICS_PROBABILITY_ONE - config->rate);
    if (config->rate > received) {
        return ics_fault_refuse(
            error,
            "a rate this high needs longer bursts: with a mean-burst of %" PRId64
            " at most %" PRId64 " of %" PRId64 " packets can be lost",
            config->mean_burst, config->mean_burst, config->mean_burst + 1);
    }
    self->r = ics_fault_ratio(1, burst);
    self->p = config->rate == 0 ? 0 : ics_fault_ratio(config->rate, received);
    self->requested = config->rate;
    return true;
}

static IcsProbability gilbert_elliott_stationary(const IcsGilbertElliott *self)
{
    if (self->p == 0) {
        return self->lost_in_good;
    }
    IcsUint128 lost =
        (IcsUint128)self->p * self->lost_in_bad + (IcsUint128)self->r * self->lost_in_good;
    return ics_fault_ratio(lost >> 1, ((IcsUint128)self->p + self->r) << 62);
}

static bool gilbert_elliott_init(IcsFault *fault, gconstpointer parameters, GError **error)
{
    IcsGilbertElliott *self = (IcsGilbertElliott *)fault;
    const IcsGilbertElliottConfig *config = parameters;
    bool by_chain =
        config->has_p || config->has_r || config->has_one_minus_h || config->has_one_minus_k;
    bool by_meaning = config->has_rate || config->has_mean_burst;
    if (by_chain && by_meaning) {
        return ics_fault_refuse(error,
                                "gilbert-elliott is stated either by p, r, 1-h and 1-k or by "
                                "rate and mean-burst, not by both");
    }
    self->lost_in_bad = config->has_one_minus_h ? config->one_minus_h : ICS_PROBABILITY_ONE;
    self->lost_in_good = config->one_minus_k;
    if (by_meaning) {
        return gilbert_elliott_init_by_meaning(self, config, error);
    }
    if (!config->has_p) {
        return ics_fault_refuse(error, "gilbert-elliott needs p, or rate and mean-burst");
    }
    self->p = config->p;
    self->r = config->has_r ? config->r : ICS_PROBABILITY_ONE - config->p;
    self->requested = gilbert_elliott_stationary(self);
    return true;
}

static int64_t gilbert_elliott_draw_loss(const IcsChoice *choice, gconstpointer element)
{
    const IcsGilbertElliott *self = element;
    IcsProbability loss = self->bad ? self->lost_in_bad : self->lost_in_good;
    if (loss == 0 || loss == ICS_PROBABILITY_ONE) {
        return loss != 0;
    }
    const IcsDrawSite *site = &choice->point->site;
    uint64_t u64 = self->fault.clock_ns > 0
                       ? ics_draw_u64(site, choice->fate, choice->draw)
                       : ics_draw_sequential_u64(site, choice->step, choice->draw);
    return ics_draw_happens(u64, loss);
}

/* One draw serves both states, from opposite ends: while p + r <= 1, every move that is one leads
 * to the same state from both. */
static int64_t gilbert_elliott_draw_move(const IcsChoice *choice, gconstpointer element)
{
    const IcsGilbertElliott *self = element;
    uint64_t u64 = ics_draw_sequential_u64(&choice->point->site, choice->step, choice->draw);
    int64_t move = ics_draw_happens(u64, self->p) ? GILBERT_ELLIOTT_TO_BAD : 0;
    return ics_draw_happens(~u64, self->r) ? move | GILBERT_ELLIOTT_TO_GOOD : move;
}

/* The same for one packet: only what moves the state that there is. */
static int64_t gilbert_elliott_draw_step(const IcsChoice *choice, gconstpointer element)
{
    const IcsGilbertElliott *self = element;
    return gilbert_elliott_draw_move(choice, element) &
           (self->bad ? GILBERT_ELLIOTT_TO_GOOD : GILBERT_ELLIOTT_TO_BAD);
}

static bool gilbert_elliott_moved(bool bad, int64_t move)
{
    return bad ? (move & GILBERT_ELLIOTT_TO_GOOD) == 0 : (move & GILBERT_ELLIOTT_TO_BAD) != 0;
}

static void gilbert_elliott_step(IcsGilbertElliott *self, const IcsPassage *passage)
{
    IcsChoice choice = ics_fault_choice(&self->fault, passage, GILBERT_ELLIOTT_DRAW_MOVE);
    int64_t move = ics_choose(passage->chooser, &choice, gilbert_elliott_draw_step, self);
    self->bad = gilbert_elliott_moved(self->bad, move);
    self->fault.step++;
}

/* Brings the state to a slot: from the last move before it backwards, as far as it takes to find
 * one that leads to the same state whatever was before. That is 1 / (p + r) moves on average
 * (1 / (2 - p - r) if that is less), never more than have passed since the last packet,
 * and never more than ICS_FAULT_CHAIN_MOVES. */
static void gilbert_elliott_advance(IcsGilbertElliott *self, const IcsPassage *passage,
                                    uint64_t slot)
{
    uint64_t reached = self->fault.step;
    if (slot <= reached) {
        return;
    }
    self->fault.step = slot;
    if (self->p == 0) {
        return;
    }
    bool bad = self->bad, swapped = false;
    for (uint64_t k = slot; k > ics_fault_chain_horizon(slot, reached); k--) {
        IcsChoice choice = ics_fault_choice(&self->fault, passage, GILBERT_ELLIOTT_DRAW_MOVE);
        choice.step = k - 1;
        int64_t move = ics_choose(passage->chooser, &choice, gilbert_elliott_draw_move, self);
        if (move == GILBERT_ELLIOTT_TO_BAD || move == GILBERT_ELLIOTT_TO_GOOD) {
            bad = move == GILBERT_ELLIOTT_TO_BAD;
            break;
        }
        swapped ^= move == GILBERT_ELLIOTT_SWAP;
    }
    self->bad = bad ^ swapped;
}

static bool gilbert_elliott_decide(IcsFault *fault, IcsPassage *passage)
{
    IcsGilbertElliott *self = (IcsGilbertElliott *)fault;
    bool clocked = fault->clock_ns > 0;
    if (clocked) {
        gilbert_elliott_advance(self, passage, (uint64_t)(passage->at_ns / fault->clock_ns));
    }
    IcsChoice choice = ics_fault_choice(fault, passage, GILBERT_ELLIOTT_DRAW_LOSS);
    bool lost = ics_choose(passage->chooser, &choice, gilbert_elliott_draw_loss, self) != 0;
    if (!clocked) {
        gilbert_elliott_step(self, passage);
    }
    passage->lost |= lost;
    return lost;
}

static IcsProbability gilbert_elliott_requested(const IcsFault *fault)
{
    return ((const IcsGilbertElliott *)fault)->requested;
}

const IcsFaultClass ics_gilbert_elliott_class = {
    .name = "gilbert-elliott",
    .doc = "losses come in bursts: a good and a bad state alternate",
    .stage = ICS_FAULT_STAGE_LOSS,
    .sequential = true,
    .clocked = true,
    .config_bytes = sizeof(IcsGilbertElliottConfig),
    .parameters = gilbert_elliott_parameters,
    .fault_bytes = sizeof(IcsGilbertElliott),
    .init = gilbert_elliott_init,
    .decide = gilbert_elliott_decide,
    .requested = gilbert_elliott_requested,
};
