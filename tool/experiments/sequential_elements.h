/* Which elements of a world decide by what came before, so that two runs with different traffic
 * meet different fates there although their seed is the same (SEMANTICS: "Fates"). */
#ifndef ICS_TOOL_EXPERIMENTS_SEQUENTIAL_ELEMENTS_H
#define ICS_TOOL_EXPERIMENTS_SEQUENTIAL_ELEMENTS_H

#include "traces/world.h"

/* Those that the traffic has reached, each as a text such as "gilbert-elliott on wire
 * client->server", in the order of links and hosts. Transfer full: an array of char * that frees
 * them; NULL when there are none. */
GPtrArray *ics_sequential_elements(const IcsWorld *world);

#endif
