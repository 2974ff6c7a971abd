#include "tool/report/result_internal.h"

static void result_host_clear(gpointer data)
{
    IcsHostResult *self = data;
    ics_cause_counts_clear(&self->dropped);
}

static IcsHostResult result_host(IcsResult *self, const IcsHost *host)
{
    IcsHostResult result = {
        .name = ics_result_strdup(self, host->name),
        .state = ics_host_state_name(host->state),
        .restarts = host->incarnation,
    };
    for (int cause = 0; cause < ICS_N_CAUSES; cause++) {
        ics_cause_counts_add(&result.dropped, (IcsCause)cause, host->dropped[cause]);
    }
    result.faults = ics_result_take_faults(self, host->send_omissions, host->receive_omissions,
                                           &result.n_faults);
    return result;
}

void ics_result_take_hosts(IcsResult *self, const IcsWorld *world)
{
    const GPtrArray *hosts = world->network->hosts;
    for (guint i = 0; i < hosts->len; i++) {
        IcsHostResult result = result_host(self, g_ptr_array_index(hosts, i));
        g_array_append_val(self->hosts, result);
    }
    g_array_set_clear_func(self->hosts, result_host_clear);
}
