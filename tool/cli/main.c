#include <stdio.h>
#include <string.h>

#include "tool/cli/command.h"

static int main_unknown_command(const char *name)
{
    g_autoptr(GPtrArray) names = g_ptr_array_new();
    for (const IcsCommand *command = ics_commands; command->name != NULL; command++) {
        g_ptr_array_add(names, (gpointer)command->name);
    }
    g_ptr_array_add(names, NULL);
    return ics_command_unknown("command", name, (const char *const *)names->pdata);
}

static int main_dispatch(int n, char **arguments)
{
    const char *name = arguments[0];
    if (strcmp(name, "--version") == 0) {
        puts("ipcsim " ICS_VERSION);
        return ICS_EXIT_OK;
    }
    if (strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0) {
        name = "help";
    }
    const IcsCommand *command = ics_command_by_name(name);
    if (command == NULL) {
        return main_unknown_command(name);
    }
    for (int i = 1; i < n && strcmp(arguments[i], "--") != 0; i++) {
        if (strcmp(arguments[i], "--help") == 0 || strcmp(arguments[i], "-h") == 0) {
            char *help[] = {"help", (char *)command->name, NULL};
            return ics_command_help(2, help);
        }
    }
    return command->run(n, arguments);
}

/* What was printed has reached its reader, or the disk is full. */
static int main_finish(int status)
{
    if (fflush(stdout) != 0 || ferror(stdout)) {
        perror("ipcsim: standard output");
        return status == ICS_EXIT_OK ? ICS_EXIT_MACHINE : status;
    }
    return status;
}

int main(int argc, char **argv)
{
    if (argc < 2) {
        char *help[] = {"help", NULL};
        ics_command_help(1, help);
        return main_finish(ICS_EXIT_INPUT);
    }
    g_autofree char **arguments = g_new0(char *, (gsize)argc);
    memcpy(arguments, argv + 1, (gsize)(argc - 1) * sizeof *arguments);
    return main_finish(main_dispatch(argc - 1, arguments));
}
