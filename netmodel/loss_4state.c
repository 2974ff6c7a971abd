/* 4-state Markov loss: loss_4state() of Linux's net/sched/sch_netem.c (Salsano, Ludovici, Ordine,
 * "Definition of a general and intuitive loss model for packet networks and its implementation in
 * the Netem module in the Linux kernel", section 3).
 *
 *          p14              p13               p32
 *      --------->       ---------->       --------->
 *    4            1                  3                2
 *      <---------       <----------       <---------
 *           1               p31               p23
 *
 *   1 received in a gap   2 received in a burst   3 lost in a burst   4 lost alone in a gap
 *
 * The state moves before each packet, and the new state says whether the packet is lost; before the
 * first packet it is 1. (netem compares 32 bits, and a draw that equals a limit exactly keeps the
 * state; here every draw falls on one side.) In the long run
 *
 *   pi1 : pi2 : pi3 : pi4  =  p31 p23 : p13 p32 : p13 p23 : p14 p31 p23
 *
 * and loss is pi3 + pi4. With a clock the state moves once before each slot, and all packets of the
 * slot meet it. */
#include "netmodel/fault_internal.h"
#include "netmodel/fault_kinds.h"

typedef enum {
    LOSS_4STATE_DRAW_LOSS,
    LOSS_4STATE_DRAW_MOVE,
} Loss4stateDraw;

typedef enum {
    LOSS_4STATE_RECEIVED_IN_GAP,
    LOSS_4STATE_RECEIVED_IN_BURST,
    LOSS_4STATE_LOST_IN_BURST,
    LOSS_4STATE_LOST_IN_GAP,
    LOSS_4STATE_N,
} Loss4stateState;

/* A move, for each state at once: two bits a state, of which the new state is the exclusive or with
 * where the state goes when nothing happens. 0: nothing happens. */
#define LOSS_4STATE_BITS(state) (2 * (state))

static const Loss4stateState loss_4state_rest[LOSS_4STATE_N] = {
    LOSS_4STATE_RECEIVED_IN_GAP,
    LOSS_4STATE_RECEIVED_IN_BURST,
    LOSS_4STATE_LOST_IN_BURST,
    LOSS_4STATE_RECEIVED_IN_GAP,
};

typedef struct IcsLoss4state {
    IcsFault fault;
    IcsProbability p13, p31, p32, p23, p14;
    Loss4stateState state;
} IcsLoss4state;

static const IcsParameter loss_4state_parameters[] = {
    ICS_PARAMETER_PROBABILITY_ROW(IcsLoss4stateConfig, p13, "p13", NULL,
                                  "from a gap to a loss in a burst", ICS_PARAMETER_REQUIRED),
    ICS_PARAMETER_PROBABILITY_ROW(IcsLoss4stateConfig, p31, "p31", NULL,
                                  "from a loss in a burst to a gap; 1 - p13 if not given",
                                  ICS_PARAMETER_PRESENCE(IcsLoss4stateConfig, has_p31)),
    ICS_PARAMETER_PROBABILITY_ROW(IcsLoss4stateConfig, p32, "p32", "0%",
                                  "from a loss in a burst to a packet received in a burst"),
    ICS_PARAMETER_PROBABILITY_ROW(IcsLoss4stateConfig, p23, "p23", NULL,
                                  "from a packet received in a burst to a loss in it; 100% if not "
                                  "given",
                                  ICS_PARAMETER_PRESENCE(IcsLoss4stateConfig, has_p23)),
    ICS_PARAMETER_PROBABILITY_ROW(IcsLoss4stateConfig, p14, "p14", "0%",
                                  "from a gap to a loss alone"),
    ICS_PARAMETER_END,
};

static bool loss_4state_check_sum(const char *a_name, IcsProbability a, const char *b_name,
                                  IcsProbability b, GError **error)
{
    if (a <= ICS_PROBABILITY_ONE - b) {
        return true;
    }
    char a_text[ICS_UNITS_TEXT_SIZE], b_text[ICS_UNITS_TEXT_SIZE];
    return ics_fault_refuse(error,
                            "%s (%s) and %s (%s) leave the same state: together they cannot "
                            "be over 100 %%",
                            a_name, ics_probability_format(a, a_text), b_name,
                            ics_probability_format(b, b_text));
}

/* What leaves a state that cannot be reached changes nothing; it is set so that all states soon
 * meet, which is what ends the search in loss_4state_advance(). */
