#include <string.h>

#include "tool/cli/command.h"

const IcsCommand ics_commands[] = {
    {"run", "TRACE", "run a trace and report what happened",
     "TRACE is a JSON file that describes hosts, links, faults, processes and what is expected; "
     "\"-\" is standard input. The same trace and seed print the same bytes on every machine.\n"
     "Where a FILE is asked for, \"-\" is standard output. Files are written whole or not at all; "
     "an existing file is replaced. SIGINT ends a run early, with a report of what happened until "
     "then.\n"
     "Exit status: 0 every expectation held; 1 one did not; 2 the trace or the request is wrong; "
     "3 the machine failed (file, disk, memory); 4 our own fault; 130 interrupted.",
     ics_command_run, ics_command_run_options},
    {"check", "TRACE...", "check traces without running them",
     "Prints \"ok\" for each trace, or what is wrong with it: file, line and column, the JSON "
     "pointer, what was expected and the nearest known name. \"-\" is standard input.\n"
     "Exit status: 0 all are fine; 2 one is wrong; 3 the machine failed.",
     ics_command_check, ics_command_check_options},
    {"compare", "TRACE", "run a trace over several transports",
     "The messages of the trace's datagram sockets go over each transport in turn: over UDP as "
     "they are, and over reliable protocols. Every transport runs with the same seeds; a message "
     "that is sent for the first time meets the same faults over each. LIST is such as "
     "\"udp,stream(cc=cubic),rdt.gbn(window=8)\"; ipcsim list transports, ipcsim help transport "
     "rdt.gbn. What the trace expects of a run is not judged.\n"
     "A row has means over the runs with their 95 % confidence intervals, and its differences from "
     "the first row, seed by seed, with theirs. SWEEP is such as "
     "/links/0/faults/0/probability=0%:30%:5%: a row for each value. The output does not depend on "
     "--jobs.\n"
     "Exit status: 0 done; 2 the trace or the request is wrong; 3 the machine failed (file, disk, "
     "memory, no gnuplot); 4 our own fault; 130 interrupted, with a report of the runs that were "
     "done.",
     ics_command_compare, ics_command_compare_options},
    {"live", "TRACE", "run a trace by the wall clock, with real peers",
     "Virtual time is the time since the start. --attach, once or more, puts the world outside "
     "in the place of a host: IPv4 packets that are written to the TUN device or descriptor "
     "enter the simulated network there, and what arrives there, for whatever address, can be "
     "read from it. Processes of an attached host do not start, and what is expected of them "
     "is not judged; the hosts that it has links to send to it what they know no other way "
     "for.\n"
     "A TUN device is made if there is none of the name; that takes CAP_NET_ADMIN, or a "
     "network namespace of one's own. A descriptor is a datagram socket or an open TUN device: "
     "one packet in a read or write, without a link header.\n"
     "A run ends at the trace's stop, at SIGINT or SIGTERM, or when everybody outside has gone "
     "and nothing is left to do; then comes the report. When it falls behind the clock by more "
     "than 20 ms it says so, at most once a second. No two live runs are alike: the same trace "
     "and seed do not repeat one.\n"
     "Exit status: as for run; 130 interrupted, by SIGTERM also.",
     ics_command_live, ics_command_live_options},
    {"list", "[KIND]", "list what traces and commands can name",
     "Without a KIND: the kinds. More about one thing: ipcsim help KIND NAME. \"ipcsim list "
     "schema\" prints the JSON Schema of traces.",
     ics_command_list, NULL},
    {"help", "[COMMAND | KIND [NAME]]", "explain a command, a program, a fault ...",
     "KIND is one of those that ipcsim list prints, in the plural or the singular: ipcsim help "
     "fault loss.",
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
