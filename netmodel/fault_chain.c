/* The elements of one place, as a list in the order in which they act. */
#include "netmodel/fault_internal.h"
#include "netmodel/fault_kinds.h"

void ics_fault_chain_add(IcsFault **chain, IcsFault *fault)
{
    while (*chain != NULL && (*chain)->klass->stage <= fault->klass->stage) {
        chain = &(*chain)->next;
    }
    fault->next = *chain;
    *chain = fault;
}

void ics_fault_chain_free(IcsFault **chain)
{
    while (*chain != NULL) {
        IcsFault *fault = *chain;
        *chain = fault->next;
        ics_fault_free(fault);
    }
}

static bool fault_chain_has_stage(const IcsFault *chain, IcsFaultStage stage)
{
    while (chain != NULL && chain->klass->stage != stage) {
        chain = chain->next;
    }
    return chain != NULL;
}

/* Every duplicating element multiplies what those before it made. */
static bool fault_chain_check_copies(const IcsFault *fault, uint64_t *packets, GError **error)
{
    if (fault->klass == &ics_duplicate_class) {
        *packets *= UINT64_C(1) + ics_duplicate_copies(fault);
    }
    return *packets <= ICS_FAULT_COPIES_MAX + 1 ||
           ics_fault_refuse(error, "together the elements could make over %d copies of one packet",
                            ICS_FAULT_COPIES_MAX);
}

static bool fault_chain_check_one(const IcsFault *chain, const IcsFault *fault, uint64_t *packets,
                                  GError **error)
{
    if (fault->klass->whole && (fault != chain || fault->next != NULL)) {
        return ics_fault_refuse(error,
                                "%s decides everything about a packet: no other fault can stand on "
                                "the same direction",
                                fault->klass->name);
    }
    if (fault->klass == &ics_reorder_class && ics_reorder_skips_delay(fault) &&
        !fault_chain_has_stage(chain, ICS_FAULT_STAGE_DELAY)) {
        return ics_fault_refuse(error, "reorder without displacement lets packets skip the delay "
                                       "faults of the direction, but it has none");
    }
    return fault_chain_check_copies(fault, packets, error);
}

bool ics_fault_chain_check(const IcsFault *chain, const IcsFault **culprit, GError **error)
{
    uint64_t packets = 1;
    for (const IcsFault *fault = chain; fault != NULL; fault = fault->next) {
        if (!fault_chain_check_one(chain, fault, &packets, error)) {
            if (culprit != NULL) {
                *culprit = fault;
            }
            return false;
        }
    }
    return true;
}
