/* Every kind of fault element, by name. */
#include <string.h>

#include "netmodel/fault_kinds.h"

const IcsFaultClass *const ics_fault_classes[] = {
    &ics_corrupt_class,      &ics_delay_class,
    &ics_duplicate_class,    &ics_gilbert_elliott_class,
    &ics_loss_class,         &ics_loss_4state_class,
    &ics_netem_compat_class, &ics_receive_omission_class,
    &ics_reorder_class,      &ics_send_omission_class,
    &ics_truncate_class,     NULL,
};

const IcsFaultClass *ics_fault_class_by_name(const char *name)
{
    for (const IcsFaultClass *const *klass = ics_fault_classes; *klass != NULL; klass++) {
        if (strcmp((*klass)->name, name) == 0) {
            return *klass;
        }
    }
    return NULL;
}
