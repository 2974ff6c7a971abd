#include "tool/report/result_internal.h"

static uint32_t result_faults_count(const IcsFault *fault)
{
    uint32_t n = 0;
    for (; fault != NULL; fault = fault->next) {
        n++;
    }
    return n;
}

static IcsFaultResult result_fault(IcsResult *self, const IcsFault *fault)
{
    /* An element without a name of its own goes by the label that was made for it. */
    bool has_name = fault->label == NULL || fault->point.element != fault->label;
    return (IcsFaultResult){
        .kind = fault->klass->name,
        .name = has_name ? ics_result_strdup(self, fault->point.element) : NULL,
        .pointer = ics_result_strdup(self, fault->point.pointer),
        .requested = ics_fault_requested(fault),
        .realised = {fault->happened, fault->asked},
    };
}

IcsFaultResult *ics_result_take_faults(IcsResult *self, const IcsFault *first,
                                       const IcsFault *second, uint32_t *n)
{
    *n = result_faults_count(first) + result_faults_count(second);
    IcsFaultResult *results = ics_arena_new_array(&self->arena, IcsFaultResult, *n);
    IcsFaultResult *at = results;
    for (const IcsFault *fault = first; fault != NULL; fault = fault->next) {
        *at++ = result_fault(self, fault);
    }
    for (const IcsFault *fault = second; fault != NULL; fault = fault->next) {
        *at++ = result_fault(self, fault);
    }
    return results;
}
