/* Expectations in the schema. */
#include "netmodel/cause.h"
#include "traces/trace_expectations.h"
#include "traces/trace_schema_parts.h"

static void trace_schema_write_causes(IcsJsonWriter *writer)
{
    ics_json_writer_member_object(writer, "cause");
    ics_json_writer_member_string(writer, "description", "only what died of this");
    ics_json_writer_member_array(writer, "enum");
    for (int cause = ICS_CAUSE_NONE + 1; cause < ICS_N_CAUSES; cause++) {
        ics_json_writer_string(writer, ics_cause_name((IcsCause)cause));
    }
    ics_json_writer_end_array(writer);
    ics_json_writer_end_object(writer);
}

/* "enum" of the metrics of one target. */
static void trace_schema_write_metrics(IcsJsonWriter *writer, IcsMetricTarget target)
{
    ics_json_writer_member_object(writer, "metric");
    ics_json_writer_member_array(writer, "enum");
    for (int metric = 0; metric < ICS_N_METRICS; metric++) {
        const IcsMetricInfo *info = ics_metric_info((IcsMetric)metric);
        if (info->target == target) {
            ics_json_writer_string(writer, info->name);
        }
    }
    ics_json_writer_end_array(writer);
    ics_json_writer_end_object(writer);
}

/* One metric: the unit of its bounds. */
static void trace_schema_write_metric(IcsJsonWriter *writer, IcsMetric metric)
{
    const IcsMetricInfo *info = ics_metric_info(metric);
    ics_schema_begin_case(writer, "metric", info->name, NULL);
    ics_json_writer_member_string(writer, "description", info->meaning);
    ics_json_writer_member_object(writer, "properties");
    ics_schema_properties(writer, ics_trace_expectation_bounds(metric), NULL);
    if (!ics_metric_takes_cause(metric)) {
        ics_json_writer_member_bool(writer, "cause", false);
    }
    ics_json_writer_end_object(writer);
    ics_schema_end_case(writer);
}

static void trace_schema_write_target_members(IcsJsonWriter *writer, IcsMetricTarget target)
{
    ics_json_writer_member_object(writer, "properties");
    trace_schema_write_metrics(writer, target);
    for (int other = 0; other < ICS_METRIC_OF_RUN; other++) {
        if (other != (int)target) {
            ics_json_writer_member_bool(writer, ics_metric_target_name((IcsMetricTarget)other),
                                        false);
        }
    }
    ics_json_writer_end_object(writer);
    ics_json_writer_member_array(writer, "allOf");
    for (int metric = 0; metric < ICS_N_METRICS; metric++) {
        if (ics_metric_info((IcsMetric)metric)->target == target) {
            trace_schema_write_metric(writer, (IcsMetric)metric);
        }
    }
    ics_json_writer_end_array(writer);
}

/* The expectations of one target; what has no target is of the run. */
static void trace_schema_write_target(IcsJsonWriter *writer, IcsMetricTarget target,
                                      const char *const *targets)
{
    ics_json_writer_begin_object(writer);
    if (target != ICS_METRIC_OF_RUN) {
        ics_json_writer_key(writer, "if");
        ics_schema_has(writer, (const char *const[]){targets[target], NULL});
    } else {
        ics_json_writer_member_object(writer, "if");
        ics_json_writer_member_object(writer, "not");
        ics_schema_any_of_keys(writer, "anyOf", targets);
        ics_json_writer_end_object(writer);
        ics_json_writer_end_object(writer);
    }
    ics_json_writer_member_object(writer, "then");
    trace_schema_write_target_members(writer, target);
    ics_json_writer_end_object(writer);
    ics_json_writer_end_object(writer);
}

static void trace_schema_write_members(IcsJsonWriter *writer)
{
    static const char *const others[] = {"metric", "min", "max", "equals", "comment", NULL};
    ics_json_writer_member_object(writer, "properties");
    ics_schema_pattern(writer, "flow", "^[^ ]+ -> [^ ]+$");
    ics_schema_pattern(writer, "link", "^[^ ]+ [^ ]+->[^ ]+$");
    ics_schema_reference(writer, "host", "name");
    ics_schema_pattern(writer, "process", "^[^ ]+$");
    trace_schema_write_causes(writer);
    ics_schema_known_names(writer, others);
    ics_json_writer_end_object(writer);
}

void ics_trace_schema_expect(IcsJsonWriter *writer)
{
    static const char *const bounds[] = {"min", "max", "equals", NULL};
    const char *targets[ICS_METRIC_OF_RUN + 1] = {NULL};
    for (int target = 0; target < ICS_METRIC_OF_RUN; target++) {
        targets[target] = ics_metric_target_name((IcsMetricTarget)target);
    }
    ics_json_writer_member_object(writer, "expectation");
    ics_json_writer_member_string(writer, "type", "object");
    trace_schema_write_members(writer);
    ics_schema_names(writer, "required", (const char *const[]){"metric", NULL});
    ics_json_writer_member_bool(writer, "additionalProperties", false);
    ics_schema_any_of_keys(writer, "anyOf", bounds);
    ics_json_writer_member_object(writer, "not");
    ics_json_writer_member_array(writer, "anyOf");
    ics_schema_has(writer, (const char *const[]){"equals", "min", NULL});
    ics_schema_has(writer, (const char *const[]){"equals", "max", NULL});
    ics_json_writer_end_array(writer);
    ics_json_writer_end_object(writer);
    ics_json_writer_member_array(writer, "allOf");
    for (int target = 0; target <= ICS_METRIC_OF_RUN; target++) {
        trace_schema_write_target(writer, (IcsMetricTarget)target, targets);
    }
    ics_json_writer_end_array(writer);
    ics_json_writer_end_object(writer);
}
