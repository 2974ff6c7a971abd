/* Corruption: bits of a packet are flipped, and it is delivered damaged, so that checksums must
 * catch it.
 *
 * First the number of flips is decided, then the place of each. By packet the number is `bits` with
 * the probability given; by bit error rate every bit is hit alone, so the number is binomial: the
 * distances between errors are geometric, and errors are counted until one lies behind the packet.
 * The places are a random subset of the bits without repetition (Floyd: Bentley, "A sample of
 * brilliance", CACM 30(9), 1987). The step of a choice is the number of the flip. */
#include <inttypes.h>
#include <string.h>

#include "base/hash.h"
#include "netmodel/fault_internal.h"
#include "netmodel/fault_kinds.h"
#include "sim/distribution.h"

typedef enum {
    CORRUPT_DRAW_COUNT,
    CORRUPT_DRAW_PLACE,
} CorruptDraw;

typedef struct IcsCorrupt {
    IcsFault fault;
    IcsProbability probability;
    int64_t bits;
    IcsDistribution *gaps; /* by bit error rate: bits between two errors */
    int64_t from_byte;
    int64_t to_byte; /* inclusive */
    /* about the packet that is decided on */
    int64_t first_bit;
    int64_t n_bits; /* that may be hit */
    int64_t n_flips;
    uint8_t *hit; /* a bit for each bit of a packet; made when two are flipped for the first time */
} IcsCorrupt;

static const IcsParameter corrupt_parameters[] = {
    ICS_PARAMETER_PROBABILITY_ROW(IcsCorruptConfig, probability, "probability", NULL,
                                  "of a packet to be hit; 100% if the fault is narrowed",
                                  ICS_PARAMETER_PRESENCE(IcsCorruptConfig, has_probability)),
    ICS_PARAMETER_INTEGER_ROW(IcsCorruptConfig, bits, "bits", NULL, 1,
                              INT64_C(8) * ICS_PACKET_MAX_BYTES,
                              "different bits to flip in a packet that is hit; 1 if not given"),
    ICS_PARAMETER_PROBABILITY_ROW(IcsCorruptConfig, bit_error_rate, "bit-error-rate", NULL,
                                  "of each bit to be flipped; instead of probability and bits",
                                  ICS_PARAMETER_PRESENCE(IcsCorruptConfig, has_bit_error_rate)),
    ICS_PARAMETER_INTEGER_ROW(IcsCorruptConfig, from_byte, "from-byte", "0", 0,
                              ICS_PACKET_MAX_BYTES - 1,
                              "first byte of the IP packet that may be hit, counted from 0"),
    ICS_PARAMETER_INTEGER_ROW(IcsCorruptConfig, to_byte, "to-byte", NULL, 0,
                              ICS_PACKET_MAX_BYTES - 1,
                              "last byte that may be hit; the packet's last if not given",
                              ICS_PARAMETER_PRESENCE(IcsCorruptConfig, has_to_byte)),
    ICS_PARAMETER_END,
};

static bool corrupt_init_by_rate(IcsCorrupt *self, const IcsCorruptConfig *config, GError **error)
{
    if (config->has_probability || config->bits != 0) {
        return ics_fault_refuse(error,
                                "corrupt is stated either by bit-error-rate or by probability "
                                "and bits, not by both");
    }
    if (config->bit_error_rate == 0) {
        return ics_fault_refuse(error, "a bit-error-rate of 0 does nothing");
    }
    self->gaps = ics_distribution_new_geometric(config->bit_error_rate);
    return true;
}

static bool corrupt_init(IcsFault *fault, gconstpointer parameters, GError **error)
{
    IcsCorrupt *self = (IcsCorrupt *)fault;
    const IcsCorruptConfig *config = parameters;
    self->probability = config->probability;
    self->bits = MAX(config->bits, 1);
    self->from_byte = config->from_byte;
    self->to_byte = config->has_to_byte ? config->to_byte : ICS_PACKET_MAX_BYTES;
    if (self->to_byte < self->from_byte) {
        return ics_fault_refuse(error, "to-byte (%" PRId64 ") is before from-byte (%" PRId64 ")",
                                self->to_byte, self->from_byte);
    }
    if (config->has_bit_error_rate) {
        return corrupt_init_by_rate(self, config, error);
    }
    return ics_fault_settle_probability(fault, config->has_probability, &self->probability, error);
}

static void corrupt_clear(IcsFault *fault)
{
    IcsCorrupt *self = (IcsCorrupt *)fault;
    ics_distribution_free(self->gaps);
    g_free(self->hit);
}

/* Draws beyond the first of a kind have a site of their own each: a packet has more bits than an
 * element has kinds of draw. */
static uint64_t corrupt_u64(const IcsChoice *choice, uint64_t index)
{
    IcsDrawSite site = choice->point->site;
    if (index > 0) {
        site.key = ics_hash_combine(site.key, index);
    }
    return ics_draw_u64(&site, choice->fate, choice->draw);
}

