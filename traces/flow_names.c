#include "traces/flow_names.h"

#include <string.h>

#include "protocols/wire/ipv4_address.h"
#include "sim/process.h"

#define FLOW_NAMES_PORT_BITS 16

/* TCP and UDP have ports of their own. */
static gint64 flow_names_key(const IcsHost *host, bool is_tcp, uint16_t port)
{
    return ((gint64)host->node << 1 | is_tcp) << FLOW_NAMES_PORT_BITS | port;
}

static void flow_names_port_bound(gpointer data, const IcsObservation *observation)
{
    IcsFlowNames *self = data;
    bool is_tcp = g_strcmp0(observation->text, "tcp") == 0;
    gint64 key = flow_names_key(observation->host, is_tcp, (uint16_t)observation->value);
    const char *name = observation->process->name;
    if (g_strcmp0(g_hash_table_lookup(self->receivers, &key), name) != 0) {
        g_hash_table_replace(self->receivers, g_memdup2(&key, sizeof(key)), g_strdup(name));
        self->changes++;
    }
}

IcsFlowNames *ics_flow_names_new(const IcsNetwork *network)
{
    IcsFlowNames *self = g_new0(IcsFlowNames, 1);
    self->network = network;
    self->receivers = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, g_free);
    ics_bus_subscribe(&network->simulation->bus, ICS_OBSERVE_MASK(SOCKET_BOUND),
                      flow_names_port_bound, self);
    return self;
}

void ics_flow_names_free(IcsFlowNames *self)
{
    if (self != NULL) {
        g_hash_table_unref(self->receivers);
        g_free(self);
    }
}

static const char *flow_names_receiver(const IcsFlowNames *self, const IcsFlow *flow)
{
    const IcsHost *host = ics_ipv4_address_is_loopback(flow->peer_address)
                              ? ics_network_host_by_name(self->network, flow->source_host)
                              : ics_network_host_by_address(self->network, flow->peer_address);
    if (host == NULL) {
        return NULL;
    }
    bool is_tcp = strcmp(flow->transport, "tcp") == 0;
    gint64 key = flow_names_key(host, is_tcp, flow->peer_port);
    return g_hash_table_lookup(self->receivers, &key);
}

char *ics_flow_names_text_by_port(const IcsFlowNames *self, uint32_t flow)
{
    const IcsFlow *of = ics_flow_table_get(&self->network->flows, flow);
    return g_strdup_printf("%s -> %s:%u", of->process, of->peer_host, of->peer_port);
}

char *ics_flow_names_text(const IcsFlowNames *self, uint32_t flow)
{
    const IcsFlow *of = ics_flow_table_get(&self->network->flows, flow);
    const char *receiver = flow_names_receiver(self, of);
    return receiver != NULL ? g_strdup_printf("%s -> %s", of->process, receiver)
                            : ics_flow_names_text_by_port(self, flow);
}
