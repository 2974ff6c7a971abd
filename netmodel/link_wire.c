/* The wire: fault elements, propagation, arrival. */
#include <glib.h>

#include "base/hash.h"
#include "netmodel/host.h"
#include "netmodel/link_internal.h"
#include "netmodel/network.h"

/* Copies of one packet on one link share its place in the order of events; the low bits tell them
 * apart. */
#define LINK_WIRE_COPIES_MAX ((1u << ICS_LINK_COPY_BITS) - 1)

/* ---- arrival ---- */

void ics_link_wire_deliver(IcsLinkDirection *self, IcsPacket *packet)
{
    int64_t now_ns = self->simulation->now_ns;
    self->counters.delivered++;
    self->counters.delivered_bytes += packet->length;
    ics_digest_record_bytes(&self->arrived,
                            &(IcsDigestEvent){ICS_DIGEST_PACKET_ARRIVED, now_ns,
                                              packet->fate.flow ^ packet->fate.lineage,
                                              packet->fate.ordinal, packet->length},
                            packet->bytes, packet->length);
    if (ics_bus_wants(&self->simulation->bus, ICS_OBSERVE_PACKET_ARRIVED)) {
        IcsObservation observation = {.kind = ICS_OBSERVE_PACKET_ARRIVED,
                                      .node = self->to->host->node,
                                      .at_ns = now_ns,
                                      .packet = packet,
                                      .message = &packet->message,
                                      .host = self->to->host,
                                      .direction = self};
        ics_bus_publish(&self->simulation->bus, &observation);
    }
    ics_interface_receive(self->to, packet);
}

static void link_wire_pass(IcsLinkDirection *self, IcsPacket *packet)
{
    uint64_t flow = packet->fate.flow;
    uint64_t ordinal = packet->ordinal;
    ics_link_wire_deliver(self, packet);
    if (G_UNLIKELY(self->n_displaced > 0)) {
        ics_link_displaced_passed(self, flow, ordinal);
    }
}

static void link_wire_arrive(IcsLinkDirection *self, IcsPacket *packet)
{
    if (G_UNLIKELY(self->partitions > 0)) {
        ics_link_direction_drop(self, packet, ICS_CAUSE_PARTITION, self->simulation->now_ns);
    } else if (G_UNLIKELY(self->held)) {
        ics_packet_list_append(&self->held_back, packet);
    } else {
        link_wire_pass(self, packet);
    }
}

static void link_wire_arm(IcsLinkDirection *self)
{
    const IcsPacket *first = self->wire.first;
    if (first != NULL) {
        self->arrival.at_ns = first->arrives_ns;
        self->arrival.route = self->route;
        self->arrival.ordinal = first->ordinal;
        ics_simulation_push(self->simulation, &self->arrival);
    }
}

static void link_wire_first_arrived(IcsEvent *event)
{
    IcsLinkDirection *self = ICS_CONTAINER_OF(event, IcsLinkDirection, arrival);
    IcsPacket *packet = ics_packet_list_take(&self->wire);
    link_wire_arm(self);
    link_wire_arrive(self, packet);
}

static void link_wire_stray_arrived(IcsEvent *event)
{
    IcsPacket *packet = ICS_CONTAINER_OF(event, IcsPacket, event);
    IcsLinkDirection *self = packet->direction;
    ics_link_list_remove(&self->strays, packet);
    self->n_strays--;
    link_wire_arrive(self, packet);
}

void ics_link_wire_init(IcsLinkDirection *self)
{
    ics_event_init(&self->arrival, link_wire_first_arrived);
}

/* ---- departure ---- */

static void link_wire_digest_fate(IcsLinkDirection *self, const IcsPacket *packet, IcsCause cause,
                                  uint64_t damage)
{
    ics_digest_record(&self->fates, ICS_DIGEST_PACKET_FATE, packet->departs_ns,
                      packet->fate.flow ^ packet->fate.lineage, packet->fate.ordinal,
                      cause == ICS_CAUSE_NONE ? (uint64_t)packet->arrives_ns : ~(uint64_t)cause);
    if (damage != 0) {
        ics_digest_record(&self->fates, ICS_DIGEST_PACKET_FATE, packet->departs_ns, damage,
                          packet->length, ics_hash_bytes(packet->bytes, packet->length, 0));
    }
}

