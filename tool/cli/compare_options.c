#include "tool/cli/compare_options.h"

#include <inttypes.h>
#include <string.h>

#include "base/error.h"
#include "base/memory.h"
#include "base/quote.h"
#include "base/units.h"
#include "protocols/socket/transport.h"
#include "tool/cli/command.h"
#include "tool/experiments/measure.h"

#define COMPARE_OPTIONS_JOBS_MAX 1024

/* Option tables need static places. */
static struct {
    char *transports;
    char *runs;
    char *jobs;
    char *seed;
    char **sets;
    char *vary;
    char *measures;
    gboolean flows;
    char *format;
    char *output;
    char *plot;
    char *memory;
} compare_options;

const GOptionEntry ics_compare_options[] = {
    {"transports", 0, 0, G_OPTION_ARG_STRING, &compare_options.transports,
     "what to compare (what the trace says, or udp,stream)", "LIST"},
    {"runs", 0, 0, G_OPTION_ARG_STRING, &compare_options.runs,
     "run each with so many seeds (the trace's, or 30)", "N"},
    {"jobs", 0, 0, G_OPTION_ARG_STRING, &compare_options.jobs,
     "use so many threads (one a processor)", "J"},
    {"seed", 0, 0, G_OPTION_ARG_STRING, &compare_options.seed,
     "begin with this seed, not the trace's", "N"},
    {"set", 0, 0, G_OPTION_ARG_STRING_ARRAY, &compare_options.sets,
     "change one value of the trace (may be repeated)", "POINTER=VALUE"},
    {"vary", 0, 0, G_OPTION_ARG_STRING, &compare_options.vary,
     "sweep one value of the trace: POINTER=FROM:TO:STEP", "SWEEP"},
    {"measures", 0, 0, G_OPTION_ARG_STRING, &compare_options.measures,
     "show these only, in table and plot", "LIST"},
    {"flows", 0, 0, G_OPTION_ARG_NONE, &compare_options.flows, "also show each flow apart", NULL},
    {"format", 0, 0, G_OPTION_ARG_STRING, &compare_options.format,
     "text (the default), json or csv", "FORMAT"},
    {"output", 'o', 0, G_OPTION_ARG_FILENAME, &compare_options.output,
     "write the report there, not to standard output", "FILE"},
    {"plot", 0, 0, G_OPTION_ARG_FILENAME, &compare_options.plot,
     "also draw bars, or the curves of a sweep, as SVG", "FILE"},
    {"memory", 0, 0, G_OPTION_ARG_STRING, &compare_options.memory,
     "refuse what needs more (75 % of what is available)", "SIZE"},
    G_OPTION_ENTRY_NULL};

const GOptionEntry *ics_command_compare_options(void)
{
    return ics_compare_options;
}

void ics_compare_options_clear(void)
{
    g_free(compare_options.transports);
    g_free(compare_options.runs);
    g_free(compare_options.jobs);
    g_free(compare_options.seed);
    g_strfreev(compare_options.sets);
    g_free(compare_options.vary);
    g_free(compare_options.measures);
    g_free(compare_options.format);
    g_free(compare_options.output);
    g_free(compare_options.plot);
    g_free(compare_options.memory);
    memset(&compare_options, 0, sizeof compare_options);
}

void ics_compare_settings_clear(IcsCompareSettings *settings)
{
    g_clear_pointer(&settings->transports, g_ptr_array_unref);
    g_clear_pointer(&settings->vary, ics_vary_free);
}

/* A number, where there is one; else `fallback`. */
static bool compare_options_number(const char *option, const char *text, guint64 max,
                                   uint32_t fallback, uint32_t *number, GError **error)
{
    guint64 value = fallback;
    if (text != NULL && !ics_command_number(option, text, 1, max, &value, error)) {
        return false;
    }
    *number = (uint32_t)value;
    return true;
}

static bool compare_options_read_numbers(IcsCompareSettings *settings, GError **error)
{
    guint64 seed = 0;
    if (compare_options.seed != NULL &&
        !ics_command_number("seed", compare_options.seed, 0, INT64_MAX, &seed, error)) {
        return false;
    }
    settings->has_seed = compare_options.seed != NULL;
    settings->seed = seed;
    return compare_options_number("runs", compare_options.runs, ICS_TRACE_RUNS_MAX, 0,
                                  &settings->runs, error) &&
           compare_options_number("jobs", compare_options.jobs, COMPARE_OPTIONS_JOBS_MAX,
                                  g_get_num_processors(), &settings->jobs, error);
}

