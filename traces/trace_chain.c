#include "traces/trace_chain.h"

/* The unnamed elements of one kind at one place are told apart by their order. */
static uint32_t trace_chain_occurrence(const IcsFault *chain, const IcsFaultClass *klass)
{
    uint32_t n = 0;
    for (; chain != NULL; chain = chain->next) {
        n += chain->klass == klass && chain->label != NULL;
    }
    return n;
}

bool ics_trace_chain_add(IcsFault **chain, const IcsTraceFault *rule, gconstpointer config,
                         const char *place, uint64_t seed, GError **error)
{
    IcsFaultSettings settings = {
        .place = place,
        .name = rule->name,
        .pointer = rule->pointer,
        .occurrence = trace_chain_occurrence(*chain, rule->klass),
        .seed = seed,
        .clock_ns = rule->clock_ns,
    };
    IcsFaultScope scope;
    if (!ics_fault_scope_init(&scope, &rule->scope, error)) {
        return false;
    }
    IcsFault *fault = ics_fault_new(rule->klass, config, &settings, &scope, error);
    if (fault == NULL) {
        return false;
    }
    fault->on = rule->on;
    ics_fault_chain_add(chain, fault);
    return true;
}

IcsFault *ics_trace_chain_find(IcsFault *chain, const IcsTraceFault *rule)
{
    while (chain != NULL && chain->point.pointer != rule->pointer) {
        chain = chain->next;
    }
    return chain;
}
