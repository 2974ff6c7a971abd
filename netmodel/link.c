#include "netmodel/link.h"

#include "netmodel/host.h"
#include "netmodel/link_internal.h"
#include "netmodel/network.h"

static void link_direction_sink(gpointer sink, IcsPacket *packet, IcsCause cause, int64_t at_ns)
{
    ics_link_direction_drop(sink, packet, cause, at_ns);
}

static void link_direction_publish(IcsLinkDirection *self, IcsObservationKind kind,
                                   const IcsPacket *packet)
{
    if (ics_bus_wants(&self->simulation->bus, kind)) {
        IcsObservation observation = {.kind = kind,
                                      .node = self->from->host->node,
                                      .at_ns = self->simulation->now_ns,
                                      .packet = packet,
                                      .message = &packet->message,
                                      .host = self->from->host,
                                      .direction = self};
        ics_bus_publish(&self->simulation->bus, &observation);
    }
}

static void link_direction_marked(gpointer sink, const IcsPacket *packet,
                                  G_GNUC_UNUSED int64_t at_ns)
{
    IcsLinkDirection *self = sink;
    self->counters.marked++;
    link_direction_publish(self, ICS_OBSERVE_PACKET_MARKED, packet);
}

/* A drop-tail queue that nothing but the passing of time empties can be computed. */
static bool link_direction_must_schedule(const IcsLinkConfig *config)
{
    return config->scheduled || (config->queue != NULL && config->queue != ics_queue_classes[0]);
}

static bool link_direction_make_queue(IcsLinkDirection *self, const IcsLinkConfig *config,
                                      GError **error)
{
    const IcsQueueClass *klass = config->queue != NULL ? config->queue : ics_queue_classes[0];
    g_autofree gpointer defaults = g_malloc0(klass->config_bytes);
    ics_parameters_defaults(klass->parameters, defaults);
    gconstpointer queue_config = config->queue_config != NULL ? config->queue_config : defaults;
    IcsQueueSettings settings = {
        .place = self->name,
        .pointer = config->pointer,
        .seed = self->simulation->seed,
        .chooser = &self->simulation->chooser,
        .rate_bps =
            config->capacity != NULL ? ics_capacity_mean_bps(config->capacity) : config->rate_bps,
        .mtu_bytes = config->mtu_bytes,
        .drop = link_direction_sink,
        .mark = link_direction_marked,
        .sink = self,
    };
    self->queue = ics_queue_new(klass, queue_config, &settings, error);
    if (self->queue != NULL && klass == ics_queue_classes[0]) {
        self->limits = ics_drop_tail_limits(self->queue);
    }
    return self->queue != NULL;
}

static void link_direction_departed(IcsEvent *event)
{
    IcsLinkDirection *self = ICS_CONTAINER_OF(event, IcsLinkDirection, departure);
    uint32_t actor = ics_simulation_enter(self->simulation, self->from->host->node);
    if (self->scheduled) {
        ics_link_scheduled_departed(self);
    } else {
        ics_link_computed_departed(self);
    }
    ics_simulation_enter(self->simulation, actor);
}

/* Departures are the world's: whatever else happens at that instant finds the packet on the wire,
 * as it does where departures are computed. A receiver before the sender in the order of nodes
 * would else meet the arrivals of a link without delay later. */
void ics_link_direction_push_departure(IcsLinkDirection *self, int64_t departs_ns)
{
    uint32_t from = self->from->host->node;
    self->departure.at_ns = departs_ns;
    self->departure.route = ics_event_route(ICS_NODE_WORLD, from);
    self->departure.ordinal = self->simulation->nodes[from].next_ordinal++;
    ics_simulation_push(self->simulation, &self->departure);
}

IcsLinkDirection *ics_link_direction_new(IcsNetwork *network, IcsInterface *from, IcsInterface *to,
                                         const IcsLinkConfig *config, GError **error)
{
    IcsLinkDirection *self = g_new0(IcsLinkDirection, 1);
    self->network = network;
    self->simulation = network->simulation;
    self->from = from;
    self->to = to;
    self->link_name = config->name;
    self->pointer = config->pointer;
    self->name = g_strdup_printf("%s %s->%s", config->name, from->host->name, to->host->name);
    self->transmitter.rate_bps = config->rate_bps;
    self->transmitter.capacity = config->capacity;
    self->delay_ns = config->delay_ns;
    self->mtu_bytes = (uint32_t)config->mtu_bytes;
    self->route = ics_event_route(to->host->node, from->host->node);
    self->scheduled = link_direction_must_schedule(config);
    ics_link_wire_init(self);
    ics_event_init(&self->departure, link_direction_departed);
    if (!link_direction_make_queue(self, config, error)) {
        ics_link_direction_free(self);
        return NULL;
    }
    return self;
}

static void link_direction_free_list(IcsPacketList *list)
{
    IcsPacket *packet;
    while ((packet = ics_packet_list_take(list)) != NULL) {
        ics_packet_free(packet);
    }
}

/* Of a list whose packets have events of their own. */
static void link_direction_free_strays(IcsLinkDirection *self, IcsPacket **first)
{
    while (*first != NULL) {
        IcsPacket *packet = *first;
        *first = packet->next;
        ics_simulation_cancel(self->simulation, &packet->event);
        ics_packet_free(packet);
    }
}

