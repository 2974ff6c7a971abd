/* The plotting program: gnuplot(1), Debian package gnuplot-nox. */
#ifndef ICS_TOOL_EXPERIMENTS_GNUPLOT_H
#define ICS_TOOL_EXPERIMENTS_GNUPLOT_H

#include <glib.h>
#include <stdbool.h>

/* Whether the program is there; if not, false and ICS_ERROR_MACHINE. */
bool ics_gnuplot_find(GError **error);

/* What the program prints for a script. Transfer full; NULL and ICS_ERROR_MACHINE, with its own
 * words, when it fails. */
GString *ics_gnuplot_run(const char *script, GError **error);

/* Appends a text as gnuplot writes one: in single quotes, in one line. */
void ics_gnuplot_append_text(GString *out, const char *text);

#endif
