#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "netmodel/outside.h"
#include "tool/cli/command.h"
#include "tool/cli/run_options.h"
#include "tool/cli/run_outputs.h"
#include "tool/live/live.h"
#include "tool/live/live_machine.h"

/* ---- options: those of run, and one more ---- */

#define LIVE_OPTIONS_MAX 32

static char **live_attach;

static const GOptionEntry live_attach_option = {"attach",
                                                0,
                                                0,
                                                G_OPTION_ARG_STRING_ARRAY,
                                                &live_attach,
                                                "put the outside (tun:NAME or fd:N) in its place",
                                                "HOST=OUTSIDE"};

const GOptionEntry *ics_command_live_options(void)
{
    static GOptionEntry options[LIVE_OPTIONS_MAX];
    size_t n = 0;
    options[n++] = live_attach_option;
    for (const GOptionEntry *entry = ics_run_options; entry->long_name != NULL; entry++) {
        g_assert(n < LIVE_OPTIONS_MAX - 1);
        options[n++] = *entry;
    }
    return options;
}

static void live_clear_options(void)
{
    g_clear_pointer(&live_attach, g_strfreev);
    ics_run_options_clear();
}

/* ---- attachments ---- */

static void live_free_attachment(gpointer attachment)
{
    ics_attachment_free(attachment);
}

static bool live_is_new(const GPtrArray *attachments, const char *to, GError **error)
{
    for (guint i = 0; i < attachments->len; i++) {
        const IcsAttachment *other = g_ptr_array_index(attachments, i);
        if (strcmp(other->to, to) == 0) {
            g_set_error(error, ICS_ERROR, ICS_ERROR_INPUT,
                        "--attach: %s is attached twice; each host needs one of its own", to);
            return false;
        }
    }
    return true;
}

/* Of IcsAttachment, not yet open; transfer full. */
static GPtrArray *live_read_attachments(GError **error)
{
    g_autoptr(GPtrArray) attachments = g_ptr_array_new_with_free_func(live_free_attachment);
    for (char **text = live_attach; text != NULL && *text != NULL; text++) {
        g_autoptr(IcsAttachment) attachment = ics_attachment_parse(*text, error);
        if (attachment == NULL || !live_is_new(attachments, attachment->to, error)) {
            return NULL;
        }
        g_ptr_array_add(attachments, g_steal_pointer(&attachment));
    }
    if (attachments->len == 0) {
        g_set_error_literal(error, ICS_ERROR, ICS_ERROR_INPUT,
                            "live: expected --attach HOST=tun:NAME or HOST=fd:N, once or more");
        return NULL;
    }
    return g_steal_pointer(&attachments);
}

static bool live_open_attachments(const GPtrArray *attachments, GError **error)
{
    for (guint i = 0; i < attachments->len; i++) {
        if (!ics_attachment_open(g_ptr_array_index(attachments, i), error)) {
            return false;
        }
    }
    return true;
}

/* The names of the hosts, borrowed; the array is NULL-terminated and transferred. */
static const char **live_hosts(const GPtrArray *attachments)
{
    const char **hosts = g_new0(const char *, attachments->len + 1);
    for (guint i = 0; i < attachments->len; i++) {
        hosts[i] = ((const IcsAttachment *)g_ptr_array_index(attachments, i))->host;
    }
    return hosts;
}

/* ---- what is said ---- */

static void live_tell(G_GNUC_UNUSED gpointer outputs, const char *text)
{
    ics_command_note(text);
}

static bool live_goes_well(gpointer outputs)
{
    return ics_run_outputs_are_well(outputs);
}

/* Which processes the outside has to do without: ", without asker, other"; transfer full. */
static char *live_replaced(const IcsWorld *world, const char *host)
{
    GString *text = g_string_new(NULL);
    for (guint i = 0; i < world->trace->processes->len; i++) {
        const IcsTraceProcess *process =
            &g_array_index(world->trace->processes, IcsTraceProcess, i);
        const IcsHost *of = ics_network_host(world->network, process->host + 1);
        if (strcmp(of->name, host) == 0) {
            g_string_append_printf(text, "%s%s", text->len == 0 ? "; not started: " : ", ",
                                   process->name);
        }
    }
    return g_string_free(text, FALSE);
}

