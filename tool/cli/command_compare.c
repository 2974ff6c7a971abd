#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "base/file_writer.h"
#include "tool/cli/command.h"
#include "tool/cli/compare_options.h"
#include "tool/cli/interrupt.h"
#include "tool/cli/terminal.h"
#include "tool/experiments/comparison_report.h"
#include "tool/experiments/gnuplot.h"

#define COMPARE_FALLBACK      "udp,stream"
#define COMPARE_FIRST_US      1000000
#define COMPARE_INTERVAL_US   200000
#define COMPARE_ERASE_TO_EDGE "\033[K"

/* Everything that lives while the command runs. */
typedef struct Compare {
    const char *path;
    IcsCompareSettings options;
    IcsTrace *trace;
    GPtrArray *fallback; /* transports, when nobody names some; owned */
    IcsSettings *settings;
    IcsFileWriter *report;
    IcsFileWriter *plot;
    gint64 next_us; /* when progress is shown again */
    bool shown;
} Compare;

/* ---- watching ---- */

static bool compare_goes_on(G_GNUC_UNUSED gpointer data)
{
    return !ics_interrupt_came();
}

static void compare_show_progress(gpointer data, uint32_t done, uint32_t total)
{
    Compare *self = data;
    gint64 now_us = g_get_monotonic_time();
    if (now_us < self->next_us || !isatty(STDERR_FILENO)) {
        return;
    }
    self->next_us = now_us + COMPARE_INTERVAL_US;
    self->shown = true;
    fprintf(stderr, "\r%" PRIu32 " of %" PRIu32 " runs " COMPARE_ERASE_TO_EDGE, done, total);
}

static IcsComparison *compare_run(Compare *self, const IcsComparisonPlan *plan, GError **error)
{
    IcsComparisonWatch watch = {compare_goes_on, compare_show_progress, self};
    struct sigaction before;
    self->next_us = g_get_monotonic_time() + COMPARE_FIRST_US;
    ics_interrupt_begin(&before);
    IcsComparison *comparison = ics_comparison_run(plan, &watch, error);
    ics_interrupt_end(&before);
    if (self->shown) {
        fputs("\r" COMPARE_ERASE_TO_EDGE, stderr);
    }
    return comparison;
}

/* ---- writing ---- */

static GString *compare_text(const Compare *self, const IcsComparisonReport *report)
{
    GString *text = g_string_new(NULL);
    bool to_stdout = strcmp(self->options.output, "-") == 0;
    IcsPage page = {.out = text, .width = ICS_COMPARISON_PAGE_WIDTH};
    if (to_stdout && isatty(STDOUT_FILENO)) {
        page = ics_terminal_page(text);
    }
    ics_comparison_text_write(report, &page);
    return text;
}

static GString *compare_report(const Compare *self, const IcsComparisonReport *report)
{
    g_autofree char *text = NULL;
    switch (self->options.format) {
    case ICS_COMPARE_FORMAT_TEXT:
        return compare_text(self, report);
    case ICS_COMPARE_FORMAT_JSON:
        text = ics_comparison_json_text(report);
        return g_string_new(text);
    case ICS_COMPARE_FORMAT_CSV:
        text = ics_comparison_csv_text(report);
        return g_string_new(text);
    }
    g_assert_not_reached();
}

/* The files are opened before anything runs: what cannot be written is found then. */
static bool compare_open(Compare *self, GError **error)
{
    self->report = ics_file_writer_open(self->options.output, error);
    if (self->report == NULL) {
        return false;
    }
    if (self->options.plot != NULL) {
        self->plot =
            ics_gnuplot_find(error) ? ics_file_writer_open(self->options.plot, error) : NULL;
        return self->plot != NULL;
    }
    return true;
}

static bool compare_write(IcsFileWriter **file, const GString *text, GError **error)
{
    return ics_file_writer_write(*file, text->str, text->len, error) &&
           ics_file_writer_commit(g_steal_pointer(file), error);
}

static bool compare_write_plot(Compare *self, const IcsComparisonReport *report, GError **error)
{
    if (self->plot == NULL) {
        return true;
    }
    g_autofree char *script = ics_comparison_plot_script(report);
    g_autoptr(GString) drawn = ics_gnuplot_run(script, error);
    return drawn != NULL && compare_write(&self->plot, drawn, error);
}

static bool compare_finish(Compare *self, const IcsComparisonReport *report, GError **error)
{
    g_autoptr(GString) text = compare_report(self, report);
    return compare_write_plot(self, report, error) && compare_write(&self->report, text, error);
}

/* ---- the command ---- */

/* A broken invariant is our own fault; the user is told how to repeat it. */
static int compare_status(const Compare *self, const IcsComparison *comparison)
{
    uint32_t index;
    if (ics_comparison_find_broken(comparison, &index)) {
        const IcsComparisonPlan *plan = comparison->plan;
        const IcsComparisonSample *broken = &comparison->samples[index];
        uint32_t rows = plan->transports->len;
        const IcsTransportChoice *over = g_ptr_array_index(plan->transports, index % rows);
        const IcsVary *vary = self->options.vary;
        const char *value =
            vary != NULL ? g_ptr_array_index(vary->values, index / rows / plan->runs) : NULL;
        g_autofree char *repeat =
            ics_compare_options_command(self->path, broken->seed, over->text, value);
        fprintf(stderr, "ipcsim: broken invariant: %s\nrepeat it with: %s\n", broken->broken,
                repeat);
        return ICS_EXIT_FAULT;
    }
    return comparison->interrupted ? ICS_EXIT_INTERRUPTED : ICS_EXIT_OK;
}

