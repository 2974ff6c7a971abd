#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

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

/* A closed standard stream must not become one of our files: it stays one that fails. */
static void main_keep_standard_streams(void)
{
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++) {
        if (fcntl(fd, F_GETFD) < 0 && errno == EBADF) {
            int opened = open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY);
            (void)opened;
        }
    }
}

static bool main_asks_for_help(char **arguments)
{
    for (char **at = arguments; *at != NULL && strcmp(*at, "--") != 0; at++) {
        if (strcmp(*at, "--help") == 0 || strcmp(*at, "-h") == 0) {
            return true;
        }
    }
    return false;
}

static int main_dispatch(char **arguments)
{
    const char *name = arguments[0];
    if (strcmp(name, "--version") == 0) {
        puts("ipcsim " ICS_VERSION);
        return ICS_EXIT_OK;
    }
    if (strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0) {
        return ics_command_help((char *[]){"help", NULL});
    }
    const IcsCommand *command = ics_command_by_name(name);
    if (command == NULL) {
        return main_unknown_command(name);
    }
    if (main_asks_for_help(arguments + 1)) {
        return ics_command_help((char *[]){"help", (char *)command->name, NULL});
    }
    return command->run(arguments);
}

/* What was printed has reached its reader, or the disk is full. A failure that has been told
 * already is not told again. */
static int main_finish(int status)
{
    bool flushed = fflush(stdout) == 0;
    const char *why = flushed ? "a write failed" : g_strerror(errno);
    if ((flushed && !ferror(stdout)) || status > ICS_EXIT_UNMET) {
        return status;
    }
    fprintf(stderr, "ipcsim: standard output: cannot be written: %s\n", why);
    return ICS_EXIT_MACHINE;
}

int main(G_GNUC_UNUSED int argc, char **argv)
{
    main_keep_standard_streams();
    if (argv[0] == NULL || argv[1] == NULL) {
        g_autofree char *text = ics_command_overview();
        fputs(text, stderr);
        return ICS_EXIT_INPUT;
    }
    return main_finish(main_dispatch(argv + 1));
}
