/* How much memory a trace and its world take, from above: measured on traces of a million hosts,
 * with what malloc adds. */
#include "base/error.h"
#include "traces/trace_reader.h"

/* Of a world. A coroutine keeps pages of its stack, and programs have buffers. */
#define TRACE_MEMORY_WORLD     UINT64_C(4194304)
#define TRACE_MEMORY_HOST      UINT64_C(1600)
#define TRACE_MEMORY_INTERFACE UINT64_C(200)
#define TRACE_MEMORY_LINK      UINT64_C(3200)
#define TRACE_MEMORY_FAULT     UINT64_C(512)
#define TRACE_MEMORY_COROUTINE UINT64_C(16384)
#define TRACE_MEMORY_HANDLER   UINT64_C(8192)
#define TRACE_MEMORY_ACTION    UINT64_C(256)

/* Of the trace itself: an entry of each list. */
#define TRACE_MEMORY_ENTRY UINT64_C(1024)

#define TRACE_MEMORY_MIB UINT64_C(1048576)

static uint64_t trace_memory_of_processes(const IcsTrace *self)
{
    uint64_t bytes = 0;
    for (guint i = 0; i < self->processes->len; i++) {
        const IcsTraceProcess *process = &g_array_index(self->processes, IcsTraceProcess, i);
        bytes += process->handler_form ? TRACE_MEMORY_HANDLER : TRACE_MEMORY_COROUTINE;
    }
    return bytes;
}

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
    return TRACE_MEMORY_WORLD + self->hosts->len * TRACE_MEMORY_HOST +
           interfaces * TRACE_MEMORY_INTERFACE + self->links->len * TRACE_MEMORY_LINK +
           faults * TRACE_MEMORY_FAULT + trace_memory_of_processes(self) +
           self->schedule->len * TRACE_MEMORY_ACTION;
}

static uint64_t trace_memory_count(const IcsJsonNode *root, const char *key)
{
    IcsJsonNode list;
    return ics_json_member(root, key, &list) ? ics_json_length(&list) : 0;
}

bool ics_trace_fits_memory(const IcsJsonDocument *document, uint64_t limit_bytes, GError **error)
{
    IcsJsonNode root = ics_json_root(document);
    uint64_t hosts = trace_memory_count(&root, "hosts");
    uint64_t links = trace_memory_count(&root, "links");
    uint64_t processes = trace_memory_count(&root, "processes");
    uint64_t entries = hosts + links + processes + trace_memory_count(&root, "schedule") +
                       trace_memory_count(&root, "expect");
    uint64_t needed = entries * TRACE_MEMORY_ENTRY + hosts * TRACE_MEMORY_HOST +
                      links * TRACE_MEMORY_LINK + processes * TRACE_MEMORY_HANDLER;
    if (needed <= limit_bytes) {
        return true;
    }
    g_set_error(error, ICS_ERROR, ICS_ERROR_MACHINE,
                "%s: a world of %" G_GUINT64_FORMAT " hosts, %" G_GUINT64_FORMAT
                " links and %" G_GUINT64_FORMAT " processes needs about %" G_GUINT64_FORMAT
                " MiB of memory, and %" G_GUINT64_FORMAT " MiB may be used",
                ics_json_document_name(document), hosts, links, processes,
                needed / TRACE_MEMORY_MIB + 1, limit_bytes / TRACE_MEMORY_MIB);
    return false;
}