static void live_announce(const IcsWorld *world, const GPtrArray *attachments)
{
    for (guint i = 0; i < attachments->len; i++) {
        const IcsAttachment *attachment = g_ptr_array_index(attachments, i);
        g_autofree char *replaced = live_replaced(world, attachment->host);
        g_autofree char *text =
            g_strdup_printf("%s is attached to %s%s", attachment->host, attachment->to, replaced);
        ics_command_note(text);
    }
    char stop[ICS_UNITS_TEXT_SIZE];
    g_autofree char *text = g_strdup_printf("live, until %s or an interrupt",
                                            ics_time_format(world->trace->stop_ns, stop));
    ics_command_note(text);
}

/* ---- the run ---- */

static IcsResult *live_result(const IcsRunOutputs *outputs, const IcsWorld *world,
                              const GPtrArray *attachments, const IcsLive *live,
                              const char *stopped)
{
    g_autofree IcsDoorResult *doors = g_new0(IcsDoorResult, attachments->len);
    for (guint i = 0; i < attachments->len; i++) {
        const IcsAttachment *attachment = g_ptr_array_index(attachments, i);
        const IcsHost *host = ics_network_host_by_name(world->network, attachment->host);
        const IcsOutsideCounters *counters = ics_outside_counters(ics_outside_of(host));
        doors[i] = (IcsDoorResult){
            .host = attachment->host,
            .to = attachment->to,
            .in = counters->pushed,
            .refused = counters->refused,
            .out = counters->received - attachment->unwritten,
            .not_taken = attachment->unwritten,
        };
    }
    IcsLiveResult of = {ics_live_pacer(live)->lag_max_ns, doors, attachments->len};
    IcsRunInfo info = {.command = "live", .stopped = stopped, .live = &of};
    return ics_result_new(outputs->statistics, &info);
}

static int live_status(const IcsResult *result)
{
    if (result->broken != NULL) {
        fprintf(stderr, "ipcsim: broken invariant: %s\n", result->broken);
        return ICS_EXIT_FAULT;
    }
    if (strcmp(result->stopped, "interrupted") == 0) {
        return ICS_EXIT_INTERRUPTED;
    }
    return result->ok ? ICS_EXIT_OK : ICS_EXIT_UNMET;
}

static int live_run_world(IcsWorld *world, const GPtrArray *attachments, IcsRunOutputs *outputs,
                          GError **error)
{
    g_autoptr(IcsLiveMachine) machine = ics_live_machine_new(error);
    if (machine == NULL) {
        return ICS_EXIT_MACHINE;
    }
    IcsLiveListener listener = {live_tell, live_goes_well, outputs};
    g_autoptr(IcsLive) live = ics_live_new(world, attachments, machine, &listener);
    live_announce(world, attachments);
    const char *stopped = ics_live_run(live);
    g_autoptr(IcsResult) result = live_result(outputs, world, attachments, live, stopped);
    return ics_run_outputs_finish(outputs, result, error) ? live_status(result) : ICS_EXIT_MACHINE;
}

static int live_with_world(IcsWorld *world, const GPtrArray *attachments,
                           const IcsRunSettings *settings, GError **error)
{
    if (!live_open_attachments(attachments, error)) {
        return ICS_EXIT_MACHINE;
    }
    IcsRunOutputs outputs;
    int status = ics_run_outputs_open(&outputs, world, settings, error)
                     ? live_run_world(world, attachments, &outputs, error)
                     : ICS_EXIT_MACHINE;
    ics_run_outputs_clear(&outputs);
    return status;
}

static int live_trace(const char *path, GError **error)
{
    IcsRunSettings settings;
    if (!ics_run_options_read(&settings, error)) {
        return ICS_EXIT_INPUT;
    }
    g_autoptr(GPtrArray) attachments = live_read_attachments(error);
    if (attachments == NULL) {
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
    g_autofree const char **hosts = live_hosts(attachments);
    settings.world.outside = hosts;
    g_autoptr(IcsWorld) world = ics_world_new(trace, &settings.world, error);
    return world != NULL ? live_with_world(world, attachments, &settings, error) : ICS_EXIT_INPUT;
}

int ics_command_live(char **arguments)
{
    const IcsCommand *self = ics_command_by_name("live");
    g_auto(GStrv) operands = ics_command_parse(self, ics_command_live_options(), arguments, 1, 1);
    if (operands == NULL) {
        live_clear_options();
        return ICS_EXIT_INPUT;
    }
    g_autoptr(GError) error = NULL;
    int status = live_trace(operands[0], &error);
    live_clear_options();
    return error != NULL ? ics_command_fail(error) : status;
}