void ics_link_wire_push(IcsLinkDirection *self, IcsPacket *packet, IcsEventFunc fire, int64_t at_ns)
{
    ics_event_init(&packet->event, fire);
    packet->event.at_ns = at_ns;
    packet->event.route = self->route;
    packet->event.ordinal = packet->ordinal;
    ics_simulation_push(self->simulation, &packet->event);
}

/* Sets out for the far end, to arrive at arrives_ns. */
static void link_wire_travel(IcsLinkDirection *self, IcsPacket *packet)
{
    if (G_UNLIKELY(packet->overtakers_left > 0)) {
        ics_link_displaced_travel(self, packet);
        return;
    }
    const IcsPacket *last = self->wire.last;
    if (last == NULL || packet->arrives_ns >= last->arrives_ns) {
        ics_packet_list_append(&self->wire, packet);
        if (last == NULL) {
            link_wire_arm(self);
        }
        return;
    }
    ics_link_list_push(&self->strays, packet);
    self->n_strays++;
    ics_link_wire_push(self, packet, link_wire_stray_arrived, packet->arrives_ns);
}

static void link_wire_publish_damage(IcsLinkDirection *self, const IcsPassage *passage)
{
    if (ics_bus_wants(&self->simulation->bus, ICS_OBSERVE_PACKET_DAMAGED)) {
        IcsObservation observation = {.kind = ICS_OBSERVE_PACKET_DAMAGED,
                                      .node = self->from->host->node,
                                      .at_ns = passage->at_ns,
                                      .packet = passage->packet,
                                      .message = &passage->packet->message,
                                      .direction = self,
                                      .text = passage->bytes_cut > 0 ? "truncate" : "corrupt",
                                      .value = passage->bytes_cut > 0 ? passage->bytes_cut
                                                                      : passage->bits_flipped};
        ics_bus_publish(&self->simulation->bus, &observation);
    }
}

/* Carries out what the elements decided about one packet. */
static void link_wire_conclude(IcsLinkDirection *self, const IcsPassage *passage)
{
    IcsPacket *packet = passage->packet;
    uint64_t damage = (uint64_t)passage->bits_flipped << 32 | passage->bytes_cut;
    if (passage->lost) {
        link_wire_digest_fate(self, packet, ICS_CAUSE_LOSS, damage);
        ics_link_direction_drop(self, packet, ICS_CAUSE_LOSS, passage->at_ns);
        return;
    }
    int64_t arrives_ns = passage->at_ns + self->delay_ns + passage->delay_ns;
    if (passage->keeps_order) {
        arrives_ns = MAX(arrives_ns, self->latest_arrival_ns);
    }
    self->latest_arrival_ns = MAX(self->latest_arrival_ns, arrives_ns);
    packet->arrives_ns = arrives_ns;
    packet->overtakers_left = passage->displacement;
    packet->overtaken = 0;
    packet->flush_ns = passage->flush_ns;
    link_wire_digest_fate(self, packet, ICS_CAUSE_NONE, damage);
    if (damage != 0) {
        self->counters.damaged++;
        link_wire_publish_damage(self, passage);
    }
    link_wire_travel(self, packet);
}

/* All stages behind duplication, for one packet. */
static void link_wire_ask(IcsFault *fault, IcsPassage *passage)
{
    for (; fault != NULL && !passage->lost; fault = fault->next) {
        IcsFaultStage stage = fault->klass->stage;
        if (stage == ICS_FAULT_STAGE_DUPLICATE ||
            (stage == ICS_FAULT_STAGE_DELAY && passage->skips_delay)) {
            continue;
        }
        ics_fault_ask(fault, passage);
    }
}

