/* Truncation: the tail of a packet is cut off. */
#include "netmodel/fault_internal.h"
#include "netmodel/fault_kinds.h"

typedef struct IcsTruncate {
    IcsFault fault;
    IcsProbability probability;
    uint32_t to_bytes; /* 0: random */
    uint32_t length;   /* of the packet that is decided on */
} IcsTruncate;

static const IcsParameter truncate_parameters[] = {
    ICS_PARAMETER_PROBABILITY_ROW(IcsTruncateConfig, probability, "probability", NULL,
                                  "of a packet to be cut; 100% if the fault is narrowed",
                                  ICS_PARAMETER_PRESENCE(IcsTruncateConfig, has_probability)),
    ICS_PARAMETER_SIZE_ROW(IcsTruncateConfig, to_bytes, "to", NULL, 1, ICS_PACKET_MAX_BYTES,
                           "what is left of the IP packet; a random length if not given"),
    ICS_PARAMETER_END,
};

static bool truncate_init(IcsFault *fault, gconstpointer parameters, GError **error)
{
    IcsTruncate *self = (IcsTruncate *)fault;
    const IcsTruncateConfig *config = parameters;
    g_assert(config->to_bytes >= 0 && config->to_bytes <= ICS_PACKET_MAX_BYTES);
    self->probability = config->probability;
    self->to_bytes = (uint32_t)config->to_bytes;
    return ics_fault_settle_probability(fault, config->has_probability, &self->probability, error);
}

/* The outcome is the number of bytes that are cut off; at least one byte stays. */
static int64_t truncate_draw(const IcsChoice *choice, gconstpointer element)
{
    const IcsTruncate *self = element;
    IcsDrawPair pair = ics_draw_pair(&choice->point->site, choice->fate, choice->draw);
    if (self->length <= MAX(self->to_bytes, 1) ||
        !ics_draw_happens(pair.first, self->probability)) {
        return 0;
    }
    if (self->to_bytes > 0) {
        return self->length - self->to_bytes;
    }
    return 1 + (int64_t)ics_draw_below(pair.second, self->length - 1);
}

static bool truncate_decide(IcsFault *fault, IcsPassage *passage)
{
    IcsTruncate *self = (IcsTruncate *)fault;
    IcsPacket *packet = passage->packet;
    if (packet->length == 0) {
        return false;
    }
    self->length = packet->length;
    IcsChoice choice = ics_fault_choice(fault, passage, 0);
    int64_t chosen = ics_choose(passage->chooser, &choice, truncate_draw, self);
    uint32_t cut = (uint32_t)CLAMP(chosen, 0, (int64_t)packet->length - 1);
    if (cut == 0) {
        return false;
    }
    ics_packet_trim(packet, packet->length - cut);
    packet->damaged = true;
    passage->bytes_cut += cut;
    return true;
}

/* Of the packets that are long enough to be cut. */
static IcsProbability truncate_requested(const IcsFault *fault)
{
    return ((const IcsTruncate *)fault)->probability;
}

const IcsFaultClass ics_truncate_class = {
    .name = "truncate",
    .doc = "the tail of a packet is cut off",
    .stage = ICS_FAULT_STAGE_TRUNCATE,
    .config_bytes = sizeof(IcsTruncateConfig),
    .parameters = truncate_parameters,
    .fault_bytes = sizeof(IcsTruncate),
    .init = truncate_init,
    .decide = truncate_decide,
    .requested = truncate_requested,
};
