/* One value of a trace that is swept: "POINTER=FROM:TO:STEP". */
#ifndef ICS_TOOL_EXPERIMENTS_VARY_H
#define ICS_TOOL_EXPERIMENTS_VARY_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#define ICS_VARY_STEPS_MAX 1000

typedef struct IcsVary {
    char *pointer;
    GPtrArray *values; /* of char *: as they are put into the trace, FROM first; owned */
    GArray *positions; /* of double: the same for an axis, in `unit` */
    const char *unit;  /* static; "" for plain numbers */
} IcsVary;

/* Reads "/links/0/delay=10ms:100ms:10ms". FROM, TO and STEP are plain decimals, or all have a unit
 * of one kind (%, time, size, rate). The last value is the last one that is not over TO. Transfer
 * full; NULL and ICS_ERROR_INPUT: no such form, units that do not go together, TO below FROM, a
 * step of 0, more than ICS_VARY_STEPS_MAX values. */
IcsVary *ics_vary_parse(const char *text, GError **error);
void ics_vary_free(IcsVary *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(IcsVary, ics_vary_free)

#endif
