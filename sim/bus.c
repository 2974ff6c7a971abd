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
    self->wanted = 0;
    self->subscribers = g_array_new(FALSE, FALSE, sizeof(IcsBusSubscriber));
}

void ics_bus_clear(IcsBus *self)
{
    g_clear_pointer(&self->subscribers, g_array_unref);
    self->wanted = 0;
}

void ics_bus_subscribe(IcsBus *self, uint64_t kinds, IcsObserverFunc observe, gpointer observer)
{
    IcsBusSubscriber subscriber = {kinds, observe, observer};
    g_array_append_val(self->subscribers, subscriber);
    self->wanted |= kinds;
}

void ics_bus_publish(const IcsBus *self, const IcsObservation *observation)
{
    uint64_t bit = UINT64_C(1) << observation->kind;
    const IcsBusSubscriber *subscriber = (const IcsBusSubscriber *)(void *)self->subscribers->data;
    for (guint i = 0; i < self->subscribers->len; i++) {
        if (subscriber[i].kinds & bit) {
            subscriber[i].observe(subscriber[i].self, observation);
        }
    }
}
