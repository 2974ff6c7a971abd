/* Keyed random draws. A draw has a name and its value is a function of that name alone:
 *
 *   independent elements   f(seed, link direction, element, kind of draw, fate of the packet)
 *   sequential elements    f(seed, link direction, element, kind of draw, number of the step)
 *
 * so nothing else that happens in the world moves it (SEMANTICS.md "Fates"). The function is
 * Philox4x32-10 with the site as its key and the rest as its counter. */
#ifndef ICS_SIM_DRAW_H
#define ICS_SIM_DRAW_H

#include <stdbool.h>
#include <stdint.h>

#include "base/units.h"
#include "sim/philox.h"

/* What kind of packet a fate belongs to; each class counts its own ordinals. */
#define ICS_FATE_CLASSES(X)                                                                        \
    X(FIRST, "first")   /* carries bytes for the first time; ordinal of the application message */ \
    X(REPEAT, "repeat") /* a retransmission */                                                     \
    X(CONTROL, "control") /* carries no application bytes */

typedef enum {
#define ICS_FATE_CLASS_ENUM(name, text) ICS_FATE_##name,
    ICS_FATE_CLASSES(ICS_FATE_CLASS_ENUM)
#undef ICS_FATE_CLASS_ENUM
} IcsFateClass;

/* Fate identity of a packet, given at its origin and never counted on the way. */
typedef struct IcsFate {
    uint64_t flow;     /* ics_fate_flow() */
    uint64_t ordinal;  /* within the class, from 0; below 2^55 */
    uint64_t lineage;  /* 0 for an original; ics_fate_for_copy() makes a copy's */
    uint16_t copy;     /* for people, enters no draw: 0 is the original */
    uint16_t fragment; /* index of the IP fragment, 0 for a whole packet */
    uint8_t klass;     /* IcsFateClass */
} IcsFate;

/* Where decisions are taken: one element at one place of one run. */
typedef struct IcsDrawSite {
    uint64_t key;
} IcsDrawSite;

/* The 128 bits of one draw. `first` is what the functions named u64 return. */
typedef struct IcsDrawPair {
    uint64_t first;
    uint64_t second;
} IcsDrawPair;

/* "first", "repeat" or "control". */
const char *ics_fate_class_name(IcsFateClass klass);

/* Hash of a flow: the sending process, which of its sockets (from 0, in order of creation) and the
 * name of the peer. Port numbers are no part of it. */
uint64_t ics_fate_flow(const char *process, uint64_t socket, const char *peer);

/* The fate of copy number `index` (from 1) that the element with the key `element_key`
 * (IcsDrawSite.key) makes of a packet with the fate `parent`. Copies of copies, copies by different
 * elements and different copies of one packet all have different lineages. */
IcsFate ics_fate_for_copy(const IcsFate *parent, uint64_t element_key, uint32_t index);

/* The site of an element that has a name of its own in the trace. `place` is the link direction's
 * or host's name, for example "wire client->server". */
IcsDrawSite ics_draw_site(uint64_t seed, const char *place, const char *element);

/* The site of an element without a name: its kind and which of that kind it is at the place,
 * from 0. No named element can have the same site. */
IcsDrawSite ics_draw_site_unnamed(uint64_t seed, const char *place, const char *kind,
                                  uint32_t occurrence);

/* For draws of a fate, bit 31 of counter word 3 is 0; for sequential draws it is 1. */
#define ICS_DRAW_SEQUENTIAL UINT32_C(0x80000000)
/* Kinds of draw within an element, 0..255. */
#define ICS_DRAW_KIND_MAX UINT32_C(255)
#define ICS_FATE_ORDINALS (UINT64_C(1) << 55)

/* 64 bits that stand for everything in a fate except its ordinal: flow, class, lineage, fragment.
 */