static IcsPassage link_wire_passage(const IcsLinkDirection *self, IcsPacket *packet,
                                    int64_t departs_ns)
{
    return (IcsPassage){
        .packet = packet,
        .chooser = &self->simulation->chooser,
        .at_ns = departs_ns,
    };
}

static void link_wire_publish_copy(IcsLinkDirection *self, const IcsPacket *copy, int64_t at_ns)
{
    if (ics_bus_wants(&self->simulation->bus, ICS_OBSERVE_PACKET_COPIED)) {
        IcsObservation observation = {.kind = ICS_OBSERVE_PACKET_COPIED,
                                      .node = self->from->host->node,
                                      .at_ns = at_ns,
                                      .packet = copy,
                                      .message = &copy->message,
                                      .direction = self,
                                      .value = (int64_t)copy->parent_id};
        ics_bus_publish(&self->simulation->bus, &observation);
    }
}

static IcsPacket *link_wire_copy(IcsLinkDirection *self, IcsPacket *packet, const IcsFault *fault,
                                 uint32_t index, uint32_t *n_copies)
{
    g_assert(*n_copies < LINK_WIRE_COPIES_MAX);
    IcsPacket *copy = ics_packet_copy(packet, fault->point.site.key, index + 1);
    copy->ordinal = (packet->ordinal >> ICS_LINK_COPY_BITS << ICS_LINK_COPY_BITS) | ++*n_copies;
    self->counters.copies++;
    link_wire_publish_copy(self, copy, packet->departs_ns);
    return copy;
}

/* An element that decides all stages at once: it is asked for the original and for each copy. */
static void link_wire_enter_whole(IcsLinkDirection *self, IcsPacket *packet, int64_t departs_ns)
{
    IcsFault *fault = self->faults;
    IcsPassage passage = link_wire_passage(self, packet, departs_ns);
    ics_fault_ask(fault, &passage);
    uint32_t n_copies = 0;
    for (uint32_t i = 0; i < passage.copies; i++) {
        IcsPacket *copy = link_wire_copy(self, packet, fault, i, &n_copies);
        IcsPassage again = link_wire_passage(self, copy, departs_ns);
        again.is_copy = true;
        ics_fault_ask(fault, &again);
        link_wire_conclude(self, &again);
    }
    link_wire_conclude(self, &passage);
}

/* Every element that duplicates is asked once about the original and once about each copy that an
 * element before it made. */
static void link_wire_duplicate(IcsLinkDirection *self, IcsPacketList *packets, int64_t departs_ns)
{
    uint32_t n_copies = 0;
    for (IcsFault *fault = self->faults;
         fault != NULL && fault->klass->stage == ICS_FAULT_STAGE_DUPLICATE; fault = fault->next) {
        uint64_t n = packets->packets;
        for (uint64_t i = 0; i < n; i++) {
            IcsPacket *packet = ics_packet_list_take(packets);
            IcsPassage passage = link_wire_passage(self, packet, departs_ns);
            ics_fault_ask(fault, &passage);
            ics_packet_list_append(packets, packet);
            for (uint32_t k = 0; k < passage.copies; k++) {
                ics_packet_list_append(packets, link_wire_copy(self, packet, fault, k, &n_copies));
            }
        }
    }
}

static void link_wire_enter_one(IcsLinkDirection *self, IcsPacket *packet, int64_t departs_ns)
{
    IcsPassage passage = link_wire_passage(self, packet, departs_ns);
    link_wire_ask(self->faults, &passage);
    link_wire_conclude(self, &passage);
}

static void link_wire_publish_departed(IcsLinkDirection *self, const IcsPacket *packet)
{
    if (ics_bus_wants(&self->simulation->bus, ICS_OBSERVE_PACKET_DEPARTED)) {
        IcsObservation observation = {.kind = ICS_OBSERVE_PACKET_DEPARTED,
                                      .node = self->from->host->node,
                                      .at_ns = packet->departs_ns,
                                      .packet = packet,
                                      .message = &packet->message,
                                      .host = self->from->host,
                                      .direction = self};
        ics_bus_publish(&self->simulation->bus, &observation);
    }
}

