/* What traces can name, by kind: the tables of the library as one list for `ipcsim list` and
 * `ipcsim help`. */
#ifndef ICS_TOOL_CLI_CATALOGUE_H
#define ICS_TOOL_CLI_CATALOGUE_H

#include <glib.h>

#include "base/parameters.h"

/* One thing that has a name. Everything is static. */
typedef struct IcsCatalogueEntry {
    const char *name;
    const char *doc;                /* one line */
    const IcsParameter *parameters; /* nullable */
    const IcsParameter *more[2];    /* parameters that all of the kind share, nullable */
} IcsCatalogueEntry;

typedef struct IcsCatalogueKind {
    const char *name; /* "faults" */
    const char *one;  /* "fault" */
    /* Appends the entries of the kind. */
    void (*collect)(GArray *entries);
} IcsCatalogueKind;

/* Ends with a row without a name. */
extern const IcsCatalogueKind ics_catalogue[];

/* Nullable; takes the plural or the singular. */
const IcsCatalogueKind *ics_catalogue_kind(const char *name);
/* Of IcsCatalogueEntry; transfer full. */
GArray *ics_catalogue_entries(const IcsCatalogueKind *kind);

#endif
