#include "base/error.h"

G_DEFINE_QUARK(ics - error - quark, ics_error)

int ics_error_exit_status(const GError *error)
{
    g_assert(error);
    if (error->domain == ICS_ERROR) {
        return error->code;
    }
    return error->domain == G_OPTION_ERROR ? ICS_ERROR_INPUT : ICS_ERROR_MACHINE;
}
