#include "tool/report/result_internal.h"

static IcsLinkResult result_link(IcsResult *self, const IcsLinkDirection *direction)
{
    IcsLinkResult result = {
        .name = ics_result_strdup(self, direction->name),
        .link = ics_result_strdup(self, direction->link_name),
        .pointer = ics_result_strdup(self, direction->pointer),
        .rate_bps = direction->transmitter.rate_bps,
        .has_capacity = direction->transmitter.capacity != NULL,
        .delay_ns = direction->delay_ns,
        .counters = direction->counters,
        .in_flight = ics_link_direction_in_flight(direction),
        .waited_ns = ics_link_direction_waited_ns(direction),
        .busy_ns = ics_link_direction_busy_ns(direction),
        .conserved = ics_link_direction_is_conserved(direction),
    };
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
}
