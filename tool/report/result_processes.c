/* Processes in the order of the file; each life of one that was started again stands for itself. */
#include <string.h>

#include "protocols/programs/operations.h"
#include "tool/report/result_internal.h"

#define RESULT_PROCESS_NOT_OF_TRACE G_MAXUINT32

/* A process that ran, and where it stands in the trace. */
typedef struct ResultProcessPlace {
    uint32_t index; /* of its ancestor in the trace */
    const IcsProcessStatistics *statistics;
} ResultProcessPlace;

IcsBlockedTime ics_process_result_waits(const IcsProcessResult *self)
{
    IcsBlockedTime all = {0};
    for (int reason = 0; reason < ICS_PROCESS_N_WAIT_REASONS; reason++) {
        const IcsBlockedTime *blocked = &self->blocked[reason];
        if (ics_process_waits_for_others((IcsWaitReason)reason)) {
            all.intervals += blocked->intervals;
            all.total_ns += blocked->total_ns;
            all.longest_ns = MAX(all.longest_ns, blocked->longest_ns);
        }
    }
    return all;
}

static void result_process_clear(gpointer data)
{
    IcsProcessResult *self = data;
    g_clear_pointer(&self->intervals, g_array_unref);
    g_clear_pointer(&self->log, g_ptr_array_unref);
    g_clear_pointer(&self->failures, g_ptr_array_unref);
}

static IcsProcessResult result_process(IcsResult *self, const IcsWorld *world,
                                       const IcsProcessStatistics *of)
{
    const IcsProcess *process = of->process;
    IcsProcessResult result = {
        .name = ics_result_strdup(self, process->name),
        .host = ics_result_strdup(self, world->simulation->nodes[process->node].name),
        .outcome = ics_process_outcome_name(process->outcome),
        .exit_code = process->exit_code,
        .started_ns = of->started_ns,
        .ended_ns = of->ended_ns,
        .intervals = of->intervals != NULL ? g_array_ref(of->intervals) : NULL,
        .log_lines = of->log.n,
        .log = of->log.first != NULL ? g_ptr_array_ref(of->log.first) : NULL,
        .operations_failed = of->failed.n,
        .failures = of->failed.first != NULL ? g_ptr_array_ref(of->failed.first) : NULL,
    };
    for (int reason = 0; reason < ICS_PROCESS_N_WAIT_REASONS; reason++) {
        result.blocked[reason] =
            ics_process_statistics_blocked_for(of, (IcsWaitReason)reason, self->virtual_ns);
    }
    return result;
}

static IcsProcessResult result_process_not_started(IcsResult *self, const IcsTrace *trace,
                                                   const IcsTraceProcess *process)
{
    const IcsTraceHost *host = &g_array_index(trace->hosts, IcsTraceHost, process->host);
    return (IcsProcessResult){
        .name = ics_result_strdup(self, process->name),
        .host = ics_result_strdup(self, host->name),
        .outcome = "not-started",
        .started_ns = ICS_TIME_NEVER,
        .ended_ns = ICS_TIME_NEVER,
    };
}

/* The index in the trace of the process that is, or spawned, the one with this name. */
static uint32_t result_process_ancestor(GHashTable *by_name, const char *name)
{
    g_autofree char *ancestor = g_strndup(name, strcspn(name, "/"));
    gpointer index;
    return g_hash_table_lookup_extended(by_name, ancestor, NULL, &index)
               ? GPOINTER_TO_UINT(index)
               : RESULT_PROCESS_NOT_OF_TRACE;
}

static int result_process_compare(gconstpointer left, gconstpointer right)
{
    const ResultProcessPlace *a = left;
    const ResultProcessPlace *b = right;
    if (a->index != b->index) {
        return a->index < b->index ? -1 : 1;
    }
    return a->statistics->process->id < b->statistics->process->id ? -1 : 1;
}

static GArray *result_process_places(const IcsStatistics *statistics, const IcsTrace *trace)
{
    g_autoptr(GHashTable) by_name = g_hash_table_new(g_str_hash, g_str_equal);
    for (guint i = 0; i < trace->processes->len; i++) {
        const IcsTraceProcess *process = &g_array_index(trace->processes, IcsTraceProcess, i);
        g_hash_table_insert(by_name, (gpointer)process->name, GUINT_TO_POINTER(i));
    }
    GArray *places = g_array_new(FALSE, FALSE, sizeof(ResultProcessPlace));
    for (uint32_t id = 0; id < ics_statistics_processes(statistics); id++) {
        const IcsProcessStatistics *process = ics_statistics_process(statistics, id);
        if (process != NULL) {
            ResultProcessPlace place = {result_process_ancestor(by_name, process->process->name),
                                        process};
            g_array_append_val(places, place);
        }
    }
    g_array_sort(places, result_process_compare);
    return places;
}

/* The lives of one process of the trace and of its children, from *at on; of the processes that are
 * none of the trace when `from` is NULL. */
static void result_take_lives(IcsResult *self, const IcsWorld *world, const GArray *places,
                              uint32_t index, const IcsTraceProcess *from, guint *at)
{
    guint first = *at;
    for (; *at < places->len; ++*at) {
        const ResultProcessPlace *place = &g_array_index(places, ResultProcessPlace, *at);
        if (place->index != index) {
            break;
        }
        IcsProcessResult result = result_process(self, world, place->statistics);
        result.has_operations = from != NULL && from->program == &ics_operations_program;
        g_array_append_val(self->processes, result);
    }
    if (*at == first && from != NULL) {
        IcsProcessResult result = result_process_not_started(self, world->trace, from);
        g_array_append_val(self->processes, result);
    }
}

void ics_result_take_processes(IcsResult *self, const IcsStatistics *statistics)
{
    const IcsWorld *world = ics_statistics_world(statistics);
    const GArray *from = world->trace->processes;
    g_autoptr(GArray) places = result_process_places(statistics, world->trace);
    guint at = 0;
    for (guint i = 0; i < from->len; i++) {
        result_take_lives(self, world, places, i, &g_array_index(from, IcsTraceProcess, i), &at);
    }
    result_take_lives(self, world, places, RESULT_PROCESS_NOT_OF_TRACE, NULL, &at);
    g_array_set_clear_func(self->processes, result_process_clear);
}
