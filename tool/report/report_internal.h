/* What the files of the report for people share. Each writes one part of it, with an empty line
 * before; a part that has nothing to say writes nothing. */
#ifndef ICS_TOOL_REPORT_REPORT_INTERNAL_H
#define ICS_TOOL_REPORT_REPORT_INTERNAL_H

#include "tool/report/report_text.h"

/* Rows of a table that are shown at most. */
#define ICS_REPORT_ROWS 12

void ics_report_write_flows(const IcsResult *result, IcsPage *page);
void ics_report_write_links(const IcsResult *result, IcsPage *page);
void ics_report_write_connections(const IcsResult *result, IcsPage *page);
void ics_report_write_processes(const IcsResult *result, IcsPage *page);
/* Of a live run: what passed to and from the outside; and the last line. */
void ics_report_write_live(const IcsResult *result, IcsPage *page);
void ics_report_write_live_run(const IcsResult *result, const char *end, IcsPage *page);

/* "s" unless n is 1. */
static inline const char *ics_report_plural(uint64_t n)
{
    return n == 1 ? "" : "s";
}

/* Chooses the rows to show, at most ICS_REPORT_ROWS: those of the largest weights, and among equals
 * the first. Returns their indices in ascending order (an array of guint, transfer full). */
typedef uint64_t (*IcsReportWeight)(const IcsResult *result, guint index);
GArray *ics_report_choose_rows(const IcsResult *result, guint n, IcsReportWeight weight);

/* The elements that are random: "loss asked 10 % got 10.4 %". NULL: there are none, or none was
 * asked. Transfer full. */
char *ics_report_faults(const IcsFaultResult *faults, uint32_t n);

#endif
