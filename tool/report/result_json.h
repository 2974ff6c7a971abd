/* The result of a run as programs read it: one JSON object, its format version 1, described by
 * tool/report/schema/result.schema.json. Times are in ns, sizes in bytes, rates in bit/s; ratios
 * are
 * {"n", "of"}; what is undefined is null. The same run gives the same bytes. */
#ifndef ICS_TOOL_REPORT_RESULT_JSON_H
#define ICS_TOOL_REPORT_RESULT_JSON_H

#include "base/json_writer.h"
#include "tool/report/result.h"

/* The value of "ipcsim_result". */
#define ICS_RESULT_VERSION 1

/* Writes the object as one value. */
void ics_result_json_write(const IcsResult *result, IcsJsonWriter *writer);

/* The object as a text that ends with a new-line. Transfer full. */
char *ics_result_json_text(const IcsResult *result);

#endif
