/* Hosts, links and fault elements of a world, from the checked trace. */
#include "protocols/stack/tcp.h"
#include "traces/trace_chain.h"
#include "traces/world_internal.h"

/* ---- hosts ---- */

static bool world_build_host_faults(IcsWorld *self, IcsHost *host, const IcsTraceHost *from,
                                    GError **error)
{
    if (from->faults->len == 0) {
        return true;
    }
    g_autofree char *name = g_strdup_printf("host %s", host->name);
    const char *place = ics_arena_strdup(&self->arena, name);
    for (guint i = 0; i < from->faults->len; i++) {
        const IcsTraceFault *rule = &g_array_index(from->faults, IcsTraceFault, i);
        IcsFault **chain = rule->klass->stage == ICS_FAULT_STAGE_SEND_OMISSION
                               ? &host->send_omissions
                               : &host->receive_omissions;
        if (!ics_trace_chain_add(chain, rule, rule->config, place, self->seed, error)) {
            return false;
        }
    }
    return true;
}

static void world_configure_stream(const IcsWorld *self, IcsStack *stack,
                                   const IcsStreamConfig *config)
{
    if (self->trace->has_stream) {
        ics_tcp_configure(stack, config);
    }
}

bool ics_world_build_hosts(IcsWorld *self, GError **error)
{
    for (guint i = 0; i < self->trace->hosts->len; i++) {
        const IcsTraceHost *from = &g_array_index(self->trace->hosts, IcsTraceHost, i);
        IcsHost *host = ics_world_host(self, i);
        if (host->stack == NULL) {
            ics_transport_use(ics_stack_install(host), self->transport);
            world_configure_stream(self, host->stack, &from->stream);
        }
        for (guint k = 0; k < from->interfaces->len; k++) {
            const IcsTraceInterface *interface =
                &g_array_index(from->interfaces, IcsTraceInterface, k);
            if (ics_network_add_interface(self->network, host, interface->name, interface->address,
                                          interface->prefix_bits, error) == NULL) {
                return false;
            }
        }
        if (!world_build_host_faults(self, host, from, error)) {
            return false;
        }
    }
    return true;
}

/* ---- links ---- */

static IcsInterface *world_interface(const IcsWorld *self, const IcsTraceLink *from, int end)
{
    const IcsHost *host = ics_world_host(self, from->ends[end]);
    return g_ptr_array_index(host->interfaces, from->interfaces[end]);
}

static bool world_build_link_faults(IcsWorld *self, uint32_t index, const IcsTraceLink *from,
                                    GError **error)
{
    for (guint i = 0; i < from->faults->len; i++) {
        const IcsTraceFault *rule = &g_array_index(from->faults, IcsTraceFault, i);
        for (int direction = 0; direction < 2; direction++) {
            IcsLinkDirection *on = ics_world_direction(self, index, direction);
            if (rule->directions[direction] && !ics_trace_chain_add(&on->faults, rule, rule->config,
                                                                    on->name, self->seed, error)) {
                return false;
            }
        }
    }
    return true;
}

static bool world_build_link(IcsWorld *self, uint32_t index, GError **error)
{
    const IcsTraceLink *from = &g_array_index(self->trace->links, IcsTraceLink, index);
    IcsInterface *a = world_interface(self, from, 0);
    IcsInterface *b = world_interface(self, from, 1);
    return ics_network_add_link(self->network, a, b, &from->config[0], &from->config[1], error) &&
           world_build_link_faults(self, index, from, error);
}

bool ics_world_build_links(IcsWorld *self, GError **error)
{
    for (guint i = 0; i < self->trace->links->len; i++) {
        if (!world_build_link(self, i, error)) {
            return false;
        }
    }
    return true;
}
