/* What the command line of `ipcsim run` asks for. */
#ifndef ICS_TOOL_CLI_RUN_OPTIONS_H
#define ICS_TOOL_CLI_RUN_OPTIONS_H

#include <glib.h>
#include <stdbool.h>

#include "traces/world.h"

/* Strings are borrowed from the options and last until ics_run_options_clear(). */
typedef struct IcsRunSettings {
    IcsWorldOptions world;
    const char *const *sets; /* nullable */
    bool json;
    guint timeline_rows; /* 0: no diagram */
    const char *output;  /* "-": standard output */
    const char *events;  /* nullable */
    const char *pcap;    /* nullable */
} IcsRunSettings;

/* The table of options; parsing it fills static places. */
extern const GOptionEntry ics_run_options[];

/* Reads what was parsed. False and ICS_ERROR_INPUT for values that mean nothing and options that
 * contradict each other. */
bool ics_run_options_read(IcsRunSettings *settings, GError **error);
void ics_run_options_clear(void);

/* The command that repeats a run of the trace `path` with this seed, for a shell. Transfer full. */
char *ics_run_options_command(const char *path, uint64_t seed);

#endif
