/* From the fault rules of a trace to fault elements: for a world, and for trying rules out. */
#ifndef ICS_TRACES_TRACE_CHAIN_H
#define ICS_TRACES_TRACE_CHAIN_H

#include "traces/trace.h"

/* Makes the element of a rule with this config (its own or another of its class) and adds it to the
 * chain of a place. `place` is borrowed and outlives the element. False and ICS_ERROR_INPUT when
 * the rule contradicts itself; the chain is then as before. */
bool ics_trace_chain_add(IcsFault **chain, const IcsTraceFault *rule, gconstpointer config,
                         const char *place, uint64_t seed, GError **error);

/* The element of a chain that stems from a rule; NULL when there is none. */
IcsFault *ics_trace_chain_find(IcsFault *chain, const IcsTraceFault *rule);

#endif
