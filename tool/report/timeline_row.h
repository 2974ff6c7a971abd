/* One row of a time-space diagram. */
#ifndef ICS_TOOL_REPORT_TIMELINE_ROW_H
#define ICS_TOOL_REPORT_TIMELINE_ROW_H

#include <glib.h>
#include <stdint.h>

typedef enum {
    ICS_TIMELINE_SENT,    /* the first half of an arrow */
    ICS_TIMELINE_ARRIVED, /* the second half */
    ICS_TIMELINE_DIED,    /* an arrow that ends in a cross */
    ICS_TIMELINE_NOTE,    /* beside a host */
    ICS_TIMELINE_RULE     /* across all */
} IcsTimelineRowKind;

typedef struct IcsTimelineRow {
    IcsTimelineRowKind kind;
    int64_t at_ns;
    uint32_t from; /* node; of a note: the host */
    uint32_t to;
    char *label;  /* owned */
    char *detail; /* owned, nullable: the cause of death */
    int blocked;  /* change of the number of blocked processes on `from`: -1, 0, 1 */
} IcsTimelineRow;

/* A line that is being drawn: cells of ASCII, blank at first. */
typedef struct IcsTimelineLine {
    GString *cells;
} IcsTimelineLine;

void ics_timeline_line_init(IcsTimelineLine *self, guint width);
/* Writes text from column x on, as far as there is room. */
void ics_timeline_line_text(IcsTimelineLine *self, guint x, const char *text);
void ics_timeline_line_set(IcsTimelineLine *self, guint x, char cell);
/* Draws an arrow between two columns, of which the first is where the packet comes from. */
void ics_timeline_line_arrow(IcsTimelineLine *self, const IcsTimelineRow *row, guint from,
                             guint to);
/* Appends the line without trailing blanks, and frees it. */
void ics_timeline_line_finish(IcsTimelineLine *self, GString *out);

#endif
