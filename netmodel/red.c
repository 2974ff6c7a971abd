#include "netmodel/red.h"

#include "base/error.h"

#define RED_BIT_NS (UINT64_C(8) * ICS_NS_PER_S)

/* The defaults are those of Floyd's "RED: Discussions of Setting Parameters" (1997) and of ns-2. */
static const IcsParameter red_parameters[] = {
    ICS_PARAMETER_INTEGER_ROW(IcsRedConfig, min_packets, "min", "5", 1, INT32_MAX,
                              "average queue in packets from which on packets are dropped early"),
    ICS_PARAMETER_INTEGER_ROW(IcsRedConfig, max_packets, "max", "15", 1, INT32_MAX,
                              "average queue in packets at which `probability` is reached"),
    ICS_PARAMETER_INTEGER_ROW(IcsRedConfig, limit_packets, "limit", "100", 1, INT32_MAX,
                              "packets that may wait"),
    ICS_PARAMETER_PROBABILITY_ROW(IcsRedConfig, weight, "weight", "0.002",
                                  "weight of the present queue in its average"),
    ICS_PARAMETER_PROBABILITY_ROW(IcsRedConfig, probability, "probability", "10%",
                                  "of an early drop when the average queue reaches max"),
    ICS_PARAMETER_BOOLEAN_ROW(IcsRedConfig, gentle, "gentle", "true",
                              "raise the probability to 1 between max and twice max, not at max"),
    ICS_PARAMETER_BOOLEAN_ROW(IcsRedConfig, ecn, "ecn", "false",
                              "below max, mark packets of senders that understand ECN instead of "
                              "dropping them early (RFC 3168)"),
    ICS_PARAMETER_SIZE_ROW(IcsRedConfig, average_packet_bytes, "average-packet", "1000B", 1,
                           ICS_PACKET_MAX_BYTES,
                           "what the link could have sent while idle is counted in such packets"),
    ICS_PARAMETER_END,
};

static inline IcsProbability red_multiply(IcsProbability a, IcsProbability b)
{
    return (IcsProbability)((unsigned __int128)a * b >> 63);
}

uint64_t ics_red_average(uint64_t average, uint64_t packets, IcsProbability weight)
{
    unsigned __int128 kept = (unsigned __int128)average * (ICS_PROBABILITY_ONE - weight);
    unsigned __int128 added = ((unsigned __int128)packets << ICS_RED_FRACTION_BITS) * weight;
    return (uint64_t)((kept + added) >> 63);
}

uint64_t ics_red_average_decay(uint64_t average, uint64_t n, IcsProbability weight)
{
    IcsProbability factor = ICS_PROBABILITY_ONE;
    IcsProbability square = ICS_PROBABILITY_ONE - weight;
    for (; n > 0; n >>= 1) {
        if (n & 1) {
            factor = red_multiply(factor, square);
        }
        square = red_multiply(square, square);
    }
    return (uint64_t)((unsigned __int128)average * factor >> 63);
}

IcsProbability ics_red_probability(const IcsRedConfig *config, uint64_t average)
{
    uint64_t min = (uint64_t)config->min_packets << ICS_RED_FRACTION_BITS;
    uint64_t max = (uint64_t)config->max_packets << ICS_RED_FRACTION_BITS;
    if (average < min) {
        return 0;
    }
    if (average < max) {
        unsigned __int128 product = (unsigned __int128)config->probability * (average - min);
        return (IcsProbability)(product / (max - min));
    }
    if (!config->gentle || average - max >= max) {
        return ICS_PROBABILITY_ONE;
    }
    IcsProbability rest = ICS_PROBABILITY_ONE - config->probability;
    return config->probability + (IcsProbability)((unsigned __int128)rest * (average - max) / max);
}

IcsProbability ics_red_spread(IcsProbability probability, uint64_t count)
{
    unsigned __int128 used = (unsigned __int128)probability * count;
    if (used + probability >= ICS_PROBABILITY_ONE) {
        return ICS_PROBABILITY_ONE;
    }
    unsigned __int128 dividend = (unsigned __int128)probability << 63;
    return (IcsProbability)(dividend / (ICS_PROBABILITY_ONE - (uint64_t)used));
}

static bool red_init(IcsQueue *queue, gconstpointer config, GError **error)
{
    IcsRed *self = (IcsRed *)queue;
    self->config = *(const IcsRedConfig *)config;
    self->idle = true;
    if (self->config.min_packets >= self->config.max_packets) {
        g_set_error(error, ICS_ERROR, ICS_ERROR_INPUT,
                    "min must be below max, got min %" G_GINT64_FORMAT " and max %" G_GINT64_FORMAT,
                    self->config.min_packets, self->config.max_packets);
        return false;
    }
    if (self->config.max_packets > self->config.limit_packets) {
        g_set_error(error, ICS_ERROR, ICS_ERROR_INPUT,
                    "max must not exceed limit, got max %" G_GINT64_FORMAT
                    " and limit %" G_GINT64_FORMAT,
                    self->config.max_packets, self->config.limit_packets);
        return false;
    }
    if (self->config.weight == 0) {
        g_set_error_literal(error, ICS_ERROR, ICS_ERROR_INPUT,
                            "weight must be above 0: the average queue would stay 0");
        return false;
    }
    return true;
}

