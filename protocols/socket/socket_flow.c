#include "protocols/socket/socket_internal.h"
#include "protocols/wire/ipv4_address.h"

static IcsSocketPeer *socket_peer_to(IcsSocket *self, uint32_t address)
{
    IcsSocketPeer *peer = self->peers;
    while (peer != NULL && peer->address != address) {
        peer = peer->next;
    }
    if (peer == NULL) {
        peer = g_new0(IcsSocketPeer, 1);
        peer->address = address;
        peer->next = self->peers;
        self->peers = peer;
    }
    return peer;
}

static IcsSocketFlow *socket_flow_new(IcsSocket *self, IcsEndpoint to)
{
    IcsNetwork *network = self->stack->host->network;
    const IcsHost *peer_host = ics_network_host_by_address(network, to.address);
    char text[ICS_IPV4_ADDRESS_TEXT_BYTES];
    IcsFlow flow = {
        .process = self->process->name,
        .transport = "udp",
        .source_host = self->stack->host->name,
        .peer_host =
            peer_host != NULL ? peer_host->name : ics_ipv4_address_format(to.address, text),
        .peer_address = to.address,
        .peer_port = to.port,
        .socket = self->ordinal,
        .incarnation = ics_socket_table_incarnation(self->process),
    };
    IcsSocketFlow *made = g_new0(IcsSocketFlow, 1);
    made->to = to;
    made->flow = ics_flow_table_add(&network->flows, &flow);
    made->peer = socket_peer_to(self, to.address);
    made->peer->hash = ics_flow_table_get(&network->flows, made->flow)->hash;
    made->next = self->flows;
    self->flows = made;
    return made;
}

static IcsSocketFlow *socket_flow_find(const IcsSocket *self, IcsEndpoint to)
{
    IcsSocketFlow *flow = self->flows;
    while (flow != NULL && (flow->to.address != to.address || flow->to.port != to.port)) {
        flow = flow->next;
    }
    return flow;
}

IcsSocketFlow *ics_socket_flow_to(IcsSocket *self, IcsEndpoint to)
{
    IcsSocketFlow *flow = self->last_flow;
    if (G_LIKELY(flow != NULL && flow->to.address == to.address && flow->to.port == to.port)) {
        return flow;
    }
    flow = socket_flow_find(self, to);
    self->last_flow = flow != NULL ? flow : socket_flow_new(self, to);
    return self->last_flow;
}

IcsFate ics_socket_flow_fate(IcsSocketFlow *self, IcsFateClass klass)
{
    return (IcsFate){
        .flow = self->peer->hash,
        .ordinal = self->peer->next_ordinal[klass]++,
        .klass = (uint8_t)klass,
    };
}

void ics_socket_flows_free(IcsSocket *self)
{
    while (self->flows != NULL) {
        IcsSocketFlow *flow = self->flows;
        self->flows = flow->next;
        g_free(flow);
    }
    while (self->peers != NULL) {
        IcsSocketPeer *peer = self->peers;
        self->peers = peer->next;
        g_free(peer);
    }
    self->last_flow = NULL;
}
