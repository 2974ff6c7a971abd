/* Departures by events: any discipline, and every direction whose state may change. */
#include <glib.h>

#include "netmodel/host.h"
#include "netmodel/link_internal.h"

/* Called before the queue's length changes. */
static void link_scheduled_account(IcsLinkDirection *self)
{
    int64_t now_ns = self->simulation->now_ns;
    self->counters.waited_ns += self->queue->packets * (uint64_t)(now_ns - self->queue_changed_ns);
    self->queue_changed_ns = now_ns;
}

/* The packet in service has left. */
static void link_scheduled_complete(IcsLinkDirection *self)
{
    IcsPacket *packet = self->in_service;
    self->in_service = NULL;
    self->counters.busy_ns += (uint64_t)(packet->departs_ns - packet->starts_ns);
    ics_simulation_cancel(self->simulation, &self->departure);
    ics_link_wire_enter(self, packet, packet->departs_ns);
}

void ics_link_scheduled_departed(IcsLinkDirection *self)
{
    link_scheduled_complete(self);
    ics_link_scheduled_start(self);
}

void ics_link_scheduled_start(IcsLinkDirection *self)
{
    int64_t now_ns = self->simulation->now_ns;
    while (self->in_service == NULL && !self->down) {
        link_scheduled_account(self);
        IcsPacket *packet = self->queue->klass->dequeue(self->queue, now_ns);
        if (packet == NULL) {
            return;
        }
        self->in_service = packet;
        packet->starts_ns = now_ns;
        packet->departs_ns = ics_transmitter_serve(&self->transmitter, now_ns, packet->length);
        if (packet->departs_ns > now_ns) {
            ics_link_direction_push_departure(self, packet->departs_ns);
            return;
        }
        link_scheduled_complete(self);
    }
}

/* A packet that leaves at this very instant has left before another one is offered, whichever of
 * the two events comes first: so it is where departures are computed. */
static void link_scheduled_catch_up(IcsLinkDirection *self)
{
    if (self->in_service != NULL && self->in_service->departs_ns <= self->simulation->now_ns) {
        link_scheduled_complete(self);
        ics_link_scheduled_start(self);
    }
}

void ics_link_scheduled_offer(IcsLinkDirection *self, IcsPacket *packet)
{
    int64_t now_ns = self->simulation->now_ns;
    link_scheduled_catch_up(self);
    link_scheduled_account(self);
    IcsCause cause = self->queue->klass->enqueue(self->queue, packet, now_ns);
    if (cause != ICS_CAUSE_NONE) {
        ics_link_direction_drop(self, packet, cause, now_ns);
        return;
    }
    ics_link_direction_publish_queued(self, packet);
    ics_link_scheduled_start(self);
    self->counters.queue_maximum = MAX(self->counters.queue_maximum, self->queue->packets);
}

void ics_link_direction_set_rate(IcsLinkDirection *self, int64_t rate_bps)
{
    g_assert(self->scheduled && self->transmitter.capacity == NULL);
    if (rate_bps == self->transmitter.rate_bps) {
        return;
    }
    int64_t departs_ns =
        ics_transmitter_set_rate(&self->transmitter, self->simulation->now_ns, rate_bps);
    self->queue->settings.rate_bps = rate_bps;
    if (self->in_service != NULL) {
        self->in_service->departs_ns = departs_ns;
        ics_simulation_cancel(self->simulation, &self->departure);
        ics_link_direction_push_departure(self, departs_ns);
    }
}

/* The packet in service is lost in the middle. */
static void link_scheduled_abort(IcsLinkDirection *self, IcsCause cause)
{
    IcsPacket *packet = self->in_service;
    if (packet == NULL) {
        return;
    }
    int64_t now_ns = self->simulation->now_ns;
    self->in_service = NULL;
    self->counters.busy_ns += (uint64_t)(now_ns - packet->starts_ns);
    ics_transmitter_abort(&self->transmitter, now_ns);
    ics_simulation_cancel(self->simulation, &self->departure);
    ics_link_direction_drop(self, packet, cause, now_ns);
}

void ics_link_direction_flush(IcsLinkDirection *self, IcsCause cause)
{
    g_assert(self->scheduled);
    int64_t now_ns = self->simulation->now_ns;
    link_scheduled_catch_up(self);
    link_scheduled_abort(self, cause);
    link_scheduled_account(self);
    IcsPacket *packet;
    while ((packet = ics_queue_take(self->queue)) != NULL) {
        ics_link_direction_drop(self, packet, cause, now_ns);
    }
    ics_link_scheduled_start(self); /* finds the queue empty, so that the discipline knows */
}

void ics_link_direction_down(IcsLinkDirection *self)
{
    g_assert(self->scheduled);
    link_scheduled_catch_up(self);
    self->down = true;
    link_scheduled_abort(self, ICS_CAUSE_LINK_DOWN);
    ics_link_wire_clear(self, ICS_CAUSE_LINK_DOWN);
}

void ics_link_direction_up(IcsLinkDirection *self)
{
    g_assert(self->scheduled);
    self->down = false;
    uint32_t actor = ics_simulation_enter(self->simulation, self->from->host->node);
    ics_link_scheduled_start(self);
    ics_simulation_enter(self->simulation, actor);
}