/* The average packets that the transmitter could have sent since it became idle. */
static uint64_t red_idle_packets(const IcsRed *self, int64_t now_ns)
{
    uint64_t idle_ns = (uint64_t)(now_ns - self->idle_since_ns);
    if (self->queue.settings.rate_bps == 0) {
        return idle_ns > 0 ? UINT64_MAX - 1 : 0;
    }
    unsigned __int128 work = (unsigned __int128)idle_ns * (uint64_t)self->queue.settings.rate_bps;
    uint64_t packet_work = RED_BIT_NS * (uint64_t)self->config.average_packet_bytes;
    unsigned __int128 packets = work / packet_work;
    return (uint64_t)MIN(packets, UINT64_MAX - 1);
}

static void red_update_average(IcsRed *self, int64_t now_ns)
{
    if (self->idle) {
        uint64_t arrivals = red_idle_packets(self, now_ns) + 1;
        self->average = ics_red_average_decay(self->average, arrivals, self->config.weight);
        self->idle_since_ns = now_ns;
    } else {
        self->average = ics_red_average(self->average, self->queue.packets, self->config.weight);
    }
}

/* What the random source chooses: 1 is an early drop. */
static int64_t red_draw(const IcsChoice *choice, gconstpointer element)
{
    const IcsRed *self = element;
    uint64_t u64 = ics_draw_sequential_u64(&choice->point->site, choice->step, choice->draw);
    return ics_draw_happens(u64, self->chance);
}

static bool red_choose_drop(IcsRed *self, const IcsPacket *packet, int64_t now_ns)
{
    IcsChoice choice = {
        .point = &self->queue.point,
        .fate = &packet->fate,
        .step = self->step++,
        .at_ns = now_ns,
    };
    return ics_choose(self->queue.settings.chooser, &choice, red_draw, self) != 0;
}

/* Figure 2 of the paper, from "if min <= avg < max" on. A probability of 1 leaves no choice. */
static bool red_drops_early(IcsRed *self, const IcsPacket *packet, int64_t now_ns)
{
    if (self->average >> ICS_RED_FRACTION_BITS < (uint64_t)self->config.min_packets) {
        self->count = 0;
        return false;
    }
    IcsProbability probability = ics_red_probability(&self->config, self->average);
    self->chance = ics_red_spread(probability, self->count);
    bool drops = probability == ICS_PROBABILITY_ONE || red_choose_drop(self, packet, now_ns);
    self->count = drops ? 0 : self->count + 1;
    return drops;
}

/* RFC 3168, section 7: when the average is beyond the upper threshold, packets are dropped. */
static bool red_may_mark(const IcsRed *self)
{
    return self->config.ecn &&
           self->average >> ICS_RED_FRACTION_BITS < (uint64_t)self->config.max_packets &&
           self->queue.packets < (uint64_t)self->config.limit_packets;
}

static IcsCause red_enqueue(IcsQueue *queue, IcsPacket *packet, int64_t now_ns)
{
    IcsRed *self = (IcsRed *)queue;
    red_update_average(self, now_ns);
    if (red_drops_early(self, packet, now_ns) &&
        !(red_may_mark(self) && ics_queue_mark(queue, packet, now_ns))) {
        return ICS_CAUSE_EARLY_DROP;
    }
    if (queue->packets >= (uint64_t)self->config.limit_packets) {
        return ICS_CAUSE_QUEUE_FULL;
    }
    ics_queue_append(queue, &self->list, packet);
    self->idle = false;
    return ICS_CAUSE_NONE;
}

static IcsPacket *red_take(IcsQueue *queue)
{
    return ics_queue_remove(queue, &((IcsRed *)queue)->list);
}

static IcsPacket *red_dequeue(IcsQueue *queue, int64_t now_ns)
{
    IcsRed *self = (IcsRed *)queue;
    IcsPacket *packet = red_take(queue);
    if (packet == NULL && !self->idle) {
        self->idle = true;
        self->idle_since_ns = now_ns;
    }
    return packet;
}

const IcsQueueClass ics_red_class = {
    .name = "red",
    .doc = "random early detection: drops at random as the average queue grows",
    .config_bytes = sizeof(IcsRedConfig),
    .parameters = red_parameters,
    .queue_bytes = sizeof(IcsRed),
    .init = red_init,
    .enqueue = red_enqueue,
    .dequeue = red_dequeue,
    .take = red_take,
};