static bool compare_options_read_memory(IcsCompareSettings *settings, GError **error)
{
    int64_t bytes = ics_memory_default_limit_bytes();
    if (compare_options.memory != NULL && !ics_size_parse(compare_options.memory, &bytes, error)) {
        g_prefix_error(error, "--memory: ");
        return false;
    }
    settings->memory_limit_bytes = (uint64_t)MAX(bytes, 1);
    return true;
}

static bool compare_options_read_format(IcsCompareSettings *settings, GError **error)
{
    static const char *const formats[] = {"text", "json", "csv", NULL};
    for (int i = 0; formats[i] != NULL; i++) {
        if (compare_options.format == NULL || strcmp(compare_options.format, formats[i]) == 0) {
            settings->format = (IcsCompareFormat)i;
            return true;
        }
    }
    g_autofree char *quoted = ics_quote(compare_options.format);
    g_set_error(error, ICS_ERROR, ICS_ERROR_INPUT, "--format: expected text, json or csv, got %s",
                quoted);
    return false;
}

static bool compare_options_read_lists(IcsCompareSettings *settings, GError **error)
{
    if (compare_options.transports != NULL) {
        settings->transports = ics_transport_choices_parse(compare_options.transports, error);
        if (settings->transports == NULL) {
            g_prefix_error(error, "--transports: ");
            return false;
        }
    }
    settings->measures = ICS_MEASURES_ALL;
    if (compare_options.measures != NULL &&
        !ics_measures_parse(compare_options.measures, &settings->measures, error)) {
        g_prefix_error(error, "--measures: ");
        return false;
    }
    return true;
}

static bool compare_options_read_vary(IcsCompareSettings *settings, GError **error)
{
    if (compare_options.vary == NULL) {
        return true;
    }
    settings->vary = ics_vary_parse(compare_options.vary, error);
    return settings->vary != NULL;
}

static bool compare_options_read_files(IcsCompareSettings *settings, GError **error)
{
    settings->output = compare_options.output != NULL ? compare_options.output : "-";
    settings->plot = compare_options.plot;
    if (settings->plot != NULL && !g_str_has_suffix(settings->plot, ".svg")) {
        g_autofree char *quoted = ics_quote(settings->plot);
        g_set_error(error, ICS_ERROR, ICS_ERROR_INPUT,
                    "--plot: expected a name that ends in .svg, got %s", quoted);
        return false;
    }
    if (g_strcmp0(settings->plot, settings->output) == 0) {
        g_set_error(error, ICS_ERROR, ICS_ERROR_INPUT,
                    "%s: -o and --plot cannot both write this file", settings->output);
        return false;
    }
    return true;
}

bool ics_compare_options_read(IcsCompareSettings *settings, GError **error)
{
    *settings = (IcsCompareSettings){
        .sets = (const char *const *)compare_options.sets,
        .with_flows = compare_options.flows,
    };
    return compare_options_read_numbers(settings, error) &&
           compare_options_read_memory(settings, error) &&
           compare_options_read_format(settings, error) &&
           compare_options_read_lists(settings, error) &&
           compare_options_read_vary(settings, error) &&
           compare_options_read_files(settings, error);
}

static void compare_options_append_set(GString *command, const char *pointer, const char *value)
{
    g_autofree char *set = g_strconcat(pointer, "=", value, NULL);
    g_autofree char *quoted = g_shell_quote(set);
    g_string_append_printf(command, " --set %s", quoted);
}

char *ics_compare_options_command(const char *path, uint64_t seed, const char *transport,
                                  const char *value)
{
    GString *command = g_string_new(NULL);
    g_string_printf(command, "ipcsim run --seed %" PRIu64, seed);
    for (char **at = compare_options.sets; at != NULL && *at != NULL; at++) {
        g_autofree char *quoted = g_shell_quote(*at);
        g_string_append_printf(command, " --set %s", quoted);
    }
    if (value != NULL) {
        g_autofree char *pointer =
            g_strndup(compare_options.vary, strcspn(compare_options.vary, "="));
        compare_options_append_set(command, pointer, value);
    }
    compare_options_append_set(command, "/transport", transport);
    g_autofree char *quoted = g_shell_quote(path);
    g_string_append_printf(command, " -- %s", quoted);
    return g_string_free(command, FALSE);
}
