#include <stdio.h>

#include "tool/cli/command.h"
#include "traces/trace.h"

static char **check_sets;

static const GOptionEntry check_entries[] = {{"set", 0, 0, G_OPTION_ARG_STRING_ARRAY, &check_sets,
                                              "change one value of the trace before the check",
                                              "POINTER=VALUE"},
                                             G_OPTION_ENTRY_NULL};

const GOptionEntry *ics_command_check_options(void)
{
    return check_entries;
}

static int check_one(const char *path)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(IcsTrace) trace = ics_trace_load(path, (const char *const *)check_sets, &error);
    if (trace == NULL) {
        return ics_command_fail(error);
    }
    for (guint i = 0; i < trace->warnings->len; i++) {
        ics_command_warn(g_ptr_array_index(trace->warnings, i));
    }
    printf("%s: ok\n", path);
    return ICS_EXIT_OK;
}

int ics_command_check(char **arguments)
{
    const IcsCommand *self = ics_command_by_name("check");
    g_auto(GStrv) paths = ics_command_parse(self, check_entries, arguments, 1, G_MAXUINT);
    int worst = paths != NULL ? ICS_EXIT_OK : ICS_EXIT_INPUT;
    for (char **at = paths; at != NULL && *at != NULL; at++) {
        int status = check_one(*at);
        worst = MAX(worst, status);
    }
    g_clear_pointer(&check_sets, g_strfreev);
    return worst;
}
