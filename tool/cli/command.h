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
    const char *details;  /* paragraphs for `ipcsim help NAME`, a line each; nullable */
    /* `arguments` is NULL-terminated, arguments[0] the command's name. Returns the exit status. */
    int (*run)(char **arguments);
    /* The option table, for help; nullable. */
    const GOptionEntry *(*options)(void);
} IcsCommand;

/* By name; ends with a row without a name. */
extern const IcsCommand ics_commands[];
/* NULL when there is none of that name. */
const IcsCommand *ics_command_by_name(const char *name);

int ics_command_check(char **arguments);
int ics_command_compare(char **arguments);
int ics_command_help(char **arguments);
int ics_command_list(char **arguments);
int ics_command_live(char **arguments);
int ics_command_run(char **arguments);

/* `ipcsim help` without operands. Transfer full. */
char *ics_command_overview(void);

const GOptionEntry *ics_command_check_options(void);
const GOptionEntry *ics_command_compare_options(void);
const GOptionEntry *ics_command_live_options(void);
const GOptionEntry *ics_command_run_options(void);

/* Parses the options of a command (any order, "--" ends them) into the places that `entries` name.
 * `arguments` as a command gets them. Returns the operands, NULL-terminated, transfer full; NULL,
 * with a message on standard error, when something is unknown, incomplete, too much or too little.
 */
char **ics_command_parse(const IcsCommand *command, const GOptionEntry *entries, char **arguments,
                         guint min_operands, guint max_operands);

/* Reads the value of an option that is a number; false and ICS_ERROR_INPUT. */
bool ics_command_number(const char *option, const char *text, guint64 min, guint64 max,
                        guint64 *value, GError **error);

/* Prints the error on standard error and returns the exit status that belongs to it. */
int ics_command_fail(const GError *error);

/* A warning, or something worth knowing, on standard error. */
void ics_command_warn(const char *text);
void ics_command_note(const char *text);

/* A message about a wrong request on standard error; returns ICS_EXIT_INPUT. */
int ics_command_misused(const char *format, ...) G_GNUC_PRINTF(1, 2);

/* "unknown KIND "WORD"; did you mean "NEAR"?" for a name that is not among the candidates. */
int ics_command_unknown(const char *kind, const char *word, const char *const *candidates);

#endif