static int64_t corrupt_draw_errors(const IcsCorrupt *self, const IcsChoice *choice)
{
    int64_t errors = 0;
    int64_t bits_left = self->n_bits;
    for (;;) {
        uint64_t u64 = corrupt_u64(choice, (uint64_t)errors);
        int64_t gap = ics_distribution_sample(self->gaps, 0, 1, u64);
        if (gap >= bits_left) {
            return errors;
        }
        bits_left -= gap + 1;
        errors++;
    }
}

/* The outcome is the number of flips. */
static int64_t corrupt_draw_count(const IcsChoice *choice, gconstpointer element)
{
    const IcsCorrupt *self = element;
    if (self->gaps != NULL) {
        return corrupt_draw_errors(self, choice);
    }
    return ics_draw_happens(corrupt_u64(choice, 0), self->probability)
               ? MIN(self->bits, self->n_bits)
               : 0;
}

static bool corrupt_is_hit(const IcsCorrupt *self, int64_t bit)
{
    return self->hit != NULL && (self->hit[bit / 8] & 1 << bit % 8) != 0;
}

/* The outcome is the number of the bit in the packet, counted from 1. */
static int64_t corrupt_draw_place(const IcsChoice *choice, gconstpointer element)
{
    const IcsCorrupt *self = element;
    int64_t last = self->n_bits - self->n_flips + (int64_t)choice->step;
    int64_t place = (int64_t)ics_draw_below(corrupt_u64(choice, choice->step), (uint64_t)last + 1);
    if (corrupt_is_hit(self, self->first_bit + place)) {
        place = last;
    }
    return self->first_bit + place + 1;
}

/* Sets which bits may be hit; returns whether there are any. */
static bool corrupt_select_range(IcsCorrupt *self, const IcsPacket *packet)
{
    int64_t end = MIN((int64_t)packet->length, self->to_byte + 1);
    self->first_bit = 8 * self->from_byte;
    self->n_bits = 8 * (end - self->from_byte);
    return self->n_bits > 0;
}

static uint32_t corrupt_flip_one(IcsCorrupt *self, IcsPassage *passage, int64_t index)
{
    IcsPacket *packet = passage->packet;
    IcsChoice choice = ics_fault_choice(&self->fault, passage, CORRUPT_DRAW_PLACE);
    choice.step = (uint64_t)index;
    int64_t bit = ics_choose(passage->chooser, &choice, corrupt_draw_place, self) - 1;
    if (bit < 0 || bit >= 8 * (int64_t)packet->length || corrupt_is_hit(self, bit)) {
        return 0;
    }
    if (self->hit != NULL) {
        self->hit[bit / 8] |= (uint8_t)(1 << bit % 8);
    }
    ics_packet_make_writable(packet);
    ics_fault_flip(packet, (uint32_t)bit);
    return 1;
}

static uint32_t corrupt_flip(IcsCorrupt *self, IcsPassage *passage)
{
    if (self->n_flips > 1 && self->hit == NULL) {
        self->hit = g_malloc0(ICS_PACKET_MAX_BYTES);
    }
    uint32_t flipped = 0;
    for (int64_t i = 0; i < self->n_flips; i++) {
        flipped += corrupt_flip_one(self, passage, i);
    }
    if (self->hit != NULL) {
        memset(self->hit, 0, passage->packet->length);
    }
    return flipped;
}

static bool corrupt_decide(IcsFault *fault, IcsPassage *passage)
{
    IcsCorrupt *self = (IcsCorrupt *)fault;
    if (!corrupt_select_range(self, passage->packet)) {
        return false;
    }
    IcsChoice choice = ics_fault_choice(fault, passage, CORRUPT_DRAW_COUNT);
    choice.step = 0;
    int64_t count = ics_choose(passage->chooser, &choice, corrupt_draw_count, self);
    self->n_flips = CLAMP(count, 0, self->n_bits);
    uint32_t flipped = corrupt_flip(self, passage);
    passage->packet->damaged |= flipped > 0;
    passage->bits_flipped += flipped;
    return flipped > 0;
}

/* By bit error rate the rate of damaged packets depends on their length. */
static IcsProbability corrupt_requested(const IcsFault *fault)
{
    const IcsCorrupt *self = (const IcsCorrupt *)fault;
    return self->gaps == NULL ? self->probability : ICS_FAULT_RATE_UNKNOWN;
}

const IcsFaultClass ics_corrupt_class = {
    .name = "corrupt",
    .doc = "bits are flipped; the packet is delivered damaged",
    .stage = ICS_FAULT_STAGE_CORRUPT,
    .config_bytes = sizeof(IcsCorruptConfig),
    .parameters = corrupt_parameters,
    .fault_bytes = sizeof(IcsCorrupt),
    .init = corrupt_init,
    .clear = corrupt_clear,
    .decide = corrupt_decide,
    .requested = corrupt_requested,
};
