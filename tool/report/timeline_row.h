/* One row of a time-space diagram, and the diagram as it is kept. Shared by timeline.c, which
 * watches, and timeline_draw.c, which draws. */
#ifndef ICS_TOOL_REPORT_TIMELINE_ROW_H
#define ICS_TOOL_REPORT_TIMELINE_ROW_H

#include <glib.h>
#include <stdint.h>

#include "tool/report/tcp_labels.h"
#include "tool/report/timeline.h"

typedef enum {
    ICS_TIMELINE_SENT,    /* the first half of an arrow */
    ICS_TIMELINE_ARRIVED, /* the second half */
    ICS_TIMELINE_DIED,    /* a second half that ends in a cross */
    ICS_TIMELINE_REFUSED, /* a first half that ends in a cross: it was never on its way */
    ICS_TIMELINE_NOTE,    /* beside a host */
    ICS_TIMELINE_RULE     /* across all */
} IcsTimelineRowKind;

typedef struct IcsTimelineRow {
    IcsTimelineRowKind kind;
    int64_t at_ns;
    uint32_t from;  /* node; of a note: the host; of a rule: the host or ICS_NODE_WORLD */
    uint32_t to;    /* of an arrow */
    uint32_t flow;  /* of the message of an arrow, or ICS_FLOW_NONE */
    char *label;    /* owned */
    char *detail;   /* owned, nullable: the cause of death */
    int blocked;    /* change of the number of blocked processes on `from` */
    char lifeline;  /* how `from`'s looks from now on, where that changes; else NUL */
    uint32_t waits; /* a note that a process goes on: its id + 1; else 0 */
} IcsTimelineRow;

struct IcsTimeline {
    const IcsWorld *world;
    GArray *rows; /* of IcsTimelineRow, in order of time */
    guint max_rows;
    uint64_t more;                            /* rows that were not kept */
    uint64_t others;                          /* rows of hosts without a column */
    uint32_t columns[ICS_TIMELINE_MAX_HOSTS]; /* nodes, in order of their first row */
    guint n_columns;
    uint64_t offered;    /* the packet that is being offered to a link */
    GHashTable *waiting; /* ids of blocked processes */
    IcsTcpLabels *tcp_labels;
};

#endif
