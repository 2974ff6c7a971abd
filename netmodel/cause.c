#include "netmodel/cause.h"

#include <glib.h>

const char *ics_cause_name(IcsCause cause)
{
    static const char *const names[] = {
#define ICS_CAUSE(name, spelling, meaning) spelling,
        ICS_CAUSES(ICS_CAUSE)
#undef ICS_CAUSE
    };
    g_assert((unsigned)cause < ICS_N_CAUSES);
    return names[cause];
}

const char *ics_cause_meaning(IcsCause cause)
{
    static const char *const meanings[] = {
#define ICS_CAUSE(name, spelling, meaning) meaning,
        ICS_CAUSES(ICS_CAUSE)
#undef ICS_CAUSE
    };
    g_assert((unsigned)cause < ICS_N_CAUSES);
    return meanings[cause];
}
