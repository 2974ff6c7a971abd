#include "netmodel/host.h"

#include "netmodel/host_internal.h"
#include "netmodel/network.h"

#define HOST_LOOPBACK_NETWORK 127u

const char *ics_host_state_name(IcsHostState state)
{
    static const char *const names[] = {
#define ICS_HOST_STATE(name, spelling) spelling,
        ICS_HOST_STATES(ICS_HOST_STATE)
#undef ICS_HOST_STATE
    };
    g_assert((unsigned)state < G_N_ELEMENTS(names));
    return names[state];
}

void ics_host_drop(IcsHost *self, IcsPacket *packet, IcsCause cause)
{
    IcsSimulation *simulation = self->network->simulation;
    self->dropped[cause]++;
    ics_digest_record(&simulation->nodes[self->node].digest, ICS_DIGEST_PACKET_FATE,
                      simulation->now_ns, packet->fate.flow ^ packet->fate.lineage,
                      packet->fate.ordinal, cause);
    if (ics_bus_wants(&simulation->bus, ICS_OBSERVE_PACKET_DROPPED)) {
        IcsObservation observation = {.kind = ICS_OBSERVE_PACKET_DROPPED,
                                      .node = self->node,
                                      .at_ns = simulation->now_ns,
                                      .packet = packet,
                                      .message = &packet->message,
                                      .host = self,
                                      .cause = cause};
        ics_bus_publish(&simulation->bus, &observation);
    }
    ics_packet_free(packet);
}

/* Whether one of the host's omission elements takes the packet. */
static bool host_omits(const IcsHost *self, IcsFault *fault, IcsPacket *packet)
{
    const IcsSimulation *simulation = self->network->simulation;
    IcsPassage passage = {
        .packet = packet, .chooser = &simulation->chooser, .at_ns = simulation->now_ns};
    for (; fault != NULL && !passage.lost; fault = fault->next) {
        ics_fault_ask(fault, &passage);
    }
    return passage.lost;
}

/* ---- loopback ---- */

static void host_arm_loopback(IcsHost *self)
{
    ics_simulation_schedule(self->network->simulation, &self->loopback_arrival,
                            self->network->simulation->now_ns, self->node);
}

static void host_input(IcsHost *self, IcsInterface *interface, IcsPacket *packet)
{
    packet->interface = interface;
    self->stack_class->input(self->stack, interface, packet);
}

static void host_publish_looped(IcsHost *self, const IcsPacket *packet)
{
    const IcsSimulation *simulation = self->network->simulation;
    if (ics_bus_wants(&simulation->bus, ICS_OBSERVE_PACKET_LOOPED)) {
        IcsObservation observation = {.kind = ICS_OBSERVE_PACKET_LOOPED,
                                      .node = self->node,
                                      .at_ns = simulation->now_ns,
                                      .packet = packet,
                                      .message = &packet->message,
                                      .host = self};
        ics_bus_publish(&simulation->bus, &observation);
    }
}

static void host_loopback_arrived(IcsEvent *event)
{
    IcsHost *self = ICS_CONTAINER_OF(event, IcsHost, loopback_arrival);
    IcsPacket *packet = ics_packet_list_take(&self->loopback_queue);
    if (self->loopback_queue.first != NULL) {
        host_arm_loopback(self);
    }
    host_publish_looped(self, packet);
    ics_interface_receive(self->loopback, packet);
}

static void host_send_to_itself(IcsHost *self, IcsPacket *packet)
{
    ics_packet_list_append(&self->loopback_queue, packet);
    if (!ics_event_is_queued(&self->loopback_arrival)) {
        host_arm_loopback(self);
    }
}

void ics_host_init_loopback(IcsHost *self)
{
    ics_event_init(&self->loopback_arrival, host_loopback_arrived);
}

/* ---- interfaces ---- */

void ics_interface_send(IcsInterface *self, IcsPacket *packet)
{
    IcsHost *host = self->host;
    if (G_UNLIKELY(host->send_omissions != NULL) &&
        host_omits(host, host->send_omissions, packet)) {
        ics_host_drop(host, packet, ICS_CAUSE_SEND_OMISSION);
    } else if (self->out != NULL) {
        ics_link_direction_offer(self->out, packet);
    } else {
        host_send_to_itself(host, packet);
    }
}

static void interface_receive_running(IcsInterface *self, IcsPacket *packet)
{
    IcsHost *host = self->host;
    if (G_UNLIKELY(host->receive_omissions != NULL) &&
        host_omits(host, host->receive_omissions, packet)) {
        ics_host_drop(host, packet, ICS_CAUSE_RECEIVE_OMISSION);
        return;
    }
    host_input(host, self, packet);
}

static void interface_receive_paused(IcsInterface *self, IcsPacket *packet)
{
    IcsHost *host = self->host;
    if (self->paused_packets >= ICS_HOST_PAUSED_PACKETS) {
        ics_host_drop(host, packet, ICS_CAUSE_HOST_PAUSED);
        return;
    }
    packet->interface = self;
    self->paused_packets++;
    ics_packet_list_append(&host->paused_input, packet);
}

void ics_interface_receive(IcsInterface *self, IcsPacket *packet)
{
    IcsHost *host = self->host;
    switch (host->state) {
    case ICS_HOST_UP:
        interface_receive_running(self, packet);
        return;
    case ICS_HOST_PAUSED:
        interface_receive_paused(self, packet);
        return;
    case ICS_HOST_CRASHED:
        ics_host_drop(host, packet, ICS_CAUSE_HOST_DOWN);
        return;
    }
}

