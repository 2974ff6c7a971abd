#include "protocols/socket/socket_internal.h"
#include "protocols/wire/ipv4_address.h"

#define SOCKET_FLOW_FIRST_BUCKETS 4

static IcsSocketPeer *socket_peer_to(IcsSocket *self, uint32_t address)
{
    gpointer key = GUINT_TO_POINTER(address);
    if (self->peers == NULL) {
        self->peers = g_hash_table_new_full(NULL, NULL, NULL, g_free);
    }
    IcsSocketPeer *peer = g_hash_table_lookup(self->peers, key);
    if (peer == NULL) {
        peer = g_new0(IcsSocketPeer, 1);
        g_hash_table_insert(self->peers, key, peer);
    }
    return peer;
}

static IcsSocketFlow **socket_flow_bucket(const IcsSocket *self, IcsEndpoint to)
{
    uint64_t hash = ((uint64_t)to.address << 16 | to.port) * UINT64_C(0x9E3779B97F4A7C15);
    return &self->flows[(hash >> 32) & (self->n_flow_buckets - 1)];
}

static void socket_flow_insert(IcsSocket *self, IcsSocketFlow *flow)
{
    IcsSocketFlow **bucket = socket_flow_bucket(self, flow->to);
    flow->next = *bucket;
    *bucket = flow;
}

static void socket_flow_grow(IcsSocket *self)
{
    IcsSocketFlow **old = self->flows;
    uint32_t n_old = self->n_flow_buckets;
    self->n_flow_buckets = MAX(n_old * 2, (uint32_t)SOCKET_FLOW_FIRST_BUCKETS);
    self->flows = g_new0(IcsSocketFlow *, self->n_flow_buckets);
    for (uint32_t i = 0; i < n_old; i++) {
        IcsSocketFlow *next;
        for (IcsSocketFlow *flow = old[i]; flow != NULL; flow = next) {
            next = flow->next;
            socket_flow_insert(self, flow);
        }
    }
    g_free(old);
}

uint32_t ics_socket_add_flow(const IcsSocket *self, const IcsFlow *flow)
{
    IcsNetwork *network = self->stack->host->network;
    const IcsHost *peer_host = ics_network_host_by_address(network, flow->peer_address);
    char text[ICS_IPV4_ADDRESS_TEXT_BYTES];
    IcsFlow made = *flow;
    made.process = self->process->name;
    made.source_host = self->stack->host->name;
    made.peer_host =
        peer_host != NULL ? peer_host->name : ics_ipv4_address_format(flow->peer_address, text);
    made.socket = self->ordinal;
    made.incarnation = ics_socket_table_incarnation(self->process);
    made.is_datagram = self->type == ICS_SOCKET_DATAGRAM;
    return ics_flow_table_add(&network->flows, &made);
}

uint64_t ics_socket_fate_flow(const IcsSocket *self, uint32_t peer_address)
{
    const IcsHost *peer_host =
        ics_network_host_by_address(self->stack->host->network, peer_address);
    char text[ICS_IPV4_ADDRESS_TEXT_BYTES];
    return ics_flow_hash(self->process->name, self->ordinal,
                         peer_host != NULL ? peer_host->name
                                           : ics_ipv4_address_format(peer_address, text),
                         ics_socket_table_incarnation(self->process));
}

static IcsSocketFlow *socket_flow_new(IcsSocket *self, IcsEndpoint to)
{
    IcsNetwork *network = self->stack->host->network;
    IcsFlow flow = {
        .transport = self->transport != NULL ? self->transport->klass->name : "udp",
        .peer_address = to.address,
        .peer_port = to.port,
    };
    IcsSocketFlow *made = g_new0(IcsSocketFlow, 1);
    made->to = to;
    made->flow = ics_socket_add_flow(self, &flow);
    made->peer = socket_peer_to(self, to.address);
    made->peer->hash = ics_flow_table_get(&network->flows, made->flow)->hash;
    if (self->n_flows >= self->n_flow_buckets) {
        socket_flow_grow(self);
    }
    self->n_flows++;
    socket_flow_insert(self, made);
    return made;
}

static IcsSocketFlow *socket_flow_find(const IcsSocket *self, IcsEndpoint to)
{
    if (self->n_flows == 0) {
        return NULL;
    }
    IcsSocketFlow *flow = *socket_flow_bucket(self, to);
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
    for (uint32_t i = 0; i < self->n_flow_buckets; i++) {
        while (self->flows[i] != NULL) {
            IcsSocketFlow *flow = self->flows[i];
            self->flows[i] = flow->next;
            g_free(flow);
        }
    }
    g_clear_pointer(&self->flows, g_free);
    g_clear_pointer(&self->peers, g_hash_table_unref);
    self->n_flow_buckets = 0;
    self->n_flows = 0;
    self->last_flow = NULL;
}
