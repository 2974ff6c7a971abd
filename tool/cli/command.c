#include "tool/cli/command.h"

#include <stdio.h>

#include "base/error.h"
#include "base/nearest.h"

int ics_command_fail(const GError *error)
{
    fprintf(stderr, "ipcsim: %s\n", error->message);
    return ics_error_exit_status(error);
}

int ics_command_misused(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    g_autofree char *message = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    fprintf(stderr, "ipcsim: %s\n", message);
    return ICS_EXIT_INPUT;
}

int ics_command_unknown(const char *kind, const char *word, const char *const *candidates)
{
    const char *near = ics_nearest(word, candidates);
    if (near != NULL) {
        return ics_command_misused("unknown %s \"%s\"; did you mean \"%s\"?", kind, word, near);
    }
    g_autofree char *all = g_strjoinv(", ", (char **)candidates);
    return ics_command_misused("unknown %s \"%s\"; there are: %s", kind, word, all);
}

static bool command_check_operands(const IcsCommand *command, int operands, int min, int max)
{
    if (operands >= min && operands <= max) {
        return true;
    }
    ics_command_misused("%s takes %s, got %d operand%s; see: ipcsim help %s", command->name,
                        command->operands, operands, operands == 1 ? "" : "s", command->name);
    return false;
}

bool ics_command_parse(const IcsCommand *command, const GOptionEntry *entries, int *n,
                       char ***arguments, int min_operands, int max_operands)
{
    g_autoptr(GOptionContext) context = g_option_context_new(NULL);
    g_autoptr(GError) error = NULL;
    g_option_context_set_help_enabled(context, FALSE);
    g_option_context_add_main_entries(context, entries, NULL);
    if (!g_option_context_parse(context, n, arguments, &error)) {
        ics_command_misused("%s: %s; see: ipcsim help %s", command->name, error->message,
                            command->name);
        return false;
    }
    if (*n > 1 && g_strcmp0((*arguments)[1], "--") == 0) {
        for (int i = 1; i < *n; i++) {
            (*arguments)[i] = (*arguments)[i + 1];
        }
        (*n)--;
    }
    return command_check_operands(command, *n - 1, min_operands, max_operands);
}
