/* A line of a time-space diagram while it is drawn: a row of cells. */
#ifndef ICS_TOOL_REPORT_TIMELINE_LINE_H
#define ICS_TOOL_REPORT_TIMELINE_LINE_H

#include <glib.h>
#include <stdbool.h>

typedef struct IcsTimelineLine {
    gunichar *cells; /* a blank, a character, or 0 behind a character of two columns */
    guint width;
} IcsTimelineLine;

/* Blank at first; at least 8 columns. */
void ics_timeline_line_init(IcsTimelineLine *self, guint width);
void ics_timeline_line_clear(IcsTimelineLine *self);

void ics_timeline_line_set(IcsTimelineLine *self, guint x, char cell);

/* Writes text (UTF-8 without control characters) from column x on; what has no room before column
 * `end` is cut off, and ".." says so. */
void ics_timeline_line_text(IcsTimelineLine *self, guint x, guint end, const char *text);

/* A part of an arrow, from the lifeline at column `from` towards that at `to`. */
typedef struct IcsTimelineArrow {
    guint from;
    guint to;
    bool first_half;    /* which half: the one at `from`, or the one at `to` */
    const char *label;  /* nullable: nothing is written at the arrow */
    const char *detail; /* behind the cross; NULL: an arrow that goes on */
} IcsTimelineArrow;

/* Half of the way, more if the label needs it. Does not touch the two lifelines. */
void ics_timeline_line_arrow(IcsTimelineLine *self, const IcsTimelineArrow *arrow);

/* Appends the line without trailing blanks, and a new-line. */
void ics_timeline_line_write(const IcsTimelineLine *self, GString *out);

#endif