static void loss_4state_settle_unreachable(IcsLoss4state *self)
{
    if (self->p13 == 0) {
        self->p31 = ICS_PROBABILITY_ONE;
        self->p32 = 0;
    }
    if (self->p32 == 0) {
        self->p23 = ICS_PROBABILITY_ONE;
    }
}

static bool loss_4state_init(IcsFault *fault, gconstpointer parameters, GError **error)
{
    IcsLoss4state *self = (IcsLoss4state *)fault;
    const IcsLoss4stateConfig *config = parameters;
    self->p13 = config->p13;
    self->p31 = config->has_p31 ? config->p31 : ICS_PROBABILITY_ONE - config->p13;
    self->p32 = config->p32;
    self->p23 = config->has_p23 ? config->p23 : ICS_PROBABILITY_ONE;
    self->p14 = config->p14;
    if (!loss_4state_check_sum("p13", self->p13, "p14", self->p14, error) ||
        !loss_4state_check_sum("p31", self->p31, "p32", self->p32, error)) {
        return false;
    }
    loss_4state_settle_unreachable(self);
    return true;
}

static inline int64_t loss_4state_go(Loss4stateState from, Loss4stateState to)
{
    return (int64_t)(to ^ loss_4state_rest[from]) << LOSS_4STATE_BITS(from);
}

static inline Loss4stateState loss_4state_moved(Loss4stateState from, int64_t move)
{
    return (Loss4stateState)((move >> LOSS_4STATE_BITS(from) & 3) ^ loss_4state_rest[from]);
}

/* One draw serves all states: losses begin at its low end and bursts end at its high end. */
static int64_t loss_4state_draw_move(const IcsChoice *choice, gconstpointer element)
{
    const IcsLoss4state *self = element;
    uint64_t u64 = ics_draw_sequential_u64(&choice->point->site, choice->step, choice->draw);
    int64_t move = 0;
    if (ics_draw_happens(u64, self->p14)) {
        move |= loss_4state_go(LOSS_4STATE_RECEIVED_IN_GAP, LOSS_4STATE_LOST_IN_GAP);
    } else if (ics_draw_happens(u64, self->p14 + self->p13)) {
        move |= loss_4state_go(LOSS_4STATE_RECEIVED_IN_GAP, LOSS_4STATE_LOST_IN_BURST);
    }
    if (ics_draw_happens(u64, self->p23)) {
        move |= loss_4state_go(LOSS_4STATE_RECEIVED_IN_BURST, LOSS_4STATE_LOST_IN_BURST);
    }
    if (ics_draw_happens(~u64, self->p31)) {
        move |= loss_4state_go(LOSS_4STATE_LOST_IN_BURST, LOSS_4STATE_RECEIVED_IN_GAP);
    } else if (ics_draw_happens(~u64, self->p31 + self->p32)) {
        move |= loss_4state_go(LOSS_4STATE_LOST_IN_BURST, LOSS_4STATE_RECEIVED_IN_BURST);
    }
    return move;
}

/* The same for one packet: only what moves the state that there is. */
static int64_t loss_4state_draw_step(const IcsChoice *choice, gconstpointer element)
{
    const IcsLoss4state *self = element;
    return loss_4state_draw_move(choice, element) & INT64_C(3) << LOSS_4STATE_BITS(self->state);
}

/* A packet is lost because of the state; that it is lost is still a choice of its own, so that one
 * loss can be taken out of a ledger. */
static int64_t loss_4state_draw_loss(const IcsChoice *choice, gconstpointer element)
{
    const IcsLoss4state *self = element;
    (void)choice;
    return self->state == LOSS_4STATE_LOST_IN_BURST || self->state == LOSS_4STATE_LOST_IN_GAP;
}

static void loss_4state_step(IcsLoss4state *self, const IcsPassage *passage)
{
    IcsChoice choice = ics_fault_choice(&self->fault, passage, LOSS_4STATE_DRAW_MOVE);
    int64_t move = ics_choose(passage->chooser, &choice, loss_4state_draw_step, self);
    self->state = loss_4state_moved(self->state, move);
}

/* Where each state leads by all moves from one on; grows at its early end. */
typedef struct Loss4statePath {
    Loss4stateState to[LOSS_4STATE_N];
} Loss4statePath;

