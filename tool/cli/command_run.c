#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "base/file_writer.h"
#include "base/memory.h"
#include "base/units.h"
#include "tool/cli/command.h"
#include "tool/cli/run_loop.h"
#include "tool/cli/terminal.h"
#include "tool/report/capture.h"
#include "tool/report/event_log.h"
#include "tool/report/report_text.h"
#include "tool/report/result.h"
#include "tool/report/result_json.h"
#include "tool/report/timeline.h"
#include "traces/world.h"

/* What the command line asks for. GLib's option tables need static places. */
static struct {
    char *seed;
    char **sets;
    char *format;
    char *output;
    char *events;
    char *pcap;
    char *memory;
    gboolean timeline;
    int timeline_rows;
} run_options;

static const GOptionEntry run_entries[] = {
    {"seed", 0, 0, G_OPTION_ARG_STRING, &run_options.seed, "use this seed instead of the trace's",
     "N"},
    {"set", 0, 0, G_OPTION_ARG_STRING_ARRAY, &run_options.sets, "change one value of the trace",
     "POINTER=VALUE"},
    {"format", 0, 0, G_OPTION_ARG_STRING, &run_options.format, "text (the default) or json",
     "FORMAT"},
    {"output", 'o', 0, G_OPTION_ARG_FILENAME, &run_options.output,
     "write the report to a file instead of standard output", "FILE"},
    {"timeline", 0, 0, G_OPTION_ARG_NONE, &run_options.timeline,
     "also draw a time-space diagram: hosts, arrows, what died and why", NULL},
    {"timeline-rows", 0, 0, G_OPTION_ARG_INT, &run_options.timeline_rows,
     "rows of the diagram (100)", "N"},
    {"events", 0, 0, G_OPTION_ARG_FILENAME, &run_options.events,
     "write every event as a line of JSON", "FILE"},
    {"pcap", 0, 0, G_OPTION_ARG_FILENAME, &run_options.pcap,
     "write what tcpdump would have seen on each interface", "DIR"},
    {"memory", 0, 0, G_OPTION_ARG_STRING, &run_options.memory,
     "refuse a world that needs more (75 % of what is available)", "SIZE"},
    G_OPTION_ENTRY_NULL};

const GOptionEntry *ics_command_run_options(void)
{
    return run_entries;
}

static void run_options_clear(void)
{
    g_free(run_options.seed);
    g_strfreev(run_options.sets);
    g_free(run_options.format);
    g_free(run_options.output);
    g_free(run_options.events);
    g_free(run_options.pcap);
    g_free(run_options.memory);
    memset(&run_options, 0, sizeof run_options);
}

/* What the options mean. */
typedef struct {
    IcsWorldOptions world;
    bool json;
    guint timeline_rows; /* 0: no diagram */
} RunSettings;

static bool run_read_settings(RunSettings *settings, GError **error)
{
    if (run_options.seed != NULL) {
        settings->world.has_seed = true;
        if (!g_ascii_string_to_unsigned(run_options.seed, 10, 0, INT64_MAX, &settings->world.seed,
                                        NULL)) {
            g_set_error(error, ICS_ERROR, ICS_ERROR_INPUT,
                        "--seed: expected a number from 0 to %" PRId64 ", got \"%s\"", INT64_MAX,
                        run_options.seed);
            return false;
        }
    }
    settings->json = g_strcmp0(run_options.format, "json") == 0;
    if (run_options.format != NULL && !settings->json && strcmp(run_options.format, "text") != 0) {
        g_set_error(error, ICS_ERROR, ICS_ERROR_INPUT,
                    "--format: expected text or json, got \"%s\"", run_options.format);
        return false;
    }
    if (run_options.timeline_rows < 0) {
        g_set_error(error, ICS_ERROR, ICS_ERROR_INPUT, "--timeline-rows: expected a number over 0");
        return false;
    }
    bool wants_timeline = run_options.timeline || run_options.timeline_rows > 0;
    settings->timeline_rows = !wants_timeline                 ? 0
                              : run_options.timeline_rows > 0 ? (guint)run_options.timeline_rows
                                                              : ICS_TIMELINE_DEFAULT_ROWS;
    return true;
}

static bool run_read_memory(RunSettings *settings, GError **error)
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

/* Everything that watches or writes. */
typedef struct {
    IcsStatistics *statistics;
    IcsEventLog *events;
    IcsCapture *capture;
    IcsTimeline *timeline;
} RunObservers;

