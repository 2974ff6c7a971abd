#include <string.h>

#include "tool/report/metric.h"
#include "tool/report/result_internal.h"

static IcsCause result_cause_by_name(const char *name)
{
    for (int cause = 0; name != NULL && cause < ICS_N_CAUSES; cause++) {
        if (strcmp(ics_cause_name((IcsCause)cause), name) == 0) {
            return (IcsCause)cause;
        }
    }
    return ICS_CAUSE_NONE;
}

/* NULL: no message was sent under that name. */
static const IcsFlowResult *result_find_flow(const IcsResult *self, const char *name)
{
    for (guint i = 0; i < self->flows->len; i++) {
        const IcsFlowResult *flow = &g_array_index(self->flows, IcsFlowResult, i);
        if (strcmp(flow->name, name) == 0) {
            return flow;
        }
    }
    return NULL;
}

static const IcsLinkResult *result_find_link(const IcsResult *self, const char *name)
{
    for (guint i = 0; i < self->links->len; i++) {
        const IcsLinkResult *link = &g_array_index(self->links, IcsLinkResult, i);
        if (strcmp(link->name, name) == 0) {
            return link;
        }
    }
    return NULL;
}

static int result_compare_host(gconstpointer name, gconstpointer host)
{
    return strcmp(name, ((const IcsHostResult *)host)->name);
}

static const IcsHostResult *result_find_host(const IcsResult *self, const char *name)
{
    return bsearch(name, self->hosts->data, self->hosts->len, sizeof(IcsHostResult),
                   result_compare_host);
}

static IcsMetricValue result_evaluate_flow(const IcsResult *self, const IcsStatistics *statistics,
                                           const IcsTraceExpectation *expected,
                                           IcsMetricSubject subject)
{
    subject.flow = result_find_flow(self, expected->name);
    if (subject.flow != NULL) {
        return ics_metric_value(expected->metric, &subject);
    }
    IcsFlowResult by_port = ics_result_flows_by_port(statistics, expected->name);
    subject.flow = &by_port;
    IcsMetricValue value = ics_metric_value(expected->metric, &subject);
    ics_flow_result_clear(&by_port);
    return value;
}

/* Links and hosts that the world does not have are refused by the loader. */
static IcsMetricValue result_evaluate(const IcsResult *self, const IcsStatistics *statistics,
                                      const IcsTraceExpectation *expected)
{
    IcsMetricSubject subject = {.run = self, .cause = result_cause_by_name(expected->cause)};
    switch (expected->target) {
    case ICS_METRIC_OF_FLOW:
        return result_evaluate_flow(self, statistics, expected, subject);
    case ICS_METRIC_OF_LINK:
        subject.link = result_find_link(self, expected->name);
        g_assert(subject.link != NULL);
        break;
    case ICS_METRIC_OF_HOST:
        subject.host = result_find_host(self, expected->name);
        g_assert(subject.host != NULL);
        break;
    case ICS_METRIC_OF_PROCESS:
        subject.process = expected->name;
        break;
    case ICS_METRIC_OF_RUN:
        break;
    }
    return ics_metric_value(expected->metric, &subject);
}

static void result_take_expectation(IcsResult *self, const IcsStatistics *statistics,
                                    const IcsTraceExpectation *from)
{
    IcsExpectationResult result = {.expected = *from};
    IcsTraceExpectation *expected = &result.expected;
    result.value = result_evaluate(self, statistics, expected);
    result.ok = ics_metric_is_within(&result.value, expected->min, expected->max);
    self->ok &= result.ok;
    expected->name = ics_result_strdup(self, expected->name);
    expected->cause = ics_result_strdup(self, expected->cause);
    expected->pointer = ics_result_strdup(self, expected->pointer);
    g_array_append_val(self->expectations, result);
}

void ics_result_take_expectations(IcsResult *self, const IcsStatistics *statistics)
{
    const IcsWorld *world = ics_statistics_world(statistics);
    const GArray *expectations = world->trace->expectations;
    self->ok = true;
    for (guint i = 0; i < expectations->len; i++) {
        const IcsTraceExpectation *expected = &g_array_index(expectations, IcsTraceExpectation, i);
        if (!ics_result_is_outside(world, expected)) {
            result_take_expectation(self, statistics, expected);
        }
    }
}
