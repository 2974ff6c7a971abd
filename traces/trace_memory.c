/* How much memory a world takes, from above: measured on worlds of a million hosts, with what
 * malloc adds. */
#include "traces/trace.h"

#define TRACE_MEMORY_WORLD     (4 * 1024 * 1024)
#define TRACE_MEMORY_HOST      1600
#define TRACE_MEMORY_INTERFACE 200
#define TRACE_MEMORY_LINK      3200
#define TRACE_MEMORY_FAULT     512
#define TRACE_MEMORY_PROCESS   1024
#define TRACE_MEMORY_ACTION    256

uint64_t ics_trace_estimate_memory(const IcsTrace *self)
{
    uint64_t interfaces = 0;
    uint64_t faults = 0;
    for (guint i = 0; i < self->hosts->len; i++) {
        const IcsTraceHost *host = &g_array_index(self->hosts, IcsTraceHost, i);
        interfaces += host->interfaces->len;
        faults += host->faults->len;
    }
    for (guint i = 0; i < self->links->len; i++) {
        faults += UINT64_C(2) * g_array_index(self->links, IcsTraceLink, i).faults->len;
    }
    return TRACE_MEMORY_WORLD + self->hosts->len * UINT64_C(TRACE_MEMORY_HOST) +
           interfaces * TRACE_MEMORY_INTERFACE + self->links->len * UINT64_C(TRACE_MEMORY_LINK) +
           faults * TRACE_MEMORY_FAULT + self->processes->len * UINT64_C(TRACE_MEMORY_PROCESS) +
           self->schedule->len * UINT64_C(TRACE_MEMORY_ACTION);
}