static bool loss_4state_path_is_constant(const Loss4statePath *path)
{
    return path->to[0] == path->to[1] && path->to[0] == path->to[2] && path->to[0] == path->to[3];
}

static Loss4statePath loss_4state_path_after(const Loss4statePath *path, int64_t move)
{
    Loss4statePath longer;
    for (Loss4stateState state = 0; state < LOSS_4STATE_N; state++) {
        longer.to[state] = path->to[loss_4state_moved(state, move)];
    }
    return longer;
}

/* Makes all moves up to `moves`: from the last one backwards, until they lead to one state whatever
 * was before. That takes as many as the chain remembers on average, never more than are due, and
 * never more than ICS_FAULT_CHAIN_MOVES. */
static void loss_4state_advance(IcsLoss4state *self, const IcsPassage *passage, uint64_t moves)
{
    uint64_t reached = self->fault.step;
    if (moves <= reached) {
        return;
    }
    self->fault.step = moves;
    if (self->p13 == 0 && self->p14 == 0) {
        return;
    }
    Loss4statePath path = {{0, 1, 2, 3}};
    uint64_t horizon = ics_fault_chain_horizon(moves, reached);
    for (uint64_t k = moves; k > horizon && !loss_4state_path_is_constant(&path); k--) {
        IcsChoice choice = ics_fault_choice(&self->fault, passage, LOSS_4STATE_DRAW_MOVE);
        choice.step = k - 1;
        int64_t move = ics_choose(passage->chooser, &choice, loss_4state_draw_move, self);
        path = loss_4state_path_after(&path, move);
    }
    self->state = path.to[self->state];
}

static bool loss_4state_decide(IcsFault *fault, IcsPassage *passage)
{
    IcsLoss4state *self = (IcsLoss4state *)fault;
    if (fault->clock_ns > 0) {
        loss_4state_advance(self, passage, (uint64_t)(passage->at_ns / fault->clock_ns) + 1);
    } else {
        loss_4state_step(self, passage);
    }
    IcsChoice choice = ics_fault_choice(fault, passage, LOSS_4STATE_DRAW_LOSS);
    bool lost = ics_choose(passage->chooser, &choice, loss_4state_draw_loss, self) != 0;
    if (fault->clock_ns == 0) {
        fault->step++;
    }
    passage->lost |= lost;
    return lost;
}

static int loss_4state_leading_zeros(IcsUint128 value)
{
    uint64_t high = (uint64_t)(value >> 64);
    return high != 0 ? __builtin_clzll(high) : 64 + __builtin_clzll((uint64_t)value);
}

/* The high part of `weight` times a probability. */
static IcsUint128 loss_4state_scaled(IcsUint128 weight, IcsProbability probability)
{
    IcsUint128 high = (weight >> 31) * (probability >> 32);
    IcsUint128 low = (weight >> 31) * (probability & UINT32_MAX);
    return high + (low >> 32);
}

/* pi3 + pi4 by the formula above. The weights are scaled so that they are as long as fits and their
 * sum is below 2^127; one of them is not 0, because of loss_4state_settle_unreachable(). */
static IcsProbability loss_4state_requested(const IcsFault *fault)
{
    const IcsLoss4state *self = (const IcsLoss4state *)fault;
    IcsUint128 weights[] = {
        (IcsUint128)self->p31 * self->p23,
        (IcsUint128)self->p13 * self->p32,
        (IcsUint128)self->p13 * self->p23,
    };
    int shift = loss_4state_leading_zeros(weights[0] | weights[1] | weights[2]) - 3;
    for (size_t i = 0; i < G_N_ELEMENTS(weights); i++) {
        weights[i] = shift > 0 ? weights[i] << shift : weights[i] >> -shift;
    }
    IcsUint128 alone = loss_4state_scaled(weights[0], self->p14);
    return ics_fault_ratio(weights[2] + alone, weights[0] + weights[1] + weights[2] + alone);
}

const IcsFaultClass ics_loss_4state_class = {
    .name = "loss-4state",
    .doc =
        "losses in bursts with packets received in between, and losses alone (netem's loss state)",
    .stage = ICS_FAULT_STAGE_LOSS,
    .sequential = true,
    .clocked = true,
    .config_bytes = sizeof(IcsLoss4stateConfig),
    .parameters = loss_4state_parameters,
    .fault_bytes = sizeof(IcsLoss4state),
    .init = loss_4state_init,
    .decide = loss_4state_decide,
    .requested = loss_4state_requested,
};
