#include <string.h>

#include "netmodel/codel.h"
#include "netmodel/drop_tail.h"
#include "netmodel/priority.h"
#include "netmodel/queue.h"
#include "netmodel/red.h"

const IcsQueueClass *const ics_queue_classes[] = {
    &ics_drop_tail_class, &ics_red_class, &ics_codel_class, &ics_priority_class, NULL,
};

const IcsQueueClass *ics_queue_class_by_name(const char *name)
{
    for (const IcsQueueClass *const *klass = ics_queue_classes; *klass != NULL; klass++) {
        if (strcmp((*klass)->name, name) == 0) {
            return *klass;
        }
    }
    return NULL;
}