static bool run_observe(RunObservers *observers, IcsWorld *world, const RunSettings *settings,
                        GError **error)
{
    observers->statistics = ics_statistics_new(world);
    if (run_options.events != NULL) {
        observers->events = ics_event_log_open(world, run_options.events, error);
        if (observers->events == NULL) {
            return false;
        }
    }
    if (run_options.pcap != NULL) {
        observers->capture = ics_capture_open(world, run_options.pcap, error);
        if (observers->capture == NULL) {
            return false;
        }
    }
    if (settings->timeline_rows > 0) {
        observers->timeline = ics_timeline_new(world, settings->timeline_rows);
    }
    return true;
}

/* Closes what was written; the first failure counts. */
static bool run_finish_files(RunObservers *observers, GError **error)
{
    bool written = true;
    if (observers->events != NULL) {
        written = ics_event_log_close(g_steal_pointer(&observers->events), error);
    }
    if (observers->capture != NULL) {
        written = ics_capture_close(g_steal_pointer(&observers->capture), written ? error : NULL) &&
                  written;
    }
    return written;
}

static void run_observers_clear(RunObservers *observers)
{
    run_finish_files(observers, NULL);
    g_clear_pointer(&observers->timeline, ics_timeline_free);
    g_clear_pointer(&observers->statistics, ics_statistics_free);
}

static bool run_print(const IcsResult *result, const RunObservers *observers,
                      const RunSettings *settings, GError **error)
{
    g_autoptr(GString) text = g_string_new(NULL);
    bool to_file = run_options.output != NULL && strcmp(run_options.output, "-") != 0;
    IcsPage page = {.out = text, .width = ICS_PAGE_WIDTH};
    if (!to_file) {
        page = ics_terminal_page(text);
    }
    if (settings->json) {
        g_autofree char *json = ics_result_json_text(result);
        g_string_append(text, json);
    } else {
        if (observers->timeline != NULL) {
            ics_timeline_render(observers->timeline, (guint)page.width, text);
            g_string_append_c(text, '\n');
        }
        ics_report_text_write(result, &page);
    }
    const char *path = to_file ? run_options.output : "-";
    return ics_file_write_whole(path, text->str, text->len, error);
}

static int run_status(const IcsResult *result)
{
    if (result->broken != NULL) {
        fprintf(stderr,
                "ipcsim: broken invariant: %s\nipcsim: repeat it with the same trace and "
                "--seed %" PRIu64 "\n",
                result->broken, result->seed);
        return ICS_EXIT_FAULT;
    }
    if (strcmp(result->stopped, "interrupted") == 0) {
        return ICS_EXIT_INTERRUPTED;
    }
    return result->ok ? ICS_EXIT_OK : ICS_EXIT_UNMET;
}

static int run_world(IcsWorld *world, const RunSettings *settings, RunObservers *observers,
                     GError **error)
{
    if (!run_observe(observers, world, settings, error)) {
        return ICS_EXIT_MACHINE;
    }
    IcsRunInfo info = {.command = "run", .stopped = ics_run_loop(world)};
    g_autoptr(IcsResult) result = ics_result_new(observers->statistics, &info);
    if (!run_finish_files(observers, error) || !run_print(result, observers, settings, error)) {
        return ICS_EXIT_MACHINE;
    }
    return run_status(result);
}

static int run_trace(const char *path, GError **error)
{
    RunSettings settings = {0};
    if (!run_read_settings(&settings, error) || !run_read_memory(&settings, error)) {
        return ICS_EXIT_INPUT;
    }
    g_autoptr(IcsTrace) trace = ics_trace_load(path, (const char *const *)run_options.sets, error);
    if (trace == NULL) {
        return ICS_EXIT_INPUT;
    }
    for (guint i = 0; i < trace->warnings->len; i++) {
        fprintf(stderr, "warning: %s\n", (const char *)g_ptr_array_index(trace->warnings, i));
    }
    g_autoptr(IcsWorld) world = ics_world_new(trace, &settings.world, error);
    if (world == NULL) {
        return ICS_EXIT_INPUT;
    }
    RunObservers observers = {0};
    int status = run_world(world, &settings, &observers, error);
    run_observers_clear(&observers);
    return status;
}

int ics_command_run(int n, char **arguments)
{
    const IcsCommand *self = ics_command_by_name("run");
    if (!ics_command_parse(self, run_entries, &n, &arguments, 1, 1)) {
        return ICS_EXIT_INPUT;
    }
    g_autoptr(GError) error = NULL;
    int status = run_trace(arguments[1], &error);
    run_options_clear();
    return error != NULL ? ics_command_fail(error) : status;
}
