#include <string.h>

#include "tool/cli/command.h"

const IcsCommand ics_commands[] = {
    {"run", "TRACE", "run a trace and report what happened",
     "TRACE is a JSON file that describes hosts, links, faults, processes and what is expected;\n"
     "\"-\" is standard input. The same trace and seed print the same bytes on every machine.\n"
     "Exit status: 0 every expectation held, 1 one did not, 2 the trace or the request is wrong,\n"
     "3 the machine failed, 4 our own fault, 130 interrupted.",
     ics_command_run, ics_command_run_options},
    {"check", "TRACE...", "check traces without running them",
     "Prints \"ok\" or what is wrong with each trace: file, line and column, the JSON pointer, "
     "what\n"
     "was expected and the nearest known name.",
     ics_command_check, ics_command_check_options},
    {"list", "KIND", "list what traces and commands can name",
     "KIND is one of commands, programs, operations, faults, distributions, queues, actions,\n"
     "metrics, causes, events, errors, schema. Details of one: ipcsim help KIND NAME.",
     ics_command_list, NULL},
    {"help", "[COMMAND | KIND NAME]", "explain a command, a program, a fault ...", NULL,
     ics_command_help, NULL},
    {NULL, NULL, NULL, NULL, NULL, NULL},
};

const IcsCommand *ics_command_by_name(const char *name)
{
    for (const IcsCommand *command = ics_commands; command->name != NULL; command++) {
        if (strcmp(command->name, name) == 0) {
            return command;
        }
    }
    return NULL;
}
