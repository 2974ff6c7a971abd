#include "tool/report/result.h"

#include <inttypes.h>
#include <string.h>

#include "tool/report/result_internal.h"

const char *ics_result_strdup(IcsResult *self, const char *text)
{
    return text != NULL ? ics_arena_strdup(&self->arena, text) : NULL;
}

/* The trace's warnings say in which file they stand; results say the same wherever it lies. */
static void result_take_warnings(IcsResult *self, const IcsTrace *trace)
{
    size_t n = strlen(trace->name);
    for (guint i = 0; i < trace->warnings->len; i++) {
        const char *warning = g_ptr_array_index(trace->warnings, i);
        bool has_name = strncmp(warning, trace->name, n) == 0 && warning[n] == ':';
        g_ptr_array_add(self->warnings, g_strdup(has_name ? warning + n + 1 : warning));
    }
}

/* A result knows what its flows could not be followed for. */
static void result_warn_of_windows(IcsResult *self)
{
    for (guint i = 0; i < self->flows->len; i++) {
        const IcsFlowResult *flow = &g_array_index(self->flows, IcsFlowResult, i);
        uint64_t unknown = flow->order.reordered - flow->order.extents;
        if (flow->beyond_window > 0 || unknown > 0) {
            g_ptr_array_add(
                self->warnings,
                g_strdup_printf(
                    "%s: %" G_GUINT64_FORMAT " receptions of messages that were %" PRIu64
                    " or more behind are neither delivered nor duplicates here, the extent "
                    "of %" G_GUINT64_FORMAT " reordered ones is unknown",
                    flow->name, flow->beyond_window, ICS_MESSAGE_WINDOW, unknown));
        }
    }
}

static IcsResult *result_new_empty(void)
{
    IcsResult *self = g_new0(IcsResult, 1);
    ics_arena_init(&self->arena);
    self->flows = g_array_new(FALSE, TRUE, sizeof(IcsFlowResult));
    self->links = g_array_new(FALSE, TRUE, sizeof(IcsLinkResult));
    self->connections = g_array_new(FALSE, TRUE, sizeof(IcsConnectionResult));
    self->hosts = g_array_new(FALSE, TRUE, sizeof(IcsHostResult));
    self->processes = g_array_new(FALSE, TRUE, sizeof(IcsProcessResult));
    self->expectations = g_array_new(FALSE, TRUE, sizeof(IcsExpectationResult));
    self->warnings = g_ptr_array_new_with_free_func(g_free);
    return self;
}

static void result_take_run(IcsResult *self, const IcsWorld *world, const IcsRunInfo *info)
{
    const IcsTrace *trace = world->trace;
    g_autofree char *broken = ics_world_check_invariants(world);
    self->command = ics_result_strdup(self, info->command);
    self->stopped = ics_result_strdup(self, info->stopped);
    self->title = ics_result_strdup(self, trace->title);
    self->look_at = ics_result_strdup(self, trace->look_at);
    self->sha256 = ics_result_strdup(self, trace->sha256);
    self->seed = world->seed;
    self->virtual_ns = ics_world_end_ns(world);
    self->digest = ics_world_digest(world);
    self->events = ics_network_model_events(world->network);
    self->broken = ics_result_strdup(self, broken);
}

IcsResult *ics_result_new(const IcsStatistics *statistics, const IcsRunInfo *info)
{
    const IcsWorld *world = ics_statistics_world(statistics);
    IcsResult *self = result_new_empty();
    result_take_run(self, world, info);
    ics_result_take_live(self, world, info->live);
    ics_result_take_flows(self, statistics);
    ics_result_take_links(self, world);
    ics_result_take_connections(self, statistics);
    ics_result_take_hosts(self, world);
    ics_result_take_processes(self, statistics);
    ics_result_take_expectations(self, statistics);
    result_take_warnings(self, world->trace);
    result_warn_of_windows(self);
    return self;
}

void ics_result_free(IcsResult *self)
{
    if (self == NULL) {
        return;
    }
    g_array_unref(self->flows);
    g_array_unref(self->links);
    g_array_unref(self->connections);
    g_array_unref(self->hosts);
    g_array_unref(self->processes);
    g_array_unref(self->expectations);
    g_ptr_array_unref(self->warnings);
    ics_arena_clear(&self->arena);
    g_free(self);
}
