#include "sim/bus.h"

const char *ics_observation_kind_name(IcsObservationKind kind)
{
    static const char *const names[] = {
#define ICS_OBSERVATION_KIND(name, spelling, meaning) spelling,
        ICS_OBSERVATION_KINDS(ICS_OBSERVATION_KIND)
#undef ICS_OBSERVATION_KIND
    };
    g_assert((unsigned)kind < ICS_OBSERVATION_N_KINDS);
    return names[kind];
}

void ics_bus_init(IcsBus *self)
{
    *self = (IcsBus){0};
}

void ics_bus_clear(IcsBus *self)
{
    for (int kind = 0; kind < ICS_OBSERVATION_N_KINDS; kind++) {
        g_clear_pointer(&self->subscribers[kind], g_array_unref);
    }
    self->wanted = 0;
}

static void bus_subscribe_to(IcsBus *self, int kind, const IcsBusSubscriber *subscriber)
{
    if (self->subscribers[kind] == NULL) {
        self->subscribers[kind] = g_array_new(FALSE, FALSE, sizeof(IcsBusSubscriber));
    }
    g_array_append_vals(self->subscribers[kind], subscriber, 1);
}

void ics_bus_subscribe(IcsBus *self, uint64_t kinds, IcsObserverFunc observe, gpointer observer)
{
    IcsBusSubscriber subscriber = {observe, observer};
    for (int kind = 0; kind < ICS_OBSERVATION_N_KINDS; kind++) {
        if ((kinds >> kind & 1) != 0) {
            bus_subscribe_to(self, kind, &subscriber);
        }
    }
    self->wanted |= kinds;
}

void ics_bus_publish(const IcsBus *self, const IcsObservation *observation)
{
    const GArray *subscribers = self->subscribers[observation->kind];
    for (guint i = 0; subscribers != NULL && i < subscribers->len; i++) {
        const IcsBusSubscriber *to = &g_array_index(subscribers, IcsBusSubscriber, i);
        to->observe(to->self, observation);
    }
}