void ics_link_wire_enter(IcsLinkDirection *self, IcsPacket *packet, int64_t departs_ns)
{
    packet->departs_ns = departs_ns;
    self->counters.departed++;
    self->counters.departed_bytes += packet->length;
    link_wire_publish_departed(self, packet);
    IcsFault *first = self->faults;
    if (first == NULL || first->klass->stage != ICS_FAULT_STAGE_DUPLICATE) {
        link_wire_enter_one(self, packet, departs_ns);
        return;
    }
    if (first->klass->whole) {
        link_wire_enter_whole(self, packet, departs_ns);
        return;
    }
    IcsPacketList packets = {0};
    ics_packet_list_append(&packets, packet);
    link_wire_duplicate(self, &packets, departs_ns);
    while ((packet = ics_packet_list_take(&packets)) != NULL) {
        link_wire_enter_one(self, packet, departs_ns);
    }
}

/* ---- the verbs that reach the wire ---- */

static void link_wire_clear_list(IcsLinkDirection *self, IcsPacketList *list, IcsCause cause)
{
    IcsPacket *packet;
    while ((packet = ics_packet_list_take(list)) != NULL) {
        ics_link_direction_drop(self, packet, cause, self->simulation->now_ns);
    }
}

static void link_wire_clear_strays(IcsLinkDirection *self, IcsPacket **first, IcsCause cause)
{
    while (*first != NULL) {
        IcsPacket *packet = *first;
        ics_link_list_remove(first, packet);
        ics_simulation_cancel(self->simulation, &packet->event);
        ics_link_direction_drop(self, packet, cause, self->simulation->now_ns);
    }
}

void ics_link_wire_clear(IcsLinkDirection *self, IcsCause cause)
{
    ics_simulation_cancel(self->simulation, &self->arrival);
    link_wire_clear_list(self, &self->wire, cause);
    link_wire_clear_strays(self, &self->strays, cause);
    link_wire_clear_strays(self, &self->displaced, cause);
    link_wire_clear_list(self, &self->held_back, cause);
    self->n_strays = 0;
    self->n_displaced = 0;
    self->latest_arrival_ns = 0;
}

uint64_t ics_link_wire_packets(const IcsLinkDirection *self)
{
    return self->wire.packets + self->n_strays + self->n_displaced + self->held_back.packets;
}

void ics_link_direction_set_delay(IcsLinkDirection *self, int64_t delay_ns)
{
    g_assert(self->scheduled);
    self->delay_ns = delay_ns;
}

void ics_link_direction_hold(IcsLinkDirection *self)
{
    self->held = true;
}

/* In the order in which they would have arrived. */
static void link_wire_arrive_held(IcsLinkDirection *self, IcsPacketList *list)
{
    IcsEvent place = {.route = self->route};
    IcsPacket *packet;
    while ((packet = ics_packet_list_take(list)) != NULL) {
        place.at_ns = packet->arrives_ns;
        place.ordinal = packet->ordinal;
        ics_link_displaced_catch_up(self, &place);
        link_wire_arrive(self, packet);
    }
    place.at_ns = self->simulation->now_ns;
    place.ordinal = UINT64_MAX;
    ics_link_displaced_catch_up(self, &place);
}

void ics_link_direction_release(IcsLinkDirection *self)
{
    self->held = false;
    IcsPacketList list = self->held_back;
    self->held_back = (IcsPacketList){0};
    uint32_t actor = ics_simulation_enter(self->simulation, self->to->host->node);
    link_wire_arrive_held(self, &list);
    ics_simulation_enter(self->simulation, actor);
}

void ics_link_direction_partition(IcsLinkDirection *self)
{
    self->partitions++;
}

void ics_link_direction_repair(IcsLinkDirection *self)
{
    self->partitions = 0;
}
