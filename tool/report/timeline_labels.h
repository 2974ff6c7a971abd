/* What the arrows of a diagram are called: messages by number and size, and by their process or
 * port where several flows go from one host to another. */
#ifndef ICS_TOOL_REPORT_TIMELINE_LABELS_H
#define ICS_TOOL_REPORT_TIMELINE_LABELS_H

#include "netmodel/flow.h"
#include "tool/report/timeline_row.h"

typedef struct IcsTimelineLabels IcsTimelineLabels;

/* Of the flows that there are now; the table is borrowed and must not change. Transfer full. */
IcsTimelineLabels *ics_timeline_labels_new(const IcsFlowTable *flows);
void ics_timeline_labels_free(IcsTimelineLabels *self);

/* The label of an arrow. Transfer full. */
char *ics_timeline_labels_text(const IcsTimelineLabels *self, const IcsTimelineRow *row);

#endif
