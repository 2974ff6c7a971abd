/* What the trace expects of its run. */
#include "traces/trace_expectations.h"

#include <string.h>

#include "base/error.h"

typedef struct IcsTraceBounds {
    int64_t min;
    int64_t max;
    int64_t equals;
    IcsProbability min_ratio;
    IcsProbability max_ratio;
    IcsProbability equals_ratio;
    bool has_min;
    bool has_max;
    bool has_equals;
    char *comment;
} IcsTraceBounds;

#define TRACE_BOUNDS_MIN_DOC    "at least"
#define TRACE_BOUNDS_MAX_DOC    "at most"
#define TRACE_BOUNDS_EQUALS_DOC "exactly; instead of min and max"
#define TRACE_BOUNDS_GIVEN(x)   ICS_PARAMETER_PRESENCE(IcsTraceBounds, has_##x)
#define TRACE_BOUNDS_ROW(kind, x, least, doc)                                                      \
    ICS_PARAMETER_BOUNDED_ROW(kind, IcsTraceBounds, x, #x, NULL, least, INT64_MAX, doc,            \
                              TRACE_BOUNDS_GIVEN(x))
#define TRACE_BOUNDS_RATIO_ROW(x, doc)                                                             \
    ICS_PARAMETER_PROBABILITY_ROW(IcsTraceBounds, x##_ratio, #x, NULL, doc, TRACE_BOUNDS_GIVEN(x))
#define TRACE_BOUNDS_TABLE(kind, least)                                                            \
    {                                                                                              \
        TRACE_BOUNDS_ROW(kind, min, least, TRACE_BOUNDS_MIN_DOC),                                  \
            TRACE_BOUNDS_ROW(kind, max, least, TRACE_BOUNDS_MAX_DOC),                              \
            TRACE_BOUNDS_ROW(kind, equals, least, TRACE_BOUNDS_EQUALS_DOC),                        \
            ICS_TRACE_COMMENT_ROW(IcsTraceBounds), ICS_PARAMETER_END                               \
    }

const IcsParameter *ics_trace_expectation_bounds(IcsMetric metric)
{
    static const IcsParameter numbers[] = TRACE_BOUNDS_TABLE(ICS_PARAMETER_INTEGER, INT64_MIN);
    static const IcsParameter counts[] = TRACE_BOUNDS_TABLE(ICS_PARAMETER_INTEGER, 0);
    static const IcsParameter times[] = TRACE_BOUNDS_TABLE(ICS_PARAMETER_TIME, 0);
    static const IcsParameter sizes[] = TRACE_BOUNDS_TABLE(ICS_PARAMETER_SIZE, 0);
    static const IcsParameter rates[] = TRACE_BOUNDS_TABLE(ICS_PARAMETER_RATE, 0);
    static const IcsParameter ratios[] = {
        TRACE_BOUNDS_RATIO_ROW(min, TRACE_BOUNDS_MIN_DOC),
        TRACE_BOUNDS_RATIO_ROW(max, TRACE_BOUNDS_MAX_DOC),
        TRACE_BOUNDS_RATIO_ROW(equals, TRACE_BOUNDS_EQUALS_DOC),
        ICS_TRACE_COMMENT_ROW(IcsTraceBounds),
        ICS_PARAMETER_END,
    };
    switch (ics_metric_info(metric)->unit) {
    case ICS_METRIC_COUNT:
        return metric == ICS_METRIC_EXIT_CODE ? numbers : counts;
    case ICS_METRIC_TIME:
        return times;
    case ICS_METRIC_BYTES:
        return sizes;
    case ICS_METRIC_RATE:
        return rates;
    case ICS_METRIC_RATIO:
        return ratios;
    }
    g_assert_not_reached();
}

/* ---- of what ---- */

/* The target is the one that has a key; without any it is the run. */
static bool trace_expectations_read_target(const IcsJsonNode *node, IcsTraceExpectation *self,
                                           GError **error)
{
    self->target = ICS_METRIC_OF_RUN;
    for (int i = 0; i < ICS_METRIC_OF_RUN; i++) {
        IcsJsonNode name;
        if (!ics_json_member(node, ics_metric_target_name((IcsMetricTarget)i), &name)) {
            continue;
        }
        if (self->target != ICS_METRIC_OF_RUN) {
            ics_json_error_at_key(&name, error, "an expectation is of one thing: %s or %s",
                                  ics_metric_target_name(self->target), name.key);
            return false;
        }
        if (!ics_json_get_string(&name, &self->name, error)) {
            return false;
        }
        self->target = (IcsMetricTarget)i;
    }
    return true;
}

static bool trace_expectations_check_link(const IcsTraceReader *self, const IcsJsonNode *node,
                                          const char *name, GError **error)
{
    uint32_t index;
    int direction;
    if (!ics_trace_reader_link(self, node, name, &index, &direction, error)) {
        return false;
    }
    if (direction == 2) {
        const IcsTraceLink *link = &g_array_index(self->trace->links, IcsTraceLink, index);
        g_autofree char *forth = ics_trace_reader_direction_name(self, link, 0);
        g_autofree char *back = ics_trace_reader_direction_name(self, link, 1);
        ics_json_error(node, error, "which direction? \"%s\" or \"%s\"", forth, back);
        return false;
    }
    return true;
}

static bool trace_expectations_check_name(const IcsTraceReader *self, const IcsJsonNode *node,
                                          const IcsTraceExpectation *of, GError **error)
{
    uint32_t index;
    if (of->target == ICS_METRIC_OF_RUN) {
        return true;
    }
    IcsJsonNode at = ics_trace_reader_member(node, ics_metric_target_name(of->target));
    switch (of->target) {
    case ICS_METRIC_OF_FLOW:
        return ics_trace_reader_flow(self, &at, of->name, NULL, error);
    case ICS_METRIC_OF_LINK:
        return trace_expectations_check_link(self, &at, of->name, error);
    case ICS_METRIC_OF_HOST:
        return ics_name_index_find(&self->hosts, &at, of->name, &index, error);
    case ICS_METRIC_OF_PROCESS:
        return ics_trace_reader_process(self, &at, of->name, error);
    case ICS_METRIC_OF_RUN:
        break;
    }
    g_assert_not_reached();
}

/* ---- what ---- */

/* Whether the name is one of a metric of another target; then that is what is wrong. */
static bool trace_expectations_is_of_other(const IcsJsonNode *node, const char *name,
                                           const IcsTraceExpectation *self, GError **error)
{
    int other = -1;
    for (int i = 0; i < ICS_N_METRICS; i++) {
        const IcsMetricInfo *info = ics_metric_info((IcsMetric)i);
        if (strcmp(info->name, name) == 0) {
            if (info->target == self->target) {
                return false;
            }
            other = (int)info->target;
        }
    }
    if (other >= 0) {
        ics_json_error(node, error, "\"%s\" is a metric of a %s, not of a %s", name,
                       ics_metric_target_name((IcsMetricTarget)other),
                       ics_metric_target_name(self->target));
    }
    return other >= 0;
}

static bool trace_expectations_read_metric(const IcsJsonNode *node, IcsTraceExpectation *self,
                                           GError **error)
{
    IcsJsonNode metric;
    const char *name;
    int metrics[ICS_N_METRICS];
    int index;
    if (!ics_json_require_member(node, "metric", &metric, error) ||
        !ics_json_get_string(&metric, &name, error) ||
        trace_expectations_is_of_other(&metric, name, self, error)) {
        return false;
    }
    g_autoptr(GPtrArray) names = g_ptr_array_new();
    for (int i = 0; i < ICS_N_METRICS; i++) {
        const IcsMetricInfo *info = ics_metric_info((IcsMetric)i);
        if (info->target == self->target) {
            metrics[names->len] = i;
            g_ptr_array_add(names, (gpointer)info->name);
        }
    }
    g_ptr_array_add(names, NULL);
    g_autofree char *what = g_strdup_printf("metric of a %s", ics_metric_target_name(self->target));
    if (!ics_json_get_name(&metric, what, (const char *const *)names->pdata, &index, error)) {
        return false;
    }
    self->metric = (IcsMetric)metrics[index];
    return true;
}

static bool trace_expectations_read_cause(const IcsJsonNode *node, IcsTraceExpectation *self,
                                          GError **error)
{
    static const char *const causes[] = {
#define TRACE_EXPECTATIONS_CAUSE(name, spelling, meaning) spelling,
        ICS_CAUSES(TRACE_EXPECTATIONS_CAUSE)
#undef TRACE_EXPECTATIONS_CAUSE
            NULL,
    };
    IcsJsonNode cause;
    int index;
    if (!ics_json_member(node, "cause", &cause)) {
        return true;
    }
    if (!ics_metric_takes_cause(self->metric)) {
        ics_json_error_at_key(&cause, error, "the metric \"%s\" has no cause",
                              ics_metric_info(self->metric)->name);
        return false;
    }
    if (!ics_json_get_name(&cause, "cause", causes + 1, &index, error)) {
        return false;
    }
    self->cause = causes[index + 1];
    return true;
}

/* ---- the bounds ---- */

static int64_t trace_expectations_ratio(IcsProbability ratio)
{
    return (int64_t)MIN(ratio, (IcsProbability)INT64_MAX);
}

static bool trace_expectations_check_bounds(const IcsJsonNode *node, const IcsTraceBounds *bounds,
                                            GError **error)
{
    if (!bounds->has_min && !bounds->has_max && !bounds->has_equals) {
        ics_json_error(node, error, "nothing is expected: give min, max or equals");
        return false;
    }
    if (bounds->has_equals && (bounds->has_min || bounds->has_max)) {
        IcsJsonNode equals = ics_trace_reader_member(node, "equals");
        ics_json_error_at_key(&equals, error, "equals stands in the place of min and max");
        return false;
    }
    return true;
}

static bool trace_expectations_settle_bounds(const IcsJsonNode *node, IcsTraceBounds *bounds,
                                             IcsTraceExpectation *self, GError **error)
{
    if (ics_metric_info(self->metric)->unit == ICS_METRIC_RATIO) {
        bounds->min = trace_expectations_ratio(bounds->min_ratio);
        bounds->max = trace_expectations_ratio(bounds->max_ratio);
        bounds->equals = trace_expectations_ratio(bounds->equals_ratio);
    }
    self->min = bounds->has_min ? bounds->min : INT64_MIN;
    self->max = bounds->has_max ? bounds->max : INT64_MAX;
    if (bounds->has_equals) {
        self->min = bounds->equals;
        self->max = bounds->equals;
    }
    if (self->min > self->max) {
        ics_json_error(node, error, "no value can satisfy this: min is larger than max");
        return false;
    }
    return true;
}

/* ---- one expectation ---- */

static const char *const trace_expectations_keys[] = {
    "flow", "link", "host", "process", "metric", "cause", "min", "max", "equals", "comment", NULL};

static bool trace_expectations_read_bounds(IcsTraceReader *self, const IcsJsonNode *node,
                                           IcsTraceExpectation *expectation, GError **error)
{
    IcsTraceBounds *bounds =
        ics_trace_reader_config(self, node, ics_trace_expectation_bounds(expectation->metric),
                                sizeof(*bounds), trace_expectations_keys, error);
    return bounds != NULL && trace_expectations_check_bounds(node, bounds, error) &&
           trace_expectations_settle_bounds(node, bounds, expectation, error);
}

static bool trace_expectations_read_one(IcsTraceReader *self, const IcsJsonNode *node,
                                        GError **error)
{
    IcsTraceExpectation made = {0};
    if (!ics_json_expect_object(node, error) ||
        !ics_json_refuse_unknown_keys(node, trace_expectations_keys, error) ||
        !trace_expectations_read_target(node, &made, error) ||
        !trace_expectations_read_metric(node, &made, error) ||
        !trace_expectations_check_name(self, node, &made, error) ||
        !trace_expectations_read_cause(node, &made, error) ||
        !trace_expectations_read_bounds(self, node, &made, error)) {
        return false;
    }
    made.pointer = ics_trace_reader_pointer(self, node);
    g_array_append_val(self->trace->expectations, made);
    return true;
}

bool ics_trace_expectations_read(IcsTraceReader *self, const IcsJsonNode *root, GError **error)
{
    IcsJsonNode expect;
    IcsJsonIterator iterator;
    IcsJsonNode child;
    if (!ics_json_member(root, "expect", &expect)) {
        return true;
    }
    if (!ics_json_expect_array(&expect, error)) {
        return false;
    }
    ics_json_iterator_init(&iterator, &expect);
    while (ics_json_iterator_next(&iterator, &child)) {
        if (!trace_expectations_read_one(self, &child, error)) {
            return false;
        }
    }
    return true;
}
