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