static void compare_warn(const Compare *self, const IcsComparison *comparison)
{
    for (guint i = 0; i < self->trace->warnings->len; i++) {
        ics_command_warn(g_ptr_array_index(self->trace->warnings, i));
    }
    for (uint32_t i = 0; i < comparison->n_samples; i++) {
        const IcsComparisonSample *sample = &comparison->samples[i];
        if (sample->done && sample->values[ICS_MEASURE_SENT].n > 0) {
            return;
        }
    }
    ics_command_warn("no message was sent by a datagram socket: there is nothing to compare");
}

static GPtrArray *compare_transports(Compare *self)
{
    if (self->options.transports != NULL) {
        return self->options.transports;
    }
    if (self->trace->compare_transports != NULL) {
        return self->trace->compare_transports;
    }
    self->fallback = ics_transport_choices_parse(COMPARE_FALLBACK, NULL);
    return self->fallback;
}

/* False when there are too many worlds, or no seeds left for them. */
static bool compare_check(const IcsComparisonPlan *plan, GError **error)
{
    uint64_t worlds = (uint64_t)plan->traces->len * plan->transports->len * plan->runs;
    if (worlds > ICS_COMPARISON_WORLDS_MAX) {
        g_set_error(error, ICS_ERROR, ICS_ERROR_INPUT,
                    "compare: %" PRIu64 " runs are too many (settings times transports times "
                    "--runs); %d are possible",
                    worlds, ICS_COMPARISON_WORLDS_MAX);
        return false;
    }
    if (plan->seed > (uint64_t)INT64_MAX - (plan->runs - 1)) {
        g_set_error(error, ICS_ERROR, ICS_ERROR_INPUT,
                    "compare: seeds end at %" PRId64 ": %" PRIu32 " runs from %" PRIu64
                    " on go beyond it",
                    INT64_MAX, plan->runs, plan->seed);
        return false;
    }
    return true;
}

static int compare_plan(Compare *self, GError **error)
{
    const IcsCompareSettings *options = &self->options;
    IcsComparisonPlan plan = {
        .traces = self->settings->traces,
        .transports = compare_transports(self),
        .seed = options->has_seed ? options->seed : self->trace->seed,
        .runs = options->runs > 0 ? options->runs : self->trace->compare_runs,
        .jobs = options->jobs,
        .memory_limit_bytes = options->memory_limit_bytes,
        .with_flows = options->with_flows,
    };
    if (!compare_check(&plan, error) || !compare_open(self, error)) {
        return ICS_EXIT_MACHINE;
    }
    g_autoptr(IcsComparison) comparison = compare_run(self, &plan, error);
    if (comparison == NULL) {
        return ICS_EXIT_MACHINE;
    }
    compare_warn(self, comparison);
    IcsComparisonReport report = {comparison, self->settings, options->measures};
    return compare_finish(self, &report, error) ? compare_status(self, comparison)
                                                : ICS_EXIT_MACHINE;
}

static int compare_trace(Compare *self, GError **error)
{
    if (!ics_compare_options_read(&self->options, error)) {
        return ICS_EXIT_INPUT;
    }
    self->trace = ics_trace_load_within(self->path, self->options.sets,
                                        self->options.memory_limit_bytes, error);
    if (self->trace == NULL) {
        return ICS_EXIT_INPUT;
    }
    g_autofree char *directory =
        strcmp(self->path, "-") == 0 ? NULL : g_path_get_dirname(self->path);
    self->settings = ics_settings_new(self->trace, self->options.vary, directory, error);
    return self->settings != NULL ? compare_plan(self, error) : ICS_EXIT_INPUT;
}

static void compare_clear(Compare *self)
{
    g_clear_pointer(&self->report, ics_file_writer_discard);
    g_clear_pointer(&self->plot, ics_file_writer_discard);
    g_clear_pointer(&self->settings, ics_settings_free);
    g_clear_pointer(&self->fallback, g_ptr_array_unref);
    g_clear_pointer(&self->trace, ics_trace_free);
    ics_compare_settings_clear(&self->options);
    ics_compare_options_clear();
}

int ics_command_compare(char **arguments)
{
    const IcsCommand *command = ics_command_by_name("compare");
    g_auto(GStrv) operands = ics_command_parse(command, ics_compare_options, arguments, 1, 1);
    Compare self = {.path = operands != NULL ? operands[0] : NULL};
    g_autoptr(GError) error = NULL;
    int status = operands != NULL ? compare_trace(&self, &error) : ICS_EXIT_INPUT;
    compare_clear(&self);
    return error != NULL ? ics_command_fail(error) : status;
}
