/* What the command line of `ipcsim compare` asks for. */
#ifndef ICS_TOOL_CLI_COMPARE_OPTIONS_H
#define ICS_TOOL_CLI_COMPARE_OPTIONS_H

#include <glib.h>
#include <stdbool.h>

#include "tool/experiments/vary.h"
#include "traces/trace.h"

typedef enum {
    ICS_COMPARE_FORMAT_TEXT,
    ICS_COMPARE_FORMAT_JSON,
    ICS_COMPARE_FORMAT_CSV
} IcsCompareFormat;

/* Strings are borrowed from the options and last until ics_compare_options_clear(). */
typedef struct IcsCompareSettings {
    const char *const *sets; /* nullable */
    bool has_seed;
    uint64_t seed;
    uint32_t runs; /* 0: the trace's */
    uint32_t jobs;
    uint64_t memory_limit_bytes;
    GPtrArray *transports; /* of IcsTransportChoice; nullable: the trace's; owned */
    IcsVary *vary;         /* nullable; owned */
    uint32_t measures;
    bool with_flows;
    IcsCompareFormat format;
    const char *output; /* "-": standard output */
    const char *plot;   /* nullable */
} IcsCompareSettings;

/* The table of options; parsing it fills static places. */
extern const GOptionEntry ics_compare_options[];

/* Reads what was parsed. False and ICS_ERROR_INPUT for values that mean nothing and options that
 * contradict each other; ics_compare_settings_clear() in either case. */
bool ics_compare_options_read(IcsCompareSettings *settings, GError **error);
void ics_compare_settings_clear(IcsCompareSettings *settings);
void ics_compare_options_clear(void);

/* The command that repeats one world of a comparison, for a shell; `value` (nullable) is the swept
 * one. Transfer full. */
char *ics_compare_options_command(const char *path, uint64_t seed, const char *transport,
                                  const char *value);

#endif
