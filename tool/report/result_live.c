/* Results of worlds that the outside took part in. */
#include <string.h>

#include "tool/report/result_internal.h"

/* Virtual time went on with the clock, also when nothing happened any more. */
void ics_result_take_live(IcsResult *self, const IcsWorld *world, const IcsLiveResult *live)
{
    if (live == NULL) {
        return;
    }
    IcsLiveResult *kept = ics_arena_new_array(&self->arena, IcsLiveResult, 1);
    IcsDoorResult *doors = ics_arena_new_array(&self->arena, IcsDoorResult, live->n_doors);
    for (uint32_t i = 0; i < live->n_doors; i++) {
        doors[i] = live->doors[i];
        doors[i].host = ics_result_strdup(self, live->doors[i].host);
        doors[i].to = ics_result_strdup(self, live->doors[i].to);
    }
    *kept = *live;
    kept->doors = doors;
    self->live = kept;
    self->virtual_ns = ics_simulation_now(world->simulation);
}

/* Whether one end of the flow, or of what it stands for, has the name. */
static bool result_flow_is_of(const char *flow, const char *name)
{
    size_t n = strlen(name);
    const char *receiver = strstr(flow, " -> ");
    bool sends = receiver != NULL && (size_t)(receiver - flow) == n && memcmp(flow, name, n) == 0;
    return sends || (receiver != NULL && strcmp(receiver + strlen(" -> "), name) == 0);
}

bool ics_result_is_outside(const IcsWorld *world, const IcsTraceExpectation *expected)
{
    const GArray *processes = world->trace->processes;
    for (guint i = 0; expected->name != NULL && i < processes->len; i++) {
        const IcsTraceProcess *process = &g_array_index(processes, IcsTraceProcess, i);
        bool concerns = (expected->target == ICS_METRIC_OF_PROCESS &&
                         strcmp(expected->name, process->name) == 0) ||
                        (expected->target == ICS_METRIC_OF_FLOW &&
                         result_flow_is_of(expected->name, process->name));
        if (concerns && ics_world_replaces(world, process)) {
            return true;
        }
    }
    return false;
}
