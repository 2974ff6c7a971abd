/* Texts on a terminal: how many columns they take, and how they are cut and wrapped. Texts are
 * UTF-8. */
#ifndef ICS_TOOL_REPORT_TEXT_WIDTH_H
#define ICS_TOOL_REPORT_TEXT_WIDTH_H

#include <glib.h>

/* Columns of a text: wide characters take two, combining ones none. */
int ics_text_width(const char *text);

/* A text that can do a terminal no harm: valid UTF-8, each control character replaced by U+FFFD.
 * Transfer full. */
char *ics_text_plain(const char *text);

/* The text, or its first part and an ellipsis in at most `width` columns (at least 1). Transfer
 * full. */
char *ics_text_cut(const char *text, int width);

/* The lines of a text that is broken between words, though not before a '%' and not at a no-break
 * space (U+00A0); a word that is too long is broken inside. Transfer full: an array of char * that
 * frees them. */
GPtrArray *ics_text_wrap(const char *text, int width);

#define ICS_TEXT_NO_BREAK "\302\240"

/* With spaces in the place of no-break spaces. Transfer full. */
char *ics_text_with_plain_spaces(const char *text);

/* Appends `n` spaces; none when n is negative. */
void ics_text_pad(GString *out, int n);

#endif
