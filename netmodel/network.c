#include "netmodel/network.h"

#include <string.h>

#include "base/error.h"
#include "netmodel/host_internal.h"

#define NETWORK_LOOPBACK_ADDRESS 0x7f000001u

static IcsInterface *network_new_interface(IcsHost *host, const char *name, uint32_t address,
                                           uint8_t prefix_bits)
{
    IcsInterface *self = g_new0(IcsInterface, 1);
    self->host = host;
    self->name = g_strdup(name);
    self->address = address;
    self->prefix_bits = prefix_bits;
    return self;
}

static void network_free_interface(gpointer data)
{
    IcsInterface *self = data;
    g_free((char *)self->name);
    g_free(self);
}

static IcsHost *network_new_host(IcsNetwork *network, uint32_t node)
{
    IcsHost *self = g_new0(IcsHost, 1);
    self->network = network;
    self->node = node;
    self->name = network->simulation->nodes[node].name;
    self->interfaces = g_ptr_array_new_with_free_func(network_free_interface);
    self->loopback = network_new_interface(self, "lo", NETWORK_LOOPBACK_ADDRESS, 8);
    ics_host_init_loopback(self);
    return self;
}

static void network_free_packets(IcsPacketList *list)
{
    IcsPacket *packet;
    while ((packet = ics_packet_list_take(list)) != NULL) {
        ics_packet_free(packet);
    }
}

static void network_free_host(gpointer data)
{
    IcsHost *self = data;
    ics_simulation_cancel(self->network->simulation, &self->loopback_arrival);
    network_free_packets(&self->paused_input);
    network_free_packets(&self->loopback_queue);
    if (self->stack != NULL) {
        self->stack_class->free(self->stack);
    }
    ics_fault_chain_free(&self->send_omissions);
    ics_fault_chain_free(&self->receive_omissions);
    network_free_interface(self->loopback);
    g_ptr_array_unref(self->interfaces);
    g_clear_pointer(&self->routes, g_hash_table_unref);
    g_free(self);
}

static void network_free_direction(gpointer data)
{
    ics_link_direction_free(data);
}

IcsNetwork *ics_network_new(IcsSimulation *simulation, int64_t horizon_ns)
{
    IcsNetwork *self = g_new0(IcsNetwork, 1);
    self->simulation = simulation;
    self->horizon_ns = horizon_ns;
    self->packets = ics_packet_pool_new();
    self->hosts = g_ptr_array_new_with_free_func(network_free_host);
    self->directions = g_ptr_array_new_with_free_func(network_free_direction);
    self->by_name = g_hash_table_new(g_str_hash, g_str_equal);
    self->by_address = g_hash_table_new(NULL, NULL);
    for (uint32_t node = 1; node < simulation->n_nodes; node++) {
        IcsHost *host = network_new_host(self, node);
        g_ptr_array_add(self->hosts, host);
        g_hash_table_insert(self->by_name, (gpointer)host->name, host);
    }
    return self;
}

void ics_network_free(IcsNetwork *self)
{
    if (self == NULL) {
        return;
    }
    ics_simulation_drop_events(self->simulation);
    g_ptr_array_unref(self->directions);
    g_ptr_array_unref(self->hosts);
    g_hash_table_unref(self->by_name);
    g_hash_table_unref(self->by_address);
    ics_flow_table_clear(&self->flows);
    ics_packet_pool_free(self->packets);
    g_free(self);
}

IcsHost *ics_network_host_by_name(const IcsNetwork *self, const char *name)
{
    return g_hash_table_lookup(self->by_name, name);
}

IcsHost *ics_network_host_by_address(const IcsNetwork *self, uint32_t address)
{
    return g_hash_table_lookup(self->by_address, GUINT_TO_POINTER(address));
}

IcsHost *ics_network_host(const IcsNetwork *self, uint32_t node)
{
    g_assert(node >= 1 && node <= self->hosts->len);
    return g_ptr_array_index(self->hosts, node - 1);
}

IcsInterface *ics_network_add_interface(IcsNetwork *self, IcsHost *host, const char *name,
                                        uint32_t address, uint8_t prefix_bits, GError **error)
{
    const IcsHost *owner = ics_network_host_by_address(self, address);
    if (owner != NULL && owner != host) {
        g_set_error(error, ICS_ERROR, ICS_ERROR_INPUT, "host %s has this address already",
                    owner->name);
        return NULL;
    }
    IcsInterface *interface = network_new_interface(host, name, address, prefix_bits);
    interface->index = host->interfaces->len;
    g_ptr_array_add(host->interfaces, interface);
    g_hash_table_insert(self->by_address, GUINT_TO_POINTER(address), host);
    return interface;
}