/* ---- routes ---- */

bool ics_host_owns_address(const IcsHost *self, uint32_t address)
{
    return ics_network_host_by_address(self->network, address) == self ||
           address >> 24 == HOST_LOOPBACK_NETWORK;
}

static IcsInterface *host_find_route(const IcsHost *self, uint32_t destination)
{
    if (ics_host_owns_address(self, destination)) {
        return self->loopback;
    }
    if (self->routes == NULL) {
        return self->default_route;
    }
    IcsInterface *interface = g_hash_table_lookup(self->routes, ics_host_address_key(destination));
    const IcsHost *owner = ics_network_host_by_address(self->network, destination);
    if (interface == NULL && owner != NULL) {
        interface = g_hash_table_lookup(self->routes, ics_host_neighbour_key(owner));
    }
    return interface != NULL ? interface : self->default_route;
}

IcsInterface *ics_host_route(IcsHost *self, uint32_t destination)
{
    if (G_LIKELY(self->cached_route != NULL && self->cached_destination == destination)) {
        return self->cached_route;
    }
    IcsInterface *interface = host_find_route(self, destination);
    self->cached_destination = destination;
    self->cached_route = interface;
    return interface;
}

void ics_host_set_default_route(IcsHost *self, IcsInterface *interface)
{
    g_assert(interface == NULL || interface->host == self);
    self->default_route = interface;
    self->cached_route = NULL;
}

uint32_t ics_host_source_address(const IcsHost *self, const IcsInterface *interface)
{
    if (interface != self->loopback || self->interfaces->len == 0) {
        return interface->address;
    }
    const IcsInterface *first = g_ptr_array_index(self->interfaces, 0);
    return first->address;
}

/* ---- crash, restart, pause, resume ---- */

static void host_publish(IcsHost *self, const char *verb)
{
    IcsSimulation *simulation = self->network->simulation;
    if (ics_bus_wants(&simulation->bus, ICS_OBSERVE_HOST_CHANGED)) {
        IcsObservation observation = {.kind = ICS_OBSERVE_HOST_CHANGED,
                                      .node = self->node,
                                      .at_ns = simulation->now_ns,
                                      .host = self,
                                      .text = verb};
        ics_bus_publish(&simulation->bus, &observation);
    }
}

/* Empties the queues of the interfaces; transfer full. */
static IcsPacketList host_take_paused_input(IcsHost *self)
{
    IcsPacketList list = self->paused_input;
    self->paused_input = (IcsPacketList){0};
    self->loopback->paused_packets = 0;
    for (guint i = 0; i < self->interfaces->len; i++) {
        IcsInterface *interface = g_ptr_array_index(self->interfaces, i);
        interface->paused_packets = 0;
    }
    return list;
}

static void host_drop_list(IcsHost *self, IcsPacketList *list)
{
    IcsPacket *packet;
    while ((packet = ics_packet_list_take(list)) != NULL) {
        ics_host_drop(self, packet, ICS_CAUSE_HOST_DOWN);
    }
}

static void host_flush_links(IcsHost *self)
{
    for (guint i = 0; i < self->interfaces->len; i++) {
        const IcsInterface *interface = g_ptr_array_index(self->interfaces, i);
        if (interface->out != NULL) {
            ics_link_direction_flush(interface->out, ICS_CAUSE_HOST_DOWN);
        }
    }
}

/* The stack goes before the node thaws: no timer of a host that crashed while it was paused falls
 * due. */
void ics_host_crash(IcsHost *self)
{
    if (self->state == ICS_HOST_CRASHED) {
        return;
    }
    self->state = ICS_HOST_CRASHED;
    IcsPacketList paused_input = host_take_paused_input(self);
    host_drop_list(self, &paused_input);
    ics_simulation_cancel(self->network->simulation, &self->loopback_arrival);
    host_drop_list(self, &self->loopback_queue);
    host_flush_links(self);
    self->stack_class->crash(self->stack);
    ics_simulation_thaw(self->network->simulation, self->node);
    host_publish(self, "crash");
}

void ics_host_restart(IcsHost *self)
{
    if (self->state == ICS_HOST_CRASHED) {
        self->state = ICS_HOST_UP;
        self->incarnation++;
        host_publish(self, "restart");
    }
}

void ics_host_pause(IcsHost *self)
{
    if (self->state == ICS_HOST_UP) {
        self->state = ICS_HOST_PAUSED;
        ics_simulation_freeze(self->network->simulation, self->node);
        host_publish(self, "pause");
    }
}

void ics_host_resume(IcsHost *self)
{
    if (self->state != ICS_HOST_PAUSED) {
        return;
    }
    IcsSimulation *simulation = self->network->simulation;
    self->state = ICS_HOST_UP;
    host_publish(self, "resume");
    uint32_t actor = ics_simulation_enter(simulation, self->node);
    ics_simulation_thaw(simulation, self->node);
    IcsPacketList list = host_take_paused_input(self);
    IcsPacket *packet;
    while ((packet = ics_packet_list_take(&list)) != NULL) {
        interface_receive_running(packet->interface, packet);
    }
    ics_simulation_enter(simulation, actor);
}
