#include "tool/experiments/comparison.h"

#include <string.h>

/* How often the watch is asked. */
#define COMPARISON_WATCH_US 50000

/* What the threads share while the worlds run. */
typedef struct ComparisonPool {
    IcsComparison *comparison;
    uint64_t world_memory_bytes;
    gint next; /* the next index to be taken; atomic, as all of these */
    gint stop;
    gint done;
    gint running; /* threads */
    GMutex mutex;
    GCond ended; /* a thread has */
} ComparisonPool;

uint32_t ics_comparison_index(const IcsComparisonPlan *plan, uint32_t setting, uint32_t run,
                              uint32_t row)
{
    return (setting * plan->runs + run) * plan->transports->len + row;
}

const IcsComparisonSample *ics_comparison_sample(const IcsComparison *self, uint32_t setting,
                                                 uint32_t run, uint32_t row)
{
    return &self->samples[ics_comparison_index(self->plan, setting, run, row)];
}

/* ---- running ---- */

static void comparison_take(ComparisonPool *pool, uint32_t index)
{
    IcsComparison *self = pool->comparison;
    const IcsComparisonPlan *plan = self->plan;
    uint32_t rows = plan->transports->len;
    IcsComparisonSampling sampling = {
        .trace = g_ptr_array_index(plan->traces, index / rows / plan->runs),
        .transport = g_ptr_array_index(plan->transports, index % rows),
        .seed = plan->seed + index / rows % plan->runs,
        .memory_limit_bytes = pool->world_memory_bytes,
        .with_flows = plan->with_flows,
        .stop = &pool->stop,
    };
    ics_comparison_sample_take(&self->samples[index], &sampling);
}

static gpointer comparison_work(gpointer data)
{
    ComparisonPool *pool = data;
    uint32_t total = pool->comparison->n_samples;
    while (g_atomic_int_get(&pool->stop) == 0) {
        uint32_t index = (uint32_t)g_atomic_int_add(&pool->next, 1);
        if (index >= total) {
            break;
        }
        comparison_take(pool, index);
        g_atomic_int_inc(&pool->done);
    }
    g_mutex_lock(&pool->mutex);
    g_atomic_int_add(&pool->running, -1);
    g_cond_signal(&pool->ended);
    g_mutex_unlock(&pool->mutex);
    return NULL;
}

static void comparison_watch(ComparisonPool *pool, const IcsComparisonWatch *watch)
{
    g_mutex_lock(&pool->mutex);
    while (g_atomic_int_get(&pool->running) > 0) {
        gint64 until_us = g_get_monotonic_time() + COMPARISON_WATCH_US;
        g_cond_wait_until(&pool->ended, &pool->mutex, until_us);
        if (!watch->go_on(watch->data)) {
            g_atomic_int_set(&pool->stop, 1);
        }
        if (watch->progress != NULL) {
            watch->progress(watch->data, (uint32_t)g_atomic_int_get(&pool->done),
                            pool->comparison->n_samples);
        }
    }
    g_mutex_unlock(&pool->mutex);
}

static uint64_t comparison_world_bytes(const IcsComparisonPlan *plan)
{
    uint64_t most = 1;
    for (guint i = 0; i < plan->traces->len; i++) {
        most = MAX(most, ics_trace_estimate_memory(g_ptr_array_index(plan->traces, i)));
    }
    return most;
}

/* Fewer than were asked for where more worlds would not fit into memory, or are not there. */
static uint32_t comparison_threads(const IcsComparison *self)
{
    const IcsComparisonPlan *plan = self->plan;
    uint64_t threads = MIN(plan->jobs, self->n_samples);
    if (plan->memory_limit_bytes > 0) {
        threads = MIN(threads, plan->memory_limit_bytes / comparison_world_bytes(plan));
    }
    return (uint32_t)MAX(threads, 1U);
}

static void comparison_run_all(IcsComparison *self, const IcsComparisonWatch *watch)
{
    uint32_t threads = comparison_threads(self);
    ComparisonPool pool = {.comparison = self,
                           .world_memory_bytes = self->plan->memory_limit_bytes,
                           .running = (gint)threads};
    g_mutex_init(&pool.mutex);
    g_cond_init(&pool.ended);
    g_autoptr(GPtrArray) workers = g_ptr_array_new();
    for (uint32_t i = 0; i < threads; i++) {
        g_ptr_array_add(workers, g_thread_new("compare", comparison_work, &pool));
    }
    comparison_watch(&pool, watch);
    for (uint32_t i = 0; i < threads; i++) {
        g_thread_join(g_ptr_array_index(workers, i));
    }
    g_mutex_clear(&pool.mutex);
    g_cond_clear(&pool.ended);
}

/* ---- gathering ---- */

static void comparison_gather_flows(IcsComparison *self, const IcsComparisonSample *sample)
{
    for (guint i = 0; sample->flows != NULL && i < sample->flows->len; i++) {
        const char *name = g_array_index(sample->flows, IcsComparisonFlow, i).name;
        if (!g_ptr_array_find_with_equal_func(self->flow_names, name, g_str_equal, NULL)) {
            g_ptr_array_add(self->flow_names, g_strdup(name));
        }
    }
}

