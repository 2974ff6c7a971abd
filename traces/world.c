#include "traces/world.h"

#include "base/error.h"
#include "traces/trace_chain.h"
#include "traces/world_internal.h"

static char **world_host_names(const IcsTrace *trace)
{
    char **names = g_new0(char *, trace->hosts->len + 1);
    for (guint i = 0; i < trace->hosts->len; i++) {
        names[i] = g_strdup(g_array_index(trace->hosts, IcsTraceHost, i).name);
    }
    return names;
}

static bool world_fits_memory(const IcsTrace *trace, const IcsWorldOptions *options, GError **error)
{
    uint64_t needed = ics_trace_estimate_memory(trace);
    if (options->memory_limit_bytes == 0 || needed <= options->memory_limit_bytes) {
        return true;
    }
    g_set_error(error, ICS_ERROR, ICS_ERROR_MACHINE,
                "%s: a world of %u hosts, %u links and %u processes needs about %" G_GUINT64_FORMAT
                " MiB of memory, and %" G_GUINT64_FORMAT " MiB may be used",
                trace->name, trace->hosts->len, trace->links->len, trace->processes->len,
                (needed >> 20) + 1, options->memory_limit_bytes >> 20);
    return false;
}

static bool world_build(IcsWorld *self, const IcsWorldOptions *options, GError **error)
{
    const IcsTrace *trace = self->trace;
    g_auto(GStrv) names = world_host_names(trace);
    self->simulation =
        ics_simulation_new(self->seed, (const char *const *)names, trace->hosts->len);
    self->network = ics_network_new(self->simulation, trace->stop_ns);
    self->flow_names = ics_flow_names_new(self->network);
    if (!ics_world_open_doors(self, options->outside, error) ||
        !ics_world_build_hosts(self, error) || !ics_world_build_links(self, error)) {
        return false;
    }
    ics_network_connect_routes(self->network);
    ics_world_route_outside(self, options->outside);
    ics_world_schedule_processes(self);
    ics_world_schedule_actions(self);
    return true;
}

IcsWorld *ics_world_new(const IcsTrace *trace, const IcsWorldOptions *options, GError **error)
{
    const IcsWorldOptions defaults = {0};
    options = options != NULL ? options : &defaults;
    if (!world_fits_memory(trace, options, error)) {
        return NULL;
    }
    IcsWorld *self = g_new0(IcsWorld, 1);
    self->trace = trace;
    self->seed = options->has_seed ? options->seed : trace->seed;
    self->transport = options->transport != NULL ? options->transport : trace->transport;
    ics_arena_init(&self->arena);
    if (!world_build(self, options, error)) {
        ics_world_free(self);
        return NULL;
    }
    return self;
}

void ics_world_free(IcsWorld *self)
{
    if (self == NULL) {
        return;
    }
    if (self->simulation != NULL) {
        ics_bus_clear(&self->simulation->bus);
        ics_world_processes_free(self);
        ics_simulation_drop_events(self->simulation);
    }
    ics_world_schedule_free(self);
    ics_network_free(self->network);
    ics_flow_names_free(self->flow_names);
    ics_simulation_free(self->simulation);
    ics_arena_clear(&self->arena);
    g_free(self);
}

IcsStopReason ics_world_run(IcsWorld *self, uint64_t max_events)
{
    return ics_simulation_run(self->simulation, self->trace->stop_ns, max_events);
}

int64_t ics_world_end_ns(const IcsWorld *self)
{
    bool quiescent = ics_simulation_is_quiescent(self->simulation);
    return quiescent ? self->simulation->last_event_ns : self->simulation->now_ns;
}

uint64_t ics_world_digest(const IcsWorld *self)
{
    return ics_network_digest(self->network);
}

char *ics_world_flow_name(const IcsWorld *self, uint32_t flow)
{
    return ics_flow_names_text(self->flow_names, flow);
}

char *ics_world_check_invariants(const IcsWorld *self)
{
    const IcsLinkDirection *lost = ics_network_find_unconserved(self->network);
    if (lost == NULL) {
        return NULL;
    }
    const IcsLinkCounters *counters = &lost->counters;
    uint64_t dropped = 0;
    for (int cause = 0; cause < ICS_N_CAUSES; cause++) {
        dropped += counters->dropped[cause];
    }
    return g_strdup_printf("packets are not conserved on %s: offered %" G_GUINT64_FORMAT
                           " + copies %" G_GUINT64_FORMAT " is not delivered %" G_GUINT64_FORMAT
                           " + dropped %" G_GUINT64_FORMAT " + in flight %" G_GUINT64_FORMAT,
                           lost->name, counters->offered, counters->copies, counters->delivered,
                           dropped, ics_link_direction_in_flight(lost));
}

IcsHost *ics_world_host(const IcsWorld *self, uint32_t host)
{
    return ics_network_host(self->network, host + 1);
}

IcsLinkDirection *ics_world_direction(const IcsWorld *self, uint32_t link, int direction)
{
    return g_ptr_array_index(self->network->directions, 2 * link + (uint32_t)direction);
}

IcsFault *ics_world_link_fault(const IcsWorld *self, uint32_t link, int direction, uint32_t fault)
{
    const IcsTraceLink *from = &g_array_index(self->trace->links, IcsTraceLink, link);
    const IcsTraceFault *rule = &g_array_index(from->faults, IcsTraceFault, fault);
    return ics_trace_chain_find(ics_world_direction(self, link, direction)->faults, rule);
}

IcsFault *ics_world_host_fault(const IcsWorld *self, uint32_t host, uint32_t fault)
{
    const IcsTraceHost *from = &g_array_index(self->trace->hosts, IcsTraceHost, host);
    const IcsTraceFault *rule = &g_array_index(from->faults, IcsTraceFault, fault);
    IcsHost *in = ics_world_host(self, host);
    IcsFault *found = ics_trace_chain_find(in->send_omissions, rule);
    return found != NULL ? found : ics_trace_chain_find(in->receive_omissions, rule);
}
