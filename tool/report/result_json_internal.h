/* What the files of the JSON result share. */
#ifndef ICS_TOOL_REPORT_RESULT_JSON_INTERNAL_H
#define ICS_TOOL_REPORT_RESULT_JSON_INTERNAL_H

#include "tool/report/result_json.h"

/* Each writes the elements of one array. */
void ics_result_json_write_flow(const IcsFlowResult *flow, IcsJsonWriter *writer);
void ics_result_json_write_link(const IcsLinkResult *link, int64_t virtual_ns,
                                IcsJsonWriter *writer);
void ics_result_json_write_connection(const IcsConnectionResult *connection, IcsJsonWriter *writer);
void ics_result_json_write_host(const IcsHostResult *host, IcsJsonWriter *writer);
void ics_result_json_write_process(const IcsProcessResult *process, IcsJsonWriter *writer);
void ics_result_json_write_expectation(const IcsExpectationResult *expectation,
                                       IcsJsonWriter *writer);
/* The key "live" and its object. */
void ics_result_json_write_live(const IcsLiveResult *live, IcsJsonWriter *writer);

/* A key and {"n", "of"}; null when `of` is 0. */
void ics_result_json_ratio(IcsJsonWriter *writer, const char *key, IcsRatio ratio);
/* A key and an object of the counts that are not 0; `by_cause` is nullable. */
void ics_result_json_causes(IcsJsonWriter *writer, const char *key, const uint64_t *by_cause);
/* A key and the value, or null. */
void ics_result_json_optional(IcsJsonWriter *writer, const char *key, bool is_defined,
                              int64_t value);
/* A key and an array of texts; `lines` is nullable. */
void ics_result_json_lines(IcsJsonWriter *writer, const char *key, const GPtrArray *lines);

#endif