static inline uint64_t ics_fate_key(const IcsFate *fate)
{
    uint64_t label = ((uint64_t)fate->klass << 16 | fate->fragment) * UINT64_C(0x9E3779B97F4A7C15);
    uint64_t left = fate->flow ^ UINT64_C(0xA0761D6478BD642F);
    uint64_t right = (fate->lineage + label) ^ UINT64_C(0xE7037ED1A0B428DB);
    unsigned __int128 product = (unsigned __int128)left * right;
    return (uint64_t)product ^ (uint64_t)(product >> 64);
}

/* The Philox counter of a draw about a fate. */
static inline void ics_draw_counter(uint64_t fate_key, uint64_t ordinal, uint32_t kind,
                                    uint32_t counter[4])
{
    uint32_t ordinal_high = (uint32_t)(ordinal >> 32) << 8;
    counter[0] = (uint32_t)fate_key;
    counter[1] = (uint32_t)(fate_key >> 32);
    counter[2] = (uint32_t)ordinal;
    counter[3] = (ordinal_high & ~ICS_DRAW_SEQUENTIAL) | (kind & ICS_DRAW_KIND_MAX);
}

/* The Philox counter of a sequential draw. */
static inline void ics_draw_sequential_counter(uint64_t step, uint32_t kind, uint32_t counter[4])
{
    counter[0] = (uint32_t)step;
    counter[1] = (uint32_t)(step >> 32);
    counter[2] = 0;
    counter[3] = ICS_DRAW_SEQUENTIAL | (kind & ICS_DRAW_KIND_MAX);
}

static inline IcsDrawPair ics_draw_pair_of_block(const IcsPhiloxBlock *block)
{
    return (IcsDrawPair){block->word[0] | (uint64_t)block->word[1] << 32,
                         block->word[2] | (uint64_t)block->word[3] << 32};
}

/* The draw with a fate key that the caller keeps; `ordinal` is the fate's. */
static inline IcsDrawPair ics_draw_keyed(const IcsDrawSite *site, uint64_t fate_key,
                                         uint64_t ordinal, uint32_t kind)
{
    uint32_t counter[4];
    ics_draw_counter(fate_key, ordinal, kind, counter);
    IcsPhiloxBlock block = ics_philox(site->key, counter);
    return ics_draw_pair_of_block(&block);
}

/* Draw number `kind` (0..255) of the element about the packet with this fate. */
static inline IcsDrawPair ics_draw_pair(const IcsDrawSite *site, const IcsFate *fate, uint32_t kind)
{
    return ics_draw_keyed(site, ics_fate_key(fate), fate->ordinal, kind);
}

static inline uint64_t ics_draw_u64(const IcsDrawSite *site, const IcsFate *fate, uint32_t kind)
{
    return ics_draw_pair(site, fate, kind).first;
}

/* Draw number `kind` (0..255) of the `step`-th decision of a sequential element, from 0. */
static inline IcsDrawPair ics_draw_sequential_pair(const IcsDrawSite *site, uint64_t step,
                                                   uint32_t kind)
{
    uint32_t counter[4];
    ics_draw_sequential_counter(step, kind, counter);
    IcsPhiloxBlock block = ics_philox(site->key, counter);
    return ics_draw_pair_of_block(&block);
}

static inline uint64_t ics_draw_sequential_u64(const IcsDrawSite *site, uint64_t step,
                                               uint32_t kind)
{
    return ics_draw_sequential_pair(site, step, kind).first;
}

/* Whether an event of probability `p` (units of 2^-63) happens on this draw. Exact: of the 2^64
 * values exactly the fraction p says yes; 0 never happens and 2^63 always. */
static inline bool ics_draw_happens(uint64_t u64, IcsProbability p)
{
    return (u64 >> 1) < p;
}

/* A number below `n` (n > 0) by multiplication and shift. Each value's probability is within 2^-64
 * of 1/n: a relative error below n/2^64, so under 2^-32 for every n that fits 32 bits. */
static inline uint64_t ics_draw_below(uint64_t u64, uint64_t n)
{
    return (uint64_t)((unsigned __int128)u64 * n >> 64);
}

#endif
