#include "tool/cli/run_outputs.h"

#include <string.h>

#include "tool/cli/terminal.h"
#include "tool/report/report_text.h"
#include "tool/report/result_json.h"

static bool run_outputs_open_files(IcsRunOutputs *self, IcsWorld *world, GError **error)
{
    const IcsRunSettings *settings = self->settings;
    self->report = ics_file_writer_open(settings->output, error);
    if (self->report == NULL) {
        return false;
    }
    if (settings->events != NULL) {
        self->events = ics_event_log_open(world, settings->events, error);
        if (self->events == NULL) {
            return false;
        }
    }
    if (settings->pcap != NULL) {
        self->capture = ics_capture_open(world, settings->pcap, error);
        if (self->capture == NULL) {
            return false;
        }
    }
    return true;
}

bool ics_run_outputs_open(IcsRunOutputs *self, IcsWorld *world, const IcsRunSettings *settings,
                          GError **error)
{
    *self = (IcsRunOutputs){.settings = settings, .statistics = ics_statistics_new(world)};
    if (settings->timeline_rows > 0) {
        self->timeline = ics_timeline_new(world, settings->timeline_rows);
    }
    return run_outputs_open_files(self, world, error);
}

bool ics_run_outputs_are_well(const IcsRunOutputs *self)
{
    return (self->events == NULL || ics_event_log_is_well(self->events)) &&
           (self->capture == NULL || ics_capture_is_well(self->capture));
}

static GString *run_outputs_text(const IcsRunOutputs *self, const IcsResult *result)
{
    GString *text = g_string_new(NULL);
    if (self->settings->json) {
        g_autofree char *json = ics_result_json_text(result);
        g_string_append(text, json);
        return text;
    }
    bool to_stdout = strcmp(self->settings->output, "-") == 0;
    IcsPage page =
        to_stdout ? ics_terminal_page(text) : (IcsPage){.out = text, .width = ICS_PAGE_WIDTH};
    if (self->timeline != NULL) {
        ics_timeline_render(self->timeline, (guint)page.width, text);
        g_string_append_c(text, '\n');
    }
    ics_report_text_write(result, &page);
    return text;
}

static bool run_outputs_close_files(IcsRunOutputs *self, GError **error)
{
    bool written = true;
    if (self->events != NULL) {
        written = ics_event_log_close(g_steal_pointer(&self->events), error);
    }
    if (self->capture != NULL) {
        IcsCapture *capture = g_steal_pointer(&self->capture);
        written = ics_capture_close(capture, written ? error : NULL) && written;
    }
    return written;
}

bool ics_run_outputs_finish(IcsRunOutputs *self, const IcsResult *result, GError **error)
{
    if (!run_outputs_close_files(self, error)) {
        return false;
    }
    g_autoptr(GString) text = run_outputs_text(self, result);
    return ics_file_writer_write(self->report, text->str, text->len, error) &&
           ics_file_writer_commit(g_steal_pointer(&self->report), error);
}

void ics_run_outputs_clear(IcsRunOutputs *self)
{
    g_clear_pointer(&self->events, ics_event_log_discard);
    g_clear_pointer(&self->capture, ics_capture_discard);
    g_clear_pointer(&self->report, ics_file_writer_discard);
    g_clear_pointer(&self->timeline, ics_timeline_free);
    g_clear_pointer(&self->statistics, ics_statistics_free);
}