bool ics_network_add_link(IcsNetwork *self, IcsInterface *a, IcsInterface *b,
                          const IcsLinkConfig *a_to_b, const IcsLinkConfig *b_to_a, GError **error)
{
    g_assert(a->out == NULL && b->out == NULL && a->host != b->host);
    IcsLinkDirection *forth = ics_link_direction_new(self, a, b, a_to_b, error);
    if (forth == NULL) {
        return false;
    }
    g_ptr_array_add(self->directions, forth);
    IcsLinkDirection *back = ics_link_direction_new(self, b, a, b_to_a, error);
    if (back == NULL) {
        return false;
    }
    g_ptr_array_add(self->directions, back);
    a->out = forth;
    b->out = back;
    a->peer = b;
    b->peer = a;
    return true;
}

IcsLinkDirection *ics_network_direction(const IcsNetwork *self, const char *link,
                                        const char *from_host)
{
    for (guint i = 0; i < self->directions->len; i++) {
        IcsLinkDirection *direction = g_ptr_array_index(self->directions, i);
        if (strcmp(direction->link_name, link) == 0 &&
            strcmp(direction->from->host->name, from_host) == 0) {
            return direction;
        }
    }
    return NULL;
}

/* Of several links to one neighbour the first serves all of its addresses but those at the far ends
 * of the others. */
static void network_connect_interface(IcsInterface *interface)
{
    IcsHost *host = interface->host;
    if (host->routes == NULL) {
        host->routes = g_hash_table_new(NULL, NULL);
    }
    const gpointer keys[] = {ics_host_address_key(interface->peer->address),
                             ics_host_neighbour_key(interface->peer->host)};
    for (size_t i = 0; i < G_N_ELEMENTS(keys); i++) {
        if (!g_hash_table_contains(host->routes, keys[i])) {
            g_hash_table_insert(host->routes, keys[i], interface);
        }
    }
}

void ics_network_connect_routes(IcsNetwork *self)
{
    for (guint i = 0; i < self->directions->len; i++) {
        const IcsLinkDirection *direction = g_ptr_array_index(self->directions, i);
        network_connect_interface(direction->from);
    }
}

void ics_network_schedule_departures(IcsNetwork *self)
{
    for (guint i = 0; i < self->directions->len; i++) {
        IcsLinkDirection *direction = g_ptr_array_index(self->directions, i);
        g_assert(direction->counters.offered == 0);
        direction->scheduled = true;
    }
}

const IcsLinkDirection *ics_network_find_unconserved(const IcsNetwork *self)
{
    for (guint i = 0; i < self->directions->len; i++) {
        const IcsLinkDirection *direction = g_ptr_array_index(self->directions, i);
        if (!ics_link_direction_is_conserved(direction)) {
            return direction;
        }
    }
    return NULL;
}

static gint network_compare_directions(gconstpointer a, gconstpointer b)
{
    const IcsLinkDirection *const *first = a;
    const IcsLinkDirection *const *second = b;
    return strcmp((*first)->name, (*second)->name);
}

uint64_t ics_network_digest(const IcsNetwork *self)
{
    IcsDigest digest = {.state = ICS_DIGEST_VERSION};
    ics_simulation_fold_digest(self->simulation, &digest);
    g_autoptr(GPtrArray) sorted = g_ptr_array_sized_new(self->directions->len);
    for (guint i = 0; i < self->directions->len; i++) {
        g_ptr_array_add(sorted, g_ptr_array_index(self->directions, i));
    }
    g_ptr_array_sort(sorted, network_compare_directions);
    for (guint i = 0; i < sorted->len; i++) {
        ics_link_direction_fold_digest(g_ptr_array_index(sorted, i), &digest);
    }
    return digest.state;
}

uint64_t ics_network_model_events(const IcsNetwork *self)
{
    const IcsSimulation *simulation = self->simulation;
    uint64_t events = 0;
    for (uint32_t i = 1; i < simulation->n_nodes; i++) {
        events += simulation->nodes[i].digest.records;
    }
    for (guint i = 0; i < self->directions->len; i++) {
        const IcsLinkDirection *direction = g_ptr_array_index(self->directions, i);
        events +=
            direction->offered.records + direction->fates.records + direction->arrived.records;
    }
    return events;
}
