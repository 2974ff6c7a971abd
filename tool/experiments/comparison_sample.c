#include "tool/experiments/comparison_sample.h"

#include "tool/experiments/sequential_elements.h"

/* Between two looks at `stop`: a few milliseconds. */
#define COMPARISON_SAMPLE_EVENTS 5000

static void comparison_sample_clear_flow(gpointer flow)
{
    g_free(((IcsComparisonFlow *)flow)->name);
}

void ics_comparison_sample_clear(IcsComparisonSample *self)
{
    g_clear_pointer(&self->flows, g_array_unref);
    g_clear_pointer(&self->sequential, g_ptr_array_unref);
    g_clear_pointer(&self->broken, g_free);
    g_clear_error(&self->error);
}

static void comparison_sample_take_total(IcsComparisonSample *self, const IcsStatistics *statistics)
{
    IcsFlowResult total = ics_result_datagram_flows(statistics);
    ics_measures_take(&total, self->values);
    ics_flow_result_clear(&total);
}

static void comparison_sample_take_flows(IcsComparisonSample *self, const IcsResult *result)
{
    self->flows = g_array_new(FALSE, TRUE, sizeof(IcsComparisonFlow));
    g_array_set_clear_func(self->flows, comparison_sample_clear_flow);
    for (guint i = 0; i < result->flows->len; i++) {
        const IcsFlowResult *from = &g_array_index(result->flows, IcsFlowResult, i);
        if (from->is_datagram) {
            IcsComparisonFlow flow = {.name = g_strdup(from->name)};
            ics_measures_take(from, flow.values);
            g_array_append_val(self->flows, flow);
        }
    }
}

static void comparison_sample_measure(IcsComparisonSample *self, const IcsStatistics *statistics,
                                      const IcsComparisonSampling *sampling, IcsStopReason reason)
{
    const IcsWorld *world = ics_statistics_world(statistics);
    IcsRunInfo info = {.command = "compare", .stopped = ics_stop_reason_name(reason)};
    g_autoptr(IcsResult) result = ics_result_new(statistics, &info);
    self->done = true;
    self->digest = result->digest;
    self->stopped_by_time = reason == ICS_STOP_TIME;
    self->broken = g_strdup(result->broken);
    self->sequential = ics_sequential_elements(world);
    comparison_sample_take_total(self, statistics);
    if (sampling->with_flows) {
        comparison_sample_take_flows(self, result);
    }
}

static IcsStopReason comparison_sample_run(IcsWorld *world, const gint *stop)
{
    IcsStopReason reason = ICS_STOP_BUDGET;
    while (reason == ICS_STOP_BUDGET && g_atomic_int_get(stop) == 0) {
        reason = ics_world_run(world, COMPARISON_SAMPLE_EVENTS);
    }
    return reason;
}

void ics_comparison_sample_take(IcsComparisonSample *self, const IcsComparisonSampling *sampling)
{
    IcsWorldOptions options = {
        .has_seed = true,
        .seed = sampling->seed,
        .memory_limit_bytes = sampling->memory_limit_bytes,
        .transport = sampling->transport,
    };
    self->seed = sampling->seed;
    g_autoptr(IcsWorld) world = ics_world_new(sampling->trace, &options, &self->error);
    if (world == NULL) {
        return;
    }
    IcsStatistics *statistics = ics_statistics_new(world);
    ics_statistics_follow_control(statistics);
    IcsStopReason reason = comparison_sample_run(world, sampling->stop);
    if (reason != ICS_STOP_BUDGET) {
        comparison_sample_measure(self, statistics, sampling, reason);
    }
    g_clear_pointer(&world, ics_world_free);
    ics_statistics_free(statistics);
}
