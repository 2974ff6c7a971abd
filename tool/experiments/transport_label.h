/* The name of a row of a table: a transport as it was written, in lines. */
#ifndef ICS_TOOL_EXPERIMENTS_TRANSPORT_LABEL_H
#define ICS_TOOL_EXPERIMENTS_TRANSPORT_LABEL_H

#include <glib.h>

/* "stream(cc=cubic)" is one line; what is wider than `width` is broken before its settings and
 * between them: "rdt.gbn", "(window=8,", "timeout=200ms)". Transfer full: an array of char * that
 * frees them, at least one. */
GPtrArray *ics_transport_label_lines(const char *text, int width);

#endif
