/* What standard output can show. Anything but a terminal gets the same bytes everywhere. */
#ifndef ICS_TOOL_CLI_TERMINAL_H
#define ICS_TOOL_CLI_TERMINAL_H

#include "tool/report/page.h"

/* A page for standard output: as wide as the terminal, in colour unless it is dumb or NO_COLOR
 * (no-color.org) is set; plain and of the usual width where there is no terminal. */
IcsPage ics_terminal_page(GString *out);

#endif
