#include "tool/cli/run_options.h"

#include <inttypes.h>
#include <string.h>

#include "base/error.h"
#include "base/memory.h"
#include "base/quote.h"
#include "base/units.h"
#include "tool/cli/command.h"
#include "tool/report/timeline.h"

#define RUN_OPTIONS_ROWS_MAX 1000000

/* Option tables need static places. */
static struct {
    char *seed;
    char **sets;
    char *format;
    char *output;
    gboolean timeline;
    char *timeline_rows;
    char *events;
    char *pcap;
    char *memory;
} run_options;

const GOptionEntry ics_run_options[] = {
    {"seed", 0, 0, G_OPTION_ARG_STRING, &run_options.seed, "use this seed, not the trace's", "N"},
    {"set", 0, 0, G_OPTION_ARG_STRING_ARRAY, &run_options.sets,
     "change one value of the trace (may be repeated)", "POINTER=VALUE"},
    {"format", 0, 0, G_OPTION_ARG_STRING, &run_options.format, "text (the default) or json",
     "FORMAT"},
    {"output", 'o', 0, G_OPTION_ARG_FILENAME, &run_options.output,
     "write the report there, not to standard output", "FILE"},
    {"timeline", 0, 0, G_OPTION_ARG_NONE, &run_options.timeline,
     "draw a time-space diagram above the report", NULL},
    {"timeline-rows", 0, 0, G_OPTION_ARG_STRING, &run_options.timeline_rows,
     "the same, with so many rows (100)", "N"},
    {"events", 0, 0, G_OPTION_ARG_FILENAME, &run_options.events,
     "write every event as a line of JSON", "FILE"},
    {"pcap", 0, 0, G_OPTION_ARG_FILENAME, &run_options.pcap,
     "write there what tcpdump would see on each host", "DIR"},
    {"memory", 0, 0, G_OPTION_ARG_STRING, &run_options.memory,
     "refuse what needs more (75 % of what is available)", "SIZE"},
    G_OPTION_ENTRY_NULL};

const GOptionEntry *ics_command_run_options(void)
{
    return ics_run_options;
}

void ics_run_options_clear(void)
{
    g_free(run_options.seed);
    g_strfreev(run_options.sets);
    g_free(run_options.format);
    g_free(run_options.output);
    g_free(run_options.timeline_rows);
    g_free(run_options.events);
    g_free(run_options.pcap);
    g_free(run_options.memory);
    memset(&run_options, 0, sizeof run_options);
}

static bool run_options_read_seed(IcsRunSettings *settings, GError **error)
{
    if (run_options.seed == NULL) {
        return true;
    }
    guint64 seed = 0;
    bool ok = ics_command_number("seed", run_options.seed, 0, INT64_MAX, &seed, error);
    settings->world.has_seed = true;
    settings->world.seed = seed;
    return ok;
}

static bool run_options_read_format(IcsRunSettings *settings, GError **error)
{
    static const char *const formats[] = {"text", "json", NULL};
    const char *format = run_options.format != NULL ? run_options.format : formats[0];
    settings->json = strcmp(format, "json") == 0;
    if (g_strv_contains(formats, format)) {
        return true;
    }
    g_autofree char *quoted = ics_quote(format);
    g_set_error(error, ICS_ERROR, ICS_ERROR_INPUT, "--format: expected text or json, got %s",
                quoted);
    return false;
}

static bool run_options_read_timeline(IcsRunSettings *settings, GError **error)
{
    guint64 rows = ICS_TIMELINE_DEFAULT_ROWS;
    if (run_options.timeline_rows != NULL &&
        !ics_command_number("timeline-rows", run_options.timeline_rows, 1, RUN_OPTIONS_ROWS_MAX,
                            &rows, error)) {
        return false;
    }
    bool wanted = run_options.timeline || run_options.timeline_rows != NULL;
    settings->timeline_rows = wanted ? (guint)rows : 0;
    if (wanted && settings->json) {
        g_set_error_literal(error, ICS_ERROR, ICS_ERROR_INPUT,
                            "--timeline draws text: it does not go with --format json");
        return false;
    }
    return true;
}

static bool run_options_read_memory(IcsRunSettings *settings, GError **error)
{
    int64_t bytes = 0;
    if (run_options.memory == NULL) {
        settings->world.memory_limit_bytes = (uint64_t)ics_memory_default_limit_bytes();
        return true;
    }
    if (!ics_size_parse(run_options.memory, &bytes, error)) {
        g_prefix_error(error, "--memory: ");
        return false;
    }
    settings->world.memory_limit_bytes = (uint64_t)MAX(bytes, 1);
    return true;
}

static bool run_options_read_files(IcsRunSettings *settings, GError **error)
{
    settings->output = run_options.output != NULL ? run_options.output : "-";
    settings->events = run_options.events;
    settings->pcap = run_options.pcap;
    if (g_strcmp0(settings->output, settings->events) != 0) {
        return true;
    }
    if (strcmp(settings->output, "-") == 0) {
        g_set_error_literal(error, ICS_ERROR, ICS_ERROR_INPUT,
                            "--events -: the report goes to standard output already; send it "
                            "elsewhere with -o FILE");
    } else {
        g_set_error(error, ICS_ERROR, ICS_ERROR_INPUT,
                    "%s: -o and --events cannot both write this file", settings->output);
    }
    return false;
}

bool ics_run_options_read(IcsRunSettings *settings, GError **error)
{
    *settings = (IcsRunSettings){.sets = (const char *const *)run_options.sets};
    return run_options_read_seed(settings, error) && run_options_read_format(settings, error) &&
           run_options_read_timeline(settings, error) && run_options_read_memory(settings, error) &&
           run_options_read_files(settings, error);
}

char *ics_run_options_command(const char *path, uint64_t seed)
{
    GString *command = g_string_new("ipcsim run");
    g_string_append_printf(command, " --seed %" PRIu64, seed);
    for (char **at = run_options.sets; at != NULL && *at != NULL; at++) {
        g_autofree char *quoted = g_shell_quote(*at);
        g_string_append_printf(command, " --set %s", quoted);
    }
    g_autofree char *quoted = g_shell_quote(path);
    g_string_append_printf(command, " -- %s", quoted);
    return g_string_free(command, FALSE);
}
