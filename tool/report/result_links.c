#include "tool/report/result_internal.h"

static void result_link_clear(gpointer data)
{
    IcsLinkResult *self = data;
    ics_cause_counts_clear(&self->dropped);
}

static IcsLinkTotals result_link_totals(const IcsLinkDirection *direction)
{
    const IcsLinkCounters *counters = &direction->counters;
    return (IcsLinkTotals){
        .offered = counters->offered,
        .offered_bytes = counters->offered_bytes,
        .copies = counters->copies,
        .departed = counters->departed,
        .departed_bytes = counters->departed_bytes,
        .delivered = counters->delivered,
        .delivered_bytes = counters->delivered_bytes,
        .damaged = counters->damaged,
        .reordered = counters->reordered,
        .marked = counters->marked,
        .queue_maximum = counters->queue_maximum,
        .waited_ns = ics_link_direction_waited_ns(direction),
        .busy_ns = ics_link_direction_busy_ns(direction),
    };
}

static IcsLinkResult result_link(IcsResult *self, const IcsLinkDirection *direction)
{
    const IcsTransmitter *transmitter = &direction->transmitter;
    IcsLinkResult result = {
        .name = ics_result_strdup(self, direction->name),
        .link = ics_result_strdup(self, direction->link_name),
        .pointer = ics_result_strdup(self, direction->pointer),
        .rate_bps = transmitter->capacity != NULL ? ics_capacity_mean_bps(transmitter->capacity)
                                                  : transmitter->rate_bps,
        .has_capacity = transmitter->capacity != NULL,
        .delay_ns = direction->delay_ns,
        .counters = result_link_totals(direction),
        .in_flight = ics_link_direction_in_flight(direction),
        .conserved = ics_link_direction_is_conserved(direction),
    };
    for (int cause = 0; cause < ICS_N_CAUSES; cause++) {
        ics_cause_counts_add(&result.dropped, (IcsCause)cause, direction->counters.dropped[cause]);
    }
    result.faults = ics_result_take_faults(self, direction->faults, NULL, &result.n_faults);
    return result;
}

void ics_result_take_links(IcsResult *self, const IcsWorld *world)
{
    const GPtrArray *directions = world->network->directions;
    for (guint i = 0; i < directions->len; i++) {
        IcsLinkResult result = result_link(self, g_ptr_array_index(directions, i));
        g_array_append_val(self->links, result);
    }
    g_array_set_clear_func(self->links, result_link_clear);
}
