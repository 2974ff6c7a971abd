#include <stdio.h>
#include <string.h>

#include "tool/cli/command.h"
#include "tool/cli/run_loop.h"
#include "tool/cli/run_options.h"
#include "tool/cli/run_outputs.h"

static int run_status(const IcsResult *result, const char *path)
{
    if (result->broken != NULL) {
        g_autofree char *command = ics_run_options_command(path, result->seed);
        fprintf(stderr, "ipcsim: broken invariant: %s\nipcsim: to repeat it: %s\n", result->broken,
                command);
        return ICS_EXIT_FAULT;
    }
    if (strcmp(result->stopped, "interrupted") == 0) {
        return ICS_EXIT_INTERRUPTED;
    }
    return result->ok ? ICS_EXIT_OK : ICS_EXIT_UNMET;
}

static bool run_goes_well(gpointer outputs)
{
    return ics_run_outputs_are_well(outputs);
}

static int run_world(IcsWorld *world, const char *path, IcsRunOutputs *outputs, GError **error)
{
    IcsRunInfo info = {.command = "run", .stopped = ics_run_loop(world, run_goes_well, outputs)};
    g_autoptr(IcsResult) result = ics_result_new(outputs->statistics, &info);
    return ics_run_outputs_finish(outputs, result, error) ? run_status(result, path)
                                                          : ICS_EXIT_MACHINE;
}

static int run_trace(const char *path, GError **error)
{
    IcsRunSettings settings;
    if (!ics_run_options_read(&settings, error)) {
        return ICS_EXIT_INPUT;
    }
    uint64_t limit_bytes = settings.world.memory_limit_bytes;
    g_autoptr(IcsTrace) trace = ics_trace_load_within(path, settings.sets, limit_bytes, error);
    if (trace == NULL) {
        return ICS_EXIT_INPUT;
    }
    for (guint i = 0; i < trace->warnings->len; i++) {
        ics_command_warn(g_ptr_array_index(trace->warnings, i));
    }
    g_autoptr(IcsWorld) world = ics_world_new(trace, &settings.world, error);
    if (world == NULL) {
        return ICS_EXIT_INPUT;
    }
    IcsRunOutputs outputs;
    int status = ics_run_outputs_open(&outputs, world, &settings, error)
                     ? run_world(world, path, &outputs, error)
                     : ICS_EXIT_MACHINE;
    ics_run_outputs_clear(&outputs);
    return status;
}

int ics_command_run(char **arguments)
{
    const IcsCommand *self = ics_command_by_name("run");
    g_auto(GStrv) operands = ics_command_parse(self, ics_run_options, arguments, 1, 1);
    if (operands == NULL) {
        ics_run_options_clear();
        return ICS_EXIT_INPUT;
    }
    g_autoptr(GError) error = NULL;
    int status = run_trace(operands[0], &error);
    ics_run_options_clear();
    return error != NULL ? ics_command_fail(error) : status;
}
