#include "sim/draw.h"

#include <glib.h>

#include "base/hash.h"

/* Seeds of what is hashed: keys of different meaning never come from the same input. */
typedef enum {
    DRAW_DOMAIN_FLOW = 1,
    DRAW_DOMAIN_COPY,
    DRAW_DOMAIN_NAMED,
    DRAW_DOMAIN_UNNAMED,
} DrawDomain;

#define DRAW_CHUNK 64

/* Strings are hashed one by one, so that "ab", "c" and "a", "bc" differ. */
static uint64_t draw_hash_strings(DrawDomain domain, const char *first, const char *second)
{
    return ics_hash_combine(ics_hash_string(first, domain), ics_hash_string(second, domain));
}

const char *ics_fate_class_name(IcsFateClass klass)
{
    static const char *const names[] = {
#define DRAW_CLASS_NAME(name, text) text,
        ICS_FATE_CLASSES(DRAW_CLASS_NAME)
#undef DRAW_CLASS_NAME
    };
    g_assert((size_t)klass < G_N_ELEMENTS(names));
    return names[klass];
}

uint64_t ics_fate_flow(const char *process, uint64_t socket, const char *peer)
{
    return ics_hash_combine(draw_hash_strings(DRAW_DOMAIN_FLOW, process, peer), socket);
}

IcsFate ics_fate_for_copy(const IcsFate *parent, uint64_t element_key, uint32_t index)
{
    g_assert(index > 0);
    uint64_t maker = ics_hash_combine(element_key, (uint64_t)DRAW_DOMAIN_COPY << 32 | index);
    uint64_t lineage = ics_hash_combine(parent->lineage, maker);

    IcsFate copy = *parent;
    copy.lineage = lineage != 0 ? lineage : 1;
    copy.copy = (uint16_t)MIN((uint64_t)parent->copy + index, UINT16_MAX);
    return copy;
}

IcsDrawSite ics_draw_site(uint64_t seed, const char *place, const char *element)
{
    uint64_t name = draw_hash_strings(DRAW_DOMAIN_NAMED, place, element);
    return (IcsDrawSite){ics_hash_combine(seed, name)};
}

IcsDrawSite ics_draw_site_unnamed(uint64_t seed, const char *place, const char *kind,
                                  uint32_t occurrence)
{
    uint64_t name = draw_hash_strings(DRAW_DOMAIN_UNNAMED, place, kind);
    return (IcsDrawSite){ics_hash_combine(seed, ics_hash_combine(name, occurrence))};
}

/* Runs Philox over up to DRAW_CHUNK counters. */
static void draw_fill(const IcsDrawSite *site, const uint32_t (*counters)[4], IcsDrawPair *pairs,
                      size_t n)
{
    IcsPhiloxBlock blocks[DRAW_CHUNK];
    ics_philox_many(site->key, counters, blocks, n);
    for (size_t i = 0; i < n; i++) {
        pairs[i] = ics_draw_pair_of_block(&blocks[i]);
    }
}

void ics_draw_block(const IcsDrawSite *site, const IcsFate *fate, uint32_t kind, IcsDrawPair *pairs,
                    size_t n)
{
    uint64_t fate_key = ics_fate_key(fate);
    uint32_t counters[DRAW_CHUNK][4];
    for (size_t done = 0; done < n; done += DRAW_CHUNK) {
        size_t count = MIN(n - done, (size_t)DRAW_CHUNK);
        for (size_t i = 0; i < count; i++) {
            ics_draw_counter(fate_key, fate->ordinal + done + i, kind, counters[i]);
        }
        draw_fill(site, counters, pairs + done, count);
    }
}

void ics_draw_sequential_block(const IcsDrawSite *site, uint64_t step, uint32_t kind,
                               IcsDrawPair *pairs, size_t n)
{
    uint32_t counters[DRAW_CHUNK][4];
    for (size_t done = 0; done < n; done += DRAW_CHUNK) {
        size_t count = MIN(n - done, (size_t)DRAW_CHUNK);
        for (size_t i = 0; i < count; i++) {
            ics_draw_sequential_counter(step + done + i, kind, counters[i]);
        }
        draw_fill(site, counters, pairs + done, count);
    }
}