void ics_link_direction_free(IcsLinkDirection *self)
{
    link_direction_free_list(&self->waiting);
    link_direction_free_list(&self->wire);
    link_direction_free_list(&self->held_back);
    ics_simulation_cancel(self->simulation, &self->arrival);
    ics_simulation_cancel(self->simulation, &self->departure);
    link_direction_free_strays(self, &self->strays);
    link_direction_free_strays(self, &self->displaced);
    if (self->in_service != NULL) {
        ics_packet_free(self->in_service);
    }
    g_clear_pointer(&self->queue, ics_queue_free);
    ics_fault_chain_free(&self->faults);
    g_free(self->ring.slots);
    g_free((char *)self->name);
    g_free(self);
}

/* Where a death is recorded: at the near end, or where the packet would have arrived. Losses stand
 * among the fates already. */
static IcsDigest *link_direction_death_digest(IcsLinkDirection *self, IcsCause cause)
{
    return cause == ICS_CAUSE_PARTITION ? &self->arrived : &self->offered;
}

void ics_link_direction_drop(IcsLinkDirection *self, IcsPacket *packet, IcsCause cause,
                             int64_t at_ns)
{
    self->counters.dropped[cause]++;
    if (cause != ICS_CAUSE_LOSS) {
        ics_digest_record(link_direction_death_digest(self, cause), ICS_DIGEST_PACKET_FATE, at_ns,
                          packet->fate.flow ^ packet->fate.lineage, packet->fate.ordinal, cause);
    }
    if (ics_bus_wants(&self->simulation->bus, ICS_OBSERVE_PACKET_DROPPED)) {
        IcsObservation observation = {.kind = ICS_OBSERVE_PACKET_DROPPED,
                                      .node = self->from->host->node,
                                      .at_ns = at_ns,
                                      .packet = packet,
                                      .message = &packet->message,
                                      .direction = self,
                                      .cause = cause};
        ics_bus_publish(&self->simulation->bus, &observation);
    }
    ics_packet_free(packet);
}

void ics_link_direction_publish_queued(IcsLinkDirection *self, const IcsPacket *packet)
{
    link_direction_publish(self, ICS_OBSERVE_PACKET_QUEUED, packet);
}

void ics_link_direction_offer(IcsLinkDirection *self, IcsPacket *packet)
{
    int64_t now_ns = self->simulation->now_ns;
    packet->direction = self;
    packet->offered_ns = now_ns;
    packet->ordinal = ics_simulation_next_ordinal(self->simulation) << ICS_LINK_COPY_BITS;
    self->counters.offered++;
    self->counters.offered_bytes += packet->length;
    ics_digest_record_bytes(&self->offered,
                            &(IcsDigestEvent){ICS_DIGEST_PACKET_OFFERED, now_ns,
                                              packet->fate.flow ^ packet->fate.lineage,
                                              packet->fate.ordinal, packet->length},
                            packet->bytes, packet->length);
    link_direction_publish(self, ICS_OBSERVE_PACKET_OFFERED, packet);
    if (G_UNLIKELY(packet->length > self->mtu_bytes)) {
        ics_link_direction_drop(self, packet, ICS_CAUSE_TOO_BIG, now_ns);
    } else if (G_UNLIKELY(self->down)) {
        ics_link_direction_drop(self, packet, ICS_CAUSE_LINK_DOWN, now_ns);
    } else if (self->scheduled) {
        ics_link_scheduled_offer(self, packet);
    } else {
        ics_link_computed_offer(self, packet);
    }
}

uint64_t ics_link_direction_in_flight(const IcsLinkDirection *self)
{
    return self->waiting.packets + self->queue->packets + (self->in_service != NULL) +
           ics_link_wire_packets(self);
}

bool ics_link_direction_is_conserved(const IcsLinkDirection *self)
{
    const IcsLinkCounters *counters = &self->counters;
    uint64_t dropped = 0;
    for (int cause = 0; cause < ICS_N_CAUSES; cause++) {
        dropped += counters->dropped[cause];
    }
    return counters->offered + counters->copies ==
           counters->delivered + dropped + ics_link_direction_in_flight(self);
}

uint64_t ics_link_direction_waited_ns(const IcsLinkDirection *self)
{
    int64_t now_ns = self->simulation->now_ns;
    uint64_t waited_ns = self->counters.waited_ns;
    for (uint32_t i = 0; i < self->ring.n; i++) {
        const IcsQueuedSlot *slot =
            &self->ring.slots[(self->ring.head + i) & (self->ring.capacity - 1)];
        waited_ns -= (uint64_t)MAX(slot->starts_ns - now_ns, 0);
    }
    return waited_ns + self->queue->packets * (uint64_t)(now_ns - self->queue_changed_ns);
}

uint64_t ics_link_direction_busy_ns(const IcsLinkDirection *self)
{
    int64_t now_ns = self->simulation->now_ns;
    if (self->in_service != NULL) {
        return self->counters.busy_ns + (uint64_t)(now_ns - self->in_service->starts_ns);
    }
    int64_t ahead_ns = self->scheduled ? 0 : MAX(self->transmitter.busy_until_ns - now_ns, 0);
    return self->counters.busy_ns - (uint64_t)ahead_ns;
}

void ics_link_direction_fold_digest(const IcsLinkDirection *self, IcsDigest *into)
{
    ics_digest_fold(into, self->name, &self->offered);
    ics_digest_fold(into, self->name, &self->fates);
    ics_digest_fold(into, self->name, &self->arrived);
}
