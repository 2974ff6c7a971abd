/* What a fault element narrows itself to: a time window, some of the packets by number, and a
 * filter expression. Part of every element. */
#ifndef ICS_NETMODEL_FAULT_SCOPE_H
#define ICS_NETMODEL_FAULT_SCOPE_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/parameters.h"
#include "netmodel/packet.h"

/* As the trace says it. All zero covers everything. */
typedef struct IcsFaultScopeConfig {
    int64_t from_ns;
    int64_t until_ns; /* exclusive; 0: for ever */
    GArray *nth;      /* of int64_t, counted from 1 among the packets that match, nullable */
    int64_t every;    /* every so many-th matching packet, 0: all */
    char *match;      /* pcap-filter(7), nullable */
} IcsFaultScopeConfig;

/* "from", "until", "nth", "every", "match". */
extern const IcsParameter ics_fault_scope_parameters[];

/* Compiled. Zero-initialised covers nothing; use ics_fault_scope_init(). */
typedef struct IcsFaultScope {
    int64_t from_ns;
    int64_t until_ns;
    int64_t *nth; /* sorted, distinct */
    uint32_t n_nth;
    uint32_t next_nth; /* index of the first that is still to come */
    int64_t every;
    uint64_t matched;          /* packets inside the window that matched so far */
    struct bpf_program *match; /* owned, nullable */
    bool everything;           /* no narrowing at all */
} IcsFaultScope;

/* Compiles; false and ICS_ERROR_INPUT when the expression is refused (packet_filter.h), the window
 * is empty, a number in `nth` stands twice or is below 1, or `nth` and `every` are both given;
 * `self` then owns nothing. LINKTYPE_RAW. */
bool ics_fault_scope_init(IcsFaultScope *self, const IcsFaultScopeConfig *config, GError **error);
void ics_fault_scope_clear(IcsFaultScope *self);

/* Whether the decisions depend on how many packets came before: `nth` or `every`. */
static inline bool ics_fault_scope_counts(const IcsFaultScope *self)
{
    return self->nth != NULL || self->every > 0;
}

/* Whether the element is to be asked about this packet at this time; counts it if it matches. */
bool ics_fault_scope_covers(IcsFaultScope *self, const IcsPacket *packet, int64_t at_ns);

#endif
