/* The public interface for programs that embed the simulator. */
#include <ipcsim/ipcsim.h>

#include "protocols/socket/host_processes.h"
#include "tool/report/report_text.h"
#include "tool/report/result.h"
#include "tool/report/result_json.h"
#include "traces/world.h"

struct IcsRun {
    IcsTrace *trace;
    IcsWorld *world;
    IcsStatistics *statistics;
};

/* Moves an error into a message; returns NULL. */
static IcsRun *run_fail(GError *error, char **message)
{
    if (message != NULL) {
        *message = g_strdup(error->message);
    }
    g_error_free(error);
    return NULL;
}

static IcsRun *run_new_of(IcsTrace *trace, const IcsRunOptions *options, GError **error)
{
    IcsWorldOptions settings = {
        .has_seed = options != NULL && options->has_seed,
        .seed = options != NULL ? options->seed : 0,
    };
    IcsWorld *world = ics_world_new(trace, &settings, error);
    if (world == NULL) {
        ics_trace_free(trace);
        return NULL;
    }
    IcsRun *self = g_new0(IcsRun, 1);
    self->trace = trace;
    self->world = world;
    self->statistics = ics_statistics_new(world);
    return self;
}

IcsRun *ics_run_new(const char *path, const IcsRunOptions *options, char **message)
{
    GError *error = NULL;
    IcsTrace *trace = ics_trace_load(path, options != NULL ? options->sets : NULL, &error);
    IcsRun *self = trace != NULL ? run_new_of(trace, options, &error) : NULL;
    return self != NULL ? self : run_fail(error, message);
}

IcsRun *ics_run_new_from_text(const char *name, const char *text, size_t n,
                              const IcsRunOptions *options, char **message)
{
    GError *error = NULL;
    IcsTrace *trace =
        ics_trace_parse(name, text, n, NULL, options != NULL ? options->sets : NULL, &error);
    IcsRun *self = trace != NULL ? run_new_of(trace, options, &error) : NULL;
    return self != NULL ? self : run_fail(error, message);
}

void ics_run_free(IcsRun *self)
{
    if (self != NULL) {
        ics_statistics_free(self->statistics);
        ics_world_free(self->world);
        ics_trace_free(self->trace);
        g_free(self);
    }
}

static bool run_refuse(char **message, const char *host, const char *why)
{
    if (message != NULL) {
        *message = g_strdup_printf("%s: %s", host, why);
    }
    return false;
}

bool ics_run_add_process(IcsRun *self, const char *host_name, const char *name,
                         IcsProgramMain program, const void *config, char **message)
{
    IcsHost *host = ics_network_host_by_name(self->world->network, host_name);
    if (host == NULL) {
        return run_refuse(message, host_name, "the trace has no host of this name");
    }
    if (host->state == ICS_HOST_CRASHED) {
        return run_refuse(message, host_name, "the host has crashed");
    }
    IcsProcessProgram made = {.main = program, .config = config};
    uint32_t actor = ics_simulation_enter(self->world->simulation, host->node);
    ics_host_processes_start(ics_stack_of(host), name, &made);
    ics_simulation_enter(self->world->simulation, actor);
    return true;
}

void ics_run_to_end(IcsRun *self)
{
    ics_run_until(self, INT64_MAX);
}

bool ics_run_until(IcsRun *self, int64_t until_ns)
{
    int64_t stop_ns = self->trace->stop_ns;
    IcsStopReason reason =
        ics_simulation_run(self->world->simulation, MIN(until_ns, stop_ns), UINT64_MAX);
    return reason == ICS_STOP_TIME && until_ns < stop_ns;
}

int64_t ics_run_now(const IcsRun *self)
{
    return self->world->simulation->now_ns;
}

uint64_t ics_run_digest(const IcsRun *self)
{
    return ics_world_digest(self->world);
}

static const char *run_stopped(const IcsRun *self)
{
    const IcsSimulation *simulation = self->world->simulation;
    if (ics_simulation_is_quiescent(simulation)) {
        return ics_stop_reason_name(ICS_STOP_QUIESCENT);
    }
    return simulation->now_ns >= self->trace->stop_ns ? ics_stop_reason_name(ICS_STOP_TIME)
                                                      : "interrupted";
}

static IcsResult *run_take_result(const IcsRun *self)
{
    IcsRunInfo info = {.command = "run", .stopped = run_stopped(self)};
    return ics_result_new(self->statistics, &info);
}

bool ics_run_is_ok(const IcsRun *self)
{
    g_autoptr(IcsResult) result = run_take_result(self);
    return result->ok && result->broken == NULL;
}

char *ics_run_result(const IcsRun *self, IcsResultFormat format)
{
    g_autoptr(IcsResult) result = run_take_result(self);
    if (format == ICS_RESULT_JSON) {
        return ics_result_json_text(result);
    }
    GString *text = g_string_new(NULL);
    IcsPage page = {.out = text, .width = ICS_PAGE_WIDTH};
    ics_report_text_write(result, &page);
    return g_string_free(text, FALSE);
}

void ics_run_free_text(char *text)
{
    g_free(text);
}
