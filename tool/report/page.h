/* Where a report for people is written: a text of a certain width, with colours or without. */
#ifndef ICS_TOOL_REPORT_PAGE_H
#define ICS_TOOL_REPORT_PAGE_H

#include <glib.h>
#include <stdbool.h>

/* The narrowest and the usual page, in columns. */
#define ICS_PAGE_WIDTH_MIN 40
#define ICS_PAGE_WIDTH     80

#define ICS_INKS(X)                                                                                \
    X(PLAIN, "")                                                                                   \
    X(STRONG, "1")                                                                                 \
    X(FAINT, "2")                                                                                  \
    X(GOOD, "32")                                                                                  \
    X(BAD, "1;31")                                                                                 \
    X(NOTICE, "33")

/* What a text is written with; the numbers are SGR parameters (ECMA-48, section 8.3.117). */
typedef enum {
#define ICS_INK(name, parameters) ICS_INK_##name,
    ICS_INKS(ICS_INK)
#undef ICS_INK
} IcsInk;

typedef struct IcsPage {
    GString *out; /* borrowed */
    int width;    /* in columns, at least ICS_PAGE_WIDTH_MIN */
    bool colour;
} IcsPage;

/* Text as it is; no new-line is added. */
void ics_page_write(IcsPage *self, IcsInk ink, const char *text);
void ics_page_format(IcsPage *self, IcsInk ink, const char *format, ...) G_GNUC_PRINTF(3, 4);

/* Text wrapped to the page, each line after the first indented, and a new-line. */
void ics_page_paragraph(IcsPage *self, IcsInk ink, const char *text, int indent);

/* An empty line between two parts; none at the top. */
void ics_page_gap(IcsPage *self);

#endif
