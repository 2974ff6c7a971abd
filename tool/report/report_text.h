/* The result of a run as people read it. */
#ifndef ICS_TOOL_REPORT_REPORT_TEXT_H
#define ICS_TOOL_REPORT_REPORT_TEXT_H

#include "tool/report/page.h"
#include "tool/report/result.h"

/* Title, what to look at, flows, links (with the realised rate of each random fault beside the
 * requested one), processes that have something to say, expectations, and the run in one line. Of
 * many flows, links, hosts or processes those are shown that lost most, and how many more there
 * are. */
void ics_report_text_write(const IcsResult *result, IcsPage *page);

/* One line for each expectation; the failed ones first if there are many. */
void ics_report_text_write_expectations(const IcsResult *result, IcsPage *page);

#endif
