/* Drop-tail: first in, first out; what finds no room is refused. Its parameters and limits are
 * declared in queue.h. */
#ifndef ICS_NETMODEL_DROP_TAIL_H
#define ICS_NETMODEL_DROP_TAIL_H

#include "netmodel/queue.h"

/* The limit when a trace states none. */
#define ICS_DROP_TAIL_DEFAULT_PACKETS 100

extern const IcsQueueClass ics_drop_tail_class;

#endif
