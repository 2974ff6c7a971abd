/* Everything that watches a run or is written about it. The files are opened before the run starts:
 * what cannot be written is found then, and not an hour later. */
#ifndef ICS_TOOL_CLI_RUN_OUTPUTS_H
#define ICS_TOOL_CLI_RUN_OUTPUTS_H

#include "base/file_writer.h"
#include "tool/cli/run_options.h"
#include "tool/report/capture.h"
#include "tool/report/event_log.h"
#include "tool/report/result.h"
#include "tool/report/timeline.h"

typedef struct IcsRunOutputs {
    const IcsRunSettings *settings; /* borrowed */
    IcsStatistics *statistics;
    IcsFileWriter *report;
    IcsEventLog *events;
    IcsCapture *capture;
    IcsTimeline *timeline;
} IcsRunOutputs;

/* To be called before the world runs; ics_run_outputs_clear() in either case. */
bool ics_run_outputs_open(IcsRunOutputs *self, IcsWorld *world, const IcsRunSettings *settings,
                          GError **error);

/* Whether everything has been written so far. */
bool ics_run_outputs_are_well(const IcsRunOutputs *self);

/* Writes the report and closes all files; the first failure counts. */
bool ics_run_outputs_finish(IcsRunOutputs *self, const IcsResult *result, GError **error);

/* Frees everything; files that were not finished are as they had been before. */
void ics_run_outputs_clear(IcsRunOutputs *self);

#endif
