/* The commands of ipcsim: one file and one row in ics_commands (command_table.c) each; the only
 * registry of commands. */
#ifndef ICS_TOOL_CLI_COMMAND_H
#define ICS_TOOL_CLI_COMMAND_H

#include <glib.h>
#include <stdbool.h>

/* Exit statuses (SEMANTICS: "Results"). */
enum {
    ICS_EXIT_OK = 0,
    ICS_EXIT_UNMET = 1,   /* an expectation failed */
    ICS_EXIT_INPUT = 2,   /* the request or the input was wrong */
    ICS_EXIT_MACHINE = 3, /* file, disk, memory */
    ICS_EXIT_FAULT = 4,   /* our own fault */
    ICS_EXIT_INTERRUPTED = 130
};

typedef struct IcsCommand {
    const char *name;
    const char *operands; /* "TRACE"; empty: none */
    const char *doc;      /* one line */
    const char *details;  /* for `ipcsim help NAME`, nullable */
    /* Arguments as main() has them, `arguments[0]` being the command's name; NULL-terminated.
     * Returns the exit status. */
    int (*run)(int n, char **arguments);
    /* The option table, for help; nullable. */
    const GOptionEntry *(*options)(void);
} IcsCommand;

/* By name; ends with a row without a name. */
extern const IcsCommand ics_commands[];
/* NULL when there is none of that name. */
const IcsCommand *ics_command_by_name(const char *name);

int ics_command_check(int n, char **arguments);
int ics_command_help(int n, char **arguments);
int ics_command_list(int n, char **arguments);
int ics_command_run(int n, char **arguments);

const GOptionEntry *ics_command_check_options(void);
const GOptionEntry *ics_command_run_options(void);

/* Parses the options of a command (any order, "--" ends them); the operands stay behind
 * (*arguments)[0]. False, with a message on standard error, when they are wrong or too few or too
 * many. `arguments` must be a copy that GLib may rearrange. */
bool ics_command_parse(const IcsCommand *command, const GOptionEntry *entries, int *n,
                       char ***arguments, int min_operands, int max_operands);

/* Prints the error on standard error and returns the exit status that belongs to it. */
int ics_command_fail(const GError *error);

/* A message about a wrong request; returns ICS_EXIT_INPUT. */
int ics_command_misused(const char *format, ...) G_GNUC_PRINTF(1, 2);

/* "unknown KIND "WORD"; did you mean "NEAR"?" for a name that is not among the candidates. */
int ics_command_unknown(const char *kind, const char *word, const char *const *candidates);

#endif
