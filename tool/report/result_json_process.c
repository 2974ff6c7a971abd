#include <string.h>

#include "tool/report/result_json_internal.h"

static void result_json_blocked_time(const IcsBlockedTime *blocked, IcsJsonWriter *writer)
{
    ics_json_writer_member_uint64(writer, "intervals", blocked->intervals);
    ics_json_writer_member_int64(writer, "total_ns", blocked->total_ns);
    ics_json_writer_member_int64(writer, "longest_ns", blocked->longest_ns);
}

static void result_json_by_reason(const IcsProcessResult *process, IcsJsonWriter *writer)
{
    ics_json_writer_member_object(writer, "by_reason");
    for (int reason = 0; reason < ICS_PROCESS_N_WAIT_REASONS; reason++) {
        const IcsBlockedTime *blocked = &process->blocked[reason];
        if (blocked->intervals > 0) {
            ics_json_writer_member_object(writer, ics_wait_reason_name((IcsWaitReason)reason));
            result_json_blocked_time(blocked, writer);
            ics_json_writer_end_object(writer);
        }
    }
    ics_json_writer_end_object(writer);
}

static void result_json_intervals(const GArray *intervals, IcsJsonWriter *writer)
{
    ics_json_writer_member_array(writer, "first");
    for (guint i = 0; intervals != NULL && i < intervals->len; i++) {
        const IcsBlockedInterval *interval = &g_array_index(intervals, IcsBlockedInterval, i);
        ics_json_writer_begin_object(writer);
        ics_json_writer_member_string(writer, "reason", ics_wait_reason_name(interval->reason));
        ics_json_writer_member_int64(writer, "from_ns", interval->from_ns);
        ics_json_writer_member_int64(writer, "to_ns", interval->to_ns);
        ics_json_writer_end_object(writer);
    }
    ics_json_writer_end_array(writer);
}

static void result_json_blocked(const IcsProcessResult *process, IcsJsonWriter *writer)
{
    IcsBlockedTime waits = ics_process_result_waits(process);
    ics_json_writer_member_object(writer, "blocked");
    result_json_blocked_time(&waits, writer);
    result_json_by_reason(process, writer);
    result_json_intervals(process->intervals, writer);
    ics_json_writer_end_object(writer);
}

void ics_result_json_write_process(const IcsProcessResult *process, IcsJsonWriter *writer)
{
    bool started = process->started_ns != ICS_TIME_NEVER;
    bool ended = process->ended_ns != ICS_TIME_NEVER;
    ics_json_writer_begin_object(writer);
    ics_json_writer_member_string(writer, "name", process->name);
    ics_json_writer_member_string(writer, "host", process->host);
    ics_json_writer_member_string(writer, "outcome", process->outcome);
    ics_result_json_optional(writer, "exit_code", ended, process->exit_code);
    ics_result_json_optional(writer, "started_ns", started, process->started_ns);
    ics_result_json_optional(writer, "ended_ns", ended, process->ended_ns);
    result_json_blocked(process, writer);
    ics_json_writer_member_uint64(writer, "operations_failed", process->operations_failed);
    ics_result_json_lines(writer, "failures", process->failures);
    ics_json_writer_member_uint64(writer, "log_lines", process->log_lines);
    ics_result_json_lines(writer, "log", process->log);
    ics_json_writer_end_object(writer);
}

/* ---- expectations ---- */

static void result_json_bound(IcsJsonWriter *writer, const char *key, bool is_ratio,
                              bool is_bounded, int64_t bound)
{
    if (is_bounded && is_ratio) {
        IcsProbability probability = bound == INT64_MAX ? ICS_PROBABILITY_ONE : (uint64_t)bound;
        ics_result_json_ratio(writer, key, ics_ratio_of_probability(probability));
        return;
    }
    ics_result_json_optional(writer, key, is_bounded, bound);
}

void ics_result_json_write_expectation(const IcsExpectationResult *expectation,
                                       IcsJsonWriter *writer)
{
    const IcsTraceExpectation *expected = &expectation->expected;
    const IcsMetricInfo *info = ics_metric_info(expected->metric);
    bool is_ratio = info->unit == ICS_METRIC_RATIO;
    ics_json_writer_begin_object(writer);
    ics_json_writer_member_string(writer, "pointer", expected->pointer);
    ics_json_writer_member_string(writer, "of", ics_metric_target_name(expected->target));
    ics_json_writer_member_string(writer, "name", expected->name);
    ics_json_writer_member_string(writer, "metric", info->name);
    ics_json_writer_member_string(writer, "cause", expected->cause);
    if (is_ratio) {
        ics_result_json_ratio(writer, "value", expectation->value.ratio);
    } else {
        ics_result_json_optional(writer, "value", expectation->value.is_defined,
                                 expectation->value.value);
    }
    result_json_bound(writer, "min", is_ratio, expected->min != INT64_MIN, expected->min);
    result_json_bound(writer, "max", is_ratio, expected->max != INT64_MAX, expected->max);
    ics_json_writer_member_bool(writer, "ok", expectation->ok);
    ics_json_writer_end_object(writer);
}