/* The error of the first world that could not be made, whichever thread met one first. */
static bool comparison_gather(IcsComparison *self, GError **error)
{
    for (uint32_t i = 0; i < self->n_samples; i++) {
        IcsComparisonSample *sample = &self->samples[i];
        if (sample->error != NULL) {
            g_propagate_error(error, g_steal_pointer(&sample->error));
            return false;
        }
        self->n_done += sample->done;
        comparison_gather_flows(self, sample);
    }
    return true;
}

IcsComparison *ics_comparison_run(const IcsComparisonPlan *plan, const IcsComparisonWatch *watch,
                                  GError **error)
{
    g_autoptr(IcsComparison) self = g_new0(IcsComparison, 1);
    self->plan = plan;
    self->n_samples = plan->traces->len * plan->runs * plan->transports->len;
    self->samples = g_new0(IcsComparisonSample, self->n_samples);
    self->flow_names = g_ptr_array_new_with_free_func(g_free);
    comparison_run_all(self, watch);
    if (!comparison_gather(self, error)) {
        return NULL;
    }
    self->interrupted = self->n_done < self->n_samples;
    return g_steal_pointer(&self);
}

void ics_comparison_free(IcsComparison *self)
{
    if (self == NULL) {
        return;
    }
    for (uint32_t i = 0; i < self->n_samples; i++) {
        ics_comparison_sample_clear(&self->samples[i]);
    }
    g_free(self->samples);
    g_ptr_array_unref(self->flow_names);
    g_free(self);
}

/* ---- asking ---- */

/* Undefined where the run is not done or the flow was not there. */
static IcsRatio comparison_value(const IcsComparison *self, const IcsComparisonSample *sample,
                                 uint32_t flow, IcsMeasure measure)
{
    if (!sample->done || flow == ICS_COMPARISON_TOTAL) {
        return sample->done ? sample->values[measure] : (IcsRatio){0, 0};
    }
    const char *name = g_ptr_array_index(self->flow_names, flow);
    for (guint i = 0; i < sample->flows->len; i++) {
        const IcsComparisonFlow *at = &g_array_index(sample->flows, IcsComparisonFlow, i);
        if (strcmp(at->name, name) == 0) {
            return at->values[measure];
        }
    }
    return (IcsRatio){0, 0};
}

/* Of all runs. Transfer full. */
static IcsRatio *comparison_values(const IcsComparison *self, const IcsComparisonRow *row,
                                   IcsMeasure measure)
{
    uint32_t runs = self->plan->runs;
    IcsRatio *values = g_new(IcsRatio, runs);
    for (uint32_t run = 0; run < runs; run++) {
        const IcsComparisonSample *sample =
            ics_comparison_sample(self, row->setting, run, row->row);
        values[run] = comparison_value(self, sample, row->flow, measure);
    }
    return values;
}

IcsEstimate ics_comparison_mean(const IcsComparison *self, const IcsComparisonRow *row,
                                IcsMeasure measure)
{
    g_autofree IcsRatio *values = comparison_values(self, row, measure);
    return ics_estimate_mean(values, self->plan->runs);
}

IcsEstimate ics_comparison_difference(const IcsComparison *self, const IcsComparisonRow *row,
                                      IcsMeasure measure)
{
    IcsComparisonRow first = {row->setting, 0, row->flow};
    g_autofree IcsRatio *values = comparison_values(self, row, measure);
    g_autofree IcsRatio *others = comparison_values(self, &first, measure);
    return ics_estimate_difference(values, others, self->plan->runs);
}

uint32_t ics_comparison_runs_done(const IcsComparison *self, uint32_t setting, uint32_t row)
{
    uint32_t done = 0;
    for (uint32_t run = 0; run < self->plan->runs; run++) {
        done += ics_comparison_sample(self, setting, run, row)->done;
    }
    return done;
}

static void comparison_add_new(GPtrArray *texts, const GPtrArray *more)
{
    for (guint i = 0; more != NULL && i < more->len; i++) {
        const char *text = g_ptr_array_index(more, i);
        if (!g_ptr_array_find_with_equal_func(texts, text, g_str_equal, NULL)) {
            g_ptr_array_add(texts, g_strdup(text));
        }
    }
}

GPtrArray *ics_comparison_unpaired(const IcsComparison *self, uint32_t setting, uint32_t row)
{
    GPtrArray *elements = g_ptr_array_new_with_free_func(g_free);
    for (uint32_t run = 0; run < self->plan->runs; run++) {
        comparison_add_new(elements, ics_comparison_sample(self, setting, run, 0)->sequential);
        comparison_add_new(elements, ics_comparison_sample(self, setting, run, row)->sequential);
    }
    return elements;
}

GPtrArray *ics_comparison_all_unpaired(const IcsComparison *self)
{
    GPtrArray *elements = g_ptr_array_new_with_free_func(g_free);
    for (uint32_t i = 0; i < self->n_samples; i++) {
        comparison_add_new(elements, self->samples[i].sequential);
    }
    return elements;
}

bool ics_comparison_find_broken(const IcsComparison *self, uint32_t *index)
{
    for (*index = 0; *index < self->n_samples; ++*index) {
        if (self->samples[*index].broken != NULL) {
            return true;
        }
    }
    return false;
}
